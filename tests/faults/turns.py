"""Several runs at the same time, request by request, in an order that a seed decides."""

import random
import threading
from collections.abc import Callable, Sequence

import requests

from tests.faults.harness import Machine


class _Turn:
    """One run in a thread of its own, which moves only when it is its turn."""

    def __init__(self, machine: Machine, work: Callable[[], object]) -> None:
        self.done = False
        self.error: BaseException | None = None
        self._go = threading.Semaphore(0)
        self._back = threading.Semaphore(0)
        machine.gate = self._gate
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()
        self._back.acquire()

    def _gate(self, send: Callable[[], requests.Response]) -> requests.Response:
        self._back.release()
        self._go.acquire()
        return send()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            self.error = error  # raised again where somebody waits
        finally:
            self.done = True
            self._back.release()

    def step(self) -> None:
        """Let it make one request, and go on to the next one or to its end."""
        self._go.release()
        self._back.acquire()


def interleave(runs: Sequence[tuple[Machine, Callable[[], object]]], seed: int) -> list[int]:
    """Run these together; give the order in which they sent. Raises what one of them raised."""
    chance = random.Random(seed)
    turns = [_Turn(machine, work) for machine, work in runs]
    order: list[int] = []
    # Some orders go to and fro, some let one run far ahead of the other.
    loyalty = chance.choice((0.0, 0.5, 0.9))
    while alive := [n for n, turn in enumerate(turns) if not turn.done]:
        stay = order and order[-1] in alive and chance.random() < loyalty
        chosen = order[-1] if stay else chance.choice(alive)
        order.append(chosen)
        turns[chosen].step()
    for (machine, _), turn in zip(runs, turns, strict=True):
        machine.gate = None
        if turn.error is not None:
            raise turn.error
    return order
