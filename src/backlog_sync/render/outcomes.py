"""Render what a sync did: failed changes with their reasons, counts, requests, written files."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.escape import clean
from backlog_sync.core.plan import FileWrite, Outcome, Result, Usage
from backlog_sync.render.canvas import Look, cut, fact_words, flow, listed, paint, paragraph
from backlog_sync.render.view import DONE, change_facts, write_facts
from backlog_sync.render.words import counted

_HEADINGS = {
    Result.FAILED: ("Failed", "red"),
    Result.STALE: ("Moved on GitHub since the plan, left alone", "magenta"),
    Result.SKIPPED: ("Skipped", "yellow"),
    Result.HELD: ("Held", "yellow"),
    Result.NOT_REACHED: ("Not reached", "yellow"),
}
_WORDS = {
    Result.FAILED: ("failed", "red"),
    Result.STALE: ("stale", "magenta"),
    Result.SKIPPED: ("skipped", "yellow"),
    Result.HELD: ("held", "yellow"),
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
_ONE_LINE = 10_000
"""Columns that no line of sums needs."""
_NAMED = 3
"""Changes listed by name if many share a reason."""


def outcomes_text(
    outcomes: Sequence[Outcome],
    usage: Usage,
    written: Sequence[FileWrite],
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
    lines += flow(*_counts(outcomes, usage, look, run), look)
    for write in written:
        head = Text().append("Updated ", "bold").append(clean(write.path))
        lines += paragraph(write_facts(write), look, head.append(": "))
    if see:
        lines.append(Text().append("See it: ", "bold").append(clean(see)))
    return paint(lines, look)


def _listed(outcomes: Sequence[Outcome], style: str, look: Look) -> list[Text]:
    """Return the changes with their reasons; a reason that many share is shown once."""
    by_reason: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_reason[outcome.reason].append(outcome)
    lines: list[Text] = []
    most = None if look.uncut or look.full else _MOST
    for reason, group in list(by_reason.items())[:most]:
        head = Text("  ").append(look.glyphs.warn, style).append(" ")
        if len(group) == 1:
            line = head.append(_change_text(group[0].change)).append("  ")
            line.append(clean(group[0].ref or group[0].change.key), "dim")
            lines.append(cut(line, look.columns, look))
        else:
            head.append(f"{len(group)} changes: ")
            lines += flow(head, listed(_names(group, look)), look)
        if reason:
            lines += paragraph(reason, look, Text("    "), "dim")
    if most and len(by_reason) > most:
        lines.append(Text(f"  {look.glyphs.ellipsis} {len(by_reason) - _MOST} more reasons", "dim"))
    return lines


def _names(outcomes: Sequence[Outcome], look: Look) -> list[str]:
    """Return the titles of several changes, each once; a terminal shows the first few."""
    titles = list(dict.fromkeys(clean(o.change.title or o.change.key) for o in outcomes))
    if look.uncut or look.full or len(titles) <= _NAMED + 1:
        return titles
    return [*titles[:_NAMED], f"{len(titles) - _NAMED} more"]


def _change_text(change: Change) -> str:
    kind = _KINDS.get(change.kind, change.kind.value)
    parts = [change.action.value, kind, clean(change.title or change.key)]
    return " ".join(part for part in parts if part)


def outcomes_line(outcomes: Sequence[Outcome], usage: Usage) -> str:
    """Return the sums of a run on one line of plain text."""
    return flow(*_counts(outcomes, usage, Look(), "Sync"), Look(), _ONE_LINE)[0].plain


def _counts(
    outcomes: Sequence[Outcome], usage: Usage, look: Look, run: str
) -> tuple[Text, list[Text]]:
    """Return the sums of what was applied, in the words of the plan, then of what was not."""
    applied = [outcome.change for outcome in outcomes if outcome.result is Result.APPLIED]
    counts = Counter(outcome.result for outcome in outcomes)
    facts = fact_words(change_facts(applied, DONE)) or [
        Text("nothing applied" if outcomes else "nothing to do on GitHub")
    ]
    for result, (word, style) in _WORDS.items():
        if counts[result]:
            facts[-1].append(",")
            facts.append(Text(f"{counts[result]} {word}", style))
    spent = f"{look.glyphs.dot} {counted(usage.requests, 'request')}"
    spent += f", {counted(usage.mutations, 'mutation')}" if look.full else ""
    facts += [Text(word, "dim") for word in spent.split(" ")]
    whole = len(applied) + counts[Result.HELD] == len(outcomes)
    sign, style = (look.glyphs.tick, "green") if whole else (look.glyphs.warn, "yellow")
    head = Text(f"{sign} ", style)
    return head.append(f"{run} {'complete' if whole else 'incomplete'}: ", "bold"), facts
