"""One status update of ours a day on a board: changed in place, never a second one."""

import datetime

import pytest

from backlog_sync.core.operations import Done, PutStatus, Refused, Reply, Unknown
from github_sandbox import boards, faults
from github_sandbox.access import Grant, Viewer
from github_sandbox.faults import FaultPlan
from github_sandbox.models import Project, StatusUpdate
from tests.surface.conftest import World


def board(world: World) -> Project:
    """The organisation's board, made once."""
    store = world.sandbox.store
    owner = store.accounts["octo-org"]
    there = store.projects.get(owner.id) or {
        1: boards.create_project(store, viewer(world), owner, "Widgets", None)
    }
    return there[1]


def viewer(world: World) -> Viewer:
    """A person who may do everything."""
    return Viewer(world.sandbox.store.accounts["ann"], Grant("ann"))


def put(world: World, text: str, status: str | None = "ON_TRACK", mark: str = "shop") -> Reply:
    """Say how it stands today, with a new client."""
    today = world.sandbox.store.now()[:10]
    ((_, reply),) = world.tracker().apply(
        [PutStatus(board(world).node_id, mark, today, status, text)]
    )
    return reply


def said(world: World) -> list[tuple[str | None, str]]:
    """Status and words of every update, oldest first."""
    found = world.sandbox.store.status_updates.get(board(world).id, [])
    return [(each.status, (each.body or "").partition("\n")[2]) for each in found]


def test_a_day_has_one_that_is_changed_in_place(world: World) -> None:
    """The second word replaces the first; the same word sends nothing."""
    first = put(world, "all well")
    second = put(world, "late", "OFF_TRACK")
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.id == second.id
    assert said(world) == [("OFF_TRACK", "late")]
    assert world.mutations(lambda: put(world, "late", "OFF_TRACK")) == 0
    put(world, "nobody knows", None)
    assert said(world) == [(None, "nobody knows")]


def test_another_day_and_another_backlog_have_their_own(world: World) -> None:
    """History stays, and two backlogs on one board take turns without repeating themselves."""
    put(world, "yesterday")
    (old,) = world.sandbox.store.status_updates[board(world).id]
    day = datetime.datetime.fromisoformat(old.created_at) - datetime.timedelta(days=1)
    old.created_at = day.strftime("%Y-%m-%dT%H:%M:%SZ")
    put(world, "today")
    put(world, "the other", mark="other")
    put(world, "today, later")
    assert [words for _, words in said(world)] == ["yesterday", "today, later", "the other"]


def test_what_people_say_is_left_alone(world: World) -> None:
    """A status update of somebody else is not ours, not even with our mark."""
    ann = world.sandbox.store.accounts["ann"]
    theirs = "<!-- backlog:status shop -->\nmine"
    world.sandbox.store.create(
        StatusUpdate, project=board(world).id, creator=ann.id, body=theirs, status="AT_RISK"
    )
    put(world, "ours")
    assert said(world) == [("AT_RISK", "mine"), ("ON_TRACK", "ours")]


@pytest.mark.parametrize("index", [1, 2])
def test_a_lost_answer_is_not_a_second_update(world: World, index: int) -> None:
    """Sent again after a lost answer, it finds what the lost request made."""
    board(world)
    world.sandbox.faults = FaultPlan({index: faults.answer_lost()})
    if isinstance(put(world, "once"), Unknown):
        put(world, "once")
    assert said(world) == [("ON_TRACK", "once")]


def test_a_board_that_may_not_be_changed_is_refused(world: World) -> None:
    """The server's no comes back as one, and nothing is there."""
    today = world.sandbox.store.now()[:10]
    ((_, gone),) = world.tracker().apply([PutStatus("PVT_gone", "shop", today, None, "x")])
    assert isinstance(gone, Refused)
    ((_, bad),) = world.tracker().apply([PutStatus("PVT_gone", "a b", today, None, "x")])
    assert isinstance(bad, Refused)
