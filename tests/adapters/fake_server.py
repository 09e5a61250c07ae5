"""A scripted server behind `responses`, and answers in GitHub's shapes."""

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import responses

from backlog_sync.github_api.session import connect
from backlog_sync.github_api.tracker import GitHubTracker

API = "https://api.github.com"
GRAPHQL = f"{API}/graphql"
TOKEN = "ghp_canary0123456789"
REPOSITORY = "octo-org/widgets"

Script = Callable[["Request"], "Reply"]


@dataclass(frozen=True)
class Request:
    """A request as the server saw it."""

    method: str
    url: str
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def name(self) -> str:
        """The GraphQL operation's name."""
        words = str(self.body.get("query", "")).split("(")[0].split()
        return words[1] if len(words) > 1 else ""

    @property
    def variables(self) -> dict[str, Any]:
        """The GraphQL variables."""
        return dict(self.body.get("variables") or {})

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The inputs of a batch, in order."""
        return [self.variables[f"i{n}"] for n in range(len(self.variables))]


@dataclass(frozen=True)
class Reply:
    """An answer: a JSON value, text as it is, or an exception of the network."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeServer:
    """Answers by script: each request takes the next reply; `seen` is what it saw.

    Requests that are under way at once come in any order, so they are answered by a rule.
    """

    script: list[Reply | Exception | Script] = field(default_factory=list)
    rule: Script | None = None
    seen: list[Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    now: float = 1_000_000.0

    def sleep(self, seconds: float) -> None:
        """Sleep on the virtual clock."""
        self.slept.append(seconds)
        self.now += seconds

    def tracker(self, **options: Any) -> GitHubTracker:
        """A tracker that speaks to this server."""
        defaults: dict[str, Any] = {
            "repository": REPOSITORY,
            "token": TOKEN,
            "read_only": False,
            "clock": lambda: self.now,
            "sleep": self.sleep,
        }
        return connect(**{**defaults, **options})

    def answers(self, *script: Reply | Exception | Script) -> None:
        """Add to the script."""
        self.script.extend(script)

    def answers_by(self, rule: Script) -> None:
        """Answer whatever is asked at once with others by what it asks for."""
        self.rule = rule

    def names(self) -> list[str]:
        """Names of the operations that were asked for."""
        return [request.name or request.method for request in self.seen]

    def __call__(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        """Answer one request by the script."""
        body = request.body or b"{}"
        one = Request(
            str(request.method), str(request.url), json.loads(body), dict(request.headers)
        )
        self.seen.append(one)
        reply = self._reply(one)
        if callable(reply) and not isinstance(reply, Exception):
            reply = reply(one)
        if isinstance(reply, Exception):
            raise reply
        text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        return reply.status, {"Content-Type": "application/json", **reply.headers}, text

    def _reply(self, one: Request) -> Reply | Exception | Script:
        if threading.current_thread() is not threading.main_thread():
            assert self.rule, f"no rule for what is asked at once: {one.name} {one.variables}"
            return self.rule
        assert self.script, f"a request too many: {one.method} {one.name} {one.variables}"
        return self.script.pop(0)

    def listen(self, stub: responses.RequestsMock) -> None:
        """Take every request to the public API, from either client."""
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            pattern = re.compile(r"https://api\.github\.com(:443)?/.*")
            stub.add_callback(method, pattern, callback=self)


# ---- answers in GitHub's shapes --------------------------------------------------------------


def data(**parts: Any) -> Reply:
    """A GraphQL answer with data."""
    return Reply({"data": {"rateLimit": {"cost": 1}, **parts}})


def page(*nodes: Any, after: str | None = None, total: int | None = None) -> dict[str, Any]:
    """A connection."""
    return {
        "totalCount": len(nodes) if total is None else total,
        "pageInfo": {"hasNextPage": after is not None, "endCursor": after},
        "nodes": list(nodes),
    }


def issue(number: int, **parts: Any) -> dict[str, Any]:
    """An issue."""
    return {
        "id": f"I_{number}",
        "number": number,
        "title": f"Title {number}",
        "body": "a\r\nb",
        "url": f"https://github.com/{REPOSITORY}/issues/{number}",
        "state": "OPEN",
        "stateReason": None,
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-02T00:00:00Z",
        "closedAt": None,
        "repository": {"nameWithOwner": REPOSITORY},
        "authorAssociation": "MEMBER",
        "author": {"login": "octocat", "id": "U_1"},
        "labels": page(),
        "assignees": page(),
        "milestone": None,
        "issueType": None,
        "parent": None,
        "blockedBy": page(),
        "subIssues": page(),
        **parts,
    }


def stands(*issues: dict[str, Any] | None) -> Reply:
    """The answer to a look at issues right before they are written over; None for one gone."""
    return data(nodes=list(issues))


def repository(**parts: Any) -> dict[str, Any]:
    """A repository with nothing in it."""
    return {
        "id": "R_1",
        "nameWithOwner": REPOSITORY,
        "owner": {"__typename": "Organization", "id": "O_1", "login": "octo-org"},
        "viewerPermission": "WRITE",
        "hasIssuesEnabled": True,
        "isArchived": False,
        "isDisabled": False,
        "isLocked": False,
        "isPrivate": True,
        "issueCreationPolicy": "ALL",
        "viewerCanCreateIssues": True,
        "labels": page(),
        "milestones": page(),
        "issueTypes": page({"id": "IT_1", "name": "Task", "isEnabled": True}),
        "issues": page(),
        **parts,
    }


def overview(**parts: Any) -> Reply:
    """The answer to the first request; `owner` is the board's owner."""
    owner = {"repositoryOwner": parts.pop("owner")} if "owner" in parts else {}
    viewer = {"id": "U_1", "login": "octocat"}
    return data(viewer=viewer, repository=repository(**parts), **owner)


def board(number: int = 4, title: str = "Widgets", **parts: Any) -> dict[str, Any]:
    """A board with a Status, a Points and an iteration field."""
    return {
        "id": f"P_{number}",
        "number": number,
        "title": title,
        "url": f"https://github.com/orgs/octo-org/projects/{number}",
        "public": False,
        "closed": False,
        "viewerCanUpdate": True,
        "fields": page(
            {"id": "F_t", "name": "Title", "dataType": "TITLE"},
            {
                "id": "F_s",
                "name": "Status",
                "dataType": "SINGLE_SELECT",
                "options": [{"id": "o1", "name": "Todo", "color": "GRAY", "description": ""}],
            },
            {"id": "F_p", "name": "Points", "dataType": "NUMBER"},
            {
                "id": "F_i",
                "name": "Sprint",
                "dataType": "ITERATION",
                "configuration": {
                    "iterations": [iteration(2, "2026-01-19")],
                    "completedIterations": [iteration(1, "2026-01-05")],
                },
            },
        ),
        "repositories": page({"id": "R_1"}),
        **parts,
    }


def iteration(number: int, start: str) -> dict[str, Any]:
    """Two weeks of a Sprint field."""
    return {"id": f"i{number}", "title": f"Sprint {number}", "startDate": start, "duration": 14}


def owner(*boards: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """The owner of boards."""
    return {
        "__typename": "Organization",
        "id": "O_1",
        "login": "octo-org",
        "projectsV2": page(*boards),
        **parts,
    }


def made(number: int, **parts: Any) -> dict[str, Any]:
    """The payload of a createIssue."""
    return {
        "issue": {
            "id": f"I_{number}",
            "number": number,
            "url": f"https://github.com/{REPOSITORY}/issues/{number}",
            "repository": {"id": "R_1"},
            "labels": page(),
            "assignees": page(),
            "milestone": None,
            "issueType": None,
            "parent": None,
            "projectItems": page(),
            **parts,
        }
    }


def fault(message: str, kind: str = "", *path: str) -> dict[str, Any]:
    """An entry of `errors`."""
    return {
        "message": message,
        **({"type": kind} if kind else {}),
        **({"path": list(path)} if path else {}),
    }


def aliases(request: Request) -> list[str]:
    """The aliases of a batch."""
    return [f"m{n}" for n in range(len(request.variables))]
