"""`close_done` and `pull_requests` under kills: what was begun is finished once, then silent."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backlog_sync.core.model import BoardFieldDef, OptionDef
from github_sandbox.actors import Person
from tests.faults.harness import BOARD, FULL, REPOSITORY, SMALL, KilledError, World, all_applied

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


@pytest.mark.parametrize("delivered", [True, False])
@pytest.mark.parametrize(
    ("before", "act", "states", "status"),
    [
        ((), close_stories, [CLOSED] * 5, ["Done", "Done"]),
        ((close_stories,), reopen_story, [OPEN, OPEN, CLOSED, OPEN, OPEN], ["Done", "Done"]),
        ((), open_pull_request, [OPEN] * 5, ["In Review", "In Progress"]),
    ],
    ids=["closing", "reopening", "pull requests"],
)
def test_killed_at_any_request(
    tmp_path: Path,
    delivered: bool,
    before: tuple[Callable[[Person], None], ...],
    act: Callable[[Person], None],
    states: list[str],
    status: list[str],
) -> None:
    """Killed at each request in turn, the next run comes to the same end as an undisturbed one."""
    at = 0
    for at in range(1 + delivered, 100, 1 if FULL else 2):
        world = World(tmp_path / f"{at}")
        machine, ann = world.machine(), Person(world.sandbox, "ann", repository=REPOSITORY)
        machine.sync(WANTED)
        for earlier in before:
            earlier(ann)
            machine.sync(WANTED)
        act(ann)
        died = machine.dies(WANTED, at, delivered=delivered, by=KilledError)
        assert all_applied(machine.sync(WANTED))
        (milestone,) = world.sandbox.store.milestones[ann.repository.id].values()
        assert [*(ann.issue(n).state for n in (1, 2, 3, 4)), milestone.state] == states
        assert [ann.value(n, "Status") for n in (3, 4)] == status
        assert world.made_twice() == []
        machine.settles(WANTED)
        if not died:
            break
    assert at > 3
