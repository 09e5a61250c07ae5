"""Exports of Jira and spreadsheets: rows into items, by what the header's words mean."""

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.files.anchors import RowAnchor
from backlog_sync.files.draft import Draft, Findings, Ref
from backlog_sync.files.fill import Filler, Pair
from backlog_sync.files.foreign.finish import finished
from backlog_sync.files.node_values import short_title, text_of, titled
from backlog_sync.files.outline import Form
from backlog_sync.files.parsed import UNASKED, Asked, ParsedFile, Source
from backlog_sync.files.reading.declared import Declared, Rule, unused_lines
from backlog_sync.files.source import Lines
from backlog_sync.files.statuses import meanings
from backlog_sync.files.values import parse_points
from backlog_sync.files.vocabulary import (
    RANKS,
    field_of,
    is_priority,
    key_words,
    kind_of,
    listed,
    words_of,
)
from backlog_sync.files.yaml.nodes import ListNode, Scalar

CSV = "csv"
"""The dialect of tables."""


MAX_ROWS = 50_000
MAX_COLUMNS = 400
_HEADER_WITHIN = 15
"""Lines in which a header must stand: spreadsheets have titles above it."""

_DELIMITERS = ",;\t|"
_TOTALS = re.compile(
    r"(?:grand |sub)?(?:total|sum|summe|gesamt|totale|итого|合計|合计)s?\b.{0,20}", re.I
)
_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,14}-\d{1,7}")
"""A tracker's key: with such keys, titles and statuses alone are a plan."""

_STEP = re.compile(r"title (\d{1,2})")
_WITH_STORY = 2
"""Rows of an epic that is followed by a story at least."""

_MOST_RAGGED = 20
_LEVELS = ("epic", "feature", "story", "task")
_TITLED = {"title", "story", "user_story", "feature", "epic", "i_want"}
_TITLES = {"task", "subtask", "what", "title 1"}
_STRONG = listed(
    "story_points|estimate|estimate_hours|effort|epic|feature|acceptance_criteria|user_story|as_a|"
    "sprint|depends_on|parent|priority"
)
"""What only a plan has in its columns."""

_WEAK = listed("status|kind|milestone|labels|assignees|target|start|story")
"""What other tables have too: a plan has two of these, with the words of a plan in them."""


_RUNNING = frozenset(("title", "description", "user_story", "story", "i_want"))
"""Fields of which a text may hold commas."""

_IMPORT = frozenset(("title", "body", "labels"))
"""The columns of a file that issues are imported from."""

_ABOVE = frozenset(("epic", "feature", "story", "parent"))
"""Fields that say where an item stands; without them, order may."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and where it stands in the file, quotes included."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `end` is where its line break begins; `joined` counts commas taken for text."""

    cells: tuple[Cell, ...]
    end: int
    joined: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows, the position of the header among them, and the delimiter.

    `rule` is what the settings say of it.
    """

    rows: tuple[Row, ...]
    header: int
    delimiter: str
    rule: Rule | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The header's words, those that the settings name by their fields."""
        words = (cell.text.strip() for cell in self.rows[self.header].cells)
        return tuple(map(self.rule.read_as, words) if self.rule else words)


def parse_csv(source: Source, asked: Asked = UNASKED) -> ParsedFile:
    """Read a table of work: an export of Jira, or a spreadsheet with a header, as it is asked.

    Rows are items; their kind is in a column, or follows from which of the columns for epic,
    feature, story and task is filled. Raises nothing for what the file holds.
    """
    rules = Declared(dict(asked.declared))
    table = read_table(source.text, rules)
    why = "its columns say nothing that only a plan has"
    if isinstance(table, str) or not (table.rule or _is_plan(table)):
        told = _none(source, table if isinstance(table, str) else why)
        return ParsedFile(source, diagnostics=(told,), dialect=CSV, asked=asked)
    findings = Findings(source.path)
    reader = _Reader(source, table, findings)
    reader.read()
    none = _none(source, "its rows have no titles")
    parsed = finished(source, reader.drafts, findings, CSV, none, asked)
    unused = unused_lines(rules, source.path, Form.TABLE)
    return replace(parsed, diagnostics=(*reader.told, *parsed.diagnostics, *unused))


def _none(source: Source, why: str) -> Diagnostic:
    message = (
        f"this is not a backlog: {why}; looked for a header with a title ('Summary', 'Title', "
        "'Story') and one more column such as 'Status', 'Story Points' or 'Epic Link'"
    )
    return Diagnostic(Place(source.path), "not-a-backlog", message, "name the file with the plan")


# ---- the table -----------------------------------------------------------------------------


def read_table(text: str, rules: Declared) -> Table | str:
    """The rows of a table with its header found, or why there is none."""
    head = text[:20_000]
    counts = [(*_header_at(head, sign, rules), sign) for sign in _DELIMITERS]
    score, header, delimiter = max(counts, key=lambda each: each[0])
    if not score:
        return "there is no header"
    rows = _scan(text, delimiter)
    if len(rows) > MAX_ROWS:
        return f"it has more than {MAX_ROWS} rows"
    words = [cell.text.strip() for cell in rows[header].cells]
    rule = rules.of_table(words)
    if rule is not None and rule.ignored:
        return "the settings ignore its table"
    table = Table(rows, header, delimiter, _with_title(rule, words))
    column = _running_text(table.names)
    if column is None:
        return table
    behind = (_whole(text, row, column, table.names) for row in rows[header + 1 :])
    return replace(table, rows=(*rows[: header + 1], *behind))


def _with_title(rule: Rule | None, words: Sequence[str]) -> Rule | None:
    """A rule by which rows are items: the column that it is named by holds their titles."""
    if rule is None or not rule.kind or any(field == "title" for field, _ in rule.columns):
        return rule
    named = next(word for word in words if rule.title.fullmatch(word))
    return replace(rule, columns=(*rule.columns, ("title", named)))


def _running_text(names: Sequence[str]) -> int | None:
    """The one column of running text: only there can a delimiter without quotes be a comma."""
    found = [
        at for at, name in enumerate(names)
        if field_of(name) in _RUNNING and _level_of(key_words(name)) != "epic"
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _whole(text: str, row: Row, column: int, names: Sequence[str]) -> Row:
    """A row with more cells than the header: those too many are of the running text, unquoted.

    Only where what stands behind is then what its columns say, and is not as it stands.
    """
    more = len(row.cells) - len(names)
    if more <= 0:
        return row
    split = row.cells[column : column + more + 1]
    if any(text.startswith('"', cell.start) for cell in split):
        return row
    joined = Cell(text[split[0].start : split[-1].end], split[0].start, split[-1].end)
    cells = (*row.cells[:column], joined, *row.cells[column + more + 1 :])
    if _fits(cells, names, column) and not _fits(row.cells, names, column):
        return Row(cells, row.end, more)
    return row


def _fits(cells: Sequence[Cell], names: Sequence[str], column: int) -> bool:
    """Whether the cells behind a column are what their headers say, as far as that can be seen."""
    seen = [
        test(cell.text.strip())
        for name, cell in zip(names[column + 1 :], cells[column + 1 :], strict=False)
        if (test := _TESTS.get(field_of(name) or "")) and cell.text.strip()
    ]
    return bool(seen) and all(seen)


def _header_at(head: str, delimiter: str, rules: Declared) -> tuple[int, int]:
    """How many columns of a header are known, and which row it is; one that is declared wins."""
    best = (0, 0)
    for at, row in enumerate(_scan(head, delimiter, most=_HEADER_WITHIN)):
        names = [cell.text.strip() for cell in row.cells[:MAX_COLUMNS]]
        if len(names) > 1 and rules.of_table(names):
            return MAX_COLUMNS + 1, at
        fields = {field for name in names if name and (field := field_of(name))}
        words = {key_words(name) for name in names}
        titled = fields & _TITLED or words & _TITLES or {"id", "description"} <= fields
        if titled and fields & (_STRONG | _WEAK) and len(names) > 1 and len(fields) > best[0]:
            best = (len(fields), at)
    return best


def _is_plan(table: Table) -> bool:
    """Whether the columns are those of a plan, and what they hold is what a plan says."""
    fields = {field for name in table.names if name and (field := field_of(name))}
    if fields & _STRONG or {key_words(name) for name in table.names} >= _IMPORT:
        return True
    weak = fields & _WEAK
    seen = weak & {"kind", "status"}
    weak -= {field for field in seen if not _mostly(table, field, _TESTS[field])}
    if weak == {"status"} and _mostly(table, "id", lambda word: bool(_KEY.fullmatch(word))):
        return True
    return len(weak) >= 2


_TESTS: dict[str, Callable[[str], bool]] = {
    "status": lambda word: bool(meanings(word)),
    "priority": is_priority,
    "story_points": lambda word: parse_points(word) is not None,
    "kind": lambda word: kind_of(word) is not None,
}
"""Columns of which it can be seen whether a word belongs there."""


def _mostly(table: Table, field: str, test: Callable[[str], bool]) -> bool:
    """Whether at least half of what stands in a column passes a test."""
    at = column_of(table, field)
    told = [
        row.cells[at].text.strip()
        for row in table.rows[table.header + 1 :]
        if at is not None and at < len(row.cells) and row.cells[at].text.strip()
    ]
    return bool(told) and sum(map(test, told)) * 2 >= len(told)


def _scan(text: str, delimiter: str, most: int = MAX_ROWS + 1) -> tuple[Row, ...]:
    """Cut a text into rows and cells, as RFC 4180 has them, with every offset."""
    rows: list[Row] = []
    cells: list[Cell] = []
    one = re.compile(rf'("[^"]*(?:""[^"]*)*(?:"|\Z))?([^{re.escape(delimiter)}\r\n]*)')
    at, size = 0, len(text)
    while at < size and len(rows) < most:
        start, found = at, one.match(text, at)
        assert found is not None
        at = found.end()
        quoted = (found[1] or "")[1:-1].replace('""', '"')
        cells.append(Cell(quoted + found[2], start, at))
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


def agrees(text: str, table: Table) -> bool:
    """Whether the standard library reads the same cells: only then are they written to."""
    try:
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter))
    except csv.Error:
        return False
    read = [row if row else [""] for row in read]
    return read == [[cell.text for cell in row.cells] for row in table.rows]


# ---- items ---------------------------------------------------------------------------------


class _Reader:
    """Reads the rows of a table.

    `titles` are the columns of titles where there are several, and how deep each stands: steps of
    Azure Boards, or levels such as `Epic | Feature | User Story | Task`, the upper ones first.
    """

    def __init__(self, source: Source, table: Table, findings: Findings) -> None:
        self.source = source
        self.table = table
        self.findings = findings
        self.filler = Filler(findings)
        self.lines = Lines(source.text)
        self.drafts: list[Draft] = []
        self.told: list[Diagnostic] = []
        self.names = table.names[:MAX_COLUMNS]
        words = [key_words(name) for name in self.names]
        fields = {field_of(name) for name in self.names}
        self.kind = table.rule.kind if table.rule else ""
        steps = {at: int(m[1]) for at, word in enumerate(words) if (m := _STEP.fullmatch(word))}
        levels = {at: each for at, word in enumerate(words) if (each := _level_of(word)) in _LEVELS}
        titled = any(
            at not in levels and field_of(word) == "title" for at, word in enumerate(words)
        )
        if titled or "kind" in fields:
            levels = {}
        self.stories = _beside_title(levels, words)
        levels = {at: level for at, level in levels.items() if at not in self.stories}
        self.levels = {} if self.kind or steps else levels
        self.titles = {} if self.kind else steps or {at: RANKS[each] for at, each in levels.items()}
        self.codes = {level: at for at, word in enumerate(words)
                      if self.levels and (level := _own_level(word))}  # fmt: skip
        self.above = bool(fields & _ABOVE)
        parted = self.kind or self.above or "kind" in fields
        areas = (name for name, word in zip(self.names, words, strict=True)
                 if word in words_of("areas") and not parted)  # fmt: skip
        self.area = next(areas, None)
        self.open: list[tuple[int, Draft]] = []

    def read(self) -> None:
        """Read all rows below the header."""
        width = len(self.table.names)
        for number, row in enumerate(self.table.rows):
            filled = [cell for cell in row.cells if cell.text.strip()]
            if number <= self.table.header or not filled:
                continue
            place = self.lines.place(self.source.path, row.cells[0].start)
            if len(filled) <= 3 and _TOTALS.fullmatch(filled[0].text.strip()):
                self.findings.skip(place, "a row of totals")
                continue
            if row.joined or any(cell.text.strip() for cell in row.cells[width:]):
                self._ragged(place, len(row.cells) + row.joined, width)
            pairs = self._pairs(row)
            draft = self._titled(row, pairs, place) if self.titles else self._plain(pairs, place)
            if draft is None:
                self.findings.skip(place, "a row without a title")
                continue
            draft.anchor = RowAnchor(number)
            self.drafts.append(draft)
        self._place_by_order()
        self.filler.efforts.settle(self.findings)

    def _ragged(self, place: Place, found: int, wanted: int) -> None:
        if len(self.told) < _MOST_RAGGED:
            message = f"this row has {found} cells, the header {wanted}"
            hint = "quote the cell that holds the delimiter"
            self.told.append(Diagnostic(place, "ragged-row", message, hint, Severity.WARNING))

    def _pairs(self, row: Row) -> list[Pair]:
        """The filled cells by header; columns of one name become one list."""
        cells: dict[str, list[Scalar]] = {}
        for name, cell in zip(self.names, row.cells, strict=False):
            if name and cell.text.strip():
                node = Scalar(cell.text.strip(), cell.start, cell.end, '"')
                cells.setdefault(name, []).append(node)
        return [
            Pair(
                name,
                found[0] if len(found) == 1
                else ListNode(tuple(found), found[0].start, found[-1].end, flow=True),
                self.lines.place(self.source.path, found[0].start),
            )
            for name, found in cells.items()
        ]  # fmt: skip

    def _plain(self, pairs: list[Pair], place: Place) -> Draft | None:
        """An item whose kind and title have a column each."""
        areas = [pair for pair in pairs if pair.key == self.area]
        pairs = [pair for pair in pairs if pair.key != self.area]
        hint = self.kind or ("story" if self.area is None else "task")
        kind = self.filler.kind_of(pairs, hint, loose=not self.kind)
        names = [pair for pair in pairs if key_words(pair.key) == "epic name"]
        others = [pair for pair in pairs if pair not in names]
        title = self.filler.title_of(others, kind) or self.filler.title_of(pairs, kind)
        if title is None:
            return None
        draft = Draft(kind, titled(text_of(title.value))[0], place)
        draft.stood_alone = bool(areas)
        draft.parents += [Ref(text_of(p.value), p.place, "epic", declares=True) for p in areas]
        self.filler.name(draft, pairs)
        if kind == "epic":
            draft.aliases += [text_of(pair.value) for pair in names]
            others = [pair for pair in others if field_of(pair.key) != "epic"]
        said = [pair for pair in others if key_words(pair.key) != "issue id"]
        self.filler.fill(draft, said, title)
        return draft

    def _titled(self, row: Row, pairs: list[Pair], place: Place) -> Draft | None:
        """An item by which column has its title; others above it in the row are its parents.

        In Azure Boards the first title of a row is its own, and the rows before hold its parents.
        """
        filled = sorted((at for at in self.titles if _text(row, at)), key=self.titles.__getitem__)
        if not filled:
            return None
        at = filled[-1] if self.levels else filled[0]
        level, step = self.levels.get(at), self.titles[at]
        columns = {self.names[other] for other in self.titles}
        columns |= {self.names[code] for other, code in self.codes.items() if other != level}
        stories = {self.names[other] for other in self.stories}
        rest = [
            replace(pair, key="user story") if pair.key in stories else pair
            for pair in pairs if pair.key not in columns
        ]  # fmt: skip
        kind = level or self.filler.kind_of(rest, "story", loose=True)
        draft = Draft(kind, short_title(_text(row, at)), place)
        self.filler.name(draft, rest)
        self.filler.fill(draft, rest, None)
        for other in filled[:-1] if self.levels else ():
            where = self.lines.place(self.source.path, row.cells[other].start)
            code = _text(row, self.codes.get(self.levels[other], len(row.cells)))
            draft.parents.append(
                Ref(_text(row, other), where, self.levels[other], declares=True, code=code)
            )
        if not self.levels:
            self.open = [each for each in self.open if each[0] < step]
            above = self.open[-1][1] if self.open else None
            draft.parent = above if above is not None and above.rank <= draft.rank else None
            self.open.append((step, draft))
        return draft

    def _place_by_order(self) -> None:
        """Stories stand below the epic above them, where no column says so and rows are so sorted.

        That is: the first row is an epic, there are more, and each is followed by its stories.
        """
        kinds = [draft.kind for draft in self.drafts]
        starts = [at for at, kind in enumerate(kinds) if kind == "epic"]
        ordered = len(starts) > 1 and starts[0] == 0 and kinds[-1] != "epic"
        if self.above or not ordered or any(b - a < _WITH_STORY for a, b in pairwise(starts)):
            return
        epic: Draft | None = None
        for draft in self.drafts:
            if draft.kind == "epic":
                epic = draft
            elif draft.parent is None:
                draft.parent, draft.stood_alone = epic, epic is not None


def _text(row: Row, at: int) -> str:
    return row.cells[at].text.strip() if at < len(row.cells) else ""


def _level_of(word: str) -> str:
    """The level of a column of titles: `epic`, `user story`, `feature name`."""
    plain = word.removesuffix(" name").removesuffix(" title")
    return {"user story": "story", "subtask": "task"}.get(plain, plain)


def _beside_title(levels: Mapping[int, str], words: Sequence[str]) -> Collection[int]:
    """The columns of whole stories, where another one has their titles: `Story Title`, `Story`."""
    stories = [at for at, level in levels.items() if level == "story"]
    plain = [at for at in stories if not words[at].endswith((" name", " title"))]
    return plain if len(plain) < len(stories) else ()


def _own_level(word: str) -> str | None:
    """The level of a column of ids: `epic id`, `user story key`."""
    head, _, last = word.rpartition(" ")
    level = _level_of(head)
    return level if last in ("id", "key", "no", "number") and level in _LEVELS else None


def column_of(table: Table, field: str) -> int | None:
    """The first column of the header that means a field."""
    return next((at for at, name in enumerate(table.names) if field_of(name) == field), None)
