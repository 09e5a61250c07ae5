"""Recognize Given/When/Then: the lines of a scenario, which form one acceptance criterion."""

import re

from backlog_sync.files.inline import plain
from backlog_sync.files.vocabulary import any_of, spelled, without_accents

_LONGEST = 16
"""Characters of the longest word that starts a step of a scenario, in any language."""
_NAME = re.compile(
    rf"[*_#\s]*{any_of('patterns.scenario_names')}[ ]?\d{{0,3}}[*_]*(?:[ ]?[:：.]|[ ][–—-][ ])",
    re.I,
)


def begins_scenario(text: str) -> bool:
    """Return whether a line begins a scenario: `**Given** a rider …`."""
    return _begins(text, "scenarios.begin")


def names_scenario(text: str) -> bool:
    """Return whether a line is the name of a scenario: `Scenario 2: No wind`."""
    return _NAME.match(text[:80]) is not None


def continues_scenario(text: str) -> bool:
    """Return whether a line is a further step: `**When** …`, `And …`."""
    return _begins(text, "scenarios.go_on")


def step(text: str) -> str:
    """Return a step as plain text."""
    return plain(text)


def _begins(text: str, part: str) -> bool:
    head = without_accents(text[: _LONGEST + 8].lstrip("*_ ").casefold()).replace(" :", ":")
    return head.startswith(spelled(part)) and any(
        head.startswith(word) and not (word.isascii() and head[len(word) : len(word) + 1].isalpha())
        for word in spelled(part)
    )
