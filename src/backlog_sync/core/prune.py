"""Whether the text of an issue whose item is gone is still somewhere in the files.

Then the line is no longer read as an item (it became a bullet, a heading of another kind, a
comment), and nobody decided that the work is dropped: such an issue is not closed.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from backlog_sync.core.checkboxes import GITHUB
from backlog_sync.core.issue_index import title_mark
from backlog_sync.core.model import DesiredItem
from backlog_sync.dataclass import dataclass

_TOKEN = re.compile(r"\w+")
_CUTS = re.compile(r"[|:：,;，、—–\"'`()\[\]{}<>#]|\s-\s|\*\*|__|~~")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_MARK = re.compile(rf"^\s*(?:[-*+•>]|\d{{1,3}}[.)]|#{{1,6}})?\s*(?:{GITHUB.pattern})?\s*")
_NUMBERED_WITHIN = 4
"""Words at the start of a title in which a number identifies it (`Phase 2`, `Story 1.3`)."""
_LONG_WORD = 8
"""Letters from which a single word is rare enough in prose to prove that a title still exists."""
_SUMMARY = re.compile(r"<!-- backlog:summary -->.*?(?:<!-- /backlog:summary -->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file that holds the title or key of an issue; row 0 if it goes over two.

    `is_item` says that an item is read from it.
    """

    path: str
    row: int = 0
    raw: str = ""
    words: str = ""
    pieces: frozenset[str] = frozenset()
    is_item: bool = False

    @property
    def place(self) -> str:
        """The line for people."""
        return f"{self.path}:{self.row}" if self.row else self.path


class Sources:
    """The lines of all files of a backlog, with the items that are read from them."""

    def __init__(self, texts: Sequence[tuple[str, str]], items: Sequence[DesiredItem]) -> None:
        self._texts = texts
        self._titles = frozenset(filter(None, (bare_words(item.title) for item in items)))
        self._places = {(item.place.path, item.place.line) for item in items}

    def find(self, title: str, mark: str, key: str | None) -> Line | None:
        """Return the line with an issue's title, the one that it had, or its key; None for none.

        `mark` is the hash of the title that it had. `key` is None if another item has it now. A
        line of which no item is read comes first, then one that is no more than the title.
        """
        held = bare_words(title)
        lines = [line for line in self._lines if self._holds(line, held, key)]
        if lines:
            return min(lines, key=lambda line: (line.is_item, held not in line.pieces))
        for path, text in self._whole:
            if " " in held and f" {held} " in text and self._is_own(held):
                return Line(path)
        return self._marks.get(mark) if mark != title_mark(title) else None

    def _holds(self, line: Line, held: str, key: str | None) -> bool:
        return self._has_title(line, held) or bool(key and _key(key).search(line.raw))

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        return tuple(
            Line(
                path,
                row,
                raw,
                f" {bare_words(raw)} ",
                frozenset(_pieces(raw)),
                is_item=(path, row) in self._places,
            )
            for path, text in self._texts
            for row, raw in enumerate(_plain(text).split("\n"), 1)
            if raw.strip()
        )

    @cached_property
    def _whole(self) -> tuple[tuple[str, str], ...]:
        """Each file as one line: a title may go over two."""
        return tuple((path, f" {bare_words(_plain(text))} ") for path, text in self._texts)

    @cached_property
    def _marks(self) -> dict[str, Line]:
        """The lines that may hold a title, by its hash."""
        lines: dict[str, Line] = {}
        for line in self._lines:
            for piece in (
                _MARK.sub("", line.raw),
                *_CUTS.split(line.raw),
                *_after_separators(line.raw),
            ):
                if piece.strip():
                    lines.setdefault(title_mark(piece.strip(" \t*_.")), line)
        return lines

    def _has_title(self, line: Line, words: str) -> bool:
        if not words:
            return False
        if words in line.pieces:
            return True
        short = " " not in words and len(words) < _LONG_WORD
        return not short and f" {words} " in line.words and self._is_own(words, line.words)

    def _is_own(self, words: str, line: str = "") -> bool:
        """Return whether what was found is not part of the longer title of an item."""
        longer = (t for t in self._titles if t != words and f" {words} " in f" {t} ")
        return not any(not line or f" {title} " in line for title in longer)


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SUMMARY.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "\\u" in text else text
    return text.replace('\\"', '"').replace('""', '"')


def bare_words(text: str) -> str:
    """Return the words of a text, without signs and in one case."""
    return " ".join(_TOKEN.findall(text.casefold()))


def _pieces(raw: str) -> Iterable[str]:
    for piece in (raw, *_CUTS.split(raw)):
        words = _TOKEN.findall(piece.casefold())
        yield " ".join(words)
        numbered = [n for n, w in enumerate(words[:_NUMBERED_WITHIN]) if any(map(str.isdigit, w))]
        if numbered:
            yield " ".join(words[numbered[-1] + 1 :])


def _after_separators(raw: str) -> Iterable[str]:
    """Return what is after the first sign that ends a key or a number."""
    for sign in (": ", "：", " — ", " – ", " - ", ". "):
        _, separator, remainder = raw.partition(sign)
        if separator:
            yield remainder


@lru_cache(100)
def _key(key: str) -> re.Pattern[str]:
    """Return what a key looks like in a file: `story-1.1` is `Story 1.1`, too."""
    if any(char.isdigit() for char in key) or "-" in key:
        spelled = re.escape(key).replace(r"\-", r"[-_ ]?[ ]?#?")
        return re.compile(rf"(?<![\w.-]){spelled}(?![\w-]|\.\w)", re.IGNORECASE)
    return re.compile(rf"\bid[\"']?\s*:\s*[\"']?{re.escape(key)}(?![\w.-])", re.IGNORECASE)
