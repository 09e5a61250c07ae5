"""Every field that the file owns: an edit is drift, sync sets it back, pull takes it whole."""

from collections.abc import Callable

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.fields import ISSUE_FIELDS, Owner
from tests.surface.conftest import World
from tests.surface.test_order import drag

FILE = """\
project:
  owner: octo-org
  title: Widgets
  fields:
    Priority: {type: single_select, options: [High, Low]}
    Story Points: {type: number}
    Target: {type: date}
priority_label: false
milestones: [M1, M2]
labels: [ui, api]
epics:
  - id: e
    title: E
    stories:
      - id: a
        title: A
        description: Some words
        milestone: M1
        labels: [ui, api]
        priority: High
        story_points: 3
        target: 2027-02-01
        depends_on: [b]
      - id: b
        title: B
  - id: f
    title: F
"""


def number(world: World, title: str) -> int:
    """The number of an issue."""
    return world.issue(title).number


def reword(world: World) -> None:
    """Somebody edits the text of the block."""
    there = world.issue("A")
    world.ann.edit(there.number, body=there.body.replace("Some words", "Other words"))


EDITS: dict[str, Callable[[World], object]] = {
    "title": lambda w: w.ann.edit(number(w, "A"), title="Another A"),
    "body": reword,
    "labels": lambda w: w.ann.unlabel(number(w, "A"), "ui"),
    "milestone": lambda w: w.ann.set_milestone(number(w, "A"), "M2"),
    "parent": lambda w: w.ann.put_below(number(w, "A"), number(w, "F")),
    "order": lambda w: drag(w, "A", "B"),
    "blocked_by": lambda w: w.ann.unblock(number(w, "A"), number(w, "B")),
    "Priority": lambda w: w.ann.set_value(number(w, "A"), "Priority", "Low"),
    "Story Points": lambda w: w.ann.set_value(number(w, "A"), "Story Points", 8),
    "Target": lambda w: w.ann.set_value(number(w, "A"), "Target", None),
}
REMOVALS: dict[str, Callable[[World], object]] = {
    "milestone": lambda w: w.ann.set_milestone(number(w, "A"), None),
    "parent": lambda w: w.ann.take_out(number(w, "A")),
    "Priority": lambda w: w.ann.set_value(number(w, "A"), "Priority", None),
    "Story Points": lambda w: w.ann.set_value(number(w, "A"), "Story Points", None),
}
WAYS = [*EDITS.items(), *REMOVALS.items()]
NAMED = pytest.mark.parametrize(("name", "edit"), WAYS)


def test_no_field_of_the_table_is_left_out() -> None:
    """A type follows from the kind, which is changed by hand."""
    owned = {name for name, row in ISSUE_FIELDS.items() if row.owner is Owner.FILE}
    assert owned - set(EDITS) == {"issue_type"}


@NAMED
def test_an_edit_is_drift_and_set_back(
    world: World, name: str, edit: Callable[[World], object]
) -> None:
    """One line, no other change, and after the sync everything is as before, silently."""
    world.write(FILE)
    world.sync()
    before = state(world)
    edit(world)
    assert state(world) != before
    plan = world.plan()
    assert [note.name for note in plan.drift] == [name]
    assert all(c.drifted for c in plan.changes if not c.is_refresh)
    assert not {"changed in the file", "not set yet", "declared in the file"} & {
        change.reason for change in plan.changes
    }
    world.sync()
    assert state(world) == before


@NAMED
def test_an_edit_is_pulled_whole(world: World, name: str, edit: Callable[[World], object]) -> None:
    """The file says it, and a sync has nothing to write but records."""
    world.write(FILE)
    world.sync()
    edit(world)
    edited = state(world)
    assert world.pull() == []
    plan = world.plan()
    assert (plan.drift, plan.conflicts) == ((), ())
    assert [(c.kind, dict(c.fields)) for c in plan.changes if c.fields] == []
    world.sync()
    assert state(world) == edited


def state(world: World) -> list[object]:
    """What people see of all issues, in the order of their numbers; sub-issues in theirs."""
    return [
        (
            each.title,
            body_block.split(each.body).lines,
            sorted(each.labels),
            each.milestone,
            each.parent,
            each.children,
            sorted(link.number for link in each.blocked_by),
            {k: v for k, v in each.card.values.items() if k != "Backlog record"}
            if each.card
            else None,
        )
        for each in world.observe().issues
    ]
