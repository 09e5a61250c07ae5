"""Agents under kills and lost answers: whatever ends a run, their work begins once."""

from dataclasses import replace
from pathlib import Path

import pytest

from backlog_sync.core.model import DesiredState
from github_sandbox import faults
from github_sandbox.actors import Person
from tests.core.builders import desired, item
from tests.faults.harness import FULL, REPOSITORY, KilledError, Machine, World, all_applied

AGENT = "copilot-swe-agent"


def backlog(*assignees: str) -> DesiredState:
    """Two stories with these assignees."""
    wanted = desired(*(item(key, key.upper(), assignees=assignees) for key in "ab"))
    return replace(wanted, settings=replace(wanted.settings, agents=(AGENT,)))


PLAIN, WANTED = backlog(), backlog(AGENT)


def begun(folder: Path) -> tuple[World, Machine]:
    """The issues exist, no agent was assigned yet."""
    world = World(folder)
    world.sandbox.ensure_agent(AGENT)
    machine = world.machine()
    assert all_applied(machine.sync(PLAIN))
    return world, machine


def sessions(world: World) -> list[int]:
    """How often an agent began to work on each of the stories."""
    agent = world.sandbox.store.accounts[AGENT].id
    return [i.assignments.count(agent) for i in world.issues() if i.number in (1, 2)]


@pytest.mark.parametrize(("delivered", "leaves"), [(True, True), (True, False), (False, False)])
def test_killed_at_any_request(tmp_path: Path, delivered: bool, leaves: bool) -> None:
    """Also between the assignment and the record of it, and if the agent has left by then."""
    at = 0
    for at in range(1, 100, 1 if FULL or leaves else 2):
        world, machine = begun(tmp_path / f"{at}")
        machine.forgets = leaves
        died = machine.dies(WANTED, at, delivered=delivered, by=KilledError)
        if leaves:
            ann = Person(world.sandbox, "ann", repository=REPOSITORY)
            for number in (1, 2):
                ann.unassign(number, AGENT)
        assert all_applied(machine.sync(WANTED))
        assert all_applied(machine.sync(WANTED))
        assert sessions(world) == [1, 1]
        machine.settles(WANTED)
        if not died:
            break
    assert at > 3


@pytest.mark.parametrize(
    "fault",
    [faults.answer_lost(), faults.timeout(504, delivered=True), faults.partial(1)],
    ids=["lost", "504", "refused"],
)
def test_an_answer_that_is_lost_begins_nothing_twice(tmp_path: Path, fault: faults.Fault) -> None:
    """Of each write in turn; the same run goes on, or the next one."""
    at = 0
    for at in range(1, 20):
        world, machine = begun(tmp_path / f"{at}")
        world.fail({at: fault}, writes_only=True)
        machine.sync(WANTED)
        hit = world.sandbox.faults.counted >= at
        world.fail({})
        for _ in range(2):
            assert all_applied(machine.sync(WANTED))
        assert sessions(world) == [1, 1]
        machine.settles(WANTED)
        if not hit:
            break
    assert at > 1
