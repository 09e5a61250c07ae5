"""Pull requests in the simulator: closing keywords, drafts, merges, forks, linked branches."""

from typing import Any

import pytest
import requests

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.problems import RefusalError
from github_sandbox.server import serve

HOME = "octo-org/widgets"
READ = """query($n: Int!) { repository(owner: "octo-org", name: "widgets") { issue(number: $n) {
  state
  closedByPullRequestsReferences(first: 10, includeClosedPrs: true) { nodes {
    number title state isDraft merged mergedAt headRefName baseRefName isCrossRepository
    author { login } authorAssociation closingIssuesReferences(first: 5) { nodes { number } } } }
  open: closedByPullRequestsReferences(first: 10) { totalCount }
  linkedBranches(first: 10) { nodes { ref { name prefix } } } } } }"""


@pytest.fixture
def sandbox() -> Sandbox:
    """A repository with three issues."""
    made = Sandbox()
    made.ensure_repository(HOME)
    ann = Person(made, "ann", repository=HOME)
    for title in ("One", "Two", "Three"):
        ann.open_issue(title)
    return made


class Client:
    """A client with a token, over HTTP."""

    def __init__(self, url: str) -> None:
        self.url, self.headers = url, {"Authorization": "token x"}

    def rest(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        """One REST request."""
        address = f"{self.url}/repos/{HOME}{path}"
        answer = requests.request(method, address, json=body, headers=self.headers, timeout=10)
        return answer.status_code, answer.json()

    def graphql(self, query: str, **variables: Any) -> Any:
        """The data of one query."""
        sent = {"query": query, "variables": variables}
        answer = requests.post(f"{self.url}/graphql", json=sent, headers=self.headers, timeout=10)
        told = answer.json()
        assert "errors" not in told, told
        return told["data"]

    def issue(self, number: int) -> Any:
        """An issue with its pull requests and branches."""
        return self.graphql(READ, n=number)["repository"]["issue"]


def test_from_the_first_word_to_the_merge(sandbox: Sandbox) -> None:
    """A pull request by REST links what it closes, and its merge closes that."""
    with serve(sandbox) as running:
        client = Client(running.url)
        body = "Fixes #1, resolves octo-org/widgets#2 and relates to #3. Closes #99, closes: #1"
        sent = {"title": "Mend", "head": "mend", "base": "main", "body": body, "draft": True}
        status, made = client.rest("POST", "/pulls", **sent)
        assert (status, made["number"], made["draft"], made["merged"]) == (201, 4, True, False)
        assert (made["head"]["ref"], made["base"]["ref"]) == ("mend", "main")
        status, again = client.rest("POST", "/pulls", **sent)
        assert status == 422
        assert "already exists" in again["errors"][0]["message"]
        assert client.rest("PUT", "/pulls/4/merge")[0] == 405
        (pull,) = client.issue(1)["closedByPullRequestsReferences"]["nodes"]
        assert (pull["state"], pull["isDraft"], pull["merged"]) == ("OPEN", True, False)
        assert [n["number"] for n in pull["closingIssuesReferences"]["nodes"]] == [1, 2]
        assert client.issue(3)["closedByPullRequestsReferences"]["nodes"] == []
        client.rest("PATCH", "/pulls/4", body="Closes #2 and closes #3")
        assert client.issue(1)["closedByPullRequestsReferences"]["nodes"] == []
        Person(sandbox, "ann", repository=HOME).mark_ready(4)
        status, merged = client.rest("PUT", "/pulls/4/merge")
        assert (status, merged["merged"]) == (200, True)
        assert [client.issue(n)["state"] for n in (1, 2, 3)] == ["OPEN", "CLOSED", "CLOSED"]
        read = client.issue(2)
        assert read["closedByPullRequestsReferences"]["nodes"][0]["state"] == "MERGED"
        assert read["open"]["totalCount"] == 0
        assert client.rest("GET", "/pulls/4")[1]["merged_at"]
        assert [p["number"] for p in client.rest("GET", "/pulls?state=all")[1]] == [4]
        assert client.rest("GET", "/pulls")[1] == []
        assert client.rest("GET", "/pulls/1")[0] == 404


def test_a_strangers_pull_request_links_and_cannot_merge(sandbox: Sandbox) -> None:
    """Anybody's words link an issue; only who may write merges."""
    stranger = Person(sandbox, "mallory", permission="read", repository=HOME)
    pull = stranger.open_pull_request("Mine", "closes #1", head="mallory:mine")
    with serve(sandbox) as running:
        client = Client(running.url)
        (read,) = client.issue(1)["closedByPullRequestsReferences"]["nodes"]
    assert (read["isCrossRepository"], read["author"]["login"]) == (True, "mallory")
    assert read["authorAssociation"] == "NONE"
    with pytest.raises(RefusalError):
        stranger.merge(pull.number)


def test_branches_are_linked_and_shown(sandbox: Sandbox) -> None:
    """`createLinkedBranch` names a branch, and the page of the issue shows what is linked."""
    ann = Person(sandbox, "ann", repository=HOME)
    ann.open_pull_request("Mend it", "closes #1", draft=True)
    mutation = """mutation($id: ID!) { createLinkedBranch(input: {issueId: $id, oid: "1"}) {
        linkedBranch { ref { name } } issue { number } } }"""
    with serve(sandbox) as running:
        client = Client(running.url)
        made = client.graphql(mutation, id=ann.issue(1).node_id)["createLinkedBranch"]
        assert made["linkedBranch"]["ref"]["name"] == "1-one"
        assert client.issue(1)["linkedBranches"]["nodes"] == [
            {"ref": {"name": "1-one", "prefix": "refs/heads/"}}
        ]
        page = requests.get(f"{running.url}/_sandbox/repos/{HOME}/issues/1", timeout=10).text
    assert "Mend it #4" in page
    assert "draft" in page
    assert "1-one" in page
