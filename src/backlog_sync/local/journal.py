"""The journal: what was to be created is on disk before it is sent.

One file of JSON lines for each repository, below the user's state folder. A line that says what
is to be made is flushed to the disk before the request goes out; a last line that was cut off
was never acted on.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from backlog_sync.atomic import replace_atomically, sync_folder
from backlog_sync.core.intents import Intent
from backlog_sync.errors import FailedError, disk_hint
from backlog_sync.local.state import safe_name

NAME = "journal.jsonl"
_LONGEST = 4_000_000
"""Bytes of a journal that make sense; a run leaves about 300 for each issue."""


_Moment = Annotated[float, Field(ge=0, le=253_402_300_000, allow_inf_nan=False)]
"""Seconds since the epoch, up to the year 9999."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Began(_Line):
    """A run that is about to change something."""

    what: Literal["run"] = "run"
    backlog: str
    at: _Moment


class _Intended(_Line):
    what: Literal["intent"] = "intent"
    backlog: str
    key: str
    nonce: str
    title: str
    at: _Moment
    repository: str = ""


class _Confirmed(_Line):
    what: Literal["made"] = "made"
    nonce: str
    number: int
    id: str


class _Closed(_Line):
    """Nothing is open any more about these: they were seen, or were never made."""

    what: Literal["closed"] = "closed"
    nonces: tuple[str, ...]


_Any: TypeAlias = _Began | _Intended | _Confirmed | _Closed
_LINES: TypeAdapter[_Any] = TypeAdapter(Annotated[_Any, Field(discriminator="what")])


@dataclass(slots=True)
class _Memory:
    """The journal as it reads: intents by nonce in their order, which are open, the last run."""

    intents: dict[str, Intent] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    began: _Began | None = None
    last_nonces: list[str] = field(default_factory=list)

    def take(self, line: _Any) -> None:
        match line:
            case _Began():
                self.began, self.last_nonces = line, []
            case _Intended():
                values = line.model_dump(exclude={"what"})
                self.intents[line.nonce] = Intent(**values)
                self.open.add(line.nonce)
                if line.nonce not in self.last_nonces:
                    self.last_nonces.append(line.nonce)
            case _Confirmed():
                intent = self.intents.get(line.nonce)
                if intent is not None:
                    self.intents[line.nonce] = replace(intent, number=line.number, id=line.id)
            case _Closed():
                self.open.difference_update(line.nonces)


class FileJournal:
    """The journal of one repository. Reading never writes; the file is made when it is needed.

    Every method raises `FailedError` where the file cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / NAME

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def open_intents(self) -> tuple[Intent, ...]:
        """Those of which it is not known yet that lists show them, oldest first."""
        memory = self._read()
        return tuple(i for nonce, i in memory.intents.items() if nonce in memory.open)

    def last_run(self) -> tuple[float, tuple[Intent, ...]] | None:
        """When the last run began that changed anything, and the issues that it made."""
        memory = self._read()
        if memory.began is None:
            return None
        intents = (memory.intents[nonce] for nonce in memory.last_nonces)
        return memory.began.at, tuple(intent for intent in intents if intent.number is not None)

    def begin(self, backlog: str, at: float) -> None:
        """A run begins that will change something; what is done with is dropped."""
        memory = self._read()
        lines: list[_Any] = []
        for nonce, intent in memory.intents.items():
            if nonce not in memory.open:
                continue
            lines.append(_intended(intent))
            if intent.number is not None and intent.id is not None:
                lines.append(_Confirmed(nonce=nonce, number=intent.number, id=intent.id))
        lines.append(_Began(backlog=backlog, at=at))
        self._replace("".join(_text(line) for line in lines))

    def intend(self, intents: Sequence[Intent]) -> None:
        """These are about to be sent. They are on the disk when this returns."""
        self._append([_intended(intent) for intent in intents], durable=True)

    def confirm(self, nonce: str, number: int, issue_id: str) -> None:
        """The server confirmed this one."""
        self._append([_Confirmed(nonce=nonce, number=number, id=issue_id)])

    def close(self, nonces: Sequence[str]) -> None:
        """These are seen on GitHub, or were certainly never made."""
        if nonces:
            self._append([_Closed(nonces=tuple(nonces))])

    def forget_last_run(self) -> None:
        """What the last run made is undone: a second undo has nothing to do."""
        memory = self._read()
        if memory.began is not None:
            self.begin(memory.began.backlog, memory.began.at)

    # ---- the file ----------------------------------------------------------------------------

    def _read(self) -> _Memory:
        memory = _Memory()
        try:
            with self._path.open("rb") as file:
                data = file.read(_LONGEST + 1)
        except FileNotFoundError:
            return memory
        except OSError as error:
            raise self._unusable("read", error) from error
        if len(data) > _LONGEST:
            raise self._damaged(0)
        lines = data.split(b"\n")
        # What follows the last line break was cut off while it was written: nothing came of it.
        for number, line in enumerate(lines[:-1], 1):
            if not line.strip():
                continue
            try:
                memory.take(_LINES.validate_json(line))
            except (ValidationError, ValueError, RecursionError):
                raise self._damaged(number) from None
        return memory

    def _append(self, lines: Sequence[_Any], *, durable: bool = False) -> None:
        text = "".join(_text(line) for line in lines)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab+") as file:
                start = file.seek(0, os.SEEK_END)
                if start:
                    file.seek(start - 1)
                    if file.read(1) != b"\n":
                        _cut_off(file.fileno(), self._path.read_bytes())
                file.write(text.encode())
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            if durable and not start:
                sync_folder(self._folder)
        except OSError as error:
            raise self._unusable("written", error) from error

    def _replace(self, text: str) -> None:
        scratch = self._path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            replace_atomically(self._path, text.encode(), durable=True, scratch=scratch)
        except OSError as error:
            raise self._unusable("written", error) from error

    def _unusable(self, what: str, error: OSError) -> FailedError:
        return FailedError(
            f"{self._path} cannot be {what}: {error.strerror or error}",
            slug="journal",
            hint="what is created is noted there first, so that nothing is created twice; "
            + disk_hint(error, "make the folder writable, or name another one with XDG_STATE_HOME"),
        )

    def _damaged(self, line: int) -> FailedError:
        place = f"{self._path}:{line}" if line else str(self._path)
        return FailedError(
            f"{place}: the journal is damaged",
            slug="journal-damaged",
            hint="wait two minutes, then move the file away: what it tells of can be seen on GitHub"
            " by then",
        )


def journal_folder(state: Path, host: str, repository_id: str) -> Path:
    """Where the journal of a repository is, by its server and its id, which no renaming changes."""
    return state / safe_name(host) / safe_name(repository_id)


def _intended(intent: Intent) -> _Intended:
    return _Intended(
        backlog=intent.backlog,
        key=intent.key,
        nonce=intent.nonce,
        title=intent.title,
        at=intent.at,
        repository=intent.repository,
    )


def _text(line: _Any) -> str:
    return line.model_dump_json() + "\n"


def _cut_off(descriptor: int, data: bytes) -> None:
    """Take away a last line that has no end."""
    os.ftruncate(descriptor, data.rfind(b"\n") + 1)
