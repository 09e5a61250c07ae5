"""What the sandbox does with mutations of issues, labels and relations."""

from typing import Any

import pytest

from github_sandbox.access import Grant
from tests.sandbox.conftest import World

READ = """query($id: ID!) { node(id: $id) { ... on Issue {
  number title body state stateReason(enableDuplicate: true) plain: stateReason
  createdAt updatedAt closedAt
  labels(first: 100) { nodes { name } } assignees(first: 10) { nodes { login } }
  milestone { title } issueType { name } parent { number } duplicateOf { number }
  subIssues(first: 100) { nodes { number } }
  subIssuesSummary { total completed percentCompleted }
  blockedBy(first: 50) { nodes { number } } blocking(first: 50) { nodes { number } }
  issueDependenciesSummary { blockedBy blocking totalBlockedBy totalBlocking }
  projectItems(first: 10) { nodes { id project { title } } } comments(first: 9) { nodes { body } }
} } }"""


def read(world: World, issue: str) -> dict[str, Any]:
    """An issue as GraphQL tells it."""
    found: dict[str, Any] = world.ask(READ, id=issue)["node"]
    return found


def mutate(world: World, name: str, payload: str, /, **given: Any) -> dict[str, Any]:
    """One mutation that must succeed."""
    kind = name[0].upper() + name[1:]
    text = f"mutation($i: {kind}Input!) {{ {name}(input: $i) {{ {payload} }} }}"
    answer: dict[str, Any] = world.ask(text, i=given)[name]
    return answer


def refusal(world: World, name: str, /, **given: Any) -> str:
    """One mutation that must fail; gives type and message."""
    kind = name[0].upper() + name[1:]
    text = f"mutation($i: {kind}Input!) {{ {name}(input: $i) {{ clientMutationId }} }}"
    error = world.refused(text, i=given)
    assert error["path"] == [name]
    return f"{error['type']}: {error['message']}"


def label_id(world: World, name: str) -> str:
    """A label's node id."""
    found = world.ask(
        'query($n: String!) { repository(owner: "octo-org", name: "widgets") {'
        " label(name: $n) { id } } }",
        n=name,
    )
    return str(found["repository"]["label"]["id"])


def names(connection: dict[str, Any]) -> list[Any]:
    """The one value of each node."""
    return [next(iter(node.values())) for node in connection["nodes"]]


# ---- creating ------------------------------------------------------------------------------


def test_one_call_creates_an_issue_with_everything(world: World) -> None:
    """Labels, milestone, type, parent, assignees and board membership are set at once."""
    milestone = world.send("POST", "/repos/octo-org/widgets/milestones", {"title": "M0"}).json()
    ada = world.sandbox.ensure_user("ada")
    project, parent = world.board(), world.issue("Epic")
    kinds = world.ask(
        '{ repository(owner: "octo-org", name: "widgets") { issueType(name: "Feature") { id } } }'
    )
    made = world.issue(
        "  A story  ",
        body="As a user\nI want",
        labelIds=[label_id(world, "bug"), label_id(world, "question")],
        milestoneId=milestone["node_id"],
        issueTypeId=kinds["repository"]["issueType"]["id"],
        parentIssueId=parent,
        projectV2Ids=[project],
        assigneeIds=[ada.node_id],
    )
    found = read(world, made)
    assert found["title"] == "A story"
    assert found["body"] == "As a user\nI want"
    assert names(found["labels"]) == ["bug", "question"]
    assert found["milestone"] == {"title": "M0"}
    assert found["issueType"] == {"name": "Feature"}
    assert found["parent"] == {"number": 1}
    assert names(found["assignees"]) == ["ada"]
    assert found["projectItems"]["nodes"][0]["project"] == {"title": "Widgets"}
    assert read(world, parent)["subIssues"] == {"nodes": [{"number": 2}]}


def test_what_the_viewer_may_not_set_is_silently_left_out(world: World) -> None:
    """Without push access an issue is made, without labels, people and milestone."""
    bug = label_id(world, "bug")
    world.sandbox.tokens["reader"] = Grant("eve", "read")
    world.token = "reader"
    made = world.issue("From outside", labelIds=[bug])
    assert read(world, made)["labels"]["nodes"] == []
    assert "FORBIDDEN" in refusal(
        world, "createLabel", repositoryId=world.repository_id, name="x", color="ff0000"
    )
    assert read(world, made)["title"] == "From outside"
    mutate(world, "updateIssue", "issue { id }", id=made, title="Her own")
    assert read(world, made)["title"] == "Her own"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"title": "  "}, "UNPROCESSABLE: Title can't be blank"),
        ({"title": "x" * 257}, "UNPROCESSABLE: Title is too long (maximum is 256 characters)"),
        ({"body": "x" * 65_537}, "UNPROCESSABLE: Body is too long (maximum is 65536 characters)"),
        ({"labelIds": ["LA_x"]}, "NOT_FOUND: Could not resolve to a node"),
        ({"repositoryId": "R_x"}, "NOT_FOUND: Could not resolve to a node with the global id"),
    ],
)
def test_a_refused_creation_leaves_nothing_behind(
    world: World, given: dict[str, Any], message: str
) -> None:
    """Everything is checked before anything is written; no number is used up."""
    good = {"repositoryId": world.repository_id, "title": "x"}
    assert refusal(world, "createIssue", **{**good, **given}).startswith(message)
    assert read(world, world.issue("next"))["number"] == 1


def test_the_limits_themselves_are_allowed(world: World) -> None:
    """A title of 256 and a body of 65,536 characters fit."""
    made = world.issue("t" * 256, body="b" * 65_536)
    assert len(read(world, made)["body"]) == 65_536


def test_aliased_mutations_run_in_order_and_fail_one_by_one(world: World) -> None:
    """The failing alias is null with an error at its path; those around it are carried out."""
    answer = world.graphql(
        """mutation($r: ID!) {
             a: createIssue(input: {repositoryId: $r, title: "one"}) { issue { number } }
             b: createIssue(input: {repositoryId: "R_no", title: "two"}) { issue { number } }
             c: createIssue(input: {repositoryId: $r, title: "three"}) { issue { number } } }""",
        r=world.repository_id,
    )
    assert answer["data"] == {
        "a": {"issue": {"number": 1}},
        "b": None,
        "c": {"issue": {"number": 2}},
    }
    (error,) = answer["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["b"])
    assert world.sandbox.log[-1].mutations == 3


# ---- changing ------------------------------------------------------------------------------


def test_an_update_changes_what_it_names_and_nothing_else(world: World) -> None:
    """Absent stays, null milestone and type are taken away, label ids replace the set."""
    milestone = world.send("POST", "/repos/octo-org/widgets/milestones", {"title": "M0"}).json()
    made = world.issue("One", body="kept", milestoneId=milestone["node_id"])
    world.wait(60)
    mutate(world, "updateIssue", "issue { id }", id=made, title=" Two ")
    found = read(world, made)
    assert (found["title"], found["body"], found["milestone"]) == ("Two", "kept", {"title": "M0"})
    assert found["updatedAt"] == "2026-01-05T12:01:00Z"
    mutate(world, "updateIssue", "issue { id }", id=made, milestoneId=None)
    assert read(world, made)["milestone"] is None
    mutate(world, "updateIssue", "issue { id }", id=made, labelIds=[label_id(world, "bug")])
    mutate(world, "updateIssue", "issue { id }", id=made, labelIds=[label_id(world, "invalid")])
    assert names(read(world, made)["labels"]) == ["invalid"]


def test_closing_and_reopening(world: World) -> None:
    """The reason is kept; a duplicate is masked unless it is asked for; reopening says so."""
    first, second = world.issue("one"), world.issue("two")
    mutate(world, "closeIssue", "issue { id }", issueId=first)
    found = read(world, first)
    assert (found["state"], found["stateReason"]) == ("CLOSED", "COMPLETED")
    assert found["closedAt"] == "2026-01-05T12:00:00Z"
    mutate(
        world,
        "closeIssue",
        "issue { id }",
        issueId=second,
        stateReason="DUPLICATE",
        duplicateIssueId=first,
    )
    found = read(world, second)
    assert found["stateReason"] == "DUPLICATE"
    assert found["plain"] != "DUPLICATE"
    assert found["duplicateOf"] == {"number": 1}
    mutate(world, "reopenIssue", "issue { id }", issueId=first)
    found = read(world, first)
    assert (found["state"], found["stateReason"], found["closedAt"]) == ("OPEN", "REOPENED", None)


def test_labels_and_people_are_added_and_taken_one_by_one(world: World) -> None:
    """Additive and subtractive mutations leave all others alone."""
    bug, wontfix = label_id(world, "bug"), label_id(world, "wontfix")
    ada = world.sandbox.ensure_user("ada").node_id
    made = world.issue(labelIds=[bug])
    mutate(
        world,
        "addLabelsToLabelable",
        "labelable { labels(first: 9) { nodes { name } } }",
        labelableId=made,
        labelIds=[wontfix, bug],
    )
    mutate(world, "removeLabelsFromLabelable", "clientMutationId", labelableId=made, labelIds=[bug])
    mutate(
        world, "addAssigneesToAssignable", "clientMutationId", assignableId=made, assigneeIds=[ada]
    )
    found = read(world, made)
    assert names(found["labels"]) == ["wontfix"]
    assert names(found["assignees"]) == ["ada"]
    mutate(
        world,
        "removeAssigneesFromAssignable",
        "assignable { assignees(first: 1) { totalCount } }",
        assignableId=made,
        assigneeIds=[ada],
    )
    assert read(world, made)["assignees"]["nodes"] == []


def test_more_than_ten_assignees_are_silently_left_out(world: World) -> None:
    """GitHub keeps ten."""
    people = [world.sandbox.ensure_user(f"user-{n}").node_id for n in range(12)]
    assert len(read(world, world.issue(assigneeIds=people))["assignees"]["nodes"]) == 10


def test_the_issue_type_can_be_set_and_cleared(world: World) -> None:
    """`updateIssueIssueType` takes a type of the organisation or null."""
    kind = mutate(
        world,
        "createIssueType",
        "issueType { id name }",
        ownerId=world.owner_id,
        name="Epic",
        isEnabled=True,
    )["issueType"]
    made = world.issue()
    mutate(world, "updateIssueIssueType", "issue { id }", issueId=made, issueTypeId=kind["id"])
    assert read(world, made)["issueType"] == {"name": "Epic"}
    mutate(world, "updateIssueIssueType", "issue { id }", issueId=made, issueTypeId=None)
    assert read(world, made)["issueType"] is None


def test_comments_are_kept(world: World) -> None:
    """A comment can be added and edited; an empty one is refused."""
    made = world.issue()
    comment = mutate(
        world,
        "addComment",
        "commentEdge { node { id body } } subject { id }",
        subjectId=made,
        body="First",
    )["commentEdge"]["node"]
    mutate(world, "updateIssueComment", "issueComment { id }", id=comment["id"], body="Second")
    assert names(read(world, made)["comments"]) == ["Second"]
    assert "can't be blank" in refusal(world, "addComment", subjectId=made, body=" ")


# ---- labels --------------------------------------------------------------------------------


def test_a_label_name_is_unique_whatever_its_case_and_keeps_its_first(world: World) -> None:
    """`BUG` is taken where `bug` is; a rename may change the case."""
    given = {"repositoryId": world.repository_id, "color": "5319E7"}
    assert refusal(world, "createLabel", name="BUG", **given) == (
        "UNPROCESSABLE: Name has already been taken"
    )
    epic = mutate(world, "createLabel", "label { id color }", name="Epic", **given)["label"]
    assert epic["color"] == "5319e7"
    assert label_id(world, "EPIC") == epic["id"]
    changed = mutate(world, "updateLabel", "label { name }", id=epic["id"], name="epic")
    assert changed["label"] == {"name": "epic"}
    assert "taken" in refusal(world, "updateLabel", id=epic["id"], name="Bug")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "x" * 51}, "Name is too long (maximum is 50 characters)"),
        ({"name": " "}, "Name can't be blank"),
        ({"color": "#fff"}, "Color is invalid"),
        ({"description": "x" * 101}, "Description is too long (maximum is 100 characters)"),
    ],
)
def test_labels_have_limits(world: World, given: dict[str, str], message: str) -> None:
    """Name 50, description 100, colour six hex digits."""
    good = {"repositoryId": world.repository_id, "name": "x", "color": "ffffff"}
    assert refusal(world, "createLabel", **{**good, **given}) == f"UNPROCESSABLE: {message}"


def test_a_deleted_label_leaves_its_issues(world: World) -> None:
    """Its issues lose it."""
    bug = label_id(world, "bug")
    made = world.issue(labelIds=[bug])
    mutate(world, "deleteLabel", "clientMutationId", id=bug)
    assert read(world, made)["labels"]["nodes"] == []


# ---- parents -------------------------------------------------------------------------------


def add_child(world: World, parent: str, child: str, **more: Any) -> None:
    """Put an issue below another."""
    mutate(world, "addSubIssue", "subIssue { id }", issueId=parent, subIssueId=child, **more)


def test_an_issue_has_one_parent(world: World) -> None:
    """A second parent is refused unless the first is replaced; the same one is a duplicate."""
    one, two, child = world.issue("one"), world.issue("two"), world.issue("child")
    add_child(world, one, child)
    message = refusal(world, "addSubIssue", issueId=two, subIssueId=child)
    assert message.endswith("Sub issue may only have one parent")
    again = refusal(world, "addSubIssue", issueId=one, subIssueId=child)
    assert "duplicate sub-issues" in again
    add_child(world, two, child, replaceParent=True)
    assert read(world, child)["parent"] == {"number": 2}
    assert read(world, one)["subIssues"]["nodes"] == []
    mutate(world, "removeSubIssue", "issue { id }", issueId=two, subIssueId=child)
    assert read(world, child)["parent"] is None


def test_a_parent_holds_a_hundred(world: World) -> None:
    """The hundred and first sub-issue is refused."""
    parent = world.issue("parent")
    for number in range(100):
        world.issue(f"child {number}", parentIssueId=parent)
    extra = world.issue("extra")
    message = refusal(world, "addSubIssue", issueId=parent, subIssueId=extra)
    assert message.startswith("VALIDATION:")
    assert message.endswith("Parent cannot have more than 100 sub-issues")
    assert "100 sub-issues" in refusal(
        world, "createIssue", repositoryId=world.repository_id, title="x", parentIssueId=parent
    )


def test_a_tree_is_eight_levels_deep(world: World) -> None:
    """The ninth level is refused, also where a whole tree would be moved too deep."""
    chain = [world.issue("level 1")]
    for level in range(2, 9):
        chain.append(world.issue(f"level {level}", parentIssueId=chain[-1]))
    low = world.issue("low")
    assert "8 layers" in refusal(world, "addSubIssue", issueId=chain[-1], subIssueId=low)
    tall = world.issue("tall")
    add_child(world, tall, low)
    assert "8 layers" in refusal(world, "addSubIssue", issueId=chain[-2], subIssueId=tall)
    add_child(world, chain[-3], tall)
    assert read(world, tall)["parent"] == {"number": 6}


def test_no_issue_is_its_own_ancestor(world: World) -> None:
    """A parent cannot go below its child."""
    parent = world.issue("parent")
    child = world.issue("child", parentIssueId=parent)
    assert "ancestor" in refusal(world, "addSubIssue", issueId=child, subIssueId=parent)
    assert "ancestor" in refusal(world, "addSubIssue", issueId=parent, subIssueId=parent)


def test_sub_issues_have_an_order_and_a_sum(world: World) -> None:
    """They can be moved after or before another; the summary counts what is closed."""
    parent = world.issue("parent")
    a, b, c = (world.issue(name, parentIssueId=parent) for name in "abc")
    mutate(world, "reprioritizeSubIssue", "issue { id }", issueId=parent, subIssueId=c, beforeId=a)
    assert names(read(world, parent)["subIssues"]) == [4, 2, 3]
    mutate(world, "closeIssue", "issue { id }", issueId=b)
    summary = read(world, parent)["subIssuesSummary"]
    assert summary == {"total": 3, "completed": 1, "percentCompleted": 33}
    assert "exactly one" in refusal(
        world, "reprioritizeSubIssue", issueId=parent, subIssueId=c, beforeId=a, afterId=b
    )


# ---- blockers ------------------------------------------------------------------------------


def test_blockers_are_seen_from_both_sides(world: World) -> None:
    """`blockedBy` and `blocking` mirror each other; the summary tells open from all."""
    one, two = world.issue("one"), world.issue("two")
    mutate(world, "addBlockedBy", "issue { id }", issueId=two, blockingIssueId=one)
    assert names(read(world, two)["blockedBy"]) == [1]
    assert names(read(world, one)["blocking"]) == [2]
    mutate(world, "closeIssue", "issue { id }", issueId=one)
    assert read(world, two)["issueDependenciesSummary"] == {
        "blockedBy": 0,
        "blocking": 0,
        "totalBlockedBy": 1,
        "totalBlocking": 0,
    }
    assert "already been taken" in refusal(world, "addBlockedBy", issueId=two, blockingIssueId=one)
    mutate(world, "removeBlockedBy", "issue { id }", issueId=two, blockingIssueId=one)
    assert read(world, one)["blocking"]["nodes"] == []


def test_fifty_blockers_are_the_most(world: World) -> None:
    """The fifty-first is refused; so is an issue that blocks itself."""
    blocked = world.issue("blocked")
    for number in range(50):
        other = world.issue(f"blocker {number}")
        mutate(world, "addBlockedBy", "issue { id }", issueId=blocked, blockingIssueId=other)
    extra = world.issue("extra")
    assert "50" in refusal(world, "addBlockedBy", issueId=blocked, blockingIssueId=extra)
    assert "itself" in refusal(world, "addBlockedBy", issueId=extra, blockingIssueId=extra)


# ---- away ----------------------------------------------------------------------------------


def test_a_deleted_issue_is_gone_and_its_number_is_not_used_again(world: World) -> None:
    """Relations and cards go with it; REST answers 410; deleting needs admin."""
    parent = world.issue("parent")
    child = world.issue("child", parentIssueId=parent, projectV2Ids=[world.board()])
    world.sandbox.tokens["writer"] = Grant("ada", "write")
    world.token = "writer"
    assert "FORBIDDEN" in refusal(world, "deleteIssue", issueId=child)
    world.token = "a-token"
    mutate(world, "deleteIssue", "repository { id }", issueId=child)
    assert "NOT_FOUND" in refusal(world, "closeIssue", issueId=child)
    assert read(world, parent)["subIssues"]["nodes"] == []
    assert world.send("GET", "/repos/octo-org/widgets/issues/2").status == 410
    assert read(world, world.issue("next"))["number"] == 3


def test_a_transferred_issue_is_another_issue_elsewhere(world: World) -> None:
    """It has a new id and number; known labels go along; REST redirects from the old number."""
    world.sandbox.ensure_repository("octo-org/gadgets")
    parent = world.issue("parent")
    made = world.issue("moving", labelIds=[label_id(world, "bug")], parentIssueId=parent)
    moved = mutate(
        world,
        "transferIssue",
        "issue { id number repository { nameWithOwner } }",
        issueId=made,
        repositoryId=world.sandbox.repository("octo-org/gadgets").node_id,
    )["issue"]
    assert moved["number"] == 1
    assert moved["repository"]["nameWithOwner"] == "octo-org/gadgets"
    assert moved["id"] != made
    assert names(read(world, moved["id"])["labels"]) == ["bug"]
    assert read(world, parent)["subIssues"]["nodes"] == [{"number": 1}]
    old = world.send("GET", "/repos/octo-org/widgets/issues/2")
    assert old.status == 301
    assert old.headers["Location"].endswith("/repos/octo-org/gadgets/issues/1")


def test_an_archived_repository_is_read_only(world: World) -> None:
    """Nothing can be made or changed in it."""
    made = world.issue()
    world.sandbox.repository("octo-org/widgets").is_archived = True
    for name, given in (
        ("createIssue", {"repositoryId": world.repository_id, "title": "x"}),
        ("updateIssue", {"id": made, "title": "x"}),
        ("createLabel", {"repositoryId": world.repository_id, "name": "x", "color": "ffffff"}),
    ):
        assert refusal(world, name, **given) == (
            "FORBIDDEN: Repository was archived so is read-only."
        )


@pytest.mark.parametrize(
    ("state", "message"),
    [("is_disabled", "Repository access blocked"), ("is_locked", "Repository has been locked")],
)
def test_a_disabled_or_locked_repository_is_read_only(
    world: World, state: str, message: str
) -> None:
    """It can be read, and nothing can be changed in it."""
    made = world.issue()
    setattr(world.sandbox.repository("octo-org/widgets"), state, True)
    assert message in refusal(world, "updateIssue", id=made, title="x")
    assert read(world, made)["number"] == 1
    asked = "isDisabled isLocked viewerCanCreateIssues issueCreationPolicy"
    shown = world.ask(f'{{ repository(owner: "octo-org", name: "widgets") {{ {asked} }} }}')
    assert shown["repository"] == {
        "isDisabled": state == "is_disabled",
        "isLocked": state == "is_locked",
        "viewerCanCreateIssues": False,
        "issueCreationPolicy": "ALL",
    }


def test_only_collaborators_create_issues_where_the_policy_says_so(world: World) -> None:
    """Others get FORBIDDEN, and 403 from REST; they are told beforehand if they ask."""
    world.sandbox.repository("octo-org/widgets").creation_policy = "COLLABORATORS_ONLY"
    world.sandbox.tokens[world.token] = Grant("bob", "read")
    told = refusal(world, "createIssue", repositoryId=world.repository_id, title="x")
    assert told == "FORBIDDEN: Only collaborators can create issues in this repository."
    assert world.send("POST", "/repos/octo-org/widgets/issues", {"title": "x"}).status == 403
    asked = "viewerCanCreateIssues issueCreationPolicy"
    shown = world.ask(f'{{ repository(owner: "octo-org", name: "widgets") {{ {asked} }} }}')
    assert shown["repository"] == {
        "viewerCanCreateIssues": False,
        "issueCreationPolicy": "COLLABORATORS_ONLY",
    }
    world.sandbox.tokens[world.token] = Grant("bob", "triage")
    assert world.issue()


def test_issues_that_are_switched_off_are_gone_in_rest(world: World) -> None:
    """410 for lists, for single issues and for new ones; pull requests stay."""
    made = world.issue()
    world.sandbox.repository("octo-org/widgets").has_issues = False
    home = "/repos/octo-org/widgets/issues"
    for method, path in (("GET", home), ("GET", f"{home}/1"), ("POST", home)):
        refused = world.send(method, path, {"title": "x"} if method == "POST" else None)
        assert (refused.status, refused.json()["message"]) == (
            410,
            "Issues are disabled for this repo",
        )
    assert made


def test_a_label_of_emoji_only_is_refused(world: World) -> None:
    """With a word beside them they are fine, and so are shortcodes."""
    home = "/repos/octo-org/widgets/labels"
    for name in ("🐛", "😀 😃", "1️⃣"):
        refused = world.send("POST", home, {"name": name})
        assert refused.status == 422
        (fault,) = refused.json()["errors"]
        assert fault["message"] == "name must contain more than native emoji"
    for name in ("🐛 bug", ":bug:", "→"):
        assert world.send("POST", home, {"name": name}).status == 201


def test_every_deed_is_in_the_event_log(world: World) -> None:
    """The log says who did what, in order."""
    made = world.issue()
    mutate(world, "closeIssue", "issue { id }", issueId=made)
    told = [(event.actor, event.action) for event in world.sandbox.events]
    assert told == [("sandbox-user", "opened"), ("sandbox-user", "closed")]


def test_a_comment_is_hidden_and_shown_again(world: World) -> None:
    """Its reason is read back in lower case with hyphens."""
    comment = mutate(
        world,
        "addComment",
        "commentEdge { node { id } }",
        subjectId=world.issue(),
        body="Off we go",
    )["commentEdge"]["node"]["id"]
    shown = "isMinimized minimizedReason viewerCanMinimize"
    hidden = mutate(
        world,
        "minimizeComment",
        f"minimizedComment {{ {shown} }}",
        subjectId=comment,
        classifier="OFF_TOPIC",
    )
    assert hidden["minimizedComment"] == {
        "isMinimized": True,
        "minimizedReason": "off-topic",
        "viewerCanMinimize": True,
    }
    back = mutate(
        world, "unminimizeComment", f"unminimizedComment {{ {shown} }}", subjectId=comment
    )["unminimizedComment"]
    assert (back["isMinimized"], back["minimizedReason"]) == (False, None)
