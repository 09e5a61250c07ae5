"""A column of statuses for rows of pipe tables that have none, in the table's own style."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from backlog_sync.files.inline import plain
from backlog_sync.files.reading.claims import split_cells
from backlog_sync.files.syntax.markdown import Kind, Line
from backlog_sync.files.vocabulary import bare_word, field_of
from backlog_sync.files.write.edits import Edit

_DASHES = 3
"""The fewest dashes that every reader of Markdown takes for a column."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How the cells of a table are written: the blanks around them, and their width."""

    blank: str
    closed: bool
    width: int

    def cell(self, value: str) -> str:
        """A further cell with the bar that belongs to it."""
        if self.closed:
            return f"{self.blank}{value.ljust(self.width)}{self.blank}|"
        return f"{self.blank}|{self.blank}{value}".rstrip()

    def dashes(self, last: str) -> str:
        """The further cell of the line of dashes, like its last one."""
        blank = " " if last.startswith(" ") else ""
        room = self.width + 2 * (len(self.blank) - len(blank))
        return replace(self, blank=blank, width=0).cell("-" * max(_DASHES, room))


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
    style = _style(table, [name, *words.values()])
    for number, line in enumerate(table):
        word = name if number == 0 else words.get(line.row, "")
        if has_one and (number < 2 or not word):
            continue
        gap = style.cell("") * max(0, width - len(split_cells(line)))
        cell = style.dashes(_last(line)) if number == 1 else style.cell(word)
        at = _end(line, width, closed=style.closed)
        yield Edit(at, at, gap + cell, order=1)


def _end(line: Line, width: int, *, closed: bool) -> int:
    """Where a row ends: before cells that have no name above them, as where a text holds bars."""
    cells = split_cells(line)
    if len(cells) <= width:
        return line.at + len(line.text)
    return line.at + line.text.rindex("|", 0, cells[width].at - line.at) + closed


def _style(table: Sequence[Line], words: Sequence[str]) -> _Style:
    lasts = [_last(line) for line in table]
    closed = table[0].text.endswith("|")
    aligned = closed and len(set(map(len, lasts))) == 1
    return _Style(
        " " if lasts[0].startswith(" ") else "", closed, max(map(len, words)) if aligned else 0
    )


def _last(line: Line) -> str:
    """The last cell of a row as it is written, blanks and all."""
    return line.text.removesuffix("|").rpartition("|")[2]
