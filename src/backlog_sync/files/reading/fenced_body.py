"""The fenced YAML below a story's heading, given to the story."""

from backlog_sync.files.fill import Taken
from backlog_sync.files.outline import Line
from backlog_sync.files.reading.drafts import MarkdownDraft, Point
from backlog_sync.files.reading.fenced import Entry, Field, flow_list, opens_yaml, read_fence
from backlog_sync.files.reading.metadata import Pair
from backlog_sync.files.reading.record import CRITERIA
from backlog_sync.files.reading.scope import Scope, Walk
from backlog_sync.files.sentences import is_story_sentence
from backlog_sync.files.vocabulary import RANKS, field_of

_STORY = ("as a", "i want", "so that")
_SILENT = ("id", "title", "kind", "type", *_STORY)


def read_body(walk: Walk, line: Line, scope: Scope) -> bool:
    """Read the fence that a line opens, where it is the body of the story above it."""
    draft = scope.owner
    if draft is None or draft.typed is None or draft.rank < RANKS["story"]:
        return False
    if not opens_yaml(line) or scope.closed:
        return False
    fields, end = read_fence(walk.record.lines, line.row)
    keys = {found.key for found in fields}
    known = {key for key in keys if field_of(key) or key in _STORY}
    if len(known) < 2 or not _is_of(draft, fields):
        return False
    walk.blocks.end()
    for row in range(line.row, end):
        walk.record.note(walk.record.lines[row], "fenced-yaml", draft)
    _story(walk, draft, fields)
    for found in fields:
        if found.key not in _SILENT:
            _take(walk, draft, found)
    walk.done = end - 1
    return True


def _is_of(draft: MarkdownDraft, fields: list[Field]) -> bool:
    """Whether the block speaks of this item: it has no id, or the same."""
    named = next((found.whole for found in fields if found.key == "id"), "")
    return not named or draft.key in (named.lower(), None)


def _story(walk: Walk, draft: MarkdownDraft, fields: list[Field]) -> None:
    told = {found.key: found for found in fields if found.key in _STORY and found.whole}
    if "as a" not in told or "i want" not in told or "user_story" in draft.fields:
        return
    parts = [told[key].whole for key in _STORY if key in told]
    whole = ", ".join(parts)
    if is_story_sentence(whole):
        draft.fields["user_story"] = whole
    else:
        names = ("as_a", "i_want", "so_that")
        draft.fields["user_story"] = dict(zip(names, parts, strict=False))
    place = walk.record.place(told["as a"].line, told["as a"].line.at)
    draft.places["user_story"] = place


def _take(walk: Walk, draft: MarkdownDraft, found: Field) -> None:
    field = field_of(found.key)
    if field == CRITERIA:
        for entry in found.entries:
            _criterion(walk, draft, entry)
        return
    value = found.whole or ", ".join(entry.text for entry in found.entries)
    if field in ("depends_on", "labels", "assignees", "skills"):
        value = ", ".join(flow_list(value))
    if field is not None and value:
        pair = Pair(found.key, field, value, found.line.at, found.line.end, "", ": ")
        if walk.record.take(draft, pair, found.line) not in (Taken.UNKNOWN, Taken.UNREAD):
            return
    lines = [f"- {entry.text}" for entry in found.entries] or found.text or [found.value]
    if any(lines):
        draft.parted = True
        draft.say(f"**{found.key.capitalize()}**:")
        for text in lines:
            draft.say(text)


def _criterion(walk: Walk, draft: MarkdownDraft, entry: Entry) -> None:
    text = " ".join(entry.text.split())
    if text:
        walk.record.criterion(draft, Point(text, line=entry.line))
