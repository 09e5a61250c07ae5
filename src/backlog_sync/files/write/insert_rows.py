"""Write new items into CSV and TSV tables, and into `todo.txt` files."""

from collections.abc import Iterator, Sequence
from functools import partial

from backlog_sync.core.escape import is_suspect
from backlog_sync.core.inbox import NewItem
from backlog_sync.files.anchors import RowAnchor
from backlog_sync.files.outline import line_spans
from backlog_sync.files.parsed import ParsedFile, ParsedItem
from backlog_sync.files.syntax.cells import Row, text_at
from backlog_sync.files.vocabulary import field_of
from backlog_sync.files.write.edits import Edit, behind_line
from backlog_sync.files.write.insert_forms import Below, Form, usual_start
from backlog_sync.files.write.new_values import UnwritableError
from backlog_sync.files.write.table import TableWriter

_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet may run if a cell begins with it (OWASP, "CSV Injection")."""


def todo_forms(parsed: ParsedFile, below: Below) -> Iterator[Form]:
    """Yield the form of new tasks: lines at the end of a `todo.txt`."""
    if isinstance(below, int):
        raise UnwritableError("a todo.txt has no place for an item below another one")
    text = parsed.source.text
    spans = [span for span in line_spans(text) if text[span[0] : span[1]].strip()]

    def edits(new: Sequence[NewItem], _wholly: bool) -> list[Edit]:
        return [behind_line(text, spans[-1][1], [_plain(item.title) for item in new])]

    yield Form(edits, frozenset((None,)))


def _plain(title: str) -> str:
    """Return a title if it can be written without an escape, which these files do not have."""
    if any(map(is_suspect, title)):
        raise UnwritableError("its title has invisible characters")
    return title


def row_forms(parsed: ParsedFile, below: Below, kind: str) -> Iterator[Form]:
    """Yield the forms of new rows: below the last row of the item above, or of the table."""
    rows = _Rows(parsed)
    index = below if isinstance(below, int) else None
    items = [
        each for number, each in enumerate(parsed.items)
        if isinstance(each.anchor, RowAnchor)
        and (index is None or index in (number, *_above(parsed, number)))
    ]  # fmt: skip
    if not items:
        raise UnwritableError("the item above has no row in this table")
    last = max(_row_of(each) for each in items)
    rowed = [each for each in parsed.items if isinstance(each.anchor, RowAnchor)]
    inner = (
        [each for each in items if each.parent == index]
        or [each for each in rowed if (each.parent is None) == (index is None)]
        or rowed
    )
    model = next((each for each in reversed(inner) if each.kind == kind), inner[-1])
    yield Form(partial(rows.edits, last, model, index), frozenset((index,)))


def _above(parsed: ParsedFile, index: int) -> Iterator[int]:
    """Yield the ancestors of an item."""
    seen: set[int] = set()
    at = parsed.items[index].parent
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = parsed.items[at].parent


def _row_of(item: ParsedItem) -> int:
    assert isinstance(item.anchor, RowAnchor)
    return item.anchor.row


class _Rows:
    """Composes rows of one table."""

    def __init__(self, parsed: ParsedFile) -> None:
        self.parsed = parsed
        self.writer = TableWriter(parsed)
        self.table = self.writer.table

    def edits(
        self,
        last: int,
        model: ParsedItem,
        parent: int | None,
        new: Sequence[NewItem],
        _wholly: bool,
    ) -> list[Edit]:
        """Return the edit that adds rows behind another one."""
        lines = [self._row(model, parent, item) for item in new]
        text = self.parsed.source.text
        return [behind_line(text, self.table.rows[last].end, lines)]

    def _row(self, model: ParsedItem, parent: int | None, new: NewItem) -> str:
        """Return a row with a title, a kind, and the cells that name the item above it."""
        assert isinstance(model.anchor, RowAnchor)
        if new.title.startswith(_FORMULA):
            raise UnwritableError("a spreadsheet would read its title as a formula")
        if model.anchor.title < 0:
            raise UnwritableError("the table has no column of titles")
        row = self.table.rows[model.anchor.row]
        cells = []
        for at, name in enumerate(self.table.names):
            before = text_at(row.cells, at)
            if at == model.anchor.title:
                value = _plain(new.title)
            elif field_of(name) == "kind":
                value = self._kind_word(at, new.kind)
            elif field_of(name) == "status":
                value = usual_start(self.parsed, partial(self._text_at, at))
            else:
                value = self._name_above(model, parent, before)
            cells.append(self.writer.quoted(value, self._source(row, at)))
        return self.table.delimiter.join(cells)

    def _source(self, row: Row, at: int) -> str:
        """Return a cell as written; empty unless all cells of its row are in quotes."""
        written = [self.parsed.source.text[cell.start : cell.end] for cell in row.cells]
        quoted = all(cell.startswith('"') for cell in written)
        return written[at] if quoted and at < len(written) else ""

    def _kind_word(self, at: int, kind: str) -> str:
        alike = (each for each in self.parsed.items if each.kind == kind)
        return next(filter(None, map(partial(self._text_at, at), alike)), kind.capitalize())

    def _text_at(self, at: int, item: ParsedItem) -> str:
        """Return the text of an item's cell; empty without a row."""
        if not isinstance(item.anchor, RowAnchor):
            return ""
        return text_at(self.table.rows[item.anchor.row].cells, at)

    def _name_above(self, model: ParsedItem, parent: int | None, cell: str) -> str:
        """Return the cell of a column that names the item above, as the model's one does."""
        if parent is None or model.parent is None or not cell:
            return ""
        names = self._names(model.parent)
        if cell not in names:
            return ""
        others = self._names(parent)
        return others[names.index(cell)] if len(others) > names.index(cell) else ""

    def _names(self, index: int) -> list[str]:
        """Return the texts by which rows may name an item: its title, its key, its cells."""
        item = self.parsed.items[index]
        own = [item.document.title, item.document.id or ""]
        if not isinstance(item.anchor, RowAnchor):
            return own
        return own + [cell.text for cell in self.table.rows[item.anchor.row].cells]
