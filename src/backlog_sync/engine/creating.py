"""Making issues: parents first, each exactly once, found again where an answer was lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import Change, ChangeKind, Result
from backlog_sync.core.model import BoardItem, ObservedIssue
from backlog_sync.core.operations import CreateIssue, Done, NotSent, Refused, Unknown
from backlog_sync.engine import jobs
from backlog_sync.engine.jobs import Skip
from backlog_sync.engine.sending import Job, Sending, stop
from backlog_sync.errors import BacklogError

_READ_BACK = 100

Folded: TypeAlias = Mapping[str, Sequence[Change]]
"""By key, the changes of an issue that its creation includes."""


def create_issues(run: Sending, changes: Sequence[Change], folded: Folded) -> None:
    """Make issues wave by wave, parents first."""
    waiting = list(changes)
    while waiting:
        keys = {change.key for change in waiting}
        ready: list[tuple[Change, CreateIssue]] = []
        later: list[Change] = []
        for change in waiting:
            lacking = [k for k in change.waits_for if k not in run.registry.issues]
            gone = next((k for k in lacking if k not in keys), None)
            if gone is not None:
                run.settle(change, Result.SKIPPED, f"{gone} was not created")
            elif lacking:
                later.append(change)
            else:
                _prepare(run, change, folded.get(change.key, ()), ready)
        unsent = _send(run, ready, folded)
        if len(later) == len(waiting):
            for change in later:
                run.settle(change, Result.SKIPPED, "it waits for what waits for it")
            return
        waiting = unsent + later


def _prepare(
    run: Sending, change: Change, folded: Sequence[Change], ready: list[tuple[Change, CreateIssue]]
) -> None:
    made = jobs.create(run.registry, change, folded, run.nonces())
    if isinstance(made, Skip):
        run.settle(change, Result.SKIPPED, made.reason)
    else:
        ready.append((change, made))


def _send(
    run: Sending, ready: Sequence[tuple[Change, CreateIssue]], folded: Folded
) -> list[Change]:
    """Send creates; look for those with lost answers; give those that were not sent."""
    unsent: list[Change] = []
    lost: list[tuple[Change, CreateIssue, str]] = []
    why = ""
    if not ready:
        return unsent
    replies = run.tracker.apply([operation for _, operation in ready])
    for (change, operation), (_, reply) in zip(ready, replies, strict=True):
        match reply:
            case Done():
                _created(run, change, operation, reply, folded)
            case Refused():
                run.settle(change, Result.FAILED, reply.message)
            case Unknown():
                lost.append((change, operation, reply.message))
                why = f"an answer was lost: {reply.message}"
            case NotSent():
                unsent.append(change)
                why = why or reply.message
    if lost:
        _look_for(run, lost, folded)
    if unsent:
        run.go_on(len(lost), why)
    return unsent


def _look_for(
    run: Sending, lost: Sequence[tuple[Change, CreateIssue, str]], folded: Folded
) -> None:
    """Find created issues by their nonces; a create is never sent a second time."""
    try:
        recent = run.tracker.recent(_READ_BACK)
    except BacklogError as error:
        for change, _, why in lost:
            reason = f"the answer was lost ({why}) and reading back failed ({error.message})"
            run.settle(change, Result.FAILED, f"{reason}; run again")
        raise
    found: dict[str, ObservedIssue] = {}
    for issue in recent:
        marker = body_block.split(issue.body).marker
        if marker is not None and marker.nonce:
            found.setdefault(marker.nonce, issue)
    for change, operation, why in lost:
        there = found.get(operation.nonce)
        if there is None:
            reason = f"the answer was lost ({why}) and the issue is not there yet; run again"
            run.settle(change, Result.FAILED, reason)
            continue
        missing = () if there.parent is not None else ("parent",)
        reply = Done(id=there.id, number=there.number, url=there.url, missing=missing)
        _created(run, change, operation, reply, folded)


def _created(
    run: Sending, change: Change, operation: CreateIssue, reply: Done, folded: Folded
) -> None:
    after = {name: f.after for name, f in change.fields.items()}
    observed = run.registry.observed
    milestone = after.get("milestone")
    run.registry.issues[change.key] = ObservedIssue(
        id=reply.id,
        number=reply.number or 0,
        repository=observed.repository.name_with_owner,
        url=reply.url or "",
        title=operation.title,
        body=operation.body,
        author=observed.viewer,
        labels=tuple(jobs.names(after.get("labels"))),
        assignees=operation.assignees,
        milestone=str(milestone) if milestone is not None else None,
        issue_type=operation.issue_type,
        card=BoardItem(reply.card_id) if reply.card_id else None,
    )
    if reply.card_id:
        run.registry.cards[change.key] = reply.card_id
    sought = {"parent"} if operation.parent_id is None else set()
    missing = tuple(name for name in reply.missing if name not in sought)
    run.answered(change, replace(reply, missing=missing), last=True)
    for other in folded.get(change.key, ()):
        carded = other.kind is ChangeKind.PROJECT_ITEM and reply.card_id
        linked = (
            other.kind is ChangeKind.SUB_ISSUE
            and operation.parent_id is not None
            and "parent" not in reply.missing
        )
        if carded or linked:
            run.settle(other, Result.APPLIED)


def give_late_types(run: Sending, changes: Iterable[Change]) -> None:
    """Give new issues the types that could not be given while they were made."""
    waiting: list[Job] = []
    for change in changes:
        made = jobs.late_type(run.registry, change)
        if made is not None and not isinstance(made, Skip):
            waiting.append((change, made))
    replies = run.tracker.apply([operation for _, operation in waiting]) if waiting else ()
    for (change, _), (_, reply) in zip(waiting, replies, strict=True):
        outcome = run.outcomes[id(change)]
        if isinstance(reply, Done) and not reply.missing:
            run.registry.put_type(change)
        elif isinstance(reply, NotSent):
            stop(reply.message)
        else:
            reason = "GitHub did not set: issue_type"
            run.outcomes[id(change)] = replace(outcome, reason=reason)
