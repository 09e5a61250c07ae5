"""Laws of the Markdown dialect: any text is read in time, and write-back changes only its span."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backlog_sync.core.model import IssueRef
from backlog_sync.core.progress import ItemProgress, RollUp
from backlog_sync.files.markdown_lines import scan_lines
from backlog_sync.files.markdown_roadmap import parse_roadmap
from backlog_sync.files.markdown_write import write_roadmap
from backlog_sync.files.parsed import ParsedFile, Source

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
EOLS = ("\n", "\r\n", "\r")

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
            roll_up=RollUp(turn % 3, 3, turn % 5, 5 * (turn % 2)) if turn % 7 else None,
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


def check_write_back(text: str, seed: int, *, bom: bool = False) -> None:
    """All laws of write-back for one text."""
    parsed = parse_roadmap(source(text, bom=bom))
    wanted = updates(parsed, seed)
    written = write_roadmap(parsed, wanted)
    again = parse_roadmap(replace(parsed.source, text=written))
    assert content(again) == content(parsed)
    assert write_roadmap(again, wanted) == written
    for index, update in wanted.items():
        assert again.items[index].document.issue == str(update.issue)
        criteria = again.items[index].document.acceptance_criteria or ()
        anchor = again.items[index].anchor
        for entry, done in update.ticks.items():
            if anchor.boxes[entry] is not None:  # type: ignore[attr-defined] # our own anchor
                assert criteria[entry].done is done
    assert_only_own_spans(text, written)


def assert_only_own_spans(before: str, after: str) -> None:
    """Lines that are not metadata of ours are the same, but for ticks and hard breaks."""
    old, new = scan_lines(before), scan_lines(after)
    assert kept_lines(after) == kept_lines(before)
    assert {line.eol for line in new[:-1]} <= {line.eol for line in old} | {"\n"}
    assert not old or bool(new[-1].eol) == bool(old[-1].eol)


def kept_lines(text: str) -> list[str]:
    """The lines that write-back has no business with."""
    return [plain_line(line) for line in lines_of(text) if not is_ours(line)]


def lines_of(text: str) -> list[str]:
    """The lines of a text with their endings, cut as Markdown cuts them."""
    return [text[line.start : line.next] for line in scan_lines(text)]


def is_ours(line: str) -> bool:
    """Whether a line is one that write-back may add or change, or a blank one around it."""
    words = line.replace("*", "").replace("_", "").lstrip("-+ \t")
    words = words.removeprefix("Phase ")
    return not line.strip() or words.startswith(
        ("Issue", "GitHub Issue", "Status", "State", "Progress", "Fortschritt")
    )


def plain_line(line: str) -> str:
    """A line without tick, hard break, ending, and what may change in a table row."""
    line = line.rstrip().replace("[x]", "[ ]").replace("[X]", "[ ]")
    if not line.lstrip().startswith("|"):
        return line
    bare = re.sub(r" \((?:\[#\d+\]\([^()]*\)|sandbox#\d+)\)", "", line)
    return re.sub(r"\| *(?:\[#\d+\]\([^()|]*\)|sandbox#\d+|[^|]{0,60}) *(?=\|)", "|", bare)


@given(documents, st.integers(0, 41))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_write_back_changes_only_what_it_names(document: tuple[str, bool], seed: int) -> None:
    """Progress is written once, items stay what they were, all other bytes stay."""
    text, bom = document
    check_write_back(text, seed, bom=bom)


@given(hostile)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_written_back(text: str) -> None:
    """No text makes the reader or the writer raise, whatever the bullets mode."""
    parse_roadmap(source(text), bullets="items")
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
def test_a_long_line_is_read_at_once(lead: str, unit: str) -> None:
    """A line of 64 KB takes a moment, whatever is repeated in it."""
    text = "## Epic 1: Rides\n" + lead + unit * (65_536 // len(unit)) + "\n"
    begin = time.perf_counter()
    parse_roadmap(source(text))
    assert time.perf_counter() - begin < 1


@pytest.mark.skipif(not ROADMAPS, reason="the corpus of real roadmaps is not here")
@pytest.mark.parametrize("file", ROADMAPS, ids=lambda file: file.name[:8])
def test_real_roadmaps_obey_the_laws(file: Path) -> None:
    """Every roadmap of the corpus is read within a second a megabyte, and written back."""
    text = file.read_bytes().decode("utf-8-sig")
    begin = time.perf_counter()
    parse_roadmap(source(text))
    assert time.perf_counter() - begin < 1
    check_write_back(text, 1)
    check_write_back(text.replace("\r\n", "\n").replace("\n", "\r\n"), 2)
