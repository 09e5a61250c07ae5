"""Lay out lines of styled text to a width, and convert them to a string.

Trees and tables are rich's; it always gets text as `Text`, so that brackets in a title are never
markup.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from backlog_sync.core.escape import ZERO_WIDTH_SPACE, clean
from backlog_sync.dataclass import dataclass

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

NARROWEST = 40
"""The narrowest layout in columns; a narrower terminal wraps its lines."""
_ROOM_FOR_NOTE = 24
"""If fewer columns are left next to a title, its sentence goes on the next lines."""
_RIGID = 12
"""Width up to which a table's column is never folded: a date, a number, a short word."""
_LEAST = 8
"""The fewest columns of even the deepest row: a word, or the start of one."""
_ENDLESS = 10_000
"""Columns for rich if nothing is cut: more than any line needs."""
_CODE = re.compile(r"[^\s`]*`[^`]+`[^\s`]*|\S+")
"""A word, or a command in backticks with the brackets or the comma around it."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that lines are drawn with."""

    create: str = "+"
    update: str = "~"
    close: str = "-"
    reopen: str = "↺"
    adopt: str = "↪"
    forget: str = "○"
    warn: str = "!"
    defer: str = "↷"
    orphan: str = "?"
    arrow: str = "→"
    ellipsis: str = "…"
    dot: str = "·"
    dash: str = "—"
    tick: str = "✓"
    full: str = "█"
    empty: str = "░"
    none: str = "∅"


UNICODE = Glyphs()
ASCII = Glyphs(
    reopen="^",
    adopt="=",
    forget=".",
    defer=">",
    arrow="->",
    ellipsis="...",
    dot="|",
    dash="-",
    tick="x",
    full="#",
    empty=".",
    none="(none)",
)


@dataclass(frozen=True, slots=True)
class Look:
    """How text is laid out: columns, color, ASCII signs only, every detail or the usual ones.

    `guides` draws the lines of trees, for a terminal. `uncut` is for a pipe or a file: lines may
    then be longer than the width, so that a search finds everything. `inset` columns on the left
    are already in use.
    """

    width: int = 80
    color: bool = False
    ascii: bool = False
    full: bool = False
    guides: bool = False
    uncut: bool = False
    inset: int = 0

    @property
    def glyphs(self) -> Glyphs:
        """The characters to draw with."""
        return ASCII if self.ascii else UNICODE

    @property
    def columns(self) -> int:
        """The width to lay out for, never absurdly small."""
        return max(max(self.width, NARROWEST) - self.inset, _LEAST)

    def narrower(self, columns: int) -> "Look":
        """Return the same look for text that is indented by this many more columns."""
        return replace(self, inset=self.inset + columns)


def cut(text: Text, width: int, look: Look) -> Text:
    """Return the text, or as much of it as fits with an ellipsis."""
    if look.uncut or text.cell_len <= width:
        return text
    shorter = text.copy()
    shorter.truncate(max(0, width - cell_len(look.glyphs.ellipsis)), overflow="crop")
    shorter.rstrip()
    return shorter.append(look.glyphs.ellipsis)


def spread(left: Text, right: Text, look: Look, width: int | None = None) -> Text:
    """Return one line with the right part at the edge; the left part is cut if they do not fit."""
    width = look.columns if width is None else width
    if not right.cell_len:
        return cut(left, width, look)
    line = Text().append_text(cut(left, width - right.cell_len - 2, look))
    line.append(" " * max(2, width - line.cell_len - right.cell_len))
    return line.append_text(right)


def flow(
    head: Text,
    words: Sequence[Text],
    look: Look,
    width: int | None = None,
    *,
    hang: int | None = None,
) -> list[Text]:
    """Return words after a head, wrapped; later lines are indented by `hang`, else by the head."""
    width = look.columns if width is None else width
    hang = head.cell_len if hang is None else hang
    lines: list[Text] = []
    line = Text().append_text(head)
    empty = True
    for word in words:
        if not empty and line.cell_len + 1 + word.cell_len > width:
            lines.append(line)
            line = Text(" " * hang)
            empty = True
        if not empty:
            line.append(" ")
        line.append_text(cut(word, max(8, width - hang), look))
        empty = False
    lines.append(line)
    return lines


def listed(names: Iterable[str], style: str = "") -> list[Text]:
    """Return names as words with commas between them, for `flow`."""
    words = [Text().append(name, style) for name in names]
    for word in words[:-1]:
        word.append(",", "dim")
    return words


_FACT_STYLES = {"create": "green", "update": "yellow", "close": "red", "held": "magenta"}
"""Styles of facts by how their words begin, for what is planned and what is done."""


def fact_words(facts: Sequence[str]) -> list[Text]:
    """Return the facts of a summary as words with commas between them, for `flow`."""
    words = []
    for fact in facts:
        style = next((s for start, s in _FACT_STYLES.items() if f" {start}" in fact), "")
        words.append(Text().append(fact, style).append(","))
    for word in words[-1:]:
        word.right_crop()
    return words


_FEW = 3
"""Names shown on a terminal without -v before the rest is counted."""


def listed_names(names: Sequence[str], look: Look) -> list[str]:
    """Return names as one text, or nothing; a terminal shows the first few unless asked for all."""
    if look.full or look.uncut or len(names) <= _FEW + 1:
        return [", ".join(names)] if names else []
    return [f"{', '.join(names[:_FEW])} and {len(names) - _FEW} more"]


def paragraph(text: str, look: Look, head: Text, style: str = "") -> list[Text]:
    """Return untrusted text after a head, escaped and wrapped with a hanging indent.

    A command in backticks stays on one line if one holds it: half a command cannot be copied.
    """
    shown, room = clean(text), look.columns - head.cell_len
    spans = _CODE.findall(shown) if "`" in shown else shown.split()
    words = (part for span in spans for part in (span.split() if cell_len(span) > room else [span]))
    return flow(head, [Text(word, style) for word in words], look)


def heading(title: str, note: str, look: Look) -> list[Text]:
    """Return a title, followed by a dim sentence that explains it."""
    head = Text().append(title, "bold")
    if not note:
        return [head]
    if look.columns - head.cell_len < _ROOM_FOR_NOTE:
        return [head, *paragraph(note, look, Text("  "), "dim")]
    return paragraph(note, look, head.append("  "), "dim")


def stacked(sections: Iterable[Sequence[Text]]) -> list[Text]:
    """Return the sections with blank lines between them; leave out empty ones."""
    out: list[Text] = []
    for section in sections:
        if section:
            out.extend([Text(), *section] if out else section)
    return out


# ---- trees and tables ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """A line of a tree, with its right part at the edge, and the lines that belong to it."""

    left: Text
    right: Text
    look: Look
    below: tuple[Text, ...] = ()


def tree_lines(rows: Iterable[tuple[int, Leaf]], look: Look) -> list[Text]:
    """Lay out rows with their depths, each below the last one that is less deep.

    A tree is two columns deeper at each level. Without `guides` no lines are drawn: in a pipe a
    line begins with its subject.
    """
    leaves: list[tuple[int, Leaf]] = []
    for depth, leaf in rows:
        leaves.append((min(depth, leaves[-1][0] + 1 if leaves else 0), leaf))
    on, fork, end = ("| ", "| ", "` ") if look.ascii else ("│ ", "├ ", "└ ")
    if not look.guides:
        on = fork = end = "  "
    lines: list[Text] = []
    guides: list[str] = []
    for (level, leaf), goes_on in zip(leaves, _go_on([level for level, _ in leaves]), strict=True):
        width = look.columns - 2 * level
        del guides[max(0, level - 1) :]
        heads = [*guides, fork if goes_on else end] if level else []
        guides += [on if goes_on else "  "] if level else []
        own = [spread(leaf.left, leaf.right, look, width)]
        for line in (*own, *(cut(line, width, look) for line in leaf.below)):
            # A right part that is wider than the tree is the only line that is folded.
            fits = look.uncut or line.cell_len <= width
            for part in [line] if fits else drawn(line, look, width):
                head = Text.assemble(*((each, "dim") for each in heads))
                lines.append(head.append_text(part))
                heads = guides
    return lines


def _go_on(levels: Sequence[int]) -> list[bool]:
    """Return for each row of a tree whether another one of its level follows below the same row."""
    following: list[int] = []
    goes_on: list[bool] = []
    for level in reversed(levels):
        while following and following[-1] > level:
            following.pop()
        goes_on.append(level in following[-1:])
        if not goes_on[-1]:
            following.append(level)
    return goes_on[::-1]


def table_lines(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    look: Look,
    *,
    numbers: Sequence[str] = (),
    indent: int = 2,
) -> list[Text]:
    """Lay out a table below its dim header, if any; columns in `numbers` are aligned right.

    The cells must be escaped already. Only long cells are folded, and in a pipe none: a row is
    one line there. A table that does not fit is shown row by row, each value with its column's
    name.
    """
    cells = [[Text(each) if isinstance(each, str) else each for each in row] for row in rows]
    widths = [
        max((row[index].cell_len for row in cells), default=0) for index in range(len(columns))
    ]
    rigid = [
        max(width, cell_len(name)) <= _RIGID for width, name in zip(widths, columns, strict=True)
    ]
    needed = sum(
        (max(width, cell_len(name)) if fixed else _LEAST) + 2
        for width, name, fixed in zip(widths, columns, rigid, strict=True)
    )
    room = look.narrower(indent)
    if not look.uncut and needed > room.columns and any(columns):
        return [line for row in cells for line in _record(columns, row, look, indent)]
    from rich.table import Table  # noqa: PLC0415 - few outputs have one

    table = Table(
        box=None, pad_edge=False, header_style="dim", show_header=any(columns), padding=(0, 2, 0, 0)
    )
    for column, fixed in zip(columns, rigid, strict=True):
        right = column in numbers
        table.add_column(
            Text(column),
            justify="right" if right else "left",
            overflow="fold",
            no_wrap=look.uncut or right or fixed,
        )
    for row in cells:
        table.add_row(*row)
    return [Text(" " * indent).append_text(line) for line in drawn(table, room)]


def _record(columns: Sequence[str], row: Sequence[Text], look: Look, indent: int) -> list[Text]:
    """Return a row of a table that does not fit: its first cell, then values with their columns."""
    title = flow(Text(" " * indent), list(row[0].split(" ")), look)
    facts = [
        Text().append(f"{name} ", "dim").append_text(cell)
        for name, cell in zip(columns[1:], row[1:], strict=True)
        if cell.plain
    ]
    words = [word for fact in Text(", ").join(facts).split("\n") for word in fact.split(" ")]
    return [*title, *(flow(Text(" " * (indent + 2)), words, look) if words else [])]


def _console(**options: Any) -> "Console":
    """Return a console of rich, which takes long to load, and output in a pipe does not need it."""
    from rich.console import Console  # noqa: PLC0415 - see above

    return Console(**options)


def drawn(renderable: "RenderableType", look: Look, width: int | None = None) -> list[Text]:
    """Return the lines of a table or another renderable, for `paint`."""
    console = _console(
        file=StringIO(), width=look.columns, color_system=None, legacy_windows=False, _environ={}
    )
    width = width or (_ENDLESS if look.uncut else look.columns)
    options = replace(console.options, encoding="ascii" if look.ascii else "utf-8", max_width=width)
    lines = console.render_lines(renderable, options, pad=False)
    return [
        Text.assemble(*((part.text, part.style or Style.null()) for part in line if part.text))
        for line in lines
    ]


# ---- the string ----------------------------------------------------------------------------


def paint(lines: Iterable[Text], look: Look) -> str:
    """Return the lines as one string that ends with a newline; "" for no lines."""
    fitted = [cut(_spaced(line) if look.ascii else line, look.columns, look) for line in lines]
    if not fitted:
        return ""
    if look.color:
        out = StringIO()
        console = _console(
            file=out,
            force_terminal=True,
            color_system="standard",
            width=look.columns + 1,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )
        for line in fitted:
            line.rstrip()
            console.print(line, soft_wrap=True)
        return out.getvalue()
    return "".join(line.plain.rstrip() + "\n" for line in fitted)


def _spaced(line: Text) -> Text:
    """Return the line with a plain space in place of each zero-width space."""
    if ZERO_WIDTH_SPACE not in line.plain:
        return line
    copy = line.copy()
    copy.plain = line.plain.replace(ZERO_WIDTH_SPACE, " ")
    return copy


def wrapped(text: str, look: Look) -> str:
    """Return a text wrapped to the width; in a pipe it is one line."""
    if look.uncut:
        return f"{clean(text)}\n"
    return paint(paragraph(text, look, Text()), look)
