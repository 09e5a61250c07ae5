"""Keep the journal: intended creations are on disk before they are sent.

It is one file of JSON lines per repository, below the user's state folder. An intent is flushed
to disk before the request is sent; an incomplete last line was never acted on. What each run
changed is in its own file next to it (`run_files`).
"""

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from backlog_sync.atomic import replace_atomically
from backlog_sync.core.intents import Intent
from backlog_sync.core.observed import NewBoard, SavedIterations
from backlog_sync.core.run_record import Overwritten, RunRecord
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError
from backlog_sync.local import json_lines
from backlog_sync.local.iteration_files import IterationFiles
from backlog_sync.local.new_board_file import NewBoardFile
from backlog_sync.local.run_files import About, Line, Moment, RunFiles
from backlog_sync.local.state import safe_name, unusable

NAME = "journal.jsonl"
_LONGEST = 4_000_000
"""Bytes of a journal at most: a run writes about 300 per issue."""


class _Began(Line):
    """The start of a run that is about to change something."""

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
    """Intents that are settled: their issues were seen, or were never created."""

    what: Literal["closed"] = "closed"
    nonces: tuple[str, ...]


_Any: TypeAlias = _Began | _Intended | _Confirmed | _Closed
_LINES: TypeAdapter[_Any] = TypeAdapter(
    Annotated[_Any, Field(discriminator="what")], config=ConfigDict(defer_build=True)
)


@dataclass(slots=True)
class _Memory:
    """The contents of a journal: intents by nonce in order, the open ones, the last run."""

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
    """The journal of one repository. Reading never writes; the file is created when needed.

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
        self._iterations = IterationFiles(folder, hide)
        self._new_board = NewBoardFile(folder, hide)

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self._path

    def open_intents(self) -> tuple[Intent, ...]:
        """Return the intents whose issues may not be in GitHub's lists yet, oldest first."""
        memory = self._read()
        return tuple(i for nonce, i in memory.intents.items() if nonce in memory.open)

    def begin(self, backlog: str, at: float) -> None:
        """Record the start of a run with changes, and drop settled intents."""
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
        """Record intents that are about to be sent; they are on disk when this returns."""
        self._append([_intended(intent) for intent in intents], durable=True)
        self._runs.intend(intents)

    def confirm(self, nonce: str, number: int, issue_id: str) -> None:
        """Record an issue that the server confirmed."""
        self._append([_Confirmed(nonce=nonce, number=number, id=issue_id)])
        self._runs.created(nonce, number, issue_id)

    def close(self, nonces: Sequence[str]) -> None:
        """Record intents whose issues were seen on GitHub or were certainly never created."""
        if nonces:
            self._append([_Closed(nonces=tuple(nonces))])

    def overwrite(self, entries: Sequence[Overwritten]) -> None:
        """Keep values that are about to be overwritten; they are on disk when this returns."""
        self._runs.overwrite(entries)

    def unwritten(self, entries: Sequence[Overwritten]) -> None:
        """Record that these values were not overwritten after all."""
        self._runs.unwritten(entries)

    # ---- iterations ----------------------------------------------------------------------------

    def saved_iterations(self) -> tuple[SavedIterations, ...]:
        """Return the iterations of cards that were saved and are not known to be set again."""
        return self._iterations.read()

    def save_iterations(self, saved: SavedIterations) -> None:
        """Save the iterations of cards; they are on disk when this returns."""
        self._iterations.save(saved)

    def forget_iterations(self, field_id: str) -> None:
        """Delete what was saved for a field: every card has its iteration again."""
        self._iterations.forget(field_id)

    # ---- a new board ---------------------------------------------------------------------------

    def new_board(self) -> NewBoard | None:
        """Return the board that a run began to create and that may lack its views."""
        return self._new_board.read()

    def save_new_board(self, board: NewBoard) -> None:
        """Record the board that is about to be created; it is on disk when this returns."""
        self._new_board.save(board)

    def forget_new_board(self) -> None:
        """Record that there is no board that waits for its views."""
        self._new_board.forget()

    # ---- the last run --------------------------------------------------------------------------

    def forget_last_run(self) -> None:
        """Record that the last run's creations are undone: a second undo has nothing to do."""
        memory = self._read()
        if memory.began is not None:
            self._rewrite(memory, memory.began)

    # ---- the records of runs -------------------------------------------------------------------

    def run_numbers(self) -> tuple[int, ...]:
        """Return the numbers of the runs on record, the newest last."""
        return self._runs.numbers()

    def run(self, number: int | None = None) -> RunRecord | None:
        """Return the record of a run, by default the last one; None if there is none.

        If the run's version did not record values, the record has only what it created.
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
        """Return the latest run's record in the format of `undo --from`; "" if there is none."""
        return self._runs.text()

    def restoring(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Record that an undo is about to restore these values of a run."""
        if run.number is not None:
            self._runs.restoring(run.number, identities)

    def undone(self, run: RunRecord) -> None:
        """Record that everything in a run that can be undone is undone."""
        if run.number is None:
            self.forget_last_run()
        else:
            self._runs.undone(run.number)

    def redone(self, run: RunRecord, identities: Sequence[str]) -> None:
        """Record that the issues that an undo of the run closed are open again."""
        if run.number is not None:
            self._runs.redone(run.number, identities)

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
        kept = "creations are recorded there first, so that nothing is created twice"
        return unusable(self._path, what, error, slug="journal", kept=kept)

    def _damaged(self, line: int) -> FailedError:
        place = f"{self._path}:{line}" if line else str(self._path)
        return FailedError(
            f"{place}: the journal is damaged",
            slug="journal-damaged",
            hint="wait two minutes, then move the file away: its creations are visible on GitHub"
            " by then",
        )


def journal_folder(state: Path, host: str, repository_id: str) -> Path:
    """Return the folder of a repository's journal, by its server and its id."""
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
