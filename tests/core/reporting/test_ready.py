"""What can be started now, and what waits for what."""

import random
from datetime import date, timedelta

import pytest

from backlog_sync.core.facts import Facts, MilestoneFact, Phase, WorkItem
from backlog_sync.core.planning import PlanningSettings
from backlog_sync.core.rollup import outline
from backlog_sync.reports.ready import Ready, ready
from backlog_sync.reports.schedule import schedule
from tests.reporting.builders import DOING, DONE, DROPPED, TODAY, TODO, facts, item

GRAPHS = 10_000
PARTS = 5


def readiness(given: Facts) -> Ready:
    """What is ready, without the other parts of a report."""
    tree = outline(given.items)
    planned = schedule(tree, given.milestones, PlanningSettings(), given.today, None)
    return ready(given, tree, planned)


def keys(*items: WorkItem, **more: object) -> list[str]:
    """The keys of the ready ones of these items, in order."""
    return [one.key for one in readiness(facts(*items, **more)).items]


# ---- never an item with an open blocker ----------------------------------------------------


def graph(rng: random.Random) -> list[WorkItem]:
    """A small tree with links of every kind: circular ones, to parents, to itself, to elsewhere."""
    count = rng.randrange(2, 10)
    names = [*(f"k{n}" for n in range(count)), "x/y#1"]

    def some() -> tuple[str, ...]:
        return tuple(rng.sample(names, rng.choice([0, 0, 0, 0, 1, 1, 2]) % len(names)))

    return [
        item(
            f"k{n}",
            parent=rng.choice([None, None, *(f"k{m}" for m in range(n))]),
            phase=rng.choice([TODO, TODO, TODO, DOING, DONE, DROPPED]),
            ref=rng.choice([None, f"#{n}"]),
            blocked_by=tuple(name for name in some() if "#" not in name),
            waits_for=("x/y#2",) if rng.random() < 0.05 else (),
            linked=rng.choice([(), (), some()]),
            priority=rng.choice([None, "High", "Low"]),
        )
        for n in range(count)
    ]


def chain(items: dict[str, WorkItem], key: str) -> list[str]:
    """An item and everything above it."""
    parent = items[key].parent if key in items else None
    return [key, *(chain(items, parent) if parent else ())]


def open_ones(items: list[WorkItem]) -> set[str]:
    """What is open: what has an open leaf below it, and parents whose own issue is open."""
    by_key = {one.key: one for one in items}
    parents = {one.parent for one in items}
    still = [one for one in items if one.phase in (TODO, DOING)]
    leaves = [one.key for one in still if one.key not in parents]
    issues = [one.key for one in still if one.ref]
    return {"x/y#1", "x/y#2", *issues, *(above for key in leaves for above in chain(by_key, key))}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_item_with_an_open_blocker_is_ever_ready(part: int) -> None:
    """On 10,000 graphs; and each that is not ready waits for one, by its own or a parent's link."""
    answers = 0
    for seed in range(part * GRAPHS // PARTS, (part + 1) * GRAPHS // PARTS):
        given = graph(random.Random(seed))
        items = {one.key: one for one in given}
        parents = {one.parent for one in given}
        is_open = open_ones(given)
        answer = readiness(facts(*given))
        blocked = {
            one.key: {
                name
                for above in chain(items, one.key)
                for name in items[above].blocked_by + items[above].waits_for + items[above].linked
                if name in is_open and (above == one.key or above not in chain(items, name))
            }
            for one in given
        }
        todo = {one.key for one in given if one.phase is TODO and one.key not in parents}
        assert {one.key for one in answer.items} == {key for key in todo if not blocked[key]}, seed
        waiting = {one.item.key: {each.name for each in one.blockers} for one in answer.waiting}
        assert waiting == {key: blocked[key] for key in todo if blocked[key]}, seed
        answers += bool(answer.items and answer.waiting)
    assert answers > GRAPHS // PARTS // 4  # the graphs are not trivial


# ---- what counts ---------------------------------------------------------------------------


def test_only_open_leaves_that_were_not_started_are_ready() -> None:
    """Not parents, not what is done, dropped, in progress, held, or starts later."""
    tomorrow = TODAY + timedelta(days=1)
    answer = readiness(
        facts(
            item("e", "epic"),
            item("a", parent="e"),
            item("b", parent="e", phase=DOING),
            item("c", parent="e", phase=DONE),
            item("d", parent="e", phase=DROPPED),
            item("f", start=tomorrow),
            item("g", "epic", start=tomorrow),
            item("h", parent="g"),
            item("i", parent="g", start=TODAY),
            item("j", held="its issue was deleted"),
        )
    )
    assert [one.key for one in answer.items] == ["a", "i"]
    assert [one.key for one in answer.in_progress] == ["b"]
    assert [(one.item.key, one.start, one.held) for one in answer.waiting] == [
        ("f", tomorrow, ""), ("h", tomorrow, ""), ("j", None, "its issue was deleted"),
    ]  # fmt: skip


def test_a_circular_dependency_elsewhere_hides_nothing() -> None:
    """There is no schedule then; whatever is not part of it can still be started."""
    assert keys(item("a", blocked_by=("b",)), item("b", blocked_by=("a",)), item("c")) == ["c"]


def test_a_parent_blocks_as_long_as_its_issue_is_open() -> None:
    """One without an issue has no state of its own: what is below it decides."""
    done = item("a", parent="e", phase=DONE)
    waits = item("b", blocked_by=("e",))
    assert keys(item("e", "epic"), done, waits) == ["b"]
    assert keys(item("e", "epic", ref="#1"), done, waits) == []
    assert keys(item("e", "epic", ref="#1", phase=DONE), done, waits) == ["b"]
    closed_early = (item("e", "epic", ref="#1", phase=DONE), item("a", parent="e"))
    assert keys(*closed_early, waits) == ["a"]


def test_a_parent_that_waits_for_a_child_does_not_block_the_others() -> None:
    """Nor that child: only what waits for something outside the parent inherits it."""
    epic = item("e", "epic", linked=("a",))
    assert keys(epic, item("a", parent="e"), item("b", parent="e")) == ["a", "b"]


# ---- order ---------------------------------------------------------------------------------


def test_priority_comes_first_then_the_critical_path_then_slack_then_the_due_date() -> None:
    """And then the order of the file; a priority and a due date may be a parent's."""
    items = (
        item("late"),
        item("due", milestone="M"),
        item("sooner", target=date(2026, 3, 20)),
        item("slack", hours=1),
        item("path", hours=8),
        item("after", blocked_by=("slack", "path"), hours=8),
        item("e", "epic", priority="High"),
        item("high", parent="e"),
        item("last", priority="Low"),
    )
    tree = outline(items)
    given = facts(*items, milestones=(MilestoneFact("M", due=date(2026, 4, 1)),))
    planned = schedule(tree, given.milestones, PlanningSettings(hours_per_week=40), TODAY, None)
    answer = ready(given, tree, planned)
    assert [one.key for one in answer.items] == [
        "high", "last", "path", "slack", "sooner", "due", "late",
    ]  # fmt: skip
    assert answer.critical == {"path", "after"}


def test_without_dependencies_the_largest_item_is_not_a_critical_path() -> None:
    """It would come first only because it is large; the order of the file says more."""
    answer = readiness(facts(item("a", points=1), item("b", points=8)))
    assert [one.key for one in answer.items] == ["a", "b"]
    assert not answer.critical
    assert all(one.phase is Phase.TODO for one in answer.items)
