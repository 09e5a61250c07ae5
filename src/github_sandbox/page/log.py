"""Build the page with the log of requests and their cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from github_sandbox.app import LogEntry, Sandbox

PAGE_OF_REQUESTS = 200


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over requests; `ms` is the server time."""

    requests: int = 0
    rest: int = 0
    graphql: int = 0
    mutations: int = 0
    writes: int = 0
    points: int = 0
    refused: int = 0
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of requests, the newest first."""

    totals: Totals
    entries: tuple["LogEntry", ...]
    page: int
    last_page: int


def is_graphql(entry: "LogEntry") -> bool:
    """Return whether a request is a GraphQL request."""
    return entry.path.partition("?")[0].endswith("graphql")


def totals(log: Iterable["LogEntry"]) -> Totals:
    """Return the sums of a log."""
    entries = list(log)
    graphql = sum(is_graphql(entry) for entry in entries)
    return Totals(
        requests=len(entries),
        rest=len(entries) - graphql,
        graphql=graphql,
        mutations=sum(entry.mutations for entry in entries),
        writes=sum(entry.writes for entry in entries),
        points=sum(entry.points for entry in entries),
        refused=sum(entry.status == 0 or entry.status >= 400 for entry in entries),
        ms=sum(entry.ms for entry in entries),
    )


def log_page(sandbox: "Sandbox", page: int) -> LogPage:
    """Return a page of the log, the newest first."""
    last = max(1, -(-len(sandbox.log) // PAGE_OF_REQUESTS))
    page = max(1, min(page, last))
    end = len(sandbox.log) - (page - 1) * PAGE_OF_REQUESTS
    shown = sandbox.log[max(0, end - PAGE_OF_REQUESTS) : end]
    return LogPage(totals(sandbox.log), tuple(reversed(shown)), page, last)


def version(sandbox: "Sandbox") -> dict[str, int]:
    """Return numbers that grow: `things` with changes of the state, `requests` with the log."""
    writes = sum(entry.writes for entry in sandbox.log)
    return {"things": len(sandbox.events) + writes, "requests": len(sandbox.log)}
