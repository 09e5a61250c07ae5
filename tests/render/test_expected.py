"""What a run will take, how far it is, and what was read, in words."""

import pytest

from backlog_sync.core.estimate import Estimate
from backlog_sync.core.observed import Coverage
from backlog_sync.core.plan import Usage
from backlog_sync.render.canvas import Look
from backlog_sync.render.coverage import coverage_text
from backlog_sync.render.expected import duration, expected_text, step_text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under 1 minute"),
        (29, "under 1 minute"),
        (60, "1 minute"),
        (804, "13 minutes"),
        (14_580, "4 h 3 min"),
    ],
)
def test_times_are_told_as_people_tell_them(seconds: float, words: str) -> None:
    """In minutes, and beyond an hour and a half in hours."""
    assert duration(seconds) == words


def test_waiting_is_told_apart() -> None:
    """Where the pace makes a run long, it says so."""
    quick, slow = Estimate(17, 21, 9.0, 0.0), Estimate(1, 900, 90.0, 804.0)
    assert expected_text(quick, Usage(1, 1, 0, 5), Look()) == (
        "Expected: ≈ 19 requests, 26 points, under 1 minute"
    )
    unknown = expected_text(quick, Usage(), Look(), timed=False)
    assert unknown == "Expected: ≈ 17 requests, 21 points"
    told = "Expected: ~ 1 request, 900 points, 13 minutes (paced for GitHub's limits: 13 minutes)"
    assert expected_text(slow, Usage(), Look(ascii=True)) == told


def test_a_step_tells_what_is_left() -> None:
    """As far as that can be known."""
    assert step_text(120, 340, 440.0) == "120 of 340, about 7 minutes left"
    assert step_text(339, 340, 4.0) == "339 of 340, under 1 minute left"
    assert step_text(0, 340, None) == "0 of 340"
    assert step_text(340, 340, 0.0) == "340 of 340"


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (Coverage(True, 33, 33), "33 issues read"),
        (Coverage(False, 20, 33), "20 issues read, not all"),
        (
            Coverage(False, 133, 21_000, by_number=33),
            "33 issues by number; of 20,967 others 100 checked",
        ),
        (
            Coverage(False, 133, 21_000, by_number=33, since="2026-11-20T04:00:00Z"),
            "33 issues by number; of 20,967 others those updated since 2026-11-20 04:00",
        ),
    ],
)
def test_what_was_read_is_told(coverage: Coverage, words: str) -> None:
    """No more is claimed than was looked at."""
    assert coverage_text(coverage) == words
