"""An issue number in a title: adopted where it is clear what is meant, else held."""

import pytest

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.plan import Plan
from tests.surface.conftest import World, of_kind

PLAN = "# Plan\n\n## Epic 1: House\n\n### Story 1.1: Lock the door{}\n"


def held(plan: Plan) -> dict[str, str]:
    """Why items are held, by key."""
    return {
        note.key: f"{note.reason} {note.hint}" for note in plan.conflicts if note.name == "identity"
    }


@pytest.mark.parametrize(
    "form", ["(#1)", "[#1](https://github.com/octo-org/widgets/issues/1)", "· **#1** ·"]
)
def test_the_issue_that_a_title_names_is_adopted(world: World, form: str) -> None:
    """A number that is set apart in one title alone is the item's issue."""
    world.ann.open_issue("The door does not lock")
    world.put("ROADMAP.md", PLAN.format(f" {form}"))
    assert held(world.plan()) == {}
    (adopted,) = [c for c in world.plan().changes if c.action is Action.ADOPT]
    assert (adopted.key, adopted.ref) == ("story-1.1", "#1")
    world.run()
    assert {issue.title for issue in world.observe().issues} == {"Lock the door", "House"}


def test_no_second_issue_is_made(world: World) -> None:
    """An item whose title holds a bare number of an issue is held with what to write instead."""
    world.ann.open_issue("The door does not lock")
    world.put("ROADMAP.md", PLAN.format(" #1"))
    why = held(world.plan())["story-1.1"]
    assert "looks like" in why
    assert "#1: adopt" in why
    assert "**Issue**: " in why
    world.run()
    assert {issue.title for issue in world.observe().issues} == {"The door does not lock", "House"}
    world.put("ROADMAP.md", PLAN.format("\n**Issue**: sandbox#1"))
    (adopted,) = [c for c in world.plan().changes if c.action is Action.ADOPT]
    assert (adopted.key, adopted.ref) == ("story-1.1", "#1")


def test_what_else_a_number_may_be(world: World) -> None:
    """Without such an issue a bare number is a figure; in brackets it holds the item."""
    world.put("ROADMAP.md", PLAN.format(" at the #1 house"))
    assert held(world.plan()) == {}
    world.put("ROADMAP.md", PLAN.format(" (#77)"))
    assert "has no issue with this number" in held(world.plan())["story-1.1"]
    world.put("ROADMAP.md", PLAN.format(" (see #77)"))
    assert held(world.plan()) == {}
    world.put("ROADMAP.md", PLAN.format(" (other/place#1)"))
    assert held(world.plan()) == {}


def test_a_synced_item_stays_what_it_is(world: World) -> None:
    """An item that has its issue is not held for a number that its title gets or always had."""
    world.put("ROADMAP.md", PLAN.format(""))
    world.sync()
    world.edit("Lock the door", "Lock the door (#1)")
    world.edit("**Issue**: sandbox#2\n", "")
    plan = world.plan()
    assert held(plan) == {}
    assert [change.key for change in of_kind(plan, ChangeKind.ISSUE)] == []


def test_the_reason_says_why_the_number_cannot_be_taken(world: World) -> None:
    """Two items of one number, two numbers in one title, another item's issue: each is told."""
    world.put("ROADMAP.md", "# Plan\n\n## Epic 1: House\n")
    world.sync()
    world.ann.open_issue("A door")
    world.ann.open_issue("A bell")
    text = world.text
    world.put("ROADMAP.md", f"{text}\n### Story 1.1: Door (#2)\n\n### Story 1.2: Bell (#2)\n")
    why = held(world.plan())
    assert "2 items name it" in why["story-1.1"]
    assert "2 items name it" in why["story-1.2"]
    world.put("ROADMAP.md", f"{text}\n### Story 1.1: Door and bell (#2) (#3)\n")
    assert "more than one issue (#2, #3)" in held(world.plan())["story-1.1"]
    world.put("ROADMAP.md", f"{text}\n### Story 1.1: Door of the house (#1)\n")
    assert "another item" in held(world.plan())["story-1.1"]


def test_done_items_that_are_not_created_are_not_held(world: World) -> None:
    """Finished work with its number in the title makes no issue, so nothing has to be decided."""
    world.ann.open_issue("The door does not lock")
    world.put("ROADMAP.md", PLAN.format(" (#1)\n**Status**: Done"))
    plan = world.plan()
    assert held(plan) == {}
    assert [c.key for c in of_kind(plan, ChangeKind.ISSUE)] == ["epic-1"]
