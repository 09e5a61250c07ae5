"""Every REST answer of the sandbox is one that GitHub's own description allows.

`tests/sandbox` holds each of its answers to the same judge; here every route is driven in all its
variants, and the judge itself is tried.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from github_sandbox import faults, rest
from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.faults import FaultPlan
from tests.app_keys import public, signed
from tests.contract.openapi import Judge
from tests.contract.packages import package
from tests.sandbox.conftest import World

HOME = "/repos/octo-org/widgets"
USERS = "/repos/ada/notes"


@pytest.fixture(scope="module")
def judge() -> Judge:
    """GitHub's published description of its REST API."""
    return Judge(package("@octokit/openapi"))


class Driver:
    """Sends requests whose answers must be as GitHub describes them, and remembers the routes."""

    def __init__(self, judge: Judge) -> None:
        self.world = World()
        self.world.judge = judge
        self.driven: set[tuple[str, str]] = set()

    def __call__(self, status: int, method: str, path: str, body: Any = None) -> Any:
        """One request that must be answered with this status; gives the JSON of the answer."""
        answer = self.world.send(method, path, body)
        assert answer.status == status, (method, path, answer.body)
        plain = path.split("?", maxsplit=1)[0]
        for pattern, _ in rest.ROUTES:
            if status < 300 and pattern.fullmatch(plain.rstrip("/") or "/"):
                self.driven.add((method, pattern.pattern))
        return answer.json() if answer.body else None


@pytest.fixture
def driver(judge: Judge) -> Iterator[Driver]:
    """A driver on a sandbox with an organization's and a user's repository."""
    made = Driver(judge)
    made.world.sandbox.ensure_repository("ada/notes", owner_type="User")
    made.world.sandbox.ensure_repository("octo-org/secret", private=True)
    yield made
    made.world.sandbox.close()


def places(go: Driver) -> None:
    """The service, its accounts and repositories."""
    for path in ("/", "/meta", "/rate_limit", "/user", "/users/ada", "/users/octo-org"):
        go(200, "GET", path)
    go(200, "GET", "/api/v3/")
    go(200, "GET", "/orgs/octo-org")
    go(404, "GET", "/orgs/ada")
    go(404, "GET", "/users/nobody")
    go(201, "POST", "/admin/organizations", {"login": "new-org"})
    go(422, "POST", "/admin/organizations", {"login": "new-org"})
    go(201, "POST", "/orgs/octo-org/repos", {"name": "made"})
    go(422, "POST", "/orgs/octo-org/repos", {"name": "made"})
    for path in (HOME, USERS, "/repos/octo-org/secret"):
        go(200, "GET", path)
    go(404, "GET", "/repos/octo-org/nope")
    for switched_on in (False, True):
        go(200, "PATCH", HOME, {"has_issues": switched_on})
    go(422, "PATCH", HOME, {"has_issues": "yes"})
    go(200, "GET", f"{HOME}/collaborators/ada/permission")
    go(404, "GET", f"{HOME}/collaborators/nobody/permission")
    for path in (f"{HOME}/issue-types", "/orgs/octo-org/issue-types"):
        go(200, "GET", path)
    go(404, "GET", f"{USERS}/issue-types")


def labels_and_milestones(go: Driver) -> None:
    """Labels and milestones: made, read, listed, changed, refused, deleted."""
    for home in (HOME, USERS):
        go(201, "POST", f"{home}/labels", {"name": "epic", "color": "5319e7", "description": "Big"})
        go(201, "POST", f"{home}/labels", {"name": "plain"})
        go(422, "POST", f"{home}/labels", {"name": "EPIC"})
        go(422, "POST", f"{home}/labels", {"name": "x" * 51})
        go(200, "GET", f"{home}/labels?per_page=2&page=2")
        go(200, "GET", f"{home}/labels/epic")
        go(404, "GET", f"{home}/labels/nope")
        go(200, "PATCH", f"{home}/labels/epic", {"new_name": "Epics", "description": ""})
        go(204, "DELETE", f"{home}/labels/plain")
        due = {"title": "M0", "description": "Start", "due_on": "2026-03-31T12:00:00Z"}
        go(201, "POST", f"{home}/milestones", due)
        go(201, "POST", f"{home}/milestones", {"title": "M1", "state": "closed"})
        go(422, "POST", f"{home}/milestones", {"title": "M0"})
        go(200, "GET", f"{home}/milestones?state=all")
        go(200, "GET", f"{home}/milestones/1")
        go(404, "GET", f"{home}/milestones/9")
        go(200, "GET", f"{home}/milestones/1/labels")
        go(200, "PATCH", f"{home}/milestones/1", {"state": "closed", "due_on": None})
        go(204, "DELETE", f"{home}/milestones/2")


def issues(go: Driver) -> None:
    """Issues of every shape: empty, full, closed for each reason, pull requests, refused."""
    go.world.sandbox.ensure_user("ada")
    for home in (HOME, USERS):
        go(201, "POST", f"{home}/issues", {"title": "Plain"})
        full = {"title": "Full", "body": "Text", "labels": ["bug", "fresh"], "milestone": 1}
        go(201, "POST", f"{home}/issues", {**full, "assignees": ["ada"]})
        go(422, "POST", f"{home}/issues", {"title": ""})
        go(422, "POST", f"{home}/issues", {"body": "no title"})
        go(422, "POST", f"{home}/issues", {"title": "x", "assignees": ["nobody"]})
        go(422, "POST", f"{home}/issues", {"title": "x", "milestone": 99})
        number = go(201, "POST", f"{home}/issues", {"title": "More"})["number"]
        one = f"{home}/issues/{number}"
        for reason in ("completed", "not_planned", "duplicate"):
            go(200, "PATCH", one, {"state": "closed", "state_reason": reason})
            go(200, "GET", one)
            go(200, "PATCH", one, {"state": "open"})
        go(200, "PATCH", one, {"title": "Changed", "body": None, "milestone": None, "labels": []})
        go(422, "PATCH", one, {"state": "nonsense"})
        go(404, "GET", f"{home}/issues/99")
        Person(go.world.sandbox, "ada", repository=home[7:]).open_pull_request("A change", "Text")
        go(200, "GET", f"{home}/issues?state=all&per_page=2&page=2")
        go(200, "GET", f"{home}/issues?labels=bug&milestone=1&assignee=ada&sort=updated")
        go(200, "GET", f"/search/issues?q=repo:{home[7:]}+is:issue+full")
    go(201, "POST", f"{HOME}/issues", {"title": "Typed", "type": "Bug"})
    go(422, "POST", f"{HOME}/issues", {"title": "Typed", "type": "Nope"})
    go(422, "GET", "/search/issues")
    go(422, "GET", "/search/issues?q=x&page=40&per_page=100")


def below_issues(go: Driver) -> None:
    """What hangs on an issue: labels, comments, sub-issues, blockers."""
    parent, child, other = (
        go(201, "POST", f"{HOME}/issues", {"title": title}) for title in ("one", "two", "three")
    )
    one, two = (f"{HOME}/issues/{issue['number']}" for issue in (parent, child))
    go(200, "POST", f"{one}/labels", {"labels": ["bug", "new one"]})
    go(200, "PUT", f"{one}/labels", {"labels": ["question"]})
    go(200, "GET", f"{one}/labels")
    go(404, "DELETE", f"{one}/labels/bug")
    go(200, "DELETE", f"{one}/labels/question")
    go(204, "DELETE", f"{one}/labels")
    said = go(201, "POST", f"{one}/comments", {"body": "Hm"})
    go(422, "POST", f"{one}/comments", {})
    go(200, "GET", f"{one}/comments")
    go(200, "GET", f"{HOME}/issues/comments/{said['id']}")
    go(200, "PATCH", f"{HOME}/issues/comments/{said['id']}", {"body": "Well"})
    go(404, "GET", f"{HOME}/issues/comments/1")
    go(404, "GET", f"{two}/parent")
    go(201, "POST", f"{one}/sub_issues", {"sub_issue_id": child["id"]})
    go(422, "POST", f"{one}/sub_issues", {"sub_issue_id": child["id"]})
    go(404, "POST", f"{one}/sub_issues", {"sub_issue_id": 1})
    go(200, "GET", f"{one}/sub_issues")
    go(200, "GET", f"{two}/parent")
    go(200, "GET", two)
    sibling = go(201, "POST", f"{HOME}/issues", {"title": "sibling"})
    go(201, "POST", f"{one}/sub_issues", {"sub_issue_id": sibling["id"]})
    place = {"sub_issue_id": sibling["id"], "before_id": child["id"]}
    go(200, "PATCH", f"{one}/sub_issues/priority", place)
    go(204, "PUT", f"{one}/lock", {"lock_reason": "spam"})
    go(204, "DELETE", f"{one}/lock")
    go(200, "DELETE", f"{one}/sub_issue", {"sub_issue_id": child["id"]})
    go(201, "POST", f"{one}/dependencies/blocked_by", {"issue_id": other["id"]})
    go(422, "POST", f"{one}/dependencies/blocked_by", {"issue_id": other["id"]})
    go(200, "GET", f"{one}/dependencies/blocked_by")
    go(200, "GET", f"{HOME}/issues/{other['number']}/dependencies/blocking")
    go(200, "DELETE", f"{one}/dependencies/blocked_by/{other['id']}")


def pull_requests(go: Driver) -> None:
    """Pull requests: opened, listed, changed, merged once."""
    path = "/repos/octo-org/widgets/pulls"
    made = go(201, "POST", path, {"title": "Grease it", "head": "grease", "base": "main"})
    go(422, "POST", path, {"title": "Grease it"})
    go(200, "GET", path)
    go(200, "PATCH", f"{path}/{made['number']}", {"body": "At last"})
    go(200, "PUT", f"{path}/{made['number']}/merge")
    go(405, "PUT", f"{path}/{made['number']}/merge")
    go(200, "GET", f"{path}/{made['number']}")
    go(404, "GET", f"{path}/999")


def releases(go: Driver) -> None:
    """Releases: drafted, listed, changed, published, refused, deleted."""
    for home in (HOME, USERS):
        path = f"{home}/releases"
        draft = go(201, "POST", path, {"tag_name": "v1", "name": "One", "draft": True})
        go(201, "POST", path, {"tag_name": "v0", "prerelease": True})
        go(422, "POST", path, {"tag_name": "v0"})
        go(422, "POST", path, {"tag_name": ""})
        go(422, "POST", path, {"name": "One"})
        go(200, "GET", f"{path}?per_page=1&page=2")
        one = f"{path}/{draft['id']}"
        go(200, "GET", one)
        go(404, "GET", f"{path}/tags/v1")
        go(200, "PATCH", one, {"body": "Notes"})
        go(422, "PATCH", one, {"draft": "no"})
        go(200, "PATCH", one, {"draft": False})
        go(200, "GET", f"{path}/tags/v1")
        go(204, "DELETE", one)
        go(404, "GET", one)


def views(go: Driver) -> None:
    """Views of a board, the only thing that boards have in REST here."""
    go.world.board()
    path = "/orgs/octo-org/projectsV2/1/views"
    go(201, "POST", path, {"name": "Bugs", "layout": "table", "filter": "label:bug"})
    go(201, "POST", path, {"name": "Plan", "layout": "roadmap"})
    go(422, "POST", path, {"name": "Plan", "layout": "list"})
    go(404, "POST", path.replace("/1/", "/9/"), {"name": "Plan", "layout": "table"})


def issue_fields(go: Driver) -> None:
    """Issue fields and values of every type."""
    fields = {f["name"]: f for f in go(200, "GET", "/orgs/octo-org/issue-fields")}
    go(404, "GET", "/orgs/ada/issue-fields")
    areas = {
        "name": "Areas",
        "data_type": "multi_select",
        "options": [{"name": name, "color": "blue", "priority": 1} for name in ("web", "api")],
    }
    made = go(200, "POST", "/orgs/octo-org/issue-fields", areas)
    go(422, "POST", "/orgs/octo-org/issue-fields", areas)
    notes = go(200, "POST", "/orgs/octo-org/issue-fields", {"name": "Note", "data_type": "text"})
    size = go(200, "POST", "/orgs/octo-org/issue-fields", {"name": "Size", "data_type": "number"})
    go(200, "PATCH", f"/orgs/octo-org/issue-fields/{notes['id']}", {"name": "Notes"})
    go(404, "PATCH", "/orgs/octo-org/issue-fields/1", {"name": "Notes"})
    values = [
        {"field_id": fields["Priority"]["id"], "value": "High"},
        {"field_id": fields["Start date"]["id"], "value": "2026-03-31"},
        {"field_id": made["id"], "value": ["web", "api"]},
        {"field_id": size["id"], "value": 2.5},
    ]
    body = {"title": "With fields", "issue_field_values": values}
    number = go(201, "POST", f"{HOME}/issues", body)["number"]
    one = f"{HOME}/issues/{number}/issue-field-values"
    assert len(go(200, "GET", one)) == 4
    go(200, "POST", one, {"issue_field_values": [{"field_id": notes["id"], "value": "x"}]})
    go(422, "POST", one, {"issue_field_values": [{"field_id": made["id"], "value": ["nope"]}]})
    assert len(go(200, "PUT", one, {"issue_field_values": values[:1]})) == 1
    go(204, "DELETE", f"{one}/{fields['Priority']['id']}")
    go(404, "DELETE", f"{one}/{fields['Priority']['id']}")
    go(404, "POST", f"{USERS}/issues/1/issue-field-values", {"issue_field_values": []})


def apps(go: Driver) -> None:
    """What a GitHub App calls as itself."""
    known = go.world.sandbox.apps
    app = known.register(12, public())
    installed = known.install(app, "octo-org")
    now = int(go.world.moment.timestamp())
    own, go.world.token = go.world.token, signed({"iss": 12, "iat": now - 60, "exp": now + 300})
    one = f"/app/installations/{installed.id}"
    for path in ("/app", one, f"{HOME}/installation", "/orgs/octo-org/installation"):
        go(200, "GET", path)
    go(404, "GET", f"{USERS}/installation")
    go(404, "GET", "/users/ada/installation")
    go(404, "GET", "/app/installations/1")
    go(201, "POST", f"{one}/access_tokens", {"permissions": {"issues": "write"}})
    go(422, "POST", f"{one}/access_tokens", {"permissions": {"administration": "write"}})
    known.suspend(installed)
    go(403, "POST", f"{one}/access_tokens", {})
    go.world.token = own
    go(401, "GET", "/app")


def away(go: Driver) -> None:
    """What is elsewhere, gone, forbidden or too much."""
    for title in ("moved", "deleted"):
        go(201, "POST", f"{HOME}/issues", {"title": title})
    last = max(issue["number"] for issue in go(200, "GET", f"{HOME}/issues?state=all"))
    boss = Person(go.world.sandbox, "boss", permission="admin", repository="octo-org/widgets")
    boss.transfer(last - 1, "octo-org/secret")
    boss.delete(last)
    for below in ("", "/labels", "/comments", "/parent", "/dependencies/blocked_by"):
        go(301, "GET", f"{HOME}/issues/{last - 1}{below}")
        go(410, "GET", f"{HOME}/issues/{last}{below}")
    go(410, "PATCH", f"{HOME}/issues/{last}", {"title": "x"})
    go.world.sandbox.tokens["reader"] = Grant("eve", "read")
    own, go.world.token = go.world.token, "reader"
    go(403, "POST", f"{HOME}/labels", {"name": "x"})
    go(403, "PATCH", f"{HOME}/issues/1", {"title": "x"})
    go.world.token = "bad"
    go(401, "GET", HOME)
    go.world.token = own
    go.world.sandbox.faults = FaultPlan(
        {
            1: faults.primary_limit(),
            2: faults.primary_limit(status=429),
            3: faults.secondary_limit(),
        }
    )
    for status in (403, 429, 403):
        go(status, "GET", HOME)
    tag = go.world.send("GET", HOME).headers["ETag"]
    assert go.world.send("GET", HOME, headers={"If-None-Match": tag}).status == 304
    go.world.sandbox.rename_repository("octo-org/widgets", "gears")
    go(301, "GET", HOME)
    go(301, "GET", f"{HOME}/issues")
    go(301, "POST", f"{HOME}/issues", {"title": "x"})


def test_every_route_answers_as_github_describes_it(driver: Driver, judge: Judge) -> None:
    """All routes, in every variant that a test could think of, and no route is left out."""
    steps: list[Callable[[Driver], None]] = [
        places, labels_and_milestones, issues, below_issues, issue_fields, views,
        pull_requests, releases, apps,
    ]  # fmt: skip
    for step in steps:
        step(driver)
    there = {(method, p.pattern) for p, handlers in rest.ROUTES for method in handlers}
    assert there - driver.driven == set()
    away(driver)
    assert len(judge.checked) >= 80
    assert {status for _, _, status in judge.checked} >= {200, 201, 204, 301, 304, 401, 403, 404}


# ---- the judge itself ----------------------------------------------------------------------


def spoiled(field: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one field, which may lie inside another; `...` takes it away."""

    def spoil(issue: dict[str, Any]) -> None:
        *above, last = field.split(".")
        for part in above:
            issue = issue[part]
        if value is ...:
            del issue[last]
        else:
            issue[last] = value

    return spoil


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("number", "1", "'1' is not of type 'integer'"),
        ("title", ..., "'title' is a required property"),
        ("user.events_url", ..., "'events_url' is a required property"),
        ("user.login", 7, "7 is not of type 'string'"),
        ("created_at", "yesterday", "'yesterday' is not a 'date-time'"),
        ("url", "nowhere", "'nowhere' is not a 'uri'"),
        ("state_reason", "because", "'because' is not one of"),
        ("sub_issue_summary", {}, "$.sub_issue_summary: GitHub has no such field"),
        ("user.nickname", "x", "$.user.nickname: GitHub has no such field"),
    ],
)
def test_a_wrong_field_is_found(
    driver: Driver, judge: Judge, field: str, value: Any, told: str
) -> None:
    """A field of another type, a missing one, one with a wrong word, one that GitHub lacks."""
    issue = driver(201, "POST", f"{HOME}/issues", {"title": "One"})
    path = f"{HOME}/issues/1"
    assert judge.faults("GET", path, 200, json.dumps(issue).encode()) == []
    spoiled(field, value)(issue)
    found = judge.faults("GET", path, 200, json.dumps(issue).encode())
    assert len(found) == 1
    assert told in found[0]


def test_an_unknown_route_and_a_stray_body_are_found(judge: Judge) -> None:
    """A route of our own making, and a body where there is none."""
    assert judge.faults("GET", "/repos/o/r/wishes", 200, b"[]") == [
        "GET /repos/o/r/wishes: GitHub has no such route"
    ]
    assert judge.faults("DELETE", f"{HOME}/labels/x", 204, b"{}") == [
        "DELETE /repos/{owner}/{repo}/labels/{name} 204: a body where there is none"
    ]
