"""Labels and milestones against their record: when it has to be written anew."""

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.definition_base import Carrier, entry_key
from backlog_sync.core.definitions import DefinitionPlan, plan_definitions
from backlog_sync.core.locations import locations
from backlog_sync.core.marker import DefinitionBase
from backlog_sync.core.model import MilestoneDef
from backlog_sync.core.normalize import hash_value
from backlog_sync.core.observed import ObservedMilestone
from tests.core.builders import desired, observed

DUE, OLD = "2027-03-31", "2027-01-31"


def planned(milestone: MilestoneDef, title: str, entry: DefinitionBase) -> DefinitionPlan:
    """The plan where GitHub has just this milestone, whose entry stands under this title."""
    there = ObservedMilestone("M_7", 7, milestone.title, due=milestone.due)
    wanted = desired(milestones=(milestone,))
    (target,) = locations(wanted, observed(milestones=(there,)))
    record = {entry_key(ChangeKind.MILESTONE, title): entry}
    return plan_definitions(target, Carrier("a", record, synced=True))


@pytest.mark.parametrize(
    ("title", "entry", "moved"),
    [
        ("M1", ("7", hash_value(DUE), ""), False),
        ("M1", ("7", "", ""), False),  # it only gets richer: that can wait
        ("M1", ("7", hash_value(OLD), ""), True),  # changed alike on both sides
        ("Before", ("7", hash_value(DUE), ""), True),  # renamed alike on both sides
    ],
)
def test_a_record_is_written_anew_where_file_and_github_moved_alike(
    title: str, entry: DefinitionBase, moved: bool
) -> None:
    """Nothing has to be changed on GitHub then, but the record says something else."""
    plan = planned(MilestoneDef("M1", due=DUE), title, entry)
    assert (plan.changes, plan.drift, plan.conflicts) == ([], [], [])
    assert plan.record == {entry_key(ChangeKind.MILESTONE, "M1"): ("7", hash_value(DUE), "")}
    assert plan.moved == moved
