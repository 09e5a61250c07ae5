"""Remove text about risks, hours, skills, teams or capacity, which issues do not show.

What is read as such a field stays out of the body anyway. This module removes what was not: a table
of risks below a story, a line `Effort: 12h`, a paragraph `Skills needed: …`. In doubt a line with
such a key is withheld; sentences and code are not touched.
"""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from backlog_sync.core.checkboxes import GITHUB
from backlog_sync.files.scripts import is_cjk
from backlog_sync.files.vocabulary import bare_word, field_of, key_words, listed, words_of

_EFFORTS = ("estimate", "effort", "estimate_hours", "estimate_seconds")
RISKS, HOURS, SKILLS, TEAM, CAPACITY = "risks", "estimate_hours", "skills", "team", "capacity"

_TIME = re.compile(
    r"\d[\d.,]*[ ]?\+?[ ]?(?:[-–]|to|bis|a)?[ ]?[\d.,]*[ ]?(?:person|man|mann|personen|ideal|work|"
    r"working|business|dev|calendar)?[- ]?(?:h|hs|hrs?|hours?|d|days?|w|wks?|weeks?|months?|mins?|"
    r"minutes?|pt|md|stunden?|std|tag(?:en?)?|wochen?|monate?|horas?|d[ií]as?|semanas?|mes(?:es)?|"
    r"heures?|jours?|semaines?|mois|or[ae]|giorn[oi]|settiman[ae]|uur|uren|dagen|weken|godzin\w{0,2}|"
    r"dni|tygodni\w{0,2}|час\w{0,3}|дн\w{0,3}|день|недел\w{0,2}|小时|小時|天|周|週|時間|日|시간|일|주)"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"[~≈]?\d{1,5}(?:[.,]\d{1,2})?$")
_LEAD = re.compile(
    r"[ \t]*(?:>[ \t]?){0,4}(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?"
    rf"(?:{GITHUB.pattern}[ \t]+)?"
)
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.{0,200}?)[ \t#]*$")
_FENCE = re.compile(r"[ \t]*(?:>[ \t]?)?(```+|~~~+)")
_DASH = re.compile(r"[ ][—–-][ ]")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-{1,}:?[ \t]*(?:\|[ \t]*:?-{1,}:?[ \t]*)*\|?[ \t]*$")
_BAR = re.compile(r"(?<!\\)\|")
_VALUES = listed("values")
"""Headers of a second column if the first one contains keys."""

_LONGEST_KEY, _MOST_WORDS = 80, 5
"""Longer texts before a colon are sentences, not keys."""
_LONGEST_JOINED = 12
"""Characters of a word without spaces, as in Chinese: longer ones are sentences."""


def without_withheld(text: str, publish: Collection[str]) -> str:
    """Return a text without its risks, hours, skills, teams and capacity, unless published."""
    withheld = frozenset((RISKS, HOURS, SKILLS, TEAM, CAPACITY)) - frozenset(publish)
    if not withheld or not text:
        return text
    lines = text.split("\n")
    kept = list(_Filter(lines, withheld).kept())
    if kept == lines:
        return text
    # Blank lines that are now next to each other are merged.
    closed_up = (line for before, line in pairwise(("", *kept)) if line.strip() or before.strip())
    return "\n".join(closed_up).strip("\n")


class _Filter:
    """One pass over the lines of a text."""

    def __init__(self, lines: list[str], withheld: frozenset[str]) -> None:
        self.lines, self.withheld = lines, withheld
        self.at = 0

    def kept(self) -> Iterator[str]:
        """Yield the lines that may be shown."""
        fence = ""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            mark = _FENCE.match(line)
            if fence or mark:
                fence = self._fence(fence, mark[1] if mark else "")
                self.at += 1
                yield line
            elif self._is_table():
                yield from self._table()
            elif not self._skipped(line):
                shown = self._shown(line)
                self.at += 1
                if shown is not None:
                    yield shown

    @staticmethod
    def _fence(open_: str, mark: str) -> str:
        if not open_:
            return mark
        return "" if mark[:1] == open_[0] and len(mark) >= len(open_) else open_

    def _of(self, key: str, value: str) -> bool:
        return _meaning(key, value) in self.withheld

    # ---- sections, keys and what belongs to them -------------------------------------------

    def _skipped(self, line: str) -> bool:
        """Skip a heading, a label or a key that is withheld, with all that belongs to it."""
        heading = _HEADING.match(line)
        if heading:
            if not self._of(heading[2], ""):
                return False
            self.at += 1
            while self.at < len(self.lines) and not self._is_heading(len(heading[1])):
                self.at += 1
            return True
        key, value = _pair(line)
        if key is None or " | " in line or not self._of(key, value):
            return False
        self.at += 1
        self._skip_below(line, key, value)
        return True

    def _is_heading(self, level: int) -> bool:
        heading = _HEADING.match(self.lines[self.at])
        return heading is not None and len(heading[1]) <= level

    def _skip_below(self, line: str, key: str, value: str) -> None:
        """Skip what belongs to a key: the lines indented below it, and the block of its value."""
        meaning, indent = _meaning(key, value), _indent(line)
        block = "" if not value else "text" if meaning == RISKS else "none"
        if _ITEM.match(line):
            block = "none"
        blank, at = False, self.at
        while at < len(self.lines):
            below = self.lines[at]
            if not below.strip():
                blank = True
            elif _indent(below) <= indent:
                kind = self._kind(at)
                if not block:
                    block = self._begun(kind, below, blank=blank, meaning=meaning)
                    blank = False
                if not _goes_on(block, kind, below, blank=blank):
                    return
                blank = False
            at += 1
            self.at = at if below.strip() else self.at

    def _kind(self, at: int) -> str:
        line = self.lines[at]
        if _HEADING.match(line) or _FENCE.match(line):
            return "end"
        if "|" in line:
            return "table"
        return "list" if _ITEM.match(line) else "text"

    @staticmethod
    def _begun(kind: str, line: str, *, blank: bool, meaning: str | None) -> str:
        """Return the kind of block of a label's value; text after a blank line only for risks."""
        if kind == "text" and (_pair(line)[0] is not None or (blank and meaning != RISKS)):
            return "none"
        return kind

    def _shown(self, line: str) -> str | None:
        """Return a line without the pairs between bars that are withheld."""
        if " | " not in line:
            return line
        parts = line.split(" | ")
        kept = [p for p in parts if (pair := _pair(p))[0] is None or not self._of(pair[0], pair[1])]
        if len(kept) == len(parts):
            return line
        return " | ".join(kept) if kept else None

    # ---- tables ----------------------------------------------------------------------------

    def _is_table(self) -> bool:
        below = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        return "|" in self.lines[self.at] and "|" in below and bool(_RULE.fullmatch(below))

    def _table(self) -> Iterator[str]:
        """Yield a table without withheld columns and rows; nothing of a table of risks."""
        begin = self.at
        while self.at < len(self.lines) and "|" in self.lines[self.at]:
            self.at += 1
        rows = self.lines[begin : self.at]
        head = [bare_word(cell) for cell in _cells(rows[0])]
        of_risks = sum(_is_of(cell, "of_risks") for cell in head)
        if RISKS in self.withheld and (of_risks >= 2 or any(_is_risk(cell) for cell in head)):
            return
        gone = {i for i, cell in enumerate(head) if _meaning(cell, "1h") in self.withheld}
        if len(gone) >= len(head):
            return
        for number, row in enumerate(rows):
            cells = _cells(row)
            key, value = (cells[0], " ".join(cells[1:])) if len(cells) > 1 else ("", "")
            named = len(head) == 2 and (head[1] in _VALUES or len(bare_word(key).split()) == 1)
            if number != 1 and not gone and named and self._of(key, value):
                continue
            yield _without(row, gone) if gone else row


def _goes_on(block: str, kind: str, line: str, *, blank: bool) -> bool:
    """Return whether a line that is not indented belongs to the open block of a key."""
    if kind == "text" and _pair(line)[0] is not None:
        return False
    match block:
        case "list":
            return kind == "list" or (kind == "text" and not blank)
        case "text":
            return kind == "text" and not blank
        case "table":
            return kind == "table" and not blank
    return False


def _is_of(word: str, kind: str) -> bool:
    """Return whether a word belongs to a kind of withheld fields."""
    return key_words(word) in words_of(f"withheld.{kind}")


def _has(words: list[str], kind: str) -> bool:
    return any(_is_of(word, kind) for word in words)


def _begins(word: str, kind: str) -> bool:
    """Return whether a key in a language without spaces begins with such a word: `风险评估`."""
    if word.isascii() or len(word) > _LONGEST_JOINED:
        return False
    plain = key_words(word)
    return any(not sign.isascii() and len(sign) < 5 and plain.startswith(sign)
               for sign in words_of(f"withheld.{kind}") if is_cjk(sign))  # fmt: skip


def _is_risk(cell: str) -> bool:
    return _has(cell.split(), "risks") or any(
        sign in key_words(cell) for sign in words_of("withheld.risks") if is_cjk(sign)
    )


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in _bars(row)[1]]


def _bars(row: str) -> tuple[str, list[str], str]:
    """Return the beginning of a row, its cells as written, and the bar that closes it."""
    body = row.strip()
    lead = row[: len(row) - len(row.lstrip())] + ("|" if body.startswith("|") else "")
    inner = body.removeprefix("|")
    close = "|" if inner.endswith("|") and not inner.endswith("\\|") else ""
    return lead, _BAR.split(inner[:-1] if close else inner), close


def _without(row: str, gone: Collection[int]) -> str:
    """Return a row without some of its cells; the others keep their bytes."""
    lead, cells, close = _bars(row)
    return lead + "|".join(cell for at, cell in enumerate(cells) if at not in gone) + close


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())


def _pair(line: str) -> tuple[str | None, str]:
    """Return the key of a line and its value; None without a key. A label by itself is a key."""
    lead = _LEAD.match(line)
    text = line[lead.end() if lead else 0 :].strip()
    separator = re.search(r"[:：]", text[: _LONGEST_KEY + 10])
    if separator is None:
        separator = _DASH.search(text[: _LONGEST_KEY + 10])
    if separator is None:
        bold = len(text) <= _LONGEST_KEY and text[:2] in ("**", "__") and text[-2:] == text[:2]
        return (text, "") if bold else (None, "")
    key, value = text[: separator.start()], text[separator.end() :].strip(" \t*_")
    return (key, value) if "://" not in text[: separator.end() + 2] else (None, "")


def _meaning(key: str, value: str) -> str | None:
    """Return which of the withheld fields a key names, None for any other."""
    word = bare_word(key)
    parts = word.split()
    if not parts or len(parts) > _MOST_WORDS:
        return None
    if _has(parts, RISKS) or (word != "impact" and _is_of(word, "of_risks")):
        return RISKS
    if _has(parts, SKILLS):
        return SKILLS
    known = field_of(word)
    for name in (TEAM, CAPACITY):
        if name == known or _is_of(word, name):
            return name
    is_effort = known in _EFFORTS or _is_of(word, "hours")
    bare_hours = known == HOURS and _BARE_NUMBER.match(value)
    if is_effort and (bare_hours or _TIME.match(value.lstrip("~≈<>* "))):
        return HOURS
    named = ((RISKS, RISKS), (SKILLS, SKILLS), (HOURS, "joined_hours"))
    return next((field for field, kind in named if _begins(word, kind)), None)
