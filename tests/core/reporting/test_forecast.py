"""The forecast draws from what was; its quantiles are those of the distribution."""

import math
import random
from collections import defaultdict
from datetime import timedelta
from itertools import accumulate

import pytest

from backlog_sync.core.facts import MilestoneFact, WorkItem
from backlog_sync.reports.forecast import quantile, simulate
from backlog_sync.reports.values import Forecast
from tests.reporting.builders import DONE, DROPPED, TODAY, day, facts, item, made


def steady(weeks: int = 12, points: float | None = 2, left: int = 6) -> tuple[WorkItem, ...]:
    """One item done in each of the last weeks, and some left."""
    done = [
        item(f"d{n}", phase=DONE, points=points, added=day(7 * weeks), closed=day(7 * n + 3))
        for n in range(weeks)
    ]
    return (*done, *(item(f"l{n}", points=points, added=day(7 * weeks)) for n in range(left)))


def forecast(*items: WorkItem, seed: int = 7, **more: object) -> Forecast:
    """The whole's forecast."""
    found = made(facts(*items, **more), seed).forecast
    assert found is not None
    return found


def exact(weekly: tuple[float, ...], goal: float) -> dict[int, float]:
    """The distribution of the days until `goal` is reached, worked out and not drawn."""
    days: dict[int, float] = defaultdict(float)
    at, week = {0.0: 1.0}, 0
    while at and week < 2_000:
        following: dict[float, float] = defaultdict(float)
        for before, chance in at.items():
            for draw in weekly:
                part, after = chance / len(weekly), before + draw
                if after >= goal:
                    days[7 * week + math.ceil(7 * (goal - before) / draw)] += part
                elif chance > 1e-12:
                    following[after] += part
        at, week = following, week + 1
    return days


@pytest.mark.parametrize(
    ("weekly", "goal"),
    [
        ((0, 1), 40),
        ((3, 5, 0, 8, 2, 13, 5, 5, 1, 0, 3, 8), 150),
        ((2, 2, 2, 2), 31),
        ((1, 0, 0, 0, 2, 0, 1, 4, 0, 0, 1, 3), 60),
    ],
)
def test_quantiles_are_those_of_the_known_distribution(
    weekly: tuple[float, ...], goal: float
) -> None:
    """At 50, 85 and 95% the simulation is within 2% of what convolution gives."""
    days = simulate(weekly, [goal], random.Random(1))[0]
    known = sorted(exact(weekly, goal).items())
    assert sum(chance for _, chance in known) == pytest.approx(1, abs=1e-6)
    for part in (0.5, 0.85, 0.95):
        below = accumulate(chance for _, chance in known)
        wanted = next(n for (n, _), so_far in zip(known, below, strict=True) if so_far >= part)
        assert quantile(days, part) == pytest.approx(wanted, rel=0.02)


def test_steady_work_ends_when_it_divides_out() -> None:
    """Twelve points at two a week take six weeks, whatever the chance."""
    found = forecast(*steady())
    assert (found.unit, found.left, found.weekly) == ("points", 12, (2,) * 12)
    assert found.at_50 == found.at_85 == found.at_95 == TODAY + timedelta(weeks=6)
    assert found.runs >= 1_000


def test_the_same_seed_gives_the_same_days() -> None:
    """The seed is told, and decides."""
    items = (*steady(), *(item(f"x{n}", phase=DONE, points=9, closed=day(n * 9)) for n in range(6)))
    assert forecast(*items, seed=3) == forecast(*items, seed=3)
    assert forecast(*items, seed=3).seed == 3
    assert forecast(*items, seed=3) != forecast(*items, seed=4)


def test_the_running_day_is_not_a_week() -> None:
    """Work of today and of the future counts as done, but in no week."""
    found = forecast(*steady(), item("now", phase=DONE, points=50, closed=TODAY))
    assert found.weekly == (2,) * 12
    assert forecast(*steady(), item("x", phase=DONE, points=50, closed=day(-5))).weekly[-1] == 2


def test_items_are_counted_where_not_all_that_is_left_has_points() -> None:
    """What has no points would otherwise take no time; the report says so."""
    items = (*steady(), item("vague", added=day(3)))
    assert (forecast(*items).unit, forecast(*items).left) == ("items", 7)
    assert any(
        "without points" in note and "forecast" in note for note in made(facts(*items)).notes
    )
    assert forecast(*steady(points=None)).unit == "items"
    assert forecast(*steady(left=0), item("free", points=0)).unit == "items"


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (steady(3), "No forecast yet: needs 4 full weeks of history (3 so far)."),
        (
            (*steady(3, left=1), item("old", phase=DONE, closed=day(300))),
            "No forecast yet: needs 4 weeks with something done (3 of the last 12 so far).",
        ),
        (steady(left=0), "Nothing is left to do."),
        ((item("a"),), "No forecast yet: needs 4 full weeks of history (0 so far)."),
    ],
)
def test_too_little_to_say_is_said(items: tuple[WorkItem, ...], reason: str) -> None:
    """There are no days then, for no milestone either."""
    found = forecast(*items, item("m", milestone="M", phase=DROPPED))
    assert (found.reason, found.at_50, found.runs) == (reason, None, 0)


def test_weeks_before_the_backlog_began_are_no_idle_weeks() -> None:
    """Five weeks of history are five weeks to draw from."""
    assert forecast(*steady(5)).weekly == (2,) * 5


def test_milestones_share_what_a_week_brings_in_the_order_of_their_days() -> None:
    """The one due first is served first; one without a day later, no milestone last."""
    items = steady(left=0)
    for title in ("Late", "None", "Soon", ""):
        items += tuple(
            item(f"{title}{n}", points=2, milestone=title or None, added=day(80)) for n in range(2)
        )
    found = forecast(
        *items,
        milestones=(
            MilestoneFact("Late", day(-100)),
            MilestoneFact("None"),
            MilestoneFact("Soon", day(-10)),
        ),
    )
    ends = {title: one.at_50 for title, one in found.milestones.items()}
    weeks = {"Soon": 2, "Late": 4, "None": 6}
    assert ends == {title: TODAY + timedelta(weeks=n) for title, n in weeks.items()}
    assert found.at_50 == TODAY + timedelta(weeks=8)
    assert found.milestones["Late"].left == 4


def test_what_takes_more_than_ten_years_has_no_day() -> None:
    """It is not drawn on for ever."""
    found = forecast(*steady(points=1, left=0), item("huge", points=10_000, added=day(80)))
    assert (found.reason, found.at_50, found.at_95) == ("", None, None)
