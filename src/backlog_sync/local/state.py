"""Where this machine keeps what a run must remember of a server: the journal and the lock."""

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import platformdirs

from backlog_sync.atomic import replace_atomically
from backlog_sync.errors import FailedError, RefusedError, disk_hint
from backlog_sync.local import git

_APP = "backlog-sync"
_REMEMBERED = ("journal.jsonl", "journal.new", "cache.json", "cache.new")


def state_folder(root: Path, *, home: Path | None, sandbox: bool) -> Path:
    """Return the folder for state: the user's, whatever clone is worked in; it may not exist yet.

    `home` is XDG_STATE_HOME where it is set. The sandbox's is below the root, as the sandbox is;
    so is that of a user without their own home.
    """
    if not sandbox:
        try:
            folder = home / _APP if home else platformdirs.user_state_path(_APP)
            folder.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError):
            return kept(root, STATE)
        return folder
    return kept(root, STATE)


def forget_sandbox(root: Path) -> None:
    """Remove what is remembered of the sandbox below the root: known names, and no other.

    Raises as `folder.kept` does, and `OSError` where something cannot be removed.
    """
    servers = [path for path in kept(root, STATE).glob("sandbox[-_]*") if path.is_dir()]
    below = [path for server in servers for path in server.iterdir() if path.is_dir()]
    for folder in (*below, *servers):
        for name in _REMEMBERED:
            (folder / name).unlink(missing_ok=True)
        for run in folder.iterdir() if folder.is_dir() else ():
            if RUN_FILE.match(run.name):
                run.unlink()
        with contextlib.suppress(OSError):
            folder.rmdir()


def safe_name(name: str) -> str:
    """Return a name for a file, whatever the characters, and another one for each name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:60].strip(".")
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Make or replace a file, and the folders that it is in; nobody sees half of it.

    `mode` are its permission bits. Raises `FailedError` if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(path, data, mode=mode)
    except OSError as error:
        raise FailedError(
            f"{path} cannot be written: {error.strerror or error}",
            slug="unwritable",
            hint=disk_hint(error, "name a file in a folder that you may write to"),
        ) from error


NAME = ".backlog"
SANDBOX, STATE = "sandbox", "state"

RUN_FILE = re.compile(r"^run-(\d{1,9})\.jsonl$")
"""The name of a file with the record of one run, by its number."""

_FILES = frozenset(
    {
        ".gitignore",
        "cache.json",
        "cache.new",
        "journal.jsonl",
        "journal.new",
        "lock",
        "server.json",
        "state.json",
        "state.json.partial",
    }
)
"""Every name that is a file's; a run's record and what lies in `locks` are files too."""

_MOST = 10_000
"""Entries below the folder that make sense: a few for each repository."""

_DEEP = 4
"""Levels below the folder: `state`, a server, a repository, a file."""


def own_folder(root: Path) -> Path:
    """Return `<root>/.backlog`, made with a `.gitignore` of its own where it was missing.

    Raises `FailedError` where the folder cannot be made, and `RefusedError` where anything of
    ours in it is a link, or not the kind of file that it should be.
    """
    folder = root / NAME
    try:
        _check(folder)
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise FailedError(
            f"{error.filename or folder} cannot be used: {error.strerror or error}",
            slug="own-folder",
            hint=disk_hint(
                error,
                f"the sandbox and the lock are kept in {NAME}; make that folder readable and"
                " writable, or remove it",
            ),
        ) from error
    return folder


def kept(root: Path, name: str) -> Path:
    """Return `SANDBOX` or `STATE` of the own folder, whose files this machine itself has written.

    Raises as `own_folder` does, and `RefusedError` where they came with a commit.
    """
    folder = own_folder(root) / name
    if folder.exists():
        committed = git.tracked(root, f"{NAME}/{name}")
        if committed:
            raise RefusedError(
                f"{committed[0]} was committed: what is kept in {NAME} is this machine's own, and"
                " is not taken from a repository",
                slug="not-ours",
                hint=f"remove it: git rm -r --cached {NAME}, then delete {folder}",
            )
    return folder


def check_file(path: Path) -> None:
    """Raise `RefusedError` for a link, a folder or anything else in place of one of our files.

    Raises `OSError` if that cannot be seen; a file that is not there is fine.
    """
    try:
        info = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(info.st_mode):
        _refuse(path, "is a link")
    if stat.S_ISDIR(info.st_mode):
        _refuse(path, "is a folder, and should be a file")
    if not stat.S_ISREG(info.st_mode):
        _refuse(path, "is not a regular file")
    if info.st_nlink > 1:
        _refuse(path, "is a hard link: another file has the same content")


def _check(folder: Path) -> None:
    """Check all of our files; links and the like next to them do not matter."""
    if not _is_folder(folder):
        return
    for name in (".gitignore", "lock"):
        check_file(folder / name)
    for name in (SANDBOX, STATE):
        if _is_folder(folder / name):
            for count, path in enumerate(_files_below(folder / name, _DEEP)):
                if count > _MOST:
                    _refuse(folder / name, f"has more than {_MOST} files")
                check_file(path)


def _is_folder(path: Path) -> bool:
    """Return whether a folder is there; raise for anything else that is."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISLNK(mode):
        _refuse(path, "is a link")
    if not stat.S_ISDIR(mode):
        _refuse(path, "is a file, and should be a folder")
    return True


def _files_below(folder: Path, levels: int) -> Iterator[Path]:
    """Everything below that is not a folder in a folder's place; links are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            below = entry.is_dir(follow_symlinks=False)
            is_file = entry.name in _FILES or RUN_FILE.match(entry.name) or folder.name == "locks"
            if is_file or not below:
                yield path
            elif levels == 0:
                _refuse(path, "is nested too deeply")
            else:
                yield from _files_below(path, levels - 1)


def _refuse(path: Path, what: str) -> NoReturn:
    raise RefusedError(
        f"{path} {what}; nothing was read from it or written to it",
        slug="not-ours",
        hint=f"no run of `backlog` makes this; look where it came from, and remove it: {path}",
    )
