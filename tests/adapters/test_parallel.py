"""Several things at once: results in order, errors raised, nothing begun in vain."""

import threading

import pytest

from backlog_sync.github_api.parallel import AT_ONCE, in_parallel

SECONDS = 10.0


def test_results_stand_in_the_order_of_the_things() -> None:
    """However long each of them takes: the first one is done last here."""
    last_begun = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert last_begun.wait(SECONDS)
        if number == 19:
            last_begun.set()
        return number * number

    assert in_parallel(work, range(20)) == [n * n for n in range(20)]


def test_so_many_are_under_way_at_once_and_no_more() -> None:
    """Eight wait for each other; a ninth does not begin before one of them is done."""
    together = threading.Barrier(AT_ONCE, timeout=SECONDS)
    guard = threading.Lock()
    now = most = 0

    def work(_: int) -> None:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        together.wait()
        with guard:
            now -= 1

    in_parallel(work, range(3 * AT_ONCE))
    assert most == AT_ONCE


def test_the_first_error_is_raised_and_nothing_more_begins() -> None:
    """What is under way when one fails ends unheard."""
    begun: list[int] = []
    told = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 3:
            raise LookupError(str(number))
        if number > 3:
            told.wait(SECONDS)

    with pytest.raises(LookupError, match="3"):
        in_parallel(work, range(1000))
    assert len(begun) < 4 + AT_ONCE
    told.set()


def test_an_interrupt_in_a_thread_reaches_the_caller() -> None:
    """As it does where nothing runs at once."""

    def work(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(4))


@pytest.mark.parametrize("count", [0, 1])
def test_few_things_need_no_thread(count: int) -> None:
    """One thing is done where the caller stands."""
    here = threading.current_thread()
    assert in_parallel(lambda _: threading.current_thread(), range(count)) == [here] * count
