"""SIGINT and SIGTERM at any request: a true account, and the next run goes on."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.model import DesiredState
from backlog_sync.core.plan import Result
from backlog_sync.engine.executor import Applied
from tests.faults.harness import (
    FULL,
    SMALL,
    WHOLE,
    Machine,
    World,
    all_applied,
    backlog,
    requests_of,
    sample,
)


def stopped_at(
    machine: Machine, wanted: DesiredState, at: int, *, delivered: bool
) -> Applied | None:
    """A run that is interrupted at a request; None where that was before anything was sent."""
    seen = itertools.count(1)

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        here = next(seen) == at
        if here and not delivered:
            raise KeyboardInterrupt
        answer = send()
        if here:
            raise KeyboardInterrupt
        return answer

    machine.gate = gate
    try:
        return machine.sync(wanted)
    except KeyboardInterrupt:
        return None
    finally:
        machine.gate = None


def true_account(world: World, applied: Applied) -> None:
    """What is called done is done; what is there and not called done was on its way."""
    there = {
        marker.key
        for issue in world.issues()
        if (marker := body_block.split(issue.body).marker) is not None
    }
    for outcome in applied.outcomes:
        change = outcome.change
        if change.kind is not ChangeKind.ISSUE or change.action is not Action.CREATE:
            continue
        if outcome.result is Result.APPLIED:
            assert change.key in there
        elif change.key in there:
            assert "interrupted before the answer came" in outcome.reason
        if outcome.result is Result.NOT_REACHED:
            assert change.key not in there


@pytest.mark.parametrize("delivered", [True, False])
def test_interrupted_at_any_request(tmp_path: Path, delivered: bool) -> None:
    """Each request in turn: the run tells what was done, the next one does the rest, once."""
    wanted = WHOLE if FULL else SMALL
    count = len(requests_of(wanted, tmp_path))
    for at in sample(count, 100):
        world = World(tmp_path / f"{at}")
        machine = world.machine()
        applied = stopped_at(machine, wanted, at, delivered=delivered)
        if applied is not None:
            assert applied.interrupted
            true_account(world, applied)
        machine.sync(wanted)
        assert world.made_twice() == []
        machine.settles(wanted)


@pytest.mark.parametrize("delivered", [True, False])
def test_interrupted_while_creations_wait_and_other_writes_go_on(
    tmp_path: Path, delivered: bool
) -> None:
    """Links, board values and bodies between creations: each request in turn, as above."""
    wanted = backlog(9, 9, 9)
    whole = World(tmp_path / "whole")
    machine = whole.machine()
    machine.a_minute = 10
    assert all_applied(machine.sync(wanted))
    count = len(whole.sandbox.log)
    machine.settles(wanted)
    for at in sample(count, 4):
        world = World(tmp_path / f"{at}")
        machine = world.machine()
        machine.a_minute = 10
        applied = stopped_at(machine, wanted, at, delivered=delivered)
        if applied is not None:
            assert applied.interrupted
            true_account(world, applied)
        machine.sync(wanted)
        assert world.made_twice() == []
        machine.settles(wanted)


def test_what_was_certainly_not_sent_is_not_waited_for(tmp_path: Path) -> None:
    """Only what was on its way is in doubt: the next run waits for that, and for no more."""
    count = len(requests_of(SMALL, tmp_path))
    waited = 0.0
    for at in range(1, count + 1):
        machine = World(tmp_path / f"{at}").machine()
        stopped_at(machine, SMALL, at, delivered=True)
        machine.slept.clear()
        machine.sync(SMALL)
        waited += sum(machine.slept)
    assert waited == 0
