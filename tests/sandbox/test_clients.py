"""Foreign clients over real HTTP: what works there works with the sandbox."""

from collections.abc import Iterator

import github
import gql
import pytest
import requests
from gql.transport.requests import RequestsHTTPTransport

from github_sandbox import faults
from github_sandbox.faults import FaultPlan
from github_sandbox.server import RunningServer, serve
from tests.sandbox.conftest import World


@pytest.fixture
def server(world: World) -> Iterator[RunningServer]:
    """The sandbox on a socket."""
    with serve(world.sandbox) as running:
        yield running


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A plain client with a token."""
    with requests.Session() as made:
        made.trust_env = False
        made.headers["Authorization"] = "Bearer a-token"
        yield made


def test_pygithub_makes_and_reads(server: RunningServer) -> None:
    """Issues, labels, milestones, comments and pages through PyGithub."""
    hub = github.Github(
        base_url=server.url,
        auth=github.Auth.Token("a-token"),
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    try:
        repository = hub.get_repo("octo-org/widgets")
        milestone = repository.create_milestone("M0", description="Start")
        label = repository.create_label("epic", "5319e7", "Large")
        issue = repository.create_issue(
            "One", body="Text", labels=[label], milestone=milestone, assignee="sandbox-user"
        )
        for number in range(4):
            repository.create_issue(f"More {number}")
        assert issue.number == 1
        issue.edit(title="Changed", state="closed", state_reason="completed")
        issue.create_comment("Done")
        issue.add_to_labels("bug")
        found = repository.get_issue(1)
        assert found.title == "Changed"
        assert found.state == "closed"
        assert {name.name for name in found.labels} == {"epic", "bug"}
        assert found.milestone is not None
        assert found.milestone.title == "M0"
        assert [comment.body for comment in found.get_comments()] == ["Done"]
        hub.per_page = 2
        assert [i.number for i in repository.get_issues(state="all")] == [5, 4, 3, 2, 1]
        assert repository.get_label("EPIC").color == "5319e7"
        with pytest.raises(github.UnknownObjectException):
            hub.get_repo("octo-org/nope")
        with pytest.raises(github.GithubException) as refused:
            repository.create_label("Epic", "ffffff")
        assert refused.value.status == 422
    finally:
        hub.close()


def test_pygithub_is_told_of_bad_credentials(server: RunningServer) -> None:
    """A bad token is PyGithub's own exception."""
    hub = github.Github(base_url=server.url, auth=github.Auth.Token("bad"), retry=None)
    try:
        with pytest.raises(github.BadCredentialsException):
            hub.get_user().login  # noqa: B018 - reading it asks the server
    finally:
        hub.close()


def test_gql_reads_the_schema_and_executes(server: RunningServer) -> None:
    """gql introspects, validates against what it found, and mutates."""
    transport = RequestsHTTPTransport(
        f"{server.url}/graphql", headers={"Authorization": "Bearer a-token"}
    )
    with gql.Client(transport=transport, fetch_schema_from_transport=True) as client:
        found = client.execute(
            gql.gql('{ repository(owner: "octo-org", name: "widgets") { id nameWithOwner } }')
        )
        request = gql.gql(
            """mutation($id: ID!) { createIssue(input: {repositoryId: $id, title: "One"}) {
                 issue { number } } }"""
        )
        request.variable_values = {"id": found["repository"]["id"]}
        made = client.execute(request)
    assert made == {"createIssue": {"issue": {"number": 1}}}


def test_one_connection_serves_many_requests(
    server: RunningServer, session: requests.Session
) -> None:
    """HTTP/1.1 stays open; HEAD has no body; an unknown method is refused."""
    for _ in range(3):
        answer = session.get(f"{server.url}/repos/octo-org/widgets", timeout=5)
        assert answer.headers["Server"] == "backlog-sandbox"
        assert answer.raw.version == 11
    assert server.url.startswith("http://127.0.0.1:")
    head = session.head(f"{server.url}/user", timeout=5)
    assert (head.status_code, head.content) == (404, b"")
    assert session.request("TRACE", server.url, timeout=5).status_code == 501


def test_a_lost_answer_is_a_closed_socket(
    world: World, server: RunningServer, session: requests.Session
) -> None:
    """Not delivered: nothing was made. Delivered: it was made, and the client cannot know."""
    world.sandbox.faults = FaultPlan({1: faults.not_delivered(), 2: faults.answer_lost()})
    url = f"{server.url}/repos/octo-org/widgets/issues"
    for title in ("one", "two"):
        with pytest.raises(requests.ConnectionError):
            session.post(url, json={"title": title}, timeout=5)
    assert [issue["title"] for issue in session.get(url, timeout=5).json()] == ["two"]


def test_a_stopped_server_is_gone_at_once(world: World, session: requests.Session) -> None:
    """Its port answers no more, and idle connections do not hold it up."""
    with serve(world.sandbox) as running:
        assert session.get(f"{running.url}/user", timeout=5).status_code == 200
    with pytest.raises(requests.ConnectionError):
        session.get(f"{running.url}/user", timeout=5)


def test_a_bug_is_a_500_and_not_the_end(
    world: World,
    server: RunningServer,
    session: requests.Session,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the sandbox did not foresee is told on standard error; it goes on serving."""

    def broken(_: object) -> None:
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as patch:
        patch.setattr(world.sandbox, "handle", broken)
        assert session.get(f"{server.url}/user", timeout=5).status_code == 500
    assert "unforeseen" in capsys.readouterr().err
    assert session.get(f"{server.url}/user", timeout=5).status_code == 200
