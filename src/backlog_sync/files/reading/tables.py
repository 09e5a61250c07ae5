"""Rule 5: pipe tables whose rows are items, or tell more of items that stand elsewhere.

A table is one of items by its header: a column for the title (`Task`, `Item`, or `Title` beside
a column of numbers), and planning columns. Rows of items that headings or lists declare are
merged into those; risks, metrics and decisions are no items.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import pairwise

from backlog_sync.core.keys import is_key
from backlog_sync.core.model import IssueHint
from backlog_sync.files.hints import cell_hints, issue_hints
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Kind, Line, table_rows
from backlog_sync.files.reading.claims import COUNTED, Cell, is_total, read_summary, split_cells
from backlog_sync.files.reading.declared import Declared, Rule
from backlog_sync.files.reading.metadata import Pair
from backlog_sync.files.reading.titles import Typed, parse_title, recognise, without_marks
from backlog_sync.files.values import without_issue, without_remark
from backlog_sync.files.vocabulary import (
    RANKS,
    TypeWord,
    bare_word,
    column_of,
    field_of,
    is_empty_word,
    is_priority,
    listed,
    type_word,
    vocabulary,
)

_PLANNING = frozenset(
    ("status", "priority", "story_points", "estimate", "estimate_hours", "sprint",
     "acceptance_criteria", "assignees", "milestone", "labels", "issue", "depends_on", "target"),
)  # fmt: skip
_WORK = frozenset(("effort", "estimate", "estimate_hours", "story_points", "priority"))
"""Columns that only work has; beside them a second one of a plan is enough: `Type`, `Status`."""

_MERGED = frozenset(
    ("status", "priority", "story_points", "estimate", "estimate_hours", "sprint", "issue",
     "milestone", "depends_on", "assignees", "labels", "target", "epic", "feature"),
)  # fmt: skip
_ADDED = ("status", "progress", "issue")
"""Columns that write-back may add to one of several tables of the same header."""

_STORIES = frozenset(("story_points", "acceptance_criteria", "user_story"))
"""Columns that only stories have."""

_PLAIN_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,4}$")
_PART_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")
_LETTERED_NUMBER = re.compile(r"[A-Za-z]{1,6}[-_ ]?0*(\d[\d.]*)$")
_PART_LEAD = re.compile(r"(\d{1,3}[a-z]?)(?:[.):]|[ ]?[-–—])?(?:[ ]+|$)")
_MAX_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A row as an item: `typed` holds key and number, `pairs` the cells with a known meaning.

    `rest` are cells of columns that we do not know: header and text. `title_end` is the offset
    behind the title's text, `issue` the issue that the title ends with, `hints` other issues that
    title, number and unknown cells may name. `sure` tells that its kind does not depend on where it
    stands; `header` are the texts of its table's header, without columns that
    write-back adds.
    """

    line: Line
    typed: Typed
    kind: str
    pairs: tuple[Pair, ...]
    rest: tuple[tuple[str, str], ...]
    title_end: int
    title_at: int
    issue: str | None = None
    hints: tuple[IssueHint, ...] = ()
    body: str = ""
    sure: bool = False
    header: tuple[str, ...] = ()


@dataclass(slots=True)
class Tables:
    """What the tables of a file are, by the row of their header.

    `parts` are tables of phases, stages and the like: their rows declare nothing, but may tell
    more of what headings declare.
    """

    items: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    parts: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    overviews: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Header:
    title: int
    kind: str
    number: int | None
    fields: dict[int, str]
    names: tuple[str, ...]
    stories: bool
    part: TypeWord | None = None


def read_tables(lines: tuple[Line, ...], rules: Declared) -> Tables:
    """Look at all tables of a file at once, before it is known what else declares their rows."""
    found = Tables()
    at = 0
    ranked = False
    while at < len(lines):
        if lines[at].kind is Kind.HEADING:
            ranked = is_priority(plain(without_remark(lines[at].text)))
        if lines[at].kind is not Kind.TABLE:
            at += 1
            continue
        end = at
        while end < len(lines) and lines[end].kind is Kind.TABLE:
            end += 1
        found.ends[at] = end
        rows = table_rows(lines[at:end])
        rule = _rule(rows[0], rules) if rules else None
        numbered = _has_numbers(rows)
        planned = ranked or numbered or _has_marks(rows)
        header = _header(rows, rule, planned=planned, numbered=numbered) if rows[2:] else None
        if header and rule is None and read_summary(rows) and not _pointed(header, rows[0]):
            header = header if header.part else None
        if header is not None:
            kept = found.parts if header.part else found.items
            heads = [_texts(line) for line in rows[:2]]  # a long table may repeat them
            told = (_row(line, header) for line in rows[2:] if _texts(line) not in heads)
            kept[at] = tuple(filter(None, told))
        at = end
    _tell_again(found)
    _clear_repeated_numbers(found)
    return found


def _texts(line: Line) -> list[str]:
    return [cell.text for cell in split_cells(line)]


def part_overviews(
    tables: Tables, keys: AbstractSet[str], numbers: AbstractSet[str], titles: AbstractSet[str]
) -> None:
    """Tell rows that repeat what headings and lists declare from those that declare items."""
    for at, rows in (*tables.items.items(), *tables.parts.items()):
        known = tuple(row for row in rows if _is_known(row, keys, numbers, titles))
        if known:
            tables.overviews[at] = known
        if len(known) == len(rows) and at in tables.items:
            del tables.items[at]


def name_parents(rows: Sequence[Row]) -> bool:
    """Whether rows say themselves what they belong to, so that no heading has to hold them."""
    return all(any(pair.field in ("epic", "feature") for pair in row.pairs) for row in rows)


def _is_known(
    row: Row, keys: AbstractSet[str], numbers: AbstractSet[str], titles: AbstractSet[str]
) -> bool:
    typed = row.typed
    if typed.key and typed.key in keys:
        return True
    if typed.number:
        number = bare_number(typed.number)
        if f"{row.kind} {number}" in numbers or ("." in number and f" {number}" in numbers):
            return True
    return bare_word(typed.title) in titles


def bare_number(number: str) -> str:
    """A number without letters before it and zeros that only fill: `F026` is `26`."""
    text = number.lower().lstrip("abcdefghijklmnopqrstuvwxyz-_ ")
    return ".".join(part.lstrip("0") or "0" for part in (text or number.lower()).split("."))


def merged_pairs(row: Row) -> Iterable[Pair]:
    """The cells of an overview that say something of an item."""
    return (pair for pair in row.pairs if pair.field in _MERGED)


# ---- header --------------------------------------------------------------------------------


def _has_marks(rows: list[Line]) -> bool:
    """Whether a first column without a header says by signs how far each row is."""
    first = split_cells(rows[0])
    if not first or first[0].text.strip():
        return False
    cells = [split_cells(row) for row in rows[2:]]
    signs = [each for each in cells if each and _is_sign(each[0].text.strip())]
    return len(signs) * 2 > len(cells)


def _lowest_level(names: list[str], rows: list[Line]) -> tuple[None, int, str] | None:
    """The column of the lowest level, and its kind, where columns name items of several.

    Each cell of it has its number: `E1 Sales | F1.1 Cart | US1 As a buyer, …`. Without numbers
    such a table may be one of what belongs together. No column holds numbers alone.
    """
    typed = [(i, word) for i, name in enumerate(names) if (word := type_word(name))]
    kinds = [RANKS[word.kind] for _, word in typed if not word.weak]
    if len(set(kinds)) < 2 or kinds != sorted(kinds):
        return None
    index, word = typed[-1]
    cells = [split_cells(row) for row in rows[2:]]
    found = [recognise(each[index].text) for each in cells if len(each) > index]
    told = bool(found) and all(each and each.number and each.title for each in found)
    return (None, index, word.kind) if told else None


def _is_sign(text: str) -> bool:
    return bool(text) and not any(char.isalnum() for char in text)


def _has_numbers(rows: list[Line]) -> bool:
    """Whether the first column numbers the parts of a plan, whatever its header: `1.1`, `1.2`."""
    cells = [split_cells(row) for row in rows[2:]]
    numbers = [without_marks(each[0].text)[0] for each in cells if each]
    if len(numbers) < 2 or not all(map(_PART_NUMBER.fullmatch, numbers)):
        return False
    order = [tuple(map(int, number.split("."))) for number in numbers]
    return all(one < other for one, other in pairwise(order))  # scores and sizes go up and down


def _header(
    rows: list[Line], rule: Rule | None, *, planned: bool = False, numbered: bool = False
) -> _Header | None:
    """The columns of a table of items.

    `planned` tells that something else shows a plan, `numbered` that the first column numbers it.
    """
    cells = split_cells(rows[0])
    if len(cells) < 2 or len(cells) > _MAX_COLUMNS:
        return None
    raw = [plain(cell.text) for cell in cells]
    names = [bare_word(text) for text in raw]
    if rule is not None:
        return _declared_header(raw, names, rule)
    columns = [column_of(name) for name in names]
    if "foreign" in columns:
        return None
    levels = _lowest_level(names, rows)
    planned = planned or levels is not None
    number, title, kind = levels or _columns(raw, names, columns)
    if numbered and number is None:
        number, title = 0, title or 1
    if title is None and planned and number is not None and len(names) > number + 1:
        title = number + 1
    told = {field_of(name): index for index, name in enumerate(names)}
    if "as_a" in told and "i_want" in told:
        title, kind = told["i_want"], "story"
    elif number is not None and (title is None or columns[title] == "description"):
        title = _unnamed_title(rows, number, title, columns, told.keys() & _WORK)
    if title is None:
        return None
    apart = {number, title}
    fields = {
        index: known
        for index, name in enumerate(names)
        if (known := field_of(name)) and index not in apart and (known != "id" or number is None)
    }
    typed = _typed_column(names[title])
    if typed is not None and typed.weak:
        return _Header(title, typed.kind, None, fields, tuple(raw), False, typed)
    if not planned and not _is_of_items(names, number, kind, fields):
        return None
    stories = bool(_STORIES.intersection(fields.values())) or kind in ("story", "bug", "task")
    return _Header(title, kind or "story", number, fields, tuple(raw), stories)


def _unnamed_title(
    rows: list[Line],
    number: int,
    title: int | None,
    columns: list[str | None],
    work: Iterable[object],
) -> int | None:
    """The column right behind the number, if its header is a word that we do not know.

    Its cells all differ, and there is a column for a description, or one that only work has.
    """
    at = number + 1
    names = [bare_word(plain(cell.text)) for cell in split_cells(rows[0])]
    if title == at or at >= len(names) or columns[at] or field_of(names[at]):
        return title
    if title is None and not any(work):
        return None
    cells = [each[at].text for row in rows[2:] if len(each := split_cells(row)) > at]
    return at if names[at] and len(set(cells)) == len(cells) else title


def _rule(line: Line, rules: Declared) -> Rule | None:
    """The rule that the settings have for a table."""
    return rules.of_table([plain(cell.text) for cell in split_cells(line)])


def _declared_header(raw: list[str], names: list[str], rule: Rule) -> _Header | None:
    """The columns of a table as the settings declare them; the others by their own words."""
    if rule.ignored:
        return None
    told, words = dict(rule.columns), [rule.read_as(text) for text in raw]
    fitting = [i for i, text in enumerate(raw) if rule.title.fullmatch(text)]
    title = fitting[0] if fitting else 0
    if "title" in told and "title" in words:
        title = words.index("title")
    number = next((i for i, name in enumerate(names) if column_of(name) == "id"), None)
    if "number" in told and "id" in words:
        number = words.index("id")
    fields = {i: known for i, word in enumerate(words)
              if i not in (title, number) and (known := field_of(word))}  # fmt: skip
    return _Header(title, rule.kind or "story", number, fields, tuple(raw), True)


def _is_of_items(
    names: list[str], number: int | None, kind: str | None, fields: dict[int, str]
) -> bool:
    """Whether rows with these columns are items: numbered, of a kind, or with a plan."""
    planning = _PLANNING.intersection(fields.values())
    if "as_a" in fields.values():
        return True
    if number is not None:
        return bool(planning) or len(names) > 2
    told = (_PLANNING | _WORK | {"kind"}).intersection(fields.values())
    if told & _WORK and len(told) > 1:
        return True
    if kind is None:
        return bool(planning) and any(name in _NOTES for name in names)
    if kind in ("task", "story", "bug"):
        return bool(planning)
    return bool(planning & {"status", "priority", "story_points", "estimate", "estimate_hours"})


_NOTES = listed(
    "notes|note|comments|remarks|notas|notes / comments|bemerkungen|примечания|备注|備考"
)


def _typed_column(name: str) -> TypeWord | None:
    """The type word of a header: `Story`, `Tarefa técnica`, `User story`."""
    words = name.split()
    found = type_word(name)
    if found is None and 1 < len(words) <= _MOST_WORDS:
        found = type_word(words[0])
    return found


_MOST_WORDS = 2
"""A longer header says more than what a column holds: `Task completion rate`."""


def _columns(
    raw: list[str], names: list[str], columns: list[str | None]
) -> tuple[int | None, int | None, str | None]:
    """The columns of number and title, and the kind that their headers name."""
    number, kind = _number_column(raw, names, columns)
    titles = [i for i, column in enumerate(columns) if column in ("title", "task", "story")]
    titles.sort(key=lambda i: columns[i] != "title")  # `Title` says it better than `PBI` or `Task`
    titles = titles or [i for i, name in enumerate(names) if field_of(name) == "title"]
    typed = {
        i: word for i, name in enumerate(names) if (word := _typed_column(name)) and i != number
    }
    if titles:
        title = titles[0]
        named = columns[title]
        kind = named if named in ("task", "story") else kind
        first = min(typed, default=title)
        above = first < title and title in typed and _outranks(typed[first], typed[title])
        if number is None and first < title and not above:
            number, kind = first, kind or typed[first].kind
        return number, title, kind
    described = [i for i, column in enumerate(columns) if column == "description"]
    firm = [index for index, word in typed.items() if not word.weak]
    if firm and (number is None or not described or firm[0] < described[0]):
        return number, firm[0], typed[firm[0]].kind
    if number is not None and described:
        return number, described[0], kind
    first = min(typed, default=-1)
    return (number, first, typed[first].kind) if typed else (number, None, None)


def _outranks(above: TypeWord, below: TypeWord) -> bool:
    """Whether a column names what the items of another one belong to: `Epic` beside `Story`."""
    return not above.weak and RANKS[above.kind] < RANKS[below.kind]


def _number_column(
    raw: list[str], names: list[str], columns: list[str | None]
) -> tuple[int | None, str | None]:
    """The column of numbers, and the kind that its header names: `Story #`, `Task ID`."""
    for index, (text, name) in enumerate(zip(raw, names, strict=True)):
        word = name.removesuffix(" id").removesuffix(" no").removesuffix(" key").strip()
        if text.strip() in ("#", "№", "") or columns[index] == "id":
            return index, None
        typed = type_word(word)
        if typed is not None and (word != name or text.rstrip().endswith("#")):
            return index, typed.kind
    return None, None


# ---- rows ----------------------------------------------------------------------------------


def _row(line: Line, header: _Header) -> Row | None:
    cells = split_cells(line)
    if len(cells) <= header.title:
        return None
    cell = cells[header.title]
    written, issue = without_issue(cell.text)
    title, status, points = parse_title(written)
    number = cells[header.number].text if header.number is not None else ""
    if not title or is_empty_word(title) or _is_total(title, number) or _is_form(title):
        return None
    numbered, number_status = without_marks(number)
    typed = _typed(numbered, header) if header.part is None else _part(title, header.part)
    named = recognise(written) if typed is None else None
    if named and named.number and named.title:
        typed, title = named, named.title
        status, points = status or named.status, points or named.points
    typed = replace(
        typed or Typed(vocabulary().spelled["story"], None, ""),
        title=typed.title if typed and header.part else title,
        status=status or number_status,
        points=points,
        bold=False,
    )
    pairs = []
    rest = []
    for index, each in enumerate(cells):
        if index in header.fields:
            pairs.append(_pair(header.names[index], header.fields[index], each))
        elif index not in (header.title, header.number) and index < len(header.names):
            rest.append((header.names[index], each.text))
    return Row(
        line=line,
        typed=typed,
        kind=_kind(typed, header),
        pairs=tuple(pairs),
        rest=tuple((name, text) for name, text in rest if text and not is_empty_word(plain(text))),
        title_end=cell.at + len(cell.text),
        title_at=cell.at,
        issue=issue,
        hints=(*issue_hints(written), *cell_hints("", number), *_hints(rest)),
        sure=header.stories or _kind(typed, header) != header.kind,
        header=tuple(n for i, n in enumerate(header.names) if header.fields.get(i) not in _ADDED),
    )


def _hints(rest: Iterable[tuple[str, str]]) -> Iterable[IssueHint]:
    return (hint for name, text in rest for hint in cell_hints(name, text))


def _pair(name: str, known: str, cell: Cell) -> Pair:
    return Pair(name, known, cell.text, cell.at, cell.at + len(cell.text), "", "", cell=True)


def _typed(number: str, header: _Header) -> Typed | None:
    """What the cell of a number says: `US-012`, `M0`, `PB01`, `0.1`."""
    text = number.strip().strip("`")
    if not text:
        return None
    word = TypeWord(header.kind, header.kind)
    if _PLAIN_NUMBER.match(text):
        return Typed(word, text, "")
    found = recognise(f"{text}: x")
    if found and found.number and not found.dotted:
        return found
    if _LETTERED_NUMBER.match(text) and is_key(text.lower()):
        return Typed(TypeWord("", header.kind), text, "", code=True)
    return None


def _part(title: str, word: TypeWord) -> Typed | None:
    """The phase that a cell names by its number: `1`, `1. Store`; None where only by its title."""
    found = _PART_LEAD.match(title)
    return Typed(word, found[1], title[found.end() :]) if found else None


def _kind(typed: Typed, header: _Header) -> str:
    if typed.number and not typed.code and typed.word.kind in RANKS and typed.word.name:
        return typed.word.kind
    return header.kind


def _is_total(title: str, number: str) -> bool:
    return is_total(title) or is_total(plain(number))


def _is_form(title: str) -> bool:
    """Whether a title is what a form begins with, and nobody wrote on: `Story:`."""
    return title.endswith((":", "：")) and type_word(title[:-1]) is not None


def _pointed(header: _Header, line: Line) -> bool:
    """Whether a table with points holds items and no sums: one of stories, with a plan."""
    names = {bare_word(plain(cell.text)) for cell in split_cells(line)}
    counted = {COUNTED[name] for name in names if name in COUNTED and type_word(name) is None}
    planned = _PLANNING.intersection(header.fields.values()) - {"story_points"}
    small = header.kind in ("story", "task", "bug", "feature")
    return small and counted <= {"points"} and (bool(planned) or header.number is not None)


def _tell_again(tables: Tables) -> None:
    """A table of which an earlier one declares every row, by number and title, tells it again."""
    seen: set[tuple[str | None, str]] = set()
    for at, rows in list(tables.items.items()):
        names = {(row.typed.key, bare_word(row.typed.title)) for row in rows}
        if len(rows) > 1 and names <= seen and all(row.typed.key for row in rows):
            tables.overviews[at] = tables.items.pop(at)
        seen |= names


def _clear_repeated_numbers(tables: Tables) -> None:
    """Numbers that begin again in each table are no keys."""
    keys = Counter(row.typed.key for rows in tables.items.values() for row in rows)
    for at, rows in tables.items.items():
        tables.items[at] = tuple(
            row if keys[row.typed.key] == 1 else replace(row, typed=replace(row.typed, number=None))
            for row in rows
        )
