"""Text from a file notifies nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core.mentions import closed, quiet

Z = "\u200b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask @octocat", f"ask @{Z}octocat"),
        ("(@octo-org/team)", f"(@{Z}octo-org/team)"),
        ("_@octocat_", f"_@{Z}octocat_"),
        ("see #12", f"see #{Z}12"),
        ("octo-org/widgets#12", f"octo-org/widgets#{Z}12"),
        ("GH-12 and gh-7", f"GH-{Z}12 and gh-{Z}7"),
        ("mail me@example.com", "mail me@example.com"),
        ("# A heading", "# A heading"),
        ("&#64; stays", "&#64; stays"),
        ("a C# program, colour #ff0000", "a C# program, colour #ff0000"),
        ("https://example.com/@me/page#12", "https://example.com/@me/page#12"),
        ("[a](https://example.com/x)@octocat", f"[a](https://example.com/x)@{Z}octocat"),
        ("https://@octocat", f"https://@{Z}octocat"),
    ],
)
def test_mentions_and_references_are_broken(text: str, expected: str) -> None:
    """What GitHub would link is broken by a character that shows nothing; all else stays."""
    assert quiet(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "use `@route #1` here",
        "two `@a` and ``@b ` #2`` spans",
        "```python\n@route\n# 1 of #2\n```",
        "~~~\n@route\n~~~\nafter",
        "`code <div> @a`",
    ],
)
def test_code_is_left_alone(text: str) -> None:
    """In code spans and fences nobody is notified, and copied code must work."""
    assert quiet(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a lone ` and @octocat",
        "``a ` @octocat",
        "a ` b\nc ` @octocat ` d",
        "\\``x` @octocat`",
        '<a href="`">`@octocat',
        " ```\ncode\n```\n@octocat",
        "- ```\n@octocat",
        "``` a ` b\n@octocat",
        "~~~\nx\n~~~\n@octocat",
    ],
)
def test_doubtful_code_is_no_code(text: str) -> None:
    """Where it is not plain what is code, a mention is broken all the same."""
    assert "@octocat" not in quiet(text)


@given(st.text(alphabet="@#1a`~\\\n -<>h:/.", max_size=60))
def test_quiet_only_adds_what_shows_nothing(text: str) -> None:
    """Without the hidden character the text is the one that came, and it is quiet at once."""
    once = quiet(text)
    assert once.replace(Z, "") == text
    assert quiet(once) == once


@given(st.text(alphabet="@#1a \n(.,_*", max_size=60))
def test_without_code_nothing_gets_through(text: str) -> None:
    """No mention and no reference survives in text that holds no code."""
    told = quiet(text)
    assert not re.search(r"(?<![A-Za-z0-9])@[A-Za-z0-9]", told)
    assert not re.search(r"(?<!&)#\d", told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```\ncode", "```\ncode\n```"),
        ("~~~~ x\ncode\n~~~", "~~~~ x\ncode\n~~~\n~~~~"),
        ("```\ncode\n```", "```\ncode\n```"),
        ("no fence ```", "no fence ```"),
    ],
)
def test_an_open_fence_is_closed(text: str, expected: str) -> None:
    """A fence that a text leaves open does not swallow the criteria that follow it."""
    assert closed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<details><summary>A</summary>\n\nb", "<details><summary>A</summary>\n\nb\n</details>"),
        ("a\n\n</details>\n\nb", "a\n\n\nb"),
        ("a</details> b", "a b"),
        ("<details>a</details>", "<details>a</details>"),
        (
            "<details open>\n<DETAILS>\na\n</details>",
            "<details open>\n<DETAILS>\na\n</details>\n</details>",
        ),
        ("`<details>` folds", "`<details>` folds"),
        ("```html\n<details>\n```", "```html\n<details>\n```"),
        ("<details>\n```\n</details>", "<details>\n```\n</details>\n```\n</details>"),
        ("the details element", "the details element"),
    ],
)
def test_a_details_element_is_closed(text: str, expected: str) -> None:
    """What one text opens hides nothing of the next; what closes nothing is left out."""
    assert closed(text) == expected
    assert closed(expected) == expected
