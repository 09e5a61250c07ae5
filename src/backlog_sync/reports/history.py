"""Scope and completion over time, from the dates on which items were added and closed.

There is no database: an item is in scope from the date it was added, and done from the date it was
closed, with its current points. Dropped work is in scope until the date it was closed. Reopened
work counts as open all the time, because its earlier closing is not recorded. Items without a date
of addition were there from the first day; work done without a date was done then.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import Outline, amount
from backlog_sync.reports.values import Day

_DAILY = 120
"""The most days for which the series has one value per day; longer ones have one per week."""
_LONGEST = 520 * 7
"""The most days that the series goes back; older changes count on its first day."""


def history(tree: Outline, today: date) -> tuple[Day, ...]:
    """Return scope and completion from the first known date to `today`; the last is current."""
    first = first_day(tree.leaves, today)
    if first is None:
        return ()
    moves: dict[date, list[float]] = defaultdict(lambda: [0, 0, 0, 0])
    for item in tree.leaves:
        _count(item, tree.points.get(item.key, amount(item.points) or 0), first, today, moves)
    if len(moves) == 1 and first == today:
        return (_day(today, moves[today]),)
    state: list[float] = [0, 0, 0, 0]
    series, days = [], sorted(moves)
    index = 0
    for day in _series_days(first, today):
        while index < len(days) and days[index] <= day:
            state = [had + more for had, more in zip(state, moves[days[index]], strict=True)]
            index += 1
        series.append(_day(day, state))
    return tuple(series)


def first_day(items: Iterable[WorkItem], today: date) -> date | None:
    """Return the first date on which anything was added or closed, at most ten years ago."""
    days = [day for item in items for day in (item.added, item.closed) if day and day <= today]
    return max(min(days), today - timedelta(days=_LONGEST)) if days else None


def _count(
    item: WorkItem, points: float, first: date, today: date, moves: dict[date, list[float]]
) -> None:
    """Record when an item enters the scope, and when it is done or leaves it."""

    def within_series(day: date | None) -> date:
        return min(max(day or first, first), today)

    over = within_series(item.closed)
    start = min(within_series(item.added), over) if item.closed else within_series(item.added)
    if item.phase is Phase.DROPPED:
        if item.closed is None:
            return
        _add_change(moves[start], points, 1)
        _add_change(moves[over], -points, -1)
        return
    if item.phase is Phase.DONE:
        start = min(start, over)
        moves[over][1] += points
        moves[over][3] += 1
    _add_change(moves[start], points, 1)


def _add_change(move: list[float], points: float, items: int) -> None:
    move[0] += points
    move[2] += items


def _series_days(first: date, today: date) -> list[date]:
    """Return the days of the series: every day, or today and every seventh day before."""
    step = 1 if (today - first).days < _DAILY else 7
    days = range((today - first).days // step + 1)
    return [today - timedelta(days=step * back) for back in reversed(days)]


def _day(day: date, state: list[float]) -> Day:
    points, done = round(state[0], 6), round(state[1], 6)
    return Day(day, points, done, int(state[2]), int(state[3]))
