"""Find acceptance criteria in running text: a line that announces them, and what is below it."""

import re
from dataclasses import field

from backlog_sync.dataclass import dataclass
from backlog_sync.files.draft import Criterion
from backlog_sync.files.node_values import criteria_of
from backlog_sync.files.vocabulary import field_of, key_words
from backlog_sync.files.yaml.nodes import Scalar

_BULLET = re.compile(r"([ \t]*)(?:[-*+•·▪✓☐☑–]|\d{1,3}[.)])[ \t]+")
_MARKS = "#*_ \t"
_SIGN = re.compile("[:：]")
_LEAD = re.compile(r"[ ]{0,3}\*\*([^*:：]{3,60})\*\*[ ]+([^\s:：–—-].*)$")
"""Bold words that a sentence begins with: `**Done when** all tests pass`."""

_CRITERIA = "acceptance_criteria"
_LONGEST_KEY = 60
"""Characters before a colon that can be a criterion's key; longer texts are sentences."""


_INLINE = re.compile(
    r"(?<=[.!?。;)\]`])[ ]*(?P<mark>\*{0,2})(?P<key>[^\W\d_][^.:;：。*]{1,40})"
    r"(?:[:：][ ]?(?P=mark)|(?P=mark)[:：])[ ]*(?=\S)"
)


def inline_criteria(text: str) -> tuple[str, str]:
    """Return a line up to `Acceptance: …` after one of its sentences, and its criteria."""
    for match in _INLINE.finditer(text):
        key = match["key"].strip()
        if key[0] != key[0].lower() and field_of(key) == _CRITERIA:
            return text[: match.start()], text[match.end() :]
    return text, ""


def without_criteria(text: str) -> tuple[str, list[Criterion]]:
    """Return a text without its acceptance criteria, and these.

    They are below a line such as `Acceptance criteria:` or `## Criterios de aceptación`, or
    behind it: `Criteria: it floats; it is dry`.
    """
    reader = _Reader()
    for line in text.splitlines():
        reader.take(line)
    reader.flush()
    if not reader.criteria:
        return text, []
    return "\n".join(reader.kept).strip("\n"), reader.criteria


@dataclass(frozen=True, slots=True)
class _Head:
    """A line as a key: what it names, and what is after it."""

    field: str | None
    value: str
    begins: bool


@dataclass(slots=True)
class _Reader:
    """Goes through the lines of one text.

    `inside` says that they are criteria, `bullets` that each of these has a sign before it; the
    first of them is at `indent`, and deeper lines are details. A `sentence` goes on to
    the next blank line.
    """

    kept: list[str] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    inside: bool = False
    bullets: bool = False
    indent: int | None = None
    sentence: bool = False

    def take(self, line: str) -> None:
        """Take one line: a head, a criterion, or text that stays."""
        if self.sentence and line.strip() and not _BULLET.match(line):
            self.lines[-1] += f" {line.strip()}"
            return
        self.sentence = False
        lead = _LEAD.match(line)
        if lead and field_of(lead[1]) == _CRITERIA and _is_phrase(lead[1]):
            self.flush()
            self.lines, self.sentence = [lead[2]], True
            return
        head = _head_of(line)
        if head is not None and head.begins:
            self.flush()
            self.inside, self.bullets, self.indent = True, bool(head.value), None
            self.criteria += criteria_of(Scalar(head.value, 0, 0, '"'))
        elif self.inside and not self._ends(line, head):
            self._criterion(line)
        else:
            self.flush()
            self.inside = False
            self.kept.append(line)

    def flush(self) -> None:
        """Make criteria of the lines that wait: the steps of a scenario are one."""
        self.criteria += criteria_of(Scalar("\n".join(self.lines), 0, 0, '"'))
        self.lines = []

    def _ends(self, line: str, head: _Head | None) -> bool:
        """Return whether a line is not a criterion: another key, or text behind a list."""
        if not line.strip() or _BULLET.match(line):
            return False
        return head is not None or self.bullets

    def _criterion(self, line: str) -> None:
        if not line.strip():
            return
        bullet = _BULLET.match(line)
        if bullet is None:
            self.lines.append(line)
            return
        deep = len(bullet[1])
        self.indent = deep if self.indent is None else self.indent
        self.bullets = True
        if deep > self.indent:
            self.flush()
        if deep > self.indent and self.criteria:
            self.criteria[-1].details.append(line[self.indent :])
        else:
            self.lines.append(line)


def _head_of(line: str) -> _Head | None:
    """Return a line that is its own key: a heading, or words before a colon; None for others."""
    text = line.strip()
    if not text or (_BULLET.match(line) and not text.startswith("*")):
        return None
    sign = _SIGN.search(text)
    key = (text[: sign.start()] if sign else text).strip(_MARKS)
    value = text[sign.end() :].strip(_MARKS) if sign else ""
    if not key or len(key) > _LONGEST_KEY:
        return None
    marked = text[0] in "#*_" and not value
    named = field_of(key)
    begins = named == _CRITERIA and (bool(sign) or marked or _is_phrase(key))
    if begins or marked or (sign and named not in (None, "scenarios")):
        return _Head(named, value, begins)
    return None


def _is_phrase(key: str) -> bool:
    """Return whether these words introduce criteria on their own line, unlike words of prose."""
    return " " in key_words(key) or not key.isascii()
