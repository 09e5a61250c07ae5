"""Find totals that a document states about itself: `**Total Items**: 33 (…)`, summary tables."""

import re
from collections.abc import Sequence
from dataclasses import replace

from backlog_sync.dataclass import dataclass
from backlog_sync.files.inline import plain
from backlog_sync.files.outline import Line
from backlog_sync.files.reading.metadata import Pair
from backlog_sync.files.reading.titles import recognize
from backlog_sync.files.syntax.cells import Cell, PipeRows
from backlog_sync.files.vocabulary import (
    bare_word,
    by_word,
    counted,
    key_words,
    listed,
    topics,
    type_word,
)

COUNTED = by_word("counted")
"""The counted unit by each word for it."""

_NUMBER = re.compile(r"\**[ ]?(\d{1,7}(?:\.\d{1,2})?)(?![\d.,%+–-])")
_COUNTS = re.compile(
    r"(?<![\d.,-])(\d{1,7}(?:\.\d{1,2})?)[ ]([^\W\d_]{1,20}(?:[ ][^\W\d_]{1,20})?)"
)
_NAME_COLUMNS = listed("name_columns")


@dataclass(frozen=True, slots=True)
class Count:
    """A number in a text: what it counts, its value, its offsets.

    `sure` is False if words limit what it counts: `84 (without the extras)`.
    """

    what: str
    value: float
    start: int
    end: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a summary table: its name cells, and the counts that it claims."""

    line: Line
    names: tuple[str, ...]
    counts: tuple[Count, ...]
    total: bool


def total_counts(pair: Pair) -> tuple[Count, ...]:
    """Return the counts of a line such as `**Total Items**: 33 (3 Epics, 9 Features)`."""
    key = bare_word(pair.key)
    if not key.startswith("total ") and not key.endswith(" total"):
        return ()
    what = counted(key.removeprefix("total ").removesuffix(" total").strip())
    number = _NUMBER.match(pair.value)
    if what is None or number is None:
        return ()
    counts = [_count(what, number, pair.start)]
    bracket = pair.value.find("(", number.end())
    if bracket >= 0:
        counts += word_counts(pair.value[:400], pair.start, bracket)
    if _is_limited(pair.value[number.end() : 400], what):
        return tuple(replace(count, sure=False) for count in counts)
    return tuple(counts)


def _is_limited(rest: str, what: str) -> bool:
    """Return whether the words after a total contain more than its unit and other counts."""
    left = _COUNTS.sub(lambda m: "" if _what(m[2]) else m[0], rest)
    words = {bare_word(word) for word in re.split(r"[\s()/,;+&]+", left)} - {
        "",
        "and",
        "total",
        "in",
    }
    return any(counted(word) is None and word not in ("story", what) for word in words)


def word_counts(text: str, at: int, begin: int = 0) -> list[Count]:
    """Return every count such as `9 Features` in a text that begins at offset `at`."""
    counts = []
    for match in _COUNTS.finditer(text, begin):
        what = _what(match[2])
        if what:
            counts.append(_count(what, match, at))
    return counts


def _what(spelt: str) -> str | None:
    return counted(spelt) or counted(spelt.split(" ", maxsplit=1)[0])


def _count(what: str, match: re.Match[str], at: int) -> Count:
    return Count(what, float(match[1]), at + match.start(1), at + match.end(1))


def read_summary(rows: PipeRows) -> tuple[TableRow, ...]:
    """Return the claims of a table whose columns count things; empty for any other table.

    `rows` are its header, its delimiter row and its body.
    """
    if len(rows) < 3:
        return ()
    header = [plain(cell.text) for cell in rows[0][1]]
    sums = {index: what for index, word in enumerate(header) if (what := counted(word))}
    named = {
        index
        for index, word in enumerate(header)
        if type_word(word) or key_words(word) in _NAME_COLUMNS
    }
    sums = {i: what for i, what in sums.items() if i not in named or i > min(named)}
    named -= sums.keys()
    if not sums or not named:
        return ()
    body = [_row(line, cells, sums) for line, cells in rows[2:]]
    return tuple(body) if any(row.counts for row in body) else ()


def _row(line: Line, cells: Sequence[Cell], sums: dict[int, str]) -> TableRow:
    names = tuple(plain(cell.text)[:300] for index, cell in enumerate(cells) if index not in sums)
    total = bool(names) and is_total(names[0])
    counts = []
    for index, cell in enumerate(cells):
        number = _NUMBER.match(cell.text) if index in sums else None
        if number:
            counts.append(_count(sums[index], number, cell.start))
        elif total and index not in sums and index:
            counts += word_counts(
                cell.text.strip("*")[:60], cell.start + cell.text.startswith("**") * 2
            )
    return TableRow(line, names, tuple(counts), total)


def is_total(*names: str) -> bool:
    """Return whether one of the names of a row marks it as a total row."""
    return any("total" in topics(name) for name in names)


def name_key(name: str) -> str | None:
    """Return the key that a table cell names, for example for `EPIC-01` or `Epic 1: …`."""
    typed = recognize(name)
    return typed.key if typed else None
