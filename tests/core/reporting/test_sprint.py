"""Sprints: every sum recomputed from the raw items, and what counts when."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from backlog_sync.core.facts import Facts, Iteration, Phase, WorkItem
from backlog_sync.core.planning import PlanningSettings
from backlog_sync.core.rollup import outline
from backlog_sync.reports.ready import ready
from backlog_sync.reports.schedule import schedule
from backlog_sync.reports.sprint import (
    UNKNOWN,
    History,
    Sprint,
    burn_down,
    fits_next,
    left_over,
    sprint,
    sprint_forecast,
    velocity,
)
from backlog_sync.reports.values import Part
from tests.reporting.builders import DOING, DONE, DROPPED, TODAY, TODO, day, facts, item

WORLDS = 300
"""Random backlogs: each takes a few milliseconds."""


def sprints(count: int, first: date, days: int = 14, gap: int = 0) -> tuple[Iteration, ...]:
    """So many iterations that follow each other, with `gap` days between them."""
    starts = [first + timedelta(days=n * (days + gap)) for n in range(count)]
    return tuple(
        Iteration(f"S{n}", start, start + timedelta(days=days - 1))
        for n, start in enumerate(starts, 1)
    )


FIVE = sprints(5, TODAY - timedelta(days=46))
"""Three that are over, one that runs (five days of it have passed), one to come."""


def backlog(*items: WorkItem, **more: Any) -> Facts:
    """A backlog with these sprints."""
    return facts(*items, **{"iterations": FIVE, "sprint_field": "Sprint", **more})


def one(given: Facts, name: str, history: History = UNKNOWN) -> Sprint:
    """One sprint of a backlog."""
    named = next(each for each in given.iterations if each.name == name)
    return sprint(given, outline(given.items), named, history)


# ---- recomputed from the raw items ---------------------------------------------------------


def world(rng: random.Random) -> tuple[Facts, History]:
    """A random backlog of stories, some with tasks, and what the files said when a sprint began."""
    iterations = sprints(rng.randrange(1, 8), day(rng.randrange(0, 80)), 7, rng.choice([0, 0, 3]))
    names = [None, "elsewhere", *(each.name for each in iterations)]
    items: list[WorkItem] = []
    for n in range(rng.randrange(25)):
        stories = [each.key for each in items if each.kind == "story"]
        phase = rng.choice([TODO, DOING, DONE, DONE, DROPPED])
        below = rng.random() < 0.4 and stories
        items.append(
            item(
                f"k{n}",
                "task" if below else "story",
                parent=rng.choice(stories) if below else None,
                phase=phase,
                points=rng.choice([None, 1, 2, 3, 5]),
                sprint=rng.choice(names),
                assignees=tuple(rng.sample(["ann", "bo", "cy"], rng.randrange(3))),
                added=rng.choice([None, day(rng.randrange(100))]),
                closed=day(rng.randrange(70)) if phase is DONE and rng.random() < 0.9 else None,
            )
        )
    keys = [each.key for each in items]

    def then() -> dict[str, str]:
        return {key: rng.choice(names) or "S1" for key in keys if rng.random() < 0.5}

    declared = frozenset(key for key in keys if rng.random() < 0.7)
    known = History(then(), (then(), then()), declared)
    given = backlog(*items, iterations=iterations)
    return given, rng.choice([UNKNOWN, known])


class Raw:
    """The same sums, computed item by item in the plainest way."""

    def __init__(self, given: Facts, history: History) -> None:
        self.given, self.history = given, history
        self.by_key = {each.key: each for each in given.items}
        self.parents = {each.parent for each in given.items}
        self.leaves = [
            each for each in given.items if each.key not in self.parents and each.phase != DROPPED
        ]

    def sprint_of(self, key: str | None) -> str | None:
        """The sprint of an item, or of the story that it belongs to."""
        if key is None:
            return None
        return self.by_key[key].sprint or self.sprint_of(self.by_key[key].parent)

    def worth(self, leaf: WorkItem) -> float:
        """The points of a leaf: its own, or its part of those of the story."""
        if leaf.points is not None or leaf.parent is None:
            return leaf.points or 0
        story = self.by_key[leaf.parent]
        siblings = [each for each in self.leaves if each.parent == leaf.parent]
        if story.phase == DROPPED or any(each.points is not None for each in siblings):
            return 0
        return (story.points or 0) / len(siblings)

    def part(self, leaves: list[WorkItem]) -> tuple[set[str], float]:
        """The keys and the points of some leaves."""
        return {each.key for each in leaves}, sum(map(self.worth, leaves))

    def done(self, leaf: WorkItem, named: Iteration) -> bool:
        """Whether a leaf was done by the end of a sprint."""
        return leaf.phase == DONE and (leaf.closed is None or leaf.closed <= named.last)

    def planned(self, leaf: WorkItem, named: Iteration) -> bool:
        """Whether a leaf was in a sprint at the end of its first day."""
        then = self.history.at_start
        if then is not None and leaf.key in self.history.declared:
            return then.get(leaf.key) == named.name
        return leaf.added is None or leaf.added <= named.first

    def begins(self, named: Iteration) -> bool:
        """Whether a sprint has no day behind it."""
        return self.given.today <= named.first


def same(part: Part, raw: tuple[set[str], float]) -> bool:
    """Whether two sums are the same."""
    return set(part.items) == raw[0] and part.points == pytest.approx(raw[1], abs=1e-6)


def test_every_sum_is_that_of_its_items() -> None:
    """Planned and added make up the sprint, so do done and left; people share it."""
    seen = 0
    for seed in range(WORLDS):
        given, history = world(random.Random(seed))
        raw = Raw(given, history)
        for named in given.iterations:
            made = one(given, named.name, history)
            mine = [leaf for leaf in raw.leaves if raw.sprint_of(leaf.key) == named.name]
            done = [leaf for leaf in mine if raw.done(leaf, named)]
            planned = [x for x in mine if raw.begins(named) or raw.planned(x, named)]
            before = {each.name for each in given.iterations if each.first < named.first}
            carried = [
                leaf
                for leaf in mine
                if any(then.get(leaf.key) in before for then in history.before)
            ]
            at_start = history.at_start or {}
            moved = [
                leaf
                for leaf in raw.leaves
                if at_start.get(leaf.key) == named.name and leaf not in mine
            ]
            assert same(made.all, raw.part(mine)), seed
            assert same(made.planned, raw.part(planned)), seed
            assert same(made.added, raw.part([x for x in mine if x not in planned])), seed
            assert same(made.done, raw.part(done)), seed
            assert same(made.left, raw.part([x for x in mine if x not in done])), seed
            assert same(made.carried, raw.part(carried)), seed
            assert same(made.moved, raw.part(moved)), seed
            for share in made.people:
                whose = [x for x in mine if share.who in (x.assignees or ("",))]
                assert same(share.all, raw.part(whose)), seed
                assert same(share.done, raw.part([x for x in whose if x in done])), seed
            assert {share.who for share in made.people} == {
                who for x in mine for who in x.assignees or ("",)
            }
            seen += bool(done and made.left.items and made.added.items)
    assert seen > WORLDS // 4  # the backlogs are not trivial


def test_velocity_forecast_and_burn_down_follow_from_the_items() -> None:
    """The mean of the last three; as many sprints as the rest takes; each day what was left."""
    forecasts = 0
    for seed in range(WORLDS):
        given, _ = world(random.Random(seed))
        raw, tree = Raw(given, UNKNOWN), outline(given.items)
        of = {
            each.name: [leaf for leaf in raw.leaves if raw.sprint_of(leaf.key) == each.name]
            for each in given.iterations
        }
        over = [each for each in given.iterations if each.last < given.today]
        while over and not of[over[0].name]:
            over.pop(0)
        done = {
            each.name: [leaf for leaf in of[each.name] if raw.done(leaf, each)]
            for each in given.iterations
        }
        pace = velocity(given, tree)
        last = [done[each.name] for each in over[-3:]]
        assert pace.over == len(over)
        assert [row.iteration for row in pace.sprints] == over[-6:]
        for row in pace.sprints:
            assert same(row.done, raw.part(done[row.iteration.name])), seed
            assert same(row.all, raw.part(of[row.iteration.name])), seed
        if last:
            points = sum(raw.part(each)[1] for each in last) / len(last)
            assert pace.points == pytest.approx(points, abs=0.006), seed
            assert pace.items == pytest.approx(sum(map(len, last)) / len(last), abs=0.006)
        ahead = sprint_forecast(given, tree, pace)
        rest = [leaf for leaf in raw.leaves if leaf.phase in (TODO, DOING)]
        worth = raw.part(rest)[1] if ahead.unit == "points" else len(rest)
        assert ahead.left == pytest.approx(worth, abs=1e-6), seed
        if ahead.sprints and ahead.velocity:
            forecasts += 1
            now = [each for each in given.iterations if each.first <= given.today <= each.last]
            had = [leaf for each in now for leaf in done[each.name]]
            mine = raw.part(had)[1] if ahead.unit == "points" else len(had)
            room = max(0, ahead.velocity - mine) if now else 0
            later = ahead.sprints - len(now)
            assert room + later * ahead.velocity >= worth - 1e-6, seed
            assert later == 0 or room + (later - 1) * ahead.velocity < worth, seed
        for named in given.iterations:
            days = burn_down(given, tree, named)
            assert len(days) == max(0, (min(named.last, given.today) - named.first).days + 1)
            for each in days:
                there = [x for x in of[named.name] if x.added is None or x.added <= each.day]
                over_by = min(named.last, given.today)
                left = [x for x in there if x.phase != DONE or (x.closed or over_by) > each.day]
                assert (each.items, each.all_items) == (len(left), len(there)), seed
                assert each.points == pytest.approx(raw.part(left)[1], abs=1e-6), seed
                assert each.all_points == pytest.approx(raw.part(there)[1], abs=1e-6), seed
    assert forecasts > WORLDS // 20


# ---- what counts when ----------------------------------------------------------------------


def test_what_was_done_after_the_end_was_not_done_in_the_sprint() -> None:
    """Its items stay in it; nothing counts twice."""
    late = FIVE[0].last + timedelta(days=1)
    given = backlog(
        item("a", sprint="S1", phase=DONE, closed=FIVE[0].last, points=3),
        item("b", sprint="S1", phase=DONE, closed=late, points=5),
        item("c", sprint="S1", phase=DROPPED, closed=late, points=8),
        item("d", sprint="S1", phase=DOING, points=2),
    )
    made = one(given, "S1")
    assert (made.state, made.days_left) == ("over", 0)
    assert (made.all.points, made.done.items, made.left.items) == (10, ("a",), ("b", "d"))
    assert left_over(given, outline(given.items)).items == ("d",)


def test_the_current_sprint_counts_its_days_with_today() -> None:
    """On the last day one is left."""
    last = FIVE[3].last
    assert one(backlog(today=last), "S4").days_left == 1
    assert one(backlog(today=FIVE[3].first), "S4").days_left == 14
    assert one(backlog(), "S5").days_left == 14


def test_history_tells_planned_from_added_carried_and_moved() -> None:
    """What has no history counts by the day it was created."""
    given = backlog(
        item("stayed", sprint="S4", points=1, added=day(90)),
        item("came", sprint="S4", points=2, added=day(90)),
        item("carried", sprint="S4", points=3, added=day(90)),
        item("went", sprint="S5", points=5, added=day(90)),
        item("board", sprint="S4", points=8, added=FIVE[3].first),
        item("new", sprint="S4", points=13, added=FIVE[3].first + timedelta(days=1)),
    )
    history = History(
        {"stayed": "S4", "carried": "S4", "went": "S4"},
        ({"carried": "S3", "went": "S4"}, {"stayed": "S4"}),
        frozenset(("stayed", "came", "carried", "went")),
    )
    made = one(given, "S4", history)
    assert made.planned.items == ("stayed", "carried", "board")
    assert made.added.items == ("came", "new")
    assert (made.carried.items, made.moved.items) == (("carried",), ("went",))
    assert made.guessed == ("board", "new")


def test_what_comes_to_a_sprint_on_its_first_day_is_planned() -> None:
    """Also if it is not committed yet."""
    given = backlog(item("a", sprint="S4", points=1, added=FIVE[3].first), today=FIVE[3].first)
    made = one(given, "S4", History({}, (), frozenset("a")))
    assert (made.planned.items, made.added.items, made.guessed) == (("a",), (), ())


def done_by(name: str, points: float | None, n: int = 1) -> list[WorkItem]:
    """Items that were done in a sprint."""
    last = next(each.last for each in FIVE if each.name == name)
    about: dict[str, Any] = {"sprint": name, "phase": DONE, "closed": last, "points": points}
    return [item(f"{name}-{k}", **about) for k in range(n)]


def following(*items: WorkItem) -> Any:
    """What fits into S5."""
    given = backlog(*items)
    tree = outline(given.items)
    answer = ready(given, tree, schedule(tree, (), PlanningSettings(), TODAY, None))
    return fits_next(given, tree, answer, velocity(given, tree))


def test_what_is_carried_over_comes_first_then_what_is_ready_in_its_order() -> None:
    """An item that is too large makes place for a smaller one; unestimated ones are named."""
    after = following(
        *done_by("S1", 10), *done_by("S2", 10), *done_by("S3", 10),
        item("late", sprint="S2", points=1),
        item("now", sprint="S4", points=2, phase=DOING),
        item("planned", sprint="S5", points=3),
        item("low", points=3, priority="Low"),
        item("large", points=8, priority="High"),
        item("high", points=1, priority="High"),
        item("unknown"),
        item("blocked", points=1, blocked_by=("low",), priority="High"),
    )  # fmt: skip
    assert (after.unit, after.room, after.taken) == ("points", 10, 6)
    assert after.carried.items == ("late", "now")
    assert after.planned.items == ("planned",)
    assert after.fits.items == ("high", "low")
    assert after.unestimated == ("unknown",)


def test_without_points_items_are_counted() -> None:
    """And without a sprint that is over nothing is promised."""
    after = following(*done_by("S3", None, 2), item("a"), item("b"), item("c"))
    assert (after.unit, after.room, after.fits.items) == ("items", 2, ("a", "b"))
    nothing = following(item("a", sprint="S4"), item("b"))
    assert (nothing.room, nothing.fits.items) == (None, ())


def test_the_forecast_ends_with_the_sprint_in_which_the_rest_is_done() -> None:
    """The current sprint takes what it has left of the usual; undeclared ones follow the last."""
    past = [*done_by("S1", 10), *done_by("S2", 10), *done_by("S3", 10)]

    def ends(*items: WorkItem) -> tuple[int, date | None, str]:
        given = backlog(*past, *items)
        tree = outline(given.items)
        ahead = sprint_forecast(given, tree, velocity(given, tree))
        return ahead.sprints, ahead.ends, ahead.name

    assert ends(item("a", points=10)) == (1, FIVE[3].last, "S4")
    assert ends(item("a", points=11)) == (2, FIVE[4].last, "S5")
    assert ends(item("a", points=21)) == (3, FIVE[4].last + timedelta(days=14), "")
    in_it = item("x", sprint="S4", phase=DONE, closed=TODAY, points=9)
    assert ends(in_it, item("a", points=2)) == (2, FIVE[4].last, "S5")
    assert ends() == (0, None, "")


def test_there_is_a_forecast_only_after_three_sprints() -> None:
    """The reason says how many there are."""
    given = backlog(*done_by("S3", 10), item("a", points=10))
    tree = outline(given.items)
    ahead = sprint_forecast(given, tree, velocity(given, tree))
    assert ahead.reason == "No forecast by sprints yet: needs 3 that are over (1 so far)."
    assert (ahead.sprints, ahead.ends) == (0, None)


@pytest.mark.parametrize("phase", list(Phase))
def test_tasks_are_in_the_sprint_of_their_story(phase: Phase) -> None:
    """Unless they have their own; the story's points are shared."""
    given = backlog(
        item("story", sprint="S4", points=6),
        item("a", "task", parent="story", phase=phase),
        item("b", "task", parent="story"),
        item("c", "task", parent="story", sprint="S5"),
    )
    made = one(given, "S4")
    assert made.all.items == (("b",) if phase is DROPPED else ("a", "b"))
    assert made.all.points == (3 if phase is DROPPED else 4)
