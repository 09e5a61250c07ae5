"""Progress written into a roadmap: the right line, in the author's style, and nothing else."""

from pathlib import Path

import pytest

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.parsed import Source
from backlog_sync.files.reading.markdown import parse_roadmap
from backlog_sync.files.write.markdown import format_issue, format_progress
from backlog_sync.files.write.progress import put
from tests.sums import rolled

URL = "https://github.com/octo-org/widgets/issues/14"
LINK = f"[#14]({URL})"
ISSUE = ItemProgress(key="k", issue=IssueRef(14), url=URL)


def write(text: str, *updates: ItemProgress | None) -> str:
    """A text with progress for its items, in order; and once more, which must change nothing."""
    wanted = {index: update for index, update in enumerate(updates) if update}
    once = _written(text, wanted)
    assert _written(once, wanted) == once, "a second write-back changed something"
    return once


def _written(text: str, wanted: dict[int, ItemProgress]) -> str:
    source = Source("ROADMAP.md", Path("ROADMAP.md"), text.encode(), text)
    return put(parse_roadmap(source), wanted).parsed.source.text


def status(word: str, *, initial: bool = False) -> ItemProgress:
    """Progress that is a status alone."""
    return ItemProgress(key="k", status=word, initial=initial)


def test_metadata_lines_with_hard_breaks() -> None:
    """The new lines stand behind the short metadata, before prose, with the same hard breaks."""
    text = "### Feature 1: A\n**Labels**: `a`  \n**Description**: B\n"
    update = ItemProgress("k", IssueRef(14), URL, "In Progress", roll_up=rolled(1, 6, 3, 24))
    assert write(text, update) == (
        f"### Feature 1: A\n**Labels**: `a`  \n**Issue**: {LINK}  \n**Status**: In Progress  \n"
        "**Progress**: 1 of 6 items, 3 of 24 points (12 %)  \n**Description**: B\n"
    )


def test_a_story_bullet_keeps_its_indentation() -> None:
    """In a list item the number stands behind the title, a new line is indented as the others."""
    text = (
        "- **Story 1**: A  \n  **Story Points**: 3 SP  \n  **User Story**: As a rider, I ride.  \n"
        "  **Acceptance Criteria**:\n  - [ ] one\n"
    )
    update = ItemProgress("k", IssueRef(14), URL, "Done")
    assert write(text, update) == text.replace("A  \n", f"A ({LINK})  \n").replace(
        "3 SP  \n", "3 SP  \n  **Status**: Done  \n"
    )


def test_a_bullet_of_one_line_gets_a_line_of_its_own() -> None:
    """The title gets the hard break that Markdown needs, behind the number."""
    update = ItemProgress("k", IssueRef(14), URL, "Done")
    assert write("- **Story 1**: A\n- **Story 2**: B\n", update) == (
        f"- **Story 1**: A ({LINK})  \n  **Status**: Done\n- **Story 2**: B\n"
    )


def test_a_bullet_with_prose_keeps_it_apart() -> None:
    """Text that follows in the same paragraph stays on its own line."""
    text = "1. **Story 1**: A\n   As a rider, I ride.\n"
    update = ItemProgress("k", IssueRef(14), URL, "Done")
    assert write(text, update) == (
        f"1. **Story 1**: A ({LINK})  \n   **Status**: Done  \n   As a rider, I ride.\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] Pay online", "- [ ] Pay online (#14)"),
        ("* [x] Pay online ✅", "* [x] Pay online (#14) ✅"),
        ("- **Story 1: Pay** (5 pts)", "- **Story 1: Pay** (#14) (5 pts)"),
        ("- [ ] Pay\n      online", "- [ ] Pay\n      online (#14)"),
        ("- [ ] Pay (sandbox#3)", "- [ ] Pay (#14)"),
        ("- [ ] **[Pay](pay.md)**", "- [ ] **[Pay](pay.md)** (#14)"),
        ("- [ ] Pay ([#14](https://x.org/o/r/issues/14))", None),
        ("- [ ] Pay (#14)", None),
        ("- [ ] Pay\n  **Issue**: #3", "- [ ] Pay\n  **Issue**: #14"),
        ("- [ ] Pay\n  **Issue**: #14", None),
        ("- [ ] Pay  \n  - Issue: sandbox#3", "- [ ] Pay  \n  - Issue: #14"),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_list_item_takes_its_number_on_its_own_line(
    before: str, after: str | None, eol: str
) -> None:
    """Behind the title, before marks; where it has a line for its issue, that one changes."""
    text = f"# Plan\n\n## Epic 1: A\n\n{before}\n".replace("\n", eol)
    expected = text.replace(before.replace("\n", eol), (after or before).replace("\n", eol))
    update = ItemProgress("k", IssueRef(14))
    assert write(text, None, update) == expected
    parsed = parse_roadmap(Source("R.md", Path("R.md"), expected.encode(), expected))
    assert parsed.items[1].document.issue == "#14"
    assert parsed.items[1].document.title in ("Pay", "Pay online")


def test_a_number_that_would_not_be_read_gets_a_line() -> None:
    """A title with more behind it on its line: the number goes below, as metadata does."""
    text = "- **Pay** - HIGH\n  As a rider, I want to pay, so that I ride.\n"
    assert write(text, ItemProgress("k", IssueRef(14))) == text.replace(
        "HIGH\n", "HIGH  \n  **Issue**: #14  \n"
    )


def test_metadata_bullets_get_a_bullet() -> None:
    """`- K: v` is followed by the same: marker, boldness and colon."""
    text = "### Story 1: A\n* **Owner:** me\n* **Points:** 3\n\nText.\n"
    assert write(text, ISSUE) == text.replace("3\n", f"3\n* **Issue:** {LINK}\n")
    nested = "- **Story 1**: A\n  - Points: 3\n  - AC: works\n"
    assert write(nested, status("Done")) == nested.replace("3\n", "3\n  - Status: Done\n")


def test_lines_without_hard_breaks_stay_so() -> None:
    """Where the author breaks lines softly, the new line is as soft."""
    text = "### Story 1: A\n**Points:** 3 SP\n**Sprint:** two\n\n---\n"
    assert write(text, ISSUE) == text.replace("two\n", f"two\n**Issue:** {LINK}\n")


def test_a_lonely_metadata_line_gets_a_hard_break() -> None:
    """One line tells no style: the break is added, or the two would render as one."""
    text = "### Story 1: A\n**Points**: 3\n"
    assert write(text, ISSUE) == f"### Story 1: A\n**Points**: 3  \n**Issue**: {LINK}\n"


def test_metadata_in_paragraphs_gets_a_paragraph() -> None:
    """Blank lines between metadata are the author's style, too."""
    text = "## M0: A\n\n**Goal:** g\n\n**Dependencies:** None\n\n---\n"
    update = ItemProgress("k", IssueRef(14), URL, "Done")
    assert write(text, update) == text.replace(
        "None\n", f"None\n\n**Issue:** {LINK}  \n**Status:** Done\n"
    )


def test_metadata_before_prose_fields() -> None:
    """With a description alone, the new line precedes it, and keeps it on its own line."""
    text = "### Feature 1: A\n**Description**: B\n"
    assert write(text, ISSUE) == f"### Feature 1: A\n**Issue**: {LINK}  \n**Description**: B\n"
    block = "### Story 1: A\n\n**Acceptance Criteria:**\n- [ ] one\n"
    assert write(block, ISSUE) == block.replace("**Acc", f"**Issue:** {LINK}\n\n**Acc")


def test_a_heading_alone_gets_a_paragraph() -> None:
    """Blank lines part the new line from the heading and from what follows."""
    line = f"\n**Issue**: {LINK}\n"
    assert write("## Epic 1: A\n\nText.\n", ISSUE) == f"## Epic 1: A\n{line}\nText.\n"
    assert write("## Epic 1: A\nText.\n", ISSUE) == f"## Epic 1: A\n{line}\nText.\n"
    assert write("Epic 1: A\n====\n", ISSUE) == f"Epic 1: A\n====\n{line}"
    assert write("## Epic 1: A", ISSUE) == f"## Epic 1: A\n\n**Issue**: {LINK}"


def test_other_bytes_stay() -> None:
    """CRLF, tabs, a backslash break, no final newline: all as they were."""
    text = "### Story 1: A\r\n\r\n**Points**: 3\\\r\n**Goal**: g\r\n\r\n-\ttab  \r\nlast"
    assert write(text, ISSUE) == text.replace("3\\\r\n", f"3\\\r\n**Issue**: {LINK}\\\r\n")
    tabbed = "-\t**Story 1**: A\n\t**Points**: 3  \n\t**Goal**: g"
    assert write(tabbed, status("Done")) == tabbed.replace("3  \n", "3  \n\t**Status**: Done  \n")


def test_an_issue_line_gets_a_new_value() -> None:
    """Only the value changes; the same issue in another form stays as it is."""
    text = "### Story 1: A\n**GitHub Issue**: #3  \n**Goal**: g\n"
    assert write(text, ISSUE) == text.replace("#3", LINK)
    assert write(text.replace("#3", "#14"), ISSUE) == text.replace("#3", "#14")
    assert write("### Story 1: A\n**Issue:**\n", ISSUE) == f"### Story 1: A\n**Issue:** {LINK}\n"


def test_issues_of_the_sandbox_and_elsewhere() -> None:
    """A number that only the sandbox reads says so; another repository is named."""
    assert format_issue(IssueRef(14, sandbox=True), URL) == "sandbox#14"
    assert format_issue(IssueRef(14, "octo-org/other"), URL) == f"[octo-org/other#14]({URL})"
    assert format_issue(IssueRef(14), None) == "#14"
    assert format_issue(IssueRef(14), "http://x/(y)") == "#14"


@pytest.mark.parametrize(
    ("written", "word", "expected"),
    [
        ("Todo", "Done", "Done"),
        ("✅ Complete (merged)", "Done", "✅ Complete (merged)"),
        ("Planned", "Todo", "Planned"),
        ("In Progress", "Todo", "Todo"),
        ("erledigt", "Closed", "erledigt"),
        ("Blocked", "In Review", "In Review"),
    ],
)
def test_a_status_keeps_the_word_of_the_author(written: str, word: str, expected: str) -> None:
    """Only a different meaning is a different status; an initial one corrects a line, too."""
    text = f"### Story 1: A\n**Status**: {written}  \n**Goal**: g\n"
    changed = text.replace(written, expected)
    assert write(text, status(word, initial=word == "Todo")) == changed


def test_an_initial_status_adds_no_line() -> None:
    """Where every item starts is no news."""
    text = "### Story 1: A\n"
    assert write(text, status("Todo", initial=True)) == text
    assert "**Status**: Todo" in write(text, status("Todo"))


def test_a_mark_in_the_heading_is_a_status() -> None:
    """`✅` says done: no line is added, unless GitHub says otherwise."""
    text = "### Story 1: A ✅\n"
    assert write(text, status("Done")) == text
    assert write(text, status("In Progress")).endswith("\n**Status**: In Progress\n")


def test_a_tick_is_one_character() -> None:
    """Boxes are ticked, unticked only on demand, and never where there is no box."""
    text = "## Story 1: A\n**AC**:\n- [ ] one\n- [X] two\n- [x] three\n"
    update = ItemProgress("k", ticks={0: True, 1: True, 2: False, 9: True})
    assert write(text, update) == "## Story 1: A\n**AC**:\n- [x] one\n- [X] two\n- [ ] three\n"
    plain = "## Story 1: A\n**AC**:\n- one\n"
    assert write(plain, ItemProgress("k", ticks={0: True})) == plain


def test_a_task_shows_its_status_in_its_box() -> None:
    """Done ticks the box and nothing unticks it; what a box cannot say gets a line."""
    text = "- [ ] one\n- [x] two\n"
    assert write(text, status("Done"), status("In Progress")) == "- [x] one\n- [x] two\n"
    begun = write(text, status("In Progress"))
    assert begun == "- [ ] one  \n  **Status**: In Progress\n- [x] two\n"
    ended = write(begun, status("Done"))
    assert ended == "- [x] one  \n  **Status**: Done\n- [x] two\n"
    wrapped = "- [ ] one\n      goes on\n"
    assert write(wrapped, ISSUE) == f"- [ ] one\n      goes on ({LINK})\n"


def test_progress_is_written_on_epics_and_features_only() -> None:
    """A line is added once something is done, corrected after that, and counts the leaves."""
    text = "## Epic 1: A\n**Goal**: g\n\n- **Story 1**: B\n"
    none, some = (ItemProgress("k", roll_up=rolled(n, 2)) for n in (0, 1))
    assert write(text, none, some) == text
    line = "**Progress**: 1 of 2 stories (50 %)  \n"
    assert write(text, some) == text.replace("**Goal", f"{line}**Goal")
    assert "0 of 2 stories (0 %)" in write(write(text, some), none)


def test_the_authors_own_words_of_progress_stay() -> None:
    """Only a value that an earlier run wrote, or an empty one, gets a new one."""
    some = ItemProgress("k", roll_up=rolled(1, 2))
    own = "# Epic 1: A\n**Progress**: two of the three teams agree\n\n## Story 1.1: B\n"
    assert write(own, some, None) == own
    empty = own.replace("two of the three teams agree", "")
    assert "**Progress**: 1 of 2 stories (50 %)" in write(empty, some, None)
    for earlier in ("0 of 2 stories (0 %)", "0 of 2 items, 1.5 of 3 points (50 %)", "0/2 (0 %)"):
        text = own.replace("two of the three teams agree", earlier)
        assert "**Progress**: 1 of 2 stories (50 %)" in write(text, some, None)


def test_progress_in_front_matter_is_written_once() -> None:
    """A file that is one epic gets one progress line in its front matter, changed in place."""
    text = "---\ntitle: Ship it\ntype: epic\nstatus: Todo\npriority: High\n---\n\nWhy we do it.\n"
    first = write(text, ItemProgress("k", roll_up=rolled(1, 4)))
    assert first.count("\nprogress: 1 of 4 items (25 %)\n") == 1
    second = write(first, ItemProgress("k", roll_up=rolled(2, 4)))
    assert second == first.replace("1 of 4 items (25 %)", "2 of 4 items (50 %)")


def test_progress_reads_well() -> None:
    """Singular and plural, points where there are any, whole per cent rounded down."""
    assert format_progress(rolled(1, 6, 3, 24), "story") == "1 of 6 stories, 3 of 24 points (12 %)"
    assert format_progress(rolled(0, 1), "task") == "0 of 1 task (0 %)"
    assert format_progress(rolled(2, 2, 2.5, 2.5), "item").endswith("2.5 of 2.5 points (100 %)")


def test_no_updates_change_nothing() -> None:
    """An empty update is no reason to touch a file."""
    text = "## Epic 1: A\r\n\r\n\r\n"
    assert write(text, ItemProgress("k")) == text


# ---- the file's own words ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "word", "told"),
    [
        ("**Prioridade**: Alta", "Done", "**Status**: Concluído"),
        ("**Prioridad**: Alta", "In Progress", "**Estado**: En progreso"),
        ("**Priorité** : Haute", "Done", "**Statut** : Terminé"),
        ("**Priorität**: Hoch", "In Progress", "**Status**: In Arbeit"),
        ("**Приоритет**: Высокий", "Done", "**Статус**: Готово"),
        ("**优先级**：高", "Done", "**状态**：已完成"),
        ("**優先度**：高", "Closed", "**状態**：中止"),
        ("**Prioridade**: Alta", "Blocked", "**Status**: Blocked"),
    ],
)
def test_a_status_is_told_in_the_language_of_the_keys(lines: str, word: str, told: str) -> None:
    """Where no item says a status, the words are those of the metadata's language."""
    text = f"## Epic 1: A\n{lines}\n"
    assert write(text, status(word)) == f"{text.rstrip()}  \n{told}\n"


def test_a_status_is_told_as_other_items_tell_it() -> None:
    """The file's own word and sign for the same meaning go before any table of words."""
    text = "## Story 1: A\n**Status**: ✅ Shipped\n\n## Story 2: B\n**Priority**: High\n"
    assert write(text, None, status("Done")) == f"{text.rstrip()}  \n**Status**: ✅ Shipped\n"


def test_partly_done_is_no_word_for_done() -> None:
    """A remark that takes the word back keeps it from being copied."""
    text = "## Story 1: A\n**Status**: Complete (mostly)\n\n## Story 2: B\n**Points**: 1\n"
    assert write(text, None, status("Done")).endswith("**Status**: Done\n")


def test_progress_in_another_language_is_figures() -> None:
    """The key is translated, the rest are figures."""
    text = "## Epic 1: A\n**Priorität**: Hoch\n\n### Story 1.1: B\n"
    update = ItemProgress("k", roll_up=rolled(1, 2, 3, 8))
    assert "**Fortschritt**: 1/2, 3/8 SP (37 %)\n" in write(text, update)


def test_keys_that_we_write_do_not_turn_the_language() -> None:
    """Our own lines are no sign of a language, so a second write says the same."""
    text = "## Epic 1: A\n**Goal**: x\n\n## Epic 2: B\n**Estado**: Hecho\n\n## Epic 3: C\n"
    write(text, status("Done"), None, status("In Progress"))


# ---- tables --------------------------------------------------------------------------------

TASKS = "## Phase 1: A\n**Goal**: x\n\n| # | Task | Priority | Status |\n|---|---|---|---|\n"


def test_rows_get_their_issue_and_status() -> None:
    """The number stands behind the title, the status in its cell; widths of others stay."""
    text = TASKS + "| 1 | Weld  | High | Open   |\n| 2 | Paint | Low  |        |\n"
    done = ItemProgress("k", IssueRef(14), URL, "Done")
    todo = ItemProgress("k", IssueRef(3, sandbox=True), status="Todo", initial=True)
    assert write(text, None, done, todo) == text.replace("Weld", f"Weld ({LINK})").replace(
        "Open", "Done"
    ).replace("Paint", "Paint (sandbox#3)")


def test_a_number_behind_a_title_is_replaced() -> None:
    """Another issue takes the place of the one that stood there."""
    text = TASKS + "| 1 | Weld (sandbox#3) | High | Open |\n"
    assert write(text, None, ISSUE) == text.replace("sandbox#3", LINK)


def test_a_column_of_issues_takes_the_number() -> None:
    """The cell is filled; a cell that names the issue already stays."""
    text = (
        TASKS.replace("Priority", "Issue") + "| 1 | Weld |  | Open |\n| 2 | Paint | #14 | Open |\n"
    )
    assert write(text, None, ISSUE, ISSUE) == text.replace("Weld |  |", f"Weld |  {LINK}|")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # aligned: the new column is, too
        (
            "| #   | Task  | Priority |\n|-----|-------|----------|\n"
            "| 1.1 | Weld  | High     |\n| 1.2 | Paint | Low      |\n",
            "| #   | Task  | Priority | Status |\n|-----|-------|----------|--------|\n"
            "| 1.1 | Weld  | High     | Done   |\n| 1.2 | Paint | Low      |        |\n",
        ),
        # ragged, with blanks in the line of dashes
        (
            "| # | Task | Priority |\n| --- | --- | :-: |\n| 1.1 | Weld | High |\n"
            "| 1.2 | Paint | Low |\n",
            "| # | Task | Priority | Status |\n| --- | --- | :-: | --- |\n"
            "| 1.1 | Weld | High | Done |\n| 1.2 | Paint | Low |  |\n",
        ),
        # without outer bars, and without blanks
        (
            "#|Task|Priority\n---|---|---\n1.1|Weld|High\n1.2|Paint|Low\n",
            "#|Task|Priority|Status\n---|---|---|---\n1.1|Weld|High|Done\n1.2|Paint|Low|\n",
        ),
        # a row that is too short reaches the new column
        (
            "| # | Task | Priority |\n|---|---|---|\n| 1.1 | Weld |\n| 1.2 | Paint | Low |\n",
            "| # | Task | Priority | Status |\n|---|---|---|---|\n| 1.1 | Weld |  | Done |\n"
            "| 1.2 | Paint | Low |  |\n",
        ),
        # a column that is there, which a row does not reach
        (
            "| # | Task | Priority | Status |\n|---|---|---|---|\n| 1.1 | Weld | High |\n"
            "| 1.2 | Paint | Low | Open |\n",
            "| # | Task | Priority | Status |\n|---|---|---|---|\n| 1.1 | Weld | High | Done |\n"
            "| 1.2 | Paint | Low | Open |\n",
        ),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_table_without_statuses_gets_a_column(before: str, after: str, eol: str) -> None:
    """Behind all others, in the table's own style; what every item begins with is no reason."""
    head = "## Phase 1: A\n**Goal**: x\n\n"
    todo = status("Todo", initial=True)
    text = (head + before).replace("\n", eol)
    assert write(text, None, todo, todo) == text
    assert write(text, None, status("Done"), todo) == (head + after).replace("\n", eol)


def test_the_status_cell_of_an_overview_is_written() -> None:
    """A milestone's row in the overview says the status; no line is added to its section."""
    text = (
        "| Milestone | Title | Status |\n|---|---|---|\n| M0 | Base | Planned |\n\n"
        "## M0: Base\n\n**Goal:** g\n"
    )
    done = ItemProgress("k", IssueRef(14), URL, "Done")
    written = write(text, done)
    section = f"## M0: Base\n\n**Issue:** {LINK}  \n**Goal:** g\n"
    assert written == text.replace("Planned", "Done").split("## ")[0] + section


def test_two_items_of_one_heading_have_lines_of_their_own() -> None:
    """`## Phase 3: User Story 1 — …`: the phase's lines are named after it."""
    text = "## Phase 3: User Story 1 — Book\n\n- [ ] T001 Test it\n"
    phase = ItemProgress("k", IssueRef(1), status="In Progress", roll_up=rolled(1, 2))
    written = write(text, phase, ItemProgress("k", IssueRef(2), status="Done"))
    assert "**Phase Issue**: #1  \n**Phase Status**: In Progress  \n" in written
    assert "**Issue**: #2  \n**Status**: Done\n" in written


def test_front_matter_takes_what_it_can() -> None:
    """A file that is one item gets its issue and status in its own front matter."""
    text = "---\ntitle: Weld\nstatus: 'To Do' # soon\nlabels: [a]\n---\n\nText.\n"
    update = ItemProgress("k", IssueRef(14), status="Done")
    assert write(text, update) == (
        '---\ntitle: Weld\nstatus: Done # soon\nlabels: [a]\nissue: "#14"\n---\n\nText.\n'
    )


# ---- the summary ---------------------------------------------------------------------------

SUMMARY = "<!-- backlog:summary -->\n{}<!-- /backlog:summary -->\n"


def test_the_summary_is_written_anew() -> None:
    """Between the two marks stands a table of what is done; everything around it stays."""
    text = SUMMARY.format("old\n") + "\n## Epic 1: A|b\n\n### Story 1.1: B\n\n## Epic 2: C\n"
    updates = (
        ItemProgress("k", roll_up=rolled(1, 2, 3, 8)),
        None,
        ItemProgress("k", roll_up=rolled(0, 1, 0, 2)),
    )
    body = (
        "\n| Item | Done | Points | % |\n|---|---|---|---|\n| A/b | 1 of 2 | 3 of 8 | 37 % |\n"
        "| C | 0 of 1 | 0 of 2 | 0 % |\n| **Total** | 1 of 3 | 3 of 10 | 30 % |\n\n"
    )
    assert write(text, *updates).startswith(SUMMARY.format(body) + "\n## Epic 1: A|b\n")


def test_without_marks_there_is_no_summary() -> None:
    """One mark alone, or a mark in code, is no place for a table."""
    for text in ("<!-- backlog:summary -->\n", "```\n" + SUMMARY.format("") + "```\n"):
        written = write(text + "\n## Epic 1: A\n", ItemProgress("k", roll_up=rolled(1, 2)))
        assert "| Item |" not in written


def test_what_a_column_only_names_has_no_place() -> None:
    """The number of such an epic is told as left out; the rows take theirs."""
    row = "| 1 | Reports | Chart | High |"
    text = f"# P\n\n| ID | Epic | Title | Priority |\n|---|---|---|---|\n{row}\n"
    parsed = parse_roadmap(Source("ROADMAP.md", Path("ROADMAP.md"), text.encode(), text))
    assert [item.kind for item in parsed.items] == ["epic", "story"]
    result = put(parsed, {n: ItemProgress("k", IssueRef(14 + n), URL) for n in (0, 1)})
    assert [(index, field.name) for (index, field), _ in result.left] == [(0, "issue")]
    assert result.parsed.source.text == text.replace("Chart", f"Chart ([#15]({URL}))")


def test_a_body_that_begins_behind_its_title_is_not_parted() -> None:
    """A new line stands below the lines that the body goes on over."""
    text = "## Phase 1: A\n\n**Tasks:**\n- [ ] The front wheel — with spokes,\n  and a rim\n"
    update = ItemProgress("k", IssueRef(14), URL, "Blocked")
    assert write(text, None, update) == text.replace("wheel", f"wheel ({LINK})").replace(
        "rim\n", "rim  \n  **Status**: Blocked\n"
    )


def test_a_status_that_others_follow_is_written() -> None:
    """Tasks without a status follow their phase only until they have an issue of their own."""
    text = "## Phase 1: A\n\n**Status**: Done\n\n**Tasks:**\n- The front wheel\n- The fork\n"
    opened = status("In Progress")
    assert write(text, opened, ISSUE, ISSUE) == text.replace("wheel", f"wheel ({LINK})").replace(
        "fork", f"fork ({LINK})"
    ).replace("Done", "In Progress")


def test_rows_of_what_is_done_stay_done_beside_a_new_column() -> None:
    """An empty cell of it says nothing against the heading."""
    head = "# P\n\n## Done\n\n| # | Feature | Date |\n|---|---|---|\n"
    text = f"{head}| 1 | Oar | May |\n| 2 | Mast | June |\n"
    written = write(text, status("Blocked"), ISSUE)
    assert "| 1 | Oar | May | Blocked |" in written
    assert f"| 2 | Mast ({LINK}) | June |  |" in written


def test_a_number_stands_right_behind_a_bold_lead() -> None:
    """A dash within the lead does not hide it."""
    text = "## Phase 1: A\n\n- [ ] **Fork — the front one** : turn it\n"
    assert write(text, None, ISSUE) == text.replace("** :", f"** ({LINK}) :")
