"""What applying a plan will take, request by request."""

from dataclasses import replace

from backlog_sync.core.changes import Change
from backlog_sync.core.estimate import estimate
from backlog_sync.core.observed import ObservedOther, ObservedRepository
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from tests.core.builders import REPOSITORY, backlog, desired, item, observed


def requests_for(plan: Plan, change: Change) -> int:
    """How many requests fewer it would be without a change."""
    others = tuple(each for each in plan.changes if each != change)
    return estimate(plan).requests - estimate(replace(plan, changes=others)).requests


def test_a_new_issue_comes_below_its_parent_with_its_creation_and_is_moved_by_itself() -> None:
    """A link costs nothing then, a place among the siblings a request."""
    feature, a, b = item("f", kind="feature"), item("a", parent="f"), item("b", parent="f")
    there = backlog(feature, a, b)
    state = observed(replace(there[0], children=("I_2", "I_3")), *there[1:])
    plan = build_plan(desired(feature, a, item("new", parent="f"), b), state)
    link, move = (c for c in plan.changes if c.key == "new" and c.other == "f")
    assert (move.is_move, list(link.fields)) == (True, ["parent"])
    assert requests_for(plan, link) == 0
    assert requests_for(plan, move) == 1


def test_a_link_to_another_repository_is_a_request_of_its_own() -> None:
    """No issue is made below a parent that is elsewhere."""
    other = ObservedOther(ObservedRepository("R_2", "octo-org/other", "O_1", "Organization"))
    wanted = desired(
        item("f", kind="feature"),
        item("a", parent="f", repository="octo-org/other"),
        repository=REPOSITORY,
    )
    plan = build_plan(wanted, observed(others=(other,)))
    (link,) = [c for c in plan.changes if c.other == "f"]
    assert requests_for(plan, link) == 1
