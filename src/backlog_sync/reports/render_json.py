"""The report for scripts: JSON of version 1, and CSV with a row for each item."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum

from backlog_sync.core.escape import unbroken
from backlog_sync.core.facts import WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.reports.next_steps import next_steps
from backlog_sync.reports.values import MilestoneReport, Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
"""Characters that a spreadsheet may read as the start of a formula (OWASP, "CSV Injection")."""

COLUMNS = (
    "key", "kind", "title", "parent", "issue", "url", "status", "phase", "points", "counted_points",
    "hours", "counted_hours", "done", "total", "percent", "criteria", "ticked", "priority",
    "milestone", "team", "audience", "assignees", "labels", "skills", "start", "target", "added",
    "closed", "scheduled_first", "scheduled_last", "slack", "critical", "blocked_by", "waits_for",
    "capacity",
)  # fmt: skip


def report_json(report: Report, written: Sequence[str]) -> dict[str, object]:
    """Return the report as plain values; `written` are the files that were written with it.

    Dates are in ISO format. Every sum names the items that it counts.
    """
    facts = report.facts
    envelope: dict[str, object] = {
        "format_version": 1,
        "target": {"repository": facts.repository, "project": facts.board},
        "title": facts.title,
        "links": _plain(facts.links),
        "today": facts.today.isoformat(),
        "health": report.health.value,
        "why": report.why,
        "total": _sum(report.total),
        "milestones": [_milestone(one) for one in report.milestones],
        "groups": {name: [_sum(one) for one in sums] for name, sums in report.groups.items()},
        "items": [_item(report, item) for item in facts.items],
        "unestimated": list(report.total.unestimated),
        "history": _plain(report.history),
        "forecast": _plain(report.forecast),
        "schedule": _plain(report.schedule),
        "sprints": _plain(report.sprints),
        "quarters": [
            {**_members(one, leave=("sum",)), **_sum(one.sum, "name")} for one in report.quarters
        ],
        "load": _plain(report.load),
        "shortages": _plain(report.shortages),
        "risks": _plain(report.risks),
        "overlaps": _plain(report.overlaps),
        "reviews": _plain(report.reviews),
        "questions": _plain(report.questions),
        "review_notes": _plain(report.review_notes),
        "done_without_pull_request": list(report.unproven),
        "merged_still_open": _plain(report.merged_open),
        "period": _plain(report.period),
        "next_steps": list(next_steps(report)),
        "notes": list(report.notes),
        "written_back": list(written),
    }
    return envelope


def _milestone(milestone: MilestoneReport) -> dict[str, object]:
    return {
        "title": milestone.sum.name,
        **_members(milestone, leave=("sum",)),
        **_sum(milestone.sum, "name"),
    }


def _item(report: Report, item: WorkItem) -> dict[str, object]:
    """Return an item with the sum of what is below it, or of itself."""
    return {
        **_members(item),
        "counted_points": report.points.get(item.key),
        "counted_hours": report.hours.get(item.key),
        **_sum(_sum_of(report, item), "name", "items", "criteria", "ticked", "points"),
    }


def _sum_of(report: Report, item: WorkItem) -> Sum:
    if item.key in report.sums:
        return report.sums[item.key]
    points = report.points.get(item.key, 0)
    done, doing = item.phase.value == "done", item.phase.value == "doing"
    if item.phase.value == "dropped":
        return Sum(item.key)
    return Sum(
        item.key, (item.key,), int(done), int(doing), points, points if done else 0,
        not_in_plan=item.outside, not_in_plan_closed=item.outside_closed,
    )  # fmt: skip


def _sum(total: Sum, *leave: str) -> dict[str, object]:
    """Return a sum with its totals; `points_total` is its points, as `total` is its items."""
    members = _members(total, leave=leave)
    members |= {"total": total.total, "percent": total.percent, "points_total": total.points}
    return members


def _members(value: object, leave: Sequence[str] = ()) -> dict[str, object]:
    assert is_dataclass(value)
    return {
        each.name: _plain(getattr(value, each.name))
        for each in fields(value)
        if each.name not in leave
    }


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return _members(value)


def report_csv(report: Report) -> str:
    """Return one row per item, in document order; cells that look like formulas get a quote.

    Invisible characters and workflow commands are broken up as everywhere.

    Lists are separated by semicolons, lines end as in RFC 4180.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    rows = {row.key: row for row in report.schedule.rows}
    for item in report.facts.items:
        cells = _item(report, item)
        cells["issue"] = item.ref
        if item.key in rows:
            row = rows[item.key]
            cells |= {
                "scheduled_first": row.first.isoformat(),
                "scheduled_last": row.last.isoformat(),
                "slack": row.slack,
                "critical": "yes" if row.critical else "no",
            }
        writer.writerow(list(_cells(cells)))
    return out.getvalue()


def _cells(values: Mapping[str, object]) -> Iterator[str]:
    for name in COLUMNS:
        value = values.get(name)
        if isinstance(value, list):
            value = "; ".join(map(str, value))
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = "" if value is None else str(value)
        formula = text.lstrip(" ").startswith(_FORMULA) and not isinstance(value, int | float)
        yield unbroken(f"'{text}" if formula else text)
