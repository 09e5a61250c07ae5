"""Saved plans: what a plan file holds, and whether it still is what would be planned now."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Literal

from backlog_sync.core.digests import canonical, inputs_of
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Digests, Plan
from backlog_sync.core.plan_json import ChangeRow, row_of
from backlog_sync.dataclass import dataclass

FORMAT_VERSION: Literal[1] = 1
"""Raised when a saved plan of this version could not be applied by the one before."""


@dataclass(frozen=True, slots=True)
class SavedTarget:
    """Where a plan is to be applied."""

    host: str
    repository: str
    repository_id: str
    project: str | None


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a plan file holds: the plan, complete, and short hashes of all it was made from."""

    format_version: Literal[1]
    target: SavedTarget
    options: PlanOptions
    summary: Mapping[str, int]
    digests: Digests
    inputs: Mapping[str, str]
    changes: tuple[ChangeRow, ...]


def save_plan(
    plan: Plan, desired: DesiredState, observed: ObservedState, options: PlanOptions
) -> SavedPlan:
    """Return what the file of a plan holds."""
    repository = observed.repository
    host = "sandbox" if observed.sandbox else observed.host
    return SavedPlan(
        format_version=FORMAT_VERSION,
        target=SavedTarget(host, repository.name_with_owner, repository.id, plan.project),
        options=options,
        summary=plan.summary(),
        digests=Digests(**asdict(plan.digests)),
        inputs=inputs_of(desired, observed),
        changes=tuple(map(row_of, plan.changes)),
    )


def saved_to_json(saved: SavedPlan) -> dict[str, Any]:
    """Return the plan as plain values; changes as they are in its digest."""
    changes = [canonical(change) for change in saved.changes]
    return {**asdict(replace(saved, changes=())), "changes": changes}


def what_moved(saved: SavedPlan, fresh: SavedPlan) -> list[str]:
    """Return what differs between a plan as it was saved and as it would be saved now.

    Empty if they do the same to the same things.
    """
    reasons: list[str] = []
    for name in ("host", "repository", "repository_id"):
        old, new = getattr(saved.target, name), getattr(fresh.target, name)
        if old != new:
            reasons.append(f"it was made for the {name.replace('_', ' ')} {old}, this is {new}")
    if reasons or saved.digests == fresh.digests:
        return reasons
    before, after = saved.inputs, fresh.inputs
    names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    issues = [name for name in names if "#" in name]
    others = [name for name in names if "#" not in name]
    if issues:
        reasons.append(f"changed on GitHub: {_some(issues)}")
    if others:
        reasons.append(f"changed in the files or in the repository's definitions: {_some(others)}")
    if not reasons:
        digests = [field.name for field in fields(Digests)]
        parts = [n for n in digests if getattr(saved.digests, n) != getattr(fresh.digests, n)]
        reasons.append(f"other than when it was made: {', '.join(parts)}")
    return reasons


def _some(names: list[str]) -> str:
    """Name up to five, and count the rest."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
