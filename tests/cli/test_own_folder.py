"""Everything below `.backlog` may have come with a checkout: it is not followed and not believed.

The names are those that a run leaves there, found by running it, and those that it has only for
a moment. Each is replaced by what a stranger could have put in its place.
"""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backlog_sync.errors import ExitCode
from github_sandbox.app import Sandbox
from github_sandbox.server import running_url
from tests.cli.conftest import Backlog, Ran

MOMENTARY = ("sandbox/server.json", "sandbox/state.json.partial")
SECRET = "a line that is nobody's business\n"
ROOT = os.geteuid() == 0


def names(own: Path) -> Iterator[Path]:
    """Everything that is there, the folder first, and what is there at times."""
    yield Path()
    yield from sorted(path.relative_to(own) for path in own.rglob("*"))
    yield from map(Path, MOMENTARY)


@pytest.fixture
def used(backlog: Backlog, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the own folder as a sync leaves it; the folder itself is there too."""
    ran = backlog("sync", "--sandbox", "--no-write-back")
    assert ran.code == 0, ran.err
    kept = tmp_path_factory.mktemp("kept")
    shutil.copytree(folder, kept, dirs_exist_ok=True)
    return kept


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that is none of ours, with a file that must stay as it is."""
    place = tmp_path_factory.mktemp("outside")
    (place / "below").mkdir()
    (place / "file").write_text(SECRET, encoding="utf-8")
    (place / "below" / "state.json").write_text(SECRET, encoding="utf-8")
    yield place
    assert (place / "file").read_text(encoding="utf-8") == SECRET
    assert (place / "below" / "state.json").read_text(encoding="utf-8") == SECRET
    assert sorted(path.name for path in place.rglob("*")) == ["below", "file", "state.json"]


def restore(folder: Path, used: Path) -> None:
    """Have the folder be as the sync left it."""
    cleared(folder / ".backlog")
    shutil.copytree(used / ".backlog", folder / ".backlog")
    shutil.copy(used / "backlog.yaml", folder)


def cleared(path: Path) -> None:
    """Nothing is at this path any more."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def is_clear(ran: Ran) -> None:
    """It went well, or it says in a few lines what is wrong and what to do."""
    assert ran.code != ExitCode.BUG, ran.err
    assert "Traceback" not in ran.err + ran.out
    assert SECRET.strip() not in ran.err + ran.out
    if ran.code:
        assert "hint: " in ran.err, ran.err


Put = Callable[[Path, Path], object]
LINKS: dict[str, Put] = {
    "link to a file": lambda path, outside: path.symlink_to(outside / "file"),
    "link to a folder": lambda path, outside: path.symlink_to(outside / "below"),
    "link to nothing": lambda path, outside: path.symlink_to(outside / "nothing"),
    "link to itself": lambda path, _: path.symlink_to(path),
    "hard link": lambda path, outside: os.link(outside / "file", path),
    "pipe": lambda path, _: os.mkfifo(path),
}


@pytest.mark.parametrize("kind", LINKS)
def test_no_link_and_no_pipe_is_followed(
    backlog: Backlog, folder: Path, used: Path, outside: Path, kind: str
) -> None:
    """Whatever name it has: every verb refuses, names it, and removing it is the whole remedy."""
    own = folder / ".backlog"
    for name in list(names(own)):
        restore(folder, used)
        path = own / name
        cleared(path)
        LINKS[kind](path, outside)
        for verb in (["sandbox", "reset"], ["sync", "--sandbox"]):
            ran = backlog(*verb)
            is_clear(ran)
            assert ran.code == 4, (name, verb, ran.err)
            assert str(path) in ran.err
            assert path.is_symlink() or path.exists()
        path.unlink()
        assert backlog("sandbox", "reset").code == 0
        assert backlog("sync", "--sandbox", "--no-write-back").code == 0, name


def test_a_folder_for_a_file_and_a_file_for_a_folder(
    backlog: Backlog, folder: Path, used: Path
) -> None:
    """Each is a clear error that names the path; what is in the folder is not removed."""
    own = folder / ".backlog"
    for name in list(names(own)):
        restore(folder, used)
        path = own / name
        was_folder = path.is_dir()
        cleared(path)
        if was_folder:
            path.write_text(SECRET, encoding="utf-8")
        else:
            path.mkdir()
            (path / "theirs").touch()
        for verb in (["sandbox", "reset"], ["sync", "--sandbox"]):
            ran = backlog(*verb)
            is_clear(ran)
            assert not ran.code or str(path) in ran.err, (name, verb, ran.err)
            assert ran.code or was_folder, (name, verb)
        assert was_folder or (path / "theirs").exists()


GARBAGE = {
    "nothing": b"",
    "no text": bytes(range(256)) * 8,
    "half": b'{"format_version": 1, "highest": 3, "rec',
    "a text": b'"state"\n',
    "deep": b"[" * 200_000 + b"\n",
    "deep object": b'{"put":' * 100_000 + b"\n",
    "a number": b"1" * 5_000 + b"\n",
    "not a number": b'{"last_read": NaN, "highest": Infinity, "records": []}\n',
    "null": b"null\n",
    "other types": b'{"format_version": [], "highest": "x", "records": {"a": 1}, "what": 7}\n',
    "a lie": b'{"url": "https://evil.example", "last_read": 1e300, "pace": {"a_minute": 1e300}}\n',
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_no_content_makes_a_bug(backlog: Backlog, folder: Path, used: Path, kind: str) -> None:
    """Whatever a file holds: it does not matter, or it is told with the way out, which works."""
    own = folder / ".backlog"
    for name in [name for name in names(own) if not (own / name).is_dir()]:
        restore(folder, used)
        (own / name).write_bytes(GARBAGE[kind])
        is_clear(backlog("sync", "--sandbox", "--no-write-back"))
        assert backlog("sandbox", "reset").code == 0
        assert backlog("sync", "--sandbox", "--no-write-back").code == 0, name


def test_no_file_is_too_large(backlog: Backlog, folder: Path, used: Path) -> None:
    """A file that claims a terabyte is not read, and does not keep `reset` from its work."""
    own = folder / ".backlog"
    for name in [name for name in names(own) if not (own / name).is_dir()]:
        restore(folder, used)
        (own / name).touch()
        os.truncate(own / name, 1 << 40)
        is_clear(backlog("sync", "--sandbox", "--no-write-back"))
        assert backlog("sandbox", "reset").code == 0
        assert backlog("sync", "--sandbox", "--no-write-back").code == 0, name


@pytest.mark.skipif(ROOT, reason="the superuser may read everything")
def test_what_cannot_be_read_is_told(backlog: Backlog, folder: Path, used: Path) -> None:
    """Files and folders without any rights: a clear error, with the path."""
    own = folder / ".backlog"
    for name in list(names(own)):
        restore(folder, used)
        if not (own / name).exists():
            continue
        mode = (own / name).stat().st_mode
        (own / name).chmod(0)
        for verb in (["sync", "--sandbox"], ["sandbox", "reset"]):
            is_clear(backlog(*verb))
        (own / name).chmod(stat.S_IMODE(mode))


def test_reset_removes_what_it_knows_and_nothing_else(
    backlog: Backlog, folder: Path, used: Path
) -> None:
    """Files and folders of others stay; what is remembered of a real server stays too."""
    own = folder / ".backlog"
    theirs = [
        own / "notes.md",
        own / "sandbox" / "notes.md",
        own / "sandbox" / "deeper" / "notes.md",
        own / "state" / "github.com-0a1b2c3d" / "R_1-0a1b2c3d" / "journal.jsonl",
    ]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine\n", encoding="utf-8")
    assert backlog("sandbox", "reset").code == 0
    assert all(path.read_text(encoding="utf-8") == "mine\n" for path in theirs)
    left = sorted(path.name for path in own.rglob("*") if path.is_file() and path not in theirs)
    assert all(name in (".gitignore", "lock") or "octo-org_shop" in name for name in left), left


def test_what_git_tracks_is_not_taken(backlog: Backlog, folder: Path, used: Path) -> None:
    """A committed sandbox, journal or cache is refused, in whatever case it was committed."""
    for name in ("sandbox/state.json", "state/x/journal.jsonl"):
        restore(folder, used)
        git = ["git", "-C", str(folder)]
        subprocess.run([*git, "init", "-q"], check=True)
        path = folder / ".backlog" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        subprocess.run([*git, "add", "-f", str(path)], check=True)
        for verb in (["sync", "--sandbox"], ["plan", "--sandbox"], ["sandbox", "reset"]):
            ran = backlog(*verb)
            assert ran.code == 4, (name, verb, ran.err)
            assert f".backlog/{name} was committed" in ran.err
            assert "git rm -r --cached .backlog" in ran.err
        subprocess.run([*git, "rm", "-rq", "--cached", ".backlog"], check=True)
        assert backlog("sandbox", "reset").code == 0
        shutil.rmtree(folder / ".git")


@pytest.mark.parametrize(
    "url",
    ["https://evil.example", "http://127.0.0.1:80@evil.example", "http://127.0.0.1:1/x", 7, None],
)
def test_a_note_of_an_address_names_this_machine(tmp_path: Path, url: object) -> None:
    """Nothing is ever sent to where a file of a checkout says that the sandbox is."""
    (tmp_path / "server.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    assert running_url(tmp_path) is None
    (tmp_path / "server.json").write_text('{"url": "http://127.0.0.1:8123"}', encoding="utf-8")
    assert running_url(tmp_path) == "http://127.0.0.1:8123"


def test_a_run_that_writes_no_files_needs_no_lock_in_the_checkout(
    backlog: Backlog, folder: Path, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout that is read-only can be synced; one that is to be written is refused first."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    (folder / ".backlog").touch()
    ran = backlog("sync", "--yes")
    assert ran.code == 4
    assert len(server.store.issues) == 0
    assert backlog("sync", "--yes", "--no-write-back").code == 0
    assert (folder / ".backlog").read_bytes() == b""
