"""What doctor prints."""

from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.doctor import Check, Health, is_healthy
from backlog_sync.core.escape import clean
from backlog_sync.render.canvas import Look, paint, paragraph
from backlog_sync.render.json import FORMAT_VERSION

_WORDS = {
    Health.OK: ("ok", "green"),
    Health.LESS: ("less", "yellow"),
    Health.ERROR: ("STOP", "red"),
    Health.SKIPPED: ("skip", "dim"),
}


def checkup_text(checks: Sequence[Check], look: Look) -> str:
    """Each check on a line of its own, with what to do below it, and the sum at the end."""
    column = max(len(check.name) for check in checks)
    lines: list[Text] = []
    for check in checks:
        word, style = _WORDS[check.health]
        head = Text().append(word.ljust(6), style).append(clean(check.name).ljust(column + 2))
        lines += paragraph(check.message, look, head)
        if check.hint:
            indent = Text(" " * (column + 8))
            lines += paragraph(check.hint, look, indent, "dim")
    stops = sum(1 for check in checks if check.health is Health.ERROR)
    verdict = f"{stops} of these would stop a sync." if stops else "Nothing would stop a sync."
    lines += [Text(), Text(verdict, "bold")]
    return paint(lines, look)


def checkup_json(checks: Sequence[Check]) -> dict[str, object]:
    """The same as an envelope."""
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
