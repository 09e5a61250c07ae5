"""What GitHub knows and the file should say."""

from dataclasses import replace

import pytest

from backlog_sync.core.model import DesiredItem, IssueRef, Settings
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.planner import build_plan
from backlog_sync.core.progress import ItemProgress, measure
from tests.core.builders import (
    BOARD,
    backlog,
    board,
    card,
    desired,
    item,
    managed,
    observed,
    select,
)


def progress(
    *items: DesiredItem, there: tuple[ObservedIssue, ...], **more: object
) -> dict[str, ItemProgress]:
    """The progress of each item that has an issue."""
    return {each.key: each for each in measure(desired(*items), observed(*there, **more))}


def test_items_get_their_numbers_and_addresses() -> None:
    """Those without an issue are left out."""
    found = progress(item("a"), item("b"), there=(managed(item("a"), 14),))
    assert list(found) == ["a"]
    assert found["a"].issue == IssueRef(14)
    assert found["a"].url == "https://github.com/octo-org/widgets/issues/14"


def test_numbers_of_the_sandbox_say_so() -> None:
    """No other server reads them, and they have no address."""
    found = progress(item("a"), there=(managed(item("a"), 14),), sandbox=True)
    assert (str(found["a"].issue), found["a"].url) == ("sandbox#14", None)


@pytest.mark.parametrize(
    ("state", "reason", "value", "status", "initial"),
    [
        ("open", None, None, "Todo", True),
        ("open", None, "Todo", "Todo", True),
        ("open", None, "In Progress", "In Progress", False),
        ("open", "reopened", "Done", "Done", False),
        ("closed", "completed", "In Progress", "Done", False),
        ("closed", None, None, "Done", False),
        ("closed", "not_planned", "Todo", "Not planned", False),
        ("closed", "duplicate", None, "Not planned", False),
    ],
)
def test_the_status_is_the_board_s_word_or_the_issue_s_end(
    state: str, reason: str | None, value: str | None, status: str, initial: bool
) -> None:
    """A closed issue is done, or closed where it will not be done."""
    there = managed(item("a"), 1, state=state, state_reason=reason, card=card(1, Status=value))
    found = progress(item("a"), there=(there,))["a"]
    assert (found.status, found.initial) == (status, initial)


def test_the_first_status_of_the_board_is_where_every_item_starts() -> None:
    """A board may call it something else."""
    first = replace(board(), fields=(select("Status", "Backlog", "Doing"),))
    state = observed(managed(item("a"), 1, card=card(1)), project=first)
    (found,) = measure(desired(item("a"), project=BOARD), state)
    assert (found.status, found.initial) == ("Backlog", True)


def test_ticks_flow_back_and_none_is_taken_away() -> None:
    """Ticked on GitHub: ticked in the file. Ticked in the file alone: left as it is."""
    wanted = item("a", criteria={"one": False, "two": False, "three": True})
    (there,) = backlog(item("a", criteria={"one": False, "two": False, "three": False}))
    there = replace(there, body=there.body.replace("- [ ] two", "- [x] two"))
    assert progress(wanted, there=(there,))["a"].ticks == {1: True}


def test_an_unticked_box_flows_back_where_the_file_did_not_move() -> None:
    """People took the tick back on GitHub, which owns it."""
    (there,) = backlog(item("a", criteria={"one": True}))
    there = replace(there, body=there.body.replace("- [x] one", "- [ ] one"))
    assert progress(item("a", criteria={"one": True}), there=(there,))["a"].ticks == {0: False}


def test_two_criteria_of_one_text_are_told_apart() -> None:
    """The first of two alike is ticked, the second is not."""
    twice = item("a", criteria={"same": False})
    (part,) = twice.block
    twice = replace(
        twice,
        fields={**twice.fields, "body": (replace(part, entries=part.entries * 2),)},  # type: ignore[union-attr,arg-type] # a checklist
    )
    there = managed(twice, 1)
    there = replace(there, body=there.body.replace("- [ ] same", "- [x] same", 1))
    assert progress(twice, there=(there,))["a"].ticks == {0: True}


def test_ticks_of_other_boxes_are_not_criteria() -> None:
    """A box in the description does not shift the criteria."""
    wanted = item("a", text="- [ ] same", criteria={"same": False, "other": False})
    (there,) = backlog(wanted)
    there = replace(there, body=there.body.replace("- [ ] same", "- [x] same", 1))
    assert progress(wanted, there=(there,))["a"].ticks == {}


@pytest.mark.parametrize(
    ("base", "file", "state", "status"),
    [
        ("open", "closed", "open", None),  # changed in the file: waits for a sync
        ("open", "open", "closed", "Done"),
        ("closed", "closed", "open", "Todo"),  # reopened by people
        ("closed", "open", "closed", None),
    ],
)
def test_a_status_that_the_file_changed_is_left_alone(
    base: str, file: str, state: str, status: str | None
) -> None:
    """It waits for a sync, and is not written over."""
    wanted = desired(item("a", state=base), settings=Settings(create_done=True))
    made = build_plan(wanted, observed()).changes[0]
    there = managed(item("a"), 1, body=made.body, state=state)
    if base == "closed" and state == "open":
        there = replace(there, state_reason="reopened")
    assert progress(item("a", state=file), there=(there,))["a"].status == status


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ('{"Status":"Todo"}', None),  # the file changed it: waits for a sync
        ('{"Status":"Todo","#":{"Status":["Doing"]}}', "In Progress"),  # a run wrote it there
        ('{"Status":"Todo","#":{"Status":["Done"]}}', None),
        ('{"Status":"Doing"}', "In Progress"),  # only people changed it
    ],
)
def test_a_status_of_the_board_flows_over_one_that_a_run_wrote(
    record: str, status: str | None
) -> None:
    """What a run wrote into the file is no change of the file, also before a sync reads it."""
    there = managed(item("a"), 1, card=card(1, Status="In Progress", Backlog_record=record))
    found = progress(item("a", board={"Status": "Doing"}), there=(there,))
    assert found["a"].status == status


def test_a_close_that_is_still_pending_takes_no_progress_away() -> None:
    """The file says done, the run stopped before the issue was closed."""
    wanted = desired(item("a", state="closed"), settings=Settings(create_done=True))
    made = build_plan(wanted, observed()).changes[0]
    there = managed(item("a"), 1, body=made.body)
    assert progress(item("a", state="closed"), there=(there,))["a"].status is None


def tree() -> tuple[DesiredItem, ...]:
    """An epic with two features and their stories."""
    return (
        item("e", kind="epic"),
        item("f1", kind="feature", parent="e"),
        item("s1", parent="f1", board={"Story Points": 3}),
        item("s2", parent="f1", board={"Story Points": 5}),
        item("f2", kind="feature", parent="e"),
        item("s3", parent="f2", board={"Story Points": 2}),
        item("s4", parent="f2"),
    )


def closed(there: tuple[ObservedIssue, ...], **reasons: str | None) -> tuple[ObservedIssue, ...]:
    """The issues, of which these keys are closed with these reasons."""
    keys = [each.key for each in tree()]
    return tuple(
        replace(each, state="closed", state_reason=reasons[key]) if key in reasons else each
        for key, each in zip(keys, there, strict=True)
    )


def rolled_up(progress: ItemProgress) -> tuple[float, ...]:
    """Items done and in all, points done and in all."""
    found = progress.roll_up
    assert found is not None
    return found.done, found.total, found.points_done, found.points


def test_leaf_items_roll_up_by_count_and_points() -> None:
    """Only leaves count, at every level above them; leaves have no roll-up of their own."""
    there = closed(backlog(*tree()), s1="completed", s4="completed")
    found = progress(*tree(), there=there)
    assert rolled_up(found["f1"]) == (1, 2, 3, 8)
    assert rolled_up(found["f2"]) == (1, 2, 0, 2)
    assert rolled_up(found["e"]) == (2, 4, 3, 10)
    assert found["s1"].roll_up is None


def test_work_that_will_not_be_done_does_not_count() -> None:
    """Neither as done nor as open; an old close without a reason is done."""
    there = closed(backlog(*tree()), s1="not_planned", s2=None, s3="duplicate")
    found = progress(*tree(), there=there)
    assert rolled_up(found["f1"]) == (1, 1, 5, 5)
    assert rolled_up(found["e"]) == (1, 2, 5, 5)


def test_done_items_that_were_never_created_count_as_done() -> None:
    """The file alone knows of them; the epic's progress does not lose them."""
    items = tree()
    done = replace(items[2], fields={**items[2].fields, "state": "closed"})
    there = backlog(*items)
    found = progress(*items[:2], done, *items[3:], there=(*there[:2], *there[3:]))
    assert rolled_up(found["f1"]) == (1, 2, 3, 8)


def test_points_of_an_epic_count_where_its_stories_have_none() -> None:
    """An epic that was pointed as a whole: its items share them."""
    items = (item("e", kind="epic", board={"Story Points": 8}), item("s", parent="e"))
    found = progress(*items, there=backlog(*items))
    assert rolled_up(found["e"]) == (0, 1, 0, 8)
