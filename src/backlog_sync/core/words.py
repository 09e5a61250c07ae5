"""Names and words that both the readers of files and plans use."""

RECORD = "Backlog record"
"""The board's field with the base of each card's values; see `record.py`."""

CURRENT, NEXT, PREVIOUS = "@current", "@next", "@previous"
RELATIVE = (CURRENT, NEXT, PREVIOUS)
"""Words for an iteration that depend on the date; see `relative_iterations.py`."""

PRIORITY = "Priority"


def priority_label(prefix: str, priority: str) -> str:
    """Return the label of a priority."""
    return prefix + "-".join(priority.lower().split())


def unknown_word(field: str, word: str, times: int) -> str:
    """Return the message that a word is not a known status or priority, and its effect."""
    excerpt = word if len(word) <= _SHOWN else f"{word[: _SHOWN - 1]}…"
    items = f" ({times} items)" if times > 1 else ""
    return f"'{excerpt}' is not a known {field}{items}: it stays in the file and changes no issue"


_SHOWN = 60
"""Characters of an unknown word that a message repeats: the rest would not fit on its line."""
