"""Apply a plan: turn every change into operations, and every operation into an outcome.

Nothing is decided here. The order ensures that a run that stops anywhere leaves nothing that the
next run would misread: a body, which contains the base, is written after what the base claims,
and what was not applied is removed from it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.change_kinds import DEFINITIONS
from backlog_sync.core.changes import (
    AddDependency,
    AddToBoard,
    AdoptIssue,
    Change,
    CloseIssue,
    CreateBoard,
    CreateBoardField,
    CreateIssue,
    CreateIssueField,
    CreateLabel,
    CreateMilestone,
    CreateView,
    ExtendIterations,
    ForgetFields,
    ForgetValues,
    LinkBoard,
    LinkSubIssue,
    MoveSubIssue,
    RefreshBase,
    RefreshRecord,
    RemoveDependency,
    ReopenIssue,
    RestoreIterations,
    SetBoardValue,
    ShowIssueField,
    UnlinkSubIssue,
    UpdateBoard,
    UpdateBoardField,
    UpdateIssue,
    UpdateIssueField,
    UpdateLabel,
    UpdateMilestone,
    UpdateView,
    claim_of,
)
from backlog_sync.core.definition_base import recorded_keys
from backlog_sync.core.estimate import Estimate, estimate, seconds_left
from backlog_sync.core.fields import ISSUE_SETS
from backlog_sync.core.issue_fields import private_entry
from backlog_sync.core.matching import Matches, match_items, with_issues
from backlog_sync.core.model import DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.operations import Done, Operation
from backlog_sync.core.plan import Outcome, Plan, Result, Usage
from backlog_sync.dataclass import dataclass
from backlog_sync.engine import resolve
from backlog_sync.engine.concurrent_runs import (
    use_names_that_are_taken,
    use_options_that_exist,
    use_the_older_board,
    use_views_that_exist,
)
from backlog_sync.engine.create import create_issues, give_late_types
from backlog_sync.engine.early_writes import BoardWrite, EarlyWrites
from backlog_sync.engine.iterations import extend_iterations, restore_iterations
from backlog_sync.engine.new_board import forget_new_board, note_new_board
from backlog_sync.engine.ports import Clock, Journal, Nonces, Progress, TimeLeft, Tracker
from backlog_sync.engine.registry import Registry
from backlog_sync.engine.resolve import IssueWrite, OperationOrSkip, Skip
from backlog_sync.engine.send import Sending
from backlog_sync.errors import BacklogError, CreationsSpentError


def _counted_on(change: Change) -> tuple[str, ...]:
    return change.counts_on if isinstance(change, CloseIssue | ReopenIssue) else ()


@dataclass(slots=True)
class Applied:
    """The result of applying a plan; `stopped` is the reason why the run ended early, if it did.

    `observed` is GitHub as the run left it. `matches` are the items' issues in it; None if issues
    were created and nothing was matched after that.
    """

    outcomes: tuple[Outcome, ...]
    usage: Usage
    observed: ObservedState
    matches: Matches | None = None
    stopped: BacklogError | None = None
    interrupted: bool = False


class _Run(Sending):
    """The stages of applying a plan."""

    # ---- definitions -----------------------------------------------------------------------

    def _note_label(self, change: Change, reply: Done) -> None:
        self.registry.labels[change.repository, fold(change.title)] = reply.id

    def milestones(self, changes: Iterable[Change]) -> None:
        """Create and change milestones."""

        def done(change: Change, reply: Done) -> None:
            id_and_number = reply.id, reply.number or 0
            self.registry.milestones[change.repository, change.title.strip()] = id_and_number
            if "title" in change.fields:
                self.registry.rename_milestone(change.repository, change.key, change.title)

        self.stage(changes, done)

    def note_undefined(self, changes: Iterable[Change]) -> None:
        """Register definitions that were not applied, so that no body records them."""
        for change in changes:
            if self.outcomes[id(change)].result is not Result.APPLIED:
                failed = self.registry.undefined.setdefault(change.repository, set())
                failed.update(recorded_keys(change))

    def issue_fields(self, changes: Iterable[Change]) -> None:
        """Create issue fields of the organization, and add options to them."""

        def done(change: Change, reply: Done) -> None:
            if reply.issue_field is not None:
                self.registry.issue_fields[fold(change.key)] = reply.issue_field

        changes = tuple(changes)
        self.stage(changes, done)
        if self.taken:
            use_names_that_are_taken(self)
        updates = [change for change in changes if isinstance(change, UpdateIssueField)]
        results = {self.outcomes[id(change)].result for change in updates}
        if results & {Result.APPLIED, Result.STALE}:
            self._look_up_options(updates)

    def _look_up_options(self, updates: Sequence[UpdateIssueField]) -> None:
        """Read the ids of new options: the answers of REST have no ids that GraphQL takes."""
        try:
            fields = self.tracker.definitions(None, None).issue_fields or ()
        except BacklogError:
            return  # values that need the new options are skipped, and the next run sets them
        self.registry.issue_fields |= {fold(each.name): each for each in fields}
        use_options_that_exist(self, updates, fields)

    def labels_and_project(self, labels: Sequence[Change], changes: Sequence[Change]) -> None:
        """Create and change labels, and create the board, or link and change an existing one.

        New labels are sent in the same request as a new board, before it: if the token may not
        create boards, it is known by then that it may write.
        """

        created: list[tuple[Change, Done]] = []

        def done(change: Change, reply: Done) -> None:
            if isinstance(change, CreateBoard):
                self.registry.project_id = reply.id
                self.registry.board_url = reply.url or ""
                self.registry.fields = {f.name: f for f in reply.fields}
                self.registry.put_views(reply.views)
                self.registry.board_is_new = True
                note_new_board(self, change, reply.id)
                created.append((change, reply))
            else:
                self._note_label(change, reply)
                self.settle(change, Result.APPLIED)

        boards = [c for c in changes if isinstance(c, CreateBoard)]
        along = [c for c in labels if boards and isinstance(c, CreateLabel)]
        self.stage((c for c in labels if c not in along), self._note_label)
        for new_board in boards:
            note_new_board(self, new_board)
        self.stage([*along, *boards], done, last=False)
        self.stage(boards, make=resolve.board_link, last=False)
        self.stage(boards, make=resolve.board_texts, last=False)
        for change, reply in created:
            self.settle(change, Result.APPLIED, url=reply.url)
            use_the_older_board(self, change, reply)
        self.stage(c for c in changes if not isinstance(c, CreateBoard))

    def board_parts(self, changes: Sequence[Change], *, links: bool) -> list[CreateView]:
        """Create board fields and views, and change them; return the views that can wait.

        If `links` follow, that are those which every new board gets: they share a request with
        links, as nothing is recorded of them.

        Fields and columns of issue fields share a request. So do views without columns and filters
        on a board that this run creates; else they are created when the fields exist. Their order
        is that of the tabs.
        """

        def done(change: Change, reply: Done) -> None:
            for board_field in reply.fields:
                self.registry.fields[board_field.name] = board_field
            self.registry.rename_options(change.key, resolve.renames(change))
            self.registry.put_views(reply.views)
            if isinstance(change, CreateView) and reply.missing:
                lacking[id(change)] = " and ".join(reply.missing)

        lacking: dict[int, str] = {}
        views = [c for c in changes if isinstance(c, CreateView)]
        plain = not any(c.fields.keys() - {"layout"} for c in views)
        at_once = views if plain and self.registry.board_is_new else []
        creates = [c for c in changes if isinstance(c, CreateBoardField)]
        shown = [c for c in changes if isinstance(c, ShowIssueField)]
        self.stage([*at_once, *creates, *shown], done)
        can_wait = links and self.registry.board_is_new
        waiting = [c for c in views if can_wait and c not in at_once and not c.definition.declared]
        later = [c for c in views if c not in at_once and c not in waiting]
        use_views_that_exist(self, later)
        self.stage(later, done, last=False)
        self.stage(later, done, make=resolve.view_filter)
        for change in later:
            if id(change) in lacking:
                what = f"this server did not take {lacking[id(change)]}; the next plan names"
                self._remark(change, f"{what} what to set in its menu")
        self.stage((c for c in changes if isinstance(c, UpdateBoardField)), done)
        self.stage((c for c in changes if isinstance(c, UpdateView)), done)
        if not waiting:
            forget_new_board(self, views)
        return waiting

    # ---- existing issues -------------------------------------------------------------------

    def states(self, changes: Sequence[Change]) -> None:
        """Close and reopen issues."""

        def done(change: Change, _: Done) -> None:
            if isinstance(change, CloseIssue):
                self.registry.put_state(change.key, "closed", change.state_reason)
            else:
                self.registry.put_state(change.key, "open", "reopened")

        self.stage(changes, make=resolve.comment, last=False)
        for part in self._by_what_they_count_on(changes):
            self.stage(part, done)

    def _by_what_they_count_on(self, changes: Sequence[Change]) -> Iterator[list[Change]]:
        """Yield the changes of states in parts, each after those that it counts on.

        One that counts on a state that was not set is skipped.
        """
        waiting = list(changes)
        unset: set[str] = set()
        while waiting:
            keys = {change.key for change in waiting}
            part = [c for c in waiting if not keys.intersection(_counted_on(c)) - {c.key}]
            for change in part:
                missing = unset.intersection(_counted_on(change))
                if missing:
                    why = f"it depends on {', '.join(sorted(missing))}, which was not changed"
                    self.settle(change, Result.SKIPPED, why)
            yield part
            unset |= {c.key for c in part if self.outcomes[id(c)].result is not Result.APPLIED}
            done = set(map(id, part))
            waiting = [change for change in waiting if id(change) not in done]

    def milestone_states(
        self, changes: Sequence[UpdateMilestone], states: Sequence[Change]
    ) -> None:
        """Close and reopen milestones whose issues have the states that they count on."""
        unset = {c.key for c in states if self.outcomes[id(c)].result is not Result.APPLIED}
        for change in changes:
            missing = unset.intersection(change.counts_on)
            if missing:
                why = f"it depends on {', '.join(sorted(missing))}, which was not changed"
                self.settle(change, Result.SKIPPED, why)
        self.stage(changes)
        self.note_undefined(changes)

    def updates(self, changes: Sequence[IssueWrite]) -> None:
        """Change existing issues, each only if it still is as the plan saw it."""
        self.stage(changes, make=resolve.labels, last=False)
        self.stage(changes, make=resolve.assignees, last=False)
        for nth in range(len(self.registry.agents)):
            self.stage(changes, make=partial(resolve.agent, nth), last=False)
        self.stage(changes, make=resolve.issue_fields, last=False)
        bodies = {id(change): self._body(change) for change in changes}
        for change in changes:
            if isinstance(change, RefreshBase) and bodies[id(change)] is None:
                self._hold_with_links(change)

        def make(registry: Registry, change: Change) -> OperationOrSkip:
            body = bodies[id(change)]
            if isinstance(change, RefreshBase) and body is None:
                return Skip("what it would record was not done")
            return resolve.issue(registry, change, body)

        def done(change: Change, _: Done) -> None:
            self.registry.put_update(change, bodies[id(change)])

        self.stage(changes, done, make=make)
        for change in changes:
            self._fail_missing(change)
            self._remark_done(change)

    def _hold_with_links(self, change: RefreshBase) -> None:
        """Hold a refresh that would only have recorded what is held itself."""
        outcomes = [o for o in self.outcomes.values() if o.change.key == change.key]
        undone = {o.result: o.reason for o in outcomes if o.result is not Result.APPLIED}
        if undone.keys() == {Result.HELD}:
            self.settle(change, Result.HELD, undone[Result.HELD])

    def _body(self, change: IssueWrite) -> str | None:
        """Return the body to write; its base claims only what was applied."""
        names = self.unclaimed.get(change.key)
        if change.body is None or id(change) in self.uncounted:
            return change.body
        body_seen = change.body_seen or ""
        body = self.registry.recording(change.body, body_seen, change.repository)
        if names:
            body = body_block.without_claims(body, body_seen, names)
        return None if body_block.same_body(body, body_seen) else body

    def _fail_missing(self, change: Change) -> None:
        """Mark a change as failed if GitHub accepted it but left one of its fields unset."""
        missing = sorted(self.unclaimed.get(change.key, set()) & set(change.fields))
        outcome = self.outcomes[id(change)]
        if missing and outcome.result is Result.APPLIED:
            reason = f"GitHub did not set: {', '.join(missing)}"
            self.outcomes[id(change)] = replace(outcome, result=Result.FAILED, reason=reason)

    def second_writes(
        self, created: Sequence[CreateIssue], changes: Sequence[Change]
    ) -> list[RefreshBase]:
        """Return the refreshes that record in new issues what was set after their creation.

        Until then, a difference looks like something that was never set. That is so for the state
        of an issue. For its blockers it is so only on servers whose timeline does not list removed
        links. Elsewhere the marker names them as pending from the creation on, and nothing has to
        be written again:

        - A blocker that exists was linked: the file may remove it like any other.
        - One that is absent, and that the timeline lists as removed, was linked and taken away.
        - One that is absent and not listed was never linked, because the run ended before or
          GitHub refused it: the next run links it.

        So the record is complete at the moment of the creation, also if the process dies before
        the links are made, or right after them.
        """
        applied: dict[str, dict[str, set[str]]] = {}
        for change in changes:
            key, name = claim_of(change)
            outcome = self.outcomes.get(id(change))
            if name and outcome is not None and outcome.result is Result.APPLIED:
                applied.setdefault(key, {}).setdefault(name, set()).add(change.other or name)
        refreshes: list[RefreshBase] = []
        for change in created:
            issue = self.registry.issues.get(change.key)
            if issue is None or not self._needs_second_write(applied.get(change.key, {})):
                continue
            body = body_block.with_applied(issue.body, applied[change.key])
            if body != issue.body:
                refreshes.append(
                    RefreshBase(
                        change.key,
                        change.title,
                        "the links of the new issue are made",
                        self.registry.observed.ref(issue),
                        repository=change.repository,
                        body=body,
                        body_seen=issue.body,
                    )
                )
        self.uncounted.update(map(id, refreshes))
        return refreshes

    def _needs_second_write(self, applied: Collection[str]) -> bool:
        """Return whether a new issue's base has yet to record one of these; see `second_writes`."""
        recorded = self.registry.observed.capabilities.link_events
        return "state" in applied or ("blocked_by" in applied and not recorded)

    def _remark_done(self, change: Change) -> None:
        """Add to the reason of a stale change which sets were changed before it was found stale."""
        before = [name for name in ISSUE_SETS if any(resolve.moves(change, name))]
        if before and self.outcomes[id(change)].result is Result.STALE:
            self._remark(change, f"its {' and '.join(before)} are changed already")

    # ---- links and board -------------------------------------------------------------------

    def links(self, changes: Sequence[Change]) -> None:
        """Create views that could wait, and make links."""
        self.stage(changes, lambda _, reply: self.registry.put_views(reply.views))
        if views := [change for change in changes if isinstance(change, CreateView)]:
            forget_new_board(self, views)

    def cards(self, changes: Iterable[Change]) -> None:
        """Put issues on the board."""
        self.stage(changes, lambda c, reply: self.registry.put_card(c.key, reply.id))

    def values(self, changes: Sequence[BoardWrite]) -> None:
        """Set board values, and write each card's record right after them."""

        def done(change: Change, _: Done) -> None:
            if isinstance(change, SetBoardValue):
                self.registry.put_value(change.key, change.name, change.after)
            else:
                self.registry.put_value(change.key, record.NAME, change.body)

        records = {
            id(c): RefreshRecord(
                c.key, c.title, c.reason, c.ref, c.waits_for, body=c.body, body_seen=c.body_seen
            )
            for c in changes
            if isinstance(c, SetBoardValue) and c.body is not None
        }
        with_records = [
            entry for c in changes for entry in (c, records.get(id(c))) if entry is not None
        ]
        self.uncounted.update(map(id, records.values()))
        self.stage(with_records, done)
        self._correct_records(with_records)
        for change in changes:
            written = self.outcomes[id(records[id(change)])] if id(change) in records else None
            done_itself = self.outcomes[id(change)].result is Result.APPLIED
            if done_itself and written is not None and written.result is not Result.APPLIED:
                self._remark(change, f"its record could not be written: {written.reason}")

    def _of_unset_fields(self) -> dict[str, set[str]]:
        """Return the entries, by key, of issue fields that could not be set."""
        unset: dict[str, set[str]] = {}
        for outcome in self.outcomes.values():
            change = outcome.change
            if isinstance(change, CreateIssue | UpdateIssue | AdoptIssue):
                failed = outcome.result is not Result.APPLIED
                unclaimed = self.unclaimed.get(change.key, set())
                names = {n for n in change.fields if failed or n in unclaimed}
                if names:
                    unset.setdefault(change.key, set()).update(map(private_entry, names))
        return unset

    def _correct_records(self, changes: Sequence[Change]) -> None:
        """Remove from the written records the values that could not be set."""
        unset = self._of_unset_fields()
        for change in changes:
            applied = self.outcomes[id(change)].result is Result.APPLIED
            if isinstance(change, SetBoardValue) and not applied:
                unset.setdefault(change.key, set()).add(change.name)
        texts: dict[str, str] = {}
        waiting: list[Operation] = []
        for change in changes:
            written = self.outcomes[id(change)].result is Result.APPLIED
            if isinstance(change, SetBoardValue) or not written or change.key not in unset:
                continue
            names = frozenset(unset[change.key])
            text = record.without(change.body or "", change.body_seen or "", names)
            if text == change.body:
                continue
            operation = resolve.board_value(self.registry, change.key, record.NAME, text)
            if operation is not None and not isinstance(operation, Skip):
                texts[change.key] = text
                waiting.append(operation)
        replies = self.tracker.apply(waiting) if waiting else ()
        for (key, text), (_, reply) in zip(texts.items(), replies, strict=True):
            if isinstance(reply, Done):
                self.registry.put_value(key, record.NAME, text)

    def _remark(self, change: Change, reason: str) -> None:
        """Add a remark to the reason of an outcome."""
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
    matches: Matches | None = None,
) -> Applied:
    """Apply exactly this plan; return an outcome for every change, whatever happens."""
    matches = matches or match_items(desired, observed)
    registry = Registry.of(desired, observed, matches)
    registry.note_refs({change.key for change in plan.changes})
    run = _Run(tracker, nonces, progress, registry, journal=journal, clock=clock)
    stopped: BacklogError | None = None
    interrupted = False
    progress.start("Applying", len(plan.changes), _time_left(run, plan))
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
    after = run.registry.result()
    return Applied(
        outcomes=tuple(run.outcomes[id(change)] for change in plan.changes),
        usage=tracker.usage(),
        observed=after,
        matches=None if registry.issues.keys() - matches.by_key else with_issues(matches, after),
        stopped=stopped,
        interrupted=interrupted,
    )


def _time_left(run: _Run, plan: Plan) -> TimeLeft:
    """Return a function that estimates the time left from what has no outcome yet."""
    tracker = run.tracker
    github = not run.registry.observed.sandbox

    def of(changes: tuple[Change, ...]) -> Estimate:
        return estimate(replace(plan, changes=changes), lambda count: tracker.waits(count).ahead)

    first, waited_before = of(plan.changes), tracker.waits(0).past

    def left(elapsed: float) -> float | None:
        remaining = of(tuple(c for c in plan.changes if id(c) not in run.outcomes))
        spent = max(0.0, elapsed - (tracker.waits(0).past - waited_before))
        return seconds_left(first, remaining, spent, github=github)

    return left


def _stages(run: _Run, plan: Plan) -> None:
    """Send all changes; each record is sent after the values that it contains."""
    changes = plan.changes
    labels = [c for c in changes if isinstance(c, CreateLabel | UpdateLabel)]
    milestones = [c for c in changes if isinstance(c, CreateMilestone | UpdateMilestone)]
    finished = [c for c in milestones if isinstance(c, UpdateMilestone) and c.follows_issues]
    milestones = [c for c in milestones if c not in finished]
    boards = [c for c in changes if isinstance(c, CreateBoard | UpdateBoard | LinkBoard)]
    run.milestones(milestones)
    use_names_that_are_taken(run)
    run.issue_fields(c for c in changes if isinstance(c, CreateIssueField | UpdateIssueField))
    run.labels_and_project(labels, boards)
    restore_iterations(run, [c for c in changes if isinstance(c, RestoreIterations)])
    kinds = CreateBoardField | ShowIssueField | UpdateBoardField
    fields = [c for c in changes if isinstance(c, kinds)]
    views = [c for c in changes if isinstance(c, CreateView | UpdateView)]
    dependencies = [c for c in changes if isinstance(c, AddDependency | RemoveDependency)]
    late_views = run.board_parts([*fields, *views], links=bool(dependencies))
    extend_iterations(run, [c for c in changes if isinstance(c, ExtendIterations)])
    use_names_that_are_taken(run)
    run.note_undefined(c for c in (*labels, *milestones, *boards, *views) if c not in late_views)
    links = [c for c in changes if isinstance(c, LinkSubIssue | UnlinkSubIssue)]
    cards = [c for c in changes if isinstance(c, AddToBoard)]
    folded: dict[str, list[Change]] = {}
    for change in (*links, *cards):
        if change.ref is None:
            folded.setdefault(change.key, []).append(change)
    created = [c for c in changes if isinstance(c, CreateIssue)]
    states = [c for c in changes if isinstance(c, CloseIssue | ReopenIssue)]
    values = [c for c in changes if isinstance(c, SetBoardValue | ForgetValues | RefreshRecord)]
    meanwhile = EarlyWrites(run, created, [*late_views, *dependencies], values, changes)
    run.tracker.expect(len(created))
    spent: CreationsSpentError | None = None
    try:
        create_issues(run, created, folded, meanwhile.send)
    except CreationsSpentError as error:
        # What needs no further issue is still sent, so that those that exist are complete.
        spent = error
        _leave_uncreated(run, changes, error.message)
    give_late_types(run, created)
    run.stage(links)
    run.links([*late_views, *dependencies])
    run.stage(c for c in changes if isinstance(c, MoveSubIssue))
    run.cards(cards)
    run.states(states)
    run.milestone_states(finished, states)
    writes = UpdateIssue | AdoptIssue | ForgetFields | RefreshBase
    updates = [c for c in changes if isinstance(c, writes)]
    run.updates([*updates, *run.second_writes(created, plan.changes)])
    run.values([c for c in values if not run.settled(c)])
    if spent is not None:
        raise spent


def _leave_uncreated(run: _Run, changes: Sequence[Change], why: str) -> None:
    """Leave the issues that were not created to the next run, and all that needs them."""
    about_items = [c for c in changes if c.kind not in DEFINITIONS and not run.settled(c)]
    uncreated = {change.key for change in about_items if isinstance(change, CreateIssue)}
    for change in about_items:
        if not uncreated.isdisjoint((change.key, change.other, *change.waits_for)):
            run.leave(change, why)
