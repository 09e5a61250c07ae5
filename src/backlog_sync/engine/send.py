"""Send operations and record outcomes: every change gets exactly one, whatever happens."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import NoReturn

from backlog_sync import log
from backlog_sync.core.change_kinds import DEFINITIONS, Action
from backlog_sync.core.changes import AddDependency, Change, SetBoardValue, claim_of
from backlog_sync.core.locations import owner_of_repository, same_owner
from backlog_sync.core.operations import Done, NotSent, Operation, Refused, Stale, Unknown
from backlog_sync.core.plan import Outcome, Result
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.overwrites import Overwrites
from backlog_sync.engine.ports import Clock, Journal, Nonces, Progress, Tracker
from backlog_sync.engine.registry import Registry
from backlog_sync.engine.resolve import OperationOrSkip, Skip, resolve
from backlog_sync.errors import PartialError

_LOST = 3
"""More lost answers than this stop the run: the connection is unreliable."""

_OF_ISSUES = re.compile(r"\bissues?\b", re.IGNORECASE)
"""In the reason why a value cannot be set on a card: it belongs to the issue."""

_STAYS = (
    "it stays in the file; take it out of `depends_on`, or move one of the issues to a repository"
)

Job = tuple[Change, Operation]


@dataclass(slots=True)
class Sending:
    """State of applying one plan: the ports it uses, and the outcome of each change.

    `outcomes` are keyed by the identity of their change. `unclaimed` lists, by key, fields that
    were not applied. `lost` counts the answers that were lost so far. Without a `journal` nothing
    is remembered, without a `clock` nothing is waited for. `uncounted` are the identities of what
    is sent along with a change and does not count as one. `taken` are creations whose name exists.
    """

    tracker: Tracker
    nonces: Nonces
    progress: Progress
    registry: Registry
    journal: Journal | None = None
    clock: Clock | None = None
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    unclaimed: dict[str, set[str]] = field(default_factory=dict)
    lost: int = 0
    uncounted: set[int] = field(default_factory=set)
    taken: list[Change] = field(default_factory=list)

    def settle(
        self, change: Change, result: Result, reason: str = "", *, url: str | None = None
    ) -> None:
        """Record a change's outcome, once; `url` is the address of anything but an issue."""
        if id(change) in self.outcomes:
            return
        if id(change) not in self.uncounted:
            self.progress.advance()
        about_issue = change.kind not in DEFINITIONS
        issue = self.registry.issues.get(change.key) if about_issue else None
        self.outcomes[id(change)] = Outcome(
            change=change,
            result=result,
            ref=self.registry.observed.ref(issue) if issue else change.ref,
            url=issue.url if issue else url,
            reason=reason,
        )
        if id(change) not in self.uncounted:
            _log_outcome(self.outcomes[id(change)])
        key, claimed = claim_of(change)
        if result is not Result.APPLIED and claimed:
            self.unclaimed.setdefault(key, set()).add(claimed)

    def leave(self, change: Change, why: str) -> None:
        """Leave a change to the next run: no record of this one claims it."""
        self.outcomes[id(change)] = Outcome(change, Result.NOT_REACHED, change.ref, None, why)
        key, claimed = claim_of(change)
        if claimed:
            self.unclaimed.setdefault(key, set()).add(claimed)

    def settled(self, change: Change) -> bool:
        """Return whether the outcome of a change is known."""
        return id(change) in self.outcomes

    def stage(
        self,
        changes: Iterable[Change],
        done: Callable[[Change, Done], None] | None = None,
        *,
        make: Callable[[Registry, Change], OperationOrSkip] = resolve,
        last: bool = True,
    ) -> None:
        """Send the operation of each change that is not settled yet, and settle it.

        If it is not the change's `last` operation, success leaves it open. Raises `PartialError`
        if the tracker sends no more.
        """
        waiting: list[Job] = []
        for change in changes:
            if self.settled(change):
                continue
            operation = make(self.registry, change)
            if isinstance(operation, Skip):
                self.settle(change, Result.SKIPPED, operation.reason)
            elif operation is not None:
                waiting.append((change, operation))
            elif last:
                self.settle(change, Result.APPLIED)
        while waiting:
            waiting = self._send(waiting, done, last=last)

    def _send(
        self, waiting: list[Job], done: Callable[[Change, Done], None] | None, *, last: bool
    ) -> list[Job]:
        """Send once; return what was not sent because an earlier answer was lost."""
        unsent: list[Job] = []
        lost, why = False, ""
        overwrites = Overwrites(self.journal, self.registry, waiting)
        replies = self.tracker.apply([operation for _, operation in waiting], overwrites.before)
        for (change, operation), (_, reply) in zip(waiting, replies, strict=True):
            match reply:
                case Done():
                    if done is not None:
                        done(change, reply)
                    self.answered(change, reply, last=last)
                case Refused():
                    overwrites.refused(operation)
                    if reply.code == "already_exists" and change.action is Action.CREATE:
                        self.taken.append(change)
                    self._refuse(change, reply.message)
                case Stale():
                    overwrites.refused(operation)
                    self.settle(change, Result.STALE, reply.message)
                case Unknown():
                    lost = True
                    why = f"the answer was lost ({reply.message}); run again to see"
                    self.settle(change, Result.FAILED, why)
                case NotSent():
                    why = why or reply.message
                    unsent.append((change, operation))
        if unsent:
            self.go_on(lost, why)
        return unsent

    def _refuse(self, change: Change, message: str) -> None:
        """Settle a change that GitHub refused: it failed, or is held if each run would fail at it.

        GitHub documents no rule about dependencies across owners, so they are tried.
        """
        owners = self._owners(change) if isinstance(change, AddDependency) else ()
        if len(owners) > 1:
            reason = f"GitHub refused this dependency across owners: {message}; {_STAYS}"
            reason += f" of {' or '.join(owners)}"
            self.settle(change, Result.HELD, reason)
        else:
            self.settle(change, Result.FAILED, _with_remedy(change, message))

    def _owners(self, change: AddDependency) -> Sequence[str]:
        """Return the owners of the two issues of a dependency: one, or both."""
        issues = self.registry.issues
        homes = [
            issues[ref].repository if ref in issues else ref for ref in (change.key, change.blocker)
        ]
        if same_owner(*homes):
            return [owner_of_repository(homes[0])]
        return [owner_of_repository(home) for home in homes]

    def answered(self, change: Change, reply: Done, *, last: bool) -> None:
        """Settle a change that GitHub accepted; it fails if GitHub left one of its fields unset."""
        missing = [name for name in reply.missing if name != "card"]
        reason = f"GitHub did not set: {', '.join(missing)}" if missing else ""
        if set(missing) & set(change.fields) and change.action is not Action.CREATE:
            self.unclaimed.setdefault(change.key, set()).update(missing)
            if last:
                self.settle(change, Result.FAILED, reason)
        elif last:
            self.settle(change, Result.APPLIED, reason, url=reply.url)

    def go_on(self, lost: bool, why: str) -> None:
        """Raise `PartialError` unless the rest is unsent only because of a tolerable lost answer.

        `lost` counts as one, even if it was the answer to a whole batch.
        """
        self.lost += lost
        if not lost or self.lost > _LOST:
            stop(why)


def _with_remedy(change: Change, message: str) -> str:
    """Return GitHub's reason, and what to do if a column of a board shows the issues' own values.

    Such a column looks like a field of the board until a value is set: nothing in the API tells
    them apart while the cards have no values. GitHub's words for it are not published.
    """
    if not isinstance(change, SetBoardValue) or not _OF_ISSUES.search(message):
        return message
    return (
        f"{message}; {change.name} may be an issue field of the organization: declare it under"
        f" `issue_fields:`, as in {change.name}: {{}}"
    )


def _log_outcome(outcome: Outcome) -> None:
    change = outcome.change
    send = log.event if outcome.result is Result.APPLIED else log.warning
    send(
        "change.applied",
        action=change.action.value,
        kind=change.kind.value,
        key=change.key,
        ref=outcome.ref,
        result=outcome.result.value,
        reason=outcome.reason or None,
    )


def stop(why: str) -> NoReturn:
    """Abort the run cleanly by raising `PartialError`; the rest is left to the next run."""
    raise PartialError(why, hint="run it again to continue")
