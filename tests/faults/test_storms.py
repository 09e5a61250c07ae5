"""Rate limits at any request: the run waits as long as it is told, and finishes."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from backlog_sync.errors import BacklogError
from github_sandbox import faults
from github_sandbox.faults import Fault
from tests.faults.harness import FULL, SMALL, WHOLE, World, all_applied, requests_of, sample

LIMITS = [
    faults.secondary_limit(status=status, retry_after=after)
    for status in (403, 429, 200)
    for after in (None, 7.0, 120.0)
]


def moment(text: str) -> float:
    """A time of the log in seconds."""
    return datetime.fromisoformat(text).timestamp()


def sends_nothing_meanwhile(world: World, fault: Fault, at: int) -> None:
    """Nothing is sent from the refusal on until the wait is over."""
    refused, after = world.sandbox.log[at - 1], world.sandbox.log[at:]
    assert refused.fault == "secondary_limit"
    least = fault.seconds if fault.seconds is not None else 60.0
    assert after, "the refused request was never made again"
    assert moment(after[0].at) >= moment(refused.at) + least


@pytest.mark.parametrize(
    "fault", LIMITS, ids=lambda f: f"{f.status}-{'none' if f.seconds is None else f.seconds:}"
)
def test_a_secondary_limit_at_any_request(tmp_path: Path, fault: Fault) -> None:
    """403, 429 and 200, with and without `retry-after`: finished, and silent in the meantime."""
    wanted = WHOLE if FULL else SMALL
    count = len(requests_of(wanted, tmp_path))
    for at in sample(count, 6, seed=fault.status):
        world = World(tmp_path / f"{at}")
        machine = world.machine()
        world.fail({at: fault})
        applied = machine.sync(wanted)
        world.fail({})
        sends_nothing_meanwhile(world, fault, at)
        assert all_applied(applied)
        assert world.made_twice() == []
        machine.settles(wanted)


def test_limits_in_a_row_double_the_wait(tmp_path: Path) -> None:
    """Three refusals that do not say how long: 60, 120, 240 seconds at least."""
    world = World(tmp_path)
    machine = world.machine()
    world.fail(dict.fromkeys((6, 7, 8), faults.secondary_limit()))
    assert all_applied(machine.sync(SMALL))
    times = [moment(entry.at) for entry in world.sandbox.log[5:9]]
    waits = [after - before for before, after in pairwise(times)]
    assert all(wait >= least for wait, least in zip(waits, (60, 120, 240), strict=True))


def test_a_wait_beyond_what_a_run_may_make_ends_it_in_order(tmp_path: Path) -> None:
    """It stops, says when to go on, and the next run finishes without a duplicate."""
    count = len(requests_of(SMALL, tmp_path))
    for at in sample(count, 6)[1:]:
        world = World(tmp_path / f"{at}")
        machine = world.machine()
        world.fail({at: faults.secondary_limit(retry_after=3000)})
        stopped: BacklogError | None
        try:
            stopped = machine.sync(SMALL).stopped
        except BacklogError as error:
            stopped = error
        world.fail({})
        world.clock.sleep(3000)
        if at < count:
            assert stopped is not None
            assert stopped.exit_code == 5
        machine.sync(SMALL)
        assert world.made_twice() == []
        machine.settles(SMALL)
