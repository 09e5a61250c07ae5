"""Rule 2, second part: which list items that look like items are items."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from backlog_sync.files.markdown.fenced import opens_yaml
from backlog_sync.files.markdown.lines import Kind, Line
from backlog_sync.files.markdown.sentences import (
    bold_paragraphs,
    is_sentence,
    sentence_bullets,
    titled_bullets,
)
from backlog_sync.files.markdown.typed import Typed, recognise
from backlog_sync.files.markdown.words import STORY


@dataclass(slots=True)
class Listed:
    """List items that are items, by line index, and why others that look like it are not."""

    items: dict[int, Typed] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def choose_list_items(
    text: str, lines: tuple[Line, ...], declared: AbstractSet[str], words: AbstractSet[str]
) -> Listed:
    """Look at all list items of a file at once.

    `declared` are the keys that headings declare, `words` their type words. What a heading
    declares, or a bold list item, is only mentioned by other list items: plans and sprints
    repeat the backlog without declaring it again. Where headings declare stories, a list item
    must have lines of its own to be one. Items that only their user story makes come on top.
    """
    found = Listed()
    seen: dict[int, Typed] = {}
    for line in lines:
        if line.kind is Kind.LIST and line.text:
            typed = recognise(line.text)
            if typed:
                seen[line.row] = typed
    nested = _nested(lines)
    bold = {typed.key for typed in seen.values() if typed.bold and typed.key}
    for index, typed in seen.items():
        reason = _reason(typed, lines[index], declared, bold)
        if not reason and index in nested and _is_user_story(typed):
            reason = "it is the user story of the item above"
        if not reason and typed.word.name in words and not _has_lines(lines, index):
            reason = f"headings declare what is a {typed.word.name} here, and it has no lines below"
        if reason:
            found.refused[index] = reason
        else:
            found.items[index] = typed
    sentences = sentence_bullets(lines) | titled_bullets(text, lines) | bold_paragraphs(lines)
    for index, typed in sentences.items():
        if index not in seen or found.items.get(index) is None:
            found.items.setdefault(index, typed)
    return found


def _is_user_story(typed: Typed) -> bool:
    """Whether an item is `User Story: As a …`, which may tell of the item above it."""
    return typed.word is STORY and not typed.number and is_sentence(typed.title)


def _nested(lines: tuple[Line, ...]) -> set[int]:
    """The rows of list items that stand below another one."""
    found: set[int] = set()
    open_: list[int] = []
    for line in lines:
        if line.kind is Kind.BLANK:
            continue
        while open_ and open_[-1] >= line.indent:
            open_.pop()
        if line.kind is Kind.LIST:
            if open_:
                found.add(line.row)
            open_.append(line.indent)
        elif line.kind in (Kind.HEADING, Kind.RULE):
            open_.clear()
    return found


def _reason(typed: Typed, line: Line, declared: AbstractSet[str], bold: AbstractSet[str]) -> str:
    if typed.key and typed.key in declared:
        return f"it only mentions {typed.key}, which a heading declares"
    if typed.key and not typed.bold and typed.key in bold:
        return f"it only mentions {typed.key}"
    if typed.word.weak or typed.dotted or typed.bare:
        return "only a heading can declare this"
    if typed.code and not typed.bold:
        return "a code of an unknown kind, not in bold"
    if typed.number and typed.title.startswith(line.text.strip("* ")[:40]):
        return "it has no title"
    return ""


def _has_lines(lines: tuple[Line, ...], index: int) -> bool:
    """Whether a list item goes on over the lines below it."""
    if index + 1 >= len(lines):
        return False
    below = lines[index + 1]
    if below.kind is Kind.BLANK and index + 2 < len(lines) and opens_yaml(lines[index + 2]):
        return True
    return below.kind in (Kind.LIST, Kind.TEXT) and below.indent > lines[index].indent
