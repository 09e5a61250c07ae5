"""How many requests and points a run takes, counted at the server."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

import pytest
import requests

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.estimate import estimate
from backlog_sync.core.model import DesiredItem, DesiredState, IssueRef, MilestoneDef, OptionDef
from backlog_sync.core.observed import Coverage, ObservedState
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.reading import CachedIssues
from backlog_sync.engine.ports import Memory
from backlog_sync.engine.reconcile import Prepared, observe_and_plan
from backlog_sync.files.load import load
from backlog_sync.github_api import issues as issues_module
from backlog_sync.github_api.reader import PageSize
from backlog_sync.github_api.session import connect
from backlog_sync.local.cache import FileCache
from bench import backlogs, filling, world
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.clock import VirtualClock
from github_sandbox.faults import FaultPlan, resource_limits, secondary_limit
from github_sandbox.features import Features
from tests.cli.conftest import Backlog
from tests.core.builders import desired, item
from tests.faults.harness import FULL, WHOLE, World, all_applied, with_issue_fields
from tests.sandbox_adapter import SandboxAdapter

ROADMAP = Path(__file__).parents[2].parent / "shared" / "corpus" / "s4-seed-004.md"


@dataclass
class Spent:
    """What a run sent, by the server's own log."""

    requests: int
    points: int
    prepared: Prepared


@dataclass
class Remembered:
    """A memory that holds one moment, or what a cache says of the issues."""

    since: float | None = None
    noted: Coverage | None = None
    cached: CachedIssues | None = None

    def last_read(self) -> float | None:
        """Give the moment."""
        return self.since

    def issues(self) -> CachedIssues | None:
        """Give what the cache says."""
        return self.cached

    def note(self, observed: ObservedState) -> None:
        """Take what was looked at."""
        self.noted = observed.coverage


def plan(
    sandbox: Sandbox,
    desired: DesiredState,
    *,
    memory: Memory | None = None,
    full: bool = False,
    cached: bool = False,
    adapter: Callable[[Sandbox], SandboxAdapter] = SandboxAdapter,
) -> Spent:
    """Read and plan; the server's log tells what that took."""
    waited: list[float] = []
    tracker = connect(
        api_url="http://127.0.0.1",
        repository=world.REPOSITORY,
        token="a-token",
        read_only=True,
        adapter=adapter(sandbox),
        clock=lambda: sandbox.clock().timestamp() + sum(waited),
        sleep=waited.append,
    )
    before = len(sandbox.log)
    prepared = observe_and_plan(desired, tracker, memory=memory, full=full, cached=cached)
    log = sandbox.log[before:]
    assert len(log) == tracker.usage().requests
    return Spent(len(log), sum(entry.points for entry in log), prepared)


@pytest.fixture(scope="module")
def large() -> tuple[Sandbox, DesiredState]:
    """1,000 items among 20,000 issues that have nothing to do with them."""
    sandbox = Sandbox(None)
    return sandbox, filling.fill(sandbox, world.desired(1_000), foreign=20_000)


@pytest.fixture(scope="module")
def middle() -> tuple[Sandbox, DesiredState]:
    """350 items among 2,000 issues of others: several requests at once."""
    sandbox = Sandbox(None)
    return sandbox, filling.fill(sandbox, world.desired(350), foreign=2_000)


@pytest.fixture
def small() -> tuple[Sandbox, DesiredState]:
    """33 items among 2,000 issues of others."""
    sandbox = Sandbox(None)
    return sandbox, filling.fill(sandbox, world.desired(33), foreign=2_000)


# ---- the bars ------------------------------------------------------------------------------


def test_a_first_sync_takes_18_requests(tmp_path: Path) -> None:
    """34 items with labels, milestones, hierarchy and three board fields, or issue fields.

    Also if the run creates the issue fields.
    """
    here = World(tmp_path)
    assert all_applied(here.machine().sync(WHOLE))
    assert len(here.sandbox.log) <= 18
    there = World(tmp_path / "fields")
    machine = there.machine()
    assert all_applied(machine.sync(with_issue_fields(WHOLE)))
    assert len(there.sandbox.log) <= 18
    before = len(there.sandbox.log)
    machine.settles(with_issue_fields(WHOLE))
    assert len(there.sandbox.log) - before <= 4
    last = World(tmp_path / "created")
    machine = last.machine()
    machine.options = PlanOptions(create_issue_fields=True)
    assert all_applied(machine.sync(_of_new_fields(with_issue_fields(WHOLE))))
    assert len(last.sandbox.log) <= 18


@pytest.mark.parametrize(("count", "most"), [(33, 21), (100, 50), (340, 152)])
def test_a_first_sync_of_a_tree(tmp_path: Path, count: int, most: int) -> None:
    """Everything: parents, dependencies, a board with three fields, its views, the record.

    At the pace, which takes one request more at most than what is expected.
    """
    file = tmp_path / "backlog.yaml"
    file.write_text(backlogs.tree(backlogs.items(count)), "utf-8")
    tree = load([file], root=tmp_path).desired
    assert tree is not None
    here = World(tmp_path)
    machine = here.machine()
    machine.a_minute = 60
    prepared, tracker = machine.prepare(tree)
    expected = estimate(prepared.plan).requests + len(here.sandbox.log)
    assert all_applied(machine.finish(prepared, tracker))
    log = here.sandbox.log
    assert len(log) <= most
    assert 0 <= len(log) - expected <= 1
    writes = sum(entry.mutations or entry.writes for entry in log)
    assert count < 340 or len(log) <= 1.6 * (ceil(count / 100) + ceil(writes / 20))


def _of_new_fields(wanted: DesiredState) -> DesiredState:
    """The same values in fields that the organization lacks."""
    options = {"Priority": ("High", "Low", "Urgent"), "Areas": ("web", "api", "docs")}
    fields = tuple(
        replace(f, name=f"New {f.name}", options=tuple(map(OptionDef, options.get(f.name, ()))))
        for f in wanted.issue_fields
    )
    items = (
        replace(i, issue_fields={f"New {name}": value for name, value in i.issue_fields.items()})
        for i in wanted.items
    )
    return replace(wanted, items=tuple(items), issue_fields=fields)


def test_issue_fields_are_changed_by_twenties(tmp_path: Path) -> None:
    """One look and one write for 20 issues; their bodies follow as those of other changes."""
    taken: list[int] = []
    for name, values in (("one", {"Priority": "Low"}), ("several", {"Areas": ("api",)})):
        here = World(tmp_path / name)
        machine = here.machine()
        first = with_issue_fields(desired(*backlog_of(20)))
        items = (replace(i, issue_fields={**i.issue_fields, **values}) for i in first.items)
        assert all_applied(machine.sync(first))
        before = len(here.sandbox.log)
        machine.settles(first)
        unchanged = len(here.sandbox.log) - before
        before = len(here.sandbox.log)
        assert all_applied(machine.sync(replace(first, items=tuple(items))))
        taken.append(len(here.sandbox.log) - before - unchanged)
    assert taken == [2 + 2 * 4] * 2


@pytest.mark.parametrize(
    ("link_events", "blocked", "more"),
    [(True, 12, 0), (False, 1, 1), (False, 5, 1), (False, 6, 3), (False, 12, 5)],
)
def test_the_record_of_new_links_goes_five_bodies_a_request(
    tmp_path: Path, link_events: bool, blocked: int, more: int
) -> None:
    """New issues with blockers: their bodies go out once, if the timeline lists removed links.

    Else they go out once more, none singly. The links themselves take one request for up to 20,
    whose answer tells what the first five write over; before each further five is a read.
    """
    first, *rest = backlog_of(14)
    plain = desired(first, *rest)
    linked = [
        replace(each, fields={**each.fields, "blocked_by": (first.key,)}) if n < blocked else each
        for n, each in enumerate(rest)
    ]
    taken: list[int] = []
    for name, wanted in (("plain", plain), ("linked", desired(first, *linked))):
        here = World(tmp_path / name)
        here.sandbox.features = Features(link_events=link_events)
        assert all_applied(here.machine().sync(wanted))
        taken.append(len(here.sandbox.log))
        before = len(here.sandbox.log)
        here.machine().settles(wanted)
        assert not any(entry.writes for entry in here.sandbox.log[before:])
    assert taken[1] - taken[0] == 1 + more


def test_a_changed_definition_costs_one_read_and_one_write_more(tmp_path: Path) -> None:
    """The issue that carries the record follows in the same run, with the other bodies if any.

    The definition itself is looked at, and changed.
    """
    here = World(tmp_path)
    milestones = [MilestoneDef("M1", due) for due in ("2027-03-31", "2027-04-30")]
    stories = [item(f"s{n}", f"Story {n}", milestone="M1") for n in range(3)]
    first, second = (desired(*stories, milestones=(each,)) for each in milestones)
    assert all_applied(here.machine().sync(first))
    sent = len(here.sandbox.log)
    here.machine().settles(first)
    unchanged = len(here.sandbox.log) - sent
    sent = len(here.sandbox.log)
    assert all_applied(here.machine().sync(second))
    assert len(here.sandbox.log) - sent == unchanged + 2 + 2
    here.machine().settles(second)


def backlog_of(count: int) -> list[DesiredItem]:
    """So many stories without anything else."""
    return [item(f"s{n}", f"Story {n}") for n in range(count)]


@pytest.mark.skipif(not ROADMAP.exists(), reason="the reference roadmap is not on this machine")
def test_the_reference_roadmap_keeps_to_its_bars(
    backlog: Backlog, folder: Path, server: Sandbox
) -> None:
    """A first sync, an unchanged one, and one with a changed title."""
    server.ensure_repository("acme/fawkes")
    file = folder / "s4.md"
    shutil.copyfile(ROADMAP, file)

    def taken(*verb: str) -> int:
        before = len(server.log)
        where = ("s4.md", "--repo", "acme/fawkes", "--project", "acme/Fawkes Backlog")
        assert backlog(*verb, *where).code == 0
        return len(server.log) - before

    assert taken("sync", "--yes") <= 24
    assert taken("sync") <= 4
    assert taken("sync") <= 4
    text = file.read_bytes()
    title = b"Single-command deployment to Staging"
    file.write_bytes(text.replace(b"**: " + title, b"**: A " + title, 1))
    assert taken("sync") <= 6
    assert taken("drift") <= 4


def test_an_unchanged_backlog_in_a_large_repository(large: tuple[Sandbox, DesiredState]) -> None:
    """1,000 items among 20,000 foreign issues: at most 30 requests and 120 points."""
    spent = plan(*large)
    assert not spent.prepared.plan.changes
    assert spent.requests <= 30
    assert spent.points <= 120


def test_a_drift_check_over_5000_items() -> None:
    """At most 150 requests and 600 points; a fifth of it where the bars do not run whole."""
    part = 1 if FULL else 5
    sandbox = Sandbox(None)
    spent = plan(sandbox, filling.fill(sandbox, world.desired(5_000 // part), foreign=100))
    assert not spent.prepared.plan.changes
    assert spent.requests <= 150 // part
    assert spent.points <= 600 // part


def test_the_cost_follows_the_backlog(small: tuple[Sandbox, DesiredState]) -> None:
    """33 items among 2,000 issues of others cost as good as 33 items alone."""
    spent = plan(*small)
    assert spent.requests <= 4
    coverage = spent.prepared.observed.coverage
    assert (coverage.complete, coverage.by_number, coverage.total) == (False, 33, 2_033)
    assert coverage.issues_read <= 233
    assert len(spent.prepared.observed.issues) == 33


# ---- when everything is read ---------------------------------------------------------------


def test_an_item_without_a_number_makes_the_read_complete(
    small: tuple[Sandbox, DesiredState],
) -> None:
    """Its issue may be there: nothing is created before all issues were looked at."""
    sandbox, desired = small
    items = [replace(item, issue=None) if n == 5 else item for n, item in enumerate(desired.items)]
    spent = plan(sandbox, replace(desired, items=tuple(items)))
    assert spent.prepared.observed.coverage.complete
    assert not spent.prepared.plan.has_changes


def test_a_number_of_another_repository_is_none(small: tuple[Sandbox, DesiredState]) -> None:
    """A number that does not speak of this repository says nothing about what is there."""
    sandbox, desired = small
    items = [
        replace(item, issue=IssueRef(item.issue.number, "octo-org/other"))
        for item in desired.items
        if item.issue
    ]
    assert plan(sandbox, replace(desired, items=tuple(items))).prepared.observed.coverage.complete


def test_a_vanished_issue_makes_the_read_complete(small: tuple[Sandbox, DesiredState]) -> None:
    """Where a number leads nowhere, all issues are looked at, and nothing is created."""
    sandbox, desired = small
    ref = desired.items[7].issue
    assert ref is not None
    Person(sandbox, "ann", permission="admin").delete(ref.number)
    items = [
        replace(item, issue=IssueRef(item.issue.number)) for item in desired.items if item.issue
    ]
    prepared = plan(sandbox, replace(desired, items=tuple(items))).prepared
    assert prepared.observed.coverage.complete
    assert not [c for c in prepared.plan.changes if c.action is Action.CREATE]


def test_full_reads_everything(small: tuple[Sandbox, DesiredState]) -> None:
    """`drift --full` looks at every issue there is."""
    coverage = plan(*small, full=True).prepared.observed.coverage
    assert coverage == Coverage(complete=True, issues_read=2_033, total=2_033)


def test_a_blocker_outside_of_the_backlog_is_looked_up(small: tuple[Sandbox, DesiredState]) -> None:
    """An issue of this repository that no item names is found without reading all of it."""
    sandbox, desired = small
    first = desired.items[0]
    blocked = replace(first, fields={**first.fields, "blocked_by": (f"{world.REPOSITORY}#1500",)})
    spent = plan(sandbox, replace(desired, items=(blocked, *desired.items[1:])))
    assert spent.requests <= 6
    assert not spent.prepared.observed.coverage.complete
    assert not spent.prepared.plan.deferred
    (change,) = [c for c in spent.prepared.plan.changes if c.kind is ChangeKind.DEPENDENCY]
    assert change.other == f"{world.REPOSITORY}#1500"


# ---- what was touched ----------------------------------------------------------------------


def test_an_orphan_that_was_touched_is_found(small: tuple[Sandbox, DesiredState]) -> None:
    """A look at what was touched last finds marks that no file names any more."""
    sandbox, desired = small
    gone = desired.items[-1]
    assert gone.issue is not None
    Person(sandbox, "ann").comment(gone.issue.number, "Still wanted?")
    prepared = plan(sandbox, replace(desired, items=desired.items[:-1])).prepared
    assert [orphan.key for orphan in prepared.plan.orphans] == [gone.key]


def test_what_was_touched_since_the_last_look_is_covered(
    small: tuple[Sandbox, DesiredState],
) -> None:
    """Where it is known when all was looked at, everything touched since is looked at."""
    sandbox, desired = small
    since = sandbox.clock().timestamp() + 3600
    memory = Remembered(since)
    spent = plan(sandbox, desired, memory=memory)
    assert memory.noted == spent.prepared.observed.coverage
    assert memory.noted.since is not None
    assert spent.requests <= 4


def test_more_than_a_few_pages_of_touched_issues_are_not_all_looked_at(
    small: tuple[Sandbox, DesiredState],
) -> None:
    """The look is bounded, and the coverage does not claim what was not seen."""
    sandbox, desired = small
    memory = Remembered(sandbox.clock().timestamp() - 86_400)
    spent = plan(sandbox, desired, memory=memory)
    assert spent.prepared.observed.coverage.since is None
    assert spent.requests <= 6


# ---- what a cache saves --------------------------------------------------------------------


@dataclass
class Nights:
    """A repository of 450 issues of others, in which somebody does something every day.

    No file names the issues of the 33 items.
    """

    file: Path
    clock: VirtualClock = field(default_factory=VirtualClock)
    sandbox: Sandbox = field(init=False)
    wanted: DesiredState = field(init=False)
    fast: float = 0.0

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(None, clock=self.clock)
        numbered = filling.fill(self.sandbox, world.desired(33), foreign=450)
        self.wanted = replace(
            numbered, items=tuple(replace(item, issue=None) for item in numbered.items)
        )

    def memory(self) -> FileCache:
        """The cache, as the next run has it."""
        return FileCache(self.file, lambda: self.clock.time() + self.fast)

    def next(self, wanted: DesiredState | None = None, *, full: bool = False) -> Spent:
        """A day passes; then a run plans that may use the cache."""
        self.clock.sleep(80_000)
        Person(self.sandbox, "ann").comment(7, "Any news?")
        self.clock.sleep(6_400)
        memory = self.memory()
        return plan(self.sandbox, wanted or self.wanted, memory=memory, cached=True, full=full)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """The repository, listed once."""
    nights = Nights(tmp_path_factory.mktemp("nights") / "cache.json")
    spent = nights.next()
    assert spent.prepared.observed.coverage.complete
    assert spent.requests >= 5
    return nights


def test_the_next_night_reads_what_has_a_marker_and_what_was_updated(nights: Nights) -> None:
    """At most 4 requests, however many issues there are; the plan is that of a full read.

    A run that reads everything may use the cache, too, but not one that wants every issue listed.
    """
    nights.next()
    for spent in (nights.next(), nights.next(full=True)):
        coverage = spent.prepared.observed.coverage
        assert (coverage.complete, coverage.cached, coverage.by_number) == (False, True, 33)
        assert coverage.since is not None
        assert spent.requests <= 4
    listed = plan(nights.sandbox, nights.wanted, memory=nights.memory(), full=True)
    assert listed.prepared.observed.coverage.complete
    assert listed.prepared.plan.changes == ()
    assert listed.prepared.plan.digests.base == nights.next().prepared.plan.digests.base


def test_after_a_week_all_issues_are_listed_again(nights: Nights) -> None:
    """What no update shows is found then; until then the cache goes on from night to night."""
    plan(nights.sandbox, nights.wanted, memory=nights.memory())
    coverages = []
    for days in (4, 0, 0, 0):
        nights.clock.sleep(days * 86_400)
        coverages.append(nights.next().prepared.observed.coverage)
    assert [coverage.cached for coverage in coverages] == [True, True, False, True]


def test_a_cache_that_is_wrong_is_not_used(nights: Nights) -> None:
    """An issue without a marker, one that does not exist, another repository, issues moved here."""
    nights.next()
    record = json.loads(nights.file.read_text())
    known = record["issues"]
    for wrong in (
        {"numbers": [*known["numbers"], 5]},
        {"numbers": [*known["numbers"], 99_999]},
        {"repository_id": "R_other"},
        {"total": known["total"] - 40},
    ):
        nights.file.write_text(json.dumps({**record, "issues": {**known, **wrong}}))
        assert nights.next().prepared.observed.coverage.complete, wrong


def test_a_clock_that_is_fast_hides_no_update(nights: Nights) -> None:
    """What was updated since is known by the server's own time."""
    nights.fast = 50_000.0
    nights.next()
    original = Person(nights.sandbox, "ann").issue(nights.memory().issues().numbers[0])  # type: ignore[union-attr]
    copy = Person(nights.sandbox, "ann").open_issue(original.title, original.body)
    prepared = nights.next().prepared
    assert prepared.observed.coverage.cached
    assert [w.slug for w in prepared.plan.warnings if w.ref == f"#{copy.number}"]
    nights.fast = 0.0
    Person(nights.sandbox, "root", permission="admin").delete(copy.number)


def test_nothing_is_created_or_missing_by_a_cache(nights: Nights) -> None:
    """A new item, an issue that was deleted, a second issue: all issues are listed.

    What the files no longer have is found by its marker without that.
    """
    new = replace(nights.wanted, items=(*nights.wanted.items, item("new", "Something new")))
    spent = nights.next(new)
    assert spent.prepared.observed.coverage.complete
    assert [c.action for c in spent.prepared.plan.changes][:1] == [Action.CREATE]
    fewer = nights.next(replace(nights.wanted, items=nights.wanted.items[:-1])).prepared
    assert fewer.observed.coverage.cached
    assert [orphan.key for orphan in fewer.plan.orphans] == [nights.wanted.items[-1].key]
    admin = Person(nights.sandbox, "root", permission="admin")
    admin.delete(fewer.observed.issues[-1].number)
    assert nights.next().prepared.observed.coverage.complete
    assert nights.next().prepared.observed.coverage.complete  # its item has no issue
    assert nights.next(replace(nights.wanted, items=nights.wanted.items[:-1])).requests <= 4


def test_a_long_list_is_read_a_share_each_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it within a week, so that no night lists everything; what no update shows is found."""
    monkeypatch.setattr(issues_module, "_LONG", 2)
    monkeypatch.setattr(issues_module, "PAGE", 20)
    monkeypatch.setattr(PageSize.__init__, "__defaults__", (20,))
    nights = Nights(tmp_path / "cache.json")
    issues = nights.sandbox.store.issues[nights.sandbox.repository(world.REPOSITORY).id]
    for number, issue in issues.items():
        issue.created_at = issue.updated_at = f"2020-01-01T{number // 60:02}:{number % 60:02}:00Z"
    assert nights.next().prepared.observed.coverage.complete
    spent = [nights.next() for _ in range(8)]
    assert all(each.prepared.observed.coverage.cached for each in spent)
    assert max(each.requests for each in spent) <= 12
    issues[200].body = issues[483].body  # as if it had been moved here, and another one deleted
    assert any(nights.next().prepared.observed.coverage.complete for _ in range(7))


# ---- trouble -------------------------------------------------------------------------------


def test_by_number_is_the_same_as_all(small: tuple[Sandbox, DesiredState]) -> None:
    """Both ways of reading give the same plan, to the byte."""
    sandbox, desired = small
    Person(sandbox, "ann").edit(desired.items[3].issue.number, title="Another title")  # type: ignore[union-attr]  # it has one
    by_number, whole = plan(sandbox, desired), plan(sandbox, desired, full=True)
    assert by_number.prepared.plan.changes == whole.prepared.plan.changes
    assert by_number.prepared.plan.changes


def test_a_request_that_is_too_heavy_is_halved(middle: tuple[Sandbox, DesiredState]) -> None:
    """Read by number, too, fewer are asked for where the server complains, of all at once."""
    sandbox, desired = middle
    before = plan(sandbox, desired).requests
    sandbox.faults = FaultPlan({n: resource_limits() for n in (3, 4, 5)})
    spent = plan(sandbox, desired)
    sandbox.faults = FaultPlan({})
    assert not spent.prepared.plan.changes
    assert before < spent.requests <= 2 * before


def test_a_limit_stops_all_that_read_at_once(middle: tuple[Sandbox, DesiredState]) -> None:
    """While the server wants to be left alone no thread sends a request that was not under way."""
    sandbox, desired = middle
    before = plan(sandbox, desired).requests
    sandbox.faults = FaultPlan({4: secondary_limit(retry_after=30)})
    spent = plan(sandbox, desired)
    sandbox.faults = FaultPlan({})
    assert not spent.prepared.plan.changes
    assert spent.requests <= before + 1


def test_threads_share_one_count(middle: tuple[Sandbox, DesiredState]) -> None:
    """Several requests at once are each counted once, and each gets its own answer."""
    sandbox, desired = middle

    class Slow(SandboxAdapter):
        def send(
            self, request: requests.PreparedRequest, *a: object, **k: object
        ) -> requests.Response:
            answer = super().send(request, *a, **k)
            assert answer.request is request
            return answer

    spent = plan(sandbox, desired, adapter=Slow)
    numbers = [issue.number for issue in spent.prepared.observed.issues]
    assert numbers == sorted(numbers)
    assert len(numbers) == len(set(numbers)) == 350
