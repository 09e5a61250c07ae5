"""Applying a plan: every change becomes operations, every operation an outcome.

Nothing is decided here. The order is such that a run that stops anywhere leaves nothing that the
next run would misread: a body, which carries the base, is written after what the base claims.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize
from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    Outcome,
    Plan,
    Result,
    Usage,
)
from backlog_sync.core.model import (
    BoardFieldDef,
    BoardItem,
    DesiredState,
    LabelDef,
    MilestoneDef,
    ObservedIssue,
    ObservedState,
)
from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddOptions,
    AddSubIssue,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    CreateBoardField,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    Done,
    LinkProject,
    NotSent,
    Operation,
    Refused,
    RemoveBlocker,
    RemoveSubIssue,
    ReopenIssue,
    SetValue,
    Unknown,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
)
from backlog_sync.engine.ports import Nonces, Progress, Tracker
from backlog_sync.engine.registry import Registry
from backlog_sync.errors import BacklogError

_READ_BACK = 100
_ROUNDS = 3
Job = tuple[Change, Operation]


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
    """One application of one plan."""

    tracker: Tracker
    nonces: Nonces
    progress: Progress
    registry: Registry
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    folded: set[int] = field(default_factory=set)

    # ---- bookkeeping -----------------------------------------------------------------------

    def settle(self, change: Change, result: Result, reason: str = "") -> None:
        """Record a change's outcome; a failure is never overwritten by a later success."""
        earlier = self.outcomes.get(id(change))
        if earlier is not None and earlier.result is not Result.APPLIED:
            return
        if earlier is None:
            self.progress.advance()
        issue = self.registry.issues.get(change.key)
        self.outcomes[id(change)] = Outcome(
            change=change,
            result=result,
            ref=f"#{issue.number}" if issue else change.ref,
            url=issue.url if issue else None,
            reason=reason or (earlier.reason if earlier else ""),
        )

    def open(self, change: Change) -> bool:
        """Whether nothing has gone wrong with a change so far."""
        outcome = self.outcomes.get(id(change))
        return outcome is None or outcome.result is Result.APPLIED

    def send(
        self, jobs: Sequence[Job], done: Callable[[Change, Done], None] | None = None
    ) -> list[Job]:
        """Send jobs in order and settle their changes; give those that were not sent."""
        waiting = list(jobs)
        unsent: list[Job] = []
        if not waiting:
            return unsent
        replies = self.tracker.apply([operation for _, operation in waiting])
        for (change, operation), (_, reply) in zip(waiting, replies, strict=True):
            match reply:
                case Done():
                    if done is not None:
                        done(change, reply)
                    self.settle(change, Result.APPLIED, _missing(reply))
                case Refused():
                    self.settle(change, Result.FAILED, reply.message)
                case Unknown():
                    self.settle(
                        change,
                        Result.FAILED,
                        f"the answer was lost ({reply.message}); run again to see",
                    )
                case NotSent():
                    unsent.append((change, operation))
        for change, _ in unsent:
            self.settle(change, Result.NOT_REACHED, "an earlier request failed")
        return unsent

    # ---- definitions -----------------------------------------------------------------------

    def labels(self, changes: Iterable[Change]) -> None:
        """Make and change labels."""
        jobs: list[Job] = []
        for change in changes:
            wanted = change.definition
            assert isinstance(wanted, LabelDef)
            after = {name: str(f.after) for name, f in change.fields.items()}
            if change.action is Action.CREATE:
                jobs.append(
                    (change, CreateLabel(wanted.name, after["color"], after["description"]))
                )
            else:
                known = self.registry.labels[normalize.fold(change.key)]
                jobs.append((change, UpdateLabel(known, **after)))

        def done(change: Change, reply: Done) -> None:
            self.registry.labels[normalize.fold(change.title)] = reply.id

        self.send(jobs, done)

    def milestones(self, changes: Iterable[Change]) -> None:
        """Make and change milestones."""
        jobs: list[Job] = []
        for change in changes:
            wanted = change.definition
            assert isinstance(wanted, MilestoneDef)
            if change.action is Action.CREATE:
                jobs.append((change, CreateMilestone(wanted.title, wanted.due, wanted.description)))
            else:
                number = self.registry.milestones[wanted.title.strip()][1]
                jobs.append((change, UpdateMilestone(number, wanted.due, wanted.description)))

        def done(change: Change, reply: Done) -> None:
            self.registry.milestones[change.title.strip()] = (reply.id, reply.number or 0)

        self.send(jobs, done)

    def project(self, changes: Iterable[Change]) -> None:
        """Make the board, or link one to the repository."""
        repository = self.registry.observed.repository
        owner = self.registry.observed.project_owner_id or repository.owner_id
        jobs: list[Job] = []
        for change in changes:
            if change.action is Action.CREATE:
                jobs.append((change, CreateProject(owner, change.title, repository.id)))
            elif self.registry.project_id is not None:
                jobs.append((change, LinkProject(self.registry.project_id, repository.id)))

        def done(change: Change, reply: Done) -> None:
            if change.action is Action.CREATE:
                self.registry.project_id = reply.id
                self.registry.fields = {f.name: f for f in reply.fields}

        self.send(jobs, done)

    def board_fields(self, changes: Iterable[Change]) -> None:
        """Make board fields, and add options to them with all that are there kept."""
        jobs: list[Job] = []
        project = self.registry.project_id
        for change in changes:
            wanted = change.definition
            assert isinstance(wanted, BoardFieldDef)
            if project is None:
                self.settle(change, Result.SKIPPED, "there is no board")
                continue
            if change.action is Action.CREATE:
                jobs.append((change, CreateBoardField(project, wanted)))
                continue
            known = self.registry.fields[wanted.name]
            names = {normalize.fold(option.name) for option in known.options}
            new = [o for o in wanted.options if normalize.fold(o.name) not in names]
            jobs.append(
                (
                    change,
                    AddOptions(
                        project,
                        known.id,
                        tuple((o.id, o.name, o.color, o.description) for o in known.options),
                        tuple((o.name, o.color or "GRAY", o.description or "") for o in new),
                    ),
                )
            )

        def done(_: Change, reply: Done) -> None:
            for made in reply.fields:
                self.registry.fields[made.name] = made

        self.send(jobs, done)

    # ---- issues ----------------------------------------------------------------------------

    def creates(self, changes: Sequence[Change], folded: dict[str, list[Change]]) -> None:
        """Make issues wave by wave, parents first; `folded` are changes that the call includes."""
        waiting = list(changes)
        stuck = 0
        while waiting and stuck < _ROUNDS:
            ready: list[Job] = []
            later: list[Change] = []
            for change in waiting:
                lost = [k for k in change.waits_for if self._lost(k, waiting)]
                if lost:
                    self.settle(change, Result.SKIPPED, f"{lost[0]} was not created")
                elif all(k in self.registry.issues for k in change.waits_for):
                    operation = self._create(change, folded.get(change.key, []))
                    if operation is not None:
                        ready.append((change, operation))
                else:
                    later.append(change)
            unsent = self._send_creates(ready, folded)
            stuck = stuck + 1 if unsent and len(unsent) == len(ready) else 0
            waiting = [change for change, _ in unsent] + later
            if not ready and later:
                break
        for change in waiting:
            self.settle(change, Result.NOT_REACHED, "an earlier request failed")

    def _lost(self, key: str, waiting: Sequence[Change]) -> bool:
        return key not in self.registry.issues and all(c.key != key for c in waiting)

    def _create(self, change: Change, folded: list[Change]) -> CreateIssue | None:
        """Give the operation, or settle the change where something it needs was not made."""
        after = {name: f.after for name, f in change.fields.items()}
        labels: list[str] = []
        for name in _names(after.get("labels")):
            known = self.registry.labels.get(normalize.fold(name))
            if known is None:
                self.settle(change, Result.SKIPPED, f"the label {name} could not be made")
                return None
            labels.append(known)
        milestone = after.get("milestone")
        milestone_id = None
        if milestone is not None:
            found = self.registry.milestones.get(str(milestone).strip())
            if found is None:
                self.settle(change, Result.SKIPPED, f"milestone {milestone} could not be made")
                return None
            milestone_id = found[0]
        parent = next((c.other for c in folded if c.kind is ChangeKind.SUB_ISSUE), None)
        card = any(c.kind is ChangeKind.PROJECT_ITEM for c in folded)
        nonce = self.nonces()
        assert change.body is not None
        return CreateIssue(
            repository_id=self.registry.observed.repository.id,
            key=change.key,
            nonce=nonce,
            title=str(after["title"]),
            body=body_block.with_nonce(change.body, nonce),
            label_ids=tuple(labels),
            assignees=tuple(_names(after.get("assignees"))),
            milestone_id=milestone_id,
            issue_type=str(after["issue_type"]) if after.get("issue_type") else None,
            parent_id=self.registry.issue_id(parent) if parent else None,
            project_ids=(self.registry.project_id,) if card and self.registry.project_id else (),
        )

    def _send_creates(self, jobs: Sequence[Job], folded: dict[str, list[Change]]) -> list[Job]:
        """Send creates; find those with lost answers by their nonce; give those not sent."""
        unsent: list[Job] = []
        lost: list[tuple[Change, CreateIssue, str]] = []
        if not jobs:
            return unsent
        replies = self.tracker.apply([operation for _, operation in jobs])
        for (change, operation), (_, reply) in zip(jobs, replies, strict=True):
            assert isinstance(operation, CreateIssue)
            match reply:
                case Done():
                    self._created(change, operation, reply, folded)
                case Refused():
                    self.settle(change, Result.FAILED, reply.message)
                case Unknown():
                    lost.append((change, operation, reply.message))
                case NotSent():
                    unsent.append((change, operation))
        if lost:
            found = {
                parts.marker.nonce: issue
                for issue in self.tracker.recent(_READ_BACK)
                if (parts := body_block.split(issue.body)).marker is not None
            }
            for change, operation, why in lost:
                issue = found.get(operation.nonce)
                if issue is None:
                    self.settle(
                        change,
                        Result.FAILED,
                        f"the answer was lost ({why}) and the issue is not there yet; run again",
                    )
                    continue
                reply = Done(id=issue.id, number=issue.number, url=issue.url, missing=("card",))
                self._created(change, operation, reply, folded)
        return unsent

    def _created(
        self, change: Change, operation: CreateIssue, reply: Done, folded: dict[str, list[Change]]
    ) -> None:
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
            labels=tuple(_names(after.get("labels"))),
            assignees=operation.assignees,
            milestone=str(milestone) if milestone is not None else None,
            issue_type=operation.issue_type,
            card=BoardItem(reply.card_id) if reply.card_id else None,
        )
        if reply.card_id:
            self.registry.cards[change.key] = reply.card_id
        self.settle(change, Result.APPLIED, _missing(reply))
        for other in folded.get(change.key, []):
            if other.kind is ChangeKind.PROJECT_ITEM and reply.card_id:
                self.folded.add(id(other))
            if other.kind is ChangeKind.SUB_ISSUE and "parent" not in reply.missing:
                self.folded.add(id(other))
            if id(other) in self.folded:
                self.settle(other, Result.APPLIED)

    def states(self, changes: Iterable[Change]) -> None:
        """Close and reopen."""
        jobs: list[Job] = []
        for change in changes:
            issue = self.registry.issues.get(change.key)
            if issue is None:
                self.settle(change, Result.SKIPPED, "the issue was not created")
            elif change.action is Action.CLOSE:
                jobs.append((change, CloseIssue(issue.id)))
            else:
                jobs.append((change, ReopenIssue(issue.id)))

        def done(change: Change, _: Done) -> None:
            closed = change.action is Action.CLOSE
            self.registry.issues[change.key] = replace(
                self.registry.issues[change.key],
                state="closed" if closed else "open",
                state_reason="completed" if closed else "reopened",
            )

        self.send(jobs, done)

    def updates(self, changes: Sequence[Change]) -> None:
        """Change existing issues, each only where its body is still the one that was planned on."""
        now = (
            self.tracker.reread([self.registry.issues[c.key].id for c in changes])
            if changes
            else {}
        )
        fresh: list[Change] = []
        for change in changes:
            issue = self.registry.issues[change.key]
            there = now.get(issue.id)
            if there is None:
                self.settle(change, Result.STALE, "the issue is gone")
            elif change.body is not None and there.body != change.body_seen:
                self.settle(change, Result.STALE, "the body was edited since it was read")
            elif "title" in change.fields and there.title != issue.title:
                self.settle(change, Result.STALE, "the title was edited since it was read")
            else:
                fresh.append(change)
        self.send(self._label_jobs(fresh))
        self.send(self._assignee_jobs([c for c in fresh if self.open(c)]))
        self.send(self._issue_jobs([c for c in fresh if self.open(c)]), self._updated)

    def _label_jobs(self, changes: Iterable[Change]) -> list[Job]:
        jobs: list[Job] = []
        for change in changes:
            add, remove = _moves(change, "labels")
            if not (add or remove):
                continue
            ids = [self.registry.labels.get(normalize.fold(name)) for name in add]
            if None in ids:
                self.settle(change, Result.SKIPPED, "a label could not be made")
                continue
            gone = [self.registry.labels[normalize.fold(name)] for name in remove]
            issue = self.registry.issues[change.key]
            added = tuple(i for i in ids if i is not None)
            jobs.append((change, ChangeLabels(issue.id, added, tuple(gone))))
        return jobs

    def _assignee_jobs(self, changes: Iterable[Change]) -> list[Job]:
        jobs: list[Job] = []
        for change in changes:
            add, remove = _moves(change, "assignees")
            if add or remove:
                issue = self.registry.issues[change.key]
                jobs.append((change, ChangeAssignees(issue.id, tuple(add), tuple(remove))))
        return jobs

    def _issue_jobs(self, changes: Iterable[Change]) -> list[Job]:
        jobs: list[Job] = []
        for change in changes:
            after = {name: f.after for name, f in change.fields.items()}
            milestone = after.get("milestone")
            found = self.registry.milestones.get(str(milestone).strip()) if milestone else None
            if milestone and found is None:
                self.settle(change, Result.SKIPPED, f"milestone {milestone} could not be made")
                continue
            clear = tuple(n for n in ("milestone", "issue_type") if n in after and not after[n])
            operation = UpdateIssue(
                id=self.registry.issues[change.key].id,
                title=str(after["title"]) if "title" in after else None,
                body=change.body,
                milestone_id=found[0] if found else None,
                issue_type=str(after["issue_type"]) if after.get("issue_type") else None,
                clear=clear,
            )
            if operation != UpdateIssue(id=operation.id):
                jobs.append((change, operation))
        return jobs

    def _updated(self, change: Change, _: Done) -> None:
        issue = self.registry.issues[change.key]
        title = change.fields.get("title")
        self.registry.issues[change.key] = replace(
            issue,
            title=str(title.after) if title else issue.title,
            body=change.body if change.body is not None else issue.body,
        )

    # ---- links and board -------------------------------------------------------------------

    def links(self, changes: Iterable[Change]) -> None:
        """Make and undo sub-issues and dependencies."""
        jobs: list[Job] = []
        for change in changes:
            if id(change) in self.folded:
                continue
            this = self.registry.issue_id(change.key)
            other = self.registry.issue_id(change.other or "")
            if this is None or other is None:
                gone = change.key if this is None else change.other
                self.settle(change, Result.SKIPPED, f"{gone} was not created")
                continue
            jobs.append((change, _link(change, this, other)))
        self.send(jobs)

    def cards(self, changes: Iterable[Change]) -> None:
        """Put issues on the board."""
        jobs: list[Job] = []
        for change in changes:
            if id(change) in self.folded:
                continue
            issue = self.registry.issues.get(change.key)
            if issue is None or self.registry.project_id is None:
                what = "the issue was not created" if issue is None else "there is no board"
                self.settle(change, Result.SKIPPED, what)
                continue
            jobs.append((change, AddCard(self.registry.project_id, issue.id)))
        self.send(jobs, lambda change, reply: self.registry.put_card(change.key, reply.id))

    def values(self, changes: Iterable[Change]) -> None:
        """Set board values."""
        jobs: list[Job] = []
        for change in changes:
            card = self.registry.cards.get(change.key)
            project = self.registry.project_id
            if card is None or project is None:
                self.settle(change, Result.SKIPPED, "the issue is not on the board")
                continue
            ((name, wanted),) = change.fields.items()
            known = self.registry.fields.get(name)
            value = wanted.after
            if known is None or isinstance(value, list | bool):
                self.settle(change, Result.SKIPPED, f"the board has no field {name}")
                continue
            option = self.registry.option_id(name, value)
            if known.type in ("single_select", "iteration") and value and option is None:
                self.settle(change, Result.SKIPPED, f"{name} has no option {value}")
                continue
            jobs.append((change, SetValue(project, card, known.id, known.type, value, option)))

        def done(change: Change, _: Done) -> None:
            for name, wanted in change.fields.items():
                assert not isinstance(wanted.after, list)
                self.registry.put_value(change.key, name, wanted.after)

        self.send(jobs, done)


def _link(change: Change, this: str, other: str) -> Operation:
    linking = change.action is Action.LINK
    if change.kind is ChangeKind.SUB_ISSUE:
        if not linking:
            return RemoveSubIssue(parent_id=other, child_id=this)
        replaces = change.fields["parent"].before is not None
        return AddSubIssue(parent_id=other, child_id=this, replace=replaces)
    if linking:
        return AddBlocker(blocked_id=this, blocker_id=other)
    return RemoveBlocker(blocked_id=this, blocker_id=other)


def _missing(reply: Done) -> str:
    told = [name for name in reply.missing if name != "card"]
    return f"GitHub did not set: {', '.join(told)}" if told else ""


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else []


def _moves(change: Change, name: str) -> tuple[list[str], list[str]]:
    """Give the members that a change adds to a set and those that it takes away."""
    moved = change.fields.get(name)
    if moved is None:
        return [], []
    before, after = (
        normalize.fold_set(_names(moved.before)),
        normalize.fold_set(_names(moved.after)),
    )
    return (
        [after[n] for n in after if n not in before],
        [before[n] for n in before if n not in after],
    )


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
    links = [*by_kind[ChangeKind.SUB_ISSUE], *by_kind[ChangeKind.DEPENDENCY]]
    cards = by_kind[ChangeKind.PROJECT_ITEM]
    folded: dict[str, list[Change]] = {}
    for change in (*by_kind[ChangeKind.SUB_ISSUE], *cards):
        if change.ref is None:
            folded.setdefault(change.key, []).append(change)
    run.creates([c for c in issues if c.action is Action.CREATE], folded)
    run.links(links)
    run.cards(cards)
    run.states([c for c in issues if c.action in (Action.CLOSE, Action.REOPEN)])
    run.updates([c for c in issues if c.action in (Action.UPDATE, Action.ADOPT)])
    run.values(by_kind[ChangeKind.FIELD_VALUE])
