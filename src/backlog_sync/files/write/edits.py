"""Changes of a text: spans of offsets and what is there instead. All else stays to the byte."""

from collections.abc import Sequence
from dataclasses import dataclass

from backlog_sync.files.write.wanted import NOT_IN_PLACE, CannotSay


@dataclass(frozen=True, slots=True)
class Edit:
    """A span of the text and what is there instead; an empty span is an insertion.

    Of insertions at one offset the one of the lowest `order` stands first: what ends a line has
    -1, what follows the line above 0, what precedes the line below 1.
    """

    start: int
    end: int
    text: str
    order: int = 0


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with its spans replaced. Raises CannotSay where two of them overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end > edit.start, edit.order)):
        if edit.start < at:
            raise CannotSay(NOT_IN_PLACE)
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])
