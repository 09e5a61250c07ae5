"""The allowances of a token: an hour's requests and points, and creations in a minute."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from backlog_sync.sandbox.context import RateState

HOUR = 3600
MINUTE = 60
Resource: TypeAlias = Literal["core", "graphql", "search"]
RESOURCES: tuple[Resource, ...] = get_args(Resource)
"""What is counted apart: REST requests, GraphQL points, searches."""
UNLIMITED = 5000
"""What the headers say where a limit is switched off."""


@dataclass(slots=True)
class Limits:
    """How much a token may do. None switches a limit off.

    `per_hour` are REST requests and, counted apart, GraphQL points. `searches_per_minute` are the
    third allowance. `creations_per_minute` is
    the undocumented limit on new content: the creation beyond it is refused, and so is every
    creation in the `block_seconds` after that.
    """

    per_hour: int | None = 5000
    searches_per_minute: int | None = 30
    creations_per_minute: int | None = None
    block_seconds: int = MINUTE
    blocks: int = 0
    _windows: dict[tuple[str, str], RateState] = field(default_factory=dict)
    _created: deque[float] = field(default_factory=deque)
    _blocked_until: float = 0.0

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

    def too_quick(self, creations: int, now: float) -> bool:
        """Count creations; whether they come too fast."""
        if self.creations_per_minute is None or not creations:
            return False
        while self._created and self._created[0] <= now - MINUTE:
            self._created.popleft()
        if now >= self._blocked_until:
            if len(self._created) + creations <= self.creations_per_minute:
                self._created.extend([now] * creations)
                return False
            self._blocked_until = now + self.block_seconds
        self.blocks += 1
        return True
