"""Diagnostics, outcomes, progress, envelopes and the picture."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import FieldChange
from backlog_sync.core.diagnostics import Diagnostic, Place, Severity
from backlog_sync.core.model import Inventory
from backlog_sync.core.plan import FieldNote, FileWrite, Outcome, Plan, Result, Usage, Verdict
from backlog_sync.render.canvas import Look
from backlog_sync.render.details import field_lines
from backlog_sync.render.diagnostics import diagnostics_github, diagnostics_sarif, diagnostics_text
from backlog_sync.render.diffs import diff_text
from backlog_sync.render.json import lint_json
from backlog_sync.render.outcomes import outcomes_text
from tests.house.plan_svg import plan_svg
from tests.render.build import change

FOUND = (
    Diagnostic(Place("b.md", 9, 1), "wrong-total", "claims 84, has 92", "", Severity.WARNING),
    Diagnostic(
        Place("a,b:c.yaml", 7, 5),
        "unknown-field",
        "'assignes' is not a field\n100% \x1b[31m",
        "did you mean assignees?",
    ),
)

TEXTS = {"a,b:c.yaml": "\n" * 6 + "日本\t\t- {assignes: [ann]}\n"}

# ---- diagnostics ---------------------------------------------------------------------------


def test_a_pipe_has_one_line_for_each_diagnostic() -> None:
    """`path:line:column: severity[slug] message` and a hint line, by place, nothing active."""
    text = diagnostics_text(FOUND, Look(uncut=True), TEXTS)
    assert text.splitlines() == [
        "a,b:c.yaml:7:5: error[unknown-field] 'assignes' is not a field",
        "    100% \\x1b[31m",
        "    hint: did you mean assignees?",
        "b.md:9:1: warning[wrong-total] claims 84, has 92",
    ]


def test_a_terminal_shows_the_line_and_what_is_meant_in_it() -> None:
    """The quoted text is underlined, wide characters and tabs do not shift the mark."""
    assert diagnostics_text(FOUND, Look(), TEXTS).splitlines() == [
        "a,b:c.yaml:7:5: error[unknown-field] 'assignes' is not a field",
        "    100% \\x1b[31m",
        "    7 │ 日本  - {assignes: [ann]}",
        "      │          ^^^^^^^^",
        "    hint: did you mean assignees?",
        "",
        "b.md:9:1: warning[wrong-total] claims 84, has 92",
        "",
    ]


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("line", ["x" * 300, "語" * 300, "\t" * 300, "word " * 60])
@pytest.mark.parametrize("column", [1, 70, 150, 299])
def test_nothing_exceeds_the_terminal(width: int, line: str, column: int) -> None:
    """Words that are longer than a line are split, and the mark is below what it is about."""
    long = Diagnostic(Place(f"{'p' * 90}.md", 1, column), "slug", "m" * 200, "h " * 90)
    for ascii_only in (False, True):
        look = Look(width=width, ascii=ascii_only)
        lines = diagnostics_text((long,), look, {long.place.path: line}).splitlines()
        assert max(map(cell_len, lines)) <= width
        assert "m" * 200 in "".join(each.strip() for each in lines)
        marks = [number for number, each in enumerate(lines) if "^" in each]
        assert len(marks) == bool(line.strip())
        assert all(cell_len(lines[mark]) <= cell_len(lines[mark - 1]) for mark in marks)


def test_a_file_of_one_long_line_is_shown_in_part() -> None:
    """JSON often is one line: the end of it is looked at, and not all before it again and again."""
    line = '{"title": "x"}, ' * 50_000 + '"gaol"'
    problem = Diagnostic(Place("a.json", 1, len(line) - 5), "slug", "'gaol' is not a field")
    shown = diagnostics_text((problem,), Look(), {"a.json": line}).splitlines()
    assert (shown[1].endswith('"gaol"'), shown[2].strip(" │")) == (True, "^^^^")


def test_annotations_are_escaped() -> None:
    """A workflow command's properties and message cannot be broken out of."""
    first, second = diagnostics_github(FOUND).splitlines()
    assert first == (
        "::error file=a%2Cb%3Ac.yaml,line=7,col=5,title=unknown-field::"
        "'assignes' is not a field%0A100%25 \\x1b[31m%0Ahint: did you mean assignees?"
    )
    assert second.startswith("::warning file=b.md,line=9,col=1,title=wrong-total::claims")


def test_sarif_names_rules_and_places() -> None:
    """The SARIF log has version 2.1.0, a rule for each slug, a level and a region."""
    log = json.loads(diagnostics_sarif(FOUND, "1.2.3"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "unknown-field",
        "wrong-total",
    ]
    result = run["results"][0]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("unknown-field", 0, "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%2Cb%3Ac.yaml"
    assert place["region"] == {"startLine": 7, "startColumn": 5}


def test_lint_envelope_counts_kinds_and_hides_empty_extras() -> None:
    """The usual four kinds are always counted; whole points are whole numbers."""
    inventory = Inventory({"epic": 3, "bug": 1}, milestones=2, checklist=9, points=92.0)
    envelope = lint_json(inventory, FOUND)
    assert envelope["inventory"] == {
        "epic": 3,
        "feature": 0,
        "story": 0,
        "task": 0,
        "bug": 1,
        "milestone": 2,
        "checklist": 9,
        "points": 92,
    }
    assert "lines" not in envelope
    first = lint_json(inventory, FOUND, [])["diagnostics"]
    assert isinstance(first, list)
    assert first[0]["severity"] == "error"


# ---- one field -----------------------------------------------------------------------------


def told(name: str, before: object, after: object, width: int = 80) -> list[str]:
    """The plain lines of one field's change."""
    change = FieldChange(before, after)  # type: ignore[arg-type]  # literals of the test
    return [line.plain for line in field_lines(name, change, Look(width=width), 2, 6)]


def test_a_short_change_is_one_line() -> None:
    """Before and after stand on one line where they fit; empty has a sign of its own."""
    assert told("points", 3.0, 5.0) == ["  points  3 → 5"]
    assert told("due", None, "2026-03-31") == ["  due     ∅ → 2026-03-31"]


def test_a_long_change_shows_what_differs() -> None:
    """Of two long values, the words around the difference are shown."""
    same = "one two three four five six seven eight nine ten eleven twelve thirteen"
    lines = told("title", f"{same} old end", f"{same} new end", 60)
    assert lines[0].startswith("  title   - …eleven twelve thirteen old")
    assert lines[1].startswith("          + …eleven twelve thirteen new")


def test_sets_show_members_that_come_and_go() -> None:
    """Labels are told as what is added and what is removed."""
    assert told("labels", ["a", "b"], ["b", "c"]) == ["  labels  + c - a"]


def test_ticks_are_told_apart_from_text() -> None:
    """A body in which boxes changed tells how many, and which."""
    before = "### Criteria\n\n- [ ] one\n- [x] two\n- [ ] three"
    after = "### Criteria\r\n\r\n- [x] one\r\n- [ ] two\r\n- [ ] three\r\n- [ ] four"
    lines = [line.strip() for line in told("body", before, after)]
    assert lines == [
        "body    criteria: 1 ticked, 1 unticked, 1 added",
        "[x] one",
        "[ ] two",
        "+ four",
    ]


def test_a_huge_body_change_is_cut() -> None:
    """Of many changed lines, some are shown and the rest is counted."""
    after = "\n".join(f"- [ ] criterion {n}" for n in range(40))
    lines = told("body", "", after)
    assert len(lines) == 10
    assert lines[-1].strip() == "… 32 more lines"


def _status(key: str, name: str = "status") -> FieldNote:
    """A value that is written into a file."""
    return FieldNote(key, key, name, Verdict.DRIFT, "", observed="Done")


# ---- outcomes ------------------------------------------------------------------------------


def test_outcomes_name_what_failed_and_why() -> None:
    """Each change that did not come through has its reason; the last lines have the counts."""
    one = change(Action.CREATE, ChangeKind.ISSUE, "story-1", "First", "declared")
    two = change(Action.LINK, ChangeKind.SUB_ISSUE, "story-2", "Second", "declared")
    text = outcomes_text(
        (
            Outcome(one, Result.APPLIED, "#1"),
            Outcome(two, Result.FAILED, "#2", None, "Parent cannot have more than 100 sub-issues"),
        ),
        Usage(rest=1, graphql=2, mutations=3, points=4),
        (FileWrite("ROADMAP.md", 2, (_status("a"), _status("b"), _status("c", "sprint"))),),
        Look(),
    )
    assert text.splitlines() == [
        "Failed",
        "  ! link sub-issue Second  #2",
        "    Parent cannot have more than 100 sub-issues",
        "",
        "! Sync incomplete: 1 created, 1 failed · 3 requests",
        "Updated ROADMAP.md: 2 issue numbers, 2 statuses, 1 sprint",
    ]


def test_a_shared_reason_is_told_once() -> None:
    """Many changes that failed alike are one entry with the first few names."""
    outcomes = tuple(
        Outcome(
            change(Action.CREATE, ChangeKind.ISSUE, f"s-{n}", f"Story {n}", "declared"),
            Result.NOT_REACHED,
            reason="the limit is spent",
        )
        for n in range(9)
    )
    assert outcomes_text(outcomes, Usage(), (), Look()).splitlines() == [
        "Not reached",
        "  ! 9 changes: Story 0, Story 1, Story 2, 6 more",
        "    the limit is spent",
        "",
        "! Sync incomplete: nothing applied, 9 not reached · 0 requests",
    ]


# ---- differences ---------------------------------------------------------------------------


def test_diff_is_unified_and_harmless() -> None:
    """A file's difference is shown as a unified diff whose lines obey nobody."""
    text = diff_text("a.md", "- [ ] one\nx\n", "- [x] one\x1b[2J\nx\n", Look())
    assert text.splitlines()[0] == "--- a/a.md"
    assert "+- [x] one\\x1b[2J" in text


# ---- the picture ---------------------------------------------------------------------------


def test_the_picture_stands_alone(plans: dict[str, Plan]) -> None:
    """The SVG is well-formed, names no address but its namespace, and holds the summary."""
    svg = plan_svg(plans["first_sync"])
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert re.findall(r"https?://[^\"\s]+", svg) == ["http://www.w3.org/2000/svg"]
    assert "24 to create" in svg
