"""Real processes and real signals: a sample of what the other tests here do to every request."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.github_api.transport import TIMEOUT
from github_sandbox.app import Sandbox
from github_sandbox.messages import Request, Response
from github_sandbox.server import serve
from tests.faults.harness import FULL

BACKLOG = """\
version: 1
repository: octo-org/shop
project: {owner: octo-org, title: Shop, fields: {Story Points: {type: number}}}
epics:
  - id: checkout
    title: Checkout
    features:
      - id: carts
        title: Carts
        stories:
          - {id: keep, title: Keep a cart, story_points: 5}
          - {id: merge, title: Merge carts, story_points: 8, depends_on: [keep]}
          - {id: share, title: Share a cart}
"""
ITEMS = 5
PATIENCE = 300
"""Seconds until a process, or a request, is taken to hang."""
COMMAND = (sys.executable, "-m", "backlog_sync")


class Line:
    """A sandbox behind a real socket that does something to its client at one request."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        self.sandbox.ensure_repository("octo-org/shop")
        self.sandbox.ensure_organization("octo-org")
        self.at = 0
        self.seen = 0
        self.strike: Callable[[], None] = lambda: None
        self.struck, self.over = threading.Event(), threading.Event()
        self._handle = self.sandbox.handle
        self.sandbox.handle = self.handle  # type: ignore[method-assign] # its socket server calls it

    def handle(self, request: Request) -> Response:
        """Answer, or do what is asked, strike, and answer only once the client is gone."""
        self.seen += 1
        if self.seen != self.at:
            return self._handle(request)
        answer = self._handle(request)
        self.strike()
        self.struck.set()
        self.over.wait(PATIENCE)
        return answer

    def last_words(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        """What a client says until it ends: once struck, before its request could time out."""
        try:
            while not self.struck.wait(1) and process.poll() is None:
                pass
            return process.communicate(timeout=TIMEOUT[1] if self.struck.is_set() else PATIENCE)
        finally:
            self.over.set()
            process.kill()
            process.wait()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a backlog."""
    (tmp_path / "backlog.yaml").write_text(BACKLOG, encoding="utf-8")
    return tmp_path


def start(folder: Path, url: str, *arguments: str) -> subprocess.Popen[str]:
    """Begin a run in a process of its own."""
    env = {
        **os.environ,
        "GITHUB_API_URL": url,
        "GH_TOKEN": "a-token",
        "XDG_STATE_HOME": str(folder / "state"),
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "COLUMNS": "100",
    }
    return subprocess.Popen(
        [*COMMAND, *(arguments or ("sync", "--yes"))],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, url: str, *arguments: str) -> tuple[int, str, str]:
    """A whole run: exit code, standard output, standard error."""
    process = start(folder, url, *arguments)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def some_time_later(folder: Path) -> None:
    """Two minutes pass for what this machine remembers: nothing is on its way any more."""
    for journal in (folder / "state").rglob("journal.jsonl"):
        text = journal.read_text(encoding="utf-8")
        journal.write_text(
            re.sub(r'"at":([0-9.]+)', lambda m: f'"at":{float(m[1]) - 120}', text), encoding="utf-8"
        )


def keys(sandbox: Sandbox) -> Counter[str]:
    """How many issues each key has."""
    home = sandbox.repository("octo-org/shop")
    bodies = [issue.body for issue in sandbox.store.issues.get(home.id, {}).values()]
    markers = (body_block.split(body).marker for body in bodies)
    return Counter(marker.key for marker in markers if marker is not None)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("at", range(1, 10) if FULL else [1, 5, 7])
def test_a_signal_ends_a_run_in_order_and_soon(shop: Path, number: int, at: int) -> None:
    """Though no answer comes: exit 130, a true account, and no traceback."""
    line = Line()
    struck: list[int] = []
    with line.sandbox, serve(line.sandbox) as server:
        process = start(shop, server.url)

        def strike() -> None:
            struck.append(at)
            os.killpg(process.pid, number)

        line.at, line.strike = at, strike
        out, err = line.last_words(process)
        if not struck:  # a whole run takes fewer requests
            assert process.returncode == 0, err
            return
        assert process.returncode == 130, err
        assert "Traceback" not in out + err
        assert "Run it again to continue" in err
        files = {path.name for path in shop.iterdir()}
        assert files <= {"backlog.yaml", ".backlog", "state"}
        if at > 3:  # the account counts what was created, and the last request leaves nothing
            assert re.search(r"Sync incomplete: .*3 labels, .+ (not reached|failed)", out), out
        line.at = 0
        some_time_later(shop)
        code, _, err = run(shop, server.url)
        assert code == 0, err
        assert keys(line.sandbox) == Counter(dict.fromkeys(keys(line.sandbox), 1))
        assert sum(keys(line.sandbox).values()) == ITEMS


def test_a_second_signal_right_behind_the_first_changes_nothing(shop: Path) -> None:
    """A terminal and a wrapper both send it: the account is still told."""
    line = Line()
    with line.sandbox, serve(line.sandbox) as server:
        process = start(shop, server.url)

        def strike() -> None:
            os.killpg(process.pid, signal.SIGINT)
            os.killpg(process.pid, signal.SIGTERM)

        line.at, line.strike = 6, strike
        out, err = line.last_words(process)
        assert process.returncode == 130, err
        assert "Sync incomplete:" in out


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """`backlog sandbox serve` in a process of its own, a little slow; give its address."""
    (folder / "slow.yaml").write_text("latency: 0.05\n", encoding="utf-8")
    process = start(folder, "", "sandbox", "serve", "--port", "0", "--faults", "slow.yaml")
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def test_killed_again_and_again(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """SIGKILL at moments that nobody chose, until a run gets through: each item has one issue."""
    home = tmp_path_factory.mktemp("server")
    with served(home) as url:
        _make_repository(url)
        delays = [0.5 + 0.15 * n for n in range(40 if FULL else 6)]
        for delay in delays:
            process = start(shop, url)
            timer = threading.Timer(delay, os.killpg, (process.pid, signal.SIGKILL))
            timer.start()
            process.communicate(timeout=PATIENCE)
            timer.cancel()
            assert process.returncode in (0, -signal.SIGKILL)
            some_time_later(shop)
        code, _, err = run(shop, url)
        assert code == 0, err
        code, out, _ = run(shop, url, "sync", "--format", "json")
        assert code == 0
        assert '"mutations": 0' in out
    with Sandbox(home / ".backlog" / "sandbox") as sandbox:
        assert sorted(keys(sandbox).values()) == [1] * ITEMS


def _make_repository(url: str) -> None:
    request = urllib.request.Request(
        f"{url}/_sandbox/repositories",
        data=json.dumps({"repository": "octo-org/shop", "board_owner": "octo-org"}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10):
        return
