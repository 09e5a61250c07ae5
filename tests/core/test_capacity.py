"""Capacity as people write it."""

import random

import pytest

from backlog_sync.core.capacity import MOST, CapacityRange, read


@pytest.mark.parametrize(
    ("text", "words", "hours"),
    [
        ("96", "96 hours a week", 96),
        ("96 h", "96 hours a week", 96),
        ("80-96 hours a week", "80 to 96 hours a week", 88),
        ("40 Stunden", "40 hours a week", 40),
        ("3-4 engineers", "3 to 4 people", 112),
        ("3 – 4 engineers", "3 to 4 people", 112),
        ("3 to 4 people", "3 to 4 people", 112),
        ("8 bis 12 Entwickler", "8 to 12 people", 320),
        ("2 a 3 personas", "2 to 3 people", 80),
        ("3〜4名", "3 to 4 people", 112),
        ("1 designer", "1 person", 32),
        ("2.5 FTE", "2.5 people", 80),
        ("10+ engineers and a science team", "10 or more people", 320),
        ("Established team of 3-4 engineers", "3 to 4 people", 112),
        ("6-8 engineers including a data engineer", "6 to 8 people", 224),
        ("for 6 weeks 4 people", "4 people", 128),
    ],
)
def test_numbers_of_hours_and_of_people_are_read(text: str, words: str, hours: float) -> None:
    """A range counts as its middle, "or more" as the least; one person gives 32 hours here."""
    given = read(text)
    assert given is not None
    assert (given.words(), given.hours(32)) == (words, hours)


@pytest.mark.parametrize(
    "text",
    ["", "TBD", "3-4", "-5", "4-3 people", "a few people", "for 6 weeks", "50 %", "10+", "Q1 2026",
     "v1.2.3", "nan", "inf", "1e9", "999999999 people", f"{MOST + 1}"],
)  # fmt: skip
def test_what_names_neither_is_not_guessed(text: str) -> None:
    """A range without a unit may be either; other words, and more than can be, are none."""
    assert read(text) is None


def test_any_range_of_people_is_read_as_it_is_said() -> None:
    """What `words` says is read as the same again."""
    rng = random.Random(5)
    for _ in range(200):
        least = rng.randrange(1, 50)
        most = rng.choice([None, least, least + rng.randrange(1, 9)])
        given = CapacityRange(least, most, people=rng.random() < 0.5)
        assert read(given.words().replace(" or more", "+")) == given
