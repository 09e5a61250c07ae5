"""How far work is where a roadmap says it of a whole list: labels, lanes, phases, tables."""

import pytest

from tests.files.conftest import LoadText
from tests.files.test_markdown_roadmap import outline, read


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("Done:", "Done"), ("**Completed:**", "Completed"), ("Реализовано:", "Реализовано"),
        ("**In progress**", "In progress"), ("Next steps:", None), ("On deck:", None),
    ],
)  # fmt: skip
def test_a_label_says_how_far_the_list_below_it_is(label: str, status: str | None) -> None:
    """Finished work in a phase that goes on is not opened."""
    text = f"# Plan\n\n## Phase 1: Ferry\n\n{label}\n\n- Paint the deck\n\nOther work:\n\n- Bell\n"
    phase, deck, bell = read(text, bullets="items").items
    assert (deck.document.status, bell.document.status) == (status, None)
    assert label in (phase.document.description or "")


def test_what_stands_in_finished_work_is_finished(load_text: LoadText) -> None:
    """Bullets of a phase, and headings below a heading of what is done; a box speaks for itself."""
    text = "# Plan\n\n## Sprint 1 (Completed Dec 2025)\n\n- Deck\n- [ ] Bell\n"
    desired = load_text(text, "ROADMAP.md", bullets="items").desired
    assert desired is not None
    assert {item.fields["title"]: item.status for item in desired.items} == {
        "Sprint 1": "Completed Dec 2025", "Deck": "Done", "Bell": None
    }  # fmt: skip
    text = "# Plan\n\n## Completed milestones\n\n### v2.0: Ferry\n\n- [x] Deck\n"
    assert [item.document.status for item in read(text).items] == ["Completed", "Done"]
    text = "# Plan\n\n## Done ✅\n\n### Ferry\n- [x] Deck\n\n### Pier\n- [x] Planks\n"
    assert {item.document.status for item in read(text).items} <= {"Done"}


def test_lanes_stand_beside_items_of_their_own() -> None:
    """Bullets for later are work where stories have headings; what nobody will do is none."""
    text = (
        "# Plan\n\n### US-1: Deck\n\n- [ ] It is dry\n\n## Later\n\n- Bell\n\n"
        "## Won't have (this year)\n\n- Sauna\n\n### US-9: Casino\n\nAs a guest, I want to play.\n"
    )
    assert outline(text, bullets="items") == [("story", "Deck", None), ("task", "Bell", None)]


@pytest.mark.parametrize(
    "heading", ["Won't have", "Will not have", "Fuera de alcance", "Hors périmètre", "不做"]
)
def test_what_is_dropped_is_no_item(heading: str) -> None:
    """Neither boxes nor rows below such a heading are taken."""
    table = "| # | Feature | Priority |\n|---|---|---|\n| 1 | Casino | Low |\n"
    assert not outline(f"# Plan\n\n## {heading}\n\n- [ ] Sauna\n\n{table}")


def test_parts_of_a_lane_are_no_items() -> None:
    """The same area stands in several lanes; only a backlog is the plan itself."""
    text = "# Plan\n\n## {}\n\n### Deck\n- [ ] Paint\n\n### Bell\n- [ ] Ring\n"
    assert [kind for kind, _, _ in outline(text.format("In progress"))] == ["task", "task"]
    assert [kind for kind, _, _ in outline(text.format("Backlog (later)"))].count("epic") == 2


@pytest.mark.parametrize(
    "table",
    [
        "| Phase | Status |\n|---|---|\n| 1. Deck | Completed |\n| 2. Bell | Planned |\n",
        "| Phase | Focus | Status |\n|---|---|---|\n| 1 | W | **Completed** |\n| 3 | x | |\n",
        "| Milestone | State |\n|---|---|\n| Deck | Completed |\n| Sum | 1 of 2 |\n",
        "| Phase | Tasks | Status |\n|---|---|---|\n| 1. Deck | 1 | Completed |\n",
    ],
)
def test_a_table_of_phases_says_how_far_they_are(table: str) -> None:
    """By number or title; it declares none, and what it says of phases is not opened again."""
    text = f"# Plan\n\n## Overview\n\n{table}\n## Phase 1: Deck\n- [ ] Paint\n\n## Phase 2: Bell\n"
    text += "- [ ] Ring\n"
    deck, paint, bell, ring = read(text).items
    assert (deck.document.title, deck.document.status) == ("Deck", "Completed")
    assert (paint.parent, bell.document.title, ring.parent) == (0, "Bell", 2)
