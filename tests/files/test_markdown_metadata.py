"""Key-value metadata in all its spellings, and what the values say."""

import pytest

from backlog_sync.files.reading.metadata import parse_pairs
from backlog_sync.files.syntax.markdown import scan_lines
from backlog_sync.files.vocabulary import field_of
from tests.files.test_markdown_roadmap import read


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
    ("value", "keys", "unclear"),
    [
        ("Story 1.1.1, M0 and US-012", ["story-1.1.1", "m0", "us-012"], 0),
        ("STORY-00.1 (needs the project, really)", ["story-00.1"], 0),
        ("#12, octo-org/other#3", ["#12", "octo-org/other#3"], 0),
        ("Feature 003; Feature 004", ["feature-003", "feature-004"], 0),
        ("None (starting point)", [], 0),
        ("None - foundational story", [], 0),
        ("All previous features", [], 1),
        ("Epic 4 or Epic 2", [], 1),
        ("Epic 4 or Epic 2, M0", ["m0"], 1),
        ("Stories 3.6.1-3.6.3 (the pipeline)", ["story-3.6.1", "story-3.6.2", "story-3.6.3"], 0),
        ("US-001 to US-003", ["us-001", "us-002", "us-003"], 0),
        ("T008–T011", ["t008", "t009", "t010", "t011"], 0),
        ("Features 001, 002", ["feature-001", "feature-002"], 0),
        ("All parts (STORY-01.5, STORY-01.6)", ["story-01.5", "story-01.6"], 0),
        ("Story 9.1 (as Story 9.2 says)", ["story-9.1"], 0),
        ("story-1-2", ["story-1-2"], 0),
        ("2 to 3 weeks", [], 1),
        ("1.2", [], 1),
        ("9.1, The last one", ["story-9.1", "story-9.2"], 0),
    ],
)
def test_dependencies_are_named_or_told(value: str, keys: list[str], unclear: int) -> None:
    """Keys are read, those of other files too; prose gives nothing, and says so once."""
    text = f"## Story 9.0: First\n**Depends on:** {value}\n\n## Story 9.1: Then\n"
    parsed = read(f"{text}\n## Story 9.2: The last one\n")
    assert list(parsed.items[0].document.depends_on or ()) == keys
    told = [each for each in parsed.diagnostics if each.slug == "unread-dependency"]
    assert len(told) == unclear


def test_what_cannot_be_read_is_told_and_stays_text() -> None:
    """Each value that says too little is a warning, and the line stays in the issue."""
    parsed = read(
        "## Story 1: A\n**Points:** 5+\n**Due:** end of March 2027\n\n"
        "## Story 2: B\n**Points:** 8+\n**Zone:** 12\n"
    )
    first, second = (item.document for item in parsed.items)
    assert first.description == "**Points:** 5+\n**Due:** end of March 2027"
    assert second.description == "**Points:** 8+\n**Zone:** 12"
    told = [each.message for each in parsed.diagnostics]
    assert [("5+" in text, "8+" in text) for text in told] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert "end of March 2027" in told[2]


def test_none_declares_an_empty_set() -> None:
    """Labels that are `None` are ours and empty; those that nobody names are not ours."""
    first, second = read("## Story 1: A\n**Labels:** None\n\n## Story 2: B\n").items
    assert (first.document.labels, second.document.labels) == ((), None)


def test_unknown_keys_are_unknown() -> None:
    """A key that no table holds is no field."""
    assert field_of("Branch") is None
