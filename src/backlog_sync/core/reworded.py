"""Distinguish words that people changed from progress that was written into a line."""

import re
from collections.abc import Iterable

from backlog_sync.core.checkboxes import ANY as ANY_BOX

_REFERENCE = re.compile(
    r"(?:https?://\S{1,300}/issues/|(?:[\w.-]{1,40}(?:/[\w.-]{1,100})?)?#)\d{1,12}"
    r"|\b(?:issue|github_issue)[\"']?[ ]*:[ ]*[\"']?\d{1,12}",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+|[^\w\s]")
_OURS = frozenset(
    ("issue", "status", "done", "text", "true", "false", "x", "todo", "progress", "in", "closed",
     "open"),
)  # fmt: skip
"""Words of the keys and values that progress is written with, in any syntax."""


class Words:
    """What a line says to people; `statuses` are the board's words for progress."""

    def __init__(self, statuses: Iterable[str] = ()) -> None:
        self._progress = _OURS | {
            word for status in statuses for word in _WORD.findall(status.casefold())
        }

    def __call__(self, line: str) -> tuple[str, ...]:
        """Return the words of a line without issue numbers, boxes, and words for progress."""
        rest = ANY_BOX.sub(" ", _REFERENCE.sub(" ", line))
        words = (word for word in _WORD.findall(rest.casefold()) if word[0].isalnum())
        return tuple(word for word in words if word not in self._progress)
