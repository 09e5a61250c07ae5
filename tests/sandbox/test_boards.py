"""Projects v2 in the sandbox: built-in fields, options, iterations, cards, values."""

from typing import Any

import pytest

from github_sandbox.access import Grant
from tests.sandbox.conftest import World
from tests.sandbox.test_writes import mutate, refusal

FIELDS = """query($id: ID!) { node(id: $id) { ... on ProjectV2 {
  title number url public closed
  fields(first: 50) { nodes { ... on ProjectV2FieldCommon { id name dataType }
    ... on ProjectV2SingleSelectField { options { id name color description } } } }
  items(first: 100) { nodes { id isArchived type content { ... on Issue { number } } } }
  repositories(first: 9) { nodes { nameWithOwner } } } } }"""


def board(world: World, project: str) -> dict[str, Any]:
    """A board as GraphQL tells it."""
    found: dict[str, Any] = world.ask(FIELDS, id=project)["node"]
    return found


def field_of(world: World, project: str, name: str) -> dict[str, Any]:
    """One field of a board by its name."""
    fields = board(world, project)["fields"]["nodes"]
    return next(field for field in fields if field["name"] == name)


def option(name: str, **more: str) -> dict[str, str]:
    """An option as the input takes it."""
    return {"name": name, "color": "GRAY", "description": "", **more}


def test_a_new_board_has_githubs_fields(world: World) -> None:
    """Ten built-in fields; Status has Todo, In Progress and Done."""
    found = board(world, world.board("Plan"))
    assert [(field["name"], field["dataType"]) for field in found["fields"]["nodes"]] == [
        ("Title", "TITLE"),
        ("Assignees", "ASSIGNEES"),
        ("Status", "SINGLE_SELECT"),
        ("Labels", "LABELS"),
        ("Linked pull requests", "LINKED_PULL_REQUESTS"),
        ("Milestone", "MILESTONE"),
        ("Repository", "REPOSITORY"),
        ("Reviewers", "REVIEWERS"),
        ("Parent issue", "PARENT_ISSUE"),
        ("Sub-issues progress", "SUB_ISSUES_PROGRESS"),
    ]
    status = next(f for f in found["fields"]["nodes"] if f["name"] == "Status")
    assert [o["name"] for o in status["options"]] == ["Todo", "In Progress", "Done"]
    assert found["url"].endswith("/orgs/octo-org/projects/1")
    assert (found["public"], found["closed"]) == (False, False)
    assert found["repositories"]["nodes"] == [{"nameWithOwner": "octo-org/widgets"}]


def test_a_board_is_found_by_title_and_number(world: World) -> None:
    """`projectsV2(query:)` searches titles; `projectV2(number:)` names one."""
    world.board("Plan")
    world.board("Other")
    found = world.ask(
        """{ repositoryOwner(login: "octo-org") { ... on ProjectV2Owner {
             projectsV2(first: 9, query: "plan") { nodes { number title } }
             projectV2(number: 2) { title } } }
             repository(owner: "octo-org", name: "widgets") { projectsV2(first: 9) {
               nodes { number } } } }"""
    )
    owner = found["repositoryOwner"]
    assert owner["projectsV2"]["nodes"] == [{"number": 1, "title": "Plan"}]
    assert owner["projectV2"] == {"title": "Other"}
    assert found["repository"]["projectsV2"]["nodes"] == [{"number": 2}, {"number": 1}]


def test_a_board_can_be_changed_and_linked(world: World) -> None:
    """Title, public and closed change; linking a second time changes nothing."""
    project = mutate(
        world, "createProjectV2", "projectV2 { id }", ownerId=world.owner_id, title=" Plan "
    )["projectV2"]["id"]
    assert board(world, project)["repositories"]["nodes"] == []
    for _ in range(2):
        mutate(
            world,
            "linkProjectV2ToRepository",
            "repository { id }",
            projectId=project,
            repositoryId=world.repository_id,
        )
    changed = mutate(
        world,
        "updateProjectV2",
        "projectV2 { title public closed shortDescription readme closedAt }",
        projectId=project,
        title="New",
        public=True,
        closed=True,
        shortDescription="short",
        readme="long",
    )["projectV2"]
    assert changed == {
        "title": "New",
        "public": True,
        "closed": True,
        "shortDescription": "short",
        "readme": "long",
        "closedAt": "2026-01-05T12:00:00Z",
    }
    assert len(board(world, project)["repositories"]["nodes"]) == 1


def test_values_of_every_type_are_kept(world: World) -> None:
    """Text, number, date, option and iteration are set, read by either way, and cleared."""
    project = world.board()
    card = world.card(project, world.issue(labelIds=[], title="A story"))
    text = world.field(project, "Note", "TEXT")
    number = world.field(project, "Story Points", "NUMBER")
    day = world.field(project, "Target", "DATE")
    choice = world.field(
        project, "Priority", "SINGLE_SELECT", singleSelectOptions=[option("High"), option("Low")]
    )
    sprint = world.field(
        project,
        "Sprint",
        "ITERATION",
        iterationConfiguration={
            "startDate": "2026-01-05",
            "duration": 14,
            "iterations": [{"title": "Sprint 1", "startDate": "2026-01-05", "duration": 14}],
        },
    )
    world.set_value(project, card, text["id"], text="careful")
    world.set_value(project, card, number["id"], number=3)
    world.set_value(project, card, day["id"], date="2026-03-31")
    world.set_value(project, card, choice["id"], singleSelectOptionId=choice["options"][0]["id"])
    iteration = sprint["configuration"]["iterations"][0]["id"]
    world.set_value(project, card, sprint["id"], iterationId=iteration)
    values = world.values(card)
    assert values["Title"]["text"] == "A story"
    assert values["Repository"]["repository"] == {"nameWithOwner": "octo-org/widgets"}
    assert values["Note"]["text"] == "careful"
    assert values["Story Points"]["number"] == 3
    assert values["Target"]["date"] == "2026-03-31"
    assert values["Priority"]["name"] == "High"
    assert values["Sprint"]["title"] == "Sprint 1"
    mutate(
        world,
        "clearProjectV2ItemFieldValue",
        "projectV2Item { id }",
        projectId=project,
        itemId=card,
        fieldId=number["id"],
    )
    assert "Story Points" not in world.values(card)


def test_what_the_issue_says_shows_on_its_card(world: World) -> None:
    """Labels, assignees and milestone are values of the card without being set there."""
    milestone = world.send("POST", "/repos/octo-org/widgets/milestones", {"title": "M0"}).json()
    ada = world.sandbox.ensure_user("ada")
    project = world.board()
    issue = world.issue(milestoneId=milestone["node_id"], assigneeIds=[ada.node_id])
    values = world.values(world.card(project, issue))
    assert values["Milestone"]["milestone"] == {"title": "M0"}
    assert values["Assignees"]["users"]["nodes"] == [{"login": "ada"}]
    assert "Labels" not in values


def test_adding_a_card_twice_answers_the_first(world: World) -> None:
    """The same card comes back, and there is one."""
    project, issue = world.board(), world.issue()
    assert world.card(project, issue) == world.card(project, issue)
    assert len(board(world, project)["items"]["nodes"]) == 1


def test_a_draft_cannot_be_added_by_id_but_made(world: World) -> None:
    """`addProjectV2ItemById` takes issues and pull requests; drafts have their own mutation."""
    project = world.board()
    message = refusal(
        world, "addProjectV2ItemById", projectId=project, contentId=world.repository_id
    )
    assert message == "VALIDATION: contentID must refer to an Issue or a Pull Request."
    mutate(world, "addProjectV2DraftIssue", "projectItem { id }", projectId=project, title="Idea")
    (item,) = board(world, project)["items"]["nodes"]
    assert item["type"] == "DRAFT_ISSUE"


def test_the_same_value_again_moves_nothing(world: World) -> None:
    """`updatedAt` of a card follows changes, not writes."""
    project = world.board()
    card = world.card(project, world.issue())
    points = world.field(project, "Points", "NUMBER")["id"]
    given = {"projectId": project, "itemId": card, "fieldId": points, "value": {"number": 3}}
    stamps = []
    for value in (3, 3, 5):
        world.wait(60)
        given["value"] = {"number": value}
        answer = world.ask(World.SET, i=given)["updateProjectV2ItemFieldValue"]
        stamps.append(answer["projectV2Item"]["updatedAt"])
    assert stamps[0] == stamps[1] < stamps[2]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("Points", {"text": "3"}, "Did not receive a number value to update a field of type"),
        ("Status", {"singleSelectOptionId": "nope"}, "does not belong to the field"),
        ("Points", {"number": 3, "text": "3"}, "exactly one"),
        ("Points", {}, "exactly one"),
        ("Title", {"text": "x"}, "is currently not supported"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    world: World, field: str, value: dict[str, Any], message: str
) -> None:
    """Another type, an unknown option, more than one value, a built-in field."""
    project = world.board()
    world.field(project, "Points", "NUMBER")
    card = world.card(project, world.issue())
    given = {
        "projectId": project,
        "itemId": card,
        "fieldId": field_of(world, project, field)["id"],
        "value": value,
    }
    assert message in refusal(world, "updateProjectV2ItemFieldValue", **given)


def test_closing_an_issue_sets_its_status_to_done(world: World) -> None:
    """The default workflow moves the card; reopening leaves it."""
    project, issue = world.board(), world.issue()
    card = world.card(project, issue)
    assert "Status" not in world.values(card)
    mutate(world, "closeIssue", "issue { id }", issueId=issue)
    assert world.values(card)["Status"]["name"] == "Done"
    mutate(world, "reopenIssue", "issue { id }", issueId=issue)
    assert world.values(card)["Status"]["name"] == "Done"


def test_options_sent_without_their_ids_clear_the_cards(world: World) -> None:
    """With ids the values stay; the same names without ids are new options."""
    project = world.board()
    card = world.card(project, world.issue())
    priority = world.field(
        project, "Priority", "SINGLE_SELECT", singleSelectOptions=[option("High"), option("Low")]
    )
    high, low = (o["id"] for o in priority["options"])
    world.set_value(project, card, priority["id"], singleSelectOptionId=high)

    def send(*options: dict[str, str]) -> None:
        mutate(
            world,
            "updateProjectV2Field",
            "projectV2Field { ... on ProjectV2FieldCommon { id } }",
            fieldId=priority["id"],
            singleSelectOptions=list(options),
        )

    send(option("Urgent", id=high), option("Low", id=low), option("Medium"))
    assert world.values(card)["Priority"]["name"] == "Urgent"
    assert world.values(card)["Priority"]["optionId"] == high
    send(option("Urgent"), option("Low"))
    assert "Priority" not in world.values(card)
    assert high not in {o["id"] for o in field_of(world, project, "Priority")["options"]}


def test_iterations_sent_again_clear_the_cards(world: World) -> None:
    """Every iteration gets a new id, also where nothing changed; past ones are completed."""
    project = world.board()
    card = world.card(project, world.issue())
    setup = {
        "startDate": "2025-12-22",
        "duration": 14,
        "iterations": [
            {"title": "Sprint 1", "startDate": "2025-12-22", "duration": 14},
            {"title": "Sprint 2", "startDate": "2026-01-05", "duration": 14},
        ],
    }
    sprint = world.field(project, "Sprint", "ITERATION", iterationConfiguration=setup)
    (current,) = sprint["configuration"]["iterations"]
    assert current["title"] == "Sprint 2"
    world.set_value(project, card, sprint["id"], iterationId=current["id"])
    mutate(
        world,
        "updateProjectV2Field",
        "projectV2Field { ... on ProjectV2FieldCommon { id } }",
        fieldId=sprint["id"],
        iterationConfiguration=setup,
    )
    assert "Sprint" not in world.values(card)


def test_field_names_are_unique_and_some_are_reserved(world: World) -> None:
    """Whatever the case; the built-in names are taken."""
    project = world.board()
    world.field(project, "Points", "NUMBER")
    given = {"projectId": project, "dataType": "NUMBER"}
    assert "taken" in refusal(world, "createProjectV2Field", name="points", **given)
    assert "taken" in refusal(world, "createProjectV2Field", name="Milestone", **given)
    assert "reserved" in refusal(world, "createProjectV2Field", name="Type", **given)
    assert "blank" in refusal(world, "createProjectV2Field", name=" ", **given)


def test_fields_and_options_have_limits(world: World) -> None:
    """Fifty of each; a single select needs at least one option."""
    project = world.board()
    many = [option(f"option {n}") for n in range(51)]
    given = {"projectId": project, "name": "Choice", "dataType": "SINGLE_SELECT"}
    assert "50" in refusal(world, "createProjectV2Field", singleSelectOptions=many, **given)
    assert "blank" in refusal(world, "createProjectV2Field", singleSelectOptions=[], **given)
    for number in range(40):
        world.field(project, f"Field {number}", "TEXT")
    assert "50" in refusal(
        world, "createProjectV2Field", projectId=project, name="More", dataType="TEXT"
    )


def test_an_archived_card_refuses_changes_and_leaves_the_board(world: World) -> None:
    """It is gone from `items`, still among the issue's cards, and comes back."""
    project, issue = world.board(), world.issue()
    card = world.card(project, issue)
    points = world.field(project, "Points", "NUMBER")["id"]
    place = {"projectId": project, "itemId": card}
    mutate(world, "archiveProjectV2Item", "item { isArchived }", **place)
    assert board(world, project)["items"]["nodes"] == []
    cards = world.ask(
        """query($id: ID!) { node(id: $id) { ... on Issue {
             all: projectItems(first: 9) { nodes { isArchived } }
             live: projectItems(first: 9, includeArchived: false) { nodes { id } } } } }""",
        id=issue,
    )["node"]
    assert cards == {"all": {"nodes": [{"isArchived": True}]}, "live": {"nodes": []}}
    message = refusal(
        world, "updateProjectV2ItemFieldValue", fieldId=points, value={"number": 1}, **place
    )
    assert message == "UNPROCESSABLE: The item is archived and cannot be updated"
    mutate(world, "unarchiveProjectV2Item", "item { isArchived }", **place)
    assert len(board(world, project)["items"]["nodes"]) == 1


def test_a_deleted_card_takes_its_values_along(world: World) -> None:
    """Added again it is another card."""
    project, issue = world.board(), world.issue()
    card = world.card(project, issue)
    mutate(world, "deleteProjectV2Item", "deletedItemId", projectId=project, itemId=card)
    assert world.card(project, issue) != card


def test_a_workflows_token_does_not_reach_boards(world: World) -> None:
    """Reading and writing are refused with GitHub's sentence; an issue shows no cards."""
    project = world.board()
    issue = world.issue(projectV2Ids=[project])
    world.sandbox.tokens["workflow"] = Grant("github-actions[bot]", "write", projects=False)
    world.token = "workflow"
    sentence = "Resource not accessible by integration"
    for query in (
        '{ organization(login: "octo-org") { projectV2(number: 1) { id } } }',
        '{ organization(login: "octo-org") { projectsV2(first: 1) { nodes { id } } } }',
    ):
        error = world.refused(query)
        assert (error["type"], error["message"]) == ("FORBIDDEN", sentence)
    assert sentence in refusal(world, "createProjectV2", ownerId=world.owner_id, title="x")
    assert sentence in refusal(world, "addProjectV2ItemById", projectId=project, contentId=issue)
    found = world.ask(
        "query($id: ID!) { node(id: $id) { ... on Issue { projectItems(first: 9) { nodes { id } }"
        " } } }",
        id=issue,
    )
    assert found["node"]["projectItems"]["nodes"] == []
