"""The sandbox's REST API: routes, pages, shapes, faults."""

import re
from typing import Any

import pytest

from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.messages import Request
from tests.sandbox.conftest import World

HOME = "/repos/octo-org/widgets"


def made(world: World, path: str, **body: Any) -> dict[str, Any]:
    """POST something that must be made."""
    response = world.send("POST", f"{HOME}{path}", body)
    assert response.status == 201, response.body
    found: dict[str, Any] = response.json()
    return found


def got(world: World, path: str) -> Any:
    """GET something that must be there."""
    response = world.send("GET", path)
    assert response.status == 200, response.body
    return response.json()


def titles(world: World, query: str) -> list[str]:
    """The titles of a list of issues."""
    return [issue["title"] for issue in got(world, f"{HOME}/issues?{query}")]


# ---- the service ---------------------------------------------------------------------------


def test_the_service_tells_about_itself(world: World) -> None:
    """Root, rate limit, user, repository: the first things that clients ask."""
    assert got(world, "/")["current_user_url"] == "http://127.0.0.1:1/user"
    assert got(world, "/user")["login"] == "sandbox-user"
    assert got(world, "/orgs/octo-org")["type"] == "Organization"
    found = got(world, HOME)
    assert found["full_name"] == "octo-org/widgets"
    assert found["permissions"]["push"] is True
    assert found["url"] == "http://127.0.0.1:1/repos/octo-org/widgets"
    limits = got(world, "/rate_limit")["resources"]
    assert limits["core"]["limit"] == 5000
    assert limits["graphql"]["remaining"] == 5000


def test_every_answer_carries_githubs_headers(world: World) -> None:
    """Server, request id, rate limit, scopes, date."""
    headers = world.send("GET", HOME).headers
    assert headers["Server"] == "backlog-sandbox"
    assert headers["X-GitHub-Request-Id"]
    assert headers["X-RateLimit-Remaining"] == "4999"
    assert headers["X-RateLimit-Resource"] == "core"
    assert headers["Date"] == "Mon, 05 Jan 2026 12:00:00 GMT"
    assert "repo" in headers["X-OAuth-Scopes"]


def test_the_enterprise_layout_answers_too(world: World) -> None:
    """`/api/v3` and `/api/graphql` are the same service, and links stay below the prefix."""
    assert got(world, f"/api/v3{HOME}")["url"] == "http://127.0.0.1:1/api/v3" + HOME
    answer = world.send("POST", "/api/graphql", {"query": "{ viewer { login } }"}).json()
    assert answer["data"]["viewer"]["login"] == "sandbox-user"


def test_without_a_good_token_nobody_is_let_in(world: World) -> None:
    """401 with GitHub's two messages, for REST and GraphQL."""
    for path, method in ((HOME, "GET"), ("/graphql", "POST")):
        none = world.sandbox.handle(Request(method, path, {}, b"{}"))
        assert (none.status, none.json()["message"]) == (401, "Requires authentication")
        for word in ("token bad-token", "Bearer bad", "Bearer "):
            bad = world.sandbox.handle(Request(method, path, {"authorization": word}, b"{}"))
            assert (bad.status, bad.json()["message"]) == (401, "Bad credentials")


def test_what_is_not_there_is_404(world: World) -> None:
    """Unknown routes, repositories, numbers and methods."""
    for method, path in (
        ("GET", "/nothing"),
        ("GET", "/repos/octo-org/nope"),
        ("GET", f"{HOME}/issues/99"),
        ("GET", f"{HOME}/labels/nope"),
        ("GET", f"{HOME}/milestones/9"),
        ("POST", HOME),
        ("GET", "/graphql"),
    ):
        response = world.send(method, path)
        assert response.status == 404, path
        assert response.json()["message"] == "Not Found"


def test_a_private_repository_is_hidden_from_strangers(world: World) -> None:
    """To a token without access it is not there, in both APIs."""
    world.sandbox.ensure_repository("octo-org/secret", private=True)
    assert world.send("GET", "/repos/octo-org/secret").status == 200
    world.sandbox.tokens["other"] = Grant("eve", "write", repositories=(HOME[7:],))
    world.token = "other"
    assert world.send("GET", "/repos/octo-org/secret").status == 404
    assert world.refused('{ repository(owner: "octo-org", name: "secret") { id } }')["type"] == (
        "NOT_FOUND"
    )
    assert world.send("GET", HOME).status == 200


def test_a_renamed_repository_redirects(world: World) -> None:
    """REST answers 301 to the address by id; GraphQL follows unless told not to."""
    made(world, "/issues", title="one")
    world.sandbox.rename_repository("octo-org/widgets", "gears")
    moved = world.send("GET", f"{HOME}/issues?state=all")
    assert moved.status == 301
    target = moved.headers["Location"].removeprefix("http://127.0.0.1:1")
    assert re.fullmatch(r"/repositories/\d+/issues", target)
    assert got(world, target)[0]["title"] == "one"
    found = world.ask('{ repository(owner: "octo-org", name: "widgets") { nameWithOwner } }')
    assert found["repository"]["nameWithOwner"] == "octo-org/gears"
    error = world.refused(
        '{ repository(owner: "octo-org", name: "widgets", followRenames: false) { id } }'
    )
    assert error["type"] == "NOT_FOUND"


def test_an_unchanged_read_costs_nothing(world: World) -> None:
    """With the ETag that was given the answer is 304, and not counted."""
    first = world.send("GET", f"{HOME}/issues")
    again = world.send("GET", f"{HOME}/issues", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"]
    made(world, "/issues", title="new")
    changed = world.send("GET", f"{HOME}/issues", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status == 200


def test_broken_json_is_told(world: World) -> None:
    """400 for REST and GraphQL."""
    for path in (f"{HOME}/issues", "/graphql"):
        response = world.sandbox.handle(
            Request("POST", path, {"Authorization": "token t"}, b"{broken")
        )
        assert (response.status, response.json()["message"]) == (400, "Problems parsing JSON")


# ---- labels and milestones -----------------------------------------------------------------


def test_labels_are_made_read_renamed_and_deleted(world: World) -> None:
    """The colour may be left out; names in paths are quoted; duplicates are 422."""
    label = made(world, "/labels", name="good next issue", description="Soon")
    assert (label["color"], label["default"]) == ("ededed", False)
    path = f"{HOME}/labels/good%20next%20issue"
    assert got(world, path)["node_id"] == label["node_id"]
    changed = world.send("PATCH", path, {"new_name": "Next", "color": "5319E7"}).json()
    assert (changed["name"], changed["color"], changed["description"]) == ("Next", "5319e7", "Soon")
    again = world.send("POST", f"{HOME}/labels", {"name": "NEXT"})
    assert again.status == 422
    assert again.json()["message"] == "Validation Failed"
    assert again.json()["errors"] == [
        {"resource": "Label", "code": "already_exists", "field": "name"}
    ]
    assert world.send("DELETE", f"{HOME}/labels/next").status == 204
    assert len(got(world, f"{HOME}/labels?per_page=100")) == 9


def test_milestones_are_made_changed_and_listed_by_state(world: World) -> None:
    """Open ones by default; a title is unique over all states; the counts are of issues."""
    first = made(world, "/milestones", title=" M0 ", description="Start")
    assert (first["number"], first["title"], first["state"]) == (1, "M0", "open")
    issue = made(world, "/issues", title="x", milestone=1)
    world.send("PATCH", f"{HOME}/issues/{issue['number']}", {"state": "closed"})
    found = got(world, f"{HOME}/milestones/1")
    assert (found["open_issues"], found["closed_issues"]) == (0, 1)
    closed = world.send("PATCH", f"{HOME}/milestones/1", {"state": "closed"}).json()
    assert closed["closed_at"] == "2026-01-05T12:00:00Z"
    assert got(world, f"{HOME}/milestones") == []
    assert [m["title"] for m in got(world, f"{HOME}/milestones?state=all")] == ["M0"]
    again = world.send("POST", f"{HOME}/milestones", {"title": "M0"})
    assert again.json()["errors"][0]["code"] == "already_exists"
    assert world.send("DELETE", f"{HOME}/milestones/1").status == 204
    assert got(world, f"{HOME}/issues/1")["milestone"] is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2020-09-24T06:59:00Z", "2020-09-24T00:00:00Z"),
        ("2026-03-31T00:00:00Z", "2026-03-31T00:00:00Z"),
        ("2026-03-31T12:00:00Z", "2026-03-31T00:00:00Z"),
        ("2026-12-31T23:59:00Z", "2026-12-31T00:00:00Z"),
        ("2026-12-31T20:00:00-08:00", "2027-01-01T00:00:00Z"),
    ],
)
def test_a_due_moment_is_floored_to_midnight_utc(world: World, sent: str, kept: str) -> None:
    """GitHub answered so in 2026; in 2019 it still floored to midnight Pacific time."""
    assert made(world, "/milestones", title="M0", due_on=sent)["due_on"] == kept
    assert world.send("PATCH", f"{HOME}/milestones/1", {"description": "x"}).json()["due_on"] == (
        kept
    )
    cleared = world.send("PATCH", f"{HOME}/milestones/1", {"due_on": None}).json()
    assert cleared["due_on"] is None


# ---- issues --------------------------------------------------------------------------------


def test_an_issue_has_githubs_shape(world: World) -> None:
    """Numbers, addresses, labels, people, sums: what clients read."""
    world.sandbox.ensure_user("ada")
    made(world, "/milestones", title="M0")
    issue = made(
        world,
        "/issues",
        title=" One ",
        body="Text",
        labels=["bug", "brand new"],
        assignees=["ada"],
        milestone=1,
        type="Feature",
    )
    assert issue["title"] == "One"
    assert issue["url"] == f"http://127.0.0.1:1{HOME}/issues/1"
    assert issue["html_url"] == "https://github.localhost/octo-org/widgets/issues/1"
    assert [label["name"] for label in issue["labels"]] == ["bug", "brand new"]
    assert issue["labels"][1]["color"] == "ededed"
    assert issue["assignee"]["login"] == "ada"
    assert issue["milestone"]["title"] == "M0"
    assert issue["type"]["name"] == "Feature"
    assert issue["user"]["login"] == "sandbox-user"
    assert issue["author_association"] == "MEMBER"
    assert issue["sub_issues_summary"] == {"total": 0, "completed": 0, "percent_completed": 0}
    assert got(world, f"{HOME}/issues/1") == issue
    node = world.ask(
        "query($id: ID!) { node(id: $id) { ... on Issue { number fullDatabaseId } } }",
        id=issue["node_id"],
    )["node"]
    assert node == {"number": 1, "fullDatabaseId": str(issue["id"])}


def test_changing_an_issue_replaces_whole_sets(world: World) -> None:
    """`labels` and `assignees` replace; `milestone: null` clears; closing has a reason."""
    made(world, "/milestones", title="M0")
    made(world, "/issues", title="One", labels=["bug"], milestone=1)
    changed = world.send(
        "PATCH",
        f"{HOME}/issues/1",
        {
            "labels": ["invalid"],
            "milestone": None,
            "state": "closed",
            "state_reason": "not_planned",
        },
    ).json()
    assert [label["name"] for label in changed["labels"]] == ["invalid"]
    assert changed["milestone"] is None
    assert (changed["state"], changed["state_reason"]) == ("closed", "not_planned")
    opened = world.send("PATCH", f"{HOME}/issues/1", {"state": "open"}).json()
    assert (opened["state"], opened["state_reason"]) == ("open", "reopened")


def test_issues_are_listed_newest_first_with_filters(world: World) -> None:
    """Open ones by default; state, labels, since, sort, direction; pull requests are among them."""
    made(world, "/issues", title="one", labels=["bug"])
    world.wait(60)
    made(world, "/issues", title="two", labels=["bug", "question"])
    since = world.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    world.wait(60)
    Person(world.sandbox, "ada").open_pull_request("a change")
    world.send("PATCH", f"{HOME}/issues/1", {"state": "closed"})
    assert titles(world, "") == ["a change", "two"]
    assert titles(world, "state=all") == ["a change", "two", "one"]
    assert titles(world, "state=all&direction=asc") == ["one", "two", "a change"]
    assert titles(world, "state=closed") == ["one"]
    assert titles(world, "state=all&labels=bug,Question") == ["two"]
    assert titles(world, f"state=all&since={since}&direction=asc") == ["one", "two", "a change"]
    assert titles(world, "state=all&creator=ada") == ["a change"]
    found = got(world, f"{HOME}/issues")
    assert "pull_request" in found[0]
    assert "pull_request" not in found[1]


def test_pages_are_linked(world: World) -> None:
    """`Link` names the pages around, by the repository's id, as GitHub does."""
    for number in range(5):
        made(world, "/issues", title=f"issue {number}")
    first = world.send("GET", f"{HOME}/issues?per_page=2&state=all")
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', first.headers["Link"])
    links = {name: url for url, name in found}
    assert links.keys() == {"next", "last"}
    assert "/repositories/" in links["next"]
    assert "per_page=2" in links["next"]
    last = world.send("GET", links["last"].removeprefix("http://127.0.0.1:1"))
    assert [issue["number"] for issue in last.json()] == [1]
    assert set(re.findall(r'rel="(\w+)"', last.headers["Link"])) == {"prev", "first"}
    assert "Link" not in world.send("GET", f"{HOME}/issues?per_page=100").headers


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"title": "x" * 257}, ("Issue", "custom", "title")),
        ({"title": "x", "body": "x" * 65_537}, ("Issue", "custom", "body")),
        ({"title": " "}, ("Issue", "missing_field", "title")),
        ({"title": "x", "assignees": ["nobody"]}, ("Issue", "invalid", "assignees")),
        ({"title": "x", "milestone": 7}, ("Issue", "invalid", "milestone")),
        ({"title": "x", "labels": ["y" * 51]}, ("Label", "invalid", "name")),
    ],
)
def test_what_cannot_be_stored_is_422(
    world: World, body: dict[str, Any], fault: tuple[str, str, str]
) -> None:
    """`Validation Failed` names resource, code and field."""
    response = world.send("POST", f"{HOME}/issues", body)
    assert response.status == 422
    assert response.json()["message"] == "Validation Failed"
    (error,) = response.json()["errors"]
    assert (error["resource"], error["code"], error["field"]) == fault
    assert got(world, f"{HOME}/issues?state=all") == []


def test_a_body_of_the_wrong_shape_is_422(world: World) -> None:
    """A missing or strange title is an invalid request."""
    for body in ({}, {"title": ["x"]}, {"title": "x", "body": 7}):
        response = world.send("POST", f"{HOME}/issues", body)
        assert response.status == 422
        assert response.json()["message"].startswith("Invalid request.")


def test_without_push_labels_are_silently_dropped(world: World) -> None:
    """A reader's issue is made without what only writers may set; other writes are 403."""
    world.sandbox.tokens["reader"] = Grant("eve", "read")
    world.token = "reader"
    issue = made(world, "/issues", title="x", labels=["bug"], assignees=["eve"], type="Bug")
    assert (issue["labels"], issue["assignees"], issue["type"]) == ([], [], None)
    assert world.send("POST", f"{HOME}/labels", {"name": "x"}).status == 403
    assert world.send("POST", f"{HOME}/milestones", {"title": "x"}).status == 403


def test_labels_of_an_issue_change_one_by_one(world: World) -> None:
    """GET, POST, PUT and DELETE below the issue."""
    made(world, "/issues", title="x", labels=["bug"])
    path = f"{HOME}/issues/1/labels"
    added = world.send("POST", path, {"labels": ["question"]}).json()
    assert [label["name"] for label in added] == ["bug", "question"]
    left = world.send("DELETE", f"{path}/BUG").json()
    assert [label["name"] for label in left] == ["question"]
    assert world.send("DELETE", f"{path}/bug").status == 404
    put = world.send("PUT", path, ["invalid", "wontfix"]).json()
    assert [label["name"] for label in put] == ["invalid", "wontfix"]
    assert world.send("DELETE", path).status == 204
    assert got(world, path) == []


def test_comments_are_made_listed_and_changed(world: World) -> None:
    """Comments have numbers of their own."""
    made(world, "/issues", title="x")
    comment = made(world, "/issues/1/comments", body="First")
    path = f"{HOME}/issues/comments/{comment['id']}"
    assert world.send("PATCH", path, {"body": "Second"}).json()["body"] == "Second"
    assert got(world, path)["user"]["login"] == "sandbox-user"
    assert [c["body"] for c in got(world, f"{HOME}/issues/1/comments")] == ["Second"]
    assert got(world, f"{HOME}/issues/1")["comments"] == 1


def test_sub_issues_and_blockers_go_by_database_id(world: World) -> None:
    """The number is not the id: `sub_issue_id` and `issue_id` are database ids."""
    parent = made(world, "/issues", title="parent")
    child = made(world, "/issues", title="child")
    path = f"{HOME}/issues/{parent['number']}"
    assert world.send("POST", f"{path}/sub_issues", {"sub_issue_id": 2}).status == 404
    assert world.send("POST", f"{path}/sub_issues", {"sub_issue_id": "x"}).status == 422
    added = world.send("POST", f"{path}/sub_issues", {"sub_issue_id": child["id"]})
    assert added.json()["sub_issues_summary"]["total"] == 1
    assert [issue["number"] for issue in got(world, f"{path}/sub_issues")] == [2]
    assert got(world, f"{HOME}/issues/2/parent")["number"] == 1
    assert got(world, f"{HOME}/issues/2")["parent_issue_url"].endswith("/issues/1")
    again = world.send("POST", f"{path}/sub_issues", {"sub_issue_id": child["id"]})
    assert again.status == 422
    assert "Sub issue may only have one parent" in again.json()["message"]
    gone = world.send("DELETE", f"{path}/sub_issue", {"sub_issue_id": child["id"]})
    assert gone.json()["sub_issues_summary"]["total"] == 1  # from before (recorded 2025)
    assert got(world, path)["sub_issues_summary"]["total"] == 0
    blocked = f"{HOME}/issues/2/dependencies/blocked_by"
    assert world.send("POST", blocked, {"issue_id": parent["id"]}).status == 201
    assert [issue["number"] for issue in got(world, blocked)] == [1]
    assert [i["number"] for i in got(world, f"{path}/dependencies/blocking")] == [2]
    assert world.send("DELETE", f"{blocked}/{parent['id']}").status == 200
    assert got(world, blocked) == []


def test_issue_types_are_listed_where_they_exist(world: World, user_world: World) -> None:
    """An organisation's repository has them; a user's has none."""
    assert [t["name"] for t in got(world, f"{HOME}/issue-types")] == ["Task", "Bug", "Feature"]
    assert got(world, "/orgs/octo-org/issue-types")[0]["name"] == "Task"
    assert user_world.send("GET", f"{HOME}/issue-types").status == 404


# ---- versions --------------------------------------------------------------------------------


def test_each_version_answers_as_github_does(world: World) -> None:
    """The first one is the default and announces its end on writes of issues (recorded 2026)."""
    first = {"X-GitHub-Api-Version": "2022-11-28"}
    second = {"X-GitHub-Api-Version": "2026-03-10"}
    for headers in ({}, first):
        opened = world.send("POST", f"{HOME}/issues", {"title": "A"}, headers)
        assert opened.headers["X-GitHub-Api-Version-Selected"] == "2022-11-28"
        assert opened.headers["Sunset"] == "Fri, 10 Mar 2028 00:00:00 GMT"
        assert 'rel="deprecation"' in opened.headers["Link"]
        assert "assignee" in opened.json()
    read = world.send("GET", f"{HOME}/issues/1")
    assert "Sunset" not in read.headers
    changed = world.send("PATCH", f"{HOME}/issues/1", {"state": "closed"}, second)
    assert changed.headers["X-GitHub-Api-Version-Selected"] == "2026-03-10"
    assert "Sunset" not in changed.headers
    assert "assignee" not in changed.json()
    assert changed.json()["assignees"] == []
    listed = world.send("GET", f"{HOME}/issues?state=all", headers=second).json()
    assert [("assignee" in issue, "assignees" in issue) for issue in listed] == [(False, True)] * 2


def test_an_unknown_version_is_refused(world: World) -> None:
    """With 400, before anything is executed, and the supported ones are named."""
    refused = world.send("POST", f"{HOME}/issues", {"title": "A"}, {"X-GitHub-Api-Version": "v3"})
    assert refused.status == 400
    assert '"2026-03-10" (most recent), "2022-11-28".' in refused.json()["message"]
    assert world.send("GET", f"{HOME}/issues").json() == []
