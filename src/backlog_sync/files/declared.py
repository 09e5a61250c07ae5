"""Declared names are the dictionary: what is not among them, but nearly, was probably meant."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from backlog_sync.core.diagnostics import Diagnostic, warning
from backlog_sync.files.documents.settings import SettingsDocument
from backlog_sync.files.entries import Entry
from backlog_sync.files.near import Near
from backlog_sync.files.validation import shown

_ALIKE = 0.75
"""Likeness from which a word is a misspelled setting: one wrong letter in four still counts."""
_DIGITS = re.compile(r"\d+")


def near_misses(document: SettingsDocument, entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Warn once of each milestone, label and team that is almost a declared one."""
    labels = [
        *(each.name for each in document.labels),
        *(alias for each in document.labels for alias in each.aliases),
        *document.label_map,
    ]
    for field, what, declared in (
        ("milestone", "milestone", [each.title for each in document.milestones]),
        ("labels", "label", labels if document.labels else []),
        ("team", "team", list(document.planning.teams)),
    ):
        if declared:
            yield from _of_field(field, what, declared, entries)


def _of_field(
    field: str, what: str, declared: Sequence[str], entries: Sequence[Entry]
) -> Iterator[Diagnostic]:
    known = {name.strip().casefold() for name in declared}
    near = Near(declared)
    seen: set[str] = set()
    for entry in entries:
        for word in entry.words(field):
            name = word.strip("` ").casefold()
            if not name or name in known or name in seen:
                continue
            seen.add(name)
            meant = near.to(name)
            if meant is not None and _is_slip(name, meant.strip().casefold()):
                message = f"'{shown(word)}' is not a declared {what}"
                hint = f"did you mean '{meant}'? Otherwise declare it, too"
                yield warning(entry.place(field), "undeclared", message, hint)


def _is_slip(word: str, meant: str) -> bool:
    """Whether a word is another one with a typing error, not one of its own.

    `Beta 2` is no slip of `Beta`, and of `area:roof` only what stands behind the colon counts.
    """
    if _DIGITS.sub("", word).strip() == _DIGITS.sub("", meant).strip():
        return False
    prefix, sign, rest = word.partition(":")
    other, _, end = meant.partition(":")
    if sign and prefix == other:
        word, meant = rest, end
    swapped = len(word) > 2 and sorted(word) == sorted(meant)
    return swapped or SequenceMatcher(None, word, meant).ratio() >= _ALIKE
