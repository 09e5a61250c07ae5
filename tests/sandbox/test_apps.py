"""GitHub Apps at the simulated GitHub: signatures, installations, tokens."""

from typing import Any

import pytest

from github_sandbox.messages import Response
from tests.app_keys import public, signed
from tests.sandbox.conftest import REPOSITORY, World

TOKENS = "/app/installations/{}/access_tokens"


def as_app(world: World, method: str, path: str, *, which: int = 1, **claims: Any) -> Response:
    """A request that App 12 signs, with a key that it knows (1) or not."""
    now = int(world.moment.timestamp())
    world.token = signed({"iss": "12", "iat": now - 60, "exp": now + 300, **claims}, which)
    return world.send(method, path, {} if method == "POST" else None)


def test_an_app_gets_tokens_for_where_it_is_installed(world: World) -> None:
    """The installation of a repository, and a token of it that acts as the App's bot."""
    app = world.sandbox.apps.register(12, public(), slug="planner")
    installed = world.sandbox.apps.install(app, "octo-org")
    found = as_app(world, "GET", f"/repos/{REPOSITORY}/installation")
    assert (found.status, found.json()["id"]) == (200, installed.id)
    assert as_app(world, "GET", "/app").json()["slug"] == "planner"
    for path in ("/orgs/octo-org/installation", f"/app/installations/{installed.id}"):
        assert as_app(world, "GET", path).json() == found.json()
    made = as_app(world, "POST", TOKENS.format(installed.id))
    assert made.status == 201
    assert made.json()["expires_at"] == "2026-01-05T13:00:00Z"
    world.token = made.json()["token"]
    assert world.ask("{ viewer { login } }") == {"viewer": {"login": "planner[bot]"}}
    world.issue("From an App")


def test_a_token_ends_after_an_hour(world: World) -> None:
    """Then it is refused as any wrong one; another one is good."""
    installed = world.sandbox.apps.install(world.sandbox.apps.register(12, public()), "octo-org")
    token = as_app(world, "POST", TOKENS.format(installed.id)).json()["token"]
    world.wait(3599)
    world.token = token
    assert world.send("GET", f"/repos/{REPOSITORY}").status == 200
    world.wait(1)
    refused = world.send("GET", f"/repos/{REPOSITORY}")
    assert (refused.status, refused.json()["message"]) == (401, "Bad credentials")
    renewed = as_app(world, "POST", TOKENS.format(installed.id)).json()["token"]
    assert renewed != token


@pytest.mark.parametrize(
    ("which", "claims", "status", "message"),
    [
        (2, {}, 401, "A JSON web token could not be decoded"),
        (1, {"iss": "13"}, 404, "Integration not found"),
        (1, {"exp": 1}, 401, "'Expiration time' claim ('exp') must be a numeric value"),
        (1, {"exp": 2_000_000_000}, 401, "'Expiration time' claim ('exp') is too far"),
        (1, {"iat": 2_000_000_000}, 401, "'Issued at' claim ('iat') must be an Integer"),
    ],
)
def test_a_signature_must_be_the_apps_own_and_of_now(
    world: World, which: int, claims: dict[str, int], status: int, message: str
) -> None:
    """Keys of others, Apps that are none, dates that are not now."""
    world.sandbox.apps.register(12, public())
    refused = as_app(world, "GET", "/app", which=which, **claims)
    assert refused.status == status
    assert refused.json()["message"].startswith(message)


def test_apps_reach_only_where_they_are_installed(world: World) -> None:
    """No installation, a removed one, a suspended one, another repository."""
    apps = world.sandbox.apps
    app = apps.register(12, public())
    assert as_app(world, "GET", f"/repos/{REPOSITORY}/installation").status == 404
    installed = apps.install(app, "octo-org", ("octo-org/other",))
    assert as_app(world, "GET", f"/repos/{REPOSITORY}/installation").status == 404
    token = as_app(world, "POST", TOKENS.format(installed.id)).json()["token"]
    world.token = token
    made = world.send("POST", f"/repos/{REPOSITORY}/issues", {"title": "No"})
    assert made.status == 403
    apps.suspend(installed)
    refused = as_app(world, "POST", TOKENS.format(installed.id))
    assert (refused.status, refused.json()["message"]) == (
        403,
        "This installation has been suspended",
    )
    world.token = token
    assert world.send("GET", f"/repos/{REPOSITORY}").status == 403
    apps.remove(installed)
    assert as_app(world, "POST", TOKENS.format(installed.id)).status == 404


def test_only_apps_sign_and_a_signature_is_for_apps_alone(world: World) -> None:
    """A token of a person is no signature, and a signature opens nothing else."""
    world.token = "a-token"
    assert world.send("GET", "/app").json()["message"] == "A JSON web token could not be decoded"
    assert as_app(world, "GET", f"/repos/{REPOSITORY}").status == 403
    assert world.send("POST", "/graphql", {"query": "{ viewer { login } }"}).status == 403


def test_without_an_app_any_is_installed_everywhere(world: World) -> None:
    """So a key and an id are enough to try it out."""
    found = as_app(world, "GET", f"/repos/{REPOSITORY}/installation", which=2).json()
    token = as_app(world, "POST", TOKENS.format(found["id"]), which=2).json()["token"]
    world.token = token
    world.issue("From any App")
