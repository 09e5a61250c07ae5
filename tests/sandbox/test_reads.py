"""What the sandbox answers to GraphQL queries."""

from datetime import timedelta
from typing import Any

import pytest

from github_sandbox.access import Grant
from github_sandbox.actors import Person
from tests.sandbox.conftest import World


def numbers(answer: dict[str, Any]) -> list[int]:
    """The numbers of a page of issues."""
    return [node["number"] for node in answer["repository"]["issues"]["nodes"]]


ISSUES = """query($first: Int, $last: Int, $after: String, $before: String, $filter: IssueFilters,
                  $order: IssueOrder, $states: [IssueState!], $labels: [String!]) {
  repository(owner: "octo-org", name: "widgets") {
    issues(first: $first, last: $last, after: $after, before: $before, filterBy: $filter,
           orderBy: $order, states: $states, labels: $labels) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { number } edges { cursor node { number } } } } }"""


def test_a_fresh_repository_has_what_github_gives_it(world: World) -> None:
    """Nine default labels with their colours, three issue types, nothing else."""
    found = world.ask(
        """{ repository(owner: "Octo-Org", name: "WIDGETS") {
             nameWithOwner viewerPermission hasIssuesEnabled isArchived isPrivate
             owner { __typename login }
             labels(first: 20) { nodes { name color isDefault } }
             issueTypes(first: 10) { nodes { name color isEnabled } }
             milestones(first: 10) { totalCount } issues { totalCount } } }"""
    )["repository"]
    assert found["nameWithOwner"] == "octo-org/widgets"
    assert found["viewerPermission"] == "ADMIN"
    assert found["owner"] == {"__typename": "Organization", "login": "octo-org"}
    colors = {label["name"]: label["color"] for label in found["labels"]["nodes"]}
    assert colors["bug"] == "d73a4a"
    assert colors["wontfix"] == "ffffff"
    assert len(colors) == 9
    assert [kind["name"] for kind in found["issueTypes"]["nodes"]] == ["Task", "Bug", "Feature"]
    assert found["issues"]["totalCount"] == 0


def test_a_users_repository_has_no_issue_types(user_world: World) -> None:
    """Issue types belong to organisations; elsewhere the list is null."""
    found = user_world.ask(
        """{ viewer { login }
             repository(owner: "octo-org", name: "widgets") { issueTypes(first: 10) { totalCount }
               issueType(name: "Bug") { id } } }"""
    )
    assert found["repository"] == {"issueTypes": None, "issueType": None}
    assert found["viewer"]["login"] == "octo-org"


def test_pages_lead_through_all_issues_once(world: World) -> None:
    """Cursors carry from page to page, forwards and backwards."""
    for number in range(7):
        world.issue(f"Issue {number}")
    first = world.ask(ISSUES, first=3)
    page = first["repository"]["issues"]
    assert numbers(first) == [1, 2, 3]
    assert page["totalCount"] == 7
    assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert page["edges"][-1]["cursor"] == page["pageInfo"]["endCursor"]
    second = world.ask(ISSUES, first=3, after=page["pageInfo"]["endCursor"])
    assert numbers(second) == [4, 5, 6]
    third = world.ask(
        ISSUES, first=3, after=second["repository"]["issues"]["pageInfo"]["endCursor"]
    )
    assert numbers(third) == [7]
    assert third["repository"]["issues"]["pageInfo"]["hasNextPage"] is False
    back = world.ask(
        ISSUES, last=2, before=second["repository"]["issues"]["pageInfo"]["startCursor"]
    )
    assert numbers(back) == [2, 3]


def test_a_page_is_not_disturbed_by_what_comes_or_goes_elsewhere(world: World) -> None:
    """An issue deleted from the first page, one added at the end: the second page is right."""
    for number in range(5):
        world.issue(f"Issue {number}")
    page = world.ask(ISSUES, first=2)["repository"]["issues"]
    deleted = world.sandbox.store.issues[world.sandbox.repository("octo-org/widgets").id][1]
    world.ask(
        "mutation($id: ID!) { deleteIssue(input: {issueId: $id}) { repository { id } } }",
        id=deleted.node_id,
    )
    world.issue("Issue 6")
    rest = world.ask(ISSUES, first=10, after=page["pageInfo"]["endCursor"])
    assert numbers(rest) == [3, 4, 5, 6]


def test_issues_can_be_filtered_and_ordered(world: World) -> None:
    """States, labels, `since` (at or after) and orders do what GitHub's do."""
    bug = world.ask(
        '{ repository(owner: "octo-org", name: "widgets") { label(name: "BUG") { id } } }'
    )
    world.issue("one", labelIds=[bug["repository"]["label"]["id"]])
    world.wait(60)
    two = world.issue("two")
    world.ask("mutation($id: ID!) { closeIssue(input: {issueId: $id}) { issue { id } } }", id=two)
    since = world.moment.isoformat()
    world.wait(60)
    world.issue("three")
    assert numbers(world.ask(ISSUES, first=9, states=["OPEN"])) == [1, 3]
    assert numbers(world.ask(ISSUES, first=9, labels=["Bug"])) == [1]
    assert numbers(world.ask(ISSUES, first=9, filter={"since": since})) == [2, 3]
    late = (world.moment + timedelta(seconds=1)).isoformat()
    assert numbers(world.ask(ISSUES, first=9, filter={"since": late})) == []
    newest = {"field": "CREATED_AT", "direction": "DESC"}
    assert numbers(world.ask(ISSUES, first=2, order=newest)) == [3, 2]
    cursor = world.ask(ISSUES, first=2, order=newest)["repository"]["issues"]["pageInfo"]
    assert numbers(world.ask(ISSUES, first=2, order=newest, after=cursor["endCursor"])) == [1]


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({}, "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value"),
        ({"first": 101}, "EXCESSIVE_PAGINATION", "Requesting 101 records on the `issues`"),
        ({"first": 1, "last": 1}, "INVALID_PAGINATION_BOUNDARIES", "Passing both"),
        ({"first": -1}, "INVALID_PAGINATION_BOUNDARIES", "cannot be less than zero"),
        ({"first": 1, "after": "x"}, "INVALID_CURSOR_ARGUMENTS", "does not appear to be a valid"),
    ],
)
def test_page_sizes_out_of_bounds_are_refused(
    world: World, arguments: dict[str, Any], kind: str, message: str
) -> None:
    """The fault belongs to the field and makes its parent null, as on GitHub."""
    answer = world.graphql(ISSUES, **arguments)
    (error,) = answer["errors"]
    assert error["type"] == kind
    assert message in error["message"]
    assert error["path"] == ["repository", "issues"]
    assert answer["data"] == {"repository": None}


def test_a_bare_count_needs_no_page_size(world: World) -> None:
    """`totalCount` alone is answered without `first`."""
    world.issue()
    found = world.ask(
        '{ repository(owner: "octo-org", name: "widgets") { issues(states: OPEN) { totalCount } } }'
    )
    assert found["repository"]["issues"] == {"totalCount": 1}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            '{ repository(owner: "octo-org", name: "nope") { id } }',
            "Could not resolve to a Repository with the name 'octo-org/nope'.",
        ),
        (
            '{ repository(owner: "octo-org", name: "widgets") { issue(number: 9) { id } } }',
            "Could not resolve to an Issue with the number of 9.",
        ),
        (
            '{ organization(login: "nobody") { id } }',
            "Could not resolve to an Organization with the login of 'nobody'.",
        ),
        ('{ user(login: "octo-org") { id } }', "Could not resolve to a User with the login of"),
        (
            '{ organization(login: "octo-org") { projectV2(number: 3) { id } } }',
            "Could not resolve to a ProjectV2 with the number 3.",
        ),
        ('{ node(id: "I_x") { id } }', "Could not resolve to a node with the global id of 'I_x'"),
    ],
)
def test_what_is_not_there_is_not_found(world: World, query: str, message: str) -> None:
    """Each miss is `NOT_FOUND` in GitHub's words."""
    error = world.refused(query)
    assert error["type"] == "NOT_FOUND"
    assert message in error["message"]


@pytest.mark.parametrize(
    ("node_id", "stop"),
    [
        ("PVTI_lADOBGk0_s4AD2uFzgG3xYz", "."),
        ("MDU6SXNzdWUxMjM0NTY=", "."),
        ("I_nonsense", ""),
        ("<nothing>", ""),
        ("", ""),
    ],
)
def test_the_sentence_about_a_missing_node_ends_only_for_an_id(
    world: World, node_id: str, stop: str
) -> None:
    """Ids of both formats have the full stop, texts that are none do not."""
    error = world.refused("query($id: ID!) { node(id: $id) { id } }", id=node_id)
    message = f"Could not resolve to a node with the global id of '{node_id}'{stop}"
    assert (error["type"], error["path"], error["message"]) == ("NOT_FOUND", ["node"], message)
    assert world.ask(
        "query($id: ID!) { node(id: $id) { ... on ProjectV2Item { id } } }", id=world.issue()
    ) == {"node": {}}


def test_some_misses_are_null_without_an_error(world: World) -> None:
    """An unknown owner, label or milestone is null."""
    found = world.ask(
        """{ repositoryOwner(login: "nobody") { id }
             repository(owner: "octo-org", name: "widgets") {
               label(name: "nope") { id } milestone(number: 1) { id } } }"""
    )
    assert found == {"repositoryOwner": None, "repository": {"label": None, "milestone": None}}


def test_nodes_keep_their_order_and_miss_one_by_one(world: World) -> None:
    """`nodes` answers null for what is gone, with an error at its place."""
    one, two = world.issue("one"), world.issue("two")
    answer = world.graphql(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Issue { title } } }",
        ids=[two, "I_gone", one],
    )
    assert answer["data"]["nodes"] == [{"title": "two"}, None, {"title": "one"}]
    assert answer["errors"][0]["path"] == ["nodes", 1]


def test_an_invalid_document_runs_nothing_and_is_named_in_githubs_words(world: World) -> None:
    """Unknown fields and inputs are refused before anything is executed; no `data` is sent."""
    answer = world.graphql("{ viewer { shoe } }")
    assert "data" not in answer
    assert answer["errors"][0]["message"] == "Field 'shoe' doesn't exist on type 'User'"
    assert answer["errors"][0]["extensions"]["code"] == "undefinedField"
    assert answer["errors"][0]["path"] == ["query", "viewer", "shoe"]
    below = world.graphql(
        "query Q { me: viewer { ... on User { ...F } } } fragment F on User { x }"
    )
    assert [error["path"] for error in below["errors"]] == [["fragment F", "x"]]
    wrong = world.graphql(
        '{ repository(owner: "octo-org", name: "x") { issues(first: "2") { x } } }'
    )
    assert wrong["errors"][0]["message"] == (
        "Argument 'first' on Field 'issues' has an invalid value (\"2\"). Expected type 'Int'."
    )
    listed = world.graphql(
        "{ viewer { projectsV2(first: 1, orderBy: {field: GONE, direction: ASC}) { x } } }"
    )
    assert listed["errors"][0]["path"] == ["query", "viewer", "projectsV2", "orderBy", "field"]
    bad = world.graphql(
        "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }",
        i={"repositoryId": world.repository_id, "title": "x", "colour": "red"},
    )
    assert "data" not in bad
    assert "colour" in bad["errors"][0]["message"]
    assert "Syntax" in world.graphql("{ viewer {")["errors"][0]["message"]


def test_points_are_counted_by_the_documented_formula(world: World) -> None:
    """The sample of the documentation: issues with five nested connections cost five points."""
    nested = " ".join(
        f"{name}(first: {size}) {{ nodes {{ id }} }}"
        for name, size in (
            ("labels", 100),
            ("assignees", 10),
            ("subIssues", 100),
            ("blockedBy", 50),
            ("projectItems", 25),
        )
    )
    found = world.ask(
        """query($first: Int!) { rateLimit { cost nodeCount remaining limit used resetAt }
             repository(owner: "octo-org", name: "widgets") {
               issues(first: $first) { nodes { ...Nested } } } }
           fragment Nested on Issue { """
        + nested
        + " }",
        first=100,
    )
    rate = found["rateLimit"]
    assert (rate["cost"], rate["nodeCount"]) == (5, 28_600)
    assert rate["remaining"] == 5000 - 5
    assert rate["resetAt"] == "2026-01-05T13:00:00Z"
    again = world.send("POST", "/graphql", {"query": "{ viewer { id } }"})
    assert again.headers["X-RateLimit-Remaining"] == "4994"
    assert again.headers["X-RateLimit-Resource"] == "graphql"


def test_too_many_nodes_are_refused(world: World) -> None:
    """More than 500,000 possible nodes: nothing is executed."""
    answer = world.graphql(
        """{ repository(owner: "octo-org", name: "widgets") { issues(first: 100) { nodes {
             subIssues(first: 100) { nodes { subIssues(first: 100) { nodes { id } } } } } } } }"""
    )
    assert answer["data"] is None
    assert answer["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"


def test_introspection_works(world: World) -> None:
    """A client can ask which inputs the server knows."""
    found = world.ask(
        '{ __type(name: "ProjectV2SingleSelectFieldOptionInput") { inputFields { name } } }'
    )
    names = {field["name"] for field in found["__type"]["inputFields"]}
    assert names == {"color", "description", "id", "name"}


def test_a_pull_request_is_no_issue(world: World) -> None:
    """Pull requests share the numbers, are left out of `issues`, and found where both may be."""
    Person(world.sandbox, "ada").open_pull_request("A change")
    world.issue("A story")
    assert numbers(world.ask(ISSUES, first=9)) == [2]
    found = world.ask(
        """{ repository(owner: "octo-org", name: "widgets") {
             issueOrPullRequest(number: 1) { __typename ... on PullRequest { title url } } } }"""
    )["repository"]["issueOrPullRequest"]
    assert found["__typename"] == "PullRequest"
    assert found["url"].endswith("/octo-org/widgets/pull/1")
    error = world.refused(
        '{ repository(owner: "octo-org", name: "widgets") { issue(number: 1) { id } } }'
    )
    assert error["type"] == "NOT_FOUND"


def test_the_author_is_told_with_his_standing(world: World) -> None:
    """Members, bots and strangers differ in `authorAssociation`, as trust needs."""
    world.sandbox.tokens = {
        "bot": Grant("ci[bot]", "write"),
        "stranger": Grant("eve", "read"),
        "colleague": Grant("ada", "write"),
    }
    for token in world.sandbox.tokens:
        world.token = token
        world.issue(token)
    found = world.ask(
        """{ repository(owner: "octo-org", name: "widgets") { issues(first: 9) { nodes {
             title authorAssociation author { __typename login ... on Node { id } } } } } }"""
    )["repository"]["issues"]["nodes"]
    standing = {
        node["author"]["login"]: (node["author"]["__typename"], node["authorAssociation"])
        for node in found
    }
    assert standing == {
        "ci[bot]": ("Bot", "NONE"),
        "eve": ("User", "NONE"),
        "ada": ("User", "MEMBER"),
    }
    world.token = "a-token"
    world.sandbox.ensure_user("ada", permission="none")
    left = world.ask(
        """{ repository(owner: "octo-org", name: "widgets") { issue(number: 3) {
             authorAssociation } } }"""
    )
    assert left["repository"]["issue"]["authorAssociation"] == "NONE"


def test_a_list_may_lag_while_the_issue_itself_is_there(world: World) -> None:
    """With a lag, lists miss what is younger; a look-up by number or id does not."""
    world.sandbox.list_lag = timedelta(seconds=60)
    made = world.issue()
    assert numbers(world.ask(ISSUES, first=9)) == []
    assert world.ask("query($id: ID!) { node(id: $id) { id } }", id=made)["node"]["id"] == made
    world.wait(60)
    assert numbers(world.ask(ISSUES, first=9)) == [1]
