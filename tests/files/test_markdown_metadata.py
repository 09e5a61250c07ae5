"""Key-value metadata in all its spellings, and what the values say."""

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.files.values import parse_dependencies
from backlog_sync.files.syntax.markdown import scan_lines
from backlog_sync.files.reading.metadata import parse_pairs
from backlog_sync.files.values import (
    parse_estimate,
    parse_issue,
    parse_names,
    parse_points,
    parse_priority,
)
from backlog_sync.files.vocabulary import field_of
from backlog_sync.files.statuses import same_status


def pairs(text: str, *, plain_keys: bool = True) -> list[tuple[str | None, str]]:
    """Fields and values on a line, with the value's offsets proven."""
    found = parse_pairs(text, scan_lines(text)[0], plain_keys=plain_keys)
    assert all(text[pair.start : pair.end] == pair.value for pair in found)
    return [(pair.field, pair.value) for pair in found]


@pytest.mark.parametrize(
    "text",
    ["**Priority**: High", "**Priority:** High", "**Priority: High.**", "- Priority: High",
     "- **Priority**: High", "* **Priority:** High  ", "Priority: High", "__Priority__: High",
     "  **Priority** : High\\", "**🔥 Priority**: High", "**Prioridade:** High",
     "**Приоритет**: High", "**優先度**：High", "**Priorität:** High", "**PRIORITY**:High"],
)  # fmt: skip
def test_every_spelling_is_one_field(text: str) -> None:
    """Bold or not, colon inside or outside, in any language: the same field and value."""
    assert pairs(text) == [("priority", "High")]


def test_a_line_may_hold_several_pairs() -> None:
    """Bars part pairs, and only where a key follows; unknown keys are told as such."""
    assert pairs("**Priority:** High | **Zone:** zone-12 | Status: Done") == [
        ("priority", "High"),
        (None, "zone-12"),
        ("status", "Done"),
    ]
    assert pairs("**Goal**: this | that") == [("goal", "this | that")]


@pytest.mark.parametrize(
    "text",
    ["Note: something", "- Something: else", "A sentence. Status: no", "**A bold sentence.**",
     "- [ ] **Status**: shown", "- `status: str`", "Status:done", "**: x", "****: x"],
)  # fmt: skip
def test_what_is_no_metadata(text: str) -> None:
    """Unknown plain keys, sentences, check boxes and code are text."""
    assert pairs(text) == []


def test_plain_keys_count_only_where_asked_for() -> None:
    """Without bold marks a key is a key only where metadata is expected."""
    assert pairs("Status: Done", plain_keys=False) == []


@pytest.mark.parametrize(
    ("value", "points"),
    [("3 SP", 3), ("5 pontos", 5), ("8 story points", 8), ("2.5", 2.5), ("13 pts.", 13),
     ("2 SP (checklist creation)", 2), ("M (Medium)", "M"), ("huge", "huge"), ("TBD", None),
     ("`5`", 5), ("3-5", "3-5"), ("", None)],
)  # fmt: skip
def test_points_are_numbers_or_words(value: str, points: object) -> None:
    """A clear number is one; any other word is kept for a scale, never guessed."""
    assert parse_points(value) == points


def test_an_estimate_is_points_or_hours_or_neither() -> None:
    """`6h` are hours, `3 pontos` points, and two weeks are neither."""
    assert parse_estimate("6h").hours == 6
    assert parse_estimate("3 pontos").points == 3
    assert parse_estimate("M (2-3 days)").points == "M"
    assert (parse_estimate("2 weeks").points, parse_estimate("2 weeks").hours) == (None, None)


def test_names_come_in_code_or_between_commas() -> None:
    """Labels in back ticks or with commas; `None` declares an empty set."""
    assert parse_names("`epic`, `priority:high`") == ("epic", "priority:high")
    assert parse_names("a, b; a") == ("a", "b")
    assert parse_names("None") == ()


def test_a_priority_loses_its_remark() -> None:
    """`P0 (critical path)` is P0; signs before the word go."""
    assert parse_priority("P0 (Critical Path - blocks all)") == "P0"
    assert parse_priority("🔴 High") == "High"
    assert parse_priority("-") is None


@pytest.mark.parametrize(
    ("value", "issue"),
    [
        ("[#14](https://github.com/o/r/issues/14)", IssueRef(14)),
        ("#14", IssueRef(14)),
        ("sandbox#14", IssueRef(14, sandbox=True)),
        ("octo-org/widgets#14", IssueRef(14, "octo-org/widgets")),
        ("[octo-org/widgets#14](https://x/y)", IssueRef(14, "octo-org/widgets")),
        ("https://github.com/octo-org/widgets/issues/14", IssueRef(14, "octo-org/widgets")),
        ("Not Created", None),
        ("14", None),
    ],
)
def test_issues_are_found_in_every_form(value: str, issue: IssueRef | None) -> None:
    """Links, short forms, the sandbox's form and URLs."""
    assert parse_issue(value) == issue


@pytest.mark.parametrize(
    ("value", "targets"),
    [
        ("Story 1.1.1, M0 and US-012", ["story-1.1.1", "m0", "us-012"]),
        ("STORY-00.1 (needs the project, really)", ["story-00.1"]),
        ("#12, octo-org/other#3", ["#12", "octo-org/other#3"]),
        ("Feature 003; Feature 004", ["feature-003", "feature-004"]),
        ("None (starting point)", []),
        ("None - foundational story", []),
        ("All previous features", [None]),
        ("Epic 4 or Epic 2", [None]),
        ("Stories 3.6.1-3.6.3 (the pipeline)", ["story-3.6.1", "story-3.6.2", "story-3.6.3"]),
        ("US-001 to US-003", ["us-001", "us-002", "us-003"]),
        ("T008–T011", ["t008", "t009", "t010", "t011"]),
        ("Features 001, 002", ["feature-001", "feature-002"]),
        ("All components (STORY-01.5, STORY-01.6)", ["story-01.5", "story-01.6"]),
        ("story-1-2", ["story-1-2"]),
        ("2 to 3 weeks", [None]),
    ],
)
def test_dependencies_are_named_or_told(value: str, targets: list[str | None]) -> None:
    """Keys and issues are read; prose gives nothing, and says so."""
    assert [found.target for found in parse_dependencies(value)] == targets


def test_alternatives_are_told_as_such() -> None:
    """A dependency cannot say "or"."""
    assert [found.either for found in parse_dependencies("Epic 4 or Epic 2, M0")] == [True, False]


def test_a_bare_number_is_left_to_the_document() -> None:
    """`1.2` may be a feature or a story: only the document knows."""
    assert [found.number for found in parse_dependencies("1.2")] == ["1.2"]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("✅ Complete (merged)", "Done", True), ("Closed", "Done", True),
     ("Closed", "Cancelled", True), ("Cancelled", "Done", False), ("WIP", "In Progress", True),
     ("Planned", "Todo", True),
     ("Blocked", "blocked", True), ("Blocked", "Done", False), ("erledigt", "Done", True),
     ("Complete and tested", "Done", True), ("✅", "Done", True)],
)  # fmt: skip
def test_statuses_are_compared_by_meaning(left: str, right: str, same: bool) -> None:
    """Words of one meaning are the same status; unknown words are compared as words."""
    assert same_status(left, right) is same


def test_unknown_keys_are_unknown() -> None:
    """A key that no table holds is no field."""
    assert field_of("Branch") is None
