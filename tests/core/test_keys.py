"""Keys that the tool makes for items without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core.keys import KEY_LENGTH, is_key, make_key, slug, suggest_key


@pytest.mark.parametrize("text", ["a", "epic-1", "story-1.1.1", "m0", "us_012", "0", "a" * 64])
def test_keys_are_lower_case_words(text: str) -> None:
    """Lower-case letters, digits, dots, hyphens and underscores make a key."""
    assert is_key(text)


@pytest.mark.parametrize("text", ["", "-a", ".a", "A", "a b", "é", "a" * 65, "a\n"])
def test_other_texts_are_no_keys(text: str) -> None:
    """Capitals, spaces, other scripts and over-long texts are refused."""
    assert not is_key(text)


def test_a_key_holds_parent_slug_and_hash() -> None:
    """The parent's key, the title in ASCII and eight hex digits, in this order."""
    key = make_key("Crème brûlée, served!", "epic-1")
    assert key.startswith("epic-1-creme-brulee-served-")
    assert len(key.rsplit("-", 1)[1]) == 8


def test_the_slug_is_at_most_thirty_characters() -> None:
    """A long title is cut, without a hyphen at the cut."""
    assert slug("abcdefghij " * 5) == "abcdefghij-abcdefghij-abcdefgh"
    assert slug("abcdefghijabcdefghijabcdefghi jkl") == "abcdefghijabcdefghijabcdefghi"


def test_a_title_in_any_script_has_a_key() -> None:
    """Where no ASCII is left, the hash alone tells titles apart."""
    assert is_key(make_key("基盤を作る"))
    assert make_key("基盤を作る") != make_key("基盤を壊す")


def test_long_parents_that_begin_alike_do_not_collide() -> None:
    """The hash covers the whole parent's key, of which only the beginning is shown."""
    assert make_key("Same", "p" * 40 + "1") != make_key("Same", "p" * 40 + "2")


def test_composed_and_decomposed_titles_are_one() -> None:
    """An editor that stores accents in another form does not change the key."""
    assert make_key("Caf\u00e9") == make_key("Cafe\u0301")


@given(st.text(), st.none() | st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True))
def test_every_title_gives_a_valid_key(title: str, parent: str | None) -> None:
    """Whatever the title and the parent, the result is a key, and always the same one."""
    key = make_key(title, parent)
    assert is_key(key)
    assert len(key) <= KEY_LENGTH
    assert key == make_key(title, parent)


def test_a_near_miss_gets_a_suggestion() -> None:
    """What somebody wrote as a key is turned into one where that is possible."""
    assert suggest_key("BACKOFFICE 47") == "backoffice-47"
    assert suggest_key("基盤") is None
