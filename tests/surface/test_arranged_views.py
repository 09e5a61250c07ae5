"""Views that are grouped and sorted: set while they are created, and named as clicks after that."""

from pathlib import Path

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.plan import Result
from github_sandbox import board_views
from github_sandbox.features import Features
from github_sandbox.models import Account
from tests.surface.conftest import World, of_kind
from tests.surface.test_board import board

DECLARED = """\
project:
  title: Widgets
  fields:
    Story Points: {type: number}
    Sprint: {type: single_select, options: [One, Two]}
  views:
    - name: Epics
      layout: table
      filter: "is:open"
      fields: [Title, Story Points]
      group_by: parent issue
      sort_by: [Story Points desc, Title]
    - {name: Sprints, layout: board, column_by: Sprint, group_by: Milestone}
    - {name: Work, layout: board}
"""
STORY = "stories:\n  - {id: a, title: A, story_points: 3}\n"
ARRANGED = {
    "Epics": (["Parent issue"], [], ["Story Points desc", "Title"]),
    "Sprints": (["Milestone"], ["Sprint"], []),
    "Work": ([], ["Status"], []),
}


def arranged(world: World) -> dict[str, tuple[list[str], list[str], list[str]]]:
    """How the views are grouped, their columns, and how they are sorted."""
    store = world.sandbox.store
    project = next(iter(store.projects[_owner(world).id].values()))
    names = {field.id: field.name for field in store.fields[project.id].values()}
    return {
        view.name: (
            [names[n] for n in view.group_by],
            [names[n] for n in view.vertical_group_by],
            [names[n] + " desc" * (n in view.descending) for n in view.sort_by],
        )
        for view in board_views.views_of(store, project)
        if view.name != "View 1"
    }


def _owner(world: World) -> Account:
    repository = next(iter(world.sandbox.store.repositories.values()))
    return world.sandbox.store.get(Account, repository.owner)


def test_views_are_grouped_and_sorted_when_they_are_created(world: World) -> None:
    """One request each, which sets filter and columns too; the next run is silent."""
    world.write(DECLARED + STORY)
    world.sync()
    assert arranged(world) == ARRANGED
    paths = [entry.path for entry in world.sandbox.log if entry.path.endswith("/views")]
    assert paths == ["/orgs/octo-org/projectsV2/1/views"] * 2
    (epics,) = [v for v in board_views.views_of(world.sandbox.store, board(world)) if v.filter]
    assert epics.filter == "is:open"
    plan = world.plan()
    assert (plan.changes, plan.deferred) == ((), ())


def test_what_differs_later_is_a_click(world: World) -> None:
    """Nothing is sent: no API changes it. The hint has the page, and the file's own way out."""
    world.write(DECLARED + STORY)
    world.sync()
    world.edit("group_by: Milestone", "group_by: Sprint, sort_by: Title")
    plan = world.plan()
    assert [c for c in plan.changes if c.kind is ChangeKind.VIEW] == []
    assert [(d.key, d.reason) for d in plan.deferred] == [
        ("Sprints", "Group by is Milestone, the file says Sprint"),
        ("Sprints", "Sort by is none, the file says Title"),
    ]
    assert "/orgs/octo-org/projects/1/views/3" in plan.deferred[0].hint
    world.edit("column_by: Sprint, ", "")
    assert len(world.plan().deferred) == 2
    assert world.mutations(world.run) == 0


def test_a_server_that_takes_no_grouping_creates_the_view_without(world: World) -> None:
    """The outcome says so, and the next plan names the clicks."""
    world.sandbox.features = Features(view_arrangement=False)
    world.write(DECLARED + STORY)
    applied = world.run()
    views = [o for o in applied.outcomes if o.change.kind is ChangeKind.VIEW]
    assert {o.result for o in views} == {Result.APPLIED}
    lacking = ("group_by and sort_by", "group_by and column_by")
    tail = "; the next plan names what to set in its menu"
    reasons = [*(f"this server did not take {names}{tail}" for names in lacking), ""]
    assert [o.reason for o in views] == reasons
    plain: tuple[list[str], list[str], list[str]] = ([], ["Status"], [])
    assert arranged(world) == {"Epics": ([], [], []), "Sprints": plain, "Work": plain}
    plan = world.plan()
    assert of_kind(plan, ChangeKind.VIEW) == []
    assert [d.key for d in plan.deferred] == ["Epics", "Epics", "Sprints", "Sprints"]


@pytest.mark.parametrize("by_login", [True, False])
def test_boards_of_people_are_found_by_login_or_id(user_world: World, by_login: bool) -> None:
    """GitHub's description demands the id, and clients report both."""
    user_world.sandbox.features = Features(user_views_by_login=by_login)
    user_world.write(DECLARED + STORY)
    user_world.sync()
    assert arranged(user_world) == ARRANGED


def test_a_field_that_does_not_exist_is_left_out(world: World) -> None:
    """The view is created without it, and the plan says so."""
    world.write(DECLARED.replace("column_by: Sprint", "column_by: Team") + STORY)
    (deferred,) = [d for d in world.plan().deferred if d.key == "Sprints"]
    assert deferred.reason == "the board has no field Team for column_by"
    world.sync()
    assert arranged(world)["Sprints"] == (["Milestone"], ["Status"], [])


def test_a_field_that_could_not_be_created_is_left_out(world: World) -> None:
    """GitHub refuses the name; the view is created without it."""
    text = DECLARED.replace("Story Points: {type: number}", "Closed: {type: date}")
    world.write(text.replace("Story Points", "Closed") + "stories: [{id: a, title: A}]\n")
    applied = world.run()
    failed = [each.change.key for each in applied.outcomes if each.result is Result.FAILED]
    assert failed == ["Closed"]
    assert arranged(world)["Epics"] == (["Parent issue"], [], ["Title"])


def test_a_lost_answer_creates_no_second_view(world: World, tmp_path: Path) -> None:
    """A run that follows finds it by its name."""
    del tmp_path
    sent = world.sandbox.handle
    lost: list[str] = []

    def breaks(request):  # type: ignore[no-untyped-def] # a wrapper of one call
        answer = sent(request)
        if request.path.endswith("/views") and not lost:
            lost.append(request.path)
            raise ConnectionResetError
        return answer

    world.write(DECLARED + STORY)
    world.sandbox.handle = breaks  # type: ignore[method-assign] # one answer is lost
    world.run()
    world.sync()
    assert lost
    assert arranged(world) == ARRANGED
