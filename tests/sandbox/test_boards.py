"""Projects v2 in the sandbox: built-in fields, options, iterations, cards, values."""

from typing import Any

import pytest

from github_sandbox.access import Grant
from github_sandbox.actors import Person
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


def shown_values(world: World, card: str) -> list[str]:
    """The names of a card's values in the order of `fieldValues`."""
    return list(world.values(card))


def test_values_are_listed_in_the_order_in_which_they_were_set(world: World) -> None:
    """Repository and title come first; a changed value keeps its place, a cleared one loses it."""
    project = world.board()
    card = world.card(project, world.issue())
    fields = {name: world.field(project, name, "TEXT")["id"] for name in ("Note", "Risk", "Room")}
    for name in ("Room", "Note"):
        world.set_value(project, card, fields[name], text="first")
    assert shown_values(world, card) == ["Repository", "Title", "Room", "Note"]
    world.set_value(project, card, fields["Room"], text="second")
    world.set_value(project, card, fields["Risk"], text="high")
    assert shown_values(world, card) == ["Repository", "Title", "Room", "Note", "Risk"]
    place = {"projectId": project, "itemId": card, "fieldId": fields["Room"]}
    mutate(world, "clearProjectV2ItemFieldValue", "projectV2Item { id }", **place)
    world.set_value(project, card, fields["Room"], text="third")
    assert shown_values(world, card)[2:] == ["Note", "Risk", "Room"]


def test_a_text_value_has_at_most_1024_characters(world: World) -> None:
    """One more is refused in GitHub's words, and the value stays."""
    project = world.board()
    card = world.card(project, world.issue())
    note = world.field(project, "Note", "TEXT")["id"]
    world.set_value(project, card, note, text="é" * 1024)
    place = {"projectId": project, "itemId": card, "fieldId": note}
    message = refusal(world, "updateProjectV2ItemFieldValue", value={"text": "é" * 1025}, **place)
    assert message == "UNPROCESSABLE: Column value must be a valid value for text column"
    assert len(world.values(card)["Note"]["text"]) == 1024


def test_a_wrong_literal_stops_the_whole_document(world: World) -> None:
    """Its error has no type; the path begins with the operation, and nothing else is executed."""
    project = world.board()
    card = world.card(project, world.issue())
    due, note = (world.field(project, name, kind)["id"] for name, kind in DUE_AND_NOTE)
    head = f'projectId: "{project}", itemId: "{card}"'
    answer = world.graphql(
        f"""mutation setBoth {{
  note: updateProjectV2ItemFieldValue(input: {{{head}, fieldId: "{note}", value: {{text: "x"}}}}) {{
    clientMutationId }}
  due: updateProjectV2ItemFieldValue(input: {{{head}, fieldId: "{due}", value: {{date: "1"}}}}) {{
    clientMutationId }}
}}"""
    )
    assert "data" not in answer
    (error,) = answer["errors"]
    assert error.pop("locations")[0]["line"] == 4
    assert error == {
        "path": ["mutation setBoth", "due", "input", "value", "date"],
        "extensions": {
            "code": "argumentLiteralsIncompatible",
            "typeName": "InputObject",
            "argumentName": "date",
        },
        "message": "Argument 'date' on InputObject 'ProjectV2FieldValue' has an invalid value"
        " (\"1\"). Expected type 'Date'.",
    }
    assert "Note" not in world.values(card)


DUE_AND_NOTE = (("Due", "DATE"), ("Note", "TEXT"))


def test_a_date_with_a_time_is_stored_as_the_date(world: World) -> None:
    """Clients send moments, too."""
    project = world.board()
    card = world.card(project, world.issue())
    due = world.field(project, "Due", "DATE")["id"]
    world.set_value(project, card, due, date="2026-02-03T00:00:00.000Z")
    assert world.values(card)["Due"]["date"] == "2026-02-03"


def test_a_draft_has_a_title_that_can_be_set_and_people(world: World) -> None:
    """Its title is set like a value, that of an issue is not; the creator and assignees show."""
    ada = world.sandbox.ensure_user("ada")
    project = world.board()
    draft = mutate(
        world,
        "addProjectV2DraftIssue",
        "projectItem { id type content { ... on DraftIssue { title creator { login }"
        " assignees(first: 5) { nodes { login } } } } }",
        projectId=project,
        title=" An idea ",
        assigneeIds=[ada.node_id],
    )["projectItem"]
    assert draft["content"]["title"] == "An idea"
    assert draft["content"]["assignees"]["nodes"] == [{"login": "ada"}]
    assert draft["content"]["creator"]["login"]
    title = field_of(world, project, "Title")["id"]
    place = {"projectId": project, "itemId": draft["id"], "fieldId": title}
    world.set_value(project, draft["id"], title, text="A plan")
    assert world.values(draft["id"])["Title"]["text"] == "A plan"
    assert "blank" in refusal(world, "updateProjectV2ItemFieldValue", value={"text": " "}, **place)
    assert "not supported" in refusal(world, "clearProjectV2ItemFieldValue", **place)
    card = world.card(project, world.issue())
    message = refusal(
        world, "updateProjectV2ItemFieldValue", value={"text": "x"}, **{**place, "itemId": card}
    )
    assert message == "UNPROCESSABLE: The field of type title is currently not supported."


def test_a_pull_request_is_a_card_like_an_issue(world: World) -> None:
    """It has a number of its own in the database, and knows its cards."""
    project = world.board()
    pull = Person(world.sandbox, "ada").open_pull_request("Grease the bearings").node_id
    card = world.card(project, pull)
    found = world.ask(
        """query($id: ID!) { node(id: $id) { ... on PullRequest {
             databaseId fullDatabaseId merged projectItems(first: 9) {
               nodes { id type content { ... on PullRequest { title } } } } } } }""",
        id=pull,
    )["node"]
    assert found["projectItems"]["nodes"] == [
        {"id": card, "type": "PULL_REQUEST", "content": {"title": "Grease the bearings"}}
    ]
    assert (str(found["databaseId"]), found["merged"]) == (found["fullDatabaseId"], False)


def test_past_iterations_are_listed_newest_first(world: World) -> None:
    """Current ones are oldest first; each has its own length."""
    project = world.board()
    starts = ("2025-11-24", "2025-12-08", "2025-12-22", "2026-01-05", "2026-01-19")
    iterations = [{"title": start, "startDate": start, "duration": 14} for start in starts]
    setup = {"startDate": starts[0], "duration": 14, "iterations": iterations}
    world.field(project, "Sprint", "ITERATION", iterationConfiguration=setup)
    found = world.ask(
        """query($id: ID!) { node(id: $id) { ... on ProjectV2 { field(name: "Sprint") {
             ... on ProjectV2IterationField { configuration {
               iterations { title } completedIterations { title } startDay duration } } } } } }""",
        id=project,
    )["node"]["field"]["configuration"]
    assert [each["title"] for each in found["completedIterations"]] == [*starts[2::-1]]
    assert [each["title"] for each in found["iterations"]] == [*starts[3:]]
    assert (found["startDay"], found["duration"]) == (1, 14)


ITEMS = """query($id: ID!, $first: Int!, $after: String) { node(id: $id) { ... on ProjectV2 {
  items(first: $first, after: $after) { totalCount pageInfo { endCursor hasNextPage }
    nodes { id } } } } }"""


def test_cursors_of_cards_are_positions(world: World) -> None:
    """A card that leaves the board between two pages makes the next page miss one."""
    project = world.board()
    cards = [world.card(project, world.issue(f"Story {n}")) for n in range(1, 6)]
    first = world.ask(ITEMS, id=project, first=2)["node"]["items"]
    assert first["pageInfo"] == {"endCursor": "Mg", "hasNextPage": True}
    place = {"projectId": project, "itemId": cards[0]}
    mutate(world, "archiveProjectV2Item", "item { id }", **place)
    after = first["pageInfo"]["endCursor"]
    second = world.ask(ITEMS, id=project, first=2, after=after)["node"]["items"]
    assert [node["id"] for node in second["nodes"]] == cards[3:]
    assert second["totalCount"] == 4
    error = world.refused(ITEMS, id=project, first=2, after="nonsense")
    assert error["type"] == "INVALID_CURSOR_ARGUMENTS"


def test_values_are_set_and_cleared_under_aliases_one_after_the_other(world: World) -> None:
    """Each sees what those before it did; one that fails is null, and the others stand."""
    project = world.board()
    card = world.card(project, world.issue())
    due, note = (world.field(project, name, kind)["id"] for name, kind in DUE_AND_NOTE)
    answer = world.graphql(
        """mutation($project: ID!, $card: ID!, $due: ID!, $note: ID!, $long: String!) {
             note: updateProjectV2ItemFieldValue(input: {
               projectId: $project, itemId: $card, fieldId: $note, value: {text: "x"}}) {
               projectV2Item { fieldValues(first: 9) { totalCount } } }
             long: updateProjectV2ItemFieldValue(input: {
               projectId: $project, itemId: $card, fieldId: $note, value: {text: $long}}) {
               clientMutationId }
             due: updateProjectV2ItemFieldValue(input: {
               projectId: $project, itemId: $card, fieldId: $due, value: {date: "2026-02-03"}}) {
               projectV2Item { fieldValues(first: 9) { totalCount } } }
             gone: clearProjectV2ItemFieldValue(input: {
               projectId: $project, itemId: $card, fieldId: $note}) {
               projectV2Item { fieldValues(first: 9) { totalCount } } } }""",
        project=project,
        card=card,
        due=due,
        note=note,
        long="x" * 1025,
    )
    counted = {
        name: value and value["projectV2Item"]["fieldValues"]["totalCount"]
        for name, value in answer["data"].items()
    }
    assert counted == {"note": 3, "long": None, "due": 4, "gone": 3}
    assert [error["path"] for error in answer["errors"]] == [["long"]]


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
