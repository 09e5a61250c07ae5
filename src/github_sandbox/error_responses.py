"""Build the responses for rate limits and faults, with GitHub's own messages.

The bodies are those that GitHub documents and that authors of clients have reported: for the
primary and secondary limits, for content created too quickly, for timeouts.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from github_sandbox.faults import AnswerHangsError, ConnectionLostError, Fault
from github_sandbox.messages import DOCS, JSON_TYPE, Response

UNAVAILABLE = """<!DOCTYPE html>
<html><head><title>Unicorn! &middot; GitHub</title></head>
<body><p><strong>This page is taking too long to load.</strong></p></body></html>
"""

SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    " If you reach out to GitHub Support for help, please include the request ID {request_id}."
)
BLOCKED = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content"
    " creation. Please retry your request again later."
)
SECONDARY_DOCS = (
    "https://docs.github.com/free-pro-team@latest/rest/overview/"
    "rate-limits-for-the-rest-api#about-secondary-rate-limits"
)
WENT_WRONG = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it"
    " could be a GitHub bug. Please include `{request_id}` when reporting this issue."
)
IN_TIME = (
    "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your"
    " request and contact us if the problem persists."
)


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """The parts of a request that an error response needs.

    `fields` are the names of a GraphQL mutation's results; `user` is the viewer's number, `now` the
    time.
    """

    request_id: str
    user: int
    graphql: bool
    fields: list[str]
    now: datetime


def _json(status: int, payload: object, **headers: str) -> Response:
    body = json.dumps(payload, separators=(",", ":")).encode()
    return Response(status, {"Content-Type": JSON_TYPE, **headers}, body)


def _html(status: int) -> Response:
    return Response(status, {"Content-Type": "text/html; charset=utf-8"}, UNAVAILABLE.encode())


def primary_response(user: int, *, graphql: bool, status: int = 403, worded: str = "") -> Response:
    """Return GitHub's response when the hourly limit is used up."""
    if graphql and worded == "already":
        message = f"API rate limit already exceeded for user ID {user}."
        error = {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": message}
        return _json(200, {"errors": [error]})
    holder = "installation" if worded == "installation" else "user"
    message = f"API rate limit exceeded for {holder} ID {user}"
    if graphql:
        return _json(200, {"errors": [{"type": "RATE_LIMITED", "message": message}]})
    payload = {"message": f"{message}.", "documentation_url": DOCS, "status": str(status)}
    return _json(status, payload)


def secondary_response(
    request_id: str, *, retry_after: str | None = None, status: int = 403, content: bool = False
) -> Response:
    """Return GitHub's response for a secondary limit; `content` is the one for content creation."""
    message = BLOCKED if content else SECONDARY.format(request_id=request_id)
    payload = {"documentation_url": SECONDARY_DOCS, "message": message}
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return _json(status, payload, **headers)


def seconds_to_wait(seconds: float | None) -> str | None:
    """Return a number of seconds as `retry-after` has it."""
    return None if seconds is None else f"{seconds:g}"


def _wait(fault: Fault, now: datetime) -> str | None:
    if fault.seconds is None or not fault.dated:
        return seconds_to_wait(fault.seconds)
    end = now.astimezone(UTC) + timedelta(seconds=fault.seconds)
    return format_datetime(end, usegmt=True)


def _null_results(fields: list[str], type_: str, message: str) -> Response:
    """Return 200 with an error and a null result for each of these mutations."""
    errors = [
        {"type": type_, "path": [name], "locations": [{"line": 1, "column": 1}], "message": message}
        for name in fields
    ]
    return _json(200, {"data": dict.fromkeys(fields), "errors": errors})


def too_quick_response(fields: list[str]) -> Response:
    """Return GraphQL's response for mutations that create content too quickly."""
    return _null_results(fields, "UNPROCESSABLE", "was submitted too quickly")


def _graphql_failure(status: int, message: str, **more: object) -> Response:
    return _json(status, {"data": None, "errors": [{**more, "message": message}]})


def _timeout(fault: Fault, request: RequestSummary) -> Response:
    """Return a timeout: a JSON error for GraphQL, a plain message for REST."""
    if request.graphql:
        return _graphql_failure(fault.status, WENT_WRONG.format(request_id=request.request_id))
    return _json(fault.status, {"message": IN_TIME, "documentation_url": DOCS})


def _resource_limits(response: Response, request: RequestSummary) -> Response:
    """Return null for all requested fields, whatever was executed."""
    names = request.fields or list(json.loads(response.body).get("data") or {})
    message = "Resource limits for this query exceeded."
    return _null_results(names, "RESOURCE_LIMITS_EXCEEDED", message)


def _not_found(request: RequestSummary) -> Response:
    if request.graphql:
        message = "Could not resolve to a node with the global id of 'unknown'."
        error = {"type": "NOT_FOUND", "path": request.fields[:1], "message": message}
        return _json(200, {"data": None, "errors": [error]})
    return _json(404, {"message": "Not Found", "documentation_url": DOCS, "status": "404"})


# ---- lists that end early ------------------------------------------------------------------


def _shortened_response(response: Response, keep: float) -> Response:
    """Return the response with every list cut, no next page, and unchanged counts."""
    headers = {name: text for name, text in response.headers.items() if name != "Link"}
    body = json.dumps(_shorten(json.loads(response.body), keep)).encode()
    return Response(response.status, headers, body)


def _shorten(value: Any, keep: float) -> Any:
    """Shorten the outermost list, or those in connections and searches."""
    if isinstance(value, list):
        return value[: int(len(value) * keep)]
    if not isinstance(value, dict):
        return value
    shortened: dict[str, Any] = {}
    for name, each in value.items():
        inner = isinstance(each, dict) or name in ("nodes", "edges", "items")
        shortened[name] = _shorten(each, keep) if inner else each
    if isinstance(shortened.get("pageInfo"), dict):
        shortened["pageInfo"] = {**shortened["pageInfo"], "hasNextPage": False}
    return shortened


# ---- all of it -----------------------------------------------------------------------------


def faulty_response(
    fault: Fault, true_response: Response | None, request: RequestSummary
) -> Response:
    """Return the response that the client gets instead, or raise `ConnectionLostError` for none.

    `answer` is the true response if the request was delivered.
    """
    match fault.kind:
        case "truncated" | "resource_limits" | "short_list" | "partial" | "latency":
            assert true_response is not None
            return _altered_response(fault, true_response, request)
        case "closed":
            raise ConnectionLostError(f"the sandbox closed the connection of {request.request_id}")
        case "hang":
            message = f"the sandbox does not answer {request.request_id}"
            raise AnswerHangsError(message, fault.seconds or 0.0)
        case "primary_limit" | "secondary_limit" | "too_quick":
            return _limited(fault, request)
        case _:
            return _failed(fault, request)


def _altered_response(fault: Fault, true_response: Response, request: RequestSummary) -> Response:
    match fault.kind:
        case "truncated":
            return Response(
                true_response.status,
                true_response.headers,
                true_response.body[: len(true_response.body) // 2],
            )
        case "resource_limits":
            return _resource_limits(true_response, request)
        case "short_list":
            return _shortened_response(true_response, fault.keep)
        case _:
            return true_response


def _failed(fault: Fault, request: RequestSummary) -> Response:
    match fault.kind:
        case "timeout":
            return _timeout(fault, request)
        case "not_found":
            return _not_found(request)
        case "validation_timeout":
            return _graphql_failure(200, "Timeout on validation of query")
        case "graphql_error" if request.graphql:
            return _graphql_failure(200, WENT_WRONG.format(request_id=request.request_id))
        case "graphql_error":
            return _json(500, {"message": "Server Error", "documentation_url": DOCS})
        case _:
            return _html(fault.status)


def _limited(fault: Fault, request: RequestSummary) -> Response:
    if fault.kind == "too_quick":
        return too_quick_response(request.fields)
    if fault.kind == "secondary_limit":
        return secondary_response(
            request.request_id,
            retry_after=_wait(fault, request.now),
            status=fault.status,
            content=fault.worded == "content",
        )
    limited = primary_response(
        request.user, graphql=request.graphql, status=fault.status, worded=fault.worded
    )
    return Response(limited.status, {**limited.headers, "x-ratelimit-remaining": "0"}, limited.body)
