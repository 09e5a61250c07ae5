"""Everything that a run waits for: rate limits, faults, the pace of writing, lists that lag.

This is the one place that waits, through tenacity; its caller gives it clock and sleep, so that
tests take no time. Each policy below has the reason for its numbers.
"""

import copy
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    stop_never,
    wait_exponential,
)
from tenacity.stop import stop_base

from backlog_sync import log
from backlog_sync.core.rate import Learned, Pace

LIMIT: Final = 900.0
"""Seconds that one run is ready to wait for limits and faults in all: a limit of speed asks for a
minute or a few. The hour's allowance may take longer, for which no workflow is kept running."""

FLOOR: Final = 60.0
"""Seconds to wait at a limit that does not say how long, doubled each time in a row: "wait for at
least one minute", then "an exponentially increasing amount of time" (GitHub's documentation of
rate limits, "Handle rate limit errors appropriately")."""

READ: Final = 1
WRITE: Final = 5
"""Points that GitHub counts for a request, by the minute (its documentation of rate limits)."""

_SOON: Final = 0.01
"""Seconds that are always waited if any are: clocks are read with little precision."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Policy:
    """How long to wait after a failure, and when to give up; one kind of failure is counted."""

    wait: wait_exponential
    stop: stop_base
    reason: str


_LIMITED: Final = _Policy(wait_exponential(multiplier=FLOOR), stop_never, "rate-limit")
"""Only the budget of the run ends it: nothing was executed, and the server asked to come back."""

_FAULT: Final = _Policy(wait_exponential(multiplier=1), stop_after_attempt(5), "retry")
"""1, 2, 4 and 8 s: 15 s in all, more than the 10 s after which GitHub ends what it works at (its
documentation). A fault that is still there then is reported."""

_NO_CONNECTION: Final = _Policy(_FAULT.wait, stop_after_attempt(3), "retry")
"""Fewer, as each attempt may take 10 s (`transport.TIMEOUT`): a wrong address or proxy stays so."""

_LAGGING_LIST: Final = wait_exponential(multiplier=1, max=20)
"""A look soon, as most lists do not lag; later ones are 20 s apart, so that the 90 s in
which an issue may turn up (`engine.read_back.WINDOW`) cost nine requests."""


class Trouble(Exception):  # noqa: N818 - a state of affairs between our own modules, not an error
    """A request that may have to be made again; `wait` are seconds that the server asks for."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.wait = wait


class Limited(Trouble):
    """A rate limit: nothing was executed."""

    @property
    def secondary(self) -> bool:
        """Whether it is about the speed, and not about the hour's allowance."""
        return bool(TOO_FAST.search(self.message))


TOO_FAST: Final = re.compile(
    r"was submitted too quickly|secondary rate|temporarily blocked from content creation"
    r"|abuse detection",
    re.IGNORECASE,
)
"""How GitHub words a limit of speed."""


class Lost(Trouble):
    """No answer that can be relied on: the request may or may not have been carried out.

    `heavy` says that a smaller request may pass.
    """

    def __init__(self, message: str, *, wait: float | None = None, heavy: bool = False) -> None:
        super().__init__(message, wait=wait)
        self.heavy = heavy


class NotConnected(Lost):
    """No connection was made, so nothing was sent."""


class Patience:
    """Waits out limits and faults, within a total, and keeps the pace.

    `clock` returns seconds since the epoch, `sleep` waits for seconds, `limit` is the most that
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
        """Return the time, in seconds since the epoch."""
        return self._clock()

    def admit(self, *, creations: int = 0, points: int = READ) -> None:
        """Wait until a request may go out; everything that is sent asks here right before.

        `creations` is how many issues and comments it makes, `points` what GitHub counts for it
        by the minute.
        """
        turn = _Turn(0.0)

        def ask() -> _Turn:
            nonlocal turn
            turn = self._turn(creations, points)
            return turn

        def wait(seconds: float) -> None:
            self.waits += 1
            (self._idle if turn.paced else self._sleep)(seconds)

        Retrying(
            retry=retry_if_result(lambda turn: turn.wait > 0),
            wait=lambda _: turn.wait,
            before_sleep=lambda _: _log_wait(turn.wait, "pace" if turn.paced else "rate-limit"),
            sleep=wait,
        )(ask)

    def _turn(self, creations: int, points: int) -> "_Turn":
        """Take the next place in the pace, or say how long to wait before asking again."""
        with self._guard:
            now = self._clock()
            if self._closed_until > now:
                return _Turn(max(self._closed_until - now, _SOON))
            wait = self._pace.wait(now, creations=creations, points=points) if self._pace else 0.0
            if wait > 0:
                self.paced += max(wait, _SOON)
                return _Turn(max(wait, _SOON), paced=True)
            if self._pace:
                self._pace.sent(now, creations=creations, points=points)
            return _Turn(0.0)

    def run(self, attempt: Callable[[], T]) -> T:
        """Call `attempt` until it returns, waiting between, and return what it returns.

        An attempt that must not be made again has to raise something else than `Trouble`.
        Raises the last `Trouble` if waiting longer makes no sense: a fault that stays, or a
        limit beyond what this run may wait.
        """
        request = _Request(self)
        retrying = Retrying(
            retry=retry_if_exception_type(Trouble),
            wait=request.wait,
            stop=request.stop,
            before_sleep=request.log_wait,
            sleep=self._pause,
            reraise=True,
        )
        return retrying(attempt)

    def learned(self) -> Learned | None:
        """Return what the next run should know of the pace; None if none is kept."""
        with self._guard:
            return self._pace.learned(self._clock()) if self._pace else None

    def again_at(self, limited: Limited) -> str:
        """Return when a run makes sense again, as a time of day in UTC."""
        moment = self._clock() + (limited.wait if limited.wait is not None else FLOOR)
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")

    def close(self, limited: Limited, wait: float) -> None:
        """Let nothing out for so many seconds, and write more slowly after a limit of speed."""
        with self._guard:
            now = self._clock()
            if limited.secondary and self._pace:
                self._pace.complained(now)
            self._closed_until = max(self._closed_until, now + wait)

    def beyond(self, seconds: float) -> bool:
        """Return whether so long a wait would go over the total."""
        return self._waited + seconds > self._limit

    def _pause(self, seconds: float) -> None:
        with self._guard:
            now = self._clock()
            # Of threads that wait at the same time only one counts.
            self._waited += max(0.0, now + seconds - max(now, self._waited_until))
            self._waited_until = max(self._waited_until, now + seconds)
            self.waits += 1
        self._sleep(seconds)


class _Turn(NamedTuple):
    """Seconds to wait before a request may go out, and whether only the pace asks for them."""

    wait: float
    paced: bool = False


class _Request:
    """What one request has met so far: limits without a word of how long, and lost answers."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._met: Counter[type[Trouble]] = Counter()

    def wait(self, state: RetryCallState) -> float:
        """Return what the server asks for, else what the policy for this trouble says."""
        trouble = _trouble(state)
        limited = isinstance(trouble, Limited)
        if not limited or trouble.wait is None:
            self._met[Limited if limited else Lost] += 1
        wait = trouble.wait
        if wait is None:
            wait = _policy(trouble).wait(self._counted(state, trouble))
        if isinstance(trouble, Limited):
            self._patience.close(trouble, wait)
        return wait

    def stop(self, state: RetryCallState) -> bool:
        """Return whether this trouble came too often, or the wait would be too long."""
        trouble = _trouble(state)
        too_often = _policy(trouble).stop(self._counted(state, trouble))
        return too_often or self._patience.beyond(state.upcoming_sleep)

    def log_wait(self, state: RetryCallState) -> None:
        """Log the wait that begins."""
        _log_wait(state.upcoming_sleep, _policy(_trouble(state)).reason)

    def _counted(self, state: RetryCallState, trouble: Trouble) -> RetryCallState:
        """Return the state with only the attempts that ended in this kind of failure."""
        counted = copy.copy(state)
        counted.attempt_number = self._met[Limited if isinstance(trouble, Limited) else Lost]
        return counted


def poll(
    look: Callable[[], T],
    seen: Callable[[T], bool],
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    until: float,
) -> T:
    """Look at a list that may lag, until it shows what is `seen` or the time is over.

    Returns what was looked at last. `until` is in seconds since the epoch, as of `clock`.
    """
    retrying = Retrying(
        retry=retry_if_result(lambda listed: not seen(listed)),
        wait=lambda state: min(_LAGGING_LIST(state), until - clock()),
        stop=lambda state: state.upcoming_sleep <= 0,
        before_sleep=lambda state: _log_wait(state.upcoming_sleep, "issue-list"),
        sleep=sleep,
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    return retrying(look)


def _log_wait(seconds: float, reason: str) -> None:
    """Log that nothing is sent for so long: each wait of a run comes through here."""
    log.event("wait.started", seconds=round(seconds, 3), reason=reason)


def _policy(trouble: Trouble) -> _Policy:
    if isinstance(trouble, Limited):
        return _LIMITED
    return _NO_CONNECTION if isinstance(trouble, NotConnected) else _FAULT


def _trouble(state: RetryCallState) -> Trouble:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Trouble)
    return error
