"""The text of a check box that is a task: a code before it, tags, the title."""

import re
from dataclasses import dataclass

from backlog_sync.core.keys import is_key
from backlog_sync.files.markdown_typed import parse_title

_CODE = re.compile(r"(?:\*\*|`)?([A-Z]{1,3}\d{2,5})(?:\*\*|`)?[:.)]?[ ]+(?=\S)")
_TAG = re.compile(r"\[([A-Z]{1,3}\d{0,4})\][ ]+(?=\S)")
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
