"""Rule 5: tables of items, tables that tell more of items, and tables that are neither."""

import csv
from pathlib import Path

import pytest

from backlog_sync.core.keys import make_key
from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.core.pull import Take, TakeValue
from backlog_sync.files.load import CONFIG, load
from backlog_sync.files.write.progress import write_back
from backlog_sync.files.write.pull import accept
from tests.files.conftest import LoadText
from tests.files.test_foreign import FAMILIES
from tests.files.test_markdown_roadmap import only, outline, read

PHASE = "## Phase 1: Start\n\n**Goal**: x\n\n"


def table(header: str, *rows: str) -> str:
    """A pipe table."""
    return "\n".join([header, "|" + "---|" * (header.count("|") - 1), *rows, ""]) + "\n"


def test_rows_are_items_of_the_section_above() -> None:
    """Numbers become keys, known columns fields, other columns text; sums are skipped."""
    text = PHASE + table(
        "| # | Task | Priority | Est Hours | Repo |",
        "| 1 | Weld the `frame` | High | 2 | bikes |",
        "| 2 | Paint it | P0 (now) | 1.5h | - |",
        "| | **Total** | | 3.5 | |",
    )
    _, first, second = read(text).items
    assert (first.kind, first.parent, first.document.id) == ("task", 0, "task-1")
    assert first.document.title == "Weld the `frame`"
    assert (first.document.priority, first.document.estimate_hours) == ("High", 2)
    assert first.document.description == "**Repo**: bikes"
    assert (second.document.priority, second.document.estimate_hours) == ("P0", 1.5)
    assert second.document.description is None


def test_a_table_of_stories_needs_no_section() -> None:
    """Codes, user stories, points with a unit and criteria, in the author's language."""
    story = only(
        "# Backlog\n\n## Itens\n\n"
        + table(
            "| ID | Tipo | Item do backlog | Prioridade | Critérios de aceitação | Estimativa |",
            "| PB01 | História | Como aluno, quero entrar, para ver | Must | Entra; fica | 5 pts |",
        )
    )
    assert (story.id, story.story_points, story.priority) == ("pb-01", 5, "Must")
    assert story.title == story.user_story == "Como aluno, quero entrar, para ver"
    assert [entry.text for entry in story.acceptance_criteria or ()] == ["Entra", "fica"]


def test_numbers_that_begin_again_are_no_keys() -> None:
    """Two tables that both count from 1 give keys from their titles."""
    one = table("| # | Task | Status |", "| 1 | Weld | Done |")
    text = PHASE + one + "\n## Phase 2: Go\n\n**Goal**: y\n\n" + one.replace("Weld", "Ride")
    assert [item.document.id for item in read(text).items] == ["phase-1", None, "phase-2", None]


@pytest.mark.parametrize(
    "header",
    [
        "| Risk | Status | Owner |",
        "| Metric | Target | Status |",
        "| Phase | Metric | Target | Status |",
        "| Decision | Recommendation | Status |",
        "| Dependency | Story | Type | Status |",
        "| Tool | Status | Owner |",
        "| Name | Status | Owner |",
        "| Current Item | Impact | Action | Status |",
        "| Task | Notes | Link |",
    ],
)
def test_other_tables_hold_no_items(header: str) -> None:
    """Risks, metrics, decisions, people, and titles without any planning are no items."""
    row = "| " + " | ".join("x" * header.count("|")) + " |"
    assert outline(PHASE + table(header, row)) == [("epic", "Start", None)]
    assert outline("# Plan\n\n" + table(header, row)) == []


def test_tables_below_headings_of_something_else_hold_no_items() -> None:
    """A table of tasks among examples or risks is an example."""
    rows = table("| ID | Task | Status |", "| 1 | Weld | Done |")
    assert outline("# Plan\n\n## Example\n\n" + rows) == []
    assert len(outline("# Plan\n\n## Work\n\n" + rows)) == 1


def test_an_overview_tells_more_of_items() -> None:
    """Rows are merged by key, by number or by title; the item's own words count first."""
    text = (
        table(
            "| Feature # | Description | Status | Dependencies | GitHub Issue | Milestone |",
            "| F001 | Setup | ✅ Complete (PR #4) | - | [#3](u) | [Phase 1](m/1) |",
            "| F002 | Pages | Planned | F001 | Not Created | [Phase 1](m/1) |",
        )
        + "\n## Feature 001: Setup\n\n**Status**: In Progress\n\n## Feature 002: Pages\n"
    )
    parsed = read(text)
    setup, pages = (item.document for item in parsed.items)
    assert (setup.status, setup.issue, setup.milestone) == ("In Progress", "#3", "Phase 1")
    assert (pages.status, pages.depends_on, pages.issue) == ("Planned", ("feature-001",), None)
    assert parsed.diagnostics == ()
    assert {note.rule for note in parsed.notes[:4]} == {"overview"}


def test_an_overview_of_stages_knows_them_by_their_numbers() -> None:
    """A row may call a stage by less than its heading does."""
    rows = table("| # | Stage | Status |", "| S0 | Keel | done |", "| S1 | **Hull** | done |")
    text = f"# Plan\n\n{rows}## S0 — Keel\n\n- [x] Lay it\n\n## S1 — Hull (of oak)\n\n- [ ] Plank\n"
    text += "\n## S2 — Mast\n\n- [ ] Step it\n"
    stages = [item.document for item in read(text).items if item.kind == "epic"]
    assert [(stage.id, stage.status) for stage in stages] == [
        ("s0", "done"), ("s1", "done"), ("s2", None),
    ]  # fmt: skip


def test_an_overview_of_milestones_is_merged() -> None:
    """`M0` in a column of milestones is the heading `## M0: …`."""
    text = (
        table("| Milestone | Title | Focus | Status |", "| M0 | Base | Core | Planned |")
        + "\n## M0: Base\n\n**Goal:** g\n"
    )
    assert only(text).status == "Planned"


def test_kinds_stand_below_their_section() -> None:
    """A table of features below a feature holds stories."""
    rows = table("| ID | Feature | Status |", "| 7 | Pump | Open |")
    text = "## Epic 1: A\n\n### Feature 1.1: B\n\n" + rows
    assert outline(text)[2] == ("story", "Pump", 1)


def test_an_issue_behind_a_title_is_its_own() -> None:
    """What write-back put behind a title is read as the issue, and the title stays."""
    rows = table("| # | Task | Priority |", "| 1 | Weld ([#14](https://x/y/issues/14)) | High |")
    _, task = (item.document for item in read(PHASE + rows).items)
    assert (task.title, task.issue) == ("Weld", "#14")


def test_points_make_no_summary_of_stories() -> None:
    """A table of stories with points and a status holds items; one of epics with sums does not."""
    stories = table(
        "| Story ID | Story | Points | Status |", "| US-1 | Login | 5 | Done |", "| Total | | 5 | |"
    )
    parsed = read("# Sprint 3\n\n**Goal**: x\n\n" + stories)
    assert [(item.document.id, item.document.story_points) for item in parsed.items[1:]] == [
        ("us-1", 5)
    ]
    sums = table("| Epic | Points |", "| Rides | 5 |", "| **Total** | 5 |")
    parsed = read("## Epic 1: Rides\n\n# Sums\n\n" + sums)
    assert len(parsed.items) == 1
    assert [claim.what for claim in parsed.claims] == ["points", "points"]


def test_a_number_is_read_without_the_issue_and_the_marks_beside_it() -> None:
    """The row is done, its number names the item that is detailed below."""
    text = "## EPIC-1: Import\n\n" + table(
        "| ID | Title | Complexity |",
        "| 1.1 ✅ | Registry | M |",
        "| 1.2 · #17 | Pipeline | M |",
        "| 1.3 (#18) | Cards | S |",
    )
    items = read(text + "### IMP-1.2: One pipeline for all\n\n- **Priority**: High\n").items
    assert [(item.document.id, item.document.title) for item in items[1:]] == [
        ("story-1.1", "Registry"),
        ("story-1.3", "Cards"),
        ("imp-1.2", "One pipeline for all"),
    ]
    assert items[1].document.status == "Done"


def test_numbered_chapters_beside_coded_items_are_no_items() -> None:
    """Codes say what is an item at their level; numbers below another chapter part the text."""
    text = (
        "## EPIC-1: Import\n\n### IMP-1.1: Registry\n\n- **Priority**: High\n\n"
        "## 9. Later\n\n### 9.1 Formats of others\n\n- **Status**: open\n\n### 9.2 Rest\n\nText\n"
    )
    assert [item.document.id for item in read(text).items] == ["epic-1", "imp-1.1"]


def test_rows_below_equal_headers_are_of_one_kind() -> None:
    """What the rows of one part are, the rows of the others are too."""
    header = "| # | Title | Priority |"
    text = (
        PHASE
        + table(header, "| 1 | Weld | High |", "| 2 | Paint | Low |")
        + "## Rest\n\n"
        + table(header, "| 1 | Polish | Low |", "| 2 | Pack | Low |")
    )
    assert [item.kind for item in read(text).items[1:]] == ["task"] * 4


def test_a_row_names_a_heading_by_its_dotted_number() -> None:
    """Also where its title says it in other words: no second item is made of it."""
    text = (
        "## Epic 2: Sign in\n\n"
        + table("| # | Title | Priority |", "| 2.1 | Status of the session | High |")
        + "### Details\n\n#### 2.1 — `auth status`\n\n**Estimate**: 2h\n"
    )
    _, story = read(text).items
    assert (story.document.id, story.document.title) == ("story-2.1", "`auth status`")
    assert story.document.priority == "High"


def test_two_columns_of_a_plan_make_a_table_of_items() -> None:
    """`Type` and `Effort` beside a title are a plan; one of them alone describes anything."""
    rows = ("| Reminders | Bug | S |", "| Search | Feature | L |")
    text = "# Plan\n\n## Planned\n\n"
    items = read(text + table("| Item | Type | Effort |", *rows)).items
    assert [item.document.title for item in items] == ["Reminders", "Search"]
    assert not read(text + table("| Item | Type | Meaning |", *rows)).items


def test_a_column_of_epics_makes_the_epics_that_it_names() -> None:
    """As in a CSV file; where the roadmap declares epics, an unknown name is a warning."""
    rows = table(
        "| ID | Epic | Title | Priority |",
        "| 1 | Reporting | Add a chart | High |",
        "| 2 | Tests | Add a law | Low |",
        "| 3 | Reporting | Add a table | Low |",
    )
    items = read(f"# Plan\n\n{rows}").items
    assert [(item.kind, item.document.title, item.parent) for item in items] == [
        ("epic", "Reporting", None),
        ("story", "Add a chart", 0),
        ("epic", "Tests", None),
        ("story", "Add a law", 2),
        ("story", "Add a table", 0),
    ]
    declared = read(f"# Plan\n\n## Epic 1: Reporting\n\n**Goal**: x\n\n## Rows\n\n{rows}")
    assert [item.document.title for item in declared.items if item.kind == "epic"] == ["Reporting"]


def test_a_column_with_an_unknown_word_may_hold_the_titles() -> None:
    """Right behind the number, before a description or beside a column that only work has."""
    rows = ("| B-1 | Tee | Grün oder schwarz |", "| B-2 | Kuchen | Ohne Nüsse |")
    text = "# Plan\n\n" + table("| ID | Gericht | Beschreibung |", *rows)
    assert [item.document.title for item in read(text).items] == ["Tee", "Kuchen"]
    rows = ("| B-1 | Küche | Tee kochen |", "| B-2 | Küche | Kuchen backen |")
    text = "# Plan\n\n" + table("| ID | Ort | Beschreibung |", *rows)
    assert [item.document.title for item in read(text).items] == ["Tee kochen", "Kuchen backen"]
    rows = ("| B-1 | Tee | 3 |", "| B-2 | Kuchen | 5 |")
    assert len(read("# Plan\n\n" + table("| ID | Gericht | Aufwand |", *rows)).items) == 2
    assert not read("# Plan\n\n" + table("| ID | Gericht | Farbe |", *rows)).items


def test_tasks_in_a_table_belong_to_the_story_above() -> None:
    """Where the header says that they are; what a heading calls a task is their whole."""
    rows = table("| # | Subtask | Owner | Status |", "| 1.1 | Weld | - | Todo |",
                 "| 1.2 | Paint | - | Todo |")  # fmt: skip
    for heading in ("## TASK 1 - Frame", "## Story 1: Frame"):
        told = outline(f"# Plan\n\n{heading}\n\n{rows}## Story 2: Wheels\n\n**Points**: 3\n")
        assert told == [("story", "Frame", None), ("task", "Weld", 0), ("task", "Paint", 0),
                        ("story", "Wheels", None)]  # fmt: skip
    plain = rows.replace("Subtask", "Part").replace("Status", "Colour")
    assert outline(f"# Plan\n\n## Story 1: Frame\n\n{plain}") == [("story", "Frame", None)]


DISHES = ("| ~~1~~ | Soup | ✅ in May |", "| 2 | Tea | open |", "| 3 | Cake | in progress |")


def test_rows_that_count_up_and_say_how_far_they_are_are_items() -> None:
    """Whatever the headers of the number and of the title; a sign tells what words do not."""
    text = "# Plan\n\n" + table("| Rank | Dish | Status |", *DISHES)
    items = read(text).items
    assert [item.document.title for item in items] == ["Soup", "Tea", "Cake"]
    assert [item.document.status for item in items] == ["✅ in May", "open", "in progress"]
    loose = [row.replace("| 2 |", "| 7 |") for row in DISHES]
    assert not read("# Plan\n\n" + table("| Rank | Dish | Status |", *loose)).items
    said = [row.replace("open", "warm") for row in DISHES]
    assert not read("# Plan\n\n" + table("| Rank | Dish | Status |", *said)).items
    assert not read("# Plan\n\n" + table("| Rank | Dish | Status |", *DISHES[:2])).items


IN_HTML = (
    "# Shop\n\n<table>\n<thead>\n  <tr>\n    <th>Epic</th><th>Feature</th>\n"
    '    <th>User story</th><th>Priority</th>\n  </tr>\n</thead>\n  <tr class="first">\n'
    '    <td rowspan="3">E1 Sales</td><td rowspan=2>F1.1 <b>Cart</b></td>\n'
    "    <td>US 1.1.1 As a buyer, I want a cart &amp; a list</td>\n    <td>High</td>\n  </tr>\n"
    "  <tr>\n    <td>US 1.1.2 As a buyer, I want to keep it</td><td>Low</td>\n  </tr>\n"
    "  <tr><td>F1.2 Pay</td><td>US 1.2.1 As a buyer, I want to pay</td><td>Low</td></tr>\n"
    "</table>\n\n"
)
AGAIN = table(
    "| Epic | Feature | User story |",
    "| E1 Sales | F1.1 Cart | US 1.1.1 As a buyer, I want a cart & a list |",
    "| E1 Sales | F1.1 Cart | US 1.1.2 As a buyer, I want to keep it |",
)


def test_a_table_in_html_is_a_table() -> None:
    """Cells that reach over several rows count for each; columns of levels are parents."""
    items = read(IN_HTML).items
    assert [(item.kind, item.document.title, item.parent) for item in items] == [
        ("feature", "F1.1 Cart", 1), ("epic", "E1 Sales", None),
        ("story", "As a buyer, I want a cart & a list", 0),
        ("story", "As a buyer, I want to keep it", 0),
        ("feature", "F1.2 Pay", 1), ("story", "As a buyer, I want to pay", 4),
    ]  # fmt: skip
    assert [item.document.priority for item in items if item.kind == "story"] == [
        "High", "Low", "Low",
    ]  # fmt: skip


def test_a_table_that_tells_rows_again_makes_no_second_items() -> None:
    """By number and title; a table with rows of its own declares them."""
    assert outline(IN_HTML + AGAIN) == outline(IN_HTML)
    more = AGAIN.replace(
        "US 1.1.2 As a buyer, I want to keep", "US 1.1.4 As a buyer, I want to see"
    )
    assert len(outline(IN_HTML + more)) > len(outline(IN_HTML))


def test_levels_need_numbers() -> None:
    """What only stands side by side may be a map of what belongs together."""
    plain = table("| Epic | User story |", "| Sales | The cart |", "| Sales | The list |")
    assert outline(plain) == []


@pytest.mark.parametrize(
    "broken", ["<table>\n<tr>\n<td>\n\n| a |\n", "<table><tr><td>US-1 As a x, I want y\n</td>"]
)
def test_html_that_only_lays_out_is_text(broken: str) -> None:
    """Rows that share a line, several tables in one, and cells that nothing closes are no items."""
    assert outline(broken) == []
    twice = IN_HTML.replace("</table>\n", "</table>\n" + IN_HTML.partition("\n\n")[2])
    assert outline(twice) == []


def test_a_form_that_nobody_filled_is_no_item() -> None:
    """A title that is only a type word and its colon."""
    rows = table("| # | Title | Priority |", "| 7 | Story: | Low |", "| 8 | Weld | Low |")
    assert [title for _, title, _ in outline(rows)] == ["Weld"]


def test_rows_that_repeat_the_header_are_none() -> None:
    """A long table may say again what its columns are."""
    head = "| Item | Priority | Status |\n|---|---|---|\n"
    text = f"# Plan\n\n{head}| Lamps | High | Todo |\n{head}| Bells | Low | Todo |\n"
    assert [title for _, title, _ in outline(text)] == ["Lamps", "Bells"]


ALIKE = (
    "a German spreadsheet",
    "a spreadsheet of levels",
    "a spreadsheet without titles",
    "a table between tabs",
    "a table of all levels",
    "a table parted by areas",
    "a table without titles",
)
"""Tables of test_foreign.py whose columns alone say that their rows are items."""


def piped(text: str, delimiter: str) -> str:
    """A file of rows as a pipe table, without what stands above its header."""
    rows = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if row]
    rows = [row for row in rows if sum(map(bool, row)) > 1]
    return table(*("| " + " | ".join(row) + " |" for row in rows))


@pytest.mark.parametrize("family", ALIKE)
def test_a_table_says_the_same_between_bars_and_between_commas(
    family: str, load_text: LoadText
) -> None:
    """Levels and their ids, areas, wishes, criteria in a cell: the same items and keys."""
    name, text, *_ = FAMILIES[family]
    delimiter = "\t" if name.endswith(".tsv") else ";" if ";" in text else ","
    rows = load_text(text, name).desired
    bars = load_text(f"# Plan\n\n## Work\n\n{piped(text, delimiter)}", "plan.md").desired
    assert rows is not None
    assert bars is not None
    told = [[(item.key, item.kind, item.title, item.parent, item.criteria) for item in each.items]
            for each in (rows, bars)]  # fmt: skip
    assert told[0] == told[1]


def test_progress_goes_into_a_table_of_levels(load_text: LoadText) -> None:
    """A new column takes it; what rows only name has no place of its own."""
    rows = table("| Epic | Story | Points |", "| Boats | Rent | 3 |", "| Quay | Walk | 5 |")
    loaded = load_text(f"# Plan\n\n## Work\n\n{rows}", "plan.md")
    progress = [
        ItemProgress(key, IssueRef(n), status="Done") for n, key in enumerate(loaded.keys, 1)
    ]
    (change,) = write_back(loaded, progress)
    after = change.after.decode()
    assert "| Boats | Rent (#2) | 3 | Done |" in after
    again = load_text(after, "plan.md")
    assert again.keys == loaded.keys
    assert not any(each.is_written for each in write_back(again, progress))


BOARD = """\
project:
  owner: o
  title: T
  fields: {Customer: {type: text}, Area: {type: single_select, options: [Bow, Stern]}}
"""
SOLD = (
    "ID,Title,Priority,Customer,Area,Remark\nHB-1,Sell ropes,High,Port of Emden,Bow,old\n"
    "HB-2,Sell nets,Low,,Stern,\n"
)


@pytest.mark.parametrize("name", ["plan.csv", "plan.md"])
def test_a_column_may_be_a_field_of_the_board(name: str, tmp_path: Path) -> None:
    """It means that field alone, whatever its word means elsewhere, and takes GitHub's value."""
    text = SOLD if name == "plan.csv" else f"# Plan\n\n## Work\n\n{piped(SOLD, ',')}"
    (tmp_path / CONFIG).parent.mkdir()
    (tmp_path / CONFIG).write_text(BOARD)
    (tmp_path / name).write_text(text)
    loaded = load([tmp_path / name], root=tmp_path)
    assert loaded.desired is not None, loaded.diagnostics
    ropes, nets = loaded.desired.items
    assert ropes.board["Customer"] == "Port of Emden"
    assert (ropes.board["Area"], nets.board["Area"]) == ("Bow", "Stern")
    assert (ropes.parent, nets.board.get("Customer")) == (None, None)
    assert "Emden" not in str(loaded.files[0].items[0].document.description)
    take = Take("hb-1", "hb-1", "#1", "Customer", TakeValue("Port of Kiel"))
    (change,) = accept(loaded, loaded.desired, [take]).changes
    assert change.after.decode() == text.replace("Emden", "Kiel")


def test_nothing_is_written_into_a_table_in_html() -> None:
    """One that tells more of what headings declare: the heading takes what is new."""
    items = read(
        "# Plan\n\n<table>\n<tr><th>#</th><th>Title</th><th>Status</th></tr>\n"
        "<tr><td>1.1</td><td>Weld</td><td>Todo</td></tr>\n</table>\n\n## Epic 1: Frame\n\n"
        "### Story 1.1: Weld\n\n**Priority:** High\n"
    ).items
    assert [item.document.title for item in items] == ["Frame", "Weld"]
    assert items[1].document.status == "Todo"
    assert not getattr(items[1].anchor, "cells", None)


def test_a_register_of_risks_may_be_in_html() -> None:
    """As a table between bars."""
    told = read(
        "# Plan\n\n<table>\n<tr><th>Risk</th><th>Likelihood</th></tr>\n"
        "<tr><td>Storm</td><td>High</td></tr>\n</table>\n"
    ).risks
    assert [(each.risk.text, each.risk.likelihood) for each in told] == [("Storm", "High")]


@pytest.mark.parametrize(
    ("heading", "header", "key", "former"),
    [
        ("Work", "ID | Aufgabe | Status", "task-1", ["story-1"]),
        ("Epic 7: Boats", "ID | Aufgabe | Status", "task-1", [make_key("Weld", "epic-7")]),
        ("In Progress", "ID | Aufgabe | Priority", "task-1", [make_key("Weld")]),
        ("Work", "Nummer | Titel | Status", "story-1", [make_key("Weld")]),
        ("Work", "Kennung | Titel | Status", "story-1", [make_key("Weld")]),
        ("Work", "ID | Task | Status", "task-1", []),
        ("Epic 7: Boats", "ID | Aufgabe | Points", "task-1", ["story-1"]),
    ],
)
def test_keys_of_an_earlier_reader_of_rows_are_known(
    heading: str, header: str, key: str, former: list[str]
) -> None:
    """The kind that a header names, or a number whose header was not known, makes another key."""
    items = read(f"# Plan\n\n## {heading}\n\n" + table(f"| {header} |", "| 1 | Weld | 3 |")).items
    (item,) = [each for each in items if each.document.title == "Weld"]
    assert (item.document.id, [*item.document.previously]) == (key, former)


def test_a_description_in_any_language_is_the_title_behind_a_number() -> None:
    """What is a field is a column as well, where no column has the titles."""
    rows = table("| Codice | Descrizione | Stato |", "| B-1 | Riparare il molo | Fatto |")
    (item,) = read("# Piano\n\n## Lavori\n\n" + rows).items
    assert (item.document.title, item.document.status) == ("Riparare il molo", "Fatto")


def test_steps_with_dotted_numbers_are_rows_of_work() -> None:
    """`1.1` below a word for steps or phases numbers what is beside it."""
    rows = table(
        "| Schritt | Inhalt | Ergebnis |", "| 1.1 | Holz | Stapel |", "| 1.2 | Teer | Fass |"
    )
    found = read("# Plan\n\n## Phase 1: Steg\n\n" + rows).items
    assert [item.document.title for item in found] == ["Steg", "Holz", "Teer"]


def test_keys_of_what_columns_name_now_are_known() -> None:
    """A task below a story that another column names; an epic with a number beside it."""
    rows = table(
        "| Epic ID | Epic | User Story | Task | Priority |",
        "| 4 | Boats | Rent | Check it | High |",
        "| 4 | Boats | Rent | Paint it | High |",
    )
    story, epic, check, _ = [each.document for each in read(f"# Plan\n\n## Work\n\n{rows}").items]
    boats = make_key("Boats")
    assert (epic.previously, story.title) == ((boats,), "Rent")
    assert check.previously == (make_key("Check it"), make_key("Check it", boats))


def test_numbers_of_epics_may_be_links() -> None:
    """An index of epics that leads to a file of each; instructions beside it are no items."""
    rows = table(
        "| Epic | Title | Phase | Depends on |",
        "| [E01](parts/E01-the-long-name-of-a-hull.md) | Hull | P1 | — |",
        "| [E02](parts/E02-the-long-name-of-a-mast.md) | Mast | P2 | E01 |",
    )
    text = f"# Boats\n\n## 1. How to work\n\n1. Read it\n2. Build it\n\n## 2. Index\n\n{rows}"
    hull, mast = [each.document for each in read(text, bullets="items").items]
    assert (hull.id, hull.title, mast.title) == ("e01", "Hull", "Mast")
    assert mast.depends_on == ("e01",)


def test_a_table_of_issues_is_one_of_items() -> None:
    """Each row is another issue, with a title and a plan; a heading for the meeting is none."""
    rows = ("| #14 | Weld it | Ana | Done |", "| #3 | Paint it | Bo | Todo |")
    told = table("| Issue | Title | Assignee | Status |", *rows)
    after = "### What went well\n\n- Welding\n\n### What didn't go well\n\n- Paint\n"
    after = f"## Sprint Retrospective\n\n{after}"
    text = f"# Sprint 2 Planning & Retrospective\n\n## Issues\n\n{told}\n{after}"
    items = read(text, bullets="items").items
    assert [(item.document.title, item.parent) for item in items] == [
        ("Weld it", None), ("Paint it", None),
    ]  # fmt: skip
    assert [item.document.issue for item in items] == ["#14", "#3"]
    assert not outline(text.replace("| #3 |", "| #14 |"))
    assert not outline(text.replace("Title", "Outcome"))


def test_points_count_before_a_size() -> None:
    """Beside a column of points, a word for a size stays in the text."""
    rows = ("| 1 | Weld it | **M** | 5 |", "| 2 | Paint it | S | 2 |")
    text = PHASE + table("| # | Task | Complexity | Story Points |", *rows)
    _, first, second = read(text).items
    assert (first.document.story_points, second.document.story_points) == (5, 2)
    assert "Complexity" in (first.document.description or "")
