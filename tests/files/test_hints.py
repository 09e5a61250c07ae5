"""Issue numbers in titles: which may name the item's own issue, and how to declare it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlog_sync.core.model import IssueHint, IssueRef
from backlog_sync.files.hints import issue_hints
from tests.files.conftest import LoadText

NUMBERS = st.integers(1, 999_999_999)
TITLES = st.sampled_from(["Lockers", "Open by code", "Ring a bell ✅", "Türen — breit", "開ける"])
SURE = (
    "(#{n})", "[#{n}]", "(issue #{n})", "**#{n}**", "· **#{n}** ·", "— #{n}", "(o/r#{n})",
    "[#{n}](https://github.com/o/r/issues/{n})", "[see it](https://example.com/o/r/issues/{n})",
    "https://github.com/o/r/issues/{n}", "<https://github.com/o/r/issues/{n}#issuecomment-1>",
)  # fmt: skip
ANOTHER = (
    "(depends on #{n})", "(see #{n})", "after #{n}", "blocked by #{n}", "(PR #{n})", "fixes #{n}",
    "pull request #{n}", "[#{n}](https://github.com/o/r/pull/{n})", "`#{n}`", "part of #{n}",
    "https://github.com/o/r/pull/{n}", "x#{n}", "&#{n};", "\\#{n}", "{{#{n}}}x", "#{n}th",
)  # fmt: skip


@settings(deadline=None)
@given(TITLES, NUMBERS, st.sampled_from(SURE), st.booleans())
def test_a_number_that_is_set_apart_may_be_the_items_issue(
    title: str, number: int, form: str, first: bool
) -> None:
    """Brackets, bold, links and addresses name an issue, before the title and behind it."""
    told = form.format(n=number)
    text = f"{told} {title}" if first and not told.startswith("—") else f"{title} {told}"
    assert [(h.issue.number, h.sure) for h in issue_hints(text)] == [(number, True)]


@settings(deadline=None)
@given(TITLES, NUMBERS, st.sampled_from(ANOTHER[:-3]))
def test_numbers_of_other_issues_are_no_hints(title: str, number: int, form: str) -> None:
    """What an item depends on, a pull request, code and entities say nothing of its own issue."""
    assert issue_hints(f"{title} {form.format(n=number)}") == ()


@settings(deadline=None)
@given(TITLES, NUMBERS)
def test_an_items_own_number_is_no_hint(title: str, number: int) -> None:
    """`Epic #3: …` and `Story 1.2 (#3)` are two things: only the second names an issue."""
    assert issue_hints(f"Epic #{number}: {title}") == ()
    assert issue_hints(f"{title} #{number}") == (IssueHint(IssueRef(number), f"#{number}"),)


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_has_few_hints(text: str) -> None:
    """Whatever a title is, hints are read from it, each issue once, as it is written there."""
    found = issue_hints(text)
    assert len({hint.issue for hint in found}) == len(found)
    assert all(hint.written in text and hint.issue.number > 0 for hint in found)


MARKDOWN = "# Plan\n\n## Epic 1: House\n\n{}\n"
TABLE = "| # | Task | Status | Priority |{}\n|---|---|---|---|{}\n| 1.1 | {} | Todo | High |{}\n"
CSV = "Title,Status,Points{}\n{},Todo,3{}\n"
PLACES = {
    "heading": ("ROADMAP.md", MARKDOWN.format("### Story 1.1: {}\n{}")),
    "list": ("ROADMAP.md", MARKDOWN.format("- **Story 1.1**: {}\n  {}")),
    "box": ("ROADMAP.md", MARKDOWN.format("- [ ] {}\n  {}")),
    "yaml": ("backlog.yaml", "version: 1\nstories:\n  - title: '{}'\n    {}\n"),
    "foreign": ("plan.yaml", "stories:\n  - name: '{}'\n    acceptance: [a]\n    {}\n"),
}


@pytest.mark.parametrize("place", PLACES)
def test_the_remedy_declares_the_issue(load_text: LoadText, place: str) -> None:
    """In each syntax the hint names a line; with it, and without the number, the item has it."""
    name, text = PLACES[place]
    before = load_text(text.format("Open (#41) by code", ""), name).desired
    assert before is not None
    item = before.items[-1]
    (hint,) = item.hints
    assert item.issue is None
    assert (hint.issue, hint.sure, hint.written) == (IssueRef(41), True, "#41")
    line = hint.remedy.split("'")[1]
    after = load_text(text.format("Open by code", line), name).desired
    assert after is not None
    assert (after.items[-1].issue, after.items[-1].hints) == (IssueRef(41), ())
    assert after.items[-1].title == "Open by code"


def test_the_remedy_of_a_row_is_a_column(load_text: LoadText) -> None:
    """Tables and CSV take the number in a column `Issue`."""
    for name, table in (("ROADMAP.md", TABLE), ("plan.csv", CSV)):
        columns = (
            ("", "", "Open (#41): door", "") if name == "ROADMAP.md" else ("", "Open (#41)", "")
        )
        found = load_text(table.format(*columns), name).desired
        assert found is not None
        (hint,) = found.items[0].hints
        assert "#41 into a column 'Issue'" in hint.remedy
        columns = (" Issue |", "---|", "Open door", " #41 |")
        if name == "plan.csv":
            columns = (",Issue", "Open door", ",#41")
        found = load_text(table.format(*columns), name).desired
        assert found is not None
        assert (found.items[0].issue, found.items[0].hints) == (IssueRef(41), ())


def test_cells_of_unknown_columns_may_name_an_issue(load_text: LoadText) -> None:
    """A cell that is nothing but a number may; one of pull requests or dependencies may not."""
    text = (
        "| # | Task | Status | Ticket | PR | Depends on | Notes |\n|---|---|---|---|---|---|---|\n"
        "| 1.1 | Door | Todo | #7 | #8 | #9 | see #6 |\n"
    )
    found = load_text(text, "ROADMAP.md").desired
    assert found is not None
    assert [h.issue.number for h in found.items[0].hints] == [7]
