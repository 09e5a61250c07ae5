"""Read tables that are written in HTML: `<table>` with a row on each line or across several lines.

A scanner, not a parser: it skips what it does not recognize, so hostile text costs no more than its
length. Cells carry no offsets: nothing is written into them.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

_TAG = re.compile(r"<(/?)(table|tr|td|th)\b([^<>]{0,400})>", re.IGNORECASE)
_SPAN = re.compile(r"\b(row|col)span[ ]?=[ ]?[\"']?(\d{1,3})", re.IGNORECASE)
_BREAK = re.compile(r"<br[ ]?/?>", re.IGNORECASE)
_OTHER = re.compile(r"<[^<>]{0,400}>")
_MAX_COLUMNS = 40
"""Maximum number of columns: a wider table is not a plan, and a span could claim any width."""


class HtmlRow(NamedTuple):
    """A row: the offset of its `<tr>`, and the texts of its cells with spans filled in."""

    at: int
    cells: tuple[str, ...]


class _Cell(NamedTuple):
    begin: int
    rows: int
    columns: int


def html_rows(text: str, start: int, end: int) -> list[HtmlRow]:
    """Return the rows of the only table in `text[start:end]`, empty if there is not exactly one."""
    tags = list(_TAG.finditer(text, start, end))
    if sum(tag[2].lower() == "table" and not tag[1] for tag in tags) != 1:
        return []
    rows = []
    carried: dict[int, tuple[int, str]] = {}
    for at, cells in _rows(text, tags):
        row = _filled(cells, carried)
        if row:
            rows.append(HtmlRow(at, row))
    return rows


def _rows(text: str, tags: list[re.Match[str]]) -> Iterator[tuple[int, list[tuple[_Cell, str]]]]:
    """Yield the offset and the own cells of each row."""
    at, cells = -1, list[tuple[_Cell, str]]()
    cell: _Cell | None = None
    for tag in tags:
        name, closing = tag[2].lower(), bool(tag[1])
        if cell is not None:
            cells.append((cell, _plain(text[cell.begin : tag.start()])))
            cell = None
        if name in ("tr", "table"):
            if at >= 0:
                yield at, cells
            at, cells = (tag.start() if name == "tr" and not closing else -1), []
        elif at >= 0 and not closing:
            spans = {each[1].lower(): int(each[2]) for each in _SPAN.finditer(tag[3])}
            cell = _Cell(tag.end(), spans.get("row", 1), spans.get("col", 1))


def _filled(cells: list[tuple[_Cell, str]], carried: dict[int, tuple[int, str]]) -> tuple[str, ...]:
    """Return a row together with the cells that reach down into it from rows above.

    `carried` maps a column to the number of rows that its cell still covers, and the text; it is
    updated.
    """
    row: list[str] = []
    own = iter(cells)
    while len(row) <= _MAX_COLUMNS:
        left, text = carried.pop(len(row), (0, ""))
        if left:
            if left > 1:
                carried[len(row)] = (left - 1, text)
            row.append(text)
            continue
        following = next(own, None)
        if following is None:
            if not any(column > len(row) for column in carried):
                break
            row.append("")
            continue
        cell, text = following
        for _ in range(min(max(cell.columns, 1), _MAX_COLUMNS)):
            if cell.rows > 1:
                carried[len(row)] = (cell.rows - 1, text)
            row.append(text)
    return tuple(row)


def _plain(written: str) -> str:
    """Return the text of a cell on one line, in the form that Markdown uses."""
    text = _OTHER.sub("", _BREAK.sub("; ", written))
    return " ".join(html.unescape(text).replace("|", "/").split())
