"""Trouble on order: what goes wrong with which request.

A plan names requests by their place since the plan was set, from 1. Each fault says whether the
request is carried out before the trouble (`delivered`), which is what decides whether a client
that resends makes a duplicate. Bodies of rate limits are those that GitHub sends.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from backlog_sync.sandbox.messages import DOCS, JSON_TYPE, Response

Kind = Literal[
    "closed",
    "bad_gateway",
    "html",
    "truncated",
    "graphql_error",
    "primary_limit",
    "secondary_limit",
    "too_quick",
    "latency",
]


class ConnectionLostError(ConnectionResetError):
    """The connection was closed without an answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble; make it with the functions below."""

    kind: Kind
    delivered: bool = False
    status: int = 200
    seconds: float | None = None


def not_delivered() -> Fault:
    """The connection is closed before the request is carried out."""
    return Fault("closed")


def answer_lost() -> Fault:
    """The request is carried out, then the connection is closed without an answer."""
    return Fault("closed", delivered=True)


def bad_gateway(status: int = 502, *, delivered: bool = False) -> Fault:
    """A 502 or 504 from the front of GitHub, before or after the request is carried out."""
    return Fault("bad_gateway", delivered=delivered, status=status)


def html_page(*, status: int = 200, delivered: bool = False) -> Fault:
    """A page of HTML where JSON was due."""
    return Fault("html", delivered=delivered, status=status)


def truncated() -> Fault:
    """The request is carried out, and the JSON of its answer ends in the middle."""
    return Fault("truncated", delivered=True)


def graphql_error() -> Fault:
    """The request is carried out, and the answer says only that something went wrong."""
    return Fault("graphql_error", delivered=True)


def primary_limit(*, status: int = 403) -> Fault:
    """The hour's allowance is used up (GraphQL answers with 200 and `RATE_LIMITED`)."""
    return Fault("primary_limit", status=status)


def secondary_limit(*, retry_after: float | None = None, status: int = 403) -> Fault:
    """Too much at once: 403, 429, or 200 for GraphQL, with or without `retry-after` seconds."""
    return Fault("secondary_limit", status=status, seconds=retry_after)


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
    seen: int = 0

    def next(self, *, writes: bool) -> Fault | None:
        """The fault that the request at hand meets."""
        if self.writes_only and not writes:
            return None
        self.seen += 1
        return self.faults.get(self.seen)


UNAVAILABLE = """<!DOCTYPE html>
<html><head><title>Unicorn! &middot; GitHub</title></head>
<body><p><strong>This page is taking too long to load.</strong></p></body></html>
"""

SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    " If you reach out to GitHub Support for help, please include the request ID {request_id}."
)
SECONDARY_DOCS = (
    "https://docs.github.com/free-pro-team@latest/rest/overview/"
    "rate-limits-for-the-rest-api#about-secondary-rate-limits"
)


def _json(status: int, payload: object, **headers: str) -> Response:
    body = json.dumps(payload, separators=(",", ":")).encode()
    return Response(status, {"Content-Type": JSON_TYPE, **headers}, body)


def _html(status: int) -> Response:
    return Response(status, {"Content-Type": "text/html; charset=utf-8"}, UNAVAILABLE.encode())


def primary_response(user: int, *, graphql: bool, status: int = 403) -> Response:
    """What GitHub answers when the hour's allowance is used up."""
    message = f"API rate limit exceeded for user ID {user}."
    if graphql:
        return _json(200, {"errors": [{"type": "RATE_LIMITED", "message": message}]})
    return _json(status, {"message": message, "documentation_url": DOCS, "status": str(status)})


def secondary_response(
    request_id: str, *, retry_after: float | None = None, status: int = 403
) -> Response:
    """What GitHub answers to too much at once."""
    payload = {
        "documentation_url": SECONDARY_DOCS,
        "message": SECONDARY.format(request_id=request_id),
    }
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return _json(status, payload, **headers)


def too_quick_response(fields: list[str]) -> Response:
    """What GraphQL answers for each mutation whose content comes too fast."""
    errors = [
        {
            "type": "UNPROCESSABLE",
            "path": [name],
            "locations": [{"line": 1, "column": 1}],
            "message": "was submitted too quickly",
        }
        for name in fields
    ]
    return _json(200, {"data": dict.fromkeys(fields), "errors": errors})


def spoil(
    fault: Fault,
    answer: Response | None,
    *,
    request_id: str,
    user: int,
    graphql: bool,
    fields: list[str],
) -> Response:
    """The answer that the client gets instead; raises `ConnectionLostError` for none.

    `answer` is the true answer where the request was delivered; `fields` are the names under
    which a GraphQL mutation's results would stand.
    """
    match fault.kind:
        case "closed":
            raise ConnectionLostError(f"the sandbox closed the connection of {request_id}")
        case "bad_gateway" | "html":
            return _html(fault.status)
        case "primary_limit":
            limited = primary_response(user, graphql=graphql, status=fault.status)
            return Response(
                limited.status, {**limited.headers, "x-ratelimit-remaining": "0"}, limited.body
            )
        case "secondary_limit":
            return secondary_response(request_id, retry_after=fault.seconds, status=fault.status)
        case "too_quick":
            return too_quick_response(fields)
        case "graphql_error":
            message = (
                "Something went wrong while executing your query. This may be the result of a"
                " timeout, or it could be a GitHub bug. Please include"
                f" `{request_id}` when reporting this issue."
            )
            return _json(200, {"data": None, "errors": [{"message": message}]})
        case "truncated" | "latency":
            assert answer is not None
            if fault.kind == "latency":
                return answer
            return Response(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
