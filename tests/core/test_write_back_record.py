"""What a write-back puts on record with changes that are written anyway."""

from dataclasses import replace
from typing import Any

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.marker import Written
from backlog_sync.core.observed import BoardItem
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from backlog_sync.core.write_back_record import Flowed, in_plan
from tests.core.builders import BOARD, board, card, desired, item, managed, observed

FLOW = Flowed(Written(atoms={"state": ("abc",)}), {"Priority": "Low"})


def _replaced(plan: Plan, **parts: Any) -> tuple[Change, ...]:
    """Its changes with these parts."""
    return tuple(replace(change, **parts) for change in plan.changes)


def plan_of_a_title_and_a_value() -> Plan:
    """Both are changed in the file, so that body and record are written."""
    there = managed(
        item("a"),
        1,
        card=card(1, Status="Todo", Backlog_record='{"Story Points":1}', Story_Points=1),
    )
    wanted = item("a", "New", board={"Story Points": 2})
    return build_plan(desired(wanted, project=BOARD), observed(there, project=board()))


def by_kind(plan: Plan) -> dict[ChangeKind, Change]:
    """The changes by what they are about."""
    return {change.kind: change for change in plan.changes}


def test_bodies_and_cards_that_are_written_hold_what_flows_into_the_file() -> None:
    """Each its own part of it."""
    changes = by_kind(in_plan(plan_of_a_title_and_a_value(), {"a": FLOW}))
    marker = body_block.split(changes[ChangeKind.ISSUE].body or "").marker
    assert marker is not None
    assert marker.base.written == FLOW.marker
    text = changes[ChangeKind.FIELD_VALUE].body
    assert record.written(BoardItem("", {record.NAME: text})) == {"Priority": ["Low"]}


def test_changes_that_write_no_record_stay_as_they_are() -> None:
    """One without a body, and one that makes the body or record that it writes."""
    plan = plan_of_a_title_and_a_value()
    unwritten = replace(plan, changes=_replaced(plan, body=None))
    first = replace(plan, changes=_replaced(plan, body_seen=None))
    assert in_plan(unwritten, {"a": FLOW}) == unwritten
    assert in_plan(first, {"a": FLOW}) == first
    assert in_plan(plan, {"b": FLOW}) == plan
