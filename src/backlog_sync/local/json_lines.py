"""Append to and read files of JSON lines; an incomplete last line was never acted on."""

import os
from collections.abc import Iterator
from pathlib import Path

from backlog_sync.atomic import sync_folder

PRIVATE = 0o600
"""Permission bits: only the user who ran the command may read what is kept of a repository."""


def private(path: str, flags: int) -> int:
    """Open a file that only this user may read; an `opener` for `open`."""
    return os.open(path, flags, PRIVATE)


def read_lines(path: Path, longest: int) -> Iterator[tuple[int, bytes]]:
    """Yield each complete line with its number, or only line 0 if the file is too long.

    Text after the last line break was cut off while it was written, and is ignored. Raises
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
    """Append lines, creating the file if it is missing; `durable` waits until they are on disk.

    Returns the previous size in bytes. Raises `OSError`.
    """
    try:
        return _append(path, text, durable=durable)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _append(path, text, durable=durable)


def _append(path: Path, text: str, *, durable: bool) -> int:
    with open(path, "ab+", opener=private) as file:
        start = file.tell()
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


def without_lone_surrogates(text: str) -> str:
    """Return a text without lone surrogates, which UTF-8 cannot encode."""
    return text.encode("utf-8", "replace").decode()
