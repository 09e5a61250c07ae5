"""Persist the sandbox's state: a snapshot, and a journal of what changed since.

Each answered write appends one line to the journal, so that its cost depends on the change and
not on the whole state. Start, close, and a journal that has outgrown the snapshot fold the journal
into the snapshot, which is replaced atomically. Every journal line has whole records, so replaying
a journal onto a snapshot that already includes it changes nothing. An incomplete last line was
never answered and is dropped.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from github_sandbox.errors import SandboxError, disk_hint
from github_sandbox.restore import LARGEST, read_json

FOLD_AT = 4 * 1024 * 1024
"""Bytes that a journal may always have; beyond that it may be as large as the snapshot."""

SNAPSHOT, PARTIAL, JOURNAL = "state.json", "state.json.partial", "journal.jsonl"


class Journal:
    """The files of one state folder; `length` is the size of the journal in bytes.

    Not safe for two writers: see `lock`. Raises `SandboxError` for errors of the disk.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.snapshot_path = folder / SNAPSHOT
        self.journal_path = folder / JOURNAL
        with self._on_disk():
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.journal_path.open("ab")
            self.length = self.journal_path.stat().st_size
            self._snapshot_bytes = (
                self.snapshot_path.stat().st_size if self.snapshot_path.exists() else 0
            )

    def damaged(self, error: Exception) -> SandboxError:
        """Return the error for a state that cannot be read."""
        return SandboxError(
            f"{self.folder}: the sandbox's state cannot be read: {str(error) or repr(error)}",
            slug="sandbox-damaged",
            hint="delete it with `backlog sandbox reset`",
        )

    def load(self) -> tuple[dict[int, tuple[str, dict[str, Any]]], int]:
        """Read all records by number, as (kind, values), and the highest number ever used."""
        records: dict[int, tuple[str, dict[str, Any]]] = {}
        highest = 0
        if self.snapshot_path.exists():
            snapshot = read_json(_bytes_of(self.snapshot_path))
            highest = snapshot["highest"]
            for kind, values in snapshot["records"]:
                records[values["id"]] = (kind, values)
        whole = 0
        for line in _bytes_of(self.journal_path).splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            entry = read_json(line)
            for kind, values in entry.get("put", ()):
                records[values["id"]] = (kind, values)
                highest = max(highest, values["id"])
            for number in entry.get("drop", ()):
                records.pop(number, None)
                highest = max(highest, number)
        with self._on_disk():
            self._file.truncate(whole)
        self.length = whole
        return records, highest

    def append(self, changed: list[tuple[str, dict[str, Any]]], dropped: list[int]) -> None:
        """Append one change; when this returns, it survives the end of this process."""
        entry: dict[str, Any] = {"put": changed}
        if dropped:
            entry["drop"] = dropped
        line = json.dumps(entry, separators=(",", ":"))
        with self._on_disk():
            self.length += self._file.write(line.encode() + b"\n")
            self._file.flush()

    def fold(self, records: list[tuple[str, dict[str, Any]]], highest: int) -> None:
        """Rewrite the snapshot and empty the journal."""
        partial = self.folder / PARTIAL
        text = json.dumps(
            {"format_version": 1, "highest": highest, "records": records}, separators=(",", ":")
        )
        with self._on_disk():
            with partial.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.snapshot_path)
            self._snapshot_bytes = self.snapshot_path.stat().st_size
            self._file.truncate(0)
        self.length = 0

    @property
    def is_long(self) -> bool:
        """Whether folding the journal now costs less than what was written since the last time."""
        return self.length > max(FOLD_AT, self._snapshot_bytes)

    def close(self) -> None:
        """Close the files."""
        with self._on_disk():
            self._file.close()

    @contextlib.contextmanager
    def _on_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SandboxError(
                f"{error.filename or self.folder}: the sandbox cannot keep its state there:"
                f" {error.strerror or error}",
                slug="sandbox-folder",
                hint=disk_hint(error, "make the folder writable, or remove it"),
            ) from error


def _bytes_of(path: Path) -> bytes:
    """Return the content of a file, or raise `ValueError` if it is too large to be ours."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has more than {LARGEST} bytes")
    return path.read_bytes()
