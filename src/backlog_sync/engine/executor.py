"""Applying a plan: every change becomes operations, every operation an outcome.

Nothing is decided here. The order is such that a run that stops anywhere leaves nothing that the
next run would misread: a body, which carries the base, is written after what the base claims,
and what was not done is taken out of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    Outcome,
    Plan,
    Result,
    Usage,
    claim_of,
)
from backlog_sync.core.definition_base import entry_key
from backlog_sync.core.fields import ISSUE_SETS
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.normalize import fold
from backlog_sync.core.operations import Done, Operation
from backlog_sync.core.states import closing_reason
from backlog_sync.engine import jobs
from backlog_sync.engine.concurrent_runs import use_names_that_are_taken, use_the_older_board
from backlog_sync.engine.create import create_issues, give_late_types
from backlog_sync.engine.jobs import OperationOrSkip, Skip
from backlog_sync.engine.ports import Clock, Journal, Nonces, Progress, Tracker
from backlog_sync.engine.registry import Registry
from backlog_sync.engine.send import Sending
from backlog_sync.errors import BacklogError


@dataclass(slots=True)
class Applied:
    """What became of a plan. `stopped` says why the run ended early, where it did."""

    outcomes: tuple[Outcome, ...]
    usage: Usage
    observed: ObservedState
    stopped: BacklogError | None = None
    interrupted: bool = False


class _Run(Sending):
    """The stages of applying a plan."""

    # ---- definitions -----------------------------------------------------------------------

    def labels(self, changes: Iterable[Change]) -> None:
        """Make and change labels."""

        def done(change: Change, reply: Done) -> None:
            self.registry.labels[change.repository, fold(change.title)] = reply.id

        self.stage(changes, jobs.label, done)

    def milestones(self, changes: Iterable[Change]) -> None:
        """Make and change milestones."""

        def done(change: Change, reply: Done) -> None:
            id_and_number = reply.id, reply.number or 0
            self.registry.milestones[change.repository, change.title.strip()] = id_and_number
            if "title" in change.fields:
                self.registry.rename_milestone(change.repository, change.key, change.title)

        self.stage(changes, jobs.milestone, done)

    def note_undefined(self, changes: Iterable[Change]) -> None:
        """Note the labels and milestones that were not made or changed: nothing records them."""
        for change in changes:
            if self.outcomes[id(change)].result is not Result.APPLIED:
                failed = self.registry.undefined.setdefault(change.repository, set())
                failed.add(entry_key(change.kind, change.title))

    def project(self, changes: Iterable[Change]) -> None:
        """Make the board, or link one to the repository."""

        created: list[tuple[Change, Done]] = []

        def done(change: Change, reply: Done) -> None:
            if change.action is Action.CREATE:
                self.registry.project_id = reply.id
                self.registry.fields = {f.name: f for f in reply.fields}
                created.append((change, reply))

        self.stage(changes, jobs.project, done)
        for change, reply in created:
            use_the_older_board(self, change, reply)

    def board_fields(self, changes: Iterable[Change]) -> None:
        """Make board fields, and add options to them."""

        def done(change: Change, reply: Done) -> None:
            for board_field in reply.fields:
                self.registry.fields[board_field.name] = board_field
            self.registry.rename_options(change.key, jobs.renames(change))

        self.stage(changes, jobs.board_field, done)

    # ---- issues that are there -------------------------------------------------------------

    def states(self, changes: Sequence[Change]) -> None:
        """Close and reopen."""

        def done(change: Change, _: Done) -> None:
            closed = change.action is Action.CLOSE
            why = closing_reason(change.fields) if closed else "reopened"
            self.registry.put_state(change.key, "closed" if closed else "open", why)

        self.stage(changes, jobs.comment, last=False)
        self.stage(changes, jobs.state, done)

    def updates(self, changes: Sequence[Change]) -> None:
        """Change existing issues, each only where it still is as it was planned on."""
        self.stage(changes, jobs.labels, last=False)
        self.stage(changes, jobs.assignees, last=False)
        bodies = {id(change): self._body(change) for change in changes}

        def make(registry: Registry, change: Change) -> OperationOrSkip:
            body = bodies[id(change)]
            if change.is_refresh and body is None:
                return Skip("what it would record was not done")
            return jobs.issue(registry, change, body)

        def done(change: Change, _: Done) -> None:
            self.registry.put_update(change, bodies[id(change)])

        self.stage(changes, make, done)
        for change in changes:
            self._fail_missing(change)
            self._remark_done(change)

    def _body(self, change: Change) -> str | None:
        """Give the body to write, which claims nothing that was not done."""
        names = self.unclaimed.get(change.key)
        if change.body is None or id(change) in self.uncounted:
            return change.body
        body_seen = change.body_seen or ""
        body = self.registry.recording(change.body, body_seen, change.repository)
        if names:
            body = body_block.without_claims(body, body_seen, names)
        return None if body_block.says_the_same(body, body_seen) else body

    def _fail_missing(self, change: Change) -> None:
        """Turn into a failure what was sent with a yes, but left a field of the change unset."""
        missing = sorted(self.unclaimed.get(change.key, set()) & set(change.fields))
        outcome = self.outcomes[id(change)]
        if missing and outcome.result is Result.APPLIED:
            reason = f"GitHub did not set: {', '.join(missing)}"
            self.outcomes[id(change)] = replace(outcome, result=Result.FAILED, reason=reason)

    def second_writes(self, created: Sequence[Change], changes: Sequence[Change]) -> list[Change]:
        """Give the refreshes that let new issues claim what was set after their creation.

        Until then a link that people take away would look like one that was never made.
        """
        applied: dict[str, dict[str, set[str]]] = {}
        for change in changes:
            key, name = claim_of(change)
            outcome = self.outcomes.get(id(change))
            if name and outcome is not None and outcome.result is Result.APPLIED:
                applied.setdefault(key, {}).setdefault(name, set()).add(change.other or name)
        refreshes: list[Change] = []
        for change in created:
            issue = self.registry.issues.get(change.key)
            if issue is None or change.key not in applied:
                continue
            body = body_block.with_applied(issue.body, applied[change.key])
            if body != issue.body:
                refreshes.append(
                    replace(
                        change,
                        action=Action.UPDATE,
                        reason="the links of the new issue are made",
                        ref=self.registry.observed.ref(issue),
                        fields={},
                        waits_for=(),
                        body=body,
                        body_seen=issue.body,
                    )
                )
        self.uncounted.update(map(id, refreshes))
        return refreshes

    def _remark_done(self, change: Change) -> None:
        """Say what of a change that is stale was done before that was seen."""
        before = [name for name in ISSUE_SETS if any(jobs.moves(change, name))]
        if before and self.outcomes[id(change)].result is Result.STALE:
            self._remark(change, f"its {' and '.join(before)} are changed already")

    # ---- links and board -------------------------------------------------------------------

    def cards(self, changes: Iterable[Change]) -> None:
        """Put issues on the board."""
        self.stage(changes, jobs.card, lambda c, reply: self.registry.put_card(c.key, reply.id))

    def values(self, changes: Sequence[Change]) -> None:
        """Set board values, each card's record right behind them."""

        def done(change: Change, _: Done) -> None:
            for name, field_change in change.fields.items():
                assert not isinstance(field_change.after, list)
                self.registry.put_value(change.key, name, field_change.after)
            if not change.fields:
                self.registry.put_value(change.key, record.NAME, change.body)

        records = {id(c): replace(c, fields={}) for c in changes if c.fields and c.body is not None}
        with_records = [
            entry for c in changes for entry in (c, records.get(id(c))) if entry is not None
        ]
        self.uncounted.update(map(id, records.values()))
        self.stage(with_records, jobs.value, done)
        self._correct_records(with_records)
        for change in changes:
            written = self.outcomes[id(records[id(change)])] if id(change) in records else None
            done_itself = self.outcomes[id(change)].result is Result.APPLIED
            if done_itself and written is not None and written.result is not Result.APPLIED:
                self._remark(change, f"its record could not be written: {written.reason}")

    def _correct_records(self, changes: Sequence[Change]) -> None:
        """Take out of the records that were written what was not set after all."""
        unset: dict[str, set[str]] = {}
        for change in changes:
            if change.fields and self.outcomes[id(change)].result is not Result.APPLIED:
                unset.setdefault(change.key, set()).update(change.fields)
        texts: dict[str, str] = {}
        waiting: list[Operation] = []
        for change in changes:
            written = not change.fields and self.outcomes[id(change)].result is Result.APPLIED
            if not written or change.key not in unset:
                continue
            names = frozenset(unset[change.key])
            text = record.without(change.body or "", change.body_seen or "", names)
            operation = jobs.card_record(self.registry, change, text)
            if operation is not None and not isinstance(operation, Skip):
                texts[change.key] = text
                waiting.append(operation)
        replies = self.tracker.apply(waiting) if waiting else ()
        for (key, text), (_, reply) in zip(texts.items(), replies, strict=True):
            if isinstance(reply, Done):
                self.registry.put_value(key, record.NAME, text)

    def _remark(self, change: Change, reason: str) -> None:
        """Add to the reason of an outcome."""
        outcome = self.outcomes[id(change)]
        reasons = "; ".join(part for part in (outcome.reason, reason) if part)
        self.outcomes[id(change)] = replace(outcome, reason=reasons)


def apply_plan(
    plan: Plan,
    desired: DesiredState,
    observed: ObservedState,
    *,
    tracker: Tracker,
    nonces: Nonces,
    progress: Progress,
    journal: Journal | None = None,
    clock: Clock | None = None,
) -> Applied:
    """Apply exactly this plan; give an outcome for every change, whatever happens."""
    registry = Registry.of(desired, observed)
    registry.note_refs({change.key for change in plan.changes})
    run = _Run(tracker, nonces, progress, registry, journal=journal, clock=clock)
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
    use_names_that_are_taken(run)
    run.note_undefined((*by_kind[ChangeKind.LABEL], *by_kind[ChangeKind.MILESTONE]))
    run.project(by_kind[ChangeKind.PROJECT])
    run.board_fields(by_kind[ChangeKind.FIELD])
    use_names_that_are_taken(run)
    issues = by_kind[ChangeKind.ISSUE]
    cards = by_kind[ChangeKind.PROJECT_ITEM]
    folded: dict[str, list[Change]] = {}
    for change in (*by_kind[ChangeKind.SUB_ISSUE], *cards):
        if change.ref is None and not change.is_move:
            folded.setdefault(change.key, []).append(change)
    created = [c for c in issues if c.action is Action.CREATE]
    create_issues(run, created, folded)
    give_late_types(run, created)
    links = by_kind[ChangeKind.SUB_ISSUE]
    run.stage([c for c in links if not c.is_move], jobs.link)
    run.stage(by_kind[ChangeKind.DEPENDENCY], jobs.link)
    run.stage([c for c in links if c.is_move], jobs.link)
    run.cards(cards)
    run.states([c for c in issues if c.action in (Action.CLOSE, Action.REOPEN)])
    updates = [c for c in issues if c.action in (Action.UPDATE, Action.ADOPT, Action.FORGET)]
    run.updates([*updates, *run.second_writes(created, plan.changes)])
    run.values(by_kind[ChangeKind.FIELD_VALUE])
