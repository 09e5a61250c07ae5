"""A repository as a backlog: what is taken, what kind it is, and in what order."""

from typing import Any

import pytest

from backlog_sync.core.import_repository import take_over
from backlog_sync.core.observed import IssueLink, ObservedIssue, ObservedLabel
from tests.core.builders import board, card, issue, item, link, managed, observed


def below(number: int, parent: int | None, **more: Any) -> ObservedIssue:
    """An issue of people, below another one."""
    return issue(number, parent=link(parent) if parent else None, **more)


def kinds(*issues: ObservedIssue) -> dict[str, str]:
    """The kind of each item that is taken."""
    return {each.key: each.kind for each in take_over(observed(*issues)).items}


def test_kinds_follow_type_then_label_then_place() -> None:
    """What says nothing is an epic above others, a task at the end, else a story."""
    assert kinds(
        below(1, None), below(2, 1), below(3, 2), below(4, None),
        below(5, None, issue_type="Bug"), below(6, None, labels=("Enhancement",)),
        below(7, None, issue_type="Feature", labels=("bug",)),
        below(8, None, labels=("type: bug",)),
    ) == {
        "issue-1": "epic", "issue-2": "story", "issue-3": "task", "issue-4": "story",
        "issue-5": "bug", "issue-6": "feature", "issue-7": "feature", "issue-8": "bug",
    }  # fmt: skip


def test_closed_issues_stay_unless_something_open_stands_below_them() -> None:
    """All of them are taken on demand, and are done; those of other backlogs never are."""
    there = observed(
        below(1, None, state="closed"), below(2, 1, state="closed"), below(3, 2),
        below(4, None, state="closed"), managed(item("a"), 5),
    )  # fmt: skip
    assert [each.key for each in take_over(there).items] == ["issue-1", "issue-2", "issue-3"]
    taken = take_over(there, closed=True).items
    assert {each.key: each.status for each in taken} == {
        "issue-1": "Done", "issue-2": "Done", "issue-3": None, "issue-4": "Done"
    }  # fmt: skip


def test_parents_stand_before_their_children_and_a_circle_ends_in_roots() -> None:
    """Whatever the numbers are."""
    found = take_over(observed(below(1, 2), below(2, 3), below(3, None))).items
    assert [each.key for each in found] == ["issue-3", "issue-2", "issue-1"]
    circle = take_over(observed(below(1, 2), below(2, 1))).items
    assert {each.key: each.parent for each in circle} == {"issue-1": None, "issue-2": None}


def test_fields_say_what_github_says() -> None:
    """Labels, milestone, blockers by key or number, board values that are set."""
    away = IssueLink("X", 7, "octo-org/other")
    there = observed(
        issue(1, "One", labels=("a",), milestone="M1", blocked_by=(link(2), link(9), away),
              card=card(1, Priority="High", Story_Points=0, Sprint="", Team="x")),
        issue(2, "Two"),
        project=board(),
    )  # fmt: skip
    first, second = take_over(there).items
    assert first.fields == {
        "title": "One", "labels": ("a",), "milestone": "M1",
        "blocked_by": ("issue-2", "#9", "octo-org/other#7"),
    }  # fmt: skip
    assert first.board == {"Priority": "High", "Story Points": 0}
    assert (second.fields, second.board) == ({"title": "Two"}, {})
    assert [each.title for each in take_over(there).milestones] == ["M1"]


@pytest.mark.parametrize(
    ("labels", "known", "label"),
    [
        ([("bug",), ("Bug",)], ("bug",), "bug"),
        ([("bug",), ()], ("bug",), None),
        ([("bug",), ("bug",)], (), None),
    ],
)
def test_a_kind_has_a_label_when_every_issue_of_it_wears_it(
    labels: list[tuple[str, ...]], known: tuple[str, ...], label: str | None
) -> None:
    """Another one would be labelled by the next sync."""
    issues = [issue(n, issue_type="Bug", labels=each) for n, each in enumerate(labels, 1)]
    there = observed(*issues, labels=tuple(ObservedLabel(f"L_{n}", n, "ededed") for n in known))
    assert take_over(there).settings.kind_labels["bug"] == label
