"""Read pipe tables (rule 5) whose rows are items or add details to items declared elsewhere.

The header decides whether rows are items: a column for the title (`Task`, `Item`, or `Title` next
to a column of numbers), and planning columns. Rows of items that headings or lists declare are
merged into those; risks, metrics and decisions are not items.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from functools import partial
from itertools import pairwise

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.keys import is_key
from backlog_sync.core.model import IssueHint
from backlog_sync.dataclass import dataclass
from backlog_sync.files.documents.items import RiskDocument
from backlog_sync.files.draft import Ref
from backlog_sync.files.fill import Pair as Filled
from backlog_sync.files.hints import cell_hints, issue_hints
from backlog_sync.files.inline import plain
from backlog_sync.files.node_values import text_of
from backlog_sync.files.outline import Form, Line, Outline
from backlog_sync.files.parsed import ListedRisk
from backlog_sync.files.reading.claims import COUNTED, TableRow, is_total, read_summary
from backlog_sync.files.reading.columns import Columns, columns_of, typed_column
from backlog_sync.files.reading.declared import Declared
from backlog_sync.files.reading.metadata import Pair
from backlog_sync.files.reading.titles import Typed, parse_title, recognize, without_marks
from backlog_sync.files.statuses import status_in
from backlog_sync.files.syntax.cells import Cell, PipeRows, pipe_rows, text_at
from backlog_sync.files.values import parse_issue, without_issue, without_remark
from backlog_sync.files.vocabulary import (
    RANKS,
    TypeWord,
    bare_word,
    column_of,
    field_of,
    is_empty_word,
    is_priority,
    key_words,
    listed,
    risk_column,
    type_word,
    vocabulary,
)

_PLANNING = listed("row_evidence")
_WORK = frozenset(("effort", "estimate", "estimate_hours", "story_points", "priority"))
"""Columns that only work has; next to them one more planning column is enough: `Type`, `Status`."""

MERGED = listed("merged")
"""Columns of an overview that are merged into items declared elsewhere."""

_ADDED = ("status", "progress", "issue")
"""Columns that write-back may add to one of several tables of the same header."""

_STORIES = frozenset(("story_points", "acceptance_criteria", "user_story"))
"""Columns that only stories have."""

_PLAIN_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,4}$")
_PART_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")
_LETTERED_NUMBER = re.compile(r"[A-Za-z]{1,6}[-_ ]?0*(\d[\d.]*)$")
_PART_LEAD = re.compile(r"(\d{1,3}[a-z]?)(?:[.):]|[ ]?[-–—])?(?:[ ]+|$)")
_MAX_COLUMNS = 40
_FEWEST = 3
"""Minimum number of rows: fewer may count up, or all have a status, by chance."""

_OLD_NUMBERS = listed("old_numbers")
"""Headers of numbers that earlier versions knew; rows below others had keys from their titles."""

Name = tuple[str, str]
"""A name of an item after its type: `key`, `number` or `title`."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as an item: `typed` holds key and number, `at` is the column of its title.

    `issue` is the issue that the title ends with, `hints` are others that title, number and unknown
    cells may name. `sure` is True if its kind does not depend on its position.
    """

    line: Line
    typed: Typed
    kind: str
    columns: Columns
    cells: tuple[Cell, ...]
    at: int
    issue: str | None = None
    hints: tuple[IssueHint, ...] = ()
    sure: bool = False

    @property
    def title(self) -> Cell:
        """The cell of its title."""
        return self.cells[self.at]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The cells with a known meaning."""
        fields = _fields(self.columns, self.at)
        columns = enumerate(zip(self.columns.names, self.cells, strict=False))
        return tuple(
            Pair(name, fields[at], cell.text, cell.start, cell.end, "", "", cell=True)
            for at, (name, cell) in columns if at in fields
        )  # fmt: skip

    def place_of(self, path: str, cell: Cell) -> Place:
        """Return the place of one of its cells in a file."""
        return Place(path, self.line.row + 1, cell.start - self.line.start + 1)

    def other_pairs(self, path: str) -> list[Filled]:
        """Return the pairs of its other cells; an empty status counts because it has a place."""
        pairs = self.columns.pairs(self.cells, partial(self.place_of, path))
        pairs = self.columns.rest(pairs, self.at, self.columns.number)
        return [pair for pair in pairs if field_of(pair.key) == "status"
                or not is_empty_word(plain(text_of(pair.value)))]  # fmt: skip

    def above(self, path: str) -> list[Ref]:
        """Return references to the parents that the columns before its title name."""
        return self.columns.above(self.cells, self.at, partial(self.place_of, path))

    @property
    def known_by(self) -> list[Name]:
        """The names of the item that it may be about; a dotted number fits any kind."""
        dotted = ("",) if "." in (self.typed.number or "") else ()
        return names_of(self.typed.title, self.typed.key, self.typed, self.kind, *dotted)

    @property
    def former_kind(self) -> tuple[str, bool]:
        """The kind that an earlier version gave it, part of its key, and whether it was sure.

        That version did not take a kind from a header that means a title (`Aufgabe`), and took the
        first of several levels.
        """
        columns, at = self.columns, self.at
        kind = columns.titles[at] or columns.kind
        if self.kind != (kind or "story"):
            return self.kind, True
        known = column_of(columns.keys[at])
        if "title" in (known, field_of(columns.keys[at])):
            kind = columns.kind
        elif columns.levels and not known:
            kind = columns.titles[min(columns.parents)]
        for_stories = not _STORIES.isdisjoint(_fields(columns, at).values())
        return kind or "story", for_stories or kind in ("story", "bug", "task")

    @property
    def unnumbered(self) -> bool:
        """Whether an earlier version did not know that a column numbers the rows."""
        columns, at = self.columns, self.columns.number
        header = columns.keys[at] if at >= 0 and not columns.kind else ""
        return column_of(header) == "id" and key_words(header) not in _OLD_NUMBERS

    @property
    def header(self) -> tuple[str, ...]:
        """The texts of its table's header, without columns that write-back adds."""
        headers = zip(self.columns.names, self.columns.keys, strict=True)
        return tuple(name for name, key in headers if field_of(key) not in _ADDED)


@dataclass(slots=True)
class Tables:
    """The classified tables of a file, by the row of their header.

    `parts` are tables of phases, stages and the like: their rows do not declare items, but may add
    details to what headings declare.
    """

    items: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    parts: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    overviews: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    summaries: dict[int, tuple[TableRow, ...]] = field(default_factory=dict)


def read_tables(outline: Outline, rules: Declared, fields: Sequence[str] = ()) -> Tables:
    """Read all tables of a file at once, before it is known what else declares their rows."""
    tables = Tables()
    ranked = False
    for node in outline.root.walk():
        if node.form is Form.SECTION:
            ranked = is_priority(plain(without_remark(node.text)))
        rows = pipe_rows(outline.lines, node)
        if not rows:
            continue
        tables.summaries[node.first] = read_summary(rows)
        shape = _shape(
            rows, rules, fields, ranked=ranked, summed=bool(tables.summaries[node.first])
        )
        if shape is not None:
            heads = [_texts(cells) for _, cells in rows[:2]]  # a long table may repeat them
            new = (each for each in rows[2:] if _texts(each[1]) not in heads)
            parsed = (_row(line, cells, *shape) for line, cells in new)
            part = _part_word(shape[0], next(iter(shape[0].titles)))
            kept = tables.parts if part else tables.items
            kept[node.first] = tuple(filter(None, parsed))
    _find_repeated(tables)
    _clear_repeated_numbers(tables)
    return tables


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [cell.text for cell in cells]


def part_overviews(tables: Tables, declared: AbstractSet[Name]) -> None:
    """Separate rows that repeat what headings and lists declare from rows that declare items."""
    for at, rows in (*tables.items.items(), *tables.parts.items()):
        known = tuple(row for row in rows if not declared.isdisjoint(row.known_by))
        if known:
            tables.overviews[at] = known
        if len(known) == len(rows) and at in tables.items:
            del tables.items[at]


def name_parents(rows: Sequence[Row]) -> bool:
    """Return whether rows name their parents themselves, so that they do not need a heading."""
    return all(
        any(pair.field in ("epic", "feature") for pair in row.pairs) or row.above("")
        for row in rows
    )


def names_of(title: str, key: str | None, typed: Typed | None, *kinds: str) -> list[Name]:
    """Return the names of an item: its key, its number as each of the kinds, its title."""
    number = _bare_number(typed.number) if typed and typed.number else ""
    numbers = [("number", f"{kind} {number}") for kind in kinds if number]
    names = [("key", key or ""), *numbers, ("title", bare_word(title))]
    return [name for name in names if name[1]]


def _bare_number(number: str) -> str:
    """Return a number without leading letters and zeros: `F026` is `26`."""
    text = number.lower().lstrip("abcdefghijklmnopqrstuvwxyz-_ ")
    return ".".join(part.lstrip("0") or "0" for part in (text or number.lower()).split("."))


# ---- header --------------------------------------------------------------------------------


def _shape(
    rows: PipeRows, rules: Declared, own: Sequence[str], *, ranked: bool, summed: bool
) -> tuple[Columns, bool] | None:
    """Return the columns of a table of items, and whether the kind of its rows is sure, or None."""
    names = [plain(cell.text) for cell in rows[0][1]]
    body = [cells for _, cells in rows[2:]]
    if not body or not 2 <= len(names) <= _MAX_COLUMNS:
        return None
    rule = rules.of_table(names) if rules else None
    columns = columns_of(names, body, rule, own)
    if rule is not None:
        return (columns, True) if columns.titles and not rule.ignored else None
    numbered = _has_numbers(body)
    marked = not names[0] and _has_marks(body)
    planned = ranked or numbered or marked or _has_levels(columns, body)
    planned = planned or _are_tracked(columns, body)
    first = 0 if numbered or _counts_up(body) else -1
    columns = _numbered(columns, first, dotted=numbered, planned=planned)
    title = next(iter(columns.titles), None)
    if title is None or column_of(columns.keys[title]) == "description":
        columns = _unnamed(columns, body)
        title = next(iter(columns.titles), None)
    if title is None or "foreign" in map(column_of, names):
        return None
    if _part_word(columns, title):
        return columns, False
    kind = columns.titles[title] or columns.kind
    fields = set(_fields(columns, title).values())
    if not (planned or _is_of_items(columns, kind, fields)):
        return None
    if summed and not _pointed(columns, kind, fields):
        return None
    return columns, bool(_STORIES & fields) or kind in ("story", "bug", "task")


def _numbered(columns: Columns, first: int, *, dotted: bool, planned: bool) -> Columns:
    """Return the columns with titles found by leading numbers or other signs of a plan.

    `1.1` below `Step` numbers the next column; `1` below `Phase` is a phase.
    """
    number = columns.number if columns.number >= 0 else first
    apart = (number if dotted else columns.number, *columns.own)
    others = (at for at in range(len(columns.keys)) if at not in apart)
    titles = columns.titles or next(
        ({at: word.kind} for at in others if (word := _part_word(columns, at))), {}
    )
    if planned and not titles and 0 <= number < len(columns.names) - 1:
        titles = {number + 1: ""}
    return replace(columns, number=number, titles=titles)


def _unnamed(columns: Columns, body: Sequence[Sequence[Cell]]) -> Columns:
    """Return the columns with titles right after the number if their header is an unknown word.

    All cells differ, and there is a column for a description, or one that only work has.
    """
    at, keys = columns.number + 1, columns.keys
    if at >= len(keys) or column_of(keys[at]) or columns.field_at(at) or not bare_word(keys[at]):
        return columns
    worked = columns.titles or _WORK & columns.fields or _moves(columns, body)
    if columns.number < 0 or not worked:
        return columns
    cells = [row[at].text for row in body if len(row) > at]
    return replace(columns, titles={at: ""}) if len(set(cells)) == len(cells) else columns


def _moves(columns: Columns, body: Sequence[Sequence[Cell]]) -> bool:
    """Return whether a column has a known status for each row."""
    at = columns.column_of("status")
    texts = [text for row in body if (text := plain(text_at(row, at)))]
    return len(texts) >= _FEWEST and all(map(status_in, texts))


def _part_word(columns: Columns, title: int) -> TypeWord | None:
    """Return the word of a column that names parts of the work: phases, stages and the like."""
    word = typed_column(columns.keys[title])
    return word if word is not None and word.weak else None


def _fields(columns: Columns, title: int) -> dict[int, str]:
    """Return the fields of a row's other columns, except a second number, which is not its id."""
    apart = {*columns.apart(title), columns.number}
    fields = {at: columns.field_at(at) for at in range(len(columns.keys)) if at not in apart}
    second = "id" if columns.number >= 0 else None
    return {at: known for at, known in fields.items() if known and known != second}


def _has_marks(rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether a first column without a header shows by signs the status of most rows."""
    signs = [row for row in rows if row and _is_sign(row[0].text)]
    return len(signs) * 2 > len(rows)


def _has_levels(columns: Columns, rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether each row has a numbered item of the lowest level: `E1 Sales | US1 As a …`.

    Without numbers such a table may only group related items.
    """
    if len(set(columns.parents.values())) < 2:
        return False
    items = [recognize(row[at].text) for row in rows if (at := columns.title_of(row, "")) >= 0]
    return bool(items) and all(each and each.number and each.title for each in items)


def _are_tracked(columns: Columns, rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether each row is another issue on GitHub, with a title and a plan."""
    at, fields = columns.column_of("issue"), columns.fields
    if at < 0 or "title" not in fields or not _PLANNING & (fields - {"issue"}):
        return False
    issues = [parse_issue(text_at(row, at)) for row in rows]
    return all(issues) and len(set(issues)) == len(issues)


def _is_sign(text: str) -> bool:
    return bool(text) and not any(char.isalnum() for char in text)


def _has_numbers(rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether the first column numbers the parts of a plan, whatever its header: `1.1`."""
    numbers = [without_marks(row[0].text)[0] for row in rows if row]
    if len(numbers) < 2 or not all(map(_PART_NUMBER.fullmatch, numbers)):
        return False
    order = [tuple(map(int, number.split("."))) for number in numbers]
    return all(one < other for one, other in pairwise(order))  # scores and sizes go up and down


def _counts_up(rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether the first column counts the rows, whatever its header: 1, 2, 3."""
    numbers = [plain(row[0].text).strip("~") for row in rows if row]
    if len(numbers) < _FEWEST or not all(number.isdecimal() for number in numbers):
        return False
    return all(int(other) == int(one) + 1 for one, other in pairwise(numbers))


def _is_of_items(columns: Columns, kind: str, fields: AbstractSet[str]) -> bool:
    """Return whether rows with these columns are items: numbered, of a kind, or with a plan."""
    planning = _PLANNING & fields
    if "as_a" in fields:
        return True
    if columns.number >= 0:
        return bool(planning) or len(columns.names) > 2
    work = (_PLANNING | _WORK | {"kind"}) & fields
    if work & _WORK and len(work) > 1:
        return True
    if not kind:
        return bool(planning) and any(bare_word(name) in _NOTES for name in columns.names)
    if kind in ("task", "story", "bug"):
        return bool(planning)
    return bool(planning & {"status", "priority", "story_points", "estimate", "estimate_hours"})


_NOTES = listed("notes")


# ---- rows ----------------------------------------------------------------------------------


def _row(line: Line, cells: tuple[Cell, ...], columns: Columns, sure: bool) -> Row | None:
    at = columns.title_of(cells, columns.kind_of(cells))
    number = text_at(cells, columns.number)
    if at < 0:
        return None
    cell, kind = cells[at], columns.titles[at] or columns.kind or "story"
    written, issue = without_issue(cell.text)
    title, status, points = parse_title(written)
    if not title or is_empty_word(title) or is_total(title, plain(number)) or _is_form(title):
        return None
    numbered, number_status = without_marks(number)
    part = _part_word(columns, at)
    typed = _part(title, part) if part else None
    typed = typed or _typed(numbered, kind)
    named = recognize(written) if typed is None else None
    if named and named.number and named.title:
        typed, title = named, named.title
        status, points = status or named.status, points or named.points
    typed = replace(
        typed or Typed(vocabulary().spelled["story"], None, ""),
        title=typed.title if typed and part else title,
        status=status or number_status,
        points=points,
        bold=False,
    )
    own = _kind(typed, kind)
    hints = (*issue_hints(written), *cell_hints("", number), *_hints(columns, cells, at))
    return Row(line, typed, own, columns, cells, at, issue, hints, sure=sure or own != kind)


def _hints(columns: Columns, cells: Sequence[Cell], title: int) -> Iterator[IssueHint]:
    """Yield the issues in cells of unknown columns."""
    known = {*_fields(columns, title), *columns.apart(title), columns.number}
    for at, (name, cell) in enumerate(zip(columns.names, cells, strict=False)):
        if at not in known:
            yield from cell_hints(name, cell.text)


def _typed(number: str, kind: str) -> Typed | None:
    """Return the meaning of a cell with a number: `US-012`, `M0`, `PB01`, `0.1`."""
    text = number.strip().strip("`")
    if not text:
        return None
    word = TypeWord(kind, kind)
    if _PLAIN_NUMBER.match(text):
        return Typed(word, text, "")
    named = recognize(f"{text}: x")
    if named and named.number and not named.dotted:
        return named
    if _LETTERED_NUMBER.match(text) and is_key(text.lower()):
        return Typed(TypeWord("", kind), text, "", code=True)
    return None


def _part(title: str, word: TypeWord) -> Typed | None:
    """Return the phase that a cell names by number: `1`, `1. Store`; None if only by title."""
    match = _PART_LEAD.match(title)
    return Typed(word, match[1], title[match.end() :]) if match else None


def _kind(typed: Typed, kind: str) -> str:
    if typed.number and not typed.code and typed.word.kind in RANKS and typed.word.name:
        return typed.word.kind
    return kind


def _is_form(title: str) -> bool:
    """Return whether a title is the unfilled beginning of a form: `Story:`."""
    return title.endswith((":", "：")) and type_word(title[:-1]) is not None


def _pointed(columns: Columns, kind: str, fields: AbstractSet[str]) -> bool:
    """Return whether a table with points lists items, not sums: stories with a plan."""
    names = set(map(bare_word, columns.names))
    counted = {COUNTED[name] for name in names if name in COUNTED and type_word(name) is None}
    small = (kind or "story") in ("story", "task", "bug", "feature")
    planned = (_PLANNING & fields) - {"story_points"} or columns.number >= 0
    planned = planned or len(columns.parents) > 1
    return small and counted <= {"points"} and bool(planned)


def _find_repeated(tables: Tables) -> None:
    """Turn tables into overviews if an earlier table declares every row by number and title."""
    seen: set[tuple[str | None, str]] = set()
    for at, rows in list(tables.items.items()):
        names = {(row.typed.key, bare_word(row.typed.title)) for row in rows}
        if len(rows) > 1 and names <= seen and all(row.typed.key for row in rows):
            tables.overviews[at] = tables.items.pop(at)
        seen |= names


def _clear_repeated_numbers(tables: Tables) -> None:
    """Remove numbers that recur in several tables: they are not keys."""
    keys = Counter(row.typed.key for rows in tables.items.values() for row in rows)
    for at, rows in tables.items.items():
        tables.items[at] = tuple(
            row if keys[row.typed.key] == 1 else replace(row, typed=replace(row.typed, number=None))
            for row in rows
        )


# ---- registers of risks ----------------------------------------------------------------------

_TELLING = frozenset(("likelihood", "impact", "mitigation", "contingency"))
_MOST = 500
"""Maximum number of risks per file; a register that anybody reads has fewer."""


def read_risks(outline: Outline) -> tuple[ListedRisk, ...]:
    """Return the risks of all registers of a file, in order; rows without a risk are left out."""
    risks: list[ListedRisk] = []
    for node in outline.root.walk():
        rows = pipe_rows(outline.lines, node)
        meaning = _meaning(rows[0][1]) if rows else {}
        parsed = (_risk(cells, meaning) for _, cells in rows[2:])
        risks += [risk for risk in parsed if risk is not None]
    return tuple(risks[:_MOST])


def _meaning(header: Sequence[Cell]) -> dict[int, str]:
    """Return the meaning of the columns of a risk register; empty for any other table."""
    meaning: dict[int, str] = {}
    for index, cell in enumerate(header):
        name = risk_column(plain(cell.text))
        if name is not None and name not in meaning.values():
            meaning[index] = name
    named = set(meaning.values())
    return meaning if "text" in named and named & _TELLING else {}


def _risk(cells: Sequence[Cell], meaning: dict[int, str]) -> ListedRisk | None:
    texts: dict[str, str] = {}
    for index, cell in enumerate(cells):
        text = plain(cell.text)
        if index in meaning and text and not is_empty_word(text):
            texts[meaning[index]] = text
    about = texts.pop("about", None)
    return ListedRisk(RiskDocument.model_validate(texts), about) if "text" in texts else None
