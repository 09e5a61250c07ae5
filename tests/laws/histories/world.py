"""A GitHub in this process, people who act at any moment, and the tool's own verbs run on it.

A run is the whole command (`cli.main`) over real files and the real clients; only the network, the
clock and git are replaced. What each request changed is known, and what people did between them.
"""

import contextlib
import io
import json
import os
import pickle
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backlog_sync import wiring
from backlog_sync.cli.main import cli
from backlog_sync.errors import FailedError
from backlog_sync.github_api import session
from github_sandbox.app import Sandbox
from github_sandbox.faults import Fault, FaultPlan
from github_sandbox.models import Account, Issue, Project
from tests.laws.histories import issue_fields, several, views
from tests.laws.histories.paper import Paper
from tests.sandbox_adapter import SandboxAdapter

REPOSITORY = "octo-org/widgets"
TOOL = "the tool"
PEOPLE = "people"
AGENT = "copilot-swe-agent"

Place = tuple[object, ...]
Snap = dict[Place, object]
_BLOCK = re.compile(r"<!-- backlog:begin -->\n?(.*?)\n?(<!-- backlog:end .*?-->)", re.DOTALL)
_BOX = re.compile(r"^\s*- \[([ xX])\] (.*?)\s*$")


@dataclass(frozen=True)
class Step:
    """What was changed at once: by one request of the tool, or by people before it."""

    who: str
    request: int
    changes: dict[Place, tuple[object, object]]


@dataclass
class Seen:
    """One run of the tool."""

    verb: str
    flags: tuple[str, ...]
    code: int
    out: str
    err: str
    before: Snap
    after: Snap
    paper_before: Paper
    paper_after: Paper
    steps: list[Step] = field(default_factory=list)
    mutations: int = 0
    limited: bool = False
    today: str = ""
    cut: bool = False
    """Whether somebody stopped it, if it came that far."""

    @property
    def envelope(self) -> dict[str, Any]:
        """What it printed, as JSON; {} where it printed none."""
        try:
            found = json.loads(self.out)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def plan(self) -> dict[str, Any]:
        """The plan of what it printed."""
        found = self.envelope.get("plan", self.envelope)
        return found if isinstance(found, dict) else {}

    @property
    def made(self) -> set[Place]:
        """What the tool changed in it."""
        return {p for step in self.steps if step.who != PEOPLE for p in step.changes}

    @property
    def disturbed(self) -> bool:
        """Whether people acted while it ran."""
        return any(step.who == PEOPLE for step in self.steps)


class _NoGit:
    def checkout(self) -> None:
        raise FailedError("there is no git here")


class _Adapter(SandboxAdapter):
    """Looks like GitHub itself: numbers are written as GitHub's are."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().send(request, *args, **kwargs)
        response.headers["Server"] = "github.com"
        return response


Act = Callable[[], None]


class World:
    """The repository, the clock, the folder with the file, and who waits to act."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_800_000_000.0
        self.folder = folder
        self.sandbox = Sandbox(None, clock=self.clock, sleep=self.pass_time)
        self.sandbox.ensure_repository(REPOSITORY)
        self.sandbox.actors = self
        self.actions: list[Any] = []
        self._before_request: dict[int, Act] = {}
        self._while_waiting: list[Act] = []
        self._first = 0
        self._request = 0
        self._last: Snap = {}
        self._steps: list[Step] = []
        self._running = False

    def clock(self) -> datetime:
        """The time of this world."""
        return datetime.fromtimestamp(self.now, UTC)

    def pass_time(self, seconds: float) -> None:
        """Let time pass; people may act meanwhile."""
        self.now += seconds
        if self._running and seconds > 0 and self._while_waiting:
            self._note(TOOL)
            acts, self._while_waiting = self._while_waiting, []
            for act in acts:
                act()
            self._note(PEOPLE, wait=True)

    def act(self, sandbox: Sandbox, request: int) -> None:
        """Before each request: note what the one before changed, then let people act."""
        if not self._running:
            return
        if not self._first:
            self._first = request
        self._note(TOOL)
        self._request = request - self._first + 1
        due = self._before_request.pop(self._request, None)
        if due is not None:
            due()
            self._note(PEOPLE)

    def _note(self, who: str, *, wait: bool = False) -> None:
        now = self.snap()
        if now != self._last:
            changed = {
                place: (self._last.get(place), now.get(place))
                for place in self._last.keys() | now.keys()
                if self._last.get(place) != now.get(place)
            }
            # What is done in a wait is not done right before a request.
            request = -self._request if wait else self._request
            self._steps.append(Step(who, request, changed))
        self._last = now

    # ---- keeping a world ---------------------------------------------------------------------

    def kept(self) -> bytes:
        """Everything on GitHub."""
        store = self.sandbox.store
        state = {name: value for name, value in vars(store).items() if name != "clock"}
        return pickle.dumps((self.now, state))

    def restore(self, kept: bytes) -> None:
        """Have everything on GitHub as it was."""
        self.now, state = pickle.loads(kept)
        vars(self.sandbox.store).update(state)

    # ---- what can be seen --------------------------------------------------------------------

    @property
    def has_issue_fields(self) -> bool:
        """Whether the organization's issue fields are switched on."""
        return self.sandbox.features.issue_fields_enabled

    @property
    def issues(self) -> dict[int, Issue]:
        """The issues by number, without pull requests."""
        every = self.sandbox.store.issues.get(self.sandbox.repository(REPOSITORY).id, {})
        return {number: issue for number, issue in every.items() if not issue.is_pull}

    def board(self) -> Project | None:
        """The board, where there is one."""
        home = self.sandbox.repository(REPOSITORY)
        boards = self.sandbox.store.projects.get(home.owner, {})
        return next(iter(boards.values()), None)

    def snap(self) -> Snap:
        """All that people can see, each thing under its place."""
        store = self.sandbox.store
        home = self.sandbox.repository(REPOSITORY).id
        found: Snap = {}
        for label in store.labels.get(home, {}).values():
            found["label", label.id] = (label.name, label.color, label.description)
        for mile in store.milestones.get(home, {}).values():
            found["milestone", mile.id] = (mile.title, mile.due_on, mile.description)
            found["closed", mile.id] = mile.state
        board = self.board()
        names: dict[str, tuple[str, dict[str, str]]] = {}
        if board is not None:
            found["board", board.id] = board.title
            found.update(views.snap(store, board))
            for column in store.fields.get(board.id, {}).values():
                choices = {
                    c["id"]: str(c.get("name") or c.get("title"))
                    for c in (*column.options, *column.iterations)
                }
                names[str(column.id)] = (column.name, choices)
                found["field", column.id] = (column.name, tuple(sorted(choices.items())))
                found["options", column.id] = (
                    column.name,
                    tuple(o["name"] for o in column.options),
                )
                found["iterations", column.id] = tuple(
                    (each["id"], each["title"], each["start"], each["duration"])
                    for each in column.iterations
                )
        logins = {a.id: a.login for a in store.accounts.values()}
        for issue in store.issues.get(home, {}).values():
            if issue.is_pull:
                continue
            self._snap_issue(found, issue, logins)
            card = store.cards.get(issue.id, {}).get(board.id) if board else None
            if card is not None:
                found[issue.number, "card"] = True
                for number, value in card.values.items():
                    name, choices = names[number]
                    if isinstance(value["value"], list):
                        for chosen in value["value"]:
                            found[issue.number, several.PLACES[name], choices[chosen]] = True
                        continue
                    found[issue.number, "value", name] = choices.get(value["value"], value["value"])
        return found

    def _snap_issue(self, found: Snap, issue: Issue, logins: dict[int, str]) -> None:
        store, n = self.sandbox.store, issue.number
        found[n, "exists"] = True
        found[n, "title"] = issue.title
        found[n, "state"] = (
            "OPEN" if issue.state == "OPEN" else f"CLOSED {issue.state_reason or 'COMPLETED'}"
        )
        found[n, "milestone"] = issue.milestone
        found[n, "parent"] = store.get(Issue, issue.parent).number if issue.parent else None
        for label in issue.labels:
            found[n, "label", label] = True
        for login in issue.assignees:
            if logins[login] != AGENT:  # it is no word of the file's or of people's: it works
                found[n, "assignee", logins[login]] = True
        sessions = [logins[each] for each in issue.assignments].count(AGENT)
        if sessions:
            found[n, "sessions"] = sessions
        if issue.closing_pulls or issue.branches:
            found[n, "pulls"] = self._evidence(issue, logins)
        for blocker in issue.blocked_by:
            found[n, "blocker", store.get(Issue, blocker).number] = True
        if issue.author is not None:
            found[n, "author"] = store.get(Account, issue.author).login
        found[n, "body"] = issue.body
        found.update(issue_fields.snap(store, issue))
        above, text, marker, below = parts(issue.body)
        found[n, "above"], found[n, "below"], found[n, "marker"] = above, below, marker
        if text is not None:
            found[n, "text"] = re.sub(r"(?m)^(\s*- \[)[xX](\] )", r"\1 \2", text)
            for line in text.split("\n"):
                if box := _BOX.match(line):
                    found[n, "tick", box[2]] = box[1] != " "

    def _evidence(self, issue: Issue, logins: dict[int, str]) -> tuple[object, ...]:
        """The open pull requests and branches of an issue: name, state, author."""
        pulls = [self.sandbox.store.get(Issue, each) for each in issue.closing_pulls]
        is_open = [pull for pull in pulls if pull.state == "OPEN"]
        return (
            *(
                (p.number, "DRAFT" if p.is_draft else "OPEN", logins[p.author or 0])
                for p in is_open
            ),
            *((branch, "BRANCH", "") for branch in issue.branches),
        )

    # ---- a run -------------------------------------------------------------------------------

    def run(
        self,
        paper: Paper,
        verb: str,
        *flags: str,
        before_request: dict[int, Act] | None = None,
        while_waiting: list[Act] | None = None,
        faults: dict[int, Fault] | None = None,
        stopped_at: int | None = None,
    ) -> Seen:
        """Run a verb on the file; `paper` is afterwards what is on disk.

        Before the request `stopped_at` somebody presses Ctrl-C.
        """
        place = self.folder / paper.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(paper.text.encode())
        was = paper.copy()
        self._before_request = dict(before_request or {})
        if stopped_at is not None:
            self._before_request[stopped_at] = _press_ctrl_c
        self._while_waiting = list(while_waiting or ())
        self._steps, self._first, self._request = [], 0, 0
        today = self.clock().date().isoformat()
        self.sandbox.faults = FaultPlan(faults or {}, writes_only=True)
        logged = len(self.sandbox.log)
        before = self._last = self.snap()
        self._running = True
        try:
            code, out, err = self._command(verb, paper.path, *flags)
        finally:
            self._running = False
        self._note(TOOL)
        paper.text = place.read_bytes().decode()
        if paper.text != was.text:
            paper.rematch(was)
        place.unlink()
        limited = self.sandbox.faults.counted >= min(faults) if faults else False
        self.sandbox.faults = FaultPlan()
        return Seen(
            verb,
            flags,
            code,
            out,
            err,
            before,
            self._last,
            was,
            paper.copy(),
            self._steps,
            sum(entry.mutations for entry in self.sandbox.log[logged:]),
            limited,
            today,
            stopped_at is not None,
        )

    def _command(self, *words: str) -> tuple[int, str, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        code = 0
        with self._surroundings(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                cli.main(list(words))
            except SystemExit as ended:
                code = int(ended.code or 0)
        told = []
        for stream in (out, err):
            stream.flush()
            told.append(stream.buffer.getvalue().decode())
        return code, told[0], told[1]

    @contextlib.contextmanager
    def _surroundings(self) -> Iterator[None]:
        """This folder, this clock, this network."""
        connect = session.connect

        def here(**asked: Any) -> Any:
            asked.update(
                adapter=_Adapter(self.sandbox),
                clock=lambda: self.now,
                sleep=self.pass_time,
                idle=self.pass_time,
                pace=None,
            )
            return connect(**asked)

        class Clock:
            def now(_) -> float:  # noqa: N805 - the world is `self` here
                return self.now

            def sleep(_, seconds: float) -> None:  # noqa: N805 - as above
                self.pass_time(seconds)

        places: list[tuple[object, str, object]] = [
            (session, "connect", here),
            (wiring, "root", lambda _: self.folder),
            (wiring, "clock", lambda waits=None: Clock()),
            (wiring, "repository_here", lambda top, env: _NoGit()),
        ]
        before = [(thing, name, getattr(thing, name)) for thing, name, _ in places]
        environ = {**os.environ}
        cwd = Path.cwd()
        try:
            for thing, name, value in places:
                setattr(thing, name, value)
            os.environ.update(
                GH_TOKEN="a-token-for-histories",
                GITHUB_API_URL="http://127.0.0.1",
                XDG_STATE_HOME=str(self.folder / ".state"),
                XDG_CACHE_HOME=str(self.folder / ".cache"),
                BACKLOG_PACE="off",
            )
            os.environ.pop("GITHUB_ACTIONS", None)
            os.environ.pop("GITHUB_REPOSITORY", None)
            os.chdir(self.folder)
            yield
        finally:
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(environ)
            for thing, name, value in before:
                setattr(thing, name, value)


def _press_ctrl_c() -> None:
    raise KeyboardInterrupt


def parts(body: str) -> tuple[str, str | None, str, str]:
    """A body taken apart: above the block, its visible text, its marker, below it."""
    plain = body.replace("\r\n", "\n")
    match = _BLOCK.search(plain)
    if match is None:
        return plain, None, "", ""
    return plain[: match.start()], match[1], match[2], plain[match.end() :]


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
