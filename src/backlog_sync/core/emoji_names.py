"""Compare and check names with emoji as GitHub does.

The library `emoji` knows which characters are emoji, and has every shortcode of GitHub (compared
with npm's gemoji 8.1.0: 1,911 of 1,913 agree, the other two are below). Its table takes longer to
load than most runs take to plan, so only a name that may need it loads it.
"""

import re
from collections.abc import Mapping
from typing import Final

_SHORTCODE: Final = re.compile(r":[a-z0-9_+-]+:", re.IGNORECASE)
_KEYCAP: Final = re.compile("[0-9#*]\ufe0f?\u20e3")
_VARIATION: Final = "\ufe0f"
"""Asks for the colored form of a character; with or without it, a name looks the same."""

_GITHUB: Final[Mapping[str, str]] = {":beetle:": "\U0001fab2", ":egg:": "\U0001f95a"}
"""Shortcodes for which the library has another emoji than GitHub."""


def with_emoji(name: str) -> str:
    """Return a name with emoji instead of their shortcodes.

    GitHub shows both alike, and older labels are stored as `:bug:` [R].
    """
    if _VARIATION in name:
        name = name.replace(_VARIATION, "")
    return _SHORTCODE.sub(_emoji_of, name) if name.count(":") > 1 else name


def _emoji_of(shortcode: re.Match[str]) -> str:
    import emoji  # noqa: PLC0415 - see above

    lowered = shortcode[0].lower()
    symbol = _GITHUB.get(lowered) or emoji.emojize(lowered, language="alias")
    return shortcode[0] if symbol == lowered else symbol.replace(_VARIATION, "")


def is_only_emoji(name: str) -> bool:
    """Return whether a name has emoji and spaces, and nothing else.

    GitHub refuses to create such a label: 422 "must contain more than native emoji" [R].
    """
    if name.isascii() or any(letter.isalnum() for letter in _KEYCAP.sub("", name)):
        return False
    import emoji  # noqa: PLC0415 - see above

    return not emoji.replace_emoji(name, "").strip()


def with_word(name: str) -> str:
    """Return a name of emoji only with the first one's own word behind it: `🐛 bug`."""
    import emoji  # noqa: PLC0415 - see above

    first = emoji.emoji_list(name)[0]["emoji"]
    word = emoji.demojize(first, language="alias").strip(":").replace("_", " ")
    return f"{name.strip()} {word}"
