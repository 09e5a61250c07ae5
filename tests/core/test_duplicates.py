"""Of two open issues of one item one stays, and what hung on the other comes to it."""

from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import Change
from backlog_sync.core.guards import check
from backlog_sync.core.issue_index import adopted_nonce
from backlog_sync.core.marker import Marker
from backlog_sync.core.model import DesiredItem
from backlog_sync.core.observed import (
    Capabilities,
    Coverage,
    IssueLink,
    ObservedIssue,
    ObservedState,
)
from backlog_sync.core.planner import build_plan
from tests.core.builders import BACKLOG, STRANGER, desired, item, link, managed, observed
from tests.core.builders import issue as bare


def made(number: int, key: str, nonce: str | None = None, **more: object) -> ObservedIssue:
    """An issue that we made for a key, with a nonce of its own."""
    marker = Marker(BACKLOG, key, nonce or f"{number:016x}")
    body = body_block.join(body_block.SplitBody("", "", (), marker))
    return bare(number, f"Title of {key}", **{"body": body, **more})


def closes(state: ObservedState, *items: DesiredItem) -> list[Change]:
    """The changes that close a second issue."""
    return [c for c in build_plan(desired(*items), state).changes if c.is_repair]


def test_the_lowest_number_stays() -> None:
    """The other is closed as its duplicate, with a comment that says so."""
    (close,) = closes(observed(made(5, "a"), made(9, "a")), item("a"))
    assert (close.ref, close.other, close.key) == ("#9", "a", "octo-org/widgets#9")
    assert close.fields["state_reason"].after == "duplicate"
    assert "#5" in str(close.fields["comment"].after)
    assert "#5 stays" in close.reason


def test_the_one_that_the_file_names_stays() -> None:
    """Though its number is higher."""
    (close,) = closes(observed(made(5, "a"), made(9, "a")), item("a", issue=9))
    assert close.ref == "#5"


def test_three_become_one() -> None:
    """Each further one is closed."""
    found = closes(observed(made(5, "a"), made(7, "a"), made(9, "a")), item("a"))
    assert [c.ref for c in found] == ["#7", "#9"]


def test_a_copy_is_left_alone() -> None:
    """Somebody duplicated our issue by hand: the nonce is the same, and it is theirs to keep."""
    plan = build_plan(desired(item("a")), observed(made(5, "a", "n" * 16), made(9, "a", "n" * 16)))
    assert not [c for c in plan.changes if c.action is Action.CLOSE]


def test_a_stranger_s_copy_closes_nothing() -> None:
    """Who is not trusted can neither be healed nor make us close ours."""
    other = made(3, "a", author=STRANGER)
    assert closes(observed(other, made(5, "a")), item("a")) == []


def test_closed_ones_are_history() -> None:
    """A second one that is closed stays as it is; where ours is closed the open one is told."""
    assert closes(observed(made(5, "a"), made(9, "a", state="closed")), item("a")) == []
    state = observed(made(5, "a", state="closed"), made(9, "a"))
    assert closes(state, item("a", issue=5)) == []


def test_nothing_is_healed_on_half_a_list() -> None:
    """A lower number may be among what was not read."""
    state = replace(observed(made(5, "a"), made(9, "a")), coverage=Coverage(complete=False))
    assert closes(state, item("a")) == []


def test_another_title_is_another_issue() -> None:
    """Displaced issues are not doubles: their titles differ."""
    second = replace(made(9, "a"), title="Something else")
    assert closes(observed(made(5, "a"), second), item("a")) == []


def test_children_and_links_move_to_the_one_that_stays() -> None:
    """Those of items and those of people; what waited for the second waits for the first."""
    nine = IssueLink("I_9", 9, "octo-org/widgets")
    state = observed(
        made(5, "a"),
        made(9, "a", parent=link(2), blocked_by=(link(12),), children=("I_10", "I_11")),
        made(10, "b", parent=nine),
        bare(11, "People's own", parent=nine),
        bare(12, "What it waits for"),
        bare(13, "Waits for the second", blocked_by=(nine,)),
        bare(2, "An epic of people"),
    )
    plan = build_plan(desired(item("a"), item("b", parent="a")), state)
    told = {
        (c.action.value, c.kind.value, c.key, c.other)
        for c in plan.changes
        if c.kind in (ChangeKind.SUB_ISSUE, ChangeKind.DEPENDENCY)
    }
    here = "octo-org/widgets"
    assert told == {
        ("link", "sub_issue", "b", "a"),
        ("link", "sub_issue", f"{here}#11", "a"),
        ("unlink", "sub_issue", f"{here}#9", f"{here}#2"),
        ("link", "dependency", f"{here}#13", "a"),
        ("unlink", "dependency", f"{here}#13", f"{here}#9"),
        ("link", "dependency", "a", f"{here}#12"),
    }


def test_links_between_two_second_issues_lead_to_the_first_ones() -> None:
    """Nothing is linked to what is closed in the same breath."""
    state = observed(
        made(5, "a"),
        made(6, "b", parent=link(5)),
        made(9, "a"),
        made(10, "b", parent=IssueLink("I_9", 9, "octo-org/widgets"), blocked_by=(link(9),)),
    )
    plan = build_plan(desired(item("a"), item("b", parent="a")), state)
    told = [
        (c.action, c.key, c.other)
        for c in plan.changes
        if c.kind in (ChangeKind.SUB_ISSUE, ChangeKind.DEPENDENCY)
    ]
    assert (Action.LINK, "b", "a") in told
    assert not [t for t in told if t[0] is Action.LINK and "#9" in str(t[2])]


def test_servers_that_know_no_duplicates_close_as_not_planned() -> None:
    """The comment says what it was."""
    state = replace(
        observed(made(5, "a"), made(9, "a")), capabilities=Capabilities(duplicates=False)
    )
    (close,) = closes(state, item("a"))
    assert close.fields["state_reason"].after == "not_planned"


def test_healing_is_no_mass_change() -> None:
    """However many there are: for each that is closed one stays."""
    items = [item(f"i{n}") for n in range(20)]
    state = observed(
        *(made(n + 1, f"i{n}") for n in range(20)), *(made(n + 50, f"i{n}") for n in range(20))
    )
    plan = build_plan(desired(*items), state)
    assert len([c for c in plan.changes if c.is_repair]) == 20
    assert check(plan, desired(*items), state) == ()


def test_a_file_that_names_the_closed_one_follows_the_other() -> None:
    """Another machine's run closed the issue that our file names: ours is the one that stayed."""
    nine = made(9, "a", state="closed", state_reason="duplicate")
    plan = build_plan(desired(item("a", issue=9)), observed(made(5, "a"), nine))
    (found,) = plan.items
    assert found.ref == "#5"
    assert not [c for c in plan.changes if c.action in (Action.CLOSE, Action.REOPEN, Action.CREATE)]


def test_one_that_people_closed_is_not_left() -> None:
    """Closed for another reason, or with no other in its place: the number in the file counts."""
    for nine, more in (
        (made(9, "a", state="closed", state_reason="completed"), [made(5, "a")]),
        (made(9, "a", state="closed", state_reason="duplicate"), []),
    ):
        plan = build_plan(desired(item("a", issue=9)), observed(*more, nine))
        assert plan.items[0].ref == "#9"


def test_an_issue_that_was_adopted_was_not_made_by_us() -> None:
    """The file was pointed at an issue of people: the one that we made before stays open, told."""
    first = replace(made(5, "a"), title="Title of a")
    theirs = bare(3, "Title of a")
    adopted = replace(theirs, body=made(3, "a", adopted_nonce(theirs)).body)
    state = observed(adopted, first)
    plan = build_plan(desired(item("a", issue=3)), state)
    assert not [c for c in plan.changes if c.is_repair]
    assert "#5" in {told.ref for told in plan.warnings}


def test_an_issue_that_was_another_item_s_closes_nothing() -> None:
    """The file was renumbered: what has the key from before is no second one."""
    plan = build_plan(desired(item("a", issue=9)), observed(made(5, "a"), made(9, "b")))
    assert not [c for c in plan.changes if c.is_repair]


def dependencies(state: ObservedState, *items: DesiredItem) -> list[tuple[Action, str, str | None]]:
    """What a plan changes of what waits for what."""
    changes = build_plan(desired(*items), state).changes
    return [(c.action, c.key, c.other) for c in changes if c.kind is ChangeKind.DEPENDENCY]


def test_a_blocker_that_both_issues_wait_for_is_not_linked_again() -> None:
    """The one that stays waits for it already."""
    state = observed(
        made(5, "a", blocked_by=(link(12),)),
        made(9, "a", blocked_by=(link(12),)),
        bare(12, "What both wait for"),
    )
    assert dependencies(state, item("a")) == []


def test_a_blocker_of_two_second_issues_is_linked_once() -> None:
    """Also where each of them waits for another issue of the same item."""
    here = "octo-org/widgets"
    state = observed(
        made(5, "a"),
        made(7, "a", blocked_by=(link(12),)),
        made(9, "a", blocked_by=(link(12),)),
        bare(12, "What they wait for"),
    )
    assert dependencies(state, item("a")) == [(Action.LINK, "a", f"{here}#12")]
    state = observed(
        made(5, "a"),
        made(7, "a", blocked_by=(link(2),)),
        made(9, "a", blocked_by=(link(3),)),
        made(2, "b"),
        made(3, "b"),
    )
    assert dependencies(state, item("a"), item("b")) == [(Action.LINK, "a", "b")]


def test_a_blocker_that_the_file_names_too_is_linked_once() -> None:
    """The plan makes the link anyway."""
    state = observed(made(5, "a"), made(9, "a", blocked_by=(link(2),)), made(2, "b"))
    links = dependencies(state, item("a", blocked_by=("b",)), item("b"))
    assert links == [(Action.LINK, "a", "b")]


def test_what_waits_for_both_issues_waits_for_one() -> None:
    """The link to the second one goes, that to the first one is there."""
    here = "octo-org/widgets"
    state = observed(made(5, "a"), made(9, "a"), bare(13, "Waits", blocked_by=(link(5), link(9))))
    assert dependencies(state, item("a")) == [(Action.UNLINK, f"{here}#13", f"{here}#9")]


def test_nothing_waits_for_itself_or_stands_below_itself() -> None:
    """A second issue that waits for the first, or the first that waits for the second."""
    here = "octo-org/widgets"
    second = observed(made(5, "a"), made(9, "a", blocked_by=(link(5),)))
    assert dependencies(second, item("a")) == []
    first = observed(made(5, "a", blocked_by=(link(9),)), made(9, "a"))
    assert dependencies(first, item("a")) == [(Action.UNLINK, "a", f"{here}#9")]
    below = observed(made(5, "a", parent=link(9)), made(9, "a", children=("I_5",)))
    plan = build_plan(desired(item("a")), below)
    assert not [c for c in plan.changes if c.action is Action.LINK]


def test_what_hangs_on_two_second_issues_in_a_row_comes_to_the_first() -> None:
    """A third issue below the second, and one of people that waits for both: one link each."""
    here = "octo-org/widgets"
    state = observed(
        made(5, "a"),
        made(7, "a"),
        made(9, "a", parent=link(7), blocked_by=(link(7),)),
        bare(13, "Waits", blocked_by=(link(7), link(9))),
        bare(14, "Below", parent=link(9)),
    )
    plan = build_plan(desired(item("a")), state)
    told = [(c.action, c.kind, c.key, c.other) for c in plan.changes if c.kind.value != "issue"]
    assert sorted(told, key=str) == sorted(
        [
            (Action.LINK, ChangeKind.DEPENDENCY, f"{here}#13", "a"),
            (Action.UNLINK, ChangeKind.DEPENDENCY, f"{here}#13", f"{here}#7"),
            (Action.UNLINK, ChangeKind.DEPENDENCY, f"{here}#13", f"{here}#9"),
            (Action.LINK, ChangeKind.SUB_ISSUE, f"{here}#14", "a"),
            (Action.UNLINK, ChangeKind.SUB_ISSUE, f"{here}#9", f"{here}#7"),
        ],
        key=str,
    )


def test_which_one_stays_does_not_hang_on_where_they_are() -> None:
    """Two runs may look while links are moved: both keep the lowest number, so that one stays."""
    above, story = item("f", kind="feature"), item("s", parent="f")
    parents = [managed(above, 3), managed(above, 4)]
    for crossed in ((4, 3), (3, 4), (3, 3), (4, 4)):
        below = [managed(story, n, parent=link(p)) for n, p in zip((5, 6), crossed, strict=True)]
        found = closes(observed(*parents, *below), above, story)
        assert [change.ref for change in found] == ["#4", "#6"], crossed
