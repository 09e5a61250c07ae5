"""The use cases: observe and plan; apply; and see whether it settled."""

from dataclasses import dataclass

from backlog_sync.core.changes import Plan
from backlog_sync.core.guards import Violation, check
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.planner import build_plan
from backlog_sync.core.questions import questions
from backlog_sync.engine.executor import Applied, apply_plan
from backlog_sync.engine.ports import Nonces, Progress, Tracker, Wanted


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it was made from, and the guards that refuse it."""

    desired: DesiredState
    observed: ObservedState
    plan: Plan
    violations: tuple[Violation, ...]


def observe_and_plan(desired: DesiredState, tracker: Tracker) -> Prepared:
    """Read GitHub and plan the difference. Sends no write.

    Raises `errors.BacklogError` where GitHub could not be read.
    """
    observed = tracker.observe(Wanted(project=desired.project))
    asked = questions(desired, observed)
    if asked:
        observed = tracker.look_up(observed, asked)
    plan = build_plan(desired, observed)
    return Prepared(desired, observed, plan, check(plan, desired, observed))


def apply(prepared: Prepared, tracker: Tracker, *, nonces: Nonces, progress: Progress) -> Applied:
    """Apply exactly the prepared plan; see `executor.apply_plan`."""
    return apply_plan(
        prepared.plan,
        prepared.desired,
        prepared.observed,
        tracker=tracker,
        nonces=nonces,
        progress=progress,
    )
