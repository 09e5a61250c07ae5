"""Issues and items below a heading, with the reason why they are there and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from backlog_sync.core.changes import FieldNote, PlanItem
from backlog_sync.core.escape import clean
from backlog_sync.render.canvas import Look, paragraph, spread

_MANY, _FIRST = 3, 2


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """An issue or item: title, number or place, why it is listed, and what to do about it."""

    title: str
    ref: str
    reason: str = ""
    hint: str = ""


def issue_list(
    title: str,
    note: str,
    issues: Sequence[ListedIssue],
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
    groups: dict[tuple[str, str], list[ListedIssue]] = {}
    for each in issues:
        groups.setdefault((each.reason, each.hint), []).append(each)
    for (reason, hint), group in groups.items():
        short = bool(reason) and len(group) > _MANY and not look.full
        for each in group[:_FIRST] if short else group:
            left = Text("  ").append(glyph or look.glyphs.orphan, style).append(" ")
            right = Text(clean(each.ref), "dim")
            lines.append(spread(left.append(clean(each.title)), right, look.columns, look.glyphs))
        if short:
            more = f"    {look.glyphs.ellipsis} and {len(group) - _FIRST} more (-v lists all)"
            lines.append(Text(more, "dim"))
        if reason:
            lines += paragraph(clean(reason), look.columns, look.glyphs, Text("    "), "dim")
        if hint:
            head = Text("    ").append(f"{look.glyphs.arrow} ", "cyan")
            lines += paragraph(clean(hint), look.columns, look.glyphs, head)
    return lines


def held_items(notes: Iterable[FieldNote], items: Iterable[PlanItem], look: Look) -> list[Text]:
    """Return the section of items for which nothing may be done, with their places."""
    places = {item.key: item.place for item in items}
    issues = []
    for note in notes:
        place = places.get(note.key)
        where = [f"{place.path}:{place.line}"] if place else []
        issues.append(
            ListedIssue(
                note.title or note.key,
                "  ".join([*where, note.ref or note.key]),
                note.reason,
                note.hint,
            )
        )
    return issue_list("Held", "left alone until fixed", issues, look, look.glyphs.warn, "magenta")
