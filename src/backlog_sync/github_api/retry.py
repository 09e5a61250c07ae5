"""The one owner of all waiting."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from backlog_sync import log
from backlog_sync.core.rate import Learned, Pace
from backlog_sync.github_api.answers import Limited, Lost, NotConnected, Trouble

LIMIT: Final = 900.0
"""Seconds that one run is ready to wait in all."""

FLOOR: Final = 60.0
"""Seconds to wait at a limit that does not say how long; doubled each time in a row."""

READ: Final = 1
WRITE: Final = 5
"""Points that GitHub counts for a request, by the minute (its documentation of rate limits)."""

_SOON: Final = 0.01
"""Seconds that are always waited where any are: clocks are read with little precision."""

_TRIES: Final = 5
_CONNECTS: Final = 3

T = TypeVar("T")


class Patience:
    """Waits out limits and faults, within a total, and keeps the pace.

    `clock` gives seconds since the epoch, `sleep` waits for seconds, `limit` is the most that
    is waited in all for limits and faults. Waits for the `pace` do not count there: they are
    planned, `idle` makes them, and `paced` sums them up; without a pace there are none. `waits`
    counts them all. Several threads may send: none of them does while the server wants to be
    left alone.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        limit: float = LIMIT,
        pace: Pace | None = None,
        idle: Callable[[float], None] | None = None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._idle = idle or sleep
        self._limit = limit
        self._pace = pace
        self._guard = threading.Lock()
        self._waited = 0.0
        self._waited_until = 0.0
        self._closed_until = 0.0
        self.paced = 0.0
        self.waits = 0

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return self._clock()

    def admit(self, *, creations: int = 0, points: int = READ) -> None:
        """Wait until a request may go out; everything that is sent asks here right before.

        `creations` is how many issues and comments it makes, `points` what GitHub counts for it
        by the minute.
        """
        while True:
            with self._guard:
                now = self._clock()
                closed = self._closed_until - now
                paced = 0.0
                if closed <= 0 and self._pace:
                    paced = self._pace.wait(now, creations=creations, points=points)
                    if paced <= 0:
                        self._pace.sent(now, creations=creations, points=points)
                    else:
                        paced = max(paced, _SOON)
                        self.paced += paced
            if closed <= 0 and paced <= 0:
                return
            self.waits += 1
            if closed > 0:
                log_wait(max(closed, _SOON), "rate-limit")
                self._sleep(max(closed, _SOON))
            else:
                log_wait(paced, "pace")
                self._idle(paced)

    def run(self, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it returns, waiting between, and give what it returns.

        An attempt that must not be made again has to raise something else than `Trouble`.
        Raises the last `Trouble` where waiting longer makes no sense: a fault that stays, or a
        limit beyond what this run may wait.
        """
        tries = _Tries(self)
        retrying = Retrying(
            retry=retry_if_exception_type(Trouble),
            wait=tries.wait,
            stop=tries.stop,
            before_sleep=tries.log_wait,
            sleep=self._pause,
            reraise=True,
        )
        return retrying(attempt)

    def learned(self) -> Learned | None:
        """What the next run should know of the pace; None where none is kept."""
        with self._guard:
            return self._pace.learned(self._clock()) if self._pace else None

    def again_at(self, limited: Limited) -> str:
        """When a run makes sense again, as a time of day in UTC."""
        moment = self._clock() + (limited.wait if limited.wait is not None else FLOOR)
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")

    def limit_wait(self, limited: Limited, unsaid: int) -> float:
        """Seconds to wait at a limit: what the server says, else at least 60, doubling.

        `unsaid` is how often the same attempt was refused before without a word of how long.
        """
        wait = limited.wait if limited.wait is not None else FLOOR * 2.0**unsaid
        with self._guard:
            now = self._clock()
            if limited.secondary and self._pace:
                self._pace.complained(now)
            self._closed_until = max(self._closed_until, now + wait)
        return wait

    def beyond(self, seconds: float) -> bool:
        """Whether so long a wait would go over the total."""
        return self._waited + seconds > self._limit

    def _pause(self, seconds: float) -> None:
        with self._guard:
            now = self._clock()
            # Of threads that wait at the same time only one counts.
            self._waited += max(0.0, now + seconds - max(now, self._waited_until))
            self._waited_until = max(self._waited_until, now + seconds)
            self.waits += 1
        self._sleep(seconds)


def log_wait(seconds: float, reason: str) -> None:
    """Log that nothing is sent for so long."""
    log.event("wait.started", seconds=round(seconds, 3), reason=reason)


class _Tries:
    """How often one request has failed, and what follows."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._lost = 0
        self._unsaid = 0

    def wait(self, state: RetryCallState) -> float:
        trouble = _trouble(state)
        if isinstance(trouble, Limited):
            wait = self._patience.limit_wait(trouble, self._unsaid)
            self._unsaid += trouble.wait is None
            return wait
        self._lost += 1
        return trouble.wait if trouble.wait is not None else 2.0 ** (self._lost - 1)

    def log_wait(self, state: RetryCallState) -> None:
        limited = isinstance(_trouble(state), Limited)
        log_wait(state.upcoming_sleep, "rate-limit" if limited else "retry")

    def stop(self, state: RetryCallState) -> bool:
        trouble = _trouble(state)
        most = _CONNECTS if isinstance(trouble, NotConnected) else _TRIES
        if isinstance(trouble, Lost) and self._lost >= most:
            return True
        return self._patience.beyond(state.upcoming_sleep)


def _trouble(state: RetryCallState) -> Trouble:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Trouble)
    return error
