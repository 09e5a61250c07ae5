"""Run a few tasks at once and return their results in order."""

import contextvars
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

AT_ONCE: Final = 8
"""Concurrent requests: far below the limit of 100 that GitHub documents."""

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(work: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """Return the result of `work` for each thing, in the order of the things.

    Raises the first exception of `work`. Then, and if the caller is interrupted, no further work
    is started; running work ends in the background, and its result is ignored.
    """
    if len(things) <= 1:
        return [work(thing) for thing in things]
    waiting = iter(enumerate(things))
    guard, ended = threading.Lock(), threading.Event()
    done: queue.SimpleQueue[tuple[int, R | None, BaseException | None]] = queue.SimpleQueue()

    def worker() -> None:
        while not ended.is_set():
            with guard:
                index, thing = next(waiting, (-1, None))
            if thing is None:
                return
            try:
                done.put((index, work(thing), None))
            except BaseException as error:
                done.put((index, None, error))
                return

    for _ in range(min(AT_ONCE, len(things))):
        # The context holds the values that every log event of this run carries.
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(worker,), daemon=True).start()
    results: dict[int, R] = {}
    try:
        while len(results) < len(things):
            index, result, error = done.get()
            if error is not None:
                raise error
            results[index] = result  # type: ignore[assignment]  # without an error it is set
    finally:
        ended.set()
    return [results[index] for index in range(len(things))]
