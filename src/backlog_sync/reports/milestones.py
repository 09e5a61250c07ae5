"""Milestones: how each stands, when it is worked on, and which are worked on together."""

from collections.abc import Sequence
from datetime import date

from backlog_sync.core.facts import MilestoneFact, Phase, WorkItem
from backlog_sync.core.rollup import Outline, count, hours_left, skills_left
from backlog_sync.reports.health import judge
from backlog_sync.reports.values import Forecast, MilestoneReport, Overlap, Schedule


def milestone_reports(
    tree: Outline,
    milestones: Sequence[MilestoneFact],
    forecast: Forecast,
    planned: Schedule,
    today: date,
) -> tuple[MilestoneReport, ...]:
    """Give each milestone that is declared or used, in the order given, then as found.

    `first` is the first day on which anything in it was begun, done or is laid out; `last` the
    last on which anything was done or is laid out.
    """
    declared = {milestone.title: milestone for milestone in milestones}
    keys: dict[str, list[str]] = {title: [] for title in declared}
    for leaf in tree.leaves:
        if leaf.milestone:
            keys.setdefault(leaf.milestone, []).append(leaf.key)
    rows = {row.key: row for row in planned.rows}
    reports = []
    for title, item_keys in keys.items():
        fact = declared.get(title, MilestoneFact(title))
        total = count(title, item_keys, tree)
        scheduled = [rows[key] for key in total.items if key in rows]
        closed = [day for key in total.items if (day := tree.items[key].closed)]
        starts = [day for key in total.items if (day := _begun(tree.items[key], today))]
        milestone_forecast = forecast.milestones.get(title)
        health, why = judge(
            total,
            fact.due,
            today,
            closed=fact.closed,
            forecast=milestone_forecast,
            ends=max((row.last for row in scheduled), default=None),
        )
        reports.append(
            MilestoneReport(
                sum=total,
                due=fact.due,
                closed=fact.closed,
                health=health,
                why=why,
                first=min([*starts, *(row.first for row in scheduled)], default=None),
                last=max([*closed, *(row.last for row in scheduled)], default=None),
                forecast=milestone_forecast,
                hours_left=hours_left(tree, total.items),
                skills=skills_left(tree, total.items),
            )
        )
    return tuple(reports)


def _begun(item: WorkItem, today: date) -> date | None:
    """A day on which the item is known to have been worked on, or is planned to be."""
    days = [day for day in (item.start, item.closed) if day]
    if item.phase is Phase.DOING:
        days.append(today)
    return min(days, default=None)


def overlaps(tree: Outline, reports: Sequence[MilestoneReport], today: date) -> tuple[Overlap, ...]:
    """Give the pairs of milestones that are worked on in the same time, now or later.

    An unfinished milestone is worked on from the first day on which anything in it was done, is
    under way or is to start by the file, to its due day or last target, or today where that is
    over. One of which nothing is begun or to start on a known day overlaps with none.
    """
    spans = []
    for report in reports:
        items = [tree.items[key] for key in report.sum.items]
        begun = min((day for item in items if (day := _begun(item, today))), default=None)
        over = report.closed or report.sum.done == report.sum.total
        if begun and not over:
            ends = [today, report.due, *(item.target for item in items)]
            spans.append((begun, max(day for day in ends if day), report.sum.name))
    spans.sort(key=lambda span: span[:2])
    return tuple(
        Overlap(earlier[2], later[2], max(earlier[0], later[0]), min(earlier[1], later[1]))
        for index, earlier in enumerate(spans)
        for later in spans[index + 1 :]
        if max(earlier[0], later[0]) <= min(earlier[1], later[1])
    )
