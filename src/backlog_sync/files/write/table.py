"""Set fields of items in CSV and TSV tables: change cells, or add columns."""

from collections.abc import Iterator
from functools import cache, partial

from backlog_sync.core.model import CheckItem
from backlog_sync.files.anchors import RowAnchor
from backlog_sync.files.foreign.csv import Table, read_table
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.reading.declared import Declared
from backlog_sync.files.source import Lines
from backlog_sync.files.syntax.cells import Row, reads_alike, text_at
from backlog_sync.files.write.edits import Edit
from backlog_sync.files.write.new_values import (
    NO_PLACE,
    Link,
    Status,
    Ticks,
    UnwritableError,
    UnwritableFileError,
    Value,
    has_progress,
)
from backlog_sync.files.write.own_words import Texts, list_text, spelled

_ADDED = {"issue": "Issue", "status": "Status"}
"""Fields that get a column if there is none, and its header."""


class TableWriter:
    """Sets cells of one table; new columns follow all others."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self.text = parsed.source.text
        options = parsed.options
        table = read_table(self.text, Declared(dict(options.declared)), options.fields)
        if isinstance(table, str) or not reads_alike(self.text, table.rows, table.delimiter):
            raise UnwritableFileError("its quotes can be read in more than one way")
        self.table: Table = table
        width, body = len(table.names), table.rows[table.header + 1 :]
        self.longer = any(text_at(row.cells, width) for row in body)  # cells without a header
        self.lines = Lines(self.text)
        self.spelled = cache(partial(spelled, parsed))
        self.texts = Texts(len(parsed.items), self._text)
        self.cells: dict[tuple[int, int], str] = {}
        self.columns: dict[str, dict[int, str]] = {}

    def set(self, index: int, field: str, value: Value) -> None:
        """Set one field of an item. Raises UnwritableError, without an edit, if it has no place."""
        item = self.parsed.items[index]
        if not isinstance(item.anchor, RowAnchor):
            raise UnwritableError(NO_PLACE)
        if has_progress(item.document, value):
            return
        number, row = item.anchor.row, self.table.rows[item.anchor.row]
        places = [item.anchor.title] if field == "title" else self._places(item, field, row)
        if field == "title" and text_at(row.cells, item.anchor.title) != item.document.title:
            raise UnwritableError("the title is not written in one piece")
        if isinstance(value, Status) and value.initial and not item.document.status:
            return
        if not places:
            self._new(field, number, self._plain(index, field, value, ""))
        elif len(places) > 1 and isinstance(value, tuple):
            self._spread(number, places, [str(each) for each in value])
        else:
            at = places[0]
            self.cells[number, at] = self._plain(index, field, value, text_at(row.cells, at))

    def finish(self) -> list[Edit]:
        """Return the edits for all fields that were set."""
        edits = [edit for place, text in self.cells.items() for edit in self._cell(*place, text)]
        return [*edits, *self._added()]

    # ---- where -----------------------------------------------------------------------------

    def _places(self, item: ParsedItem, field: str, row: Row) -> list[int]:
        """Return the columns of a field: those that it was read from, or else one that fits."""
        place, path = item.places.get(field), self.parsed.source.path
        starts = enumerate(self.lines.place(path, cell.start) for cell in row.cells)
        at = next((at for at, start in starts if start == place), None)
        if at is None:
            at = self.table.columns.column_of(field)
        if not 0 <= at < len(self.table.names):
            return []
        name = self.table.names[at]
        return [n for n, each in enumerate(self.table.names) if each == name]

    def _text(self, index: int, field: str) -> str:
        """Return the text of the cell of a field."""
        item = self.parsed.items[index]
        if not isinstance(item.anchor, RowAnchor):
            return ""
        row = self.table.rows[item.anchor.row]
        places = self._places(item, field, row)
        return text_at(row.cells, places[0]) if len(places) == 1 else ""

    def _new(self, field: str, number: int, value: str) -> None:
        if field not in _ADDED:
            raise UnwritableError("the table has no column for it")
        if self.longer:
            raise UnwritableError("a row has more cells than the header")
        self.columns.setdefault(field, {})[number] = value

    # ---- what ------------------------------------------------------------------------------

    def _plain(self, index: int, field: str, value: Value, old: str) -> str:
        """Return a value as the text of a cell."""
        item = self.parsed.items[index]
        if isinstance(value, Link):
            return value.number
        if isinstance(value, Ticks):
            entries = enumerate(item.document.acceptance_criteria or ())
            value = tuple(CheckItem(e.text, value.done.get(at, e.done)) for at, e in entries)
        if isinstance(value, Status):
            return self.spelled(field, value.word)
        if value is None or isinstance(value, str | int | float):
            return self.texts.new(index, field, value)
        if not isinstance(value, tuple):
            raise UnwritableError("sums have no place in this file")
        return list_text(self.parsed, item, field, old, value, self._texts)

    def _texts(self, item: ParsedItem) -> Iterator[str]:
        """Yield the cells of an item, with its ids."""
        if isinstance(item.anchor, RowAnchor):
            yield from (cell.text for cell in self.table.rows[item.anchor.row].cells)

    def _spread(self, number: int, places: list[int], members: list[str]) -> None:
        """Write words to the columns, one word per column."""
        if len(members) > len(places):
            raise UnwritableError("the table has no more columns for it")
        for at, word in zip(places, [*members, *[""] * len(places)], strict=False):
            self.cells[number, at] = word

    # ---- edits -----------------------------------------------------------------------------

    def _cell(self, number: int, at: int, text: str) -> Iterator[Edit]:
        row = self.table.rows[number]
        if at < len(row.cells):
            cell = row.cells[at]
            written = self.quoted(text, self.text[cell.start : cell.end])
            if text != cell.text:
                yield Edit(cell.start, cell.end, written)
        elif text:
            gap = self.table.delimiter * (at - len(row.cells) + 1)
            yield Edit(row.end, row.end, gap + self.quoted(text, ""))

    def _added(self) -> Iterator[Edit]:
        """Yield the edits that add columns to the end of every row."""
        fields = [field for field in _ADDED if field in self.columns]
        if not fields:
            return
        sign, width = self.table.delimiter, len(self.table.names)
        last = dict(sorted(self.cells))  # the last set column of each row
        for number, row in enumerate(self.table.rows):
            blank = len(row.cells) == 1 and not row.cells[0].text
            if number < self.table.header or blank:
                continue
            cells = [
                _ADDED[field] if number == self.table.header
                else self.quoted(self.columns[field].get(number, ""), "")
                for field in fields
            ]  # fmt: skip
            if len(row.cells) > width:
                cell = row.cells[width]
                yield Edit(cell.start, cell.end, sign.join(cells))
                continue
            filled = max(len(row.cells), last.get(number, -1) + 1)
            yield Edit(row.end, row.end, sign * (width - filled + 1) + sign.join(cells), order=1)

    def quoted(self, value: str, before: str) -> str:
        """Return a cell quoted like its neighbors: if it must be, or if it was before."""
        signs = (self.table.delimiter, '"', "\n", "\r")
        if before.startswith('"') or any(sign in value for sign in signs):
            return '"' + value.replace('"', '""') + '"'
        return value
