"""List issues and items below a heading, with the reason and the remedy."""

from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.escape import clean
from backlog_sync.render.canvas import Look, heading, paragraph, spread
from backlog_sync.render.view import Listed

_MANY, _FIRST = 3, 2
"""Up to `_MANY` with the same reason are all shown; of more, only the first `_FIRST`."""


def issue_list(
    title: str,
    note: str,
    rows: Sequence[Listed],
    look: Look,
    glyph: str = "",
    style: str = "yellow",
) -> list[Text]:
    """Return a list, below a heading if it has a title; what has the same remedy is grouped."""
    if not rows:
        return []
    lines = heading(title, note, look) if title else []
    groups: dict[tuple[str, str], list[Listed]] = {}
    for each in rows:
        groups.setdefault((each.reason, each.hint), []).append(each)
    for (reason, hint), group in groups.items():
        short = bool(reason) and len(group) > _MANY and not (look.full or look.uncut)
        for each in group[:_FIRST] if short else group:
            left = Text("  ").append(glyph or look.glyphs.orphan, style).append(" ")
            right = Text(clean("  ".join(filter(None, (each.place, each.ref)))), "dim")
            lines.append(spread(left.append(clean(each.title)), right, look))
        if short:
            more = f"    {look.glyphs.ellipsis} and {len(group) - _FIRST} more (-v lists all)"
            lines.append(Text(more, "dim"))
        if reason:
            lines += paragraph(reason, look, Text("    "), "dim")
        if hint:
            lines += paragraph(hint, look, Text("    ").append(f"{look.glyphs.arrow} ", "cyan"))
    return lines


def held_list(rows: Sequence[Listed], look: Look) -> list[Text]:
    """Return the section of held items."""
    return issue_list("Held", "left alone until fixed", rows, look, look.glyphs.warn, "magenta")
