"""Field by field, before and after: how one change of one field is told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from rich.text import Text

from backlog_sync.core.body import is_footer
from backlog_sync.core.changes import FieldChange, JsonValue
from backlog_sync.core.escape import clean, split_lines
from backlog_sync.render.canvas import Glyphs, Look, cut, flow, listed
from backlog_sync.render.words import number

FIELD_WORDS = {"blocked_by": "blocked by", "issue_type": "type", "due": "due"}
_BOX = re.compile(r"[-*+] \[([ xX])\] (.*)\Z")
_HEADING = re.compile(r"(#{1,6}) +(.*)\Z")
_CONTEXT = 3
"""Words kept on either side of what differs in a long line."""
_MOST_LINES = 8
"""Changed lines shown for one part of a body before the rest is only counted."""


def field_lines(name: str, change: FieldChange, look: Look, indent: int, column: int) -> list[Text]:
    """The lines that tell one field's change, its name padded to `column` cells."""
    head = Text(" " * indent)
    head.append(FIELD_WORDS.get(name, clean(name)).ljust(column), "dim")
    head.append("  ")
    match change.before, change.after:
        case (list() as before, list() as after):
            return _members(head, before, after, look)
        case (None, list() as after):
            return _members(head, [], after, look)
        case (list() as before, None):
            return _members(head, before, [], look)
        case (before, after) if name == "body":
            return _body(head, _text(before), _text(after), look)
        case _:
            return _scalar(head, change, look)


def value_text(value: JsonValue, glyphs: Glyphs) -> str:
    """One value as a person writes it."""
    match value:
        case None | "" | []:
            return glyphs.none
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case list():
            return ", ".join(clean(str(member)) for member in value)
        case _:
            return clean(value)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _scalar(head: Text, change: FieldChange, look: Look) -> list[Text]:
    glyphs = look.glyphs
    before = Text(value_text(change.before, glyphs), "red" if change.before is not None else "dim")
    after = Text(value_text(change.after, glyphs), "green" if change.after is not None else "dim")
    room = look.columns - head.cell_len
    if before.cell_len + after.cell_len + 3 <= room:
        line = head.copy().append_text(before)
        return [line.append(f" {glyphs.arrow} ", "dim").append_text(after)]
    old, new = _window(before.plain, after.plain, room - 2, glyphs)
    return [
        head.copy().append("- ", "red").append_text(old),
        Text(" " * head.cell_len).append("+ ", "green").append_text(new),
    ]


def _members(head: Text, before: list[str], after: list[str], look: Look) -> list[Text]:
    added = [name for name in after if name not in before]
    removed = [name for name in before if name not in after]
    words = [Text(f"+ {clean(name)}", "green") for name in added]
    words += [Text(f"- {clean(name)}", "red") for name in removed]
    if not words:
        words = listed((clean(name) for name in after), "dim") or [Text(look.glyphs.none, "dim")]
        words.append(Text("(order)", "dim"))
    return flow(head, words, look.columns, look.glyphs)


# ---- bodies --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    part: str
    text: str
    box: str | None = None


def _parse(body: str) -> list[_Line]:
    part = "text"
    lines = []
    for raw in split_lines(body):
        stripped = raw.strip()
        if not stripped or stripped.startswith("<!--") or is_footer(stripped):
            continue
        if heading := _HEADING.match(stripped):
            part = clean(heading[2]).strip().lower()
        elif box := _BOX.match(stripped):
            lines.append(_Line(part, clean(box[2].strip()), "x" if box[1] in "xX" else " "))
        else:
            lines.append(_Line(part, clean(stripped)))
    return lines


def _body(head: Text, before: str, after: str, look: Look) -> list[Text]:
    old, new = _parse(before), _parse(after)
    parts = list(dict.fromkeys(line.part for line in (*new, *old)))
    out: list[Text] = []
    for part in parts:
        old_lines = [line for line in old if line.part == part]
        new_lines = [line for line in new if line.part == part]
        if old_lines == new_lines:
            continue
        facts, lines = _part(old_lines, new_lines, look, head.cell_len + 2)
        title = head.copy() if not out else Text(" " * head.cell_len)
        title.append(f"{part}: ").append(facts, "dim")
        out.append(cut(title, look.columns, look.glyphs))
        out.extend(lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            more = f"{look.glyphs.ellipsis} {len(lines) - _MOST_LINES} more lines"
            out.append(Text(" " * (head.cell_len + 2)).append(more, "dim"))
    return out or [head.copy().append("layout only", "dim")]


def _part(old: list[_Line], new: list[_Line], look: Look, indent: int) -> tuple[str, list[Text]]:
    """What changed in one part of a body: the counts in words, and the lines."""
    boxes_before = {line.text: line.box for line in old if line.box}
    boxes_after = {line.text: line.box for line in new if line.box}
    ticked = [t for t, box in boxes_after.items() if box == "x" and boxes_before.get(t) == " "]
    unticked = [t for t, box in boxes_after.items() if box == " " and boxes_before.get(t) == "x"]
    same = set(boxes_before) & set(boxes_after)
    rest_old = [line for line in old if line.text not in same]
    rest_new = [line for line in new if line.text not in same]
    pad = " " * indent
    room = look.columns - indent - 2
    lines = [Text(pad).append("[x] " + text, "green") for text in ticked]
    lines += [Text(pad).append("[ ] " + text, "yellow") for text in unticked]
    counts = {"ticked": len(ticked), "unticked": len(unticked)}
    counts |= _compare(rest_old, rest_new, pad, room, look, lines)
    if not boxes_before and not boxes_after:
        words = "added" if not old else "removed" if not new else "changed"
        return words, lines
    facts = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return facts or "reordered", lines


def _compare(
    old: list[_Line], new: list[_Line], pad: str, room: int, look: Look, lines: list[Text]
) -> dict[str, int]:
    """Append the differing lines; give how many were reworded, added and removed."""
    counts = {"reworded": 0, "added": 0, "removed": 0}
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(i2 - i1, j2 - j1)
        for before, after in zip(old[i1 : i1 + pairs], new[j1 : j1 + pairs], strict=True):
            old_text, new_text = _window(before.text, after.text, room, look.glyphs)
            lines.append(Text(pad).append("- ", "red").append_text(old_text))
            lines.append(Text(pad).append("+ ", "green").append_text(new_text))
        for line in old[i1 + pairs : i2]:
            lines.append(Text(pad).append("- " + line.text, "red"))
        for line in new[j1 + pairs : j2]:
            lines.append(Text(pad).append("+ " + line.text, "green"))
        counts["reworded"] += pairs
        counts["removed"] += i2 - i1 - pairs
        counts["added"] += j2 - j1 - pairs
    return counts


def _window(before: str, after: str, room: int, glyphs: Glyphs) -> tuple[Text, Text]:
    """Two versions of a line with what differs emphasised, cut so that it is seen."""
    old, new = before.split(" "), after.split(" ")
    head = _common_prefix_length(old, new)
    tail = _common_prefix_length(old[head:][::-1], new[head:][::-1])
    whole = max(len(before), len(after)) <= room
    first = 0 if whole or head <= _CONTEXT else head - _CONTEXT
    return (
        _emphasised(old, first, head, len(old) - tail, "red", room, glyphs),
        _emphasised(new, first, head, len(new) - tail, "green", room, glyphs),
    )


def _common_prefix_length(old: list[str], new: list[str]) -> int:
    for count, (old_word, new_word) in enumerate(zip(old, new, strict=False)):
        if old_word != new_word:
            return count
    return min(len(old), len(new))


def _emphasised(
    words: list[str], first: int, start: int, end: int, color: str, room: int, glyphs: Glyphs
) -> Text:
    text = Text(glyphs.ellipsis if first else "")
    for index, word in enumerate(words[first:], first):
        if index > first:
            text.append(" ")
        text.append(word, f"bold {color}" if start <= index < end else color)
    return cut(text, room, glyphs)


def known_fields(fields: Mapping[str, FieldChange], order: Iterable[str]) -> list[str]:
    """The names of fields in the order in which people look for them."""
    first = [name for name in order if name in fields]
    return first + [name for name in fields if name not in first]
