"""A simulated GitHub on a clock that nobody waits for, and machines that sync onto it.

A machine has a journal on its disk and can die at any request. Everything is deterministic.
"""

import itertools
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from backlog_sync.core import body as body_block
from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.core.model import (
    BoardFieldDef,
    DesiredItem,
    DesiredState,
    LabelDef,
    MilestoneDef,
    OptionDef,
    ProjectSpec,
    ViewDef,
)
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Outcome, Result
from backlog_sync.core.rate import Pace
from backlog_sync.engine.apply import apply
from backlog_sync.engine.executor import Applied
from backlog_sync.engine.reconcile import Prepared, observe_and_plan
from backlog_sync.github_api.session import connect
from backlog_sync.local.journal import FileJournal
from github_sandbox import issue_fields
from github_sandbox.access import Grant, Viewer
from github_sandbox.actors import Person
from github_sandbox.app import LogEntry, Sandbox
from github_sandbox.clock import VirtualClock
from github_sandbox.faults import Fault, FaultPlan
from github_sandbox.models import Issue
from tests.core.builders import desired, item
from tests.engine.memory import Watcher
from tests.sandbox_adapter import SandboxAdapter

FULL = os.environ.get("BACKLOG_BARS") == "full"
"""Whether the bars run at their whole size, which takes many minutes."""

REPOSITORY = "octo-org/widgets"
OTHER = "octo-org/gadgets"
FAR = "cat-org/gadgets"
BOARD = ProjectSpec(
    "octo-org",
    title="Widgets",
    fields=(
        BoardFieldDef("Priority", "single_select", (OptionDef("High", "RED"), OptionDef("Low"))),
        BoardFieldDef("Story Points", "number"),
        BoardFieldDef("Target", "date"),
    ),
)


class KilledError(BaseException):
    """The process is gone: no `except` of the code under test may see it."""


# ---- backlogs ------------------------------------------------------------------------------


def backlog(*shape: int) -> DesiredState:
    """Epics with features with stories: `backlog(2, 3)` is 1 epic, 2 features, 2 + 3 stories.

    Each number is a feature with so many stories; every third feature begins an epic. Stories
    have labels, a milestone, points and a priority, and wait for the one before.
    """
    items: list[DesiredItem] = []
    epic = ""
    for n, stories in enumerate(shape):
        if n % 3 == 0:
            epic = f"e{n}"
            board: Mapping[str, Any] = {"Target": "2026-03-31"}
            items.append(item(epic, f"Epic {n}", kind="epic", labels=("epic",), board=board))
        feature = f"f{n}"
        items.append(item(feature, f"Feature {n}", kind="feature", parent=epic))
        for m in range(stories):
            items.append(
                item(
                    f"s{n}.{m}",
                    f"Story {n}.{m}",
                    parent=feature,
                    labels=("story",),
                    milestone="M1",
                    criteria={"Works on staging": False},
                    board={"Priority": "High" if m else "Low", "Story Points": m + 1},
                    blocked_by=(f"s{n}.{m - 1}",) if m else (),
                )
            )
    return desired(
        *items,
        project=BOARD,
        labels=(LabelDef("epic", "5319e7"), LabelDef("story", "00ff00")),
        milestones=(MilestoneDef("M1", "2026-03-31"),),
    )


SMALL = backlog(2)
"""4 items: an epic, a feature, two stories."""

MIDDLE = backlog(3, 2)
"""8 items."""

WHOLE = backlog(2, 2, 2, 2, 2, 2, 2, 2, 2, 2)
"""34 items, as many as the bars are about: 4 epics, 10 features, 20 stories, with 3 fields."""


SPRINT = BoardFieldDef("Sprint", "iteration", start="2026-01-05", duration=14, count=3)


def with_sprints(wanted: DesiredState) -> DesiredState:
    """The same items in iterations, most of them in the one that is current or next."""
    values = itertools.cycle(("@current", "@next", "Sprint 3"))
    items = (replace(i, board={**i.board, "Sprint": next(values)}) for i in wanted.items)
    return replace(wanted, items=tuple(items))


VIEWED = replace(
    with_sprints(SMALL),
    project=replace(
        BOARD,
        fields=(*BOARD.fields, SPRINT),
        views=(
            ViewDef("Bugs", "table", "label:bug", ("Title", "Story Points")),
            ViewDef("Open", "board", "is:open"),
            ViewDef("Plan", "roadmap", arrangement=(("group_by", ("Milestone",)),)),
        ),
        description="What we build",
        public=True,
    ),
)
"""4 items on a board with iterations, and with views of its own."""


def across(wanted: DesiredState, other: str = OTHER) -> DesiredState:
    """The same items, every second one in another repository."""
    items = (
        replace(each, repository=other) if n % 2 else each for n, each in enumerate(wanted.items)
    )
    return replace(wanted, items=tuple(items), repository=REPOSITORY)


ACROSS = across(backlog(3, 1))
"""7 items in two repositories: features and stories below and beside each other."""

OWNERS = across(backlog(3, 1), FAR)
"""The same in repositories of two owners, between which there are no sub-issues or cards."""


def with_issue_fields(wanted: DesiredState) -> DesiredState:
    """The same items with their priorities and dates in issue fields, and one with two options."""
    names = {"Priority": "Priority", "Target": "Target date"}
    items: list[DesiredItem] = []
    for n, each in enumerate(wanted.items):
        values: dict[str, Any] = {names[k]: v for k, v in each.board.items() if k in names}
        values["Areas"] = ("web", "api") if n % 2 else ("docs",)
        board = {name: value for name, value in each.board.items() if name not in names}
        items.append(replace(each, board=board, issue_fields=values))
    fields = tuple(field for field in BOARD.fields if field.name not in names)
    return replace(
        wanted,
        items=tuple(items),
        project=replace(BOARD, fields=fields),
        issue_fields=(
            BoardFieldDef("Priority", "single_select"),
            BoardFieldDef("Target date", "date"),
            BoardFieldDef("Areas", "multi_select"),
        ),
    )


FIELDED = with_issue_fields(SMALL)
"""4 items with values of issue fields."""


def with_options(wanted: DesiredState) -> DesiredState:
    """The same items with one or two options of a board field that takes several."""
    options = tuple(map(OptionDef, ("web", "ios", "cli")))
    assert wanted.project is not None
    fields = (*wanted.project.fields, BoardFieldDef("Platforms", "multi_select", options))
    items = [
        replace(each, board={**each.board, "Platforms": ("ios", "web") if n % 2 else ("cli",)})
        for n, each in enumerate(wanted.items)
    ]
    return replace(wanted, items=tuple(items), project=replace(wanted.project, fields=fields))


OPTIONED = with_options(SMALL)
"""4 items with values of a board field with several options."""


# ---- the server and its machines -----------------------------------------------------------


@dataclass(slots=True)
class World:
    """One simulated GitHub with the repository, its clock, and a folder for machines."""

    folder: Path
    lag: float = 0.0
    clock: VirtualClock = field(default_factory=VirtualClock)
    sandbox: Sandbox = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.sandbox = Sandbox(None, clock=self.clock)
        self.sandbox.ensure_repository(REPOSITORY)
        self.sandbox.ensure_repository(OTHER)
        self.sandbox.ensure_repository(FAR)
        self.sandbox.features = replace(self.sandbox.features, foreign_cards=False)
        owner = self.sandbox.store.accounts["octo-org"]
        issue_fields.create_field(
            self.sandbox.store,
            Viewer(owner, Grant("octo-org")),
            owner,
            name="Areas",
            data_type="MULTI_SELECT",
            visibility="ALL",
            options=[{"name": name, "color": "GRAY"} for name in ("web", "api", "docs")],
        )
        self.sandbox.list_lag = timedelta(seconds=self.lag)
        # Whoever searches finds nothing: the index of a search lags by as long as it likes.
        self.sandbox.search_lag = timedelta(days=1)

    def machine(self, name: str = "one", *, token: str = "a-token") -> "Machine":
        """A computer with a disk of its own."""
        return Machine(self, self.folder / f"{name}-{next(self._numbers)}", token=token)

    def nonce(self) -> str:
        """A fresh nonce."""
        return f"{next(self._numbers):016x}"

    def fail(self, faults: Mapping[int, Fault], *, writes_only: bool = False) -> None:
        """Order trouble, from the next request on."""
        self.sandbox.faults = FaultPlan(faults, writes_only=writes_only)

    def person(self) -> Person:
        """Somebody who works on the pages."""
        return Person(self.sandbox, "ann")

    def issues(self) -> list[Issue]:
        """All issues there are."""
        places = (self.sandbox.repository(name) for name in (REPOSITORY, OTHER, FAR))
        stored = self.sandbox.store.issues
        return [issue for place in places for issue in stored.get(place.id, {}).values()]

    def doubles(self) -> list[str]:
        """Keys, titles and names that more than one open issue, open board or view has."""
        keys: Counter[str] = Counter()
        for issue in self.issues():
            marker = body_block.split(issue.body).marker
            if marker is not None and issue.state == "OPEN":
                keys[marker.key] += 1
        for project in self.sandbox.store.projects.values():
            keys.update(f"board {each.title}" for each in project.values() if not each.closed)
        for number, views in self.sandbox.store.views.items():
            keys.update(f"view {each.name} of board {number}" for each in views.values())
        return sorted(key for key, count in keys.items() if count > 1)

    def made_twice(self) -> list[str]:
        """Keys that more than one issue has, open or closed."""
        keys: Counter[str] = Counter()
        for issue in self.issues():
            marker = body_block.split(issue.body).marker
            if marker is not None:
                keys[marker.key] += 1
        return sorted(key for key, count in keys.items() if count > 1)


@dataclass(slots=True)
class Machine:
    """One computer: `forgets` loses its journal. `gate` is passed by every request.

    `sending` is the text of the request that is on its way; `meanwhile` is done in every wait.
    Without `a_minute`, creations have no pace.
    """

    world: World
    folder: Path
    token: str = "a-token"
    forgets: bool = False
    gate: Callable[[Callable[[], requests.Response]], requests.Response] | None = None
    limit: float = 900.0
    slept: list[float] = field(default_factory=list)
    sending: str = ""
    meanwhile: Callable[[], None] = lambda: None
    options: PlanOptions = PLAIN
    a_minute: int | None = None
    budget: Budget = UNLIMITED

    def now(self) -> float:
        """The time."""
        return self.world.clock.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.slept.append(seconds)
        self.meanwhile()
        self.world.clock.sleep(seconds)

    def journal(self, observed: ObservedState) -> FileJournal:
        """What this machine remembers."""
        if self.forgets:
            self.folder = self.folder.with_name(f"{self.folder.name}-")
        return FileJournal(self.folder)

    def prepare(self, wanted: DesiredState) -> tuple[Prepared, Any]:
        """Observe and plan; also gives the tracker."""
        tracker = connect(
            api_url="http://127.0.0.1",
            repository=REPOSITORY,
            token=self.token,
            read_only=False,
            adapter=_Line(self),
            clock=self.now,
            sleep=self.sleep,
            patience=self.limit,
            pace=Pace(now=self.now(), a_minute=self.a_minute) if self.a_minute else None,
            budget=self.budget,
        )
        prepared = observe_and_plan(
            wanted,
            tracker,
            self.options,
            journals=self.journal,
            clock=self,
            today=datetime.fromtimestamp(self.now(), UTC).date().isoformat(),
        )
        return prepared, tracker

    def sync(self, wanted: DesiredState) -> Applied:
        """One run."""
        prepared, tracker = self.prepare(wanted)
        return self.finish(prepared, tracker)

    def finish(self, prepared: Prepared, tracker: Any) -> Applied:
        """Apply what was planned."""
        assert prepared.violations == ()
        return apply(prepared, tracker, nonces=self.world.nonce, progress=Watcher(), clock=self)

    def dies(
        self, wanted: DesiredState, at: int, *, delivered: bool, by: type[BaseException]
    ) -> bool:
        """A run that ends at a request; whether there was such a request."""
        seen = itertools.count(1)

        def gate(send: Callable[[], requests.Response]) -> requests.Response:
            if next(seen) < at:
                return send()
            if delivered:
                send()
            raise by

        self.gate = gate
        try:
            self.sync(wanted)
        except by:
            return True
        finally:
            self.gate = None
        return next(seen) > at

    def settles(self, wanted: DesiredState) -> None:
        """A run has nothing to do, nothing to tell, and sends nothing."""
        applied = self.sync(wanted)
        assert [_told(o) for o in applied.outcomes] == []
        assert applied.usage.mutations == 0


class _Line(SandboxAdapter):
    """A machine's line to the server."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.world.sandbox)
        self.machine = machine

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Pass the gate."""
        body = request.body or b""
        self.machine.sending = body.decode() if isinstance(body, bytes) else str(body)
        gate = self.machine.gate
        if gate is None:
            return super().send(request, *args, **kwargs)
        return gate(lambda: super(_Line, self).send(request, *args, **kwargs))


def _told(outcome: Outcome) -> str:
    change = outcome.change
    return f"{change.action} {change.kind} {change.key}: {outcome.result} {outcome.reason}"


def all_applied(applied: Applied) -> bool:
    """Whether everything came through."""
    return applied.stopped is None and all(o.result is Result.APPLIED for o in applied.outcomes)


def requests_of(wanted: DesiredState, folder: Path) -> list[LogEntry]:
    """The requests of a first run without trouble, on a machine of its own."""
    world = World(Path(tempfile.mkdtemp(dir=folder)))
    assert all_applied(world.machine().sync(wanted))
    return list(world.sandbox.log)


def creations(wanted: DesiredState, folder: Path) -> list[int]:
    """Places of the requests of a first run that make issues."""
    world = World(folder / "creations")
    machine = world.machine()
    found: list[int] = []

    def gate(send: Callable[[], requests.Response]) -> requests.Response:
        before = len(world.issues())
        answer = send()
        if len(world.issues()) > before:
            found.append(len(world.sandbox.log))
        return answer

    machine.gate = gate
    machine.sync(wanted)
    return found


def sample(count: int, some: int, seed: int = 1) -> Sequence[int]:
    """Places from 1 to `count`: all for the whole bars, else so many, the ends among them."""
    if FULL or some >= count:
        return range(1, count + 1)
    chosen = random.Random(seed).sample(range(2, count), some - 2)
    return sorted({1, count, *chosen})


def retitled(wanted: DesiredState) -> DesiredState:
    """The same items, each with another title, points, issue fields and no blockers."""
    items = [
        replace(
            each,
            fields={**each.fields, "title": f"{each.title}, again", "blocked_by": ()},
            board={
                **each.board,
                "Story Points": 8,
                **({"Platforms": ("web", "cli")} if "Platforms" in each.board else {}),
            },
            issue_fields={
                name: ("api", "docs") if name == "Areas" else value
                for name, value in each.issue_fields.items()
                if name != "Target date"
            }
            | ({"Priority": "Urgent", "Target date": None} if each.issue_fields else {}),
        )
        for each in wanted.items
    ]
    return replace(wanted, items=tuple(items))
