"""Plans as people and their tools write them: each form with a small plan of our own."""

import pytest

from backlog_sync.core.keys import make_key
from tests.files.conftest import LoadText
from tests.files.test_markdown_roadmap import only, outline, read


def test_headings_above_boxes_hold_them() -> None:
    """Where nothing else says what an item is, the headings are what the boxes belong to."""
    text = (
        "# Tasks\n\n## Navigation\n- [ ] Show the menu\n- [x] Mark the page\n\n"
        "## Home page\n- [ ] Write the lead\n"
    )
    assert outline(text) == [
        ("epic", "Navigation", None),
        ("task", "Show the menu", 0),
        ("task", "Mark the page", 0),
        ("epic", "Home page", None),
        ("task", "Write the lead", 3),
    ]
    assert outline("# Tasks\n\n## Open\n- [ ] Show the menu\n") == [("task", "Show the menu", None)]


@pytest.mark.parametrize("heading", ["Next", "Later / maybe", "In progress", "Done and tested"])
def test_lanes_are_no_items(heading: str) -> None:
    """A column of a board says when, or how far: what stands below it has no parent."""
    text = f"# Backlog\n\n## How to use it\n\n- Add a line\n\n## {heading}\n\n- Sort by name\n"
    assert outline(text, bullets="items") == [("task", "Sort by name", None)]
    assert not outline(text)


def test_priorities_are_lanes_where_nothing_else_is_an_item() -> None:
    """`Must have` gives its bullets a priority; beside items it says what those come to."""
    lanes = "# Ferry\n\n## Must have\n- Sell tickets\n- List piers\n\n## Could have (v2)\n- Maps\n"
    text = f"{lanes}\n## Won't have\n- Wine\n"
    items = read(text, bullets="items").items
    assert [(item.document.title, item.document.priority) for item in items] == [
        ("Sell tickets", "Must have"), ("List piers", "Must have"), ("Maps", "Could have"),
    ]  # fmt: skip
    assert not outline(text)
    lane = "# Ferry\n\n## Backlog\n\n### High priority\n- Sell tickets\n"
    assert outline(lane, bullets="items") == [("task", "Sell tickets", None)]
    story = "## Story 1: Pay\n\n**Points:** 2\n\n"
    assert len(outline(lanes.replace("## Must", f"{story}## Must", 1), bullets="items")) == 1


def test_bullets_are_the_work_where_a_file_has_nothing_else() -> None:
    """A plain list is a plan where bullets are asked for; else it is told which flag takes it."""
    text = "# Allotment\n\n- dig the beds\n- sow beans\n  - in rows\n- \n\n[shed](shed.md)\n"
    items = read(text, bullets="items").items
    assert [item.document.title for item in items] == ["dig the beds", "sow beans"]
    assert items[1].document.description == "- in rows"
    assert not read(text).items
    told = [note.reason for note in read(text).notes if note.rule == "bullet"]
    assert told == ["an item with --bullets items"] * 2
    for other in ("- [ ] mend the hose\n", "## Next\n\n- mend the hose\n"):
        assert [title for _, title, _ in outline(text + other, bullets="items")] == [
            "mend the hose"
        ]


RECORDS = """\
# Allotment

## Now

- Description: Mend the hose before the
  summer. It leaks.
  Impact: high
  Effort: 3
  Status: ready for review

- Title: Sow beans
  Status: done

## Next

- Description: of the beds
"""


def test_a_record_in_a_list_has_its_first_value_for_a_title() -> None:
    """Its other lines are fields or text; a key that stands alone begins no record."""
    hose, beans, beds = (each.document for each in read(RECORDS, bullets="items").items)
    assert hose.title == "Mend the hose before the summer. It leaks."
    assert (hose.story_points, hose.status) == (3, "ready for review")
    assert hose.description == "Impact: high"
    assert (beans.title, beans.status) == ("Sow beans", "done")
    assert beds.title == "Description: of the beds"


SCENARIOS = """\
# Stories

## Epic: Harbour

### {0}See the sea
**Covers:** FR-1

- **Given** a window
- **When** I look out
- **Then** I see it

### {1}Smell it

- Given an open window
- When I breathe
- Then I smell it
"""


@pytest.mark.parametrize("codes", [("", ""), ("US-SEA1 — ", "US-SEA2 — ")])
def test_scenarios_make_stories_of_the_headings_above_them(codes: tuple[str, str]) -> None:
    """Their steps are criteria and no items, also where bullets are asked for."""
    _, *stories = read(SCENARIOS.format(*codes), bullets="items").items
    assert [(s.kind, s.parent, s.document.title) for s in stories] == [
        ("story", 0, "See the sea"), ("story", 0, "Smell it"),
    ]  # fmt: skip
    assert [len(story.document.acceptance_criteria or ()) for story in stories] == [1, 1]


RESULTS = """\
# Plan

## Sprint 1: Harbour

- **Scope**:
  1. 「Berths」：all of them by number and length
  2. 「Moorings」：on buoys
- **Deliverables**:
  - A page of berths
"""


def test_what_comes_out_of_the_scope_is_no_item() -> None:
    """Only where it alone says what is done; a title may stand in quotation marks."""
    assert [title for _, title, _ in outline(RESULTS, bullets="items")] == [
        "Harbour", "Berths", "Moorings",
    ]  # fmt: skip
    twice = "# Plan\n\n## Phase 1: Harbour\n\n**Scope — first.**\n- Berths\n\n"
    twice += "**Scope — then.**\n- Bar\n"
    assert [title for _, title, _ in outline(twice)] == ["Harbour", "Berths", "Bar"]
    alone = RESULTS.replace(RESULTS[RESULTS.index("- **Scope**") : RESULTS.index("- **Del")], "")
    assert [title for _, title, _ in outline(alone, bullets="items")][1:] == ["A page of berths"]


def test_priorities_that_are_explained_are_no_epics() -> None:
    """Among each other; one alone may be a part of the work that is called so."""
    rows = "| ID | User story | Points |\n|-|-|-|\n| US%d | As a guest, I want tea %d | 3 |\n\n"
    must = "## **Must Have (M) – essential**\n\n" + rows % (1, 1)
    text = "# Backlog\n\n" + must + "## Should Have (S) - later\n\n" + rows % (2, 2)
    assert [(kind, parent) for kind, _, parent in outline(text)] == [("story", None)] * 2


def test_a_status_may_stand_behind_a_number() -> None:
    """`(a) Done and tested` and `1. Done` are lanes as `Done` is."""
    for number in ("(a) ", "1. ", "II. "):
        text = f"# Plan\n\n## {number}Done and tested\n\n- Row\n\n## {number}Later\n\n- Sail\n"
        row, sail = read(text, bullets="items").items
        assert (row.document.status, sail.document.status) == ("Done", None)


def test_parts_of_a_lane_hold_no_bullets() -> None:
    """What stands below a heading of its own in a lane is not taken: fewer items win."""
    text = "# Hub\n\n## Planning\n\n### Documents\n\n- Journeys\n"
    assert not outline(text, bullets="items")


def test_what_stands_in_a_lane_has_its_status() -> None:
    """Also below a heading that names with the status what there is."""
    text = "# Plan\n\n## Completed features\n\n- Sort by name\n\n## Planned\n\n- Search\n"
    first, second = read(text, bullets="items").items
    assert (first.document.status, second.document.status) == ("Completed", "Planned")


def test_sprints_never_stand_below_one_another() -> None:
    """Headings with the same word are siblings, with or without a title of the document."""
    text = "# Plan\n\n## Sprint 1\n\n- [ ] Sign in\n\n## Sprint 2\n\n- [ ] Pay\n"
    assert [(kind, parent) for kind, _, parent in outline(text)] == [
        ("epic", None), ("task", 0), ("epic", None), ("task", 2),
    ]  # fmt: skip


def test_milestones_with_numbers_are_the_parts_of_a_sprint() -> None:
    """What each comes to is its text; a sprint that names a list keeps its whole heading."""
    text = (
        "# Club\n\n## Sprint 1 Milestones (Boats)\n\n### M1.0 — Hull\n- Keel laid\n- Planks cut\n\n"
        "### M1.1 — Mast\n- Step cut\n\n## Sprint 2 Milestones\n\n### M2.0 — Sail\n- Cloth cut\n"
    )
    assert outline(text, bullets="items") == [
        ("epic", "Sprint 1 Milestones (Boats)", None),
        ("feature", "Hull", 0), ("feature", "Mast", 0),
        ("epic", "Sprint 2 Milestones", None), ("feature", "Sail", 3),
    ]  # fmt: skip
    assert "Keel laid" in (read(text, bullets="items").items[1].document.description or "")
    told = text.replace("- Keel laid", "- ✅ Keel laid")
    phases = text.replace("Sprint", "Phase")
    assert ("task", "Keel laid", 1) in outline(told, bullets="items")
    assert ("task", "Keel laid", 1) in outline(phases, bullets="items")


def test_chapters_beside_phases_that_hold_boxes_are_no_items() -> None:
    """Bold words in them are no fields; one that says what only planned items say is an item."""
    parts = "## 2. Design\n\n### 2.1 Hull\n\n- **Wood:** oak\n\n### 2.2 Sail\n\n**Cloth:** flax\n\n"
    plan = "## 3. Plan\n\n### Phase 1 — Build\n- [ ] Cut it\n- **Accept:** it floats; it is dry\n"
    epic, task = read(f"# Boat\n\n{parts}{plan}").items
    assert (epic.document.title, task.document.title) == ("Build", "Cut it")
    assert [c.text for c in epic.document.acceptance_criteria or ()] == ["it floats", "it is dry"]
    planned = parts.replace("**Cloth:** flax", "**Priority:** High")
    assert len(outline(f"# Boat\n\n{planned}{plan}")) == 4
    assert len(outline(f"# Boat\n\n{parts}")) == 2


def test_parts_of_a_plan_stand_below_their_number() -> None:
    """`1.0` holds `1.1`, as `1.` does."""
    text = (
        "# Work\n\n## Tasks (with parts)\n\n- [ ] 1.0 Set up\n  - [x] 1.1 Start a project\n"
        "  - [ ] 1.2 Check it\n- [ ] 2.0 Store\n  - [ ] 2.1 Open the file\n"
    )
    assert outline(text) == [
        ("epic", "Set up", None),
        ("task", "Start a project", 0),
        ("task", "Check it", 0),
        ("epic", "Store", None),
        ("task", "Open the file", 3),
    ]


def test_boxes_that_only_name_a_phase_tell_that_it_is_done() -> None:
    """The list of phases makes no second items; its ticks are theirs."""
    text = (
        "# Roadmap\n\n## Phases\n\n- [x] **Phase 1: Sign in** - accounts\n"
        "- [ ] **Phase 2: Pay** - cards\n\n## Details\n\n"
        "### Phase 1: Sign in\n**Goal**: x\n\n- [x] Form\n\n"
        "### Phase 2: Pay\n**Goal**: y\n\n- [ ] Cards\n"
    )
    items = read(text).items
    assert [(item.kind, item.document.status) for item in items] == [
        ("epic", "Done"), ("task", "Done"), ("epic", None), ("task", None),
    ]  # fmt: skip


def test_a_heading_may_have_a_box() -> None:
    """`### [x] Task: …` is done; the box is no part of the title."""
    text = "# Plan\n\n## Tasks\n\n### [ ] Task 1: Limits\n**Goal**: a\n\n### [x] Task 2: Report\n"
    first, second = read(text).items
    assert (first.document.title, first.document.status) == ("Limits", None)
    assert (second.document.title, second.document.status) == ("Report", "Done")


def test_a_title_is_short_and_the_rest_is_kept() -> None:
    """The bold lead, or the text up to a dash; further lines go on with the body."""
    bold = only("# P\n\n## Next\n\n- [ ] **Add photos** — of the team\n  and the rooms.\n")
    assert (bold.title, bold.description) == (
        "Add photos", "of the team\nand the rooms.",
    )  # fmt: skip
    plain = only("# P\n\n- [ ] Send photos — only if people want it\n")
    assert plain.title == "Send photos"
    assert plain.description == "only if people want it"


def test_a_priority_may_stand_behind_a_title() -> None:
    """What follows it is kept in the body."""
    item = only("# P\n\n- [ ] Handle all errors · P1 · deep work\n")
    assert (item.title, item.priority) == ("Handle all errors", "P1")
    assert item.description == "deep work"


def test_code_in_a_title_is_no_sign_of_a_status() -> None:
    """Only emoji set a status apart."""
    item = only("# P\n\n- [ ] Tag it, `CHANGELOG.md` complete\n")
    assert (item.title, item.status) == ("Tag it, `CHANGELOG.md` complete", None)


@pytest.mark.parametrize(
    ("line", "key", "title"),
    [
        ("- Story A.1: Draw the tables", "story-a.1", "Draw the tables"),
        ("- **Issue 3: Add tests**", "issue-3", "Add tests"),
    ],
)
def test_entries_with_other_numbers_are_items(line: str, key: str, title: str) -> None:
    """Numbers may have a letter; an issue of a plan is a story."""
    story = read(f"# Plan\n\n### Epic A: Data\n\n{line}\n").items[1]
    assert (story.document.id, story.document.title) == (key, title)


def test_codes_of_several_parts_name_one_story() -> None:
    """`US-F4-09` is the story of a file; a plan may have `UI-04D-01` with its title as a field."""
    story = only(
        "# US-F4-09: Pay by card\n\n**Story Points:** 8\n\n## Acceptance criteria\n\n- [ ] Form\n"
    )
    assert (story.id, story.title) == ("us-f4-09", "Pay by card")
    named = only(
        "# Sprint\n\n## Backlog\n\n### UI-04D-01\n\n- title: Dock the panel\n- status: done\n"
    )
    assert (named.title, named.status) == ("Dock the panel", "done")


def test_an_untitled_story_is_named_by_its_sentence() -> None:
    """A heading that is only a number says nothing."""
    story = "As a rider, I want a lock, so that it stays."
    text = f"# Stories\n\n## User Story 1\n\n{story}\n\n**Points**: 3\n"
    assert only(text).title == story


def test_a_family_of_codes_with_lines_below_is_a_plan() -> None:
    """Three codes that we do not know, each with its criteria."""
    rows = "".join(f"- RF-00{n} — Do {n}\n  - [ ] It works\n\n" for n in (1, 2, 3))
    items = read(f"# Backlog\n\n## Release: Core\n\n{rows}").items
    assert [item.document.id for item in items if item.document.id] == [
        "rf-001",
        "rf-002",
        "rf-003",
    ]
    assert not list(read("# B\n\n## Notes\n\n- RF-001 — Do 1\n- RF-002 — Do 2\n").items)


def test_scenarios_need_no_key_below_a_story() -> None:
    """Given, When and Then right below a heading are one criterion."""
    story = only(
        "# S\n\n### US-01: Sign in\n- Given a guest\n- When they sign in\n- Then it opens\n"
    )
    assert len(story.acceptance_criteria or ()) == 1


def test_keys_of_criteria_in_other_dress() -> None:
    """With a remark before the colon, or alone on their line above a list."""
    for key in ("**Acceptance criteria** (all of them):", "Acceptance"):
        story = only(f"# S\n\n### US-01: Sign in\n\n{key}\n\n- It opens\n- It closes\n")
        assert len(story.acceptance_criteria or ()) == 2, key


def test_a_column_of_signs_makes_a_table_of_items() -> None:
    """It says how far each row is, and needs no header."""
    rows = "| ✅ | Sort by name |\n| 🗓 | Search |\n"
    first, second = read(f"# Roadmap\n\n## 0.1\n\n| | Feature |\n|---|---|\n{rows}").items
    assert (first.document.title, first.document.status) == ("Sort by name", "Done")
    assert (second.document.title, second.document.status) == ("Search", None)


def test_a_title_column_says_it_better_than_a_code() -> None:
    """`PBI` holds codes where another column is the title."""
    item = only(
        "# P\n\n| # | PBI | Title | Priority |\n|---|---|---|---|\n| 1 | x-16 | Sort | High |\n"
    )
    assert item.title == "Sort"


def test_numbered_rows_below_a_priority_are_items() -> None:
    """The heading says that they are wanted, whatever their column is called."""
    table = "| # | Wish | Source |\n|---|---|---|\n| 1 | Login | A |\n"
    text = f"# P\n\n## Must have *(or it fails)*\n\n{table}"
    assert [title for _, title, _ in outline(text)] == ["Login"]
    assert not outline(text.replace("Must have *(or it fails)*", "Glossary"))


def test_a_first_column_may_number_the_parts_of_a_plan() -> None:
    """Whatever its header; scores, which go up and down, number nothing."""
    rows = "| 1.1 | Make folders | all of them |\n| 1.2 | Write the manifest | its rights |\n"
    header = "| Nr | What for | Result |\n|---|---|---|\n"
    text = f"# Plan\n\n### Phase 1: Base\n\n**Goal**: run\n\n{header}"
    assert [title for _, title, _ in outline(text + rows)] == [
        "Base", "Make folders", "Write the manifest",
    ]  # fmt: skip
    assert len(outline(text + rows.replace("1.2", "1.0"))) == 1


def test_headings_above_boxes_part_a_phase() -> None:
    """Two of them are its features, also below a heading that holds nothing else; one is a label.

    What is known to hold its tasks or criteria is no part.
    """
    parts = "## Boat yard\n\n- [ ] Paint the hull\n\n## Jetty\n\n- [ ] Lay planks\n"
    phase = "# Harbour\n\n# Phase 1: Quay\n\n**Goal:** open\n\n"
    wanted = [
        ("epic", "Quay", None), ("feature", "Boat yard", 0), ("task", "Paint the hull", 1),
        ("feature", "Jetty", 0), ("task", "Lay planks", 3),
    ]  # fmt: skip
    assert outline(phase + parts) == wanted
    assert outline(phase + "## What is new\n\n" + parts.replace("##", "###")) == wanted
    assert len(outline(phase + parts.replace("Jetty", "Acceptance criteria"))) == 2
    sprint = "\n# Phase 2: Sea\n\n## Sprint 1: Sail\n\n- [ ] Set out\n"
    assert len(outline(phase + parts + sprint)) == 6


@pytest.mark.parametrize(
    "heading",
    [
        "Completed ideas",
        "Problems solved",
        "Problemas resueltos",
        "Completadas ✅",
        "Завершённые идеи",
    ],
)
def test_a_heading_may_say_that_what_it_lists_is_done(heading: str) -> None:
    """The status stands before or behind the word for what there is."""
    text = f"# Plan\n\n## Ideas\n\n- Sort\n\n## {heading}\n\n- **Search:** find by every name\n"
    first, second = read(text, bullets="items").items
    assert (first.document.status, second.document.status is not None) == (None, True)


def test_bullets_below_the_word_for_a_kind_are_items_where_bullets_are_asked_for() -> None:
    """`Bugs` is no whole that holds them."""
    text = "# Plan\n\n## Bugs\n\n- **Lost lamps:** they go out in the rain\n- Cold tea\n"
    assert [(k, p) for k, _, p in outline(text, bullets="items")] == [("bug", None)] * 2
    assert not outline(text)


def test_headings_with_boxes_are_items() -> None:
    """Whatever their words; the way up is no part of a title."""
    text = (
        '# Plan\n\n## v0.1.0 - First lamps ✅ <a href="#plan">↑ Top</a>\n\n'
        "### [x] Wicks\n\nCut.\n\n### [x] Log format\n\nOne line each.\n\n"
        "## v0.2.1 — Stable\n\n- Oil\n\n## Later\n\n### [ ] Gas\n\n### [ ] Power\n"
    )
    items = read(text, bullets="items").items
    assert [(item.kind, item.document.title, item.document.status) for item in items] == [
        ("epic", "First lamps", "Done"),
        ("feature", "Wicks", "Done"),
        ("feature", "Log format", "Done"),
        ("epic", "v0.2.1", "Stable"),
        ("task", "Oil", None),  # it follows its release
        ("feature", "Gas", None),
        ("feature", "Power", None),
    ]


def test_bullets_below_a_rank_beside_items_are_items_where_bullets_are_asked_for() -> None:
    """They have its priority; one may say that it is done, and for which wish."""
    text = (
        "# Backlog\n\n## P0 - Opening\n\n### LAMP-1 - Light the lamps\n\nAt dusk.\n\n"
        "### LAMP-2 - Ring the bell\n\nAt noon.\n\n"
        "## P2 - Comfort\n\n- Benches.\n- Tea. — done (wish 7: black and green).\n"
    )
    benches, tea = read(text, bullets="items").items[2:]
    assert (benches.document.priority, benches.parent) == ("P2", None)
    assert tea.document.status == "done (wish 7: black and green)"
    assert len(read(text).items) == 2


def test_of_several_headings_of_the_first_level_none_is_the_title() -> None:
    """They are lanes too, and so is a status with a day: what is done stays done."""
    text = (
        "# Open\n\n- Paint\n\n# Done\n\n## Done 10/18/2021\n\n* Sweep\n\n"
        "## Done 2021-10-21\n\n* Mop\n"
    )
    found = [(item.document.title, item.parent, item.document.status)
             for item in read(text, bullets="items").items]  # fmt: skip
    assert found == [("Paint", None, "Open"), ("Sweep", None, "Done"), ("Mop", None, "Done")]


LEADS = (
    "# Harbour\n\n## 1. Boats\n\nAll that floats.\n\n- **Slipway:** lets boats down at low tide.\n"
    "- **Crane**: lifts what is heavier than that.\n\n"
    "## 2. Guests\n\n- **Berths:** kept free for those who sail by.\n"
)


def test_bold_words_that_begin_bullets_are_titles_where_bullets_are_asked_for() -> None:
    """The text behind them is the body; words that recur are keys, and so are short values."""
    assert outline(LEADS, bullets="items") == [
        ("epic", "1. Boats", None), ("task", "Slipway", 0), ("task", "Crane", 0),
        ("epic", "2. Guests", None), ("task", "Berths", 3),
    ]  # fmt: skip
    slipway = read(LEADS, bullets="items").items[1]
    assert slipway.document.description == "lets boats down at low tide."
    assert not outline(LEADS)
    assert not outline(LEADS.replace("Berths", "Crane"), bullets="items")[4:]


def test_bold_keys_of_a_phase_are_no_bullets() -> None:
    """One known field tells that all of a heading's bold words are keys."""
    text = (
        "# Harbour\n\n## Phase 1: Quay\n\n- **Status:** planned\n"
        "- **Lead time:** about as long as the winter\n\n- [ ] Lay stones\n"
    )
    assert len(outline(text, bullets="items")) == 2


def test_numerals_and_states_vouch_for_phases() -> None:
    """`阶段一` has the number 1; phases that say how far they are need no boxes."""
    text = "# 计划\n\n## 阶段一：准备 ✅\n\n文字\n\n## 阶段二：发布 ✅\n\n文字\n"
    assert [item.document.id for item in read(text).items] == ["phase-1", "phase-2"]


def test_a_slice_of_work_is_a_phase() -> None:
    """It holds its boxes."""
    text = "# Plan\n\n### Slice 0: Rules\n\n- [ ] Agree\n\n### Slice 1: Rooms\n\n- [ ] Draw\n"
    assert [(kind, parent) for kind, _, parent in outline(text)] == [
        ("epic", None), ("task", 0), ("epic", None), ("task", 2),
    ]  # fmt: skip


STAGES = (
    "# Plan\n\n| # | Stage | Needs | Status |\n|---|---|---|---|\n"
    "| S0 | Clay | - | done |\n| S1 | Kiln | S0 | todo |\n| S2 | Glaze | S0, S1 | todo |\n\n"
    "### S0 — Clay\n\n**Scope.**\n- Dig\n- Sieve\n\n**Done when.**\n- It is fine\n\n"
    "**Status.** The pit is dug and the sieve is hung where the rain does not reach the clay, and\n"
    "it has been dry for a week, so that nothing is left to do here.\n\n"
    "### S1 — Kiln\n\n**Scope — the base first.**\n- Bricks\n\nIt is round.\n\n"
    "### S2 — Glaze\n\n**Scope** (see the book).\n- Ash\n"
)


def test_the_scope_of_a_stage_are_its_tasks() -> None:
    """Below a label that ends with a stop, or has a remark; in a story it is text."""
    assert outline(STAGES) == [
        ("epic", "Clay", None), ("task", "Dig", 0), ("task", "Sieve", 0),
        ("epic", "Kiln", None), ("task", "Bricks", 3),
        ("epic", "Glaze", None), ("task", "Ash", 5),
    ]  # fmt: skip
    clay = read(STAGES).items[0].document
    assert [each.text for each in clay.acceptance_criteria or ()] == ["It is fine"]
    assert len(outline("## Story 1: Clay\n\n**Scope.**\n- Dig\n")) == 1
    russian = "## Этап 1: Глина\n\n**Состав работ:**\n- Копать\n\n**Готово, когда.**\n- Сухо\n"
    assert outline(russian) == [("epic", "Глина", None), ("task", "Копать", 0)]
    assert len(read(russian).items[0].document.acceptance_criteria or ()) == 1


def test_a_table_of_stages_tells_more_of_them() -> None:
    """It declares none, but says how far each is and what it needs; a status is no report."""
    clay, _, _, kiln, _, glaze, _ = (item.document for item in read(STAGES).items)
    assert (clay.status, kiln.status) == ("done", "todo")
    assert "The pit is dug" in (clay.description or "")
    assert (kiln.depends_on, glaze.depends_on) == (("s0",), ("s0", "s1"))
    assert not outline(STAGES.partition("###")[0])


def test_stories_of_a_finished_phase_are_finished(load_text: LoadText) -> None:
    """A phase that is done holds no open stories, unless a box or a criterion of theirs is open."""
    text = (
        "# Plan\n\n## Phase 1: Harbor ✅ Complete\n\n### Story 1.1: Anchor\n\nHeavy.\n\n"
        "### Story 1.2: Rope\n\n- [x] long\n\n### Story 1.3: Hook\n\n- [ ] sharp\n\n"
        "### Story 1.4: Chain\n\n**Status:** In Progress\n\n## Phase 2: Sea\n\n### Story 2.1: Oar\n"
    )
    desired = load_text(text, "ROADMAP.md").desired
    assert desired is not None
    assert {item.fields["title"]: item.status for item in desired.items} == {
        "Harbor": "Complete", "Anchor": "Done", "Rope": "Done", "Hook": None,
        "Chain": "In Progress", "Sea": None, "Oar": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "title", "status"),
    [
        ("v1.0 (released)", "v1.0", "released"),
        ("Sprint 3 - DONE", "Sprint 3", "DONE"),
        ("Phase 1 ✅", "Phase 1", "Done"),
        ("v1.0 ✅ (Feb 2026)", "v1.0 (Feb 2026)", "Done"),
        ("Milestone 2 — Completed (2026-03-01)", "Milestone 2", "Completed"),
        ("Release 26.1 (Feb 2026) — shipped ✅", "Release 26.1 (Feb 2026)", "shipped"),
        ("Phase 1 (Q1 2026): Kiln ✅", "Kiln (Q1 2026)", "Done"),
        ("Phase 2 (done): Kiln", "Kiln", "done"),
        ("Versión 2.0 (publicada)", "Versión 2.0", "publicada"),
        ("Phase 3: Testing", "Testing", None),
        ("Phase 3 (Testing)", "Phase 3 (Testing)", None),
    ],
)
def test_what_only_tells_a_status_is_no_title(heading: str, title: str, status: str | None) -> None:
    """Before or behind a remark; a step of the work is a title."""
    items = read(f"# Plan\n\n## {heading}\n\n- [ ] Dig\n").items
    assert (items[0].document.title, items[0].document.status) == (title, status)


def test_bullets_below_what_is_done_are_done(load_text: LoadText) -> None:
    """A box says it for itself."""
    text = "# Plan\n\n## v1.0 (released)\n\n- Dig\n- [ ] Sieve\n\n## v1.1\n\n- Fire\n"
    desired = load_text(text, "ROADMAP.md", bullets="items").desired
    assert desired is not None
    said = {str(item.fields["title"]): item.status for item in desired.items}
    assert said.pop("v1.0") == "released"
    assert said == {"Dig": "Done", "Sieve": None, "v1.1": None, "Fire": None}


def test_bullets_below_a_label_of_criteria_are_no_items() -> None:
    """Nor below risks or notes; below other labels they are."""
    text = (
        "# Plan\n\n## Phase 1: Kiln\n\n**Bricks**\n- Lay them\n\n**Exit criteria:**\n- It is hot\n"
        "\n**Notes:**\n- Clay is heavy\n\n## Phase 2: Glaze\n\n- Ash\n"
    )
    assert outline(text, bullets="items") == [
        ("epic", "Kiln", None), ("task", "Lay them", 0),
        ("epic", "Glaze", None), ("task", "Ash", 2),
    ]  # fmt: skip


def test_headings_that_recur_part_the_work() -> None:
    """What recurs below several headings names no item: those above hold the work."""
    text = (
        "# Plan\n\n## Sprint 1\n\n### Yard\n- Dig\n\n### House\n- Paint\n\n"
        "## Sprint 2\n\n### Yard\n- Sow\n\n### House\n- Clean\n"
    )
    assert outline(text, bullets="items") == [
        ("epic", "Sprint 1", None), ("task", "Dig", 0), ("task", "Paint", 0),
        ("epic", "Sprint 2", None), ("task", "Sow", 3), ("task", "Clean", 3),
    ]  # fmt: skip
    goals = (
        "# Goals\n\n## Objective 1: More guests\n\n### Initiatives\n- [ ] Post a map\n\n"
        "## Objective 2: Less waste\n\n### Initiatives\n- [ ] Weigh it\n"
    )
    assert outline(goals) == [
        ("epic", "Objective 1: More guests", None), ("task", "Post a map", 0),
        ("epic", "Objective 2: Less waste", None), ("task", "Weigh it", 2),
    ]  # fmt: skip


def test_two_user_stories_vouch_for_the_others() -> None:
    """Also for one that is alone below its heading."""
    text = (
        "# Stories\n\n## Guest\n\n1. As a guest, I want tea, so that I am warm.\n"
        "2. As a guest, I want cake, so that I am full.\n\n"
        "## Cook\n\n1. As a cook, I want to see orders, so that I can begin.\n"
    )
    assert [kind for kind, _, _ in outline(text)] == ["story"] * 3


def test_what_will_not_be_done_is_no_item() -> None:
    """The last part of a plan by must, should and could."""
    rows = "| ID | Requirement | Effort |\n|---|---|---|\n"
    text = f"# Plan\n\n## Must\n\n{rows}| R1 | Tea | 3 |\n\n## Won’t (this year)\n\n{rows}"
    assert [title for _, title, _ in outline(f"{text}| R2 | Cake | 5 |\n")] == ["Tea"]


def test_the_priority_of_a_story_may_stand_before_a_sign() -> None:
    """As Spec Kit writes it."""
    text = "## Phase 3: User Story 1 - Order tea (Priority: P1) 🎯 MVP\n\n- [ ] T001 Cup\n"
    story = read(text).items[1].document
    assert (story.title, story.priority) == ("Order tea 🎯 MVP", "P1")


@pytest.mark.parametrize(
    "heading", ["Definition of Done for the festival", "🎯 Definition of Done (this year)"]
)
def test_a_definition_of_done_of_something_holds_no_items(heading: str) -> None:
    """Also below parts of it, or with a remark."""
    text = f"# Plan\n\n## Tasks\n\n- [ ] Dig\n\n## {heading}\n\n### Yard\n\n- [ ] It is dry\n"
    assert [title for _, title, _ in outline(text)] == ["Dig"]


@pytest.mark.parametrize(
    ("label", "bullets"),
    [
        ("**Deliverables:**\n", ""),
        ("**Scope**:\n\n", ""),
        ("### Deliverables\n\n", ""),
        ("* **Goal:** it floats\n* **Deliverables:**\n", ""),
        ("", "items"),
    ],
)
def test_epics_that_hold_no_stories_are_made_of_tasks(label: str, bullets: str) -> None:
    """As phases are, where the file declares nothing else."""
    listed = (
        "  * The keel\n  * The deck (oak)\n" if label.startswith("* ") else "- The keel\n- Deck\n"
    )
    text = f"# Boat\n\n## Epic 1 — Hull\n{label}{listed}\n## Epic 2 — Mast\n\nLater.\n"
    told = outline(text, bullets=bullets)
    assert [kind for kind, _, _ in told] == ["epic", "task", "task", "epic"]
    assert (told[1], told[3][1]) == (("task", "The keel", 0), "Mast")
    stories = f"{text}\n### Story 2.1: Rig it\n"
    assert [kind for kind, _, _ in outline(stories, bullets=bullets)] == ["epic", "epic", "story"]


def test_beside_lanes_a_heading_is_a_lane() -> None:
    """Most headings say when or how far; another one among them names no part of the work."""
    lanes = (
        "# Plan\n\n## Next\n\n- [ ] Dig\n\n## Done\n\n- [x] Fence\n\n## Blocked\n\n- [ ] Pond\n\n"
    )
    text = f"{lanes}## After the summer\n\n- [ ] Sow\n\n## Open questions\n\n- [ ] Which seeds\n"
    assert [(kind, above) for kind, _, above in outline(text)] == [("task", None)] * 5
    listed = "# Plan\n\n## How to read\n\n- Top down\n\n## Now\n\n- Dig\n\n## Done\n\n- Fence\n"
    debts = f"{listed}\n## Debts\n\n- Pay the shop\n"
    assert [title for _, title, _ in outline(debts, bullets="items")] == [
        "Dig", "Fence", "Pay the shop",
    ]  # fmt: skip
    parts = "## Yard\n\n- [ ] Dig\n\n## House\n\n- [ ] Paint\n\n## Next\n\n- [ ] Cellar\n"
    assert [kind for kind, _, _ in outline(f"# Plan\n\n{parts}")] == ["epic", "task"] * 2 + ["task"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Person 1 - hard", "Person 2"), ("Developer", "Designers (UI)"), ("Pessoa A", "Pessoa B")],
)
def test_headings_that_name_who_works_are_no_items(first: str, second: str) -> None:
    """What persons have to do stands below nothing; with boxes it needs no asking for."""
    text = f"# Garden\n\n## {first}\n\n- Dig a bed\n\n## {second}\n\n- Sow rye\n"
    assert outline(text, bullets="items") == [
        ("task", "Dig a bed", None),
        ("task", "Sow rye", None),
    ]
    stories = "# Garden\n\n### US-1. See beds\n\n## Who does what\n\n"
    boxed = stories + f"### {first}\n- [ ] Dig a bed\n\n### {second}\n- [ ] Sow rye\n"
    assert outline(boxed)[1:] == [("task", "Dig a bed", None), ("task", "Sow rye", None)]


def test_where_lists_are_labelled_as_tasks_others_are_none() -> None:
    """Words to learn and texts for commits are no work beside `Tasks:`."""
    text = "# Garden\n\n" + "".join(
        f"## Bed {bed}\n\nTasks:\n\n- Dig bed {bed}\n\nConcepts:\n\n- drainage\n\n"
        f"Messages:\n\n- `add: bed {bed}`\n\n"
        for bed in ("one", "two")
    )
    assert [title for _, title, _ in outline(text, bullets="items")] == [
        "Bed one", "Dig bed one", "Bed two", "Dig bed two",
    ]  # fmt: skip


def test_keys_in_italics() -> None:
    """`*Criterion:* it floats` is what `**Criterion:** it floats` is."""
    text = "# Hub\n\n### US-1. Rent\n**As a guest, I want to rent.**\n"
    text += "*Acceptance criteria:* it floats\n"
    text += "\n### US-2. Row\n_Priority_: High\n*Note that it is far: rowing takes time.*\n"
    rent, row = read(text).items
    assert [entry.text for entry in rent.document.acceptance_criteria or ()] == ["it floats"]
    assert row.document.priority == "High"


@pytest.mark.parametrize("key", ["Acceptance criteria:", "Acceptance criteria", "Done when:"])
def test_a_plain_key_of_criteria_is_not_text(key: str) -> None:
    """The issue has its own heading for them."""
    text = f"# Hub\n\n## Epic: Rent\n\n### Story: Row\n\nIt is far.\n\n{key}\n\n- [ ] it floats\n"
    row = read(text).items[1].document
    assert row.description == "It is far."
    assert [entry.text for entry in row.acceptance_criteria or ()] == ["it floats"]


def test_a_plain_key_next_to_others_is_named_if_misspelled() -> None:
    """A line of prose with a colon is not one."""
    text = "# Hub\n\n### Story 1: Row\n\nPriorty: High\nPoints: 3\n\nOwnr: it is hers.\n"
    (found,) = [each for each in read(text).diagnostics if each.slug == "near-key"]
    assert (found.place.line, found.hint) == (5, "write `Priority`")


def test_misspelled_keys_whose_value_fits_are_named_without_neighbors() -> None:
    """Two letters may be wrong then; other words with such a value, and prose, are text."""
    text = (
        "# Hub\n\n## Epic: Rent\n\n**Sprng**: 12\n**Pionts**: 3\n**Spring**: in bloom\n\n"
        "Stauts: Done\n\nStauts: as the town wants it.\nUsage: 12\n\n- [ ] Row\n  - Pionts: 3\n"
    )
    found = [(each.place.line, each.hint) for each in read(text).diagnostics]
    assert found == [
        (5, "write `Sprint`"), (6, "write `Points`"), (9, "write `Status`"), (15, "write `Points`"),
    ]  # fmt: skip


def test_dates_that_no_calendar_has_are_named_in_headings_and_due_dates() -> None:
    """Only one date is meant: its parts. Tasks about dates, versions and real dates are text."""
    text = (
        "# Hub\n\n## Sprint 1 (31.02.2027)\n\n### Epic: Rent (due 2027-13-01)\n\n"
        "- [ ] Row (due: 2027-02-30)\n- [ ] Reject 2027-02-30\n- [ ] Sail by 2027-02-28\n"
        "- [ ] Move to 2027-13-01-beta (v1)\n"
    )
    found = [(each.place.line, each.place.column, each.slug) for each in read(text).diagnostics]
    assert found == [(3, 14, "invalid-date"), (5, 21, "invalid-date"), (7, 17, "invalid-date")]


def test_milestones_of_a_phase_carry_its_number() -> None:
    """`Milestone 1.2` is a part of `Phase 1`, however alike the words are in rank."""
    text = "# Plan\n\n## Phase 1: Ground\n\n### Milestone 1.1: Dig\n\n- [ ] Buy a spade\n\n"
    text += "## Phase 2: Air\n\n### Milestone 2.1: Fly\n\n- [ ] Buy a kite\n"
    assert outline(text) == [
        ("epic", "Ground", None), ("feature", "Dig", 0), ("task", "Buy a spade", 1),
        ("epic", "Air", None), ("feature", "Fly", 3), ("task", "Buy a kite", 4),
    ]  # fmt: skip


def test_parts_of_what_is_done_and_of_what_is_not() -> None:
    """Where lanes tell both, headings in them hold the work, and bullets elsewhere are none."""
    text = (
        "# Garden\n\n## Features\n\n### Beds\n- One may sit there\n\n### Paths\n- They are dry\n\n"
    )
    text += "## Completed work\n\n### Fence\n- Put up posts\n\n### Gate\n- Hang it\n\n"
    text += "## Planned work\n\n### Pond\n- Dig it\n\n### Shed\n- Build it\n"
    items = read(text, bullets="items").items
    told = [(item.document.title, item.document.status) for item in items]
    assert told == [
        ("Fence", "Completed"), ("Put up posts", "Completed"),
        ("Gate", "Completed"), ("Hang it", "Completed"),
        ("Pond", "Planned"), ("Dig it", "Planned"), ("Shed", "Planned"), ("Build it", "Planned"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "status"),
    [("Tasks in progress", "in progress"), ("Задачи в работе", "в работе"),
     ("진행 중인 작업", "진행 중인"), ("Remaining work", "Remaining")],
)  # fmt: skip
def test_a_status_of_several_words_names_a_lane(heading: str, status: str) -> None:
    """It may stand before what there is, or behind it."""
    (item,) = read(f"# Hub\n\n## {heading}\n\n- Dig\n", bullets="items").items
    assert item.document.status == status


@pytest.mark.parametrize("heading", ["已完成工作", "已完成的功能", "完了したタスク"])
def test_statuses_of_languages_without_blanks(heading: str) -> None:
    """A heading may name a status and what there is in one word."""
    (item,) = read(f"# 庭\n\n## {heading}\n\n- 池\n", bullets="items").items
    assert item.document.status
    assert item.document.status in heading


def test_versions_before_the_planned_ones_are_done() -> None:
    """What stands before `# Planned` is out, unless it says how far it is."""
    text = "# Hub\n\n## Version 1.0 -- Beds\n\n- Dig\n\n## Version 1.1 (in progress)\n\n- Sow\n\n"
    text += "# Planned\n\n## Version 1.2 -- Pond\n\n- Fill it\n"
    items = [item for item in read(text, bullets="items").items if item.kind == "epic"]
    assert [(item.document.title, item.document.status) for item in items] == [
        ("Beds", "Done"), ("Version 1.1", "in progress"), ("Pond", "Planned"),
    ]  # fmt: skip
    alone = read("# Hub\n\n## Version 1.0\n\n- Dig\n\n## Planned\n\n- Sow\n", bullets="items").items
    assert all(item.document.status != "Done" for item in alone)


def test_when_something_is_done_is_a_criterion(load_text: LoadText) -> None:
    """`**Done when** it floats` needs no colon, in Markdown and in texts of other syntaxes."""
    text = "# Hub\n\n## Story 1: Boat\n\nIt is red.\n\n**Done when** it floats\nand is dry.\n"
    (item,) = read(text).items
    assert len(item.document.acceptance_criteria or ()) == 1
    plan = "user_stories:\n  - title: Boat\n    description: |\n      It is red.\n\n"
    plan += "      **Done when** it floats: see\n      the pond.\n\n      It is ours.\n"
    desired = load_text(plan, "plan.yaml").desired
    assert desired is not None
    assert [each.text for each in desired.items[0].criteria] == ["it floats: see the pond."]


def test_topics_for_later_are_a_lane() -> None:
    """`Later topics` says when, as `Later` does."""
    text = "# Hub\n\n## Phase 1: Beds\n\n- [ ] Dig\n\n## Later topics\n\n- Sow\n"
    assert outline(text, bullets="items")[-1] == ("task", "Sow", None)


def test_a_day_before_what_a_remark_says() -> None:
    """`(2026-08-04 done)` is done, a day alone is none."""
    text = "# Hub\n\n## Phase 1: Beds (2026-08-04 done)\n\n- [ ] Dig\n\n"
    text += "## Phase 2: Pond (2026-09-04)\n\n- [ ] Fill\n"
    beds, _, pond, _ = read(text).items
    assert (beds.document.title, beds.document.status) == ("Beds", "Done")
    assert pond.document.status is None


def test_a_history_holds_no_items() -> None:
    """What is told of the past names items, in a table or a list."""
    text = "# Hub\n\n## Phase 1: Beds\n\n- [ ] Dig\n\n## Historique\n\n"
    text += "| Tâche | Statut |\n|---|---|\n| Creuser | ✅ |\n"
    assert [title for _, title, _ in outline(text)] == ["Beds", "Dig"]


_RECORDS = """
## Old seeds

**Why.** They fill the shed.

**What it takes.** A day.

## The north fence

**Why.** It leans.

- **What it takes:** posts and a
  friend
"""


def test_headings_told_in_one_form_are_the_items_of_a_backlog() -> None:
    """Each says why and what it takes; a title of something else holds none."""
    assert outline(f"# Backlog\n{_RECORDS}") == [
        ("task", "Old seeds", None), ("task", "The north fence", None),
    ]  # fmt: skip
    seeds, _ = read(f"# Garden ideas\n{_RECORDS}").items
    assert "**Why.** They fill" in str(seeds.document.description)
    assert not outline(f"# Who visits the garden\n{_RECORDS}")
    notes = "\n## How it began\n\nLong ago.\n"
    assert not outline(f"# Backlog\n{_RECORDS}{notes}{notes}{notes}")
    assert [title for _, title, _ in outline(f"# Backlog\n{_RECORDS}\n## Now\n\n- [ ] Dig\n")] == [
        "Dig"
    ]


def test_an_entry_may_begin_with_its_issue() -> None:
    """With a bold lead behind the number, or without; numbers that count are no issues."""
    text = "# Hub\n\n## Next\n\n- [ ] #28 **Sign in.** By mail\n  or phone.\n- [ ] #31: Log out\n"
    first, second = read(text).items
    assert (first.document.title, first.document.description) == ("Sign in", "By mail\nor phone.")
    assert second.document.title == "Log out"
    assert [hint.sure for item in (first, second) for hint in item.hints or ()] == [True, True]
    assert second.document.previously == (make_key("#31 Log out"),)
    counted = read("# Hub\n\n- [ ] #1 Sign in\n- [ ] #2 Log out\n").items
    assert [item.document.title for item in counted] == ["#1 Sign in", "#2 Log out"]
    assert not any(hint.sure for item in counted for hint in item.hints or ())


def test_lanes_with_the_same_parts_hold_tasks() -> None:
    """A heading that recurs in several lanes parts them; one that does not is an epic there."""
    text = "# Hub\n\n## Completed\n\n### Beds\n- Dig\n\n### Fence\n- Posts\n\n"
    text += "## In progress\n\n### Beds\n- Sow\n"
    items = read(text, bullets="items").items
    assert outline(text, bullets="items") == [
        ("task", "Dig", None), ("epic", "Fence", None), ("task", "Posts", 1), ("task", "Sow", None),
    ]  # fmt: skip
    assert [item.document.status for item in items][2:] == ["Completed", "In progress"]


def test_what_a_role_does_beside_items_is_none() -> None:
    """`### Developer` above bullets parts the work only where the file has no items of its own."""
    text = "# Hub\n\n## Roles\n\n### Developer\n- Builds\n\n## Backlog\n\n### Story 1: Dig\n"
    assert outline(text, bullets="items") == [("story", "Dig", None)]


def test_versions_beside_what_comes_next_are_done() -> None:
    """The heading above the next versions may stand beside the former ones."""
    text = "# Hub\n\n## v1.0\n\n- Dig\n\n## Upcoming\n\n### v1.2\n\n- Sow\n"
    statuses = [item.document.status for item in read(text, bullets="items").items]
    assert statuses == ["Done", None, "Upcoming", None]


@pytest.mark.parametrize(
    "heading",
    ["Excluded from the first year", "Out of scope for May", "Fuera de alcance para mayo"],
)
def test_what_is_left_out_of_something_is_no_item(heading: str) -> None:
    """Neither as a part of a phase nor beside the others."""
    text = f"# Plan\n\n## Phase 1: Beds\n\n- Dig\n\n### {heading}\n\n- A pond\n"
    text += f"\n## {heading}\n\n- Ducks\n"
    assert [title for _, title, _ in outline(text, bullets="items")] == ["Beds", "Dig"]


def test_parts_of_a_phase_that_tables_describe_hold_no_tasks() -> None:
    """Their bullets describe them as the tables do; where there are none, bullets are the work."""
    rows = "| Left | Right |\n|---|---|\n| Name | Weight |\n"
    parts = "".join(
        f"#### 1.{at} {name}\n\nWhat a guest sees.\n\n**Head**\n- Its name\n\n{rows}\n"
        for at, name in enumerate(("Boat page", "Guest page"), 1)
    )
    text = f"# Hub\n\n## Milestone 1: Pages\n\n### Views\n\n{parts}#### 1.3 Start\n\n- A field\n"
    text += "\n## Milestone 2: Search\n\n- Sort by name\n"
    assert outline(text, bullets="items") == [
        ("epic", "Pages", None), ("feature", "Boat page", 0), ("feature", "Guest page", 0),
        ("feature", "Start", 0), ("epic", "Search", None), ("task", "Sort by name", 4),
    ]  # fmt: skip
    bare = text.replace(rows, "")
    assert ("task", "Its name", 1) in outline(bare, bullets="items")


def test_a_checkpoint_of_a_phase_says_when_it_is_done() -> None:
    """With a number or what it is about: its boxes are criteria and no tasks."""
    text = (
        "# Barn\n\n## Phase 1: Walls\n- [ ] Lay bricks\n\n### Checkpoint 1\n- [x] They stand\n\n"
        "## Phase 2: Roof\n- [ ] Lay tiles\n\n### Checkpoint: it rains\n- [ ] It is dry\n"
    )
    walls, _, roof, _ = read(text).items
    told = [walls.document.acceptance_criteria or (), roof.document.acceptance_criteria or ()]
    assert [[(c.text, c.done) for c in each] for each in told] == [
        [("They stand", True)], [("It is dry", False)],
    ]  # fmt: skip


def test_criteria_may_stand_apart_from_their_phases() -> None:
    """`Phase 1 complete when` below `Success criteria` speaks of the phase with this number."""
    plan = "## Phase 1: Walls\n- [ ] Lay bricks\n\n## Phase 2: Roof\n- [ ] Lay tiles\n\n"
    told = (
        "## Success criteria\n\n### Phase 1 complete when:\n- [ ] They stand\n\n"
        "### Phase 3\n- [ ] It is painted\n"
    )
    items = read(f"# Barn\n\n{plan}{told}").items
    assert [c.text for c in items[0].document.acceptance_criteria or ()] == ["They stand"]
    assert [item.document.title for item in items] == ["Walls", "Lay bricks", "Roof", "Lay tiles"]
    assert not any(item.document.acceptance_criteria for item in items[1:])


def test_lanes_that_name_what_stands_above_tell_it_again() -> None:
    """Most of their entries name items: a report on a plan adds none to it."""
    plan = "## Phase 1: Walls\n- [ ] Lay bricks\n- [ ] Mix mortar (by hand)\n\n"
    told = "## Progress\n\n### Todo\n- Lay bricks\n- Mix mortar\n\n### Later\n- Other walls\n"
    titles = [title for _, title, _ in outline(f"# Barn\n\n{plan}{told}", bullets="items")]
    assert titles == ["Walls", "Lay bricks", "Mix mortar (by hand)"]
    new = told.replace("- Lay bricks\n", "- Hang a door\n")
    assert len(outline(f"# Barn\n\n{plan}{new}", bullets="items")) == 6


def test_lists_below_labels_are_no_plan_by_themselves() -> None:
    """Who was there, and what was said, is no work; a list without a label is."""
    text = "Present:\n\n* Ana\n* Bo\n\nGood\n\n* It went well.\n"
    assert not outline(text, bullets="items")


def test_areas_beside_those_with_stories_hold_none() -> None:
    """Where lists are user stories, other lists tell of them: a flow is no plan."""
    one, other = "1. As a {0}, I want {1} to row.\n", "2. As a {0}, we want {1}.\n"
    told = [(one + other).format("rower", what) for what in ("oars", "a seat")]
    text = f"# Club\n\n## Boats\n\n{told[0]}\n## Shed\n\n{told[1]}\n"
    icebox = "## Ice box\n\n1. As a rower, I want a flag.\n\n"
    flows = "## Flows\n\n### A day\n\n1. She rows\n2. She rests\n\n### A race\n\n- She wins\n"
    items = outline(text + icebox + flows, bullets="items")
    assert [kind for kind, _, _ in items] == ["epic", "story", "story"] * 2 + ["story"]
    assert items[-1][2] is None
    plain = outline(f"# Club\n\n{flows}", bullets="items")
    assert [kind for kind, _, _ in plain] == ["epic", "task", "task", "epic", "task"]
