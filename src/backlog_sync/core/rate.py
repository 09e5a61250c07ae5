"""Pacing of writes: a policy over what was sent, on any clock.

GitHub documents 2,000 GraphQL and 900 REST points a minute (a request that writes: 5, any other:
1), and about 80 creations a minute and 500 an hour, with lower limits in some places. Users report
blocks after 20 to 30 issues created in a minute, and after 150 in an hour: what a repository bears
is learned from its first complaint.
"""

from collections import deque
from dataclasses import field, replace
from typing import Final

from backlog_sync.dataclass import dataclass

SMALL_BATCH: Final = 20
"""Small mutations per request: GitHub's own tools send as many."""

BODY_BATCH: Final = 5
"""Mutations with a body per request: more were refused as too much at once (reported)."""

BURST: Final = 40
"""Creations that are sent at once after a pause: half of what GitHub documents for a minute, so
that a small backlog does not wait."""

REST: Final = 300.0
"""Seconds without creations after which a burst is allowed again."""

A_MINUTE: Final = 60
"""The most creations in any minute: three quarters of the 80 that GitHub documents."""

AN_HOUR: Final = 480
"""The most creations in any hour: below the 500 that GitHub documents."""

LEAST: Final = 5
"""Creations per minute below which a complaint does not lower the rate further."""

LEAST_AN_HOUR: Final = 60
"""Creations per hour below which a complaint does not lower the rate further: far less than any
reported limit (150)."""

POINTS: Final = 1_600
"""The most points per minute: below GitHub's 2,000 for GraphQL."""

MINUTE: Final = 60.0
HOUR: Final = 3_600.0
_FORGET: Final = 7 * 86_400.0
"""Seconds (a week) after which an earlier complaint says nothing about the current limit."""
_LESS: Final = 0.75
"""The share of the rate to keep after a complaint, so that it does not repeat."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run can pass on to the next.

    `a_minute` and `an_hour` are the rates learned until `at` (seconds since the epoch), None if the
    server never complained about them. `sent` are the creations of the last hour: times and counts.
    """

    a_minute: int | None = None
    at: float = 0.0
    sent: tuple[tuple[float, int], ...] = ()
    an_hour: int | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds that were waited so far, for limits and the pace, and that the pace will ask for."""

    past: float = 0.0
    ahead: float = 0.0


@dataclass(slots=True)
class _Window:
    """What was sent in the last `seconds`."""

    seconds: float
    sent: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0

    def add(self, now: float, count: int) -> None:
        if count:
            self.sent.append((now, count))
            self.total += count

    def room_at(self, now: float, count: int, most: int) -> float:
        """Return the time at which an amount fits below `most`; a single big one always fits."""
        while self.sent and self.sent[0][0] <= now - self.seconds:
            self.total -= self.sent.popleft()[1]
        excess, moment = self.total + count - most, now
        for at, expired in self.sent:
            if excess <= 0:
                break
            excess -= expired
            moment = at + self.seconds
        return moment


NOTHING: Final = Learned()


class Pace:
    """Decides how long to wait before a request, and learns from the server's complaints.

    The first `BURST` creations after a pause are sent at once. After that they are spread, so that
    no minute and no hour exceeds the limits. If more creations are expected than the hour has room
    for, they are spread over the hour, so that the last ones do not wait for most of it. Times are
    seconds on any one clock.
    """

    def __init__(
        self, learned: Learned = NOTHING, *, now: float = 0.0, a_minute: int = A_MINUTE
    ) -> None:
        valid = now - learned.at < _FORGET
        rate, hourly = (learned.a_minute, learned.an_hour) if valid else (None, None)
        self.a_minute = min(a_minute, max(LEAST, rate)) if rate else a_minute
        self.an_hour = min(AN_HOUR, max(LEAST_AN_HOUR, hourly)) if hourly else AN_HOUR
        self._learned = replace(learned, a_minute=rate, an_hour=hourly, sent=())
        self._minute, self._hour = _Window(MINUTE), _Window(HOUR)
        self._points, self._lately = _Window(MINUTE), _Window(REST)
        self._last = self._complaint = float("-inf")
        self._expected = 0
        for at, count in learned.sent:
            if now - HOUR < at <= now:
                self._created(at, count)

    def expect(self, creations: int) -> None:
        """Set the number of creations to plan for."""
        self._expected = creations

    def wait(self, now: float, *, creations: int = 0, points: int = 0) -> float:
        """Return the seconds to wait before a request with these creations and points."""
        moments = [now, self._points.room_at(now, points, POINTS)]
        if creations:
            self._lately.room_at(now, 0, 0)
            burst = min(BURST, self.a_minute)
            moments.append(self._minute.room_at(now, creations, self.a_minute))
            moments.append(self._hour.room_at(now, creations, self.an_hour))
            if self._lately.total + creations > burst:
                moments.append(self._last + creations * self._gap(creations))
        return max(moments) - now

    def _gap(self, creations: int) -> float:
        """Return the seconds between two creations, after a burst."""
        fits = max(self._expected, creations) <= self.an_hour - self._hour.total
        return max(MINUTE / self.a_minute, 0.0 if fits else HOUR / self.an_hour)

    def sent(self, now: float, *, creations: int = 0, points: int = 0) -> None:
        """Record a request that was sent."""
        self._points.add(now, points)
        self._created(now, creations)
        self._expected = max(0, self._expected - creations)

    def _created(self, now: float, count: int) -> None:
        if count:
            self._minute.add(now, count)
            self._lately.add(now, count)
            self._hour.add(now, count)
            self._last = now

    def complained(self, now: float) -> None:
        """Lower a rate, because the server found the creations too quick.

        It is the rate per hour if the server accepted as many in an earlier minute.
        """
        self._minute.room_at(now, 0, self.a_minute)
        self._hour.room_at(now, 0, self.an_hour)
        lately = self._minute.total
        if 0 < lately <= self._most_accepted(now - MINUTE):
            self.an_hour = max(LEAST_AN_HOUR, int(self._hour.total * _LESS))
            self._learned = replace(self._learned, an_hour=self.an_hour, at=now)
        else:
            self.a_minute = max(LEAST, int(min(self.a_minute, lately or self.a_minute) * _LESS))
            self._learned = replace(self._learned, a_minute=self.a_minute, at=now)
        self._complaint = now

    def _most_accepted(self, until: float) -> int:
        """Return the most creations in a minute between the last complaint and then."""
        window, most = _Window(MINUTE), 0
        for at, count in self._hour.sent:
            if self._complaint < at <= until:
                window.room_at(at, count, 0)
                window.add(at, count)
                most = max(most, window.total)
        return most

    def learned(self, now: float) -> Learned:
        """Return what the next run should know: the rate, and recent creations by minute."""
        by_minute: dict[float, int] = {}
        for at, count in self._hour.sent:
            if at > now - HOUR:
                # The end of the minute: a run that follows must not take it for older.
                moment = min(now, (at // MINUTE + 1) * MINUTE)
                by_minute[moment] = by_minute.get(moment, 0) + count
        return replace(self._learned, sent=tuple(sorted(by_minute.items())))


def seconds_for(creations: int, pace: Pace, *, now: float = 0.0, at_once: int = 5) -> float:
    """Return the seconds that this many creations take from now, without any credit left."""
    moment = now
    pace.expect(creations)
    for start in range(0, creations, at_once):
        batch = min(at_once, creations - start)
        moment += pace.wait(moment, creations=batch)
        pace.sent(moment, creations=batch)
    return moment - now
