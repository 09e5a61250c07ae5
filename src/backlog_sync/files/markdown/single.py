"""One file that is one item: its front matter holds title, status and the like.

A document with front matter of its own (a title, an owner, a level) is no item: it takes a
status and a planning field, and no items declared below.
"""

from dataclasses import dataclass

from backlog_sync.files.markdown.drafts import Draft, MetaLine
from backlog_sync.files.markdown.fenced import Field, flow_list, read_front
from backlog_sync.files.markdown.fields import set_field
from backlog_sync.files.markdown.headings import Headings
from backlog_sync.files.markdown.inline import plain
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.lists import Listed
from backlog_sync.files.markdown.metadata import Pair
from backlog_sync.files.markdown.outline import Section
from backlog_sync.files.markdown.walk import Walk
from backlog_sync.files.words import TYPES, bare_word, field_of

_PLANNED = frozenset(
    ("assignees", "labels", "milestone", "depends_on", "priority", "story_points", "estimate",
     "estimate_hours", "sprint", "epic", "feature"),
)  # fmt: skip
_LISTS = ("assignees", "labels", "depends_on", "skills")
_OWN = ("backlog", "id", "title", "kind", "type")
_OTHERS = {"assignee": "assignees", "parent task id": "epic", "due date": "target"}


@dataclass(frozen=True, slots=True)
class Single:
    """A file's front matter as an item: title, kind, key and the fields."""

    title: str
    kind: str
    key: str | None
    fields: tuple[Field, ...]
    end: int


def single_item(lines: tuple[Line, ...], headings: Headings, listed: Listed) -> Single | None:
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
    known = {_field(found.key) for found in fields}
    title = by_key["title"].whole if "title" in by_key else ""
    if not title or "status" not in known or not known & _PLANNED or "backlog" in by_key:
        return None
    word = TYPES.get(bare_word(by_key["type"].whole)) if "type" in by_key else None
    key = by_key["id"].whole.strip().lower() if "id" in by_key else None
    kind = word.kind if word and not word.weak else "story"
    return Single(plain(title), kind, key, tuple(fields), end)


def open_single(walk: Walk, single: Single) -> None:
    """Begin a file that is one item: everything below belongs to it."""
    line = walk.record.lines[0]
    draft = walk.add(single.kind, None, single.title, line, line.start, None, level=-1)
    draft.front = single.end
    walk.outline.headings.append(Section(0, draft))
    if single.key:
        pair = Pair("id", "id", single.key, line.start, line.start, "", ": ")
        set_field(draft, pair)
    for found in single.fields:
        if found.key not in _OWN:
            _take(walk, draft, found)


def _field(key: str) -> str | None:
    return _OTHERS.get(key) or field_of(key)


def _take(walk: Walk, draft: Draft, found: Field) -> None:
    field = _field(found.key)
    value = found.whole or ", ".join(entry.text for entry in found.entries)
    if field is None or field in ("acceptance_criteria", "progress"):
        return
    line = found.line
    if field in _LISTS:
        value = ", ".join(flow_list(value))
    start = line.start + len(walk.record.text[line.start : line.end].partition(":")[0]) + 1
    while start < line.end and walk.record.text[start] in " \t":
        start += 1
    pair = Pair(found.key, field, value, start, _end(walk.record.text, start, line), "", ": ")
    draft.meta.append(MetaLine(pair, line.row))
    if value:
        _, name = set_field(draft, pair)
        if name:
            draft.places.setdefault(name, walk.record.place(line, start))


def _end(text: str, start: int, line: Line) -> int:
    """Where a value ends: before a comment, behind its closing quote."""
    body = text[start : line.end]
    if body[:1] in ('"', "'"):
        close = body.find(body[0], 1)
        return start + close + 1 if close > 0 else line.end
    return start + len(body.split(" #", 1)[0].rstrip())
