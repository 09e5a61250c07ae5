"""What to do next: what the critical path waits for, what can start, what a figure still needs."""

from collections.abc import Iterator, Sequence

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import outline
from backlog_sync.render.words import counted
from backlog_sync.reports.decisions import undated
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import joined, priority_rank, quoted, without_forecast

_FEW = 3
"""Titles that a step names before it counts the rest; more would hide the steps after it."""


def next_steps(report: Report) -> tuple[str, ...]:
    """Return a sentence for each step, the most pressing first; none if nothing is left to do.

    A sentence contains titles unescaped: whoever shows it escapes them.
    """
    return tuple(_steps(report))


def _steps(report: Report) -> Iterator[str]:
    items = {item.key: item for item in report.facts.items}
    remaining = [key for key in report.total.items if items[key].phase is not Phase.DONE]
    if not remaining:
        return
    if not any(item.ref for item in items.values()):
        yield "Create the issues: backlog sync"
    path = report.schedule.path
    ready = _ready(report, items)
    also = ""
    if len(path) > 1:
        first = items[path[0]]
        verb = "Finish" if first.phase is Phase.DOING else "Start"
        waits = "waits" if len(path) == 2 else "wait"
        rest = counted(len(path) - 1, "item")
        yield f"{verb} {_named(first)}: {rest} on the critical path {waits} for it"
        if first in ready:
            ready.remove(first)
            also = "more "
    if ready:
        yield f"{counted(len(ready), f'{also}item')} can start now: {_some(ready)}"
    missing = [items[key] for key in report.total.unestimated if key in remaining]
    if missing:
        yield f"Estimate {counted(len(missing), 'item')} without points: {_some(missing)}"
    elif not report.total.points and not report.hours:
        yield "Estimate the items: none has points or hours"
    if titles := undated(report):
        yield f"Set due dates: {joined(_cut(titles))}"
    elif not report.milestones:
        yield "Add milestones with due dates, to measure progress against"
    if without_forecast(report) and report.total.points and report.schedule.velocity is None:
        yield "Set planning.velocity (points per week) to get dates before the first forecast"


def _ready(report: Report, items: dict[str, WorkItem]) -> list[WorkItem]:
    """Return the items that nothing holds up, the critical path first, then by priority."""
    tree = outline(report.facts.items)
    waiting = {after for _, after in report.schedule.links}
    rows = {row.key: row for row in report.schedule.rows}
    ready = [
        items[key]
        for key in rows
        if items[key].phase is Phase.TODO
        and not any(one.key in waiting or one.waits_for for one in tree.above(key))
        and not (tree.inherited(key, lambda one: one.start and one.start > report.facts.today))
    ]
    ready.sort(key=lambda item: (not rows[item.key].critical, priority_rank(item.priority or "")))
    return ready


def _some(items: Sequence[WorkItem]) -> str:
    return joined(_cut([_named(item) for item in items]))


def _cut(names: Sequence[str]) -> list[str]:
    """Return the first names, and how many more there are."""
    if len(names) <= _FEW + 1:
        return list(names)
    return [*names[:_FEW], f"{len(names) - _FEW} more"]


def _named(item: WorkItem) -> str:
    return f"{quoted(item.title)} ({item.ref})" if item.ref else quoted(item.title)
