"""Beginning the walk over a file that is one item: what its front matter says goes to the item."""

from backlog_sync.files.anchors import MetaLine
from backlog_sync.files.markdown.drafts import Draft
from backlog_sync.files.markdown.fenced import Field, flow_list
from backlog_sync.files.markdown.fields import set_field
from backlog_sync.files.markdown.metadata import Pair
from backlog_sync.files.markdown.single import Single, field_in_front
from backlog_sync.files.reading.gather import Gatherer, Scope
from backlog_sync.files.syntax.markdown import Line

_LISTS = ("assignees", "labels", "depends_on", "skills")
_OWN = ("backlog", "id", "title", "kind", "type")


def open_single(walk: Gatherer, single: Single) -> Draft:
    """Begin a file that is one item: everything below belongs to it."""
    line = walk.record.lines[0]
    draft = walk.add(single.kind, None, single.title, line, line.start, None, Scope(), -1)
    draft.front = single.end
    if single.key:
        pair = Pair("id", "id", single.key, line.start, line.start, "", ": ")
        set_field(draft, pair)
    for found in single.fields:
        if found.key not in _OWN:
            _take(walk, draft, found)
    return draft


def _take(walk: Gatherer, draft: Draft, found: Field) -> None:
    field = field_in_front(found.key)
    value = found.whole or ", ".join(entry.text for entry in found.entries)
    if field is None or field == "acceptance_criteria":
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
