"""The journal: what was to be created is on disk before it is sent.

One file of JSON lines for each repository, below the user's state folder. A line that says what
is to be made is flushed to the disk before the request goes out; a last line that was cut off
was never acted on. What each run changed is in its own file next to it (`run_files`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from backlog_sync.atomic import replace_atomically
from backlog_sync.core.intents import Intent
from backlog_sync.core.run_record import Overwritten, RunRecord
from backlog_sync.errors import FailedError, disk_hint
from backlog_sync.local import json_lines
from backlog_sync.local.run_files import About, Line, Moment, RunFiles
from backlog_sync.local.state import safe_name

NAME = "journal.jsonl"
_LONGEST = 4_000_000
"""Bytes of a journal that make sense; a run leaves about 300 for each issue."""


class _Began(Line):
    """A run that is about to change something."""

    what: Literal["run"] = "run"
    backlog: str
    at: Moment


class _Intended(Line):
    what: Literal["intent"] = "intent"
    backlog: str
    key: str
    nonce: str
    title: str
    at: Moment
    repository: str = ""


class _Confirmed(Line):
    what: Literal["made"] = "made"
    nonce: str
    number: int
    id: str


class _Closed(Line):
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

    Every method raises `FailedError` if the file cannot be read or written.
    """

    def __init__(
        self,
        folder: Path,
        about: About | None = None,
        hide: Callable[[str], str] = lambda text: text,
    ) -> None:
        self._folder = folder
        self._path = folder / NAME
        self._runs = RunFiles(folder, about or About(), hide)

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def open_intents(self) -> tuple[Intent, ...]:
        """Return those of which it is not known yet that lists show them, oldest first."""
        memory = self._read()
        return tuple(i for nonce, i in memory.intents.items() if nonce in memory.open)

    def last_run(self) -> tuple[float, tuple[Intent, ...]] | None:
        """Return when the last run began that changed anything, and the issues that it made."""
        memory = self._read()
        if memory.began is None:
            return None
        intents = (memory.intents[nonce] for nonce in memory.last_nonces)
        return memory.began.at, tuple(intent for intent in intents if intent.number is not None)

    def begin(self, backlog: str, at: float) -> None:
        """A run begins that will change something; what is done with is dropped."""
        self._rewrite(self._read(), _Began(backlog=backlog, at=at))
        self._runs.begin(backlog, at)

    def _rewrite(self, memory: _Memory, began: _Began) -> None:
        lines: list[_Any] = []
        for nonce, intent in memory.intents.items():
            if nonce not in memory.open:
                continue
            lines.append(_intended(intent))
            if intent.number is not None and intent.id is not None:
                lines.append(_Confirmed(nonce=nonce, number=intent.number, id=intent.id))
        lines.append(began)
        fresh = self._path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            data = "".join(map(_text, lines)).encode()
            mode = json_lines.PRIVATE
            replace_atomically(self._path, data, mode=mode, durable=True, scratch=fresh)
        except OSError as error:
            raise self._unusable("written", error) from error

    def intend(self, intents: Sequence[Intent]) -> None:
        """These are about to be sent. They are on the disk when this returns."""
        self._append([_intended(intent) for intent in intents], durable=True)
        self._runs.intend(intents)

    def confirm(self, nonce: str, number: int, issue_id: str) -> None:
        """The server confirmed this one."""
        self._append([_Confirmed(nonce=nonce, number=number, id=issue_id)])
        self._runs.created(nonce, number, issue_id)

    def close(self, nonces: Sequence[str]) -> None:
        """These are seen on GitHub, or were certainly never made."""
        if nonces:
            self._append([_Closed(nonces=tuple(nonces))])

    def overwrite(self, entries: Sequence[Overwritten]) -> None:
        """Keep values that are about to be written over; they are on disk when this returns."""
        self._runs.overwrite(entries)

    def unwritten(self, entries: Sequence[Overwritten]) -> None:
        """Note that these were not written over after all."""
        self._runs.unwritten(entries)

    def forget_last_run(self) -> None:
        """What the last run made is undone: a second undo has nothing to do."""
        memory = self._read()
        if memory.began is not None:
            self._rewrite(memory, memory.began)

    # ---- the records of runs -------------------------------------------------------------------

    def run_numbers(self) -> tuple[int, ...]:
        """Return the numbers of the runs that are kept, the newest last."""
        return self._runs.numbers()

    def run(self, number: int | None = None) -> RunRecord | None:
        """Return the record of a run, by default the last one; None if there is none.

        Of a run by a version that kept no values, only what it created is known.
        """
        numbers = self._runs.numbers()
        if number is not None:
            return self._runs.record(number) if number in numbers else None
        newest = self._runs.record(numbers[-1]) if numbers else None
        memory = self._read()
        if memory.began is None or (newest and newest.at >= memory.began.at):
            return newest
        created = tuple(memory.intents[nonce] for nonce in memory.last_nonces)
        return RunRecord(None, memory.began.at, memory.began.backlog, created=created)

    def record_text(self) -> str:
        """Return the record of the run that began last as `undo --from` reads it; "" for none."""
        return self._runs.text()

    def restoring(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Note that an undo is about to restore these values of a run."""
        if run.number is not None:
            self._runs.restoring(run.number, identities)

    def undone(self, run: RunRecord) -> None:
        """Note that all that can be undone of a run is undone."""
        if run.number is None:
            self.forget_last_run()
        else:
            self._runs.undone(run.number)

    # ---- the file ----------------------------------------------------------------------------

    def _read(self) -> _Memory:
        memory = _Memory()
        try:
            for number, line in json_lines.read_lines(self._path, _LONGEST):
                try:
                    memory.take(_LINES.validate_json(line))
                except (ValidationError, ValueError, RecursionError):
                    raise self._damaged(number) from None
        except FileNotFoundError:
            return memory
        except OSError as error:
            raise self._unusable("read", error) from error
        return memory

    def _append(self, lines: Sequence[_Any], *, durable: bool = False) -> None:
        try:
            json_lines.append(self._path, "".join(map(_text, lines)), durable=durable)
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
            hint="wait two minutes, then move the file away: its creations are visible on GitHub"
            " by then",
        )


def journal_folder(state: Path, host: str, repository_id: str) -> Path:
    """Return the path of a repository's journal, by its server and its id."""
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
