"""Who runs it changes: a person, the workflow's bot, a colleague. Nothing is created twice."""

from itertools import permutations
from pathlib import Path

import pytest

from backlog_sync.core.change_kinds import Action
from github_sandbox.access import Grant
from tests.faults.harness import SMALL, KilledError, World, all_applied, requests_of

WHO = {
    "ann": Grant("ann", "write"),
    "bea": Grant("bea", "admin"),
    "github-actions[bot]": Grant("github-actions[bot]", "write", scopes=None),
}


def world_of_three(folder: Path) -> World:
    """A repository that three may write to."""
    world = World(folder)
    for login, grant in WHO.items():
        world.sandbox.ensure_user(login, permission=grant.permission)
        world.sandbox.tokens[f"token-of-{login}"] = grant
    return world


@pytest.mark.parametrize("order", list(permutations(WHO)), ids="-".join)
def test_a_change_of_who_runs_it_creates_nothing(tmp_path: Path, order: tuple[str, ...]) -> None:
    """Each on a machine of their own, and back to the first one."""
    world = world_of_three(tmp_path)
    first, *others = order
    assert all_applied(world.machine(token=f"token-of-{first}").sync(SMALL))
    for login in (*others, first):
        world.machine(token=f"token-of-{login}").settles(SMALL)
    assert world.made_twice() == []


def test_a_person_finishes_what_the_bot_began(tmp_path: Path) -> None:
    """The bot's run was killed half way, on a machine that is gone."""
    for at in range(4, len(requests_of(SMALL, tmp_path)), 3):
        world = world_of_three(tmp_path / f"{at}")
        bot = world.machine(token="token-of-github-actions[bot]")
        bot.dies(SMALL, at, delivered=True, by=KilledError)
        ann = world.machine(token="token-of-ann")
        applied = ann.sync(SMALL)
        assert all_applied(applied)
        assert world.made_twice() == []
        world.machine(token="token-of-github-actions[bot]").settles(SMALL)


def test_somebody_who_left_is_still_believed(tmp_path: Path) -> None:
    """An account that lost its rights opened the issues: they are held, and none is made anew."""
    world = world_of_three(tmp_path)
    world.machine(token="token-of-ann").sync(SMALL)
    world.sandbox.ensure_user("ann", permission="read")
    prepared, _ = world.machine(token="token-of-bea").prepare(SMALL)
    assert not [c for c in prepared.plan.changes if c.action is Action.CREATE]
