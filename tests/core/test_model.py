"""What the values of the domain say of themselves."""

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.model import CheckItem, Checklist, DesiredItem, Prose


def test_only_the_acceptance_criteria_are_criteria() -> None:
    """Another checklist may stand before them, or alone."""
    done = Checklist("definition_of_done", "Definition of done", (CheckItem("shipped", True),))
    criteria = Checklist("acceptance_criteria", "Acceptance criteria", (CheckItem("works", False),))
    words = Prose("goal", "Goal", "words")
    for block, expected in (
        ((words, done, criteria), criteria.entries),
        ((done,), ()),
        ((), ()),
    ):
        made = DesiredItem("a", "story", Place("f"), {"title": "A", "body": block})
        assert made.criteria == expected
