"""The fenced YAML below a story's heading, given to the story."""

from backlog_sync.files.fill import Pair, list_pair, text_pair
from backlog_sync.files.outline import Line
from backlog_sync.files.reading.drafts import MarkdownDraft, Point
from backlog_sync.files.reading.fenced import Field, flow_list, opens_yaml, read_fence
from backlog_sync.files.reading.record import CRITERIA, Record
from backlog_sync.files.reading.scope import Scope, Walk
from backlog_sync.files.vocabulary import RANKS, field_of

_SILENT = ("id", "title", "kind", "type")
_LISTS = ("depends_on", "labels", "assignees", "skills")


def read_body(walk: Walk, line: Line, scope: Scope) -> bool:
    """Read the fence that a line opens, where it is the body of the story above it."""
    draft = scope.owner
    if draft is None or draft.typed is None or draft.rank < RANKS["story"]:
        return False
    if not opens_yaml(line) or scope.closed:
        return False
    fields, end = read_fence(walk.record.lines, line.row)
    keys = {found.key for found in fields}
    known = set(filter(field_of, keys))
    if len(known) < 2 or not _is_of(draft, fields):
        return False
    walk.blocks.end()
    for row in range(line.row, end):
        walk.record.note(walk.record.lines[row], "fenced-yaml", draft)
    _fill(walk.record, draft, {found.key: found for found in fields if found.key not in _SILENT})
    walk.done = end - 1
    return True


def _is_of(draft: MarkdownDraft, fields: list[Field]) -> bool:
    """Whether the block speaks of this item: it has no id, or the same."""
    named = next((found.whole for found in fields if found.key == "id"), "")
    return not named or draft.key in (named.lower(), None)


def _fill(record: Record, draft: MarkdownDraft, told: dict[str, Field]) -> None:
    """Give a draft what the block says; what has no field of ours is text."""

    def keep(pair: Pair) -> None:
        found = told[pair.key]
        lines = [f"- {entry.text}" for entry in found.entries] or found.text or [found.value]
        draft.parted = True
        for text in (f"**{found.key.capitalize()}**:", *lines) if any(lines) else ():
            draft.say(text)

    criteria = [found for key, found in told.items() if field_of(key) == CRITERIA and found.entries]
    for entry in (entry for found in criteria for entry in found.entries):
        if entry.text.strip():
            text = " ".join(entry.text.split())
            record.criterion(draft, Point(text, line=entry.line))
    pairs = [_pair(record, found) for found in told.values() if found not in criteria]
    record.filler.fill(draft, pairs, None, keep)


def _pair(record: Record, found: Field) -> Pair:
    place = record.place(found.line, found.line.at)
    if field_of(found.key) in _LISTS and found.whole:
        return list_pair(found.key, flow_list(found.whole), place)
    if found.entries:
        return list_pair(found.key, [entry.text for entry in found.entries], place)
    return text_pair(found.key, found.whole, place)
