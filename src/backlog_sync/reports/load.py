"""What each month and quarter asks of teams and skills, against what they can give.

An item's hours are spread evenly over working days: from its `start` (else the day that the
schedule gives it) to the day by which it should be done (its own, else its milestone's, else the
schedule's). What is late already falls on the days that the schedule gives. An item that needs
several skills asks an equal part of each. Only items with hours and something left to do count.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from backlog_sync.core.facts import MilestoneFact, PlanningSettings
from backlog_sync.core.rollup import Outline, team_of
from backlog_sync.reports.dates import due_days, planned_end, planned_start
from backlog_sync.reports.values import Load, Schedule
from backlog_sync.reports.workdays import workdays

_FURTHEST = 10 * 366
"""Days ahead that hours are spread over."""


@dataclass(slots=True)
class _Part:
    hours: float = 0
    items: dict[str, None] = field(default_factory=dict)


def quarter_of(day: date) -> str:
    """The quarter of a day, as "2026 Q1"."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def quarter_days(day: date) -> tuple[date, date]:
    """The first and the last day of a day's quarter."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return first, _month_end(first.replace(month=first.month + 2))


def _month_end(day: date) -> date:
    if day.month == 12:
        return day.replace(day=31)
    return day.replace(month=day.month + 1, day=1) - timedelta(days=1)


def load(
    tree: Outline,
    planned: Schedule,
    milestones: Sequence[MilestoneFact],
    planning: PlanningSettings,
    today: date,
) -> tuple[Load, ...]:
    """Give the load by period, teams before skills, months before quarters.

    Hours of items without a team or skill stand under the name "". A name with a capacity but
    no hours is left out.
    """
    due = due_days(milestones)
    spans = {row.key: (row.first, row.last) for row in planned.rows}
    parts: dict[tuple[str, str, bool, str], _Part] = defaultdict(_Part)
    days: dict[str, tuple[date, date]] = {}
    for key in tree.open(leaf.key for leaf in tree.leaves):
        hours = tree.hours.get(key, 0)
        if not hours:
            continue
        span = _span(tree, key, spans.get(key), due, today)
        needs = [("team", team_of(tree, key), 1.0), *_skills(tree, key)]
        for first, share in _months(*span):
            for period, around in _periods(first):
                days[period] = around
                for whose, name, part in needs:
                    entry = parts[whose, name, "Q" in period, period]
                    entry.hours += hours * share * part
                    entry.items[key] = None
    return tuple(
        _load_of_period(period, days[period], whose, name, part, planning, today)
        for (whose, name, _, period), part in sorted(parts.items(), key=_order)
    )


def _order(entry: tuple[tuple[str, str, bool, str], _Part]) -> tuple[bool, bool, str, bool, str]:
    whose, name, quarterly, period = entry[0]
    return whose == "skill", not name, name, quarterly, period


def _span(
    tree: Outline,
    key: str,
    scheduled: tuple[date, date] | None,
    due: Mapping[str, date],
    today: date,
) -> tuple[date, date]:
    """The days over which an item's hours are spread."""
    scheduled_days = scheduled or (today, today)
    first = max(planned_start(tree, key) or scheduled_days[0], today)
    last = planned_end(tree, key, due) or scheduled_days[1]
    if not workdays(first, last):
        first, last = scheduled_days
    latest = date.fromordinal(min(first.toordinal() + _FURTHEST, date.max.toordinal()))
    return first, min(last, latest)


def _skills(tree: Outline, key: str) -> list[tuple[str, str, float]]:
    skilled_item = tree.inherited(key, lambda item: item.skills)
    names = tuple(dict.fromkeys(skilled_item.skills)) if skilled_item else ("",)
    return [("skill", name, 1 / len(names)) for name in names]


def _months(first: date, last: date) -> Iterator[tuple[date, float]]:
    """The first day of a span in each of its months, and the month's share of its working days."""
    whole = workdays(first, last)
    start = first
    while start <= last:
        end = min(_month_end(start), last)
        share = workdays(start, end) / whole if whole else 1.0
        if share:
            yield start, share
        if end == last:
            return
        start = end + timedelta(days=1)


def _periods(day: date) -> tuple[tuple[str, tuple[date, date]], tuple[str, tuple[date, date]]]:
    month = f"{day.year}-{day.month:02}"
    return ((month, (day.replace(day=1), _month_end(day))), (quarter_of(day), quarter_days(day)))


def _load_of_period(
    period: str,
    days: tuple[date, date],
    whose: str,
    name: str,
    part: _Part,
    planning: PlanningSettings,
    today: date,
) -> Load:
    declared = getattr(planning, f"{whose}s")
    hours_by_name = {entry.name: entry.hours_per_week for entry in declared}
    weeks = workdays(max(days[0], today), days[1]) / 5
    capacity = round(hours_by_name[name] * weeks, 2) if name in hours_by_name else None
    hours_per_person = planning.hours_per_week * weeks
    people = part.hours / hours_per_person if hours_per_person > 0 else 0.0
    over = max(0.0, part.hours - capacity) if capacity is not None else 0.0
    more = over / hours_per_person if hours_per_person > 0 else 0.0
    return Load(
        period=period,
        whose=whose,
        name=name,
        hours=round(part.hours, 2),
        capacity=capacity,
        people=round(people, 2),
        more=round(more, 2),
        items=tuple(part.items),
    )
