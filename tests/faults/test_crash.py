"""The process is killed at any request: the next run finishes, and nothing is there twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backlog_sync.core.model import DesiredState
from github_sandbox.actors import Person
from github_sandbox.models import Issue
from tests.faults.harness import (
    ACROSS,
    FIELDED,
    FULL,
    MIDDLE,
    OPTIONED,
    OWNERS,
    REPOSITORY,
    SMALL,
    VIEWED,
    WHOLE,
    KilledError,
    World,
    all_applied,
    requests_of,
    retitled,
    sample,
    with_options,
)


def places(wanted: DesiredState, folder: Path, some: int, seed: int) -> Iterator[int]:
    """Requests at which to die, those of a first run."""
    yield from sample(len(requests_of(wanted, folder)), some, seed)


def kill_and_go_on(
    wanted: DesiredState, folder: Path, at: int, *, delivered: bool, lag: float, forgets: bool
) -> None:
    """Kill a run at a request, run again on the same machine, and a third time."""
    world = World(folder / f"{at}-{delivered}-{lag}-{forgets}", lag=lag)
    machine = world.machine()
    machine.forgets = forgets
    assert machine.dies(wanted, at, delivered=delivered, by=KilledError)
    second = machine.sync(wanted)
    assert all_applied(second), [o.reason for o in second.outcomes if o.reason]
    if not forgets:
        assert world.made_twice() == []
        machine.settles(wanted)
        return
    world.clock.sleep(lag + 1)
    machine.sync(wanted)
    assert world.doubles() == []
    machine.settles(wanted)


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_at_any_request_of_a_small_sync(tmp_path: Path, delivered: bool) -> None:
    """Every request of a first sync in turn: 0 duplicates, 0 lost, 0 writes by a third run."""
    for at in places(OPTIONED, tmp_path, 100, 1):
        kill_and_go_on(OPTIONED, tmp_path, at, delivered=delivered, lag=0, forgets=False)


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_at_any_request_of_a_sync_of_34_items(tmp_path: Path, delivered: bool) -> None:
    """The same with the number of items that the bar names; a sample, unless all are asked for."""
    assert len(WHOLE.items) == 34
    for at in places(WHOLE, tmp_path, 4, 2 + delivered):
        kill_and_go_on(WHOLE, tmp_path, at, delivered=delivered, lag=0, forgets=False)


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_at_any_request_of_a_sync_with_issue_fields(tmp_path: Path, delivered: bool) -> None:
    """The values come with the issues: no run that follows sets them again or sees drift."""
    for at in places(FIELDED, tmp_path, 6, 4 + delivered):
        kill_and_go_on(FIELDED, tmp_path, at, delivered=delivered, lag=0, forgets=False)


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_at_any_request_of_a_sync_with_views(tmp_path: Path, delivered: bool) -> None:
    """Views are there once, with their layout and filter; so are a board's texts and iterations."""
    for at in places(VIEWED, tmp_path, 100 if FULL else 5, 4 + delivered):
        kill_and_go_on(VIEWED, tmp_path, at, delivered=delivered, lag=0, forgets=False)


@pytest.mark.parametrize("lag", [5, 60])
@pytest.mark.parametrize("forgets", [False, True])
def test_killed_while_lists_lag(tmp_path: Path, lag: float, forgets: bool) -> None:
    """With the journal nothing is made twice; without it nothing is open twice after a run more."""
    wanted = WHOLE if FULL else SMALL
    for delivered in (True, False):
        for at in places(wanted, tmp_path, 6, int(lag) + delivered):
            kill_and_go_on(wanted, tmp_path, at, delivered=delivered, lag=lag, forgets=forgets)


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_at_any_request_of_a_sync_over_two_repositories(
    tmp_path: Path, delivered: bool
) -> None:
    """What was made, or was about to be, in the other repository is found there again."""
    for at in places(ACROSS, tmp_path, 8, 9 + delivered):
        kill_and_go_on(ACROSS, tmp_path, at, delivered=delivered, lag=0, forgets=False)
        kill_and_go_on(ACROSS, tmp_path, at, delivered=delivered, lag=60, forgets=False)
        kill_and_go_on(ACROSS, tmp_path, at, delivered=delivered, lag=5, forgets=True)


@pytest.mark.parametrize("delivered", [True, False])
def test_killed_at_any_request_of_a_sync_over_two_owners(tmp_path: Path, delivered: bool) -> None:
    """What GitHub does not allow between owners is left out by each run."""
    for at in places(OWNERS, tmp_path, 4, 10 + delivered):
        kill_and_go_on(OWNERS, tmp_path, at, delivered=delivered, lag=5, forgets=False)


@pytest.mark.parametrize("wanted", [with_options(MIDDLE), FIELDED], ids=["board", "issue fields"])
@pytest.mark.parametrize("delivered", [True, False])
def test_killed_while_issues_are_changed(
    tmp_path: Path, delivered: bool, wanted: DesiredState
) -> None:
    """Every request of a run that changes all items: the next run goes on, no drift is seen."""
    changed = retitled(wanted)
    at = 0
    for at in range(1, 1000):
        world = World(tmp_path / f"{at}")
        machine = world.machine()
        machine.sync(wanted)
        if not machine.dies(changed, at, delivered=delivered, by=KilledError):
            break
        prepared, _ = machine.prepare(changed)
        assert prepared.plan.drift == ()
        assert all_applied(machine.sync(changed))
        machine.settles(changed)
        if not FULL and at >= 8:
            break
    assert at >= 8


def test_a_link_that_people_remove_after_a_crash_was_made(tmp_path: Path) -> None:
    """Whenever the run dies: what it linked is known to be linked, and only that.

    People remove the link right after, and the next plan names it as taken away. A link that the
    run did not come to is no drift.
    """
    linked: list[bool] = []
    for at in range(len(requests_of(SMALL, tmp_path)), 4, -1):
        world = World(tmp_path / f"{at}")
        machine = world.machine()
        assert machine.dies(SMALL, at, delivered=True, by=KilledError)
        blocked = {i.number: i.blocked_by for i in world.issues() if i.blocked_by}
        linked.append(bool(blocked))
        for number, (blocker,) in blocked.items():
            person = Person(world.sandbox, "ann", permission="admin", repository=REPOSITORY)
            person.unblock(number, world.sandbox.store.get(Issue, blocker).number)
        prepared, tracker = machine.prepare(SMALL)
        assert [note.name for note in prepared.plan.drift] == ["blocked_by"] * len(blocked)
        assert all_applied(machine.finish(prepared, tracker))
        assert any(issue.blocked_by for issue in world.issues())
        machine.settles(SMALL)
    assert set(linked) == {True, False}
