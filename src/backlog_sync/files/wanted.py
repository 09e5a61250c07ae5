"""What an item is to say in its file, in the file's own words, field by field."""

from dataclasses import dataclass
from typing import TypeAlias

from backlog_sync.core.fields import BOARD_KEYS
from backlog_sync.core.model import CheckItem
from backlog_sync.files.documents.items import ItemDocument

Value: TypeAlias = str | float | tuple[str | CheckItem, ...] | None
"""One value, a list of words, check boxes, or nothing."""

TEXTS = frozenset(("description", "goal", "user_story"))
"""Fields that may go over several lines."""

LISTS = frozenset(("labels", "assignees", "depends_on"))
CRITERIA = "acceptance_criteria"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field of the document by its name, and the value that it is to have."""

    name: str
    value: Value


class CannotSay(Exception):  # noqa: N818 - says why a file cannot take a value; never leaves the package
    """A value that this file cannot hold, and why."""


def spellings(name: str) -> tuple[str, ...]:
    """The keys under which a field may stand in a YAML mapping, the usual one first."""
    other = tuple(board for board, key in BOARD_KEYS.items() if key == name)
    return (name, *other)


def says(document: ItemDocument, wanted: Wanted) -> bool:
    """Whether a document says what is wanted."""
    value = document_value(document, wanted.name)
    if wanted.name == CRITERIA:
        boxes = document.acceptance_criteria or ()
        assert isinstance(wanted.value, tuple)
        return [(_line(b.text), b.done) for b in boxes] == [
            (_line(b.text), b.done) for b in wanted.value if isinstance(b, CheckItem)
        ]
    if isinstance(wanted.value, tuple):
        return tuple(value) == wanted.value if isinstance(value, tuple) else not wanted.value
    if wanted.value is None:
        return value is None or value == ""
    if isinstance(wanted.value, int | float):
        return same_number(value, wanted.value)
    return isinstance(value, str) and _text(value) == _text(wanted.value)


def document_value(document: ItemDocument, name: str) -> object:
    """The value of a field, board fields by name among them."""
    if name in ItemDocument.model_fields:
        return getattr(document, name)
    extra = document.model_extra or {}
    return next((v for k, v in extra.items() if k.casefold() == name.casefold()), None)


def same_number(value: object, wanted: float) -> bool:
    """Whether a value that a file holds is this number."""
    if not isinstance(value, str | int | float):
        return False
    try:
        return float(value) == float(wanted)
    except ValueError:
        return False


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
