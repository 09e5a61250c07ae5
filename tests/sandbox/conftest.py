"""A sandbox on a clock that only tests move, and short ways to speak to it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from github_sandbox.api_versions import FIRST
from github_sandbox.app import Sandbox
from github_sandbox.messages import Request, Response
from github_sandbox.server import mount
from tests.contract.openapi import Judge
from tests.contract.packages import MODULES, why_missing

REPOSITORY = "octo-org/widgets"


class World:
    """A sandbox with one repository, and a client that speaks to it without a socket."""

    def __init__(self, folder: Path | None = None, owner_type: str = "Organization") -> None:
        self.moment = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
        self.slept: list[float] = []
        self.sandbox = Sandbox(folder, clock=lambda: self.moment, sleep=self.slept.append)
        mount(self.sandbox)
        self.sandbox.ensure_repository(
            REPOSITORY, owner_type="User" if owner_type == "User" else "Organization"
        )
        self.token = "a-token"
        self.judge: Judge | None = None

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        """One request with the token; with a judge, a REST answer must be as GitHub's would be."""
        own = {"Authorization": f"Bearer {self.token}", "Host": "127.0.0.1:1"}
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path, {**own, **(headers or {})}, content)
        answer = self.sandbox.handle(request)
        if self.judge and _is_judged(request, answer):
            assert self.judge.faults(method, path, answer.status, answer.body) == []
        return answer

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer to a GraphQL call, errors and all."""
        response = self.send("POST", "/graphql", {"query": query, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a GraphQL call that must not fail."""
        answer = self.graphql(query, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def refused(self, query: str, **variables: Any) -> dict[str, Any]:
        """The one error of a GraphQL call that must fail."""
        (error,) = self.graphql(query, **variables)["errors"]
        found: dict[str, Any] = error
        return found

    @property
    def repository_id(self) -> str:
        """The repository's node id."""
        return self.sandbox.repository(REPOSITORY).node_id

    @property
    def owner_id(self) -> str:
        """The owner's node id."""
        return self.sandbox.store.accounts["octo-org"].node_id

    def issue(self, title: str = "A story", **more: Any) -> str:
        """Make an issue; gives its node id."""
        made = self.ask(
            "mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }",
            i={"repositoryId": self.repository_id, "title": title, **more},
        )
        return str(made["createIssue"]["issue"]["id"])

    def board(self, title: str = "Widgets") -> str:
        """Make a board; gives its node id."""
        made = self.ask(
            "mutation($i: CreateProjectV2Input!) { createProjectV2(input: $i)"
            " { projectV2 { id } } }",
            i={"ownerId": self.owner_id, "repositoryId": self.repository_id, "title": title},
        )
        return str(made["createProjectV2"]["projectV2"]["id"])

    def field(self, project: str, name: str, data_type: str, **more: Any) -> dict[str, Any]:
        """Make a board field."""
        made = self.ask(
            """mutation($i: CreateProjectV2FieldInput!) {
                 createProjectV2Field(input: $i) { projectV2Field {
                   ... on ProjectV2FieldCommon { id name dataType }
                   ... on ProjectV2SingleSelectField { options { id name color description } }
                   ... on ProjectV2IterationField {
                     configuration { iterations { id title startDate duration } }
                   }
                 } } }""",
            i={"projectId": project, "name": name, "dataType": data_type, **more},
        )
        found: dict[str, Any] = made["createProjectV2Field"]["projectV2Field"]
        return found

    def card(self, project: str, issue: str) -> str:
        """Put an issue on a board; gives the card's node id."""
        made = self.ask(
            "mutation($i: AddProjectV2ItemByIdInput!) { addProjectV2ItemById(input: $i)"
            " { item { id } } }",
            i={"projectId": project, "contentId": issue},
        )
        return str(made["addProjectV2ItemById"]["item"]["id"])

    SET = (
        "mutation($i: UpdateProjectV2ItemFieldValueInput!) {"
        " updateProjectV2ItemFieldValue(input: $i) { projectV2Item { id updatedAt } } }"
    )

    def set_value(self, project: str, card: str, field: str, **value: Any) -> None:
        """Set one value of a card."""
        self.ask(
            self.SET, i={"projectId": project, "itemId": card, "fieldId": field, "value": value}
        )

    def values(self, card: str) -> dict[str, Any]:
        """A card's values by the names of their fields."""
        found = self.ask(
            """query($id: ID!) { node(id: $id) { ... on ProjectV2Item { fieldValues(first: 50) {
                 nodes {
                   __typename
                   ... on ProjectV2ItemFieldTextValue { text field { ...F } }
                   ... on ProjectV2ItemFieldNumberValue { number field { ...F } }
                   ... on ProjectV2ItemFieldDateValue { date field { ...F } }
                   ... on ProjectV2ItemFieldSingleSelectValue { name optionId field { ...F } }
                   ... on ProjectV2ItemFieldIterationValue { title iterationId field { ...F } }
                   ... on ProjectV2ItemFieldLabelValue {
                     labels(first: 10) { nodes { name } } field { ...F }
                   }
                   ... on ProjectV2ItemFieldMilestoneValue { milestone { title } field { ...F } }
                   ... on ProjectV2ItemFieldUserValue {
                     users(first: 10) { nodes { login } } field { ...F }
                   }
                   ... on ProjectV2ItemFieldRepositoryValue {
                     repository { nameWithOwner } field { ...F }
                   }
                 } } } } }
               fragment F on ProjectV2FieldConfiguration {
                 ... on ProjectV2FieldCommon { name } }""",
            id=card,
        )
        nodes = found["node"]["fieldValues"]["nodes"]
        return {node["field"]["name"]: node for node in nodes}


def _is_judged(request: Request, answer: Response) -> bool:
    """Whether GitHub describes such an answer: REST, on a route that there is, as it was meant."""
    path = request.path.split("?")[0]
    if request.header("X-GitHub-Api-Version") not in (None, FIRST):
        return False  # the description is of the first version
    ours = path.endswith("/graphql") or path.startswith("/_sandbox")
    is_json = answer.headers.get("Content-Type", "").startswith("application/json")
    return not ours and (is_json or not answer.body) and _is_whole(answer)


def _is_whole(answer: Response) -> bool:
    """Whether a fault on order has left the JSON in one piece."""
    try:
        return answer.json() is not ... if answer.body else True
    except ValueError:
        return False


@pytest.fixture(scope="session")
def judge() -> Judge | None:
    """GitHub's own description of REST, where it is installed; the answers are held to it."""
    return None if why_missing() else Judge(MODULES / "@octokit" / "openapi")


@pytest.fixture
def world(judge: Judge | None) -> Iterator[World]:
    """A sandbox in memory, with an organization's repository."""
    made = World()
    made.judge = judge
    yield made
    made.sandbox.close()


@pytest.fixture
def user_world(judge: Judge | None) -> Iterator[World]:
    """A sandbox in memory, whose repository belongs to a user."""
    made = World(owner_type="User")
    made.judge = judge
    yield made
    made.sandbox.close()
