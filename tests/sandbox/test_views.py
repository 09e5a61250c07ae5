"""Views, workflows and copies of boards in the sandbox, with the traps that GitHub sets."""

import re
from typing import Any

from github_sandbox.actors import Person
from github_sandbox.features import Features, enterprise
from tests.sandbox.conftest import World
from tests.sandbox.test_page import BOARD, get, look
from tests.sandbox.test_writes import mutate, refusal

VIEWS = """query($id: ID!) { node(id: $id) { ... on ProjectV2 {
  shortDescription readme
  views(first: 50) { nodes { id number name layout filter
    fields(first: 50) { nodes { ... on ProjectV2FieldCommon { name } } }
    groupByFields(first: 9) { totalCount } sortByFields(first: 9) { totalCount } } }
  view(number: 1) { name }
  workflows(first: 50) { nodes { name enabled } }
  fields(first: 50) { nodes { ... on ProjectV2FieldCommon { id name }
    ... on ProjectV2SingleSelectField { options { id name } } } }
  items(first: 50) { totalCount } } } }"""

VIEW = "projectV2View { id name layout filter fields(first: 9) { nodes { ... on ProjectV2Field {"
VIEW += " name } } } }"


def shown(world: World, project: str) -> dict[str, Any]:
    """A board with its views as GraphQL tells them."""
    found: dict[str, Any] = world.ask(VIEWS, id=project)["node"]
    return found


def new_view(world: World, project: str, name: str, layout: str, **more: Any) -> dict[str, Any]:
    """A view that is created."""
    given = {"projectId": project, "name": name, "layout": f"{layout}_LAYOUT", **more}
    view: dict[str, Any] = mutate(world, "createProjectV2View", VIEW, **given)["projectV2View"]
    return view


def test_a_new_board_has_one_view_and_two_workflows_that_are_on(world: World) -> None:
    """ "View 1" is a table with three fields; nothing is grouped or sorted."""
    board = shown(world, world.board())
    (view,) = board["views"]["nodes"]
    assert (view["number"], view["name"], view["layout"]) == (1, "View 1", "TABLE_LAYOUT")
    assert view["filter"] is None
    assert board["view"] == {"name": "View 1"}
    assert [f["name"] for f in view["fields"]["nodes"]] == ["Title", "Assignees", "Status"]
    assert view["groupByFields"]["totalCount"] == view["sortByFields"]["totalCount"] == 0
    on = [w["name"] for w in board["workflows"]["nodes"] if w["enabled"]]
    assert on == ["Item closed", "Pull request merged"]


def test_creating_takes_no_filter_and_new_columns_hide_the_type(world: World) -> None:
    """The two traps: a filter needs a second call, and columns set later drop the Type column."""
    project = world.board()
    points = world.field(project, "Story Points", "NUMBER")["id"]
    view = new_view(world, project, "Bugs", "TABLE", configuration={"visibleFieldIds": [points]})
    assert [f["name"] for f in view["fields"]["nodes"]] == ["Story Points"]
    stored = next(v for v in world.sandbox.store.views[_number(world)].values() if v.number == 2)
    assert stored.shows_type
    error = world.refused(
        "mutation($i: CreateProjectV2ViewInput!) { createProjectV2View(input: $i)"
        " { clientMutationId } }",
        i={"projectId": project, "name": "X", "layout": "TABLE_LAYOUT", "filter": "is:open"},
    )
    assert "filter" in error["message"]
    change = {"viewId": view["id"], "filter": "label:bug", "name": " Open bugs "}
    changed = mutate(world, "updateProjectV2View", VIEW, **change)["projectV2View"]
    assert (changed["name"], changed["filter"]) == ("Open bugs", "label:bug")
    assert stored.shows_type
    columns = {"viewId": view["id"], "configuration": {"visibleFieldIds": [points]}}
    mutate(world, "updateProjectV2View", VIEW, **columns)
    assert not stored.shows_type
    assert (
        mutate(world, "updateProjectV2View", VIEW, viewId=view["id"], filter="")["projectV2View"][
            "filter"
        ]
        is None
    )


def _number(world: World) -> int:
    return next(iter(world.sandbox.store.views))


def test_what_cannot_be_is_refused(world: World) -> None:
    """No name, fields of another board, columns of a roadmap, a last view that is deleted."""
    project, other = world.board(), world.board("Other")
    foreign = world.field(other, "Points", "NUMBER")["id"]
    base = {"projectId": project, "layout": "TABLE_LAYOUT"}
    assert "blank" in refusal(world, "createProjectV2View", name=" ", **base)
    columns = {"configuration": {"visibleFieldIds": [foreign]}}
    assert "belong" in refusal(world, "createProjectV2View", name="A", **base, **columns)
    own = shown(world, project)["fields"]["nodes"][0]["id"]
    roadmap = {"projectId": project, "layout": "ROADMAP_LAYOUT", "name": "Plan"}
    columns = {"configuration": {"visibleFieldIds": [own]}}
    assert "roadmap" in refusal(world, "createProjectV2View", **roadmap, **columns)
    first = shown(world, project)["views"]["nodes"][0]["id"]
    assert "last" in refusal(world, "deleteProjectV2View", viewId=first)
    new_view(world, project, "View 1", "BOARD")
    mutate(world, "deleteProjectV2View", "deletedViewId", viewId=first)
    assert [v["number"] for v in shown(world, project)["views"]["nodes"]] == [2]


def test_rest_creates_a_view_with_its_filter(world: World) -> None:
    """For organizations and users, each under its own path; the fields are numbers."""
    project = world.board()
    field = next(iter(world.sandbox.store.fields[_number(world)].values()))
    path = "/orgs/octo-org/projectsV2/1/views"
    body = {"name": "Bugs", "layout": "table", "filter": "label:bug", "visible_fields": [field.id]}
    answer = world.send("POST", path, body)
    assert answer.status == 201
    assert answer.json()["filter"] == "label:bug"
    assert answer.json()["visible_fields"] == [field.id]
    assert [v["filter"] for v in shown(world, project)["views"]["nodes"]] == [None, "label:bug"]
    assert world.send("POST", path.replace("orgs", "users"), body).status == 404
    assert world.send("POST", path, body | {"layout": "list"}).status == 422
    assert world.send("POST", path, body | {"visible_fields": [1]}).status == 422


def test_a_copy_has_fields_views_and_workflows_of_its_own_and_no_issues(world: World) -> None:
    """Every id of a copy is new; drafts come along only if asked."""
    project = world.board("Template")
    world.field(
        project,
        "Size",
        "SINGLE_SELECT",
        singleSelectOptions=[{"name": "S", "color": "GRAY", "description": ""}],
    )
    new_view(world, project, "Bugs", "BOARD")
    mutate(world, "updateProjectV2", "projectV2 { id }", projectId=project, readme="How we work")
    world.card(project, world.issue())
    given = {"projectId": project, "ownerId": world.owner_id, "title": "Copy"}
    copied = mutate(world, "copyProjectV2", "projectV2 { id number }", **given)["projectV2"]
    source, copy = shown(world, project), shown(world, copied["id"])
    assert copied["number"] == 2
    assert copy["readme"] == "How we work"
    names = [[v["name"] for v in board["views"]["nodes"]] for board in (source, copy)]
    assert names[0] == names[1] == ["View 1", "Bugs"]
    assert copy["workflows"] == source["workflows"]
    sizes = [
        next(f for f in board["fields"]["nodes"] if f["name"] == "Size") for board in (source, copy)
    ]
    assert sizes[0]["id"] != sizes[1]["id"]
    assert sizes[0]["options"][0]["id"] != sizes[1]["options"][0]["id"]
    assert (source["items"]["totalCount"], copy["items"]["totalCount"]) == (1, 0)


def test_an_older_server_cannot_write_views(world: World) -> None:
    """The mutations and their inputs are gone; views can be read."""
    project = world.board()
    world.sandbox.features = enterprise("3.19")
    found = world.ask('{ __type(name: "CreateProjectV2ViewInput") { name } }')
    assert found["__type"] is None
    assert len(shown(world, project)["views"]["nodes"]) == 1


def test_the_page_of_a_board_has_its_views_as_tabs(world: World) -> None:
    """A table with columns, a board with the filter applied, and a roadmap."""
    project = world.board()
    target = world.field(project, "Target", "DATE")["id"]
    cart, bug = world.issue("Keep a cart"), world.issue("Fix the total")
    world.set_value(project, world.card(project, cart), target, date="2026-03-31")
    world.card(project, bug)
    new_view(world, project, "Open work", "BOARD")
    new_view(world, project, "Plan", "ROADMAP")
    ann = Person(world.sandbox, "ann")
    ann.edit_view("Open work", filter_query='is:open -total no:milestone "cart"')
    page = look(world, BOARD)
    assert [link for link in page.links if "view=" in link] == [
        f"{BOARD}?view={number}" for number in (1, 2, 3)
    ]
    table = look(world, f"{BOARD}?view=1").words
    assert re.search("Title Type Assignees .*Status ", table)
    assert "Fix the total" in table
    board = look(world, f"{BOARD}?view=2").words
    assert "Keep a cart" in board
    assert "Fix the total" not in board
    assert "This view shows" in board
    assert "2026-03-31" in look(world, f"{BOARD}?view=3").words
    ann.edit_view("Open work", filter_query="has:target,status is:closed,open nobody:knows")
    assert "Keep a cart" not in look(world, f"{BOARD}?view=2").words
    assert get(world, f"{BOARD}?view=9").status == get(world, f"{BOARD}?view=x").status == 404


def test_rest_groups_and_sorts_a_new_view(world: World) -> None:
    """What can be read later and not changed; a server without it refuses the key."""
    project = world.board()
    fields = {f.name: f.id for f in world.sandbox.store.fields[_number(world)].values()}
    path = "/orgs/octo-org/projectsV2/1/views"
    body = {
        "name": "Work",
        "layout": "board",
        "group_by": [fields["Milestone"]],
        "vertical_group_by": [fields["Status"]],
        "sort_by": [[fields["Title"], "desc"]],
    }
    answer = world.send("POST", path, body)
    assert answer.status == 201
    assert {name: answer.json()[name] for name in body} == body
    arrangement = """query($id: ID!) { node(id: $id) { ... on ProjectV2 { views(last: 1) { nodes {
      groupByFields(first: 9) { nodes { ... on ProjectV2FieldCommon { name } } }
      verticalGroupByFields(first: 9) { nodes { ... on ProjectV2FieldCommon { name } } }
      sortByFields(first: 9) { nodes { direction field {
        ... on ProjectV2FieldCommon { name } } } } } } } } }"""
    (view,) = world.ask(arrangement, id=project)["node"]["views"]["nodes"]
    assert view["groupByFields"]["nodes"] == [{"name": "Milestone"}]
    assert view["verticalGroupByFields"]["nodes"] == [{"name": "Status"}]
    assert view["sortByFields"]["nodes"] == [{"direction": "DESC", "field": {"name": "Title"}}]
    for wrong in (
        {"group_by": [fields["Title"]]},
        {"group_by": [1]},
        {"group_by": [fields["Status"], fields["Milestone"]]},
        {"sort_by": [[fields["Title"], "up"]]},
        {"sort_by": [fields["Title"]]},
        {"layout": "table"},
    ):
        assert world.send("POST", path, body | wrong).status == 422
    world.sandbox.features = Features(view_arrangement=False)
    refused = world.send("POST", path, body)
    assert (refused.status, "not a permitted key" in refused.json()["message"]) == (422, True)


def test_the_page_of_a_view_is_grouped_and_sorted(world: World) -> None:
    """A table has a group for each value, a board a lane; an epic spans its items on a roadmap."""
    board = world.board()
    points = world.field(board, "Story Points", "NUMBER")["id"]
    target = world.field(board, "Target", "DATE")["id"]
    epic = world.issue("Checkout")
    world.card(board, epic)
    for title, value, day in (
        ("Keep", 3, "2026-03-31"),
        ("Merge", 8, "2026-04-02"),
        ("Pay", 3, ""),
    ):
        issue = world.issue(title)
        card = world.card(board, issue)
        world.set_value(board, card, points, number=value)
        if day:
            world.set_value(board, card, target, date=day)
            world.ask(
                "mutation($i: AddSubIssueInput!) { addSubIssue(input: $i) { issue { id } } }",
                i={"issueId": epic, "subIssueId": issue},
            )
    for name, layout in (("Rows", "TABLE"), ("Lanes", "BOARD"), ("Plan", "ROADMAP")):
        new_view(world, board, name, layout)
    for view in world.sandbox.store.views[_number(world)].values():
        fields = world.sandbox.store.fields[view.project].values()
        numbers = [field.id for field in fields if field.name == "Story Points"]
        view.group_by, view.sort_by = numbers, [*numbers, view.fields[0]]
        view.descending = view.fields[:1]
    table, lanes, plan = (look(world, f"{BOARD}?view={number}").words for number in (2, 3, 4))
    groups = re.sub(r" Assignees: none Status: none", "", table)
    assert "3 2 Pay #4 Keep #2 8 1 Merge #3 No Story Points 1 Checkout #1" in groups
    assert re.search("Pay .*Keep .*Merge .*No Story Points", lanes)
    assert "Checkout , 2026-03-31 to 2026-04-02" in plan
    someday = world.card(board, world.issue("Someday"))
    world.set_value(board, someday, target, date="9999-12-31")
    assert "Someday" in look(world, f"{BOARD}?view=4").words
