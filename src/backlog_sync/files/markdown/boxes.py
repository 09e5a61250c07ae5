"""The text of a check box that is a task: a code or a number before it, tags, the title."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backlog_sync.core.keys import is_key
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.typed import parse_title

_CODE = re.compile(r"(?:\*\*|`)?([A-Z]{1,3}\d{2,5})(?:\*\*|`)?[:.)]?[ ]+(?=\S)")
_TAG = re.compile(r"\[([A-Z]{1,3}\d{0,4})\][ ]+(?=\S)")
_NUMBER = re.compile(r"(\d{1,4})[.)][ ]+(?=\S)")
_PART = re.compile(r"(\d{1,4})\.\d{1,4}(?:\.\d{1,4})?[.)]?[ ]+(?=\S)")
_ENOUGH = 2
_PARENT = re.compile(r"US(\d{1,4})$")


@dataclass(frozen=True, slots=True)
class BoxTitle:
    """A task's title; its key and the item that it names, where it does."""

    title: str
    key: str | None = None
    parent: str | None = None
    status: str | None = None
    points: float | None = None


def box_title(text: str) -> BoxTitle:
    """Read `T015 [P] [US1] Add the hold`: key `t015`, for the story US1."""
    rest, key, parent = text, None, None
    match = _CODE.match(rest[:60])
    if match:
        key = match[1].lower() if is_key(match[1].lower()) else None
        rest = rest[match.end() :]
        tag = _TAG.match(rest[:40])
        while tag:
            named = _PARENT.match(tag[1])
            parent = f"US-{named[1]}" if named else parent
            rest = rest[tag.end() :]
            tag = _TAG.match(rest[:40])
    title, status, points = parse_title(rest)
    if not title:
        title, status, points = parse_title(text)
        key = parent = None
    return BoxTitle(title or text, key, parent, status, points)


def numbered_boxes(lines: Iterable[Line]) -> dict[int, str]:
    """Boxes of a numbered plan, by row, and their numbers; the whole numbers hold the others.

    `- [ ] 1. Store` with `- [ ] 1.1 Open the file` below it. Empty where numbers stand twice.
    """
    found: dict[int, str] = {}
    parts = 0
    open_: tuple[int, str] | None = None
    for line in lines:
        if line.kind is Kind.HEADING:
            open_ = None
        if line.kind is not Kind.LIST or line.box is None:
            continue
        whole, part = _NUMBER.match(line.text[:20]), _PART.match(line.text[:20])
        if part and open_ and line.indent > open_[0] and part[1] == open_[1]:
            found[line.row] = part[0].rstrip(" .)")
            parts += 1
        elif whole and (open_ is None or line.indent <= open_[0]):
            open_ = (line.indent, whole[1])
            found[line.row] = whole[1]
    unique = len(set(found.values())) == len(found)
    return found if unique and parts >= _ENOUGH else {}


def numbered_title(text: str, number: str) -> BoxTitle:
    """The title of a box behind its number."""
    title, status, points = parse_title(text[len(number) :].lstrip(".) "))
    return BoxTitle(title or text, f"task-{number}", None, status, points)
