"""Rule 6, first part: list items and bold paragraphs that are stories, though no word says so.

`- As a rider, I want …`, a title with a user story indented below it, `**A1. Sign in**`.
"""

import re
from dataclasses import replace

from backlog_sync.files.inline import plain
from backlog_sync.files.markdown.fields import is_story_sentence
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.metadata import parse_pairs
from backlog_sync.files.markdown.typed import Typed, parse_title, recognise
from backlog_sync.files.markdown.words import PRIORITIES, STORY
from backlog_sync.files.vocabulary import bare_word

_ACTOR = re.compile(
    r"as (?:an?|the)?[ ]?[^,]{1,80},? i (?:want|can|need|would|should|will|receive|get|must|am)\b",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"([A-Z]\d{1,3}(?:\.\d{1,3})?)[.:)–—-][ ]?(?=\S)|([A-Z]\d{1,3})[ ][–—-][ ]")
_BOLD_TITLE = re.compile(r"\*\*([^*]{1,200})\*\*(?:[ ]?[-–—:][ ]?([^*]{1,30}))?$")
_REMARK = re.compile(r"[ ]?\((P\d)\)$")


def is_sentence(text: str) -> bool:
    """Whether a bullet is a user story as a whole."""
    bare = plain(text[:400])
    return bool(_ACTOR.match(bare)) or (is_story_sentence(bare) and "," in bare)


def sentence_bullets(lines: tuple[Line, ...]) -> dict[int, Typed]:
    """Bullets that are user stories, by row: at least two under one heading."""
    found: dict[int, Typed] = {}
    group: list[int] = []
    for line in (*lines, None):
        if line is None or line.kind is Kind.HEADING:
            if len(group) > 1:
                for row in group:
                    found[row] = Typed(STORY, None, plain(lines[row].text), sentence=True)
            group = []
        elif line.kind is Kind.LIST and is_sentence(line.text):
            group.append(line.row)
    return found


def titled_bullets(text: str, lines: tuple[Line, ...]) -> dict[int, Typed]:
    """List items with a user story directly below them, by row.

    The story is an indented sentence, or a bullet `User Story: …`.
    """
    found = {}
    for line in lines:
        if line.kind is not Kind.LIST or line.box is not None or not line.text:
            continue
        if recognise(line.text) is None and _story_below(text, lines, line):
            title, priority = _bold_title(line.text)
            found[line.row] = Typed(STORY, None, title, sentence=True, priority=priority)
    return found


def _story_below(text: str, lines: tuple[Line, ...], line: Line) -> bool:
    """Whether a user story stands directly below, or behind what write-back put there."""
    for below in lines[line.row + 1 : line.row + 5]:
        if below.indent <= line.indent or below.kind not in (Kind.TEXT, Kind.LIST):
            return False
        if below.kind is Kind.TEXT and is_story_sentence(below.text):
            return True
        pairs = parse_pairs(text, below, plain_keys=True)
        if not pairs or pairs[0].field not in ("issue", "status", "progress"):
            return bool(pairs) and pairs[0].field == "user_story"
    return False


def _bold_title(text: str) -> tuple[str, str | None]:
    """`**Title** - HIGH` as title and priority."""
    match = _BOLD_TITLE.match(text[:300])
    if match is None:
        return plain(text), None
    behind = bare_word(match[2]) if match[2] else ""
    if behind in PRIORITIES:
        return plain(match[1]), match[2].strip()
    return plain(match[1] if not match[2] else text), None


def bold_paragraphs(lines: tuple[Line, ...]) -> dict[int, Typed]:
    """Paragraphs that are one bold title with a letter and a number, at least two in a file.

    `**A1. Sign in**` below `### EPIC A`.
    """
    found = {}
    for line in lines:
        if line.kind is not Kind.TEXT or line.indent or not line.text.startswith("**"):
            continue
        if line.row and lines[line.row - 1].kind in (Kind.TEXT, Kind.LIST, Kind.QUOTE):
            continue
        typed = _lettered(line.text)
        if typed:
            found[line.row] = typed
    return found if len(found) > 1 else {}


def _lettered(text: str) -> Typed | None:
    close = text.find("**", 2)
    if close < 0:
        return None
    inner, behind = text[2:close], text[close + 2 :].strip()
    if behind and not (behind.startswith("(") and behind.endswith(")")):
        return None
    match = _LETTERED.match(inner)
    if match is None:
        return None
    title = inner[match.end() :].strip()
    remark = _REMARK.search(title)
    if remark:
        title = title[: remark.start()]
    told, status, points = parse_title(title)
    typed = Typed(STORY, match[1] or match[2], told, bold=True, status=status, points=points)
    return replace(typed, priority=remark[1] if remark else None) if told else None
