"""The allowances of a token: an hour's requests and points, a minute's points and creations.

GitHub documents: 5,000 requests and, apart, 5,000 GraphQL points an hour (a workflow's own token:
1,000); 30 searches a minute; 900 REST and 2,000 GraphQL points a minute, where reading is 1 point
and writing 5; about 80 creations a minute and 500 an hour; 100 requests at once.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from github_sandbox.context import RateState

HOUR = 3600
MINUTE = 60
Resource: TypeAlias = Literal["core", "graphql", "search"]
RESOURCES: tuple[Resource, ...] = get_args(Resource)
"""What is counted apart: REST requests, GraphQL points, searches."""
UNLIMITED = 5000
"""What the headers say where a limit is switched off."""
Trip: TypeAlias = Literal["points", "content"]
"""Which secondary limit a request ran into."""


@dataclass(slots=True)
class _Window:
    """What was let through in the last `seconds`, and until when nothing is."""

    seconds: int
    entries: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0
    blocked_until: float = 0.0

    def has_room(self, weight: int, limit: int | None, now: float) -> bool:
        """Whether so much more stays within the limit."""
        while self.entries and self.entries[0][0] <= now - self.seconds:
            self.total -= self.entries.popleft()[1]
        return now >= self.blocked_until and (limit is None or self.total + weight <= limit)

    def take(self, weight: int, now: float) -> None:
        """Count what was let through."""
        self.entries.append((now, weight))
        self.total += weight


@dataclass(slots=True)
class Limits:
    """How much a token may do. None switches a limit off.

    `per_hour` are REST requests and, counted apart, GraphQL points. The limits by the minute are
    the secondary ones; the request beyond one is refused, and so is every other of its kind in
    the `block_seconds` after it. With `tells` the refusal carries `retry-after`. `status` is what
    it is answered with. `at_once` counts requests that wait for their answer. `blocks` counts
    refusals by secondary limits.
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
        """A token's allowance at this moment (seconds since 1970)."""
        state = self._windows.get((token, resource))
        if state is None or now >= state.reset:
            length = MINUTE if resource == "search" else HOUR
            state = RateState(self._allowed(resource) or UNLIMITED, 0, int(now) + length)
            self._windows[token, resource] = state
        return state

    def _allowed(self, resource: Resource) -> int | None:
        return self.searches_per_minute if resource == "search" else self.per_hour

    def spent(self, state: RateState, points: int, resource: Resource) -> bool:
        """Whether so many points are more than what is left."""
        return self._allowed(resource) is not None and state.used + points > state.limit

    def trips(
        self, token: str, resource: Resource, points: int, creations: int, now: float
    ) -> Trip | None:
        """Count a request's secondary points and creations, unless they are too many now."""
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
        """The seconds that a refusal names, None where it names none."""
        if not self.tells:
            return None
        kind = "graphql" if resource == "graphql" else "rest"
        windows = [self._points[token, kind]] if trip == "points" else [self._hour, self._minute]
        return max(1.0, max(window.blocked_until for window in windows) - now)


def documented() -> Limits:
    """All limits that GitHub documents for a user's token, as it documents them."""
    return Limits(
        rest_points_per_minute=900,
        graphql_points_per_minute=2000,
        creations_per_minute=80,
        creations_per_hour=500,
        at_once=100,
    )
