"""Simulate an organization: `python -m bench.organization [ITEMS] [REPOSITORIES] [OWNERS]`.

One backlog with 10,000 items in 400 repositories of three owners, on a simulated GitHub with all
limits that GitHub documents, on a clock that nobody waits for. A run begins an hour after the one
before began, as a schedule does it, and has a budget. Some are killed at a request, before or after
the server has executed it, and keep only what is on their disk. Every run is checked: no more than
its budget by the server's own count, no limit exceeded, and no issue twice. It ends when a run
changes nothing; then every parent and dependency that GitHub allows is there, and no other one.
"""

import argparse
import itertools
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from backlog_sync.cli.main import collect_rarely
from backlog_sync.core import body as body_block
from backlog_sync.core.budget import Budget
from backlog_sync.core.locations import same_owner
from backlog_sync.core.model import DesiredItem, DesiredState, IssueRef, LabelDef
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.plan import Result
from backlog_sync.core.rate import Learned, Pace
from backlog_sync.engine.apply import apply
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import TimeLeft
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.errors import BudgetError
from backlog_sync.github_api.session import connect
from backlog_sync.local.journal import FileJournal
from bench import world
from github_sandbox.app import Sandbox
from github_sandbox.clock import VirtualClock
from github_sandbox.limits import documented
from github_sandbox.models import Issue
from tests.sandbox_adapter import SandboxAdapter

HOUR = 3_600.0
BUDGET = Budget(points=4_000, creations=400)
KILLED = 0.3
"""The share of runs that are killed."""
REQUEST_SECONDS = 0.5
_EPICS = 50
"""Epics below one of the target's."""
_MOST = 400
"""Runs after which something is wrong."""


class KilledError(BaseException):
    """The process is gone: no `except` of the code under test may see it."""


@dataclass(slots=True)
class Run:
    """One run, counted at the server: `left` changes; None if it was killed."""

    requests: int
    points: int
    changes: int
    creations: int
    hours: float
    left: int | None


@dataclass(slots=True)
class Organization:
    """The simulated GitHub, and the computer on which the runs are, with its disk and memory.

    A run is `killed` with this probability, at a request below the number `deaths`. The next one
    begins `every` so many seconds, but not before the one before ended.
    """

    desired: DesiredState
    folder: Path
    budget: Budget = BUDGET
    killed: float = KILLED
    deaths: int = 400
    every: float = HOUR
    seed: int = 1
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(per_request=REQUEST_SECONDS))
    sandbox: Sandbox = field(init=False)
    learned: Learned = field(default_factory=Learned)
    runs: list[Run] = field(default_factory=list)
    _random: random.Random = field(init=False)
    _nonces: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(None, clock=self.clock)
        self.sandbox.limits = documented()
        self.sandbox.features = replace(self.sandbox.features, foreign_cards=False)
        for name in (world.REPOSITORY, *repositories(self.desired)):
            self.sandbox.ensure_repository(name)
        self._random = random.Random(self.seed)  # noqa: S311 - which runs are killed is no secret
        self._nonces = map("{:016x}".format, itertools.count(1))

    def until_done(self, report: Callable[[Run], None] = lambda _: None) -> None:
        """Run once an hour until a run has nothing to do, and check each."""
        is_done = False
        while not self.runs or (self.runs[-1].left, self.runs[-1].changes) != (0, 0):
            assert len(self.runs) < _MOST, "the runs do not come to an end"
            began, logged, there = self.clock.time(), len(self.sandbox.log), self._issues()
            left = self._run()
            sent = self.sandbox.log[logged:]
            run = Run(
                requests=len(sent),
                points=sum(e.points if e.path == "/graphql" else 1 for e in sent),
                changes=sum(e.mutations or int(e.writes) for e in sent),
                creations=self._issues() - there,
                hours=(self.clock.time() - began) / HOUR,
                left=left,
            )
            self.runs.append(run)
            report(run)
            assert run.points <= (self.budget.points or run.points), run
            assert run.creations <= (self.budget.creations or run.creations), run
            assert self.sandbox.limits.blocks == 0, "a limit was exceeded"
            assert self.doubles() == []
            assert not is_done or run.changes == 0, run
            is_done = is_done or run.left == 0
            self.clock.sleep(max(0.0, began + self.every - self.clock.time()))
        assert self.links() == expected_links(self.desired)

    def _run(self) -> int | None:
        """Sync; return how many changes are left, None if the process was killed."""
        dies = self._random.random() < self.killed

        at = self._random.randrange(1, self.deaths) if dies else None
        tracker = connect(
            api_url="http://127.0.0.1",
            repository=world.REPOSITORY,
            token="a-token",  # noqa: S106 - the simulator's
            read_only=False,
            adapter=_Line(self.sandbox, at, delivered=self._random.random() < 0.5),
            clock=self.clock.time,
            sleep=self.clock.sleep,
            pace=Pace(self.learned, now=self.clock.time()),
            budget=self.budget,
            keep=self._keep,
        )
        clock = _Clock(self.clock)
        try:
            prepared = observe_and_plan(self.desired, tracker, journals=self._journal, clock=clock)
            assert prepared.violations == (), prepared.violations
            applied = apply(
                prepared, tracker, nonces=self._nonces.__next__, progress=_Quiet(), clock=clock
            )
        except KilledError:
            return None
        self._check(applied)
        self._write_back(applied)
        return sum(outcome.result is Result.NOT_REACHED for outcome in applied.outcomes)

    def _check(self, applied: Applied) -> None:
        """Raise if the run ended for any other reason than its budget."""
        results = Counter(outcome.result for outcome in applied.outcomes)
        assert applied.stopped is None or isinstance(applied.stopped, BudgetError), applied.stopped
        assert results.keys() <= {Result.APPLIED, Result.NOT_REACHED}, results

    def _write_back(self, applied: Applied) -> None:
        """Put the numbers of issues into the backlog, as a run does it with files."""
        numbers = {
            marker.key: IssueRef(issue.number, issue.repository, sandbox=False)
            for issue in applied.observed.issues
            if (marker := body_block.split(issue.body).marker) is not None
        }
        items = (replace(each, issue=numbers.get(each.key)) for each in self.desired.items)
        self.desired = replace(self.desired, items=tuple(items))

    def _journal(self, _: ObservedState) -> FileJournal:
        return FileJournal(self.folder)

    def _keep(self, learned: Learned) -> None:
        self.learned = learned

    def _issues(self) -> int:
        return sum(map(len, self.sandbox.store.issues.values()))

    def doubles(self) -> list[str]:
        """Return the keys that more than one issue has, open or closed."""
        keys = Counter(key for key, _ in self._ours())
        return sorted(key for key, count in keys.items() if count > 1)

    def links(self) -> dict[str, tuple[str | None, frozenset[str]]]:
        """Return the parent and the blockers of each issue that has any, all by key."""
        issues = list(self._ours())
        keys = {issue.id: key for key, issue in issues}
        links = {
            key: (
                None if issue.parent is None else keys[issue.parent],
                frozenset(keys[blocker] for blocker in issue.blocked_by),
            )
            for key, issue in issues
        }
        return {key: each for key, each in links.items() if any(each)}

    def _ours(self) -> Iterator[tuple[str, Issue]]:
        """Yield every issue of the backlog with its key."""
        for issues in self.sandbox.store.issues.values():
            for issue in issues.values():
                if (marker := body_block.split(issue.body).marker) is not None:
                    yield marker.key, issue


def expected_links(desired: DesiredState) -> dict[str, tuple[str | None, frozenset[str]]]:
    """Return the parent and the blockers of each item that has any and may have it on GitHub.

    GitHub has no sub-issues across owners, but dependencies.
    """
    homes = {item.key: item.repository or world.REPOSITORY for item in desired.items}
    links: dict[str, tuple[str | None, frozenset[str]]] = {}
    for item in desired.items:
        parent, blockers = item.parent, item.fields["blocked_by"]
        assert isinstance(blockers, tuple)
        if parent and not same_owner(homes[item.key], homes[parent]):
            parent = None
        links[item.key] = parent, frozenset(map(str, blockers))
    return {key: each for key, each in links.items() if any(each)}


def backlog(items: int, repositories: int, owners: int = 1) -> DesiredState:
    """Return a backlog with about as many items in each repository: an epic and its stories.

    Stories have a label, a priority and points, and every second one waits for the one before, the
    first one for that of the repository before, which belongs to another owner. The epics of 50
    repositories are below one of the target's: GitHub allows 100 sub-issues.
    """
    names = [f"{_owner(n % owners)}/service-{n}" for n in range(repositories)]
    tops = [f"area-{n}" for n in range(-(-repositories // _EPICS))]
    made = [_item(key, "epic", f"Area {key}") for key in tops]
    for at in range(items - len(tops)):
        n, which = divmod(at, repositories)
        name = names[which]
        blockers = [f"{name}-{n - 1}"] if n > 1 and n % 2 == 0 else []
        if n == 1 and which:
            blockers = [f"{names[which - 1]}-1"]
        made.append(
            _item(
                f"{name}-{n}",
                "story" if n else "epic",
                f"Part {n} of {name}",
                repository=name,
                parent=f"{name}-0" if n else tops[which // _EPICS],
                blocked_by=blockers,
                board={"Priority": world.PRIORITIES[n % 3], "Story Points": n % 8 + 1},
            )
        )
    return replace(
        world.desired(0),
        items=tuple(made),
        repository=world.REPOSITORY,
        labels=(LabelDef("epic"), LabelDef("story")),
        milestones=(),
    )


def _owner(number: int) -> str:
    return world.REPOSITORY.partition("/")[0] + (f"-{number}" if number else "")


def _item(
    key: str,
    kind: str,
    title: str,
    *,
    repository: str | None = None,
    parent: str | None = None,
    blocked_by: Sequence[str] = (),
    board: Mapping[str, Any] | None = None,
) -> DesiredItem:
    return DesiredItem(
        key=key.replace("/", "."),
        kind=kind,
        place=world.desired(1).items[0].place,
        fields={
            "title": title,
            "labels": (kind,),
            "blocked_by": tuple(each.replace("/", ".") for each in blocked_by),
        },
        board=dict(board or {}),
        parent=parent.replace("/", ".") if parent else None,
        repository=repository,
    )


def repositories(desired: DesiredState) -> list[str]:
    """Return the repositories of a backlog besides its target."""
    return list(dict.fromkeys(item.repository for item in desired.items if item.repository))


class _Line(SandboxAdapter):
    """The line to the server, which the process is killed on at its request number `at`."""

    def __init__(self, sandbox: Sandbox, at: int | None, *, delivered: bool) -> None:
        super().__init__(sandbox)
        self._left, self._delivered = at, delivered

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Pass a request on, or end the process before or after it."""
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                if self._delivered:
                    super().send(request, *args, **kwargs)
                raise KilledError
        return super().send(request, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class _Clock:
    clock: VirtualClock

    def now(self) -> float:
        return self.clock.time()

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)


class _Quiet:
    def start(self, title: str, total: int, left: TimeLeft | None = None) -> None:
        """Show nothing."""

    def advance(self, count: int = 1) -> None:
        """Show nothing."""

    def finish(self) -> None:
        """Show nothing."""


def main() -> int:
    """Simulate, and print a line for each run and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("items", type=int, nargs="?", default=10_000)
    parser.add_argument("repositories", type=int, nargs="?", default=400)
    parser.add_argument("owners", type=int, nargs="?", default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    collect_rarely()
    began = time.process_time()
    desired = backlog(given.items, given.repositories, given.owners)
    print("| run | requests | points | changes | created | hours | left | CPU s |")
    print("|" + "--:|" * 8)
    with tempfile.TemporaryDirectory() as folder:
        simulated = Organization(desired, Path(folder), seed=given.seed)
        started = simulated.clock.time()

        def report(run: Run) -> None:
            left = "killed" if run.left is None else f"{run.left:,}"
            cells = (len(simulated.runs), f"{run.requests:,}", f"{run.points:,}",
                     f"{run.changes:,}", run.creations, f"{run.hours:.2f}", left,
                     round(time.process_time() - began))  # fmt: skip
            print("|", " | ".join(map(str, cells)), "|", flush=True)

        simulated.until_done(report)
        hours = (simulated.clock.time() - started) / HOUR
    runs = simulated.runs
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{given.items:,} items, {given.repositories} repositories, {given.owners} owners:"
        f" {len(runs)} runs ({sum(run.left is None for run in runs)} killed), {hours:.0f} hours,"
        f" {sum(run.requests for run in runs):,} requests, {sum(run.points for run in runs):,}"
        f" points, {simulated.sandbox.limits.blocks} blocks, {len(simulated.doubles())} duplicates,"
        f" {held:.0f} MB with the simulated GitHub"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
