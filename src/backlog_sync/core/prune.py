"""Whether the text of an issue whose item is gone is still somewhere in the files.

Then the line is no longer read as an item (it became a bullet, a heading of another kind, a
comment), and nobody decided that the work is dropped: such an issue is not closed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from backlog_sync.core.issue_index import title_mark

_TOKEN = re.compile(r"\w+")
_CUTS = re.compile(r"[|:：,;，、—–\"'`()\[\]{}<>#]|\s-\s|\*\*|__|~~")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_MARK = re.compile(r"^\s*(?:[-*+•>]|\d{1,3}[.)]|#{1,6})?\s*(?:\[[ xX]\])?\s*")
_NUMBERED_WITHIN = 4
_LONG_WORD = 8
_SUMMARY = re.compile(r"<!-- backlog:summary -->.*?(?:<!-- /backlog:summary -->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Line:
    path: str
    row: int
    raw: str
    words: str
    pieces: frozenset[str]

    @property
    def place(self) -> str:
        return f"{self.path}:{self.row}"


class Sources:
    """The lines of all files of a backlog, with the titles that are read from them."""

    def __init__(self, texts: Sequence[tuple[str, str]], titles: Iterable[str]) -> None:
        self._texts = texts
        self._titles = frozenset(filter(None, map(_words, titles)))

    def place_of(self, title: str, mark: str, key: str | None) -> str | None:
        """Return where an issue's title, the one that it had, or its key is; None for nowhere.

        `mark` is the hash of the title that it had. `key` is None if another item has it now.
        """
        for line in self._lines:
            if self._has_title(line, _words(title)) or (key and _key(key).search(line.raw)):
                return line.place
        for path, text in self._whole:
            if " " in (words := _words(title)) and f" {words} " in text and self._is_own(words):
                return path
        return self._marks.get(mark) if mark != title_mark(title) else None

    @cached_property
    def _lines(self) -> tuple[_Line, ...]:
        return tuple(
            _Line(path, row, raw, f" {_words(raw)} ", frozenset(_pieces(raw)))
            for path, text in self._texts
            for row, raw in enumerate(_plain(text).split("\n"), 1)
            if raw.strip()
        )

    @cached_property
    def _whole(self) -> tuple[tuple[str, str], ...]:
        """Each file as one line: a title may go over two."""
        return tuple((path, f" {_words(_plain(text))} ") for path, text in self._texts)

    @cached_property
    def _marks(self) -> dict[str, str]:
        """Where titles that a line may hold are, by their hash."""
        places: dict[str, str] = {}
        for line in self._lines:
            for piece in (
                _MARK.sub("", line.raw),
                *_CUTS.split(line.raw),
                *_after_separators(line.raw),
            ):
                if piece.strip():
                    places.setdefault(title_mark(piece.strip(" \t*_.")), line.place)
        return places

    def _has_title(self, line: _Line, words: str) -> bool:
        if not words:
            return False
        if words in line.pieces:
            return True
        short = " " not in words and len(words) < _LONG_WORD
        return not short and f" {words} " in line.words and self._is_own(words, line.words)

    def _is_own(self, words: str, line: str = "") -> bool:
        """Whether what was found is no part of the longer title of an item."""
        longer = (t for t in self._titles if t != words and f" {words} " in f" {t} ")
        return not any(not line or f" {title} " in line for title in longer)


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SUMMARY.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "\\u" in text else text
    return text.replace('\\"', '"').replace('""', '"')


def _words(text: str) -> str:
    return " ".join(_TOKEN.findall(text.casefold()))


def _pieces(raw: str) -> Iterable[str]:
    for piece in (raw, *_CUTS.split(raw)):
        words = _TOKEN.findall(piece.casefold())
        yield " ".join(words)
        numbered = [n for n, w in enumerate(words[:_NUMBERED_WITHIN]) if any(map(str.isdigit, w))]
        if numbered:
            yield " ".join(words[numbered[-1] + 1 :])


def _after_separators(raw: str) -> Iterable[str]:
    """What stands behind the first sign that ends a key or a number."""
    for sign in (": ", "：", " — ", " – ", " - ", ". "):
        _, separator, remainder = raw.partition(sign)
        if separator:
            yield remainder


def _key(key: str) -> re.Pattern[str]:
    """What a key looks like in a file: `story-1.1` is `Story 1.1`, too."""
    if any(char.isdigit() for char in key) or "-" in key:
        spelled = re.escape(key).replace(r"\-", r"[-_ ]?[ ]?#?")
        return re.compile(rf"(?<![\w.-]){spelled}(?![\w-]|\.\w)", re.IGNORECASE)
    return re.compile(rf"\bid[\"']?\s*:\s*[\"']?{re.escape(key)}(?![\w.-])", re.IGNORECASE)
