"""One file that is one item: its front matter holds title, status and the like.

A document with front matter of its own (a title, an owner, a level) is no item: it takes a
status and a planning field, and no items declared below.
"""

from dataclasses import dataclass

from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.fenced import Field, read_front
from backlog_sync.files.markdown.words import TYPES, field_of
from backlog_sync.files.reading.entries import Listed
from backlog_sync.files.reading.runs import Chosen
from backlog_sync.files.syntax.markdown import Kind, Line
from backlog_sync.files.vocabulary import bare_word

_PLANNED = frozenset(
    ("assignees", "labels", "milestone", "depends_on", "priority", "story_points", "estimate",
     "estimate_hours", "sprint", "epic", "feature"),
)  # fmt: skip
_OTHERS = {"assignee": "assignees", "parent task id": "epic", "due date": "target"}


@dataclass(frozen=True, slots=True)
class Single:
    """A file's front matter as an item: title, kind, key and the fields."""

    title: str
    kind: str
    key: str | None
    fields: tuple[Field, ...]
    end: int


def single_item(lines: tuple[Line, ...], headings: Chosen, listed: Listed) -> Single | None:
    """The item that a whole file is, None where it is none."""
    if not lines or lines[0].kind is not Kind.FRONT:
        return None
    if any(not typed.word.weak for typed in headings.items.values()):
        return None
    if any(not typed.sentence for typed in listed.items.values()):
        return None
    end = next((line.row for line in lines if line.kind is not Kind.FRONT), len(lines)) - 1
    fields = read_front(lines, end)
    by_key = {found.key: found for found in fields}
    known = {field_in_front(found.key) for found in fields}
    title = by_key["title"].whole if "title" in by_key else ""
    if not title or "status" not in known or not known & _PLANNED or "backlog" in by_key:
        return None
    word = TYPES.get(bare_word(by_key["type"].whole)) if "type" in by_key else None
    key = by_key["id"].whole.strip().lower() if "id" in by_key else None
    kind = word.kind if word and not word.weak else "story"
    return Single(plain(title), kind, key, tuple(fields), end)


def field_in_front(key: str) -> str | None:
    """The field that a key of such front matter means, other tools' names among them."""
    return _OTHERS.get(key) or field_of(key)
