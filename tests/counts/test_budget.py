"""Runs within a budget: each ends before it exceeds it, and the next one goes on."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from graphql import parse

from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.core.changes import CreateIssue
from backlog_sync.core.estimate import estimate, runs_within
from backlog_sync.core.model import DesiredState
from backlog_sync.core.plan import Result
from backlog_sync.engine.executor import Applied
from backlog_sync.errors import BudgetError, BudgetTooSmallError
from backlog_sync.github_api import cost
from backlog_sync.github_api.documents import Document
from github_sandbox import issues
from github_sandbox.access import Grant, Viewer
from github_sandbox.limits import Limits
from tests.faults.harness import ACROSS, REPOSITORY, WHOLE, Machine, World, all_applied, backlog


@dataclass
class Runs:
    """Syncs within a budget until nothing is left, an hour apart."""

    world: World
    budget: Budget
    applied: list[Applied] = field(default_factory=list)
    spent: list[int] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)

    def machine(self) -> Machine:
        """The computer on which they run."""
        machine = self.world.machine()
        machine.budget = self.budget
        return machine

    def until_done(self, wanted: DesiredState, *, most: int = 30) -> None:
        """Run until a run applies all of its plan."""
        machine = self.machine()
        while not self.applied or self.applied[-1].stopped is not None:
            assert len(self.applied) < most
            logged = len(self.world.sandbox.log)
            prepared, tracker = machine.prepare(wanted)
            runs = runs_within(self.budget, estimate(prepared.plan), tracker.usage())
            self.expected.append(runs)
            self.applied.append(machine.finish(prepared, tracker))
            sent = self.world.sandbox.log[logged:]
            self.spent.append(sum(e.points if e.path == "/graphql" else 1 for e in sent))
            self.world.clock.sleep(3_600)
        machine.budget = UNLIMITED
        machine.settles(wanted)


def created(applied: Applied) -> int:
    """How many issues a run created."""
    done = (o for o in applied.outcomes if o.result is Result.APPLIED)
    return sum(isinstance(o.change, CreateIssue) for o in done)


@pytest.mark.parametrize("most", [1, 12])
def test_a_budget_of_creations_is_used_up_by_each_run(tmp_path: Path, most: int) -> None:
    """Issues that exist are complete; the first plan knows how many runs it takes."""
    world = World(tmp_path)
    wanted = WHOLE if most == 12 else backlog(2)
    runs = Runs(world, Budget(creations=most))
    runs.until_done(wanted)
    counts = list(map(created, runs.applied))
    assert sum(counts) == len(wanted.items)
    assert set(counts[:-1]) == {most}
    assert runs.expected == list(range(len(counts), 0, -1))
    assert all_applied(runs.applied[-1])
    for applied in runs.applied[:-1]:
        assert isinstance(applied.stopped, BudgetError)
        assert applied.stopped.exit_code == 5
        assert applied.stopped.again_at == pytest.approx(world.clock.time(), abs=3_600 * 40)
        assert "run the same command again after" in (applied.stopped.hint or "")
        there = {o.change.key for o in applied.outcomes if o.result is Result.APPLIED}
        left = [o.change for o in applied.outcomes if o.result is Result.NOT_REACHED]
        assert {o.result for o in applied.outcomes} == {Result.APPLIED, Result.NOT_REACHED}
        uncreated = {change.key for change in left if isinstance(change, CreateIssue)}
        assert not there & uncreated
        for change in left:
            assert uncreated & {change.key, change.other, *change.waits_for}
    assert world.doubles() == []


@pytest.mark.parametrize("most", [13, 20])
def test_no_run_exceeds_its_budget_of_points(tmp_path: Path, most: int) -> None:
    """By the server's own count, reading included, wherever it ends."""
    world = World(tmp_path)
    runs = Runs(world, Budget(points=most))
    runs.until_done(WHOLE)
    assert max(runs.spent) <= most
    assert len(runs.applied) > 1
    assert runs.expected[0] > 1
    for applied in runs.applied[:-1]:
        assert isinstance(applied.stopped, BudgetError)
        assert f"of {most} points" in applied.stopped.message
        assert {o.result for o in applied.outcomes} == {Result.APPLIED, Result.NOT_REACHED}
    assert world.made_twice() == []
    assert world.doubles() == []


def test_reading_beyond_the_budget_is_refused_with_a_figure(tmp_path: Path) -> None:
    """Before anything is written; a budget with what it takes goes on."""
    world = World(tmp_path)
    sandbox = world.sandbox
    home, me = sandbox.repository(REPOSITORY), sandbox.default_account()
    viewer = Viewer(me, Grant(me.login, "admin"))
    with sandbox.lock:
        for n in range(450):
            issues.create(sandbox.store, viewer, home, issues.NewIssue(title=f"Issue {n}"))
        sandbox.store.commit()
    with pytest.raises(BudgetTooSmallError, match=r"takes at least 20 points.*budget is 9;"):
        Runs(world, Budget(points=9)).machine().sync(backlog(2))
    # With nothing left for a write the run would end there again and again.
    with pytest.raises(BudgetTooSmallError, match="reading takes"):
        Runs(world, Budget(points=19)).machine().sync(backlog(2))
    applied = Runs(world, Budget(points=20)).machine().sync(backlog(2))
    assert isinstance(applied.stopped, BudgetTooSmallError)
    assert not any(entry.writes for entry in sandbox.log)
    assert all_applied(Runs(world, Budget(points=60)).machine().sync(backlog(2)))


def test_reading_several_repositories_counts(tmp_path: Path) -> None:
    """One that the budget is too small for is not out of reach, and is no reason to go on."""
    world = World(tmp_path)
    with pytest.raises(BudgetTooSmallError, match="reading takes at least"):
        Runs(world, Budget(points=4)).machine().sync(ACROSS)
    assert not any(entry.writes for entry in world.sandbox.log)
    Runs(world, Budget(points=16)).until_done(ACROSS)
    assert world.doubles() == []


def test_a_budget_and_a_spent_hour_both_end_the_run(tmp_path: Path) -> None:
    """Whichever is met first; then the budget goes on where the limit did end it."""
    world = World(tmp_path)
    world.sandbox.limits = Limits(per_hour=15)
    runs = Runs(world, Budget(points=40))
    first = runs.machine().sync(WHOLE)
    assert first.stopped is not None
    assert first.stopped.slug == "rate-limit"
    world.clock.sleep(3_600)
    world.sandbox.limits = Limits()
    runs.until_done(WHOLE)
    assert world.doubles() == []


@pytest.mark.parametrize(
    ("text", "variables", "points"),
    [
        ("{ viewer { login } }", {}, 1),
        ("query($first: Int!) { a(first: $first) { b(last: 50) { c(first: 9) { d } } } }",
         {"first": 100}, 51),
        ("{ ...F } fragment F on Q { a(first: 100) { ... on T { b(first: 5) { c } } } }", {}, 1),
        ("query($n: Int!) { a(number: $n) { b(first: 100) { c(first: 5) { d } } } }", {"n": 9}, 1),
        ("query($first: Int!) { a(first: $first) { b(first: 1) { c } } }", {"first": 1_000}, 10),
    ],
)  # fmt: skip
def test_costs_follow_the_documented_formula(
    text: str, variables: dict[str, object], points: int
) -> None:
    """One request for each parent of each connection, divided by a hundred."""
    assert cost.points_of(Document(parse(text), text), variables) == points
