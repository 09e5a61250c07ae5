"""One item whole: the file's plan, its state on GitHub, and what it is connected with."""

from collections.abc import Iterator, Mapping
from datetime import date

from backlog_sync.core.facts import Facts, WorkItem
from backlog_sync.core.fields import STATUS
from backlog_sync.core.model import BoardValue, DesiredItem
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.rollup import Outline, Sum, sums
from backlog_sync.core.words import RECORD
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.dates import due_days, planned_end
from backlog_sync.reports.ready import Blocker, is_open, open_blockers

_OF_ITEMS = (STATUS, RECORD, "Priority", "Story Points", "Effort", "Start", "Start date", "Target",
             "Target date")  # fmt: skip
"""Fields of boards and issues that are shown as a value of the item, whatever they are called."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Sub-issues of an item's issue that are not in the plan, and how many of them are closed."""

    count: int
    closed: int


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """An item with what it is connected with; `desired` is what the file declares.

    `parents` are those above it, the nearest first. `blockers` are all, open and done, and the open
    ones of parents; `open_blockers` are the names of the open ones. `blocks` are the items that
    wait for it. `sum` is that of the items below it, None if there are none. `board` are its other
    values, by the name of the field.
    """

    desired: DesiredItem
    work: WorkItem
    issue: ObservedIssue | None
    parents: tuple[WorkItem, ...]
    children: tuple[WorkItem, ...]
    sum: Sum | None
    outside: Outside | None
    blockers: tuple[Blocker, ...]
    open_blockers: frozenset[str]
    blocks: tuple[WorkItem, ...]
    priority: str
    due: date | None
    points: float | None
    board: Mapping[str, BoardValue]


def item_detail(
    desired: DesiredItem, facts: Facts, tree: Outline, issues: Mapping[str, ObservedIssue]
) -> ItemDetail:
    """Return an item with what it is connected with; `issues` are those of items, by key."""
    key, work, issue = desired.key, tree.items[desired.key], issues.get(desired.key)
    children = tuple(item for item in facts.items if tree.parents[item.key] == key)
    blockers = tuple(_blockers(tree, key))
    priority = tree.inherited(key, lambda item: item.priority)
    return ItemDetail(
        desired=desired,
        work=work,
        issue=issue,
        parents=tuple(tree.above(key))[1:],
        children=children,
        sum=sums(tree).get(key),
        outside=Outside(work.outside, work.outside_closed) if work.outside else None,
        blockers=blockers,
        open_blockers=frozenset(one.name for one in blockers if is_open(tree, one.name)),
        blocks=tuple(item for item in facts.items if key in (*item.blocked_by, *item.linked)),
        priority=(priority.priority if priority else None) or "",
        due=planned_end(tree, key, due_days(facts.milestones)),
        points=work.points if children else tree.points.get(key),
        board={
            name: value
            for name, value in _board(desired, issue).items()
            if name not in _OF_ITEMS and value not in (None, ())
        },
    )


def _blockers(tree: Outline, key: str) -> Iterator[Blocker]:
    """Yield the item's own blockers, and the open ones of its parents, each once."""
    work, seen = tree.items[key], set()
    for name in dict.fromkeys((*work.blocked_by, *work.linked, *work.waits_for)):
        seen.add(name)
        yield Blocker(name, tree.items.get(name), key)
    yield from (one for one in open_blockers(tree, key) if one.name not in seen)


def _board(desired: DesiredItem, issue: ObservedIssue | None) -> dict[str, BoardValue]:
    """Return the values of the board and of issue fields: GitHub's, else the file's."""
    values = {**desired.board, **desired.issue_fields}
    if issue is not None:
        values |= {**(issue.card.values if issue.card else {}), **issue.field_values}
    return values
