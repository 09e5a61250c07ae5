"""The order of siblings: the desired order, and the fewest moves to get there."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from backlog_sync.core.normalize import digest
from backlog_sync.dataclass import dataclass

HASH = 6
"""Hex digits that identify a sibling in its parent's base."""


@dataclass(frozen=True, slots=True)
class Move:
    """A sibling to put right after another, or before one; exactly one is given."""

    key: str
    after: str | None = None
    before: str | None = None


def mark(key: str) -> str:
    """Return the hash by which a parent's base records a child."""
    return digest(key, HASH)


def record(keys: Iterable[str]) -> tuple[str, ...]:
    """Return what a parent's base records of the order of its children."""
    return tuple(map(mark, keys))


def wanted_order(
    desired: Sequence[str], observed: Sequence[str], base: Sequence[str]
) -> tuple[str, ...]:
    """Return the order of our siblings if GitHub owns it.

    `desired` is the file's order, `observed` GitHub's (which may have others in between), `base`
    the file's order at the last sync. The file's order is used if it changed since; else the order
    that people set on GitHub stays, and new items go if the file has them.
    """
    ours = set(desired)
    by_hash = dict(zip(record(desired), desired, strict=True))
    before = [by_hash[mark] for mark in base if mark in by_hash]
    placed = [key for key in observed if key in ours and key in before]
    known = set(placed)
    if [k for k in before if k in known] != [k for k in desired if k in known]:
        return tuple(desired)
    order = placed
    for place, key in enumerate(desired):
        if key not in known:
            previous = desired[place - 1] if place else None
            order.insert(order.index(previous) + 1 if previous is not None else 0, key)
    return tuple(order)


def moved_since(
    desired: Sequence[str], observed: Sequence[str], base: Sequence[str]
) -> tuple[str, ...]:
    """Return GitHub's order of those on record, if it differs from the record; else nothing."""
    by_hash = dict(zip(record(desired), desired, strict=True))
    before = [by_hash[mark] for mark in base if mark in by_hash and by_hash[mark] in set(observed)]
    placed = [key for key in observed if key in set(before)]
    return tuple(placed) if placed != before else ()


def moves(current: Sequence[str], target: Sequence[str]) -> tuple[Move, ...]:
    """Return the fewest moves, in the order in which to make them.

    The longest run that is already in order does not move.
    """
    place = {key: index for index, key in enumerate(current)}
    standing = longest_rising([place[key] for key in target])
    fixed = {current[index] for index in standing}
    planned: list[Move] = []
    for index, key in enumerate(target):
        if key in fixed:
            continue
        if index:
            planned.append(Move(key, after=target[index - 1]))
        else:
            planned.append(Move(key, before=next(k for k in target if k in fixed)))
    return tuple(planned)


def longest_rising(values: Sequence[int]) -> tuple[int, ...]:
    """Return a longest rising subsequence of different numbers."""
    ends: list[int] = []
    indexes: list[int] = []
    came_from: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(ends, value)
        came_from.append(indexes[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            indexes.append(index)
        else:
            ends[length], indexes[length] = value, index
    rising: list[int] = []
    index = indexes[-1] if indexes else -1
    while index >= 0:
        rising.append(values[index])
        index = came_from[index]
    return tuple(reversed(rising))
