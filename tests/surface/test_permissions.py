"""What authors may do in the repository: asked once, in as few requests as can be."""

import pytest

from backlog_sync.core.lookups import Questions
from backlog_sync.core.observed import ObservedState
from github_sandbox.access import Grant
from tests.surface.conftest import REPOSITORY, World

PEOPLE = {"ann": "admin", "Bob": "maintain", "cy": "write", "dee": "triage", "eve": "read"}
ALL = Questions(authors={REPOSITORY: (*PEOPLE, "nobody")})


def ask(world: World, token: str = "t") -> tuple[ObservedState, list[str | None]]:
    """The answers that this token gets, and the operations of the requests that it takes."""
    for login, permission in PEOPLE.items():
        world.sandbox.ensure_user(login, permission=permission)  # type: ignore[arg-type] # words
    world.write("epics:\n  - {id: e, title: E}\n")
    observed = world.observe()
    world.token = token
    tracker = world.tracker(read_only=True)
    before = len(world.sandbox.log)
    found = tracker.look_up(observed, ALL)
    return found, [entry.operation or entry.path for entry in world.sandbox.log[before:]]


def test_who_may_push_asks_once_for_all(world: World) -> None:
    """One request tells of everybody, in GitHub's words; of who is no collaborator too."""
    found, asked = ask(world)
    assert asked == ["Permissions"]
    assert found.permissions == {
        "ann": "ADMIN", "bob": "MAINTAIN", "cy": "WRITE", "dee": "TRIAGE", "eve": "READ",
        "nobody": "NONE",
    }  # fmt: skip


def test_a_workflow_that_only_reads_asks_for_each(world: World) -> None:
    """The token of a job without write access is told of one at a time."""
    world.sandbox.tokens["job"] = Grant("github-actions[bot]", "read", scopes=None, read_only=True)
    found, asked = ask(world, "job")
    assert len(asked) == 1 + len(ALL.authors[REPOSITORY])
    assert {name for name, may in found.permissions.items() if may in ("ADMIN", "WRITE")} == {
        "ann", "bob", "cy",
    }  # fmt: skip


@pytest.mark.parametrize("grant", [Grant("zoe", "read"), Grant("zoe", "triage", scopes=None)])
def test_who_may_not_ask_learns_nothing(world: World, grant: Grant) -> None:
    """Nobody is believed then, and nothing fails; it is asked twice in all."""
    world.sandbox.tokens["visitor"] = grant
    found, asked = ask(world, "visitor")
    assert found.permissions == {}
    assert len(asked) == 2
