"""Undoing: closing what the last run created, and nothing else."""

from collections.abc import Sequence
from datetime import UTC, datetime

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    FieldChange,
    Plan,
    PlanItem,
    Warned,
)
from backlog_sync.core.intents import Intent
from backlog_sync.core.model import ObservedIssue, ObservedState
from backlog_sync.core.states import NOT_PLANNED


def undo_plan(observed: ObservedState, created: Sequence[Intent], began: float) -> Plan:
    """Give the plan that closes these issues as not planned, those that are still ours and open.

    `began` is when the run began that made them, in seconds since the epoch. An issue that is
    closed or gone, or that lost our marker, is left alone, and told.
    """
    issues_by_id = {issue.id: issue for issue in observed.issues}
    moment = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%d %H:%M UTC")
    reason = f"made by the run of {moment}, which is undone"
    changes: list[Change] = []
    items: list[PlanItem] = []
    warnings: list[Warned] = []
    for intent in created:
        issue = issues_by_id.get(intent.id or "")
        ref = observed.ref(issue) if issue else f"{intent.repository}#{intent.number}"
        problem = _left_alone(issue, intent)
        if issue is None or problem:
            warnings.append(
                Warned(f"{intent.title} {problem}: left alone", "not-undone", None, ref)
            )
            continue
        name = f"{issue.repository}#{issue.number}"
        parent = issue.parent
        parent_ref = f"{parent.repository}#{parent.number}" if parent else None
        items.append(PlanItem(name, "issue", issue.title, parent_ref, ref, issue.url))
        changes.append(
            Change(
                action=Action.CLOSE,
                kind=ChangeKind.ISSUE,
                key=name,
                title=issue.title,
                reason=reason,
                ref=ref,
                fields={
                    "state": FieldChange("open", "closed"),
                    "state_reason": FieldChange(None, NOT_PLANNED),
                },
            )
        )
    return Plan(
        repository=observed.repository.name_with_owner,
        project=None,
        changes=tuple(changes),
        items=tuple(items),
        warnings=tuple(warnings),
    )


def _left_alone(issue: ObservedIssue | None, intent: Intent) -> str:
    """Say why an issue must not be closed; empty where it may."""
    if issue is None:
        return "is gone"
    marker = body_block.split(issue.body).marker
    if marker is None or marker.nonce != intent.nonce:
        return "does not carry our marker any more"
    return "" if issue.state == "open" else "is closed already"
