"""Forms that need more than a type word: stories, scenarios' neighbours, quarters, whole files."""

import pytest

from backlog_sync.files.dates import find_period, leading_period, parse_date, whole_period
from backlog_sync.files.reading.choices import planning_prefix
from tests.files.test_markdown_roadmap import only, outline, read

# ---- rule 6 --------------------------------------------------------------------------------


def test_titles_with_their_story_below_are_stories() -> None:
    """A numbered title above a sentence, or above a bullet `User Story:`, is a story."""
    text = (
        "# Backlog\n\n1. **Sign up** - HIGH\n   As a rider, I want an account.\n\n"
        "2) Ride off\n    - User Story: As a rider, I want to go, so that I arrive.\n\n"
        "3) No story\n"
    )
    first, second = (item.document for item in read(text).items)
    assert (first.title, first.priority) == ("Sign up", "HIGH")
    assert first.user_story == "As a rider, I want an account."
    assert (second.title, second.user_story) == (
        "Ride off",
        "As a rider, I want to go, so that I arrive.",
    )


def test_bullets_that_are_stories() -> None:
    """Two or more sentences below a heading are stories; one alone is text of the item above."""
    text = "## Next\n- As support lead, I can see {}.\n- As ops, I can alert.\n"
    assert [kind for kind, _, _ in outline(text)] == ["story", "story"]
    assert outline("## Next\n- As ops, I can alert.\n") == []
    assert outline("## Story 1: A\n- As a rider, I want x\n- As a smith, I want y\n") == [
        ("story", "A", None)
    ]


def test_bold_titles_are_stories_of_their_epic() -> None:
    """`**A1. …**` on lines of their own, with bullets for metadata as below a heading."""
    text = (
        "### EPIC A — Entry (P0)\n\n**A1. Sign in**\n*As a* rider *I want* in.\n\n"
        "* **AC:** It opens.\n* **BE tasks:**\n\n  * a hash\n\n"
        "**A2. Sign out (P1)**\n\n* **AC:** Shut.\n"
    )
    assert outline(text)[1:] == [("story", "Sign in", 0), ("story", "Sign out", 0)]
    _, first, second = (item.document for item in read(text).items)
    assert [entry.text for entry in first.acceptance_criteria or ()] == ["It opens."]
    assert (first.id, second.id, second.priority) == ("story-a1", "story-a2", "P1")
    assert outline("## Epic 1: A\n\n**A1. Alone**\n") == [("epic", "A", None)]


def test_the_fenced_body_of_a_story() -> None:
    """A yaml fence below a story's heading holds its fields, also where no parser takes it."""
    text = (
        '# Template\n\n```yaml\nid: US-001\ni_want: "…"\nas_a: x\n```\n\n## US-001 — Entrer\n\n'
        '```yaml\nid: US-001\nas_a: "En tant que cycliste"\ni_want: "Je veux entrer"\n# note\n'
        "notes: |\n  - une\n  - deux\nacceptance_criteria:\n  # AC-1\n"
        "  - GIVEN a : b\n    WHEN c\n    THEN d :\n      • e\n  - GIVEN f\n"
        "dependencies: [US-002]\n"
        "priority: High # soon\n```\n\n## US-002 — Sortir\n"
    )
    story = read(text).items[0].document
    assert story.user_story == "En tant que cycliste, Je veux entrer"
    criteria = [entry.text for entry in story.acceptance_criteria or ()]
    assert criteria == ["GIVEN a : b WHEN c THEN d : • e", "GIVEN f"]
    assert (story.depends_on, story.priority) == (("us-002",), "High")
    assert story.description == "**Notes**:\n- une\n- deux"


def test_a_fence_of_another_story_is_not_read() -> None:
    """The id in the block must be that of the item above."""
    text = "## US-1: A\n\n```yaml\nid: US-2\nas_a: x\ni_want: y\n```\n"
    assert only(text).user_story is None


# ---- rule 7 and time -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025 Q4 - MVP", "2025-10-01", "2025-12-31"),
        ("2026 Q1-Q2 - Growth", "2026-01-01", "2026-06-30"),
        ("Q3 2026", "2026-07-01", "2026-09-30"),
        ("H1 2027", "2027-01-01", "2027-06-30"),
        ("2027+ - Future", "2027-01-01", "2027-12-31"),
        ("Q1 2026 - Q3 2026", "2026-01-01", "2026-09-30"),
        ("2025-2027", "2025-01-01", "2027-12-31"),
    ],
)
def test_periods_have_a_first_and_a_last_day(text: str, start: str, end: str) -> None:
    """Quarters, halves, years and ranges of them."""
    found = leading_period(text)
    assert found is not None
    assert (found.start, found.end) == (start, end)


def test_periods_are_found_only_where_they_are_meant() -> None:
    """A bare year in a title, or a number, is no period; one in brackets is."""
    assert find_period("Vision 2030 for bikes") is None
    assert find_period("Future features (2027+)") is not None
    assert leading_period("2026 planning") is None
    assert whole_period("2025 Q4 - MVP") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-31", "2026-03-31"), ("2026/3/1", "2026-03-01"), ("31.03.2026", "2026-03-31"),
        ("March 31, 2026", "2026-03-31"), ("1st Apr 2026", "2026-04-01"), ("Q1 2026", "2026-03-31"),
        ("03/04/2026", None), ("2026-02-30", None), ("soon", None), ("", None),
    ],
)  # fmt: skip
def test_dates_in_many_spellings(value: str, expected: str | None) -> None:
    """Clear dates and quarters are read; what may be two days is not guessed."""
    assert parse_date(value) == expected


def test_levels_are_planned_for_their_quarter() -> None:
    """The quarter in a level's heading is its milestone, due at its end; a milestone its own."""
    text = (
        "### Level 1: CORE (Q1 2026) - READY\n**Team**: 3\n\n## M1: Base (Q2 2026)\n**Goal**: g\n"
    )
    parsed = read(text)
    assert [item.document.milestone for item in parsed.items] == ["Q1 2026", "M1: Base (Q2 2026)"]
    assert parsed.periods == {"Q1 2026": "2026-03-31", "M1: Base (Q2 2026)": "2026-06-30"}


def test_boxes_below_a_time_are_its_tasks() -> None:
    """Boxes are sure: their quarter is a container without being asked; a status is none."""
    text = "## Q1 2026\n\n- [ ] one\n\n## In Progress\n\n- [ ] two\n- [x] three\n"
    assert outline(text) == [
        ("epic", "Q1 2026", None),
        ("task", "one", 0),
        ("task", "two", None),
        ("task", "three", None),
    ]
    assert [item.document.status for item in read(text).items[2:]] == ["In Progress", "Done"]


def test_only_whole_headings_name_a_status() -> None:
    """`Planning Documents` speaks of documents; `Planning` is a status."""
    bullets = "\n\n- a bullet\n\n## Phase 1: Begin\n\n- [ ] Row\n"
    phase = [("epic", "Begin", None), ("task", "Row", 0)]
    assert outline("## Planning Documents" + bullets, bullets="items") == phase
    (first, *rest) = outline("## Planned (soon)" + bullets, bullets="items")
    assert (first, len(rest)) == (("task", "a bullet", None), 2)


def test_a_footer_behind_a_rule_is_no_part_of_a_quarter() -> None:
    """What follows a rule at the end of a roadmap speaks of the document."""
    text = "### 2027+ - Later\n\n- Trails\n\n---\n\n**Owner**: Product\n"
    epic = read(text, bullets="items").items[0].document
    assert epic.assignees is None


@pytest.mark.parametrize(
    ("text", "rest", "priority", "quarter"),
    [
        ("`M (P0)`: Ride", "Ride", "P0", None),
        ("Q1 - `M (P0)`: Ride", "Ride", "P0", "Q1"),
        ("`Q1 - M (P0)`: (all) Ride", "(all) Ride", "P0", "Q1"),
        ("[Should] Ride", "Ride", "Should", None),
        ("`M`: Ride", "Ride", "Must", None),
    ],
)
def test_prefixes_of_bullets(text: str, rest: str, priority: str, quarter: str | None) -> None:
    """Quarter, MoSCoW and priority before a bullet's text."""
    found = planning_prefix(text)
    assert found is not None
    assert (found.text, found.priority, found.quarter) == (rest, priority, quarter)


@pytest.mark.parametrize("text", ["`code` first", "`P0`", "(see below) x", "Q1 sales", "[link](x)"])
def test_other_beginnings_are_no_prefix(text: str) -> None:
    """Code, links and remarks stay in the title."""
    assert planning_prefix(text) is None


def test_headings_above_planned_bullets_are_containers() -> None:
    """A feature below an epic, an epic below a grouping; without the flag they are nothing."""
    text = (
        "# Plan\n\n## Milestones\n\n### Shops\n\nProse.\n\n#### Needs\n* `M (P0)`: Ask\n   * whom\n"
        "* Another\n\n### Riders\n* Q2 - `M (P1)`: Ride\n"
    )
    assert outline(text) == []
    assert outline(text, bullets="items") == [
        ("epic", "Shops", None), ("feature", "Needs", 0), ("task", "Ask", 1),
        ("epic", "Riders", None), ("task", "Ride", 3),
    ]  # fmt: skip


def test_steps_are_items_on_demand() -> None:
    """The step with bullets of its own is the item; its title page and links are not."""
    text = (
        "# Step 2: Plan\n\nText.\n\n## Phase 1: Think\n- [Step 1: Look](a)\n\n"
        "### Step 2: Draft\n\n* **Time**\n  * Make a line.\n"
    )
    assert outline(text) == []
    assert outline(text, bullets="items") == [("epic", "Draft", None), ("feature", "Time", 0)]


# ---- milestones, files, boxes --------------------------------------------------------------


def test_deliverables_of_a_milestone_are_tasks() -> None:
    """Key deliverables need no boxes; in a story they are text."""
    text = "## M0: Base\n\n**Key Deliverables:**\n- A frame\n  in steel\n- A fork\n\n**Goal:** g\n"
    assert outline(text) == [
        ("epic", "Base", None), ("task", "A frame in steel", 0), ("task", "A fork", 0),
    ]  # fmt: skip
    assert read(text).items[0].document.goal == "g"
    assert len(outline(text.replace("M0", "Story 1"))) == 1


FILE = (
    "---\nid: BIKE-7\ntitle: Weld it\nstatus: In Progress\nassignee: []\nlabels:\n  - steel\n"
    "milestone: m-1\n---\n\n## Description\n\nWith care.\n\n## Acceptance Criteria\n"
    "- [ ] #1 It holds\n"
    "\n## Plan\n\n### Phase 1: Cut\n**File:** a\n- a step\n"
)


def test_a_file_may_be_one_item() -> None:
    """Front matter with title, status and a plan; phases in it are parts of its text."""
    item = only(FILE)
    assert (item.id, item.title, item.status) == ("bike-7", "Weld it", "In Progress")
    assert (item.labels, item.milestone, item.description) == (
        ("steel",),
        "m-1",
        "With care.\n\n**Plan**\n\n**Phase 1: Cut**\n\n**File:** a\n- a step",
    )
    assert [entry.text for entry in item.acceptance_criteria or ()] == ["It holds"]


@pytest.mark.parametrize("gone", ["status: In Progress\n", "title: Weld it\n"])
def test_other_front_matter_is_that_of_a_document(gone: str) -> None:
    """Without a title and a status the front matter belongs to the page."""
    assert all(kind != "story" for kind, _, _ in outline(FILE.replace(gone, "")))


def test_a_heading_may_be_the_whole_file() -> None:
    """`# 06.16 - Title` with metadata is a story, and all boxes of the file are its check list."""
    item = only(
        "# 06.16 - Verify\n\n**Priority**: P0\n\n## Safety\n- [x] one\n\n## Deliverables\n\n"
        "### Tests\n- [ ] two\n\n## Definition of Done\n- [ ] three\n"
    )
    assert [(c.text, c.done) for c in item.acceptance_criteria or ()] == [
        ("one", True), ("two", False), ("three", False),
    ]  # fmt: skip


def test_numbered_boxes_nest() -> None:
    """`1.` holds `1.1`; numbers that stand twice, or hold nothing, are only titles."""
    text = (
        "## Tasks\n\n- [x] 1. Build\n  - [x] 1.1 Cut\n    - a detail\n  - [ ]* 1.2 Weld\n"
        "- [ ] 2. Look\n"
    )
    items = read(text).items
    assert [(i.kind, i.document.id, i.document.title, i.parent) for i in items] == [
        ("epic", "task-1", "Build", None), ("task", "task-1.1", "Cut", 0),
        ("task", "task-1.2", "Weld", 0), ("epic", "task-2", "Look", None),
    ]  # fmt: skip
    flat = "- [ ] 1. Build\n- [ ] 2. Look\n"
    assert [kind for kind, _, _ in outline(flat)] == ["task", "task"]


def test_criteria_of_the_plan_as_a_whole_are_told() -> None:
    """Boxes below success criteria of no item are counted, told once, and go to no issue."""
    parsed = read("## Epic 1: A\n\n## Success Criteria\n- [ ] one\n- [ ] two\n")
    assert (len(parsed.items), parsed.loose_criteria) == (1, 2)
    assert [found.slug for found in parsed.diagnostics] == ["loose-criteria"]


def test_releases_and_weeks_hold_items_where_no_epics_do() -> None:
    """`## v1.2 — …` and `## Week 3: …` with boxes are containers; a changelog is none."""
    assert outline("## v1.2 — Wheels\n- [ ] a\n") == [("epic", "Wheels", None), ("task", "a", 0)]
    assert outline("## Week 3: Ride\n- [ ] b\n") == [("epic", "Ride", None), ("task", "b", 0)]
    assert outline("## v1.2 — Wheels\n- Fixed a thing\n\n## v1.1 — Frame\n- Added\n") == []


def test_a_heading_of_a_kind_names_its_children() -> None:
    """Below `## Features`, headings are features where one of them carries a plan or work."""
    text = (
        "# Plan\n\n## 2. Features\n\n### Login\n**Priority**: High\n\n### Logout\nSoon.\n\n"
        "## Notes\n\n### Other\n**Priority**: Low\n"
    )
    assert outline(text) == [("feature", "Login", None), ("feature", "Logout", None)]
    assert outline("## Features\n\n### Login\nText\n\n### Logout\n- [ ] x\n") == [
        ("feature", "Login", None),
        ("feature", "Logout", None),
        ("task", "x", 1),
    ]


def test_success_criteria_with_boxes_are_criteria() -> None:
    """Below a phase too; as plain bullets they are text; boxes among risks are nothing."""
    text = (
        "## Phase 1 (Weeks 1-4): Base\n**Status**: Open\n\n### Deliverables\n- [ ] API\n\n"
        "### Success Criteria\n- [ ] fast\n\n## Risks\n- [ ] rain\n"
    )
    parsed = read(text)
    assert outline(text) == [("epic", "Base (Weeks 1-4)", None), ("task", "API", 0)]
    criteria = parsed.items[0].document.acceptance_criteria or ()
    assert [entry.text for entry in criteria] == ["fast"]
