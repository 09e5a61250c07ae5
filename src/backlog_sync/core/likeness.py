"""Match titles written by an older reader with the titles that a newer one reads."""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum

_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()]{0,500}\)")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_CODE = re.compile(
    r"^\W*(?:[^\W\d_]+[ ]?)?(?:[A-Za-z]{1,10}-)?#?\d[\w.]*\s*(?:[:.)\]|—–-]+|\s)\s*", re.ASCII
)
_CUT = re.compile(r"\s[-—–|·]+\s|[:：]\s|[.!?]\s|\s[-—–]+$|[,;]\s")
_WORDS, _LONGEST = 60, 1_000
"""Words and characters of a title that are compared: GitHub's titles have at most 256."""


class Likeness(IntEnum):
    """How certain it is that two titles mean the same: the most certain first."""

    SAME = 0
    REDUCED = 1
    BEGUN = 2


def plain(title: str) -> str:
    """Return the words of a title in lower case, without symbols and emoji."""
    return " ".join(_WORD.findall(_LINK.sub(r"\1", title[:_LONGEST]).casefold())[:_WORDS])


def parts(title: str) -> frozenset[str]:
    """Return the titles that remain if a number, a status or a remark is removed."""
    title = _LINK.sub(r"\1", title[:_LONGEST])
    whole = (title, _BRACKETS.sub(" ", title))
    without_code = (_CODE.sub("", each, count=1) for each in whole)
    forms = dict.fromkeys((*whole, *without_code))
    heads = (each[: cut.start()] for each in forms for cut in _CUT.finditer(each))
    return frozenset(filter(None, map(plain, (*forms, *heads))))


def beginnings(words: str) -> Iterator[str]:
    """Yield every shorter text of whole words that a text begins with."""
    at = words.rfind(" ")
    while at > 0:
        yield words[:at]
        at = words.rfind(" ", 0, at)


class Titles:
    """The titles of issues, to be found by the current title of an item."""

    def __init__(self, titles: Iterable[tuple[int, str]]) -> None:
        self._whole: dict[str, set[int]] = {}
        self._parts: dict[str, set[int]] = {}
        self._beginnings: dict[str, set[int]] = {}
        for number, title in titles:
            words = plain(title)
            self._whole.setdefault(words, set()).add(number)
            for part in parts(title):
                self._parts.setdefault(part, set()).add(number)
            for beginning in beginnings(words):
                self._beginnings.setdefault(beginning, set()).add(number)

    def like(self, title: str) -> dict[int, Likeness]:
        """Return the issues that may have this title now, and how certain that is.

        A title that lost a part is the result of a better reading. If one title is only the
        beginning of the other, they may be different items.
        """
        words = plain(title)
        if not words:
            return {}
        begun = set(self._beginnings.get(words, ()))
        for shorter in (*parts(title), *beginnings(words)):
            begun |= self._whole.get(shorter, set())
        return {
            **dict.fromkeys(begun, Likeness.BEGUN),
            **dict.fromkeys(self._parts.get(words, ()), Likeness.REDUCED),
            **dict.fromkeys(self._whole.get(words, ()), Likeness.SAME),
        }
