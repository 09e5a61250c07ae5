"""Classify responses: data, faults, a rate limit, or nothing that can be relied on."""

import json
import re
import ssl
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Final, Generic, TypeVar

import requests
import urllib3.exceptions as low

from backlog_sync.core.redaction import without_shapes
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import AccessError
from backlog_sync.waiting import Limited, Lost, NotConnected

Data_co = TypeVar("Data_co", covariant=True)
T = TypeVar("T")

_LIMIT_TYPES: Final = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
_LIMIT_TEXT: Final = re.compile(
    r"was submitted too quickly|secondary rate|api rate limit|abuse detection"
    r"|temporarily blocked from content creation",
    re.IGNORECASE,
)
_HEAVY_TEXT: Final = re.compile(
    r"something went wrong while executing your query"
    r"|couldn't respond to your request in time|timeout on validation of query",
    re.IGNORECASE,
)


_SECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_LONGEST_WAIT: Final = 86_400.0
"""Seconds; GitHub's windows last a minute or an hour, so a longer wait must be a mistake."""


class Rejected(Exception):  # noqa: N818 - a state passed between our own modules, not an error
    """The server understood the request and refused all of it. Nothing was executed."""

    def __init__(self, message: str, *, code: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry in the `errors` of a GraphQL answer.

    A `code` means that the document itself was invalid, so that none of it was executed.
    """

    message: str
    type: str = ""
    path: tuple[str, ...] = ()
    code: str = ""

    @property
    def limited(self) -> bool:
        """Whether this is a rate limit, in any of its spellings."""
        return self.type in _LIMIT_TYPES or bool(_LIMIT_TEXT.search(self.message))

    @property
    def heavy(self) -> bool:
        """Whether the server ran out of time or resources."""
        return self.type == "RESOURCE_LIMITS_EXCEEDED" or bool(_HEAVY_TEXT.search(self.message))


@dataclass(frozen=True, slots=True)
class Answer(Generic[Data_co]):
    """A GraphQL answer. `wait` is the seconds that its headers ask for, in case of a rate limit.

    `data` has the type that GitHub's schema promises for the document, but is not validated: a
    server may answer with anything. `reader.understood` reports the exceptions that follow.
    """

    data: Data_co | None
    faults: tuple[Fault, ...] = ()
    wait: float | None = None

    @property
    def whole(self) -> Data_co:
        """The data. Raises `LookupError` if the answer has none."""
        if self.data is None:
            raise LookupError("the answer has no data")
        return self.data

    def fault(self, *path: str) -> Fault | None:
        """Return the first fault at or below this path."""
        return next((f for f in self.faults if f.path[: len(path)] == path), None)


def required(value: T | None, name: str = "value") -> T:
    """Return a value that GitHub always sends. Raises `LookupError` if it is null."""
    if value is None:
        raise LookupError(f"the answer lacks a {name}")
    return value


def unsure(value: T) -> T | None:
    """Return the value, typed as nullable although GitHub's schema promises that it is not."""
    return value


def read_faults(errors: object) -> tuple[Fault, ...]:
    """Read the `errors` of a GraphQL answer; entries of an unknown shape are kept as text."""
    faults = []
    for error in _listed(errors):
        if not isinstance(error, dict):
            faults.append(Fault(without_shapes(str(error))))
            continue
        code = error.get("type") or (
            "RATE_LIMIT" if error.get("code") == "graphql_rate_limit" else ""
        )
        path = error.get("path")
        steps = tuple(str(step) for step in path) if isinstance(path, list) else ()
        more = error.get("extensions")
        invalid = more.get("code") if isinstance(more, dict) else None
        message = without_shapes(str(error.get("message") or "no reason given"))
        faults.append(Fault(message, str(code or ""), steps, str(invalid or "")))
    return tuple(faults)


def check(response: requests.Response, now: float, remedy: str | None) -> None:
    """Raise for a response that is not a result: a rate limit, a refusal, a server error.

    `now` is the time in seconds since the epoch; `remedy` says what to do about the token. Raises
    `Limited`, `Lost`, `Rejected`, or `AccessError` if the token is not accepted. Source:
    GitHub's documentation of rate limits (403, 429 or 200; `retry-after`,
    `x-ratelimit-remaining`, `x-ratelimit-reset`).
    """
    status, message = response.status_code, message_of(response)
    spent = response.headers.get("x-ratelimit-remaining") == "0"
    has_retry_after = "retry-after" in response.headers
    if (
        status == 429
        or (status == 403 and (spent or has_retry_after))
        or _limit_body(status, message)
    ):
        raise Limited(message or f"HTTP {status}", wait=asked_wait(response, now))
    if status == 401:
        raise AccessError(f"GitHub did not accept the token: {message or 'HTTP 401'}", hint=remedy)
    if status >= 500:
        wait = asked_wait(response, now) if has_retry_after else None
        raise Lost(f"HTTP {status}", wait=wait, heavy=status in (502, 504))
    if status >= 400:
        raise Rejected(message or f"HTTP {status}", code=_code_of(response), status=status)


def asked_wait(response: requests.Response, now: float) -> float | None:
    """Return how many seconds the headers ask to wait; None if they ask for nothing sensible.

    `retry-after` (seconds or a date) comes first, then `x-ratelimit-reset` if nothing is left. Both
    times are by the server's clock, so its `Date` is now; `now` is used if there is none.
    """
    headers = response.headers
    sent = _moment(headers.get("date", ""))
    now = now if sent is None else sent
    wait: float | None = None
    if (after := headers.get("retry-after")) is not None:
        wait = _number(after)
        if wait is None and (moment := _moment(after)) is not None:
            wait = moment - now
    if wait is None and headers.get("x-ratelimit-remaining") == "0":
        moment = _number(headers.get("x-ratelimit-reset", ""))
        wait = moment - now + 1 if moment is not None else None
    return max(1.0, wait) if wait is not None and wait <= _LONGEST_WAIT else None


def _number(text: str) -> float | None:
    """Parse seconds as HTTP writes them (RFC 9110, 10.2.3), possibly with a fraction."""
    return float(text) if _SECONDS.fullmatch(text.strip()) else None


def _moment(text: str) -> float | None:
    """Parse an HTTP date; return seconds since the epoch."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def message_of(response: requests.Response) -> str:
    """Return the `message` of a REST error and its `errors`; empty if there is none."""
    body = _json(response)
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return ""
    parts = [body["message"]]
    for error in _listed(body.get("errors")):
        if isinstance(error, dict):
            text = error.get("message") or error.get("code")
            field = error.get("field")
            parts.append(f"{field}: {text}" if field and text else str(text or field or ""))
        else:
            parts.append(str(error))
    return without_shapes("; ".join(part for part in parts if part))


def no_answer(error: BaseException) -> Lost:
    """Explain why a request got no answer, without proxy addresses: these may hold a password."""
    if _has_cause(error, ssl.SSLCertVerificationError):
        return NotConnected("its TLS certificate was not accepted")
    if isinstance(error, requests.exceptions.ProxyError):
        return NotConnected("the proxy did not let the request through")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return NotConnected("no connection within 10 s")
    if isinstance(error, requests.exceptions.ReadTimeout):
        return Lost("no answer within 30 s", heavy=True)
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, low.NameResolutionError):
        return NotConnected("its name could not be resolved")
    if isinstance(reason, low.NewConnectionError):
        return NotConnected("the connection was refused")
    if isinstance(error, requests.exceptions.ConnectionError):
        return Lost("the connection broke before an answer came")
    return Lost("the answer broke off")


def _has_cause(error: BaseException, kind: type[BaseException]) -> bool:
    """Return whether an error, or any of its causes, is of this kind."""
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, kind) or any(isinstance(part, kind) for part in below.args):
            return True
        below = below.__cause__ or below.__context__
    return False


def _limit_body(status: int, message: str) -> bool:
    return status in (200, 403) and bool(_LIMIT_TEXT.search(message))


def _code_of(response: requests.Response) -> str:
    body = _json(response)
    for error in _listed(body.get("errors")) if isinstance(body, dict) else ():
        if isinstance(error, dict) and error.get("code"):
            return str(error["code"])
    return ""


def _listed(value: object) -> Sequence[object]:
    """Return a JSON value if it is a list, as `errors` should be; otherwise nothing."""
    return value if isinstance(value, list) else ()


def _json(response: requests.Response) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None
