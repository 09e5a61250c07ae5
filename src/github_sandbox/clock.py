"""Time for the sandbox: the real one, or one that stands still until somebody waits."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
"""Where a virtual clock begins, unless something else is said: a Monday."""


def system_clock() -> datetime:
    """The real time."""
    return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when somebody sleeps on it, and by `per_request` seconds a request.

    Give `sleep` to the clients and to the sandbox: their waits then take no time, and what they
    wait for has come when they wake. Takes an aware moment.
    """

    def __init__(self, start: datetime = START, *, per_request: float = 0.0) -> None:
        self._now = start
        self._lock = threading.Lock()
        self.per_request = per_request

    def __call__(self) -> datetime:
        """This moment."""
        return self._now

    def time(self) -> float:
        """This moment in seconds since 1970."""
        return self._now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass; raises ValueError for fewer than none."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        with self._lock:
            self._now += timedelta(seconds=seconds)
