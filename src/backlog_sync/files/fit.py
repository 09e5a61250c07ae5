"""Cut titles and texts to GitHub's limits: the rest stays in the file, and the issue says so.

The same text is always cut in the same place, wherever its item is in the file.
"""

from collections.abc import Iterator
from dataclasses import replace

from backlog_sync.core import body
from backlog_sync.core.mentions import closed
from backlog_sync.core.model import Block, Checklist, Prose

MAX_TITLE = 256
MAX_BODY = 65_536
"""The most characters that GitHub accepts, from its documentation and from reports."""

ROOM = 4_096
"""Characters of a body reserved for the marker and its base, in addition to the cost per line."""

_LINE = 6
_BOX = 9
"""Characters needed to store a line and a box."""

_MOST = MAX_BODY - ROOM
_SURELY = _MOST // 8
"""A text that is shorter fits however it is rendered: a character may become eight."""


def short_title(title: str) -> str:
    """Return a title on one line, cut at a word if it is too long."""
    whole = " ".join(title.split())
    return whole if len(whole) <= MAX_TITLE else f"{_at_word(whole, MAX_TITLE - 1)}…"


def whole_title(title: str) -> Iterator[Prose]:
    """Yield the part of a body with the full title, if the issue's own title is cut."""
    whole = " ".join(title.split())
    if len(whole) > MAX_TITLE:
        yield Prose("title", "Title", whole, partial=True)


def is_too_long(block: Block) -> bool:
    """Return whether GitHub would reject a body with this block."""
    return _length(block) > _MOST


def fitted(block: Block, path: str) -> Block:
    """Return the block with its longest texts cut to GitHub's limit; `path` has the rest."""
    parts = list(block)
    file = path.replace("`", "'")
    rest = f"*The text is cut here: the rest of it is in `{file}`.*"
    for at in sorted(range(len(parts)), key=lambda at: -len(_text(parts[at]))):
        part = parts[at]
        if not isinstance(part, Prose) or part.partial:
            continue
        for cut in _ever_shorter(part.text, parts):
            text = f"{closed(cut)}\n\n{rest}".strip()
            parts[at] = replace(part, text=text, partial=True)
    return tuple(parts)


def _ever_shorter(text: str, parts: list[Prose | Checklist]) -> Iterator[str]:
    """Yield beginnings of a text, each shorter by the body's current excess."""
    room = len(text)
    while room > 0 and is_too_long(tuple(parts)):
        room -= _length(tuple(parts)) - _MOST
        cut = _head(text, max(room, 0))
        room = len(cut)
        yield cut


def _head(text: str, room: int) -> str:
    """Return the beginning of a text up to the end of a paragraph, else of a line or a word."""
    for end in ("\n\n", "\n"):
        at = text.rfind(end, 0, room)
        if at > room // 2:
            return text[:at].rstrip()
    return _at_word(text, room)


def _at_word(text: str, room: int) -> str:
    at = text.rfind(" ", 0, room + 1)
    return text[: at if at > room // 2 else room].rstrip(" ,;:–—-")


def _text(part: Prose | Checklist) -> str:
    return part.text if isinstance(part, Prose) else ""


def _length(block: Block) -> int:
    """Return the length of the block in a body, with what is stored about its lines."""
    if sum(map(_raw_length, block)) < _SURELY:
        return 0
    lines = body.render(block, source="", mentions=False)
    remembered = sum(_LINE for line in lines if line.strip())
    return sum(len(line) + 1 for line in lines) + remembered + _BOX * len(body.boxes(lines))


def _raw_length(part: Prose | Checklist) -> int:
    entries = part.entries if isinstance(part, Checklist) else ()
    boxes = sum(len(each.text) + 8 + sum(len(row) + 3 for row in each.details) for each in entries)
    return len(part.heading) + len(_text(part)) + boxes
