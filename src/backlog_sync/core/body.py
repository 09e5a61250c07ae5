"""The managed block of an issue's body: writing it, finding it, leaving all else alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from backlog_sync.core import marker as marker_codec
from backlog_sync.core.model import Block, Checklist, Marker
from backlog_sync.core.normalize import digest, quiet, unify_newlines

BEGIN = "<!-- backlog:begin -->"
_END = "<!-- backlog:end "
_BOX = re.compile(r"^\s{0,12}[-*+] \[([ xX])\] (.*)$")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_OWN_COMMENT = re.compile(r"<!--(?=\s{0,8}backlog:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SplitBody:
    """A body taken apart. `before` and `after` are exact; `lines` are the block's, LF, bare.

    `marker` is None where there is none or where what looks like one cannot be believed; then
    `problem` says why ("" where there is simply none).
    """

    before: str
    after: str
    lines: tuple[str, ...] = ()
    marker: Marker | None = None
    problem: str = ""


def split(body: str) -> SplitBody:
    """Find the managed block. Exactly one is believed; anything else is told as a problem."""
    begins: list[tuple[int, int]] = []
    ends: list[tuple[int, int, str]] = []
    offset = 0
    for line in _LINE.findall(body):
        bare = line.strip()
        if bare == BEGIN:
            begins.append((offset, offset + len(line)))
        elif bare.startswith(_END) and bare.endswith("-->"):
            start = offset + line.index(_END)
            ends.append((start, start + len(bare), bare))
        offset += len(line)
    if not begins and not ends:
        return SplitBody(before=body, after="")
    if len(begins) != 1 or len(ends) != 1 or ends[0][0] < begins[0][1]:
        return SplitBody(before=body, after="", problem="the body holds a broken or second block")
    found = marker_codec.decode(ends[0][2][len(_END) : -len("-->")].strip())
    if found is None:
        return SplitBody(before=body, after="", problem="the marker cannot be read")
    inner = unify_newlines(body[begins[0][1] : ends[0][0]])
    return SplitBody(
        before=body[: begins[0][0]],
        after=body[ends[0][1] :],
        lines=tuple(inner.rstrip("\n").split("\n")) if inner.strip() else (),
        marker=found,
    )


def join(parts: SplitBody) -> str:
    """Give the whole body again, the block in between."""
    assert parts.marker is not None
    block = "\n".join((BEGIN, *parts.lines, f"{_END}{marker_codec.encode(parts.marker)} -->"))
    return f"{parts.before}{block}{parts.after}"


def render(
    block: Block, *, source: str, mentions: bool, ticks: Mapping[str, bool] | None = None
) -> tuple[str, ...]:
    """Give the lines of the block: a part under its heading, then the line that says whose it is.

    `ticks` (by the hash of an entry's text) decides boxes; without an entry the file's own.
    """
    lines: list[str] = []
    for part in block:
        if part.heading:
            lines += [f"### {part.heading}", ""]
        if isinstance(part, Checklist):
            for entry in part.entries:
                text = _safe(entry.text, mentions)
                done = (ticks or {}).get(digest(text, 8), entry.done)
                lines.append(f"- [{'x' if done else ' '}] {text}")
        else:
            lines += _safe(part.text, mentions).split("\n")
        lines.append("")
    lines.append(f"*Managed from `{source}`; edit there, or below this line.*")
    return tuple(lines)


def _safe(text: str, mentions: bool) -> str:
    """Keep text from the file from notifying people, and from forging or hiding a marker."""
    text = _OWN_COMMENT.sub("&lt;!--", unify_newlines(text))
    if text.count("<!--") > text.count("-->"):
        text = text.replace("<!--", "&lt;!--")
    return text if mentions else quiet(text)


def visible(body: str) -> str:
    """Give the body without the tool's hidden comments, for people to read."""
    return "\n".join(
        line
        for line in unify_newlines(body).split("\n")
        if not line.strip().startswith((BEGIN, _END))
    ).strip("\n")


def line_hashes(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Give a short hash per line that holds anything, boxes counted as unticked."""
    return tuple(digest(_untick(line), 6) for line in lines if line.strip())


def boxes(lines: tuple[str, ...]) -> dict[str, bool]:
    """Give every check box by the hash of its text, and whether it is ticked."""
    found: dict[str, bool] = {}
    for line in lines:
        match = _BOX.match(line)
        if match:
            found[digest(match[2].strip(), 8)] = match[1] != " "
    return found


def box_key(text: str, *, mentions: bool) -> str:
    """Give the hash by which a criterion of the file is known in a body."""
    return digest(_safe(text, mentions).strip(), 8)


def foreign_lines(
    observed: tuple[str, ...], desired: tuple[str, ...], base: tuple[str, ...]
) -> tuple[str, ...]:
    """Give the lines that people put into the block: neither ours now nor ours before."""
    ours = set(base) | set(line_hashes(desired))
    return tuple(line for line in observed if line.strip() and digest(_untick(line), 6) not in ours)


def _untick(line: str) -> str:
    match = _BOX.match(line)
    return f"- [ ] {match[2].strip()}" if match else line.rstrip()


def with_nonce(body: str, nonce: str) -> str:
    """Give the body with this nonce in its marker."""
    parts = split(body)
    assert parts.marker is not None
    return join(replace(parts, marker=replace(parts.marker, nonce=nonce)))
