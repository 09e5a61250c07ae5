"""Forecast when the remaining work will be done, by sampling past weeks.

Each run samples weeks, with replacement, from the work done in the last twelve full weeks, until
all remaining work is done. Milestones get each week's work in the order of their due dates (those
without one follow, in document order), and work without a milestone comes last.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from typing import Protocol

from backlog_sync.core.facts import Facts, MilestoneFact, Phase
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.history import first_day
from backlog_sync.reports.values import Forecast

WEEKS = 12
"""The number of past full weeks to sample from."""
ENOUGH = 4
"""The weeks in which something must have been done; with fewer there is no forecast."""
NOTHING_LEFT = "Nothing is left to do."

_LONGEST = 522
"""Weeks in ten years, after which a run is given up."""
_DRAWS = 1_500_000
"""The most samples in total: a long plan gets fewer runs, so that a report stays fast."""
_FEWEST, _MOST = 1_000, 5_000
"""Runs: 1,000 leave 50 beyond the 95% mark; more than 5,000 only cost time."""
_DUST = 1e-9
"""Sums of points are floats; smaller differences are rounding errors."""


class Draws(Protocol):
    """A random source; `random.Random` is one."""

    def choices(self, population: Sequence[float], *, k: int) -> Sequence[float]:
        """Return `k` members of the population, each sampled from the whole."""
        ...


def throughput(tree: Outline, today: date, *, points: bool) -> tuple[float, ...]:
    """Return the work done in each of the last full weeks, oldest first; the last ended yesterday.

    Weeks before the first known day of the backlog are left out.
    """
    first = first_day(tree.leaves, today)
    known_weeks = (today - first).days // 7 if first else 0
    weeks = [0.0] * min(WEEKS, known_weeks)
    for item in tree.leaves:
        if item.phase is not Phase.DONE or item.closed is None:
            continue
        days_ago = (today - item.closed).days - 1
        if 0 <= days_ago < 7 * len(weeks):
            weeks[-1 - days_ago // 7] += tree.points.get(item.key, 0) if points else 1
    return tuple(round(week, 6) for week in weeks)


def too_little(weekly: Sequence[float]) -> str:
    """Return why these weeks are too few to sample from; empty if they are enough."""
    busy = sum(week > 0 for week in weekly)
    if busy >= ENOUGH:
        return ""
    if len(weekly) < ENOUGH:
        return f"No forecast yet: needs {ENOUGH} full weeks of history ({len(weekly)} so far)."
    return (
        f"No forecast yet: needs {ENOUGH} weeks with something done ({busy} of the last "
        f"{len(weekly)} so far)."
    )


def pace(facts: Facts, tree: Outline) -> float | None:
    """Return the points per week: from the settings, else the mean of the last weeks if known."""
    if facts.planning.velocity is not None:
        return facts.planning.velocity
    weekly = throughput(tree, facts.today, points=True)
    return round(sum(weekly) / len(weekly), 2) if not too_little(weekly) else None


def forecast(
    tree: Outline, milestones: Sequence[MilestoneFact], today: date, draws: Draws, seed: int
) -> Forecast:
    """Return the dates by which all remaining work is done, and those of each milestone.

    It counts points if every open item has some, else items. `seed` is what `draws` was created
    with; it is only recorded.
    """
    remaining = tree.open(leaf.key for leaf in tree.leaves)
    worth = {key: tree.points[key] for key in remaining if key in tree.points}
    points = len(worth) == len(remaining) and sum(worth.values()) > 0
    unit = "points" if points else "items"
    if not points:
        worth = dict.fromkeys(remaining, 1.0)
    parts: dict[str, float] = {}
    for key in remaining:
        title = tree.items[key].milestone or ""
        parts[title] = parts.get(title, 0) + worth[key]
    due_days = {milestone.title: milestone.due for milestone in milestones}
    titles = sorted((t for t in parts if t), key=lambda t: due_days.get(t) or date.max)
    weekly = throughput(tree, today, points=points)
    whole = round(sum(worth.values()), 6)
    reason = NOTHING_LEFT if not remaining else too_little(weekly)
    if reason:
        others = {t: Forecast(unit, round(parts[t], 6), weekly, reason=reason) for t in titles}
        return Forecast(unit, whole, weekly, reason=reason, milestones=others)
    goals = [*accumulate(parts[title] for title in titles), whole]
    outcomes = simulate(weekly, goals, draws)

    base = Forecast(unit, whole, weekly, len(outcomes[-1]), seed)
    by_milestone = {
        title: replace(_with_days(base, days, today), left=round(parts[title], 6))
        for title, days in zip(titles, outcomes[:-1], strict=True)
    }
    return replace(_with_days(base, outcomes[-1], today), milestones=by_milestone)


def _with_days(base: Forecast, days: Sequence[float], today: date) -> Forecast:
    at_50, at_85, at_95 = (_day(today, quantile(days, part)) for part in (0.5, 0.85, 0.95))
    return replace(base, at_50=at_50, at_85=at_85, at_95=at_95)


def simulate(weekly: Sequence[float], goals: Sequence[float], draws: Draws) -> list[list[float]]:
    """Return for each goal (amounts above 0, ascending) the days that the runs took, sorted.

    Within a week work is done evenly. A run that takes more than ten years is infinite.
    """
    guess = math.ceil(1.2 * goals[-1] * len(weekly) / sum(weekly)) + 4
    chunk = min(guess, _LONGEST)
    runs = max(_FEWEST, min(_MOST, _DRAWS // (chunk + 4 * len(goals))))
    outcomes: list[list[float]] = [[] for _ in goals]
    for _ in range(runs):
        done = [0.0]
        while done[-1] < goals[-1] - _DUST and len(done) <= _LONGEST:
            more = draws.choices(weekly, k=min(chunk, _LONGEST + 1 - len(done)))
            done += list(accumulate(more, initial=done[-1]))[1:]
        for goal, days in zip(goals, outcomes, strict=True):
            days.append(_days(done, goal))
    for days in outcomes:
        days.sort()
    return outcomes


def _days(done: Sequence[float], goal: float) -> float:
    """Return the number of days until a run reaches a goal."""
    week = bisect_left(done, goal - _DUST)
    if week >= len(done):
        return math.inf
    before, after = done[week - 1], done[week]
    return 7 * (week - 1) + math.ceil(7 * (goal - before) / (after - before) - _DUST)


def quantile(days: Sequence[float], part: float) -> float:
    """Return the smallest of the sorted durations that this share of the runs did not exceed."""
    return days[max(0, math.ceil(part * len(days)) - 1)]


def _day(today: date, days: float) -> date | None:
    return None if math.isinf(days) else today + timedelta(days=int(days))
