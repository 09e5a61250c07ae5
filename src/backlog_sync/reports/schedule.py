"""The schedule given the dependencies: the earliest dates, slack, critical path.

Leaf items with remaining work are scheduled from the report's date on, each as early as its
dependencies (and its own `start`) allow, on working days. It assumes unlimited people; the load
covers that. An item that depends on a parent depends on all its leaves; if a parent depends on
something, all its leaves do. Finished work does not block anything, and work in progress is
scheduled with its whole duration.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date

from backlog_sync.core.facts import MilestoneFact
from backlog_sync.core.graph import cycles
from backlog_sync.core.planning import PlanningSettings
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.dates import due_days, planned_end, planned_start
from backlog_sync.reports.forecast import NOTHING_LEFT
from backlog_sync.reports.values import Schedule, Scheduled
from backlog_sync.reports.workdays import (
    nth_workday,
    workday_on_or_after,
    workdays,
    workdays_before,
)

_DAY = 1_000
"""Durations are in thousandths of a day, so that sums and comparisons are exact."""
_LONGEST = 100_000 * _DAY
_WIDEST = 200
"""The most pairs of leaves for which a link between two parents is expanded."""


def schedule(
    tree: Outline,
    milestones: Sequence[MilestoneFact],
    planning: PlanningSettings,
    today: date,
    velocity: float | None,
) -> Schedule:
    """Return the schedule; `velocity` (points per week) converts points to days, if given."""
    rows = tree.open(leaf.key for leaf in tree.leaves)
    if not rows:
        return Schedule(reason=NOTHING_LEFT)
    links = _links(tree)
    edges = _edges(tree, links)
    after = _successors(tree, rows, links)
    order = _in_waiting_order(after)
    if order is None:
        return Schedule(edges=edges, links=links, reason=_cycle_reason(after))
    base = workdays_before(workday_on_or_after(today))
    usual = _mean_points(tree, rows)
    lengths = {key: _length(tree, key, planning, velocity, usual, today) for key in rows}
    earliest_start = {key: _earliest_start(tree, key, base) for key in rows}
    early, late = _earliest_and_latest_starts(
        after, order, {k: n for k, (n, _) in lengths.items()}, earliest_start
    )
    due = due_days(milestones)
    scheduled = []
    for key in rows:
        length, by = lengths[key]
        first = nth_workday(base + early[key] // _DAY)
        last = max(first, nth_workday(base + math.ceil((early[key] + length) / _DAY) - 1))
        deadline = planned_end(tree, key, due)
        slack = late[key] - early[key]
        scheduled.append(
            Scheduled(
                key=key,
                first=first,
                last=last,
                days=length / _DAY,
                slack=slack / _DAY,
                critical=slack == 0,
                by=by,
                late=max(0, (last - deadline).days) if deadline else 0,
            )
        )
    sizes = {key: size for key, (size, _) in lengths.items()}
    end = max(early[key] + sizes[key] for key in rows)
    return Schedule(
        rows=tuple(scheduled),
        path=_critical_path(after, early, sizes, end),
        days=end / _DAY,
        ends=max(row.last for row in scheduled),
        edges=edges,
        links=links,
        velocity=velocity if any(row.by == "points" for row in scheduled) else None,
    )


def _links(tree: Outline) -> tuple[tuple[str, str], ...]:
    """Return the declared (before, after) pairs between items with remaining work.

    A pair of an item and its own parent says nothing about time, and is left out.
    """
    links: dict[tuple[str, str], None] = {}
    open_keys = {key for key, below in tree.below.items() if tree.open(below)}
    for item in tree.items.values():
        if item.key not in open_keys:
            continue
        above = {one.key for one in tree.above(item.key)}
        for before in item.blocked_by:
            if before not in open_keys or before in above:
                continue
            if item.key not in {one.key for one in tree.above(before)}:
                links[before, item.key] = None
    return tuple(links)


def _edges(tree: Outline, links: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the links between leaf items, each pair once."""
    edges: dict[tuple[str, str], None] = {}
    for before, after in links:
        firsts, seconds = tree.open(tree.below[before]), tree.open(tree.below[after])
        if len(firsts) * len(seconds) <= _WIDEST:
            edges.update(dict.fromkeys((first, second) for first in firsts for second in seconds))
    return tuple(edges)


def _successors(
    tree: Outline, rows: Sequence[str], links: Sequence[tuple[str, str]]
) -> dict[str, list[str]]:
    """Return the successors of each node. A parent has a beginning and an end."""
    after: dict[str, list[str]] = {key: [] for key in rows}
    inner = {key for pair in links for key in pair if key not in after}
    for before, waiting in links:
        source, goal = before, waiting
        if before in inner:
            source = f"{before}\nend"
            if source not in after:
                after[source] = []
                for leaf in tree.open(tree.below[before]):
                    after[leaf].append(source)
        if waiting in inner:
            goal = f"{waiting}\nbeginning"
            if goal not in after:
                after[goal] = list(tree.open(tree.below[waiting]))
        after[source].append(goal)
    return after


def _in_waiting_order(after: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Return the nodes, each after its dependencies; None if there is a cycle."""
    waits = dict.fromkeys(after, 0)
    for others in after.values():
        for other in others:
            waits[other] += 1
    ready = [node for node, count in waits.items() if not count]
    for node in ready:
        for other in after[node]:
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    return ready if len(ready) == len(after) else None


def _cycle_reason(after: Mapping[str, Sequence[str]]) -> str:
    """Return a sentence that names the items of a circular dependency."""
    names = dict.fromkeys(node.partition("\n")[0] for node in cycles(after)[0])
    chain = " → ".join([*names, next(iter(names))])
    return f"There is no schedule: circular dependency: {chain}."


def _mean_points(tree: Outline, rows: Sequence[str]) -> float:
    """Return the mean of the points of these items, 0 if none has any."""
    points = [tree.points[key] for key in rows if key in tree.points]
    return sum(points) / len(points) if points else 0


def _length(
    tree: Outline,
    key: str,
    planning: PlanningSettings,
    velocity: float | None,
    usual: float,
    today: date,
) -> tuple[int, str]:
    """Return the duration in thousandths of a working day, and its source.

    Without a pace it is a guess: one day, or if the item has points, one day for `usual` points, so
    that the critical path is the one with the most points.
    """
    item = tree.items[key]
    hours, points = tree.hours.get(key), tree.points.get(key)
    if hours is not None and planning.hours_per_week > 0:
        return _thousandths(hours / planning.hours_per_week * 5), "hours"
    if points is not None and velocity and velocity > 0:
        return _thousandths(points / velocity * 5), "points"
    if item.start and item.target and item.target >= item.start:
        return _between(item.start, item.target, today), "dates"
    if points is not None and usual > 0:
        return _thousandths(points / usual), "guess"
    return _DAY, "guess"


def _between(start: date, target: date, today: date) -> int:
    """Return the working days that remain between an item's own dates, at least one."""
    return _DAY * max(1, workdays(max(start, today), target))


def _thousandths(days: float) -> int:
    return max(0, round(min(days * _DAY, _LONGEST)))


def _earliest_start(tree: Outline, key: str, base: int) -> int:
    """Return the time before which an item does not start."""
    start = planned_start(tree, key)
    if start is None:
        return 0
    return _DAY * max(0, workdays_before(workday_on_or_after(start)) - base)


def _earliest_and_latest_starts(
    after: Mapping[str, Sequence[str]],
    order: Sequence[str],
    lengths: Mapping[str, int],
    earliest_start: Mapping[str, int],
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the earliest start of each node, and the latest with the same end."""
    early = {node: earliest_start.get(node, 0) for node in order}
    for node in order:
        done = early[node] + lengths.get(node, 0)
        for other in after[node]:
            early[other] = max(early[other], done)
    end = max(early[node] + lengths.get(node, 0) for node in order)
    late: dict[str, int] = {}
    for node in reversed(order):
        latest = min((late[other] for other in after[node]), default=end)
        late[node] = latest - lengths.get(node, 0)
    return early, late


def _critical_path(
    after: Mapping[str, Sequence[str]],
    early: Mapping[str, int],
    lengths: Mapping[str, int],
    end: int,
) -> tuple[str, ...]:
    """Return one longest chain, from its first item to the one that ends last."""
    before: dict[str, list[str]] = {node: [] for node in after}
    for node, others in after.items():
        for other in others:
            before[other].append(node)
    current = next((key for key in lengths if early[key] + lengths[key] == end), None)
    chain: list[str] = []
    while current is not None:
        if current in lengths:
            chain.append(current)
        start = early[current]
        current = next((n for n in before[current] if early[n] + lengths.get(n, 0) == start), None)
    return tuple(reversed(chain))
