"""Render a drift report for people: progress, drift, what needs a person, pending changes."""

from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.drift import Drift
from backlog_sync.core.plan import Plan
from backlog_sync.core.plan_json import note_to_json
from backlog_sync.core.pull import MOVES, Left, Take, describe
from backlog_sync.render.canvas import Look, fact_words, flow, paint, paragraph, stacked
from backlog_sync.render.coverage import coverage_text
from backlog_sync.render.issue_lists import held_list, issue_list
from backlog_sync.render.text import drift_lines, item_drift_lines, write_lines
from backlog_sync.render.view import (
    CommandLine,
    Listed,
    bare_command,
    drift_facts,
    drift_view,
    held_rows,
)


def drift_text(drift: Drift, look: Look, command: CommandLine = bare_command) -> str:
    """Return the whole report; its last line is the summary."""
    view = drift_view(drift, command)
    return paint(drift_lines(view, _sums(drift, look), look), look)


def item_lines(drift: Drift, look: Look, command: CommandLine = bare_command) -> list[Text]:
    """Return the report on one item as styled lines, without a title and sums; none if it agrees.

    Settings are those of the whole backlog, and left out.
    """
    return item_drift_lines(drift_view(drift, command), look)


def drift_summary(drift: Drift, look: Look) -> str:
    """Return only the summary line of the report."""
    return paint(_sums(drift, look), look)


def _sums(drift: Drift, look: Look) -> list[Text]:
    read = coverage_text(drift.coverage, drift.plan.others)
    facts = drift_facts(drift)
    if not facts:
        head = Text().append(f"{look.glyphs.tick} ", "green").append("No drift. ", "bold")
        text = f"{drift.plan.repository} and the files match ({read})."
        return paragraph(text, look, head)
    words = [*fact_words(facts), *(Text(word, "dim") for word in f"({read})".split(" "))]
    return flow(Text().append("Drift: ", "bold"), words, look)


# ---- pull ------------------------------------------------------------------------------------


def pulled_text(
    plan: Plan, taken: Sequence[Take], untaken: Sequence[Left], look: Look, *, written: bool = True
) -> str:
    """Return what is `written` into the files, or would be, what was skipped, and what is held.

    Values are those of the plan's `writes`: as the files have them.
    """
    verb = "Written to" if written else "Will be written to"
    elsewhere = [
        Listed(take.title, take.ref or take.kind.value, f"{take.name}: {words}")
        for take in taken
        for words in [", ".join(describe(take.what))]
        if take.kind is not ChangeKind.ISSUE or take.name in MOVES
    ]
    moved = issue_list("Moves and definitions", "from GitHub into the files", elsewhere, look)
    issues = [Listed(each.title, each.ref, f"{each.name}: {each.reason}") for each in untaken]
    untaken_lines = issue_list("Left", "cannot be expressed in the files", issues, look)
    held = held_list(held_rows(plan), look)
    return paint(stacked([*write_lines(plan, look, verb), moved, untaken_lines, held]), look)


def pulled_to_json(
    plan: Plan, taken: Sequence[Take], untaken: Sequence[Left], written: Sequence[str]
) -> dict[str, object]:
    """Return what a pull did, as plain values."""
    return {
        "format_version": 1,
        "taken": [
            {
                "kind": t.kind.value,
                "key": t.key,
                "ref": t.ref,
                "field": t.name,
                "value": list(describe(t.what)),
            }
            for t in taken
        ],
        "left": [
            {"key": each.key, "ref": each.ref, "field": each.name, "reason": each.reason}
            for each in untaken
        ],
        "held": [note_to_json(note) for note in plan.conflicts if note.is_hold],
        "written": list(written),
    }
