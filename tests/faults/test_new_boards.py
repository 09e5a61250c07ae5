"""A run is killed while it creates a board: the next one gives it its views, and no other board."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from github_sandbox import board_views
from github_sandbox.actors import Person
from github_sandbox.faults import answer_lost
from github_sandbox.models import Project, View
from tests.faults.harness import (
    BOARD,
    FULL,
    REPOSITORY,
    SMALL,
    KilledError,
    Machine,
    World,
    all_applied,
)

ONE = replace(SMALL, items=SMALL.items[:1])
"""One item on a board whose file declares no views."""

NEW = ["View 1", "Board", "Table", "Roadmap"]
COLUMNS = ["Title", "Assignees", "Status", "Priority", "Story Points", "Target"]


def board(world: World) -> Project:
    """The open board."""
    owner = world.sandbox.store.accounts["octo-org"]
    (found,) = [p for p in world.sandbox.store.projects[owner.id].values() if not p.closed]
    return found


def views(world: World) -> list[View]:
    """The open board's views, in the order of their tabs."""
    return board_views.views_of(world.sandbox.store, board(world))


def names(world: World) -> list[str]:
    """Their names."""
    return [view.name for view in views(world)]


def dies_creating_the_board(machine: Machine, *, delivered: bool, after: int = 0) -> None:
    """A first run that ends with the request that creates the board, or `after` requests later."""
    left = [-1]

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        if "createProjectV2(" in machine.sending:
            left[0] = after
        elif left[0] > 0:
            left[0] -= 1
        if left[0] != 0:
            return send()
        if delivered:
            send()
        raise KilledError

    machine.gate = gate
    with pytest.raises(KilledError):
        machine.sync(ONE)
    machine.gate = None


@pytest.mark.parametrize("delivered", [True, False])
@pytest.mark.parametrize("after", range(4 if FULL else 3))
def test_a_board_gets_its_views_after_a_kill(tmp_path: Path, delivered: bool, after: int) -> None:
    """Whether or not the answer came, and whatever of it was created before."""
    world = World(tmp_path)
    machine = world.machine()
    dies_creating_the_board(machine, delivered=delivered, after=after)
    assert all_applied(machine.sync(ONE))
    assert names(world) == NEW
    known = world.sandbox.store.fields[board(world).id]
    assert [known[number].name for number in views(world)[2].fields] == COLUMNS
    machine.settles(ONE)
    Person(world.sandbox, "ann", repository=REPOSITORY).delete_view("Table")
    machine.settles(ONE)
    assert names(world) == ["View 1", "Board", "Roadmap"]


@pytest.mark.parametrize("delivered", [True, False])
def test_a_board_gets_its_views_if_the_run_dies_before_its_links(
    tmp_path: Path, delivered: bool
) -> None:
    """They are created in the request that makes the links, after the issues."""
    world = World(tmp_path)
    machine = world.machine()

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        if "addBlockedBy(" not in machine.sending:
            return send()
        assert "createProjectV2View(" in machine.sending
        if delivered:
            send()
        raise KilledError

    machine.gate = gate
    with pytest.raises(KilledError):
        machine.sync(SMALL)
    machine.gate = None
    assert all_applied(machine.sync(SMALL))
    assert (names(world), world.doubles()) == (NEW, [])
    assert any(issue.blocked_by for issue in world.issues())
    machine.settles(SMALL)


def test_a_board_of_somebody_else_keeps_its_own_views(tmp_path: Path) -> None:
    """It was created when the run was killed, or long afterwards by the same account."""
    for n, (who, later) in enumerate([("ann", 0.0), (None, 3600.0)]):
        world = World(tmp_path / str(n))
        machine = world.machine()
        dies_creating_the_board(machine, delivered=False)
        world.clock.sleep(later)
        Person(
            world.sandbox, who or world.sandbox.default_account().login, repository=REPOSITORY
        ).add_board("octo-org", "Widgets")
        assert all_applied(machine.sync(ONE))
        assert names(world) == NEW[:1]
        machine.settles(ONE)


def test_without_what_it_remembered_a_machine_leaves_a_board_alone(tmp_path: Path) -> None:
    """Nobody knows then who created it."""
    world = World(tmp_path)
    dies_creating_the_board(world.machine(), delivered=True)
    other = world.machine()
    assert all_applied(other.sync(ONE))
    assert names(world) == NEW[:1]
    other.settles(ONE)


def test_declared_views_need_no_memory(tmp_path: Path) -> None:
    """They are created wherever they are missing; an empty list asks for none."""
    world = World(tmp_path)
    machine = world.machine()
    dies_creating_the_board(machine, delivered=True)
    assert all_applied(machine.sync(replace(ONE, project=replace(BOARD, views=()))))
    assert names(world) == NEW[:1]


def test_a_lost_answer_to_the_views_leaves_each_once(tmp_path: Path) -> None:
    """The run that follows creates those that did not arrive."""
    for wanted, at in ((ONE, 4), (ONE, 5), (ONE, 6), (SMALL, 7), (SMALL, 8)):
        world = World(tmp_path / f"{len(wanted.items)}-{at}")
        machine = world.machine()
        world.fail({at: answer_lost(ran=at % 3)})
        machine.sync(wanted)
        assert world.doubles() == []
        machine.sync(wanted)
        assert (names(world), world.doubles()) == (NEW, [])
        machine.settles(wanted)
