"""Create issues: parents first, each exactly once, and find them again after a lost answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core import operations as ops
from backlog_sync.core.changes import AddToBoard, Change, CreateIssue, LinkSubIssue
from backlog_sync.core.intents import Intent
from backlog_sync.core.observed import BoardItem, ObservedIssue
from backlog_sync.core.operations import Done, NotSent, Operation, Refused, Unknown
from backlog_sync.core.plan import Result
from backlog_sync.core.rate import BODY_BATCH
from backlog_sync.engine import read_back, resolve
from backlog_sync.engine.resolve import Skip
from backlog_sync.engine.send import Sending, stop
from backlog_sync.errors import BacklogError

Folded: TypeAlias = Mapping[str, Sequence[Change]]
"""The changes of an issue that its creation includes, by key."""


def create_issues(
    run: Sending, changes: Sequence[CreateIssue], folded: Folded, meanwhile: Callable[[], bool]
) -> None:
    """Create issues in waves, parents first; call `meanwhile` while the pace holds one back.

    What does not fill a request goes with the next wave.
    """
    waiting = list(changes)
    while waiting:
        keys = {change.key for change in waiting}
        ready: list[tuple[CreateIssue, ops.CreateIssue]] = []
        later: list[CreateIssue] = []
        for change in waiting:
            missing = [k for k in change.waits_for if k not in run.registry.issues]
            uncreated = next((k for k in missing if k not in keys), None)
            if uncreated is not None:
                run.settle(change, Result.SKIPPED, f"{uncreated} was not created")
            elif missing:
                later.append(change)
            else:
                _prepare(run, change, folded.get(change.key, ()), ready)
        full = len(ready) - len(ready) % BODY_BATCH if later else len(ready)
        unsent = _send(run, ready[: full or len(ready)], folded, meanwhile)
        if len(later) == len(waiting):
            for change in later:
                run.settle(
                    change,
                    Result.SKIPPED,
                    "circular dependency: it waits for an item that waits for it",
                )
            return
        rest = [change for change, _ in ready[full:]] if full else []
        waiting = [*unsent, *rest, *later]


def _prepare(
    run: Sending,
    change: CreateIssue,
    folded: Sequence[Change],
    ready: list[tuple[CreateIssue, ops.CreateIssue]],
) -> None:
    operation = resolve.create(run.registry, change, folded, run.nonces())
    if isinstance(operation, Skip):
        run.settle(change, Result.SKIPPED, operation.reason)
    else:
        ready.append((change, operation))


class _CreateJournal:
    """Journal of one batch of creations: what is about to be sent, and its result."""

    def __init__(self, run: Sending) -> None:
        self._journal, self._clock = run.journal, run.clock
        others = (other.repository for other in run.registry.observed.others)
        self._elsewhere = {other.id: other.name_with_owner for other in others}
        self._open: set[str] = set()

    def before(self, operations: Sequence[Operation]) -> None:
        """Record the creations that are about to be sent; they are on disk when this returns."""
        creates = [o for o in operations if isinstance(o, ops.CreateIssue)]
        if self._journal is None or not creates:
            return
        now = self._clock.now() if self._clock else 0.0
        self._open |= {operation.nonce for operation in creates}
        self._journal.intend([_intent(operation, now, self._elsewhere) for operation in creates])

    def confirm(self, operation: ops.CreateIssue, reply: Done) -> None:
        """Record that the issue of this creation exists."""
        self._open.discard(operation.nonce)
        if self._journal is not None and reply.number is not None:
            self._journal.confirm(operation.nonce, reply.number, reply.id)

    def doubtful(self, operation: ops.CreateIssue) -> None:
        """Keep this creation open in the journal: its issue may exist."""
        self._open.discard(operation.nonce)

    def end(self) -> None:
        """Close the creations that certainly did not happen."""
        if self._journal is not None and self._open:
            self._journal.close(sorted(self._open))


def _intent(operation: ops.CreateIssue, at: float, elsewhere: Mapping[str, str]) -> Intent:
    key, repository = operation.key, elsewhere.get(operation.repository_id, "")
    return Intent(
        operation.backlog, key, operation.nonce, operation.title, at, repository=repository
    )


def _send(
    run: Sending,
    ready: Sequence[tuple[CreateIssue, ops.CreateIssue]],
    folded: Folded,
    meanwhile: Callable[[], bool],
) -> list[CreateIssue]:
    """Send creations, look for those with lost answers, and return those that were not sent."""
    unsent: list[CreateIssue] = []
    lost: list[tuple[CreateIssue, ops.CreateIssue, str]] = []
    why = ""
    if not ready:
        return unsent
    creates = _CreateJournal(run)
    operations = [operation for _, operation in ready]
    replies = run.tracker.apply(operations, creates.before, meanwhile)
    try:
        for (change, operation), (_, reply) in zip(ready, replies, strict=True):
            match reply:
                case Done():
                    creates.confirm(operation, reply)
                    _record_created(run, change, operation, reply, folded)
                case Refused():
                    run.settle(change, Result.FAILED, reply.message)
                case Unknown():
                    creates.doubtful(operation)
                    lost.append((change, operation, reply.message))
                    why = f"an answer was lost: {reply.message}"
                case NotSent():
                    unsent.append(change)
                    why = why or reply.message
    except (BacklogError, KeyboardInterrupt):
        creates.end()
        _give_up(run, lost, "the next run looks whether it was made")
        raise
    creates.end()
    if lost:
        _look_for(run, creates, lost, folded)
    if unsent:
        run.go_on(bool(lost), why)
    return unsent


def _give_up(
    run: Sending, lost: Sequence[tuple[CreateIssue, ops.CreateIssue, str]], then: str
) -> None:
    for change, _, why in lost:
        run.settle(change, Result.FAILED, f"the answer was lost ({why}); {then}")


def _look_for(
    run: Sending,
    creates: _CreateJournal,
    lost: Sequence[tuple[CreateIssue, ops.CreateIssue, str]],
    folded: Folded,
) -> None:
    """Find created issues by their nonces; a creation is never sent twice in one run."""
    nonces = {operation.nonce: change.repository or "" for change, operation, _ in lost}
    until = run.clock.now() + read_back.WINDOW if run.clock else 0.0
    try:
        created = read_back.look_for(run.tracker, nonces, clock=run.clock, until=until)
    except (BacklogError, KeyboardInterrupt) as error:
        then = "the next run looks whether it was made"
        if isinstance(error, BacklogError):
            then = f"reading back failed ({error.message}); run again"
        _give_up(run, lost, then)
        raise
    for change, operation, why in lost:
        issue = created.get(operation.nonce)
        if issue is None:
            reason = f"the answer was lost ({why}) and the issue is not there yet; run again"
            run.settle(change, Result.FAILED, reason)
            continue
        missing = () if issue.parent is not None else ("parent",)
        reply = Done(id=issue.id, number=issue.number, url=issue.url, missing=missing)
        creates.confirm(operation, reply)
        _record_created(run, change, operation, reply, folded)


def _record_created(
    run: Sending, change: CreateIssue, operation: ops.CreateIssue, reply: Done, folded: Folded
) -> None:
    after = {name: f.after for name, f in change.fields.items()}
    observed = run.registry.observed
    milestone = after.get("milestone")
    run.registry.issues[change.key] = ObservedIssue(
        id=reply.id,
        number=reply.number or 0,
        repository=run.registry.repository(change.repository).name_with_owner,
        url=reply.url or "",
        title=operation.title,
        body=operation.body,
        author=observed.viewer,
        labels=tuple(resolve.names(after.get("labels"))),
        assignees=operation.assignees,
        milestone=str(milestone) if milestone is not None else None,
        issue_type=operation.issue_type,
        card=BoardItem(reply.card_id) if reply.card_id else None,
        field_values={
            v.name: v.value
            for v in operation.field_values
            if v.value is not None and v.name not in reply.missing
        },
    )
    if reply.card_id:
        run.registry.put_card(change.key, reply.card_id)
    unasked = {"parent"} if operation.parent_id is None else set()
    missing = tuple(name for name in reply.missing if name not in unasked)
    run.answered(change, replace(reply, missing=missing), last=True)
    for other in folded.get(change.key, ()):
        carded = isinstance(other, AddToBoard) and reply.card_id
        linked = (
            isinstance(other, LinkSubIssue)
            and operation.parent_id is not None
            and "parent" not in reply.missing
        )
        if carded or linked:
            run.settle(other, Result.APPLIED)


def give_late_types(run: Sending, changes: Iterable[CreateIssue]) -> None:
    """Set the types of new issues that could not be set when they were created."""
    waiting: list[tuple[CreateIssue, Operation]] = []
    for change in changes:
        update = resolve.late_type(run.registry, change)
        if update is not None and not isinstance(update, Skip):
            waiting.append((change, update))
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
