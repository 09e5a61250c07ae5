"""Inject faults into requests on demand.

A plan numbers requests from 1 since it was set. Each fault has a flag `delivered`: whether the
request is executed before the fault, which decides whether a client that retries creates a
duplicate. The responses are in `error_responses`.
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
    """No answer for `seconds`, after which the connection is closed, unless the client gives up."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; create it with the functions below.

    `ran` is how many mutations of a batch are executed, None for all of them; `failing` are the
    positions (from 1) of those that fail. `keep` is the share of each list that is returned.
    `dated` is a `retry-after` with the time itself.
    """

    kind: Kind
    delivered: bool = False
    status: int = 200
    seconds: float | None = None
    ran: int | None = None
    failing: frozenset[int] = frozenset()
    keep: float = 1.0
    worded: str = ""
    dated: bool = False


def not_delivered() -> Fault:
    """Close the connection before the request is executed."""
    return Fault("closed")


def answer_lost(*, ran: int | None = None) -> Fault:
    """Execute the request, then close the connection without an answer.

    With `ran`, only this many mutations of a batch are executed.
    """
    return Fault("closed", delivered=True, ran=ran)


def hang(seconds: float = 60.0, *, delivered: bool = False) -> Fault:
    """Send no answer for this many seconds, then close the connection."""
    return Fault("hang", delivered=delivered, seconds=seconds)


def bad_gateway(status: int = 502, *, delivered: bool = False, ran: int | None = None) -> Fault:
    """Answer with an HTML page and 502 or 504, before or after the request is executed."""
    return Fault("bad_gateway", delivered=delivered, status=status, ran=ran)


def timeout(status: int = 502, *, delivered: bool = False, ran: int | None = None) -> Fault:
    """Answer with 502 or 504 and a timeout message as JSON, as GraphQL does after ten seconds."""
    return Fault("timeout", delivered=delivered, status=status, ran=ran)


def html_page(*, status: int = 200, delivered: bool = False) -> Fault:
    """Answer with an HTML page instead of JSON."""
    return Fault("html", delivered=delivered, status=status)


def truncated() -> Fault:
    """Execute the request, and cut its JSON answer off in the middle."""
    return Fault("truncated", delivered=True)


def graphql_error(*, delivered: bool = True, ran: int | None = None) -> Fault:
    """Answer `Something went wrong` with 200 (REST: 500), before or after executing the request."""
    return Fault("graphql_error", delivered=delivered, ran=ran)


def resource_limits(*, ran: int = 0) -> Fault:
    """Answer `RESOURCE_LIMITS_EXCEEDED` with 200 after executing this many mutations of a batch."""
    return Fault("resource_limits", delivered=True, ran=ran)


def validation_timeout() -> Fault:
    """Answer `Timeout on validation of query` with 200, and execute nothing."""
    return Fault("validation_timeout")


def partial(*failing: int) -> Fault:
    """Make the mutations at these positions (from 1) of a batch fail, and execute the others."""
    return Fault("partial", delivered=True, failing=frozenset(failing or (1,)))


def short_list(keep: float = 0.5) -> Fault:
    """End every list of the answer early, as if it were complete; the counts stay correct."""
    return Fault("short_list", delivered=True, keep=keep)


def not_found() -> Fault:
    """Answer 404, or `NOT_FOUND` in GraphQL, for an existing thing, as if rights were missing."""
    return Fault("not_found", status=404)


def primary_limit(
    *, status: int = 403, worded: Literal["", "already", "installation"] = ""
) -> Fault:
    """Answer that the hourly limit is used up; for GraphQL with 200 and `RATE_LIMITED`.

    Worded `already`, the type is `RATE_LIMIT`, as since 2026; `installation` is for Apps.
    """
    return Fault("primary_limit", status=status, worded=worded)


def secondary_limit(
    *,
    retry_after: float | None = None,
    dated: bool = False,
    status: int = 403,
    worded: Literal["", "content"] = "",
) -> Fault:
    """Answer with a secondary limit: 403, 429, or 200 for GraphQL, perhaps with `retry-after`.

    HTTP allows a number of seconds there, or (`dated`) the time at which they are over.
    """
    return Fault("secondary_limit", status=status, seconds=retry_after, worded=worded, dated=dated)


def submitted_too_quickly() -> Fault:
    """Answer that content is created too quickly (GraphQL: 200), and create nothing."""
    return Fault("too_quick")


def latency(seconds: float) -> Fault:
    """Delay the correct answer by this many seconds."""
    return Fault("latency", delivered=True, seconds=seconds)


@dataclass(slots=True)
class FaultPlan:
    """Faults by number of request; the first request after the plan was set is number 1.

    With `writes_only`, only requests that may change something are counted.
    """

    faults: Mapping[int, Fault] = field(default_factory=dict)
    writes_only: bool = False
    counted: int = 0

    def next(self, *, writes: bool) -> Fault | None:
        """Return the fault of the next request, if any."""
        if self.writes_only and not writes:
            return None
        self.counted += 1
        return self.faults.get(self.counted)
