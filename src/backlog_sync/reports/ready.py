"""What can be started now, in order, what is in progress, and what waits for what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from backlog_sync.core.facts import Facts, Phase, WorkItem
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.dates import due_days, planned_end, planned_start
from backlog_sync.reports.values import Schedule, Scheduled
from backlog_sync.reports.view import priority_rank

_OVER = (Phase.DONE, Phase.DROPPED)


@dataclass(frozen=True, slots=True)
class Blocker:
    """What an item waits for: an item of the backlog, or an issue elsewhere (`item` is None).

    `name` is the item's key, or the issue's `owner/repo#n`. `of` is the key of the item that is
    blocked: the waiting one, or a parent of it.
    """

    name: str
    item: WorkItem | None
    of: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that cannot be started, and why: open blockers, a later start, or a hold."""

    item: WorkItem
    blockers: tuple[Blocker, ...] = ()
    start: date | None = None
    held: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """The open leaf items. `items` can be started now, the first one first.

    `waiting` and `in_progress` are in document order. `critical` are the keys without slack, `due`
    maps keys to the date by which an item should be done, if there is one.
    """

    items: tuple[WorkItem, ...]
    waiting: tuple[Waiting, ...]
    in_progress: tuple[WorkItem, ...]
    critical: frozenset[str]
    due: dict[str, date]


def ready(facts: Facts, tree: Outline, planned: Schedule) -> Ready:
    """Return what can be started, what waits, and what is in progress.

    The order is by priority, then the critical path and the slack, then the due date.
    """
    due = due_days(facts.milestones)
    # Without dependencies, the "critical path" is only the largest item: it says nothing of order.
    rows = {row.key: row for row in planned.rows} if planned.links else {}
    critical = frozenset(key for key, row in rows.items() if row.critical)
    ends = {leaf.key: end for leaf in tree.leaves if (end := planned_end(tree, leaf.key, due))}

    def rank(item: WorkItem) -> tuple[object, ...]:
        row: Scheduled | None = rows.get(item.key)
        return (
            priority_rank(priority_of(tree, item.key)),
            item.key not in critical,
            row.slack if row else float("inf"),
            ends.get(item.key, date.max),
        )

    todo = [leaf for leaf in tree.leaves if leaf.phase is Phase.TODO]
    checked = [_waiting(tree, item, facts.today) for item in todo]
    free = [one.item for one in checked if not (one.blockers or one.start or one.held)]
    return Ready(
        items=tuple(sorted(free, key=rank)),
        waiting=tuple(one for one in checked if one.blockers or one.start or one.held),
        in_progress=tuple(leaf for leaf in tree.leaves if leaf.phase is Phase.DOING),
        critical=critical,
        due=ends,
    )


def priority_of(tree: Outline, key: str) -> str:
    """Return the priority of an item, or of its nearest parent that has one, else ""."""
    ancestor = tree.inherited(key, lambda item: item.priority)
    return (ancestor.priority if ancestor else None) or ""


def open_blockers(tree: Outline, key: str) -> Iterator[Blocker]:
    """Yield the open blockers of an item and of everything above it, each once.

    A parent that waits for something below itself does not block the rest below it.
    """
    seen: set[str] = set()
    for one in tree.above(key):
        for name in (*one.blocked_by, *one.linked, *one.waits_for):
            if name in seen or not is_open(tree, name):
                continue
            if one.key != key and name in tree.items and one in tree.above(name):
                continue
            seen.add(name)
            yield Blocker(name, tree.items.get(name), one.key)


def is_open(tree: Outline, name: str) -> bool:
    """Return whether a blocker is open.

    A parent is open as long as its issue is, and as long as work below it remains; one without an
    issue has no state of its own. What is not an item was not known to be closed.
    """
    item = tree.items.get(name)
    if item is None or tree.open(tree.below[name]):
        return True
    is_parent = tree.below[name] != (name,)
    return item.phase not in _OVER and not (is_parent and item.ref is None)


def _waiting(tree: Outline, item: WorkItem, today: date) -> Waiting:
    start = planned_start(tree, item.key)
    return Waiting(
        item=item,
        blockers=tuple(open_blockers(tree, item.key)),
        start=start if start and start > today else None,
        held=item.held,
    )
