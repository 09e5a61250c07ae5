"""Load, quarters, risks, reviews, milestones and their health, and what happened since."""

from datetime import date, timedelta

import pytest

from backlog_sync.core.facts import Before, MilestoneFact
from backlog_sync.core.planning import Capacity, PlanningSettings, Risk, Step
from backlog_sync.reports.decisions import decisions
from backlog_sync.reports.health import judge, judge_whole
from backlog_sync.reports.next_steps import next_steps
from backlog_sync.reports.risks import level
from backlog_sync.reports.values import Forecast, Health, Moved, Overlap, Period, Scheduled
from backlog_sync.reports.view import segment, staffing
from tests.reporting.builders import DOING, DONE, DROPPED, TODAY, day, facts, item, made, sample
from tests.sums import rolled

SOON = TODAY + timedelta(days=30)

# ---- load ----------------------------------------------------------------------------------


def test_hours_fall_on_the_days_between_start_and_target() -> None:
    """Three weeks of which one lies in April: a third of the hours, and of the people."""
    found = made(
        facts(
            item("a", hours=60, team="Red", start=date(2026, 3, 18), target=date(2026, 4, 7)),
            planning=PlanningSettings(teams=(Capacity("Red", 10),), hours_per_week=20),
        )
    ).load
    told = {row.period: row for row in found if row.whose == "team"}
    assert list(told) == ["2026-03", "2026-04", "2026 Q1", "2026 Q2"]
    assert [row.hours for row in told.values()] == [40, 20, 40, 20]
    march = told["2026-03"]
    # 12 working days are left of March: 24 hours of capacity, 48 of one person.
    assert (march.capacity, march.people, march.more) == (24, 0.83, 0.33)
    assert told["2026-04"].more == 0
    assert march.items == ("a",)


def ramp(*hours_from: tuple[date, float]) -> PlanningSettings:
    """Settings with one team whose capacity grows."""
    steps = tuple(Step(since, hours) for since, hours in hours_from)
    return PlanningSettings(teams=(Capacity("Red", 0, steps),), hours_per_week=40)


def test_capacity_holds_from_its_quarter_until_the_next_one_named() -> None:
    """Nothing is there before the first; a quarter that is not named is as the one before it."""
    told = made(
        facts(
            item("a", hours=1000, team="Red", start=TODAY, target=date(2027, 3, 31)),
            planning=ramp((date(2026, 4, 1), 40), (date(2026, 10, 1), 100)),
        )
    ).load
    there = {row.period: row.there for row in told if row.whose == "team" and "Q" in row.period}
    assert there == {
        "2026 Q1": 0, "2026 Q2": 1, "2026 Q3": 1, "2026 Q4": 2.5, "2027 Q1": 2.5,
    }  # fmt: skip
    months = {row.period: row.there for row in told if row.whose == "team"}
    assert (months["2026-03"], months["2026-09"], months["2026-12"]) == (0, 1, 2.5)


def test_months_that_lack_people_are_told_as_one_time() -> None:
    """From the first to the last of months in a row, with the worst of them; others start anew."""
    found = made(
        facts(
            item("a", hours=80, team="Red", start=date(2026, 4, 1), target=date(2026, 4, 30)),
            item("b", hours=700, team="Red", start=date(2026, 5, 1), target=date(2026, 6, 30)),
            item("c", hours=500, team="Red", start=date(2026, 8, 3), target=date(2026, 8, 31)),
            planning=ramp((date(2026, 4, 1), 40), (date(2026, 7, 1), 80)),
        )
    )
    told = [(one.name, one.first, one.last, one.there) for one in found.shortages]
    assert told == [
        ("Red", date(2026, 5, 1), date(2026, 6, 30), 1),
        ("Red", date(2026, 8, 1), date(2026, 8, 31), 2),
    ]
    for one in found.shortages:
        assert one.more == pytest.approx(one.people - one.there, abs=0.02)
    assert staffing(found) == [
        "Red needs 1 more person from May 2026 to June 2026: 2 needed, 1 available",
        "Red needs 1 more person in August 2026: 3 needed, 2 available",
    ]


def test_an_item_that_says_who_is_there_is_asked_for_all_below_it() -> None:
    """Its hours stand beside those of its team; a phrase that names nobody is told."""
    found = made(
        facts(
            item("e", "epic", title="Level 1", capacity="3-4 engineers"),
            item("a", hours=70, parent="e", start=TODAY, target=date(2026, 3, 20)),
            item("f", "epic", title="Level 2", capacity="to be found"),
            item("b", hours=10, parent="f"),
            planning=PlanningSettings(hours_per_week=20),
        )
    )
    (march, quarter) = [row for row in found.load if row.whose == "item"]
    assert (march.name, march.hours, march.there, march.there_words) == (
        "Level 1", 70, 3.5, "3 to 4 people",
    )  # fmt: skip
    assert quarter.period == "2026 Q1"
    assert staffing(found) == ["Level 1: 3 to 4 people", "Level 2: to be found"]
    assert "The capacity 'to be found' of f is not a number of people" in "\n".join(found.notes)


def test_segments_tell_hours_left_and_skills() -> None:
    """Of what is open of a milestone and of a quarter."""
    found = made(
        facts(
            item("a", hours=30, milestone="M", skills=("x",)),
            item("b", hours=9, milestone="M", skills=("y",), phase=DONE),
            item("c", hours=12, milestone="M", skills=("z", "x")),
            milestones=(MilestoneFact("M", SOON),),
        )
    )
    (milestone,), (quarter,) = found.milestones, found.quarters
    assert (milestone.hours_left, milestone.skills) == (42, ("x", "z"))
    assert (quarter.hours_left, quarter.skills) == (42, ("x", "z"))
    assert segment(quarter) == "42 h left; skills: x, z"


def test_what_is_late_falls_on_the_days_of_the_schedule() -> None:
    """A target that has passed takes no hours any more."""
    found = made(facts(item("a", hours=8, target=day(30))))
    assert [(row.period, row.hours) for row in found.load if row.whose == "team"] == [
        ("2026-03", 8),
        ("2026 Q1", 8),
    ]


def test_several_skills_share_an_item_and_none_stands_under_no_name() -> None:
    """An epic's skills are those of its stories; nothing is counted twice."""
    found = made(
        facts(
            item("e", "epic", skills=("x", "y")),
            item("a", hours=10, parent="e"),
            item("b", hours=4),
        )
    ).load
    quarter = {row.name: row.hours for row in found if row.whose == "skill" and "Q" in row.period}
    assert quarter == {"x": 5, "y": 5, "": 4}


def test_without_hours_there_is_no_load() -> None:
    """Points are no hours."""
    assert made(facts(item("a", points=3))).load == ()


# ---- quarters ------------------------------------------------------------------------------


def test_quarters_hold_what_should_end_in_them() -> None:
    """By an item's own target, its epic's, or its milestone; late is what ends after it."""
    found = made(
        facts(
            item("e", "epic", target=date(2026, 4, 1)),
            item("a", parent="e", points=2),
            item("b", milestone="M", points=3, hours=8 * 30),
            item("c", points=9),
            item("d", milestone="M", phase=DROPPED),
            milestones=(MilestoneFact("M", date(2026, 3, 31)), MilestoneFact("N", SOON)),
        )
    ).quarters
    assert [(q.name, q.milestones, q.sum.items, q.late) for q in found] == [
        ("2026 Q1", ("M",), ("b",), ("b",)),
        ("2026 Q2", ("N",), ("a",), ()),
    ]
    assert (found[0].first, found[0].last) == (date(2026, 1, 1), date(2026, 3, 31))


# ---- risks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("Low", 2),
        ("medium", 3),
        ("HIGH", 4),
        ("very-high", 5),
        ("Unlikely", 2),
        ("almost certain", 5),
        ("alta", 4),
        ("Média", 3),
        ("mittel", 3),
        ("Élevé", 4),
        ("Muy baja", 1),
        ("высокая", 4),
        ("中", 3),
        ("高い", 4),
        ("🔴", 4),
        ("🟡 ", 3),
        ("1", 1),
        ("5", 5),
        ("4/5", 4),
        ("20%", 1),
        ("20,5 %", 2),
        ("90 %", 5),
        ("100%", 5),
        ("0%", 1),
        ("0.3", 2),
        ("", None),
        (None, None),
        ("6", None),
        ("2.5", None),
        ("120%", None),
        ("quite", None),
    ],
)
def test_words_and_numbers_have_a_place_from_one_to_five(word: str | None, place: int) -> None:
    """In several languages; what has none is not guessed."""
    assert level(word) == place


def test_the_greatest_exposure_stands_on_top() -> None:
    """Open risks first; one without an exposure follows, and its word is told."""
    found = made(
        facts(
            item("a", risks=(Risk("small", "low", "low"), Risk("odd", "quite", "high"))),
            item("b", milestone="M", risks=(Risk("big", "high", "5", external=True),)),
            item("c", phase=DONE, risks=(Risk("over", "5", "5"),)),
        )
    )
    assert [(one.text, one.exposure, one.open) for one in found.risks] == [
        ("big", 20, True),
        ("small", 4, True),
        ("odd", None, True),
        ("over", 25, False),
    ]
    assert (found.risks[0].item, found.risks[0].milestone, found.risks[0].external) == (
        "b",
        "M",
        True,
    )
    assert any("'quite'" in note for note in found.notes)


# ---- reviews -------------------------------------------------------------------------------


def test_reviews_are_overdue_by_kind_or_for_all() -> None:
    """From the day the words last changed, else from the day it was added; the oldest first."""
    items = (
        item("e", "epic", added=day(40)),
        item("a", added=day(40)),
        item("b", added=day(400)),
        item("c", phase=DONE, added=day(400)),
        item("d"),
    )
    planning = PlanningSettings(review_every={"epic": 30}, review_days=39)
    found = made(facts(*items, planning=planning, reviewed={"b": day(39)})).reviews
    assert [(one.key, one.last, one.due, one.days_over) for one in found] == [
        ("e", day(40), day(10), 10),
        ("a", day(40), day(1), 1),
    ]
    assert made(facts(*items)).reviews == ()


# ---- milestones ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at_50", "at_85", "health"),
    [
        (10, 30, Health.ON_TRACK),
        (10, 31, Health.AT_RISK),
        (30, None, Health.AT_RISK),
        (31, 40, Health.OFF_TRACK),
        (None, None, Health.OFF_TRACK),
    ],
)
def test_health_is_how_likely_the_day_is_kept(
    at_50: int | None, at_85: int | None, health: Health
) -> None:
    """With 85%: on track; with less than 50%: off track; between: at risk."""
    days = [None if n is None else TODAY + timedelta(days=n) for n in (at_50, at_85)]
    found, why = judge(
        rolled(1, 3), SOON, TODAY, forecast=Forecast("items", 2, at_50=days[0], at_85=days[1])
    )
    assert found is health
    assert str(SOON) in why


@pytest.mark.parametrize(
    ("done", "total", "due", "more", "health", "why"),
    [
        (3, 3, day(9), {}, Health.DONE, "All items are done."),
        (2, 3, SOON, {"closed": True}, Health.DONE, "Closed, with 1 item still open."),
        (0, 0, SOON, {}, Health.UNKNOWN, "Empty."),
        (1, 3, None, {}, Health.UNKNOWN, "No due date; 2 items left."),
        (1, 3, day(1), {}, Health.OFF_TRACK, "Due 1 day ago; 2 items left."),
        (
            1,
            3,
            SOON,
            {"ends": SOON + timedelta(days=3)},
            Health.AT_RISK,
            "Due 2026-04-15, but dependencies push the end to 2026-04-18, 3 days later.",
        ),
        (
            1,
            3,
            SOON,
            {"ends": SOON, "forecast": Forecast("items", 2, reason="Too few weeks.")},
            Health.UNKNOWN,
            "2 items left; due 2026-04-15.",
        ),
    ],
)
def test_health_where_no_forecast_decides(
    done: int, total: int, due: date | None, more: dict[str, object], health: Health, why: str
) -> None:
    """What is left, the day, and the schedule say what they can, and why."""
    assert judge(rolled(done, total), due, TODAY, **more) == (health, why)  # type: ignore[arg-type]  # by name


def test_the_whole_is_as_healthy_as_its_worst_milestone() -> None:
    """What is done or unknown decides only where nothing else does."""
    parts = [
        ("A", Health.ON_TRACK, "fine."),
        ("B", Health.OFF_TRACK, "late."),
        ("C", Health.OFF_TRACK, "later."),
        ("D", Health.UNKNOWN, "who knows."),
    ]
    assert judge_whole(rolled(1, 2), parts) == (Health.OFF_TRACK, "B: late. (and 1 more)")
    late = judge_whole(rolled(1, 2), [*parts, ("E", Health.OFF_TRACK, "late.")])
    assert late == (Health.OFF_TRACK, "B: late. (and 2 more)")
    assert judge_whole(rolled(1, 2), parts[:1] + parts[3:]) == (Health.ON_TRACK, "A: fine.")
    assert judge_whole(rolled(1, 2), parts[3:]) == (Health.UNKNOWN, "D: who knows.")
    assert judge_whole(rolled(2, 2), parts)[0] is Health.DONE
    nothing = "1 item left; no milestone has a due date."
    assert judge_whole(rolled(1, 2), []) == (Health.UNKNOWN, nothing)
    assert judge_whole(rolled(1, 2), parts[3:] * 2) == (Health.UNKNOWN, nothing)
    days = "1 item left."
    assert judge_whole(rolled(1, 2), parts[3:] * 2, dated=True) == (Health.UNKNOWN, days)


def test_milestones_know_their_days() -> None:
    """From the first that was begun to the last that is laid out."""
    found = made(
        facts(
            item("a", milestone="M", phase=DONE, closed=day(20)),
            item("b", milestone="M", hours=40),
            item("c", milestone="Undeclared"),
            milestones=(MilestoneFact("M", SOON), MilestoneFact("Empty")),
        )
    ).milestones
    assert [one.sum.name for one in found] == ["M", "Empty", "Undeclared"]
    assert (found[0].first, found[0].last) == (day(20), day(-4))
    assert found[1].health is Health.UNKNOWN


def test_milestones_that_are_worked_on_together_are_told_where_one_was_asked_for() -> None:
    """By what was done, is under way or is to start; a finished one is in nobody's way."""
    items = (
        item("a", milestone="A", phase=DONE, closed=day(30)),
        item("a2", milestone="A"),
        item("b", milestone="B", phase=DOING),
        item("c", milestone="C"),
        item("d", milestone="D", phase=DONE, closed=day(5)),
        item("e", milestone="E", start=day(-10)),
    )
    given = facts(
        *items,
        milestones=(MilestoneFact("A", day(-3)), MilestoneFact("B", day(-20))),
        planning=PlanningSettings(one_at_a_time=True),
    )
    assert made(given).overlaps == (Overlap("A", "B", TODAY, day(-3)),)
    assert made(facts(*items)).overlaps == ()


# ---- since ---------------------------------------------------------------------------------


def test_a_time_in_which_nothing_happened_counts_nothing() -> None:
    """No points, and nothing else that is told of it; what is laid out is not late by itself."""
    empty = Period(TODAY)
    assert (empty.points_done, empty.points_added) == (0, 0)
    assert (empty.done, empty.added, empty.removed, empty.dropped) == ((), (), (), ())
    assert Scheduled("a", TODAY, TODAY, days=1, slack=0, critical=True, by="guess").late == 0


def test_the_month_is_told() -> None:
    """Finished milestones, moved days, other priorities, new risks, and what came and went."""
    found = made(sample()).period
    assert found is not None
    assert found.done == ("d7", "d8")
    assert (found.points_done, found.points_added) == (4, 0)
    assert found.added == ("receipt",)
    assert found.removed == ("stamps",)
    assert found.dropped == ("cash",)
    assert found.moved == (
        Moved("Payments", date(2026, 3, 20), date(2026, 4, 3)),
        Moved("contract", date(2026, 8, 1), None),
    )
    assert found.priorities == (("contract", "High", None),)
    assert found.new_risks == ("Insurers say no",)


def test_a_new_risk_of_the_plan_is_told() -> None:
    """One that stood there before is not."""
    old, new = Risk("Rain"), Risk("Frost")
    before = Before(day(30), risks=(old,))
    planning = PlanningSettings(risks=(old, new))
    found = made(facts(item("a"), planning=planning, before=before, since=day(30))).period
    assert found is not None
    assert found.new_risks == ("Frost",)


def test_a_milestone_is_finished_with_its_last_item_or_when_it_is_closed() -> None:
    """Only in the reported time."""
    given = facts(
        item("a", milestone="A", phase=DONE, closed=day(9)),
        item("b", milestone="B", phase=DONE, closed=day(40)),
        item("c", milestone="C"),
        milestones=(MilestoneFact("C", closed=True),),
        since=day(30),
        before=Before(day(30), {}, {"C": MilestoneFact("C")}),
    )
    found = made(given).period
    assert found is not None
    assert found.milestones_done == ("C", "A")


def test_what_is_not_known_of_then_is_said() -> None:
    """Without the file of then, days tell what was added and done, and nothing else is claimed."""
    found = made(facts(item("a", added=day(3)), item("b", added=day(90)), since=day(30)))
    assert found.period is not None
    assert (found.period.added, found.period.removed, found.period.new_risks) == (("a",), (), ())
    assert any("No history of the file" in note for note in found.notes)
    assert made(facts(item("a"))).period is None


# ---- what has to be decided ----------------------------------------------------------------


def test_the_figures_ask_for_decisions() -> None:
    """Days that are not kept or not set, risks nobody works on, overlaps, circles, overload."""
    given = facts(
        item("a", milestone="Late", blocked_by=("b",), hours=400, team="Red", target=SOON),
        item("b", milestone="Late", blocked_by=("a",), phase=DOING),
        item("c", milestone="Someday", phase=DOING, risks=(Risk("It burns", "high", "high"),)),
        item("d", milestone="Shut", risks=(Risk("It rains", "high", "high", "Umbrella"),)),
        milestones=(
            MilestoneFact("Late", day(9)),
            MilestoneFact("Someday"),
            MilestoneFact("Shut", closed=True),
        ),
        planning=PlanningSettings(one_at_a_time=True, teams=(Capacity("Red", 10),)),
    )
    told = decisions(made(given))
    assert told[0].startswith(
        "Late, due 2026-03-07: move its due date, or take some of the 2 items"
    )
    assert told[1] == "Which due dates? Milestones without one: Someday."
    assert told[2] == "Who keeps this from happening, and how: It burns?"
    assert told[3].startswith("Someday and Late are worked on together until 2026-03-16")
    assert told[4].endswith("Which of them goes ahead?")
    assert told[5].startswith("Red can give 24 of ")
    assert decisions(made(facts(item("a", phase=DONE)))) == ()


def test_next_steps_come_from_the_plan() -> None:
    """On the first day: the issues, the critical path, what can start, and what figures need."""
    fresh = facts(
        item("e", "epic", milestone="Someday"),
        item("a", parent="e", points=2, priority="Low", milestone="Someday"),
        item("b", parent="e", points=5, blocked_by=("a",), milestone="Someday"),
        item("c", title="Cut, dry", points=1, priority="High"),
        item("d", title="Dye"),
        item("f", waits_for=("x/y#1",)),
        item("g", start=TODAY + timedelta(days=1)),
    )
    assert next_steps(made(fresh)) == (
        "Create the issues: backlog sync",
        'Start "A": 1 item on the critical path waits for it',
        '2 more items can start now: "Cut, dry"; "Dye"',
        'Estimate 3 items without points: "Dye", "F", "G"',
        "Set due dates: Someday",
        "Set planning.velocity (points per week) to get dates before the first forecast",
    )
    bare = next_steps(made(facts(item("a", ref="#1"), item("b", ref="#2", phase=DOING))))
    assert bare == (
        '1 item can start now: "A" (#1)',
        "Estimate the items: none has points or hours",
        "Add milestones with due dates, to measure progress against",
    )
    assert next_steps(made(facts(item("a", phase=DONE)))) == ()


# ---- what a reader must know ---------------------------------------------------------------


def test_what_is_not_seen_stands_first_in_the_notes() -> None:
    """Then what has no points, hours or days, and what was closed over open work."""
    found = made(
        facts(
            item("e", "epic", phase=DONE),
            item("a", parent="e", points=2, hours=4, waits_for=("x/y#1",)),
            item("b", phase=DONE),
            item("c", blocked_by=("a",)),
            unseen=("The clone is shallow.",),
        )
    ).notes
    assert found[0] == "The clone is shallow."
    assert "Closed, though something below is open: e." in found
    assert "1 item left without hours; not in the load." in found
    assert "1 item waiting for issues elsewhere, whose dates are not known." in found
    assert "1 item has no estimate; scheduled as one day each." in found
