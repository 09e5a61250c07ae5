"""What refuses a plan before anything is sent."""

from dataclasses import replace

import pytest

from backlog_sync.core.changes import FieldChange, UpdateIssue
from backlog_sync.core.guards import Violation, check
from backlog_sync.core.marker import READER
from backlog_sync.core.model import DesiredItem, DesiredState, Settings
from backlog_sync.core.observed import Coverage, ObservedRepository, ObservedState
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.planner import build_plan
from tests.core.builders import (
    BOARD,
    REPOSITORY,
    backlog,
    by_reader,
    desired,
    issue,
    item,
    observed,
)


def guard(wanted: DesiredState, state: ObservedState) -> tuple[Violation, ...]:
    """The violations of the plan of these two."""
    return check(build_plan(wanted, state), wanted, state)


def items(count: int, **fields: object) -> tuple[DesiredItem, ...]:
    """So many items alike."""
    return tuple(item(f"i-{n}", **fields) for n in range(count))  # type: ignore[arg-type] # fields


def test_an_ordinary_sync_passes() -> None:
    """A first sync, and one that changes nothing."""
    wanted = desired(*items(12))
    assert guard(wanted, observed()) == ()
    assert guard(wanted, observed(*backlog(*items(12)))) == ()


@pytest.mark.parametrize(
    ("more", "slug"),
    [
        ({"archived": True}, "archived"),
        ({"disabled": True}, "disabled"),
        ({"locked": True}, "locked"),
        ({"has_issues": False}, "no-issues"),
        ({"permission": "READ"}, "read-only"),
        ({"permission": "NONE"}, "read-only"),
    ],
)
def test_a_repository_that_takes_no_writes_refuses(more: dict[str, object], slug: str) -> None:
    """For good, and only where there is something to write."""
    there = replace(
        ObservedRepository("R_1", REPOSITORY, "O_1", "Organization"),
        **more,  # type: ignore[arg-type] # the fields of a repository
    )
    (found,) = guard(desired(item("a")), observed(repository=there))
    assert (found.slug, found.final) == (slug, True)
    assert guard(desired(item("a")), observed(*backlog(item("a")), repository=there)) == ()


def test_every_obstacle_of_a_repository_is_told_at_once() -> None:
    """Who mends one of them does not find the next one only in the next run."""
    there = replace(
        ObservedRepository("R_1", REPOSITORY, "O_1", "Organization"),
        archived=True,
        has_issues=False,
        permission="READ",
    )
    refused = guard(desired(item("a")), observed(repository=there))
    assert [violation.slug for violation in refused] == ["archived", "no-issues", "read-only"]


def test_an_empty_backlog_where_something_is_managed_refuses() -> None:
    """The wrong file was read, or nothing of it."""
    (found,) = guard(desired(), observed(*backlog(*items(3))))
    assert (found.slug, found.final) == ("empty-backlog", False)
    assert "3 issues are managed" in found.message
    assert guard(desired(), observed()) == ()


@pytest.mark.parametrize(("count", "refused"), [(3, False), (4, True)])
@pytest.mark.parametrize("what", ["closes", "unlinks", "takes labels", "shortens"])
def test_a_mass_change_refuses_beyond_30_per_cent(what: str, count: int, refused: bool) -> None:
    """Of at least 10 managed issues; the counts are in the message."""
    full: dict[str, object] = {"labels": ("a", "b"), "text": "x" * 400, "state": "open"}
    before = [item("hub"), *(item(f"i-{n}", blocked_by=("hub",), **full) for n in range(9))]  # type: ignore[arg-type] # fields
    less: dict[str, dict[str, object]] = {
        "closes": {**full, "state": "closed"},
        "unlinks": full,
        "takes labels": {**full, "labels": ("a",)},
        "shortens": {**full, "text": "x"},
    }
    blockers = () if what == "unlinks" else ("hub",)
    after = [
        item(each.key, blocked_by=blockers, **less[what])  # type: ignore[arg-type] # fields
        if 1 <= n <= count
        else each
        for n, each in enumerate(before)
    ]
    found = guard(desired(*after), observed(*backlog(*before)))
    assert [each.slug for each in found] == (["mass-change"] if refused else [])
    if refused:
        assert what in found[0].message
        assert "4 of 10 managed issues (40%, the limit is 30%)" in found[0].message
        assert "--force mass-change" in found[0].hint


def test_few_issues_may_all_change() -> None:
    """Below 10 managed issues a share says nothing."""
    closed = desired(*items(9, state="closed"))
    assert guard(closed, observed(*backlog(*items(9, state="open")))) == ()


def test_closing_what_was_just_created_is_no_mass_change() -> None:
    """With `create_done` a done backlog is made and closed at once."""
    old, new = items(10), tuple(item(f"n-{n}", state="closed") for n in range(20))
    wanted = desired(*old, *new, settings=Settings(create_done=True))
    assert guard(wanted, observed(*backlog(*old))) == ()


def test_a_moved_file_refuses_and_says_which_id_to_set() -> None:
    """The same keys and titles under another identity: nothing is created twice."""
    there = observed(*backlog(*items(4)))
    (found,) = guard(desired(*items(4), backlog_id="docs/ROADMAP.md"), there)
    assert found.slug == "backlog-moved"
    assert "4 of 4 items exist under another identity: the backlog 'ROADMAP.md'" in found.message
    assert "id: ROADMAP.md" in found.hint


def test_a_moved_file_that_takes_over_an_issue_is_refused_as_well() -> None:
    """An issue that would be adopted by its number does not say whose backlog this is."""
    theirs = issue(9, title="Adopted")
    wanted = desired(*items(4), item("x", "Adopted", issue=9), backlog_id="docs/ROADMAP.md")
    (found,) = guard(wanted, observed(*backlog(*items(4)), theirs))
    assert found.slug == "backlog-moved"


def test_another_backlog_with_other_titles_is_no_move() -> None:
    """Two backlogs may live in one repository, and both may hold an `i-0`."""
    other = desired(*(item(f"i-{n}", f"Other {n}") for n in range(4)), backlog_id="other")
    assert guard(other, observed(*backlog(*items(4)))) == ()


def test_a_board_out_of_reach_refuses() -> None:
    """A sync that was asked for a board and cannot reach it sends nothing at all."""
    (found,) = guard(desired(item("a"), project=BOARD), observed(project_problem="no rights"))
    assert (found.slug, found.final) == ("board-out-of-reach", True)
    assert guard(desired(item("a")), observed(project_problem="no rights")) == ()


def test_an_incomplete_read_creates_nothing() -> None:
    """What was not seen may exist."""
    (found,) = guard(desired(item("a")), observed(coverage=Coverage(complete=False)))
    assert (found.slug, found.final) == ("incomplete-read", True)
    seen = observed(*backlog(item("a")), coverage=Coverage(complete=False))
    assert guard(desired(item("a", "New title")), seen) == ()


def strangers(other: int, same: int) -> tuple[Violation, ...]:
    """Refusals where so many numbers lead to issues of other titles, and so many to their own."""
    wanted = [item(f"i-{n}", issue=n) for n in range(1, other + same + 1)]
    there = [
        issue(n, "Else" if n <= other else f"Title of i-{n}") for n in range(1, len(wanted) + 1)
    ]
    return guard(desired(*wanted), observed(*there))


@pytest.mark.parametrize(
    ("other", "same", "refused"),
    [
        (3, 0, True),
        (3, 2, True),
        (3, 3, False),
        (2, 0, True),
        (2, 1, True),
        (2, 2, False),
        (1, 0, False),
        (4, 3, True),
        (4, 4, False),
    ],
)
def test_numbers_of_another_repository_refuse_from_two_and_beyond_half(
    other: int, same: int, refused: bool
) -> None:
    """Of what would be adopted by number; exactly half, or a single one, may be retitled."""
    found = strangers(other, same)
    assert [each.slug for each in found] == (["foreign-numbers"] if refused else [])
    if refused:
        assert f"{other} of {other + same} issue numbers" in found[0].message


@pytest.mark.parametrize(("known", "new", "refused"), [(2, 2, True), (2, 3, False), (1, 1, True)])
def test_a_moved_file_refuses_from_exactly_half(known: int, new: int, refused: bool) -> None:
    """Half of what would be created is there under another identity."""
    more = tuple(item(f"n-{n}") for n in range(new))
    wanted = desired(*items(known), *more, backlog_id="docs/ROADMAP.md")
    found = guard(wanted, observed(*backlog(*items(known))))
    assert [each.slug for each in found] == (["backlog-moved"] if refused else [])


@pytest.mark.parametrize(("count", "refused"), [(9, False), (10, True)])
def test_a_share_says_something_from_ten_managed_issues_on(count: int, refused: bool) -> None:
    """All of nine may be closed at once; all of ten may not."""
    closed = desired(*items(count, state="closed"))
    found = guard(closed, observed(*backlog(*items(count, state="open"))))
    assert [each.slug for each in found] == (["mass-change"] if refused else [])


@pytest.mark.parametrize(("left", "refused"), [(200, False), (199, True)])
def test_a_text_shrinks_when_more_than_half_of_it_goes(left: int, refused: bool) -> None:
    """Exactly half of the visible text may go, everywhere at once."""
    wanted, there = desired(*items(10)), observed(*backlog(*items(10)))
    text = {"body": FieldChange("x" * 400, "x" * left)}
    changes = tuple(UpdateIssue(f"i-{n}", "Title", "changed", fields=text) for n in range(10))
    found = check(replace(build_plan(wanted, there), changes=changes), wanted, there)
    assert [each.slug for each in found] == (["mass-change"] if refused else [])


def test_orphans_that_are_closed_count_among_what_is_managed() -> None:
    """Pruning 4 of 10 is refused, with the share of all that is managed; 3 of 10 is not."""
    for gone, refused in ((4, True), (3, False)):
        wanted = desired(*items(10 - gone))
        plan = build_plan(wanted, observed(*backlog(*items(10))), PlanOptions(prune=True))
        found = check(plan, wanted, observed(*backlog(*items(10))))
        assert [each.slug for each in found] == (["mass-change"] if refused else [])


# ---- a newer version reads otherwise -----------------------------------------------------------


BEFORE = tuple(item(f"i-{n}", text="x", labels=("story",)) for n in range(10))
"""Ten items as an earlier version read them."""


def otherwise(count: int) -> tuple[DesiredItem, ...]:
    """The ten items, so many of them with another title, text or kind."""
    ways: list[dict[str, object]] = [
        {"text": "y", "labels": ("story",)},
        {"text": "x", "labels": ("task",)},
        {"title": "Lockers", "text": "x", "labels": ("story",)},
    ]
    return tuple(
        item(each.key, **ways[n % 3]) if n < count else each  # type: ignore[arg-type] # fields
        for n, each in enumerate(BEFORE)
    )


@pytest.mark.parametrize(("count", "refused"), [(3, False), (4, True), (10, True)])
def test_a_newer_reading_that_changes_many_items_refuses(count: int, refused: bool) -> None:
    """More than 30% of at least 10, by title, kind or text; examples begin with the titles."""
    there = observed(*by_reader(backlog(*BEFORE), 0))
    found = guard(desired(*otherwise(count)), there)
    assert [each.slug for each in found] == (["reading-changed"] if refused else [])
    if refused:
        assert f"{count} of 10 managed issues ({count}0%, the limit is 30%)" in found[0].message
        assert "for example 'Title of i-2' → 'Lockers', " in found[0].message
        assert "another kind of 'Title of i-1'" in guard(desired(*otherwise(4)), there)[0].message
        assert "reading:" in found[0].hint
        assert "--force reading-changed" in found[0].hint
        assert not found[0].final


def test_what_the_present_version_wrote_is_changed_by_people() -> None:
    """Its items do not count; nor do any once as many were let through as are refused."""
    wanted = desired(*otherwise(10))
    assert guard(wanted, observed(*by_reader(backlog(*BEFORE), READER))) == ()
    for present, refused in ((3, True), (4, False)):
        there = observed(*by_reader(backlog(*BEFORE), *[READER] * present, 1))
        assert [each.slug for each in guard(wanted, there)] == ["reading-changed"] * refused


def test_few_items_may_all_be_read_otherwise() -> None:
    """Of nine all may change."""
    there = observed(*by_reader(backlog(*BEFORE[:9]), 0))
    assert guard(desired(*otherwise(10)[:9]), there) == ()


def test_what_is_no_other_reading_does_not_count() -> None:
    """Ticks, labels, drift that is set back, new items, and what is adopted or in conflict."""
    boxes = tuple(item(f"i-{n}", criteria={"A": False}, labels=("a",)) for n in range(10))
    there = by_reader(backlog(*boxes), 0)
    ticked = tuple(item(f"i-{n}", criteria={"A": True}, labels=("b",)) for n in range(10))
    plan = build_plan(desired(*ticked), observed(*there))
    assert sum("body" in change.fields for change in plan.changes) == 10
    assert [v.slug for v in check(plan, desired(*ticked), observed(*there))] == ["mass-change"]
    renamed = observed(*(replace(each, title=f"{each.title}!") for each in there))
    plan = build_plan(desired(*boxes), renamed)
    assert {name for change in plan.changes for name in change.drifted} == {"title"}
    assert check(plan, desired(*boxes), renamed) == ()
    more = tuple(item(f"n-{n}") for n in range(20))
    assert guard(desired(*boxes, *more), observed(*there)) == ()
    both = tuple(
        item(f"i-{n}", f"Door {n}", criteria={"A": False}, labels=("a",)) for n in range(10)
    )
    plan = build_plan(desired(*both), renamed)
    assert len(plan.conflicts) == 10
    assert check(plan, desired(*both), renamed) == ()


def test_adopted_issues_are_not_read_otherwise() -> None:
    """They were nobody's item before."""
    numbered = tuple(item(f"i-{n}", f"Door {n}", issue=n + 1, text="x") for n in range(12))
    there = observed(*(issue(n + 1, f"door {n}") for n in range(12)))
    assert "reading-changed" not in {each.slug for each in guard(desired(*numbered), there)}
