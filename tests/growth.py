"""How the work of a function grows with its input: two sizes beside each other, in one process.

Nothing here is a bar in seconds: `python -m bench.files` and its neighbors have those. A busy
machine slows both sizes, and what it adds is gone in the fastest of a few runs.
"""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
ROUNDS = 8
ROOM = 2.5
_TICK = 0.002


def grows_like(
    run: Callable[[T], object], small: T, large: T, *, times: float, room: float = ROOM
) -> None:
    """Assert that the larger input, so many times the smaller, takes about so many times the work.

    `room` is what it may take more. With an input four times as large, work that grows with the
    square takes 16 times as long, and 10 are the most that is allowed.
    """
    few = many = float("inf")
    run(small)  # what only the first run loads and fills would make the small input look slow
    for _ in range(ROUNDS):
        few, many = min(few, _took(run, small)), min(many, _took(run, large))
        if many <= times * room * few + _TICK:
            return
    raise AssertionError(f"{times:g} times the input took {many / few:.1f} times as long")


def _took(run: Callable[[T], object], given: T) -> float:
    """The time that this thread spent on it, without collections of other tests' garbage."""
    collects = gc.isenabled()
    gc.disable()
    try:
        began = time.thread_time()
        run(given)
        return time.thread_time() - began
    finally:
        if collects:
            gc.enable()
