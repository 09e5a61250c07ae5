"""The cache that makes runs cheaper and is never required.

It stores when a repository was last read in full and which of its issues have a marker, in one
small JSON file per repository in the user's cache folder. An unreadable file counts as missing, and
write failures are ignored: no decision depends on it. In a workflow others may have written it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import platformdirs
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from backlog_sync.atomic import replace_atomically
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.rate import Learned
from backlog_sync.core.reading import CachedIssues, may_have_marker
from backlog_sync.local.state import STATE, kept, safe_name

_APP = "backlog-sync"
_SKEW = 600.0
"""Seconds by which the clocks of this machine and the server may differ."""
_OLDEST = 30 * 86_400.0
"""Seconds after which an entry is discarded."""
_LIST_AGAIN = 7 * 86_400.0
"""Seconds after which all issues are listed again, to find within a week what no update shows: an
issue with a marker that was moved here while another one was deleted."""
_SPREAD = 6 * 86_400.0
"""Seconds over which a long list is spread: nightly runs come to its end before all are listed."""
_MOST_NUMBERS: Final = 10_000
"""Issues with a marker that are kept: reading more of them would save little."""
_LONGEST = 200_000
"""Bytes of a record: the numbers that are kept take at most 110,000, so that a longer file is not
ours."""

_Number = Annotated[int, Field(gt=0, lt=2**31)]
"""An issue's number: GraphQL's integers have 32 bits."""


class _Issues(BaseModel):
    """What is known of a repository's issues.

    `listed` is when all were listed last, little by little or at once. Since then, those that were
    updated last before `reached` were listed again, until the time `at`.
    """

    model_config = ConfigDict(defer_build=True, frozen=True)

    repository_id: str
    numbers: Annotated[tuple[_Number, ...], Field(max_length=_MOST_NUMBERS)]
    total: Annotated[int, Field(ge=0)]
    since: Annotated[float, Field(ge=0.0)]
    listed: float
    reached: Annotated[float, Field(ge=0.0)] = 0.0
    at: float = 0.0


class _Record(BaseModel):
    model_config = ConfigDict(defer_build=True, frozen=True)

    # Files of earlier versions have `looked`.
    last_read: float | None = Field(
        default=None, validation_alias=AliasChoices("last_read", "looked")
    )
    pace: Learned = Learned()
    issues: _Issues | None = None


class FileCache:
    """The cache of one repository. `clock` returns seconds since the epoch."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._file, self._clock = file, clock
        self._began = clock()

    def last_read(self) -> float | None:
        """Return the time since which every update was read; None if unknown."""
        at = self._read().last_read
        return at if at is not None and 0 <= self._clock() - at < _OLDEST else None

    def issues(self) -> CachedIssues | None:
        """Return the issues with a marker; None if unknown, or if all should be listed again."""
        known, now = self._read().issues, self._clock()
        if known is None or known.since > now or not 0 <= now - known.listed < _LIST_AGAIN:
            return None
        at = min(now, max(known.listed, known.at))
        return CachedIssues(
            known.repository_id,
            known.numbers,
            known.total,
            known.since,
            known.reached,
            share=(now - at) / max(1.0, now - at, known.listed + _SPREAD - at),
        )

    def note(self, observed: ObservedState) -> None:
        """Record which issues have a marker if the repository was read in full."""
        coverage, record = observed.coverage, self._read()
        if coverage.complete or coverage.since is not None:
            update = {"last_read": self._began - _SKEW, "issues": self._issues(observed, record)}
            self._write(record.model_copy(update=update))

    def _issues(self, observed: ObservedState, record: _Record) -> _Issues | None:
        """Return what is known after a read that covers every update; None without a full list."""
        coverage, repository, known = observed.coverage, observed.repository, record.issues
        reached = at = 0.0
        if coverage.complete:
            listed, earlier = self._began, frozenset[int]()
        elif known is None or known.repository_id != repository.id:
            return None
        else:
            # What the files name need not be all that has a marker.
            listed, earlier = known.listed, frozenset(() if coverage.cached else known.numbers)
            reached, at = known.reached, known.at
        if coverage.reached:
            reached, at = datetime.fromisoformat(coverage.reached).timestamp(), self._began
        elif coverage.reached == "":
            listed, reached = self._began, 0.0
        there = [i for i in observed.issues if i.repository == repository.name_with_owner]
        numbers = earlier | {i.number for i in there if may_have_marker(i.body)}
        if len(numbers) > _MOST_NUMBERS:
            return None
        since = self._began - _SKEW
        if coverage.updated:
            # The server's time: a clock that is fast here must not hide an update.
            since = min(since, datetime.fromisoformat(coverage.updated).timestamp())
        return _Issues(
            repository_id=repository.id,
            numbers=tuple(sorted(numbers)),
            total=coverage.total,
            since=max(0.0, since),
            listed=listed,
            reached=max(0.0, reached),
            at=at,
        )

    def pace(self) -> Learned:
        """Return the learned creation rate of this server."""
        learned = self._read().pace
        is_past = learned.at <= self._clock() + _SKEW
        return learned if is_past and all(count > 0 for _, count in learned.sent) else Learned()

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
