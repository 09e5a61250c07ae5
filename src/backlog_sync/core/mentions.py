"""Keeping text from the file from notifying people: breaking `@name` and `#12` outside of code.

The sign is followed by a zero-width space, which shows nothing, also where GitHub takes for
code what we did not. Where it is not plain what is code and what is not, nothing is taken for
code.
"""

import re
from collections.abc import Iterator, Sequence

_SPACE = "\u200b"
_URL = r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?/[^\s<>()\[\]{}\"'`*|]*"
_SIGNS = re.compile(
    rf"(?P<url>{_URL})"
    r"|(?<![A-Za-z0-9])@(?=[A-Za-z0-9])"
    r"|(?<!&)#(?=\d)"
    r"|(?<![A-Za-z0-9])GH-(?=\d)",
    re.IGNORECASE,
)
_TICKS = re.compile("`+")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)")
_FENCE_ANYWHERE = re.compile(r"[ \t>*+\-\d.)]{1,99}(?:`{3}|~{3})")


def quiet(text: str) -> str:
    """Break mentions and references outside of code spans and fences; addresses stay whole.

    GitHub links `@name`, `@org/team`, `#12`, `owner/repo#12` and `GH-12` (GitHub's
    documentation, "Autolinked references and URLs").
    """
    if not any(sign in text for sign in "@#-") or not _SIGNS.search(text):
        return text
    lines = text.split("\n")
    fenced = _fenced(lines)
    plain = [index for index in range(len(lines)) if index not in fenced]
    spans = {index: _spans(lines[index]) for index in plain}
    clear = all(code_spans is not None for code_spans in spans.values())
    for index in plain:
        lines[index] = _break(lines[index], (spans[index] if clear else None) or ())
    return "\n".join(lines)


def close_fence(text: str) -> str:
    """End a code fence that the text leaves open, so that it does not swallow what follows."""
    closing = ""
    if "```" not in text and "~~~" not in text:
        return text
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match:
            closing = _after(closing, match)
    return f"{text}\n{closing}" if closing else text


def _after(closing: str, match: re.Match[str]) -> str:
    """Give what would close the fence that is open after this line; "" where none is."""
    sign, info = match[1], match[2]
    if closing:
        closes = sign[0] == closing[0] and len(sign) >= len(closing) and not info.strip()
        return "" if closes else closing
    return "" if sign[0] == "`" and "`" in info else sign


def _fenced(lines: Sequence[str]) -> set[int]:
    """Give the indexes of lines in fences; none where any fence is indented, quoted or listed."""
    if any(_FENCE_ANYWHERE.match(line) for line in lines):
        return set()
    inside: set[int] = set()
    closing = ""
    for index, line in enumerate(lines):
        match = _FENCE.match(line)
        before, closing = closing, _after(closing, match) if match else closing
        if before or closing:
            inside.add(index)
    return inside


def _spans(line: str) -> tuple[tuple[int, int], ...] | None:
    """Give the code spans of a line, None where it is not plain which back ticks pair up."""
    runs = list(_TICKS.finditer(line))
    if not runs:
        return ()
    if "\\`" in line:
        return None
    following: dict[int, int] = {}
    partner: list[int | None] = [None] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        size = len(runs[index][0])
        partner[index] = following.get(size)
        following[size] = index
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(runs):
        other = partner[index]
        if other is None:
            return None
        spans.append((runs[index].start(), runs[other].end()))
        index = other + 1
    if any("<" in part for part in _outside(line, spans)):
        return None  # a tag's attribute may swallow a back tick
    return tuple(spans)


def _outside(line: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in spans:
        yield line[at:start]
        at = end
    yield line[at:]


def _break(line: str, spans: Sequence[tuple[int, int]]) -> str:
    parts: list[str] = []
    for index, outside in enumerate(_outside(line, spans)):
        parts.append(_SIGNS.sub(lambda m: m[0] if m["url"] else m[0] + _SPACE, outside))
        if index < len(spans):
            start, end = spans[index]
            parts.append(line[start:end])
    return "".join(parts)
