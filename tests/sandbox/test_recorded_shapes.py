"""REST answers have the shape that the live service was recorded with, in our own words."""

from typing import Any

import pytest

from github_sandbox import faults
from github_sandbox.access import Grant
from github_sandbox.faults import FaultPlan
from tests.sandbox.conftest import World

HOME = "/repos/octo-org/widgets"


def _get(world: World, path: str) -> Any:
    answer = world.send("GET", path)
    assert answer.status == 200, answer.body
    return answer.json()


def _create(world: World, path: str, **body: Any) -> dict[str, Any]:
    answer = world.send("POST", f"{HOME}{path}", body)
    assert answer.status == 201, answer.body
    payload: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == payload["url"]
    return payload


def test_whatever_is_created_has_its_address_in_location(world: World) -> None:
    """Issues, labels, milestones and comments; of a label, only blanks are escaped."""
    _create(world, "/issues", title="Paint the fence")
    assert _create(world, "/labels", name="odd one?")["url"].endswith("/labels/odd%20one?")
    _create(world, "/milestones", title="Spring")
    _create(world, "/issues/1/comments", body="Green, please")


def test_a_label_that_is_not_on_the_issue_does_not_exist(world: World) -> None:
    """The refusal says so in these words, whether or not the repository has the label."""
    _create(world, "/issues", title="Paint the fence")
    for name in ("bug", "nowhere"):
        refused = world.send("DELETE", f"{HOME}/issues/1/labels/{name}")
        assert (refused.status, refused.json()["message"]) == (404, "Label does not exist")


def test_links_between_issues_leave_their_times_alone(world: World) -> None:
    """Neither sub-issues nor dependencies move `updated_at`, so `since` misses them."""
    for title in ("Parent", "First", "Second"):
        _create(world, "/issues", title=title)
    before = {each["number"]: each["updated_at"] for each in _get(world, f"{HOME}/issues")}
    ids = {each["number"]: each["id"] for each in _get(world, f"{HOME}/issues")}
    world.wait(60)
    for number in (2, 3):
        shown = _create(world, "/issues/1/sub_issues", sub_issue_id=ids[number])
        assert (shown["number"], "closed_by" in shown) == (1, False)
        assert shown["repository"]["full_name"] == "octo-org/widgets"
    moved = world.send(
        "PATCH",
        f"{HOME}/issues/1/sub_issues/priority",
        {"sub_issue_id": ids[3], "before_id": ids[2]},
    )
    assert moved.status == 200
    listed = _get(world, f"{HOME}/issues/1/sub_issues")
    assert [(each["number"], "closed_by" in each) for each in listed] == [(3, False), (2, False)]
    blocked = _create(world, "/issues/3/dependencies/blocked_by", issue_id=ids[2])
    assert (blocked["number"], blocked["issue_dependencies_summary"]["blocked_by"]) == (3, 1)
    freed = world.send("DELETE", f"{HOME}/issues/3/dependencies/blocked_by/{ids[2]}").json()
    assert (freed["number"], freed["issue_dependencies_summary"]["blocked_by"]) == (3, 0)
    gone = world.send("DELETE", f"{HOME}/issues/1/sub_issue", {"sub_issue_id": ids[2]}).json()
    assert gone["sub_issues_summary"]["total"] == 2  # as before it
    assert _get(world, f"{HOME}/issues/1")["sub_issues_summary"]["total"] == 1
    after = {each["number"]: each["updated_at"] for each in _get(world, f"{HOME}/issues")}
    assert after == before


def test_a_milestone_moves_with_its_issues(world: World) -> None:
    """A change of its counts sets `updated_at`; the closed share is what completeness sorts by."""
    for title in ("Spring", "Summer"):
        _create(world, "/milestones", title=title)
    for number in (1, 1, 2):
        world.wait(10)
        joined = _create(world, "/issues", title="Work", milestone=number, labels=["bug"])
        assert joined["milestone"]["updated_at"] == joined["created_at"]
    world.wait(10)
    closed = world.send("PATCH", f"{HOME}/issues/1", {"state": "closed"}).json()
    assert closed["milestone"]["updated_at"] == closed["closed_at"]
    assert closed["closed_by"]["login"] == "sandbox-user"
    listed = _get(world, f"{HOME}/milestones?sort=completeness&direction=asc")
    assert [each["title"] for each in listed] == ["Summer", "Spring"]
    assert [each["name"] for each in _get(world, f"{HOME}/milestones/1/labels")] == ["bug"]


def test_a_conversation_can_be_locked(world: World) -> None:
    """With one of four reasons; GraphQL sees the lock too."""
    issue = _create(world, "/issues", title="Paint the fence")
    path = f"{HOME}/issues/1/lock"
    assert world.send("PUT", path, {"lock_reason": "resolved"}).status == 204
    shown = _get(world, f"{HOME}/issues/1")
    assert (shown["locked"], shown["active_lock_reason"]) == (True, "resolved")
    query = "query($id: ID!) { node(id: $id) { ... on Issue { locked } } }"
    assert world.ask(query, id=issue["node_id"]) == {"node": {"locked": True}}
    assert world.send("PUT", path, {"lock_reason": "tired"}).status == 422
    assert world.send("DELETE", path).status == 204
    assert _get(world, f"{HOME}/issues/1")["active_lock_reason"] is None


def test_comments_can_be_hidden_and_asked_for_by_time(world: World) -> None:
    """The classifier is shown in lower case; `since` takes the comments from then on."""
    _create(world, "/issues", title="Paint the fence")
    first = _create(world, "/issues/1/comments", body="Green?")
    world.wait(30)
    second = _create(world, "/issues/1/comments", body="Blue!")
    listed = _get(world, f"{HOME}/issues/1/comments?since={second['created_at']}")
    assert [each["body"] for each in listed] == ["Blue!"]
    answer = world.ask(
        "mutation($i: MinimizeCommentInput!) { minimizeComment(input: $i) { minimizedComment {"
        " isMinimized minimizedReason viewerCanMinimize } } }",
        i={"subjectId": first["node_id"], "classifier": "OFF_TOPIC"},
    )
    assert answer["minimizeComment"]["minimizedComment"] == {
        "isMinimized": True,
        "minimizedReason": "off-topic",
        "viewerCanMinimize": True,
    }
    answer = world.ask(
        "mutation($i: UnminimizeCommentInput!) { unminimizeComment(input: $i) {"
        " unminimizedComment { isMinimized } } }",
        i={"subjectId": first["node_id"]},
    )
    assert answer["unminimizeComment"]["unminimizedComment"] == {"isMinimized": False}


def test_issues_can_be_listed_by_type(world: World, user_world: World) -> None:
    """By name, by `*` for any and by `none`; repositories of people have no types at all."""
    _create(world, "/issues", title="Broken", type="Bug")
    _create(world, "/issues", title="Plain")
    for asked, titles in {"bug": ["Broken"], "*": ["Broken"], "none": ["Plain"]}.items():
        listed = _get(world, f"{HOME}/issues?type={asked}")
        assert [each["title"] for each in listed] == titles
    theirs = user_world.send("POST", f"{HOME}/issues", {"title": "Plain"}).json()
    assert not {"type", "issue_field_values"} & theirs.keys()
    ours = _get(world, f"{HOME}/issues/2")
    assert (ours["type"], ours["issue_field_values"]) == (None, [])


def test_settings_are_shown_to_those_who_may_change_them(world: World) -> None:
    """Those of an organization and of security to owners, those of merging to who may push."""
    seen = {}
    for permission in ("admin", "write", "read"):
        world.sandbox.tokens["theirs"] = Grant("somebody", permission)
        world.token = "theirs"
        repository, owner = _get(world, HOME), _get(world, "/orgs/octo-org")
        names = ("security_and_analysis", "allow_merge_commit", "plan")
        seen[permission] = [name in {**repository, **owner} for name in names]
    assert seen == {
        "admin": [True, True, True],
        "write": [False, True, False],
        "read": [False, False, False],
    }


def test_the_overview_of_limits_names_all_resources(world: World) -> None:
    """Those that the sandbox counts, and those that only the service has."""
    resources = _get(world, "/rate_limit")["resources"]
    assert {"core", "graphql", "search", "code_search", "audit_log", "scim"} <= resources.keys()
    assert all(each["remaining"] <= each["limit"] for each in resources.values())


@pytest.mark.parametrize("status", [403, 429])
def test_a_wait_may_be_given_as_a_time(world: World, status: int) -> None:
    """HTTP allows a date in `Retry-After`."""
    limit = faults.secondary_limit(status=status, retry_after=90, dated=True)
    world.sandbox.faults = FaultPlan({1: limit})
    refused = world.send("GET", HOME)
    assert refused.status == status
    assert refused.headers["Retry-After"].endswith(" GMT")
    assert "secondary rate limit" in refused.json()["message"]
