"""Text that was UTF-8 once, was read in an older encoding, and saved that way."""

import re

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.files.parsed import Source

SHOWN_LINES = 20

_RUN = re.compile(r"[^\x00-\x7f]{2,200}")
_LINE = re.compile(r"[^\r\n]+|\r\n|\n|\r")
_QUOTES = frozenset("“”‘’„‚…–—»«")
_LATIN_LEADS = frozenset((0xC2, 0xC3))
_SHORT = 2
_SIGNS_LEAD = 0xE2
_CJK_LEADS = (0xE3, 0xED)
_NO_BREAK_SPACE = 0xA0
_PREVIEW = 80
_LONG = 20_000
_TIMES = 3


def mend_run(run: str, before: str = "") -> str | None:
    """What a run of non-ASCII characters was, or None where it is what it seems.

    `before` is the character in front of it. A run counts only where all of it, as bytes of
    Windows-1252 or Mac Roman, is UTF-8, and where a single character is likely to be the result.
    """
    for encode in (_cp1252, _mac_roman):
        raw = encode(run)
        if raw is None:
            continue
        try:
            mended = raw.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if len(mended) == 1 and not _believed(raw, run, before):
            continue
        if not mended.isascii():
            return mended
    return None


def _believed(raw: bytes, run: str, before: str) -> bool:
    """Whether a run that would be a single character is more than a chance.

    Not a capital before a closing quote (“IRMÔ), not an accent before a French quote (été »).
    """
    if len(run) == _SHORT:
        capital = before.isascii() and before.isupper()
        return raw[0] in _LATIN_LEADS and not (run[1] in _QUOTES and capital)
    if raw[0] == _SIGNS_LEAD:
        return raw[1] < _NO_BREAK_SPACE
    return not _CJK_LEADS[0] <= raw[0] <= _CJK_LEADS[1]


def _cp1252(text: str) -> bytes | None:
    """Bytes of Windows-1252; the five that it leaves open are kept, as browsers do."""
    raw = bytearray()
    for char in text:
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) not in (0x81, 0x8D, 0x8F, 0x90, 0x9D):
                return None
            raw.append(ord(char))
    return bytes(raw)


def _mac_roman(text: str) -> bytes | None:
    try:
        return text.encode("mac_roman")
    except UnicodeEncodeError:
        return None


def repairs(text: str) -> list[tuple[int, int, str]]:
    """Every span of mojibake in a text, and what it was; what was spoilt twice is mended twice."""
    found: list[tuple[int, int, str]] = []
    if text.isascii():
        return found
    for line in _LINE.finditer(text):
        if line[0].isascii() or len(line[0]) > _LONG:
            continue
        for run in _RUN.finditer(text, line.start(), line.end()):
            before = text[run.start() - 1] if run.start() > line.start() else ""
            mended, times = mend_run(run[0], before), 0
            while mended and times < _TIMES and (again := mend(mended)) != mended:
                mended, times = again, times + 1
            if mended:
                found.append((run.start(), run.end(), mended))
    return found


def mend(line: str) -> str:
    """A line with its mojibake repaired; the same line where it holds none."""

    def repair(match: re.Match[str]) -> str:
        before = line[match.start() - 1 : match.start()]
        return mend_run(match[0], before) or match[0]

    return _RUN.sub(repair, line)


def find_mojibake(source: Source) -> tuple[Diagnostic, ...]:
    """A warning for each line that holds mojibake, with the repaired text.

    Beyond the first twenty lines, one warning counts the rest.
    """
    if source.text.isascii():
        return ()
    found: list[Diagnostic] = []
    more: list[int] = []
    number = 1
    for match in _LINE.finditer(source.text):
        line = match[0]
        if line[0] in "\r\n":
            number += 1
            continue
        mended = line if line.isascii() or len(line) > _LONG else mend(line)
        if mended == line:
            continue
        if len(found) < SHOWN_LINES:
            found.append(_told(source, number, line, mended))
        else:
            more.append(number)
    if more:
        message = f"{len(more)} more lines hold mojibake, the last at line {more[-1]}"
        hint = "the file was UTF-8, read in another encoding, and saved: restore it from before"
        place = Place(source.path, more[0])
        found.append(warning(place, "mojibake", message, hint))
    return tuple(found)


def _told(source: Source, number: int, line: str, mended: str) -> Diagnostic:
    column = next(
        (n for n, (a, b) in enumerate(zip(line, mended, strict=False)) if a != b),
        min(len(line), len(mended)),
    )
    begin = max(0, column - 20)
    text = mended[begin : begin + _PREVIEW].strip()
    message = "this line holds mojibake: UTF-8 that was read in another encoding"
    place = Place(source.path, number, column + 1)
    return warning(place, "mojibake", message, f"it should read: {text}")
