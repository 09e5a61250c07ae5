"""What moved between a saved plan and now."""

from dataclasses import replace

import pytest

from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import (
    ObservedLabel,
    ObservedMilestone,
    ObservedOther,
    ObservedRepository,
    ObservedState,
)
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.planner import build_plan
from backlog_sync.core.saved import SavedPlan, save_plan, what_moved
from tests.core.builders import backlog, desired, issue, item, observed

ITEMS = tuple(item(f"n{n}") for n in range(8))
AWAY = ObservedRepository("R_2", "octo-org/other", "O_1", "Organization")


def saved(wanted: DesiredState, there: ObservedState) -> SavedPlan:
    """The plan of these two, put aside."""
    return save_plan(build_plan(wanted, there), wanted, there, PlanOptions())


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "n0"),
        (5, "n0, n1, n2, n3, n4"),
        (6, "n0, n1, n2, n3, n4 and 1 more"),
        (8, "n0, n1, n2, n3, n4 and 3 more"),
    ],
)
def test_five_are_named_and_the_rest_is_counted(count: int, told: str) -> None:
    """However many items were changed in the files."""
    changed = [item(f"n{n}", "New words" if n < count else None) for n in range(8)]
    before, after = saved(desired(*ITEMS), observed()), saved(desired(*changed), observed())
    assert what_moved(before, after) == [
        f"changed in the files or in the repository's definitions: {told}"
    ]
    assert what_moved(before, before) == []


def test_issues_and_definitions_are_told_apart() -> None:
    """What people changed on GitHub, and what was declared."""
    wanted = desired(*ITEMS[:1])
    there = backlog(*ITEMS[:1])
    moved = replace(there[0], title="Renamed by people")
    label = ObservedLabel("L_1", "bug", "ededed")
    found = what_moved(
        saved(wanted, observed(*there)), saved(wanted, observed(moved, labels=(label,)))
    )
    assert found == [
        "changed on GitHub: #1",
        "changed in the files or in the repository's definitions: labels",
    ]


def test_definitions_of_other_repositories_count() -> None:
    """Items may be there."""
    plain = ObservedOther(AWAY)
    full = replace(
        plain,
        labels=(ObservedLabel("L_1", "bug", "ededed"),),
        milestones=(ObservedMilestone("M_1", 1, "M1"),),
    )
    wanted = desired(*ITEMS[:2])
    before, after = (saved(wanted, observed(others=(each,))) for each in (plain, full))
    changed = {n for n in before.inputs if before.inputs[n] != after.inputs[n]}
    assert changed == {"labels", "milestones"}


def test_another_server_or_repository_is_told_before_all_else() -> None:
    """A plan is for one place."""
    wanted = desired(*ITEMS[:1])
    before = saved(wanted, observed())
    after = saved(wanted, observed(issue(4), repository=AWAY))
    assert what_moved(before, after) == [
        "it was made for the repository octo-org/widgets, this is octo-org/other",
        "it was made for the repository id R_1, this is R_2",
    ]
