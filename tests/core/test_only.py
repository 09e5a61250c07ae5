"""A run that is limited to some items: what it does, and what it claims."""

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.model import DesiredItem, DesiredState, LabelDef
from backlog_sync.core.observed import Capabilities, ObservedState
from backlog_sync.core.only import narrow
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from tests.core.builders import BOARD, backlog, board, desired, item, managed, observed, select

ITEMS = (
    item("e", "Epic", kind="epic", labels=("epic",), milestone="M1"),
    item("f", "Feature", kind="feature", parent="e"),
    item("s", "Story", parent="f", labels=("story",), milestone="M2", board={"Priority": "High"}),
    item("t", "Other story", parent="f", blocked_by=("s",), labels=("other",)),
)


def only(*keys: str, items: tuple[DesiredItem, ...] = ITEMS, there: ObservedState) -> Plan:
    """The plan of these keys alone."""
    return limited(desired(*items, project=BOARD), there, *keys)


def limited(wanted: DesiredState, there: ObservedState, *keys: str) -> Plan:
    """The same of any backlog."""
    return narrow(build_plan(wanted, there), wanted, there, keys)


def made(plan: Plan, kind: ChangeKind) -> list[str]:
    """The keys, or names, of what a plan changes of a kind."""
    return [c.key if kind is ChangeKind.ISSUE else c.title for c in plan.changes if c.kind is kind]


def test_parents_and_definitions_come_along() -> None:
    """All the way up, and only the labels and milestones that these items use."""
    plan = only("s", there=observed(project=board()))
    assert made(plan, ChangeKind.ISSUE) == ["e", "f", "s"]
    assert sorted(made(plan, ChangeKind.LABEL)) == ["epic", "story"]
    assert sorted(made(plan, ChangeKind.MILESTONE)) == ["M1", "M2"]
    assert {item.key for item in plan.items} == {"e", "f", "s"}
    (told,) = [each.message for each in plan.warnings if each.slug == "only"]
    assert told.startswith("limited to s and what it needs: ")
    assert told.endswith(" other changes are left out")


def test_a_limit_that_leaves_nothing_out_says_so() -> None:
    """There is nothing else to be done."""
    plan = only("e", items=ITEMS[:1], there=observed(project=board()))
    assert "there is nothing else to do" in plan.warnings[-1].message


def test_a_definition_that_nothing_here_uses_waits() -> None:
    """Declared or not."""
    wanted = desired(*ITEMS, labels=(LabelDef("epic"), LabelDef("unused")))
    plan = limited(wanted, observed(), "e")
    assert made(plan, ChangeKind.LABEL) == ["epic"]


def test_a_link_to_what_is_left_out_is_not_claimed() -> None:
    """The next run makes it: the body of this one says nothing of it."""
    before = managed(item("t", "Old words", parent="f", labels=("other",)), 9)
    there = observed(*backlog(*ITEMS[:2]), before, project=board())
    plan = only("t", there=there)
    assert made(plan, ChangeKind.ISSUE) == ["t"]
    assert not [c for c in plan.changes if c.kind is ChangeKind.DEPENDENCY]
    (change,) = [c for c in plan.changes if c.kind is ChangeKind.ISSUE]
    assert change.body is not None
    marker = body_block.split(change.body).marker
    assert marker is not None
    assert "blocked_by" not in marker.base.sets


def test_a_body_that_would_only_claim_what_is_left_out_is_not_written() -> None:
    """Nothing else moved."""
    same = item("t", "Other story", labels=("other",))
    there = observed(managed(same, 9))
    wanted = desired(item("t", "Other story", labels=("other",), blocked_by=("s",)), item("s"))
    assert limited(wanted, there, "t").changes == ()


def test_what_cannot_be_done_is_told_of_these_items_and_of_definitions() -> None:
    """Not of items that are left out."""
    bare = Capabilities(sub_issues=False)
    there = observed(project=board(select("Priority", "Urgent")), capabilities=bare)
    told = {(each.kind.value, each.key) for each in only("s", there=there).deferred}
    assert told == {("sub_issue", "s"), ("field_value", "s")}
    full = build_plan(desired(*ITEMS, project=BOARD), there)
    assert {each.key for each in full.deferred} == {"f", "s", "t"}
    closed = only("s", there=observed(project=board(closed=True)))
    assert [each.kind.value for each in closed.deferred] == ["project"]
