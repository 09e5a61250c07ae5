"""Issues and items below a heading, with the reason why they are there and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from backlog_sync.core.changes import FieldNote, PlanItem
from backlog_sync.render.canvas import Look, paragraph, spread
from backlog_sync.render.escape import clean

_MANY, _FIRST = 3, 2


@dataclass(frozen=True, slots=True)
class Named:
    """An issue or item: title, number or place, why it is listed, and what to do about it."""

    title: str
    ref: str
    reason: str = ""
    hint: str = ""


def named_issues(
    title: str,
    note: str,
    issues: Sequence[Named],
    look: Look,
    glyph: str = "",
    style: str = "yellow",
) -> list[Text]:
    """Return a list under a heading; what has the same reason and remedy is listed together."""
    if not issues:
        return []
    lines = paragraph(
        note, look.columns, look.glyphs, Text().append(title, "bold").append("  "), "dim"
    )
    groups: dict[tuple[str, str], list[Named]] = {}
    for each in issues:
        groups.setdefault((each.reason, each.hint), []).append(each)
    for (reason, hint), mine in groups.items():
        short = bool(reason) and len(mine) > _MANY and not look.full
        for each in mine[:_FIRST] if short else mine:
            left = Text("  ").append(glyph or look.glyphs.orphan, style).append(" ")
            right = Text(clean(each.ref), "dim")
            lines.append(spread(left.append(clean(each.title)), right, look.columns, look.glyphs))
        if short:
            rest = f"    {look.glyphs.ellipsis} and {len(mine) - _FIRST} more (-v lists all)"
            lines.append(Text(rest, "dim"))
        if reason:
            lines += paragraph(clean(reason), look.columns, look.glyphs, Text("    "), "dim")
        if hint:
            head = Text("    ").append(f"{look.glyphs.arrow} ", "cyan")
            lines += paragraph(clean(hint), look.columns, look.glyphs, head)
    return lines


def held_items(notes: Iterable[FieldNote], items: Iterable[PlanItem], look: Look) -> list[Text]:
    """Return the section of items for which nothing may be done, with their places."""
    places = {item.key: item.place for item in items}
    told = []
    for note in notes:
        place = places.get(note.key)
        where = [f"{place.path}:{place.line}"] if place else []
        told.append(
            Named(
                note.title or note.key,
                "  ".join([*where, note.ref or note.key]),
                note.reason,
                note.hint,
            )
        )
    return named_issues("Held", "left alone until fixed", told, look, look.glyphs.warn, "magenta")
