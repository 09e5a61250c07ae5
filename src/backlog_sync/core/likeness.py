"""Titles that an older reading gave to what a newer one calls otherwise."""

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
    """How sure it is that two titles name one thing: the surest first."""

    SAME = 0
    REDUCED = 1
    BEGUN = 2


def plain(title: str) -> str:
    """Give the words of a title, without marks, signs and emoji, and in one case."""
    return " ".join(_WORD.findall(_LINK.sub(r"\1", title[:_LONGEST]).casefold())[:_WORDS])


def parts(title: str) -> frozenset[str]:
    """Give what may be left of a title once a number, a status or a remark is taken off it."""
    title = _LINK.sub(r"\1", title[:_LONGEST])
    whole = (title, _BRACKETS.sub(" ", title))
    without_code = (_CODE.sub("", each, count=1) for each in whole)
    forms = dict.fromkeys((*whole, *without_code))
    heads = (each[: cut.start()] for each in forms for cut in _CUT.finditer(each))
    return frozenset(filter(None, map(plain, (*forms, *heads))))


def beginnings(words: str) -> Iterator[str]:
    """Give every shorter text of whole words that a text begins with."""
    at = words.rfind(" ")
    while at > 0:
        yield words[:at]
        at = words.rfind(" ", 0, at)


class Titles:
    """The titles of issues, to be found by what an item is called now."""

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
        """Give the issues that may be what is called so now, and how sure that is.

        A title that lost a part is what a better reading gives. One that only begins as the other
        does may be something else.
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
