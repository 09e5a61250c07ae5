"""Read a fenced `yaml` block below a story's heading: the story's fields, read leniently.

People write scenarios with colons and signs that no YAML parser accepts, so this looks at lines:
keys without indentation, values after them, entries and folded lines below them.
"""

from dataclasses import field

from backlog_sync.dataclass import dataclass
from backlog_sync.files.fill import Pair, list_pair, text_pair
from backlog_sync.files.outline import Kind, Line, opens_yaml
from backlog_sync.files.reading.drafts import MarkdownDraft, Point
from backlog_sync.files.reading.record import CRITERIA, Record
from backlog_sync.files.reading.scope import Scope, Walk
from backlog_sync.files.vocabulary import RANKS, field_of

_SILENT = ("id", "title", "kind", "type")
_LISTS = ("depends_on", "labels", "assignees", "skills")
_QUOTES = "\"'"
_KEY_LENGTH = 40
_MAX_ENTRIES = 500
"""Limits: a longer key is a sentence; a longer block is a log or a data file, not settings."""


@dataclass(slots=True)
class Entry:
    """A value, or one entry of a list: its text, and the line where it begins."""

    line: Line
    text: str


@dataclass(slots=True)
class Field:
    """A key of the block, in lower case with spaces for underscores, and its value."""

    key: str
    line: Line
    value: str = ""
    entries: list[Entry] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    @property
    def whole(self) -> str:
        """The value as a single text."""
        if self.value:
            return " ".join(filter(None, (self.value, *(t.strip() for t in self.text))))
        return "\n".join(self.text).strip()


def _read_fence(lines: tuple[Line, ...], opening: int) -> tuple[list[Field], int]:
    """Return the fields of the block that a line opens, and the row after it."""
    end = opening + 1
    while end < len(lines) and lines[end].kind is Kind.CODE:
        end += 1
        if lines[end - 1].text.startswith(("```", "~~~")):
            break
    return _fields(lines[opening + 1 : end]), end


def _fields(lines: tuple[Line, ...]) -> list[Field]:
    fields: list[Field] = []
    folded = False
    for line in lines:
        body = line.text
        if not body or body.startswith(("```", "~~~")):
            continue
        if body.startswith("#") and not (folded and line.indent):
            continue
        if line.indent == 0 and not body.startswith("-"):
            parsed = _field(line, body)
            if parsed is None:
                continue
            fields.append(parsed)
            folded = parsed.value in ("|", ">", "|-", ">-")
            parsed.value = "" if folded else parsed.value
        elif fields:
            _below(fields[-1], line, body, folded=folded)
    return fields


def _field(line: Line, body: str) -> Field | None:
    colon = body.find(":", 0, _KEY_LENGTH)
    if colon < 1 or body[colon + 1 : colon + 2] not in ("", " "):
        return None
    key = body[:colon].replace("_", " ").strip().casefold()
    return Field(key, line, _unquoted(body[colon + 1 :]))


def _below(last: Field, line: Line, body: str, *, folded: bool) -> None:
    if folded or not (body.startswith("- ") or last.entries):
        last.text.append(" " * max(0, line.indent - 2) + body)
    elif body.startswith("- ") and (not last.entries or line.indent <= last.entries[0].line.indent):
        if len(last.entries) < _MAX_ENTRIES:
            last.entries.append(Entry(line, _unquoted(body[2:])))
    else:
        last.entries[-1].text += f" {body}"


def _unquoted(text: str) -> str:
    """Return a scalar without its quotes and without a trailing comment."""
    text = text.strip()
    if text[:1] in _QUOTES and text[:1]:
        end = text.find(text[0], 1)
        if end > 0 and text[end + 1 :].lstrip()[:1] in ("", "#"):
            return text[1:end]
        return text
    return text.split(" #", 1)[0].rstrip() if not text.startswith("#") else ""


def _flow_list(text: str) -> list[str]:
    """Return the members of `[a, b]`; a text without brackets is a single member."""
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    return [_unquoted(part) for part in inner.split(",") if part.strip()]


def read_body(walk: Walk, line: Line, scope: Scope) -> bool:
    """Read the fence that a line opens if it is the body of the story above it."""
    draft = scope.owner
    if draft is None or draft.typed is None or draft.rank < RANKS["story"]:
        return False
    if not opens_yaml(line) or scope.closed:
        return False
    fields, end = _read_fence(walk.record.lines, line.row)
    keys = {each.key for each in fields}
    known = set(filter(field_of, keys))
    if len(known) < 2 or not _is_of(draft, fields):
        return False
    walk.blocks.end()
    for row in range(line.row, end):
        walk.record.note(walk.record.lines[row], "fenced-yaml", draft)
    _fill(walk.record, draft, {each.key: each for each in fields if each.key not in _SILENT})
    walk.done = end - 1
    return True


def _is_of(draft: MarkdownDraft, fields: list[Field]) -> bool:
    """Return whether the block belongs to this item: it has no id, or the same id."""
    named = next((each.whole for each in fields if each.key == "id"), "")
    return not named or draft.key in (named.lower(), None)


def _fill(record: Record, draft: MarkdownDraft, by_key: dict[str, Field]) -> None:
    """Fill a draft from the block; keys that are not known fields become text."""

    def keep(pair: Pair) -> None:
        source = by_key[pair.key]
        lines = [f"- {entry.text}" for entry in source.entries] or source.text or [source.value]
        draft.parted = True
        for text in (f"**{source.key.capitalize()}**:", *lines) if any(lines) else ():
            draft.add_text(text)

    criteria = [
        source for key, source in by_key.items() if field_of(key) == CRITERIA and source.entries
    ]
    for entry in (entry for source in criteria for entry in source.entries):
        if entry.text.strip():
            text = " ".join(entry.text.split())
            record.criterion(draft, Point(text, line=entry.line))
    pairs = [_pair(record, source) for source in by_key.values() if source not in criteria]
    record.filler.fill(draft, pairs, None, keep)


def _pair(record: Record, source: Field) -> Pair:
    place = record.place(source.line, source.line.at)
    if field_of(source.key) in _LISTS and source.whole:
        return list_pair(source.key, _flow_list(source.whole), place)
    if source.entries:
        return list_pair(source.key, [entry.text for entry in source.entries], place)
    return text_pair(source.key, source.whole, place)
