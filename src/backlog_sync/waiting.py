"""Wait and retry: rate limits, faults, the pace of writing, lists that lag.

This is the only module that waits, through tenacity; its caller passes clock and sleep, so that
tests take no time. Each policy below states the reason for its numbers.
"""

import copy
import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeVar

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
from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.core.rate import HOUR, Learned, Pace, Waits, seconds_for
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import BudgetError, BudgetTooSmallError, CreationsSpentError, PartialError

LIMIT: Final = 900.0
"""Seconds that a run waits for limits and faults in total: a secondary limit lasts a minute or a
few. The hourly limit may last longer, and it is not worth keeping a workflow running for that."""

FLOOR: Final = 60.0
"""Seconds to wait at a limit without a given time, doubled each time in a row: "wait for at least
one minute", then "an exponentially increasing amount of time" (GitHub's documentation of rate
limits, "Handle rate limit errors appropriately")."""

READ: Final = 1
WRITE: Final = 5
"""Points per request toward GitHub's limit per minute (its documentation of rate limits)."""

_A_REQUEST: Final = 1.0
"""Seconds that a request with twenty mutations takes, more or less: a shorter wait is not worth
sending another one first."""

_SOON: Final = 0.01
"""Seconds of the shortest wait: clocks are read with little precision."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Policy:
    """How long to wait after a kind of failure, and after how many of them to give up."""

    wait: wait_exponential
    stop: stop_base
    reason: str


_LIMITED: Final = _Policy(wait_exponential(multiplier=FLOOR), stop_never, "rate-limit")
"""Only `LIMIT` ends it: nothing was executed, and the server asked to try again later."""

_FAULT: Final = _Policy(wait_exponential(multiplier=1), stop_after_attempt(5), "retry")
"""1, 2, 4 and 8 s: 15 s in total, more than the 10 s after which GitHub ends a request (its
documentation). A fault that lasts longer is reported."""

_NO_CONNECTION: Final = _Policy(_FAULT.wait, stop_after_attempt(3), "retry")
"""Fewer attempts, as each may take 10 s (`transport.TIMEOUT`): a wrong address stays wrong."""

_LAGGING_LIST: Final = wait_exponential(multiplier=1, max=20)
"""The first read is soon, as most lists do not lag; later ones are 20 s apart, so that the 90 s
in which an issue may turn up (`engine.read_back.WINDOW`) cost nine requests."""


class Trouble(Exception):  # noqa: N818 - a state passed between our own modules, not an error
    """A request may have to be sent again; `wait` are the seconds that the server asks for."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.wait = wait


class Limited(Trouble):
    """A rate limit: nothing was executed."""

    @property
    def secondary(self) -> bool:
        """Whether this is a secondary limit (of speed), not the hourly one."""
        return bool(TOO_FAST.search(self.message))


TOO_FAST: Final = re.compile(
    r"was submitted too quickly|secondary rate|temporarily blocked from content creation"
    r"|abuse detection",
    re.IGNORECASE,
)
"""GitHub's messages for a secondary limit."""


class Lost(Trouble):
    """There is no reliable answer: the request may or may not have been executed.

    `heavy` means that a smaller request may succeed.
    """

    def __init__(self, message: str, *, wait: float | None = None, heavy: bool = False) -> None:
        super().__init__(message, wait=wait)
        self.heavy = heavy


class NotConnected(Lost):
    """No connection was established, so nothing was sent."""


class Patience:
    """Waits for limits and faults, up to a total, and keeps the pace of writing.

    `clock` returns seconds since the epoch, `sleep` waits for seconds, and `limit` is the most
    seconds to wait in total for limits and faults. Waits for the `pace` do not count toward it:
    they are planned and made by `idle`, and `paced` is their sum; without a pace there are none.
    `waits` is the number of all waits. Several threads may send, but none does while a rate limit
    lasts. Nothing is sent beyond the `budget`. `keep` is called with what the pace has learned
    before each creation, so that the next run knows of it even if this one is killed.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        limit: float = LIMIT,
        pace: Pace | None = None,
        idle: Callable[[float], None] | None = None,
        budget: Budget = UNLIMITED,
        keep: Callable[[Learned], None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._idle = idle or sleep
        self._limit = limit
        self._pace = pace
        self._budget = budget
        self._keep = keep
        self._began = clock() if budget.limited else 0.0
        self._points = self._creations = 0
        self._wrote = False
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
        """Wait until a request may be sent; called right before every request.

        `creations` is how many issues and comments it creates, `points` what GitHub counts for it
        toward its limit per minute.
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
        if creations:
            self._creations += creations
            if (learned := self.learned()) is not None:
                self._keep(learned)

    @property
    def budgeted(self) -> bool:
        """Whether points are limited by a budget."""
        return self._budget.points is not None

    def spend(self, points: int, *, more: int = 0) -> None:
        """Take the most that a request may cost from the budget, right before it is sent.

        Raises `BudgetError` if less is left, or `BudgetTooSmallError` if nothing was written so
        far: reading took all of it. `more` are the points of the pages that are known to follow.
        """
        with self._guard:
            most = self._budget.points
            if most is None or self._points + points <= most:
                self._points += points
                return
            spent = self._points
        if not self._wrote:
            raise _too_small(most, spent + points + more)
        raise BudgetError(
            f"the budget of this run is spent: {spent} of {most} points", **self._again()
        )

    def refund(self, points: int) -> None:
        """Return to the budget what a request cost less than was taken for it."""
        with self._guard:
            self._points -= points

    def wrote(self) -> None:
        """Take note that something was written, so that the next run has less to do."""
        self._wrote = True

    def affordable(self, creations: int) -> int:
        """Return how many of these creations are within the budget, at least one.

        Raises `CreationsSpentError` if none is.
        """
        most = self._budget.creations
        if most is None:
            return creations
        if self._creations >= most:
            raise CreationsSpentError(
                f"the budget of this run is spent: {most} creations", **self._again()
            )
        return min(creations, most - self._creations)

    def _again(self) -> dict[str, Any]:
        """Return when to run again: an hour after this run began, as limits are per hour."""
        moment = self._began + HOUR
        if moment <= self._clock():
            return {"hint": "run the same command again"}
        return {"hint": f"run the same command again after {_utc(moment)}", "again_at": moment}

    def _turn(self, creations: int, points: int) -> "_Turn":
        """Take the next slot, or return how long to wait before asking again."""
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
        """Call `attempt` until it succeeds, waiting in between, and return its result.

        An attempt that must not be repeated has to raise something other than `Trouble`. Raises
        the last `Trouble` if waiting longer makes no sense: for a fault that lasts, or a rate limit
        beyond what this run may wait.
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
        """Return what the next run should know about the pace; None if none is kept."""
        with self._guard:
            return self._pace.learned(self._clock()) if self._pace else None

    def waiting(self, creations: int) -> Waits:
        """Return the seconds waited so far, and those that so many creations wait from now."""
        with self._guard:
            now, pace = self._clock(), copy.deepcopy(self._pace)
            creations = self._within(creations)
            ahead = seconds_for(creations, pace, now=now) if pace else 0.0
            return Waits(self._waited + self.paced, ahead)

    def expect(self, creations: int) -> None:
        """Set the number of creations for which the pace has to plan."""
        with self._guard:
            if self._pace:
                self._pace.expect(self._within(creations))

    def _within(self, creations: int) -> int:
        """Return how many of these creations the budget leaves to this run."""
        most = self._budget.creations
        return creations if most is None else min(creations, most - self._creations)

    def holds_back(self, creations: int) -> bool:
        """Return whether the pace holds back so many creations for as long as a request takes."""
        with self._guard:
            return bool(
                self._pace and self._pace.wait(self._clock(), creations=creations) > _A_REQUEST
            )

    def spent_limit(self, limited: Limited) -> PartialError:
        """Return the error for a rate limit that lasts longer than this run waits."""
        moment = self._clock() + (limited.wait if limited.wait is not None else FLOOR)
        return PartialError(
            f"GitHub's rate limit is spent: {limited.message}",
            slug="rate-limit",
            hint=f"run the same command again after {_utc(moment)}",
            again_at=moment,
        )

    def close(self, limited: Limited, wait: float) -> None:
        """Send nothing for this many seconds, and write more slowly after a secondary limit."""
        with self._guard:
            now = self._clock()
            if limited.secondary and self._pace:
                self._pace.complained(now)
            self._closed_until = max(self._closed_until, now + wait)

    def beyond(self, seconds: float) -> bool:
        """Return whether a wait this long would exceed the total."""
        return self._waited + seconds > self._limit

    def _pause(self, seconds: float) -> None:
        with self._guard:
            now = self._clock()
            # Threads that wait at the same time count once.
            self._waited += max(0.0, now + seconds - max(now, self._waited_until))
            self._waited_until = max(self._waited_until, now + seconds)
            self.waits += 1
        self._sleep(seconds)


def _too_small(budget: int, needed: int) -> BudgetTooSmallError:
    return BudgetTooSmallError(
        f"reading takes at least {needed} points, and the budget is {budget}; nothing was written",
        hint=f"raise the budget well above {needed} points, or leave it out",
    )


def _utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


class _Turn(NamedTuple):
    """Seconds to wait before a request may go out, and whether only the pace asks for them."""

    wait: float
    paced: bool = False


class _Request:
    """The failures of one request so far: limits without a given time, and lost answers."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._met: Counter[type[Trouble]] = Counter()

    def wait(self, state: RetryCallState) -> float:
        """Return the seconds that the server asks for, else those of the policy."""
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
        """Return whether there were too many failures, or the wait would be too long."""
        trouble = _trouble(state)
        too_often = _policy(trouble).stop(self._counted(state, trouble))
        return too_often or self._patience.beyond(state.upcoming_sleep)

    def log_wait(self, state: RetryCallState) -> None:
        """Log the wait that is about to begin."""
        _log_wait(state.upcoming_sleep, _policy(_trouble(state)).reason)

    def _counted(self, state: RetryCallState, trouble: Trouble) -> RetryCallState:
        """Return the state with the number of attempts that ended in this kind of failure."""
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
    """Read a list that may lag until `seen` accepts it or the time is over; return the last read.

    `until` is in seconds since the epoch, as is `clock`.
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
    """Log a wait: each one of a run is logged here."""
    log.event("wait.started", seconds=round(seconds, 3), reason=reason)


def _policy(trouble: Trouble) -> _Policy:
    if isinstance(trouble, Limited):
        return _LIMITED
    return _NO_CONNECTION if isinstance(trouble, NotConnected) else _FAULT


def _trouble(state: RetryCallState) -> Trouble:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Trouble)
    return error
