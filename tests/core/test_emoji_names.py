"""Names with emoji: compared, and checked for what GitHub refuses."""

import pytest

from backlog_sync.core.emoji_names import is_only_emoji, with_word
from backlog_sync.core.normalize import fold


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        (":bug: Bug", "🐛 bug"),
        (":recycle: chore", "♻️ chore"),
        ("⚠ risk", "⚠️ risk"),
        (":+1:", "👍"),
        (":beetle: :egg:", "🪲 🥚"),
        ("Ready:rocket:", "ready🚀"),
    ],
)
def test_a_shortcode_is_its_emoji(stored: str, written: str) -> None:
    """GitHub shows both alike; the colored form of a character makes no difference."""
    assert fold(stored) == fold(written)


@pytest.mark.parametrize("name", ["area:roof", "a:nope:b", "10:30:00", ":", "::", "type: bug"])
def test_other_colons_stay(name: str) -> None:
    """What is not a shortcode is compared as it is."""
    assert fold(name) == name.casefold()


@pytest.mark.parametrize("name", ["🐛", "🐛 ✨", "1️⃣", "👨‍👩‍👧", "🇩🇪", " ⚠️ "])
def test_names_of_emoji_only(name: str) -> None:
    """With joiners, keycaps, flags and spaces."""
    assert is_only_emoji(name)


@pytest.mark.parametrize("name", ["", "bug", "🐛 bug", "1", "#", "→", "ü", "バグ", "🐛1", ":bug:"])
def test_names_with_something_else(name: str) -> None:
    """One letter, digit or sign is enough."""
    assert not is_only_emoji(name)


def test_the_remedy_is_made_from_the_emoji() -> None:
    """Its own word stands behind it."""
    assert with_word("🐛") == "🐛 bug"
    assert with_word(" ⚠️ ") == "⚠️ warning"
