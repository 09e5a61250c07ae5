"""Keep the records of the last runs: one file of JSON lines per run, next to the journal.

The values that a request overwrites are flushed to disk before the request is sent.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.intents import Intent
from backlog_sync.core.run_record import Kept, Overwritten, RunRecord, Values
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError, UsageError
from backlog_sync.local import json_lines
from backlog_sync.local.json_lines import without_lone_surrogates
from backlog_sync.local.state import RUN_FILE, unusable

FORMAT: Final = 1
"""The format of a record; files with another one are refused."""

RUNS_KEPT = 20
"""Runs per repository to keep: some weeks of daily syncs. Older values are rarely still unchanged,
and an undo leaves alone whatever was changed since."""

RUN_BYTES = 32_000_000
"""Bytes of one record: about 10,000 issues with 3,000 characters of text each. Beyond that no more
values are kept, and the undo reports it."""

_LONGEST = 2 * RUN_BYTES
"""Bytes of a file to read at most: the last lines of a run may exceed `RUN_BYTES`."""

BYTES_KEPT = 64_000_000
"""Bytes of all records of one repository, so that they never fill a disk: the oldest are deleted.
"""

Moment = Annotated[float, Field(ge=0, le=253_402_300_000, allow_inf_nan=False)]
"""Seconds since the epoch, up to the year 9999."""


class Line(BaseModel):
    """A line of the journal or of a run's record."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")


class _Began(Line):
    """The first line: the number of the run, and its repository."""

    what: Literal["run"] = "run"
    format: Literal[1]
    number: Annotated[int, Field(ge=1)]
    host: str
    repository: str
    repository_id: str
    backlog: str
    at: Moment


class _Intended(Line):
    what: Literal["intent"] = "intent"
    key: str
    nonce: str
    title: str
    at: Moment
    repository: str = ""


class _Created(Line):
    what: Literal["created"] = "created"
    nonce: str
    number: int
    id: str


class _Value(Line):
    kind: ChangeKind
    id: str
    name: str
    before: str | int | float | tuple[str, ...] | None = None
    after: str | int | float | tuple[str, ...] | None = None
    key: str = ""
    title: str = ""
    repository: str = ""
    member: str = ""
    withheld: bool = False


class _Overwrote(Line):
    what: Literal["overwrote"] = "overwrote"
    values: tuple[_Value, ...]


class _Unwritten(Line):
    what: Literal["unwritten"] = "unwritten"
    values: tuple[_Value, ...]


class _Full(Line):
    what: Literal["full"] = "full"


class _Restoring(Line):
    what: Literal["restoring"] = "restoring"
    identities: tuple[str, ...]


class _Undone(Line):
    what: Literal["undone"] = "undone"


class _Redone(Line):
    what: Literal["redone"] = "redone"
    identities: tuple[str, ...]


_Any: TypeAlias = (
    _Began | _Intended | _Created | _Overwrote | _Unwritten | _Full | _Restoring | _Undone | _Redone
)
_LINES: TypeAdapter[_Any] = TypeAdapter(
    Annotated[_Any, Field(discriminator="what")], config=ConfigDict(defer_build=True)
)


@dataclass(frozen=True, slots=True)
class About:
    """The repository of the runs: its server, its name and its id."""

    host: str = ""
    repository: str = ""
    repository_id: str = ""


class RunFiles:
    """The records of one repository. Every method raises `FailedError` for unusable files.

    `hide` hides the secrets in use in a text; a value that contains one is not kept.
    """

    def __init__(
        self, folder: Path, about: About, hide: Callable[[str], str] = lambda text: text
    ) -> None:
        self._folder, self._about, self._hide = folder, about, hide
        self._current: Path | None = None
        self._full = False

    # ---- reading -------------------------------------------------------------------------------

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the runs on record, the newest last."""
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _unusable(self._folder, "read", error) from error
        return tuple(sorted(int(match[1]) for name in names if (match := RUN_FILE.match(name))))

    def record(self, number: int) -> RunRecord:
        """Return the record of a run."""
        return read_record(self._path(number))

    def text(self) -> str:
        """Return the text of this process's latest record; "" if no run began."""
        if self._current is None:
            return ""
        try:
            return self._current.read_text(encoding="utf-8")
        except OSError as error:
            raise _unusable(self._current, "read", error) from error

    # ---- writing -------------------------------------------------------------------------------

    def begin(self, backlog: str, at: float) -> None:
        """Start the record of a run, and delete the oldest ones beyond the bounds."""
        numbers = self.numbers()
        number = numbers[-1] + 1 if numbers else 1
        self._remove_old(numbers)
        self._current, self._full = self._path(number), False
        about = self._about
        began = _Began(
            format=FORMAT,
            number=number,
            host=about.host,
            repository=about.repository,
            repository_id=about.repository_id,
            backlog=self._hide(backlog),
            at=at,
        )
        self._append(self._current, [began], durable=True)

    def intend(self, intents: Sequence[Intent]) -> None:
        """Record issues that are about to be created; the journal keeps them durably."""
        if self._current is not None:
            lines = [
                _Intended(
                    key=self._hide(intent.key),
                    nonce=intent.nonce,
                    title=self._hide(intent.title),
                    at=intent.at,
                    repository=intent.repository,
                )
                for intent in intents
            ]
            self._append(self._current, lines)

    def created(self, nonce: str, number: int, issue_id: str) -> None:
        """Record an issue that was created."""
        if self._current is not None:
            self._append(self._current, [_Created(nonce=nonce, number=number, id=issue_id)])

    def overwrite(self, entries: Sequence[Overwritten]) -> None:
        """Keep these values; they are on disk when this returns."""
        if self._current is None or self._full:
            return
        line = _Overwrote(values=tuple(self._value(entry) for entry in entries))
        try:
            size = self._current.stat().st_size
        except OSError as error:
            raise _unusable(self._current, "read", error) from error
        self._full = size + len(_text(line)) > RUN_BYTES
        self._append(self._current, [_Full() if self._full else line], durable=True)

    def unwritten(self, entries: Sequence[Overwritten]) -> None:
        """Record that these values are unchanged because the server refused the request."""
        if self._current is not None and not self._full:
            line = _Unwritten(values=tuple(self._value(entry) for entry in entries))
            self._append(self._current, [line])

    def restoring(self, number: int, identities: Sequence[str]) -> None:
        """Record that an undo is about to restore these values of a run."""
        line = _Restoring(identities=tuple(identities))
        self._append(self._path(number), [line], durable=True)

    def undone(self, number: int) -> None:
        """Record that a run is undone."""
        self._append(self._path(number), [_Undone()])

    def redone(self, number: int, identities: Sequence[str]) -> None:
        """Record that the issues that an undo of a run closed are open again."""
        self._append(self._path(number), [_Redone(identities=tuple(identities))])

    # ---- files ---------------------------------------------------------------------------------

    def _path(self, number: int) -> Path:
        return self._folder / f"run-{number:04d}.jsonl"

    def _append(self, path: Path, lines: Iterable[_Any], *, durable: bool = False) -> None:
        try:
            json_lines.append(path, "".join(map(_text, lines)), durable=durable)
        except OSError as error:
            raise _unusable(path, "written", error) from error

    def _remove_old(self, numbers: Sequence[int]) -> None:
        """Delete the records beyond the bounds, leaving room for the next one."""
        left = BYTES_KEPT - RUN_BYTES
        for age, number in enumerate(reversed(numbers), 1):
            path = self._path(number)
            try:
                left -= path.stat().st_size
                if age >= RUNS_KEPT or left < 0:
                    path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _unusable(path, "removed", error) from error

    def _value(self, entry: Overwritten) -> _Value:
        sides = (entry.before, entry.after)
        withheld = any(map(self._is_secret, sides))
        before, after = (None, None) if withheld else sides
        key, title = self._hide(entry.key), self._hide(entry.title)
        return _Value(
            kind=entry.kind,
            id=entry.id,
            name=entry.name,
            before=before,
            after=after,
            key=without_lone_surrogates(key),
            title=without_lone_surrogates(title),
            repository=entry.repository,
            member=without_lone_surrogates(self._hide(entry.member)),
            withheld=withheld,
        )

    def _is_secret(self, value: Kept) -> bool:
        """Return whether a value contains a secret, or text that UTF-8 cannot encode."""
        texts = value if isinstance(value, tuple) else (value,)
        return any(
            self._hide(text) != text or without_lone_surrogates(text) != text
            for text in texts
            if isinstance(text, str)
        )


def _text(line: _Any) -> str:
    """Return a line as JSON in ASCII, so that no terminal or editor is confused by its text."""
    values = line.model_dump(mode="json", exclude_defaults=True)
    return json.dumps({"what": line.what, **values}, separators=(",", ":")) + "\n"


class _Reading:
    """The contents of the lines of one record, as far as they were read."""

    def __init__(self) -> None:
        self.began: _Began | None = None
        self.intents: dict[str, Intent] = {}
        self.values = Values()
        self.restoring: set[str] = set()
        self.undone = self.truncated = False

    def take(self, line: _Any) -> None:
        """Add a line, or raise `ValueError` if it cannot be at this place."""
        match line:
            case _Began():
                if self.began is not None:
                    raise ValueError
                self.began = line
                return
            case _Intended() | _Created():
                self._created(line)
            case _Overwrote():
                for value in line.values:
                    self.values.add(Overwritten(**value.model_dump()))
            case _Unwritten():
                for value in line.values:
                    self.values.drop(Overwritten(**value.model_dump()))
            case _Restoring():
                self.restoring.update(line.identities)
            case _Full():
                self.truncated = True
            case _Undone():
                self.undone = True
            case _Redone():
                self.undone = False
                self.restoring.difference_update(line.identities)
        if self.began is None:
            raise ValueError

    def _created(self, line: _Intended | _Created) -> None:
        if isinstance(line, _Intended):
            fields = line.model_dump(exclude={"what"})
            backlog = self.began.backlog if self.began else ""
            self.intents[line.nonce] = Intent(backlog=backlog, **fields)
        elif line.nonce in self.intents:
            intent = self.intents[line.nonce]
            self.intents[line.nonce] = replace(intent, number=line.number, id=line.id)

    def record(self, began: _Began) -> RunRecord:
        """Return the complete record."""
        return RunRecord(
            number=began.number,
            at=began.at,
            backlog=began.backlog,
            host=began.host,
            repository=began.repository,
            repository_id=began.repository_id,
            created=tuple(self.intents.values()),
            overwritten=self.values.result(),
            restoring=frozenset(self.restoring),
            undone=self.undone,
            truncated=self.truncated,
        )


def read_record(path: Path) -> RunRecord:
    """Read the record of one run, or raise `FailedError` if the file is damaged."""
    reading = _Reading()
    try:
        for number, text in json_lines.read_lines(path, _LONGEST):
            try:
                reading.take(_LINES.validate_json(text))
            except (ValidationError, ValueError, RecursionError):
                raise _damaged(path, number) from None
    except OSError as error:
        raise _unusable(path, "read", error) from error
    if reading.began is None:
        raise _damaged(path, 1)
    return reading.record(reading.began)


def read_given_record(path: Path) -> RunRecord:
    """Read a record that a user named, or raise `UsageError` if it is not one."""
    try:
        return read_record(path)
    except FailedError as error:
        message = error.message
        if error.slug == "record-damaged":
            message = f"{message.partition(': ')[0]}: this is not a complete record of a run"
        raise UsageError(
            message,
            slug="not-a-record",
            hint="use the file that the action's output `undo-record` names",
        ) from error


def _damaged(path: Path, line: int) -> FailedError:
    place = f"{path}:{line}" if line else str(path)
    return FailedError(
        f"{place}: the record of this run is damaged",
        slug="record-damaged",
        hint="move the file away; what that run changed can no longer be restored from here",
    )


_unusable = partial(
    unusable,
    slug="record",
    kept="overwritten values are kept there first, so that `backlog undo` can restore them",
)
