"""The load of teams and skills by month and quarter, compared with their capacity.

An item's hours are spread evenly over working days: from its `start` (else its scheduled start) to
the date by which it should be done (its own, else its milestone's, else the scheduled end). Late
work counts on its scheduled days. An item that needs several skills needs an equal part of each; an
item with its own capacity counts all work below it. Only items with hours and remaining work count.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta

from backlog_sync.core.capacity import read
from backlog_sync.core.facts import MilestoneFact, WorkItem
from backlog_sync.core.planning import Capacity, PlanningSettings
from backlog_sync.core.rollup import Outline, skills_of, team_of
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.dates import due_days, planned_end, planned_start
from backlog_sync.reports.values import Load, Schedule, Shortage
from backlog_sync.reports.workdays import workdays

_FURTHEST = 10 * 366
"""The most days ahead that hours are spread over."""


@dataclass(slots=True)
class _Part:
    hours: float = 0
    items: dict[str, None] = field(default_factory=dict)


def quarter_of(day: date) -> str:
    """Return the quarter of a date, such as "2026 Q1"."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def quarter_days(day: date) -> tuple[date, date]:
    """Return the first and the last day of a date's quarter."""
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
    """Return the load by period: teams, skills, items with a capacity; months before quarters.

    Hours of items without a team or skill are under the name "". A name with a capacity but without
    hours is left out.
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
        needs = [("team", team_of(tree, key), 1.0), *_skills(tree, key), *_declaring(tree, key)]
        for first, share in _months(*span):
            for period, around in _periods(first):
                days[period] = around
                for whose, name, part in needs:
                    entry = parts[whose, name, "Q" in period, period]
                    entry.hours += hours * share * part
                    entry.items[key] = None
    capacities = _capacities(tree, planning)
    return tuple(
        _load_of_period(
            replace(_EMPTY, period=period, whose=whose, name=_name(tree, whose, name)),
            days[period],
            part,
            capacities.get((whose, name)),
            planning.hours_per_week,
            today,
        )
        for (whose, name, _, period), part in sorted(parts.items(), key=_order)
    )


def _name(tree: Outline, whose: str, name: str) -> str:
    return tree.items[name].title if whose == "item" else name


def _capacities(tree: Outline, planning: PlanningSettings) -> dict[tuple[str, str], Capacity]:
    """Return the declared capacities by type and name; an item's by its key."""
    declared = {("team", each.name): each for each in planning.teams}
    declared |= {("skill", each.name): each for each in planning.skills}
    for key, item in tree.items.items():
        given = read(item.capacity) if item.capacity else None
        if given is not None:
            words = given.words() if given.people else ""
            hours = given.hours(planning.hours_per_week)
            declared["item", key] = Capacity(item.title, hours, words=words)
    return declared


def _order(entry: tuple[tuple[str, str, bool, str], _Part]) -> tuple[int, bool, str, bool, str]:
    whose, name, quarterly, period = entry[0]
    return ("team", "skill", "item").index(whose), not name, name, quarterly, period


def _span(
    tree: Outline,
    key: str,
    scheduled: tuple[date, date] | None,
    due: Mapping[str, date],
    today: date,
) -> tuple[date, date]:
    """Return the days over which an item's hours are spread."""
    scheduled_days = scheduled or (today, today)
    first = max(planned_start(tree, key) or scheduled_days[0], today)
    last = planned_end(tree, key, due) or scheduled_days[1]
    if not workdays(first, last):
        first, last = scheduled_days
    latest = date.fromordinal(min(first.toordinal() + _FURTHEST, date.max.toordinal()))
    return first, min(last, latest)


def _skills(tree: Outline, key: str) -> list[tuple[str, str, float]]:
    names = skills_of(tree, key) or ("",)
    return [("skill", name, 1 / len(names)) for name in names]


def _declaring(tree: Outline, key: str) -> list[tuple[str, str, float]]:
    """Return the nearest item at or above this one that declares a capacity."""
    declaring = tree.inherited(key, lambda item: item.capacity and read(item.capacity))
    return [("item", declaring.key, 1.0)] if declaring else []


def _months(first: date, last: date) -> Iterator[tuple[date, float]]:
    """Yield the first day of each month of a span, and the month's share of its working days."""
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


_EMPTY = Load(period="", whose="", name="", hours=0, capacity=None, people=0, more=0)


def _load_of_period(
    load: Load,
    days: tuple[date, date],
    part: _Part,
    declared: Capacity | None,
    hours_per_week: float,
    today: date,
) -> Load:
    """Return the load with its figures. No capacity changes within a month or a quarter."""
    weeks = workdays(max(days[0], today), days[1]) / 5
    hours_per_person = hours_per_week * weeks
    rate, words = declared.on(days[0]) if declared else (None, "")
    capacity = round(rate * weeks, 2) if rate is not None else None
    over = max(0.0, part.hours - capacity) if capacity is not None else 0.0

    def people(hours: float) -> float:
        return round(hours / hours_per_person, 2) if hours_per_person > 0 else 0.0

    return replace(
        load,
        hours=round(part.hours, 2),
        capacity=capacity,
        people=people(part.hours),
        there=people(capacity) if capacity is not None else None,
        there_words=words,
        more=people(over),
        items=tuple(part.items),
    )


_SHORT = 0.1
"""The part of a person from which a shortage is reported."""


def overloads(loads: Sequence[Load]) -> tuple[Load, ...]:
    """Return the quarters in which noticeably more is needed than available."""
    return tuple(load for load in loads if "Q" in load.period and load.more >= _SHORT)


def shortages(loads: Sequence[Load]) -> tuple[Shortage, ...]:
    """Return the consecutive months in which each team, skill and item lacks people.

    The worst of these months is reported.
    """
    periods: list[Shortage] = []
    for load in loads:
        if "Q" in load.period or load.more < _SHORT or load.there is None:
            continue
        first = date.fromisoformat(f"{load.period}-01")
        shortage = Shortage(
            load.whose, load.name, first, _month_end(first), load.people, load.there, load.more
        )
        before = periods[-1] if periods else None
        if before and _follows(before, shortage):
            periods[-1] = _longer(before, shortage)
        else:
            periods.append(shortage)
    return tuple(periods)


def _follows(before: Shortage, after: Shortage) -> bool:
    same = (before.whose, before.name) == (after.whose, after.name)
    return same and (after.first - before.last).days == 1


def _longer(before: Shortage, after: Shortage) -> Shortage:
    worst = max((before, after), key=lambda each: each.more)
    return replace(worst, first=before.first, last=after.last)


def unread_capacities(items: Iterable[WorkItem]) -> Iterator[str]:
    """Yield a sentence for each capacity without a number of people or hours."""
    for item in items:
        if item.capacity and read(item.capacity) is None:
            yield (
                f"The capacity {item.capacity!r} of {item.key} is not a number of people; "
                "write '3-4 people', or hours per week."
            )
