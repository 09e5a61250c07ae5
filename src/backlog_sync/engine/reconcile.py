"""Use cases: observe and plan. Applying a plan is in `apply.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import TypeAlias

from backlog_sync import log
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.guards import Violation, check
from backlog_sync.core.iterations import cards_to_clear, with_saved_iterations
from backlog_sync.core.lookups import Questions, authors, questions
from backlog_sync.core.matching import Matches, match_items
from backlog_sync.core.model import DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.only import narrow
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from backlog_sync.core.unknown_words import understood
from backlog_sync.dataclass import dataclass
from backlog_sync.engine import read_back
from backlog_sync.engine.ports import Clock, Journal, Memory, ReadScope, Tracker

Journals: TypeAlias = Callable[[ObservedState], Journal]
"""Returns the journal of the observed repository."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with the state that it was built from, and the guards that refuse it.

    `newest` is the highest issue number listed in each repository at that time. `matches` are
    the items' issues, so that nothing matches them a second time.
    """

    desired: DesiredState
    observed: ObservedState
    plan: Plan
    violations: tuple[Violation, ...]
    journal: Journal | None = None
    newest: Mapping[str, int] = field(default_factory=dict)
    matches: Matches | None = None


def observe_and_plan(
    desired: DesiredState,
    tracker: Tracker,
    options: PlanOptions = PLAIN,
    *,
    journals: Journals | None = None,
    clock: Clock | None = None,
    memory: Memory | None = None,
    full: bool = False,
    cached: bool = False,
    details: bool = False,
    saved: Journals | None = None,
    today: str = "",
) -> Prepared:
    """Read GitHub and return the plan of the differences under these options. Sends no write.

    If the files name an issue for each item, only those issues of a large repository are read,
    and the ones that changed since the last full read, as far as the `memory` knows. All are
    read with `full`, and if something is to be reported because it is missing. With `cached` the
    memory may name the issues instead of the files, also with `full`: such a plan may be shown, and
    only a plan without `cached` may be applied. It creates nothing: if anything would be created or
    is missing, or if it is not certain which issue is an item's, all issues are read after all.
    With `details`, pull requests, the states of sub-issues and when board items changed are read
    too, to show them.
    What an earlier run on this machine created, or may have created, is looked for first; with
    a `clock` it is waited for. Without `journals`, `saved` gives the one with the iterations that
    an interrupted run did not set again. `today` is the date of the run (ISO), for `@current`.
    Raises `errors.BacklogError` if GitHub could not be read.
    """
    if options.adopt:
        desired = replace(desired, settings=replace(desired.settings, adopt=True))
    since = memory.last_read() if memory else None
    known = memory.issues() if memory and cached and not options.prune else None
    read_scope = ReadScope.for_backlog(
        desired,
        since,
        full=full or options.prune,
        pull_requests=details,
        sub_issues=details,
        activity=details,
        cached=known,
    )
    observed = replace(tracker.observe(read_scope), today=today)
    if observed.sandbox and not observed.whole and match_items(desired, observed).forgotten:
        # The numbers in the files are from another sandbox: the items' issues may be anywhere.
        read_scope = replace(read_scope, full=True, cached=None)
        observed = replace(tracker.observe(read_scope), today=today)
    if memory is not None:
        memory.note(observed)
    newest: dict[str, int] = {}
    for issue in observed.issues:
        newest[issue.repository] = max(newest.get(issue.repository, 0), issue.number)
    journal = journals(observed) if journals else None
    if journal is not None:
        observed = read_back.recall(observed, tracker, journal, clock)
        observed = _with_interrupted(observed, journal)
    elif saved is not None:
        observed = _with_interrupted(observed, saved(observed))
    if options.extend_iterations:
        observed = _with_iteration_cards(desired, observed, tracker)
    open_questions = questions(desired, observed)
    if open_questions:
        observed = tracker.look_up(observed, open_questions)
    _log_observed(observed, tracker)
    matches = match_items(understood(desired, observed), observed)
    plan = build_plan(desired, observed, options, matches)
    if observed.coverage.cached and _is_open(plan, matches):
        return observe_and_plan(
            desired,
            tracker,
            options,
            journals=journals,
            clock=clock,
            memory=memory,
            full=True,
            details=details,
            saved=saved,
            today=today,
        )
    if options.only:
        plan = narrow(plan, desired, observed, options.only)
    violations = check(plan, desired, observed, matches)
    _log_plan(plan, violations)
    return Prepared(desired, observed, plan, violations, journal, newest, matches)


def _is_open(plan: Plan, matches: Matches) -> bool:
    """Return whether an issue that was not read could change which issues the items have."""
    finds = (Action.CREATE, Action.ADOPT)
    new = any(c.kind is ChangeKind.ISSUE and c.action in finds for c in plan.changes)
    return bool(new or matches.held or matches.gone or matches.doubles)


def _with_interrupted(observed: ObservedState, journal: Journal) -> ObservedState:
    """Return the observation with what an interrupted run on this machine left unfinished."""
    observed = with_saved_iterations(observed, journal.saved_iterations())
    return replace(observed, new_board=journal.new_board())


def _with_iteration_cards(
    desired: DesiredState, observed: ObservedState, tracker: Tracker
) -> ObservedState:
    """Return the observation with the cards that extending iterations would clear."""
    project = observed.project
    if project is None or desired.project is None:
        return observed
    names = {fold(d.name) for d in desired.project.fields if d.type == "iteration"}
    cards = {
        board_field.id: cards_to_clear(tracker.iterations(project.id, board_field))
        for board_field in project.fields
        if board_field.type == "iteration" and fold(board_field.name) in names
    }
    return replace(observed, iteration_cards=cards)


def _log_observed(observed: ObservedState, tracker: Tracker) -> None:
    usage = tracker.usage()
    log.event(
        "github.observed",
        issues=len(observed.issues),
        complete=observed.coverage.complete,
        board=observed.project.number if observed.project else None,
        requests=usage.requests,
        points=usage.points,
    )


def _log_plan(plan: Plan, violations: Sequence[Violation]) -> None:
    log.bind(plan=lambda: plan.digests.plan)
    log.event(
        "plan.built",
        changes=len(plan.changes),
        new_issues=plan.new_issues,
        conflicts=len(plan.conflicts),
        drift=len(plan.drift),
        refused=[violation.slug for violation in violations],
    )


def observe(
    desired: DesiredState, tracker: Tracker, read_scope: ReadScope, saved: Journals | None = None
) -> ObservedState:
    """Return GitHub's state to report on, with the authors that are trusted. Sends no write.

    `saved` gives the journal with the iterations that an interrupted run did not set again. Raises
    `errors.BacklogError` if GitHub could not be read.
    """
    observed = tracker.observe(read_scope)
    open_questions = Questions(authors=authors(desired, observed))
    if open_questions:
        observed = tracker.look_up(observed, open_questions)
    if saved is not None:
        observed = with_saved_iterations(observed, saved(observed).saved_iterations())
    _log_observed(observed, tracker)
    return observed
