"""What of a plan is worth an annotation at a line of the backlog file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from backlog_sync.action.outputs import Remark
from backlog_sync.cli.writing import unrecorded_lines
from backlog_sync.core.changes import Action, Change, ChangeKind, FieldNote, Plan
from backlog_sync.core.guards import Violation
from backlog_sync.engine.recording import Unrecorded

_ITEMS = (
    ChangeKind.ISSUE,
    ChangeKind.SUB_ISSUE,
    ChangeKind.DEPENDENCY,
    ChangeKind.PROJECT_ITEM,
    ChangeKind.FIELD_VALUE,
)


def plan_remarks(plan: Plan) -> list[Remark]:
    """Conflicts and drift as warnings, deferred work and changed items as notices."""
    places = {item.key: item.place for item in plan.items}
    told = [
        Remark(
            "warning",
            kind,
            f"{note.name} of {note.title or note.key} ({_about(note)}): {note.reason}"
            + (f" ({note.hint})" if note.hint else ""),
            None if note.is_definition else places.get(note.key),
        )
        for kind, notes in (("conflict", plan.conflicts), ("drift", plan.drift))
        for note in notes
    ]
    reasons = dict.fromkeys((each.reason, each.hint) for each in plan.deferred)
    told += [
        Remark("notice", "deferred", reason + (f" ({hint})" if hint else ""))
        for reason, hint in reasons
    ]
    return told + _changed(plan)


def replaced_remarks(words: Iterable[str]) -> list[Remark]:
    """The author's own words that progress took the place of."""
    return [Remark("warning", "status-replaced", each) for each in words]


def _about(note: FieldNote) -> str:
    return note.kind.value if note.is_definition else note.ref or note.key


def violation_remarks(found: Sequence[Violation], kind: str, before: str) -> list[Remark]:
    """Guards that refuse a plan."""
    return [Remark(kind, v.slug, f"{before}{v.message} ({v.hint})") for v in found]


def unrecorded_remarks(unrecorded: Mapping[str, Unrecorded]) -> list[Remark]:
    """What is not in the files because it could not be put on record, once for each reason."""
    lines = unrecorded_lines(unrecorded)
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [Remark("warning", "unrecorded", f"{what} ({hint})") for what, hint in pairs]


def _changed(plan: Plan) -> list[Remark]:
    by_key: dict[str, list[Change]] = defaultdict(list)
    for change in plan.changes:
        if change.kind in _ITEMS and not change.is_refresh:
            by_key[change.key].append(change)
    told = []
    for item in plan.items:
        changes = by_key.get(item.key)
        if not changes or item.place is None:
            continue
        actions = {c.action for c in changes if c.kind is ChangeKind.ISSUE} or {Action.UPDATE}
        words = ", ".join(sorted(action.value for action in actions))
        fields = sorted({n for c in changes if c.action is not Action.CREATE for n in c.fields})
        what = f": {', '.join(fields)}" if fields and Action.CREATE not in actions else ""
        told.append(
            Remark(
                "notice", f"backlog: {words}", f"{words} {item.ref or item.title}{what}", item.place
            )
        )
    return told
