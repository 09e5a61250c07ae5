"""Digests of a plan's inputs: what must still hold when a stored plan is applied."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from operator import attrgetter
from typing import Any, TypeAlias

from backlog_sync.core.changes import Change
from backlog_sync.core.diagnostics import Place
from backlog_sync.core.fields import SETS
from backlog_sync.core.matching import Matches
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.plan import Digests
from backlog_sync.core.plan_json import ROW, ChangeRow

SHORT_DIGEST = 12
"""Hex digits of a digest for people: no two plans of a backlog will ever share them by chance."""


def digests_of(
    desired: DesiredState, observed: ObservedState, matches: Matches, changes: Collection[Change]
) -> Digests:
    """Hash each input by what it means: not by when an issue was touched, not by its order.

    The order of siblings has a meaning.
    """
    return _Digests(
        desired=lambda: _of_desired(desired),
        observed=lambda: _of_observed(observed),
        base=lambda: _digest([k, m.parts.marker] for k, m in sorted(matches.by_key.items())),
        plan=lambda: _of_changes(changes, observed),
    )


def with_changes(digests: Digests, changes: Collection[Change], observed: ObservedState) -> Digests:
    """Return the digests of a plan from the same inputs with other changes."""
    return _Digests(
        desired=lambda: digests.desired,
        observed=lambda: digests.observed,
        base=lambda: digests.base,
        plan=lambda: _of_changes(changes, observed),
    )


class _Digests(Digests):
    """Digests that are computed when they are first read.

    Only saved plans and JSON have all of them, many runs read none, and those of a large backlog
    take as long as a part of its plan.
    """

    __slots__ = ("_compute",)
    _compute: dict[str, Callable[[], str]]

    def __init__(self, **compute: Callable[[], str]) -> None:
        object.__setattr__(self, "_compute", compute)

    def __getattr__(self, name: str) -> str:
        if name not in Digests.__slots__:
            raise AttributeError(name)
        object.__setattr__(self, name, self._compute.pop(name)())
        digest: str = getattr(self, name)
        return digest


def _of_desired(desired: DesiredState) -> str:
    families: dict[str, list[str]] = {}
    for item in desired.items:
        if item.parent:
            families.setdefault(item.parent, []).append(item.key)
    return _digest(
        [
            *sorted(desired.items, key=attrgetter("key")),
            *sorted(desired.labels, key=attrgetter("name")),
            *sorted(desired.milestones, key=attrgetter("title")),
            [desired.backlog_id, desired.project, desired.settings, families],
            *sorted(desired.issue_fields, key=attrgetter("name")),
        ]
    )


def _of_observed(observed: ObservedState) -> str:
    project = observed.project
    if project is not None:
        project = replace(project, fields=tuple(sorted(project.fields, key=lambda f: f.name)))
    return _digest(
        [
            *map(_normalized, sorted(observed.issues, key=attrgetter("repository", "number"))),
            *sorted(observed.labels, key=attrgetter("name")),
            *sorted(observed.milestones, key=attrgetter("number")),
            [project, observed.repository, sorted(observed.issue_types or ())],
            *([other.repository, other.labels, other.milestones] for other in observed.others),
            *sorted(observed.issue_fields or (), key=attrgetter("name")),
        ]
    )


def _of_changes(changes: Iterable[Change], observed: ObservedState) -> str:
    name = observed.repository.name_with_owner
    return plan_digest(name, changes, sandbox=observed.sandbox)


def plan_digest(
    repository: str, changes: Iterable[Change | Mapping[str, Any]], *, sandbox: bool
) -> str:
    """Hash what a plan does and where, not why: what a reviewer approves.

    Takes changes, or what `canonical` gives for them. The order counts among those of one key.
    """
    of_key: dict[str, list[object]] = {}
    for change in changes:
        key = change.key if isinstance(change, Change) else str(change["key"])
        of_key.setdefault(key, []).append(change)
    return _digest([*(of_key[key] for key in sorted(of_key)), [repository, sandbox]], _NAMED)


def canonical(change: Change | ChangeRow) -> dict[str, Any]:
    """Return a change as plain values, complete except for its reason, which decides nothing."""
    values: dict[str, Any] = json.loads(_NAMED(change))
    return values


def inputs_of(desired: DesiredState, observed: ObservedState) -> dict[str, str]:
    """Return a short hash of everything that a plan was made from, to find out later what changed.

    Items stand by key, issues as `#14` or `owner/repo#14`, the rest as `settings`, `labels`,
    `milestones`, `board`.
    """
    inputs: dict[str, list[object]] = {
        "settings": [
            [desired.backlog_id, desired.project, desired.settings, *desired.issue_fields]
        ],
        "labels": [*desired.labels, *observed.labels],
        "milestones": [*desired.milestones, *observed.milestones],
        "board": [observed.project],
    }
    if observed.issue_fields:
        inputs["issue fields"] = [*observed.issue_fields]
    for other in observed.others:
        inputs["labels"] += other.labels
        inputs["milestones"] += other.milestones
    inputs |= {item.key: [item] for item in desired.items}
    inputs |= {observed.ref(issue): [_normalized(issue)] for issue in observed.issues}
    return {name: _digest(values)[:16] for name, values in inputs.items()}


def _normalized(issue: ObservedIssue) -> object:
    """Return what an issue is, with its sets in order."""
    blockers = sorted(link.id for link in issue.blocked_by)
    return [_ATOMS(issue), sorted(issue.labels), sorted(issue.assignees), blockers]


def _digest(values: Iterable[object], encode: Callable[[object], str] | None = None) -> str:
    """Return the SHA-256 (hex) of these values, in this order."""
    state, entries = hashlib.sha256(), list(values)
    # Starting an encoder is slow, so it gets many values at once.
    for start in range(0, len(entries), _TOGETHER):
        state.update((encode or _DENSE)(entries[start : start + _TOGETHER]).encode())
    return state.hexdigest()


_TOGETHER = 100
"""Values encoded by one call: enough that its start does not count, few enough for memory."""


def _plain(value: object) -> object:
    if isinstance(value, _CHANGES):
        # Digests that were approved, and plans that were saved, have one name for all changes.
        return {"": "Change", **dict(zip(ROW, _ROW_VALUES(value), strict=True))}
    names, values = _fields(type(value))
    return {"": type(value).__name__, **dict(zip(names, values(value), strict=True))}


def _dense(value: object) -> object:
    return type(value).__name__, _fields(type(value))[1](value)


def _fields(kind: type[Any]) -> "_Fields":
    """Return the names of a dataclass's fields that mean something, and what reads their values.

    Raises TypeError for other classes.
    """
    if kind not in _KNOWN:
        if not is_dataclass(kind):
            raise TypeError(f"{kind.__name__} has no digest")
        passing = _PASSING.get(kind, ())
        names = tuple(field.name for field in fields(kind) if field.name not in passing)
        # A single name would be read as a bare value.
        _KNOWN[kind] = names, attrgetter(*names) if names[1:] else _single_value(names[0])
    return _KNOWN[kind]


def _single_value(name: str) -> Callable[[object], tuple[Any, ...]]:
    return lambda value: (getattr(value, name),)


_Fields: TypeAlias = tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]
_KNOWN: dict[type[Any], _Fields] = {}
_PASSING: Mapping[type[Any], Collection[str]] = {
    DesiredItem: ("hints", "planning", "unknown"),
    Place: ("line", "column"),
}
"""What moves without a plan's moving: words, lines of a file, reports; what
other fields of an item say, too."""

_ATOMS = attrgetter(
    *(
        field.name
        for field in fields(ObservedIssue)
        if field.name not in ("created_at", "updated_at", "closed_at")
        and field.name not in {row.name for row in SETS}
    )
)
"""What an issue is next to its sets; not when it was touched."""

_CHANGES = Change | ChangeRow
_ROW_VALUES = attrgetter(*ROW)

_NAMED = json.JSONEncoder(default=_plain, sort_keys=True).encode
_DENSE = json.JSONEncoder(default=_dense, sort_keys=True).encode
"""The same without names, which a digest does not need."""
