"""The simulated GitHub as one object: a request in, a response out.

It stands for github.com's API (`/graphql` and REST at the root) and, for clients of an
Enterprise server, for `/api/graphql` and `/api/v3`.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from urllib.parse import urlsplit

from backlog_sync.sandbox import faults as trouble
from backlog_sync.sandbox import graphql, page, places, rest
from backlog_sync.sandbox.access import Grant, Permission, Viewer
from backlog_sync.sandbox.context import Context, RateState
from backlog_sync.sandbox.faults import Fault, FaultPlan
from backlog_sync.sandbox.features import Features, serves
from backlog_sync.sandbox.limits import RESOURCES, Limits, Resource
from backlog_sync.sandbox.messages import Request, Response, error_response, json_response
from backlog_sync.sandbox.models import Account, Event, Repository
from backlog_sync.sandbox.store import Store

WEB = "https://github.localhost"
"""Where pages would be. It is the same in every run, so that addresses written into files stay."""

DEFAULT_LOGIN = "sandbox-user"
CREATIONS = ("createIssue", "addComment")


def system_clock() -> datetime:
    """The real time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request as it went.

    `status` is 0 where the connection was closed instead of an answer; `fault` names the trouble.
    """

    index: int
    method: str
    path: str
    operation: str | None
    mutations: int
    points: int
    status: int
    ms: float
    fault: str | None = None

    @property
    def writes(self) -> bool:
        """Whether the request could change something."""
        is_graphql = urlsplit(self.path).path.endswith("graphql")
        return self.mutations > 0 if is_graphql else self.method not in ("GET", "HEAD")


@dataclass(slots=True)
class _Work:
    """A request on its way through."""

    request: Request
    path: str
    prefix: str
    call: graphql.Call | dict[str, Any] | None = None
    bad_json: bool = False

    @property
    def is_graphql(self) -> bool:
        return urlsplit(self.path).path == "/graphql"

    @property
    def resource(self) -> Resource:
        """Which allowance the request is counted against."""
        if self.is_graphql:
            return "graphql"
        return "search" if urlsplit(self.path).path.startswith("/search/") else "core"

    @property
    def mutations(self) -> int:
        return self.call.mutations if isinstance(self.call, graphql.Call) else 0

    @property
    def points(self) -> int:
        return self.call.cost.points if isinstance(self.call, graphql.Call) else 1

    @property
    def writes(self) -> bool:
        if self.is_graphql:
            return self.mutations > 0
        return self.request.method not in ("GET", "HEAD")

    @property
    def fields(self) -> list[str]:
        """The names under which a mutation's results stand."""
        return self.call.fields if isinstance(self.call, graphql.Call) else []

    @property
    def creations(self) -> int:
        """How many issues or comments the request would make."""
        if isinstance(self.call, graphql.Call):
            return sum(name in CREATIONS for name in self.call.mutated)
        last = urlsplit(self.path).path.rsplit("/", 1)[-1]
        return int(self.request.method == "POST" and last in ("issues", "comments"))


class Sandbox:
    """A simulated GitHub.

    Takes the folder that keeps its state (None keeps it in memory) and a clock that gives aware
    moments. `handle` may be called from several threads; requests are served one at a time.
    `tokens` maps tokens to grants; any other token that is not empty and does not begin with
    `bad` acts as the default user, with every right. `features` may be set at any time.
    """

    def __init__(
        self,
        state_dir: Path | None = None,
        *,
        clock: Callable[[], datetime] = system_clock,
        sleep: Callable[[float], None] = time.sleep,
        features: Features = graphql.ALL,
    ) -> None:
        self.store = Store(state_dir, clock)
        self.features = features
        self.tokens: dict[str, Grant] = {}
        self.faults = FaultPlan()
        self.limits = Limits()
        self.list_lag = timedelta(0)
        self.search_lag = timedelta(0)
        self.log: list[LogEntry] = []
        self.web = WEB
        self.lock = threading.RLock()
        self._clock = clock
        self._sleep = sleep
        self._served = 0

    # ---- setting up ------------------------------------------------------------------------

    def ensure_repository(
        self,
        full_name: str,
        *,
        owner_type: Literal["User", "Organization"] = "Organization",
        private: bool = False,
    ) -> Repository:
        """The repository `owner/name`, made with its owner and default labels where missing."""
        with self.lock:
            repository = places.ensure_repository(
                self.store, full_name, owner_type, private=private
            )
            self.default_account()
            self.store.commit()
            return repository

    def ensure_user(self, login: str, *, permission: Permission = "write") -> Account:
        """The user or bot (`name[bot]`) with this login, who may do so much in repositories."""
        with self.lock:
            account = places.ensure_account(
                self.store, login, "Bot" if login.endswith("[bot]") else "User"
            )
            if account.permission != permission:
                account.permission = permission
                self.store.mark(account)
            self.store.commit()
            return account

    def rename_repository(self, full_name: str, name: str) -> None:
        """Give a repository another name; the old one redirects."""
        with self.lock:
            repository = self.repository(full_name)
            self.store.rename_repository(repository, name)
            self.store.commit()

    def repository(self, full_name: str) -> Repository:
        """A repository that exists; raises KeyError for any other."""
        owner, _, name = full_name.partition("/")
        found = self.store.repository(owner, name)
        if found is None:
            raise KeyError(full_name)
        return found

    def default_account(self) -> Account:
        """Who an unknown token acts as: the first user that owns a repository, else a helper."""
        owners = (
            self.store.get(Account, repository.owner)
            for repository in self.store.repositories.values()
        )
        owner = next((account for account in owners if account.kind == "User"), None)
        account = owner or places.ensure_account(self.store, DEFAULT_LOGIN)
        if account.permission != "admin":
            account.permission = "admin"
            self.store.mark(account)
        return account

    @property
    def events(self) -> list[Event]:
        """Everything that happened, in order."""
        return self.store.events

    def close(self) -> None:
        """Write the state down as one file and let go of it."""
        with self.lock:
            self.store.close()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # ---- serving ---------------------------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request, or a browser that asks for a page.

        Raises `faults.ConnectionLostError` where a fault closes the connection instead.
        """
        if page.wanted(request):
            return page.answer(self, request)
        with self.lock:
            response, pause = self._serve(request)
        if pause:
            self._sleep(pause)
        return response

    def _serve(self, request: Request) -> tuple[Response, float]:
        started = time.perf_counter()
        work = _take_apart(request, self.features)
        self._served += 1
        request_id = f"SBX:{self._served:06X}"
        fault = self.faults.next(writes=work.writes)
        lost: trouble.ConnectionLostError | None = None
        response = Response(0)
        try:
            response = self._answer(work, request_id, fault)
        except trouble.ConnectionLostError as closed:
            lost = closed
        finally:
            self.store.commit()
        self._log(work, response.status, started, fault)
        if lost is not None:
            raise lost
        pause = fault.seconds if fault and fault.kind == "latency" else None
        return response, pause or 0.0

    def _log(self, work: _Work, status: int, started: float, fault: Fault | None) -> None:
        name = work.call.name if isinstance(work.call, graphql.Call) else None
        self.log.append(
            LogEntry(
                index=len(self.log) + 1,
                method=work.request.method,
                path=work.request.path,
                operation=name,
                mutations=work.mutations,
                points=work.points,
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 3),
                fault=fault.kind if fault else None,
            )
        )

    def _answer(self, work: _Work, request_id: str, fault: Fault | None) -> Response:
        viewer = self._viewer(work.request)
        token = _token(work.request) or ""
        now = self._clock().timestamp()
        resource = work.resource
        rate = self.limits.window(token, resource, now)
        user = viewer.account.id if isinstance(viewer, Viewer) else 0

        def spoiled(answer: Response | None) -> Response:
            assert fault is not None
            return trouble.spoil(
                fault,
                answer,
                request_id=request_id,
                user=user,
                graphql=work.is_graphql,
                fields=work.fields,
            )

        if fault and not fault.delivered:
            response = spoiled(None)
        elif isinstance(viewer, Response):
            response = viewer
        else:
            response = self._limited(work, viewer, rate, request_id, now) or self._work(
                work, viewer, rate, token, now
            )
            if fault:
                self.store.commit()
                response = spoiled(response)
        scopes = viewer.grant.scopes if isinstance(viewer, Viewer) else None
        if scopes is not None:
            shown = {"X-OAuth-Scopes": ", ".join(scopes), **response.headers}
            response = Response(response.status, shown, response.body)
        return self._finish(work, response, rate, resource, request_id)

    def _viewer(self, request: Request) -> Viewer | Response:
        """Who asks, or the refusal to listen."""
        token = _token(request)
        if token is None:
            return error_response(401, "Requires authentication")
        if not token or token.startswith("bad"):
            return error_response(401, "Bad credentials")
        grant = self.tokens.get(token)
        if grant is None:
            account = self.default_account()
            return Viewer(account, Grant(account.login))
        return Viewer(self.ensure_user(grant.login, permission=grant.permission), grant)

    def _limited(
        self, work: _Work, viewer: Viewer, rate: RateState, request_id: str, now: float
    ) -> Response | None:
        """The refusal of a request that is more than its token may send now."""
        if self.limits.spent(rate, work.points, work.resource):
            rate.used = rate.limit
            return trouble.primary_response(viewer.account.id, graphql=work.is_graphql)
        if self.limits.too_quick(work.creations, now):
            if work.is_graphql:
                return trouble.too_quick_response(work.fields)
            return trouble.secondary_response(request_id)
        return None

    def _work(
        self, work: _Work, viewer: Viewer, rate: RateState, token: str, now: float
    ) -> Response:
        host = work.request.header("Host") or "api.github.localhost"
        scheme = work.request.header("X-Forwarded-Proto") or "http"
        ctx = Context(
            store=self.store,
            viewer=viewer,
            web=self.web,
            api=f"{scheme}://{host}{work.prefix}",
            list_lag=self.list_lag,
            search_lag=self.search_lag,
            rate=rate,
        )
        if urlsplit(work.path).path != "/rate_limit":
            rate.used += work.points
        if not work.is_graphql and not serves(self.features, urlsplit(work.path).path):
            return error_response(404, "Not Found")
        if not work.is_graphql:
            rates: dict[str, RateState] = {
                name: self.limits.window(token, name, now) for name in RESOURCES
            }
            response = rest.route(ctx, work.request, work.path, rates)
            return _conditional(work.request, response, rate)
        if work.request.method != "POST":
            return error_response(404, "Not Found")
        if work.bad_json or work.call is None:
            return error_response(400, "Problems parsing JSON")
        if isinstance(work.call, dict):
            return json_response(200, work.call)
        ctx.cost, ctx.node_count = work.call.cost.points, work.call.cost.nodes
        return json_response(200, graphql.run(work.call, ctx))

    def _finish(
        self, work: _Work, response: Response, rate: RateState, resource: Resource, request_id: str
    ) -> Response:
        headers = {
            "Server": "backlog-sandbox",
            "Date": format_datetime(self._clock().astimezone(UTC), usegmt=True),
            "X-GitHub-Request-Id": request_id,
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(rate.remaining),
            "X-RateLimit-Used": str(rate.used),
            "X-RateLimit-Reset": str(rate.reset),
            "X-RateLimit-Resource": resource,
        }
        own = {name.lower() for name in response.headers}
        headers = {name: value for name, value in headers.items() if name.lower() not in own}
        body = b"" if work.request.method == "HEAD" else response.body
        return Response(response.status, {**headers, **response.headers}, body)


def _token(request: Request) -> str | None:
    """The token of a request; None where there is none at all."""
    header = request.header("Authorization")
    if header is None:
        return None
    _, _, token = header.partition(" ")
    return token.strip()


def _take_apart(request: Request, features: Features) -> _Work:
    """Find out what a request is, without doing it."""
    path, prefix = request.path, ""
    for shape, rest_of in (("/api/v3", ""), ("/api/graphql", "/graphql")):
        if path == shape or path.startswith((shape + "/", shape + "?")):
            path, prefix = rest_of + path[len(shape) :] or "/", "/api/v3"
            break
    work = _Work(request, path, prefix)
    if work.is_graphql and request.method == "POST":
        try:
            work.call = graphql.read_call(request.json(), features)
        except ValueError:
            work.bad_json = True
    return work


def _conditional(request: Request, response: Response, rate: RateState) -> Response:
    """Give a read its ETag; what the client has already is not sent, and not counted."""
    if request.method not in ("GET", "HEAD") or response.status != 200:
        return response
    etag = f'W/"{hashlib.sha256(response.body).hexdigest()}"'
    if request.header("If-None-Match") == etag:
        rate.used = max(0, rate.used - 1)
        return Response(304, {"ETag": etag})
    return Response(response.status, {**response.headers, "ETag": etag}, response.body)
