"""A Markdown roadmap as items: hierarchy, fields, check lists, claims, and what is left alone."""

from collections import Counter
from pathlib import Path

import pytest

from backlog_sync.files.documents.items import ItemDocument
from backlog_sync.files.parsed import ParsedFile, ReadingOptions, Source
from backlog_sync.files.reading.markdown import MAX_LINES, parse_roadmap

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
EXAMPLE = Path(__file__).parents[2] / "examples" / "roadmap.md"

ROADMAP = """\
# Workshop

**Total Items**: 5 (1 Epic, 1 Feature, 3 Stories)
**Total Story Points**: 9 SP

| Epic | Features | Stories | Story Points |
|------|----------|---------|--------------|
| Rides | 1 | 3 | 9 SP |
| **Total** | **1** | **3** | **9 SP** |

## Epic 1: Rides ✅

**Milestone**: Spring
**Labels**: `epic`, `priority:high`
**Goal**: Ride more

The first paragraph.

The second.

### Feature 1.1: Booking
**Description**: Book a stand
**Issue**: [#7](https://github.com/o/r/issues/7)
**Progress**: 0 of 2 stories (0 %)

#### Stories
- **Story 1.1.1**: Reserve *now*
  **Story Points**: 3 SP
  **Priority**: High
  **User Story**: As a rider, I want a stand.
  **Acceptance Criteria**:
  - [x] It is mine
  - [ ] Nobody else
    has it

- **Story 1.1.2**: Cancel (5 pts)
  **Depends on**: Story 1.1.1, 1.1
  **Tasks**:
  - [ ] Write the code

## Q1 2026: Later

**Status**: Planned

- **Azure Deployment**
  - Terraform modules
- [The docs](docs.md)
"""


def source(text: str) -> Source:
    """A source that was never on a disk."""
    return Source("ROADMAP.md", Path("ROADMAP.md"), text.encode(), text)


def read(text: str, **options: str) -> ParsedFile:
    """A roadmap, read."""
    return parse_roadmap(source(text), ReadingOptions(options.get("bullets") == "items"))


def outline(text: str, **options: str) -> list[tuple[str, str, int | None]]:
    """Kind, title and parent of each item."""
    return [(item.kind, item.document.title, item.parent) for item in read(text, **options).items]


def only(text: str) -> ItemDocument:
    """The one item of a text."""
    (item,) = read(text).items
    return item.document


def test_epics_features_and_stories_make_a_tree() -> None:
    """Kinds, keys, parents and titles; structure headings and later releases are no items."""
    parsed = read(ROADMAP)
    assert [(item.kind, item.document.id, item.parent) for item in parsed.items] == [
        ("epic", "epic-1", None),
        ("feature", "feature-1.1", 0),
        ("story", "story-1.1.1", 1),
        ("story", "story-1.1.2", 1),
        ("task", None, 3),
    ]
    titles = [item.document.title for item in parsed.items]
    assert titles == ["Rides", "Booking", "Reserve now", "Cancel", "Write the code"]
    assert [found.slug for found in parsed.diagnostics] == ["bullets-left-out"]


def test_fields_are_declared_only_where_they_are_written() -> None:
    """What an item does not say is not set; our own lines are no part of a description."""
    epic, feature, story, other, _ = (item.document for item in read(ROADMAP).items)
    assert epic.model_dump(exclude_unset=True) == {
        "id": "epic-1",
        "title": "Rides",
        "milestone": "Spring",
        "labels": ("epic", "priority:high"),
        "goal": "Ride more",
        "description": "The first paragraph.\n\nThe second.",
        "status": "Done",
    }
    assert (feature.description, feature.issue) == ("Book a stand", "#7")
    assert (story.story_points, story.priority) == (3, "High")
    assert story.user_story == "As a rider, I want a stand."
    assert [(entry.text, entry.done) for entry in story.acceptance_criteria or ()] == [
        ("It is mine", True),
        ("Nobody else has it", False),
    ]
    assert (other.story_points, other.depends_on) == (5, ("story-1.1.1", "feature-1.1"))


def test_places_point_at_what_they_name() -> None:
    """Item, field and criterion have lines and columns from 1."""
    story = read(ROADMAP).items[2]
    lines = ROADMAP.splitlines()
    assert lines[story.place.line - 1][story.place.column - 1 :].startswith("**Story 1.1.1**")
    points = story.places["story_points"]
    assert lines[points.line - 1][points.column - 1 :] == "3 SP"
    criterion = story.places["acceptance_criteria.1"]
    assert lines[criterion.line - 1][criterion.column - 1 :] == "Nobody else"


def test_totals_are_claims_and_never_items() -> None:
    """Total lines and summary tables are claims with the offsets of their numbers."""
    parsed = read(ROADMAP)
    told = [(claim.what, claim.value, claim.scope) for claim in parsed.claims]
    assert told == [
        ("items", 5, None), ("epics", 1, None), ("features", 1, None), ("stories", 3, None),
        ("points", 9, None),
        ("features", 1, 0), ("stories", 3, 0), ("points", 9, 0),
        ("features", 1, None), ("stories", 3, None), ("points", 9, None),
    ]  # fmt: skip
    for claim in parsed.claims:
        assert float(ROADMAP[claim.start : claim.end]) == claim.value


def test_a_total_below_an_item_speaks_of_that_item() -> None:
    """`**Total Stories:** 4` in an epic's section is a claim of that epic, no description."""
    parsed = read("## Epic 1: A\n**Total Stories:** 4\n**Total Story Points:** 13 SP\n")
    assert [(claim.what, claim.scope) for claim in parsed.claims] == [("stories", 0), ("points", 0)]
    assert parsed.items[0].document.description is None


def test_summary_rows_find_their_items_by_key() -> None:
    """A row that names a number belongs to that item, even with a shorter title."""
    text = "## EPIC-01: Core loop\n**Goal**: x\n\n# Sum\n\n| Epic | Tasks |\n|--|--|\n"
    parsed = read(text + "| EPIC-01 | 5 |\n| Nobody | 3 |\n| **TOTAL** | 8 |\n")
    assert [(claim.value, claim.scope) for claim in parsed.claims] == [(5, 0), (8, None)]


def test_every_line_has_a_note() -> None:
    """For `lint --explain`: every line but blank ones says which rule took it, or why not."""
    notes = {note.line: note for note in read(ROADMAP).notes}
    lines = ROADMAP.splitlines()
    assert set(notes) == {number for number, line in enumerate(lines, 1) if line}
    by_text = {lines[line - 1]: (note.rule, note.item) for line, note in notes.items()}
    assert by_text["## Epic 1: Rides ✅"] == ("typed-heading", 0)
    assert by_text["#### Stories"] == ("heading", 1)
    assert by_text["- **Story 1.1.1**: Reserve *now*"] == ("typed-list", 2)
    assert by_text["  - [x] It is mine"] == ("checklist", 2)
    assert by_text["  - [ ] Write the code"] == ("task", 4)
    assert by_text["The second."] == ("description", 0)
    assert by_text["- **Azure Deployment**"] == ("bullet", None)
    assert notes[lines.index("- [The docs](docs.md)") + 1].reason == "only a link: navigation"


def test_hierarchy_is_type_word_then_level_then_number() -> None:
    """One level for all, a number where the section is closed, and no parent where none is."""
    flat = "## Epic 1: A\n## Feature 1.1: B\n## Story 1.1.1: C\n## Story 1.1.2: D\n## Epic 2: E\n"
    assert [parent for _, _, parent in outline(flat)] == [None, 0, 1, 1, None]
    closed = "## Epic 1: A\n## Epic 2: B\n## Notes\n### Story 1.1: C\n### Story 3.1: D\n"
    assert [parent for _, _, parent in outline(closed)] == [None, None, 0, None]
    skipped = "# Epic 8: A\n### Story 1: B\n### Task 2: C\n"
    assert [parent for _, _, parent in outline(skipped)] == [None, 0, 1]


def test_list_items_nest_by_indentation() -> None:
    """A typed list item below another is its child, where its kind stands deeper."""
    text = "- **Epic 1**: A\n  - **Story 1.1**: B\n    - **Task 1**: C\n  - **Story 1.2**: D\n"
    assert [parent for _, _, parent in outline(text)] == [None, 0, 1, 0]


def test_numbered_stories_with_bullets_for_metadata() -> None:
    """`1) Story: …` followed by `- K: v` at the same indentation, and a parent by name."""
    text = (
        "## Epic 1: Data\n**Goal**: x\n\n## Stories\n\n1) Story: Connect\n- Epic: Data\n"
        "- Description: Pull events\n- Acceptance Criteria: Events are stored\n\n2) Story: Show\n"
    )
    parsed = read(text)
    story = parsed.items[1].document
    assert outline(text)[1:] == [("story", "Connect", 0), ("story", "Show", None)]
    assert story.description == "Pull events"
    assert [entry.text for entry in story.acceptance_criteria or ()] == ["Events are stored"]


def test_plans_only_mention_items() -> None:
    """A sprint plan that repeats tasks, or a table of contents, declares nothing again."""
    text = (
        "- EPIC-01: Loop\n1. [Epic 1](#epic-1)\n\n# EPIC-01: Loop\n\n### Task 1.1: Do\n\n"
        "### Sprint 1 - Base\n1. Task 1.1: Do\n2. Task 9.2-9.5: More\n"
    )
    assert [title for _, title, _ in outline(text)] == ["Loop", "Do"]


def test_weak_words_need_evidence_and_no_stronger_words() -> None:
    """Phases and milestones hold items where they carry something and no epics are declared."""
    both = [("epic", "A", None), ("epic", "B", None)]
    assert outline("## Phase 1: A\n**Goal**: x\n\n## Phase 2: B\ntext\n") == both
    assert outline("## Epic 1: A\n\n## Phase 1: B\n**Goal**: x\n") == [("epic", "A", None)]
    nested = "## Phase 1: A\n\n### Sprint 1: B\n- [ ] c\n"
    assert outline(nested) == [("epic", "A", None), ("feature", "B", 0), ("task", "c", 1)]


def test_a_milestone_is_an_epic_in_it() -> None:
    """`## M0: …` names a milestone, and blocks by its code."""
    parsed = read("## M0: Base\n**Goal:** g\n\n## M1: Rest\n**Dependencies:** M0\n")
    found = [(d.id, d.milestone, d.depends_on) for d in (item.document for item in parsed.items)]
    assert found == [("m0", "M0: Base", None), ("m1", "M1: Rest", ("m0",))]


def test_dotted_headings_vouch_for_each_other() -> None:
    """`n.n` headings are items where one of their neighbours carries metadata or boxes."""
    text = "## Phase 1: A\n### 1.1 — B\n- **Owner**: TBD\n### 1.2 — C\n## 2. D\n### 2.1 E\n"
    assert outline(text) == [("epic", "A", None), ("feature", "B", 0), ("feature", "C", 0)]
    assert [item.document.id for item in read(text).items][1:] == ["feature-1.1", "feature-1.2"]


def test_codes_need_evidence() -> None:
    """`ACP-801` headings are stories where metadata or boxes stand below one of them."""
    text = "# EPIC 8: A\n### ACP-801: B\n**Priority:** High\n### ACP-802: C\n"
    assert outline(text)[1:] == [("story", "B", 0), ("story", "C", 0)]
    assert outline("### ISO-9001: B\n**Priority:** High\n### XYZ-1: no evidence\n") == []


def test_boxes_are_criteria_below_their_key_and_tasks_elsewhere() -> None:
    """Boxes of a story are its check list, with or without a key; below a key of tasks, tasks."""
    text = (
        "# US-1: A\n\n## Acceptance Criteria\n\n1. **Group**\n   - [x] one\n\n### More\n- [ ] two\n"
        "\n## Definition of Done\n- [ ] three\n\n## Other\n- [ ] four\n\n## Tasks\n- [ ] five\n"
        "  - [ ] six\n"
    )
    parsed = read(text)
    story, task = parsed.items
    criteria = [c.text for c in story.document.acceptance_criteria or ()]
    assert criteria == ["one", "two", "three", "four"]
    assert (task.kind, task.document.title, task.parent) == ("task", "five", 0)
    assert [c.text for c in task.document.acceptance_criteria or ()] == ["six"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("## Phase 1: A", "task"),
        ("## Sprint 1: A", "task"),
        ("## M0: A", "task"),
        ("## Epic 1: A", "task"),
        ("## Feature 1: A", None),
        ("## Story 1: A", None),
    ],
)
def test_boxes_without_a_key_follow_the_kind_above(heading: str, kind: str | None) -> None:
    """Phases, sprints, milestones and epics hold tasks; features and stories hold criteria."""
    items = read(f"{heading}\n\n- [ ] one\n- [x] two\n").items
    criteria = [c.done for c in items[0].document.acceptance_criteria or ()]
    found = [(item.kind, item.document.status) for item in items[1:]]
    assert (found, criteria) == (
        ([(kind, None), (kind, "Done")], []) if kind else ([], [False, True])
    )


def test_a_box_with_a_code_is_a_task() -> None:
    """`T015 [P] [US1] …` is a task wherever it stands; a code that stands twice is no key."""
    text = (
        "## Phase 3: User Story 1 — Book (Priority: P1)\n\n- [x] T015 [P] [US1] Test it in `a.py`\n"
        "- [ ] T016 Build it\n\n## Phase 4: Rest\n- [ ] T016 Again\n"
    )
    items = read(text).items
    assert [(i.kind, i.document.id, i.document.title, i.parent) for i in items] == [
        ("epic", "phase-3", "User Story 1 — Book", None),
        ("story", "story-1", "Book", 0),
        ("task", "t015", "Test it in `a.py`", 1),
        ("task", None, "Build it", 1),
        ("epic", "phase-4", "Rest", None),
        ("task", None, "Again", 4),
    ]


def test_plain_bullets_below_a_criteria_key_are_criteria() -> None:
    """Without any box the bullets themselves are the check list; with boxes they are details."""
    plain = only("## Story 1: A\n**Acceptance Criteria:**\n- one\n  - a detail\n- two\n")
    assert [c.text for c in plain.acceptance_criteria or ()] == ["one", "two"]
    boxed = only("## Story 1: A\n**Acceptance Criteria:**\n- [ ] one\n- note\n- [ ] two\n")
    assert [c.text for c in boxed.acceptance_criteria or ()] == ["one", "two"]


def test_done_when_without_boxes_is_text() -> None:
    """Plain bullets below "Definition of Done" stay in the description."""
    story = only("## Story 1: A\n**Definition of Done:**\n- tests pass\n")
    assert story.acceptance_criteria is None
    assert story.description == "**Definition of Done:**\n- tests pass"


def test_a_flat_list_of_boxes_is_tasks() -> None:
    """Boxes without any item become tasks; a wrapped title is one title."""
    parsed = read("# 计划\n\n- [x] Build it\n      in two lines\n- [ ]\n- [ ] Test it\n")
    found = [(item.kind, item.document.title, item.document.status) for item in parsed.items]
    assert found == [("task", "Build it in two lines", "Done"), ("task", "Test it", None)]


def test_values_below_their_key() -> None:
    """Descriptions, labels and dependencies may stand on the lines below the key."""
    story = only(
        "### Story 2: A\n**Descrição:**\nUma linha\ne outra.\n\n**Labels:**\n- a\n- `b`\n\n"
        "**Depends on**:\n- US-001: the first\n- STORY-3\n\nFree text.\n"
    )
    assert story.description == "Uma linha\ne outra.\n\nFree text."
    assert story.labels == ("a", "b")
    assert story.depends_on == ("us-001", "story-3")


def test_user_story_sentences_are_the_user_story() -> None:
    """A paragraph that begins like a user story is one, bold words or not."""
    story = only("### Story 1: A\n\n**As a** rider\n**I want** a stand\n\nMore.\n")
    assert story.user_story == "**As a** rider\n**I want** a stand"
    assert story.description == "More."


def test_a_scenario_is_one_criterion() -> None:
    """Given, When, Then and And are one entry; bullets and boxes below them are its details."""
    story = only(
        "### Story 1: A\n**Acceptance Criteria:**\n\n**Given** x\n**When** y\ngoes on\n"
        "**Then** z:\n\n- [ ] a detail\n\n**And** more\n\n**Given** p\n**Then** q\n\n"
        "**Notes:**\n- n\n"
    )
    assert [c.text for c in story.acceptance_criteria or ()] == [
        "Given x When y goes on Then z: And more",
        "Given p Then q",
    ]
    assert story.description == "- a detail\n\n**Notes:**\n- n"


def test_steps_may_be_bullets() -> None:
    """Bullets that begin with When or Then go on; a bullet that is no step is its own entry."""
    story = only(
        "### Story 1: A\n**AC:**\n- Given x\n- When y\n- Then z\n- No crash\n- Given p, then q\n"
    )
    found = [c.text for c in story.acceptance_criteria or ()]
    assert found == ["Given x When y Then z", "No crash", "Given p, then q"]


def test_unknown_keys_stay_in_the_description() -> None:
    """What the author wrote is not lost because we have no field for it."""
    story = only("### Story 1: A\n**Branch**: main\n**Priority**: High | **Zone:** two\n- note\n")
    assert story.description == "**Branch**: main\n\n**Zone**: two\n\n- note"


def test_sections_that_speak_of_something_else_are_skipped() -> None:
    """Text below a heading of its own stays in the item's text; a status there is not its own."""
    story = only("## Story 1: A\nmine\n\n### Release notes\nnot mine\n**Status**: Done\n")
    told = "mine\n\n**Release notes**\n\nnot mine\n**Status**: Done"
    assert (story.description, story.status) == (told, None)


def test_prose_dependencies_are_a_warning() -> None:
    """A dependency in prose gives no edge; the warning names it and its place."""
    (diagnostic,) = read("## Story 1: A\n**Depends on**: All features\n").diagnostics
    assert (diagnostic.slug, diagnostic.place.line) == ("unread-dependency", 2)
    assert not diagnostic.is_error


def test_dependencies_by_title() -> None:
    """A dependency may be written as the title of another item."""
    parsed = read("## Story 1: Pay\n## Story 2: Ship\n**Depends on**: Pay\n")
    assert parsed.items[1].document.depends_on == ("story-1",)


def test_fenced_code_comments_and_summaries_are_not_read() -> None:
    """Templates in code, hidden comments and generated blocks declare nothing."""
    text = (
        "```\n## Epic 1: A\n```\n<!--\n## Epic 2: B\n-->\n"
        "<!-- backlog:summary -->\n- [ ] c\n<!-- /backlog:summary -->\n"
    )
    assert outline(text) == []


def test_settings_come_from_front_matter() -> None:
    """The `backlog:` key holds raw settings, with places; other front matter is left alone."""
    text = "---\ntitle: {{ x }}\n---\n# A\n"
    assert read(text).diagnostics == ()
    parsed = read("---\ntitle: x\nbacklog:\n  repository: o/r\n  points: {S: 2}\n---\n# A\n")
    assert parsed.settings == {"repository": "o/r", "points": {"S": "2"}}
    assert parsed.settings_places["repository"].line == 4
    broken = read("---\nbacklog: [\n---\n# A\n")
    assert [d.slug for d in broken.diagnostics] == ["invalid-yaml"]
    assert [d.slug for d in read("---\nbacklog: yes\n---\n").diagnostics] == ["wrong-type"]


def test_bullets_of_low_confidence_are_only_listed() -> None:
    """Below a time heading, bullets are items on demand; links are navigation."""
    text = (
        "### 2025 Q4 - Base\n\n- Set up\n- [Docs](x)\n\n"
        "### Level 1: Core\n**Team**: 3\n\n- [Api](a)\n"
    )
    assert outline(text) == [("epic", "Core", None)]
    assert outline(text, bullets="items") == [
        ("epic", "2025 Q4 - Base", None),
        ("task", "Set up", 0),
        ("epic", "Core", None),
        ("feature", "Api", 2),
    ]


def test_duplicates_and_orphans_do_not_crash() -> None:
    """Of equal numbers the first has the key, which is told; a story without parent is one."""
    text = "## Epic 4: A\n## Epic 4: B\n### Story 4.1: C\n### Story 4.1: D\n## Epic 1:\n"
    parsed = read(text)
    assert [item.document.id for item in parsed.items] == [
        "epic-4", None, "story-4.1", None, "epic-1",
    ]  # fmt: skip
    (told,) = parsed.diagnostics
    assert (told.slug, told.place.line) == ("repeated-number", 2)
    assert parsed.items[-1].document.title == "Epic"


def test_a_file_with_too_many_lines_is_refused() -> None:
    """No more lines are read than a roadmap can have."""
    parsed = read("a\n" * (MAX_LINES + 1))
    assert [diagnostic.slug for diagnostic in parsed.diagnostics] == ["too-large"]


def test_the_example_adds_up() -> None:
    """The example's claims are what its items come to."""
    parsed = parse_roadmap(source(EXAMPLE.read_text(encoding="utf-8")))
    kinds = Counter(item.kind for item in parsed.items)
    assert kinds == {"epic": 3, "feature": 6, "story": 12}
    points = sum(float(item.document.story_points or 0) for item in parsed.items)
    told = {claim.what: claim.value for claim in parsed.claims if claim.scope is None}
    assert told == {"items": 21, "epics": 3, "features": 6, "stories": 12, "points": points}
    assert parsed.diagnostics == ()


REAL = (
    # file, epics, features, stories, tasks, criteria, points, claims
    ("s4-seed-004.md", 3, 10, 20, 0, 109, 92, 17),
    ("a01-fawkes-roadmap-clean.md", 3, 10, 20, 0, 109, 92, 17),
    ("a06-conecta-talentos-github-tasks.pt.md", 11, 0, 0, 41, 177, 203, 24),
    ("a08-ptperf-health-intel.md", 5, 0, 30, 0, 201, 0, None),
    ("a12-gitrca-backlog.md", 0, 0, 5, 0, 5, 0, 0),
    ("c03-hvo-us022.md", 0, 0, 1, 0, 49, 8, 0),
    ("d08-lumio-roadmap.de.md", 6, 4, 0, 135, 0, 0, 0),
    ("d12-farm-roadmap.zh.md", 0, 0, 0, 12, 0, 0, 0),
    ("s0-seed-000.md", 0, 0, 0, 0, 0, 0, 0),
    ("s1-seed-001.md", 5, 0, 0, 0, 0, 0, 0),
    ("s2-seed-002.md", 0, 0, 0, 0, 0, 0, 0),
    ("s3-seed-003.md", 4, 0, 0, 8, 10, 0, 0),
)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real roadmaps is not here")
@pytest.mark.parametrize("expected", REAL, ids=lambda row: row[0][:3])
def test_real_roadmaps_are_counted_right(
    expected: tuple[str, int, int, int, int, int, float, int | None],
) -> None:
    """Items, criteria, points and claims of real documents are what a person counts."""
    parsed = read((CORPUS / expected[0]).read_bytes().decode("utf-8"))
    kinds = Counter(item.kind for item in parsed.items)
    documents = [item.document for item in parsed.items]
    criteria = sum(len(document.acceptance_criteria or ()) for document in documents)
    points = sum(float(document.story_points or 0) for document in documents)
    found = (kinds["epic"], kinds["feature"], kinds["story"], kinds["task"], criteria, points)
    assert found == expected[1:7]
    assert expected[7] is None or len(parsed.claims) == expected[7]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real roadmaps is not here")
def test_the_reference_roadmap_in_full() -> None:
    """Milestones, labels, keys and the claims by epic; nothing from its later releases."""
    parsed = read((CORPUS / "s4-seed-004.md").read_bytes().decode("utf-8"))
    documents = [item.document for item in parsed.items]
    milestones = [document.milestone for document in documents if document.milestone]
    assert milestones == ["DORA Foundations", "AI & Value Stream", "Developer Experience"]
    assert max(item.place.line for item in parsed.items) < 350
    assert documents[2].id == "story-1.1.1"
    by_epic = [(claim.what, claim.value) for claim in parsed.claims if claim.scope is not None]
    assert by_epic == [
        ("features", 3), ("stories", 6), ("points", 24),
        ("features", 4), ("stories", 9), ("points", 39),
        ("features", 3), ("stories", 6), ("points", 21),
    ]  # fmt: skip


def test_boxes_below_a_chapter_of_tasks_are_tasks() -> None:
    """The chapter says it for its parts, whatever remark its heading has."""
    text = (
        "## Epic 1: Import\n\n### Story 1.1: Upload\n\n**Points**: 3\n\n"
        "## Detailed task breakdown (selected)\n\n### Backend\n\n- [ ] Set up the project\n"
        "- [x] Add logs\n"
    )
    tasks = [item for item in read(text).items if item.kind == "task"]
    assert [item.document.title for item in tasks] == ["Set up the project", "Add logs"]
