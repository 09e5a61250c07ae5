"""Account for every line of a backlog's files, so that nothing is dropped silently."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backlog_sync.core.accounts import BULLETS_FLAG, Account, AccountedLine, Verdict
from backlog_sync.files.entries import is_roadmap
from backlog_sync.files.load import Loaded
from backlog_sync.files.parsed import LineNote, ParsedFile

ITEM_LEFT = "an item that occurs twice, or is only listed"
CODE_LEFT = "code outside of any item"
HEADING_LEFT = "headings without items"
TABLE_LEFT = "a table without columns of items"

_FRAME = frozenset(("overview", "claim", "table", "label", "settings", "underline", "mention"))
"""Rules for lines that describe items without being one."""

_LEFT = ("outside of any item", TABLE_LEFT, "only a heading can declare this")
"""Reasons of skipped lines that may have been meant otherwise; all others are understood."""

_HEADING = re.compile(r" {0,3}(#{1,6}|\*{1,50})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")


def accounts(loaded: Loaded) -> tuple[Account, ...]:
    """Return how each line was read, file by file."""
    keys: dict[int, dict[int, str]] = {}
    for key, (file, index) in loaded.keys.items():
        keys.setdefault(file, {})[index] = key
    return tuple(
        account(parsed, keys.get(number, {})) for number, parsed in enumerate(loaded.files)
    )


def account(parsed: ParsedFile, keys: Mapping[int, str]) -> Account:
    """Return how each line of a file was read; `keys` are those of its items by their index."""
    texts = _lines(parsed.source.text)
    notes = {note.line: note for note in parsed.notes}
    by_number = _filled(texts, notes, parsed)
    lines = [
        _accounted(number, text, by_number.get(number), keys)
        for number, text in enumerate(texts, start=1)
    ]
    return Account(parsed.source.path, tuple(_with_frames(lines)))


def heading(text: str) -> tuple[int, str] | None:
    """Return the level and the title of a heading with number signs, or with stars as in Org."""
    match = _HEADING.match(text)
    return (len(match[1]), match[2]) if match else None


# ---- line by line --------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[:-1] if lines[-1] == "" else lines


def _filled(
    texts: Sequence[str], notes: Mapping[int, LineNote], parsed: ParsedFile
) -> dict[int, LineNote]:
    """Return a note for each line that is not blank.

    Readers of structured files note where an item begins: lines below it at its depth or
    deeper is part of it. In Markdown only front matter is without a note.
    """
    outline = is_roadmap(parsed.source.path) and not parsed.dialect
    table = parsed.source.path.lower().endswith((".csv", ".tsv"))
    by_number: dict[int, LineNote] = {}
    at, depth = None, 0
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        note = notes.get(number)
        if note is not None:
            at, depth = note, 0 if table or outline else _indent(text)
        elif outline or (at is not None and _indent(text) < depth):
            at = None
        by_number[number] = note or (
            replace(at, line=number) if at else LineNote(number, "settings")
        )
    return by_number


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _accounted(
    number: int, text: str, note: LineNote | None, keys: Mapping[int, str]
) -> AccountedLine:
    if note is None:
        return AccountedLine(number, text, Verdict.BLANK)
    key = keys.get(note.item) if note.item is not None else None
    verdict, reason = _verdict(note, owned=key is not None)
    if key is None and note.item is not None:
        reason = ITEM_LEFT
    return AccountedLine(number, text, verdict, note.rule, key, reason)


def _verdict(note: LineNote, *, owned: bool) -> tuple[Verdict, str]:
    if owned:
        return Verdict.ITEM, note.reason
    if note.rule in _FRAME:
        return Verdict.FRAME, note.reason
    if note.rule == "rule":
        return Verdict.BLANK, note.reason
    if note.rule == "heading":
        return Verdict.LEFT, HEADING_LEFT if note.reason in ("", "no item") else note.reason
    if note.rule == "code":
        return Verdict.LEFT, CODE_LEFT if note.reason == "not read" else note.reason
    known = note.rule == "skipped" and note.reason not in _LEFT
    navigation = note.reason.startswith("only a link") and BULLETS_FLAG not in note.reason
    return Verdict.KNOWN if known or navigation else Verdict.LEFT, note.reason or note.rule


def _with_frames(lines: Sequence[AccountedLine]) -> Iterator[AccountedLine]:
    """Yield the same lines; a heading above items is a container, not a skipped line."""
    holding: set[int] = set()
    below: set[int] = set()
    for line in reversed(lines):
        head = heading(line.text) if line.rule in _HEADED else None
        taken = line.verdict is Verdict.ITEM
        level = head[0] if head else _DEEP
        holds = any(other > level for other in below)
        if head:
            below = {other for other in below if other <= level}
        if taken or (head and holds):
            below.add(level)
        if head and holds and line.verdict is Verdict.LEFT:
            holding.add(line.number)
    for line in lines:
        held = line.number in holding
        yield replace(line, verdict=Verdict.FRAME, reason="holds items") if held else line


_HEADED = frozenset(("heading", "typed-heading", "time-heading", "planned-bullets", "title"))
_DEEP = 51
"""An item that is not a heading is below headings of every level."""
