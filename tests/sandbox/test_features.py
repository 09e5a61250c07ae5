"""Servers and tokens that can do less."""

from importlib.resources import files

import pytest
from graphql import assert_valid_schema, build_schema

from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.features import Features, enterprise, prune
from tests.sandbox.conftest import REPOSITORY, World

INPUTS = 'query { __type(name: "CreateIssueInput") { inputFields { name } } }'


def inputs(world: World) -> set[str]:
    """What `createIssue` takes."""
    return {field["name"] for field in world.ask(INPUTS)["__type"]["inputFields"]}


@pytest.mark.parametrize("features", [Features(), enterprise("3.17")])
def test_the_schema_is_valid(features: Features) -> None:
    """The text is validated here, and not at each start of the simulator."""
    text = files("github_sandbox").joinpath("schema.graphql").read_text("utf-8")
    assert_valid_schema(build_schema(prune(text, features)))


def test_an_older_enterprise_server_lacks_what_came_later(world: World) -> None:
    """Fields, inputs and mutations are gone from the schema, and say so in GitHub's words."""
    number = world.issue("One")
    world.sandbox.features = enterprise("3.17")
    assert not inputs(world) & {"parentIssueId", "issueTypeId", "projectV2Ids"}
    for field in ("parent { id }", "blockedBy(first: 1) { totalCount }", "issueType { name }"):
        query = f"query($id: ID!) {{ node(id: $id) {{ ... on Issue {{ {field} }} }} }}"
        error = world.refused(query, id=number)
        assert "doesn't exist on type 'Issue'" in error["message"]
    error = world.refused(
        "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }",
        i={"repositoryId": world.repository_id, "title": "Two", "parentIssueId": number},
    )
    assert "parentIssueId" in error["message"]
    for path in ("sub_issues", "dependencies/blocked_by"):
        assert world.send("GET", f"/repos/{REPOSITORY}/issues/1/{path}").status == 404


def test_a_later_enterprise_server_has_dependencies(world: World) -> None:
    """3.19 has them; everything else is as before."""
    world.sandbox.features = enterprise("3.19")
    number = world.issue("One")
    found = world.ask(
        "query($id: ID!) { node(id: $id) { ... on Issue { blockedBy(first: 1) { totalCount } } } }",
        id=number,
    )
    assert found["node"]["blockedBy"]["totalCount"] == 0
    assert world.send("GET", f"/repos/{REPOSITORY}/issues/1/sub_issues").status == 404


def test_single_features_are_switched_off(world: World) -> None:
    """One input less, and nothing else; boards can be gone altogether."""
    everything = inputs(world)
    world.sandbox.features = Features(create_with_board=False)
    assert everything - inputs(world) == {"projectV2Ids"}
    world.sandbox.features = Features(projects=False)
    error = world.refused(
        'query { repositoryOwner(login: "octo-org") { ... on ProjectV2Owner { id } } }'
    )
    assert "ProjectV2Owner" in error["message"]


@pytest.mark.parametrize(
    ("grant", "readable", "writable", "header"),
    [
        (Grant("ada"), True, True, "admin:org, project, repo"),
        (Grant("ada", board_writes=False, scopes=None), True, False, None),
        (Grant("ada", scopes=("repo", "read:project")), True, False, "repo, read:project"),
        (Grant("ada", scopes=("repo",)), False, False, "repo"),
        (Grant("github-actions[bot]", "write", projects=False, scopes=None), False, False, None),
    ],
)
def test_what_tokens_may_do_with_boards(
    world: World, grant: Grant, readable: bool, writable: bool, header: str | None
) -> None:
    """Scopes and rights decide who sees a board and who may change it; the header tells scopes."""
    world.board("Widgets")
    world.sandbox.tokens["own"] = grant
    world.token = "own"
    response = world.send(
        "POST",
        "/graphql",
        {"query": 'query { organization(login: "octo-org") { projectV2(number: 1) {'
                  " viewerCanUpdate } } }"},
    )  # fmt: skip
    answer = response.json()
    board = (answer.get("data") or {}).get("organization", {}).get("projectV2")
    assert (board is not None) == readable
    assert bool(board and board["viewerCanUpdate"]) == writable
    assert response.headers.get("X-OAuth-Scopes") == header


def test_a_token_without_the_scope_writes_nothing(world: World) -> None:
    """A classic token with `read:org` alone reads what is public and opens no issue."""
    world.sandbox.tokens["own"] = Grant("ada", scopes=("read:org",))
    world.token = "own"
    error = world.refused(
        "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }",
        i={"repositoryId": world.repository_id, "title": "Two"},
    )
    assert error["type"] == "FORBIDDEN"


def test_who_cannot_be_assigned_is_left_out(world: World) -> None:
    """Somebody without access is no assignable user, and is dropped without a word."""
    world.sandbox.ensure_user("ada")
    stranger = world.sandbox.ensure_user("stranger", permission="none")
    found = world.ask(
        'query { repository(owner: "octo-org", name: "widgets") {'
        ' assignableUsers(first: 9, query: "a") { nodes { login } } } }'
    )
    logins = [user["login"] for user in found["repository"]["assignableUsers"]["nodes"]]
    assert "ada" in logins
    assert "stranger" not in logins
    made = world.issue("One", assigneeIds=[stranger.node_id])
    assert world.sandbox.store.issue(made).assignees == []


def test_a_board_can_be_kept_to_issues_of_its_owner(world: World) -> None:
    """As reported of github.com: refused in its words, both ways to put an issue on a board."""
    world.sandbox.features = Features(foreign_cards=False)
    board = Person(world.sandbox, "ann", repository=REPOSITORY).add_board("octo-org", "Board")
    there = world.sandbox.ensure_repository("cat-org/other")
    issue = Person(world.sandbox, "ann", repository="cat-org/other").open_issue("Theirs")
    adding = "addProjectV2ItemById(input: $i) { item { id } }"
    add = f"mutation($i: AddProjectV2ItemByIdInput!) {{ {adding} }}"
    create = "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }"
    made = {"repositoryId": there.node_id, "title": "New", "projectV2Ids": [board.node_id]}
    for query, given in (
        (add, {"projectId": board.node_id, "contentId": issue.node_id}),
        (create, made),
    ):
        error = world.refused(query, i=given)
        assert error["type"] == "VALIDATION"
        assert error["message"].endswith("must belong to a repository owned by octo-org")
    ours = {"projectId": board.node_id, "contentId": world.issue("Ours")}
    assert world.ask(add, i=ours)["addProjectV2ItemById"]["item"]["id"]
