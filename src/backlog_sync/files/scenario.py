"""Given/When/Then: the lines of a scenario, which together are one acceptance criterion."""

import re

from backlog_sync.files.inline import plain

_BEGIN = (
    "given", "étant donné", "etant donne", "dado", "dada", "dados", "gegeben", "angenommen",
    "дано", "допустим", "假如", "假设", "前提", "scenario:", "escenario:", "cenário:", "scénario :",
    "gegeven", "zakładając", "mając", "припустимо", "givet", "diyelim",
)  # fmt: skip
_GO_ON = (
    "when", "then", "and", "but", "quand", "lorsque", "alors", "et", "mais", "cuando", "entonces",
    "y", "pero", "quando", "então", "entao", "e", "mas", "wenn", "dann", "und", "aber", "когда",
    "если", "то", "тогда", "и", "но", "当", "那么", "并且", "而且", "但是", "もし", "ならば",
    "かつ", "しかし",
    "wanneer", "allora", "kiedy", "gdy", "wtedy", "oraz", "коли", "тоді", "та", "але", "když",
    "när", "så", "och", "eğer", "o zaman", "ve",
)  # fmt: skip
_LONGEST = 16
_NAME = re.compile(
    r"[*_#\s]*(?:scenario(?: outline)?|scenariusz|escenario|cenário|scénario|szenario|scénář|"
    r"senaryo|сценарий|сценарій|场景|シナリオ|시나리오)[ ]?\d{0,3}[*_]*(?:[ ]?[:：.]|[ ][–—-][ ])",
    re.IGNORECASE,
)


def begins_scenario(text: str) -> bool:
    """Whether a line begins a scenario: `**Given** a rider …`."""
    return _begins(text, _BEGIN)


def names_scenario(text: str) -> bool:
    """Whether a line is the name of a scenario, whose steps follow: `Scenario 2: No wind`."""
    return _NAME.match(text[:80]) is not None


def continues_scenario(text: str) -> bool:
    """Whether a line is a further step: `**When** …`, `And …`."""
    return _begins(text, _GO_ON)


def step(text: str) -> str:
    """A step as plain text."""
    return plain(text)


def _begins(text: str, words: tuple[str, ...]) -> bool:
    head = text[: _LONGEST + 8].lstrip("*_ ").casefold()
    for word in words:
        if head.startswith(word):
            behind = head[len(word) : len(word) + 1]
            if not behind.isalpha() or not word.isascii():
                return True
    return False
