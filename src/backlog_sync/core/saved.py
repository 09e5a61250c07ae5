"""A plan put aside: what it holds, and whether it still is what would be planned now."""

from collections.abc import Mapping
from typing import Any

from backlog_sync.core.changes import Plan
from backlog_sync.core.digests import canonical, inputs_of
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.options import PlanOptions

FORMAT_VERSION = 1


def save_plan(
    plan: Plan, desired: DesiredState, observed: ObservedState, options: PlanOptions
) -> dict[str, Any]:
    """Give a plan as plain values, complete: bodies, definitions, and hashes of its inputs."""
    return {
        "format_version": FORMAT_VERSION,
        "target": {
            "host": "sandbox" if observed.sandbox else observed.host,
            "repository": observed.repository.name_with_owner,
            "repository_id": observed.repository.id,
            "project": plan.project,
        },
        "options": {
            "on_conflict": options.on_conflict.value if options.on_conflict else None,
            "prune": options.prune,
            "only": list(options.only),
            "adopt": options.adopt,
        },
        "summary": plan.summary(),
        "digests": {
            "desired": plan.digests.desired,
            "observed": plan.digests.observed,
            "base": plan.digests.base,
            "plan": plan.digests.plan,
        },
        "inputs": inputs_of(desired, observed),
        "changes": [canonical(change) for change in plan.changes],
    }


def what_moved(saved: Mapping[str, Any], fresh: Mapping[str, Any]) -> list[str]:
    """Say what differs between a plan as it was saved and as it would be saved now.

    Empty where they do the same to the same things. Both are as `save_plan` gives them.
    """
    reasons: list[str] = []
    for name in ("host", "repository", "repository_id"):
        old, new = saved["target"][name], fresh["target"][name]
        if old != new:
            reasons.append(f"it was made for the {name.replace('_', ' ')} {old}, this is {new}")
    if reasons or saved["digests"] == fresh["digests"]:
        return reasons
    before, after = saved["inputs"], fresh["inputs"]
    names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    issues = [name for name in names if "#" in name]
    others = [name for name in names if "#" not in name]
    if issues:
        reasons.append(f"changed on GitHub: {_some(issues)}")
    if others:
        reasons.append(f"changed in the files or in the repository's definitions: {_some(others)}")
    if not reasons:
        parts = [n for n in saved["digests"] if saved["digests"][n] != fresh["digests"][n]]
        reasons.append(f"other than when it was made: {', '.join(parts)}")
    return reasons


def _some(names: list[str]) -> str:
    """Name up to five, and count the rest."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
