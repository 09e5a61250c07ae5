"""Undo a run: read what it touched, and apply the plan that restores it."""

from dataclasses import replace

from backlog_sync.core.changes import ReopenIssue
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.plan import Result
from backlog_sync.core.run_record import RunRecord
from backlog_sync.core.undo import Undo
from backlog_sync.engine.executor import Applied, apply_plan
from backlog_sync.engine.ports import Journal, Nonces, Progress, ReadScope, Tracker


def observe_for_undo(desired: DesiredState, tracker: Tracker) -> ObservedState:
    """Read everything that a run may have touched: all issues, definitions and the board."""
    return tracker.observe(ReadScope.for_backlog(desired, full=True))


def with_other_issues(observed: ObservedState, run: RunRecord, tracker: Tracker) -> ObservedState:
    """Return the observation, extended by unread issues that the run touched, read by id.

    The files may no longer name their repository.
    """
    known = {issue.id for issue in observed.issues}
    ids = [intent.id for intent in run.created if intent.repository and intent.id]
    target = observed.repository.name_with_owner
    ids += [value.id for value in run.overwritten if value.is_of_issue(outside=target)]
    unread = [id_ for id_ in dict.fromkeys(ids) if id_ not in known]
    issues = tracker.reread(unread).values() if unread else ()
    return replace(observed, issues=(*observed.issues, *issues))


def apply_undo(
    undo: Undo,
    run: RunRecord,
    desired: DesiredState,
    observed: ObservedState,
    *,
    tracker: Tracker,
    nonces: Nonces,
    progress: Progress,
    journal: Journal | None,
    whole: bool = True,
) -> Applied:
    """Apply the plan of an undo.

    The journal (None for a run of another machine) records what is about to be restored, so that an
    interrupted undo can be finished, and that the run is undone if the `whole` of it was.
    """
    if journal is not None:
        journal.restoring(run, undo.identities)
    applied = _apply(undo, desired, observed, tracker, nonces, progress)
    done = all(outcome.result is Result.APPLIED for outcome in applied.outcomes)
    if journal is not None and done and whole:
        journal.undone(run)
    return applied


def apply_redo(
    undo: Undo,
    run: RunRecord,
    desired: DesiredState,
    observed: ObservedState,
    *,
    tracker: Tracker,
    nonces: Nonces,
    progress: Progress,
    journal: Journal | None,
) -> Applied:
    """Apply the plan of a redo; the journal records what was reopened, so that it can be undone."""
    applied = _apply(undo, desired, observed, tracker, nonces, progress)
    done = {o.change.ref for o in applied.outcomes if o.result is Result.APPLIED}
    issues = [c for c in undo.plan.changes if isinstance(c, ReopenIssue)]
    pairs = zip(issues, undo.identities, strict=True)
    reopened = [identity for change, identity in pairs if change.ref in done]
    if journal is not None and reopened:
        journal.redone(run, reopened)
    return applied


def _apply(
    undo: Undo,
    desired: DesiredState,
    observed: ObservedState,
    tracker: Tracker,
    nonces: Nonces,
    progress: Progress,
) -> Applied:
    # The plan names issues, not items: the files may no longer contain these items.
    without_items = replace(desired, items=())
    return apply_plan(
        undo.plan, without_items, observed, tracker=tracker, nonces=nonces, progress=progress
    )
