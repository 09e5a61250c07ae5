"""One word in the file is a state and a status: neither is set while the other is in dispute."""

from dataclasses import replace

import pytest

from backlog_sync.core import record
from backlog_sync.core.fields import Owner
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from backlog_sync.core.progress import measure
from tests.core.builders import BOARD, board, card, desired, item, managed, observed

STATES = {"Todo": "open", "In Progress": "open", "Done": "completed"}


def world(typed: str, status: str, state: str = "open") -> tuple[DesiredState, ObservedState]:
    """An item that was Todo: what the author typed, and what people made of the card and issue."""
    was = item("k", state="open")
    one = replace(
        was, fields={**was.fields, "state": STATES[typed]}, board={"Status": typed}, status=typed
    )
    stands = replace(card(1, Status=status), values={
        "Status": status, record.NAME: record.encode({"Status": "Todo"}),
    })  # fmt: skip
    there = managed(was, 1, card=stands, state=state)
    return desired(one, project=BOARD), observed(there, project=board())


def plan_of(wanted: DesiredState, there: ObservedState, options: PlanOptions = PLAIN) -> Plan:
    """The plan, whose changes of state and status are all that matters here."""
    return build_plan(wanted, there, options)


@pytest.mark.parametrize(
    ("typed", "status", "state"),
    [
        ("Done", "In Progress", "open"),
        ("In Progress", "Todo", "closed"),
        ("In Progress", "Done", "closed"),
        ("In Progress", "Done", "open"),
    ],
)
def test_a_word_in_dispute_is_held_whole(typed: str, status: str, state: str) -> None:
    """Neither the issue nor the card is changed, the file keeps its word, no drift is told."""
    wanted, there = world(typed, status, state)
    plan = plan_of(wanted, there)
    assert not [c for c in plan.changes if {"state", "Status"} & c.fields.keys()]
    assert "Status" in {note.name for note in plan.conflicts} <= {"state", "Status"}
    assert not plan.drift
    assert [told.status for told in measure(wanted, there)] == [None]


@pytest.mark.parametrize(
    ("typed", "status", "state"),
    [("Done", "Todo", "open"), ("Done", "Done", "closed"), ("In Progress", "In Progress", "open")],
)
def test_what_only_one_side_changed_is_in_no_dispute(typed: str, status: str, state: str) -> None:
    """The author's word alone is obeyed, and what both say is quiet."""
    plan = plan_of(*world(typed, status, state))
    assert not plan.conflicts
    assert not plan.drift


def test_somebody_decides() -> None:
    """With `--on-conflict file` the word goes through, both halves of it."""
    wanted, there = world("Done", "In Progress")
    plan = plan_of(wanted, there, PlanOptions(on_conflict=Owner.FILE))
    changed = {name for c in plan.changes for name in c.fields}
    assert {"state", "Status"} <= changed
