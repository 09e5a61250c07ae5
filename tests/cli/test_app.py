"""The command as a GitHub App: which credentials are used, and mistakes in them."""

import json
from pathlib import Path

import pytest

from github_sandbox.app import Sandbox
from tests.app_keys import pem, public
from tests.cli.conftest import CANARY, Backlog

HIDDEN = (CANARY, *pem().splitlines()[1:-1])
REPO = ("--repo", "octo-org/shop")


@pytest.fixture
def app(server: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A server that knows App 12, which is installed, and the environment that describes it."""
    server.ensure_organization("octo-org")
    registered = server.apps.register(12, public(), slug="planner")
    server.apps.install(registered, "octo-org")
    monkeypatch.delenv("GH_TOKEN")
    monkeypatch.setenv("BACKLOG_APP_ID", "12")
    monkeypatch.setenv("BACKLOG_APP_PRIVATE_KEY", pem().replace("\n", "\\n"))
    return server


def secrets_in(text: str, server: Sandbox) -> list[str]:
    """Return the secrets that a text shows."""
    tokens = [issued.token for issued in server.apps.issued]
    return [secret for secret in (*HIDDEN, *tokens, "eyJ") if secret in text]


def test_an_app_syncs_issues_and_board(backlog: Backlog, app: Sandbox) -> None:
    """One token of the App for all of it; a second run finds nothing to do."""
    assert backlog("sync", "--yes", "-vv").code == 0
    issues = app.store.issues[app.repository("octo-org/shop").id].values()
    bot = app.store.accounts["planner[bot]"]
    assert {issue.author for issue in issues} == {bot.id}
    (board,) = app.store.projects[app.store.accounts["octo-org"].id].values()
    assert board.title == "Shop"
    assert len(app.apps.issued) == 1
    again = backlog("plan", "--check", "-vv", "--log-format", "json")
    assert again.code == 0
    assert secrets_in(again.out + again.err, app) == []


def test_doctor_names_the_app(
    backlog: Backlog, app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the token comes from and whose it is; a token beside it is not used."""
    told = backlog("doctor", "--format", "json")
    lines = {check["name"]: check["message"] for check in json.loads(told.out)["checks"]}
    assert lines["token"] == "GitHub App 12 (BACKLOG_APP_ID), planner[bot]"
    monkeypatch.setenv("GH_TOKEN", CANARY)
    told = backlog("doctor", "-vv")
    assert "GitHub App 12 (BACKLOG_APP_ID); GH_TOKEN is not used" in " ".join(told.out.split())
    assert secrets_in(told.out + told.err, app) == []
    assert {entry.status for entry in app.log} == {200, 201}


def test_the_key_may_be_a_file(
    backlog: Backlog, app: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named by its path, and the installation by its number."""
    (folder / "key.pem").write_text(pem(), "utf-8")
    monkeypatch.delenv("BACKLOG_APP_PRIVATE_KEY")
    monkeypatch.setenv("BACKLOG_APP_PRIVATE_KEY_FILE", "key.pem")
    (installed,) = app.apps.installations(app.apps.known[12])
    monkeypatch.setenv("BACKLOG_APP_INSTALLATION_ID", str(installed.id))
    assert backlog("doctor").code == 0
    assert [entry.path for entry in app.log if entry.path.endswith("/installation")] == []


def test_a_board_token_wins_for_the_board(
    backlog: Backlog, app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Apps cannot write to boards of users, so that one may be needed beside an App."""
    monkeypatch.setenv("BACKLOG_PROJECT_TOKEN", CANARY)
    told = backlog("doctor", "--format", "json")
    lines = {check["name"]: check["message"] for check in json.loads(told.out)["checks"]}
    assert lines["board token"].startswith("BACKLOG_PROJECT_TOKEN, ")
    assert lines["token"].startswith("GitHub App 12 ")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("BACKLOG_APP_PRIVATE_KEY", "", "the private key of the GitHub App is not"),
        ("BACKLOG_APP_PRIVATE_KEY", "no key", "is not the private key of a GitHub App"),
        ("BACKLOG_APP_PRIVATE_KEY", pem(2), "the private key is not one of GitHub App 12"),
        ("BACKLOG_APP_ID", "", "BACKLOG_APP_ID is not"),
        ("BACKLOG_APP_ID", "13", "there is no GitHub App 13"),
        ("BACKLOG_APP_INSTALLATION_ID", "7", "no installation 7"),
        ("BACKLOG_APP_PRIVATE_KEY_FILE", "nowhere.pem", "both set"),
    ],
)
@pytest.mark.parametrize("verb", ["doctor", "plan"])
def test_a_mistake_is_named_with_what_to_do(
    backlog: Backlog,
    app: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    name: str,
    value: str,
    message: str,
) -> None:
    """By the check of everything, and by a plan; the key and what it signed are not shown."""
    monkeypatch.setenv(name, value)
    told = backlog(verb, "-vv")
    assert told.code == 1
    assert message in " ".join((told.out + told.err).split())
    assert secrets_in(told.out + told.err, app) == []
    assert "Traceback" not in told.err


def test_help_names_the_variables(backlog: Backlog) -> None:
    """So nobody has to look for them elsewhere."""
    told = backlog("doctor", "--help").out
    for name in ("ID", "PRIVATE_KEY", "PRIVATE_KEY_FILE", "INSTALLATION_ID"):
        assert f"BACKLOG_APP_{name} " in told
