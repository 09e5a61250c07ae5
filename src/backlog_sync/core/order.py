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
    desired: Sequence[str], now: Sequence[str], base: Sequence[str]
) -> tuple[str, ...]:
    """Give the order in which our siblings should stand if GitHub owns it.

    `desired` is the file's order, `now` GitHub's (others may stand between), `base` the order of
    the file at the last sync. The file's order counts where it changed since; else the order that
    people gave on GitHub stays, and what is new goes where the file has it.
    """
    ours = set(desired)
    by_hash = dict(zip(record(desired), desired, strict=True))
    before = [by_hash[mark] for mark in base if mark in by_hash]
    placed = [key for key in now if key in ours and key in before]
    known = set(placed)
    if [k for k in before if k in known] != [k for k in desired if k in known]:
        return tuple(desired)
    order = placed
    for place, key in enumerate(desired):
        if key not in known:
            previous = desired[place - 1] if place else None
            order.insert(order.index(previous) + 1 if previous is not None else 0, key)
    return tuple(order)


def moved_since(desired: Sequence[str], now: Sequence[str], base: Sequence[str]) -> tuple[str, ...]:
    """Give the order on GitHub of those on record, if it is not the one on record; else nothing."""
    by_hash = dict(zip(record(desired), desired, strict=True))
    before = [by_hash[mark] for mark in base if mark in by_hash and by_hash[mark] in set(now)]
    placed = [key for key in now if key in set(before)]
    return tuple(placed) if placed != before else ()


def moves(now: Sequence[str], wanted: Sequence[str]) -> tuple[Move, ...]:
    """Give the fewest moves, in the order in which they are to be made.

    Those of the longest run that stands right already stay where they are.
    """
    place = {key: index for index, key in enumerate(now)}
    standing = longest_rising([place[key] for key in wanted])
    stays = {now[index] for index in standing}
    made: list[Move] = []
    for index, key in enumerate(wanted):
        if key in stays:
            continue
        if index:
            made.append(Move(key, after=wanted[index - 1]))
        else:
            made.append(Move(key, before=next(k for k in wanted if k in stays)))
    return tuple(made)


def longest_rising(values: Sequence[int]) -> tuple[int, ...]:
    """Give a longest rising subsequence of different numbers."""
    ends: list[int] = []
    at: list[int] = []
    came_from: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(ends, value)
        came_from.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            at.append(index)
        else:
            ends[length], at[length] = value, index
    found: list[int] = []
    index = at[-1] if at else -1
    while index >= 0:
        found.append(values[index])
        index = came_from[index]
    return tuple(reversed(found))
