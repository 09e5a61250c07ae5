"""Pages, help, messages and docstrings are plain English: `docs` of GitHub are the model."""

import pytest

from tests.house.wording import PATTERNS, Kind, Pattern, slips, texts

TEXTS = list(texts())


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.bad)
def test_no_text_has_these_words(pattern: Pattern) -> None:
    """No page, message, docstring or comment has words that a native speaker stumbles over."""
    lines = [line for _path, line in slips(pattern, TEXTS)]
    assert lines == [], f"write instead: {pattern.instead}"


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.bad)
def test_each_pattern_finds_the_bad_sentence_and_passes_the_good_one(pattern: Pattern) -> None:
    """A pattern that finds nothing, or finds too much, protects nothing."""
    assert list(pattern.matches(pattern.bad))
    assert not list(pattern.matches(pattern.good))


def test_every_kind_of_text_is_checked() -> None:
    """Pages, messages, docstrings and comments are all found."""
    paths = {text.path for text in TEXTS}
    assert {"README.md", "action.yml", "docs/cli.md", "src/backlog_sync/cli/main.py"} <= paths
    assert {text.kind for text in TEXTS} == set(Kind)
