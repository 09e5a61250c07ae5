"""Rule 5: pipe tables whose rows are items, or tell more of items that stand elsewhere.

A table is one of items by its header: a column for the title (`Task`, `Item`, or `Title` beside
a column of numbers), and planning columns. Rows of items that headings or lists declare are
merged into those; risks, metrics and decisions are no items.
"""

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from backlog_sync.core.keys import is_key
from backlog_sync.core.model import IssueHint
from backlog_sync.files.hints import cell_hints, issue_hints
from backlog_sync.files.markdown.claims import COUNTED, Cell, is_total, read_summary, split_cells
from backlog_sync.files.markdown.inline import plain
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.metadata import Pair
from backlog_sync.files.markdown.typed import Typed, parse_title, recognise
from backlog_sync.files.markdown.values import without_issue
from backlog_sync.files.words import (
    RANKS,
    STORY,
    TYPES,
    TypeWord,
    bare_word,
    field_of,
    is_empty_word,
    words,
)

_IDS = words(
    "|id|ids|no|nr|nº|n°|no.|num|number|key|code|ref|ticket|номер|№|编号|序号|番号|código|codigo"
)
_TITLES = words(
    "title|name|titel|título|titulo|titre|nom|nombre|nome|название|标题|名称|タイトル|"
    "item|backlog item|item do backlog|ítem|elemento|work item|deliverable|entregável|entregable|"
    "livrable|liefergegenstand|product backlog item|pbi|action item|what|проект|项目"
)
_SURE_TITLES = {
    "deliverable": "task", "entregável": "task", "entregable": "task", "livrable": "task",
    "liefergegenstand": "task", "action item": "task", "work item": "story",
    "backlog item": "story", "item do backlog": "story", "product backlog item": "story",
    "pbi": "story", "item": "story",
}  # fmt: skip
_DESCRIPTIONS = words(
    "description|descrição|descripción|beschreibung|описание|描述|说明|説明|summary"
)
_FOREIGN = words(
    "metric|risk|risks|mitigation|likelihood|probability|finding|dependency|decision|rationale|"
    "version|persona|role|pros|cons|kpi|criterion|current|before|after|métrica|risco|riesgo|"
    "risque|risiko|kennzahl|метрика|риск|指标|风险|指標|リスク|assumption|question|term|definition|endpoint|"
    "what this provides|what it provides|test case|test|scenario|author|cause|capability|"
    "feature flag"
)
_PLANNING = frozenset(
    ("status", "priority", "story_points", "estimate", "estimate_hours", "sprint",
     "acceptance_criteria"),
)  # fmt: skip
_MERGED = frozenset(
    ("status", "priority", "story_points", "estimate", "estimate_hours", "sprint", "issue",
     "milestone", "depends_on", "assignees", "labels", "target"),
)  # fmt: skip
_PLAIN_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,4}$")
_LETTERED_NUMBER = re.compile(r"[A-Za-z]{1,6}[-_ ]?0*(\d[\d.]*)$")
_MAX_COLUMNS = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A row as an item: `typed` holds key and number, `pairs` the cells with a known meaning.

    `rest` are cells of columns that we do not know: header and text. `title_end` is the offset
    behind the title's text, `issue` the issue that the title ends with, `hints` other issues that
    title, number and unknown cells may name.
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


@dataclass(slots=True)
class Tables:
    """What the tables of a file are, by the row of their header."""

    items: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    overviews: dict[int, tuple[Row, ...]] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Header:
    title: int
    kind: str
    number: int | None
    fields: dict[int, str]
    names: tuple[str, ...]
    sure: bool


def read_tables(lines: tuple[Line, ...]) -> Tables:
    """Look at all tables of a file at once, before it is known what else declares their rows."""
    found = Tables()
    at = 0
    while at < len(lines):
        if lines[at].kind is not Kind.TABLE:
            at += 1
            continue
        end = at
        while end < len(lines) and lines[end].kind is Kind.TABLE:
            end += 1
        found.ends[at] = end
        rows = list(lines[at:end])
        header = _header(rows[0]) if len(rows) > 2 else None
        if header and read_summary(rows) and not _pointed(header, rows[0]):
            header = None
        if header is not None:
            found.items[at] = tuple(filter(None, (_row(line, header) for line in rows[2:])))
        at = end
    _clear_repeated_numbers(found)
    return found


def part_overviews(
    tables: Tables, keys: AbstractSet[str], numbers: AbstractSet[str], titles: AbstractSet[str]
) -> None:
    """Tell tables that repeat what headings and lists declare from those that declare items."""
    for at, rows in list(tables.items.items()):
        known = sum(_is_known(row, keys, numbers, titles) for row in rows)
        if known and known * 2 >= len(rows):
            tables.overviews[at] = tables.items.pop(at)


def _is_known(
    row: Row, keys: AbstractSet[str], numbers: AbstractSet[str], titles: AbstractSet[str]
) -> bool:
    typed = row.typed
    if typed.key and typed.key in keys:
        return True
    if typed.number and f"{row.kind} {bare_number(typed.number)}" in numbers:
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


def _header(line: Line) -> _Header | None:
    cells = split_cells(line)
    if len(cells) < 2 or len(cells) > _MAX_COLUMNS:
        return None
    raw = [plain(cell.text) for cell in cells]
    names = [bare_word(text) for text in raw]
    if any(name in _FOREIGN for name in names):
        return None
    number, title, kind = _columns(raw, names)
    if title is None:
        return None
    fields = {}
    for index, name in enumerate(names):
        known = field_of(name)
        if index not in (number, title) and known is not None:
            fields[index] = known
    planning = _PLANNING.intersection(fields.values())
    sure = kind is not None
    weak = names[title] in TYPES and TYPES[names[title]].weak
    if weak or not planning or (number is None and not sure):
        return None
    return _Header(title, kind or "story", number, fields, tuple(raw), sure)


def _columns(raw: list[str], names: list[str]) -> tuple[int | None, int | None, str | None]:
    """The columns of number and title, and the kind that their headers name."""
    number: int | None = None
    kind: str | None = None
    titles = [i for i, name in enumerate(names) if name in _TITLES and name]
    typed = [i for i, name in enumerate(names) if name in TYPES]
    for index, (text, name) in enumerate(zip(raw, names, strict=True)):
        if number is not None:
            break
        word = name.removesuffix(" id").removesuffix(" no").removesuffix(" key").strip()
        if text.strip() == "#" or (name in _IDS and name):
            number = index
        elif word in TYPES and (word != name or text.rstrip().endswith("#")):
            number, kind = index, TYPES[word].kind
    typed = [index for index in typed if index != number]
    if titles:
        title = titles[0]
        kind = _SURE_TITLES.get(names[title], kind)
        if number is None and typed and typed[0] < title:
            number = typed[0]
            kind = kind or TYPES[names[number]].kind
        return number, title, kind
    described = [i for i, name in enumerate(names) if name in _DESCRIPTIONS]
    firm = [index for index in typed if not TYPES[names[index]].weak]
    if firm and (number is None or not described or firm[0] < described[0]):
        return number, firm[0], TYPES[names[firm[0]]].kind
    if number is not None and described:
        return number, described[0], kind
    return (number, typed[0], TYPES[names[typed[0]]].kind) if typed else (number, None, None)


# ---- rows ----------------------------------------------------------------------------------


def _row(line: Line, header: _Header) -> Row | None:
    cells = split_cells(line)
    if len(cells) <= header.title:
        return None
    cell = cells[header.title]
    written, issue = without_issue(cell.text)
    title, status, points = parse_title(written)
    number = cells[header.number].text if header.number is not None else ""
    if not title or is_empty_word(title) or _is_total(title, number):
        return None
    typed = _typed(plain(number), header)
    named = recognise(written) if typed is None else None
    if named and named.number and named.title:
        typed, title = named, named.title
        status, points = status or named.status, points or named.points
    typed = replace(
        typed or Typed(STORY, None, ""), title=title, status=status, points=points, bold=False
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


def _kind(typed: Typed, header: _Header) -> str:
    if typed.number and not typed.code and typed.word.kind in RANKS and typed.word.name:
        return typed.word.kind
    return header.kind


def _is_total(title: str, number: str) -> bool:
    return is_total(title) or is_total(plain(number))


def _pointed(header: _Header, line: Line) -> bool:
    """Whether a table with points holds items and no sums: one of stories, with a plan."""
    names = {bare_word(plain(cell.text)) for cell in split_cells(line)}
    counted = {COUNTED[name] for name in names if name in COUNTED and name not in TYPES}
    planned = _PLANNING.intersection(header.fields.values()) - {"story_points"}
    small = header.kind in ("story", "task", "bug", "feature")
    return small and counted <= {"points"} and (bool(planned) or header.number is not None)


def _clear_repeated_numbers(tables: Tables) -> None:
    """Numbers that begin again in each table are no keys."""
    keys = Counter(row.typed.key for rows in tables.items.values() for row in rows)
    for at, rows in tables.items.items():
        tables.items[at] = tuple(
            row if keys[row.typed.key] == 1 else replace(row, typed=replace(row.typed, number=None))
            for row in rows
        )
