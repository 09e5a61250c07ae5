"""The plan's JSON form, version 1: what machines and renderers read."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import Change, Definition, FieldChange
from backlog_sync.core.observed import Coverage
from backlog_sync.core.plan import FieldNote, Outcome, Plan, Result, Usage
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import BacklogError, PartialError

FORMAT_VERSION = 1
"""Raised when a key of `plan --format json` goes or changes its meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A change of whatever class as plans in JSON, saved plans and digests have it.

    All that it does, and not the reason, which decides nothing. Plans in JSON leave out what is
    hidden from people: `body`, `body_seen` and `definition`.
    """

    action: Action
    kind: ChangeKind
    key: str
    title: str
    ref: str | None
    fields: Mapping[str, FieldChange]
    other: str | None
    waits_for: tuple[str, ...]
    drifted: tuple[str, ...]
    body: str | None
    body_seen: str | None
    definition: Definition | None
    repository: str | None


ROW = tuple(field.name for field in fields(ChangeRow))


def row_of(change: Change) -> ChangeRow:
    """Return the row of a change."""
    return ChangeRow(**{name: getattr(change, name) for name in ROW})


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain values; hidden bodies stay out.

    `accepted` is there only where a run was asked to let GitHub win, `no_longer_read` only where
    lines of issues are still there and none of an item, `coverage` only where less
    than the whole repository was read, `others` only where items are in other repositories too,
    `settings` only where settings are in force that change who is trusted or what is published.
    """
    whole = plan.coverage.complete
    partial = {} if whole else {"coverage": coverage_to_json(plan.coverage)}
    settings = {"settings": dict(plan.in_force)} if plan.in_force else {}
    accepted = {"accepted": [note_to_json(note) for note in plan.accepted]} if plan.accepted else {}
    return {
        "format_version": FORMAT_VERSION,
        "target": {"repository": plan.repository, "project": plan.project},
        "summary": plan.summary(),
        "changes": [change_to_json(change) for change in plan.changes],
        "drift": [note_to_json(note) for note in plan.drift],
        "conflicts": [note_to_json(note) for note in plan.conflicts],
        "orphans": [asdict(orphan) for orphan in plan.orphans],
        "deferred": [{**asdict(d), "kind": d.kind.value} for d in plan.deferred],
        "warnings": [
            {
                "slug": warned.slug,
                "message": warned.message,
                "hint": warned.hint,
                "ref": warned.ref,
                "place": str(warned.place) if warned.place else None,
            }
            for warned in plan.warnings
        ],
        "digests": asdict(plan.digests),
        **partial,
        **unread_to_json(plan),
        **others_to_json(plan),
        **accepted,
        **settings,
    }


def unread_to_json(plan: Plan) -> dict[str, Any]:
    """Return the issues whose lines are no longer read as items; nothing if there are none."""
    unread = [asdict(each) for each in plan.unread]
    return {"no_longer_read": unread} if unread else {}


def others_to_json(plan: Plan) -> dict[str, Any]:
    """Return what was read of other repositories that items are in; nothing if none is."""
    coverages = {name: coverage_to_json(coverage) for name, coverage in plan.others.items()}
    return {"others": coverages} if coverages else {}


def coverage_to_json(coverage: Coverage) -> dict[str, Any]:
    """Return what was read as plain values.

    `by_number` and `since` are there only where the repository was not read whole on purpose,
    `cached` only if the numbers are not from the files.
    """
    record: dict[str, Any] = {
        "complete": coverage.complete,
        "issues_read": coverage.issues_read,
        "issues_in_repository": coverage.total,
    }
    if coverage.by_number:
        record |= {"by_number": coverage.by_number, "others_since": coverage.since}
    if coverage.cached:
        record["cached"] = True
    return record


def change_to_json(change: Change) -> dict[str, Any]:
    """Return one change as plain values."""
    record: dict[str, Any] = {
        "action": change.action.value,
        "kind": change.kind.value,
        "key": change.key,
        "ref": change.ref,
        "title": change.title,
        "fields": {
            name: {"before": field.before, "after": field.after}
            for name, field in change.fields.items()
        },
        "reason": change.reason,
        "waits_for": list(change.waits_for),
    }
    if change.other is not None:
        record["other"] = change.other
    if change.repository is not None:
        record["repository"] = change.repository
    if change.drifted:
        record["drifted"] = list(change.drifted)
    return record


def note_to_json(note: FieldNote) -> dict[str, Any]:
    """Return one note as plain values; `kind` says what it is about, an issue or a definition.

    `hint` is there if it has its own remedy.
    """
    repository = {"repository": note.repository} if note.repository is not None else {}
    return {
        "kind": note.kind.value,
        "key": note.key,
        "ref": note.ref,
        "title": note.title,
        "field": note.name,
        "verdict": note.verdict.value,
        "desired": note.desired,
        "observed": note.observed,
        "reason": note.reason,
        **({"hint": note.hint} if note.hint else {}),
        **repository,
    }


def outcomes_to_json(
    plan: Plan,
    outcomes: tuple[Outcome, ...],
    usage: Usage,
    written_back: tuple[str, ...],
    *,
    stopped: BacklogError | None = None,
) -> dict[str, Any]:
    """Return what a sync did: the plan, each outcome, sums, and the files written.

    `stopped` is why the run ended early; only then there is a key for it.
    """
    return {
        "format_version": FORMAT_VERSION,
        "plan": plan_to_json(plan),
        "outcomes": [
            {
                "action": outcome.change.action.value,
                "kind": outcome.change.kind.value,
                "key": outcome.change.key,
                "ref": outcome.ref,
                "outcome": outcome.result.value,
                "reason": outcome.reason,
            }
            for outcome in outcomes
        ],
        "summary": {**count_results(outcomes), "requests": usage_to_json(usage)},
        "written_back": list(written_back),
        **({"stopped": _stopped_to_json(stopped, outcomes)} if stopped else {}),
    }


def count_left(outcomes: tuple[Outcome, ...]) -> int:
    """Return how many changes a run left to the next one."""
    return sum(outcome.result is Result.NOT_REACHED for outcome in outcomes)


def _stopped_to_json(stopped: BacklogError, outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
    """Return why a run ended early, what is left, and the time after which to run again, if any."""
    again_at = stopped.again_at if isinstance(stopped, PartialError) else None
    return {
        "slug": stopped.slug,
        "message": stopped.message,
        "hint": stopped.hint,
        "left": count_left(outcomes),
        "again_after": datetime.fromtimestamp(again_at, UTC).isoformat(timespec="seconds")
        if again_at is not None
        else None,
    }


def count_results(outcomes: tuple[Outcome, ...]) -> Mapping[str, int]:
    """Count outcomes by result, zeros included."""
    counts = dict.fromkeys((result.value for result in Result), 0)
    for outcome in outcomes:
        counts[outcome.result.value] += 1
    return counts


def usage_to_json(usage: Usage) -> dict[str, int]:
    """Return what a run cost at the server."""
    return {
        "rest": usage.rest,
        "graphql": usage.graphql,
        "mutations": usage.mutations,
        "points": usage.points,
    }
