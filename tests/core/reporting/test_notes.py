"""What a reader is told beside the figures."""

from datetime import date

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.planning import PlanningSettings
from tests.reporting.builders import day, facts, item, made


def notes(*items: WorkItem, **more: object) -> list[str]:
    """The notes of a report on these items."""
    return list(made(facts(*items, **more)).notes)


def test_work_that_was_done_on_an_unknown_day_is_counted_by_no_week() -> None:
    """One whose day is known needs no word."""
    known = item("a", phase=Phase.DONE, closed=day(1))
    unknown = [item(f"b{n}", phase=Phase.DONE) for n in range(2)]
    told = "done on an unknown date; not in the pace of any week."
    assert f"1 item {told}" in notes(known, unknown[0], item("c"))
    assert f"2 items {told}" in notes(known, *unknown, item("c"))
    assert not [note for note in notes(known, item("c")) if told in note]


def test_work_without_hours_is_not_in_the_load() -> None:
    """Where others have some."""
    told = "1 item left without hours; not in the load."
    assert told in notes(item("a", hours=3), item("b"))
    assert told not in notes(item("a", hours=3))
    assert told not in notes(item("a"), item("b"))


def test_a_week_without_hours_turns_none_into_days() -> None:
    """Nobody works: what has hours is laid out at a guess."""
    planning = PlanningSettings(hours_per_week=0)
    (row,) = made(facts(item("a", hours=8), planning=planning)).schedule.rows
    assert row.by == "guess"
    (row,) = made(facts(item("a", hours=8))).schedule.rows
    assert (row.by, row.days) == ("hours", 1)


def test_what_ends_on_the_last_day_of_its_quarter_is_in_time() -> None:
    """The day after is late."""
    for days, late in ((16, ()), (17, ("a",))):
        work = item("a", hours=8 * days, target=date(2026, 3, 31))
        (quarter,) = made(facts(work, today=date(2026, 3, 10))).quarters
        assert quarter.late == late
