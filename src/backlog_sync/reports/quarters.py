"""Quarters: what should end in each, and what will not."""

from collections import defaultdict
from collections.abc import Sequence

from backlog_sync.core.facts import MilestoneFact, Phase
from backlog_sync.core.rollup import Outline, count, hours_left, skills_left
from backlog_sync.reports.dates import due_days, planned_end
from backlog_sync.reports.load import quarter_days, quarter_of
from backlog_sync.reports.values import Quarter, Schedule


def quarters(
    tree: Outline, milestones: Sequence[MilestoneFact], planned: Schedule
) -> tuple[Quarter, ...]:
    """Return the quarters in which something should end, in order.

    An item belongs to the quarter of the date by which it should be done; one without such a date
    to none. `late` are items that the schedule ends after the quarter.
    """
    due = due_days(milestones)
    ends = {row.key: row.last for row in planned.rows}
    keys = defaultdict(list)
    titles = defaultdict(list)
    for leaf in tree.leaves:
        day = planned_end(tree, leaf.key, due)
        if day and leaf.phase is not Phase.DROPPED:
            keys[quarter_days(day)[0]].append(leaf.key)
    for title, day in due.items():
        titles[quarter_days(day)[0]].append(title)
    result = []
    for first in sorted({*keys, *titles}):
        last = quarter_days(first)[1]
        result.append(
            Quarter(
                name=quarter_of(first),
                first=first,
                last=last,
                milestones=tuple(titles[first]),
                sum=count(quarter_of(first), keys[first], tree),
                late=tuple(key for key in keys[first] if key in ends and ends[key] > last),
                hours_left=hours_left(tree, keys[first]),
                skills=skills_left(tree, keys[first]),
            )
        )
    return tuple(result)
