"""Entries of lists as people write them: what is none, and what belongs to which."""

import pytest

from backlog_sync.files.vocabulary import is_empty_word
from tests.files.test_markdown_roadmap import outline, read


@pytest.mark.parametrize(
    "entry",
    [
        "No items",
        "(empty)",
        "_None_",
        "TBD",
        "...",
        "(none yet)",
        "(비어 있음) — fill it",
        "Nothing yet",
    ],
)
def test_an_entry_that_says_there_is_none_is_no_item(entry: str) -> None:
    """Boards show an empty lane so."""
    text = f"# Board\n\n## Todo\n\n- {entry}\n\n## Done\n\n- [ ] Deck\n"
    assert [title for _, title, _ in outline(text, bullets="items")] == ["Deck"]


def test_words_beside_an_empty_one_say_more() -> None:
    """A remark in brackets that leads a title is no sign of nothing."""
    for text in ("(deck) - paint it", "Empty the bilge", "No items match the filter"):
        assert not is_empty_word(text)


def test_what_a_changelog_tells_is_no_item() -> None:
    """The past needs no issues."""
    text = (
        "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Deck\n- Bell\n\n### Changed\n\n- Mast\n"
    )
    assert not outline(text, bullets="items")


@pytest.mark.parametrize(
    ("heading", "title", "status"),
    [
        ("In Progress: v2.3", "v2.3", "In Progress"),
        ("Completed: Phase 1 - Deck", "Deck", "Completed"),
        ("Done — Sprint 3: Mast", "Mast", "Done"),
    ],
)
def test_a_heading_may_begin_with_a_status(heading: str, title: str, status: str) -> None:
    """What stands behind it is an item as without it."""
    epic, *_ = read(f"# Plan\n\n## {heading}\n\n- [x] Paint\n").items
    assert (epic.kind, epic.document.title, epic.document.status) == ("epic", title, status)


def test_one_letter_with_a_number_is_no_code() -> None:
    """`P95` begins a criterion; `T01` and `T02` number tasks."""
    text = "# Plan\n\n### US-1: Deck\n\n- [ ] P95 below 200 ms\n- [ ] H264 plays\n"
    (story,) = read(text).items
    assert [c.text for c in story.document.acceptance_criteria or ()] == [
        "P95 below 200 ms", "H264 plays",
    ]  # fmt: skip
    assert len(read(text.replace("P95", "T01").replace("H264", "T02")).items) == 3


def test_a_bold_key_right_below_a_list_is_the_phase_s() -> None:
    """Markdown takes it for a part of the last entry, where people mean none."""
    text = "# Plan\n\n## M0 — Deck\n- Paint\n  it\n**Acceptance**: it is dry and it\nshines.\n"
    phase, paint = read(text, bullets="items").items
    assert len(phase.document.acceptance_criteria or ()) == 1
    assert (paint.document.title, paint.document.acceptance_criteria) == ("Paint it", None)


def test_success_criteria_of_a_phase_may_be_numbered() -> None:
    """They are no tasks, also when bullets are items."""
    key = "**Success Criteria** (what must be true):"
    text = f"# Plan\n\n### Phase 1: Deck\n\n{key}\n1. Dry\n2. Clean\n"
    (phase,) = read(f"{text}\n**Plans:** 1\n- [x] Paint\n", bullets="items").items[:1]
    assert [c.text for c in phase.document.acceptance_criteria or ()] == ["Dry", "Clean"]


def test_a_name_of_a_file_leads_to_the_title() -> None:
    """It is kept in the text."""
    text = (
        "# Plan\n\n### Phase 1: Deck\n\n- [ ] 01-02-PLAN.md — Paint it\n- [ ] `src/bell.py`: Ring\n"
    )
    _, paint, _ = read(text).items
    assert (paint.document.title, paint.document.description) == ("Paint it", "01-02-PLAN.md")


def test_bullets_right_below_a_numbered_entry_are_its_details() -> None:
    """Their indentation is often forgotten; a blank line sets them apart."""
    text = "# Plan\n\n## v1.0\n\n1. Deck\n- paint\n- polish\n\n2. Mast\n- oil\n\n- Bell\n"
    _, deck, mast, *_ = read(text, bullets="items").items
    assert [i.document.title for i in (deck, mast)] == ["Deck", "Mast"]
    assert deck.document.description == "- paint\n- polish"
    assert len(read("# Plan\n\n## v1.0\n\n1. Deck\n\n- Bell\n", bullets="items").items) == 3


def test_what_is_said_of_stories_may_stand_between_them() -> None:
    """Without an indentation, behind each; criteria need no bullets where they are indented."""
    one = "As a rower I want {} \n\nNotes:\n\tAsk the club.\n\nAcceptance tests:\n"
    text = (
        f"# Boats\n\n1. {one.format('oars')}\tThey float.\n\tThey are as long\n\tas the boat.\n\n"
        f"2. {one.format('a seat')}\tIt slides.\n\tIt is dry.\n"
    )
    first, second = read(text).items
    assert [c.text for c in first.document.acceptance_criteria or ()] == [
        "They float.", "They are as long as the boat.",
    ]  # fmt: skip
    assert [c.text for c in second.document.acceptance_criteria or ()] == [
        "It slides.", "It is dry.",
    ]  # fmt: skip
    assert "Ask the club." in (first.document.description or "")


def test_a_paragraph_behind_a_list_speaks_of_no_item() -> None:
    """Only where each item of the list has one behind it does it belong to that."""
    text = "# Boats\n\n- As a rower I want oars\n- As a rower I want a seat\n\nSee the club.\n"
    assert [item.document.description for item in read(text).items] == [None, None]
