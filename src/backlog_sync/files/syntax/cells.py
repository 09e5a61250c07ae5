"""Split rows of tables into cells with their offsets: pipe tables, CSV and TSV."""

import csv
import io
import re
from collections.abc import Sequence
from typing import TypeAlias

from backlog_sync.dataclass import dataclass
from backlog_sync.files.outline import Form, Kind, Line, Node


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its trimmed text, and its offsets in the file, including quotes."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a CSV or TSV file.

    `end` is the offset of its line break; `joined` is the number of its delimiters that were read
    as text.
    """

    cells: tuple[Cell, ...]
    end: int
    joined: int = 0


PipeRows: TypeAlias = Sequence[tuple[Line, tuple[Cell, ...]]]
"""The rows of a pipe table: its header, its delimiter row, its body."""


def text_at(cells: Sequence[Cell], at: int) -> str:
    """Return the cell of a row in a column; empty if the row ends before it (or for -1)."""
    return cells[at].text if 0 <= at < len(cells) else ""


def split_cells(line: Line) -> tuple[Cell, ...]:
    """Return the cells of a row between bars; an escaped bar does not end one.

    Cells of an HTML row do not have their own offsets: nothing is written into them.
    """
    if line.cells:
        return tuple([Cell(text, line.at, line.at) for text in line.cells])
    text = line.text
    cells = []
    begin = 1 if text.startswith("|") else 0
    for at in range(begin, len(text)):
        if text[at] == "|" and text[at - 1 : at] != "\\":
            cells.append(_cell(line, begin, at))
            begin = at + 1
    if begin < len(text):
        cells.append(_cell(line, begin, len(text)))
    return tuple(cells)


def pipe_rows(lines: Sequence[Line], node: Node) -> PipeRows:
    """Return the lines of a table with their cells; empty for any other node and for our summaries.

    The header of an HTML table is repeated in place of the delimiter row that it does not have.
    """
    if node.form is not Form.TABLE or lines[node.first].kind is not Kind.TABLE:
        return []
    rows = lines[node.first : node.end]
    html = [line for line in rows if line.cells]
    return [(line, split_cells(line)) for line in (html[:1] + html if html else rows)]


def _cell(line: Line, begin: int, end: int) -> Cell:
    part = line.text[begin:end]
    start = line.at + begin + len(part) - len(part.lstrip())
    return Cell(part.strip(), start, start + len(part.strip()))


def scan_rows(text: str, delimiter: str, most: int) -> tuple[Row, ...]:
    """Split a text into rows and cells according to RFC 4180; stop after `most` rows."""
    rows: list[Row] = []
    cells: list[Cell] = []
    one = re.compile(rf'("[^"]*(?:""[^"]*)*(?:"|\Z))?([^{re.escape(delimiter)}\r\n]*)')
    at, size = 0, len(text)
    while at < size and len(rows) < most:
        start, match = at, one.match(text, at)
        assert match is not None
        at = match.end()
        quoted = (match[1] or "")[1:-1].replace('""', '"')
        cells.append(Cell((quoted + match[2]).strip(), start, at))
        if text.startswith(delimiter, at):
            at += 1
            if at == size:
                cells.append(Cell("", at, at))
            continue
        rows.append(Row(tuple(cells), at))
        cells = []
        at += 2 if text.startswith("\r\n", at) else 1
    if cells:
        rows.append(Row(tuple(cells), size))
    return tuple(rows)


def reads_alike(text: str, rows: Sequence[Row], delimiter: str) -> bool:
    """Return whether the standard library reads the same cells.

    Cells are written to only if it does.
    """
    try:
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return False
    expected = [[cell.strip() for cell in row or [""]] for row in read]
    return expected == [[cell.text for cell in row.cells] for row in rows]
