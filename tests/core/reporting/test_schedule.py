"""When things can be done as they wait for each other."""

import random
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from backlog_sync.core.facts import MilestoneFact, WorkItem
from backlog_sync.core.planning import PlanningSettings
from backlog_sync.reports.values import Schedule
from backlog_sync.reports.workdays import (
    nth_workday,
    workday_on_or_after,
    workdays,
    workdays_before,
)
from tests.reporting.builders import DONE, DROPPED, TODAY, day, facts, item, made

GRAPHS = 1_000


def schedule(*items: WorkItem, **more: object) -> Schedule:
    """The schedule of these items."""
    return made(facts(*items, **more)).schedule


def waits(key: str, days: float, *others: str, **more: Any) -> WorkItem:
    """An item of so many eight-hour days."""
    return item(key, hours=8 * days, blocked_by=others, **more)


def brute(lengths: dict[str, float], edges: set[tuple[str, str]]) -> float:
    """The longest chain, by walking every chain there is."""
    longest = 0.0
    stack: list[tuple[tuple[str, ...], float]] = [
        ((key,), length) for key, length in lengths.items()
    ]
    while stack:
        chain, length = stack.pop()
        longest = max(longest, length)
        stack += [
            ((*chain, after), length + lengths[after])
            for before, after in edges
            if before == chain[-1]
        ]
    return longest


@pytest.mark.parametrize("part", range(4))
def test_the_critical_path_is_the_one_found_by_brute_force(part: int) -> None:
    """On 1,000 small graphs: length, chain, slack, and what lies on the path."""
    for seed in range(part * GRAPHS // 4, (part + 1) * GRAPHS // 4):
        rng = random.Random(seed)
        keys = [f"k{n}" for n in range(rng.randrange(1, 9))]
        lengths = {key: rng.choice([0, 0.5, 1, 1, 2, 3.25, 7]) for key in keys}
        edges = {
            (one, two)
            for (n, one), (m, two) in product(enumerate(keys), repeat=2)
            if n < m and rng.random() < 0.3
        }
        rng.shuffle(keys)
        found = schedule(
            *(waits(k, lengths[k], *(a for a, b in sorted(edges) if b == k)) for k in keys)
        )
        assert found.days == brute(lengths, edges)
        assert sum(lengths[key] for key in found.path) == found.days
        assert set(found.edges) == edges
        assert set(zip(found.path, found.path[1:], strict=False)) <= edges
        rows = {row.key: row for row in found.rows}
        assert all(rows[key].critical for key in found.path)
        for key, row in rows.items():
            # Its slack is by how much it can grow before the end moves.
            longer = {**lengths, key: lengths[key] + row.slack + 0.5}
            assert brute(longer, edges) == found.days + 0.5
            assert row.critical == (row.slack == 0)


def test_an_item_that_waits_for_an_epic_waits_for_all_of_it() -> None:
    """And where the epic waits, all its leaves do."""
    found = schedule(
        item("first", "epic"),
        waits("a", 1, parent="first"),
        waits("b", 3, parent="first"),
        item("second", "epic", blocked_by=("first",)),
        waits("c", 1, parent="second"),
        waits("d", 2, parent="second"),
    )
    assert found.path == ("b", "d")
    assert set(found.edges) == {("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}
    assert found.links == (("first", "second"),)
    assert {row.key: row.slack for row in found.rows} == {"a": 2, "b": 0, "c": 1, "d": 0}


def test_large_links_are_not_spelled_out() -> None:
    """Two epics of thirty leaves are one link, and still wait."""
    leaves = [
        *(waits(f"a{n}", 1, parent="first") for n in range(30)),
        *(waits(f"b{n}", 1, parent="second") for n in range(30)),
    ]
    found = schedule(item("first", "epic"), item("second", "epic", blocked_by=("first",)), *leaves)
    assert (found.days, found.edges, found.links) == (2, (), (("first", "second"),))


def test_work_that_is_over_holds_up_nothing() -> None:
    """Done or dropped, it is not laid out and nothing waits for it."""
    found = schedule(
        waits("a", 5, phase=DONE), waits("b", 5, phase=DROPPED), waits("c", 1, "a", "b", "gone")
    )
    assert [row.key for row in found.rows] == ["c"]
    assert (found.days, found.edges, found.links) == (1, (), ())


def test_waiting_for_what_one_stands_below_says_nothing() -> None:
    """An epic that lists its own story as a blocker is no circle."""
    found = schedule(
        item("e", "epic", blocked_by=("a",)), waits("a", 1, parent="e"), waits("b", 1, parent="e")
    )
    assert (found.days, found.reason) == (1, "")


def test_a_circle_is_named() -> None:
    """There are no days then; the chain is told by keys, through an epic too."""
    found = schedule(
        item("e", "epic", blocked_by=("b",)), waits("a", 1, parent="e"), waits("b", 1, "a")
    )
    assert (found.rows, found.path, found.ends) == ((), (), None)
    assert found.reason.startswith("There is no schedule: circular dependency: ")
    assert {"e", "a", "b"} <= set(found.reason.rpartition(": ")[2].rstrip(".").split(" → "))


def test_days_are_working_days() -> None:
    """Five days from Monday end on Friday; what follows begins on Monday."""
    found = {row.key: row for row in schedule(waits("a", 5), waits("b", 1, "a")).rows}
    assert (found["a"].first, found["a"].last) == (TODAY, TODAY + timedelta(days=4))
    assert (found["b"].first, found["b"].last) == (TODAY + timedelta(days=7),) * 2


def test_half_days_share_a_day() -> None:
    """Two halves are one day; nothing ends before it begins."""
    found = schedule(waits("a", 0.5), waits("b", 0.5, "a"), waits("c", 0, "b"))
    assert [(row.first, row.last) for row in found.rows][:2] == [(TODAY, TODAY)] * 2
    assert all(row.first <= row.last for row in found.rows)
    assert found.days == 1


def test_what_begins_later_is_laid_out_later() -> None:
    """Its own start, or its epic's; a weekend's start is the Monday after."""
    found = schedule(
        item("e", "epic", start=TODAY + timedelta(days=5)), waits("a", 1, parent="e"), waits("b", 1)
    )
    assert found.rows[0].first == TODAY + timedelta(days=7)
    assert (found.path, found.days) == (("a",), 6)


@pytest.mark.parametrize(
    ("one", "planning", "days", "by"),
    [
        (item("a", hours=20, points=8), PlanningSettings(velocity=2), 2.5, "hours"),
        (item("a", hours=6), PlanningSettings(hours_per_week=15), 2, "hours"),
        (item("a", points=3), PlanningSettings(velocity=10), 1.5, "points"),
        (item("a", start=day(-7), target=day(-11)), PlanningSettings(), 5, "dates"),
        (item("a", start=day(30), target=day(20)), PlanningSettings(), 1, "dates"),
        (item("a", points=3), PlanningSettings(), 1, "guess"),
        (item("a", target=day(-9)), PlanningSettings(), 1, "guess"),
        (item("a", points=3), PlanningSettings(velocity=0), 1, "guess"),
        (item("a", hours=1e9), PlanningSettings(), 100_000, "hours"),
    ],
)
def test_lengths(one: WorkItem, planning: PlanningSettings, days: float, by: str) -> None:
    """From hours, else points, else dates, else a guess that is named as one."""
    row = schedule(one, planning=planning).rows[0]
    assert (row.days, row.by) == (days, by)


def test_points_take_the_pace_of_the_last_weeks_where_none_is_set() -> None:
    """The mean of what was done; the schedule tells it."""
    done = [
        item(f"d{n}", phase=DONE, points=4, added=day(84), closed=day(7 * n + 2)) for n in range(12)
    ]
    found = schedule(*done, item("a", points=2))
    assert (found.velocity, found.rows[0].days, found.rows[0].by) == (4, 2.5, "points")


def test_without_a_pace_the_critical_path_is_the_one_with_the_most_points() -> None:
    """A guess is one day on average: three items of one point wait less than one of eight."""
    small = [item(f"s{n}", points=1, blocked_by=(f"s{n - 1}",) if n else ()) for n in range(3)]
    found = schedule(*small, item("b", points=8), item("c", points=1, blocked_by=("b",)))
    assert found.path == ("b", "c")
    assert {row.by for row in found.rows} == {"guess"}
    assert sum(row.days for row in found.rows) == pytest.approx(len(found.rows), abs=0.01)


def test_late_is_told_against_the_target_or_the_milestone() -> None:
    """In calendar days; what is in time is not late."""
    found = schedule(
        waits("a", 5, target=TODAY),
        waits("b", 5, milestone="M"),
        waits("c", 1, milestone="M"),
        milestones=(MilestoneFact("M", TODAY + timedelta(days=1)),),
    )
    assert {row.key: row.late for row in found.rows} == {"a": 4, "b": 3, "c": 0}


def test_nothing_left_is_no_schedule() -> None:
    """It says so."""
    assert schedule(item("a", phase=DONE)).reason == "Nothing is left to do."


def test_working_days_are_counted_like_a_calendar_does() -> None:
    """Counting, and its opposite, agree with walking the days."""
    start = date(2026, 1, 1)
    walk = [start + timedelta(days=n) for n in range(800)]
    for first, last in ((walk[a], walk[a + n]) for a in range(30) for n in (0, 1, 5, 13, 700)):
        count = sum(first <= one <= last and one.weekday() < 5 for one in walk)
        assert workdays(first, last) == count
    for one in walk:
        assert nth_workday(workdays_before(workday_on_or_after(one))) == workday_on_or_after(one)
    assert workdays(walk[3], walk[2]) == 0
