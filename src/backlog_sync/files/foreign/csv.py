"""Read tables: exports of Jira, and spreadsheets; headers decide what the columns mean."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from backlog_sync.core.diagnostics import Diagnostic, Fix, Place, warning
from backlog_sync.dataclass import dataclass
from backlog_sync.files.anchors import RowAnchor
from backlog_sync.files.draft import Draft, Findings
from backlog_sync.files.fill import Filler, Pair
from backlog_sync.files.foreign.finish import finished
from backlog_sync.files.node_values import text_of, titled
from backlog_sync.files.outline import Form
from backlog_sync.files.parsed import DEFAULTS, ParsedFile, ReadingOptions, Source
from backlog_sync.files.reading.claims import is_total
from backlog_sync.files.reading.columns import (
    MAX_COLUMNS,
    Columns,
    columns_of,
    place_by_order,
    typed_column,
)
from backlog_sync.files.reading.declared import Declared, Rule, unused_lines
from backlog_sync.files.source import Lines
from backlog_sync.files.statuses import meanings
from backlog_sync.files.syntax.cells import Cell, Row, scan_rows, text_at
from backlog_sync.files.validation import shown
from backlog_sync.files.values import parse_estimate, parse_points
from backlog_sync.files.vocabulary import (
    RANKS,
    field_of,
    is_priority,
    key_words,
    kind_of,
    listed,
    near_type,
)

CSV = "csv"
"""The dialect of tables."""


MAX_ROWS = 50_000
_HEADER_WITHIN = 15
"""Lines within which the header must be: spreadsheets have titles above it."""

_HEADER_LENGTH = 2_000
"""Characters of a header that a hint repeats: a longer one is data."""

_DELIMITERS = ",;\t|"
_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,14}-\d{1,7}")
"""A tracker's key: with such keys, titles and statuses are enough to recognize a plan."""

_MOST_RAGGED = 20
_MOST_SUMS = 3
"""The most cells of a row that its first words can identify as a total row."""

_TITLED = frozenset(("user_story", "i_want"))
"""Fields that rows get their titles from if there is no column of titles."""

_STRONG = listed("strong_columns")
"""Columns that only a plan has."""

_WEAK = listed("weak_columns")
"""Columns that other tables have, too: a plan has two of these, with matching values."""


_RUNNING = listed("running_text")
"""Fields whose text may contain commas."""

_RUNNING_ORDER = ("description", "user_story", "story", "i_want", "title")
"""The fields most likely to contain commas, before the others."""

_FORMER_LEVEL = re.compile(r"(?:epic|feature|(?:user )?story|(?:sub)?task)(?: name| title)?")
"""The headers that named a level before other languages were supported."""

_IMPORT = frozenset(("title", "body", "labels"))
"""The columns of a file that issues are imported from."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows, the index of its header row, and the delimiter.

    `rule` is the rule from the settings, if any.
    """

    rows: tuple[Row, ...]
    header: int
    delimiter: str
    columns: Columns
    rule: Rule | None = None

    @property
    def names(self) -> Sequence[str]:
        """Return the header's words; columns that the settings declare have their field's name."""
        return self.columns.keys


def parse_csv(source: Source, options: ReadingOptions = DEFAULTS) -> ParsedFile:
    """Read a table of work items: an export of Jira, or a spreadsheet with a header.

    Rows are items; their kind is in a column, or depends on which of the columns for epic, feature,
    story and task is filled. `options` are the settings for reading. Raises nothing for the file's
    content.
    """
    rules = Declared(dict(options.declared))
    table = read_table(source.text, rules, options.fields)
    why = "none of its columns is typical of a plan"
    if isinstance(table, str) or not (table.rule or _is_plan(table)):
        diagnostic = _none(source, table if isinstance(table, str) else why)
        return ParsedFile(source, diagnostics=(diagnostic,), dialect=CSV, options=options)
    reader = _Reader(source, table, options)
    reader.read()
    none = _none(source, "its rows have no titles")
    parsed = finished(source, reader.drafts, reader.filler, CSV, none, options)
    unused = unused_lines(rules, source.path, Form.TABLE)
    return replace(parsed, diagnostics=(*reader.ragged_rows, *parsed.diagnostics, *unused))


def _none(source: Source, why: str) -> Diagnostic:
    message = (
        f"this is not a backlog: {why}; looked for a header with a title ('Summary', 'Title', "
        "'Story'), and either one of 'Story Points', 'Priority' and 'Epic Link', or two of "
        "'Status', 'Type', 'Assignee' and 'Due date'"
    )
    hint = "name the file with the plan"
    header = scan_rows(source.text[:_HEADER_LENGTH], ",", 1)
    first = header[0].cells[0].text if header else ""
    if first and len(header[0].cells) > 1:
        declared = f'reading: {{"table {shown(first)}": {{items: story, title: {shown(first)}}}}}'
        hint = f"if its rows are items, put `{declared}` into backlog/config.yaml"
    return Diagnostic(Place(source.path), "not-a-backlog", message, hint)


# ---- the table -----------------------------------------------------------------------------


def read_table(text: str, rules: Declared, fields: Sequence[str] = ()) -> Table | str:
    """Return the table with its header, or the reason why it does not have one."""
    head = text[:20_000]
    counts = [(*_header_at(head, sign, rules, fields), sign) for sign in _DELIMITERS]
    score, header, delimiter = max(counts, key=lambda each: each[0])
    if not score:
        return "there is no header"
    rows = scan_rows(text, delimiter, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        return f"it has more than {MAX_ROWS} rows"
    words = _words(rows[header])
    rule = rules.of_table(words)
    if rule is not None and rule.ignored:
        return "the settings ignore its table"
    columns = columns_of(words, [row.cells for row in rows[header + 1 :]], rule, fields)
    table = Table(rows, header, delimiter, columns, rule)
    running = _running_texts(table.names)
    if not running:
        return table
    behind = (_whole(text, row, running, table.names) for row in rows[header + 1 :])
    return replace(table, rows=(*rows[: header + 1], *behind))


def _words(header: Row) -> list[str]:
    return [cell.text for cell in header.cells]


def _running_texts(names: Sequence[str]) -> list[int]:
    """Return the columns of running text, where an unquoted delimiter may be a comma."""
    columns = [
        at for at, name in enumerate(names)
        if field_of(name) in _RUNNING and not ((word := typed_column(name)) and word.kind == "epic")
    ]  # fmt: skip
    order = {field: place for place, field in enumerate(_RUNNING_ORDER)}
    return sorted(columns, key=lambda at: order.get(field_of(names[at]) or "", len(order)))


def _whole(text: str, row: Row, running: Sequence[int], names: Sequence[str]) -> Row:
    """Return a row with too many cells, with the surplus joined into an unquoted running text.

    Only if the cells after it then fit their columns, and do not fit as they are. Of several texts,
    the one with the most blanks after these commas.
    """
    more = len(row.cells) - len(names)
    if more <= 0:
        return row
    best, blanks = row, -1
    for column in running:
        split = row.cells[column : column + more + 1]
        if any(text.startswith('"', cell.start) for cell in split):
            continue
        start, end = split[0].start, split[-1].end
        joined = Cell(text[start:end].strip(), start, end)
        cells = (*row.cells[:column], joined, *row.cells[column + more + 1 :])
        spaces = sum(text.startswith(" ", cell.start) for cell in split[1:])
        fits = _fits(cells, names, column) and not _fits(row.cells, names, column)
        if fits and spaces > blanks:
            best, blanks = Row(cells, row.end, more), spaces
    return best


def _fits(cells: Sequence[Cell], names: Sequence[str], column: int) -> bool:
    """Return whether the cells after a column fit their headers, as far as that can be checked."""
    seen = [
        test(cell.text)
        for name, cell in zip(names[column + 1 :], cells[column + 1 :], strict=False)
        if (test := _TESTS.get(field_of(name) or "")) and cell.text
    ]
    return bool(seen) and all(seen)


def _header_at(head: str, delimiter: str, rules: Declared, own: Sequence[str]) -> tuple[int, int]:
    """Return how many columns of the header are known, and its row; a declared header wins."""
    best = (0, 0)
    for at, row in enumerate(scan_rows(head, delimiter, _HEADER_WITHIN)):
        names = _words(row)[:MAX_COLUMNS]
        if len(names) > 1 and rules.of_table(names):
            return MAX_COLUMNS + 1, at
        columns = columns_of(names, fields=own)
        fields = columns.fields
        titled = columns.titles or fields & _TITLED
        if titled and fields & (_STRONG | _WEAK) and len(names) > 1 and len(fields) > best[0]:
            best = (len(fields), at)
    return best


def _is_plan(table: Table) -> bool:
    """Return whether the columns are those of a plan, with values that a plan has."""
    fields = table.columns.fields
    if fields & _STRONG or set(map(key_words, table.names)) >= _IMPORT:
        return True
    weak = fields & _WEAK
    seen = weak & {"kind", "status"}
    weak -= {field for field in seen if not _mostly(table, field, _TESTS[field])}
    if weak == {"status"}:
        of_tracker = _mostly(table, "id", lambda word: bool(_KEY.fullmatch(word)))
        return of_tracker or all(map(field_of, table.names))
    return len(weak) >= 2


_TESTS: dict[str, Callable[[str], bool]] = {
    "status": lambda word: bool(meanings(word)),
    "priority": is_priority,
    "story_points": lambda word: parse_points(word) is not None,
    "estimate": lambda word: parse_estimate(word) is not None,
    "kind": lambda word: kind_of(word) is not None,
}
"""Columns whose values can be recognized."""


def _mostly(table: Table, field: str, test: Callable[[str], bool]) -> bool:
    """Return whether at least half of the values of a column pass a test."""
    at = table.columns.column_of(field)
    texts = [text for row in table.rows[table.header + 1 :] if (text := text_at(row.cells, at))]
    return bool(texts) and sum(map(test, texts)) * 2 >= len(texts)


# ---- items ---------------------------------------------------------------------------------


class _Reader:
    """Reads the rows of a table; `steps` are the columns of their titles."""

    def __init__(self, source: Source, table: Table, options: ReadingOptions) -> None:
        self.source = source
        self.table = table
        self.columns = table.columns
        self.findings = Findings(source.path)
        self.filler = Filler(self.findings, options.fields)
        self.lines = Lines(source.text)
        self.drafts: list[Draft] = []
        self.ragged_rows: list[Diagnostic] = []
        self.kind = table.rule.kind if table.rule else ""
        self.steps: list[int] = []

    def read(self) -> None:
        """Read all rows below the header."""
        width = len(self.table.names)
        for number, row in enumerate(self.table.rows):
            filled = [cell.text for cell in row.cells if cell.text]
            if number <= self.table.header or not filled:
                continue
            place = self._place(row.cells[0])
            if len(filled) <= _MOST_SUMS and is_total(filled[0], filled[0].split(maxsplit=1)[0]):
                self.findings.skip(place, "a row of totals")
                continue
            if row.joined or any(cell.text for cell in row.cells[width:]):
                self._ragged(place, len(row.cells) + row.joined, width)
            draft = self._draft(row.cells, place)
            if draft is None:
                self.findings.skip(place, "a row without a title")
                if len(filled) >= _MOST_SUMS:
                    column = self.columns.names[min(self.columns.titles, default=0)]
                    what, hint = "rows without a title are left out", f"fill the column '{column}'"
                    self.findings.warn(place, "missing-title", what, filled[0], hint)
                continue
            draft.anchor = RowAnchor(number, self.steps[-1])
            self.drafts.append(draft)
        place_by_order(self.columns, self.steps, self.drafts)

    def _place(self, cell: Cell) -> Place:
        return self.lines.place(self.source.path, cell.start)

    def _ragged(self, place: Place, cells: int, columns: int) -> None:
        if len(self.ragged_rows) < _MOST_RAGGED:
            message = f"this row has {cells} cells, the header {columns}"
            hint = "quote the cell that holds the delimiter"
            self.ragged_rows.append(warning(place, "ragged-row", message, hint))

    def _draft(self, cells: Sequence[Cell], place: Place) -> Draft | None:
        """Return the draft of a row; None if it does not have a title."""
        columns = self.columns
        pairs = columns.pairs(cells, self._place)
        named = self.filler.kind_of(pairs, self.kind, loose=not self.kind)
        at = columns.title_of(cells, named)
        kind = named or columns.titles.get(at, "") or "story"
        self._check_kind(pairs, kind)
        others = columns.rest(pairs, at)
        title = next((pair for pair in pairs if at >= 0 and pair.key == columns.keys[at]), None)
        if at < 0 and not (columns.levels or columns.steps):
            title = self.filler.title_of(others, kind)
        if title is None:
            return None
        draft = Draft(kind, titled(text_of(title.value))[0], place)
        former = named or _former_kind(columns, cells)
        draft.former_kind = former if at in columns.titles and former != kind else ""
        self.filler.name(draft, others)
        if kind == "epic":
            own = {columns.keys[at] for at in columns.own}
            names = [
                pair for pair in others if pair.key not in own and field_of(pair.key) == "epic"
            ]
            draft.aliases += [text_of(pair.value) for pair in names]
            others = [pair for pair in others if pair not in names]
        self.filler.fill(draft, [title, *others] if at >= 0 else others, title)
        draft.aliases += columns.other_titles(cells, at, kind)
        above = columns.above(cells, at, self._place)
        draft.parents += above
        draft.stood_alone = bool(above) and not columns.levels
        self.steps.append(at)
        return draft

    def _check_kind(self, pairs: Sequence[Pair], kind: str) -> None:
        """Report a misspelled kind."""
        for pair in pairs:
            word = text_of(pair.value)
            if field_of(pair.key) == "kind" and (meant := near_type(word)):
                remedy = (f"write `{meant.capitalize()}`", Fix(word, meant.capitalize()))
                what = f"is not a kind of item; read as {kind}"
                self.findings.warn_of_value(pair.place, "near-type", what, word, remedy)


def _former_kind(columns: Columns, cells: Sequence[Cell]) -> str:
    """Return the kind that a row without one had when only English headers named levels.

    Keys made from numbers contain it: `story-1` below the header `Aufgabe`.
    """
    if columns.parents and not columns.levels:
        return "task"
    levels = {
        level for at, level in columns.titles.items()
        if text_at(cells, at) and _FORMER_LEVEL.fullmatch(key_words(columns.keys[at]))
    }  # fmt: skip
    if "kind" in columns.fields:
        levels &= {"task"}
    return max(levels, key=lambda level: RANKS[level], default="story")
