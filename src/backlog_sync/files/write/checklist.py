"""Edit Markdown check lists: tick boxes; change, add and remove entries."""

import re
from collections.abc import Sequence
from itertools import pairwise

from backlog_sync.core.model import CheckItem
from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.new_values import Ticks, UnwritableError, Value

_BEHIND = re.compile(r"\][ \t]+(#\d{1,4}[ \t]+)?")
_HASHED = re.compile(r"#(\d{1,4})")


@dataclass(frozen=True, slots=True)
class _Box:
    """An entry on its own line: its box contains `mark`, its text begins at `at`."""

    start: int
    mark: int
    at: int
    end: int
    next: int
    entry: CheckItem


def rewritten(
    text: str, offsets: Sequence[int | None], document: ItemDocument, value: Value, tick: str = "x"
) -> list[Edit]:
    """Return the edits that tick boxes, or change the entries to the given ones.

    `offsets` are the offsets of the characters in the boxes. Raises UnwritableError if an
    entry does not have a box on its own line.
    """
    if isinstance(value, Ticks):
        return _ticked(text, offsets, value, tick)
    assert isinstance(value, tuple)
    criteria = [each for each in value if isinstance(each, CheckItem)]
    entries = document.acceptance_criteria or ()
    if not entries:
        raise UnwritableError("the item has no check list in the file yet")
    boxes = [
        _box(text, offset, CheckItem(entry.text, entry.done))
        for offset, entry in zip(offsets, entries, strict=True)
    ]
    if len(boxes) != len(criteria) and any(entry.details for entry in entries):
        raise UnwritableError("a criterion has details below it: change the list by hand")
    if len(boxes) == len(criteria):
        return _reworded(boxes, criteria)
    return [_rebuilt(text, boxes, criteria)]


def _ticked(text: str, offsets: Sequence[int | None], ticks: Ticks, tick: str) -> list[Edit]:
    edits = []
    for index, done in ticks.done.items():
        if not 0 <= index < len(offsets):
            continue
        box = offsets[index]
        if box is None:
            raise UnwritableError("the criterion has no box")
        if (text[box] not in " -") is not done:
            edits.append(Edit(box, box + 1, tick if done else " "))
    return edits


def _box(text: str, offset: int | None, entry: CheckItem) -> _Box:
    if offset is None:
        raise UnwritableError("a criterion is not a check box on its own line")
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    ends = [at for at in (text.find("\n", offset), text.find("\r", offset)) if at >= 0]
    end = min(ends, default=len(text))
    behind = _BEHIND.match(text, offset + 1, end)
    if behind is None or text[behind.end() : end].rstrip() != entry.text:
        raise UnwritableError("a criterion is not a check box on its own line")
    following = end + (2 if text.startswith("\r\n", end) else 1)
    return _Box(start, offset, behind.end(), end, min(following, len(text)), entry)


def _reworded(boxes: Sequence[_Box], criteria: Sequence[CheckItem]) -> list[Edit]:
    edits = []
    for box, entry in zip(boxes, criteria, strict=True):
        if box.entry.text != entry.text:
            edits.append(Edit(box.at, box.at + len(box.entry.text), entry.text))
        if box.entry.done != entry.done:
            edits.append(Edit(box.mark, box.mark + 1, "x" if entry.done else " "))
    return edits


def _rebuilt(text: str, boxes: Sequence[_Box], criteria: Sequence[CheckItem]) -> Edit:
    """Rewrite the lines of a list that grows or shrinks; unchanged entries keep their lines."""
    if any(one.next != other.start for one, other in pairwise(boxes)):
        raise UnwritableError("the check list is not in one piece")
    left = {box.entry.text: box for box in reversed(boxes)}
    number = max((int(match[1]) for box in boxes if (match := _number(text, box))), default=0)
    parts: list[str] = []
    for entry in criteria:
        box = left.pop(entry.text, None)
        line = box or boxes[0]
        lead = text[line.mark + 1 : line.at]
        if box is None and _number(text, line):
            number += 1
            lead = _HASHED.sub(f"#{number}", lead)
        same = box is not None and box.entry.done == entry.done
        mark = text[line.mark] if same else "x" if entry.done else " "
        behind = text[line.at + len(line.entry.text) : line.end] if box else ""
        parts.append(f"{text[line.start : line.mark]}{mark}{lead}{entry.text}{behind}")
    last = boxes[-1]
    eol = text[boxes[0].end : boxes[0].next] or ("\r\n" if "\r\n" in text else "\n")
    body = "".join(f"{part}{eol}" for part in parts)
    return Edit(boxes[0].start, last.next, body if last.next > last.end else body[: -len(eol)])


def _number(text: str, box: _Box) -> re.Match[str] | None:
    return _HASHED.search(text, box.mark + 1, box.at)
