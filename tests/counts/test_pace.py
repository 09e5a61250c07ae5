"""Writing at a pace: blocks that the server gives, counted there, on a clock of its own."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from backlog_sync.core.model import DesiredState
from backlog_sync.core.plan import Result
from backlog_sync.core.rate import Learned, Pace, seconds_for
from backlog_sync.engine.apply import apply
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import TimeLeft
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.github_api.session import connect
from backlog_sync.github_api.tracker import GitHubTracker
from github_sandbox.clock import VirtualClock
from github_sandbox.limits import Limits, documented
from tests.engine.memory import Watcher
from tests.faults.harness import FULL, REPOSITORY, WHOLE, World, all_applied, backlog
from tests.sandbox_adapter import SandboxAdapter


@dataclass
class Run:
    """A sync at a pace onto a world, and what came of it."""

    world: World
    learned: Learned = field(default_factory=Learned)
    patience: float = 900.0
    watcher: Watcher = field(default_factory=Watcher)
    paced: bool = True

    def now(self) -> float:
        """The time."""
        return self.world.clock.time()

    def __call__(self, desired: DesiredState) -> tuple[Applied, GitHubTracker]:
        """Sync."""
        tracker = connect(
            api_url="http://127.0.0.1",
            repository=REPOSITORY,
            token="a-token",
            read_only=False,
            adapter=SandboxAdapter(self.world.sandbox),
            clock=self.now,
            sleep=self.world.clock.sleep,
            pace=Pace(self.learned, now=self.now()) if self.paced else None,
            patience=self.patience,
        )
        prepared = observe_and_plan(desired, tracker)
        # It stands for GitHub, of which more is known than of a simulator.
        prepared = replace(prepared, observed=replace(prepared.observed, sandbox=False))
        applied = apply(prepared, tracker, nonces=self.world.nonce, progress=self.watcher)
        return applied, tracker


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("a_minute", [20, 30])
def test_a_server_that_blocks_sooner_than_documented_does_so_once(
    tmp_path: Path, a_minute: int, tells: bool
) -> None:
    """33 items and what belongs to them in 150 s; the next run is not blocked."""
    world = World(tmp_path, clock=VirtualClock(per_request=0.8))
    world.sandbox.limits = Limits(creations_per_minute=a_minute, tells=tells)
    run = Run(world)
    began = run.now()
    applied, tracker = run(WHOLE)
    assert all_applied(applied)
    assert run.now() - began <= 150
    assert world.sandbox.limits.blocks == 1
    run.learned = tracker.learned() or Learned()
    applied, _ = run(backlog(*([9] * (10 if FULL else 6))))
    assert all_applied(applied)
    assert world.sandbox.limits.blocks == 1


def test_a_server_that_blocks_after_some_an_hour_does_so_once(tmp_path: Path) -> None:
    """It is the hour that is learned, and the rest is spread over the next hours."""
    world = World(tmp_path, clock=VirtualClock(per_request=0.8))
    world.sandbox.limits = Limits(creations_per_hour=100)
    applied, tracker = Run(world)(backlog(*([9] * 14)))
    assert all_applied(applied)
    assert world.sandbox.limits.blocks == 1
    learned = tracker.learned()
    assert learned is not None
    assert learned.a_minute is None


def test_links_and_board_values_are_sent_while_creations_wait(tmp_path: Path) -> None:
    """The waits for a hundred items take more than half of the requests' own time."""
    desired = backlog(*[9] * 9)
    requests, seconds = [], []
    for paced in (True, False):
        world = World(tmp_path / str(paced), clock=VirtualClock(per_request=0.8))
        run = Run(world, paced=paced)
        began = run.now()
        applied, _ = run(desired)
        assert all_applied(applied)
        seconds.append(run.now() - began)
        requests.append(len(world.sandbox.log))
    waits = seconds_for(len(desired.items), Pace())
    assert seconds[0] < waits + seconds[1] / 2
    assert requests[0] <= requests[1] + 2


def test_the_documented_limits_are_kept(tmp_path: Path) -> None:
    """No minute and no hour of a long import holds more than GitHub documents."""
    world = World(tmp_path)
    world.sandbox.limits = documented()
    world.sandbox.limits.creations_per_hour = 40
    world.sandbox.limits.per_hour = None
    applied, _ = Run(world)(WHOLE)
    assert all_applied(applied)
    assert world.sandbox.limits.blocks == 0


class Ahead(Watcher):
    """Somebody who asks after each step when all of it will be done."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock
        self.began = 0.0
        self.ends: list[tuple[float, float | None]] = []

    def start(self, title: str, total: int, left: TimeLeft | None = None) -> None:
        """Work begins."""
        super().start(title, total, left)
        self.began = self.clock.time()
        self.advance(0)

    def advance(self, count: int = 1) -> None:
        """Some is done."""
        super().advance(count)
        assert self.left is not None
        now = self.clock.time()
        self.ends.append((now, self.left(now - self.began)))


@pytest.mark.parametrize(
    ("desired", "before", "waits"), [(WHOLE, 455, 2_600), (backlog(*[9] * 9), 0, 5)]
)
def test_the_time_left_has_the_waits_for_the_minute_and_the_hour(
    tmp_path: Path, desired: DesiredState, before: int, waits: float
) -> None:
    """From the first step on: a fifth more or less, or a minute; an hour nearly used counts."""
    world = World(tmp_path, clock=VirtualClock(per_request=1.5))
    now = world.clock.time()
    ahead = Ahead(world.clock)
    run = Run(world, Learned(sent=((now - 900, before),)), watcher=ahead)
    applied, tracker = run(desired)
    assert all_applied(applied)
    assert tracker.paced > waits
    for at, left in ahead.ends:
        assert left is not None
        actual = ahead.ends[-1][0] - at
        assert abs(left - actual) <= max(60, actual / 5)


def test_nothing_is_promised_of_a_server_of_unknown_speed(tmp_path: Path) -> None:
    """On the simulator nothing is told before a fifth of the work is done, and its order then."""
    world = World(tmp_path, clock=VirtualClock(per_request=3.0))
    prepared, tracker = world.machine().prepare(WHOLE)
    assert prepared.observed.sandbox
    ahead = Ahead(world.clock)
    apply(prepared, tracker, nonces=world.nonce, progress=ahead)
    assert ahead.ends[0][1] is None
    known = [(at, left) for at, left in ahead.ends if left is not None]
    assert len(known) > len(ahead.ends) / 3
    for at, left in known:
        actual = ahead.ends[-1][0] - at
        assert actual / 2.5 - 15 <= left <= actual * 2.5 + 15


def test_forty_creations_wait_for_nothing(tmp_path: Path) -> None:
    """A small backlog goes out at once."""
    applied, tracker = Run(World(tmp_path))(WHOLE)
    assert all_applied(applied)
    assert tracker.paced == 0


@pytest.mark.parametrize("tells", [True, False])
def test_a_slower_server_teaches_its_rate(tmp_path: Path, tells: bool) -> None:
    """A few blocks, and none for the rest of the run; the next run has none at all."""
    world = World(tmp_path)
    world.sandbox.limits = Limits(creations_per_minute=12, tells=tells)
    run = Run(world)
    applied, tracker = run(backlog(9, 9, 9))
    assert all_applied(applied)
    assert 1 <= world.sandbox.limits.blocks <= 2
    learned = tracker.learned()
    assert learned is not None
    world.clock.sleep(7_200)
    world.sandbox.limits.blocks = 0
    run.learned = learned
    applied, _ = run(backlog(9, 9, 9, 9, 9))
    assert all_applied(applied)
    assert world.sandbox.limits.blocks == 0


def test_a_spent_hour_ends_the_run_in_order(tmp_path: Path) -> None:
    """Beyond what a run may wait it stops, tells when to run again, and the next run goes on."""
    world = World(tmp_path)
    world.sandbox.limits = Limits(per_hour=15)
    applied, _ = Run(world)(WHOLE)
    assert applied.stopped is not None
    assert applied.stopped.exit_code == 5
    assert "run the same command again after" in (applied.stopped.hint or "")
    assert {o.result for o in applied.outcomes} == {Result.APPLIED, Result.NOT_REACHED}
    world.clock.sleep(3_700)
    world.sandbox.limits = Limits()
    applied, _ = Run(world)(WHOLE)
    assert all_applied(applied)
    assert world.doubles() == []
