"""Handle SIGINT and SIGTERM: end a run soon and cleanly, with a correct report of what was done."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SECONDS = 2.0
"""A second signal within this time is a repetition: a terminal and a wrapper both send it."""


class Interrupts:
    """Turns a signal into `KeyboardInterrupt`, immediately or where it is safe.

    While something is `held`, a signal interrupts only waits for the network or for time to pass,
    so that the record of what was done stays complete. If the process ends with the command
    (`process_ends`), signals after that are ignored: its exit code already reports the result.
    """

    def __init__(self) -> None:
        self.process_ends = False
        self._guard = threading.Lock()  # several threads may wait at once
        self._reset()

    def _reset(self) -> None:
        self._held = 0
        self._waiting = 0
        self._first: float | None = None
        self._struck = False

    @property
    def asked(self) -> bool:
        """Whether somebody asked the run to end."""
        return self._first is not None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle both signals; does nothing outside of the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._reset()
        previous = {
            number: signal.signal(number, self._on) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, signal.SIG_IGN if self.process_ends else handler)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let signals interrupt only in `waiting`; elsewhere they are recorded in `asked`."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Allow signals during a wait. Raises `KeyboardInterrupt` if one came before."""
        with self._guard:
            self._waiting += 1
        try:
            if self.asked and not self._struck:
                self._strike()
            yield
        finally:
            with self._guard:
                self._waiting -= 1

    def _on(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - what signals give
        now = time.monotonic()
        if self._first is not None:
            if now - self._first > _SECONDS:
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)
            return
        self._first = now
        if not self._held or self._waiting:
            self._strike()

    def _strike(self) -> None:
        self._struck = True
        raise KeyboardInterrupt


INTERRUPTS = Interrupts()
"""The instance of this process: signals belong to the process."""
