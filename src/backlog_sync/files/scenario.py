"""Given/When/Then: the lines of a scenario, which together are one acceptance criterion."""

from backlog_sync.files.inline import plain

_BEGIN = (
    "given", "étant donné", "etant donne", "dado", "dada", "dados", "gegeben", "angenommen",
    "дано", "допустим", "假如", "假设", "前提", "scenario:", "escenario:", "cenário:", "scénario :",
)  # fmt: skip
_GO_ON = (
    "when", "then", "and", "but", "quand", "lorsque", "alors", "et", "mais", "cuando", "entonces",
    "y", "pero", "quando", "então", "entao", "e", "mas", "wenn", "dann", "und", "aber", "когда",
    "если", "то", "тогда", "и", "но", "当", "那么", "并且", "而且", "但是", "もし", "ならば",
    "かつ", "しかし",
)  # fmt: skip
_LONGEST = 16


def begins_scenario(text: str) -> bool:
    """Whether a line begins a scenario: `**Given** a rider …`."""
    return _begins(text, _BEGIN)


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
