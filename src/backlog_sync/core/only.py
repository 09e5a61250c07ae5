"""Limiting a plan to some items and what they need: their parents and definitions."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.change_kinds import DEFINITIONS, ChangeKind
from backlog_sync.core.changes import (
    AdoptIssue,
    Change,
    CloseDuplicate,
    CloseIssue,
    CreateBoard,
    CreateIssue,
    CreateView,
    ForgetFields,
    RefreshBase,
    ReopenIssue,
    RestoreIterations,
    UpdateBoard,
    UpdateIssue,
    UpdateMilestone,
    claim_of,
)
from backlog_sync.core.definition_base import RECORDED, recorded_keys, unrecorded, without
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.digests import with_changes
from backlog_sync.core.model import DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.plan import Deferred, FieldNote, Plan
from backlog_sync.core.used_definitions import without_unused
from backlog_sync.dataclass import dataclass

_OF_BOARD = (ChangeKind.PROJECT_ITEM, ChangeKind.FIELD_VALUE)


def narrow(
    plan: Plan, desired: DesiredState, observed: ObservedState, only: Collection[str]
) -> Plan:
    """Return the plan of only these keys; every key must be one of an item.

    What is left out is done by the next run without `only`: no record claims it.
    """
    keys = _with_parents(plan, only)
    new_keys = {c.key for c in plan.changes if isinstance(c, CreateIssue)} - keys
    doubles = {c.key for c in plan.changes if isinstance(c, CloseDuplicate) and c.other in keys}
    items = [c for c in plan.changes if _kept(c, keys, new_keys, doubles)]
    kept_ids = {id(change) for change in items}
    dropped_claims: dict[str, set[str]] = {}
    for change in plan.changes:
        key, field = claim_of(change)
        if field and key in keys and id(change) not in kept_ids:
            dropped_claims.setdefault(key, set()).add(field)
    items = [c for change in items for c in _unclaimed(change, dropped_claims.get(change.key))]
    used = _used(plan, desired, keys, items)
    definitions: list[Change] = [
        c
        for c in plan.changes
        if (isinstance(c, RestoreIterations) or used.contains(c.kind, c.repository, c.title))
        and not isinstance(c, UpdateBoard)
        and not (isinstance(c, UpdateMilestone) and c.follows_issues)
    ]
    if any(isinstance(c, CreateBoard) for c in definitions):
        definitions += [c for c in plan.changes if isinstance(c, CreateView)]
    definitions = [c for c in without_unused([*definitions, *items]) if c.kind in DEFINITIONS]
    items = [c for change in items for c in _unrecorded(change, plan, definitions)]
    changes = (*definitions, *items)
    count = sum(not c.is_refresh for c in plan.changes) - sum(not c.is_refresh for c in changes)
    return replace(
        plan,
        changes=changes,
        items=tuple(i for i in plan.items if i.key in keys),
        drift=tuple(n for n in plan.drift if used.concerns(n, keys)),
        conflicts=tuple(n for n in plan.conflicts if used.concerns(n, keys)),
        accepted=tuple(n for n in plan.accepted if used.concerns(n, keys)),
        orphans=(),
        unread=(),
        deferred=tuple(d for d in plan.deferred if _concerns(d, keys)),
        warnings=(*plan.warnings, *_only_warning(only, count)),
        digests=with_changes(plan.digests, changes, observed),
    )


def _with_parents(plan: Plan, only: Collection[str]) -> frozenset[str]:
    """Return the keys with those of parents that must be made first."""
    new_keys = {c.key for c in plan.changes if isinstance(c, CreateIssue)}
    keys = frozenset(only)
    parents = {
        str(c.other)
        for c in plan.changes
        if c.kind is ChangeKind.SUB_ISSUE and c.key in keys and c.other in new_keys
    }
    return keys if parents <= keys else _with_parents(plan, keys | parents)


def _kept(change: Change, keys: frozenset[str], new: set[str], doubles: set[str]) -> bool:
    if change.kind in DEFINITIONS:
        return False
    if doubles & {change.key, change.other or ""}:
        return True
    if isinstance(change, CloseIssue | ReopenIssue) and not keys.issuperset(change.counts_on):
        return False
    double = isinstance(change, CloseDuplicate)
    moved = "#" in change.key and change.other in keys and not double
    return (change.key in keys or moved) and not new & set(change.waits_for)


def _unclaimed(change: Change, names: set[str] | None) -> Iterator[Change]:
    """Yield the change with a body that claims nothing of what is left out; nothing for none."""
    if (
        not isinstance(change, UpdateIssue | AdoptIssue | RefreshBase)
        or change.body is None
        or not names
    ):
        yield change
        return
    body = body_block.without_claims(change.body, change.body_seen or "", names)
    same = body_block.same_body(body, change.body_seen or "")
    if not (same and not change.fields):
        yield replace(change, body=None if same else body)


def _unrecorded(
    change: Change, plan: Plan, kept_definitions: Collection[Change]
) -> Iterator[Change]:
    """Yield the change with a body that records nothing of definitions that are left out."""
    kept_ids = {id(definition) for definition in kept_definitions}
    dropped_keys = {
        key
        for definition in plan.changes
        if definition.kind in RECORDED
        and definition.repository == change.repository
        and id(definition) not in kept_ids
        for key in recorded_keys(definition)
    }
    writes = CreateIssue | UpdateIssue | AdoptIssue | ForgetFields | RefreshBase
    if not isinstance(change, writes) or change.body is None:
        yield change
        return
    body_seen = change.body_seen or ""
    body = without(change.body, body_seen, dropped_keys)
    defines = any(
        c.kind in RECORDED and c.repository == change.repository for c in kept_definitions
    )
    same_text = body_block.same_body(unrecorded(body), unrecorded(body_seen))
    same_record = same_text and not defines
    if isinstance(change, CreateIssue):
        yield replace(change, body=body)
    elif change.fields or not same_record:
        same = body_block.same_body(body, body_seen)
        yield replace(change, body=None if same else body)


@dataclass(frozen=True, slots=True)
class _Used:
    """The definitions that the kept items use; labels and milestones with their repository."""

    labels: frozenset[tuple[str | None, str]]
    milestones: frozenset[tuple[str | None, str]]
    fields: frozenset[str]

    def contains(self, kind: ChangeKind, repository: str | None, title: str) -> bool:
        """Return whether one is among them."""
        match kind:
            case ChangeKind.LABEL:
                return (repository, fold(title)) in self.labels
            case ChangeKind.MILESTONE:
                return (repository, title.strip()) in self.milestones
            case ChangeKind.PROJECT:
                return bool(self.fields)
            case ChangeKind.FIELD:
                return title in self.fields
            case _:
                return False

    def concerns(self, note: FieldNote, keys: Collection[str]) -> bool:
        """Return whether a note is about a kept item, or about a definition that is used."""
        if note.is_definition:
            return self.contains(note.kind, note.repository, note.title)
        return note.key in keys


def _used(
    plan: Plan, desired: DesiredState, keys: Collection[str], items: Collection[Change]
) -> _Used:
    """Return the labels, milestones and board fields that the kept items use."""
    used_items = [item for item in desired.items if item.key in keys]
    repositories = {item.key: item.repository for item in plan.items}
    boarded = [c for c in items if c.kind in _OF_BOARD]
    fields = {name for c in boarded for name in c.fields}
    return _Used(
        frozenset(
            (repositories.get(i.key), fold(str(n)))
            for i in used_items
            for n in _names(i.fields.get("labels"))
        ),
        frozenset(
            (repositories.get(i.key), str(i.fields.get("milestone") or "").strip())
            for i in used_items
        ),
        frozenset({*fields, record.NAME} if boarded else ()),
    )


def _names(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _concerns(deferred: Deferred, keys: frozenset[str]) -> bool:
    return deferred.kind in DEFINITIONS or deferred.key in keys


def _only_warning(only: Collection[str], count: int) -> list[Warned]:
    keys = ", ".join(sorted(only))
    changes = "1 other change is" if count == 1 else f"{count} other changes are"
    rest = "there is nothing else to do" if count <= 0 else f"{changes} left out"
    needed = "what it needs" if len(only) == 1 else "what they need"
    hint = "run it again without --only for everything"
    return [Warned(f"limited to {keys} and {needed}: {rest}", "only", hint)]
