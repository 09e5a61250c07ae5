"""Open, done, or dropped."""

import pytest

from backlog_sync.core.changes import CloseIssue, ReopenIssue
from backlog_sync.core.states import desired_state, is_closed, observed_state
from tests.core.builders import issue


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        ("open", None, "open"),
        ("open", "reopened", "open"),
        ("closed", None, "completed"),
        ("closed", "completed", "completed"),
        ("closed", "not_planned", "not_planned"),
        ("closed", "duplicate", "not_planned"),
    ],
)
def test_github_has_three_states_that_matter(state: str, reason: str | None, told: str) -> None:
    """A duplicate will not be done here; an old close without a reason is done."""
    assert observed_state(issue(1, state=state, state_reason=reason)) == told


@pytest.mark.parametrize(
    ("word", "now", "told"),
    [
        ("open", "completed", "open"),
        ("closed", "open", "completed"),
        ("closed", "not_planned", "not_planned"),
        ("completed", "not_planned", "completed"),
        ("not_planned", "open", "not_planned"),
    ],
)
def test_a_word_that_leaves_the_reason_open_takes_the_one_that_is_there(
    word: str, now: str, told: str
) -> None:
    """`closed` asks for no other reason than GitHub has."""
    assert desired_state(word, now) == told


def test_words_for_the_end() -> None:
    """Three of them."""
    assert [is_closed(w) for w in ("open", "closed", "completed", "not_planned", None)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("before", "after", "fields", "reason"),
    [
        ("open", "completed", {"state": ("open", "closed")}, "completed"),
        (
            "open",
            "not_planned",
            {"state": ("open", "closed"), "state_reason": (None, "not_planned")},
            "not_planned",
        ),
        ("completed", "open", {"state": ("closed", "open")}, "completed"),
        ("completed", "not_planned", {"state_reason": ("completed", "not_planned")}, "not_planned"),
    ],
)
def test_a_change_of_state_is_told_in_github_s_words(
    before: str, after: str, fields: dict[str, tuple[object, object]], reason: str
) -> None:
    """A plain closing needs no reason; a dropped item is closed as not planned."""
    was = before if is_closed(before) else None
    told = CloseIssue("a", "A", "", state_reason=after, was=was) if is_closed(after) else REOPEN
    assert {name: (f.before, f.after) for name, f in told.fields.items()} == fields
    assert getattr(told, "state_reason", "completed") == reason


REOPEN = ReopenIssue("a", "A", "")
