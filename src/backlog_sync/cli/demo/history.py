"""Play the demo's history on the simulator: sync its backlog, and let people work on it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from backlog_sync.cli.commands.sync import apply_and_write
from backlog_sync.cli.options import OutputOptions, TargetOptions
from backlog_sync.cli.requests import SyncRequest
from backlog_sync.cli.terminal import Terminal
from backlog_sync.cli.workspace import workspace
from backlog_sync.dataclass import dataclass
from backlog_sync.environment import environment
from backlog_sync.errors import FailedError
from backlog_sync.files.plain_model import read_model
from backlog_sync.local.state import write_whole
from backlog_sync.sandbox_server import virtual_sandbox
from github_sandbox.clock import VirtualClock
from github_sandbox.fault_config import FaultConfig
from github_sandbox.scenario import Script

REPOSITORY = "harbor-line/ferry-tickets"
WEEKS = 10
"""The length of the history; a shorter one ends earlier."""

_FOLDER = Path(__file__).parent
_DATE = re.compile(r"<day (-?\d+)>")
_ADDED = re.compile(r"^# added in week (?P<week>\d+)\n(?P<items>.*?)^# end\n", re.M | re.S)
_DAY = 86_400.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class History:
    """The weeks to play, up to `today`, and whom to notify.

    `committed` is called with the time and what was done after each change of the file, `advance`
    after each week.
    """

    weeks: int
    today: date
    committed: Callable[[datetime, str], None] = lambda _, __: None
    advance: Callable[[], None] = lambda: None

    @property
    def start(self) -> date:
        """The first day of the history."""
        return self.today - timedelta(weeks=self.weeks)


@cache
def _template() -> str:
    return (_FOLDER / "backlog.yaml").read_text("utf-8")


def backlog_text(start: date, week: int) -> str:
    """Return the demo's backlog as people planned it in this week of its history, from 0."""

    def added(match: re.Match[str]) -> str:
        return match["items"] if week >= int(match["week"]) else ""

    def day(match: re.Match[str]) -> str:
        return (start + timedelta(days=int(match[1]))).isoformat()

    return _DATE.sub(day, _ADDED.sub(added, _template()))


def play(top: Path, file: Path, history: History) -> int:
    """Play the history on the sandbox below `top`, write the backlog's file, and return its issues.

    Raises `FailedError` if the sandbox already has the demo's repository, or is being served.
    """
    config = read_model(_FOLDER / "history.yaml", "history.yaml", FaultConfig, listed_in="docs")
    assert isinstance(config, FaultConfig), config
    script = Script(tuple(s.model_copy(update={"repository": REPOSITORY}) for s in config.people))
    clock = VirtualClock(datetime.combine(history.start, time(), UTC))
    with virtual_sandbox(top, clock) as sandbox:
        if sandbox.store.repository(*REPOSITORY.split("/")):
            raise FailedError(
                f"{REPOSITORY} already exists in this sandbox",
                slug="seeded",
                hint="`backlog sandbox serve` shows it; `backlog sandbox reset` deletes everything",
            )
        sandbox.ensure_repository(REPOSITORY)
        for login in sorted({step.who for step in config.people}):
            sandbox.ensure_user(login)
        planned = ""
        for week in range(history.weeks + 1):
            text = backlog_text(history.start, week)
            if text != planned:
                write_whole(file, text.encode())
                _sync(top, file, write=False)
                subject = (
                    f"Add what came up in week {week}" if planned else "Plan the ferry tickets"
                )
                history.committed(clock(), subject)
                planned = text
            if week < history.weeks:
                script.play(sandbox, clock, until=7 * _DAY * (week + 1))
                history.advance()
        _sync(top, file, write=True)
        history.committed(clock(), "Write progress back")
        _sync(top, file, write=False)  # it records that the file says so
        problems = [action for action in script.actions if action.problem]
        assert not problems, problems
        return len(sandbox.store.issues[sandbox.repository(REPOSITORY).id])


def _sync(top: Path, file: Path, *, write: bool) -> None:
    """Sync the file to the running sandbox, silently."""
    silent = Terminal(OutputOptions(quiet=True, color="never"), environment({}), yes=True)
    options = TargetOptions("sync", paths=(str(file),), sandbox=True)
    with workspace(options, silent, read_only=False, top=top) as run:
        prepared = run.plan(remembered=False)
        assert not prepared.violations, prepared.violations
        applied, written = apply_and_write(run, silent, prepared, SyncRequest(write=write))
    if applied.interrupted or written.interrupted:
        raise KeyboardInterrupt
    for problem in (applied.stopped, written.problem):
        if problem is not None:
            raise problem
