"""Lines of styled text that fit a width, and how they become a string."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from backlog_sync.core.escape import ZERO_WIDTH_SPACE

NARROWEST = 40
"""Below this many columns nothing is laid out further; a terminal may then wrap."""


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
    """How a text is to look: columns, colour, plain ASCII signs, every detail or the usual ones."""

    width: int = 80
    color: bool = False
    ascii: bool = False
    full: bool = False

    @property
    def glyphs(self) -> Glyphs:
        """The characters to draw with."""
        return ASCII if self.ascii else UNICODE

    @property
    def columns(self) -> int:
        """The width to lay out for, never absurdly small."""
        return max(self.width, NARROWEST)


def cut(text: Text, width: int, glyphs: Glyphs) -> Text:
    """The text, or as much of it as fits with an ellipsis."""
    if text.cell_len <= width:
        return text
    shorter = text.copy()
    shorter.truncate(max(0, width - cell_len(glyphs.ellipsis)), overflow="crop")
    shorter.rstrip()
    return shorter.append(glyphs.ellipsis)


def spread(left: Text, right: Text, width: int, glyphs: Glyphs) -> Text:
    """One line: left part, space, right part at the edge; the left part gives way."""
    if not right.cell_len:
        return cut(left, width, glyphs)
    line = cut(left, width - right.cell_len - 2, glyphs).copy()
    line.append(" " * (width - line.cell_len - right.cell_len))
    return line.append_text(right)


def flow(head: Text, words: Sequence[Text], width: int, glyphs: Glyphs) -> list[Text]:
    """Words after a head, wrapped; lines after the first hang below the first word."""
    hang = head.cell_len
    lines: list[Text] = []
    line = head.copy()
    empty = True
    for word in words:
        if not empty and line.cell_len + 1 + word.cell_len > width:
            lines.append(line)
            line = Text(" " * hang)
            empty = True
        if not empty:
            line.append(" ")
        line.append_text(cut(word, max(8, width - hang), glyphs))
        empty = False
    lines.append(line)
    return lines


def listed(names: Iterable[str], style: str = "") -> list[Text]:
    """Names as words with commas between them, for `flow`."""
    words = [Text().append(name, style) for name in names]
    for word in words[:-1]:
        word.append(",", "dim")
    return words


def paragraph(text: str, width: int, glyphs: Glyphs, head: Text, style: str = "") -> list[Text]:
    """Running text after a head, wrapped with a hanging indent."""
    return flow(head, [Text(word, style) for word in text.split()], width, glyphs)


def paint(lines: Iterable[Text], look: Look) -> str:
    """The lines as one string that ends with a newline; empty where there are none."""
    fitted = [
        cut(_spaced(line) if look.ascii else line, look.columns, look.glyphs) for line in lines
    ]
    if not fitted:
        return ""
    if look.color:
        out = StringIO()
        console = Console(
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
    """The line with a plain space where a workflow command was broken."""
    if ZERO_WIDTH_SPACE not in line.plain:
        return line
    copy = line.copy()
    copy.plain = line.plain.replace(ZERO_WIDTH_SPACE, " ")
    return copy
