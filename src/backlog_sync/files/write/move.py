"""Items of a file moved below another parent, or among their siblings, and read again.

Whole lines move: an item with all that is below it. What does not read as it did, apart from the
move itself, is not done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.parsed import ParsedFile
from backlog_sync.files.write.engine import read_again
from backlog_sync.files.write.pieces import Piece, Span, joined
from backlog_sync.files.write.wanted import NOT_IN_PLACE, CannotSay

_NOT_IN_A_ROW = "these items are not one behind the other in the file"


@dataclass(frozen=True, slots=True)
class Moved:
    """A file after a move; `places` gives the new index of each item by its old one."""

    parsed: ParsedFile
    places: Mapping[int, int]


def below(parsed: ParsedFile, index: int, parent: int | None) -> Moved:
    """Move an item below another one of the same file, None for below none.

    Raises CannotSay if the file cannot say it.
    """
    at = parent
    while at is not None:
        if at == index:
            raise CannotSay("an item cannot be below itself")
        at = parsed.items[at].parent
    document = parsed.items[index].document
    if document.id is None and document.issue is None:
        raise CannotSay("its key would change with its parent; give it an `id:` first")
    if parsed.dialect:
        raise CannotSay("this file was written for another tool")
    if is_roadmap(parsed.source.path):
        from backlog_sync.files.write.move_headings import pieces_below  # noqa: PLC0415 - YAML needs none
    else:
        from backlog_sync.files.write.move_entries import pieces_below  # noqa: PLC0415 - nor Markdown this
    return _checked(parsed, pieces_below(parsed, index, parent), {index: parent})


def in_order(parsed: ParsedFile, indices: Sequence[int]) -> Moved:
    """Put siblings into this order; they take the places that they have together.

    Raises CannotSay if they are not one behind the other.
    """
    if parsed.dialect:
        raise CannotSay("this file was written for another tool")
    spans = [_span(parsed, index) for index in indices]
    standing = sorted(spans, key=lambda span: span.start)
    for one, other in pairwise(standing):
        if (one.end, one.container) != (other.start, other.container):
            raise CannotSay(_NOT_IN_A_ROW)
    text = parsed.source.text
    first, last = standing[0], standing[-1]
    line_break = "\r\n" if "\r\n" in text else "\n"
    pieces = [Piece(0, first.start)]
    for span in spans:
        chunk = text[span.start : span.end]
        whole = chunk if chunk.endswith(("\n", "\r")) else f"{chunk}{line_break}"
        pieces.append(Piece(span.start, span.end, whole))
    pieces.append(Piece(last.end, len(text)))
    return _checked(parsed, pieces, {})


def _span(parsed: ParsedFile, index: int) -> Span:
    if is_roadmap(parsed.source.path):
        from backlog_sync.files.write.move_headings import span_of  # noqa: PLC0415 - YAML needs none
    else:
        from backlog_sync.files.write.move_entries import span_of  # noqa: PLC0415 - nor Markdown this
    return span_of(parsed, index)


def _checked(
    parsed: ParsedFile, pieces: Sequence[Piece], parents: Mapping[int, int | None]
) -> Moved:
    """Read the moved text; every item must be as it was, apart from `parents` that are new."""
    text, starts = joined(parsed.source.text, pieces, _starts(parsed))
    read = read_again(parsed, text)
    order = sorted(range(len(parsed.items)), key=lambda index: starts[index])
    places = {old: new for new, old in enumerate(order)}
    if len(read.items) != len(parsed.items) or read.settings != parsed.settings:
        raise CannotSay(NOT_IN_PLACE)
    for old, item in enumerate(parsed.items):
        new = read.items[places[old]]
        parent = parents.get(old, item.parent)
        there = None if parent is None else places[parent]
        if (new.document, new.kind, new.parent) != (item.document, item.kind, there):
            raise CannotSay(NOT_IN_PLACE)
    return Moved(read, places)


def _starts(parsed: ParsedFile) -> list[int]:
    """Give the offset of each item; two items of one line cannot be told apart."""
    text = parsed.source.text
    lines = [0]
    lines += [at + 1 for at, sign in enumerate(text) if sign == "\n"]
    starts = [lines[item.place.line - 1] + item.place.column - 1 for item in parsed.items]
    if len(set(starts)) != len(starts):
        raise CannotSay(NOT_IN_PLACE)
    return starts
