"""Milestones: their health, when each is worked on, and overlaps."""

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
    """Return each milestone that is declared or used, in the given order, then as found.

    `first` is the first day on which anything in it was begun, done or is scheduled; `last` the
    last on which anything was done or is scheduled.
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
    """Return a date on which work on the item is known to have begun, or is planned to."""
    days = [day for day in (item.start, item.closed) if day]
    if item.phase is Phase.DOING:
        days.append(today)
    return min(days, default=None)


def overlaps(tree: Outline, reports: Sequence[MilestoneReport], today: date) -> tuple[Overlap, ...]:
    """Return the pairs of milestones that are worked on at the same time, now or later.

    An unfinished milestone is worked on from the first day on which anything in it was done, is in
    progress or is planned to start, to its due date or last target, or today if that has passed.
    Without a known start there is no overlap.
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
