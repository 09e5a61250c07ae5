"""What was read of a backlog's files, and what was not: values for those who show it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

BULLETS_FLAG = "--bullets items"
"""What the reason of a bullet names that this flag makes an item."""


class Verdict(Enum):
    """What became of a line."""

    BLANK = "blank"
    ITEM = "item"
    FRAME = "frame"
    KNOWN = "no item"
    LEFT = "not taken"


@dataclass(frozen=True, slots=True)
class AccountedLine:
    """A line with the rule that took it.

    `number` counts from 1; `reason` tells why it is no item, or more of what it is.
    """

    number: int
    text: str
    verdict: Verdict
    rule: str = ""
    key: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The lines of one file; `loose` tells that it is Markdown whose bullets may be items."""

    path: str
    lines: tuple[AccountedLine, ...]

    @property
    def written(self) -> int:
        """How many lines are not blank."""
        return sum(line.verdict is not Verdict.BLANK for line in self.lines)

    @property
    def taken(self) -> int:
        """How many lines are part of an item, or say something of them."""
        return sum(line.verdict in (Verdict.ITEM, Verdict.FRAME) for line in self.lines)

    def of(self, *verdicts: Verdict) -> Iterator[AccountedLine]:
        """The lines with one of these verdicts."""
        return (line for line in self.lines if line.verdict in verdicts)


@dataclass(frozen=True, slots=True)
class Left:
    """Lines that were not taken for one reason: how many, and the place of the first."""

    reason: str
    path: str
    first: int
    count: int
    verdict: Verdict


def left_out(accounts: Iterable[Account]) -> list[Left]:
    """Why lines are in no item, most lines first: what was not taken before what is known."""
    counts: dict[tuple[Verdict, str], Left] = {}
    for each in accounts:
        for line in each.of(Verdict.LEFT, Verdict.KNOWN):
            at = (line.verdict, line.reason)
            before = counts.get(at)
            first = before or Left(line.reason, each.path, line.number, 0, line.verdict)
            counts[at] = Left(*at[1:], first.path, first.first, first.count + 1, line.verdict)
    return sorted(counts.values(), key=lambda left: (left.verdict is Verdict.KNOWN, -left.count))


@dataclass(frozen=True, slots=True)
class Branch:
    """An item of the outline; `below` are those that stand below it."""

    kind: str
    title: str
    key: str
    done: bool = False
    criteria: int = 0
    ticked: int = 0
    below: list["Branch"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A part of a file that may be meant otherwise, and what the settings can say of it.

    `answers` give for each kind that it may be the settings that make it so, the likeliest first;
    `now` is how it is read. `count` are its lines or parts, and `gain` is how many items more
    there would be with the first answer.
    """

    path: str
    line: int
    what: str
    question: str
    now: str
    count: int
    gain: int
    answers: Mapping[str, Mapping[str, object]]
