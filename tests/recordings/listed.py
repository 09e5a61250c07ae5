"""Read `listed.toml`: where the simulator differs from a recording on purpose, and why."""

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Final

from tests.recordings.differences import Difference
from tests.recordings.exchanges import Exchange

LIST: Final = Path(__file__).with_name("listed.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """A difference on purpose: in which exchanges, where in the answer, and why.

    `exchange` is a pattern of `source/case:step`, `path` one of the path, `key` patterns of the
    place in the answer, such as `body*.avatar_url` or `header.link`, `what` one of how it differs.
    """

    key: str
    reason: str
    exchange: str = "*"
    path: str = "*"
    what: str = "*"

    def allows(self, exchange: Exchange, difference: Difference) -> bool:
        """Return whether the rule names this difference."""
        return (
            fnmatchcase(exchange.name, self.exchange)
            and fnmatchcase(exchange.path, self.path)
            and fnmatchcase(difference.what, self.what)
            and any(fnmatchcase(difference.where, key) for key in self.key.split())
        )


@cache
def rules(table: str) -> tuple[Rule, ...]:
    """Return the rules of a table: `key` (one key in many answers) or `exchange` (one answer)."""
    read = tomllib.loads(LIST.read_text("utf-8"))
    return tuple(Rule(**each) for each in read.get(table, ()))


def rest(exchange: Exchange, found: tuple[Difference, ...], table: str) -> tuple[Difference, ...]:
    """Return the differences that no rule of this table names."""
    return tuple(
        each for each in found if not any(rule.allows(exchange, each) for rule in rules(table))
    )
