"""What the values of the domain say of themselves."""

from dataclasses import fields

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.model import CheckItem, Checklist, DesiredItem, Prose
from backlog_sync.core.observed import Capabilities
from backlog_sync.core.operations import AddSubIssue, Overwrite
from backlog_sync.core.planning import PlanningSettings


def test_only_the_acceptance_criteria_are_criteria() -> None:
    """Another checklist may stand before them, or alone."""
    done = Checklist("definition_of_done", "Definition of done", (CheckItem("shipped", True),))
    criteria = Checklist("acceptance_criteria", "Acceptance criteria", (CheckItem("works", False),))
    words = Prose("goal", "Goal", "words")
    for block, expected in (((words, done, criteria), criteria.entries), ((done,), ()), ((), ())):
        made = DesiredItem("a", "story", Place("f"), {"title": "A", "body": block})
        assert made.criteria == expected


def test_a_sub_issue_writes_over_the_parent_that_it_is_taken_from() -> None:
    """Where there is none, GitHub itself refuses a second one."""
    assert AddSubIssue("P", "C", "Q").parts == {"parent": Overwrite("Q", "P")}
    assert AddSubIssue("P", "C").parts == {}


def test_a_week_has_forty_hours_unless_the_file_says_else() -> None:
    """What one person gives."""
    assert PlanningSettings().hours_per_week == 40


def test_a_server_can_do_everything_unless_it_says_else() -> None:
    """What GitHub itself can do."""
    assert all(getattr(Capabilities(), each.name) is True for each in fields(Capabilities))
