"""`close_done` and `pull_requests` in runs that are killed or lose an answer: once, then silent."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from backlog_sync.core.model import BoardFieldDef, OptionDef
from github_sandbox.actors import Person
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
from tests.faults.test_lost_answers import LOST

STATUS = BoardFieldDef(
    "Status", "single_select", tuple(map(OptionDef, ("Todo", "In Progress", "In Review", "Done")))
)
WANTED = replace(
    SMALL,
    project=replace(BOARD, fields=(STATUS, *BOARD.fields)),
    settings=replace(
        SMALL.settings,
        close_done=("epics", "features", "milestones"),
        pull_requests={"in_review": "In Review", "in_progress": "In Progress"},
    ),
)
"""An epic with a feature with two stories in a milestone, which are numbered 1 to 4."""


def close_stories(ann: Person) -> None:
    """Both stories are done."""
    ann.close(3)
    ann.close(4)


def reopen_story(ann: Person) -> None:
    """A story turns out not to be done."""
    ann.reopen(4)


def open_pull_request(ann: Person) -> None:
    """A pull request closes one story, a branch belongs to the other one."""
    ann.open_pull_request("Mend", "closes #3")
    ann.link_branch(4, "four")


CLOSED, OPEN = "CLOSED", "OPEN"
Act = Callable[[Person], None]


@dataclass(frozen=True)
class Case:
    """What people do before a run, and what is true after it: states, and Status of the stories."""

    act: Act
    states: list[str]
    status: list[str]
    before: tuple[Act, ...] = ()

    def begun(self, folder: Path) -> tuple[World, Machine, Person]:
        """A board on which people have just acted."""
        world = World(folder)
        machine, ann = world.machine(), Person(world.sandbox, "ann", repository=REPOSITORY)
        machine.sync(WANTED)
        for earlier in self.before:
            earlier(ann)
            machine.sync(WANTED)
        self.act(ann)
        return world, machine, ann

    def check(self, world: World, machine: Machine, ann: Person) -> None:
        """All is as it would be undisturbed, and a run has nothing left to do."""
        (milestone,) = world.sandbox.store.milestones[ann.repository.id].values()
        states = [*(ann.issue(n).state for n in (1, 2, 3, 4)), milestone.state]
        assert states == self.states
        assert [ann.value(n, "Status") for n in (3, 4)] == self.status
        assert world.made_twice() == []
        prepared, _ = machine.prepare(WANTED)
        assert prepared.plan.drift == ()
        machine.settles(WANTED)


CASES = {
    "closing": Case(close_stories, [CLOSED] * 5, ["Done", "Done"]),
    "reopening": Case(
        reopen_story, [OPEN, OPEN, CLOSED, OPEN, OPEN], ["Done", "Done"], (close_stories,)
    ),
    "pull requests": Case(open_pull_request, [OPEN] * 5, ["In Review", "In Progress"]),
}


@pytest.mark.parametrize("delivered", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_killed_at_any_request(tmp_path: Path, delivered: bool, name: str) -> None:
    """Killed at each request in turn, the next run comes to the same end as an undisturbed one."""
    at = 0
    for at in range(1 + delivered, 100, 1 if FULL else 2):
        world, machine, ann = CASES[name].begun(tmp_path / f"{at}")
        died = machine.dies(WANTED, at, delivered=delivered, by=KilledError)
        assert all_applied(machine.sync(WANTED))
        CASES[name].check(world, machine, ann)
        if not died:
            break
    assert at > 3


@pytest.mark.parametrize("fault", ["closed", "one of a batch"])
@pytest.mark.parametrize("name", CASES)
def test_an_answer_that_is_lost(tmp_path: Path, name: str, fault: str) -> None:
    """Of each write in turn, REST and GraphQL: the run goes on, or the next one ends the same."""
    at = 0
    for at in range(1, 100, 1 if FULL else 2):
        world, machine, ann = CASES[name].begun(tmp_path / f"{at}")
        world.fail({at: LOST[fault]}, writes_only=True)
        machine.sync(WANTED)
        hit = world.sandbox.faults.counted >= at
        world.fail({})
        assert all_applied(machine.sync(WANTED))
        CASES[name].check(world, machine, ann)
        if not hit:
            break
    assert at > 1
