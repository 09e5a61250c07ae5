"""The action with a GitHub App: for the board, and for everything if there is no token."""

import pytest

from github_sandbox.access import Grant
from tests.action.conftest import BACKLOG, BOARD, REPOSITORY, Place
from tests.app_keys import pem, public

WORKFLOW = "ghs_of_a_workflow"
INPUTS = {"app-id": "12", "app-private-key": pem()}


@pytest.fixture
def app(place: Place) -> Place:
    """A backlog with a board, a workflow's own token, and an App that is installed."""
    place.hub.tokens[WORKFLOW] = Grant(
        "github-actions[bot]", "write", projects=False, repositories=(REPOSITORY,), scopes=None
    )
    registered = place.hub.apps.register(12, public(), slug="planner")
    place.hub.apps.install(registered, REPOSITORY.partition("/")[0])
    place.commit({"backlog.yaml": BACKLOG + BOARD}, "A board")
    return place


def authors(place: Place) -> set[str]:
    """Return who opened the issues."""
    accounts = {account.id: login for login, account in place.hub.store.accounts.items()}
    issues = place.hub.store.issues[place.hub.repository(REPOSITORY).id].values()
    return {accounts[issue.author or 0] for issue in issues}


def boards(place: Place) -> list[str]:
    """Return the titles of the boards."""
    return [board.title for some in place.hub.store.projects.values() for board in some.values()]


def test_the_app_is_for_the_board(app: Place) -> None:
    """Issues are opened with the workflow's token; each token of the App is masked."""
    job = app.push(INPUTS, token=WORKFLOW)
    assert job.code == 0, job.log
    assert authors(app) == {"github-actions[bot]"}
    assert boards(app)
    tokens = {issued.token for issued in app.hub.apps.issued}
    assert tokens
    assert tokens <= {command.message for command in job.commands if command.name == "add-mask"}
    shown = job.summary + "".join(job.outputs.values())
    assert [line for line in (*pem().splitlines()[1:-1], *tokens) if line in shown] == []
    assert [line for line in pem().splitlines()[1:-1] if line in job.log] == []


def test_without_a_token_the_app_is_for_everything(app: Place) -> None:
    """Issues are the App's own, then."""
    job = app.push({**INPUTS, "token": ""})
    assert job.code == 0, job.log
    assert authors(app) == {"planner[bot]"}
    assert boards(app)


def test_a_key_that_is_none_is_an_error_with_what_to_do(app: Place) -> None:
    """It names the input."""
    job = app.push({**INPUTS, "app-private-key": "no key"}, token=WORKFLOW)
    assert job.code == 1
    (told,) = job.said("error")
    assert "app-private-key is not the private key of a GitHub App" in told
