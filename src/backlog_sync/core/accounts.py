"""How each line of a backlog's files was read: values for lint and init to show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from enum import Enum

from backlog_sync.dataclass import dataclass

BULLETS_FLAG = "--bullets items"
"""The flag that turns a bullet into an item; the reason of such a bullet names it."""


class Verdict(Enum):
    """How a line was read."""

    BLANK = "blank"
    ITEM = "item"
    FRAME = "frame"
    KNOWN = "no item"
    LEFT = "not taken"


@dataclass(frozen=True, slots=True)
class AccountedLine:
    """A line with the rule that matched it.

    `number` counts from 1; `reason` is why it is not an item, or further details.
    """

    number: int
    text: str
    verdict: Verdict
    rule: str = ""
    key: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The lines of one file; `loose` means Markdown whose bullets may be items."""

    path: str
    lines: tuple[AccountedLine, ...]

    @property
    def written(self) -> int:
        """The number of lines that are not blank."""
        return sum(line.verdict is not Verdict.BLANK for line in self.lines)

    @property
    def taken(self) -> int:
        """The number of lines that are part of an item, or add details to one."""
        return sum(line.verdict in (Verdict.ITEM, Verdict.FRAME) for line in self.lines)

    def of(self, *verdicts: Verdict) -> Iterator[AccountedLine]:
        """Yield the lines with one of these verdicts."""
        return (line for line in self.lines if line.verdict in verdicts)


@dataclass(frozen=True, slots=True)
class Left:
    """Lines that were not read as items for one reason: how many, and where the first one is."""

    reason: str
    path: str
    first: int
    count: int
    verdict: Verdict


def left_out(accounts: Iterable[Account]) -> list[Left]:
    """Return the reasons why lines are not in items, most lines first.

    Lines that were not read come before those that are known to be something else.
    """
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
    """An item of the outline with the items below it."""

    kind: str
    title: str
    key: str
    done: bool = False
    criteria: int = 0
    ticked: int = 0
    below: list["Branch"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A part of a file that may be meant differently, and settings that would change it.

    `answers` maps each possible kind to the settings for it, the likeliest first; `now` is how the
    part is read. `count` is the number of its lines or parts, `gain` the number of additional items
    with the first answer.
    """

    path: str
    line: int
    what: str
    question: str
    now: str
    count: int
    gain: int
    answers: Mapping[str, Mapping[str, object]]
