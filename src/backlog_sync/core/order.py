"""The order of siblings: what the file wants, and the fewest moves that make it so."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backlog_sync.core.normalize import digest

HASH = 6
"""Hex digits by which a sibling is known in its parent's base."""


@dataclass(frozen=True, slots=True)
class Move:
    """One sibling to be put directly behind another, or in front of one; exactly one is given."""

    key: str
    after: str | None = None
    before: str | None = None


def record(keys: Iterable[str]) -> tuple[str, ...]:
    """Give what a parent's base holds of the order of its children."""
    return tuple(digest(key, HASH) for key in keys)


def wanted_order(
    desired: Sequence[str], observed: Sequence[str], base: Sequence[str]
) -> tuple[str, ...]:
    """Give the order in which our siblings should stand if GitHub owns it.

    `desired` is the file's order, `observed` GitHub's (others may stand between), `base` the
    file's order at the last sync. The file's order counts where it changed since; else the order
    that people gave on GitHub stays, and what is new goes where the file has it.
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
    """Give the order on GitHub of those on record, if it is not the one on record; else nothing."""
    by_hash = dict(zip(record(desired), desired, strict=True))
    before = [by_hash[mark] for mark in base if mark in by_hash and by_hash[mark] in set(observed)]
    placed = [key for key in observed if key in set(before)]
    return tuple(placed) if placed != before else ()


def moves(current: Sequence[str], target: Sequence[str]) -> tuple[Move, ...]:
    """Give the fewest moves, in the order in which they are to be made.

    Those of the longest run that stands right already stay where they are.
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
    """Give a longest rising subsequence of different numbers."""
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
