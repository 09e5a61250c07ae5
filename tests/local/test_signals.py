"""A signal ends what waits, and nothing else, and only once."""

import os
import signal
import threading

import pytest

from backlog_sync.local.signals import Interrupts


@pytest.fixture
def interrupts() -> Interrupts:
    """As in a process of its own."""
    return Interrupts()


def strike(number: int = signal.SIGINT) -> None:
    """Send ourselves a signal."""
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_strikes_at_once_where_nothing_is_held(interrupts: Interrupts, number: int) -> None:
    """Both signals do."""
    with pytest.raises(KeyboardInterrupt), interrupts.installed():
        strike(number)
    assert interrupts.asked


def test_while_held_it_strikes_only_in_a_wait(interrupts: Interrupts) -> None:
    """The books are brought to an end first."""
    done = []
    with interrupts.installed(), interrupts.held():
        strike()
        done.append("the books")
        with pytest.raises(KeyboardInterrupt), interrupts.waiting():
            done.append("never")
    assert done == ["the books"]


def test_it_strikes_within_a_wait(interrupts: Interrupts) -> None:
    """Though it is held: no answer may come for long."""
    with (
        interrupts.installed(),
        interrupts.held(),
        pytest.raises(KeyboardInterrupt),
        interrupts.waiting(),
    ):
        strike()


def test_it_strikes_once(interrupts: Interrupts) -> None:
    """What is done to end in order is not ended again, neither by a second one right behind."""
    with interrupts.installed(), interrupts.held():
        with pytest.raises(KeyboardInterrupt), interrupts.waiting():
            strike()
        strike()
        with interrupts.waiting():
            strike(signal.SIGTERM)


def test_what_was_there_before_is_there_again(interrupts: Interrupts) -> None:
    """Handlers are put back."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with interrupts.installed():
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_when_the_command_is_over_nothing_strikes(interrupts: Interrupts) -> None:
    """A late second signal does not turn an account that was told into a death by signal."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    interrupts.process_ends = True
    try:
        with interrupts.installed():
            pass
        strike()
        strike(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def test_a_second_command_in_one_process_begins_anew(interrupts: Interrupts) -> None:
    """It was the first one that was asked to end."""
    with pytest.raises(KeyboardInterrupt), interrupts.installed():
        strike()
    with interrupts.installed():
        assert not interrupts.asked
        with interrupts.waiting():
            pass


def test_other_threads_wait_for_the_main_one(interrupts: Interrupts) -> None:
    """Requests that are under way at once: a signal ends the wait for them."""
    waits, go = threading.Event(), threading.Event()

    def request() -> None:
        with interrupts.waiting():
            waits.set()
            go.wait(10)

    with interrupts.installed(), interrupts.held():
        thread = threading.Thread(target=request)
        thread.start()
        waits.wait(10)
        with pytest.raises(KeyboardInterrupt):
            strike()
        go.set()
        thread.join()


def test_other_threads_leave_signals_alone(interrupts: Interrupts) -> None:
    """Python takes handlers from the main thread only."""
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work() -> None:
        with interrupts.installed():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
