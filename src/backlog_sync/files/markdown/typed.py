"""Rules 1 and 2: a heading or a list item that begins with a type word, a code or a number."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from backlog_sync.core.keys import is_key
from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.words import (
    CODES,
    FOREIGN_CODES,
    LETTERS,
    MARKS,
    RELEASE,
    SUMMARY_WORDS,
    TYPES,
)
from backlog_sync.files.vocabulary import MILESTONE_CODE, TypeWord, is_decoration, is_partly

_HEAD = 400
"""No type word, number and separator together are longer."""

_NUMBER_ALONE = TypeWord("", "feature")
_FIRST_LETTERS = frozenset(
    {word[0] for word in TYPES}
    | {word[0].upper() for word in TYPES}
    | set("ABCDEFGHIJKLMNOPQRSTUVWXYZmv[第")
)
_WORDS = "|".join(re.escape(word) for word in sorted(TYPES, key=len, reverse=True))
_WORD = re.compile(rf"(?:{_WORDS})", re.IGNORECASE)
_ORDINAL = re.compile(rf"第[ ]?(\d{{1,4}})[ ]?({_WORDS})", re.IGNORECASE)
_NUMBER = re.compile(
    r"[-_ ]?[ ]?#?((?:[A-Za-z]{0,3}\d{1,6}(?:\.\d{1,6}){0,5}[a-z]?)|[A-Z](?![^\W_])|[IVX]{2,5})"
    r"(?![^\W_])"
)
_CODE = re.compile(
    r"(\[?)([A-Z][A-Z0-9]{0,9})-([A-Z]?\d{1,6}(?:\.\d{1,6}){0,4}[a-z]?)(?![^\W_])(\]?)"
)
_MILESTONE = re.compile(r"[Mm](\d{1,3}(?:\.\d{1,3})?)(?=[ ]?[:：—–-])")
_VERSION = re.compile(r"[vV](\d{1,3}(?:\.\d{1,3}){0,2})(?=[ ]?[:：—–-]|[ ]?\(|$)")
_SHORT = re.compile(r"(\[?)(US|HU|EP|PBI|PB|ST)[ _]?(\d{1,5}(?:\.\d{1,4}){0,3})(?![^\W_])(\]?)")
_LEAD = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,4})[.)]?[ ]+")
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = re.compile(rf"[ ]({'|'.join(_COUNTED)})\b", re.IGNORECASE)
_BRACKETS = re.compile(r"[ ]?\(([^()]{1,60})\)")
_DOTTED = re.compile(r"(\d{1,4}(?:\.\d{1,4}){1,4})\.?(?=[ :：—–-])")
_SEPARATOR = re.compile(r"[ ]{0,3}(?:[:：—–|·](?=\s|$|\S)|-(?=\s)|[.)](?=\s|$))[ ]{0,3}")
_RANGE = re.compile(r"[ ]?[-–][ ]?\d")
_REMARK = re.compile(r"[ ]?\(([^()]{1,60})\)$")
_POINTS = re.compile(
    r"[ ]?[\[(](\d{1,4}(?:\.\d)?)[ ]?"
    r"(?:pts?|points?|sp|story points|pontos|puntos|ポイント)\.?[\])]$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a line says of an item: its word, number, title, and what stood around the title.

    `bare` tells that only a blank stood between number and title; `code` that it is a code such
    as `ACP-501` whose kind the line alone does not tell; `dotted` that it is a number alone.
    """

    word: TypeWord
    number: str | None
    title: str
    bare: bool = False
    bold: bool = False
    code: bool = False
    dotted: bool = False
    status: str | None = None
    points: float | None = None
    priority: str | None = None
    sentence: bool = False

    @property
    def key(self) -> str | None:
        """The key by word and number, None where there is no number."""
        if self.number is None or self.dotted:
            return None
        if not self.word.name:
            return self.number.lower() if is_key(self.number.lower()) else None
        joint = "" if self.word is MILESTONE_CODE else "-"
        number = self.number.lower()
        if self.word.name == "milestone" and number.startswith("m"):
            return number if is_key(number) else None
        key = f"{self.word.name}{joint}{number}"
        return key if is_key(key) else None


def recognise(text: str) -> Typed | None:
    """What a heading's or a list item's text says of an item, None where it is no item."""
    head = text[:_HEAD]
    body, status = _skip_signs(head)
    bold = body.startswith("**")
    if bold:
        close = body.find("**", 2)
        if close > 0:
            body = body[2:close] + body[close + 2 :]
    found = _find(body) if body else None
    if found is None:
        return None
    title, marked, points = parse_title(found.title + text[_HEAD:])
    return Typed(
        found.word,
        found.number,
        title,
        bare=found.bare,
        bold=bold,
        code=found.code,
        dotted=found.dotted,
        status=status or marked,
        points=points,
    )


class _Found(NamedTuple):
    """A word or a code and its number, and all that stands behind them."""

    word: TypeWord
    number: str | None
    title: str
    bare: bool = False
    code: bool = False
    dotted: bool = False


def _find(body: str) -> _Found | None:
    """The first of the forms that fits; the first letter tells which can."""
    first = body[0]
    if first in _FIRST_LETTERS:
        for form in (_ordinal, _word, _milestone, _version, _code, _short):
            found = form(body)
            if found:
                return found
    return (_led(body) or _dotted(body)) if first.isdecimal() else None


def _led(body: str) -> _Found | None:
    """`2. Epic: …`, `1.3 Story: …`: the document's own numbering before the word."""
    lead = _LEAD.match(body)
    found = _word(body[lead.end() :]) if lead and lead.end() < len(body) else None
    if lead is None or found is None or found.bare:
        return None
    return found if found.number else found._replace(number=lead[1])


def parse_title(text: str) -> tuple[str, str | None, float | None]:
    """A title as plain text, with the status and the points that its marks tell.

    `Pay online ✅ (mostly) (5 pts)` is `Pay online`, `In Progress`, 5.
    """
    title = plain(text)
    points = None
    match = _POINTS.search(title[-60:])
    if match:
        points = float(match[1])
        title = title[: -len(match[0])].rstrip()
    title, status = _trailing_mark(title)
    if status is None:
        title, status = _skip_signs(title) if title[:1] in MARKS else (title, None)
    return title, status, points


def _trailing_mark(title: str) -> tuple[str, str | None]:
    remark = _REMARK.search(title[-64:])
    bare = title[: -len(remark[0])].rstrip() if remark else title
    bare = bare.rstrip("\ufe0f")
    if bare[-1:] not in MARKS or not bare:
        return title, None
    status = MARKS[bare[-1]]
    if remark and is_partly(remark[1]):
        status = "In Progress"
    return bare[:-1].rstrip(), status


def _skip_signs(text: str) -> tuple[str, str | None]:
    """The text behind emoji and blanks, and the status that they tell."""
    status = None
    at = 0
    while at < len(text) and (text[at] in " \t" or is_decoration(text[at])):
        status = status or MARKS.get(text[at])
        at += 1
    return text[at:], status


def _word(body: str) -> _Found | None:
    match = _WORD.match(body)
    if not match:
        return None
    word = TYPES.get(match[0].casefold())
    if word is None:
        return None
    at = match.end()
    number = _NUMBER.match(body, at)
    if number and not _RANGE.match(body, number.end()) and _bounded(body, at):
        return _titled(_Found(word, number[1], "", code=word.unsure), body, number.end())
    count = _COUNT.match(body, at)
    if count:
        told = str(_COUNTED.index(count[1].lower()) + 1)
        return _titled(_Found(word, told, "", code=word.unsure), body, count.end())
    if body[at : at + 1] in (":", "：") or body[at : at + 3] in (" — ", " – "):
        title = body[at + 1 :].lstrip(" —–")
        return _Found(word, None, title, code=word.unsure) if plain(title) else None
    return None


def _bounded(body: str, at: int) -> bool:
    """Whether the word has ended: `Epic 1`, `EPIC-00` and `史诗1` have, `Epics` has not."""
    before, after = body[at - 1], body[at : at + 1]
    return not (before.isascii() and after.isalpha())


def _ordinal(body: str) -> _Found | None:
    """`第1阶段：…`, which puts the number before the word."""
    match = _ORDINAL.match(body)
    if not match or match[2].casefold() not in TYPES:
        return None
    return _titled(_Found(TYPES[match[2].casefold()], match[1], ""), body, match.end())


def _milestone(body: str) -> _Found | None:
    match = _MILESTONE.match(body)
    if not match or _RANGE.match(body, match.end()):
        return None
    return _titled(_Found(MILESTONE_CODE, match[1], ""), body, match.end())


def _version(body: str) -> _Found | None:
    """`v1.2 — …` is a release."""
    match = _VERSION.match(body)
    if not match:
        return None
    return _titled(_Found(RELEASE, match[1], ""), body, match.end())


def _code(body: str) -> _Found | None:
    match = _CODE.match(body)
    if not match or bool(match[1]) != bool(match[4]) or match[2] in FOREIGN_CODES:
        return None
    known = CODES.get(match[2])
    word = known or TypeWord(match[2].lower(), LETTERS.get(match[2], "story"))
    found = _Found(word, match[3], "", code=known is None and not match[1])
    return _titled(found, body, match.end(), blank=True)


def _short(body: str) -> _Found | None:
    """`US12: …`, `[HU 3] …`: a known code without its hyphen."""
    match = _SHORT.match(body)
    if not match or bool(match[1]) != bool(match[4]):
        return None
    return _titled(_Found(CODES[match[2]], match[3], ""), body, match.end(), blank=bool(match[1]))


def _dotted(body: str) -> _Found | None:
    match = _DOTTED.match(body)
    if not match:
        return None
    found = _Found(_NUMBER_ALONE, match[1], "", dotted=True)
    return _titled(found, body, match.end(), blank=True)


def _titled(found: _Found, body: str, at: int, *, blank: bool = False) -> _Found | None:
    """The title behind a number: after a separator, or after a blank where that is enough."""
    separator = _SEPARATOR.match(body, at)
    if separator:
        return found._replace(title=body[separator.end() :])
    rest = body[at:]
    if not rest.strip():
        return found._replace(title=body[:at])
    remark = _BRACKETS.match(body, at)
    if remark:
        separator = _SEPARATOR.match(body, remark.end())
        if separator:
            title = f"{body[separator.end() :]} ({remark[1]})"
            return found._replace(title=title, bare=True)
        if not body[remark.end() :].strip() and found.word.weak:
            return found._replace(title=body[: remark.end()])
    if rest[0] == "(":
        return None
    if rest[0] not in " \t":
        return None
    if blank:
        return found._replace(title=rest.strip())
    last = rest.strip(" *").rsplit(" ", 1)[-1].casefold()
    if rest.strip()[0] in "([" or last in SUMMARY_WORDS:
        return None
    return found._replace(title=rest.strip(), bare=True)
