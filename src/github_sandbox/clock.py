"""Provide the sandbox's time: the real one, or one that only moves when somebody waits."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
"""The default start of a virtual clock: a Monday."""


def system_clock() -> datetime:
    """Return the real time."""
    return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when somebody sleeps on it, and by `per_request` seconds a request.

    Pass `sleep` to the clients and to the sandbox: their waits then take no time, and what they
    wait for has happened when they wake. Takes an aware datetime.
    """

    def __init__(self, start: datetime = START, *, per_request: float = 0.0) -> None:
        self._now = start
        self._lock = threading.Lock()
        self.per_request = per_request

    def __call__(self) -> datetime:
        """Return the current time."""
        return self._now

    def time(self) -> float:
        """Return the current time in seconds since the epoch."""
        return self._now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass; raise ValueError if negative."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass; raise ValueError if negative."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        with self._lock:
            self._now += timedelta(seconds=seconds)
