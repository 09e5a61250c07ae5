"""The `reading:` setting that turns a line that is no longer read as an item into one again."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from backlog_sync.core.model import KINDS, Settings
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.prune import Line, bare_words
from backlog_sync.dataclass import dataclass

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ENTRY = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s")
_RULE = re.compile(r"^[\s|:-]*-[\s|:-]*$")
_MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Left:
    """One of our issues without an item, and the line that it came from."""

    key: str
    issue: ObservedIssue
    line: Line


def kind_of(issue: ObservedIssue, key: str, settings: Settings) -> str:
    """Return the kind that an issue was created as: by its labels, its type, else by its key."""
    names = {fold(name) for name in (*issue.labels, issue.issue_type or "")}
    for words_of_kinds in (settings.kind_labels, settings.issue_types):
        for kind, word in words_of_kinds.items():
            if word and fold(word) in names:
                return kind
    prefix = key.partition("-")[0]
    return prefix if prefix in KINDS else "story"


def declarations(left: Sequence[Left], settings: Settings, texts: Mapping[str, str]) -> list[str]:
    """Return for each issue the line below `reading:` that keeps it; "" if none fits.

    `texts` are the files by path. Several headings of one level and kind are one pattern.
    """
    kinds = [kind_of(each.issue, each.key, settings) for each in left]
    levels = [_level(each.line, kind) for each, kind in zip(left, kinds, strict=True)]
    counts = Counter(levels)
    return [
        _declared(each, kind, texts, several=counts[level] > 1)
        for each, kind, level in zip(left, kinds, levels, strict=True)
    ]


def _level(line: Line, kind: str) -> tuple[str, str, str]:
    heading = _HEADING.match(line.raw)
    return line.path, heading[1] if heading else "", kind


def _declared(left: Left, kind: str, texts: Mapping[str, str], *, several: bool) -> str:
    line = left.line
    if not line.row or not line.path.lower().endswith(_MARKDOWN):
        return ""
    heading = _HEADING.match(line.raw)
    if heading:
        name = "*" if several else heading[2]
        return f"{_quoted(f'{heading[1]} {name}')}: {kind}"
    above = texts[line.path].splitlines()[: line.row - 1]
    if line.raw.lstrip().startswith("|"):
        return _table(left, kind, above)
    section = next((text.strip() for text in reversed(above) if _HEADING.match(text)), "")
    return f"{_quoted(section)}: {{items: {kind}}}" if section and _ENTRY.match(line.raw) else ""


def _table(left: Left, kind: str, above: Sequence[str]) -> str:
    """Name the table by its column of titles."""
    at = len(above) - 1
    while at > 0 and not _RULE.match(above[at]):
        at -= 1
    if at < 1:
        return ""
    names, cells = _cells(above[at - 1]), _cells(left.line.raw)
    title = bare_words(left.issue.title)
    column = next(
        (n for n, c in zip(names, cells, strict=False) if bare_words(c) == title), names[0]
    )
    return f"{_quoted(f'table {column}')}: {{items: {kind}, title: {_quoted(column)}}}"


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
