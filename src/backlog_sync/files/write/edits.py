"""Replace spans of a text; all other bytes stay the same."""

from collections.abc import Sequence

from backlog_sync.dataclass import dataclass
from backlog_sync.files.outline import line_spans
from backlog_sync.files.write.new_values import NOT_IN_PLACE, UnwritableError


@dataclass(frozen=True, slots=True)
class Edit:
    """A span of the text and its replacement; an empty span is an insertion.

    Insertions at the same offset are ordered by `order`: -1 for text that ends a line, 0 for text
    that follows the line above, 1 for text that precedes the line below.
    """

    start: int
    end: int
    text: str
    order: int = 0


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with its spans replaced. Raises UnwritableError if two spans overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end > edit.start, edit.order)):
        if edit.start < at:
            raise UnwritableError(NOT_IN_PLACE)
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def behind_line(text: str, at: int, lines: Sequence[str]) -> Edit:
    """Return the edit that puts lines behind the line that contains an offset."""
    spans = line_spans(text)
    end, eol = next((end, eol) for _, end, eol in spans if end >= at)
    if not eol:
        first = next((each for *_, each in spans if each), "\n")
        return Edit(end, end, "".join(first + each for each in lines))
    at = end + len(eol)
    return Edit(at, at, "".join(each + eol for each in lines))
