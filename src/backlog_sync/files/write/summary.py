"""Update the block between `<!-- backlog:summary -->` and its end."""

from collections.abc import Mapping, Sequence

from backlog_sync.core.rollup import Sum, add
from backlog_sync.files.outline import Kind, Line, default_eol
from backlog_sync.files.parsed import ParsedItem
from backlog_sync.files.write.edits import Edit

_LONGEST = 80
"""The most characters of a title in a summary: one line of a terminal."""


def summary_edits(
    text: str, lines: tuple[Line, ...], items: Sequence[ParsedItem], sums: Mapping[int, Sum]
) -> list[Edit]:
    """Return the edits that update every summary block of a file; none if no sums are known."""
    table = _table(items, sums)
    if not table:
        return []
    eol = default_eol(lines)
    edits = []
    for first, last in _blocks(lines):
        start, end = lines[first].next, lines[last].start
        body = "".join(line + eol for line in table)
        if text[start:end] != body:
            edits.append(Edit(start, end, body))
    return edits


def _blocks(lines: tuple[Line, ...]) -> list[tuple[int, int]]:
    """Return the rows of the first and the last line of every closed block."""
    blocks = []
    first: int | None = None
    for line in lines:
        if line.kind is not Kind.SUMMARY:
            first = None
        elif line.text.casefold() == "<!-- backlog:summary -->" and first is None:
            first = line.row
        elif line.text == "<!-- /backlog:summary -->" and first is not None:
            blocks.append((first, line.row))
            first = None
    return blocks


def _table(items: Sequence[ParsedItem], sums: Mapping[int, Sum]) -> list[str]:
    """Return the table: a row for each top-level item with items below it, and the sum."""
    rows: list[tuple[str, Sum]] = []
    for index, item in enumerate(items):
        known = sums.get(index)
        if item.parent is None and known is not None:
            rows.append((_name(item), known))
    if not rows:
        return []
    pointed = any(done.points for _, done in rows)
    total = add("", (done for _, done in rows))
    head = ["Item", "Done", *(["Points"] if pointed else []), "%"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    lines += [_row(name, done, pointed=pointed) for name, done in rows]
    if len(rows) > 1:
        lines.append(_row("**Total**", total, pointed=pointed))
    if total.unestimated and pointed:
        count = len(total.unestimated)
        lines += ["", f"{count} of {total.total} items without points."]
    return ["", *lines, ""]


def _row(name: str, done: Sum, *, pointed: bool) -> str:
    cells = [name, f"{done.done} of {done.total}"]
    if pointed:
        cells.append(f"{done.points_done:g} of {done.points:g}")
    return "| " + " | ".join([*cells, f"{done.percent} %"]) + " |"


def _name(item: ParsedItem) -> str:
    title = " ".join(item.document.title.split())
    title = title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1].rstrip()}…"
    return title.replace("\\", "").replace("|", "/").replace("<!--", "").replace("-->", "")
