"""The system clock; waits are reported and can be interrupted."""

import secrets
import time
from collections.abc import Callable

from backlog_sync.local.signals import INTERRUPTS


class SystemClock:
    """Reports each wait, in seconds, before it begins."""

    def __init__(self, waits: Callable[[float], None] = lambda _: None) -> None:
        self._waits = waits

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait for this many seconds."""
        self._waits(seconds)
        with INTERRUPTS.waiting():
            time.sleep(seconds)


def fresh() -> str:
    """Return a nonce: 16 lower-case hex digits from the system's random source."""
    return secrets.token_hex(8)
