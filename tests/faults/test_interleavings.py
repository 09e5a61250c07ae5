"""Two machines sync at the same time: at the end no item has two open issues."""

from dataclasses import replace
from pathlib import Path

import pytest

from backlog_sync.cli.commands.sync import exit_code
from backlog_sync.core.model import DesiredState
from backlog_sync.engine.apply import apply
from tests.engine.memory import Watcher
from tests.faults.harness import BOARD, FULL, OPTIONED, SMALL, VIEWED, Machine, World, backlog
from tests.faults.turns import interleave

SEEDS = range(2000) if FULL else range(40)
TINY = replace(backlog(2), project=None)
"""Four items without a board."""


def together(folder: Path, wanted: DesiredState, seed: int, *, lag: float = 0.0) -> World:
    """Two first runs at once, then at most one more of each."""
    world = World(folder / f"{seed}", lag=lag)
    one, two = world.machine("one"), world.machine("two")
    interleave([(one, lambda: one.sync(wanted)), (two, lambda: two.sync(wanted))], seed)
    world.clock.sleep(lag + 1)
    one.sync(wanted)
    assert world.doubles() == [], seed
    world.clock.sleep(lag + 1)
    two.settles(wanted)
    assert len([i for i in world.issues() if i.state == "OPEN"]) == len(wanted.items)
    return world


def test_two_first_syncs_at_once(tmp_path: Path) -> None:
    """Whatever the order of their requests: 0 open duplicates, and then nothing is left to do."""
    doubled = 0
    for seed in SEEDS:
        doubled += bool(together(tmp_path, TINY, seed).made_twice())
    assert doubled > len(SEEDS) / 10, "these orders hardly ever collide"


def both(one: Machine, two: Machine, seed: int) -> list[int]:
    """Two first runs at once; what each came to."""
    codes: list[int] = []

    def run(machine: Machine) -> None:
        prepared, tracker = machine.prepare(OPTIONED)
        nonce = machine.world.nonce
        applied = apply(prepared, tracker, nonces=nonce, progress=Watcher(), clock=machine)
        codes.append(exit_code(prepared.plan, applied))

    interleave([(one, lambda: run(one)), (two, lambda: run(two))], seed)
    return codes


def test_both_of_two_first_syncs_end_well(tmp_path: Path) -> None:
    """With labels, a milestone, a board and its fields: both exit with 0, and nothing is double.

    Whatever the second run meant to make is there, or was made a moment before.
    """
    boards = 0
    for seed in SEEDS if FULL else SEEDS[:25]:
        world = World(tmp_path / f"{seed}")
        one, two = world.machine("one"), world.machine("two")
        codes = both(one, two, seed)
        assert codes == [0, 0], seed
        assert world.doubles() == [], seed
        boards += sum(len(each) for each in world.sandbox.store.projects.values()) > 1
        one.sync(OPTIONED)
        assert world.doubles() == [], seed
        two.settles(OPTIONED)
        open_ones = [issue for issue in world.issues() if issue.state == "OPEN"]
        assert len(open_ones) == len(OPTIONED.items), seed
    assert boards, "these orders never make two boards"


@pytest.mark.parametrize("board", [True, False])
def test_two_syncs_that_create_the_same_views_agree(tmp_path: Path, board: bool) -> None:
    """Names of views are not unique, and none is deleted; both machines use the first of a name."""
    for seed in SEEDS if FULL else SEEDS[:10]:
        world = World(tmp_path / f"{seed}")
        one, two = world.machine("one"), world.machine("two")
        if board:
            one.sync(replace(VIEWED, project=BOARD))
        interleave([(one, lambda: one.sync(VIEWED)), (two, lambda: two.sync(VIEWED))], seed)  # noqa: B023 - it is over within the turn
        one.sync(VIEWED)
        assert [double for double in world.doubles() if not double.startswith("view ")] == [], seed
        two.settles(VIEWED)


@pytest.mark.parametrize("lag", [5.0, 60.0])
def test_two_first_syncs_at_once_while_lists_lag(tmp_path: Path, lag: float) -> None:
    """Neither sees what the other made; the next run does."""
    for seed in SEEDS[:200] if FULL else SEEDS[:6]:
        together(tmp_path, TINY, seed, lag=lag)


def test_a_sync_beside_one_that_changes(tmp_path: Path) -> None:
    """One brings a new story, the other a new title: both come to be, once."""
    for seed in SEEDS[:500] if FULL else SEEDS[:8]:
        world = World(tmp_path / f"change-{seed}")
        one, two = world.machine("one"), world.machine("two")
        one.sync(SMALL)
        more = backlog(3)
        both = replace(
            more,
            items=tuple(
                replace(i, fields={**i.fields, "title": "Another title"}) if i.key == "f0" else i
                for i in more.items
            ),
        )
        interleave([(one, lambda: one.sync(more)), (two, lambda: two.sync(both))], seed)  # noqa: B023 - it is over within the turn
        two.sync(both)
        assert world.doubles() == [], seed
        two.settles(both)
