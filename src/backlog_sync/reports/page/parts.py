"""The parts of the page, as rows and columns, with how many are left out."""

from collections.abc import Sequence
from dataclasses import replace

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import Sum
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.layout import OutlineRow, whole_outline
from backlog_sync.reports.values import Load, Report
from backlog_sync.reports.view import Audience, status

_DEEPEST = 5
_CARDS = 12
"""The most items in one column of the board."""
_ORDER = (Phase.TODO, Phase.DOING, Phase.DONE, Phase.DROPPED)


@dataclass(frozen=True, slots=True)
class Branch:
    """A top-level item with the shown items below it, and how many more there are."""

    item: WorkItem
    sum: Sum
    rows: tuple[OutlineRow, ...]
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A status with its items, and how many more there are."""

    name: str
    phase: Phase
    count: int
    items: tuple[WorkItem, ...]

    @property
    def hidden(self) -> int:
        """The number of items that are not shown."""
        return self.count - len(self.items)


def branches(report: Report, audience: Audience, most: int) -> tuple[Branch, ...]:
    """Return the top-level items; standalone items come last, in a branch without a title.

    Each has its items; for product only those with children. If there are more than `most` rows in
    total, each branch shows its share, open work first.
    """
    product = audience is Audience.PRODUCT
    parts = [
        (root, [_in_branch(row, root) for row in rows if row.sum or not root or not product])
        for root, rows in whole_outline(report).branches
    ]
    count = sum(len(rows) for _, rows in parts)
    share = min(1, most / count) if count else 1
    return tuple(_branch(root, rows, round(len(rows) * share)) for root, rows in parts)


def _in_branch(row: OutlineRow, root: OutlineRow | None) -> OutlineRow:
    return replace(row, depth=min(row.depth - (1 if root else 0), _DEEPEST))


def _branch(root: OutlineRow | None, rows: Sequence[OutlineRow], most: int) -> Branch:
    shown = _open_first(rows, most)
    hidden = len(rows) - len(shown)
    if root and root.sum:
        return Branch(root.item, root.sum, shown, hidden)
    keys = tuple(row.item.key for row in rows)
    return Branch(WorkItem("", "", "Without anything above"), Sum("", keys), shown, hidden)


def _open_first(rows: Sequence[OutlineRow], most: int) -> tuple[OutlineRow, ...]:
    """If there are too many, keep parents and open items; all in their order."""
    if len(rows) <= most:
        return tuple(rows)
    over = (Phase.DONE, Phase.DROPPED)
    ranked = sorted(
        range(len(rows)),
        key=lambda index: (not rows[index].sum, rows[index].item.phase in over, index),
    )
    kept = set(ranked[:most])
    return tuple(row for index, row in enumerate(rows) if index in kept)


def board(report: Report) -> tuple[Column, ...]:
    """Return leaf items by status, in the order of work; the first of each if there are many."""
    by_status: dict[tuple[Phase, str], list[WorkItem]] = {}
    for item in report.facts.items:
        if item.key not in report.sums:
            by_status.setdefault((item.phase, status(item)), []).append(item)
    return tuple(
        Column(name, phase, len(items), tuple(items[:_CARDS]))
        for (phase, name), items in sorted(
            by_status.items(), key=lambda each: _ORDER.index(each[0][0])
        )
    )


def loads(report: Report, most: int) -> tuple[list[Load], int]:
    """Return the load by quarter, overloads first, and how many rows are left out."""
    every = [load for load in report.load if "Q" in load.period and load.name]
    if len(every) > most:
        every = sorted(every, key=lambda load: -load.more)
    return every[:most], max(0, len(every) - most)


def used(load: Load) -> int | None:
    """Return the used percentage of the capacity; None without a capacity."""
    return round(100 * load.hours / load.capacity) if load.capacity else None
