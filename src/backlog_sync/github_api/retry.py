"""The one owner of all waiting."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from backlog_sync.github_api.answers import Limited, Lost, NotConnected, Trouble

LIMIT: Final = 900.0
"""Seconds that one run is ready to wait in all."""

FLOOR: Final = 60.0
"""Seconds to wait at a limit that does not say how long; doubled each time in a row."""

_TRIES: Final = 5
_CONNECTS: Final = 3

T = TypeVar("T")


class Patience:
    """Waits out limits and faults, within a total.

    `clock` gives seconds since the epoch, `sleep` waits for seconds, `limit` is the most that
    is waited in all.
    """

    def __init__(
        self, *, clock: Callable[[], float], sleep: Callable[[float], None], limit: float = LIMIT
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._limit = limit
        self._waited = 0.0
        self._unsaid = 0

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return self._clock()

    def run(self, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it returns, waiting between, and give what it returns.

        Every request to the server passes through here: this is the place for pacing.
        An attempt that must not be made again has to raise something else than `Trouble`.
        Raises the last `Trouble` where waiting longer makes no sense: a fault that stays, or a
        limit beyond what this run may wait.
        """
        tries = _Tries(self)
        retrying = Retrying(
            retry=retry_if_exception_type(Trouble),
            wait=tries.wait,
            stop=tries.stop,
            sleep=self._pause,
            reraise=True,
        )
        result = retrying(attempt)
        self._unsaid = 0
        return result

    def again_at(self, limited: Limited) -> str:
        """When a run makes sense again, as a time of day in UTC."""
        moment = self._clock() + (limited.wait if limited.wait is not None else FLOOR)
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")

    def limit_wait(self, limited: Limited) -> float:
        """Seconds to wait at a limit: what the server says, else at least 60, doubling."""
        if limited.wait is not None:
            return limited.wait
        self._unsaid += 1
        return FLOOR * 2.0 ** (self._unsaid - 1)

    def beyond(self, seconds: float) -> bool:
        """Whether so long a wait would go over the total."""
        return self._waited + seconds > self._limit

    def _pause(self, seconds: float) -> None:
        self._waited += seconds
        self._sleep(seconds)


class _Tries:
    """How often one request has failed, and what follows."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._lost = 0

    def wait(self, state: RetryCallState) -> float:
        trouble = _trouble(state)
        if isinstance(trouble, Limited):
            return self._patience.limit_wait(trouble)
        self._lost += 1
        return trouble.wait if trouble.wait is not None else 2.0 ** (self._lost - 1)

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
