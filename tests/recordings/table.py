"""Count what is reproduced, by kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from tests.recordings import seed_boards, seed_nodes, seed_rest
from tests.recordings.exchanges import KINDS, SOURCES, cases, exchanges, kind, out_of_scope
from tests.recordings.listed import rest
from tests.recordings.replay import Before, Compared, Seed, replay
from tests.recordings.seed_nodes import asks_for_nodes

SEEDS: Final[Mapping[str, tuple[Seed, Before | None]]] = {
    "github-project": (seed_boards.seed, None),
    "hub4j": (seed_rest.seed, seed_rest.before),
    "octokit-rb": (seed_rest.seed, seed_rest.before),
    "pygithub": (seed_rest.seed, seed_rest.before),
}
"""How the simulator gets into the state that a file's cases begin with, and is kept in it."""

MOST_LISTED: Final = 15
"""Exchanges that may differ, over all files: the bar of the comparison."""


@dataclass(slots=True)
class Row:
    """The figures of one kind."""

    kind: str
    recorded: int = 0
    reproduced: int = 0
    listed: int = 0
    different: list[str] = field(default_factory=list)
    out_of_scope: int = 0


@cache
def compared(source: str) -> tuple[Compared, ...]:
    """Return all exchanges of a file with our answers; each case has a simulator of its own."""
    if source not in SEEDS:
        return ()
    seed, before = SEEDS[source]
    return tuple(
        each
        for case in cases(source)
        for each in replay(case, seed_nodes.seed if asks_for_nodes(case) else seed, before)
    )


def rows(sources: Iterable[str] = SOURCES) -> list[Row]:
    """Return the table's rows, each with the names of exchanges that differ and are not listed."""
    table = {name: Row(name) for name in KINDS}
    for source in sources:
        for exchange in exchanges(source):
            row = table[kind(exchange)]
            row.recorded += 1
            row.out_of_scope += out_of_scope(exchange) is not None
        for each in compared(source):
            row = table[kind(each.exchange)]
            left = rest(each.exchange, each.differences, "key")
            if not left:
                row.reproduced += 1
            elif not rest(each.exchange, left, "exchange"):
                row.listed += 1
            else:
                row.different.append(each.exchange.name)
    return list(table.values())


def lines(table: Iterable[Row]) -> list[str]:
    """Return the table as lines of text."""
    head = ("kind", "recorded", "out of scope", "reproduced", "listed", "different")
    body = [
        (r.kind, r.recorded, r.out_of_scope, r.reproduced, r.listed, len(r.different))
        for r in table
    ]
    total = ("all", *(sum(column) for column in list(zip(*body, strict=True))[1:]))
    return [
        f"{row[0]:<13}" + "".join(f"{cell:>14}" for cell in row[1:]) for row in (head, *body, total)
    ]
