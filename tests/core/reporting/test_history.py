"""Scope and completion over time, from the days that items carry."""

import itertools
from datetime import timedelta

from backlog_sync.core.facts import WorkItem
from backlog_sync.reports.values import Day
from tests.reporting.builders import DONE, DROPPED, TODAY, day, facts, item, made


def history(*items: WorkItem) -> tuple[Day, ...]:
    """The series of these items."""
    return made(facts(*items)).history


def on(series: tuple[Day, ...], back: int) -> tuple[float, float, int, int]:
    """The figures of so many days before today."""
    found = next(one for one in series if one.day == day(back))
    return found.points, found.points_done, found.total, found.done


def test_scope_grows_and_work_is_done_day_by_day() -> None:
    """Each day from the first known one to today, as at its end."""
    found = history(
        item("a", points=3, added=day(4), closed=day(1), phase=DONE),
        item("b", points=5, added=day(2)),
    )
    assert [one.day for one in found] == [day(back) for back in (4, 3, 2, 1, 0)]
    assert [on(found, back) for back in (4, 2, 1, 0)] == [
        (3, 0, 1, 0),
        (8, 0, 2, 0),
        (8, 3, 2, 1),
        (8, 3, 2, 1),
    ]


def test_dropped_work_leaves_the_scope_on_its_day() -> None:
    """Until then it was planned; without a day it never counts."""
    found = history(
        item("a", points=3, added=day(4)),
        item("b", points=5, added=day(4), closed=day(2), phase=DROPPED),
        item("c", points=8, added=day(4), phase=DROPPED),
    )
    assert [one.points for one in found] == [8, 8, 3, 3, 3]


def test_reopened_work_is_open_all_the_time() -> None:
    """Its earlier closing is not kept by anybody."""
    assert history(item("a", added=day(2), closed=day(1)))[-1].done == 0


def test_unknown_days_are_the_first() -> None:
    """What has no day of adding was always there; what is done without a day is done by then."""
    found = history(item("a", added=day(3)), item("b"), item("c", phase=DONE))
    assert on(found, 3) == (0, 0, 3, 1)
    assert history(item("a")) == ()


def test_work_that_was_closed_before_it_was_added_was_added_when_closed() -> None:
    """An old issue that a backlog took over."""
    found = history(item("a", added=day(1), closed=day(3), phase=DONE))
    assert [(one.total, one.done) for one in found] == [(1, 1)] * 4


def test_a_long_series_is_weekly_and_ends_today() -> None:
    """More than 120 days, or ten years: what is older counts on the first day."""
    found = history(item("a", added=day(200)), item("b", added=day(1)))
    assert {b.day - a.day for a, b in itertools.pairwise(found)} == {timedelta(weeks=1)}
    assert (found[-1].day, found[-1].total) == (TODAY, 2)
    ancient = history(item("a", added=day(20_000)), item("b", added=day(1)))
    assert (len(ancient), ancient[0].total) == (521, 1)


def test_days_to_come_are_today() -> None:
    """A clock that runs ahead moves nothing beyond the report."""
    assert history(item("a", added=day(2)), item("b", added=day(-5)))[-1].total == 2
