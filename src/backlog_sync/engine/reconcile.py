"""The use cases: observe and plan; apply; and see whether it settled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from backlog_sync.core.changes import Action, Change, ChangeKind, Outcome, Plan, Result
from backlog_sync.core.guards import Violation, check
from backlog_sync.core.heal import heals
from backlog_sync.core.identity import match_items
from backlog_sync.core.intents import by_nonce
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.narrow import narrow
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.planner import build_plan
from backlog_sync.core.questions import questions
from backlog_sync.engine import settle
from backlog_sync.engine.executor import Applied, apply_plan
from backlog_sync.engine.ports import Clock, Journal, Memory, Nonces, Progress, Tracker, Wanted
from backlog_sync.errors import BacklogError

_EARLIER = 100
"""So many numbers before the newest that was listed are looked at once more: lists lag."""

Journals: TypeAlias = Callable[[ObservedState], Journal]
"""Gives the journal of the repository that was observed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it was made from, and the guards that refuse it.

    `newest` is the highest number that the list of issues held then.
    """

    desired: DesiredState
    observed: ObservedState
    plan: Plan
    violations: tuple[Violation, ...]
    journal: Journal | None = None
    newest: int = 0


def observe_and_plan(
    desired: DesiredState,
    tracker: Tracker,
    options: PlanOptions = PLAIN,
    *,
    journals: Journals | None = None,
    clock: Clock | None = None,
    memory: Memory | None = None,
    full: bool = False,
) -> Prepared:
    """Read GitHub and plan the difference, under these options. Sends no write.

    Of a large repository only the issues that the files name are read, where they name one for
    each item, and what was touched since it was looked through last, as far as the `memory`
    knows; all of it with `full`, and where something is to be told by its absence.
    What an earlier run on this machine created, or may have created, is looked for first; with
    a `clock` it is waited for. Raises `errors.BacklogError` where GitHub could not be read, and
    `errors.PartialError` where it is not known yet what came of an earlier run.
    """
    if options.adopt:
        desired = replace(desired, settings=replace(desired.settings, adopt=True))
    if full or options.prune:
        wanted = Wanted(desired.project)
    else:
        wanted = Wanted.for_backlog(desired, memory.looked() if memory else None)
    observed = tracker.observe(wanted)
    if memory is not None:
        memory.note(observed.coverage)
    newest = max((issue.number for issue in observed.issues), default=0)
    journal = journals(observed) if journals else None
    if journal is not None:
        observed = settle.recall(observed, tracker, journal, clock)
    asked = questions(desired, observed)
    if asked:
        observed = tracker.look_up(observed, asked)
    plan = build_plan(desired, observed, options)
    if options.only:
        plan = narrow(plan, desired, observed, options.only)
    return Prepared(desired, observed, plan, check(plan, desired, observed), journal, newest)


def apply(
    prepared: Prepared,
    tracker: Tracker,
    *,
    nonces: Nonces,
    progress: Progress,
    clock: Clock | None = None,
) -> Applied:
    """Apply exactly the prepared plan; see `executor.apply_plan`.

    Where issues were created, the end of the list is read once more: a second issue of an item,
    made by a run on another machine at the same time, is closed, and nothing else is done.
    """
    plan, journal = prepared.plan, prepared.journal
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
    )
    if not _created(applied.outcomes) or applied.stopped or applied.interrupted:
        return applied
    return _settled(applied, prepared, tracker, nonces, progress)


def _created(outcomes: Sequence[Outcome]) -> bool:
    return any(
        o.change.kind is ChangeKind.ISSUE
        and o.change.action is Action.CREATE
        and o.result is Result.APPLIED
        for o in outcomes
    )


def _settled(
    applied: Applied, prepared: Prepared, tracker: Tracker, nonces: Nonces, progress: Progress
) -> Applied:
    """Read what is new in the list and heal it; where it cannot be read, the next run does."""
    try:
        seen = tracker.made_after(max(0, prepared.newest - _EARLIER))
    except BacklogError:
        return replace(applied, usage=tracker.usage())
    except KeyboardInterrupt:
        return replace(applied, usage=tracker.usage(), interrupted=True)
    if prepared.journal is not None:
        listed = by_nonce(seen)
        opened = prepared.journal.open_intents()
        prepared.journal.close([i.nonce for i in opened if i.nonce in listed])
    known = {issue.id for issue in applied.observed.issues}
    issues = [*applied.observed.issues, *(i for i in seen if i.id not in known)]
    observed = replace(
        applied.observed, issues=tuple(sorted(issues, key=lambda issue: issue.number))
    )
    desired = prepared.desired
    changes = heals(match_items(desired, observed), observed)
    if not changes:
        return replace(applied, usage=tracker.usage(), observed=observed)
    healed = apply_plan(
        _plan_of(changes, prepared.plan),
        desired,
        observed,
        tracker=tracker,
        nonces=nonces,
        progress=progress,
    )
    return replace(healed, outcomes=(*applied.outcomes, *healed.outcomes))


def _plan_of(changes: Sequence[Change], plan: Plan) -> Plan:
    return Plan(repository=plan.repository, project=plan.project, changes=tuple(changes))
