"""Writing a file at once or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from backlog_sync.errors import FailedError, disk_hint


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
