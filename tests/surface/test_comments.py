"""One comment of ours on an issue: changed in place, never a second one."""

from collections.abc import Callable

import pytest

from backlog_sync.core.operations import Done, PutComment, Refused, Reply, Unknown
from github_sandbox import faults
from github_sandbox.faults import Fault, FaultPlan
from github_sandbox.models import Comment
from tests.surface.conftest import REPOSITORY, World


def put(world: World, text: str, mark: str = "drift", number: int = 1) -> Reply:
    """Say something with a new client."""
    home = world.sandbox.repository(REPOSITORY)
    issue = world.sandbox.store.issues[home.id][number]
    ((_, reply),) = world.tracker().apply([PutComment(issue.node_id, mark, text)])
    return reply


def comments(world: World) -> list[Comment]:
    """All comments on the first issue."""
    issue = world.ann.issue(1)
    return list(world.sandbox.store.comments.get(issue.id, {}).values())


def test_a_comment_is_made_then_changed_in_place(world: World) -> None:
    """The second word replaces the first, on the same comment; the same word sends nothing."""
    world.ann.open_issue("One")
    first = put(world, "2 changes")
    assert isinstance(first, Done)
    assert first.id == comments(world)[0].node_id
    assert comments(world)[0].body == "<!-- backlog:comment drift -->\n2 changes"
    second = put(world, "3 changes")
    assert isinstance(second, Done)
    assert second.id == first.id
    assert [c.body.splitlines()[1] for c in comments(world)] == ["3 changes"]
    assert world.mutations(lambda: put(world, "3 changes")) == 0


def test_another_mark_is_another_comment(world: World) -> None:
    """Two purposes on one issue do not touch each other."""
    world.ann.open_issue("One")
    put(world, "drifted", "drift")
    put(world, "planned", "plan.pr-7")
    put(world, "clean", "drift")
    assert [c.body.splitlines()[1] for c in comments(world)] == ["clean", "planned"]


def test_somebody_else_s_copy_is_not_ours(world: World) -> None:
    """A comment that copies the mark, or quotes it, is left alone."""
    world.ann.open_issue("One")
    world.ann.comment(1, "<!-- backlog:comment drift -->\nmine")
    put(world, "ours")
    put(world, "ours again")
    assert [c.body.splitlines()[1].strip() for c in comments(world)] == ["mine", "ours again"]


def test_a_comment_that_somebody_edited_is_theirs_from_then_on(world: World) -> None:
    """What people write into a comment of ours stays; the next word is a comment of its own."""
    world.ann.open_issue("One")
    put(world, "2 changes")
    (first,) = comments(world)
    world.ann.edit_comment(1, first.id, first.body + "\nNot before Monday.")
    put(world, "3 changes")
    put(world, "4 changes")
    assert [c.body.splitlines()[1:] for c in comments(world)] == [
        ["2 changes", "Not before Monday."],
        ["4 changes"],
    ]


def test_it_is_found_behind_a_hundred_others(world: World) -> None:
    """All comments are looked through, page by page."""
    world.ann.open_issue("One")
    for number in range(150):
        world.ann.comment(1, f"Comment {number}")
    put(world, "first")
    for number in range(20):
        world.ann.comment(1, f"Later {number}")
    put(world, "second")
    assert sum("backlog:comment" in c.body for c in comments(world)) == 1


def test_a_pull_request_takes_one_too(world: World) -> None:
    """The same on a pull request."""
    world.ann.open_pull_request("A change")
    put(world, "plan", "plan")
    put(world, "plan 2", "plan")
    assert [c.body.splitlines()[1] for c in comments(world)] == ["plan 2"]


def test_what_cannot_be_commented_is_refused(world: World) -> None:
    """An issue that is gone, a mark that is none: refused in words, nothing is sent."""
    world.ann.open_issue("One")
    ((_, gone),) = world.tracker().apply([PutComment("I_gone", "drift", "text")])
    assert isinstance(gone, Refused)
    assert "Could not resolve" in gone.message
    assert isinstance(put(world, "text", "--> no"), Refused)
    assert comments(world) == []


TROUBLE: dict[str, Callable[[], Fault]] = {
    "answer lost": faults.answer_lost,
    "not delivered": faults.not_delivered,
    "502 after": lambda: faults.bad_gateway(delivered=True),
    "502 before": faults.bad_gateway,
    "truncated": faults.truncated,
    "secondary": faults.secondary_limit,
    "too quick": faults.submitted_too_quickly,
}


@pytest.mark.parametrize(
    ("name", "index"), [(n, i) for n in TROUBLE for i in (1, 2) if (n, i) != ("too quick", 1)]
)
def test_trouble_makes_no_second_comment(world: World, name: str, index: int) -> None:
    """Whatever becomes of the request that looks or of the one that says, it is said once."""
    world.ann.open_issue("One")
    world.sandbox.faults = FaultPlan({index: TROUBLE[name]()})
    reply = put(world, "once")
    assert isinstance(reply, Done | Unknown)
    if isinstance(reply, Unknown):
        reply = put(world, "once")
    assert isinstance(reply, Done)
    assert [c.body.splitlines()[1] for c in comments(world)] == ["once"]
