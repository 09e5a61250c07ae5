"""What can be started now, in order, what is in progress, and what waits for what."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from backlog_sync.core.facts import Facts, Phase, WorkItem
from backlog_sync.core.normalize import fold
from backlog_sync.core.planning import WipLimit
from backlog_sync.core.rollup import Outline, team_of
from backlog_sync.dataclass import dataclass
from backlog_sync.reports.dates import due_days, planned_end, planned_start
from backlog_sync.reports.values import Schedule
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
class WipLoad:
    """How many items have a status that `wip` limits; `people` counts those of each login.

    `is_known` is False if the board has no such status.
    """

    status: str
    limit: int | None
    per_person: int | None
    count: int
    people: Mapping[str, int]
    is_known: bool = True

    @property
    def is_over(self) -> bool:
        """Whether there are more than the limit."""
        return self.limit is not None and self.count > self.limit

    @property
    def people_over(self) -> tuple[str, ...]:
        """The people with more of them than one person should have."""
        most = self.per_person
        return tuple(who for who, n in self.people.items() if most is not None and n > most)


@dataclass(frozen=True, slots=True)
class Ready:
    """The open leaf items. `items` can be started now, the first one first.

    `waiting` and `in_progress` are in document order. `critical` are the keys without slack, `due`
    maps keys to the date by which an item should be done, `priority` to its own or a parent's
    priority, `blocked` those in progress to their open blockers, and `stale` those in progress that
    nobody has touched for too long to the days since then; a key without a value is left out.
    `loads` are those of the whole backlog.
    """

    items: tuple[WorkItem, ...]
    waiting: tuple[Waiting, ...]
    in_progress: tuple[WorkItem, ...]
    critical: frozenset[str]
    due: Mapping[str, date]
    priority: Mapping[str, str]
    blocked: Mapping[str, tuple[Blocker, ...]]
    stale: Mapping[str, int]
    loads: tuple[WipLoad, ...] = ()


def ready(facts: Facts, tree: Outline, planned: Schedule) -> Ready:
    """Return what can be started, what waits, and what is in progress.

    The order is by priority, then the critical path and the slack, then the due date.
    """
    due_of = due_days(facts.milestones)
    # Without dependencies, the "critical path" is only the largest item: it says nothing of order.
    rows = {row.key: row for row in planned.rows} if planned.links else {}
    leaves = [leaf for leaf in tree.leaves if leaf.phase in (Phase.TODO, Phase.DOING)]
    critical = frozenset(
        leaf.key for leaf in leaves if leaf.key in rows and rows[leaf.key].critical
    )
    due = {leaf.key: end for leaf in leaves if (end := planned_end(tree, leaf.key, due_of))}
    priority = {leaf.key: word for leaf in leaves if (word := _priority(tree, leaf.key))}

    def rank(item: WorkItem) -> tuple[object, ...]:
        row = rows.get(item.key)
        return (
            priority_rank(priority.get(item.key, "")),
            item.key not in critical,
            row.slack if row else math.inf,
            due.get(item.key, date.max),
        )

    checked = [_waiting(tree, leaf, facts.today) for leaf in leaves if leaf.phase is Phase.TODO]
    waiting = tuple(one for one in checked if one.blockers or one.start or one.held)
    waits = {one.item.key for one in waiting}
    doing = tuple(leaf for leaf in leaves if leaf.phase is Phase.DOING)
    blocked = {leaf.key: tuple(open_blockers(tree, leaf.key)) for leaf in doing}
    idle = {leaf.key: (facts.today - leaf.updated).days for leaf in doing if leaf.updated}
    return Ready(
        items=tuple(sorted((o.item for o in checked if o.item.key not in waits), key=rank)),
        waiting=waiting,
        in_progress=doing,
        critical=critical,
        due=due,
        priority=priority,
        blocked={key: blockers for key, blockers in blocked.items() if blockers},
        stale={key: days for key, days in idle.items() if days >= facts.planning.stale_days},
        loads=tuple(_load(limit, leaves, facts.statuses) for limit in facts.planning.wip),
    )


def _load(limit: WipLimit, leaves: Sequence[WorkItem], statuses: Sequence[str]) -> WipLoad:
    having = [leaf for leaf in leaves if fold(leaf.status or "") == fold(limit.status)]
    people = Counter(login for leaf in having for login in leaf.assignees)
    is_known = not statuses or fold(limit.status) in map(fold, statuses)
    return WipLoad(limit.status, limit.limit, limit.per_person, len(having), people, is_known)


NOBODY = "none"
"""The word for items that are assigned to nobody."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items to show; None for all. `assignee` is a login, or `NOBODY`."""

    assignee: str | None = None
    team: str | None = None
    label: str | None = None
    milestone: str | None = None
    kind: str | None = None

    def __bool__(self) -> bool:
        return self != Choice()

    def includes(self, item: WorkItem, tree: Outline) -> bool:
        """Return whether an item is chosen."""
        people = [fold(login) for login in item.assignees]
        return (
            (self.assignee is None or _is_for(fold(self.assignee.removeprefix("@")), people))
            and _is(self.team, team_of(tree, item.key))
            and (self.label is None or fold(self.label) in map(fold, item.labels))
            and _is(self.milestone, item.milestone)
            and _is(self.kind, item.kind)
        )


def _is_for(login: str, people: Sequence[str]) -> bool:
    return not people if login == NOBODY else login in people


def _is(name: str | None, value: str | None) -> bool:
    return name is None or fold(name) == fold(value or "")


def chosen(answer: Ready, tree: Outline, choice: Choice) -> Ready:
    """Return only the chosen items; limits of work in progress are those of the whole backlog."""
    return replace(
        answer,
        items=tuple(item for item in answer.items if choice.includes(item, tree)),
        waiting=tuple(one for one in answer.waiting if choice.includes(one.item, tree)),
        in_progress=tuple(item for item in answer.in_progress if choice.includes(item, tree)),
    )


def _priority(tree: Outline, key: str) -> str:
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
