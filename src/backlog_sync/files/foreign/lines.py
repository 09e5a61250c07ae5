"""Files that are lines: each with its number and its offsets, and letters for priorities."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINES = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_PRIORITIES = {"A": "High", "B": "Medium", "C": "Low"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its number, its text, and the offsets where it begins and where the next one does."""

    number: int
    text: str
    start: int
    after: int

    @property
    def end(self) -> int:
        """Where its text ends."""
        return self.start + len(self.text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A part of it by its offsets in the file."""
        return self.start + start, self.start + end


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text."""
    for number, match in enumerate(_LINES.finditer(text), 1):
        if match[0]:
            yield Line(number, match[1], match.start(), match.end())


def priority_of(letter: str) -> str:
    """The priority that a letter or a number means; behind `C` all are low."""
    return _PRIORITIES.get(letter, "Low")
