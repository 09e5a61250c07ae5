"""How likely, and how bad: words and numbers on one scale of five."""

import pytest

from backlog_sync.core.planning import Risk
from backlog_sync.reports.risks import level, register
from tests.reporting.builders import item


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("3.0", 3),
        ("6", None), ("0", None), ("2.5", None),
        ("0.5", 3), ("0.2", 1), ("0.21", 2), ("0,5", 3), ("0.99", 5),
        ("1 %", 1), ("20%", 1), ("21 %", 2), ("80 %", 4), ("100 %", 5), ("0 %", 1),
        ("101 %", None), ("", None), (None, None), ("whatever", None),
    ],
)  # fmt: skip
def test_numbers_shares_and_percentages_have_a_place(word: str | None, place: int | None) -> None:
    """One to five, a share below one, or a percentage; what is beyond has none."""
    assert level(word) == place


def test_words_have_a_place() -> None:
    """In whatever case."""
    low, medium, high = level("Low"), level("medium"), level("HIGH")
    assert None not in (low, medium, high)
    assert (low or 0) < (medium or 0) < (high or 0)


def test_a_risk_without_an_exposure_stands_behind_the_smallest() -> None:
    """Whatever stands first in the file; closed ones are last."""
    items = [
        item("a", risks=(Risk("unknown"), Risk("small", likelihood="1", impact="1"))),
        item("b", risks=(Risk("great", likelihood="5", impact="5"),)),
    ]
    assert [each.text for each in register(items)] == ["great", "small", "unknown"]
