"""Split titles into words, type and number, status, points, priority, issue and body.

A title is a heading, the text of a list entry, or a cell. The marks around its words are removed,
so that `Phase 2: Lockers ✓ (COMPLETE)` and `Lockers` are the same title.
"""

import re
import unicodedata
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from backlog_sync.core.checkboxes import IN_TITLE, is_ticked
from backlog_sync.core.keys import is_key
from backlog_sync.core.model import IssueHint
from backlog_sync.dataclass import dataclass
from backlog_sync.files.hints import issue_hints
from backlog_sync.files.inline import is_all_bold, only_link, plain
from backlog_sync.files.statuses import (
    DONE,
    STATUS_WORDS,
    StatusPhrase,
    is_plain_status,
    meanings,
    status_in,
    trailing_status,
)
from backlog_sync.files.values import BRACKETED_ISSUE, parse_issue
from backlog_sync.files.vocabulary import (
    MILESTONE_CODE,
    TypeWord,
    bare_word,
    is_decoration,
    is_priority,
    topics,
    type_word,
    vocabulary,
    words_of,
)

_HEAD = 400
"""Maximum length of type word, number and separator together, in characters."""

_NUMBER_ALONE = TypeWord("", "feature")


def _folded(text: str) -> str:
    """Return a text without accents, character by character, so that offsets stay valid."""
    return text if text.isascii() else "".join(map(_base, text))


def _base(char: str) -> str:
    parts = unicodedata.normalize("NFD", char)
    return parts[0] if len(parts) > 1 and unicodedata.combining(parts[1]) else char


_TYPES = {_folded(word): type_ for word, type_ in vocabulary().spelled.items()}
_FIRST_LETTERS = frozenset(
    {word[0] for word in _TYPES}
    | {word[0].upper() for word in _TYPES}
    | set("ABCDEFGHIJKLMNOPQRSTUVWXYZmv[第")
)
_LENGTHS = sorted({len(word) for word in _TYPES}, reverse=True)
_NUMERALS = "一二三四五六七八九十"
_ORDINAL = re.compile(rf"第[ ]?(\d{{1,4}}|[{_NUMERALS}]{{1,3}})[ ]?")
_NUMBER = re.compile(
    r"[-_ ]?[ ]?#?((?:(?:[A-Z][.-]|[A-Za-z]{0,3})\d{1,6}(?:\.\d{1,6}){0,5}[A-Za-z]?)"
    rf"|[A-Z](?![^\W_])|[IVX]{{2,5}}|[{_NUMERALS}]{{1,3}})"
    r"(?![^\W_])"
)
_CODE = re.compile(
    r"(\[?)([A-Z][A-Z0-9]{0,9}(?:-[A-Z0-9]{1,10}){0,3})"
    r"-([A-Z]{0,8}\d{1,6}(?:\.\d{1,6}){0,4}[a-z]?)"
    r"(?![^\W_])(\]?)"
)
_MILESTONE = re.compile(r"[Mm](\d{1,3}(?:\.\d{1,3})?)(?=[ ]?[:：—–-])")
_VERSION = re.compile(
    r"[vV](\d{1,3}(?:\.(?:\d{1,3}|x)){0,2})(?=[ ]?[:：—–-]|[ ]?\(|[ ][^\w\s&+/,.]|$)"
)
_SHORT = re.compile(
    r"(\[?)(US|HU|EP|PBI|PB|ST)[ _]?(\d{1,5}(?:\.\d{1,4}){0,3}[a-z]?)(?![^\W_])(\]?)"
)
_LETTERED = re.compile(r"([A-LNOR-UW-Z])(\d{1,4}[a-z]?)(?![^\W_])")
_LEAD = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,4})[.)]?[ ]+")
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = re.compile(rf"[ ]({'|'.join(_COUNTED)})\b", re.IGNORECASE)
_BRACKETS = re.compile(r"[ ]?\(([^()]{1,60})\)")
_DOTTED = re.compile(r"(\d{1,4}(?:\.\d{1,4}){1,4})\.?(?=[ :：—–-])")
_SEPARATOR = re.compile(r"[ ]{0,3}(?:[:：—–|·](?=\s|$|\S)|--?(?=\s)|[.)](?=\s|$))[ ]{0,3}")
_RANGE = re.compile(r"[ ]?[-–][ ]?\d")
_POINTS = re.compile(
    r"[ ]?[\[(](\d{1,4}(?:\.\d)?)[ ]?"
    r"(?:pts?|points?|sp|story points|pontos|puntos|ポイント)\.?[\])]$",
    re.IGNORECASE,
)
_PRIORITY = re.compile(r"[ ]?[\[(](?:Priority:?[ ]?)?(P[0-5])[\])](?=$|[ ]🎯)", re.IGNORECASE)
_FIRST_PRIORITY = re.compile(r"\**[\[(]?(P[0-5])[\])]?\**[ ]?[:：—–-][ ]+(?=\S)", re.IGNORECASE)
_PRIORITY_BEHIND = re.compile(r"[ ][·|][ ](P[0-5])(?=[ ]·|$)", re.IGNORECASE)
_STRUCK = re.compile(r"~~(?=\S)([^~]{1,2000})~~")

_BEHIND = re.compile(r"([^:：—–]{1,30}?)(?:[:：]|[ ][—–-])[ ]")
_TO_TOP = re.compile(r"(?<=\S)[ ]+<a[ ]href=\"#[^<>\"]{0,100}\">[^<>]{0,30}</a>[ ]*$")
"""A link at the end of a heading that leads back to the top."""

_LONGEST = 100
"""Maximum length of a title that is readable in a list of issues; GitHub allows 256 characters."""

_SHORTEST = 8
"""Minimum length of a lead: a shorter one does not say enough to be a title."""

_LEADS = re.compile(
    r"(?P<mark>\*\*|__)(?P<lead>(?:(?!(?P=mark)).){1,200}?)(?P<dot>[.:：]?)(?P=mark)"
    r"(?P<joint>[ ]?[:：][ ]?|[ ][—–-][ ]|[ ]?[—–][ ]?|[ ])?(?P<rest>.*)$",
    re.DOTALL,
)
_QUOTED = re.compile(
    r"[「『【“](?P<lead>[^「」『』【】“”\n]{2,80})[」』】”][ ]?[:：][ ]*(?P<rest>\S.*)$", re.DOTALL
)
"""A title in the quotation marks of the author's language: `「Search」：by name and size`."""

_BEFORE_LEAD = re.compile(r"#\d{1,9}[ ]+(?=\*\*\S)")
"""The issue before the bold lead of an entry: `#28 **Sign in.** By mail.`"""

_LINKED = re.compile(
    r"(?P<lead>\[[^\[\]\n]{1,200}\]\([^()\n]{0,800}\))"
    r"(?:[ ]?[:：][ ]|[ ]?[—–][ ]?|[ ]-[ ])(?P<rest>\S.*)$",
    re.DOTALL,
)
_FILE = re.compile(r"[\w./-]{1,200}\.[A-Za-z]{1,5}")
"""A file name before the description of its work: `01-02-PLAN.md — Log in`."""

_SENTENCE_END = re.compile(r"[.!?](?=[ ])|[。！？]")
_EM_DASH = re.compile(r"[ ][—–][ ]")
_DASH = re.compile(r"[ ][—–][ ]|[ ]--?[ ]")


@dataclass(frozen=True, slots=True)
class Typed:
    """The item in a title: its word, number, title, and the marks around the title.

    `bare` is True if only a blank separates number and title; `code` for a code such as `ACP-501`,
    whose kind the line does not show; `dotted` for a number without a word; `inferred` if no word
    of the title names its kind; `joined` for a code without a hyphen.
    """

    word: TypeWord
    number: str | None
    title: str = ""
    bare: bool = False
    bold: bool = False
    code: bool = False
    dotted: bool = False
    status: str | None = None
    points: float | None = None
    priority: str | None = None
    sentence: bool = False
    inferred: bool = False
    joined: bool = False

    @property
    def key(self) -> str | None:
        """The key from word and number, None without a number."""
        if self.number is None or self.dotted:
            return None
        if not self.word.name:
            return self.number.lower() if is_key(self.number.lower()) else None
        joint = "" if self.word is MILESTONE_CODE or self.joined else "-"
        number = self.number.lower()
        if self.word.name == "milestone" and number.startswith("m"):
            return number if is_key(number) else None
        key = f"{self.word.name}{joint}{number}"
        return key if is_key(key) else None

    def of_kind(self, kind: str) -> "Typed":
        """Return the same as an item of another kind."""
        return replace(self, word=TypeWord(self.word.name, kind))


@dataclass(frozen=True, slots=True)
class Title:
    """The parts of a title.

    `text` is the title as plain text, `typed` its word and number, `rest` the part that belongs
    into the body, as Markdown. `issue` is the number that an entry's title ends with, where
    write-back puts it; `hints` are other issue numbers that were removed from it.
    """

    text: str
    typed: Typed | None = None
    status: str | None = None
    points: float | None = None
    priority: str | None = None
    hints: tuple[IssueHint, ...] = ()
    rest: str = ""
    prioritized: bool = False
    issue: str | None = None


def is_boxed(title: str) -> bool:
    """Return whether a heading has a check box: `### [ ] Sign in`."""
    return IN_TITLE.match(title) is not None


def strip_number(title: str) -> str:
    """Return a title without the number that a document gives its parts: `1. Setup`."""
    return re.sub(r"^\d{1,4}[.):]?[ ]+", "", title)


def read_title(text: str, *, entry: bool = False) -> Title:
    """Split a title into its parts; that of a list entry may continue with the item's body."""
    text = text if entry else _TO_TOP.sub("", text)
    box = IN_TITLE.match(text)
    if box:  # a heading with a check box: `### [x] Task: Sign in`
        parts = read_title(text[box.end() :], entry=entry)
        done = "Done" if is_ticked(box) else None
        typed = parts.typed and replace(parts.typed, status=done or parts.typed.status)
        return replace(parts, typed=typed, status=done or parts.status)
    if entry and "#" in text:
        text = _BEFORE_LEAD.sub("", text)
        text, issue = _behind_lead(text) or _without_issue(text)
        for dash in islice(_EM_DASH.finditer(text), 3 if issue is None else 0):
            head, issue = _without_issue(text[: dash.start()])
            if issue is not None:
                text = head + text[dash.start() :]
                break
        if issue is not None:
            return replace(read_title(text, entry=True), issue=issue)
    hints, written = _without_hints(text)
    first = _FIRST_PRIORITY.match(written)
    if first:
        parts = _marks(written[first.end() :], entry=entry)
        return replace(parts, priority=first[1].upper(), hints=hints, prioritized=True)
    typed = recognize(written) or (None if entry else _behind_status(written))
    if typed is not None and typed.title:
        parts = _marks(typed.title, entry=entry)
        status = typed.status or parts.status
        typed = replace(typed, title=parts.text, status=status, points=typed.points or parts.points)
        return replace(parts, typed=typed, status=status, points=typed.points, hints=hints)
    parts = _marks(written, entry=entry)
    return replace(parts, typed=typed, hints=hints)


def _behind_status(text: str) -> Typed | None:
    """Return the item after a status at the start of a heading: `Completed: Phase 1 - Base`."""
    apart = _BEHIND.match(text[:_HEAD])
    if apart is None or not is_plain_status(apart[1]):
        return None
    typed = recognize(text[apart.end() :])
    return replace(typed, status=typed.status or apart[1]) if typed and typed.number else None


def _marks(text: str, *, entry: bool) -> Title:
    """Split a title without a type word into its marks and, for an entry, its body."""
    bare, status, points, priority = _without_marks(text)
    behind = _PRIORITY_BEHIND.search(bare, _SHORTEST, 2 * _LONGEST) if entry else None
    if behind:
        body = bare[behind.end() :].strip(" ·")
        first = _marks(bare[: behind.start()], entry=False)
        return replace(first, priority=behind[1].upper(), rest=body, status=status or first.status)
    if not bare.isascii():
        bare, status, points, priority = _without_marks(text, signed=True)
    lead, rest = _lead(bare) if entry else (bare, "")
    if rest:
        lead, status2, points2, priority2 = _without_marks(lead, signed=True)
        status, points, priority = status or status2, points or points2, priority or priority2
    elif entry and (dash := _EM_DASH.search(lead, _SHORTEST, 2 * _LONGEST)):
        lead, rest = lead[: dash.start()], lead[dash.end() :]
    elif len(plain(lead)) > _LONGEST:
        lead, rest = _split(lead)
    if rest and _FILE.fullmatch(lead.strip("*`")):
        named = lead
        lead, more = _split(rest) if len(rest) > _LONGEST else (rest, "")
        rest = f"{named} — {more}" if more else named
    return Title(plain(lead), None, status, points, priority, (), rest)


# ---- the item's issue ------------------------------------------------------------------------


def _behind_lead(text: str) -> tuple[str, str] | None:
    """Split off the issue right after an entry's bold lead: `**Sign in** (#7): text`."""
    close = text.find("**", 2, _HEAD * 10) if text.startswith("**") else -1
    number = BRACKETED_ISSUE.match(text, close + 2) if close > 0 else None
    issue = parse_issue(number[1]) if number else None
    return (text[: close + 2] + text[number.end() :], str(issue)) if number and issue else None


def _without_issue(text: str) -> tuple[str, str | None]:
    """Split off an entry's issue number: in brackets, at its end or before its marks."""
    for match in BRACKETED_ISSUE.finditer(text[: _HEAD * 10]):
        behind = text[match.end() :]
        issue = parse_issue(match[1])
        before = text[: match.start()]
        if issue is not None and before.strip() and _without_marks(f"x{behind}").text == "x":
            return (before.rstrip() + behind).rstrip(), str(issue)
    return text, None


def linked_text(text: str) -> str | None:
    """Return the text of a link if an entry only contains the link and its issue; else None."""
    return only_link(_without_issue(text)[0] if "#" in text else text)


# ---- issue numbers ---------------------------------------------------------------------------


def _without_hints(text: str) -> tuple[tuple[IssueHint, ...], str]:
    """Return the issue numbers that are set apart in a title, and the title without them."""
    if "#" not in text and "/issues/" not in text:
        return (), text
    hints = tuple(hint for hint in issue_hints(text) if hint.sure)
    for hint in hints:
        text = _cut_out(text, hint.written)
    return hints, text


_SIGNS_APART = ("·", "|", "—", "–")


def _cut_out(text: str, written: str) -> str:
    """Return a text without a number, its brackets, bold marks and separator."""
    at = text.find(written)
    if at < 0:
        return text
    start, end = at, at + len(written)
    for opening, closing in (("**", "**"), ("(", ")"), ("[", "]"), ("**", "**")):
        if text.endswith(opening, 0, start) and text.startswith(closing, end):
            start, end = start - len(opening), end + len(closing)
    before, after = text[:start].rstrip(), text[end:]
    if before[-1:] in _SIGNS_APART and after.lstrip()[:1] == before[-1:]:
        after = after.lstrip()[1:]
    for sign in _SIGNS_APART:
        if before.endswith(sign):
            before = before[: -len(sign)].rstrip()
            break
    else:
        if not before.strip(" *~"):
            after = after.lstrip(" :·—–-")
    joined = (
        f"{before} {after.lstrip()}" if after[:1] not in (":", "：", ")", ",") else before + after
    )
    return joined.strip()


# ---- marks -----------------------------------------------------------------------------------


_ISSUE_BEHIND = re.compile(r"[ ]{0,3}(?:[·|—–-][ ]{0,3})?[(\[]?#\d{1,9}[)\]]?$")
"""The issue after a number in its cell, with its separator."""


def without_marks(text: str) -> tuple[str, str | None]:
    """Return a number or short name without issue and marks, and its status.

    `2.3 (#3196)` is `2.3`, and `1.1 ✅` is `1.1`, done.
    """
    marks = _without_marks(plain(text))
    return _ISSUE_BEHIND.sub("", marks.text), marks.status


class _Marks(NamedTuple):
    text: str
    status: str | None
    points: float | None
    priority: str | None


def _without_marks(text: str, *, signed: bool = False) -> _Marks:
    """Remove status, points and priority from the ends of a title.

    If `signed`, also remove a priority after an emoji.
    """
    text, status = _struck(text.strip())
    points: float | None = None
    priority: str | None = None
    for _ in range(4):
        before = text
        match = _POINTS.search(text[-60:])
        if match and points is None:
            points = float(match[1])
            text = text[: -len(match[0])].rstrip()
        match = _PRIORITY.search(text[-30:])
        if match and priority is None:
            priority = match[1].upper()
            at = len(text) - min(len(text), 30)
            text = (text[: at + match.start()] + text[at + match.end() :]).rstrip()
        if signed and priority is None:
            text, priority = _signed_priority(text)
        text, phrase_status = _trailing_status(text)
        status = phrase_status or status
        if text == before:
            break
    marks = vocabulary().title_marks
    if text[:1] in marks or (text[:2] == "**" and text[2:3] in marks):
        text, phrase_status = _skip_signs(text)
        status = status or phrase_status
    return _Marks(text, status, points, priority)


def _struck(text: str) -> tuple[str, str | None]:
    """Return a struck-out title as plain text, with the status done."""
    match = _STRUCK.match(text.lstrip("* "))
    if match is None:
        return text, None
    return _STRUCK.sub(r"\1", text), "Done"


def _trailing_status(text: str) -> tuple[str, str | None]:
    """Split off a status at the end: `… ✅`, `… (COMPLETE)`, `… — DONE`, `… ✅ (mostly)`."""
    phrase = trailing_status(text) or _signed_status(text)
    if phrase is None:
        return text, None
    cut = text[: phrase.start].rstrip()
    written = text[phrase.start : phrase.end]
    return _closed(text, cut), _word_of(written, phrase.meanings)


def _signed_status(text: str) -> StatusPhrase | None:
    """Return the status of words that a sign sets apart: `… ✅ complete`, `… 🔲 planned`."""
    tail = text[-_STATUS_TAIL:]
    at = _last_sign(tail)
    while at > 0 and is_decoration(tail[at - 1]):
        at -= 1
    phrase = status_in(tail[at:]) if at and tail[at:].strip() else None
    if phrase is None or not phrase.alone or not any(char.isalpha() for char in tail[at:]):
        return None
    return StatusPhrase(phrase.meanings, len(text) - len(tail) + at, len(text), alone=False)


def _signed_priority(text: str) -> tuple[str, str | None]:
    """Split off a priority that a sign sets apart: `… 🔴 CRITICAL`."""
    tail = text[-_STATUS_TAIL:]
    at = _last_sign(tail)
    word = tail[at + 1 :].strip(" *️")
    if at == 0 or tail[at] in vocabulary().title_marks or not is_priority(word):
        return text, None
    return text[: len(text) - len(tail) + at].rstrip(" ️-–—·|"), word


def _last_sign(tail: str) -> int:
    """Return the position of the last sign of a text; 0 for none."""
    if tail.isascii():
        return 0
    return next((at for at in range(len(tail) - 1, 0, -1) if is_decoration(tail[at])), 0)


_STATUS_TAIL = 60
"""Maximum length of a status after a title, in characters: it is a word or two."""


def _word_of(written: str, meant: frozenset[str]) -> str:
    """Return a status as the title spells it; for a sign without words, the usual word."""
    word = _bare_status(re.sub(r"^[ ]*[-—–|·:(（\[][ ]*", "", written).strip(" )）]"))
    if len(meant) == 1 and not any(char.isalpha() for char in word):
        return STATUS_WORDS[next(iter(meant))]
    alone = status_in(word)
    return word if alone is not None and alone.meanings == meant else STATUS_WORDS[min(meant)]


def _closed(text: str, cut: str) -> str:
    """Return a cut text with its closing bold mark restored."""
    return f"{cut}**" if cut.count("**") % 2 and text.rstrip().endswith("**") else cut


def _bare_status(text: str) -> str:
    """Return a status without the signs around it."""
    word = plain(text).strip(" *_~`.")
    while word and (is_decoration(word[0]) or word[0] in " *"):
        word = word[1:]
    return word.strip(" *")


def _mark(sign: str) -> str | None:
    """Return the status of a sign in a title, or None."""
    if sign not in vocabulary().title_marks:
        return None
    return STATUS_WORDS[vocabulary().marks[sign]]


def _skip_signs(text: str) -> tuple[str, str | None]:
    """Return the text after leading emoji and blanks, and the status that they stand for."""
    status = None
    at = 0
    while at < len(text) and (text[at] in " \t" or is_decoration(text[at])):
        status = status or _mark(text[at])
        at += 1
    return text[at:], status


# ---- title and body --------------------------------------------------------------------------


def _lead(text: str) -> tuple[str, str]:
    """Return the bold lead of an entry and the rest; the rest is empty if all is the title."""
    match = _LEADS.match(text[:2400])
    if match and (match["joint"] or match["dot"]) and (match["dot"] or match["joint"].strip()):
        rest = (match["rest"] + text[2400:]).strip()
        lead = match["lead"].strip()
        if not rest:
            return f"{lead}", ""
        if is_label(lead):
            return rest, ""
        if len(lead) > 2 and not (rest.startswith("(") and rest.endswith(")") and len(rest) < 60):
            if len(rest) < 40 and is_priority(rest):
                return text, ""
            return lead, rest
    match = _LINKED.match(text[:2400]) or _QUOTED.match(text[:2400])
    if match:
        return match["lead"], match["rest"] + text[2400:]
    return text, ""


def is_label(lead: str) -> bool:
    """Return whether a bold lead only labels what follows: `Task`, `TODO`, `Story`."""
    return type_word(lead) is not None or bare_word(lead) in ("todo", "to do", "item", "goal")


def shortened(text: str) -> tuple[str, str]:
    """Return a title of limited length and the rest, which belongs into the body."""
    return _split(text) if len(text) > _LONGEST else (text, "")


def _split(text: str) -> tuple[str, str]:
    """Split a long title at its dash or first sentence; else cut it and keep all as the body."""
    dash = _DASH.search(text, _SHORTEST, 2 * _LONGEST)
    if dash:
        return text[: dash.start()], text[dash.end() :]
    end = _SENTENCE_END.search(text, _SHORTEST, 2 * _LONGEST)
    if end and end.end() < len(text.rstrip()):
        return text[: end.end()].rstrip(".。"), text[end.end() :].strip()
    if len(plain(text)) <= 250:
        return text, ""
    cut = plain(text)[:_LONGEST].rsplit(" ", 1)[0].rstrip(",;:")
    return f"{cut}…", text


# ---- type words, codes and numbers -----------------------------------------------------------


def recognize(text: str) -> Typed | None:
    """Return the item that a heading or a list entry names; None if it does not name one."""
    head = text[:_HEAD]
    body, status = _skip_signs(head)
    bold = body.startswith("**")
    close = body.find("**", 2) if bold else -1
    if close > 0:
        inner = body[2:close]
        typed = _find(inner)
        if typed is not None and typed.number and not inner.startswith(typed.title):
            rest = body[close + 2 :] + text[_HEAD:]
            raw = f"**{typed.title}**{rest}" if rest.strip() else typed.title
            return replace(typed, title=raw, bold=True, status=status or typed.status)
        body = inner + body[close + 2 :]
    typed = _find(body) if body else None
    if typed is None:
        return None
    title = typed.title + text[_HEAD:]
    return replace(typed, title=title, bold=bold, status=status or typed.status)


def typed_line(text: str) -> Typed | None:
    """Return the item of a line that only has a bold title: `**Epic 1: Lockers**`."""
    bare = text.rstrip(" :")
    typed = recognize(bare[2:-2]) if is_all_bold(bare) else None
    if typed is None or typed.dotted or typed.bare or typed.word.weak:
        return None
    if not typed.number or not typed.title:
        return None
    title, status, points = parse_title(typed.title)
    return replace(typed, title=title, status=typed.status or status, points=points, bold=True)


def _find(body: str) -> Typed | None:
    """Return the first form that matches; the first letter limits which are tried."""
    first = _folded(body[:1])
    if first in _FIRST_LETTERS:
        for form in (_ordinal, _word, _milestone, _version, _code, _short, _lettered):
            typed = form(body)
            if typed:
                return typed
    return (_led(body) or _dotted(body)) if first.isdecimal() else None


def _led(body: str) -> Typed | None:
    """Read `2. Epic: …`, `1.3 Story: …`: the document's own numbering before the word."""
    lead = _LEAD.match(body)
    typed = _word(body[lead.end() :]) if lead and lead.end() < len(body) else None
    if lead is None or typed is None or typed.bare:
        return None
    return typed if typed.number else replace(typed, number=lead[1])


def _type_at(body: str, at: int = 0) -> tuple[TypeWord, int] | None:
    """Return the longest type word at an offset, and where it ends.

    Looking its beginnings up is as fast as a pattern of all words, which takes long to compile.
    """
    text = _folded(body[at:_LONGEST_WORD]).casefold()
    for length in _LENGTHS:
        word = _TYPES.get(text[:length])
        if word is not None:
            return word, at + length
    return None


def _word(body: str) -> Typed | None:
    begins = _type_at(body)
    if begins is None:
        return None
    word, at = begins
    group = _GROUP.match(body, at)
    if group:
        at, word = group.end(), TypeWord("group", "feature")
    number = _NUMBER.match(body, at)
    if number and not _RANGE.match(body, number.end()) and _bounded(body, at):
        typed = Typed(word, _in_digits(number[1]), code=word.unsure)
        return _titled(typed, body, number.end())
    count = _COUNT.match(body, at)
    if count:
        counted = str(_COUNTED.index(count[1].lower()) + 1)
        return _titled(Typed(word, counted, code=word.unsure), body, count.end())
    joint = _JOINT.match(body, at)
    if joint and not word.numbered:
        title = body[joint.end() :]
        return Typed(word, None, title, code=word.unsure) if plain(title) else None
    return None


_JOINT = re.compile(r"[ ]?[:：][ ]*|[ ][—–][ ]+")
"""The separator between a type word and a title; French has a blank before its colon."""

_LONGEST_WORD = 40
"""Maximum length of a type word, in characters."""

_GROUP = re.compile(r"[ ]Group(?=[ ]\d)")
"""Marks a group of tasks, such as `Task Group 1`."""


def _bounded(body: str, at: int) -> bool:
    """Return whether the word ends at an offset: in `Epic 1` and `史诗1`, but not in `Epics`."""
    before, after = body[at - 1], body[at : at + 1]
    return not (before.isascii() and after.isalpha())


def _ordinal(body: str) -> Typed | None:
    """Read `第1阶段：…`, with the number before the word."""
    match = _ORDINAL.match(body)
    named = _type_at(body, match.end()) if match else None
    if match is None or named is None:
        return None
    word, end = named
    return _titled(Typed(word, _in_digits(match[1])), body, end)


def _in_digits(number: str) -> str:
    """Return a number in digits: `十二` is `12`; others stay unchanged."""
    if not set(number) <= set(_NUMERALS):
        return number
    tens, ten, ones = number.rpartition("十")
    value = _NUMERALS.index(ones) + 1 if ones else 0
    if ten:
        value += 10 * (_NUMERALS.index(tens) + 1 if tens else 1)
    return str(value)


def _milestone(body: str) -> Typed | None:
    match = _MILESTONE.match(body)
    if not match or _RANGE.match(body, match.end()):
        return None
    return _titled(Typed(MILESTONE_CODE, match[1]), body, match.end())


def _version(body: str) -> Typed | None:
    """Read `v1.2 — …` as a release."""
    match = _VERSION.match(body)
    if not match:
        return None
    return _titled(Typed(_TYPES["release"], match[1]), body, match.end())


def _code(body: str) -> Typed | None:
    match = _CODE.match(body)
    if not match or bool(match[1]) != bool(match[4]):
        return None
    prefix, _, inner = match[2].partition("-")
    if {prefix, inner} & vocabulary().foreign_codes:
        return None
    known = vocabulary().codes.get(inner or prefix)
    if known is None and ("-" in inner or any(char.isdigit() for char in inner)):
        known = vocabulary().codes.get(prefix)  # `US-F4-09` numbers the stories of a part
    kind = "epic" if inner == "EPIC" else vocabulary().letters.get(prefix, "story")
    name = match[2].lower()
    word = TypeWord(name, known.kind) if known and inner else known or TypeWord(name, kind)
    typed = Typed(word, match[3], code=known is None and not match[1])
    return _titled(typed, body, match.end(), blank=True)


def _short(body: str) -> Typed | None:
    """Read `US12: …`, `[HU 3] …`: a known code without its hyphen."""
    match = _SHORT.match(body)
    if not match or bool(match[1]) != bool(match[4]):
        return None
    known = vocabulary().codes[match[2]]
    return _titled(Typed(known, match[3]), body, match.end(), blank=bool(match[1]))


def _lettered(body: str) -> Typed | None:
    """Read `T001: …`, `S3 — …`: a letter with a number, if similar headings form a run."""
    match = _LETTERED.match(body)
    if not match:
        return None
    word = TypeWord(match[1].lower(), vocabulary().letters.get(match[1], "story"))
    typed = _titled(Typed(word, match[2], code=True, joined=True), body, match.end())
    return typed if typed is not None and not typed.bare and typed.title else None


def _dotted(body: str) -> Typed | None:
    match = _DOTTED.match(body)
    if not match:
        return None
    typed = Typed(_NUMBER_ALONE, match[1], dotted=True)
    return _titled(typed, body, match.end(), blank=True)


def _titled(typed: Typed, body: str, at: int, *, blank: bool = False) -> Typed | None:
    """Return the item with the title after its number and a separator, or a blank if `blank`.

    A text that is only a status is not a title: `v1.0 (released)`, `Sprint 3 - DONE`.
    """
    separator = _SEPARATOR.match(body, at)
    if separator:
        title = body[separator.end() :]
        status = _only_status(title)
        return replace(typed, title=body[:at] if status else title, status=status)
    rest = body[at:]
    if not rest.strip():
        return replace(typed, title=body[:at])
    status = _only_status(rest) if rest[:1] in " \t" and not rest.lstrip().startswith("(") else None
    if status and "done" in meanings(status):
        return replace(typed, title=body[:at], status=status)
    remarked = _remarked(typed, body, at)
    if remarked:
        return remarked
    if rest[0] == "(":
        return None
    if rest[0] not in " \t":
        return None
    if blank:
        return replace(typed, title=rest.strip())
    last = rest.strip(" *").rsplit(" ", 1)[-1].casefold()
    if rest.strip()[0] in "([" or "about" in topics(last):
        return None
    return replace(typed, title=rest.strip(), bare=True)


def _remarked(typed: Typed, body: str, at: int) -> Typed | None:
    """Return the title after a number and a remark: `Phase 1 (May): Kiln`, but `v1.0 ✅ (May)`."""
    bare, sign = _skip_signs(body[at:])
    if sign and bare.startswith("("):
        reread = _titled(typed, f"{body[:at]} {bare}", at)
        return replace(reread, status=reread.status or sign) if reread else None
    remark = _BRACKETS.match(body, at)
    if remark is None:
        return None
    status = _only_status(remark[1])
    separator = _SEPARATOR.match(body, remark.end())
    title = body[separator.end() if separator else remark.end() :]
    behind = _only_status(title)
    if separator and not behind:
        if not status:
            title, status = _trailing_status(title)
            title = f"{title} ({remark[1]})"
        return replace(typed, title=title, bare=True, status=status)
    if separator or (typed.word.weak and (behind or not title.strip())):
        title = body[:at] if status else body[: remark.end()]
        return replace(typed, title=title, bare=separator is not None, status=behind or status)
    return None


def _only_status(text: str) -> str | None:
    """Return the status of a text that is nothing else: `released`, `✅ DONE (2026-03-01)`."""
    text = text.strip()
    phrase = status_in(text)
    if phrase is None or not phrase.alone:
        return None
    weak = bare_word(_bare_status(text[: phrase.end])) in words_of("weak_statuses")
    if weak and phrase.meanings != DONE and not text[: phrase.end].isupper():
        return None  # `Phase 3: Testing`
    dated = "(" not in text and text[-1].isalnum()
    return _word_of(text if dated else text[: phrase.end], phrase.meanings)


def parse_title(text: str) -> tuple[str, str | None, float | None]:
    """Return a title as plain text, with the status and the points in its marks.

    `Pay online ✅ (mostly) (5 pts)` is `Pay online`, `In Progress`, 5.
    """
    marks = _without_marks(text)
    return plain(marks.text), marks.status, marks.points
