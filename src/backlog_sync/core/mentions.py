"""Keep text from the file from notifying people: break `@name` and `#12` outside of code.

The sign is followed by a zero-width space, which is invisible, in case GitHub reads as code
something that we did not. If it is unclear what is code, nothing is treated as code.
"""

import re
from collections.abc import Iterator, Sequence

from backlog_sync.core.escape import ZERO_WIDTH_SPACE

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
_DETAILS = re.compile(r"<(/?)details(?:\s[^<>]{0,200})?>", re.IGNORECASE)
_CODE = re.compile(r"(?<!`)(`{1,9})(?!`)[^`]{1,400}\1(?!`)")
_FENCE_ANYWHERE = re.compile(r"[ \t>*+\-\d.)]{1,99}(?:`{3}|~{3})")


def quiet(text: str) -> str:
    """Break mentions and references outside of code spans and fences; addresses stay whole.

    GitHub links `@name`, `@org/team`, `#12`, `owner/repo#12` and `GH-12` (GitHub's
    documentation, "Autolinked references and URLs").
    """
    if not ("@" in text or "#" in text or "-" in text) or not _SIGNS.search(text):
        return text
    lines = text.split("\n")
    fenced = _fenced(lines)
    plain = [index for index in range(len(lines)) if index not in fenced]
    spans = {index: _spans(lines[index]) for index in plain}
    clear = all(code_spans is not None for code_spans in spans.values())
    for index in plain:
        lines[index] = _break(lines[index], (spans[index] if clear else None) or ())
    return "\n".join(lines)


def closed(text: str) -> str:
    """Close code fences and details that the text leaves open, so that nothing ends up inside."""
    return _balance_details(_close_fence(text))


def _balance_details(text: str) -> str:
    """Close each `<details>` that is open at the end, and remove unmatched closing tags."""
    if "details" not in text.casefold():
        return text
    lines: list[str] = []
    closing, depth = "", 0
    for line in text.split("\n"):
        match = _FENCE.match(line.lstrip())
        before, closing = closing, _after(closing, match) if match else closing
        kept = line if before or closing else _without_strays(line, depth)
        if kept.strip() or not line.strip():
            lines.append(kept)
        if not (before or closing):
            depth += _opened(kept)
    return "\n".join((*lines, *["</details>"] * depth))


def _without_strays(line: str, depth: int) -> str:
    """Return a line without unmatched `</details>` tags."""
    parts, at = [], 0
    for tag in _details(line):
        depth += -1 if tag[1] else 1
        if depth < 0:
            parts.append(line[at : tag.start()])
            at, depth = tag.end(), 0
    return "".join((*parts, line[at:]))


def _opened(line: str) -> int:
    return sum(-1 if tag[1] else 1 for tag in _details(line))


def _details(line: str) -> list[re.Match[str]]:
    """Return the tags of details elements in a line, except those in code."""
    tags = list(_DETAILS.finditer(line))
    code = [match.span() for match in _CODE.finditer(line)] if tags and "`" in line else []
    return [tag for tag in tags if not any(a < tag.start() < b for a, b in code)]


def _close_fence(text: str) -> str:
    """Close a code fence that the text leaves open."""
    closing = ""
    if "```" not in text and "~~~" not in text:
        return text
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if match:
            closing = _after(closing, match)
    return f"{text}\n{closing}" if closing else text


def _after(closing: str, match: re.Match[str]) -> str:
    """Return the closing of the fence that is open after this line; "" if none is."""
    sign, info = match[1], match[2]
    if closing:
        closes = sign[0] == closing[0] and len(sign) >= len(closing) and not info.strip()
        return "" if closes else closing
    return "" if sign[0] == "`" and "`" in info else sign


def _fenced(lines: Sequence[str]) -> set[int]:
    """Return the indexes of lines in fences; none if any fence is indented, quoted or listed."""
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
    """Return the code spans of a line, None if its backticks do not pair up clearly."""
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
        parts.append(_SIGNS.sub(lambda m: m[0] if m["url"] else m[0] + ZERO_WIDTH_SPACE, outside))
        if index < len(spans):
            start, end = spans[index]
            parts.append(line[start:end])
    return "".join(parts)
