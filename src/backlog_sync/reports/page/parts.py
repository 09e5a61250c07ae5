"""What the page shows, part by part, taken from the report: rows, columns, and how many are cut."""

from collections.abc import Sequence
from dataclasses import dataclass

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import Sum, outline
from backlog_sync.reports.values import Load, Report, Scheduled
from backlog_sync.reports.view import Audience, figure, status

_DEEPEST = 5
_CARDS = 12
"""Cards in one column of the board."""
_ORDER = (Phase.TODO, Phase.DOING, Phase.DONE, Phase.DROPPED)


@dataclass(frozen=True, slots=True)
class Row:
    """One item in a list: how deep it stands, and its sum where anything stands below it."""

    item: WorkItem
    depth: int
    sum: Sum | None
    points: str
    when: Scheduled | None


@dataclass(frozen=True, slots=True)
class Branch:
    """An item at the top with what is shown below it, and how many more there are."""

    item: WorkItem
    sum: Sum
    rows: tuple[Row, ...]
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
        """How many are not shown."""
        return self.count - len(self.items)


def branches(report: Report, audience: Audience, most: int) -> tuple[Branch, ...]:
    """The items at the top; what stands alone comes last, in a branch without a title.

    Below each stand its items, for product only those with something below them. Of more than
    `most` rows in all, each branch shows its share, open work first.
    """
    tree = outline(report.facts.items)
    days = {row.key: row for row in report.schedule.rows}
    every: dict[str, list[Row]] = {}
    for key, item in tree.items.items():
        *_, top = tree.above(key)
        total = report.sums.get(key)
        root = top.key if top.key in report.sums else ""
        below = every.setdefault(root, [])
        if key != root and (total or not root or audience is not Audience.PRODUCT):
            depth = min(tree.depth(key) - (1 if root else 0), _DEEPEST)
            points = figure(report.points[key]) if key in report.points else ""
            below.append(Row(item, depth, total, points, days.get(key)))
    count = sum(map(len, every.values()))
    share = min(1, most / count) if count else 1
    result = []
    for root, rows in every.items():
        shown = _open_first(rows, round(len(rows) * share))
        if root:
            hidden = len(rows) - len(shown)
            result.append(Branch(tree.items[root], report.sums[root], shown, hidden))
    if "" in every:
        lone = _open_first(every[""], round(len(every[""]) * share))
        keys = tuple(row.item.key for row in every[""])
        nobody = WorkItem("", "", "Without anything above")
        result.append(Branch(nobody, Sum("", keys), lone, len(every[""]) - len(lone)))
    return tuple(result)


def _open_first(rows: Sequence[Row], most: int) -> tuple[Row, ...]:
    """Of too many, what is above others and what is open stays; all in their order."""
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
    """Leaf items by status, in the order of work; of many, the first of each."""
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
    """The load by quarter, what is asked for too much first, and how many rows are cut."""
    every = [load for load in report.load if "Q" in load.period and load.name]
    if len(every) > most:
        every = sorted(every, key=lambda load: -load.more)
    return every[:most], max(0, len(every) - most)


def used(load: Load) -> int | None:
    """Per cent of the capacity that is asked for; None without a capacity."""
    return round(100 * load.hours / load.capacity) if load.capacity else None
