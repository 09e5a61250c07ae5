"""Locate and check the folders in which this machine keeps state: journals, locks, the sandbox."""

import contextlib
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import platformdirs

from backlog_sync.atomic import replace_atomically
from backlog_sync.errors import FailedError, RefusedError, disk_hint
from backlog_sync.local import git

_APP = "backlog-sync"
NEW_BOARD = "new-board.json"
"""The name of the file with the board that a run is creating."""

_REMEMBERED = ("journal.jsonl", "journal.new", "cache.json", "cache.new", NEW_BOARD)


def state_folder(root: Path, *, home: Path | None, sandbox: bool) -> Path:
    """Return the folder for state, which all clones of this user share; it may not exist yet.

    `home` is XDG_STATE_HOME if it is set. The state of the sandbox is below the root, as is that
    of a user without a home folder.
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
    """Delete the state about the sandbox below the root: only files with known names.

    Raises what `kept` raises, and `OSError` if something cannot be deleted.
    """
    servers = [path for path in kept(root, STATE).glob("sandbox[-_]*") if path.is_dir()]
    below = [path for server in servers for path in server.iterdir() if path.is_dir()]
    for folder in (*below, *servers):
        for name in _REMEMBERED:
            (folder / name).unlink(missing_ok=True)
        for run in folder.iterdir() if folder.is_dir() else ():
            if RUN_FILE.match(run.name) or ITERATION_FILE.match(run.name):
                run.unlink()
        with contextlib.suppress(OSError):
            folder.rmdir()


def safe_name(name: str) -> str:
    """Return a valid, unique file name for any name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:60].strip(".")
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Create or replace a file atomically, and create its folders if they are missing.

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


def unusable(path: Path, what: str, error: OSError, *, slug: str, kept: str) -> FailedError:
    """Return the error for a file of this machine's state that cannot be read or written.

    `what` is what cannot be done with it ("read"), `kept` says what is kept there and why.
    """
    remedy = "make the folder writable, or name another one with XDG_STATE_HOME"
    return FailedError(
        f"{path} cannot be {what}: {error.strerror or error}",
        slug=slug,
        hint=f"{kept}; {disk_hint(error, remedy)}",
    )


NAME = ".backlog"
SANDBOX, STATE = "sandbox", "state"
REPOSITORY, BOARD = "repository", "board"
"""The names of the files with what is used on the sandbox if nothing names one."""

RUN_FILE = re.compile(r"^run-(\d{1,9})\.jsonl$")
"""The name of a file with the record of one run, by its number."""

ITERATION_FILE = re.compile(r"^iterations-[0-9a-f]{16}\.json$")
"""The name of a file with the saved iterations of the cards of one board field."""

_FILES = frozenset(
    {
        ".gitignore",
        "cache.json",
        "cache.new",
        "journal.jsonl",
        "journal.new",
        "lock",
        NEW_BOARD,
        REPOSITORY,
        BOARD,
        "server.json",
        "state.json",
        "state.json.partial",
    }
)
"""Names that only files have; records of runs, saved iterations and `locks` have files, too."""

_MOST = 10_000
"""Entries below the folder at most: there are a few per repository."""

_DEEP = 4
"""Levels below the folder: `state`, a server, a repository, a file."""


def own_folder(root: Path) -> Path:
    """Return `<root>/.backlog`, and create it and its `.gitignore` if they are missing.

    For a root that is read-only it is a folder of the user's cache instead. Raises `FailedError`
    if the folder cannot be created, and `RefusedError` if one of our files in it is a link, or not
    the kind of file that it should be.
    """
    folder = root / NAME
    try:
        folder = elsewhere(root) or folder
        _check(folder)
        folder.mkdir(parents=True, exist_ok=True)
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


def elsewhere(root: Path) -> Path | None:
    """Return the folder that replaces `<root>/.backlog` if the root is read-only, else None.

    It has the same name on each run. Without a cache folder it is a temporary one of this user.
    """
    folder = root / NAME
    if os.access(folder if folder.is_dir() else root, os.W_OK) or os.access(root, os.W_OK):
        return None
    name = safe_name(str(root.absolute()))
    with contextlib.suppress(OSError, RuntimeError):
        home = platformdirs.user_cache_path(_APP) / "folders"
        home.mkdir(parents=True, exist_ok=True)
        if os.access(home, os.W_OK):
            return home / name / NAME
    return _temporary() / name / NAME


def _temporary() -> Path:
    """Return a temporary folder with the same name on each run, which only this user may read."""
    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"{_APP}-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode):
        _refuse(folder, "is not a folder")
    if os.name == "posix" and (info.st_uid != os.getuid() or info.st_mode & 0o077):
        _refuse(folder, "belongs to another user, or others may read it")
    return folder


def kept(root: Path, name: str) -> Path:
    """Return the folder `SANDBOX` or `STATE`, whose files were written by this machine itself.

    Raises what `own_folder` raises, and `RefusedError` if they came with a commit.
    """
    folder = own_folder(root) / name
    if folder.exists():
        committed = git.tracked(root, f"{NAME}/{name}")
        if committed:
            raise RefusedError(
                f"{committed[0]} was committed: {NAME} is for this machine's own files, and they"
                " are not trusted if they come from a repository",
                slug="not-ours",
                hint=f"remove it: git rm -r --cached {NAME}, then delete {folder}",
            )
    return folder


def check_file(path: Path) -> None:
    """Raise `RefusedError` for a link, a folder or anything else in place of one of our files.

    Raises `OSError` if that cannot be checked; a missing file is fine.
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
    """Check all of our files; other files next to them, such as links, do not matter."""
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
    """Return whether a folder exists, or raise if it is something else."""
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
    """Yield all files below a folder, and links or folders in place of files; follow no links."""
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            below = entry.is_dir(follow_symlinks=False)
            ours = RUN_FILE.match(entry.name) or ITERATION_FILE.match(entry.name)
            is_file = entry.name in _FILES or ours or folder.name == "locks"
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
        hint=f"no run of `backlog` creates this; find out who did, and remove it: {path}",
    )
