"""A disk that is full, whichever write it strikes: a clear error, nothing lost, and a way on."""

import errno
import io
import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from backlog_sync.errors import ExitCode
from github_sandbox.app import Sandbox
from github_sandbox.server import serve
from tests.cli.conftest import BACKLOG, CANARY, Backlog, Ran

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Disk:
    """Counts what a run does to its disk below a folder; the one with the number `fails` fails."""

    def __init__(self, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.top = str(top)
        self.done: list[str] = []
        self.fails: int | None = None
        opened, mode_opened, made = os.open, io.open, os.mkdir
        replaced, synced = os.replace, os.fsync

        def open_fd(path: Any, flags: int, *more: Any, **named: Any) -> int:
            self.touch(path, writes=bool(flags & _WRITES))
            return opened(path, flags, *more, **named)

        def open_file(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
            self.touch(file, writes=bool(set(mode) & set("wax+")))
            return mode_opened(file, mode, *more, **named)

        def mkdir(path: Any, *more: Any, **named: Any) -> None:
            self.touch(path, writes=not Path(path).exists())
            made(path, *more, **named)

        def replace(source: Any, target: Any) -> None:
            self.touch(target, writes=True)
            replaced(source, target)

        def fsync(descriptor: int) -> None:
            self.touch(Path(self.top) / "fsync", writes=True)
            synced(descriptor)

        monkeypatch.setattr(os, "open", open_fd)
        monkeypatch.setattr(io, "open", open_file)
        monkeypatch.setattr(os, "mkdir", mkdir)
        monkeypatch.setattr(os, "replace", replace)
        monkeypatch.setattr(os, "fsync", fsync)

    def touch(self, path: Any, *, writes: bool) -> None:
        """Something is done to the disk; it may be full."""
        if not writes or isinstance(path, int) or not os.fspath(path).startswith(self.top):
            return
        self.done.append(os.fspath(path))
        if self.fails is not None and len(self.done) == self.fails + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(path))


Work = Callable[[], Ran]


def full_at_each_write(
    disk: Disk, folder: Path, work: Work, check: Callable[[Ran], None]
) -> Counter[int]:
    """Do the work once for each write that it makes, in a fresh folder, with that write failing."""
    fresh(folder)
    disk.done, disk.fails = [], None
    ran = work()
    assert ran.code == 0, ran.err
    writes = len(disk.done)
    codes: Counter[int] = Counter()
    for number in range(writes):
        fresh(folder)
        disk.done, disk.fails = [], number
        ran = work()
        disk.fails = None
        codes[ran.code] += 1
        where = f"write {number} of {writes}: {disk.done[number]}"
        assert ran.code != ExitCode.BUG, (where, ran.err)
        assert "Traceback" not in ran.err, (where, ran.err)
        if ran.code:
            assert "free some space" in ran.err, (where, ran.err)
            assert "No space left" in ran.err, where
        check(ran)
    return codes


def fresh(folder: Path) -> None:
    """Have the folder hold the backlog and nothing else."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    (folder / "backlog.yaml").write_text(BACKLOG, encoding="utf-8")


@pytest.fixture
def disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk below the folder, with the user's own folders there too."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "home" / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "home" / "cache"))
    return Disk(folder, monkeypatch)


def test_a_sync_onto_the_sandbox(backlog: Backlog, disk: Disk, folder: Path) -> None:
    """Its state, the journal, the cache, the lock, the file: the same command then goes on."""

    def check(ran: Ran) -> None:
        again = backlog("sync", "--sandbox")
        assert again.code == 0, again.err
        assert backlog("plan", "--sandbox").out.startswith("✓ No changes.")

    codes = full_at_each_write(disk, folder, lambda: backlog("sync", "--sandbox"), check)
    assert codes[1] > 5, codes


def test_a_sync_onto_a_server(
    backlog: Backlog, disk: Disk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was noted or not: the next run makes nothing twice."""
    monkeypatch.setenv("GH_TOKEN", CANARY)
    with ExitStack() as servers:
        worlds: list[Sandbox] = []

        def work() -> Ran:
            worlds.append(servers.enter_context(Sandbox()))
            worlds[-1].ensure_repository("octo-org/shop")
            running = servers.enter_context(serve(worlds[-1]))
            monkeypatch.setenv("GITHUB_API_URL", running.url)
            return backlog("sync", "--yes")

        def check(_: Ran) -> None:
            assert backlog("sync", "--yes").code == 0
            (issues,) = worlds[-1].store.issues.values()
            titles = Counter(issue.title for issue in issues.values())
            assert len(titles) == 4
            assert set(titles.values()) == {1}, titles
            assert backlog("plan").out.startswith("✓ No changes.")

        codes = full_at_each_write(disk, folder, work, check)
    assert codes[1] + codes[5] > 3, codes


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "--sandbox", "--output", "made.json"],
        ["report", "--sandbox", "--output", "made.csv"],
        ["report", "--sandbox", "--output", "deep/made.md"],
        ["plan", "--sandbox", "--out", "made.json"],
        ["init", "--output", "made.yaml", "--repo", "octo-org/shop"],
    ],
    ids=" ".join,
)
def test_whatever_else_is_written(
    backlog: Backlog, disk: Disk, folder: Path, arguments: list[str]
) -> None:
    """A report, a plan, a first backlog: whole, or not there."""

    def check(ran: Ran) -> None:
        assert [path.name for path in folder.rglob("*") if path.name.startswith(".made")] == []
        assert {path.read_text(encoding="utf-8") for path in folder.rglob("made.*")} <= set(whole)
        assert (folder / "backlog.yaml").read_text(encoding="utf-8") == BACKLOG

    whole: list[str] = []

    def work() -> Ran:
        ran = backlog(*arguments)
        if disk.fails is None:
            whole.extend(path.read_text(encoding="utf-8") for path in folder.rglob("made.*"))
        return ran

    full_at_each_write(disk, folder, work, check)


def limited(limit: int) -> Callable[[], None]:
    """No file of this process may become longer: a disk that fills up within a write."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.parametrize("limit", [0, 100, 900, 6_000])
def test_a_disk_that_fills_up_within_a_write(folder: Path, limit: int) -> None:
    """A real process: no bug, no traceback, the file is whole, and the next run goes on."""
    command = [sys.executable, "-m", "backlog_sync", "sync", "--sandbox"]
    env = os.environ | {"XDG_STATE_HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=env, preexec_fn=limited(limit)
    )
    assert done.returncode in (1, 5), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "free some space" in done.stderr
    again = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert again.returncode == 0, again.stderr


# ---- the streams ---------------------------------------------------------------------------

STREAMS = {
    ">&-": {0},
    "2>&-": {0},
    "<&-": {0},
    ">&- 2>&- <&-": {0},
    ">/dev/full": {1},
    "2>/dev/full": {0},
    ">/dev/full 2>/dev/full": {1},
}
"""How a shell may leave the streams, and what a command ends with then that ends with 0."""

RUNS = [
    *(("plan --sandbox", streams) for streams in STREAMS),
    *((command, ">&-") for command in ("--help", "lint", "sync --sandbox --format json")),
    *((command, ">/dev/full") for command in ("--help", "lint", "sync --sandbox --format json")),
]


@pytest.mark.parametrize(("command", "streams"), RUNS)
def test_no_stream_makes_a_bug(folder: Path, command: str, streams: str) -> None:
    """Closed ones hold nothing; a full one ends the run with 1 and says so where it can."""
    done = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m backlog_sync {command} {streams}"],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
    )
    assert done.returncode in STREAMS[streams], done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    if streams == ">/dev/full":
        assert "No space left on device" in done.stderr
        assert "hint: " in done.stderr
