"""Applying a plan: every change becomes operations, every operation an outcome.

Nothing is decided here. The order is such that a run that stops anywhere leaves nothing that the
next run would misread: a body, which carries the base, is written after what the base claims,
and what was not done is taken out of it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    Outcome,
    Plan,
    Result,
    Usage,
)
from backlog_sync.core.model import BoardItem, DesiredState, ObservedIssue, ObservedState
from backlog_sync.core.normalize import fold
from backlog_sync.core.operations import (
    CreateIssue,
    Done,
    NotSent,
    Operation,
    Refused,
    Unknown,
)
from backlog_sync.core.states import closing_reason
from backlog_sync.engine import jobs
from backlog_sync.engine.jobs import Made, Skip
from backlog_sync.engine.ports import Nonces, Progress, Tracker
from backlog_sync.engine.registry import Registry
from backlog_sync.errors import BacklogError, PartialError

_READ_BACK = 100
_LOST = 3
"""So many lost answers in one run, and it stops: the line is not worth trusting."""

Job = tuple[Change, Operation]
Folded = dict[str, list[Change]]
"""By key, the changes of an issue that its creation includes."""


@dataclass(slots=True)
class Applied:
    """What became of a plan. `stopped` says why the run ended early, where it did."""

    outcomes: tuple[Outcome, ...]
    usage: Usage
    observed: ObservedState
    stopped: BacklogError | None = None
    interrupted: bool = False


@dataclass(slots=True)
class _Run:
    """One application of one plan. `unclaimed` names, by key, fields that were not made true."""

    tracker: Tracker
    nonces: Nonces
    progress: Progress
    registry: Registry
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    unclaimed: dict[str, set[str]] = field(default_factory=dict)
    lost: int = 0

    # ---- bookkeeping -----------------------------------------------------------------------

    def settle(self, change: Change, result: Result, reason: str = "") -> None:
        """Record a change's outcome, once."""
        if id(change) in self.outcomes:
            return
        self.progress.advance()
        issue = self.registry.issues.get(change.key) if change.kind in _OF_ISSUES else None
        self.outcomes[id(change)] = Outcome(
            change=change,
            result=result,
            ref=f"#{issue.number}" if issue else change.ref,
            url=issue.url if issue else None,
            reason=reason,
        )
        key, claimed = _claimed(change)
        if result is not Result.APPLIED and claimed:
            self.unclaimed.setdefault(key, set()).add(claimed)

    def settled(self, change: Change) -> bool:
        """Whether the outcome of a change is known."""
        return id(change) in self.outcomes

    def stage(
        self,
        changes: Iterable[Change],
        make: Callable[[Registry, Change], Made],
        done: Callable[[Change, Done], None] | None = None,
        *,
        last: bool = True,
    ) -> None:
        """Send the operation of each change that is not settled yet, and settle it.

        Where it is not the change's `last` operation, success leaves it open. Raises
        `PartialError` where the tracker sends no more.
        """
        waiting: list[Job] = []
        for change in changes:
            if self.settled(change):
                continue
            made = make(self.registry, change)
            if isinstance(made, Skip):
                self.settle(change, Result.SKIPPED, made.reason)
            elif made is not None:
                waiting.append((change, made))
            elif last:
                self.settle(change, Result.APPLIED)
        while waiting:
            waiting = self._send(waiting, done, last=last)

    def _send(
        self, waiting: list[Job], done: Callable[[Change, Done], None] | None, *, last: bool
    ) -> list[Job]:
        """Send once; give what was not sent because an answer before it was lost."""
        unsent: list[Job] = []
        lost, why = 0, ""
        replies = self.tracker.apply([operation for _, operation in waiting])
        for (change, operation), (_, reply) in zip(waiting, replies, strict=True):
            match reply:
                case Done():
                    if done is not None:
                        done(change, reply)
                    self._answered(change, reply, last=last)
                case Refused():
                    self.settle(change, Result.FAILED, reply.message)
                case Unknown():
                    lost += 1
                    why = f"the answer was lost ({reply.message}); run again to see"
                    self.settle(change, Result.FAILED, why)
                case NotSent():
                    why = why or reply.message
                    unsent.append((change, operation))
        if unsent:
            self._go_on(lost, why)
        return unsent

    def _answered(self, change: Change, reply: Done, *, last: bool) -> None:
        """Settle a change by a yes, which may hide that a part was not set."""
        missing = [name for name in reply.missing if name != "card"]
        told = f"GitHub did not set: {', '.join(missing)}" if missing else ""
        if set(missing) & set(change.fields) and change.action is not Action.CREATE:
            self.unclaimed.setdefault(change.key, set()).update(missing)
            if last:
                self.settle(change, Result.FAILED, told)
        elif last:
            self.settle(change, Result.APPLIED, told)

    def _go_on(self, lost: int, why: str) -> None:
        """Raise unless it was a lost answer, and not one too many, that held the rest back."""
        self.lost += lost
        if not lost or self.lost > _LOST:
            _stop(why)

    # ---- definitions -----------------------------------------------------------------------

    def labels(self, changes: Iterable[Change]) -> None:
        """Make and change labels."""

        def done(change: Change, reply: Done) -> None:
            self.registry.labels[fold(change.title)] = reply.id

        self.stage(changes, jobs.label, done)

    def milestones(self, changes: Iterable[Change]) -> None:
        """Make and change milestones."""

        def done(change: Change, reply: Done) -> None:
            self.registry.milestones[change.title.strip()] = (reply.id, reply.number or 0)

        self.stage(changes, jobs.milestone, done)

    def project(self, changes: Iterable[Change]) -> None:
        """Make the board, or link one to the repository."""

        def done(change: Change, reply: Done) -> None:
            if change.action is Action.CREATE:
                self.registry.project_id = reply.id
                self.registry.fields = {f.name: f for f in reply.fields}

        self.stage(changes, jobs.project, done)

    def board_fields(self, changes: Iterable[Change]) -> None:
        """Make board fields, and add options to them."""

        def done(_: Change, reply: Done) -> None:
            for made in reply.fields:
                self.registry.fields[made.name] = made

        self.stage(changes, jobs.board_field, done)

    # ---- new issues ------------------------------------------------------------------------

    def creates(self, changes: Sequence[Change], folded: Folded) -> None:
        """Make issues wave by wave, parents first."""
        waiting = list(changes)
        while waiting:
            keys = {change.key for change in waiting}
            ready: list[tuple[Change, CreateIssue]] = []
            later: list[Change] = []
            for change in waiting:
                lacking = [k for k in change.waits_for if k not in self.registry.issues]
                gone = next((k for k in lacking if k not in keys), None)
                if gone is not None:
                    self.settle(change, Result.SKIPPED, f"{gone} was not created")
                elif lacking:
                    later.append(change)
                else:
                    self._prepare(change, folded.get(change.key, ()), ready)
            unsent = self._send_creates(ready, folded)
            if len(later) == len(waiting):
                for change in later:
                    self.settle(change, Result.SKIPPED, "it waits for what waits for it")
                return
            waiting = unsent + later

    def _prepare(
        self, change: Change, folded: Sequence[Change], ready: list[tuple[Change, CreateIssue]]
    ) -> None:
        made = jobs.create(self.registry, change, folded, self.nonces())
        if isinstance(made, Skip):
            self.settle(change, Result.SKIPPED, made.reason)
        else:
            ready.append((change, made))

    def _send_creates(
        self, ready: Sequence[tuple[Change, CreateIssue]], folded: Folded
    ) -> list[Change]:
        """Send creates; look for those with lost answers; give those that were not sent."""
        unsent: list[Change] = []
        lost: list[tuple[Change, CreateIssue, str]] = []
        why = ""
        if not ready:
            return unsent
        replies = self.tracker.apply([operation for _, operation in ready])
        for (change, operation), (_, reply) in zip(ready, replies, strict=True):
            match reply:
                case Done():
                    self._created(change, operation, reply, folded)
                case Refused():
                    self.settle(change, Result.FAILED, reply.message)
                case Unknown():
                    lost.append((change, operation, reply.message))
                    why = f"an answer was lost: {reply.message}"
                case NotSent():
                    unsent.append(change)
                    why = why or reply.message
        if lost:
            self._look_for(lost, folded)
        if unsent:
            self._go_on(len(lost), why)
        return unsent

    def _look_for(self, lost: Sequence[tuple[Change, CreateIssue, str]], folded: Folded) -> None:
        """Find created issues by their nonces; a create is never sent a second time."""
        try:
            recent = self.tracker.recent(_READ_BACK)
        except BacklogError as error:
            for change, _, why in lost:
                reason = f"the answer was lost ({why}) and reading back failed ({error.message})"
                self.settle(change, Result.FAILED, f"{reason}; run again")
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
                self.settle(change, Result.FAILED, reason)
                continue
            missing = () if there.parent is not None else ("parent",)
            reply = Done(id=there.id, number=there.number, url=there.url, missing=missing)
            self._created(change, operation, reply, folded)

    def _created(self, change: Change, operation: CreateIssue, reply: Done, folded: Folded) -> None:
        after = {name: f.after for name, f in change.fields.items()}
        observed = self.registry.observed
        milestone = after.get("milestone")
        self.registry.issues[change.key] = ObservedIssue(
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
            self.registry.cards[change.key] = reply.card_id
        sought = {"parent"} if operation.parent_id is None else set()
        missing = tuple(name for name in reply.missing if name not in sought)
        self._answered(change, replace(reply, missing=missing), last=True)
        for other in folded.get(change.key, ()):
            carded = other.kind is ChangeKind.PROJECT_ITEM and reply.card_id
            linked = (
                other.kind is ChangeKind.SUB_ISSUE
                and operation.parent_id is not None
                and "parent" not in reply.missing
            )
            if carded or linked:
                self.settle(other, Result.APPLIED)

    def late_types(self, changes: Iterable[Change]) -> None:
        """Give new issues the types that could not be given while they were made."""
        waiting: list[Job] = []
        for change in changes:
            made = jobs.late_type(self.registry, change)
            if made is not None and not isinstance(made, Skip):
                waiting.append((change, made))
        replies = self.tracker.apply([operation for _, operation in waiting]) if waiting else ()
        for (change, _), (_, reply) in zip(waiting, replies, strict=True):
            outcome = self.outcomes[id(change)]
            if isinstance(reply, Done) and not reply.missing:
                self.registry.put_type(change)
            else:
                reason = "GitHub did not set: issue_type"
                self.outcomes[id(change)] = replace(outcome, reason=reason)

    # ---- issues that are there -------------------------------------------------------------

    def states(self, changes: Iterable[Change]) -> None:
        """Close and reopen."""

        def done(change: Change, _: Done) -> None:
            closed = change.action is Action.CLOSE
            self.registry.issues[change.key] = replace(
                self.registry.issues[change.key],
                state="closed" if closed else "open",
                state_reason=closing_reason(change.fields) if closed else "reopened",
            )

        self.stage(changes, jobs.state, done)

    def updates(self, changes: Sequence[Change]) -> None:
        """Change existing issues, each only where it still is as it was planned on."""
        if not changes:
            return
        now = self.tracker.reread([self.registry.issues[c.key].id for c in changes])
        for change in changes:
            issue = self.registry.issues[change.key]
            moved = _moved(change, issue, now.get(issue.id))
            if moved:
                self.settle(change, Result.STALE, moved)
        self.stage(changes, jobs.labels, last=False)
        self.stage(changes, jobs.assignees, last=False)
        bodies = {id(change): self._body(change) for change in changes}

        def make(registry: Registry, change: Change) -> Made:
            body = bodies[id(change)]
            if change.is_refresh and body is None:
                return Skip("what it would record was not done")
            return jobs.issue(registry, change, body)

        def done(change: Change, _: Done) -> None:
            self.registry.put_update(change, bodies[id(change)])

        self.stage(changes, make, done)
        for change in changes:
            self._tell_missing(change)

    def _body(self, change: Change) -> str | None:
        """Give the body to write, which claims nothing that was not done."""
        names = self.unclaimed.get(change.key)
        if change.body is None or not names:
            return change.body
        body = body_block.without_claims(change.body, change.body_seen or "", names)
        return None if body == change.body_seen else body

    def _tell_missing(self, change: Change) -> None:
        """Turn into a failure what was sent with a yes, but left a field of the change unset."""
        missing = sorted(self.unclaimed.get(change.key, set()) & set(change.fields))
        outcome = self.outcomes[id(change)]
        if missing and outcome.result is Result.APPLIED:
            reason = f"GitHub did not set: {', '.join(missing)}"
            self.outcomes[id(change)] = replace(outcome, result=Result.FAILED, reason=reason)

    # ---- links and board -------------------------------------------------------------------

    def cards(self, changes: Iterable[Change]) -> None:
        """Put issues on the board."""
        self.stage(changes, jobs.card, lambda c, reply: self.registry.put_card(c.key, reply.id))

    def values(self, changes: Iterable[Change]) -> None:
        """Set board values."""

        def done(change: Change, _: Done) -> None:
            for name, wanted in change.fields.items():
                assert not isinstance(wanted.after, list)
                self.registry.put_value(change.key, name, wanted.after)

        self.stage(changes, jobs.value, done)


_OF_ISSUES = frozenset(ChangeKind) - {
    ChangeKind.LABEL,
    ChangeKind.MILESTONE,
    ChangeKind.PROJECT,
    ChangeKind.FIELD,
}


def _claimed(change: Change) -> tuple[str, str]:
    """Give the item and the field of its base that speak of a change outside of an update."""
    if change.is_move:
        return change.other or "", "order"
    if change.kind is ChangeKind.SUB_ISSUE:
        return change.key, "parent"
    if change.kind is ChangeKind.DEPENDENCY:
        return change.key, "blocked_by"
    if change.kind is ChangeKind.ISSUE and change.action in (Action.CLOSE, Action.REOPEN):
        return change.key, "state"
    return change.key, ""


def _moved(change: Change, issue: ObservedIssue, there: ObservedIssue | None) -> str:
    """Say what was changed on GitHub since the plan was made; "" where nothing of ours was."""
    if there is None:
        return "the issue is gone"
    if change.body is not None and there.body != change.body_seen:
        return "the body was edited since it was read"
    for name in ("title", "milestone", "issue_type"):
        if name in change.fields and getattr(there, name) != getattr(issue, name):
            return f"the {name.replace('_', ' ')} was changed since it was read"
    return ""


def _stop(why: str) -> NoReturn:
    raise PartialError(why, hint="run again to go on")


def apply_plan(
    plan: Plan,
    desired: DesiredState,
    observed: ObservedState,
    *,
    tracker: Tracker,
    nonces: Nonces,
    progress: Progress,
) -> Applied:
    """Apply exactly this plan; give an outcome for every change, whatever happens."""
    run = _Run(tracker, nonces, progress, Registry.of(desired, observed))
    stopped: BacklogError | None = None
    interrupted = False
    progress.start("Applying", len(plan.changes))
    try:
        _stages(run, plan)
    except BacklogError as error:
        stopped = error
    except KeyboardInterrupt:
        interrupted = True
    finally:
        progress.finish()
    why = stopped.message if stopped else "interrupted" if interrupted else "an earlier fault"
    for change in plan.changes:
        if id(change) not in run.outcomes:
            run.outcomes[id(change)] = Outcome(change, Result.NOT_REACHED, change.ref, None, why)
    return Applied(
        outcomes=tuple(run.outcomes[id(change)] for change in plan.changes),
        usage=tracker.usage(),
        observed=run.registry.result(),
        stopped=stopped,
        interrupted=interrupted,
    )


def _stages(run: _Run, plan: Plan) -> None:
    """Send everything, in the order in which nothing is claimed before it is true."""
    by_kind: dict[ChangeKind, list[Change]] = {kind: [] for kind in ChangeKind}
    for change in plan.changes:
        by_kind[change.kind].append(change)
    run.labels(by_kind[ChangeKind.LABEL])
    run.milestones(by_kind[ChangeKind.MILESTONE])
    run.project(by_kind[ChangeKind.PROJECT])
    run.board_fields(by_kind[ChangeKind.FIELD])
    issues = by_kind[ChangeKind.ISSUE]
    cards = by_kind[ChangeKind.PROJECT_ITEM]
    folded: Folded = {}
    for change in (*by_kind[ChangeKind.SUB_ISSUE], *cards):
        if change.ref is None and not change.is_move:
            folded.setdefault(change.key, []).append(change)
    created = [c for c in issues if c.action is Action.CREATE]
    run.creates(created, folded)
    run.late_types(created)
    links = by_kind[ChangeKind.SUB_ISSUE]
    run.stage([c for c in links if not c.is_move], jobs.link)
    run.stage(by_kind[ChangeKind.DEPENDENCY], jobs.link)
    run.stage([c for c in links if c.is_move], jobs.link)
    run.cards(cards)
    run.states([c for c in issues if c.action in (Action.CLOSE, Action.REOPEN)])
    run.updates([c for c in issues if c.action in (Action.UPDATE, Action.ADOPT)])
    run.values(by_kind[ChangeKind.FIELD_VALUE])
