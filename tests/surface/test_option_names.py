"""Options that people rename on the board: one line of drift, set back or pulled whole."""

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.drift import find_drift
from backlog_sync.core.plan import Plan
from backlog_sync.render.canvas import Look
from backlog_sync.render.text import plan_text
from tests.surface.conftest import World, of_kind

FILE = """\
project:
  owner: octo-org
  title: Widgets
  fields:
    Status: {type: single_select, options: [Todo, In Progress, Done]}
    Priority: {type: single_select, options: [{name: High, color: RED}, Low]}
defaults: {priority: low}
stories:
  - {id: a, title: A, priority: High}
  - {id: b, title: B, priority: high}
  - {id: c, title: C}
"""


def notes(plan: Plan) -> list[tuple[str, str, object, object]]:
    """What drifted: about what, which part, and both sides."""
    return [(n.key, n.name, n.desired, n.observed) for n in plan.drift]


def shown(world: World, field: str) -> dict[str, object]:
    """The value of a field on each card, by title."""
    return {i.title: i.card.values.get(field) for i in world.observe().issues if i.card}


def test_a_renamed_option_is_one_line_of_drift_and_set_back(world: World) -> None:
    """Its cards keep their value under both names; no value of a card is written."""
    world.write(FILE)
    world.sync()
    world.ann.rename_option("Priority", "High", "Urgent")
    prepared = world.prepared()
    plan = prepared.plan
    assert notes(plan) == [("Priority", "option", "High", "Urgent")]
    (change,) = [c for c in plan.changes if not c.is_refresh]
    assert (change.kind, change.drifted) == (ChangeKind.FIELD, ("option",))
    found = find_drift(plan, prepared.desired, prepared.observed)
    assert (found.counts["drift"], found.counts["pending"]) == (1, 0)
    assert "(reverts drift)" in plan_text(plan, Look(width=100))
    world.sync()
    assert shown(world, "Priority") == {"A": "High", "B": "High", "C": "Low"}


def test_a_value_changes_in_the_run_that_renames_back(world: World) -> None:
    """The card that the file moves to another option is written over the old name."""
    world.write(FILE)
    world.sync()
    world.ann.rename_option("Priority", "High", "Urgent")
    world.edit("title: A, priority: High", "title: A, priority: Low")
    world.sync()
    assert shown(world, "Priority") == {"A": "Low", "B": "High", "C": "Low"}


def test_a_renamed_option_is_pulled_with_all_values(world: World) -> None:
    """The definition, the defaults and every item; only the label of the priority follows later."""
    world.write(FILE)
    world.sync()
    world.ann.rename_option("Priority", "High", "Urgent")
    world.ann.rename_option("Priority", "Low", "Minor")
    assert world.pull() == []
    assert "options: [{name: Urgent, color: RED}, Minor]" in world.text
    assert "defaults: {priority: Minor}" in world.text
    assert "title: A, priority: Urgent" in world.text
    assert "title: B, priority: Urgent" in world.text
    plan = world.plan()
    assert of_kind(plan, ChangeKind.FIELD) == []
    assert of_kind(plan, ChangeKind.FIELD_VALUE) == []
    assert plan.drift == ()
    world.run()
    assert world.plan().changes == ()
    assert shown(world, "Priority") == {"A": "Urgent", "B": "Urgent", "C": "Minor"}


def test_a_status_that_was_renamed_takes_no_progress_along(world: World) -> None:
    """Set back as a definition; neither the items nor their states move."""
    world.write(FILE.replace("title: A,", "title: A, status: In Progress,"))
    world.sync()
    world.ann.rename_option("Status", "In Progress", "Doing")
    assert notes(world.plan()) == [("Status", "option", "In Progress", "Doing")]
    world.sync()
    assert shown(world, "Status")["A"] == "In Progress"
    assert "status: In Progress" in world.text
    assert "Doing" not in world.text


def test_a_renamed_status_is_pulled_with_the_items_that_have_it(world: World) -> None:
    """Definition and items say the new word, in one write; a report alone writes neither."""
    world.write(FILE.replace("title: A,", "title: A, status: In Progress,"))
    world.sync()
    world.ann.rename_option("Status", "In Progress", "Doing")
    before = world.text
    world.report()
    assert world.text == before
    assert world.pull() == []
    assert "options: [Todo, Doing, Done]" in world.text
    assert "status: Doing" in world.text
    assert [c for c in world.plan().changes if not c.is_refresh] == []
    world.sync()


@pytest.mark.parametrize("other", ["split", "cleared"])
def test_what_is_not_clearly_a_rename_is_none(world: World, other: str) -> None:
    """Cards that show different options, or none: the option is missing."""
    world.write(FILE)
    world.sync()
    world.ann.rename_option("Priority", "High", "Urgent")
    if other == "split":
        world.ann.set_value(world.issue("B").number, "Priority", "Low")
    else:
        world.ann.set_value(world.issue("B").number, "Priority", None)
    plan = world.plan()
    assert "option" not in {note.name for note in plan.drift}
    (change,) = of_kind(plan, ChangeKind.FIELD)
    assert list(change.fields) == ["options"]
