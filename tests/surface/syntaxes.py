"""The same two items in every syntax, with words of the author's for status and priority."""

import json
from collections.abc import Callable

BOARD_FRONT = "---\nbacklog:\n  project: {owner: octo-org, title: Widgets}\n---\n"
"""Settings of a roadmap: a board to hold the values."""

YAML_BOARD = "project: {owner: octo-org, title: Widgets}\n"


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


def _lines(status: str, priority: str) -> str:
    return (
        f"{BOARD_FRONT}# Plan\n\n## Epic 1: House\n\n### Story 1.1: Order\n**Status**: {status}  \n"
        f"**Priority**: {priority}\n\n### Story 1.2: Draw\n**Status**: Todo\n"
    )


def _bullets(status: str, priority: str) -> str:
    return (
        f"{BOARD_FRONT}# Plan\n\n## Epic 1: House\n\n- **Story 1.1**: Order\n"
        f"  - Status: {status}\n  - Priority: {priority}\n- **Story 1.2**: Draw\n"
    )


def _table(status: str, priority: str) -> str:
    order, priority = (text.replace("|", "/") for text in (status, priority))
    return (
        f"{BOARD_FRONT}# Plan\n\n## Phase 1: House\n\n| # | Task | Status | Priority |\n"
        f"|---|------|--------|---|\n| 1.1 | Order | {order} | {priority} |\n"
        "| 1.2 | Draw | Todo | High |\n"
    )


def _yaml(status: str, priority: str) -> str:
    return (
        f"version: 1\n{YAML_BOARD}stories:\n  - id: a\n    title: Order\n"
        f"    status: {_quoted(status)}  # as it is\n    priority: {_quoted(priority)}\n"
        "  - {id: b, title: Draw, status: Todo}\n"
    )


def _foreign(status: str, priority: str) -> str:
    return (
        f"stories:\n  - name: Order\n    state: {_quoted(status)}\n    acceptance: [a]\n"
        f"    prio: {_quoted(priority)}\n  - name: Draw\n    state: planned\n    acceptance: [b]\n"
    )


def _json(status: str, priority: str) -> str:
    story = {"title": "Order", "status": status, "priority": priority, "acceptance_criteria": ["a"]}
    other = {"title": "Draw", "status": "planned", "acceptance_criteria": ["b"]}
    return json.dumps({"userStories": [story, other]}, ensure_ascii=False, indent=2)


def _csv(status: str, priority: str) -> str:
    cells = ['"' + text.replace('"', '""') + '"' for text in (status, priority)]
    return f"Title,Status,Priority,Points\nOrder,{cells[0]},{cells[1]},3\nDraw,To Do,High,5\n"


SYNTAXES: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "lines": ("ROADMAP.md", _lines),
    "bullets": ("ROADMAP.md", _bullets),
    "table": ("ROADMAP.md", _table),
    "yaml": ("backlog.yaml", _yaml),
    "foreign": ("plan.yaml", _foreign),
    "json": ("plan.json", _json),
    "csv": ("plan.csv", _csv),
}
"""File name and text for a status and a priority, by syntax."""
