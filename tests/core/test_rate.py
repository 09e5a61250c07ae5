"""How fast is written: bursts, minutes, hours, and what a complaint teaches."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core.rate import (
    A_MINUTE,
    AN_HOUR,
    BURST,
    HOUR,
    LEAST,
    MINUTE,
    POINTS,
    Learned,
    Pace,
    seconds_for,
)

DAY = 86_400.0


def spread(pace: Pace, counts: list[int], now: float = 0.0) -> list[tuple[float, int]]:
    """Send so much at a time, as soon as may be; give the moments."""
    sent = []
    for count in counts:
        now += pace.wait(now, creations=count)
        pace.sent(now, creations=count)
        sent.append((now, count))
    return sent


def most_in(sent: list[tuple[float, int]], seconds: float) -> int:
    """The most that was sent in any stretch of so many seconds."""
    return max(sum(n for at, n in sent if start <= at < start + seconds) for start, _ in sent)


def test_a_small_backlog_waits_for_nothing() -> None:
    """Forty creations go out at once."""
    assert seconds_for(BURST, Pace()) == 0


def test_beyond_a_burst_creations_are_spread() -> None:
    """The next ones follow one by one, none of them in a rush."""
    sent = spread(Pace(), [5] * 12)
    assert [at for at, _ in sent[:8]] == [0] * 8
    gaps = [b - a for (a, _), (b, _) in pairwise(sent[7:])]
    assert min(gaps) > 5 * MINUTE / A_MINUTE - 0.001


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60), st.integers(LEAST, 80))
def test_no_minute_and_no_hour_holds_more(counts: list[int], a_minute: int) -> None:
    """Whatever is sent, in whatever portions."""
    sent = spread(Pace(a_minute=a_minute), counts)
    assert most_in(sent, MINUTE) <= a_minute
    assert most_in(sent, HOUR) <= AN_HOUR


def test_two_thousand_take_hours_and_go_on() -> None:
    """An import survives the hourly limit: the rest follows as the hour allows."""
    sent = spread(Pace(), [5] * 400)
    assert most_in(sent, HOUR) <= AN_HOUR
    assert 4 * HOUR < sent[-1][0] < 4.2 * HOUR


@pytest.mark.parametrize("count", [485, 500, 800])
def test_more_than_an_hour_allows_is_spread_over_it(count: int) -> None:
    """The last twenty do not wait for most of an hour while everything else is done."""
    pace = Pace()
    pace.expect(count)
    sent = spread(pace, [5] * (count // 5))
    assert max(b - a for (a, _), (b, _) in pairwise(sent)) < 6 * MINUTE
    assert sent[-1][0] < 1.1 * HOUR * count / AN_HOUR


def test_what_fits_into_the_hour_is_not_spread() -> None:
    """As much as an hour allows takes as many minutes as the rate per minute asks for."""
    pace = Pace()
    pace.expect(AN_HOUR)
    assert spread(pace, [5] * (AN_HOUR // 5))[-1][0] <= AN_HOUR / A_MINUTE * MINUTE


def test_points_of_a_minute_are_counted_too() -> None:
    """Reads and writes that create nothing stay below the points of a minute."""
    pace = Pace()
    for _ in range(POINTS // 5):
        assert pace.wait(0, points=5) == 0
        pace.sent(0, points=5)
    assert pace.wait(0, points=1) == MINUTE
    assert pace.wait(MINUTE, points=5) == 0


def test_a_complaint_teaches_a_lower_rate() -> None:
    """After a block there are fewer a minute than when it came, for the rest of the run."""
    pace = Pace()
    spread(pace, [5, 5])
    pace.complained(1.0)
    assert pace.a_minute == 7
    assert most_in(spread(pace, [5] * 20, now=61.0), MINUTE) <= 7


def test_a_complaint_about_the_hour_is_told_from_one_about_the_minute() -> None:
    """After 150 in an hour, at a rate that was fine before: the hour is the limit."""
    pace = Pace()
    sent = spread(pace, [5] * 30)
    now = sent[-1][0]
    pace.complained(now)
    assert pace.a_minute == A_MINUTE
    assert 100 < pace.an_hour < 150
    later = spread(pace, [5] * 30, now=now + MINUTE)
    assert most_in(sent + later, HOUR) <= 150
    assert Pace(pace.learned(later[-1][0]), now=later[-1][0]).an_hour == pace.an_hour


def test_a_second_complaint_about_the_minute_is_not_taken_for_one_about_the_hour() -> None:
    """What was refused before was never accepted."""
    pace = Pace()
    spread(pace, [5] * 5)
    pace.complained(1.0)
    spread(pace, [5] * 3, now=61.0)
    pace.complained(70.0)
    assert pace.an_hour == AN_HOUR
    assert pace.a_minute < 15


def test_complaints_end_at_the_least() -> None:
    """A server that complains for another reason does not bring the run to a halt."""
    pace = Pace()
    for n in range(50):
        pace.complained(float(n))
    assert (pace.a_minute, pace.an_hour) == (LEAST, AN_HOUR)


def test_the_next_run_knows_what_was_learned() -> None:
    """The rate, and what was sent within the last hour."""
    first = Pace()
    spread(first, [5] * 8)
    first.complained(1.0)
    second = Pace(first.learned(30.0), now=30.0)
    assert second.a_minute == first.a_minute
    assert second.wait(30.0, creations=5) > 0
    assert Pace(first.learned(30.0), now=2 * HOUR).wait(2 * HOUR, creations=5) == 0


def test_a_run_right_after_another_has_no_burst_of_its_own() -> None:
    """What the run before sent counts in the minute and in the hour."""
    first = Pace()
    sent = spread(first, [5] * 96)
    end = sent[-1][0]
    second = Pace(first.learned(end), now=end)
    after = spread(second, [5] * 20, now=end)
    assert most_in(sent + after, MINUTE) <= A_MINUTE
    assert most_in(sent + after, HOUR) <= AN_HOUR


def test_old_lessons_are_forgotten() -> None:
    """A week later the usual pace is tried again."""
    assert Pace(Learned(5, at=0.0), now=6 * DAY).a_minute == 5
    assert Pace(Learned(5, at=0.0), now=8 * DAY).a_minute == A_MINUTE


@pytest.mark.parametrize("count", [0, 33, 340])
def test_time_is_told_from_any_start(count: int) -> None:
    """An estimate depends on how long, not on when."""
    assert seconds_for(count, Pace(now=1e9), now=1e9) == pytest.approx(seconds_for(count, Pace()))


def test_what_was_sent_is_remembered_by_the_end_of_its_minute() -> None:
    """A run that follows must not take it for older; nothing is remembered as yet to come."""
    pace = Pace()
    pace.sent(30.0, creations=2)
    pace.sent(45.0, creations=1)
    pace.sent(70.0, creations=4)
    assert pace.learned(200.0).sent == ((MINUTE, 3), (2 * MINUTE, 4))
    late = Pace()
    late.sent(30.0, creations=2)
    assert late.learned(40.0).sent == ((40.0, 2),)
