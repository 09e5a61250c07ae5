"""The log of a run: its events, their keys as docs/cli.md lists them, and how lines look."""

import json
import os
import pty
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backlog_sync import wiring
from backlog_sync.engine import reconcile
from backlog_sync.github_api import session
from github_sandbox import faults
from github_sandbox.app import Sandbox
from github_sandbox.faults import FaultPlan
from github_sandbox.features import Features
from tests.cli.conftest import CANARY, Backlog, Ran

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"
ALWAYS = {"timestamp", "level", "event", "run"}
BOUND = ALWAYS | {"repository", "plan"}
PLAN = ["run.started", "files.loaded", "github.observed", "plan.built", "run.finished"]
SEVEN = {*PLAN[:4], "change.applied", "wait.started", "write_back.done"}


def documented() -> dict[str, set[str]]:
    """The keys of each event, from the table of the docs."""
    rows = re.findall(r"^\| `([a-z._]+)` \|[^|]*\|([^|]*)\|$", DOCS.read_text("utf-8"), re.M)
    keys = ((event, re.sub(r"\([^)]*\)", "", text)) for event, text in rows)
    return {event: set(re.findall(r"`([a-z_]+)`", text)) for event, text in keys}


def events(ran: Ran) -> list[dict[str, Any]]:
    """Every line of standard error as an event whose keys are the documented ones."""
    table = documented()
    logged = [json.loads(line) for line in ran.err.splitlines()]
    assert logged, "nothing was logged"
    for event in logged:
        assert event.keys() - BOUND == table[event["event"]], event
        assert event.keys() >= ALWAYS
        assert list(event)[:4] == ["timestamp", "level", "event", "run"]
    assert len({event["run"] for event in logged}) == 1
    return logged


def names(logged: list[dict[str, Any]]) -> list[str]:
    """The names of events, without messages and requests."""
    aside = ("message", "error", "request.done")
    return [event["event"] for event in logged if event["event"] not in aside]


def test_a_plan_logs_each_event_that_it_reaches(backlog: Backlog, server: Sandbox) -> None:
    """In order, with the repository and the digest from where they are known on."""
    ran = backlog("plan", "-v", "--log-format", "json")
    logged = events(ran)
    assert names(logged) == PLAN
    told = {event["event"]: event for event in logged}
    assert told["run.started"]["verb"] == "plan"
    assert "repository" not in told["files.loaded"]
    assert told["github.observed"]["repository"] == "octo-org/shop"
    assert told["plan.built"]["plan"] == told["run.finished"]["plan"]
    assert re.fullmatch("[0-9a-f]{64}", told["plan.built"]["plan"])
    assert told["run.finished"]["exit_code"] == 0
    assert not any(event["event"] == "request.done" for event in logged)


class _Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_a_sync_logs_all_events(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit on the way: each change, the wait, and what was written."""
    clock = _Clock()
    monkeypatch.setattr(wiring, "clock", lambda waits=None: clock)
    monkeypatch.setattr(session, "connect", partial(session.connect, clock=clock.now))
    monkeypatch.setenv("BACKLOG_PACE", "off")
    server.faults = FaultPlan({4: faults.secondary_limit(retry_after=60.0)})
    ran = backlog("sync", "--yes", "-v", "--log-format", "json")
    assert ran.code == 0, ran.err
    logged = events(ran)
    assert set(names(logged)) == SEVEN | {"run.finished"}
    (wait,) = [event for event in logged if event["event"] == "wait.started"][:1]
    assert wait["reason"] == "rate-limit"
    assert wait["seconds"] >= 60
    changes = [event for event in logged if event["event"] == "change.applied"]
    built = next(event for event in logged if event["event"] == "plan.built")
    assert len(changes) == built["changes"]
    assert {event["result"] for event in changes} == {"applied"}
    written = next(event for event in logged if event["event"] == "write_back.done")
    assert written["files"] == ["backlog.yaml"]
    assert names(logged)[-1] == "run.finished"


def test_the_pace_is_a_wait_too(
    backlog: Backlog, server: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is waited so that the server does not complain has its own reason."""
    clock = _Clock()
    monkeypatch.setattr(wiring, "clock", lambda waits=None: clock)
    monkeypatch.setattr(session, "connect", partial(session.connect, clock=clock.now))
    monkeypatch.setenv("BACKLOG_PACE", "5")
    stories = "".join(f"- [ ] Story number {n}\n" for n in range(40))
    (folder / "backlog.yaml").unlink()
    (folder / "ROADMAP.md").write_text(
        f"---\nbacklog: {{repository: octo-org/shop}}\n---\n# Epic: All\n\n{stories}",
        encoding="utf-8",
    )
    logged = events(backlog("sync", "--yes", "-v", "--log-format", "json"))
    assert {e["reason"] for e in logged if e["event"] == "wait.started"} == {"pace"}


def test_every_request_with_its_cost(backlog: Backlog, server: Sandbox) -> None:
    """-vv names the operations of each request, and what the server says is left."""
    logged = events(backlog("sync", "--yes", "-vv", "--log-format", "json"))
    requests = [event for event in logged if event["event"] == "request.done"]
    assert len(requests) == len(server.log)
    assert all(event["run"] == logged[0]["run"] for event in requests)
    assert {event["repository"] for event in requests} == {"octo-org/shop"}
    assert "OverviewWithBoard" in requests[0]["operations"]
    assert requests[0]["points"] >= 1
    assert any("createIssue" in event["operations"] for event in requests)
    assert all(isinstance(event["remaining"], int) for event in requests)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("sync", "--dry-run"), 0), (("plan", "--only", "nothing"), 2), (("drift",), 3)],
)
def test_the_end_is_logged(
    backlog: Backlog, server: Sandbox, arguments: tuple[str, ...], code: int
) -> None:
    """Of a dry run, of one that fails, of one that finds something."""
    logged = events(backlog(*arguments, "-v", "--log-format", "json"))
    assert logged[-1]["event"] == "run.finished"
    assert logged[-1]["exit_code"] == code
    assert ("error" in [event["event"] for event in logged]) is (code == 2)


def test_an_interrupt_is_logged(
    backlog: Backlog, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line says 130."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reconcile, "observe_and_plan", interrupted)
    logged = events(backlog("plan", "-v", "--log-format", "json"))
    assert logged[-1]["event"] == "run.finished"
    assert logged[-1]["exit_code"] == 130


def test_json_has_nothing_beside_it(backlog: Backlog, folder: Path) -> None:
    """Messages, hints, errors of the files and of the run: without -v, too."""
    (folder / "backlog.yaml").write_text("version: 1\nepics: [{}]\n", encoding="utf-8")
    for arguments in (("plan", "--sandbox"), ("plan",), ("lint",), ("doctor", "--sandbox")):
        ran = backlog(*arguments, "--log-format", "json")
        for line in ran.err.splitlines():
            assert json.loads(line)["event"] in ("message", "error")


def test_no_secret_is_logged(backlog: Backlog, server: Sandbox) -> None:
    """However deep in a value it is."""
    server.faults = FaultPlan({1: faults.not_delivered()})
    for log_format in ("text", "json"):
        ran = backlog("plan", "-vv", "--log-format", log_format, "--repo", f"octo-org/{CANARY}")
        logged = [line for line in ran.err.splitlines() if re.match(r"\{|\d\d:", line)]
        assert any("request.done" in line for line in logged)
        assert "[redacted]" in "".join(logged)
        assert CANARY not in "".join(logged)


def test_without_verbose_nothing_is_logged(backlog: Backlog, server: Sandbox) -> None:
    """And a run that follows one that logs does not go on with it."""
    assert "run.started" in backlog("plan", "-v").err
    assert "run." not in backlog("plan").err
    assert "run." not in backlog("schema").err


def _on_a_terminal(*arguments: str, columns: int, **extra: str) -> str:
    """What a run writes to a terminal of so many columns on standard error."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", **extra}
    code = "from backlog_sync.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, stderr=theirs, env=env
    ) as process:
        os.close(theirs)
        told = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            told += piece
        process.wait()
    os.close(ours)
    return told.decode()


def test_the_log_fits_a_terminal(folder: Path) -> None:
    """Lines of at most 80 columns, with colors on a terminal, and none with NO_COLOR."""
    colored = _on_a_terminal("plan", "--sandbox", "-vv", columns=80)
    plain = _on_a_terminal("plan", "--sandbox", "-vv", columns=80, NO_COLOR="1")
    assert re.search(r"\x1b\[[0-9;]*mplan\.built", colored)
    assert not re.search(r"\x1b\[[0-9;]*mplan\.built", plain)
    for told in (colored, plain):
        lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", told).splitlines()
        logged = [line for line in lines if re.match(r"\d\d:\d\d:\d\d |  ", line.lstrip("\r"))]
        assert any("request.done" in line for line in logged)
        assert max(map(len, logged)) <= 80


def test_a_log_that_is_no_terminal_has_a_line_an_event(backlog: Backlog, server: Sandbox) -> None:
    """So that `grep` finds whole events; nothing in a value begins a line."""
    ran = backlog("plan", "-vv")
    lines = [line for line in ran.err.splitlines() if "request.done" in line]
    assert lines
    assert all("milliseconds=" in line for line in lines)
    assert "\x1b" not in ran.err


def test_a_refused_version_is_logged_once(backlog: Backlog, server: Sandbox) -> None:
    """And the run goes on without one."""
    server.features = Features(api_versions=("2026-03-10",))
    ran = backlog("plan", "-v", "--log-format", "json")
    logged = events(ran)
    (told,) = [event for event in logged if event["event"] == "api.version"]
    assert (told["refused"], told["used"]) == ("2022-11-28", "the server's own")
    assert names(logged)[-1] == "run.finished"
