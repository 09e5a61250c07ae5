"""Items that lines of prose tell: criteria in a line, stories as paragraphs, boxes alone."""

import pytest

from tests.files.test_markdown_roadmap import only, outline, read
from tests.files.test_markdown_write import ISSUE, LINK, status, write


@pytest.mark.parametrize(
    "told",
    ["Acceptance: it floats; it is dry (in rain; in snow).", "**AC:** it floats; it\nis dry"],
)
@pytest.mark.parametrize("before", ["", "Build the hull. ", "Build it.\nThen paint it. "])
def test_criteria_may_stand_in_a_line_behind_their_key(told: str, before: str) -> None:
    """Semicolons part them, as in every syntax; a sentence before the key stays the text."""
    story = only(f"# Yard\n\n### US-01: Boat\n\n{before}{told}\nEstimate: 3\n")
    criteria = story.acceptance_criteria or ()
    assert [each.text.split(" (")[0] for each in criteria] == ["it floats", "it is dry"]
    assert (story.description or "") == before.rstrip()
    assert story.story_points == 3


def test_code_and_brackets_part_no_criteria() -> None:
    """A semicolon in them belongs to one criterion."""
    story = only("# Yard\n\n### US-01: Boat\n\nAcceptance: `a; b` runs (twice; dry)\n")
    assert len(story.acceptance_criteria or ()) == 1


def test_criteria_below_entries_make_them_items() -> None:
    """Only an item says what it is accepted by; the entry needs no word, code or box."""
    text = (
        "# Backlog\n\nDoors with criteria\n1. `GET /boats`\nAcceptance: all are there; sorted\n"
        "2. `POST /boats`\nAcceptance: it is stored\n3. Nothing more\n"
    )
    items = read(text).items
    assert [item.document.title for item in items] == ["`GET /boats`", "`POST /boats`"]
    assert [len(item.document.acceptance_criteria or ()) for item in items] == [2, 1]


def test_bold_titles_vouch_for_the_phase_above_them() -> None:
    """`**T1 · …**` is an item: the phase that it stands below holds it."""
    text = (
        "# Tasks\n\n## Phase 0 — Hull\n\n**T1 · Keel**\nLay it. Acceptance: it holds\n\n"
        "**T2 · Planks**\nBend them.\n\n## Phase 1 — Sails\n\n**T3 · Mast**\nSet it.\n"
    )
    assert outline(text) == [
        ("epic", "Hull", None),
        ("task", "Keel", 0),
        ("task", "Planks", 0),
        ("epic", "Sails", None),
        ("task", "Mast", 3),
    ]


def test_paragraphs_may_be_user_stories() -> None:
    """Two below one heading tell that the stories of the file are told so."""
    first, second, third = (
        f"As a guest, I want to {what} so that I rest." for what in ("sail", "row", "swim")
    )
    text = f"# Players\n\n## Boats\n\n{first}\n\n{second}\n\n## Lake\n\n{third}\n"
    assert outline(text) == [
        ("epic", "Boats", None),
        ("story", first, 0),
        ("story", second, 0),
        ("epic", "Lake", None),
        ("story", third, 3),
    ]
    one = f"# Plan\n\n### US-01: Boats\n\n{first}\n\n### US-02: Lake\n\n{third}\n"
    assert [title for _, title, _ in outline(one)] == ["Boats", "Lake"]


def test_boxes_without_a_marker_are_a_list() -> None:
    """Several of them are meant as one; a single one is text."""
    text = "# Plan\n\n## Hull\n\n[x] Lay the keel\n[ ] Bend planks\n\n## Sails\n\n[X] Sew\n"
    assert [title for _, title, _ in outline(text)] == [
        "Hull", "Lay the keel", "Bend planks", "Sails", "Sew",
    ]  # fmt: skip
    assert [item.document.status for item in read(text).items][1:3] == ["Done", None]
    assert not outline("# Plan\n\n## Hull\n\n[x] marks what is done.\n")


def test_headings_among_priorities_are_no_items() -> None:
    """Where two say a priority, the list is sorted by it: the others only name another pile."""
    text = (
        "# To do\n\n## Blockers\n\n- [ ] Keel\n\n## High priority (before the launch)\n\n"
        "- [ ] Planks\n\n## Medium priority\n\n- [ ] Paint\n"
    )
    assert outline(text) == [("task", t, None) for t in ("Keel", "Planks", "Paint")]


def test_how_to_work_is_no_work() -> None:
    """Its steps tell people what to do with the file."""
    text = (
        "# Sprint 1: Hull\n\n## Tasks\n\n### Task 1.1: Keel\n**Status:** To do\n\n"
        "## How to work\n\n1. Take a task\n2. Do it\n"
    )
    assert [title for _, title, _ in outline(text, bullets="items")] == ["Hull", "Keel"]


def test_a_line_all_in_bold_is_a_whole_title() -> None:
    """What follows in its paragraph is the text of the item."""
    task = only("# To do\n\n- [ ] **Paint the hull**\n  Two coats of it.\n  Wait between them.\n")
    assert (task.title, task.description) == (
        "Paint the hull", "Two coats of it.\nWait between them.",
    )  # fmt: skip


def test_progress_beside_lines_of_prose() -> None:
    """Boxes without a marker take a number and a tick; criteria in a line stay as they are."""
    boxes = "# To do\n\n[ ] Lay the keel\n[ ] Bend planks\n"
    assert write(boxes, ISSUE, status("Done")) == (
        f"# To do\n\n[ ] Lay the keel ({LINK})\n[x] Bend planks\n"
    )
    text = "# Yard\n\n**T1 · Keel**\nAcceptance: it holds; it is dry\n\n**T2 · Mast**\nSet it.\n"
    for told, key in ((text, "Issue"), (text.replace("Acc", "Lay it. Acc"), "**Issue**")):
        assert write(told, ISSUE) == told.replace("Keel**\n", f"Keel**  \n{key}: {LINK}  \n")


def test_a_bold_key_right_below_a_list_speaks_of_its_phase() -> None:
    """Its criteria are not those of the last entry, whose text it would go on with."""
    text = "# Plan\n\n## Phase 1: Hull\n\n- Keel\n- Planks\n**Acceptance:** dry\n"
    items = read(text, bullets="items").items
    assert [len(item.document.acceptance_criteria or ()) for item in items] == [1, 0, 0]
