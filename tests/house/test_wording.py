"""Pages, help, messages and docstrings are plain English: `docs` of GitHub are the model."""

import pytest

from tests.house.wording import PATTERNS, Kind, Pattern, slips, texts


def test_no_text_has_these_words() -> None:
    """No page, message, docstring or comment has words that a native speaker stumbles over.

    It is one test, because the texts of the whole project take seconds to collect.
    """
    everything = list(texts())
    found = {
        pattern.instead: [line for _, line in slips(pattern, everything)] for pattern in PATTERNS
    }
    assert {instead: lines for instead, lines in found.items() if lines} == {}, "write instead"
    paths = {text.path for text in everything}
    assert {"README.md", "action.yml", "docs/cli.md", "src/backlog_sync/cli/main.py"} <= paths
    assert {text.kind for text in everything} == set(Kind)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.bad)
def test_each_pattern_finds_the_bad_sentence_and_passes_the_good_one(pattern: Pattern) -> None:
    """A pattern that finds nothing, or finds too much, protects nothing."""
    assert list(pattern.matches(pattern.bad))
    assert not list(pattern.matches(pattern.good))
