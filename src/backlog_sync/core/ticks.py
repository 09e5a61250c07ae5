"""Check boxes of the managed block: match them when texts change, and merge their ticks."""

from collections.abc import Mapping
from difflib import SequenceMatcher

from backlog_sync.core import body as body_block
from backlog_sync.core.marker import Base
from backlog_sync.core.merge import merge_ticks
from backlog_sync.core.order import longest_rising
from backlog_sync.dataclass import dataclass

_SIMILARITY = 0.75
"""The share of two texts that must match for one to be the other, reworded (0 to 1)."""

_LONGEST = 300
_MOST = 40
"""Limits of what is compared, because anybody can write long bodies."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """The boxes of one block by their keys: merged, on GitHub, and the base.

    Reworded boxes are under their new key everywhere. Boxes that a run wrote into the file have
    that as their base; `written` are those of which none was read yet.
    """

    merged: Mapping[str, bool]
    observed: Mapping[str, bool]
    base: Mapping[str, bool]
    written: Mapping[str, bool]


def merge(desired: tuple[str, ...], observed: tuple[str, ...], base: Base) -> Ticks:
    """Merge the boxes of a block; `desired` and `observed` are its lines."""
    observed_ticks, before, written = (
        body_block.boxes(observed),
        dict(base.ticks),
        dict(base.written.ticks),
    )
    for new, old in reworded(desired, observed).items():
        observed_ticks[new] = observed_ticks[old]
        for ticks in (before, written):
            if old in ticks:
                ticks[new] = ticks[old]
    desired_ticks = body_block.boxes(desired)
    merged = merge_ticks(desired_ticks, observed_ticks, before, written)
    read_ticks = {key: done for key, done in desired_ticks.items() if written.get(key) == done}
    unread = {key: done for key, done in written.items() if desired_ticks.get(key, done) != done}
    return Ticks(merged, observed_ticks, before | read_ticks, unread)


def reworded(desired: tuple[str, ...], observed: tuple[str, ...]) -> dict[str, str]:
    """Return the boxes that were reworded: the desired key, and the observed one.

    A box was reworded if it is between the same neighbors and differs little.
    """
    desired_keys, observed_keys = list(body_block.boxes(desired)), list(body_block.boxes(observed))
    if desired_keys == observed_keys:
        return {}
    desired_texts, observed_texts = body_block.box_texts(desired), body_block.box_texts(observed)
    at = {key: index for index, key in enumerate(desired_keys)}
    place = {key: index for index, key in enumerate(observed_keys)}
    rising = longest_rising([place[key] for key in desired_keys if key in place])
    ends = [(at[observed_keys[index]], index) for index in rising]
    pairs: dict[str, str] = {}
    compared = 0
    last_desired = last_observed = -1
    for at_desired, at_observed in [*ends, (len(desired_keys), len(observed_keys))]:
        new = [
            key for key in desired_keys[last_desired + 1 : at_desired] if key not in observed_texts
        ]
        old = [
            key
            for key in observed_keys[last_observed + 1 : at_observed]
            if key not in desired_texts
        ]
        last_desired, last_observed = at_desired, at_observed
        if len(new) != len(old):
            continue
        for after, before in zip(new, old, strict=True):
            compared += 1
            if compared <= _MOST and _is_similar(desired_texts[after], observed_texts[before]):
                pairs[after] = before
    return pairs


def _is_similar(text: str, other_text: str) -> bool:
    if max(len(text), len(other_text)) > _LONGEST:
        return False
    matcher = SequenceMatcher(None, text.casefold(), other_text.casefold(), autojunk=False)
    return matcher.quick_ratio() >= _SIMILARITY and matcher.ratio() >= _SIMILARITY
