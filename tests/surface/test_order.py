"""Siblings: the file's order where the file changed it, people's order otherwise."""

import itertools
import random
from dataclasses import replace

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.drift import find_drift
from backlog_sync.core.order import Move, moves, record, wanted_order
from backlog_sync.core.planner import build_plan
from backlog_sync.render.canvas import Look
from backlog_sync.render.text import plan_text
from github_sandbox.actors import Person
from tests.surface.conftest import World, of_kind

# ---- the pure part ---------------------------------------------------------------------------


def moved(now: list[str], steps: tuple[Move, ...]) -> list[str]:
    """What GitHub makes of these moves."""
    row = list(now)
    for step in steps:
        row.remove(step.key)
        anchor = step.after or step.before
        assert anchor is not None
        row.insert(row.index(anchor) + (1 if step.after else 0), step.key)
    return row


def test_every_order_of_six_is_reached_with_the_fewest_moves() -> None:
    """From any order to any other; as many moves as stand outside of the longest rising run."""
    wanted = list("abcdef")
    for order in itertools.permutations(wanted):
        steps = moves(order, wanted)
        assert moved(list(order), steps) == wanted
        longest = max(
            size
            for size in range(7)
            for run in itertools.combinations(order, size)
            if list(run) == sorted(run)
        )
        assert len(steps) == 6 - longest


@pytest.mark.parametrize("seed", range(20))
def test_issues_of_others_stay_between(seed: int) -> None:
    """A hundred siblings, some of them not ours: ours come into order, the others are not moved."""
    dice = random.Random(seed)
    ours = [f"k{n:02}" for n in range(60)]
    now = dice.sample([*ours, *(f"x{n}" for n in range(40))], 100)
    steps = moves(now, ours)
    after = moved(now, steps)
    assert [key for key in after if key in set(ours)] == ours
    others = [key for key in now if key.startswith("x")]
    assert [key for key in after if key.startswith("x")] == others
    assert all(step.key in set(ours) for step in steps)


@pytest.mark.parametrize(
    ("base", "desired", "now", "wanted"),
    [
        ("abc", "abc", "abc", "abc"),  # nothing happened
        ("abc", "abc", "cab", "cab"),  # people sorted them
        ("abc", "acb", "abc", "acb"),  # the file did
        ("abc", "acb", "cba", "acb"),  # both did: the file was changed, so it counts
        ("abc", "abxc", "abcx", "abxc"),  # a new one in the middle
        ("abc", "xabc", "abcx", "xabc"),  # a new one first
        ("abc", "abxc", "cabx", "cabx"),  # a new one, behind its neighbour in people's order
        ("abc", "ac", "cab", "ca"),  # one was dropped: the others stay
        ("", "abc", "bca", "abc"),  # nothing on record
        ("abc", "abc", "zaybc", "abc"),  # others between are not ours to name
    ],
)
def test_whose_order_counts(base: str, desired: str, now: str, wanted: str) -> None:
    """Base, file and GitHub give the order in which ours should stand."""
    assert "".join(wanted_order(desired, now, record(base))) == wanted


# ---- the whole way ---------------------------------------------------------------------------

FILE = """\
epics:
  - id: epic
    title: Epic
    stories:
      - {id: a, title: A}
      - {id: b, title: B}
      - {id: c, title: C}
      - {id: d, title: D}
"""


def line(key: str) -> str:
    """A story's line."""
    return f"      - {{id: {key}, title: {key.upper()}}}\n"


def reorder(world: World, *keys: str) -> None:
    """Write the stories in this order, as the file has them now."""
    rows = world.text.split("    stories:\n")[1].splitlines(keepends=True)
    by_key = {key: next((r for r in rows if f"id: {key}," in r), line(key)) for key in keys}
    world.edit("".join(rows), "".join(by_key[key] for key in keys))


def test_a_first_sync_needs_no_move(world: World) -> None:
    """Creation gives the file's order by itself."""
    world.write(FILE)
    assert not any(change.is_move for change in world.plan().changes)
    world.sync()
    assert world.below("Epic") == ["A", "B", "C", "D"]


def test_a_moved_story_moves_once(world: World) -> None:
    """One story stands elsewhere in the file: one move, one refreshed record, then nothing."""
    world.write(FILE)
    world.sync()
    reorder(world, "d", "a", "b", "c")
    plan = world.plan()
    (move,) = of_kind(plan, ChangeKind.SUB_ISSUE)
    assert (move.key, move.other, move.fields["before"].after) == ("d", "epic", "a")
    assert plan.summary()["update"] == 1
    assert plan.summary()["link"] == 0
    assert world.mutations(world.sync) == 2
    assert world.below("Epic") == ["D", "A", "B", "C"]


def test_what_people_sort_is_drift_and_set_back(world: World) -> None:
    """One line for the parent with both orders; each move says that it reverts."""
    world.write(FILE)
    world.sync()
    drag(world, "D", "A")
    assert world.below("Epic") == ["A", "D", "B", "C"]
    prepared = world.prepared()
    (note,) = prepared.plan.drift
    assert (note.key, note.name, note.desired, note.observed) == (
        "epic",
        "order",
        ["a", "b", "c", "d"],
        ["a", "d", "b", "c"],
    )
    (move,) = prepared.plan.changes
    assert (move.drifted, move.reason) == (("after",), "sorted on GitHub")
    found = find_drift(prepared.plan, prepared.desired, prepared.observed)
    assert (found.counts["drift"], found.counts["pending"]) == (1, 0)
    told = plan_text(prepared.plan, Look(width=100))
    assert "moves after  c  C  (reverts drift)" in told
    assert "kept" not in told
    world.sync()
    assert world.below("Epic") == ["A", "B", "C", "D"]


def test_a_new_story_among_those_that_people_sorted(world: World) -> None:
    """Only what people moved is drift; the new one is the file's."""
    world.write(FILE)
    world.sync()
    drag(world, "D", "A")
    reorder(world, "a", "x", "b", "c", "d")
    plan = world.plan()
    assert [(n.name, n.desired) for n in plan.drift] == [("order", ["a", "b", "c", "d"])]
    assert {c.key: bool(c.drifted) for c in plan.changes if c.is_move} == {"x": False, "d": True}
    world.sync()
    assert world.below("Epic") == ["A", "X", "B", "C", "D"]


def test_both_sides_sorted(world: World) -> None:
    """The file's order counts, and the plan tells what people had made of it."""
    world.write(FILE)
    world.sync()
    drag(world, "D", "A")
    reorder(world, "b", "a", "c", "d")
    assert [n.observed for n in world.plan().drift] == [["a", "d", "b", "c"]]
    world.sync()
    assert world.below("Epic") == ["B", "A", "C", "D"]


def test_the_order_can_be_people_s(world: World) -> None:
    """With `ownership:` it stays, also when a story is added; until the file is sorted."""
    world.write("ownership: {order: github}\n" + FILE)
    world.sync()
    drag(world, "D", "A")
    plan = world.plan()
    assert (plan.changes, plan.drift) == ((), ())
    reorder(world, "a", "x", "b", "c", "d")
    world.sync()
    assert world.below("Epic") == ["A", "X", "D", "B", "C"]
    reorder(world, "b", "a", "x", "c", "d")
    world.sync()
    assert world.below("Epic") == ["B", "A", "X", "C", "D"]


def drag(world: World, title: str, behind: str) -> None:
    """Somebody drags a sub-issue behind another one."""
    store = world.sandbox.store
    home = world.sandbox.repository("octo-org/widgets")
    by_title = {issue.title: issue for issue in store.issues[home.id].values()}
    child = by_title[title]
    assert child.parent is not None
    parent = store.records[child.parent]
    parent.sub_issues.remove(child.id)  # type: ignore[attr-defined]  # an issue
    place = parent.sub_issues.index(by_title[behind].id) + 1  # type: ignore[attr-defined]
    parent.sub_issues.insert(place, child.id)  # type: ignore[attr-defined]


def test_a_story_comes_over_from_another_parent(world: World) -> None:
    """Re-parented into the middle: linked, taken from its old parent, and put in its place."""
    world.write(FILE + "  - {id: other, title: Other, stories: [{id: e, title: E}]}\n")
    world.sync()
    row = next(r for r in world.text.splitlines() if "id: other" in r)
    inner = row[row.index("{id: e,") : row.rindex("}]}") + 1]
    world.edit(row, row.replace(f", stories: [{inner}]", ""))
    rows = world.text.splitlines(keepends=True)
    at = next(n for n, r in enumerate(rows) if "id: b," in r)
    world.file.write_text("".join([*rows[:at], f"      - {inner}\n", *rows[at:]]), "utf-8")
    world.sync()
    assert world.below("Epic") == ["A", "E", "B", "C", "D"]
    assert world.below("Other") == []


def test_strangers_among_the_sub_issues_stay(world: World) -> None:
    """A sub-issue that is none of ours is not moved and does not disturb."""
    world.write(FILE)
    world.sync()
    mine = world.ann.open_issue("Mine")
    world.ann.put_below(mine.number, 1)
    drag(world, "Mine", "A")
    reorder(world, "a", "c", "b", "d")
    world.sync()
    assert world.below("Epic") == ["A", "C", "Mine", "B", "D"]


def test_an_unknown_order_is_left_alone(world: World) -> None:
    """Where a sub-issue that should be there is not listed, nothing is moved by guess."""
    world.write(FILE)
    world.sync()
    reorder(world, "d", "a", "b", "c")
    state = world.observe()
    short = [replace(i, children=i.children[:2]) for i in state.issues]
    plan = build_plan(world.desired(), replace(state, issues=tuple(short)))
    assert not any(change.is_move for change in plan.changes)


def test_a_second_person_s_run_sees_the_same(world: World) -> None:
    """The order on record is in the issue: another token on another machine changes nothing."""
    world.write(FILE)
    world.sync()
    Person(world.sandbox, "bea")
    world.token = "another"
    assert world.plan().changes == ()


def test_the_plan_says_where_a_story_goes(world: World) -> None:
    """A reader sees which sibling it will stand behind or in front of, with its title."""
    world.write(FILE)
    world.sync()
    reorder(world, "b", "a", "d", "c")
    text = plan_text(world.plan(), Look(width=80))
    assert "moves before  a  A" in text or "moves before  b  B" in text
    assert "moves after  " in text
    assert "2 to update" in text
