"""Use cases: apply a plan, and check the result for duplicates."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from backlog_sync.core.changes import Change, CreateIssue
from backlog_sync.core.duplicates import duplicate_repairs
from backlog_sync.core.intents import by_nonce
from backlog_sync.core.locations import in_order
from backlog_sync.core.matching import match_items
from backlog_sync.core.plan import Plan, Result
from backlog_sync.engine.executor import Applied, apply_plan
from backlog_sync.engine.ports import Clock, Nonces, Progress, Tracker
from backlog_sync.engine.reconcile import Prepared
from backlog_sync.errors import BacklogError

_EARLIER = 100
"""How many numbers before the newest listed one are read again, because lists lag."""


def apply(
    prepared: Prepared,
    tracker: Tracker,
    *,
    nonces: Nonces,
    progress: Progress,
    clock: Clock | None = None,
) -> Applied:
    """Apply exactly the prepared plan; see `executor.apply_plan`.

    If issues were created, the newest of the list are read again: a second issue of an item,
    created by a run on another machine at the same time, is closed, and nothing else is done.
    Nothing is read where the numbers show that nobody else created anything; see `_gaps`.
    """
    plan, journal = prepared.plan, prepared.journal
    if plan.has_changes and prepared.observed.coverage.cached:
        raise AssertionError("a plan from the cache is only for showing it: see observe_and_plan")
    if journal is not None and plan.has_changes:
        journal.begin(prepared.desired.backlog_id, clock.now() if clock else 0.0)
    applied = apply_plan(
        plan,
        prepared.desired,
        prepared.observed,
        tracker=tracker,
        nonces=nonces,
        progress=progress,
        journal=journal,
        clock=clock,
        matches=prepared.matches,
    )
    created = {
        o.change.repository or prepared.observed.repository.name_with_owner
        for o in applied.outcomes
        if isinstance(o.change, CreateIssue) and o.result is Result.APPLIED
    }
    if not created or applied.stopped or applied.interrupted:
        return applied
    if not (unknown := _gaps(created, applied, prepared)):
        return replace(applied, matches=match_items(prepared.desired, applied.observed))
    return _heal_duplicates(applied, prepared, unknown, tracker, nonces, progress)


def _gaps(created: Set[str], applied: Applied, prepared: Prepared) -> dict[str, int]:
    """Return the repositories in which others may have created issues meanwhile.

    With each comes the number after which they would be. GitHub numbers the issues, pull requests
    and discussions of a repository one after the other. If this run knows an issue of every number
    from some before the newest listed one to the last that it created, there is nothing else
    between them. An issue that another run creates later follows a number that is unknown to that
    run, unless it had read ours; so of two runs at once at least one reads the list.
    """
    numbers: dict[str, set[int]] = {}
    for issue in applied.observed.issues:
        numbers.setdefault(issue.repository, set()).add(issue.number)
    after = {name: max(0, prepared.newest.get(name, 0) - _EARLIER) for name in sorted(created)}
    return {
        name: first
        for name, first in after.items()
        if not (known := numbers.get(name)) or not known.issuperset(range(first + 1, max(known)))
    }


def _heal_duplicates(
    applied: Applied,
    prepared: Prepared,
    after: Mapping[str, int],
    tracker: Tracker,
    nonces: Nonces,
    progress: Progress,
) -> Applied:
    """Close duplicates among the newest issues; if they cannot be read, the next run does it."""
    try:
        recent = tracker.created_after(after)
    except BacklogError:
        return replace(applied, usage=tracker.usage())
    except KeyboardInterrupt:
        return replace(applied, usage=tracker.usage(), interrupted=True)
    if prepared.journal is not None:
        listed = by_nonce(recent)
        opened = prepared.journal.open_intents()
        prepared.journal.close([i.nonce for i in opened if i.nonce in listed])
    known = {issue.id for issue in applied.observed.issues}
    issues = [*applied.observed.issues, *(i for i in recent if i.id not in known)]
    target = prepared.observed.repository.name_with_owner
    observed = replace(applied.observed, issues=in_order(issues, target))
    desired = prepared.desired
    matches = match_items(desired, observed)
    changes = duplicate_repairs(matches, observed)
    if not changes:
        return replace(applied, usage=tracker.usage(), observed=observed, matches=matches)
    healed = apply_plan(
        _plan_of(changes, prepared.plan),
        desired,
        observed,
        tracker=tracker,
        nonces=nonces,
        progress=progress,
        matches=matches,
    )
    return replace(healed, outcomes=(*applied.outcomes, *healed.outcomes))


def _plan_of(changes: Sequence[Change], plan: Plan) -> Plan:
    return Plan(repository=plan.repository, project=plan.project, changes=tuple(changes))
