"""Describe the values to write into a file, field by field, in the file's own words."""

from collections.abc import Mapping
from typing import TypeAlias

from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.core.model import CheckItem, IssueRef
from backlog_sync.core.rollup import Sum
from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.statuses import meanings, same_status


@dataclass(frozen=True, slots=True)
class Link:
    """The item's issue, and its URL if a file may link to it."""

    issue: IssueRef
    url: str | None = None

    @property
    def number(self) -> str:
        """Return the issue as structured files name it: a bare number in the target repository."""
        whole = str(self.issue)
        return whole.removeprefix("#") if whole.startswith("#") else whole


@dataclass(frozen=True, slots=True)
class Status:
    """A status, compared by its meaning: a word of the file that means the same stays.

    An `initial` status, which every item starts with, only corrects an existing one.
    """

    word: str
    initial: bool = False

    def matches(self, text: str | None) -> bool:
        """Return whether a word of the file means the same."""
        return bool(text) and same_status(text or "", self.word)

    @property
    def ends(self) -> bool:
        """Return whether nothing is left to do, so that a check box can show it."""
        return bool(meanings(self.word) & _ENDS)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Check boxes of criteria, by index, and whether each is ticked."""

    done: Mapping[int, bool]


_ENDS = {"done", "cancelled"}

Value: TypeAlias = str | float | tuple[str | CheckItem, ...] | Link | Status | Ticks | Sum | None
"""One value, a list of words, check boxes, a piece of progress, or nothing."""

TEXTS = frozenset(("description", "goal", "user_story"))
"""Fields that may have several lines."""

LISTS = frozenset(("labels", "assignees", "depends_on"))
CRITERIA = "acceptance_criteria"


@dataclass(frozen=True, slots=True)
class NewValue:
    """A field of the document by its name, and the value to set."""

    name: str
    value: Value


NO_PLACE = "the file has it in a place that cannot be written"
NOT_IN_PLACE = "it cannot be written there without changing other values"


class UnwritableError(Exception):
    """Raised for a value that the file has no place for; the text is the reason."""


class UnwritableFileError(UnwritableError):
    """Raised for a file that cannot be written at all; the text is the reason."""


def spellings(name: str) -> tuple[str, ...]:
    """Return the possible keys of a field in a YAML mapping, the usual one first."""
    other = tuple(board for board, key in BOARD_KEYS.items() if key == name)
    return (name, *other)


def is_set(document: ItemDocument, field: NewValue, before: ItemDocument | None = None) -> bool:
    """Return whether a document already has the value to set.

    Progress is only compared if it has a place: a status may be as it was `before`.
    """
    value = document_value(document, field.name)
    match field.value:
        case Link(issue=issue):
            return same_issue(document.issue, issue)
        case Status() as status:
            current = document.status
            kept = status.initial and before is not None and before.status == current
            # An open item without a status: a `done` key cannot say more.
            opened = before is not None and not current and not status.ends
            # The file's own word may be more precise: `New` for what is to do.
            alike = meanings(current or "") == meanings(status.word) != frozenset()
            return kept or opened or status.matches(current) or alike or _both_end(status, current)
        case Ticks(done=done):
            boxes = [box.done for box in document.acceptance_criteria or ()]
            return all(boxes[at] == tick for at, tick in done.items() if at < len(boxes))
        case Sum():
            return True
        case tuple(entries) if field.name == CRITERIA:
            boxes_now = document.acceptance_criteria or ()
            return [(_line(b.text), b.done) for b in boxes_now] == [
                (_line(b.text), b.done) for b in entries if isinstance(b, CheckItem)
            ]
        case tuple(words):
            return tuple(value) == words if isinstance(value, tuple | list) else not words
        case None:
            return value is None or value == ""
        case int() | float() as number:
            return same_number(value, number)
        case str(text):
            return isinstance(value, str) and _text(value) == _text(text)


def has_progress(document: ItemDocument, value: Value) -> bool:
    """Return whether a document already has this progress, so that its file is unchanged."""
    if isinstance(value, Link):
        return same_issue(document.issue, value.issue)
    return isinstance(value, Status) and value.matches(document.status)


def _both_end(status: Status, text: str | None) -> bool:
    """Return whether both mean that work has ended: a box is also ticked for cancelled items."""
    return status.ends and bool(meanings(text or "") & _ENDS)


def same_issue(written: str | None, issue: IssueRef) -> bool:
    """Return whether a file's text names this issue; without a repository it is in the target."""
    known = parse_issue_ref(written) if written else None
    if known is None or (known.number, known.sandbox) != (issue.number, issue.sandbox):
        return False
    repositories = (known.repository or "").casefold(), (issue.repository or "").casefold()
    return "" in repositories or repositories[0] == repositories[1]


def document_value(document: ItemDocument, name: str) -> object:
    """Return the value of a field; board fields are found by their name."""
    if name in ItemDocument.model_fields:
        return getattr(document, name)
    extra = document.model_extra or {}
    return next((v for k, v in extra.items() if k.casefold() == name.casefold()), None)


def same_number(value: object, expected: float) -> bool:
    """Return whether a value in a file is this number."""
    if not isinstance(value, str | int | float):
        return False
    try:
        return float(value) == float(expected)
    except ValueError:
        return False


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
