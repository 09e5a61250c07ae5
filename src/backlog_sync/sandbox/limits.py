"""The allowances of a token: an hour's requests and points, and creations in a minute."""

from collections import deque
from dataclasses import dataclass, field

from backlog_sync.sandbox.context import RateState

HOUR = 3600
MINUTE = 60


@dataclass(slots=True)
class Limits:
    """How much a token may do. None switches a limit off.

    `per_hour` are REST requests and, counted apart, GraphQL points. `creations_per_minute` is
    the undocumented limit on new content: the creation beyond it is refused, and so is every
    creation in the `block_seconds` after that.
    """

    per_hour: int | None = 5000
    creations_per_minute: int | None = None
    block_seconds: int = MINUTE
    blocks: int = 0
    _windows: dict[tuple[str, str], RateState] = field(default_factory=dict)
    _created: deque[float] = field(default_factory=deque)
    _blocked_until: float = 0.0

    def window(self, token: str, resource: str, now: float) -> RateState:
        """A token's allowance of `core` or `graphql` at this moment (seconds since 1970)."""
        state = self._windows.get((token, resource))
        if state is None or now >= state.reset:
            state = RateState(self.per_hour or 5000, 0, int(now) + HOUR)
            self._windows[token, resource] = state
        return state

    def spent(self, state: RateState, points: int) -> bool:
        """Whether so many points are more than what is left."""
        return self.per_hour is not None and state.used + points > state.limit

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
