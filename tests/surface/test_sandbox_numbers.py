"""Numbers that a sandbox wrote, in the sandbox that wrote them and in others."""

from typing import TYPE_CHECKING

import pytest

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.drift import find_drift
from backlog_sync.core.plan import Plan
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.surface.conftest import REPOSITORY, World, of_kind

if TYPE_CHECKING:
    from backlog_sync.core.changes import Change

FILE = (
    "stories: [{id: a, title: Alpha}, {id: b, title: Beta}, {id: c, title: Gamma},"
    " {id: d, title: Delta}]\n"
)


def created(plan: Plan) -> list[str]:
    """Keys of the issues that a plan creates."""
    return [c.key for c in of_kind(plan, ChangeKind.ISSUE) if c.action is Action.CREATE]


def told(plan: Plan) -> list[str]:
    """What is told of numbers that do not count."""
    return [each.message for each in plan.warnings if each.slug == "other-sandbox"]


def reset(world: World) -> None:
    """Give the world an empty sandbox."""
    world.sandbox = Sandbox(None, clock=world.sandbox.clock, sleep=world.sleep)
    world.sandbox.ensure_repository(REPOSITORY)
    world.ann = Person(world.sandbox, "ann", repository=REPOSITORY)


def test_after_a_reset_everything_is_created_again(world: World) -> None:
    """One warning lists the numbers, the file gets new ones, and then all is quiet."""
    world.ann.open_issue("So that numbers differ")
    world.write(FILE)
    world.sync()
    assert "sandbox#5" in world.text
    reset(world)
    plan = world.plan()
    assert (created(plan), plan.conflicts) == (["a", "b", "c", "d"], ())
    assert len(told(plan)) == 1
    assert "sandbox#2, sandbox#3, sandbox#4, sandbox#5" in told(plan)[0]
    world.sync()
    assert "sandbox#1" in world.text
    assert "sandbox#5" not in world.text
    assert told(world.plan()) == []


def test_the_sandbox_of_another_clone_knows_its_items_by_their_markers(world: World) -> None:
    """Its numbers lead to other items' issues here: none is taken for another one's."""
    world.write(FILE)
    world.sync()
    here = world.text
    numbers = {1: 3, 2: 1, 3: 4, 4: 2}
    for mine, theirs in numbers.items():
        here = here.replace(f"sandbox#{mine}}}", f"theirs#{theirs}}}")
    world.file.write_text(here.replace("theirs#", "sandbox#"), "utf-8")
    plan = world.plan()
    assert (plan.changes, plan.conflicts) == ((), ())
    assert len(told(plan)) == 1
    world.sync()
    assert told(world.plan()) == []


def test_a_deleted_issue_is_created_again(world: World) -> None:
    """On the sandbox it needs no edit: the number is forgotten, and drift says what a sync does."""
    world.write(FILE)
    world.sync()
    Person(world.sandbox, "root", permission="admin", repository=REPOSITORY).delete(2)
    prepared = world.prepared()
    assert created(prepared.plan) == ["b"]
    found = find_drift(prepared.plan, prepared.desired, prepared.observed)
    (gone,) = found.vanished
    assert (gone.key, gone.reason) == ("b", "its issue was deleted")
    assert gone.hint == "sync creates a new one, unless you remove the item from the file"
    world.sync()
    assert "sandbox#5" in world.text


def test_a_renumbered_item_keeps_its_issue(world: World) -> None:
    """Key and title may both change: among numbers that are right, a number is the identity."""
    world.write(FILE)
    world.sync()
    world.edit("{id: b, title: Beta", "{id: b2, title: Something new")
    (change,) = of_kind(world.plan(), ChangeKind.ISSUE)
    assert (change.action, change.ref) == (Action.UPDATE, "#2")
    swapped = world.text.replace("id: a,", "id: x,").replace("id: d,", "id: a,")
    world.file.write_text(swapped.replace("title: Delta", "title: Omega"), "utf-8")
    changes: dict[str, Change] = {c.key: c for c in of_kind(world.plan(), ChangeKind.ISSUE)}
    assert (changes["a"].action, changes["a"].ref) == (Action.UPDATE, "#4")


def test_a_served_sandbox_reads_plain_numbers_as_github_does(world: World) -> None:
    """Reached by an address it is a server like any other: a number that is not there is held."""
    world.write(FILE)
    world.sync()
    world.file.write_text(world.text.replace("sandbox#", ""), "utf-8")
    assert world.plan().changes == ()
    world.edit("issue: 4", "issue: 77")
    plan = world.plan()
    assert (plan.changes, [note.ref for note in plan.conflicts]) == ((), ["#77"])


@pytest.mark.parametrize(
    "write", ["issue: 7", 'issue: "#7"', "issue: https://github.com/o/r/issues/7"]
)
def test_the_embedded_simulator_takes_a_file_of_a_real_repository(world: World, write: str) -> None:
    """Numbers stay in the file, everything is created once, and one warning tells of them."""
    world.embedded = True
    world.write(
        f"ignore_issues: [1]\nstories:\n  - {{id: a, title: Alpha, {write}}}\n"
        "  - {id: b, title: Beta, depends_on: ['octo-org/widgets#9']}\n"
    )
    plan = world.plan()
    assert (created(plan), plan.conflicts, plan.deferred) == (["a", "b"], (), ())
    (warned,) = [each for each in plan.warnings if each.slug == "real-numbers"]
    assert "#7" in warned.message
    assert "octo-org/widgets#9" in warned.message
    assert "#1" in warned.message
    world.sync()
    assert write in world.text
    assert "issue: sandbox#2" in world.text
