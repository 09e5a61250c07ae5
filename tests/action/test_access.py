"""Tokens of an App, pull requests, and the token on its way to git."""

import base64
import json
from pathlib import Path

import pytest
import responses

from backlog_sync.core.redaction import Secrets
from backlog_sync.errors import AccessError, FailedError, UnreachableError
from backlog_sync.github_api.app_auth import ACCESS_TOKENS, AppToken, AppVariables, read_app_key
from backlog_sync.github_api.session import connect
from backlog_sync.github_api.transport import PolicySession
from backlog_sync.local.push import WorkTree
from backlog_sync.waiting import Patience
from tests.app_keys import claims_of, pem

API = "https://api.github.com"
HOME = "octo-org/shop"
NOW = 1_800_000_000
INPUTS = AppVariables("app-id", "app-private-key")
GRANTED = {"token": "ghs_fresh", "expires_at": "2027-01-15T09:00:00Z"}


def app_token(key: str) -> str:
    """The token that the App with this key gets."""
    app = read_app_key({"app-id": "12", "app-private-key": key}, INPUTS)
    assert app is not None
    session = PolicySession(
        api_url=API,
        graphql_url=f"{API}/graphql",
        credential=None,
        read_only=True,
        user_agent="tests",
        secrets=Secrets(),
        may_post=ACCESS_TOKENS,
    )
    patience = Patience(clock=lambda: NOW, sleep=lambda _: None)
    told: list[str] = []
    token = AppToken(app, HOME, session, api_url=API, patience=patience, on_token=told.append)
    assert [token.token()] == told
    return told[0]


@responses.activate
def test_a_token_is_made_for_the_installation() -> None:
    """The App signs for itself, for less than ten minutes, and gets a token of its installation."""
    responses.get(f"{API}/repos/{HOME}/installation", json={"id": 7})
    responses.post(f"{API}/app/installations/7/access_tokens", json=GRANTED, status=201)
    assert app_token(pem()) == "ghs_fresh"
    sent = str(responses.calls[0].request.headers["Authorization"]).removeprefix("Bearer ")
    claims = claims_of(sent)
    assert claims["iss"] == "12"
    assert NOW - 61 < claims["iat"] < claims["exp"] <= NOW + 600


@responses.activate
def test_a_key_that_lost_its_line_breaks_is_read() -> None:
    """Secrets are often pasted with `\\n` in words."""
    responses.get(f"{API}/repos/{HOME}/installation", json={"id": 7})
    responses.post(f"{API}/app/installations/7/access_tokens", json=GRANTED, status=201)
    assert app_token(pem().replace("\n", "\\n")) == "ghs_fresh"


@responses.activate
def test_an_app_that_cannot_help_says_what_to_do() -> None:
    """No key, no installation, suspended: words and a hint, and never the key."""
    with pytest.raises(AccessError) as none:
        app_token("SECRET")
    assert "SECRET" not in none.value.message
    assert none.value.slug == "bad-app-key"
    responses.get(f"{API}/repos/{HOME}/installation", json={"message": "Not Found"}, status=404)
    with pytest.raises(AccessError, match="not installed for octo-org/shop: Not Found"):
        app_token(pem())


@responses.activate
def test_a_server_that_stumbles_is_asked_again() -> None:
    """Two bad answers are waited out, those that stay end the run in words."""
    for _ in range(2):
        responses.get(f"{API}/repos/{HOME}/installation", status=502)
    responses.get(f"{API}/repos/{HOME}/installation", json={"id": 7})
    responses.post(f"{API}/app/installations/7/access_tokens", json=GRANTED, status=201)
    assert app_token(pem()) == "ghs_fresh"
    for _ in range(3):
        responses.post(f"{API}/repos/{HOME}/pulls", status=503)
    with pytest.raises(UnreachableError, match="503"):
        opened()


def opened() -> str | None:
    """Open a pull request."""
    tracker = connect(repository=HOME, token="t", read_only=False, sleep=lambda _: None)
    return tracker.open_pull_request(head="b", base="main", title="T", body="B")


@responses.activate
def test_a_pull_request_is_opened_once() -> None:
    """A new one gives its address; one that exists is none to open."""
    responses.post(f"{API}/repos/{HOME}/pulls", json={"html_url": "https://x/1"}, status=201)
    assert opened() == "https://x/1"
    assert json.loads(responses.calls[0].request.body or b"")["head"] == "b"
    fault = {
        "message": "Validation Failed",
        "errors": [{"message": "A pull request already exists"}],
    }
    responses.replace(responses.POST, f"{API}/repos/{HOME}/pulls", json=fault, status=422)
    assert opened() is None


@responses.activate
def test_a_pull_request_that_is_refused_is_told() -> None:
    """Missing rights name the setting; anything else is GitHub's own words."""
    told = {"message": "GitHub Actions is not permitted to create or approve pull requests."}
    responses.post(f"{API}/repos/{HOME}/pulls", json=told, status=403)
    with pytest.raises(AccessError, match="not permitted") as refused:
        opened()
    assert "pull-requests: write" in (refused.value.hint or "")
    responses.replace(
        responses.POST, f"{API}/repos/{HOME}/pulls", json={"message": "No commits"}, status=422
    )
    with pytest.raises(FailedError, match="No commits"):
        opened()


@pytest.mark.parametrize(
    ("server", "kept", "sent"),
    [
        ("https://github.test", False, True),
        ("https://github.test", True, False),
        ("http://github.test", False, False),
    ],
)
def test_the_token_goes_to_git_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str, kept: bool, sent: bool
) -> None:
    """For our server alone, over https, never as an argument, never beside another header."""
    told = tmp_path / "told"
    fake = tmp_path / "git"
    fake.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *get-urlmatch*) {"echo basic x" if kept else "exit 1"}; exit 0;; esac\n'
        f'{{ echo "args $*"; env | grep GIT_CONFIG || true; }} > "{told}"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert WorkTree(tmp_path, token="ghs_x", server_url=server).tip("main") is None
    said = told.read_text()
    pair = base64.b64encode(b"x-access-token:ghs_x").decode()
    assert (pair in said) is sent
    assert pair not in said.splitlines()[0]
    if sent:
        assert "GIT_CONFIG_KEY_0=http.https://github.test/.extraheader" in said
