"""Files of JSON lines that are appended to: a last line that was cut off was never acted on."""

import os
from collections.abc import Iterator
from pathlib import Path

from backlog_sync.atomic import sync_folder

PRIVATE = 0o600
"""Permission bits: what is kept of a repository is for the user who ran the command only."""


def private(path: str, flags: int) -> int:
    """Open a file that only this user may read; for the `opener` of `open`."""
    return os.open(path, flags, PRIVATE)


def read_lines(path: Path, longest: int) -> Iterator[tuple[int, bytes]]:
    """Yield each whole line with its number; line 0 is yielded for a file that is too long.

    What follows the last line break was cut off while it was written, and is left out. Raises
    `OSError`.
    """
    with path.open("rb") as file:
        data = file.read(longest + 1)
    if len(data) > longest:
        yield 0, b""
        return
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        if line.strip():
            yield number, line


def append(path: Path, text: str, *, durable: bool) -> int:
    """Append whole lines and return the size of the file before; what is `durable` is on disk then.

    The file is created if it is missing. Raises `OSError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab+", opener=private) as file:
        start = file.seek(0, os.SEEK_END)
        if start:
            file.seek(start - 1)
            if file.read(1) != b"\n":
                os.ftruncate(file.fileno(), path.read_bytes().rfind(b"\n") + 1)
        file.write(text.encode())
        file.flush()
        if durable:
            os.fsync(file.fileno())
    if durable and not start:
        sync_folder(path.parent)
    return start
