"""Parse values: points, estimates, priorities, statuses, issues, names, dependencies.

One parser per type of value, for all syntaxes. All take the text as written, Markdown included, and
return None if they cannot parse it; whether a value means "nothing" is `is_empty`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from backlog_sync.core.checkboxes import WRITTEN
from backlog_sync.core.keys import is_key
from backlog_sync.core.model import IssueRef
from backlog_sync.dataclass import dataclass
from backlog_sync.files.inline import plain
from backlog_sync.files.refs import parse_issue_ref
from backlog_sync.files.statuses import STATUS_WORDS, meanings
from backlog_sync.files.vocabulary import (
    RANKS,
    any_of,
    is_decoration,
    is_empty_word,
    key_words,
    kind_of,
    list_kind,
    type_word,
    words_of,
)

LIMIT = 2000
"""Characters; a longer value is only read as text."""

_NUMBER = r"\d{1,5}(?:[.,]\d{1,2})?"
_POINT_UNIT = any_of("patterns.point_units")
_POINTS = re.compile(
    rf"({_NUMBER})[ ]?(?P<unit>{_POINT_UNIT})?\.?(?=$|[ ]?[(|,;（]|[ ][–—-])", re.IGNORECASE
)
_UNIT_FIRST = re.compile(rf"(?:sp|pts?|points?)[ :=]*({_NUMBER})$", re.IGNORECASE)
_HOUR_UNIT = any_of("patterns.hour_units")
_HOURS = re.compile(
    rf"({_NUMBER})[ ]?{_HOUR_UNIT}(?![^\W_])\.?[ ]?(?:(\d{{1,2}})[ ]?(?:m|min))?", re.I
)
_MINUTES = re.compile(r"(\d{1,5})[ ]?(?:m|mins?|minutes?|minuten|minutos)$", re.IGNORECASE)
_MORE = re.compile(r"[ ]?(?:[-–—~+]|to\b|bis\b)")
_SIZES = {
    "xxs": "XXS", "xs": "XS", "s": "S", "m": "M", "l": "L", "xl": "XL", "xxl": "XXL",
    "extra small": "XS", "small": "S", "medium": "M", "large": "L", "extra large": "XL",
    "x small": "XS", "x large": "XL",
}  # fmt: skip
_REMARK = re.compile(r"[ ]?[(（][^()（）]{0,300}[)）]")
_REPOSITORY = re.compile(r"(?:https?://[\w.:-]{1,200}/)?(?P<name>[A-Za-z0-9-]{1,39}/[\w.-]{1,100})")


@lru_cache(maxsize=2048)
def is_empty(value: str) -> bool:
    """Return whether a value means none: blank, `None`, `-`, `TBD`, `**—**`."""
    text = _bare(value)
    return not text or is_empty_word(text)


def _bare(value: str) -> str:
    return plain(value[:LIMIT]).strip("*` ")


def _as_number(text: str) -> float:
    return float(text.replace(",", "."))


# ---- points and hours ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """A parsed estimate: points (a number, or a word for a scale), or hours."""

    points: float | str | None = None
    hours: float | None = None


@lru_cache(maxsize=1024)
def parse_points(value: str) -> float | str | None:
    """Return points: a number (`5`, `5 pts`, `8 story points (new)`), or a word for a scale.

    None for a number with another meaning: `5+`, `5-8`, `~5`, `5 days`.
    """
    text = _bare(value)
    match = _POINTS.match(text) or _UNIT_FIRST.match(text)
    if match:
        return _as_number(match[1])
    word = _REMARK.sub("", text).strip()
    if not word or any(char.isdigit() for char in word):
        return None
    return _SIZES.get(key_words(word), word) if len(word) <= 3 else word


def parse_hours(value: str) -> float | None:
    """Return hours: `6`, `6h`, `1h 30m`, `90 min`; None for other units and ranges."""
    text = _bare(value)
    return _as_number(text) if re.fullmatch(_NUMBER, text) else _with_unit(text)


def _with_unit(text: str) -> float | None:
    match = _HOURS.match(text)
    if match and not _MORE.match(text, match.end()):
        return _as_number(match[1]) + (int(match[2]) / 60 if match[2] else 0)
    match = _MINUTES.match(text)
    return int(match[1]) / 60 if match else None


@lru_cache(maxsize=1024)
def parse_estimate(value: str) -> Estimate | None:
    """Return points or hours; None for what is not clearly one of them: `2 days`, `5+`."""
    text = _bare(value)
    hours = _with_unit(text)
    if hours is not None:
        return Estimate(hours=hours)
    match = _POINTS.match(text) or _UNIT_FIRST.match(text)
    if match:
        unit = match.re is _UNIT_FIRST or match["unit"]
        whole = unit or match.end() == len(text)
        return Estimate(_as_number(match[1])) if whole else None
    size = _SIZES.get(key_words(_REMARK.sub("", text)))
    return Estimate(size) if size else None


# ---- words ---------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def parse_priority(value: str) -> str | None:
    """Return a priority's word: `P0 (Critical Path)` is `P0`, without a sign. None if empty."""
    text = _REMARK.sub("", plain(value[:LIMIT])).strip("*` .")
    while text and not text[0].isalnum():
        text = text[1:].lstrip()
    if not text or is_empty_word(text) or key_words(text) in words_of("priorities.none"):
        return None
    return text


_LETTERS = {"A": "High", "B": "Medium", "C": "Low"}


def priority_of(letter: str) -> str:
    """Return the priority for a letter or a number; all after `C` are low."""
    return _LETTERS.get(letter, "Low")


@lru_cache(maxsize=1024)
def parse_status(value: str) -> str | None:
    """Return a status as a word, without signs around it and without a remark. None if empty.

    A sign or a box by itself is the board's word for it: `✅` is `Done`, `[ ]` is `Todo`. Before
    unknown words a sign for done is kept, because only the sign means it: `✅ in v1.1`.
    """
    word = plain(value.split("(", 1)[0][:300])
    signs = " *`~" + "".join(filter(is_decoration, word))
    bare = word.lstrip(signs).rstrip(signs + ".,;:")
    if not any(char.isalnum() for char in bare) or WRITTEN.fullmatch(bare):
        return STATUS_WORDS.get(next(iter(meanings(value)), ""), bare or plain(value) or None)
    told_by_sign = not meanings(bare) and "done" in meanings(value)
    return word.strip() if told_by_sign else bare


def parse_kind(value: str) -> str | None:
    """Return the kind of a value: `Sub-task`, `🐛 Bug`, `Història`."""
    return kind_of(_REMARK.sub("", plain(value[:LIMIT])))


def parse_repository(value: str) -> str | None:
    """Return a repository from `owner/name` or a URL; None for other words."""
    match = _REPOSITORY.fullmatch(plain(value[:LIMIT]).strip("`<>/ "))
    return match["name"] if match else None


def parse_key(value: str) -> str | None:
    """Return a valid key: `web-12`, also from `WEB-12` in backticks."""
    key = plain(value[:LIMIT]).strip("`").lower()
    return key if is_key(key) else None


# ---- issues --------------------------------------------------------------------------------

_ISSUE = re.compile(
    r"\[?(?:(?P<sandbox>sandbox)|(?P<repository>[\w.-]{1,100}/[\w.-]{1,100}))?#(?P<number>\d{1,9})\b"
)
_URL = re.compile(
    r"(?:\[[^\[\]]{0,200}\]\(<?)?https?://[\w.:-]{1,200}"
    r"/(?P<repository>[\w.-]{1,100}/[\w.-]{1,100})/issues/(?P<number>\d{1,9})\b"
)


def parse_issue(value: str) -> IssueRef | None:
    """Return an issue: `#14`, `14`, `owner/repo#14`, `sandbox#14`, a URL or a link to one.

    The text of a link is preferred if it names an issue: a repository may have been renamed.
    """
    text = value[:LIMIT].strip().strip("*`<>").strip()
    match = _ISSUE.match(text)
    if match and int(match["number"]):
        return IssueRef(int(match["number"]), match["repository"], sandbox=bool(match["sandbox"]))
    url = _URL.match(text)
    begun = IssueRef(int(url["number"]), url["repository"]) if url else None
    return parse_issue_ref(text) or begun


_BRACKETED = (
    r"[ ]?\((\[?(?:[\w.-]{1,40}/[\w.-]{1,100})?#\d{1,9}\]?(?:\([^()\s]{1,300}\))?"
    r"|sandbox#\d{1,9})\)"
)
BRACKETED_ISSUE = re.compile(_BRACKETED)
TRAILING_ISSUE = re.compile(f"{_BRACKETED}$")
"""The number of an item's issue after a title: `(#14)`, `([#14](url))`."""


def without_issue(text: str) -> tuple[str, str | None]:
    """Return a title without the issue that it ends with, and that issue."""
    match = TRAILING_ISSUE.search(text[-400:])
    issue = parse_issue(match[1]) if match else None
    if match is None or issue is None or not text[: -len(match[0])].strip():
        return text, None
    return text[: -len(match[0])].rstrip(), str(issue)


# ---- dependencies --------------------------------------------------------------------------

_MOST = 50
"""The most blockers that GitHub accepts; no range is longer."""

_RANGE = re.compile(
    r"(?P<word>[^\W\d_]{1,20}[ ]|[^\W\d_]{1,10}-?)?(?P<first>\d{1,6}(?:\.\d{1,6}){0,4})"
    r"[ ]?(?:-|–|—|~|\.\.|to|through|bis|até|a|à|по|до|至|から)[ ]?"
    r"(?:[^\W\d_]{1,20}[ -]?)?(?P<last>\d{1,6}(?:\.\d{1,6}){0,4})$",
    re.IGNORECASE,
)
_ALTERNATIVES = re.compile(r"[ ](?:or|oder|ou|o|или)[ ]|[ ]?(?:或|または)[ ]?")
_CARRIER = re.compile(r"([^\W\d_]{1,20}(?:[ ][^\W\d_]{1,20})?)[ ]\d")
_BEFORE = re.compile(rf"{any_of('patterns.needs')}[ ]", re.I)
_AND = (" and ", " & ", " + ", " und ", " et ", " y ", " e ", " и ", " en ", " oraz ")


@dataclass(frozen=True, slots=True)
class Named:
    """A reference in a list of dependencies, and how it was written.

    `word` is an id, a number, a title or an issue, `remark` is the text in brackets after it;
    `either` is whether it names alternatives. `number` is the text as written if the type word is
    that of an earlier part: `Story 1.1, 1.2`.
    """

    word: str
    written: str
    either: bool = False
    remark: str = ""
    number: str = ""


def parse_dependencies(value: str) -> tuple[Named, ...]:
    """Return the references in a list of dependencies: `Story 1.1, 1.2`, `[R-001]`, `#12`, `S2–S8`.

    `None` is an empty list. Remarks in brackets are ignored; a type word also applies to the
    numbers after it, and a range contains every number.
    """
    text = _bare(value)
    if text[:1] + text[-1:] in ("[]", "()", "{}") and text.count(text[0]) == 1:
        text = text[1:-1].strip()
    if not text or is_empty_word(text):
        return ()
    references: list[Named] = []
    word = ""
    for part in _parts(text):
        carried = _CARRIER.match(part)
        if carried and (type_word(carried[1]) or list_kind(carried[1])):
            word = carried[1]
        number = part.replace(".", "").isdecimal()
        if word and number:
            references += [replace(each, number=part) for each in _named(f"{word} {part}")]
        else:
            references += _named(part)
    return tuple(references[: 4 * _MOST])


def _named(written: str) -> list[Named]:
    text = _REMARK.sub("", written).strip().strip("*`.\"'").strip()
    if not text:
        text = written.strip(" ()（）")
    if _ALTERNATIVES.search(text):
        return [Named(text, written, either=True)]
    text = _BEFORE.sub("", text, count=1).strip()
    text = "" if is_empty_word(text) else text
    remark = " ".join(note.strip(" ()（）") for note in _REMARK.findall(written))
    return [Named(each, written) for each in _range(text)] or (
        [Named(text, written, remark=remark)] if text else []
    )


def _range(text: str) -> list[str]:
    """Return the numbers of a range, from first to last: `Stories 3.6.1-3.6.5`, `T005–T014`."""
    match = _RANGE.match(text)
    if match is None or (is_key(text) and not text[0].isdecimal() and "–" not in text):
        return []
    head, _, begin = match["first"].rpartition(".")
    last_head, _, end = match["last"].rpartition(".")
    if last_head not in (head, "") or not 0 < int(end) - int(begin) < _MOST:
        return []
    lead = f"{match['word'] or ''}{head}{'.' * bool(head)}"
    return [f"{lead}{str(at).zfill(len(begin))}" for at in range(int(begin), int(end) + 1)]


def _parts(text: str) -> Iterator[str]:
    """Yield the parts between commas, semicolons and the word "and", outside of brackets."""
    depth = begin = 0
    for at, char in enumerate(text):
        if char in "(（[":
            depth += 1
        elif char in ")）]":
            depth = max(0, depth - 1)
        elif depth == 0 and (char in ",;，；、\n" or (char == " " and text.startswith(_AND, at))):
            yield from _kept(text[begin:at])
            begin = at + 1 if char != " " else text.index(" ", at + 1) + 1
    yield from _kept(text[begin:])


def _kept(part: str) -> list[str]:
    stripped = part.strip().strip("`").strip()
    return [stripped] if stripped else []


def singular(text: str) -> str:
    """Return `Stories 1.2` as `story 1.2`, `US 12` unchanged: the singular before the number."""
    word, blank, rest = text.rpartition(" ")
    if not blank or not rest[:1].isdecimal():
        return text
    kind, listed = type_word(word), list_kind(word)
    if kind is None and listed not in RANKS:
        return text
    return f"{kind.name if kind else listed} {rest}"


_BEHIND_WORDS = re.compile(
    r"[ ]?[*_]{0,2}[(（][^()（）]{0,160}[)）][*_]{0,2}$|[ ][-–—][ ].{0,160}$"
)


def without_remark(text: str) -> str:
    """Return a heading without a remark: `Must have *(or it fails)*`."""
    return _BEHIND_WORDS.sub("", text)
