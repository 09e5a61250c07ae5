"""Classify requests before they are executed."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from github_sandbox import graphql
from github_sandbox.features import Features
from github_sandbox.limits import Resource
from github_sandbox.messages import Request

CREATIONS = ("createIssue", "addComment")
"""The mutations that create content; in REST that is a POST of an issue or a comment."""
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(slots=True)
class ParsedRequest:
    """A parsed request. `path` has no prefix; `call` is the GraphQL call, or its refusal."""

    request: Request
    path: str
    prefix: str
    call: graphql.Call | dict[str, Any] | None = None
    bad_json: bool = False

    @property
    def route(self) -> str:
        """The path without the query."""
        return urlsplit(self.path).path

    @property
    def is_graphql(self) -> bool:
        """Whether this is a GraphQL request."""
        return self.route == "/graphql"

    @property
    def resource(self) -> Resource:
        """The rate limit toward which the request counts."""
        if self.is_graphql:
            return "graphql"
        return "search" if self.route.startswith("/search/") else "core"

    @property
    def operation(self) -> str | None:
        """The name of the GraphQL operation."""
        return self.call.name if isinstance(self.call, graphql.Call) else None

    @property
    def mutations(self) -> int:
        """The number of mutations."""
        return self.call.mutations if isinstance(self.call, graphql.Call) else 0

    @property
    def points(self) -> int:
        """The points that count toward the hourly limit."""
        return self.call.cost.points if isinstance(self.call, graphql.Call) else 1

    @property
    def writes(self) -> bool:
        """Whether the request may change something."""
        return self.mutations > 0 if self.is_graphql else self.request.method not in _READS

    @property
    def minute_points(self) -> int:
        """The points that count toward the limit per minute: 1 for a read, 5 for a write."""
        return 5 if self.writes else 1

    @property
    def fields(self) -> list[str]:
        """The names of the results of mutations."""
        return self.call.fields if isinstance(self.call, graphql.Call) else []

    @property
    def creations(self) -> int:
        """The number of issues and comments that the request would create."""
        if isinstance(self.call, graphql.Call):
            return sum(name in CREATIONS for name in self.call.mutated)
        last = self.route.rsplit("/", 1)[-1]
        return int(self.request.method == "POST" and last in ("issues", "comments"))


def parse_request(request: Request, features: Features) -> ParsedRequest:
    """Parse and classify a request without executing it."""
    path, prefix = request.path, ""
    for server_prefix, target in (("/api/v3", ""), ("/api/graphql", "/graphql")):
        if path == server_prefix or path.startswith((server_prefix + "/", server_prefix + "?")):
            path, prefix = target + path[len(server_prefix) :] or "/", "/api/v3"
            break
    parsed = ParsedRequest(request, path, prefix)
    if parsed.is_graphql and request.method == "POST":
        try:
            parsed.call = graphql.read_call(request.json(), features)
        except ValueError:
            parsed.bad_json = True
    return parsed
