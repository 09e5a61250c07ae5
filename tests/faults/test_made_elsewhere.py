"""What somebody else made between plan and apply is used, and never stands in the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.model import DesiredState
from backlog_sync.core.plan import Result
from backlog_sync.engine.apply import apply
from backlog_sync.engine.executor import Applied
from github_sandbox import boards, repositories
from github_sandbox.actors import Person
from tests.engine.memory import Watcher
from tests.faults.harness import ACROSS, OTHER, REPOSITORY, SMALL, World, all_applied

Deed = Callable[[World, Person], object]


def after(world: World, deed: Deed, wanted: DesiredState = SMALL) -> Applied:
    """A first sync, with this done by somebody once it is planned."""
    machine = world.machine()
    prepared, tracker = machine.prepare(wanted)
    person = Person(world.sandbox, "ann", permission="admin", repository=REPOSITORY)
    deed(world, person)
    world.sandbox.store.commit()
    return apply(prepared, tracker, nonces=world.nonce, progress=Watcher(), clock=machine)


def label(color: str, where: str = REPOSITORY) -> Deed:
    """Somebody makes the label `story`."""

    def deed(world: World, person: Person) -> None:
        home = world.sandbox.repository(where)
        repositories.create_label(world.sandbox.store, person.viewer, home, "Story", color)

    return deed


def milestone(due: str) -> Deed:
    """Somebody makes the milestone `M1`."""

    def deed(world: World, person: Person) -> None:
        store, home = world.sandbox.store, person.repository
        repositories.create_milestone(store, person.viewer, home, "M1", due_on=due)

    return deed


def board(*fields: tuple[str, str]) -> Deed:
    """Somebody makes the board, with these fields of their own."""

    def deed(world: World, person: Person) -> None:
        store, owner = world.sandbox.store, world.sandbox.store.accounts["octo-org"]
        made = boards.create_project(store, person.viewer, owner, "Widgets", person.repository)
        for name, kind in fields:
            boards.create_field(
                store, person.viewer, made, name=name, data_type=kind, options=None, iterations=None
            )

    return deed


@pytest.mark.parametrize(
    "deed",
    [
        label("00FF00"),
        milestone("2026-03-31T12:00:00Z"),
        board(),
        board(("Story Points", "NUMBER"), ("Target", "DATE")),
    ],
    ids=["label", "milestone", "board", "board with fields"],
)
def test_what_is_as_it_was_meant_counts_as_made(tmp_path: Path, deed: Deed) -> None:
    """Everything comes through, the outcome says who was quicker, and the next run is silent."""
    world = World(tmp_path)
    applied = after(world, deed)
    assert all_applied(applied)
    assert any("at the same moment" in outcome.reason for outcome in applied.outcomes)
    assert world.doubles() == []
    world.machine().settles(SMALL)


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        (label("123456"), ChangeKind.LABEL),
        (milestone("2027-01-01T12:00:00Z"), ChangeKind.MILESTONE),
        (board(("Story Points", "TEXT")), ChangeKind.FIELD),
    ],
    ids=["label", "milestone", "field"],
)
def test_what_is_otherwise_is_told_and_used_all_the_same(
    tmp_path: Path, deed: Deed, kind: ChangeKind
) -> None:
    """The definition failed, and says so; no issue fails for it, and nobody's is overwritten."""
    world = World(tmp_path)
    applied = after(world, deed)
    missed = [o for o in applied.outcomes if o.result is not Result.APPLIED]
    assert {o.change.kind for o in missed} <= {kind, ChangeKind.FIELD_VALUE}
    (told,) = [outcome.reason for outcome in missed if outcome.change.kind is kind]
    assert "already" in told
    assert len(world.issues()) == len(SMALL.items)
    assert all(issue.labels for issue in world.issues() if "Story" in issue.title)
    assert all(issue.milestone for issue in world.issues() if "Story" in issue.title)


def test_a_label_of_another_repository_is_found_there(tmp_path: Path) -> None:
    """Each repository has labels of its own."""
    world = World(tmp_path)
    applied = after(world, label("00ff00", OTHER), ACROSS)
    assert all_applied(applied)
    world.machine().settles(ACROSS)


def test_a_link_that_is_there_counts_as_made(tmp_path: Path) -> None:
    """Somebody else made it after the plan: GitHub refuses to make it twice."""
    world = World(tmp_path)
    machine = world.machine()
    machine.sync(SMALL)
    numbers = {issue.title: issue.number for issue in world.issues()}
    person = Person(world.sandbox, "ann", permission="admin", repository=REPOSITORY)
    blocked, blocker = numbers["Story 0.1"], numbers["Story 0.0"]
    person.unblock(blocked, blocker)
    prepared, tracker = machine.prepare(SMALL)
    assert any(c.kind is ChangeKind.DEPENDENCY for c in prepared.plan.changes)
    person.block(blocked, blocker)
    applied = apply(prepared, tracker, nonces=world.nonce, progress=Watcher(), clock=machine)
    assert all_applied(applied)
    machine.settles(SMALL)
