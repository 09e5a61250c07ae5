"""The board's views, texts and template: created, kept true, and never taken away."""

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import CreateView, FieldChange
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import Result, Verdict
from backlog_sync.core.run_record import Overwritten, RunRecord
from backlog_sync.core.undo import undo_plan
from github_sandbox import board_views
from github_sandbox.actors import Person
from github_sandbox.features import Features
from github_sandbox.models import View
from tests.surface.conftest import REPOSITORY, World, of_kind
from tests.surface.test_board import board, make

DECLARED = """\
project:
  owner: octo-org
  title: Widgets
  description: What we build
  fields:
    Story Points: {type: number}
  views:
    - name: Bugs
      layout: table
      filter: "is:open label:bug"
      fields: [Title, story points, Assignees]
    - {name: Work, layout: board}
    - {name: Plan, layout: roadmap}
"""
STORY = """\
stories:
  - {id: a, title: A, story_points: 3}
"""


def views(world: World, number: int = 1) -> dict[str, View]:
    """A board's views by name."""
    found = board_views.views_of(world.sandbox.store, board(world, number))
    assert len({view.name for view in found}) == len(found), "a view is there twice"
    return {view.name: view for view in found}


def columns(world: World, name: str) -> list[str]:
    """The names of the fields that a view shows."""
    view = views(world)[name]
    known = world.sandbox.store.fields[view.project]
    return [known[number].name for number in view.fields]


def test_a_new_board_gets_three_views_with_the_fields_of_the_backlog(world: World) -> None:
    """A board, a table and a roadmap next to the one that GitHub makes; later runs are silent."""
    world.write("project: {owner: octo-org, title: Widgets}\n" + STORY)
    assert world.plan().deferred == ()
    world.sync()
    assert [(v.name, v.layout, v.filter) for v in views(world).values()] == [
        ("View 1", "TABLE_LAYOUT", None),
        ("Board", "BOARD_LAYOUT", None),
        ("Table", "TABLE_LAYOUT", None),
        ("Roadmap", "ROADMAP_LAYOUT", None),
    ]
    assert columns(world, "Board") == ["Title", "Assignees", "Story Points"]
    assert columns(world, "Table") == ["Title", "Assignees", "Status", "Story Points"]
    assert world.plan().deferred == ()


def test_nobody_gets_views_who_has_a_board(world: World) -> None:
    """Views of a board that people made are theirs; an empty list asks for none on a new one."""
    other = make(world)
    world.ann.edit_view("View 1", new_name="Mine")
    world.write("project: {owner: octo-org, title: Widgets}\n" + STORY)
    world.sync()
    assert list(views(world)) == ["Mine"]
    assert other.number == 1
    world.edit("title: Widgets", "title: Gears, views: []")
    world.sync()
    assert list(views(world, 2)) == ["View 1"]


def test_declared_views_are_created_with_columns_and_a_filter(world: World) -> None:
    """A filter takes a second call; columns are set when the fields exist, and only then."""
    world.write(DECLARED + STORY)
    world.sync()
    assert list(views(world)) == ["View 1", "Bugs", "Work", "Plan"]
    assert views(world)["Bugs"].filter == "is:open label:bug"
    assert columns(world, "Bugs") == ["Title", "Story Points", "Assignees"]
    assert board(world).short_description == "What we build"
    world.edit("layout: table", "layout: board")
    world.edit("fields: [Title, story points, Assignees]", "fields: [Title]")
    world.sync()
    bugs = views(world)["Bugs"]
    assert (bugs.layout, bugs.shows_type) == ("BOARD_LAYOUT", True)
    assert columns(world, "Bugs") == ["Title", "Story Points", "Assignees"]


def test_edits_by_people_are_drift_that_sync_reverts_and_pull_accepts(world: World) -> None:
    """Name, layout and filter, and the board's description; other views and columns are theirs."""
    world.write(DECLARED + STORY)
    world.sync()
    ann = world.ann
    ann.edit_view("Bugs", new_name="Faults", filter_query="label:fault")
    ann.edit_view("Work", layout="table", filter_query="is:open")
    ann.edit_view("View 1", new_name="Mine", layout="roadmap")
    ann.edit_board(short_description="Something else", readme="Ours")
    plan = world.plan()
    drifted = {(note.title, note.name) for note in plan.drift}
    assert drifted == {
        ("Bugs", "name"),
        ("Bugs", "filter"),
        ("Work", "layout"),
        ("Widgets", "description"),
    }
    assert {note.verdict for note in plan.drift} == {Verdict.DRIFT}
    text = world.text
    assert world.pull() == []
    assert world.text == text.replace("name: Bugs", "name: Faults").replace(
        '"is:open label:bug"', '"label:fault"'
    ).replace("{name: Work, layout: board}", "{name: Work, layout: table}").replace(
        "What we build", "Something else"
    )
    world.sync()
    assert views(world)["Faults"].filter == "label:fault"


def test_a_view_that_is_renamed_is_renamed_back(world: World) -> None:
    """It is known by its id; nothing is created in its place."""
    world.write(DECLARED + STORY)
    world.sync()
    world.ann.edit_view("Plan", new_name="Timeline")
    world.ann.edit_view("Work", filter_query="is:open")
    created = [c for c in world.plan().changes if isinstance(c, CreateView)]
    assert created == []
    world.sync()
    assert list(views(world)) == ["View 1", "Bugs", "Work", "Plan"]
    assert views(world)["Work"].filter == "is:open"


def test_a_second_view_of_the_same_name_is_left_and_named(world: World) -> None:
    """Two runs at the same moment leave one: the first is kept true, and none is deleted."""
    world.write(DECLARED + STORY)
    world.sync()
    second = world.ann.add_view("work")
    plan = world.plan()
    assert plan.changes == ()
    (line,) = (each for each in plan.deferred if "views of this name" in each.reason)
    assert line.reason == "the board has 2 views of this name; sync keeps the first one"
    assert line.hint.endswith(f"/views/{second.number}")


def test_both_sides_in_conflict_are_held(world: World) -> None:
    """As for every definition: neither side wins unasked."""
    world.write(DECLARED + STORY)
    world.sync()
    world.ann.edit_view("Work", layout="roadmap")
    world.edit("{name: Work, layout: board}", "{name: Work, layout: table}")
    plan = world.plan()
    assert [(n.title, n.name) for n in plan.conflicts] == [("Work", "layout")]
    assert of_kind(plan, ChangeKind.VIEW) == []


def test_a_value_that_changes_while_a_run_is_on_its_way_is_not_overwritten(world: World) -> None:
    """It is read again right before it is written."""
    world.write(DECLARED + STORY)
    world.sync()
    world.edit("{name: Work, layout: board}", "{name: Work, layout: table}")
    sent = world.sandbox.handle

    def busy(request):  # type: ignore[no-untyped-def] # a wrapper of one call
        if b"BoardsStanding" in request.body:
            world.ann.edit_view("Work", layout="roadmap")
        return sent(request)

    world.sandbox.handle = busy  # type: ignore[method-assign] # somebody is quicker
    applied = world.run()
    (outcome,) = [o for o in applied.outcomes if o.change.kind is ChangeKind.VIEW]
    assert outcome.result is Result.STALE
    assert "layout was changed" in outcome.reason
    assert views(world)["Work"].layout == "ROADMAP_LAYOUT"


def test_the_visibility_has_a_base_of_its_own(world: World) -> None:
    """A person's change is drift, that pull accepts and sync reverts; older records have none."""
    world.write(DECLARED.replace("description", "public: true\n  description") + STORY)
    world.sync()
    assert board(world).public
    world.ann.edit_board(public=False)
    (note,) = world.plan().drift
    assert (note.name, note.verdict) == ("public", Verdict.DRIFT)
    world.pull()
    assert "public: false" in world.text
    assert [c for c in world.plan().changes if not c.is_refresh] == []
    world.sync()
    world.edit("public: false", "public: true")
    (change,) = of_kind(world.plan(), ChangeKind.PROJECT)
    assert change.drifted == ()
    world.sync()
    assert board(world).public
    assert world.plan().changes == ()


def test_a_board_is_copied_from_its_template_once(world: World) -> None:
    """Fields and views come along; what differs is set; the copy is shown on the repository."""
    template = make(world, "Template")
    world.ann.edit_view("View 1", new_name="work", project="Template")
    declared = DECLARED.replace("description:", "template: octo-org/1\n  description:")
    world.write(declared + STORY)
    assert "template" in of_kind(world.plan(), ChangeKind.PROJECT)[0].fields
    world.sync()
    assert list(views(world, 2)) == ["work", "Bugs", "Plan"]
    assert views(world, 2)["work"].layout == "BOARD_LAYOUT"
    assert board(world, 2).short_description == "What we build"
    assert board(world, 2).repositories != []
    assert [v.name for v in board_views.views_of(world.sandbox.store, template)] == ["work"]
    world.edit("title: Widgets", "title: Third")
    world.edit("octo-org/1", "octo-org/7")
    (problem,) = world.plan().deferred
    assert "its template cannot be read" in problem.reason


def test_a_server_without_views_defers_them(world: World) -> None:
    """Nothing is sent that it would not understand; the clicks are named."""
    world.sandbox.features = Features(view_writes=False)
    world.write(DECLARED + STORY)
    plan = world.plan()
    reasons = {d.key: d.hint for d in plan.deferred}
    assert reasons["Bugs"] == "add it on the board's page: New view, table, Bugs"
    world.sync()
    assert list(views(world)) == ["View 1"]


@pytest.mark.parametrize("order", ["rename", "delete"])
def test_columns_that_do_not_exist_are_left_out(world: World, order: str) -> None:
    """A view is created all the same, and the plan says what it lacks."""
    world.write(DECLARED.replace("Assignees]", f"{order}]") + STORY)
    assert any(order in each.reason for each in world.plan().deferred)
    world.sync()
    assert columns(world, "Bugs") == ["Title", "Story Points"]


def test_an_undo_restores_what_a_run_overwrote_and_leaves_new_views(world: World) -> None:
    """Layout and filter, and the board's description, if they are as the run left them."""
    world.write(DECLARED + STORY)
    world.sync()
    world.ann.edit_view("Work", layout="table")
    world.ann.edit_board(short_description="Theirs")
    view, there = views(world)["Work"], board(world)
    overwritten = (
        Overwritten(ChangeKind.VIEW, view.node_id, "layout", "roadmap", "table", "Work", "Work"),
        Overwritten(ChangeKind.PROJECT, there.node_id, "description", "Old", "Theirs", "board"),
        Overwritten(ChangeKind.VIEW, view.node_id, "filter", "is:open", "is:closed", "Work"),
    )
    run = RunRecord(1, world.now, overwritten=overwritten)
    undone = undo_plan(world.observe(), run)
    fields = {c.title: c.fields for c in undone.plan.changes}
    assert fields["Work"] == {"layout": FieldChange("table", "roadmap")}
    assert fields["Widgets"] == {"description": FieldChange("Theirs", "Old")}
    (left,) = undone.plan.warnings
    assert "filter of the view Work changed since" in left.message


def test_columns_may_be_fields_that_the_same_run_creates(world: World) -> None:
    """A board field, an issue field of the organization, and one that it gets first."""
    boss = Person(world.sandbox, "boss", permission="admin", repository=REPOSITORY)
    boss.add_issue_field("Size", "NUMBER")
    fields = (
        "issue_fields:\n  Priority: {type: single_select}\n  Size: number\n  Team: {type: text}\n"
    )
    shown = "Assignees, Priority, size, Team]"
    world.write(DECLARED.replace("Assignees]", shown) + fields + STORY)
    world.options = PlanOptions(create_issue_fields=True)
    assert [d for d in world.plan().deferred if d.key == "Bugs"] == []
    world.sync()
    expected = ["Title", "Story Points", "Assignees", "Priority", "Size", "Team"]
    assert columns(world, "Bugs") == expected
    world.edit("title: Widgets", "title: Gears")
    world.edit(world.text[world.text.index("  views:") : world.text.index("issue_fields:")], "")
    world.sync()
    table = board_views.views_of(world.sandbox.store, board(world, 2))[2]
    names = {f.id: f.name for f in world.sandbox.store.fields[table.project].values()}
    expected = ["Title", "Assignees", "Status", "Story Points", "Priority", "Size"]
    assert [names[number] for number in table.fields] == expected
