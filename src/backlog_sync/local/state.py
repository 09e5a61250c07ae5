"""Where this machine keeps what a run must remember of a server: the journal and the lock."""

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

import platformdirs

from backlog_sync.errors import FailedError, disk_hint
from backlog_sync.local.folder import STATE, kept

_APP = "backlog-sync"
_REMEMBERED = ("journal.jsonl", "journal.new", "cache.json", "cache.new")


def state_folder(root: Path, *, home: Path | None, sandbox: bool) -> Path:
    """Give the folder for state: the user's, whatever clone is worked in; it may not exist yet.

    `home` is XDG_STATE_HOME where it is set. The sandbox's is below the root, as the sandbox is;
    so is that of a user without a home of their own.
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
        with contextlib.suppress(OSError):
            folder.rmdir()


def safe_name(name: str) -> str:
    """Give a name for a file, whatever the characters, and another one for each name."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:60].strip(".")
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def write_whole(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Make or replace a file, and the folders that it stands in; nobody sees half of it.

    `mode` are its permission bits. Raises `FailedError` where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        fresh = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            fresh.chmod(mode)
            fresh.replace(path)
        finally:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
    except OSError as error:
        raise FailedError(
            f"{path} cannot be written: {error.strerror or error}",
            slug="unwritable",
            hint=disk_hint(error, "name a file in a folder that you may write to"),
        ) from error
