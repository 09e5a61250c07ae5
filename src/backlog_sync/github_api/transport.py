"""Send requests under our rules: the `requests` session that both clients share."""

import io
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, parse
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import AuthBase

from backlog_sync import log
from backlog_sync.core.plan import Usage
from backlog_sync.core.redaction import Secrets
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import RefusedError
from backlog_sync.github_api.environment import checked_certificates, checked_proxies

TIMEOUT: Final = (10.0, 30.0)
"""Seconds to connect, and between bytes of an answer. GitHub itself gives up after 10 s."""

API_VERSION: Final = "2022-11-28"
"""The version of the REST API that every request names; GraphQL ignores it, as it does gh's.

It is the only one that Enterprise Servers up to 3.19 accept, and every recorded answer that tests
compare with was given under it. PyGithub 2.10 reads both versions, and nothing that we read is
absent from 2026-03-10, which drops `assignee` and `merge_commit_sha` [R]. GitHub supports this one
until 2028-03-10 (`Sunset`, recorded 2026); a server that no longer does is asked without it.
"""

_VERSION_HEADER: Final = "X-GitHub-Api-Version"

_READS: Final = frozenset({"GET", "HEAD"})
_REDIRECTS: Final = 3
"""Redirects to follow: a renamed repository redirects once, and it may have been renamed again."""


@dataclass(slots=True)
class Tally:
    """What was spent: requests by kind, mutations, points. Threads may share it."""

    rest: int = 0
    graphql: int = 0
    mutations: int = 0
    points: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def sent(self, *, graphql: bool, mutations: int) -> None:
        """Count a request that is about to be sent."""
        with self._guard:
            self.graphql += graphql
            self.rest += not graphql
            self.mutations += mutations

    def cost(self, points: int) -> None:
        """Add the points that a request cost."""
        with self._guard:
            self.points += points

    def usage(self) -> Usage:
        """Return the tally as a value."""
        return Usage(self.rest, self.graphql, self.mutations, self.points)


class Credential(Protocol):
    """What a session authenticates with."""

    @property
    def remedy(self) -> str:
        """What to do if the server does not accept the token."""

    def token(self) -> str:
        """Return the token to send now; it may have to be requested from the server first."""


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token that stays the same; `name` is the variable that holds it."""

    value: str = field(repr=False)
    name: str

    @property
    def remedy(self) -> str:
        """What to do if the server does not accept the token."""
        return f"set {self.name} to a valid token, or run `gh auth login`"

    def token(self) -> str:
        """Return the token."""
        return self.value


class _Authorization(AuthBase):
    """Adds the token to requests to the API's own origins, and to no others."""

    def __init__(self, credential: Credential, origins: frozenset[str]) -> None:
        self._credential = credential
        self._origins = origins

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if origin(request.url or "") in self._origins:
            request.headers["Authorization"] = f"Bearer {self._credential.token()}"
        return request


class PolicySession(requests.Session):
    """Sends with our timeouts, counts requests, limits redirects, and blocks writes if read-only.

    The environment is not read (no `.netrc`, only the given proxies); nothing is retried here. A
    request that the rules forbid raises `RefusedError` before a byte is sent. Several threads may
    send at once. `scopes` are those of a classic token, as the server lists them; None for other
    tokens, and before the first answer. Without a `credential`, requests keep their own
    authorization. `may_post` matches the paths below `api_url` that a read-only run may POST to:
    those that request a token and change nothing else. `waiting` is entered while waiting for an
    answer. Raises `FailedError` for certificates and `UsageError` for proxies that cannot be used.
    """

    def __init__(
        self,
        *,
        api_url: str,
        graphql_url: str,
        credential: Credential | None,
        read_only: bool,
        user_agent: str,
        secrets: Secrets,
        adapter: BaseAdapter | None = None,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str = True,
        tally: Tally | None = None,
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
        may_post: re.Pattern[str] | None = None,
    ) -> None:
        super().__init__()
        self.secrets = secrets
        self._waiting = waiting
        self.trust_env = False
        self.credential = credential
        if credential is not None:
            origins = frozenset({origin(api_url), origin(graphql_url)})
            self.auth = _Authorization(credential, origins)
        self.headers["User-Agent"] = user_agent
        self.headers[_VERSION_HEADER] = API_VERSION
        self.proxies = checked_proxies(proxies or {})
        secure = origin(api_url).startswith("https:") and adapter is None
        self.verify = checked_certificates(verify) if secure else verify
        self.read_only = read_only
        self._api_url = api_url
        self._may_post = may_post
        self.graphql_url = graphql_url
        self.tally = tally or Tally()
        self._of_thread = threading.local()
        self.server = ""
        self.scopes: frozenset[str] | None = None
        for scheme in ("https://", "http://"):
            self.mount(scheme, adapter or HTTPAdapter(max_retries=0))

    @property
    def last(self) -> requests.Response | None:
        """The answer to the latest request of this thread; None if there is none yet."""
        return getattr(self._of_thread, "last", None)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a prepared request under the rules of this class."""
        self._of_thread.last = None
        kwargs.update(timeout=TIMEOUT, verify=self.verify, allow_redirects=False)
        for _ in range(_REDIRECTS + 1):
            self._count(request)
            began = time.monotonic()
            with self._waiting():
                response = self._without_secrets(super().send(request, **kwargs))
            if log.shows_requests():
                log_request(request, response, time.monotonic() - began)
            self.server = response.headers.get("Server", "")
            if (scopes := response.headers.get("X-OAuth-Scopes")) is not None:
                self.scopes = frozenset(scopes.replace(",", " ").split())
            if _refuses_version(response):
                request = self._without_version(request)
                continue
            if not response.is_redirect:
                self._of_thread.last = response
                return response
            request = self._followed(request, response)
        raise RefusedError(
            f"{_shown(request.url)} redirects in a circle",
            hint="check GITHUB_API_URL and the proxy",
        )

    def _without_version(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request without its version; later requests will not have one, either.

        A server that refuses a version executed nothing, so a write may be sent again, too.
        """
        if self.headers.pop(_VERSION_HEADER, None):
            log.event("api.version", refused=API_VERSION, used="the server's own")
        plain = request.copy()
        plain.headers.pop(_VERSION_HEADER, None)
        return plain

    def renew_token(self) -> None:
        """Renew a token that is about to expire, so that the next request does not have to."""
        if self.credential is not None:
            self.credential.token()

    def _without_secrets(self, response: requests.Response) -> requests.Response:
        """Return the response without our secrets, so that nothing can show them later.

        It is a new object, because `requests` has no public way to replace a body.
        """
        answer = requests.Response()
        answer.status_code = response.status_code
        answer.url, answer.request = response.url, response.request
        answer.encoding, answer.elapsed = response.encoding, response.elapsed
        answer.reason = self.secrets.hide(str(response.reason or ""))
        for name, value in response.headers.items():
            answer.headers[name] = self.secrets.hide(value)
        # A server may grant a token that is already known; if it were hidden, it could not be used.
        grants = response.status_code == HTTPStatus.CREATED and self._only_requests_token(
            response.request
        )
        content = response.content if grants else self.secrets.hide_raw(response.content)
        answer.raw = io.BytesIO(content)
        return answer

    def _count(self, request: requests.PreparedRequest) -> None:
        """Count the request, or raise `RefusedError` if it would write in a read-only run."""
        mutations = 0
        graphql = request.url == self.graphql_url and request.method == "POST"
        writes = not graphql and request.method not in _READS
        if graphql:
            mutations = count_mutations(request.body)
            writes = mutations > 0
        if writes and self.read_only and not self._only_requests_token(request):
            raise RefusedError(
                f"this run must not write, and {request.method} {_shown(request.url)} would",
                slug="write-blocked",
                hint="`backlog sync` writes; please report that this command tried to",
            )
        self.tally.sent(graphql=graphql, mutations=mutations)

    def _only_requests_token(self, request: requests.PreparedRequest) -> bool:
        path = (request.url or "").removeprefix(self._api_url)
        return bool(self._may_post and request.method == "POST" and self._may_post.fullmatch(path))

    def _followed(
        self, request: requests.PreparedRequest, response: requests.Response
    ) -> requests.PreparedRequest:
        """Return the request that a redirect asks for, or raise if it must not be followed.

        GitHub redirects requests for renamed repositories. If followed blindly, a POST becomes a
        GET whose 200 looks like success.
        """
        try:
            target = urljoin(request.url or "", response.headers["location"])
            same_origin = origin(target) == origin(request.url or "")
        except ValueError:
            raise RefusedError(
                f"{_shown(request.url)} redirects to what is not an address",
                hint="is GITHUB_API_URL right?",
            ) from None
        if not same_origin:
            raise RefusedError(
                f"{_shown(request.url)} redirects to another server, {origin(target)}",
                hint="set GITHUB_API_URL to the server that is meant",
            )
        graphql = request.url == self.graphql_url
        keeps_method = request.method in _READS or response.status_code in (307, 308)
        if not keeps_method or (request.method not in _READS and not graphql):
            raise RefusedError(
                f"{_shown(request.url)} has moved to {_shown(target)}; writes do not follow it",
                hint="was the repository renamed? name it as it is called now",
            )
        followed = request.copy()
        followed.url = target
        return followed


def _refuses_version(response: requests.Response) -> bool:
    """Return whether a server refuses the version of the API that the request names.

    The status is documented ("API Versions"); the message names the header [R].
    """
    return (
        response.status_code == HTTPStatus.BAD_REQUEST
        and _VERSION_HEADER in response.request.headers
        and _VERSION_HEADER.lower().encode() in response.content.lower()
    )


def log_request(
    request: requests.PreparedRequest, response: requests.Response, seconds: float
) -> None:
    """Log a request and its cost; points are known only if the answer names them."""
    remaining = response.headers.get("X-RateLimit-Remaining", "")
    log.request(
        method=request.method,
        path=urlsplit(request.url or "").path,
        operations=_operation_names(request.body),
        status=response.status_code,
        points=_cost(response),
        remaining=int(remaining) if remaining.isdecimal() else None,
        milliseconds=round(seconds * 1000),
    )


def _operation_names(body: object) -> list[str]:
    """List the operations in the JSON body of a GraphQL request, each kind of mutation once."""
    names: dict[str, None] = {}
    for operation in _operations_in(body) or ():
        if operation.operation is OperationType.MUTATION:
            fields = operation.selection_set.selections
            names.update(
                (field.name.value, None) for field in fields if isinstance(field, FieldNode)
            )
        elif operation.name is not None:
            names[operation.name.value] = None
    return list(names)


def _cost(response: requests.Response) -> int | None:
    """Return the cost in points that a GraphQL answer reports; None if the query did not ask."""
    try:
        cost = response.json()["data"]["rateLimit"]["cost"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return cost if isinstance(cost, int) else None


def count_mutations(body: object) -> int:
    """Return how many mutations the JSON body of a GraphQL request contains.

    A document that cannot be read counts as one, so that a read-only run refuses it.
    """
    operations = _operations_in(body)
    if operations is None:
        return 1
    return sum(
        len(operation.selection_set.selections)
        for operation in operations
        if operation.operation is OperationType.MUTATION
    )


def _operations_in(body: object) -> tuple[OperationDefinitionNode, ...] | None:
    """Return the operations in the JSON body of a GraphQL request; None if it is unreadable."""
    try:
        return _operations_of(json.loads(body if isinstance(body, str | bytes) else "")["query"])
    except (ValueError, TypeError, KeyError, GraphQLError):
        return None


@lru_cache(maxsize=256)
def _operations_of(text: str) -> tuple[OperationDefinitionNode, ...]:
    """Return the operations of a document; runs send the same few, and to read one takes long."""
    definitions = parse(text, no_location=True).definitions
    return tuple(each for each in definitions if isinstance(each, OperationDefinitionNode))


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, always with the port."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def _shown(url: str | None) -> str:
    """Return a URL without its query, for messages."""
    return (url or "").split("?", 1)[0]
