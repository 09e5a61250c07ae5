"""Lint: every fault of the files, and how much they hold."""

from dataclasses import asdict
from pathlib import Path

from backlog_sync import __version__, wiring
from backlog_sync.cli.loading import count_findings
from backlog_sync.cli.options import Voice
from backlog_sync.cli.screen import Screen
from backlog_sync.core.model import Inventory
from backlog_sync.files.load import Loaded, load
from backlog_sync.render.diagnostics import (
    diagnostics_github,
    diagnostics_sarif,
    diagnostics_text,
)
from backlog_sync.render.envelopes import dump, lint_json
from backlog_sync.render.safe import clean
from backlog_sync.render.words import counted, number

_PLURALS = {"epic": "epics", "feature": "features", "story": "stories"}


def lint(
    paths: tuple[str, ...], voice: Voice, *, bullets: str | None, output: str, explain: bool
) -> int:
    """Check the files and print what was found; 1 where there are errors."""
    screen = Screen(voice, wiring.environment())
    loaded = load([Path(path) for path in paths], root=wiring.root(), bullets=bullets)
    look = screen.look()
    match output:
        case "json":
            lines = _explained(loaded) if explain else None
            screen.result(dump(lint_json(loaded.inventory, loaded.diagnostics, lines)))
        case "sarif":
            screen.result(diagnostics_sarif(loaded.diagnostics, __version__))
        case "github":
            screen.result(diagnostics_github(loaded.diagnostics))
        case _:
            if explain:
                screen.result("".join(_line(line) for line in _explained(loaded)))
            if not voice.quiet or any(found.is_error for found in loaded.diagnostics):
                screen.result(diagnostics_text(loaded.diagnostics, color=look.color))
            counts = count_findings(loaded.diagnostics)
            screen.result(f"{inventory_text(loaded.inventory)}; {counts}\n")
    return 1 if any(found.is_error for found in loaded.diagnostics) else 0


def inventory_text(inventory: Inventory) -> str:
    """How much the files hold, in words."""
    parts = [
        counted(count, kind, _PLURALS.get(kind))
        for kind, count in inventory.counts.items()
        if count or kind in _PLURALS
    ]
    parts.append(f"{inventory.checklist} acceptance criteria")
    parts.append(f"{number(inventory.points)} points")
    parts.append(counted(inventory.milestones, "milestone"))
    return ", ".join(parts)


def _explained(loaded: Loaded) -> list[dict[str, object]]:
    return [asdict(note) for note in loaded.notes]


def _line(line: dict[str, object]) -> str:
    told = [str(line[name]) for name in ("key", "reason") if line[name]]
    text = ": ".join([f"{line['path']}:{line['line']}", str(line["rule"]), *told])
    return clean(text) + "\n"
