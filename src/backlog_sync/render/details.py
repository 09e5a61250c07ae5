"""Render one field's change as lines: before and after, members, or the parts of a body."""

from rich.text import Text

from backlog_sync.core.changes import FieldChange, JsonValue
from backlog_sync.core.escape import clean
from backlog_sync.render.body_diff import MOST_LINES, DiffLine, body_diff
from backlog_sync.render.canvas import Look, cut, flow, listed
from backlog_sync.render.view import plain_value

FIELD_WORDS = {"blocked_by": "blocked by", "issue_type": "type", "acceptance_criteria": "criteria"}
_CONTEXT = 3
"""Words kept on either side of the difference in a long line."""
_STYLES = {"+": "green", "-": "red", "[x]": "green", "[ ]": "yellow"}


def label(name: str) -> str:
    """Return the word that a field is shown with."""
    return FIELD_WORDS.get(name, clean(name))


def field_lines(name: str, change: FieldChange, look: Look, indent: int, column: int) -> list[Text]:
    """Return the lines of one field's change, its name padded to `column` cells."""
    head = Text(" " * indent)
    head.append(label(name).ljust(column), "dim")
    head.append("  ")
    before, after = change.before, change.after
    if isinstance(before, list) or isinstance(after, list):
        return _members(head, _names(before), _names(after), look)
    if name == "body" or "\n" in f"{before}{after}":
        return _body(head, str(before or ""), str(after or ""), look, titled=name == "body")
    return _scalar(head, change, look)


def value_text(value: JsonValue, look: Look) -> str:
    """Return one value as a person writes it, on one line."""
    return clean(plain_value(value, look.glyphs.none))


def _names(value: JsonValue) -> list[str]:
    return value if isinstance(value, list) else []


def _scalar(head: Text, change: FieldChange, look: Look) -> list[Text]:
    before = Text(value_text(change.before, look), "red" if change.before is not None else "dim")
    after = Text(value_text(change.after, look), "green" if change.after is not None else "dim")
    room = look.columns - head.cell_len
    if before.cell_len + after.cell_len + 3 <= room:
        line = head.copy().append_text(before)
        return [line.append(f" {look.glyphs.arrow} ", "dim").append_text(after)]
    old, new = _window(before.plain, after.plain, room - 2, look)
    return [
        head.copy().append("- ", "red").append_text(old),
        Text(" " * head.cell_len).append("+ ", "green").append_text(new),
    ]


def _members(head: Text, before: list[str], after: list[str], look: Look) -> list[Text]:
    words = [Text(f"+ {clean(name)}", "green") for name in after if name not in before]
    words += [Text(f"- {clean(name)}", "red") for name in before if name not in after]
    if not words:
        words = listed((clean(name) for name in after), "dim") or [Text(look.glyphs.none, "dim")]
        words.append(Text("(order)", "dim"))
    return flow(head, words, look)


def _body(head: Text, before: str, after: str, look: Look, *, titled: bool) -> list[Text]:
    out: list[Text] = []
    pad = Text(" " * (head.cell_len + 2))
    for part in body_diff(before, after):
        title = head.copy() if not out else Text(" " * head.cell_len)
        most = len(part.lines) if look.uncut or look.full else MOST_LINES
        label = f"{clean(part.title)}: " if titled else ""
        out.append(cut(title.append(label).append(part.facts, "dim"), look.columns, look))
        out += [pad.copy().append_text(_diff_line(line, look, look.columns - pad.cell_len))
                for line in part.lines[:most]]  # fmt: skip
        if len(part.lines) > most:
            more = f"{look.glyphs.ellipsis} {len(part.lines) - most} more lines"
            out.append(pad.copy().append(more, "dim"))
    return out or [head.copy().append("layout only", "dim")]


def _diff_line(line: DiffLine, look: Look, room: int) -> Text:
    style = _STYLES[line.sign]
    start = Text().append(f"{line.sign} ", style)
    text = clean(line.text)
    if line.other is None:
        return start.append(text, style)
    shown, _ = _window(text, clean(line.other), room - 2, look, (style, style))
    return start.append_text(shown)


def _window(
    before: str, after: str, room: int, look: Look, colors: tuple[str, str] = ("red", "green")
) -> tuple[Text, Text]:
    """Return two versions of a line, cut around their difference, which is emphasized."""
    old, new = before.split(" "), after.split(" ")
    head = _common_prefix_length(old, new)
    tail = _common_prefix_length(old[head:][::-1], new[head:][::-1])
    whole = look.uncut or max(len(before), len(after)) <= room
    first = 0 if whole or head <= _CONTEXT else head - _CONTEXT
    return (
        cut(_emphasized(old, first, head, len(old) - tail, colors[0], look), room, look),
        cut(_emphasized(new, first, head, len(new) - tail, colors[1], look), room, look),
    )


def _common_prefix_length(old: list[str], new: list[str]) -> int:
    for count, (old_word, new_word) in enumerate(zip(old, new, strict=False)):
        if old_word != new_word:
            return count
    return min(len(old), len(new))


def _emphasized(words: list[str], first: int, start: int, end: int, color: str, look: Look) -> Text:
    text = Text(look.glyphs.ellipsis if first else "")
    for index, word in enumerate(words[first:], first):
        if index > first:
            text.append(" ")
        text.append(word, f"bold {color}" if start <= index < end else color)
    return text
