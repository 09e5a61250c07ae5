"""Record on GitHub what is to be written back, before it is written into the files.

A recorded value that never reaches the file is harmless. A value in the file without its record
would look like an edit of the file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.guards import WRITERS
from backlog_sync.core.matching import Matches
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedBoardField, ObservedIssue, ObservedState
from backlog_sync.core.operations import (
    CreateBoardField,
    Done,
    Operation,
    Overwrite,
    Refused,
    SetValue,
    UpdateIssue,
)
from backlog_sync.core.write_back_record import Flowed
from backlog_sync.core.written_back import with_written
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.ports import Tracker
from backlog_sync.engine.registry import Registry
from backlog_sync.errors import AccessError, BacklogError

ISSUES = "the token needs the right to write issues (in a job: `issues: write`)"
BOARD = "the board's token needs the right to write there (Projects: write)"


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Why a value has no record, and what would help; `again` if another run would."""

    reason: str
    hint: str = "run it again"
    again: bool = True


@dataclass(slots=True)
class Recorded:
    """The values without a record, by key: of an issue, or only of its card."""

    issues: dict[str, Unrecorded] = field(default_factory=dict)
    cards: dict[str, Unrecorded] = field(default_factory=dict)
    interrupted: bool = False


def record_written_values(
    flowed: Mapping[str, Flowed],
    desired: DesiredState,
    observed: ObservedState,
    tracker: Tracker | None,
    matches: Matches | None = None,
) -> Recorded:
    """Record what is to be written into the files; send nothing for what is recorded already.

    Without a tracker nothing is sent at all. Raises nothing: the answer lists what could not be
    recorded and must not be written.
    """
    if not flowed:
        return Recorded()
    run = _Run(flowed, Registry.of(desired, observed, matches), tracker)
    stages = ((run.issues, run.recorded.issues, ISSUES), (run.cards, run.recorded.cards, BOARD))
    for stage, unrecorded, hint in stages:
        try:
            stage()
        except AccessError as error:
            why = Unrecorded(error.message, hint, again=False)
            unrecorded.update({key: why for key in run.waiting if key not in unrecorded})
        except BacklogError as error:
            why = Unrecorded(error.message, error.hint or "run it again")
            unrecorded.update({key: why for key in run.waiting if key not in unrecorded})
        except KeyboardInterrupt:
            run.recorded.interrupted = True
            unrecorded.update({key: Unrecorded("interrupted") for key in run.waiting})
    return run.recorded


_ENDED = Unrecorded("the run ended before it could be recorded")
_FULL = Unrecorded(
    "the record of its card is full", "give the file fewer board fields", again=False
)
_ARCHIVED = Unrecorded("its board item is archived", "restore the item on the board", again=False)


class _Run:
    """One recording. `waiting` are the keys whose record is not confirmed yet."""

    def __init__(
        self, flowed: Mapping[str, Flowed], registry: Registry, tracker: Tracker | None
    ) -> None:
        self.flowed, self.registry, self.tracker = flowed, registry, tracker
        self.recorded = Recorded()
        self.waiting: dict[str, Operation | None] = {}

    def issues(self) -> None:
        """Record values of issues in their markers, each body only if it has not changed."""
        self.waiting = {}
        for key, flowed in self.flowed.items():
            issue = self.registry.issues[key]
            body = _recorded_body(issue, flowed)
            if body is None:
                continue
            permission = self.registry.repository(issue.repository).permission
            if permission in WRITERS:
                self.waiting[key] = UpdateIssue(issue.id, body=Overwrite(issue.body, body))
            else:
                why = f"this token may only read {issue.repository} ({permission.lower()})"
                self.recorded.issues[key] = Unrecorded(why, ISSUES, again=False)
        if not self.waiting:
            return
        if self.tracker is None:
            self._mark_unrecorded(self.waiting, self.recorded.issues, _ENDED)
            return
        self._send(self.recorded.issues, ISSUES)

    def cards(self) -> None:
        """Record values of the board in the records of the cards."""
        texts = dict(self._texts())
        self.waiting = dict.fromkeys(texts)
        if not texts:
            return
        if self.tracker is None:
            self._mark_unrecorded(texts, self.recorded.cards, _ENDED)
            return
        board_field = self._field()
        if isinstance(board_field, Unrecorded):
            self._mark_unrecorded(texts, self.recorded.cards, board_field)
            return
        project = self.registry.project_id or ""
        for key, text in texts.items():
            card = self.registry.issues[key].card
            shown = card.values.get(record.NAME) if card else None
            item = self.registry.cards[key]
            self.waiting[key] = SetValue(
                project, item, board_field.id, board_field.type, text, seen=shown
            )
        self._send(self.recorded.cards, BOARD)

    def _field(self) -> ObservedBoardField | Unrecorded:
        """Return the board's field for records; create it if it is missing."""
        project, board_field = self.registry.observed.project, self.registry.fields.get(record.NAME)
        if project is None or not project.writable:
            why = "this token may look at the board, but not change it"
            return Unrecorded(why, BOARD, again=False)
        if project.closed:
            return Unrecorded("the board is closed", "reopen it on GitHub", again=False)
        if board_field is None:
            assert self.tracker is not None
            ((_, reply),) = self.tracker.apply([CreateBoardField(project.id, record.FIELD)])
            if not isinstance(reply, Done) or not reply.fields:
                why = reply.message if not isinstance(reply, Done) else "GitHub did not make it"
                why = f"the board has no field {record.NAME}: {why}"
                return Unrecorded(why, BOARD, again=False)
            board_field = reply.fields[0]
        if board_field.type != record.FIELD.type:
            why = f"the board's field {board_field.name} is {board_field.type}, not text"
            return Unrecorded(why, "rename that field", again=False)
        return board_field

    def _texts(self) -> Iterator[tuple[str, str]]:
        for key, flowed in self.flowed.items():
            card = self.registry.issues[key].card
            if not flowed.card or card is None or key in self.recorded.issues:
                continue
            text = record.with_written(card, flowed.card)
            if text is None:
                self.recorded.cards[key] = _FULL
            elif card.archived:
                self.recorded.cards[key] = _ARCHIVED
            elif text != card.values.get(record.NAME):
                yield key, text

    def _send(self, unrecorded: dict[str, Unrecorded], hint: str) -> None:
        keys = list(self.waiting)
        operations = [operation for operation in self.waiting.values() if operation is not None]
        replies = self.tracker.apply(operations) if self.tracker and operations else ()
        for key, (_, reply) in zip(keys, replies, strict=True):
            if isinstance(reply, Done):
                del self.waiting[key]
            else:
                refused = isinstance(reply, Refused)
                why = Unrecorded(reply.message, hint, again=False) if refused else None
                self._mark_unrecorded([key], unrecorded, why or Unrecorded(reply.message))

    def _mark_unrecorded(
        self, keys: Iterable[str], unrecorded: dict[str, Unrecorded], why: Unrecorded
    ) -> None:
        for key in tuple(keys):
            unrecorded[key] = why
            self.waiting.pop(key, None)


def _recorded_body(issue: ObservedIssue, flowed: Flowed) -> str | None:
    """Return the body with the record; None if it is up to date or no marker can hold it."""
    if not flowed.marker or body_block.split(issue.body).marker is None:
        return None
    body = with_written(issue.body, flowed.marker)
    return body if body != issue.body else None
