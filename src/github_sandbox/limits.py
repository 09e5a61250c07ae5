"""Enforce the rate limits of a token: per hour and per minute, for points and creations.

GitHub documents: 5,000 requests and, separately, 5,000 GraphQL points per hour (a workflow's own
token: 1,000); 30 searches per minute; 900 REST and 2,000 GraphQL points per minute, with 1 point
for a read and 5 for a write; about 80 creations per minute and 500 per hour; 100 concurrent
requests.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from github_sandbox.context import RateState

HOUR = 3600
MINUTE = 60
Resource: TypeAlias = Literal["core", "graphql", "search"]
RESOURCES: tuple[Resource, ...] = get_args(Resource)
"""What is counted separately: REST requests, GraphQL points, searches."""
UNLIMITED = 5000
"""The limit in the headers if it is switched off."""
Trip: TypeAlias = Literal["points", "content"]
"""The secondary limit that a request exceeds."""


@dataclass(slots=True)
class _Window:
    """What was accepted in the last `seconds`, and until when requests are refused."""

    seconds: int
    entries: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0
    blocked_until: float = 0.0

    def has_room(self, weight: int, limit: int | None, now: float) -> bool:
        """Return whether this much more stays within the limit."""
        while self.entries and self.entries[0][0] <= now - self.seconds:
            self.total -= self.entries.popleft()[1]
        return now >= self.blocked_until and (limit is None or self.total + weight <= limit)

    def take(self, weight: int, now: float) -> None:
        """Count an accepted request."""
        self.entries.append((now, weight))
        self.total += weight


@dataclass(slots=True)
class Limits:
    """The limits of a token. None switches one off.

    `per_hour` are REST requests and, counted separately, GraphQL points. The limits per minute are
    the secondary ones; the request that exceeds one is refused, and so are all others of its kind
    during `block_seconds`. Refusals have a `retry-after` only if that is asked for. `status` is the
    status of refusals. `at_once` limits concurrent requests. `blocks` counts the refusals by
    secondary limits.
    """

    per_hour: int | None = 5000
    searches_per_minute: int | None = 30
    rest_points_per_minute: int | None = None
    graphql_points_per_minute: int | None = None
    creations_per_minute: int | None = None
    creations_per_hour: int | None = None
    at_once: int | None = None
    block_seconds: int = MINUTE
    tells: bool = False
    status: int = 403
    blocks: int = 0
    _windows: dict[tuple[str, str], RateState] = field(default_factory=dict)
    _points: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _minute: _Window = field(default_factory=lambda: _Window(MINUTE))
    _hour: _Window = field(default_factory=lambda: _Window(HOUR))

    def window(self, token: str, resource: Resource, now: float) -> RateState:
        """Return a token's rate limit at this time (seconds since the epoch)."""
        state = self._windows.get((token, resource))
        if state is None or now >= state.reset:
            length = MINUTE if resource == "search" else HOUR
            state = RateState(self._allowed(resource) or UNLIMITED, 0, int(now) + length)
            self._windows[token, resource] = state
        return state

    def _allowed(self, resource: Resource) -> int | None:
        return self.searches_per_minute if resource == "search" else self.per_hour

    def spent(self, state: RateState, points: int, resource: Resource) -> bool:
        """Return whether this many points exceed what is left."""
        return self._allowed(resource) is not None and state.used + points > state.limit

    def trips(
        self, token: str, resource: Resource, points: int, creations: int, now: float
    ) -> Trip | None:
        """Count a request's points and creations, or return the secondary limit they exceed."""
        allowed = {
            "core": self.rest_points_per_minute,
            "search": self.rest_points_per_minute,
            "graphql": self.graphql_points_per_minute,
        }[resource]
        kind = "graphql" if resource == "graphql" else "rest"
        window = self._points.setdefault((token, kind), _Window(MINUTE))
        if not window.has_room(points, allowed, now):
            return self._trip("points", window, now)
        if creations:
            if not self._hour.has_room(creations, self.creations_per_hour, now):
                return self._trip("content", self._hour, now)
            if not self._minute.has_room(creations, self.creations_per_minute, now):
                return self._trip("content", self._minute, now)
            self._hour.take(creations, now)
            self._minute.take(creations, now)
        window.take(points, now)
        return None

    def _trip(self, trip: Trip, window: _Window, now: float) -> Trip:
        self.blocks += 1
        if now >= window.blocked_until:
            window.blocked_until = now + self.block_seconds
        return trip

    def retry_after(self, trip: Trip, token: str, resource: Resource, now: float) -> float | None:
        """Return the seconds for `retry-after`; None if the refusal does not have it."""
        if not self.tells:
            return None
        kind = "graphql" if resource == "graphql" else "rest"
        windows = [self._points[token, kind]] if trip == "points" else [self._hour, self._minute]
        return max(1.0, max(window.blocked_until for window in windows) - now)


def documented() -> Limits:
    """Return all limits that GitHub documents for a user's token."""
    return Limits(
        rest_points_per_minute=900,
        graphql_points_per_minute=2000,
        creations_per_minute=80,
        creations_per_hour=500,
        at_once=100,
    )
