"""Trouble on order: what goes wrong with which request.

A plan names requests by their place since the plan was set, from 1. Each fault says whether the
request is carried out before the trouble (`delivered`), which is what decides whether a client
that resends makes a duplicate. What the answers say is in `error_responses`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "closed",
    "hang",
    "bad_gateway",
    "timeout",
    "html",
    "truncated",
    "graphql_error",
    "resource_limits",
    "validation_timeout",
    "partial",
    "short_list",
    "not_found",
    "primary_limit",
    "secondary_limit",
    "too_quick",
    "latency",
]


class ConnectionLostError(ConnectionResetError):
    """The connection was closed without an answer."""


class AnswerHangsError(ConnectionLostError):
    """No answer came for `seconds`; the client gives up, or the connection is closed then."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble; make it with the functions below.

    `ran` is how many of a batch's mutations are carried out, None for all of them; `failing` are
    the places (from 1) of those that fail. `keep` is how much of each list is left.
    """

    kind: Kind
    delivered: bool = False
    status: int = 200
    seconds: float | None = None
    ran: int | None = None
    failing: frozenset[int] = frozenset()
    keep: float = 1.0
    worded: str = ""


def not_delivered() -> Fault:
    """The connection is closed before the request is carried out."""
    return Fault("closed")


def answer_lost(*, ran: int | None = None) -> Fault:
    """The request is carried out, then the connection is closed without an answer.

    With `ran` only so many of a batch's mutations were carried out.
    """
    return Fault("closed", delivered=True, ran=ran)


def hang(seconds: float = 60.0, *, delivered: bool = False) -> Fault:
    """No answer for so many seconds, then the connection is closed."""
    return Fault("hang", delivered=delivered, seconds=seconds)


def bad_gateway(status: int = 502, *, delivered: bool = False, ran: int | None = None) -> Fault:
    """A page of HTML with 502 or 504, before or after the request is carried out."""
    return Fault("bad_gateway", delivered=delivered, status=status, ran=ran)


def timeout(status: int = 502, *, delivered: bool = False, ran: int | None = None) -> Fault:
    """502 or 504 as JSON that says that it took too long, as GraphQL does after ten seconds."""
    return Fault("timeout", delivered=delivered, status=status, ran=ran)


def html_page(*, status: int = 200, delivered: bool = False) -> Fault:
    """A page of HTML where JSON was due."""
    return Fault("html", delivered=delivered, status=status)


def truncated() -> Fault:
    """The request is carried out, and the JSON of its answer ends in the middle."""
    return Fault("truncated", delivered=True)


def graphql_error(*, delivered: bool = True, ran: int | None = None) -> Fault:
    """`Something went wrong` with 200 (REST: 500), after the request was carried out or not."""
    return Fault("graphql_error", delivered=delivered, ran=ran)


def resource_limits(*, ran: int = 0) -> Fault:
    """`RESOURCE_LIMITS_EXCEEDED` with 200; so many of a batch's mutations were carried out."""
    return Fault("resource_limits", delivered=True, ran=ran)


def validation_timeout() -> Fault:
    """`Timeout on validation of query` with 200; nothing was carried out."""
    return Fault("validation_timeout")


def partial(*failing: int) -> Fault:
    """Of a batch's mutations those at these places (from 1) fail; the others stay carried out."""
    return Fault("partial", delivered=True, failing=frozenset(failing or (1,)))


def short_list(keep: float = 0.5) -> Fault:
    """Every list of the answer ends early, and says that it ends there; the counts stay true."""
    return Fault("short_list", delivered=True, keep=keep)


def not_found() -> Fault:
    """404, or `NOT_FOUND` in GraphQL, for what is there: as where rights are missing."""
    return Fault("not_found", status=404)


def primary_limit(
    *, status: int = 403, worded: Literal["", "already", "installation"] = ""
) -> Fault:
    """The hour's allowance is used up; GraphQL says it with 200 and `RATE_LIMITED`.

    Worded `already` it says `RATE_LIMIT`, as it does since 2026; `installation` is an app's.
    """
    return Fault("primary_limit", status=status, worded=worded)


def secondary_limit(
    *, retry_after: float | None = None, status: int = 403, worded: Literal["", "content"] = ""
) -> Fault:
    """Too much at once: 403, 429, or 200 for GraphQL, with or without `retry-after` seconds."""
    return Fault("secondary_limit", status=status, seconds=retry_after, worded=worded)


def submitted_too_quickly() -> Fault:
    """GraphQL's answer to content that comes too fast: 200, and nothing was made."""
    return Fault("too_quick")


def latency(seconds: float) -> Fault:
    """The answer is right and takes so much longer."""
    return Fault("latency", delivered=True, seconds=seconds)


@dataclass(slots=True)
class FaultPlan:
    """Which request meets which fault; the first request after this was set is number 1.

    With `writes_only` only requests that can change something are counted.
    """

    faults: Mapping[int, Fault] = field(default_factory=dict)
    writes_only: bool = False
    counted: int = 0

    def next(self, *, writes: bool) -> Fault | None:
        """The fault that the request at hand meets."""
        if self.writes_only and not writes:
            return None
        self.counted += 1
        return self.faults.get(self.counted)
