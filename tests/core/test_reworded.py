"""What of a line is said by people, and what is only progress."""

import pytest

from backlog_sync.core.reworded import Words

WORDS = Words(("Ready for QA", "In Review"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("### Story: Keep a cart", "### Story: Keep a cart (#12)"),
        ("- [ ] Two carts become one", "- [x] Two carts become one"),
        ("| Keep a cart | 5 |", "| Keep a cart | 5 | In Progress |"),
        ("| Keep a cart | 5 |", "| Keep a cart | 5 | In Review | octo-org/shop#7 |"),
        ("- {title: Keep a cart}", "- {title: Keep a cart, issue: sandbox#3, status: Done}"),
        ("- {title: Keep a cart}", "- {title: Keep a cart, issue: 12, status: Ready for QA}"),
        ('{"title": "A", "issue": 3}', '{"title": "A", "issue": "https://h/o/r/issues/12"}'),
        ("- It holds", "- {text: It holds, done: true}"),
        ("title: Keep a cart\r", "title: Keep a cart"),
    ],
)
def test_progress_is_no_word(before: str, after: str) -> None:
    """Numbers of issues, boxes and states change nothing that people said."""
    assert WORDS(before) == WORDS(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("### Story: Keep a cart", "### Story: Keep two carts"),
        ("- [ ] Two carts become one", "- [ ] Three carts become one"),
        ("| Keep a cart | 5 |", "| Keep a cart | 8 |"),
        ("estimate_hours: 20", "estimate_hours: 40"),
        ("- {title: Keep a cart}", "- {title: Keep a cart, team: Web}"),
    ],
)
def test_other_words_are_another_line(before: str, after: str) -> None:
    """A title, a criterion, an estimate: whatever people change is a change."""
    assert WORDS(before) != WORDS(after)
