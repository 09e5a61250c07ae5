"""Issue fields of simulated organizations: values, options and their trap, columns."""

from dataclasses import replace
from typing import Any

import pytest

from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.features import Features
from github_sandbox.page.views import board_url, issue_url
from tests.sandbox.conftest import World

HEADER = {"GraphQL-Features": "issue_fields,repo_issue_fields"}
FIELDS = """query($o: String!, $n: String!) { repository(owner: $o, name: $n) {
  issueFields(first: 100) { nodes {
    ... on IssueFieldCommon { name dataType visibility } ... on Node { id }
    ... on IssueFieldSingleSelect { options { id name } }
    ... on IssueFieldMultiSelect { options { id name } }
  } }
  issues(first: 10) { nodes { id issueFieldValues(first: 25) { nodes {
    ... on IssueFieldTextValue { value } ... on IssueFieldNumberValue { number: value }
    ... on IssueFieldDateValue { value } ... on IssueFieldSingleSelectValue { name optionId }
    ... on IssueFieldMultiSelectValue { options { name } }
    ... on IssueFieldValueCommon { field { ... on IssueFieldCommon { name } } }
  } } } }
} }"""
SET = "mutation($i: SetIssueFieldValueInput!) { setIssueFieldValue(input: $i) { issue { id } } }"
CREATE = "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id number } } }"


class Fields:
    """A world whose requests ask for the preview, and the fields of its organization by name."""

    def __init__(self) -> None:
        self.world = World()
        self.boss = Person(self.world.sandbox, "boss", permission="admin")

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer to a call with the header."""
        body = {"query": query, "variables": variables}
        answer: dict[str, Any] = self.world.send("POST", "/graphql", body, HEADER).json()
        return answer

    def read(self) -> dict[str, Any]:
        """The repository with its fields and its issues' values."""
        answer = self.graphql(FIELDS, o="octo-org", n="widgets")
        assert "errors" not in answer, answer
        found: dict[str, Any] = answer["data"]["repository"]
        return found

    def field(self, name: str) -> dict[str, Any]:
        """One field."""
        every: list[dict[str, Any]] = self.read()["issueFields"]["nodes"]
        return next(field for field in every if field["name"] == name)

    def option(self, field: str, name: str) -> str:
        """The id of an option."""
        return str(next(o["id"] for o in self.field(field)["options"] if o["name"] == name))

    def create(self, *values: dict[str, Any]) -> str:
        """An issue with values."""
        given = {"repositoryId": self.world.repository_id, "title": "A", "issueFields": values}
        answer = self.graphql(CREATE, i=given)
        assert "errors" not in answer, answer
        return str(answer["data"]["createIssue"]["issue"]["id"])

    def values(self) -> list[dict[str, Any]]:
        """The values of the first issue."""
        nodes: list[dict[str, Any]] = self.read()["issues"]["nodes"][0]["issueFieldValues"]["nodes"]
        return nodes


@pytest.fixture
def fields() -> Fields:
    """An organization with GitHub's four fields, and two more."""
    made = Fields()
    made.boss.add_issue_field("Notes", "TEXT")
    made.boss.add_issue_field("Areas", "MULTI_SELECT", "web", "api", "docs")
    return made


def test_an_organization_has_four_fields(fields: Fields) -> None:
    """GitHub documents them; people have none, and without the header nobody sees them."""
    shown = [(f["name"], f["dataType"]) for f in fields.read()["issueFields"]["nodes"]]
    assert shown[:4] == [
        ("Priority", "SINGLE_SELECT"),
        ("Effort", "SINGLE_SELECT"),
        ("Start date", "DATE"),
        ("Target date", "DATE"),
    ]
    bare = fields.world.ask(FIELDS, o="octo-org", n="widgets")
    assert bare["repository"]["issueFields"] is None
    fields.world.sandbox.ensure_repository("ada/notes", owner_type="User")
    notes = fields.graphql(FIELDS, o="ada", n="notes")["data"]["repository"]
    assert notes["issueFields"] is None


def test_values_of_every_type_are_created_set_and_cleared(fields: Fields) -> None:
    """What one call creates another one changes; `delete` clears."""
    priority, notes, areas = (fields.field(n)["id"] for n in ("Priority", "Notes", "Areas"))
    web, docs = fields.option("Areas", "web"), fields.option("Areas", "docs")
    issue = fields.create(
        {"fieldId": priority, "singleSelectOptionId": fields.option("Priority", "High")},
        {"fieldId": areas, "multiSelectOptionIds": [docs, web]},
        {"fieldId": fields.field("Start date")["id"], "dateValue": "2026-03-31"},
        {"fieldId": notes, "textValue": " hello "},
    )
    high, date, text, several = fields.values()
    assert (high["name"], high["field"]["name"]) == ("High", "Priority")
    assert (date["value"], text["value"]) == ("2026-03-31", "hello")
    assert [o["name"] for o in several["options"]] == ["web", "docs"]
    change = [{"fieldId": priority, "delete": True}, {"fieldId": notes, "textValue": "bye"}]
    assert "errors" not in fields.graphql(SET, i={"issueId": issue, "issueFields": change})
    assert [v["field"]["name"] for v in fields.values()] == ["Start date", "Notes", "Areas"]
    wrong = [{"fieldId": notes, "numberValue": 3}]
    answer = fields.graphql(SET, i={"issueId": issue, "issueFields": wrong})
    assert answer["errors"][0]["type"] == "UNPROCESSABLE"


def test_options_sent_by_graphql_are_made_again(fields: Fields) -> None:
    """Its input has no id: every issue loses its value; REST takes the ids and keeps them."""
    fields.create(
        {
            "fieldId": fields.field("Priority")["id"],
            "singleSelectOptionId": fields.option("Priority", "High"),
        }
    )
    (rest,) = [
        f
        for f in fields.world.send("GET", "/orgs/octo-org/issue-fields").json()
        if f["name"] == "Priority"
    ]
    names = ("id", "name", "color", "priority")
    kept = [{name: option[name] for name in names} for option in rest["options"]]
    more = {"options": [*kept, {"name": "Someday", "color": "gray", "priority": 9}]}
    path = f"/orgs/octo-org/issue-fields/{rest['id']}"
    assert fields.world.send("PATCH", path, more).status == 200
    assert fields.values()[0]["name"] == "High"
    options = [
        {"name": option["name"], "color": option["color"].upper(), "priority": option["priority"]}
        for option in kept
    ]
    update = "mutation($i: UpdateIssueFieldInput!) { updateIssueField(input: $i)"
    update += " { issueField { ... on Node { id } } } }"
    given = {"id": fields.field("Priority")["id"], "options": options}
    assert "errors" not in fields.graphql(update, i=given)
    assert fields.values() == []


def test_values_are_dropped_without_rights_and_where_the_feature_is_off(fields: Fields) -> None:
    """Neither says so: the call succeeds, and nothing is set."""
    value = {"fieldId": fields.field("Notes")["id"], "textValue": "x"}
    issue = fields.create()
    fields.world.sandbox.tokens["eve"] = Grant("eve", "read")
    fields.world.token = "eve"
    given = {"issueId": issue, "issueFields": [value]}
    assert "errors" not in fields.graphql(SET, i=given)
    fields.world.token = "a-token"
    assert fields.values() == []
    fields.world.sandbox.features = replace(Features(), issue_fields_enabled=False)
    fields.create(value)
    assert "errors" not in fields.graphql(SET, i=given)
    assert fields.read()["issueFields"] is None
    assert fields.world.send("GET", "/orgs/octo-org/issue-fields").status == 404
    fields.world.sandbox.features = Features()
    assert [i["issueFieldValues"]["nodes"] for i in fields.read()["issues"]["nodes"]] == [[], []]


def test_a_field_is_a_column_of_a_board(fields: Fields) -> None:
    """Once; its values are those of the issues, and the board cannot set them."""
    issue = fields.create(
        {
            "fieldId": fields.field("Priority")["id"],
            "singleSelectOptionId": fields.option("Priority", "Low"),
        }
    )
    board = fields.world.board()
    card = fields.world.card(board, issue)
    show = """mutation($i: CreateProjectV2IssueFieldInput!) { createProjectV2IssueField(input: $i)
        { projectV2Field { ... on ProjectV2FieldCommon { id name dataType } } } }"""
    given = {"projectId": board, "issueFieldId": fields.field("Priority")["id"]}
    column = fields.graphql(show, i=given)["data"]["createProjectV2IssueField"]["projectV2Field"]
    assert (column["name"], column["dataType"]) == ("Priority", "SINGLE_SELECT")
    assert "already been taken" in fields.graphql(show, i=given)["errors"][0]["message"]
    cell = """query($id: ID!) { node(id: $id) { ... on ProjectV2Item {
        fieldValueByName(name: "Priority") { __typename ... on ProjectV2ItemIssueFieldValue {
          issueFieldValue { ... on IssueFieldSingleSelectValue { name } } } } } } }"""
    shown = fields.graphql(cell, id=card)["data"]["node"]["fieldValueByName"]
    assert shown["issueFieldValue"] == {"name": "Low"}
    for address in (board_url("octo-org", 1), issue_url("octo-org/widgets", 1)):
        assert "Low" in fields.world.send("GET", address).body.decode()


def test_a_state_with_values_is_read_again(fields: Fields) -> None:
    """A value of a field that is not there is damage."""
    store = fields.world.sandbox.store
    fields.create({"fieldId": fields.field("Notes")["id"], "textValue": "x"})
    from github_sandbox.restore import records_of  # noqa: PLC0415 - for this test alone

    dumped = store._dump(store.records.values())
    loaded = {values["id"]: (kind, values) for kind, values in dumped}
    assert len(records_of(loaded, max(loaded))) == len(loaded)
    (issue,) = [values for kind, values in dumped if kind == "Issue"]
    issue["field_values"] = {"7": "x"}
    with pytest.raises(ValueError, match="a field that is not there"):
        records_of(loaded, max(loaded))
