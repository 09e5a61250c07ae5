"""Classify the columns of a table by the words of its header: pipe tables, CSV and TSV."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from itertools import pairwise

from backlog_sync.core.diagnostics import Place
from backlog_sync.dataclass import dataclass
from backlog_sync.files.draft import Draft, Ref
from backlog_sync.files.fill import Pair, own_fields
from backlog_sync.files.inline import plain
from backlog_sync.files.reading.declared import Rule
from backlog_sync.files.syntax.cells import Cell, text_at
from backlog_sync.files.values import parse_issue, parse_kind
from backlog_sync.files.vocabulary import (
    RANKS,
    TypeWord,
    column_of,
    field_of,
    is_empty_word,
    key_words,
    type_word,
    words_of,
)
from backlog_sync.files.yaml.nodes import ListNode, Scalar

MAX_COLUMNS = 400
"""Maximum number of columns: no table of work has more; further ones are not read."""

_STEP = re.compile(r"title \d{1,2}")
"""Azure Boards has a title column for each level without saying which: `Title 1`."""

_FIRST = {"title": 0, "name": 1, "summary": 2}
"""Precedence among several title columns; any other spelling comes after these."""

_PARENTS = frozenset(("epic", "feature", "story", "parent", "kind"))
"""Fields that give an item's parent or kind: if one is a column, an area column becomes labels."""

_TITLES = ("title", "task", "story")
_KINDS = {"task": "task", "story": "story"}
_OF_LEVEL = re.compile(r" (?:name|title)$")
_ID = re.compile(r" (?:id|key|no|nr|number)$")
_MOST_WORDS = 2
"""Maximum words of a header that means a type: `Task completion rate` means something else.
"""

_OWN = "a field of this board"
"""Replaces the header of a board's own field while the other columns are classified."""

_LONGEST_NUMBER = 20
_EPICS = 2
_WITH_STORY = 2
"""Minimum number of rows that an epic and its stories take: an epic and at least one story."""


_Rows = Sequence[Sequence[Cell]]
_PlaceOf = Callable[[Cell], Place]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table whose rows are items.

    `names` are the headers as written, `keys` as they are read. `titles` maps each column that may
    hold a title, in order of precedence, to the kind that its header names, if any. `parents` maps
    the columns that name what a row is below to their kinds: levels above that of its title (`Epic
    | Feature | Story`, of which the deepest holds the title), or an area. If the titles are
    `steps`, rows are below those before them. `number` is the column that numbers the rows, `kind`
    the kind that its header names; `codes` are the columns that number the levels. `own` are the
    columns of fields that only this board has: they have no other meaning.
    """

    names: Sequence[str]
    keys: Sequence[str]
    titles: Mapping[int, str] = field(default_factory=dict)
    number: int = -1
    kind: str = ""
    parents: Mapping[int, str] = field(default_factory=dict)
    steps: bool = False
    codes: Mapping[str, int] = field(default_factory=dict)
    own: Mapping[int, str] = field(default_factory=dict)

    @property
    def levels(self) -> bool:
        """Whether the title columns are levels, so that the deepest one holds a row's title."""
        return bool(self.titles.keys() & self.parents.keys())

    def title_of(self, cells: Sequence[Cell], kind: str) -> int:
        """Return the column that holds a row's title, preferably one of its kind; -1 for none."""
        own = [at for at, level in self.titles.items() if level in ("", kind)]
        among = own if kind in self.titles.values() else self.titles
        return next((at for at in among if _has_text(cells, at)), -1)

    def other_titles(self, cells: Sequence[Cell], title: int, kind: str) -> list[str]:
        """Return the texts of a row's other title columns for its kind: `Epic Name`."""
        return [cells[at].text for at, level in self.titles.items()
                if at != title and level == kind and _has_text(cells, at)]  # fmt: skip

    @property
    def fields(self) -> set[str]:
        """The fields of all columns."""
        return {field for at in range(len(self.keys)) if (field := self.field_at(at))}

    def field_at(self, at: int) -> str | None:
        """Return the field of a column, or None."""
        return self.own.get(at) or field_of(self.keys[at])

    def column_of(self, field: str) -> int:
        """Return the first column of a field; -1 for none."""
        return next((at for at in range(len(self.keys)) if self.field_at(at) == field), -1)

    def kind_of(self, cells: Sequence[Cell]) -> str:
        """Return the kind that a cell names: `Bug`, `História de usuário`; else empty."""
        return parse_kind(text_at(cells, self.column_of("kind"))) or ""

    def apart(self, title: int) -> set[int]:
        """Return the columns that only contain the title and the parents of a row."""
        level = self.titles.get(title)
        titles = self.titles if title < 0 or self.steps else (title,)
        codes = (at for each, at in self.codes.items() if each != level)
        apart = {*titles, *codes, *self.parents}
        return {at for at in apart if self.field_at(at) != "i_want"}

    def pairs(self, cells: Sequence[Cell], place_of: _PlaceOf) -> list[Pair]:
        """Return a pair for each header with filled cells; columns of one name become a list."""
        by_header: dict[str, list[Cell]] = {}
        for key, cell in zip(self.keys[:MAX_COLUMNS], cells, strict=False):
            if key and cell.text:
                by_header.setdefault(key, []).append(cell)
        return [_pair(key, filled, place_of(filled[0])) for key, filled in by_header.items()]

    def rest(self, pairs: Sequence[Pair], title: int, *others: int) -> list[Pair]:
        """Return the pairs except those of a row's title and parents."""
        apart = {self.keys[at] for at in (*self.apart(title), *others) if at >= 0}
        return [pair for pair in pairs if pair.key not in apart]

    def above(self, cells: Sequence[Cell], title: int, place_of: _PlaceOf) -> list[Ref]:
        """Return references to the parents that a row names, each with the code next to it."""
        return [
            Ref(cells[at].text, place_of(cells[at]), kind, declares=True,
                code=text_at(cells, self.codes.get(kind, -1)))
            for at, kind in self.parents.items() if at != title and _has_text(cells, at)
        ]  # fmt: skip


def _pair(key: str, cells: Sequence[Cell], place: Place) -> Pair:
    nodes = tuple([Scalar(cell.text, cell.start, cell.end - cell.start, '"') for cell in cells])
    if len(nodes) == 1:
        return Pair(key, nodes[0], place)
    return Pair(key, ListNode(nodes, nodes[0].start, nodes[-1].end, flow=True), place)


def _has_text(cells: Sequence[Cell], at: int) -> bool:
    text = text_at(cells, at)
    return bool(text) and not is_empty_word(plain(text))


def columns_of(
    names: Sequence[str], rows: _Rows = (), rule: Rule | None = None, fields: Sequence[str] = ()
) -> Columns:
    """Return the columns of a table by its header; `titles` is empty if none can hold a title.

    The `rows` show whether a column numbers the items or names their parents; `fields` are the
    names of the board's own fields.
    """
    ruled = _with_title(rule, names) if rule else None
    keys = [ruled.read_as(name) for name in names] if ruled else [*names]
    known = own_fields(fields)
    own = {at: known[word] for at, key in enumerate(keys) if (word := key_words(key)) in known}
    columns = _columns(
        names, [_OWN if at in own else key for at, key in enumerate(keys)], rows, rule
    )
    all_keys = [keys[at] if at in own else key for at, key in enumerate(columns.keys)]
    return replace(columns, keys=all_keys, own=own)


def _columns(names: Sequence[str], keys: list[str], rows: _Rows, rule: Rule | None) -> Columns:
    words = list(map(key_words, keys))
    number, kind = _number(names, keys, rows)
    steps = [at for at, word in enumerate(words) if _STEP.fullmatch(word)]
    if steps:
        return Columns(names, keys, dict.fromkeys(steps, ""), number, kind, steps=True)
    typed = {at: word for at, key in enumerate(keys) if at != number and (word := typed_column(key))
             and not (word.unsure and _are_issues(rows, at))}  # fmt: skip
    levels = {at: word.kind for at, word in typed.items() if not word.weak}
    stories = {at for at in levels if levels[at] == "story"}
    titled = {at for at in stories if _OF_LEVEL.search(words[at])}
    for at in stories - titled if titled else ():
        keys[at] = "user story"  # another column contains its title
        del levels[at]
    titles = _titles(keys, levels)
    before = next((at for at in typed if at < min(titles, default=0)), None)
    if number < 0 and before is not None and _counts(rows, before):
        number, kind = before, typed[before].kind
    columns = Columns(names, keys, titles, number, kind)
    columns = columns if titles else _untitled(columns, levels)
    areas = [at for at, word in enumerate(words) if word in words_of("areas")]
    if rule is not None and rule.kind:
        return replace(columns, titles=dict.fromkeys(columns.titles, rule.kind), parents={})
    if not areas or _PARENTS & columns.fields:
        return columns
    return replace(
        columns, titles=dict.fromkeys(columns.titles, "task"), parents={areas[0]: "epic"}
    )


def place_by_order(columns: Columns, titles: Sequence[int], drafts: Sequence[Draft]) -> None:
    """Set the parents of rows by their order, unless a column names the parents.

    In Azure Boards the depth of a row is the column that holds its title. Stories are below the
    epic above them if the first row is an epic, there are at least two epics, and each has stories.
    """
    depths = titles if columns.steps else [int(draft.kind != "epic") for draft in drafts]
    starts = [at for at, depth in enumerate(depths) if depth == 0]
    filled = all(b - a >= _WITH_STORY for a, b in pairwise([*starts, len(depths)]))
    sorted_ = len(starts) >= _EPICS and starts[0] == 0 and filled
    if not columns.steps and (not sorted_ or columns.fields & (_PARENTS - {"kind"})):
        return
    open_: list[tuple[int, Draft]] = []
    for depth, draft in zip(depths, drafts, strict=True):
        open_ = [each for each in open_ if each[0] < depth]
        if open_ and draft.parent is None and open_[-1][1].rank <= draft.rank:
            draft.parent, draft.stood_alone = open_[-1][1], not columns.steps
        open_.append((depth, draft))


def _with_title(rule: Rule, names: Sequence[str]) -> Rule:
    """Return a rule for items with a title column: the one that the rule is named after."""
    if not rule.kind or any(field == "title" for field, _ in rule.columns):
        return rule
    named = next(name for name in names if rule.title.fullmatch(name))
    return replace(rule, columns=(*rule.columns, ("title", named)))


def typed_column(key: str) -> TypeWord | None:
    """Return the type word of a header: `Story`, `Epic Name`, `Tarefa técnica`."""
    words = _OF_LEVEL.sub("", key_words(key))
    header_type = type_word(words)
    if header_type is None and field_of(key) is None and 1 < len(words.split()) <= _MOST_WORDS:
        header_type = type_word(words.split()[0])
    return None if field_of(key) == "id" or words in words_of("areas") else header_type


def _number(names: Sequence[str], keys: Sequence[str], rows: _Rows) -> tuple[int, str]:
    """Return the column of numbers, and the kind that its header names: `Story #`, `Task ID`."""
    typed: dict[int, str] = {}
    for at, (name, key) in enumerate(zip(names, keys, strict=True)):
        words = key_words(key)
        word = type_word(_ID.sub("", words))
        if word is not None and (_ID.search(words) or name.rstrip().endswith("#")):
            typed[at] = word.kind
        elif column_of(key) == "id" or not name.strip("#№ "):
            return at, ""
    for at in sorted(typed, key=lambda at: -RANKS[typed[at]]):
        if typed[at] not in ("epic", "feature") or _counts(rows, at):
            return at, typed[at]
    return -1, ""


def _titles(keys: Sequence[str], levels: Mapping[int, str]) -> dict[int, str]:
    """Return the title columns, the clearest first; empty if all of them are levels."""
    known = {at: column_of(key) for at, key in enumerate(keys)}
    titled = [
        at
        for at, key in enumerate(keys)
        if field_of(key) == "title" or (known[at] in _TITLES and at not in levels)
    ]
    if all(at in levels for at in titled):
        return {}
    titled.sort(key=lambda at: (at in levels, known[at] not in _TITLES, known[at] != "title",
                               _FIRST.get(key_words(keys[at]), 9)))  # fmt: skip
    return {at: levels.get(at) or _KINDS.get(known[at] or "", "") for at in titled}


def _untitled(columns: Columns, levels: dict[int, str]) -> Columns:
    """Return the columns if none is only for titles: use levels, wishes or descriptions."""
    keys = columns.keys
    described = [at for at, key in enumerate(keys) if column_of(key) == "description"]
    numbered = columns.number >= 0 and described
    if {"as_a", "i_want"} <= columns.fields:
        return replace(columns, titles={columns.column_of("i_want"): "story"})
    if numbered and not any(at < described[0] for at in levels):
        return replace(columns, titles={described[0]: ""})
    deepest = sorted(levels, key=lambda at: (-RANKS[levels[at]], -at))
    titles = {at: levels[at] for at in deepest}
    if "kind" in columns.fields:
        return replace(columns, titles=titles)
    nearest = {titles[at]: at for at in reversed(titles)}  # the last one of each kind
    upwards = {at: kind for kind, at in nearest.items()}
    return replace(columns, titles=titles, parents=upwards, codes=_codes(keys))


def _codes(keys: Sequence[str]) -> dict[str, int]:
    """Return the columns that number the items of a level: `Epic ID`."""
    words = {at: key_words(key) for at, key in enumerate(keys)}
    typed = {at: type_word(_ID.sub("", word)) for at, word in words.items() if _ID.search(word)}
    return {word.kind: at for at, word in typed.items() if word}


def _counts(rows: _Rows, at: int) -> bool:
    """Return whether a column numbers the rows: each has its own code, which may be a link."""
    texts = [text for row in rows if (text := plain(text_at(row, at)))]
    codes = all(len(text) <= _LONGEST_NUMBER and re.search(r"\d", text) for text in texts)
    return codes and 0 < len(texts) == len(set(texts))


def _are_issues(rows: _Rows, at: int) -> bool:
    """Return whether a column contains GitHub issues rather than titles."""
    return any(parse_issue(text_at(row, at)) for row in rows)
