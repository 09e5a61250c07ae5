"""Parts of a text put together in another order, and where each offset comes to be."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """The lines of one item; `container` is the list or section that they are in."""

    start: int
    end: int
    container: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and what stands for it in the new one (None: itself)."""

    start: int
    end: int
    text: str | None = None


def joined(
    text: str, pieces: Sequence[Piece], offsets: Sequence[int]
) -> tuple[str, list[tuple[int, int]]]:
    """Return the new text, and a sort key for each offset that tells which comes first in it."""
    parts = [text[p.start : p.end] if p.text is None else p.text for p in pieces]
    order = [
        next(
            ((n, offset) for n, piece in enumerate(pieces) if piece.start <= offset < piece.end),
            (len(pieces), offset),
        )
        for offset in offsets
    ]
    return "".join(parts), order
