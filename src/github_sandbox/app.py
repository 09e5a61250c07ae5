"""Answer requests to the simulated GitHub: one object, without a network.

It serves the paths of github.com's API (`/graphql`, and REST at the root) and, for clients of an
Enterprise Server, `/api/graphql` and `/api/v3`.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol
from urllib.parse import urlsplit

from github_sandbox import api_versions, error_responses, graphql, repositories
from github_sandbox.access import Grant, Permission, Viewer
from github_sandbox.apps import AppRefusalError, Apps, grant_of, is_signed
from github_sandbox.clock import VirtualClock, system_clock
from github_sandbox.context import Context, RateState
from github_sandbox.faults import AnswerHangsError, ConnectionLostError, Fault, FaultPlan
from github_sandbox.features import Features, serves
from github_sandbox.limits import RESOURCES, Limits, Resource
from github_sandbox.messages import Request, Response, error_response, json_response
from github_sandbox.models import Account, Event, Repository
from github_sandbox.parsed_request import ParsedRequest, parse_request
from github_sandbox.store import Store

WEB = "https://github.localhost"
"""The address of pages, the same in every run, so that addresses in files do not change."""

DEFAULT_LOGIN = "sandbox-user"
LOG_LIMIT = 50_000
"""Requests that the log keeps; beyond that the oldest fifth is dropped."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A logged request, with the time by the sandbox's clock.

    `points` count toward the hourly limit, `minute_points` toward the limit per minute. `status`
    is 0 if the connection was closed without an answer; `fault` names the injected fault.
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
    at: str = ""
    minute_points: int = 1

    @property
    def writes(self) -> bool:
        """Whether the request may change something."""
        is_graphql = urlsplit(self.path).path.endswith("graphql")
        return self.mutations > 0 if is_graphql else self.method not in ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class ActorAction:
    """An action of a person before a request was served; `problem` is why it failed, if it did."""

    before_request: int
    at: str
    who: str
    do: str
    issue: int | None = None
    problem: str | None = None


class Actors(Protocol):
    """People who act while clients send requests: see `scenario`."""

    @property
    def actions(self) -> Sequence[ActorAction]:
        """The actions so far."""

    def act(self, sandbox: "Sandbox", request: int) -> None:
        """Run the actions that are due before the request with this number (from 1)."""


class Mounted(Protocol):
    """A handler of requests that are not GitHub's: pages for people, control for programs."""

    def accepts(self, request: Request, /) -> bool:
        """Return whether this handler answers the request."""

    def respond(self, sandbox: "Sandbox", request: Request, /) -> Response:
        """Answer the request."""


class Sandbox:
    """A simulated GitHub.

    Takes the folder that keeps its state (None keeps it in memory) and a clock that returns aware
    datetimes; it sleeps on that clock if it is virtual. `handle` may be called from several
    threads; requests are served one at a time.

    Public attributes may be set at any time. `tokens` maps tokens to grants; any other token that
    is not empty and does not begin with `bad` acts as the default user, with all rights. `apps`
    are GitHub Apps, which get their own tokens; while none is registered, any App may. `latency`
    is the delay of each answer in seconds, `write_latency` an additional one for each thing that
    the request creates or changes. `list_lag` and `search_lag` are the age in seconds up to which
    issues are missing in lists and searches. `files_in` is the folder of the files that clients
    name in issues, for commands on pages.
    """

    def __init__(
        self,
        state_dir: Path | None = None,
        *,
        clock: Callable[[], datetime] = system_clock,
        sleep: Callable[[float], None] | None = None,
        features: Features = graphql.ALL,
    ) -> None:
        self.store = Store(state_dir, clock)
        self.features = features
        self.tokens: dict[str, Grant] = {}
        self.apps = Apps(clock)
        self.faults = FaultPlan()
        self.limits = Limits()
        self.list_lag = timedelta(0)
        self.search_lag = timedelta(0)
        self.latency = 0.0
        self.write_latency = 0.0
        self.actors: Actors | None = None
        self.log: list[LogEntry] = []
        self.web = WEB
        self.files_in = ""
        self.mounted: tuple[Mounted, ...] = ()
        self.lock = threading.RLock()
        self.clock = clock
        virtual = clock.sleep if isinstance(clock, VirtualClock) else None
        self._sleep = sleep or virtual or time.sleep
        graphql.warm(features)
        self._served = 0
        self._waiting = 0
        self._counter = threading.Lock()

    # ---- setting up ------------------------------------------------------------------------

    def ensure_repository(
        self,
        full_name: str,
        *,
        owner_type: Literal["User", "Organization"] = "Organization",
        private: bool = False,
    ) -> Repository:
        """Return the repository `owner/name`; create it, its owner and its labels if missing."""
        with self.lock:
            repository = repositories.ensure_repository(
                self.store, full_name, owner_type, private=private
            )
            self.default_account()
            self.store.commit()
            return repository

    def ensure_organization(self, login: str) -> Account:
        """Return the organization with this login; an existing account with that name is kept."""
        with self.lock:
            account = repositories.ensure_account(self.store, login, "Organization")
            self.store.commit()
            return account

    def ensure_user(self, login: str, *, permission: Permission = "write") -> Account:
        """Return the user or bot (`name[bot]`) with this login, and set the permission."""
        with self.lock:
            account = repositories.ensure_account(
                self.store, login, "Bot" if login.endswith("[bot]") else "User"
            )
            if account.permission != permission:
                account.permission = permission
                self.store.mark(account)
            self.store.commit()
            return account

    def ensure_agent(self, login: str = "copilot-swe-agent") -> Account:
        """Return a bot that can be assigned to issues."""
        with self.lock:
            account = repositories.ensure_account(self.store, login, "Bot")
            account.is_agent = True
            self.store.mark(account)
            self.store.commit()
            return account

    def rename_repository(self, full_name: str, name: str) -> None:
        """Rename a repository; the old name redirects."""
        with self.lock:
            repository = self.repository(full_name)
            self.store.rename_repository(repository, name)
            self.store.commit()

    def repository(self, full_name: str) -> Repository:
        """Return an existing repository; raise KeyError if there is none."""
        owner, _, name = full_name.partition("/")
        repository = self.store.repository(owner, name)
        if repository is None:
            raise KeyError(full_name)
        return repository

    def default_account(self) -> Account:
        """Return the account of unknown tokens: the first user with a repository, else a helper."""
        owners = (
            self.store.get(Account, repository.owner)
            for repository in self.store.repositories.values()
        )
        owner = next((account for account in owners if account.kind == "User"), None)
        account = owner or repositories.ensure_account(self.store, DEFAULT_LOGIN)
        if account.permission != "admin":
            account.permission = "admin"
            self.store.mark(account)
        return account

    @property
    def events(self) -> list[Event]:
        """Return all events in order."""
        return self.store.events

    def close(self) -> None:
        """Write the state to one file and close it."""
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
        """Answer one request to the API, or to one of the handlers in `mounted`.

        Raises `faults.ConnectionLostError` if a fault closes the connection instead.
        """
        for part in self.mounted:
            if part.accepts(request):
                return part.respond(self, request)
        with self._counter:
            self._waiting += 1
            crowded = self.limits.at_once is not None and self._waiting > self.limits.at_once
        try:
            with self.lock:
                response, pause = self._serve(request, crowded=crowded)
            if pause:
                self._sleep(pause)
        except AnswerHangsError as hangs:
            self._sleep(hangs.seconds)
            raise
        finally:
            with self._counter:
                self._waiting -= 1
        return response

    def _serve(self, request: Request, *, crowded: bool) -> tuple[Response, float]:
        self._served += 1
        if isinstance(self.clock, VirtualClock) and self.clock.per_request:
            self.clock.sleep(self.clock.per_request)
        if self.actors:
            self.actors.act(self, self._served)
        started = time.perf_counter()
        parsed = parse_request(request, self.features)
        fault = self.faults.next(writes=parsed.writes)
        lost: ConnectionLostError | None = None
        response = Response(0)
        try:
            response = self._respond(parsed, f"SBX:{self._served:06X}", fault, crowded=crowded)
        except ConnectionLostError as closed:
            lost = closed
        finally:
            self.store.commit()
        self._log(parsed, response.status, started, fault)
        if lost is not None:
            raise lost
        pause = fault.seconds if fault and fault.kind == "latency" else None
        changed = parsed.mutations if parsed.is_graphql else int(parsed.writes)
        return response, self.latency + self.write_latency * changed + (pause or 0.0)

    def _log(self, parsed: ParsedRequest, status: int, started: float, fault: Fault | None) -> None:
        if len(self.log) >= LOG_LIMIT:
            del self.log[: LOG_LIMIT // 5]
        self.log.append(
            LogEntry(
                index=self._served,
                method=parsed.request.method,
                path=parsed.request.path,
                operation=parsed.operation,
                mutations=parsed.mutations,
                points=parsed.points,
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 3),
                fault=fault.kind if fault else None,
                at=self.store.now(),
                minute_points=parsed.minute_points,
            )
        )

    def _respond(
        self, parsed: ParsedRequest, request_id: str, fault: Fault | None, *, crowded: bool
    ) -> Response:
        viewer = self._viewer(parsed.request)
        token = _token(parsed.request) or ""
        now = self.clock().timestamp()
        rate = self.limits.window(token, parsed.resource, now)
        user = viewer.account.id if isinstance(viewer, Viewer) else 0
        summary = error_responses.RequestSummary(
            request_id, user, parsed.is_graphql, parsed.fields, self.clock()
        )
        if fault and not fault.delivered:
            response = error_responses.faulty_response(fault, None, summary)
        elif isinstance(viewer, Response):
            response = viewer
        elif crowded:
            response = error_responses.secondary_response(request_id, status=self.limits.status)
        else:
            response = self._limit_refusal(parsed, viewer, rate, summary, now) or self._execute(
                parsed, viewer, rate, token, fault
            )
            if fault:
                self.store.commit()
                response = error_responses.faulty_response(fault, response, summary)
        scopes = viewer.grant.scopes if isinstance(viewer, Viewer) else None
        if scopes is not None:
            shown = {"X-OAuth-Scopes": ", ".join(scopes), **response.headers}
            response = Response(response.status, shown, response.body)
        return self._with_headers(parsed, response, rate, parsed.resource, request_id)

    def _viewer(self, request: Request) -> Viewer | Response:
        """Return who sends the request, or the response that refuses their token."""
        token = _token(request)
        if token is None:
            return error_response(401, "Requires authentication")
        if not token or token.startswith("bad"):
            return error_response(401, "Bad credentials")
        try:
            if is_signed(token):
                app = self.apps.signed_by(token)
                nothing = Grant(app.login, "none", projects=False, repositories=(), scopes=None)
                account = repositories.ensure_account(self.store, app.login, "Bot")
                return Viewer(account, nothing, app)
            issued = self.apps.issued_as(token)
        except AppRefusalError as refusal:
            return error_response(refusal.status, refusal.message)
        grant = self.tokens.get(token)
        if issued is not None:
            records = self.store.repositories.values()
            grant = grant_of(issued, [self.store.full_name(record) for record in records])
        if grant is None:
            account = self.default_account()
            return Viewer(account, Grant(account.login))
        return Viewer(self.ensure_user(grant.login, permission=grant.permission), grant)

    def _limit_refusal(
        self,
        parsed: ParsedRequest,
        viewer: Viewer,
        rate: RateState,
        summary: error_responses.RequestSummary,
        now: float,
    ) -> Response | None:
        """Return the response for a request beyond the limits of its token; None within them."""
        limits, token = self.limits, _token(parsed.request) or ""
        if parsed.route == "/rate_limit":
            return None
        if limits.spent(rate, parsed.points, parsed.resource):
            rate.used = rate.limit
            return error_responses.primary_response(viewer.account.id, graphql=parsed.is_graphql)
        trip = limits.trips(token, parsed.resource, parsed.minute_points, parsed.creations, now)
        if trip is None:
            return None
        if trip == "content" and parsed.is_graphql:
            return error_responses.too_quick_response(parsed.fields)
        return error_responses.secondary_response(
            summary.request_id,
            retry_after=error_responses.seconds_to_wait(
                limits.retry_after(trip, token, parsed.resource, now)
            ),
            status=limits.status,
            content=trip == "content",
        )

    def _execute(
        self,
        parsed: ParsedRequest,
        viewer: Viewer,
        rate: RateState,
        token: str,
        fault: Fault | None,
    ) -> Response:
        host = parsed.request.header("Host") or "api.github.localhost"
        scheme = parsed.request.header("X-Forwarded-Proto") or "http"
        ctx = Context(
            store=self.store,
            viewer=viewer,
            web=self.web,
            apps=self.apps,
            api=f"{scheme}://{host}{parsed.prefix}",
            list_lag=self.list_lag,
            search_lag=self.search_lag,
            rate=rate,
            failing=_failing_names(parsed, fault),
            issue_fields=self.features.issue_fields_enabled,
            view_arrangement=self.features.view_arrangement,
            user_views_by_login=self.features.user_views_by_login,
            foreign_cards=self.features.foreign_cards,
            foreign_blockers=self.features.foreign_blockers,
            previews=frozenset(
                name.strip()
                for name in (parsed.request.header("GraphQL-Features") or "").split(",")
            ),
        )
        if parsed.route != "/rate_limit":
            rate.used += parsed.points
        version = api_versions.choose(parsed.request, self.features.api_versions)
        if isinstance(version, Response):
            return version
        if not parsed.is_graphql and not serves(self.features, parsed.route):
            return error_response(404, "Not Found")
        if not parsed.is_graphql:
            from github_sandbox import rest  # noqa: PLC0415 - many runs send no such request

            now = self.clock().timestamp()
            rates: dict[str, RateState] = {
                name: self.limits.window(token, name, now) for name in RESOURCES
            }
            response = api_versions.answer_as(
                version,
                rest.route(ctx, parsed.request, parsed.path, rates),
                writes_issue=rest.writes_issue(parsed.request, parsed.route),
            )
            return _with_etag(parsed.request, response, rate)
        if parsed.request.method != "POST":
            return error_response(404, "Not Found")
        if viewer.app:
            return error_response(403, viewer.label)
        if parsed.bad_json or parsed.call is None:
            return error_response(400, "Problems parsing JSON")
        if isinstance(parsed.call, dict):
            return json_response(200, parsed.call)
        ctx.cost, ctx.node_count = parsed.call.cost.points, parsed.call.cost.nodes
        return json_response(200, graphql.run(parsed.call, ctx))

    def _with_headers(
        self,
        parsed: ParsedRequest,
        response: Response,
        rate: RateState,
        resource: Resource,
        request_id: str,
    ) -> Response:
        headers = {
            "Server": "backlog-sandbox",
            "Date": format_datetime(self.clock().astimezone(UTC), usegmt=True),
            "X-GitHub-Request-Id": request_id,
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(rate.remaining),
            "X-RateLimit-Used": str(rate.used),
            "X-RateLimit-Reset": str(rate.reset),
            "X-RateLimit-Resource": resource,
        }
        already_set = {name.lower() for name in response.headers}
        headers = {
            name: value for name, value in headers.items() if name.lower() not in already_set
        }
        body = b"" if parsed.request.method == "HEAD" else response.body
        return Response(response.status, {**headers, **response.headers}, body)


def _token(request: Request) -> str | None:
    """Return the token of a request; None without an Authorization header."""
    header = request.header("Authorization")
    if header is None:
        return None
    _, _, token = header.partition(" ")
    return token.strip()


def _failing_names(parsed: ParsedRequest, fault: Fault | None) -> frozenset[str]:
    """Return the names of the mutations in a batch that a fault makes fail."""
    if fault is None:
        return frozenset()
    ran = len(parsed.fields) if fault.ran is None else fault.ran
    numbered = enumerate(parsed.fields, start=1)
    return frozenset(name for index, name in numbered if index > ran or index in fault.failing)


def _with_etag(request: Request, response: Response, rate: RateState) -> Response:
    """Add an ETag to a read; what the client already has is neither sent nor counted."""
    if request.method not in ("GET", "HEAD") or response.status != 200:
        return response
    etag = f'W/"{hashlib.sha256(response.body).hexdigest()}"'
    if request.header("If-None-Match") == etag:
        rate.used = max(0, rate.used - 1)
        return Response(304, {"ETag": etag})
    return Response(response.status, {**response.headers, "ETag": etag}, response.body)
