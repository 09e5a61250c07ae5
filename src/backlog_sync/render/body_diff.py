"""Compare two bodies of an issue part by part: boxes ticked, lines reworded, as plain values."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from backlog_sync.core.body import is_footer
from backlog_sync.core.checkboxes import BODY_LINE
from backlog_sync.core.escape import split_lines
from backlog_sync.dataclass import dataclass
from backlog_sync.render.words import counted

MOST_LINES = 8
"""Changed lines shown for one part of a body before the rest is only counted."""
_COMPARABLE = 2_000
"""Lines beyond which the versions are only counted: the cost is the product of both."""
_HEADING = re.compile(r"(#{1,6}) +(.*)\Z")


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a part: `sign` is "+", "-", "[x]" or "[ ]"; `other` is its other version."""

    sign: str
    text: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A part of a body that changed: its heading, a short description of the change, the lines."""

    title: str
    facts: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    part: str
    text: str
    box: str | None = None


def body_diff(before: str, after: str) -> list[BodyPart]:
    """Return the parts of a body that changed; none if only its layout did."""
    old, new = _parse(before), _parse(after)
    if len(old) + len(new) > _COMPARABLE:
        return [BodyPart("text", f"{counted(len(new), 'line')}, {len(old)} before", ())]
    parts = []
    for part in dict.fromkeys(line.part for line in (*new, *old)):
        old_lines = [line for line in old if line.part == part]
        new_lines = [line for line in new if line.part == part]
        if old_lines != new_lines:
            parts.append(_part(part, old_lines, new_lines))
    return parts


def _parse(body: str) -> list[_Line]:
    part = "text"
    lines = []
    for raw in split_lines(body):
        stripped = raw.strip()
        if not stripped or stripped.startswith("<!--") or is_footer(stripped):
            continue
        if heading := _HEADING.match(stripped):
            part = heading[2].strip().lower()
        elif box := BODY_LINE.match(stripped):
            lines.append(_Line(part, box[3].strip(), " " if box[2] == " " else "x"))
        else:
            lines.append(_Line(part, stripped))
    return lines


def _part(title: str, old: list[_Line], new: list[_Line]) -> BodyPart:
    boxes_before = {line.text: line.box for line in old if line.box}
    boxes_after = {line.text: line.box for line in new if line.box}
    ticked = [t for t, box in boxes_after.items() if box == "x" and boxes_before.get(t) == " "]
    unticked = [t for t, box in boxes_after.items() if box == " " and boxes_before.get(t) == "x"]
    same = set(boxes_before) & set(boxes_after)
    lines = [DiffLine("[x]", text) for text in ticked]
    lines += [DiffLine("[ ]", text) for text in unticked]
    counts = {"ticked": len(ticked), "unticked": len(unticked)}
    counts |= dict.fromkeys(("reworded", "added", "removed"), 0)
    rest_old = [line for line in old if line.text not in same]
    rest_new = [line for line in new if line.text not in same]
    for word, changed in _compare(rest_old, rest_new):
        counts[word] += 1
        lines += changed
    if not boxes_before and not boxes_after:
        facts = "added" if not old else "removed" if not new else "changed"
    else:
        facts = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return BodyPart(title, facts or "reordered", tuple(lines))


def _compare(
    old: Sequence[_Line], new: Sequence[_Line]
) -> Iterator[tuple[str, tuple[DiffLine, ...]]]:
    """Yield each difference: reworded (both versions), removed or added."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(i2 - i1, j2 - j1)
        for before, after in zip(old[i1 : i1 + pairs], new[j1 : j1 + pairs], strict=True):
            yield (
                "reworded",
                (DiffLine("-", before.text, after.text), DiffLine("+", after.text, before.text)),
            )
        for line in old[i1 + pairs : i2]:
            yield "removed", (DiffLine("-", line.text),)
        for line in new[j1 + pairs : j2]:
            yield "added", (DiffLine("+", line.text),)
