"""A file, a simulated GitHub, and the whole way between them: load, plan, apply, write back."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from backlog_sync.cli.write_back import files_after
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.options import PLAIN
from backlog_sync.core.plan import Plan, Result
from backlog_sync.core.progress import measure
from backlog_sync.core.pull import pull
from backlog_sync.engine.apply import apply
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.ports import ReadScope
from backlog_sync.engine.reconcile import Prepared, observe_and_plan
from backlog_sync.files.load import Loaded, load
from backlog_sync.files.write.change import save
from backlog_sync.files.write.progress import write_back
from backlog_sync.github_api.session import connect
from backlog_sync.github_api.tracker import GitHubTracker
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.engine.memory import Watcher
from tests.github_state import assert_restorable
from tests.sandbox_adapter import SandboxAdapter

if TYPE_CHECKING:
    from backlog_sync.github_api.app_auth import AppKey

REPOSITORY = "octo-org/widgets"
BOARD = "project: {owner: octo-org, title: Widgets}\n"


@dataclass
class World:
    """A sandbox on a clock of its own, a folder with one backlog file, and ways to sync them."""

    folder: Path
    owner: str = "Organization"
    now: float = 1_800_000_000.0
    name: str = "backlog.yaml"

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(
            None, clock=lambda: datetime.fromtimestamp(self.now, UTC), sleep=self.sleep
        )
        self.sandbox.ensure_repository(
            REPOSITORY, owner_type="User" if self.owner == "User" else "Organization"
        )
        self.ann = Person(self.sandbox, "ann", repository=REPOSITORY)
        self.numbers = itertools.count(1)
        self.token: str | AppKey = "a-token"
        self.project_token: str | None = None
        self.embedded = False
        self.options = PLAIN

    @property
    def today(self) -> str:
        """The date of a run."""
        return datetime.fromtimestamp(self.now, UTC).date().isoformat()

    def sleep(self, seconds: float) -> None:
        """Pass time."""
        self.now += seconds

    # ---- the file --------------------------------------------------------------------------

    @property
    def file(self) -> Path:
        """The backlog."""
        return self.folder / self.name

    @property
    def text(self) -> str:
        """What the file says now."""
        return self.file.read_text("utf-8")

    def write(self, text: str) -> None:
        """Say something else in the file."""
        self.file.write_text(f"version: 1\nrepository: {REPOSITORY}\n{text}", "utf-8")

    def put(self, name: str, text: str) -> None:
        """Make a file of this name and these very words the backlog."""
        self.name = name
        self.file.write_text(text, "utf-8")

    def edit(self, old: str, new: str) -> None:
        """Replace a text that the file holds."""
        assert old in self.text, self.text
        self.file.write_text(self.text.replace(old, new), "utf-8")

    def load(self) -> Loaded:
        """Read the file, which must be free of errors."""
        loaded = load([self.file], root=self.folder)
        assert not loaded.errors, loaded.errors
        return loaded

    def desired(self) -> DesiredState:
        """What the file asks for."""
        wanted = self.load().desired
        assert wanted is not None
        return wanted

    def at(self, repository: str) -> Person:
        """Ann at work in another repository of the owner, which is made."""
        self.sandbox.ensure_repository(repository)
        return Person(self.sandbox, "ann", repository=repository)

    # ---- runs ------------------------------------------------------------------------------

    def tracker(self, *, read_only: bool = False) -> GitHubTracker:
        """The real client, in this process."""
        return connect(
            api_url="http://127.0.0.1",
            repository=REPOSITORY,
            token=self.token,
            project_token=self.project_token,
            read_only=read_only,
            adapter=SandboxAdapter(self.sandbox),
            clock=lambda: self.now,
            sleep=self.sleep,
            embedded=self.embedded,
        )

    def prepared(self) -> Prepared:
        """What a run would do; it could not write."""
        tracker = self.tracker(read_only=True)
        return observe_and_plan(self.desired(), tracker, self.options, today=self.today)

    def plan(self) -> Plan:
        """The plan alone."""
        return self.prepared().plan

    def run(self) -> Applied:
        """Read, plan, apply and write back, whatever comes of it."""
        loaded = self.load()
        assert loaded.desired is not None
        tracker = self.tracker()
        prepared = observe_and_plan(loaded.desired, tracker, self.options, today=self.today)
        assert prepared.violations == ()
        applied = apply(
            prepared, tracker, nonces=lambda: f"{next(self.numbers):016x}", progress=Watcher()
        )
        for change in write_back(loaded, measure(prepared.desired, applied.observed)):
            save(change)
        return applied

    def sync(self) -> Applied:
        """A run that must apply everything, and after which nothing is left to do."""
        applied = self.run()
        troubles = [o for o in applied.outcomes if o.result is not Result.APPLIED or o.reason]
        assert troubles == [], [(o.change.title, o.result, o.reason) for o in troubles]
        again = self.plan()
        assert again.changes == (), again.changes
        assert (again.drift, again.conflicts) == ((), ())
        assert_restorable(self.sandbox)
        return applied

    def pull(self) -> list[str]:
        """Take GitHub's version into the file; give why what is left is left."""
        loaded, prepared = self.load(), self.prepared()
        pulled = pull(prepared.plan, prepared.desired, prepared.observed)
        accepted, changes = files_after(loaded, prepared.desired, prepared.observed, pulled.takes)
        for change in changes:
            save(change)
        return [each.reason for each in (*pulled.left, *accepted.left)]

    def report(self) -> None:
        """Write what GitHub knows into the file."""
        loaded = self.load()
        assert loaded.desired is not None
        observed = self.observe(loaded.desired)
        for change in write_back(loaded, measure(loaded.desired, observed)):
            save(change)

    # ---- what is there ---------------------------------------------------------------------

    def observe(self, wanted: DesiredState | None = None) -> ObservedState:
        """Everything, as the client sees it."""
        asked = wanted or self.desired()
        return self.tracker(read_only=True).observe(ReadScope.for_backlog(asked, full=True))

    def issue(self, title: str) -> ObservedIssue:
        """The issue of that title."""
        (found,) = [each for each in self.observe().issues if each.title == title]
        return found

    def below(self, title: str) -> list[str]:
        """The titles of an issue's sub-issues, in their order."""
        issues = self.observe().issues
        titles = {each.id: each.title for each in issues}
        (parent,) = [each for each in issues if each.title == title]
        return [titles[child] for child in parent.children]

    def log(self, name: str) -> int:
        """How many requests had an operation of that name."""
        return sum(1 for entry in self.sandbox.log if entry.operation == name)

    def mutations(self, run: Callable[[], Any]) -> int:
        """How many mutations something sends."""
        before = sum(entry.mutations for entry in self.sandbox.log)
        run()
        return sum(entry.mutations for entry in self.sandbox.log) - before


def of_kind(plan: Plan, kind: ChangeKind) -> list[Change]:
    """The changes of one kind, without those for the record of what was applied."""
    return [
        change
        for change in plan.changes
        if change.kind is kind and change.key != "Backlog record" and not change.is_refresh
    ]


def reasons(plan: Plan) -> list[str]:
    """Why something is deferred, each reason once, in order."""
    return list(dict.fromkeys(deferred.reason for deferred in plan.deferred))


def said(text: str, key: str) -> dict[str, Any]:
    """What a YAML backlog says of one item."""

    def walk(node: Any) -> dict[str, Any] | None:
        if isinstance(node, dict):
            if node.get("id") == key:
                return node
            return next((f for v in node.values() if (f := walk(v))), None)
        if isinstance(node, list):
            return next((f for v in node if (f := walk(v))), None)
        return None

    found = walk(yaml.safe_load(text))
    assert found is not None, key
    return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An organisation's repository."""
    return World(tmp_path)


@pytest.fixture
def user_world(tmp_path: Path) -> World:
    """A user's repository, which has no issue types."""
    return World(tmp_path, owner="User")
