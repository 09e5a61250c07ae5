"""Laws of the Markdown dialect: any text is read in time, and write-back changes only its span."""

import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress
from backlog_sync.files.load import parse_roadmap
from backlog_sync.files.outline import Line
from backlog_sync.files.parsed import ParsedFile, ReadingOptions, Source
from backlog_sync.files.reading import markdown
from backlog_sync.files.statuses import is_status_word
from backlog_sync.files.syntax.markdown import scan_lines
from backlog_sync.files.vocabulary import field_of
from backlog_sync.files.write.engine import writer_of
from backlog_sync.files.write.new_values import UnwritableError, same_issue
from backlog_sync.files.write.progress import put, wanted_of
from tests.growth import grows_like
from tests.sums import rolled

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
ROADMAPS = sorted(CORPUS.glob("*.md"))
LINES = (
    "## Epic 1: Rides",
    "### Feature 1.1: Booking ✅",
    "### Feature 1.1: Booking",
    "#### Stories",
    "- **Story 1.1.1**: Reserve a slot  ",
    "- **Story 1.1.2:** Cancel a slot",
    "1) Story: Plain one",
    "- [ ] **Task 7**: Boxed",
    "- [ ] tighten bolts",
    "* [x] oil the chain (2 pts)",
    "  **Story Points**: 3 SP  ",
    "**Labels**: `a`, `b`",
    "**Goal:** Ride more.",
    "  **Priority**: High",
    "**Priority:** High | **Zone:** two",
    "- Priority: Low",
    "  - Status: Done",
    "**Status**: In Progress  ",
    "**Issue**: #3",
    "**Progress**: 0 of 2 stories (0 %)",
    "**Acceptance Criteria**:",
    "  **Acceptance Criteria**:",
    "  - [ ] first",
    "  - [x] second",
    "- AC: one thing",
    "\t- [ ] tabbed",
    "**Depends on**: Story 1.1.1, 1.1",
    "**Description**:",
    "As a rider, I want a slot",
    "so that I can ride.",
    "Free text that ends softly",
    "Free text that ends hard  ",
    "## M0: Foundations",
    "### 1.1 — Dotted",
    "### ACP-7: Code",
    "## 2026 Q1 - Spring",
    "## Notes",
    "Epic 9: Underlined",
    "======",
    "---",
    "> **Status**: quoted",
    "| Epic | Stories |",
    "|---|---|",
    "| Rides | 4 |",
    "| **Total** | **9** |",
    "**Total Stories**: 5",
    "## Phase 1: Start",
    "## Phase 2: User Story 3 — Ride",
    "### Sprint 2",
    "**Key Deliverables:**",
    "**Tasks**:",
    "- a deliverable",
    "- As a rider, I want a slot, so that I can ride",
    "1. **Ring the bell** - HIGH",
    "   As a rider, I want a bell",
    "1) Find a stand",
    "   - User Story: As a rider, I want a stand",
    "**A1. Sign in**",
    "**A2. Sign out (P1)**",
    "**Given** a rider",
    "**Then** it rings",
    "- [ ] T001 [P] [US3] Oil it",
    "- [ ] 1. Group",
    "  - [ ] 1.1 Part",
    "  - [x] 1.2 Part",
    "- `M (P0)`: Must have",
    "| # | Task | Priority | Status |",
    "|---|---|---|---|",
    "| 1 | Weld it | High | Open |",
    "| 2 | Paint it (#4) | | |",
    "| Epic | Status | Issue |",
    "| Epic 1: Rides | Planned | |",
    "## In Progress",
    "**Prioridade**: Alta",
    "**Estado**: Hecho",
    "```yaml",
    "as_a: rider",
    "i_want: a bell",
    "priority: High",
    "```",
    "~~~yaml",
    "<!-- a comment",
    "-->",
    "<!-- backlog:summary -->",
    "<!-- /backlog:summary -->",
    "    indented code",
    "- ",
    "- [ ]",
    "",
    "",
    "",
)
UNITS = (
    "*", "_", "[", "(", "`", "#", "- ", "> ", "**a", "[a](", "<!--", "Epic 1", "1.1.", "|",
    " | **K**: v", "\\", "As a ", "~", "\t- ", "**K: v", "✅", "- [ ] ", "史诗", "<!-- x",
    "(5 pts)", " - ",
)  # fmt: skip
FULL = os.environ.get("BACKLOG_BARS") == "full"
EXAMPLES = 5_000 if FULL else 200
SHARE = 1 if FULL else 2
"""CI measures growth on half of what the bars take: work with the square shows there as well."""
EOLS = ("\n", "\r\n", "\r")

ISSUE = re.compile(r"\[#\d+\]\([^()]*|sandbox#\d+|#\d+")
INDENTS = ("", "", "", "", "  ", "    ", "\t", "      ")

documents = st.builds(
    lambda lines, eol, last, bom: (eol.join(map("".join, lines)) + (eol if last else ""), bom),
    st.lists(st.tuples(st.sampled_from(INDENTS), st.sampled_from(LINES)), max_size=30),
    st.sampled_from(EOLS),
    st.booleans(),
    st.booleans(),
)
hostile = st.text(
    alphabet=st.sampled_from("#*_-+`~[]()<>|:!.\\ \t\n\r0159aEpicx✅：\u202e\ufeff\u2028é"),
    max_size=300,
)


def source(text: str, *, bom: bool = False) -> Source:
    """A source that was never on a disk."""
    return Source("ROADMAP.md", Path("ROADMAP.md"), text.encode("utf-8", "replace"), text, bom)


def updates(parsed: ParsedFile, seed: int) -> dict[int, ItemProgress]:
    """Some progress for every item, different from item to item."""
    found = {}
    for index, item in enumerate(parsed.items):
        turn = seed + index
        found[index] = ItemProgress(
            key="any",
            issue=IssueRef(100 + index, sandbox=turn % 4 == 0),
            url=f"https://github.com/octo-org/widgets/issues/{100 + index}",
            status=("Todo", "In Progress", "Done", "Blocked", "Closed", None)[turn % 6],
            ticks={n: n % 2 == 0 for n in range(len(item.document.acceptance_criteria or ()))},
            roll_up=rolled(turn % 3, 3, turn % 5, 5 * (turn % 2)) if turn % 7 else None,
            initial=turn % 6 == 0,
        )
    return found


def content(parsed: ParsedFile) -> list[object]:
    """What must stay the same when only progress is written."""
    return [
        (
            item.kind,
            item.parent,
            item.document.model_dump(exclude={"status", "issue", "acceptance_criteria"}),
            [entry.text for entry in item.document.acceptance_criteria or ()],
        )
        for item in parsed.items
    ]


def check_write_back(text: str, seed: int, *, bom: bool = False, bullets: str = "list") -> set[int]:
    """All laws of write-back for one text; gives the items whose number has no place."""
    parsed = parse_roadmap(source(text, bom=bom), ReadingOptions(bullets == "items"))
    wanted = updates(parsed, seed)
    result = put(parsed, wanted)
    written = result.parsed.source.text
    untold = {index for (index, field), _ in result.left if field.name == "issue"}
    again = parse_roadmap(replace(parsed.source, text=written), ReadingOptions(bullets == "items"))
    assert content(again) == content(parsed)
    assert put(again, wanted).parsed.source.text == written
    for index, update in wanted.items():
        assert update.issue is not None
        if index in untold:
            # A number without a place is told, never dropped, and has none by itself either.
            alone = put(again, {index: ItemProgress("any", update.issue, update.url)})
            assert alone.left
        else:
            assert same_issue(again.items[index].document.issue, update.issue)
        criteria = again.items[index].document.acceptance_criteria or ()
        anchor = again.items[index].anchor
        for entry, done in update.ticks.items():
            if anchor.boxes[entry] is not None:  # type: ignore[attr-defined] # our own anchor
                assert criteria[entry].done is done
    assert_only_own_spans(parsed, wanted)
    return untold


def assert_only_own_spans(parsed: ParsedFile, wanted: dict[int, ItemProgress]) -> None:
    """Every span that is replaced is one that write-back may touch, and ends up as one."""
    text = parsed.source.text
    lines = scan_lines(text)
    writer = writer_of(parsed)
    for index, each in wanted.items():
        for field in wanted_of(each, parsed.items[index].document):
            with suppress(UnwritableError):
                writer.set(index, field.name, field.value)
    for edit in writer.finish():
        line = next((line for line in lines if edit.start <= line.end), lines[-1])
        if edit.start == edit.end:
            assert_own_insertion(edit.text, line, inside=line.start < edit.start <= line.end)
        elif edit.end - edit.start == 1 and text[edit.start - 1] == "[":
            assert text[edit.start] in " xX"
            assert edit.text in (" ", "x")
        elif line.kind.value == "summary" or text[: edit.start].endswith("summary -->\n"):
            assert edit.text.strip().startswith("| Item |")
        else:
            assert edit.end <= line.end
            assert "\n" not in edit.text
            row = line.kind.value in ("table", "front matter")
            numbers = is_number(edit.text) and is_number(text[edit.start : edit.end])
            assert row or numbers or is_ours(text[line.start : line.end])


def assert_own_insertion(text: str, line: Line, *, inside: bool) -> None:
    """What is added: lines of ours, hard breaks, an issue behind a title, cells of a status."""
    if inside and is_number(text):
        assert line.kind.value in ("table", "list", "text")
    elif line.kind.value == "table" and inside and not text.startswith(("\n", "\r")):
        cell = text.strip(" |-")
        assert not cell or cell == "Blocked" or is_status_word(cell) or field_of(cell) == "status"
    elif line.kind.value == "front matter":
        assert text.startswith(("issue: ", "status: "))
    elif text.strip().startswith("| Item |"):
        assert line.kind.value == "summary"
    else:
        assert all(is_ours(each) for each in text.splitlines())


def is_number(text: str) -> bool:
    """Whether a text is the number of an issue as it stands behind a title."""
    return bool(ISSUE.fullmatch(text.strip(" ()")))


def is_ours(line: str) -> bool:
    """Whether a line is one that write-back may add or change, or a blank one around it."""
    words = line.replace("*", "").replace("_", "").strip("-+ \t\\\r\n").removeprefix("Phase ")
    key = words.replace("：", ":").partition(":")[0]
    return not words or field_of(key) in ("issue", "status", "progress")


@given(documents, st.integers(0, 41))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_write_back_changes_only_what_it_names(document: tuple[str, bool], seed: int) -> None:
    """Progress is written once, items stay what they were, all other bytes stay."""
    text, bom = document
    check_write_back(text, seed, bom=bom, bullets="items" if seed % 2 else "list")


@given(hostile)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_written_back(text: str) -> None:
    """No text makes the reader or the writer raise, whatever the bullets mode."""
    parse_roadmap(source(text), ReadingOptions(bullets=True))
    check_write_back(text, 1)


@given(documents)
@settings(max_examples=80, deadline=None)
def test_lines_cover_the_text(document: tuple[str, bool]) -> None:
    """The lines and their endings, joined, are the text; every line but blank ones has a note."""
    text, _ = document
    lines = scan_lines(text)
    assert "".join(text[line.start : line.end] + line.eol for line in lines) == text
    noted = {note.line for note in parse_roadmap(source(text)).notes}
    assert noted == {line.row + 1 for line in lines if line.kind.value != "blank"}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("lead", ["", "# ", "- ", "**Status**: ", "**Depends on**: ", "|-|-|\n| "])
def test_a_long_line_takes_work_in_proportion(lead: str, unit: str) -> None:
    """A line of 64 KB takes about four times what one of 16 KB takes, whatever is repeated.

    CI compares 32 KB with 8 KB.
    """
    small, large = (
        source("## Epic 1: Rides\n" + lead + unit * (size // len(unit)) + "\n")
        for size in (16_384 // SHARE, 65_536 // SHARE)
    )
    grows_like(parse_roadmap, small, large, times=4)


DEGENERATE = (
    "- [ ] x\n", "## Epic 1: a\n", "### Story 1.1: a\n**Points**: 3\n\n", "**Status**: Done\n",
    "| 1 | do it | High |\n", "| # | Task | Priority |\n|--|--|--|\n| 1 | a | High |\n\n",
    "- As a x, I want y\n", "- a\n  As a x, I want y\n", "    - User Story: As a x, I want y\n",
    "**AC**:\nGiven x\nWhen y\nThen z\n", "## US-1: a\n```yaml\nas_a: x\ni_want: y\n```\n",
    "- [ ] 1. a\n  - [ ] 1.1 b\n", "- US-1: x\n", "- `M (P0)`: x\n",
    "## Story 1: a\n**Depends on**: Story 1, 2, b\n", "**Total Stories**: 4\n", "  - a\n",
    "<table>\n", "<table><tr><td>a\n\n", "<td rowspan=999 colspan=999>a\n", "<tr><td rowspan=9>a\n",
)  # fmt: skip


@pytest.mark.parametrize("unit", DEGENERATE)
def test_one_thing_very_often_takes_work_in_proportion(unit: str) -> None:
    """Four times as many lines are about four times the work; `python -m bench.files` has a bar.

    The bars take up to 12,000 lines, CI up to 6,000.
    """
    count = min(200_000 // len(unit), 12_000 // unit.count("\n")) // SHARE
    grows_like(parse_roadmap, source(unit * (count // 4)), source(unit * count), times=4)


MANY_LANES = (
    "## Board %\n\n### Done\n\n- a%\n\n### Next\n\n- b%\n\n",
    "## Planned\n\n### Version 1.1\n\n- a\n\n## Version 1.0\n\n- b\n\n",
    "## Must have (M)\n\n- a\n\n", "## Topic\n\n- a\n\n",
)  # fmt: skip


@pytest.mark.parametrize("unit", MANY_LANES)
def test_many_lanes_take_work_in_proportion(unit: str) -> None:
    """What is asked of the headings beside and above each other is asked once."""

    def read(count: int) -> object:
        units = (unit.replace("%", str(number)) for number in range(count))
        return parse_roadmap(source("# Plan\n\n" + "".join(units)), ReadingOptions(bullets=True))

    grows_like(read, 150 // SHARE, 600 // SHARE, times=4)


@pytest.mark.skipif(not ROADMAPS, reason="the corpus of real roadmaps is not here")
@pytest.mark.parametrize("file", ROADMAPS, ids=lambda file: file.name[:8])
def test_real_roadmaps_obey_the_laws(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every roadmap of the corpus is read, and written back.

    Only what a column names, and what stands in HTML, has no place for a number. A text is read
    once, however often the laws and the writer ask for it: these files are long, and the laws for
    generated texts, above, read each time anew.
    """
    known: dict[tuple[str, ReadingOptions], ParsedFile] = {}
    parse = markdown.parse_roadmap

    def read_once(source: Source, asked: ReadingOptions) -> ParsedFile:
        key = (source.text, asked)
        if key not in known:
            known[key] = parse(source, asked)
        return known[key]

    monkeypatch.setattr(markdown, "parse_roadmap", read_once)
    text = file.read_bytes().decode("utf-8-sig")
    assert check_write_back(text, 1) == without_place(text, "list")
    text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert check_write_back(text, 2, bullets="items") == without_place(text, "items")


def without_place(text: str, bullets: str) -> set[int]:
    """The items that a column only names, or that stand in a table in HTML."""
    parsed = parse_roadmap(source(text), ReadingOptions(bullets == "items"))
    return {index for index, item in enumerate(parsed.items) if item.anchor is None}
