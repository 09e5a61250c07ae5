"""The cache that makes runs cheaper and is never required.

It stores when a repository was last read in full, in one small JSON file per repository in the
user's cache folder. An unreadable file counts as missing, and write failures are ignored: no
decision depends on it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import platformdirs
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from backlog_sync.atomic import replace_atomically
from backlog_sync.core.observed import Coverage
from backlog_sync.core.rate import Learned
from backlog_sync.local.state import STATE, kept, safe_name

_APP = "backlog-sync"
_SKEW = 600.0
"""Seconds by which the clocks of this machine and the server may differ."""
_OLDEST = 30 * 86_400.0
"""Seconds after which an entry is discarded."""
_LONGEST = 100_000
"""Bytes of a record: ours have a few hundred, so that a longer file is not ours."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)

    # Files of earlier versions have `looked`.
    last_read: float | None = Field(
        default=None, validation_alias=AliasChoices("last_read", "looked")
    )
    pace: Learned = Learned()


class FileCache:
    """The cache of one repository. `clock` returns seconds since the epoch."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file, self._clock = file, clock
        self._began = clock()

    def last_read(self) -> float | None:
        """Return the time since which every update was read; None if unknown."""
        at = self._read().last_read
        return at if at is not None and 0 <= self._clock() - at < _OLDEST else None

    def note(self, coverage: Coverage) -> None:
        """Record that the repository was read in full, if it was."""
        if coverage.complete or coverage.since is not None:
            self._write(self._read().model_copy(update={"last_read": self._began - _SKEW}))

    def pace(self) -> Learned:
        """Return the learned creation rate of this server."""
        return self._read().pace

    def keep_pace(self, learned: Learned) -> None:
        """Record the learned creation rate."""
        self._write(self._read().model_copy(update={"pace": learned}))

    def _read(self) -> _Record:
        try:
            with self._file.open("rb") as file:
                return _Record.model_validate_json(file.read(_LONGEST))
        except (OSError, ValueError, ValidationError, RecursionError):
            return _Record()

    def _write(self, record: _Record) -> None:
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            data = record.model_dump_json().encode()
            replace_atomically(self._file, data, scratch=self._file.with_suffix(".new"))


def cache_file(root: Path, host: str, repository: str, *, home: Path | None, sandbox: bool) -> Path:
    """Return the file for a repository; `home` is XDG_CACHE_HOME if it is set."""
    if sandbox:
        folder = kept(root, STATE)
    else:
        try:
            folder = home / _APP if home else platformdirs.user_cache_path(_APP)
        except RuntimeError:
            folder = kept(root, STATE)
    return folder / safe_name(f"{host}/{repository}".lower()) / "cache.json"
