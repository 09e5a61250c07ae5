"""The base of labels, milestones, the board and its views: what was last applied to each.

It is in the marker of one issue of that repository, the carrier (ADR 8). An entry stands under the
name that was applied and holds what the thing is known by on GitHub, so that a rename is
recognized, and a hash for each part that the file declares.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core.body import SplitBody
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import Change, UpdateMilestone
from backlog_sync.core.locations import Location
from backlog_sync.core.marker import Base, DefinitionBase
from backlog_sync.core.matching import Matches
from backlog_sync.core.model import DesiredState
from backlog_sync.core.normalize import digest, fold
from backlog_sync.core.observed import (
    ObservedIssue,
    ObservedLabel,
    ObservedMilestone,
    ObservedProject,
    ObservedState,
    ObservedView,
)
from backlog_sync.core.trust import Trust, trust_in
from backlog_sync.dataclass import dataclass

MOST = 250
"""So many definitions are recorded at most: about 13,000 characters of the carrier's body."""

_HASH = 8
_PREFIXES = {
    ChangeKind.LABEL: "l",
    ChangeKind.MILESTONE: "m",
    ChangeKind.PROJECT: "p",
    ChangeKind.VIEW: "v",
}
RECORDED = tuple(_PREFIXES)
"""Kinds of definitions that have an entry."""

ENTRY_PARTS = {
    ChangeKind.LABEL: ("color", "description"),
    ChangeKind.MILESTONE: ("due", "description"),
    ChangeKind.PROJECT: ("description", "readme"),
    ChangeKind.VIEW: ("layout", "filter"),
}
"""The parts whose hashes an entry holds, in their order behind the id."""


CLOSED_DONE = "closed"
"""The entry of a milestone that was closed with everything in it done, under its `state_key`."""

_STATE = "s"
_VISIBILITY = "b"

VISIBILITY_KEY = f"{_VISIBILITY}{digest('', _HASH)}"
"""The key of the entry with the board's visibility.

An entry of its own, so that older versions, whose entries have two parts, read the record.
"""


Definitions: TypeAlias = Mapping[str, DefinitionBase]
"""Entries by their keys; see `entry_key`."""


def entry_key(kind: ChangeKind, name: str) -> str:
    """Return the key of an entry: GitHub ignores the case of a label, and not of a title.

    A backlog has one board, whatever it is called.
    """
    applied = name.strip() if kind is ChangeKind.MILESTONE else fold(name)
    if kind is ChangeKind.PROJECT:
        applied = ""
    return f"{_PREFIXES[kind]}{digest(applied, _HASH)}"


def state_key(title: str) -> str:
    """Return the key under which it is recorded that a milestone was closed with its work done.

    An entry of its own, so that older versions read the record and leave this out.
    """
    return f"{_STATE}{digest(title.strip(), _HASH)}"


def is_state_key(key: str) -> bool:
    """Return whether an entry is about the state of a milestone."""
    return key.startswith(_STATE)


def recorded_keys(change: Change) -> tuple[str, ...]:
    """Return the keys of the entries that record the change of a definition."""
    if isinstance(change, UpdateMilestone) and change.follows_issues:
        return (state_key(change.title),)
    key = entry_key(change.kind, change.title)
    return (key, VISIBILITY_KEY) if change.kind is ChangeKind.PROJECT else (key,)


Thing: TypeAlias = ObservedLabel | ObservedMilestone | ObservedProject | ObservedView
"""What GitHub has for a definition with an entry."""


def thing_id(thing: Thing) -> str:
    """Return what an entry knows a thing by."""
    if isinstance(thing, ObservedMilestone):
        return str(thing.number)
    return short_id(thing.id)


def short_id(node_id: str) -> str:
    """Return what an entry knows a thing without a number by."""
    return digest(node_id, _HASH)


def of_board(definitions: Definitions) -> dict[str, DefinitionBase]:
    """Return the entries of the board and its views."""
    prefixes = (_PREFIXES[ChangeKind.PROJECT], _VISIBILITY, _PREFIXES[ChangeKind.VIEW])
    return {key: entry for key, entry in definitions.items() if key.startswith(prefixes)}


def fitting(definitions: Definitions) -> dict[str, DefinitionBase]:
    """Return the entries that are recorded, labels last."""
    return {key: definitions[key] for key in sorted(definitions, key=_rank)[:MOST]}


def _rank(key: str) -> tuple[bool, str]:
    return key.startswith(_PREFIXES[ChangeKind.LABEL]), key


# ---- the carrier ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where one repository's definitions are recorded, and what is on record.

    `key` is the item whose issue carries the record, or is to carry it; None if there is none.
    `synced` says whether an issue there carries a marker, so that a difference is news.
    """

    key: str | None
    definitions: Definitions
    synced: bool


def carrier_of(
    location: Location,
    desired: DesiredState,
    observed: ObservedState,
    matches: Matches,
    skipped: Collection[str],
) -> Carrier:
    """Find the carrier of a repository: the first issue with a record, else the first of all.

    Only issues count whose record is trusted.
    If no issue is managed there yet, it is the first one that is created. The record of an issue
    whose item is gone still counts; its place is taken by the next one that is written.
    """
    keys = [item.key for item in location.items if item.key not in skipped]
    numbered = sorted(
        (match.issue.number, key)
        for key in keys
        if (match := matches.by_key.get(key)) and match.is_trusted
    )
    based = [(key, _base(matches.by_key[key].parts.marker)) for _, key in numbered]
    carrying = next(((key, base.definitions) for key, base in based if base.definitions), None)
    if carrying is not None:
        return Carrier(*carrying, synced=True)
    synced = any(matches.by_key[key].parts.marker is not None for _, key in numbered)
    new_keys = (key for key in keys if key not in matches.by_key and key not in matches.held)
    first = numbered[0][1] if numbered else next(new_keys, None)
    orphaned = (issue for _, issue in matches.orphans if _is_in(issue, location))
    for issue in sorted(orphaned, key=lambda orphan: orphan.number):
        writer_trust = trust_in(
            issue.author, observed.viewer, desired.settings, location.permissions
        )
        if writer_trust is Trust.TRUSTED:
            base = _base(body_block.split(issue.body).marker)
            if base.definitions:
                return Carrier(first, base.definitions, synced=True)
    return Carrier(first, {}, synced)


def _is_in(issue: ObservedIssue, location: Location) -> bool:
    return fold(issue.repository) == fold(location.name)


def _base(marker: object) -> Base:
    base = getattr(marker, "base", None)
    return base if isinstance(base, Base) else Base()


# ---- the record in a body ------------------------------------------------------------------


def may_record(body: str) -> bool:
    """Report quickly whether a body may hold a record; most do not."""
    return '"d":{' in body


def without(body: str, before: str, keys: Collection[str]) -> str:
    """Return a body whose entries under these keys are as in the body `before`, or are left out.

    For definitions whose change was planned and not made.
    """
    parts = body_block.split(body)
    if parts.marker is None or not keys:
        return body
    old_entries = _base(body_block.split(before).marker).definitions
    new_entries = parts.marker.base.definitions
    kept = {
        key: old_entries.get(key) if key in keys else entry for key, entry in new_entries.items()
    }
    return _with_entries(parts, {key: entry for key, entry in kept.items() if entry is not None})


def unrecorded(body: str) -> str:
    """Return a body without a record."""
    parts = body_block.split(body)
    return body if parts.marker is None else _with_entries(parts, {})


def with_ids(body: str, created_ids: Mapping[str, str]) -> str:
    """Return a body with the ids of what was made since it was planned, by the keys of entries.

    What was not made is left out.
    """
    parts = body_block.split(body)
    if parts.marker is None:
        return body
    ids = {
        k: entry[0] or created_ids.get(k, "") for k, entry in parts.marker.base.definitions.items()
    }
    record = parts.marker.base.definitions
    return _with_entries(parts, {k: (id_, *record[k][1:]) for k, id_ in ids.items() if id_})


def _with_entries(parts: SplitBody, record: Definitions) -> str:
    assert parts.marker is not None
    base = replace(parts.marker.base, definitions=record)
    return body_block.join(replace(parts, marker=replace(parts.marker, base=base)))
