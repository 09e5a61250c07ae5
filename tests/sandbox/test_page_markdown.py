"""Bodies as people see them: GitHub's Markdown, and never anything that acts."""

import pytest

from github_sandbox.page.markdown import to_html, with_tick
from tests.sandbox.pages import seen


def test_a_body_is_shown_as_github_shows_it() -> None:
    """Headings, lists, tables, strike-through, code, and line ends within a paragraph."""
    text = "### Goal\n\none\ntwo ~~three~~ `four`\n\n- a\n  1. b\n\n"
    html = str(to_html(f"{text}| x | y |\n|---|---|\n| 1 | 2 |"))
    for part in ("<h3>Goal</h3>", "one<br>", "<s>three</s>", "<code>four</code>", "<th>x</th>"):
        assert part in html
    assert "<ul>" in html
    assert "<ol>" in html


def test_hidden_comments_stay_hidden() -> None:
    """The tool's marker, comments of many lines, within a line, in lists, and one left open."""
    body = (
        "<!-- backlog:begin -->\n- a <!-- b --> c\n  <!-- in\n\n  list -->\n- d\n"
        '<!-- backlog:end {"v":1,"key":"x"} -->\nbelow\n\n<!-- never\n\n# closed'
    )
    assert seen(to_html(body)).words == "a c d below"


def test_a_comment_in_code_is_code() -> None:
    """What stands in a fence or between back ticks is shown as it is."""
    body = "`<!-- a -->`\n\n```\n<!-- b -->\n```\n\n    <!-- c -->"
    assert seen(to_html(body)).words == "<!-- a --> <!-- b --> <!-- c -->"


def test_text_after_a_comment_is_shown() -> None:
    """Nothing that people wrote is lost for the comment before it."""
    assert seen(to_html("<!-- a --> *b*\nc")).words == "b c"
    assert seen(to_html("<!--> b\n\nx <!---> y")).words == "b x y"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<details open ontoggle=alert(1)>\n\ntext",
        "</div></main><iframe src=//x.example>",
        "<svg/onload=alert(1)>",
        "<!-- a --><script>alert(1)</script><!-- b -->",
        "<a href='javascript:alert(1)'>a</a>",
        "`<b>` & \"quotes\" 'too'",
    ],
)
def test_raw_html_is_text(text: str) -> None:
    """No tag of an author's becomes one of the page's."""
    page = seen(to_html(text))
    assert set(page.tags) <= {"p", "br", "code"}
    assert not page.handlers


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&Tab;script:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "//evil.example/x",
        "/_sandbox/repos/a/b/issues/1/close",
        "docs/plan.md",
        "blob:x",
    ],
)
def test_a_link_that_is_none_of_the_web_leads_nowhere(address: str) -> None:
    """Whatever a browser would do with it, there is no address to follow."""
    page = seen(to_html(f"[a]({address}) [b](<{address}>) <{address}>\n\n[c]\n\n[c]: {address}"))
    assert page.links == []


def test_links_to_the_web_are_marked() -> None:
    """They pass no credit, no opener and no referrer; bare addresses are not made into links."""
    html = str(
        to_html('[a](https://e.example/?a=1&b="2") http://bare.example <http://angle.example>')
    )
    assert seen(html).links == ["https://e.example/?a=1&b=%222%22"]
    assert 'rel="nofollow noopener noreferrer"' in html


def test_a_link_to_an_issue_of_the_sandbox_stays_here() -> None:
    """An address that the sandbox gave out leads to its own page of it."""
    own = {"https://github.localhost/a/b/issues/3": "/_sandbox/repos/a/b/issues/3"}.get
    assert seen(to_html("[x](https://github.localhost/a/b/issues/3)", sandbox_page=own)).links == [
        "/_sandbox/repos/a/b/issues/3"
    ]


def test_pictures_are_told_not_loaded() -> None:
    """The words that stand for a picture are shown in its place."""
    page = seen(to_html("![a <b> plan](https://e.example/p.png) ![](http://e.example/q.png)"))
    assert "img" not in page.tags
    assert page.words == "a <b> plan picture"


# ---- boxes ---------------------------------------------------------------------------------

BODY = (
    "# Plan\r\n\r\n- [ ] first\r\n* [x] second\r\n  1. [ ] third\r\n\r\n"
    "> - [X] fourth\r\n\r\n- [ ] first"
)


def orders(body: str) -> list[str]:
    """The orders of the boxes that a page shows for this body."""
    return [
        dict(attributes)["value"] or ""
        for tag, attributes in seen(to_html(body, ticks=True)).elements
        if tag == "button"
    ]


def test_boxes_are_buttons_that_say_what_they_are_for() -> None:
    """Each has the text beside it as its name, and says whether it is ticked."""
    boxes = [
        (found["aria-label"], found["aria-checked"], found["role"], found["form"])
        for tag, attributes in seen(to_html(BODY, ticks=True)).elements
        if tag == "button"
        for found in [dict(attributes)]
    ]
    assert boxes == [
        ("first", "false", "checkbox", "ticks"),
        ("second", "true", "checkbox", "ticks"),
        ("third", "false", "checkbox", "ticks"),
        ("fourth", "true", "checkbox", "ticks"),
        ("first", "false", "checkbox", "ticks"),
    ]


def test_without_the_form_boxes_are_only_shown() -> None:
    """In a comment, where nothing is ticked, they are disabled inputs."""
    page = seen(to_html("- [x] a\n- [ ] b"))
    found = [dict(attributes) for tag, attributes in page.elements if tag == "input"]
    assert ["checked" in box for box in found] == [True, False]
    assert all("disabled" in box for box in found)


def test_each_order_changes_one_tick_and_no_other_byte() -> None:
    """Line ends, spaces, and a second box with the same text stay as they are."""
    changed = [with_tick(BODY, order) for order in orders(BODY)]
    assert changed == [
        BODY.replace("- [ ] first", "- [x] first", 1),
        BODY.replace("[x] second", "[ ] second"),
        BODY.replace("[ ] third", "[x] third"),
        BODY.replace("[X] fourth", "[ ] fourth"),
        "[x] first".join(BODY.rsplit("[ ] first", 1)),
    ]


def test_the_same_order_twice_changes_nothing_more() -> None:
    """Whoever presses twice has ticked once."""
    (order, *_) = orders(BODY)
    once = with_tick(BODY, order)
    assert once is not None
    assert with_tick(once, order) == once


def test_an_order_for_a_line_that_has_changed_is_refused() -> None:
    """Another text, another place, or no line at all: nothing is guessed."""
    (order, *_) = orders(BODY)
    assert with_tick(BODY.replace("first", "another"), order) is None
    assert with_tick(f"above\r\n{BODY}", order) is None
    assert with_tick("", order) is None
    for made_up in ("", "x", "2", "2-", "2--1", "99999999-a-1", "-1-a-1", order + "1", order[:-1]):
        assert with_tick(BODY, made_up) is None


def test_code_that_looks_like_a_box_is_no_box() -> None:
    """Only list items are task list items, and only with a space behind the bracket."""
    assert (
        orders("    - [ ] code\n\n```\n- [ ] fence\n```\n\n[ ] text\n\n- [ ]\n- [x]y\n- [y] z")
        == []
    )
