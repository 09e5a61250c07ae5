"""The real time, in which a wait is told of and can be interrupted."""

import secrets
import time
from collections.abc import Callable

from backlog_sync.local.signals import INTERRUPTS


class SystemClock:
    """Takes what is told of each wait before it, in seconds."""

    def __init__(self, waits: Callable[[float], None] = lambda _: None) -> None:
        self._waits = waits

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        self._waits(seconds)
        with INTERRUPTS.waiting():
            time.sleep(seconds)


def fresh() -> str:
    """A nonce: 16 lower-case hex digits from the system's randomness."""
    return secrets.token_hex(8)
