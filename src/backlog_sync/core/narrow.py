"""Limiting a plan to some items and what they need: their parents and definitions."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.changes import Action, Change, ChangeKind, Deferred, Plan, Warned, claim_of
from backlog_sync.core.digests import plan_digest
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.normalize import fold
from backlog_sync.core.uses import without_unused

_OF_BOARD = (ChangeKind.PROJECT_ITEM, ChangeKind.FIELD_VALUE)


def narrow(
    plan: Plan, desired: DesiredState, observed: ObservedState, only: Collection[str]
) -> Plan:
    """Give the plan of these keys alone; every key must be one of an item.

    What is left out is done by the next run without `only`: no record claims it.
    """
    keys = _with_parents(plan, only)
    new = {c.key for c in plan.changes if _makes_issue(c)} - keys
    doubles = {c.key for c in plan.changes if c.is_heal and c.other in keys}
    items = [c for c in plan.changes if _kept(c, keys, new, doubles)]
    kept = {id(change) for change in items}
    left: dict[str, set[str]] = {}
    for change in plan.changes:
        key, field = claim_of(change)
        if field and key in keys and id(change) not in kept:
            left.setdefault(key, set()).add(field)
    items = [c for change in items for c in _unclaimed(change, left.get(change.key))]
    changes = tuple(without_unused([*_definitions(plan, desired, keys, items), *items]))
    count = sum(not c.is_refresh for c in plan.changes) - sum(not c.is_refresh for c in changes)
    name, sandbox = observed.repository.name_with_owner, observed.sandbox
    return replace(
        plan,
        changes=changes,
        items=tuple(i for i in plan.items if i.key in keys),
        drift=tuple(n for n in plan.drift if n.key in keys),
        conflicts=tuple(n for n in plan.conflicts if n.key in keys),
        accepted=tuple(n for n in plan.accepted if n.key in keys),
        orphans=(),
        deferred=tuple(d for d in plan.deferred if _concerns(d, keys)),
        warnings=(*plan.warnings, *_told(only, count)),
        digests=replace(plan.digests, plan=plan_digest(name, changes, sandbox=sandbox)),
    )


def _with_parents(plan: Plan, only: Collection[str]) -> frozenset[str]:
    """Give the keys with those of parents that must be made first."""
    waits = {c.key: c.waits_for for c in plan.changes if _makes_issue(c)}
    keys, waiting = set(only), list(only)
    while waiting:
        for parent in waits.get(waiting.pop(), ()):
            if parent not in keys:
                keys.add(parent)
                waiting.append(parent)
    parents = {
        str(c.other)
        for c in plan.changes
        if c.kind is ChangeKind.SUB_ISSUE and c.key in keys and c.other in waits
    }
    return frozenset(keys) if parents <= keys else _with_parents(plan, keys | parents)


def _makes_issue(change: Change) -> bool:
    return change.kind is ChangeKind.ISSUE and change.action is Action.CREATE


def _kept(change: Change, keys: frozenset[str], new: set[str], doubles: set[str]) -> bool:
    if change.kind in _DEFINITIONS:
        return False
    if doubles & {change.key, change.other or ""}:
        return True
    moved = "#" in change.key and change.other in keys and not change.is_heal
    return (change.key in keys or moved) and not new & set(change.waits_for)


def _unclaimed(change: Change, names: set[str] | None) -> Iterator[Change]:
    """Give the change with a body that claims nothing of what is left out; nothing for none."""
    existing = change.kind is ChangeKind.ISSUE and change.action in (Action.UPDATE, Action.ADOPT)
    if not names or change.body is None or not existing:
        yield change
        return
    body = body_block.without_claims(change.body, change.body_seen or "", names)
    same = body == change.body_seen
    if not (same and not change.fields):
        yield replace(change, body=None if same else body)


_DEFINITIONS = (ChangeKind.LABEL, ChangeKind.MILESTONE, ChangeKind.PROJECT, ChangeKind.FIELD)


def _definitions(
    plan: Plan, desired: DesiredState, keys: frozenset[str], items: Collection[Change]
) -> Iterator[Change]:
    """Give the changes of labels, milestones, the board and its fields that the items use."""
    used = [item for item in desired.items if item.key in keys]
    where = {item.key: item.repository for item in plan.items}
    labels = {
        (where.get(i.key), fold(str(n))) for i in used for n in _names(i.fields.get("labels"))
    }
    milestones = {(where.get(i.key), str(i.fields.get("milestone") or "").strip()) for i in used}
    boarded = [c for c in items if c.kind in _OF_BOARD]
    fields = {name for c in boarded for name in c.fields} | {record.NAME}
    for change in plan.changes:
        match change.kind:
            case ChangeKind.LABEL if (change.repository, fold(change.title)) in labels:
                yield change
            case ChangeKind.MILESTONE if (change.repository, change.title.strip()) in milestones:
                yield change
            case ChangeKind.PROJECT if boarded:
                yield change
            case ChangeKind.FIELD if boarded and change.key in fields:
                yield change
            case _:
                continue


def _names(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _concerns(deferred: Deferred, keys: frozenset[str]) -> bool:
    return deferred.kind in _DEFINITIONS or deferred.key in keys


def _told(only: Collection[str], count: int) -> list[Warned]:
    what = ", ".join(sorted(only))
    others = "nothing else is to be done" if count <= 0 else f"{count} other changes are left out"
    return [Warned(f"limited to {what} and what it needs: {others}", "only")]
