"""Render what a sync did: failed changes with their reasons, counts, requests, written files."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.changes import Change, ChangeKind
from backlog_sync.core.escape import clean
from backlog_sync.core.plan import Outcome, Result, Usage
from backlog_sync.render.canvas import Look, cut, flow, listed, paint, paragraph
from backlog_sync.render.words import counted

_HEADINGS = {
    Result.FAILED: ("Failed", "red"),
    Result.STALE: ("Moved on GitHub since the plan, left alone", "magenta"),
    Result.SKIPPED: ("Skipped", "yellow"),
    Result.NOT_REACHED: ("Not reached", "yellow"),
}
_WORDS = {
    Result.APPLIED: ("applied", "green"),
    Result.SKIPPED: ("skipped", "yellow"),
    Result.STALE: ("stale", "magenta"),
    Result.FAILED: ("failed", "red"),
    Result.NOT_REACHED: ("not reached", "yellow"),
}
_KINDS = {
    ChangeKind.ISSUE: "",
    ChangeKind.SUB_ISSUE: "sub-issue",
    ChangeKind.DEPENDENCY: "blocked by",
    ChangeKind.PROJECT: "board",
    ChangeKind.PROJECT_ITEM: "board card",
    ChangeKind.FIELD: "board field",
    ChangeKind.VIEW: "view",
    ChangeKind.FIELD_VALUE: "board value",
}
_MOST = 20
"""Reasons shown for one result before the rest is only counted."""
_NAMED = 3
"""Changes listed by name if many share a reason."""


def outcomes_text(
    outcomes: Sequence[Outcome],
    usage: Usage,
    written: Sequence[str],
    look: Look,
    *,
    see: str = "",
    run: str = "Sync",
) -> str:
    """Return what a sync or an undo did: what failed, what was not as planned, counts, files.

    `see` is where to look at the result: an address, or a command. `run` names the kind of run.
    """
    lines: list[Text] = []
    for result, (title, style) in _HEADINGS.items():
        matching = [outcome for outcome in outcomes if outcome.result is result]
        if matching:
            lines.append(Text(title, f"bold {style}"))
            lines += _listed(matching, style, look)
            lines.append(Text())
    noted = [o for o in outcomes if o.result is Result.APPLIED and o.reason]
    if noted:
        lines.append(Text("Notes", "bold yellow"))
        lines += _listed(noted, "yellow", look)
        lines.append(Text())
    lines += _counts(outcomes, usage, look, run)
    if written:
        names = ", ".join(written)
        head = Text().append("Updated: ", "bold")
        lines += paragraph(names, look, head)
    if see:
        lines.append(Text().append("See it: ", "bold").append(clean(see)))
    return paint(lines, look)


def _listed(outcomes: Sequence[Outcome], style: str, look: Look) -> list[Text]:
    """Return the changes with their reasons; a reason that many share is shown once."""
    by_reason: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_reason[outcome.reason].append(outcome)
    lines: list[Text] = []
    for reason, group in list(by_reason.items())[:_MOST]:
        head = Text("  ").append(look.glyphs.warn, style).append(" ")
        if len(group) == 1:
            line = head.append(_change_text(group[0].change)).append("  ")
            line.append(clean(group[0].ref or group[0].change.key), "dim")
            lines.append(cut(line, look.columns, look))
        else:
            head.append(f"{len(group)} changes: ")
            lines += flow(head, listed(_names(group)), look)
        if reason:
            lines += paragraph(reason, look, Text("    "), "dim")
    if len(by_reason) > _MOST:
        lines.append(Text(f"  {look.glyphs.ellipsis} {len(by_reason) - _MOST} more reasons", "dim"))
    return lines


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the titles of several changes, each once: the first few, and a count of the rest."""
    titles = list(dict.fromkeys(clean(o.change.title or o.change.key) for o in outcomes))
    if len(titles) <= _NAMED + 1:
        return titles
    return [*titles[:_NAMED], f"{len(titles) - _NAMED} more"]


def _change_text(change: Change) -> str:
    kind = _KINDS.get(change.kind, change.kind.value)
    parts = [change.action.value, kind, clean(change.title or change.key)]
    return " ".join(part for part in parts if part)


def _counts(outcomes: Sequence[Outcome], usage: Usage, look: Look, run: str) -> list[Text]:
    counts = Counter(outcome.result for outcome in outcomes)
    words: list[Text] = []
    results = [r for r in Result if counts[r] or r is Result.APPLIED]
    for index, result in enumerate(results):
        word, style = _WORDS[result]
        if result is Result.APPLIED:
            word = f"{'change' if counts[result] == 1 else 'changes'} applied"
        comma = "," if index < len(results) - 1 else ""
        words.append(Text().append(f"{counts[result]} {word}", style if counts[result] else ""))
        words[-1].append(comma)
    spent = f"{look.glyphs.dot} {counted(usage.requests, 'request')}, "
    spent += counted(usage.mutations, "mutation")
    words += [Text(word, "dim") for word in spent.split(" ")]
    return flow(Text().append(f"{run}: ", "bold"), words, look)
