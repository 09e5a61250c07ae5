"""JSON output of lint and its parts for scripts; `core.plan_json` is that of plan and sync."""

from collections.abc import Mapping, Sequence

from backlog_sync.core.accounts import Account, Left, left_out
from backlog_sync.core.diagnostics import Diagnostic
from backlog_sync.core.escape import json_text
from backlog_sync.core.model import Inventory

FORMAT_VERSION = 1
"""Version that is raised when a key of an envelope is removed or changes its meaning."""
_COUNTED = ("epic", "feature", "story", "task")


def dump(envelope: Mapping[str, object]) -> str:
    """Return an envelope as text that ends with a newline."""
    return json_text(envelope) + "\n"


def lint_json(
    inventory: Inventory,
    diagnostics: Sequence[Diagnostic],
    accounts: Sequence[Account] = (),
    lines: Sequence[Mapping[str, object]] | None = None,
) -> dict[str, object]:
    """Return what `lint` prints; `lines` are those of `--explain`, None without it.

    Each line is a mapping of `path`, `line`, `rule`, `key`, `reason` and `verdict`. Kinds besides
    the usual four are counted if items have them.
    """
    counts = {kind: inventory.counts.get(kind, 0) for kind in _COUNTED}
    counts |= {kind: count for kind, count in inventory.counts.items() if kind not in counts}
    envelope: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "inventory": {
            **counts,
            "milestone": inventory.milestones,
            "checklist": inventory.checklist,
            "points": plain_number(inventory.points),
        },
        "diagnostics": [diagnostic_json(diagnostic) for diagnostic in sorted(diagnostics)],
        "read": {
            "lines": sum(account.written for account in accounts),
            "taken": sum(account.taken for account in accounts),
            "left": [_left(each) for each in left_out(accounts)],
        },
    }
    if lines is not None:
        envelope["lines"] = [dict(line) for line in lines]
    return envelope


def _left(left: Left) -> dict[str, object]:
    """Return a mapping of the lines that were not read for one reason."""
    return {
        "reason": left.reason,
        "verdict": left.verdict.value,
        "lines": left.count,
        "first": {"path": left.path, "line": left.first},
    }


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, object]:
    """Return one diagnostic as a mapping."""
    return {
        "path": diagnostic.place.path,
        "line": diagnostic.place.line,
        "column": diagnostic.place.column,
        "severity": diagnostic.severity.value,
        "slug": diagnostic.slug,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }


def plain_number(value: float) -> float | int:
    """Return a whole number as an integer, any other unchanged."""
    return int(value) if value == int(value) else value
