"""Render the result of `backlog doctor`."""

from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.doctor import Check, Health, is_healthy
from backlog_sync.core.escape import clean
from backlog_sync.render.canvas import Look, paint, table_lines
from backlog_sync.render.json import FORMAT_VERSION

_WORDS = {
    Health.OK: ("ok", "green"),
    Health.LESS: ("less", "yellow"),
    Health.ERROR: ("STOP", "red"),
    Health.SKIPPED: ("skip", "dim"),
}


def checkup_text(checks: Sequence[Check], look: Look) -> str:
    """Return each check on its own row, with what to do below it, and a summary at the end."""
    rows: list[tuple[Text, Text, Text]] = []
    for check in checks:
        word, style = _WORDS[check.health]
        rows.append((Text(word, style), Text(clean(check.name)), Text(clean(check.message))))
        if check.hint:
            rows.append((Text(), Text(), Text(clean(check.hint), "dim")))
    lines = table_lines(("", "", ""), rows, look, indent=0)
    stops = sum(1 for check in checks if check.health is Health.ERROR)
    verdict = f"{stops} of these would stop a sync." if stops else "Nothing would stop a sync."
    return paint([*lines, Text(), Text(verdict, "bold")], look)


def checkup_json(checks: Sequence[Check]) -> dict[str, object]:
    """Return the checks as a JSON envelope."""
    return {
        "format_version": FORMAT_VERSION,
        "ok": is_healthy(tuple(checks)),
        "checks": [
            {
                "name": check.name,
                "state": check.health.value,
                "message": check.message,
                "hint": check.hint,
            }
            for check in checks
        ],
    }
