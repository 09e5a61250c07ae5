"""Lines of Markdown: what each is, and where it stands."""

import pytest

from backlog_sync.files.outline import Kind
from backlog_sync.files.syntax.markdown import scan_lines


def kinds(text: str) -> list[Kind]:
    """The kinds of a text's lines."""
    return [line.kind for line in scan_lines(text)]


def test_offsets_and_line_endings_are_kept() -> None:
    """Lines end at LF, CRLF or CR, and nowhere else; offsets count characters."""
    text = "# é\r\n\u2028 x\ry\n\nlast"
    lines = scan_lines(text)
    assert [line.eol for line in lines] == ["\r\n", "\r", "\n", "\n", ""]
    assert "".join(text[line.start : line.end] + line.eol for line in lines) == text
    assert lines[0].at == 2
    assert lines[-1].next == len(text)


def test_a_check_box_tells_its_character() -> None:
    """A list item knows its marker, its content's column and the offset inside its box."""
    text = "  10) [x] paid\n"
    line = scan_lines(text)[0]
    assert (line.kind, line.marker, line.indent, line.content) == (Kind.LIST, "10)", 2, 6)
    assert (line.box, line.ticked, line.text) == (text.index("x"), True, "paid")


@pytest.mark.parametrize("text", ["- [] a", "- [y] a", "- [ ]a", "-[ ] a", "[ ] a"])
def test_what_only_resembles_a_check_box_is_none(text: str) -> None:
    """A box is `[ ]` or `[x]` behind a list marker, with a blank behind it."""
    assert scan_lines(text)[0].box is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ntitle: x\n---\n# A\n", [Kind.FRONT, Kind.FRONT, Kind.FRONT, Kind.HEADING]),
        ("---\n# A\n", [Kind.RULE, Kind.HEADING]),
        ("```\n# A\n```\n# B\n", [Kind.CODE, Kind.CODE, Kind.CODE, Kind.HEADING]),
        ("~~~~\n~~~\n# A\n", [Kind.CODE, Kind.CODE, Kind.CODE]),
        ("- a\n  ```\n  # A\n# B\n", [Kind.LIST, Kind.CODE, Kind.CODE, Kind.HEADING]),
        ("``` a`b\n# A\n", [Kind.TEXT, Kind.HEADING]),
        ("<!-- a\n# A\n-->\n# B\n", [Kind.COMMENT, Kind.COMMENT, Kind.COMMENT, Kind.HEADING]),
        ("text\n\n    code\n", [Kind.TEXT, Kind.BLANK, Kind.CODE]),
        ("text\n    goes on\n", [Kind.TEXT, Kind.TEXT]),
        ("- a\n\n    inside\n", [Kind.LIST, Kind.BLANK, Kind.TEXT]),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nx\n", [*[Kind.TABLE] * 3, Kind.BLANK, Kind.TEXT]),
        ("a | b\nc | d\n", [Kind.TEXT, Kind.TEXT]),
        ("***\n* * *\n- - -\n", [Kind.RULE, Kind.RULE, Kind.RULE]),
        ("#hash\n####### seven\n", [Kind.TEXT, Kind.TEXT]),
        ("> quoted\n", [Kind.QUOTE]),
        ("Title\n=====\n", [Kind.HEADING, Kind.UNDERLINE]),
        ("Title\n-----\n", [Kind.HEADING, Kind.UNDERLINE]),
        ("**Goal**: x\n---\n", [Kind.TEXT, Kind.RULE]),
        ("one\ntwo\n---\n", [Kind.TEXT, Kind.TEXT, Kind.RULE]),
    ],
)
def test_each_line_has_its_kind(text: str, expected: list[Kind]) -> None:
    """Headings, lists, tables, code, comments, front matter and rules are told apart."""
    assert kinds(text) == expected


def test_a_generated_summary_is_skipped_only_where_it_ends() -> None:
    """Between its two comments a summary is not read; without the second one it is no region."""
    start, end = "<!-- backlog:summary -->\n", "<!-- /backlog:summary -->\n"
    assert kinds(f"{start}# A\n{end}# B\n") == [Kind.SUMMARY] * 3 + [Kind.HEADING]
    assert kinds(f"{start}# A\n") == [Kind.SUMMARY, Kind.HEADING]


def test_a_heading_loses_its_marks() -> None:
    """Level and text of a heading; closing marks go, a sharp in the text stays."""
    found = [(line.level, line.text) for line in scan_lines("## A b ##\n### C#\n# \n")]
    assert found == [(2, "A b"), (3, "C#"), (1, "")]
