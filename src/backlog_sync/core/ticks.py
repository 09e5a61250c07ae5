"""Check boxes of the managed block: which one is which when texts change, and whose tick counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from backlog_sync.core import body as body_block
from backlog_sync.core.merge import merge_ticks
from backlog_sync.core.model import Base
from backlog_sync.core.order import longest_rising

_LIKE = 0.75
"""How much of two texts must be the same for the one to be the other, reworded (0 to 1)."""

_LONGEST = 300
_MOST = 40
"""Longer texts and further pairs are not compared: bodies are written by anybody."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """The boxes of one block by their keys: merged, as they stand on GitHub, and the base.

    What was reworded stands under its new key everywhere. Boxes that say in the file what a run
    wrote there have that for their base; `written` are those of which none was read yet.
    """

    merged: Mapping[str, bool]
    there: Mapping[str, bool]
    base: Mapping[str, bool]
    written: Mapping[str, bool]


def merge(desired: tuple[str, ...], observed: tuple[str, ...], base: Base) -> Ticks:
    """Merge the boxes of a block; `desired` and `observed` are its lines."""
    there, before, told = body_block.boxes(observed), dict(base.ticks), dict(base.written.ticks)
    for new, old in reworded(desired, observed).items():
        there[new] = there[old]
        for known in (before, told):
            if old in known:
                known[new] = known[old]
    wanted = body_block.boxes(desired)
    merged = merge_ticks(wanted, there, before, told)
    read = {key: done for key, done in wanted.items() if told.get(key) == done}
    left = {key: done for key, done in told.items() if wanted.get(key, done) != done}
    return Ticks(merged, there, before | read, left)


def reworded(desired: tuple[str, ...], observed: tuple[str, ...]) -> dict[str, str]:
    """Give the boxes that were reworded: the key that is wanted, and the one that stands there.

    A box is another one reworded where it stands between the same neighbours and differs little.
    """
    want, have = body_block.box_texts(desired), body_block.box_texts(observed)
    wanted, there = list(want), list(have)
    if wanted == there:
        return {}
    at = {key: index for index, key in enumerate(wanted)}
    place = {key: index for index, key in enumerate(there)}
    rising = longest_rising([place[key] for key in wanted if key in place])
    ends = [(at[there[index]], index) for index in rising]
    pairs: dict[str, str] = {}
    compared = 0
    last_want = last_have = -1
    for at_want, at_have in [*ends, (len(wanted), len(there))]:
        new = [key for key in wanted[last_want + 1 : at_want] if key not in have]
        old = [key for key in there[last_have + 1 : at_have] if key not in want]
        last_want, last_have = at_want, at_have
        if len(new) != len(old):
            continue
        for now, before in zip(new, old, strict=True):
            compared += 1
            if compared <= _MOST and _alike(want[now], have[before]):
                pairs[now] = before
    return pairs


def _alike(one: str, other: str) -> bool:
    if max(len(one), len(other)) > _LONGEST:
        return False
    matcher = SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False)
    return matcher.quick_ratio() >= _LIKE and matcher.ratio() >= _LIKE
