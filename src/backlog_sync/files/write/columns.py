"""A column of statuses for rows of pipe tables that have none, in the table's own style."""

from collections.abc import Iterator, Mapping, Sequence

from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Kind, Line
from backlog_sync.files.syntax.cells import split_cells
from backlog_sync.files.vocabulary import bare_word, field_of
from backlog_sync.files.write.edits import Edit

_DASHES = 3
"""The fewest dashes that every reader of Markdown takes for a column."""


def status_columns(lines: Sequence[Line], words: Mapping[int, str], name: str) -> Iterator[Edit]:
    """Give the edits that put these words, by row of the file, into a last column `name`."""
    left = dict(words)
    while left:
        first = last = next(iter(left))
        while first and lines[first - 1].kind is Kind.TABLE:
            first -= 1
        while last + 1 < len(lines) and lines[last + 1].kind is Kind.TABLE:
            last += 1
        told = {row: left.pop(row, "") for row in range(first + 2, last + 1)}
        yield from _column(lines[first : last + 1], told, name)


def _column(table: Sequence[Line], words: Mapping[int, str], name: str) -> Iterator[Edit]:
    """Add a column to one table; where it is there already, rows that end before it reach it."""
    names = [field_of(bare_word(plain(cell.text))) for cell in split_cells(table[0])]
    has_one = "status" in names
    width = names.index("status") if has_one else len(names)
    lasts = [line.text.removesuffix("|").rpartition("|")[2] for line in table]
    closed = table[0].text.endswith("|")
    blank = " " if lasts[0].startswith(" ") else ""
    aligned = closed and len(set(map(len, lasts))) == 1
    room = max(map(len, (name, *words.values()))) if aligned else 0
    for number, line in enumerate(table):
        word = name if number == 0 else words.get(line.row, "")
        if has_one and (number < 2 or not word):
            continue
        cell = _cell(word.ljust(room), blank, closed=closed)
        if number == 1:
            edge = " " if lasts[1].startswith(" ") else ""
            dashes = "-" * max(_DASHES, room + 2 * (len(blank) - len(edge)))
            cell = _cell(dashes, edge, closed=closed)
        gap = _cell(" " * room, blank, closed=closed) * max(0, width - len(split_cells(line)))
        at = _end(line, width, closed=closed)
        yield Edit(at, at, gap + cell, order=1)


def _cell(value: str, blank: str, *, closed: bool) -> str:
    """A further cell with the bar that belongs to it."""
    return f"{blank}{value}{blank}|" if closed else f"{blank}|{blank}{value}".rstrip()


def _end(line: Line, width: int, *, closed: bool) -> int:
    """Where a row ends: before cells that have no name above them, as where a text holds bars."""
    cells = split_cells(line)
    if len(cells) <= width:
        return line.at + len(line.text)
    return line.at + line.text.rindex("|", 0, cells[width].start - line.at) + closed
