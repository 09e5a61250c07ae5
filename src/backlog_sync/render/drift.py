"""What moved apart, for people: drift first, then what waits, then what is in question."""

from collections.abc import Sequence

from rich.text import Text

from backlog_sync.core.changes import Plan
from backlog_sync.core.drift import Drift, Finding
from backlog_sync.core.escape import clean
from backlog_sync.core.plan_json import note_to_json
from backlog_sync.core.pull import Left, Take, describe
from backlog_sync.render.canvas import Look, flow, paint, spread
from backlog_sync.render.coverage import coverage_text
from backlog_sync.render.issue_lists import ListedIssue, held_items, issue_list
from backlog_sync.render.text import plan_sections, stacked

_WORDS = {
    "drift": "drifted",
    "pending": "pending in the file",
    "conflicts": "in conflict or held",
    "orphans": "orphaned",
    "duplicates": "duplicate",
    "vanished": "vanished",
    "transferred": "transferred",
    "suspicious": "suspicious",
}

_HINT = "on GitHub since the last sync; sync sets it back, pull takes it into the file"


def drift_text(drift: Drift, look: Look) -> str:
    """The whole report; its last line has the sums."""
    sections = [
        *plan_sections(drift.plan, look, drift_hint=_HINT),
        _findings("Duplicates", "sync closes the second one", drift.duplicates, look),
        _findings("Vanished", "once synced, and gone", drift.vanished, look),
        _findings("Transferred", "to another repository", drift.transferred, look),
        _findings("Suspicious", "their hidden marks are not believed", drift.suspicious, look),
    ]
    return paint(stacked([*sections, _sums(drift, look)]), look)


def drift_summary(drift: Drift, look: Look) -> str:
    """The last line alone."""
    return paint(_sums(drift, look), look)


def _findings(title: str, note: str, findings: Sequence[Finding], look: Look) -> list[Text]:
    issues = [
        ListedIssue(each.title, each.ref or each.key, each.reason, each.hint) for each in findings
    ]
    return issue_list(title, note, issues, look)


def _sums(drift: Drift, look: Look) -> list[Text]:
    read = coverage_text(drift.coverage, drift.plan.others)
    if not drift:
        head = Text().append(f"{look.glyphs.tick} ", "green").append("No drift. ", "bold")
        text = f"{clean(drift.plan.repository)} and the files say the same ({read})."
        return flow(head, [Text(word) for word in text.split(" ")], look.columns, look.glyphs)
    facts = [f"{count} {_WORDS[name]}" for name, count in drift.counts.items() if count]
    words = [Text(f"{fact},", "magenta") for fact in facts[:-1]]
    words += [Text(facts[-1], "magenta"), Text(f"({read})", "dim")]
    return flow(Text().append("Drift: ", "bold"), words, look.columns, look.glyphs)


# ---- pull ------------------------------------------------------------------------------------


def pulled_text(plan: Plan, taken: Sequence[Take], untaken: Sequence[Left], look: Look) -> str:
    """What the files say now, item by item, what they cannot say, and which items are held."""
    lines: list[Text] = []
    by_item: dict[tuple[str, str], list[Take]] = {}
    for take in taken:
        by_item.setdefault((take.kind.value, take.key), []).append(take)
    for item_takes in by_item.values():
        head = Text("  ").append(clean(item_takes[0].title))
        ref = Text(clean(item_takes[0].ref or item_takes[0].kind.value), "dim")
        lines.append(spread(head, ref, look.columns, look.glyphs))
        for take in item_takes:
            start = Text("      ").append(f"{clean(take.name)}  ", "dim")
            words = [Text(clean(word), "green") for word in describe(take.what)]
            lines += flow(start, words, look.columns, look.glyphs)
    issues = [ListedIssue(each.title, each.ref, f"{each.name}: {each.reason}") for each in untaken]
    untaken_lines = issue_list("Left", "what the files cannot say", issues, look)
    title = [Text("From GitHub into the files", "bold")] if lines else []
    held = held_items([note for note in plan.conflicts if note.is_hold], plan.items, look)
    sections = [[*title, *lines], untaken_lines, held]
    return paint(stacked([section for section in sections if section]), look)


def pulled_to_json(
    plan: Plan, taken: Sequence[Take], untaken: Sequence[Left], written: Sequence[str]
) -> dict[str, object]:
    """What a pull did, as plain values."""
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
