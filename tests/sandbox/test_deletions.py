"""Deleting boards, issue fields and issue types, with everything that belongs to them."""

from pathlib import Path
from typing import Any

from github_sandbox.access import Grant
from tests.sandbox.conftest import World
from tests.sandbox.test_state import everything
from tests.sandbox.test_writes import mutate, refusal

CARDS = (
    "query($id: ID!) { node(id: $id) { ... on Issue { projectItems(first: 5) { totalCount } } } }"
)
BOARD = """query($id: ID!) { node(id: $id) { ... on ProjectV2 {
  fields(first: 50) { nodes { ... on ProjectV2FieldCommon { name } } }
  views(first: 5) { nodes { fields(first: 50) { totalCount } } } } } }"""
TYPED = "query($id: ID!) { node(id: $id) { ... on Issue { issueType { name } } } }"


def gone(world: World, node_id: str) -> bool:
    """Whether a node cannot be found."""
    query = "query($id: ID!) { node(id: $id) { id } }"
    return bool(world.refused(query, id=node_id)["type"] == "NOT_FOUND")


def test_a_deleted_board_takes_its_cards_along(tmp_path: Path) -> None:
    """The issue stays; other boards stay; the next process knows neither board nor cards."""
    world = World(tmp_path / "sandbox")
    other, project = world.board("Other"), world.board()
    issue = world.issue(projectV2Ids=[other, project])
    field = world.field(project, "Points", "NUMBER")["id"]
    world.set_value(project, card := world.card(project, issue), field, number=3)
    update = {"projectId": project, "body": "So far"}
    mutate(world, "createProjectV2StatusUpdate", "statusUpdate { id }", **update)
    mutate(world, "deleteProjectV2", "clientMutationId", projectId=project)
    assert all(gone(world, each) for each in (project, card, field))
    assert world.ask(CARDS, id=issue)["node"]["projectItems"]["totalCount"] == 1
    before = everything(world.sandbox)
    world.sandbox.close()
    again = World(tmp_path / "sandbox")
    assert everything(again.sandbox) == before
    again.sandbox.close()


def test_a_deleted_issue_field_takes_values_and_columns_along(world: World) -> None:
    """Also from the views that show its column."""
    node = "issueField { ... on Node { id } }"
    given = {"ownerId": world.owner_id, "name": "Notes", "dataType": "TEXT"}
    field = mutate(world, "createIssueField", node, **given)["issueField"]["id"]
    project = world.board()
    shown = {"projectId": project, "issueFieldId": field}
    column = "projectV2Field { ... on ProjectV2FieldCommon { id } }"
    made = mutate(world, "createProjectV2IssueField", column, **shown)["projectV2Field"]["id"]
    view = {"projectId": project, "name": "Notes", "layout": "TABLE_LAYOUT"}
    columns = {"configuration": {"visibleFieldIds": [made]}}
    mutate(world, "createProjectV2View", "projectV2View { id }", **view, **columns)
    mutate(world, "deleteIssueField", "clientMutationId", fieldId=field)
    board: dict[str, Any] = world.ask(BOARD, id=project)["node"]
    assert {"name": "Notes"} not in board["fields"]["nodes"]
    assert [view["fields"]["totalCount"] for view in board["views"]["nodes"]] == [3, 0]
    assert gone(world, field)


def test_a_deleted_issue_type_is_taken_from_its_issues(world: World) -> None:
    """Only an admin may delete one."""
    given = {"ownerId": world.owner_id, "name": "Spike", "isEnabled": True}
    made = mutate(world, "createIssueType", "issueType { id }", **given)["issueType"]["id"]
    issue = world.issue(issueTypeId=made)
    admin, world.token = world.token, "writer"
    world.sandbox.tokens["writer"] = Grant("eve", "write")
    assert "FORBIDDEN" in refusal(world, "deleteIssueType", issueTypeId=made)
    world.token = admin
    mutate(world, "deleteIssueType", "clientMutationId", issueTypeId=made)
    assert world.ask(TYPED, id=issue)["node"]["issueType"] is None
