"""The managed block: found, written, and everything around it left alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backlog_sync.core import body as body_block
from backlog_sync.core.body import SplitBody, join, render, split
from backlog_sync.core.marker import Base, Marker
from backlog_sync.core.model import CheckItem, Checklist, Prose
from backlog_sync.core.normalize import hash_value
from tests.growth import grows_like

MARKER = Marker("ROADMAP.md", "story-1", "0123456789abcdef", Base({"title": "aa"}))
SOURCE = "ROADMAP.md"
HUMAN = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def block(*lines: str) -> str:
    """A body with just our block."""
    return join(SplitBody("", "", lines, MARKER))


@given(HUMAN, HUMAN, st.lists(st.text(alphabet="ab -[]x*#", min_size=1, max_size=9), max_size=5))
@example("\r\nintro\r\n", "\r\n\r\nnotes", ["a"])
@example("intro, no newline after\n  ", " trailing", [])
def test_what_stands_around_the_block_comes_back_to_the_byte(
    before: str, after: str, lines: list[str]
) -> None:
    """Splitting and joining keeps every character outside of the block."""
    body = before + "\n" + block(*lines) + "\n" + after
    parts = split(body)
    assert parts.marker == MARKER
    assert parts.before == before + "\n"
    assert parts.after == "\n" + after
    assert join(parts) == body or any(not line.strip() for line in lines)


@given(st.text(max_size=200))
def test_a_body_without_a_block_is_all_before(body: str) -> None:
    """What people wrote is never taken for ours."""
    parts = split(body)
    assert (parts.marker, parts.problem, parts.before, parts.after) == (None, "", body, "")


def test_a_block_that_the_web_saved_with_crlf_is_the_same_block() -> None:
    """The web editor turns every line ending into CRLF; lines come back bare."""
    body = f"intro\n{block('### Goal', '', 'text')}\nnotes".replace("\n", "\r\n")
    parts = split(body)
    assert parts.lines == ("### Goal", "", "text")
    assert parts.before == "intro\r\n"
    assert parts.after == "\r\nnotes"


def test_an_indented_block_keeps_the_indentation_before_it() -> None:
    """White space before the first comment belongs to people too."""
    assert split(f"a\n  {block('x')}").before == "a\n  "


@pytest.mark.parametrize(
    ("body", "claims"),
    [
        (f"{block('a')}\n{block('b')}", 2),
        (block("a").split("\n", 1)[1], 1),
        (block("a").rsplit("\n", 1)[0], 0),
        ("\n".join(reversed(block("a").split("\n"))), 1),
        (block("a").replace('"v":1', '"v":9'), 0),
        ("<!-- backlog:begin -->\n<!-- backlog:end -->", 0),
    ],
)
def test_anything_but_one_whole_block_is_a_problem(body: str, claims: int) -> None:
    """Doubled, halved, turned round or of a version we do not know: told, never guessed at."""
    parts = split(body)
    assert parts.marker is None
    assert parts.before == body
    assert parts.problem
    assert len(parts.claims) == claims


HOSTILE: list[str] = [
    body_block.BEGIN,
    f'<!-- backlog:end {"{"}"v":1,"id":"ROADMAP.md","key":"other"{"}"} -->',
    "<!--\nbacklog:begin -->",
    "<!--   BACKLOG:END x -->",
    "--> out <!--",
    "<!-- never closed",
    "<!-->",
    "```\nnever closed",
    "\r\n<!-- backlog:begin -->\r\n",
    "a\u2028<!-- backlog:begin -->\u2028b",
    "<!<!-- backlog:begin -->-- backlog:begin -->",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: Prose("goal", "Goal", text),
        lambda text: Prose("goal", text, "text"),
        lambda text: Checklist("acceptance_criteria", "Criteria", (CheckItem(text),)),
        lambda text: Checklist("acceptance_criteria", text, (CheckItem("a"),)),
    ],
)
def test_text_from_the_file_cannot_forge_or_close_the_marker(
    text: str, place: Callable[[str], Prose | Checklist]
) -> None:
    """Whatever a file says, the block holds exactly one marker, and it is ours."""
    lines = render((place(text),), source=SOURCE, mentions=True)
    parts = split(join(SplitBody("before\n", "\nafter", lines, MARKER)))
    assert parts.marker == MARKER
    assert parts.lines == lines
    assert (parts.before, parts.after) == ("before\n", "\nafter")


@pytest.mark.parametrize("text", ["--> out <!--", "<!-- never closed", "<!-->"])
def test_a_comment_that_is_left_open_is_shown_as_text(text: str) -> None:
    """An open comment would hide everything down to our marker."""
    (line, *_) = render((Prose("goal", "", text),), source=SOURCE, mentions=True)
    assert "<!--" not in line


def test_a_closed_comment_of_the_file_stays() -> None:
    """Hidden notes of the file's author are their business."""
    (line, *_) = render((Prose("goal", "", "<!-- note --> x"),), source=SOURCE, mentions=True)
    assert line == "<!-- note --> x"


def test_the_block_reads_as_the_contract_shows_it() -> None:
    """Headings, check boxes, and the line that says where to edit."""
    lines = render(
        (
            Prose("goal", "Goal", "First\n\nsecond"),
            Checklist(
                "acceptance_criteria",
                "Acceptance criteria",
                (CheckItem("ask @ops"), CheckItem("done", done=True)),
            ),
        ),
        source="docs/`ROADMAP`.md",
        mentions=False,
    )
    assert "\n".join(lines) == (
        "### Goal\n\nFirst\n\nsecond\n\n"
        "### Acceptance criteria\n\n- [ ] ask @\u200bops\n- [x] done\n\n"
        "*Managed from `docs/'ROADMAP'.md`; edit there, or below this line.*"
    )


def test_mentions_are_left_whole_where_the_settings_want_them() -> None:
    """`mentions: true` is the file's wish."""
    assert "@ops" in render((Prose("goal", "", "@ops"),), source=SOURCE, mentions=True)


def test_an_item_without_text_still_renders_a_block() -> None:
    """An empty render is never written."""
    assert render((), source=SOURCE, mentions=False) == (
        "*Managed from `ROADMAP.md`; edit there, or below this line.*",
    )


def test_two_boxes_of_one_text_are_two_boxes() -> None:
    """Ticking the first of two equal criteria is not lost in the second."""
    boxes = body_block.boxes(("- [x] Tests pass", "- [ ] Tests pass"))
    assert list(boxes.values()) == [True, False]
    lines = ("- [ ] Tests pass", "* [ ] Tests pass", "1. [ ] other")
    assert body_block.with_ticks(lines, boxes) == (
        "- [x] Tests pass",
        "* [ ] Tests pass",
        "1. [ ] other",
    )


def test_criteria_have_the_places_of_their_boxes() -> None:
    """A criterion is found in the body by the place of its box, boxes in descriptions counted."""
    parts = (
        Prose("description", "Description", "- [ ] Tests pass"),
        Checklist("other", "Other", (CheckItem("one"),)),
        Checklist("acceptance_criteria", "Criteria", (CheckItem("Tests pass"), CheckItem("@me"))),
    )
    lines = render(parts, source=SOURCE, mentions=False)
    ticked = tuple(line.replace("- [ ] @", "- [x] @") for line in lines)
    places = body_block.criteria_places(parts, mentions=False)
    assert places == (2, 3)
    assert list(body_block.boxes(ticked).values())[2:] == [False, True]


DETAILED = Checklist(
    "acceptance_criteria",
    "Acceptance criteria",
    (
        CheckItem("motor", details=("- 12 volts", "  - quiet", "- [x] no box", "@ops")),
        CheckItem("sensor", done=True, details=("```", "code")),
        CheckItem("key"),
    ),
)


def test_details_stay_below_their_box() -> None:
    """Indented, never boxes of their own, their code closed, and nobody notified."""
    lines = render((DETAILED,), source=SOURCE, mentions=False)
    assert lines[2:-2] == (
        "- [ ] motor", "  - 12 volts", "    - quiet", "  - \\[x] no box", "  @\u200bops",
        "- [x] sensor", "  ```", "  code", "  ```",
        "- [ ] key",
    )  # fmt: skip
    assert list(body_block.boxes(lines).values()) == [False, True, False]
    assert body_block.criteria_places((DETAILED,), mentions=False) == (0, 1, 2)


def test_details_are_ours_and_no_part_of_what_a_criterion_is_known_by() -> None:
    """They are no lines that people added; keys and ticks go by the text of the box."""
    with_details = render((DETAILED,), source=SOURCE, mentions=False)
    bare = replace(DETAILED, entries=tuple(replace(e, details=()) for e in DETAILED.entries))
    without = render((bare,), source=SOURCE, mentions=False)
    assert body_block.boxes(with_details) == body_block.boxes(without)
    assert body_block.foreign_lines(with_details, with_details, ()) == ()
    written = body_block.line_hashes(with_details)
    assert body_block.foreign_lines((*with_details, "  by us"), without, written) == ("  by us",)


def test_new_details_are_news_and_none_are_none() -> None:
    """A base from before there were details still fits where there are none."""
    said = body_block.source_hash((DETAILED,), source=SOURCE, mentions=False)
    entries = (replace(DETAILED.entries[0], details=("- 24 volts",)), *DETAILED.entries[1:])
    other = (replace(DETAILED, entries=entries),)
    assert body_block.source_hash(other, source=SOURCE, mentions=False) != said
    plain = Checklist("acceptance_criteria", "Criteria", (CheckItem("a"),))
    parts = [["acceptance_criteria", ["a"]]]
    assert body_block.source_hash((plain,), source=SOURCE, mentions=False) == hash_value(
        [SOURCE, False, parts]
    )


def test_ticks_and_trailing_blanks_do_not_change_a_lines_hash() -> None:
    """A ticked box, another bullet and white space at the end are the same line."""
    assert body_block.line_hashes(("- [x] a ", "", "b  ")) == body_block.line_hashes(
        ("* [ ] a", "b")
    )


def test_lines_of_people_are_found_and_counted() -> None:
    """A line is foreign unless we wrote it, now or before; a second copy is foreign too."""
    base = body_block.line_hashes(("old", "kept"))
    assert body_block.foreign_lines(
        ("old", "kept", "kept", "", "note", "new"), ("kept", "new"), base
    ) == ("kept", "note")


def test_the_nonce_goes_into_the_marker_and_nowhere_else() -> None:
    """A created issue is found again by its nonce."""
    body = body_block.with_nonce(f"a\n{block('x')}\nb", "feed")
    parts = split(body)
    assert parts.marker is not None
    assert parts.marker.nonce == "feed"
    assert (parts.before, parts.lines, parts.after) == ("a\n", ("x",), "\nb")


def test_claims_that_were_not_made_true_go_back_to_what_they_were() -> None:
    """The base never says that a refused close or blocker was done."""
    old = Marker("b", "k", "", Base({"state": "open"}, {"blocked_by": ("a",)}, pending=("state",)))
    new = Marker("b", "k", "", Base({"state": "shut", "title": "t"}, {"blocked_by": ("a", "c")}))
    before, after = (join(SplitBody("", "", ("x",), each)) for each in (old, new))
    parts = split(body_block.without_claims(after, before, {"state", "blocked_by"}))
    assert parts.marker is not None
    assert parts.marker.base == Base(
        {"state": "open", "title": "t"}, {"blocked_by": ("a",)}, pending=("state",)
    )


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("./a.md", "a.md"),
        ("C:\\plans\\docs\\b.md", "docs/b.md"),
        ("/home/me/plans/docs/b.md", "docs/b.md"),
        ("b.md", "docs/b.md"),
        ("c.md", "other/c.md"),
        ("elsewhere.md", "a.md"),
    ],
)
def test_a_file_has_one_name_however_it_was_typed(typed: str, name: str) -> None:
    """From above or from below its folder; one that is not among them goes by the first."""
    assert body_block.source_name(typed, ("a.md", "docs/b.md", "other/c.md")) == name
    assert body_block.source_name(typed, ()) == typed.replace("\\", "/").removeprefix("./")


def test_visible_text_is_what_people_see() -> None:
    """Hidden comments of ours are left out."""
    assert body_block.visible(f"a\r\n{block('x')}\r\nb") == "a\nx\nb"


@pytest.mark.parametrize(
    "unit",
    [
        "<!-- backlog:begin -->\n",
        "<!-- backlog:end {} -->\n",
        "<!-- backlog:end ",
        "<!--",
        "-->",
        "`",
        "```\n",
        "- [ ] a\n",
        "@a #1 ",
        "https://a.b",
        " ",
        "\\`",
    ],
)
def test_hostile_bodies_take_work_in_proportion_to_their_length(unit: str) -> None:
    """Four times the text is about four times the work."""
    small, large = (unit * (size // len(unit)) for size in (8_192, 32_768))
    grows_like(_everything, small, large, times=4)


def test_a_hostile_body_of_64_kb_is_read() -> None:
    """The largest body that GitHub takes is no trouble."""
    for unit in ("<!-- backlog:begin -->\n", "`a", "[" * 64 + "\n", "a" * 65_536):
        _everything(unit * (65_536 // len(unit)))


def _everything(text: str) -> None:
    split(text)
    render((Prose("goal", "Goal", text),), source=SOURCE, mentions=False)
    body_block.boxes(tuple(text.split("\n")))
