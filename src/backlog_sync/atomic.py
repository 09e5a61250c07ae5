"""Replace files atomically: nobody reads a half-written one, however the process ends.

Used for plan files, reports, the source files of a backlog, the journal and the cache.
"""

import contextlib
import os
import tempfile
from pathlib import Path


def replace_atomically(
    path: Path,
    data: bytes,
    *,
    mode: int | None = None,
    durable: bool = False,
    scratch: Path | None = None,
) -> None:
    """Create or replace a whole file, or raise `OSError` and keep the old one.

    Its folder must exist. `mode` are its permission bits (None: the default of the process).
    `durable` waits until the bytes and the name are on disk, for files that a run acts on.
    `scratch` is the path to write to first, in the same folder (None: a unique one).
    """
    if scratch is None:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        fresh = Path(name)
        stream = os.fdopen(handle, "wb")
    else:
        fresh = scratch
        stream = fresh.open("wb")
    try:
        with stream:
            if mode is not None:  # before there is anything to read
                fresh.chmod(mode)
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        fresh.replace(path)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, if the system can sync folders."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
