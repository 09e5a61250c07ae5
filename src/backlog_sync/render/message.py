"""Render a message for people: severity and slug, place, text, the line of the source, the hint."""

import re

from rich.cells import cell_len, chop_cells
from rich.text import Text

from backlog_sync.core.diagnostics import Place, Severity
from backlog_sync.core.escape import clean, split_lines, visible
from backlog_sync.render.canvas import Look, cut, flow, paint

_HANG = 4
"""Columns by which everything below the first line of a message is indented."""
_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_QUOTED = re.compile(r"'([^']+)'")
_WORD = re.compile(r"[\w.@/#-]+|\S")


def message_text(severity: Severity, slug: str, message: str, hint: str, look: Look) -> str:
    """Return a message about no place in a file, with its hint."""
    return paint(message_lines(severity, slug, message, hint, look), look)


def message_lines(
    severity: Severity,
    slug: str,
    message: str,
    hint: str,
    look: Look,
    place: Place | None = None,
    source: str = "",
) -> list[Text]:
    """Return `place: severity[slug] message`, the line of the source if given, and the hint.

    On a terminal the text is wrapped; in a pipe each line of the message is one line.
    """
    style = _STYLES[severity]
    head = [Text(f"{clean(str(place))}:", "bold")] if place else []
    head.append(Text().append(severity.value, f"bold {style}").append(f"[{slug}]", style))
    first, *rest = [Text(clean(line)) for line in split_lines(message)] or [Text()]
    lines = _laid_out([*head, first], look, 0)
    for line in rest:
        lines += _laid_out([line], look)
    if place and source.strip() and not look.uncut:
        lines += _excerpt(place, source, message, style, look)
    if hint:
        first, *rest = [Text(clean(line)) for line in split_lines(hint)]
        lines += _laid_out([Text("hint:", "cyan"), first], look)
        for line in rest:
            lines += _laid_out([line], look)
    return lines


def _laid_out(parts: list[Text], look: Look, indent: int = _HANG) -> list[Text]:
    """Return parts as one line in a pipe, else wrapped with a hanging indent and never cut."""
    line = Text(" ").join(parts)
    if look.uncut:
        return [Text(" " * indent).append_text(line)]
    words = [piece for word in line.split(" ") for piece in _pieces(word, look.columns - _HANG)]
    return flow(Text(" " * indent), words, look, hang=_HANG)


def _pieces(word: Text, width: int) -> list[Text]:
    """Return a word, in pieces if it is longer than a line."""
    if word.cell_len <= width:
        return [word]
    ends, at = [], 0
    for piece in chop_cells(word.plain, width):
        at += len(piece)
        ends.append(at)
    return list(word.divide(ends[:-1]))


# ---- the line of the source ----------------------------------------------------------------


def _excerpt(place: Place, source: str, message: str, style: str, look: Look) -> list[Text]:
    """Return the line with its number, and below it a mark under what the message is about."""
    bar = "|" if look.ascii else "│"
    number = f"{place.line:>{_HANG + 1}} "
    width = look.columns - len(number) - 2
    start, end = _span(source, place.column, message)
    before, marked, after = map(visible, (source[:start], source[start:end], source[end:]))
    room = width // 2
    if cell_len(before) > room and cell_len(before + marked) > width - len(look.glyphs.ellipsis):
        kept = before[-width:]
        while cell_len(kept) > room // 2:
            kept = kept[1:]
        before = look.glyphs.ellipsis + kept
    shown = cut(Text(before + marked + after), width, look)
    mark = "^" * max(1, min(cell_len(marked), shown.cell_len - cell_len(before)))
    empty = Text(" " * len(number)).append(bar, "dim")
    return [
        Text().append(f"{number}{bar} ", "dim").append_text(shown),
        empty.append(" " * (1 + cell_len(before))).append(mark, f"bold {style}"),
    ]


def _span(source: str, column: int, message: str) -> tuple[int, int]:
    """Return where the text that a message quotes begins and ends, else the word at the column."""
    start = min(column - 1, len(source))
    for quoted in _QUOTED.findall(message):
        match = re.compile(rf"(?<!\w){re.escape(quoted)}(?!\w)").search(source, start)
        if match:
            return match.span()
    word = _WORD.search(source, start)
    return word.span() if word else (start, start)
