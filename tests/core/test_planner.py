"""Desired and observed state in, changes out."""

import random
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.model import (
    BoardFieldDef,
    DesiredItem,
    LabelDef,
    MilestoneDef,
    OptionDef,
    Settings,
)
from backlog_sync.core.observed import (
    ObservedBoardField,
    ObservedIssue,
    ObservedLabel,
    ObservedMilestone,
    ObservedOther,
    ObservedRepository,
    ObservedState,
)
from backlog_sync.core.plan import Plan, Verdict
from backlog_sync.core.planner import build_plan
from tests.core.builders import (
    BACKLOG,
    BOARD,
    STRANGER,
    backlog,
    board,
    card,
    desired,
    issue,
    item,
    link,
    managed,
    observed,
    select,
)

if TYPE_CHECKING:
    from backlog_sync.core.changes import Change

T = TypeVar("T")


def plan_of(*items: DesiredItem, there: tuple[ObservedIssue, ...] = (), **more: object) -> Plan:
    """The plan of these items against these issues."""
    return build_plan(desired(*items, **more), observed(*there))


def told(plan: Plan) -> list[tuple[str, ...]]:
    """The changes in short: action, kind, key, the fields."""
    return [
        (c.action.value, c.kind.value, c.key, *c.fields) for c in plan.changes if not c.is_refresh
    ]


def change(plan: Plan, key: str, name: str) -> tuple[object, object]:
    """Before and after of one field of one item."""
    (found,) = [c.fields[name] for c in plan.changes if c.key == key and name in c.fields]
    return found.before, found.after


EPIC = item("epic-1", "Epic", kind="epic", labels=("epic",))
STORY = item(
    "story-1",
    "Story",
    parent="epic-1",
    labels=("story",),
    milestone="M1",
    criteria={"works": False, "fast": True},
    blocked_by=("epic-1",),
)


# ---- first sync ----------------------------------------------------------------------------


def test_a_first_sync_makes_everything_in_order() -> None:
    """Definitions, then issues, then links; what must exist first is named."""
    plan = plan_of(EPIC, STORY)
    assert told(plan) == [
        ("create", "label", "epic", "color", "description"),
        ("create", "label", "story", "color", "description"),
        ("create", "milestone", "M1"),
        ("create", "issue", "epic-1", "title", "labels", "body"),
        ("create", "issue", "story-1", "title", "milestone", "labels", "body"),
        ("link", "sub_issue", "story-1", "parent"),
        ("link", "dependency", "story-1", "blocked_by"),
    ]
    assert [c.waits_for for c in plan.changes if c.key == "story-1" and c.kind != "milestone"] == [
        ("epic-1",),
        ("epic-1", "story-1"),
        ("epic-1", "story-1"),
    ]
    assert plan.summary() | {"definitions": 3, "create": 2, "link": 2} == plan.summary()


def test_a_created_body_carries_identity_and_base() -> None:
    """What is written is marked as ours, with what it makes true and what follows later."""
    (made,) = [c for c in plan_of(EPIC, STORY).changes if c.key == "story-1" and c.body]
    marker = body_block.split(made.body or "").marker
    assert marker is not None
    assert (marker.backlog, marker.key) == ("ROADMAP.md", "story-1")
    assert set(marker.base.hashes) == {"title", "milestone", "parent", "state", "body"}
    assert marker.base.sets == {"labels": ("story",), "blocked_by": ("epic-1",)}
    assert marker.base.pending == ("blocked_by",)
    assert list(marker.base.ticks.values()) == [False, True]


def test_types_are_used_where_the_owner_has_them() -> None:
    """The organisation's spelling counts; without types there is no such field."""
    wanted = desired(item("bug-1", kind="bug"))
    assert "issue_type" not in build_plan(wanted, observed()).changes[0].fields
    plan = build_plan(wanted, observed(issue_types=("Task", "Bug")))
    assert change(plan, "bug-1", "issue_type") == (None, "Bug")


def test_done_items_are_not_created() -> None:
    """Neither they nor links to them; their children stand without them."""
    plan = plan_of(
        item("f", kind="feature", state="closed"),
        item("s", parent="f", blocked_by=("f", "later")),
        item("later", state="closed"),
    )
    assert told(plan) == [("create", "issue", "s", "title", "body")]
    assert [w.slug for w in plan.warnings] == ["done-not-created"] * 2


def test_done_items_are_created_closed_on_demand() -> None:
    """`create_done: true` makes them and closes them."""
    plan = plan_of(item("a", state="closed"), settings=Settings(create_done=True))
    assert told(plan) == [
        ("create", "issue", "a", "title", "body"),
        ("close", "issue", "a", "state"),
    ]


def test_items_kept_in_the_file_are_not_synced() -> None:
    """Nothing is made or changed for them, and nothing is linked to them."""
    plan = plan_of(
        item("a", "New title", sync=False),
        item("b", parent="a", blocked_by=("a",)),
        there=(managed(item("a"), 1),),
    )
    assert told(plan) == [("create", "issue", "b", "title", "body")]
    assert plan.orphans == ()


def test_items_of_another_repository_wait_where_the_run_is_not_about_the_files_own() -> None:
    """A trial elsewhere makes nothing in real repositories, whoever owns them."""
    plan = plan_of(
        item("a", repository="octo-org/other"),
        item("b", repository="Octo-Org/Widgets"),
        item("c", repository="cat-org/other"),
    )
    assert told(plan) == [("create", "issue", "b", "title", "body")]
    assert [(d.key, d.reason, d.hint) for d in plan.deferred] == [
        (
            "a",
            "it belongs to octo-org/other, and this run is about octo-org/widgets, "
            "which the file does not name",
            "write `repository: octo-org/widgets` into the file",
        ),
        (
            "c",
            "it belongs to cat-org/other, and this run is about octo-org/widgets, "
            "which the file does not name",
            "write `repository: octo-org/widgets` into the file",
        ),
    ]


# ---- later syncs ---------------------------------------------------------------------------


def test_what_did_not_change_is_not_touched() -> None:
    """The second plan is empty: no change, no refresh of the base, nothing told."""
    plan = plan_of(EPIC, STORY, there=backlog(EPIC, STORY))
    assert plan.changes == ()
    assert (plan.drift, plan.conflicts, plan.orphans, plan.deferred, plan.warnings) == ((),) * 5
    assert plan.summary()["unchanged"] == 2


def test_empty_sets_and_doubled_members_settle_too() -> None:
    """`assignees: []` and a label given twice are in sync after the first sync."""
    a = item("a", labels=("x", "X"), assignees=(), milestone=None)
    assert plan_of(a, there=backlog(a)).changes == ()


def test_a_title_and_points_change_are_exactly_these_two() -> None:
    """The reference run's third step: field by field, before and after."""
    before = item("a", "Old", board={"Story Points": 3})
    (there,) = backlog(before)
    plan = build_plan(
        desired(replace(item("a", "New"), board={"Story Points": 5}), project=BOARD),
        observed(replace(there, card=card(1, Story_Points=3.0, Status="Todo")), project=board()),
    )
    assert told(plan) == [
        ("update", "issue", "a", "title"),
        ("update", "field_value", "a", "Story Points"),
    ]
    assert change(plan, "a", "title") == ("Old", "New")
    assert change(plan, "a", "Story Points") == (3.0, 5)
    assert plan.summary()["update"] == 1
    assert plan.drift == ()


def test_labels_of_people_stay_and_ours_go() -> None:
    """A dropped label is removed, a new one added, theirs is left."""
    (there,) = backlog(item("a", labels=("old", "kept")))
    there = replace(there, labels=(*there.labels, "theirs"))
    plan = plan_of(item("a", labels=("kept", "new")), there=(there,))
    assert change(plan, "a", "labels") == (["kept", "old", "theirs"], ["kept", "new", "theirs"])


def test_drift_is_told_and_reverted() -> None:
    """Title, label, milestone and parent are the file's; a label that people added is not drift."""
    items = (EPIC, replace(STORY, fields={**STORY.fields, "blocked_by": ()}))
    epic, story = backlog(*items)
    moved = replace(
        story, title="Renamed", labels=("theirs",), milestone=None, parent=None, state="open"
    )
    plan = plan_of(*items, there=(epic, moved))
    updates = [c for c in plan.changes if c.kind is ChangeKind.ISSUE and not c.is_refresh]
    assert [(c.key, tuple(c.fields), c.drifted) for c in updates] == [
        ("story-1", ("title", "milestone", "labels"), ("title", "milestone", "labels"))
    ]
    (back,) = [c for c in plan.changes if c.kind is ChangeKind.SUB_ISSUE]
    assert (back.other, back.drifted, back.fields["parent"].before) == ("epic-1", ("parent",), None)
    assert {note.name for note in plan.drift} == {"title", "milestone", "labels", "parent"}
    assert {note.verdict for note in plan.drift} == {Verdict.DRIFT}


def test_both_sides_moved_is_a_conflict_that_holds_one_field() -> None:
    """The field is held and told, everything else is applied."""
    (there,) = backlog(item("a", "Base", milestone="M1"))
    plan = plan_of(item("a", "File", milestone="M2"), there=(replace(there, title="GitHub"),))
    assert told(plan)[-1] == ("update", "issue", "a", "milestone")
    ((note),) = plan.conflicts
    assert (note.name, note.desired, note.observed) == ("title", "File", "GitHub")
    assert plan.summary()["conflict"] == 1


def test_both_sides_moved_alike_is_no_change() -> None:
    """The base follows quietly."""
    (there,) = backlog(item("a", "Base"))
    plan = plan_of(item("a", "Both"), there=(replace(there, title=" Both "),))
    (refresh,) = plan.changes
    assert refresh.is_refresh
    assert not plan.has_changes
    assert (plan.summary()["update"], plan.summary()["refresh"]) == (0, 1)
    assert plan.summary()["unchanged"] == 1


def test_an_omitted_field_is_forgotten_and_not_cleared() -> None:
    """The milestone stays on GitHub; the plan says that our claim on it goes."""
    (there,) = backlog(item("a", milestone="M1"))
    plan = plan_of(item("a"), there=(there,))
    (forgotten,) = plan.changes
    assert (forgotten.action, dict(forgotten.fields)) == (Action.FORGET, {})
    assert forgotten.reason == "no longer in the file, left as it is on GitHub: milestone"
    assert plan.summary()["forget"] == 1
    marker = body_block.split(forgotten.body or "").marker
    assert marker is not None
    assert "milestone" not in marker.base.hashes


def test_an_emptied_field_is_cleared() -> None:
    """`milestone:` without a value takes the milestone away."""
    (there,) = backlog(item("a", milestone="M1"))
    plan = plan_of(item("a", milestone=None), there=(there,))
    assert change(plan, "a", "milestone") == ("M1", None)


def test_types_that_cannot_be_read_today_are_not_forgotten() -> None:
    """A token that sees no issue types rewrites no body."""
    wanted = desired(item("a"))
    made = build_plan(wanted, observed(issue_types=("Story",))).changes[0]
    there = issue(1, "Title of a", body=made.body, issue_type="Story")
    assert build_plan(wanted, observed(there)).changes == ()


def test_a_lost_base_removes_nothing() -> None:
    """With only the marker left, declared members are enforced and nothing is taken away."""
    (there,) = backlog(item("a", labels=("ours", "gone"), assignees=("me",)))
    marker = body_block.split(there.body).marker
    assert marker is not None
    lost = body_block.join(
        replace(body_block.split(there.body), marker=replace(marker, base=type(marker.base)()))
    )
    there = replace(there, body=lost, labels=("ours", "gone", "theirs"), assignees=("you",))
    plan = plan_of(item("a", labels=("ours", "new"), assignees=()), there=(there,))
    assert change(plan, "a", "labels")[1] == ["gone", "new", "ours", "theirs"]
    assert all("assignees" not in c.fields for c in plan.changes)


# ---- state ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "file", "github", "action"),
    [
        ("open", "open", "closed", None),  # closed on GitHub while the file says todo
        ("open", None, "closed", None),
        ("open", "closed", "open", Action.CLOSE),  # the file changed to done
        ("closed", "closed", "open", None),  # reopened by people
        ("closed", "open", "closed", Action.REOPEN),  # the file changed back
        ("open", "closed", "closed", None),
        (None, "open", "closed", None),  # on adoption the file has changed nothing yet
        (None, "closed", "open", None),
    ],
)
def test_a_state_moves_only_where_the_file_moved(
    base: str | None, file: str | None, github: str, action: Action | None
) -> None:
    """Nobody's work is reopened because the file is behind, nor closed again after a reopening."""
    fields = {} if file is None else {"state": file}
    wanted = item("a", issue=1, **fields)  # type: ignore[arg-type] # a state is a text
    if base is None:
        there = issue(1, "Title of a", state=github)
    else:
        (there,) = backlog(item("a", state="open"))
        if base == "closed":
            (there,) = settled(item("a", state="closed"), there)
        there = replace(there, state=github)
    first = plan_of(wanted, there=(there,))
    assert [c.action for c in first.changes if "state" in c.fields] == ([action] if action else [])
    for _ in range(2):
        (there,) = settled(wanted, there)
    assert there.state == (file if action else github)
    assert plan_of(wanted, there=(there,)).changes == ()


def settled(wanted: DesiredItem, there: ObservedIssue) -> tuple[ObservedIssue]:
    """An issue after its plan was applied."""
    for each in plan_of(wanted, there=(there,)).changes:
        if each.action in (Action.CLOSE, Action.REOPEN):
            there = replace(there, state=str(each.fields["state"].after))
        elif each.body is not None:
            title = each.fields.get("title")
            there = replace(there, body=each.body, title=str(title.after) if title else there.title)
    return (there,)


def test_a_close_that_was_not_reached_is_made_up_for() -> None:
    """A new issue's close is pending until it is seen; what people reopened stays open."""
    wanted = desired(item("a", state="closed"), settings=Settings(create_done=True))
    made = build_plan(wanted, observed()).changes[0]
    there = issue(1, "Title of a", body=made.body)
    again = build_plan(wanted, observed(there))
    assert [c.action for c in again.changes if "state" in c.fields] == [Action.CLOSE]
    assert again.drift == ()
    done = replace(there, state="closed", state_reason="completed")
    assert build_plan(wanted, observed(done)).changes == ()
    reopened = replace(there, state_reason="reopened")
    plan = build_plan(wanted, observed(reopened))
    assert plan.changes == ()
    assert [note.name for note in plan.drift] == ["state"]


# ---- ticks and text ------------------------------------------------------------------------


def ticked(there: ObservedIssue, *texts: str) -> ObservedIssue:
    """An issue on which people ticked these boxes in the browser."""
    body = there.body
    for text in texts:
        assert f"- [ ] {text}" in body
        body = body.replace(f"- [ ] {text}", f"- [x] {text}", 1)
    return replace(there, body=body.replace("\n", "\r\n"))


def boxes(plan: Plan) -> list[bool]:
    """The boxes of the one body that a plan writes."""
    (written,) = [c.body for c in plan.changes if c.body is not None]
    return list(body_block.boxes(body_block.split(written).lines).values())


def test_ticks_of_people_need_no_write() -> None:
    """A box ticked on GitHub, and line endings of the browser, are no change of ours."""
    a = item("a", criteria={"one": False, "two": False})
    (there,) = backlog(a)
    plan = plan_of(a, there=(ticked(there, "one"),))
    assert (plan.changes, plan.drift) == ((), ())


def test_ticks_of_people_survive_a_change_of_the_text() -> None:
    """The file rewords a goal; the box stays ticked."""
    (there,) = backlog(item("a", text="old", criteria={"one": False, "two": False}))
    plan = plan_of(
        item("a", text="new", criteria={"one": False, "two": False}), there=(ticked(there, "one"),)
    )
    assert told(plan) == [("update", "issue", "a", "body")]
    assert boxes(plan) == [True, False]


def test_ticks_of_both_sides_come_together() -> None:
    """One ticked here, another there: both are ticked."""
    (there,) = backlog(item("a", criteria={"one": False, "two": False}))
    plan = plan_of(item("a", criteria={"one": False, "two": True}), there=(ticked(there, "one"),))
    assert boxes(plan) == [True, True]


def test_unticking_in_the_file_acts_only_as_a_change_of_the_file() -> None:
    """A file that never ticked does not untick; one that had ticked and does not now, does."""
    (there,) = backlog(item("a", criteria={"one": True}))
    assert boxes(plan_of(item("a", criteria={"one": False}), there=(there,))) == [False]
    (other,) = backlog(item("a", criteria={"one": False}))
    assert plan_of(item("a", criteria={"one": False}), there=(ticked(other, "one"),)).changes == ()


def test_ticks_in_a_description_and_on_doubles_are_kept() -> None:
    """Boxes outside of the criteria, and the first of two alike, keep their ticks."""
    block = "- [ ] prepare\n- [ ] again\n- [ ] again"
    (there,) = backlog(item("a", text=block, criteria={"one": False}))
    plan = plan_of(
        item("a", text=f"{block}\n- [ ] more", criteria={"one": False}),
        there=(ticked(there, "prepare", "again"),),
    )
    assert boxes(plan) == [True, True, False, False, False]


def test_a_tick_that_the_file_caught_up_with_moves_only_the_base() -> None:
    """After progress was written back the base follows, and nothing that people see changes."""
    (there,) = backlog(item("a", criteria={"one": False}))
    plan = plan_of(item("a", criteria={"one": True}), there=(ticked(there, "one"),))
    assert not plan.has_changes
    assert plan.summary()["refresh"] == 1


def test_lines_of_people_in_the_block_move_below_it() -> None:
    """They are told as drift, and not one is lost; what stood around the block stays."""
    a = item("a", text="ours")
    (there,) = backlog(a)
    body = f"above\n{there.body}\nbelow".replace("ours", "ours\n\na note\n- [x] a box of theirs")
    plan = plan_of(a, there=(replace(there, body=body),))
    assert [note.name for note in plan.drift] == ["body"]
    (written,) = [c.body for c in plan.changes]
    parts = body_block.split(written or "")
    assert parts.before == "above\n"
    assert parts.after == "\n\na note\n- [x] a box of theirs\n\nbelow"
    assert plan_of(a, there=(replace(there, body=written or ""),)).changes == ()


def test_adoption_keeps_all_that_people_wrote() -> None:
    """The block is put below it; the state is theirs until the file changes."""
    there = issue(5, "Theirs", body="Do this\r\n- [x] a\r\n", state="closed")
    plan = plan_of(item("a", "Ours", state="open", issue=5), there=(there,))
    (adopted,) = plan.changes
    assert (adopted.action, tuple(adopted.fields)) == (Action.ADOPT, ("title", "body"))
    assert (adopted.body or "").startswith("Do this\r\n- [x] a\r\n\n\n<!-- backlog:begin -->")
    assert adopted.body_seen == there.body


def test_a_renumbered_item_shows_its_new_key() -> None:
    """The number claims the issue, and the plan says what changed."""
    (there,) = backlog(item("story-1", "Same"))
    plan = plan_of(item("story-2", "Same", issue=1), there=(there,))
    assert change(plan, "story-2", "key") == ("story-1", "story-2")
    assert plan.changes[0].reason == "by its number in the file; it was story-1"


def test_the_path_as_typed_does_not_matter() -> None:
    """Two people who name the file differently write the same body."""
    (there,) = backlog(item("a"))
    for typed in ("./ROADMAP.md", "/home/somebody/widgets/ROADMAP.md", "..\\ROADMAP.md"):
        wanted = item("a")
        wanted = replace(wanted, place=replace(wanted.place, path=typed))
        assert plan_of(wanted, there=(there,)).changes == ()


def test_a_body_that_github_would_not_take_is_held() -> None:
    """Nothing is sent for it; the plan says how long it would be."""
    plan = plan_of(item("a", text="x" * 70_000), there=())
    assert plan.changes == ()
    assert "GitHub allows 65536" in plan.conflicts[0].reason
    there = issue(1, body="y" * 65_500)
    held = plan_of(item("a", issue=1), there=(there,))
    assert held.changes == ()
    assert held.conflicts[0].ref == "#1"


def test_a_long_body_goes_without_the_record_of_definitions() -> None:
    """Its room is for the text; a short one has the record."""
    for length, recorded in ((1_000, True), (63_000, False)):
        (made,) = [
            change
            for change in plan_of(item("a", text="x" * length, labels=("story",)), there=()).changes
            if change.kind is ChangeKind.ISSUE
        ]
        marker = body_block.split(made.body or "").marker
        assert marker is not None
        assert bool(marker.base.definitions) == recorded


# ---- held, orphans, links ------------------------------------------------------------------


def test_a_held_item_is_told_and_its_links_stay() -> None:
    """Nothing is created or changed for it; its children keep the parent that they have."""
    parent, child = item("p", kind="epic"), item("c", parent="p", blocked_by=("p",))
    first, second = backlog(parent, child)
    plan = plan_of(parent, child, there=(replace(first, author=STRANGER), second))
    assert [(n.key, n.name, n.ref) for n in plan.conflicts] == [("p", "identity", "#1")]
    assert not plan.has_changes
    new = plan_of(parent, item("n", parent="p"), there=(replace(first, author=STRANGER),))
    assert told(new) == [("create", "issue", "n", "title", "body")]


def test_an_orphan_is_told_and_left_alone() -> None:
    """Its item is gone from the file."""
    plan = plan_of(item("a"), there=backlog(item("a"), item("b")))
    assert plan.changes == ()
    assert [(o.key, o.ref) for o in plan.orphans] == [("b", "#2")]


def test_blockers_are_named_in_many_ways_and_are_one() -> None:
    """By key, by number, with the repository in any case."""
    a, b = item("a"), item("b", blocked_by=("a",))
    there = backlog(a, b)
    for ref in ("a", "#1", "octo-org/widgets#1", "Octo-Org/Widgets#1"):
        assert plan_of(a, item("b", blocked_by=(ref,)), there=there).changes == ()


def test_a_blocker_that_was_not_found_is_deferred() -> None:
    """It is not claimed to have been set, so that it is never told as drift."""
    b = item("b", blocked_by=("octo-org/other#7", "#99"))
    plan = plan_of(b)
    assert told(plan) == [("create", "issue", "b", "title", "body")]
    assert [d.reason for d in plan.deferred] == [
        "octo-org/other#7 was not found in octo-org/widgets",
        "octo-org/widgets#99 was not found in octo-org/widgets",
    ]
    again = plan_of(b, there=(managed(b, 1),))
    assert (again.changes, again.drift) == ((), ())


def test_a_blocker_of_another_repository_that_is_there_stays() -> None:
    """Declared and present: in sync. Dropped from the file later: removed."""
    there = replace(managed(item("b"), 1), blocked_by=(link(7, "octo-org/other"),))
    declared = item("b", blocked_by=("Octo-org/Other#7",))
    plan = plan_of(declared, there=(there,))
    assert not plan.has_changes
    there = replace(there, body=plan.changes[0].body or "")
    assert told(plan_of(item("b", blocked_by=()), there=(there,))) == [
        ("unlink", "dependency", "b", "blocked_by")
    ]


def test_blockers_of_people_stay() -> None:
    """Only what we applied is removed."""
    items = (item("a"), item("b"), item("c", blocked_by=("a",)))
    there = backlog(*items)
    there = (*there[:2], replace(there[2], blocked_by=(link(1), link(2))))
    plan = plan_of(item("a"), item("b"), item("c", blocked_by=()), there=there)
    assert [(c.action, c.other) for c in plan.changes if not c.is_refresh] == [(Action.UNLINK, "a")]


def test_a_parent_that_was_not_found_is_deferred() -> None:
    """And one that is an issue of people is linked by its number."""
    plan = plan_of(item("a", parent="octo-org/other#3"))
    assert told(plan) == [("create", "issue", "a", "title", "body")]
    assert [d.kind for d in plan.deferred] == [ChangeKind.SUB_ISSUE]
    linked = plan_of(item("a", parent="Octo-Org/widgets#3"), there=(issue(3),))
    assert [c.other for c in linked.changes if c.kind is ChangeKind.SUB_ISSUE] == [
        "octo-org/widgets#3"
    ]


def test_a_moved_item_changes_its_parent() -> None:
    """The link names both, so that it can be replaced."""
    items = (item("p"), item("q"), item("c", parent="p"))
    plan = plan_of(item("p"), item("q"), item("c", parent="q"), there=backlog(*items))
    assert change(plan, "c", "parent") == ("p", "q")


# ---- definitions ---------------------------------------------------------------------------


def test_labels_are_made_renamed_and_restyled() -> None:
    """By name in any case, else by alias; only what is declared is compared."""
    wanted = desired(
        labels=(
            LabelDef("epic", "5319E7", "An epic", aliases=("Epics",)),
            LabelDef("Story"),
            LabelDef("new", "ff0000"),
            LabelDef("same", "00ff00", "line\n"),
        )
    )
    there = (
        ObservedLabel("1", "Epics", "ffffff"),
        ObservedLabel("2", "story", "abcdef", "Theirs"),
        ObservedLabel("3", "same", "00FF00", "line"),
    )
    plan = build_plan(wanted, observed(labels=there))
    assert told(plan) == [
        ("update", "label", "Epics", "name", "color", "description"),
        ("create", "label", "new", "color", "description"),
    ]


def test_an_issue_s_label_that_is_being_renamed_is_no_change() -> None:
    """The rename carries it along."""
    a = item("a", labels=("epic",))
    there = replace(managed(a, 1), labels=("Epics",))
    plan = plan_of(a, there=(there,), labels=(LabelDef("epic", aliases=("Epics",)),))
    assert told(plan) == [("update", "label", "Epics", "name")]


def test_milestones_are_looked_up_in_all_states() -> None:
    """A closed one is not made again; due dates and descriptions only where declared."""
    wanted = desired(
        milestones=(
            MilestoneDef("M1"),
            MilestoneDef("M2", "2026-03-31"),
            MilestoneDef("M3", None, "a\nb"),
            MilestoneDef("M4", "2026-06-30"),
        )
    )
    there = (
        ObservedMilestone("1", 1, "M1", "closed", "2020-01-01"),
        ObservedMilestone("2", 2, "M2", due="2026-04-01"),
        ObservedMilestone("3", 3, "M3", description="a\r\nb"),
    )
    plan = build_plan(wanted, observed(milestones=there))
    assert told(plan) == [
        ("update", "milestone", "M2", "due"),
        ("create", "milestone", "M4", "due"),
    ]


# ---- the board -----------------------------------------------------------------------------


def test_a_new_board_gets_fields_cards_and_values() -> None:
    """A board of that title does not exist yet; new cards start in the first status."""
    fields = (
        BoardFieldDef("Priority", "single_select", (OptionDef("High"), OptionDef("Low"))),
        BoardFieldDef("Status", "single_select", (OptionDef("Todo"), OptionDef("Blocked"))),
        BoardFieldDef("Points", "number"),
    )
    wanted = desired(
        item("a", board={"Priority": "high", "Points": 3}), project=replace(BOARD, fields=fields)
    )
    plan = build_plan(wanted, observed(project_owner_id="O_1"))
    assert told(plan) == [
        ("create", "project", "octo-org/Widgets", "title"),
        ("create", "field", "Priority", "options"),
        ("update", "field", "Status", "options"),
        ("create", "field", "Points", "type"),
        ("create", "field", "Backlog record", "type"),
        ("create", "view", "Board", "layout", "columns"),
        ("create", "view", "Table", "layout", "columns"),
        ("create", "view", "Roadmap", "layout"),
        ("create", "issue", "a", "title", "body"),
        ("link", "project_item", "a"),
        ("update", "field_value", "a", "Priority"),
        ("update", "field_value", "a", "Points"),
        ("update", "field_value", "a", "Status"),
    ]
    assert change(plan, "a", "Priority") == (None, "High")
    assert change(plan, "Status", "options")[1] == ["Todo", "In Progress", "Done", "Blocked"]


def with_card(**values: object) -> ObservedState:
    """A repository with one issue and its card."""
    there = managed(item("a"), 1, card=card(1, **values))  # type: ignore[arg-type] # board values
    return observed(there, project=board())


def test_options_are_added_and_never_taken_away() -> None:
    """All that are there are kept; a field of another type is left alone and told."""
    fields = (
        BoardFieldDef("Priority", "single_select", (OptionDef("Urgent"), OptionDef("high"))),
        BoardFieldDef("Story Points", "text"),
    )
    plan = build_plan(
        desired(item("a"), project=replace(BOARD, fields=fields)), with_card(Status="Todo")
    )
    assert told(plan) == [("update", "field", "Priority", "options")]
    assert change(plan, "Priority", "options") == (["High", "Low"], ["Urgent", "High", "Low"])
    assert [w.slug for w in plan.warnings] == ["field-type"]


def test_iterations_are_create_only() -> None:
    """Sending them again would clear every value."""
    sprint = BoardFieldDef("Sprint", "iteration", start="2026-01-05", duration=14, count=9)
    wanted = desired(item("a"), project=replace(BOARD, fields=(sprint,)))
    state = with_card(Status="Todo")
    known = board(select("Sprint", "Sprint 1", type="iteration"))
    assert build_plan(wanted, replace(state, project=known)).changes == ()


@pytest.mark.parametrize(
    ("name", "have", "want", "expected"),
    [
        ("Story_Points", 3.0, 3, None),
        ("Story_Points", 3, 5, (3, 5)),
        ("Story_Points", 3, None, (3, None)),
        ("Story_Points", None, None, None),
        ("Priority", "High", "high", None),
        ("Priority", "High", "low", ("High", "Low")),
        ("Status", "Done", "Todo", None),  # GitHub owns it
        ("Status", None, "Done", (None, "Done")),
    ],
)
def test_board_values(
    name: str, have: object, want: float | str | None, expected: tuple[object, object] | None
) -> None:
    """Values of the file are set where they differ; GitHub's own are told and left alone."""
    values = {} if have is None else {name: have}
    field = name.replace("_", " ")
    plan = build_plan(desired(item("a", board={field: want}), project=BOARD), with_card(**values))
    changes = [c for c in plan.changes if c.kind is ChangeKind.FIELD_VALUE and field in c.fields]
    assert [(c.fields[field].before, c.fields[field].after) for c in changes] == (
        [expected] if expected else []
    )
    assert len(plan.drift) == (name == "Status" and have == "Done")


@pytest.mark.parametrize(
    ("board_values", "reason"),
    [
        ({"Priority": "Urgent"}, "Priority has no option 'Urgent'"),
        ({"Story Points": "many"}, "Story Points takes a number, not 'many'"),
        ({"Effort": 3}, "the board has no field 'Effort'"),
    ],
)
def test_values_that_cannot_be_set_are_deferred(
    board_values: dict[str, float | str | None], reason: str
) -> None:
    """They are told with what would help, and hold nothing else up."""
    plan = build_plan(
        desired(item("a", board=board_values), project=BOARD), with_card(Status="Todo")
    )
    assert plan.changes == ()
    assert [d.reason for d in plan.deferred] == [reason]


def test_a_text_that_no_text_field_takes_is_deferred() -> None:
    """1,024 characters fit, and more are not sent: the server would refuse them in every run."""
    note = ObservedBoardField("F_note", "Note", "text")
    state = replace(with_card(Status="Todo"), project=board(note))

    def planned(length: int) -> Plan:
        return build_plan(desired(item("a", board={"Note": "x" * length}), project=BOARD), state)

    assert planned(1_024).changes
    too_long = planned(1_025)
    assert too_long.changes == ()
    (deferred,) = too_long.deferred
    assert deferred.reason == "Note has 1,025 characters, and a text field takes 1,024"


def test_an_archived_card_takes_no_values() -> None:
    """It is told, and left in the archive."""
    state = with_card()
    (there,) = state.issues
    assert there.card is not None
    state = replace(state, issues=(replace(there, card=replace(there.card, archived=True)),))
    plan = build_plan(desired(item("a", board={"Story Points": 3}), project=BOARD), state)
    assert plan.changes == ()
    assert "archived" in plan.deferred[0].reason


def test_a_board_out_of_reach_is_deferred() -> None:
    """The issues are planned all the same; the plan says what would help."""
    plan = build_plan(
        desired(item("a", board={"Story Points": 3}), project=BOARD),
        observed(project_problem="this token does not reach Projects"),
    )
    assert told(plan) == [("create", "issue", "a", "title", "body")]
    assert [d.kind for d in plan.deferred] == [ChangeKind.PROJECT]
    assert "--project none" in plan.deferred[0].hint


def test_a_board_that_is_not_shown_on_the_repository_is_linked() -> None:
    """Once, with the first card that goes on it."""
    plan = build_plan(desired(item("a"), project=BOARD), observed(project=board(linked=False)))
    assert ("link", "project", "octo-org/Widgets") in told(plan)
    none = build_plan(desired(project=BOARD), observed(project=board(linked=False)))
    assert told(none) == []


# ---- the whole -----------------------------------------------------------------------------


def large() -> tuple[DesiredItem, ...]:
    """A backlog with something of everything."""
    made: list[DesiredItem] = [EPIC]
    for n in range(12):
        made.append(
            item(
                f"s-{n}",
                f"Story {n}",
                parent="epic-1",
                labels=("story", f"l{n % 3}"),
                milestone=f"M{n % 2}",
                criteria={"one": bool(n % 2), "two": False},
                blocked_by=(f"s-{n - 1}",) if n else (),
                board={"Story Points": n},
            )
        )
    return tuple(made)


def shaken(state: ObservedState, seed: int) -> ObservedState:
    """The same state as another server might list it."""
    dice = random.Random(seed)

    def mixed(values: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(dice.sample(values, len(values)))

    issues = [
        replace(
            each,
            labels=mixed(each.labels),
            blocked_by=mixed(each.blocked_by),
            updated_at=f"2026-01-{dice.randint(10, 28)}",
            card=each.card
            and replace(each.card, values=dict(mixed(tuple(each.card.values.items())))),
        )
        for each in state.issues
    ]
    return replace(
        state,
        issues=mixed(tuple(issues)),
        labels=mixed(state.labels),
        milestones=mixed(state.milestones),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_what_was_read_does_not_matter(seed: int) -> None:
    """The same inputs in another order give the same changes and the same digests."""
    items = large()
    there = [replace(each, card=card(each.number, Status="Todo")) for each in backlog(*items)]
    there[3] = replace(there[3], title="Drifted", labels=("theirs", "story"))
    wanted = desired(*items[:-2], item("x"), project=BOARD)
    state = observed(*there, project=board())
    plan, other = build_plan(wanted, state), build_plan(wanted, shaken(state, seed))
    assert other == plan
    again = build_plan(replace(wanted, items=families_mixed(wanted.items, seed)), state)
    assert again.digests == plan.digests
    assert sorted(map(repr, again.changes)) == sorted(map(repr, plan.changes))


def families_mixed(items: tuple[DesiredItem, ...], seed: int) -> tuple[DesiredItem, ...]:
    """The items in another order, in which siblings stand as they stood."""
    dice = random.Random(seed)
    families = {each.parent: [i for i in items if i.parent == each.parent] for each in items}
    row = dice.sample([each.parent for each in items], len(items))
    return tuple(families[parent].pop(0) for parent in row)


def test_the_order_of_siblings_matters() -> None:
    """The file's order of siblings is a part of what it asks for."""
    items = (item("epic-1"), item("a", parent="epic-1"), item("b", parent="epic-1"))
    one = build_plan(desired(*items), observed()).digests
    other = build_plan(desired(items[0], items[2], items[1]), observed()).digests
    assert one.desired != other.desired


def test_digests_tell_what_moved() -> None:
    """A change of either side, or of the base, changes its own digest."""
    items, there = large(), backlog(*large())
    wanted, state = desired(*items), observed(*there)
    plan = build_plan(wanted, state)
    edited = build_plan(desired(replace(items[0], kind="story"), *items[1:]), state)
    assert edited.digests.desired != plan.digests.desired
    assert edited.digests.observed == plan.digests.observed
    moved = build_plan(wanted, observed(replace(there[0], title="x"), *there[1:]))
    assert moved.digests.observed != plan.digests.observed
    assert moved.digests.base == plan.digests.base
    assert moved.digests.plan != plan.digests.plan
    based = build_plan(wanted, observed(replace(there[0], body=there[1].body), *there[1:]))
    assert based.digests.base != plan.digests.base


def recount(plan: Plan) -> dict[str, int]:
    """The summary, from the changes as they are listed."""
    seen: list[Change] = [c for c in plan.changes if not c.is_refresh]
    on_issues = [c for c in seen if c.kind.value in ("issue", "project_item", "field_value")]
    new = {c.key for c in on_issues if c.action is Action.CREATE}
    counts = dict.fromkeys((a.value for a in Action), 0)
    for action in ("create", "close", "reopen", "adopt", "forget"):
        counts[action] = len({c.key for c in on_issues if c.action.value == action})
    boarded = {c.key for c in on_issues if c.kind is not ChangeKind.ISSUE} - new
    updated = {c.key for c in on_issues if c.kind is ChangeKind.ISSUE and c.action is Action.UPDATE}
    counts["update"] = len(updated | boarded)
    links = [c for c in seen if c.kind in (ChangeKind.SUB_ISSUE, ChangeKind.DEPENDENCY)]
    counts["link"] = sum(c.action is Action.LINK for c in links)
    counts["unlink"] = sum(c.action is Action.UNLINK for c in links)
    return counts


def test_every_count_can_be_recomputed_from_the_changes() -> None:
    """The summary never says more than the list."""
    items = large()
    there = backlog(*items)
    edited = [
        replace(items[2], fields={**items[2].fields, "title": "New", "state": "closed"}),
        replace(items[3], fields={**items[3].fields, "blocked_by": ()}),
    ]
    for plan in (
        plan_of(*items),
        plan_of(items[0], items[1], *edited, *items[4:], there=there[:-3]),
        plan_of(items[0], item("adopted", issue=99), there=(there[0], issue(99))),
    ):
        assert {**plan.summary(), **recount(plan)} == plan.summary()
        assert plan.summary()["drift"] == len(plan.drift)
        assert plan.summary()["conflict"] == len(plan.conflicts)


def test_an_issue_that_came_from_another_repository_is_marked_as_one_of_this() -> None:
    """It was moved here, and the file names it: its marker is written though no field moved."""
    other = ObservedOther(ObservedRepository("R_2", "octo-org/other", "O_1", "Organization"))
    there = managed(item("a"), 5)
    parts = body_block.split(there.body)
    assert parts.marker is not None
    foreign = replace(parts, marker=replace(parts.marker, backlog=f"R_1:{BACKLOG}"))
    state = observed(replace(there, body=body_block.join(foreign)), others=(other,))
    (found,) = build_plan(desired(item("a", issue=5)), state).changes
    assert found.body == there.body


def test_a_blocker_that_people_took_away_is_no_order_of_theirs() -> None:
    """The file sorts the item anew; that people took its blocker away is told beside that."""
    feature, other = item("f", kind="feature"), item("x")
    a, b = item("a", parent="f"), item("b", parent="f", blocked_by=("x",))
    above, blocker, first, second = backlog(feature, other, a, b)
    applied = body_block.with_applied(second.body, {"blocked_by": ("x",)})
    above = replace(above, children=("I_3", "I_4"))
    state = observed(above, blocker, first, replace(second, body=applied, blocked_by=()))
    plan = build_plan(desired(feature, other, b, a), state)
    (link,) = [change for change in plan.changes if change.kind is ChangeKind.DEPENDENCY]
    (move,) = [change for change in plan.changes if change.is_move]
    assert (link.key, link.drifted) == ("b", ("blocked_by",))
    assert (move.key, move.drifted, move.reason) == ("b", (), "is there in the file")
