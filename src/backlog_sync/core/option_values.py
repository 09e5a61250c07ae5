"""Values of fields with options, of a board or an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_sync.core import normalize
from backlog_sync.core.normalize import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backlog_sync.core.model import BoardValue
    from backlog_sync.core.observed import ObservedOption

SELECTS = ("single_select", "multi_select")
"""The types of fields with options."""


def option_words(kind: str, value: BoardValue) -> list[str]:
    """Return the names of options in a value from a file, whose field may have one or several."""
    if isinstance(value, tuple):
        return list(value)
    if value is None:
        return []
    text = str(normalize.number(value)) if isinstance(value, int | float) else value
    words = text.split(",") if kind == "multi_select" else [text]
    return [word.strip() for word in words if word.strip()]


def spelled_options(
    options: Iterable[ObservedOption], words: Sequence[str]
) -> tuple[tuple[str, ...], list[str]]:
    """Return the options as GitHub spells them, each once, and the words that are not options."""
    names = {fold(option.name): option.name for option in options}
    spelled = dict.fromkeys(names[fold(word)] for word in words if fold(word) in names)
    return tuple(spelled), [word for word in words if fold(word) not in names]


def members_of_value(value: BoardValue) -> tuple[str, ...]:
    """Return the options of a value on GitHub; none if it is empty or not of several options."""
    return value if isinstance(value, tuple) else ()
