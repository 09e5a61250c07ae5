"""How many requests a backlog over several repositories takes, counted at the server."""

from dataclasses import replace
from pathlib import Path

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.model import DesiredState, IssueRef, LabelDef, MilestoneDef
from github_sandbox.actors import Person
from tests.core.builders import desired, item
from tests.faults.harness import BOARD, REPOSITORY, World, all_applied


def spread(world: World, count: int) -> DesiredState:
    """An epic, and a story in each of so many other repositories, with labels and milestones."""
    names = [f"octo-org/part-{n}" for n in range(count)]
    for name in names:
        world.sandbox.ensure_repository(name)
    stories = [
        replace(
            item(
                f"s{n}",
                f"Story {n}",
                parent="top" if n < 100 else None,
                labels=("story",),
                milestone="M1",
                board={"Story Points": 1},
            ),
            repository=name,
        )
        for n, name in enumerate(names)
    ]
    wanted = desired(
        item("top", "Top", kind="epic"),
        *stories,
        project=BOARD,
        labels=(LabelDef("story", "00ff00"),),
        milestones=(MilestoneDef("M1"),),
    )
    return replace(wanted, repository=REPOSITORY)


def numbered(world: World, wanted: DesiredState) -> DesiredState:
    """The same backlog with the numbers that a sync writes into the file."""
    numbers: dict[str, int] = {}
    for repositories in world.sandbox.store.issues.values():
        for issue in repositories.values():
            marker = body_block.split(issue.body).marker
            if marker is not None:
                numbers[marker.key] = issue.number
    items = (
        replace(each, issue=IssueRef(numbers[each.key], each.repository, sandbox=True))
        for each in wanted.items
    )
    return replace(wanted, items=tuple(items))


@pytest.mark.parametrize(("count", "most"), [(1, 3), (10, 3), (100, 8)])
def test_an_unchanged_sync_reads_the_repositories_together(
    tmp_path: Path, count: int, most: int
) -> None:
    """Two requests for the target and its board, and one more for each 20 other repositories.

    Of 100, in at most 40 requests. It was one for each of them: 3, 12 and 103 requests.
    """
    world = World(tmp_path)
    wanted = spread(world, count)
    machine = world.machine()
    assert all_applied(machine.sync(wanted))
    # A milestone is a REST request of its own; all else is together.
    milestones = [entry for entry in world.sandbox.log if entry.path.endswith("/milestones")]
    assert len(milestones) == count + 1
    assert len(world.sandbox.log) - len(milestones) <= 14 + count
    before = len(world.sandbox.log)
    machine.settles(numbered(world, wanted))
    log = world.sandbox.log[before:]
    assert len(log) <= most
    assert sum(entry.points for entry in log) <= 10 + count // 2


def test_a_large_repository_is_not_listed(tmp_path: Path) -> None:
    """Of one with hundreds of issues of others: the named one, and what was touched last."""
    world = World(tmp_path)
    wanted = spread(world, 1)
    there = str(wanted.items[1].repository)
    person = Person(world.sandbox, "ann", repository=there)
    for n in range(301):
        person.open_issue(f"Another issue {n}")
    machine = world.machine()
    assert all_applied(machine.sync(wanted))
    before = len(world.sandbox.log)
    machine.settles(numbered(world, wanted))
    assert len(world.sandbox.log) - before <= 5
