"""Find and repair text that was UTF-8, was read in an older encoding, and saved that way."""

import re
from collections.abc import Iterator

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import Lines

SHOWN_LINES = 20
"""Lines reported one by one: a wrongly encoded file has them everywhere."""

_RUN = re.compile(r"[^\x00-\x7f]{2,200}")
_LINE = re.compile(r"[^\r\n]+")
_WINDOWS = {bytes([n]).decode("cp1252", "ignore") or chr(n): n for n in range(0x80, 0x100)}
"""The bytes of characters; the five undefined ones of Windows-1252 are kept, as browsers do."""
_MAC_ROMAN = {bytes([n]).decode("mac_roman"): n for n in range(0x80, 0x100)}
_QUOTES = frozenset("“”‘’„‚…–—»«")
_LATIN_LEADS = frozenset((0xC2, 0xC3))
_SHORT = 2
_SIGNS_LEAD = 0xE2
_CJK_LEADS = (0xE3, 0xED)
_NO_BREAK_SPACE = 0xA0
_PREVIEW, _LEAD = 80, 20
"""Characters of a line that are shown, and how many of those precede the first fault."""
_LONG = 20_000
_TIMES = 3
"""The most repairs: a text was encoded wrongly two or three times at most."""


def repair_run(run: str, before: str) -> str | None:
    """Return what a run of non-ASCII characters was, or None if it is what it seems.

    `before` is the character in front of it. A run counts only if all of it, as bytes of
    Windows-1252 or Mac Roman, is UTF-8, and if a single character is a likely result.
    """
    for known in (_WINDOWS, _MAC_ROMAN):
        try:
            raw = bytes(known[char] for char in run)
            repaired = raw.decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            continue
        if len(repaired) > 1 or _is_likely(raw, run, before):
            return repaired
    return None


def _is_likely(raw: bytes, run: str, before: str) -> bool:
    """Return whether a run that would be a single character is more than a chance.

    Not a capital before a closing quote (“IRMÔ), not an accent before a French quote (été »).
    """
    if len(run) == _SHORT:
        capital = before.isascii() and before.isupper()
        return raw[0] in _LATIN_LEADS and not (run[1] in _QUOTES and capital)
    if raw[0] == _SIGNS_LEAD:
        return raw[1] < _NO_BREAK_SPACE
    return not _CJK_LEADS[0] <= raw[0] <= _CJK_LEADS[1]


def repairs(text: str) -> list[tuple[int, int, str]]:
    """Return every span of mojibake in a text with its repair, repeated if encoded twice."""
    spans: list[tuple[int, int, str]] = []
    lines = () if text.isascii() else _LINE.finditer(text)
    for line in lines:
        if line[0].isascii() or len(line[0]) > _LONG:
            continue
        for run in _RUN.finditer(text, line.start(), line.end()):
            repaired, times = repair_run(run[0], text[run.start() - 1 : run.start()]), 0
            while repaired and times < _TIMES and (again := repair(repaired)) != repaired:
                repaired, times = again, times + 1
            if repaired:
                spans.append((run.start(), run.end(), repaired))
    return spans


def repair(line: str) -> str:
    """Return a line with its mojibake repaired; unchanged if it has none."""

    def repair(match: re.Match[str]) -> str:
        before = line[match.start() - 1 : match.start()]
        return repair_run(match[0], before) or match[0]

    return _RUN.sub(repair, line)


def find_mojibake(source: Source) -> Iterator[Diagnostic]:
    """Yield a warning for each line with mojibake, with the repaired text.

    After the first twenty lines, one warning counts the rest.
    """
    lines = Lines(source.text)
    first: dict[int, tuple[Place, int]] = {}
    for start, _, _ in repairs(source.text):
        place = lines.place(source.path, start)
        first.setdefault(place.line, (place, start))
    spoilt = list(first.values())
    for place, start in spoilt[:SHOWN_LINES]:
        rest = _LINE.match(source.text, start - min(place.column - 1, _LEAD))
        hint = f"it should read: {repair(rest[0] if rest else '')[:_PREVIEW].strip()}"
        message = "this line holds mojibake: UTF-8 that was read in another encoding"
        yield warning(place, "mojibake", message, hint)
    if more := spoilt[SHOWN_LINES:]:
        message = f"{len(more)} more lines hold mojibake, the last at line {more[-1][0].line}"
        hint = "the file was UTF-8, read in another encoding, and saved: restore it from before"
        yield warning(Place(source.path, more[0][0].line), "mojibake", message, hint)
