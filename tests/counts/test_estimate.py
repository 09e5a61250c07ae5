"""What is said before a run against what the server counts."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backlog_sync.core.estimate import estimate
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.rate import Pace, seconds_for
from backlog_sync.engine.apply import apply
from tests.engine.memory import Watcher
from tests.faults.harness import ACROSS, MIDDLE, OWNERS, SMALL, WHOLE, World, backlog


@pytest.mark.parametrize(
    "desired", [SMALL, MIDDLE, WHOLE, ACROSS, OWNERS], ids=["4", "8", "34", "across", "owners"]
)
def test_an_estimate_is_close(tmp_path: Path, desired: DesiredState) -> None:
    """A fifth more or less, and one request."""
    world = World(tmp_path)
    prepared, tracker = world.machine().prepare(desired)
    expected = estimate(prepared.plan)
    before = len(world.sandbox.log)
    apply(prepared, tracker, nonces=world.nonce, progress=Watcher())
    log = world.sandbox.log[before:]
    points = sum(entry.points for entry in log)
    assert abs(expected.requests - len(log)) <= 1 + len(log) / 5
    assert abs(expected.points - points) <= 1 + points / 5
    assert expected.paced == 0
    assert 0 < expected.seconds < 60


def with_items(change: Callable[[DesiredItem], DesiredItem]) -> DesiredState:
    """The whole backlog with every item changed."""
    return replace(WHOLE, items=tuple(map(change, WHOLE.items)))


def in_state(item: DesiredItem, state: str, status: str) -> DesiredItem:
    """Every second story in another state, on the issue and on the board."""
    if item.kind != "story" or not item.key.endswith(".0"):
        return item
    board = {**item.board, "Status": status}
    return replace(item, fields={**item.fields, "state": state}, board=board)


def retitled(item: DesiredItem) -> DesiredItem:
    """Another title."""
    return replace(item, fields={**item.fields, "title": f"{item.fields['title']}!"})


def moved(item: DesiredItem) -> DesiredItem:
    """All stories below one feature."""
    return replace(item, parent="f1") if item.kind == "story" else item


OPEN = with_items(lambda item: in_state(item, "open", "Todo"))
CLOSED = with_items(lambda item: in_state(item, "closed", "Done"))
LATER = {
    "closings": (OPEN, CLOSED),
    "reopenings": (CLOSED, OPEN),
    "parents": (WHOLE, with_items(moved)),
    "places": (WHOLE, replace(WHOLE, items=(*reversed(WHOLE.items),))),
    "titles": (WHOLE, with_items(retitled)),
    "board values": (
        WHOLE,
        with_items(lambda item: replace(item, board={**item.board, "Story Points": 13})),
    ),
}


@pytest.mark.parametrize(("before", "after"), LATER.values(), ids=LATER)
def test_an_estimate_of_changes_is_close(
    tmp_path: Path, before: DesiredState, after: DesiredState
) -> None:
    """A tenth more or less, and one request: what is changed is read before each request."""
    world = World(tmp_path)
    world.machine().sync(OPEN if before is CLOSED else before)
    if before is CLOSED:
        prepared, tracker = world.machine().prepare(CLOSED)
        apply(prepared, tracker, nonces=world.nonce, progress=Watcher())
    prepared, tracker = world.machine().prepare(after)
    expected = estimate(prepared.plan)
    start = len(world.sandbox.log)
    apply(prepared, tracker, nonces=world.nonce, progress=Watcher())
    log = world.sandbox.log[start:]
    assert len(log) >= 4
    assert abs(expected.requests - len(log)) <= 1 + len(log) / 10
    points = sum(entry.points for entry in log)
    assert abs(expected.points - points) <= 1 + points / 10


def test_the_pace_is_part_of_it(tmp_path: Path) -> None:
    """102 creations: 60 in the first minute, then one a second, wherever the clock stands."""
    prepared, _ = World(tmp_path).machine().prepare(backlog(*[9] * 9, 7))
    expected = estimate(prepared.plan, lambda n: seconds_for(n, Pace(now=1e9), now=1e9))
    assert 90 < expected.paced < 110
    assert expected.seconds >= expected.paced


def test_nothing_to_do_costs_nothing(tmp_path: Path) -> None:
    """An unchanged backlog is not estimated at anything."""
    machine = World(tmp_path).machine()
    machine.sync(MIDDLE)
    prepared, _ = machine.prepare(MIDDLE)
    told = estimate(prepared.plan, lambda n: seconds_for(n, Pace()))
    assert (told.requests, told.points, told.seconds) == (0, 0, 0)
