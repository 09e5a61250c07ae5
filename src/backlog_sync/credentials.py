"""Find the token or GitHub App of a run, and hide secrets in everything that is printed."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backlog_sync.core.redaction import Secrets, without_shapes
from backlog_sync.environment import TOKEN_VARIABLES, Environment, web_host
from backlog_sync.errors import AccessError
from backlog_sync.local import git

if TYPE_CHECKING:
    from backlog_sync.github_api.app_auth import AppKey

APP_INPUTS = ("app-id", "app-private-key")
"""The action's inputs that describe a GitHub App."""

_SECRETS = (
    *TOKEN_VARIABLES,
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "BACKLOG_PROJECT_TOKEN",
    "BACKLOG_APP_PRIVATE_KEY",
    "INPUT_APP_PRIVATE_KEY",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
)
_IN_USE: set[str] = set()
"""Secrets that are not in variables: the token of `gh`, and those that an App was granted."""


def remember_secrets(values: Iterable[str | None]) -> None:
    """Remember secrets that must not be printed from now on."""
    _IN_USE.update(filter(None, values))


def known_secrets() -> tuple[str, ...]:
    """Return what must never be printed: from the environment, and what was remembered since."""
    return (*environment_secrets(), *remembered_secrets())


def environment_secrets() -> tuple[str, ...]:
    """Return the secrets in the environment: looking through all of it for proxies takes long."""
    values = [os.environ.get(name, "") for name in _SECRETS]
    passwords = (urlsplit(url).password for _, url in _all_proxies())
    return tuple(value for value in (*values, *passwords) if value)


def remembered_secrets() -> tuple[str, ...]:
    """Return the secrets that were remembered so far; tokens of an App are renewed in a run."""
    return tuple(_IN_USE)


def hide_secrets() -> Callable[[str], str]:
    """Return a function that hides known secrets, and what looks like one, in a text."""
    secrets = Secrets(known_secrets())
    return lambda text: without_shapes(secrets.hide(text))


def _all_proxies() -> list[tuple[str, str]]:
    """Return the proxies of the environment whose addresses can be parsed."""
    import urllib.request  # noqa: PLC0415 - an HTTP client, which most output does not need

    proxies = []
    for scheme, url in urllib.request.getproxies().items():
        with suppress(ValueError):
            urlsplit(url)
            proxies.append((scheme, url))
    return proxies


def find_token(env: Environment) -> "tuple[str | AppKey, str]":
    """Return the token or the GitHub App of this run, and its source for messages.

    A GitHub App takes precedence over GH_TOKEN and GITHUB_TOKEN, and these over the login of `gh`.
    Raises `AccessError` if there is none, or if the values for an App cannot work.
    """
    app = app_key(env.app)
    if app is not None:
        unused = f"; {env.token_name} is not used" if env.token else ""
        return app, f"GitHub App {app.app_id} ({next(iter(env.app))}){unused}"
    if env.token:
        return env.token, env.token_name or "the environment"
    host = web_host(env.api_url)
    token = git.gh_token(host)
    remember_secrets([token])
    if token is None:
        raise AccessError(
            f"there is no token for {host}",
            slug="no-token",
            hint="set GH_TOKEN, run `gh auth login`, or try it with --sandbox",
        )
    return token, "gh auth token"


def app_key(values: Mapping[str, str]) -> "AppKey | None":
    """Return the GitHub App that these values describe; None if there are none."""
    if not values:
        return None
    from backlog_sync.github_api.app_auth import AppVariables, read_app_key  # noqa: PLC0415

    from_inputs = APP_INPUTS[0] in values
    key = read_app_key(values, AppVariables(*APP_INPUTS) if from_inputs else AppVariables())
    if key is not None:
        remember_secrets([key.private_key])
    return key
