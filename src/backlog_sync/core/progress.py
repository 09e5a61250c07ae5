"""Progress: what GitHub knows and the file should say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backlog_sync.core.model import IssueRef


@dataclass(frozen=True, slots=True)
class RollUp:
    """How much below an item is done: leaf items by count, and their points."""

    done: int
    total: int
    points_done: float = 0
    points_total: float = 0

    @property
    def percent(self) -> int:
        """Whole per cent, by points where there are any, else by count; rounded down."""
        if self.points_total:
            return int(100 * self.points_done / self.points_total)
        return int(100 * self.done / self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class ItemProgress:
    """What is to be written back for one item; None and empty mean: leave the file as it is.

    `status` is the board's word ("Todo", "In Progress", "Done"), or "Closed" for an issue that
    was closed as not planned. `ticks` maps the index of a criterion (as in
    `DesiredItem.criteria`) to whether it is ticked. `initial` says that the status is where every
    item starts. An initial status, or a `roll_up` with nothing done, adds no line to a file; it
    only corrects one that is there.
    """

    key: str
    issue: IssueRef | None = None
    url: str | None = None
    status: str | None = None
    ticks: Mapping[int, bool] = field(default_factory=dict)
    roll_up: RollUp | None = None
    initial: bool = False
