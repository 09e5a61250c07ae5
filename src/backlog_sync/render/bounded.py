"""Size-limited GitHub Markdown, built block by block and cut at a row; what is cut is counted.

GitHub drops a step summary of more than 1 MiB whole, and refuses a comment of more than 65,536
characters (GitHub's documentation of job summaries, and of issue comments).
"""

from collections.abc import Iterable, Sequence
from dataclasses import field

from backlog_sync.dataclass import dataclass

SUMMARY_BYTES = 900 * 1024
"""Bytes of a step summary; GitHub drops all of one over 1 MiB."""
COMMENT_BYTES = 65_000
"""Bytes of a comment: GitHub accepts 65,536 characters, and our hidden mark needs some."""

TRACKING_BYTES = 56_000
"""Bytes of an issue that is kept up to date; the rest is room for what people add."""

_CELL = 600
"""The most characters shown of one value: longer ones leave no room for anything else."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows between an opening and a closing; a block without rows is left out.

    A `whole` block is shown with all of its rows or not at all: half a picture is useless.
    """

    opening: str
    rows: Sequence[str]
    closing: str = ""
    whole: bool = False


@dataclass(slots=True)
class BoundedText:
    """Text of a limited size in bytes; it counts what no longer fits."""

    room: int
    parts: list[str] = field(default_factory=list)
    left_out: int = 0

    def add(self, block: Block) -> None:
        """Add as many rows as fit, with opening and closing; after the first cut, add nothing."""
        frame = size(block.opening) + size(block.closing)
        if block.whole and (
            self.left_out or frame + sum(size(row) for row in block.rows) > self.room
        ):
            self.left_out += 1
            return
        fitting: list[str] = []
        for row in block.rows:
            more = size(row)
            if self.left_out or frame + more > self.room:
                self.left_out += 1
                continue
            fitting.append(row)
            self.room -= more
        if fitting:
            self.parts += [block.opening, *fitting, block.closing]
            self.room -= frame


def size(text: str) -> int:
    """Return the size of a text in bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    """Return a table below a title; the text in its cells must be escaped already."""
    opening = f"\n{title}\n\n{row(columns)}{row(['---'] * len(columns))}"
    return Block(opening, [row(each) for each in rows])


def row(cells: Sequence[str]) -> str:
    """Return one row of a table."""
    return f"| {' | '.join(cells)} |\n"


def cut(text: str) -> str:
    """Return a text, shortened with an ellipsis if it is too long for a table cell."""
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
