"""Two things outside of issues: a pull request for progress, and an App's token."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import jwt
import requests

from backlog_sync.errors import AccessError, BacklogError, FailedError, UnreachableError
from backlog_sync.github_api.answers import Json, message_of, no_answer
from backlog_sync.github_api.session import USER_AGENT, checked_url, graphql_url_for
from backlog_sync.github_api.transport import PolicySession

_LIFE: Final = 540
"""Seconds that our signature is good for; GitHub takes 600 (its documentation, "Generating a
JSON Web Token (JWT) for a GitHub App")."""
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Server:
    """A server and how to get there."""

    api_url: str
    proxies: Mapping[str, str] | None = None
    verify: bool | str = True
    sleep: Callable[[float], None] = time.sleep


def open_pull_request(
    server: Server, token: str, repository: str, *, head: str, base: str, title: str, body: str
) -> str | None:
    """Open a pull request, unless there is one for that branch; give its address where it is new.

    Raises `AccessError` where workflows may not open any, `FailedError` for any other refusal.
    """
    path = f"/repos/{repository}/pulls"
    answer = _ask(
        server, token, "POST", path, {"title": title, "head": head, "base": base, "body": body}
    )
    if answer.status_code == 201:
        return str(_object(answer).get("html_url", ""))
    message = message_of(answer)
    if answer.status_code == 422 and "already exists" in message:
        return None
    if answer.status_code in (401, 403, 404):
        raise AccessError(
            f"no pull request could be opened: {message or answer.status_code}",
            slug="no-pull-request",
            hint="the job needs `pull-requests: write`, and the repository's Actions settings must"
            " let workflows create pull requests",
        )
    raise FailedError(f"no pull request could be opened: {message or answer.status_code}")


def app_token(server: Server, app_id: str, private_key: str, repository: str, *, now: float) -> str:
    """A token of a GitHub App for the account that owns the repository, good for an hour.

    Raises `AccessError` where the key is none, or the App is not installed there.
    """
    try:
        signed = jwt.encode(
            {"iat": int(now) - 60, "exp": int(now) + _LIFE, "iss": app_id},
            private_key.replace("\\n", "\n"),
            algorithm="RS256",
        )
    except (ValueError, TypeError, jwt.PyJWTError):
        raise AccessError(
            "app-private-key is no private key in PEM form",
            slug="bad-app-key",
            hint="put the whole .pem file that GitHub gave you into the secret",
        ) from None
    installation = _ask(server, signed, "GET", f"/repos/{quote(repository)}/installation")
    number = _object(installation).get("id")
    if installation.status_code != 200 or not isinstance(number, int):
        raise AccessError(
            f"the App {app_id} was not found at {repository}: "
            f"{message_of(installation) or installation.status_code}",
            slug="no-installation",
            hint="is app-id right, and the App installed for this repository?",
        )
    created = _ask(server, signed, "POST", f"/app/installations/{number}/access_tokens", {})
    token = _object(created).get("token")
    if created.status_code != 201 or not isinstance(token, str):
        raise AccessError(
            f"the App {app_id} got no token: {message_of(created) or created.status_code}",
            slug="no-app-token",
            hint="is its installation suspended?",
        )
    return token


def _ask(
    server: Server, token: str, verb: str, path: str, body: Mapping[str, Json] | None = None
) -> requests.Response:
    """One exchange, tried three times: all of these may be made again without harm."""
    api_url = checked_url(server.api_url)
    session = PolicySession(
        api_url=api_url,
        graphql_url=graphql_url_for(api_url),
        token=token,
        read_only=verb == "GET",
        user_agent=USER_AGENT,
        proxies=server.proxies,
        verify=server.verify,
    )
    headers = {"Accept": "application/vnd.github+json"}
    problem: BacklogError | None = None
    for attempt in range(_TRIES):
        if attempt:
            server.sleep(2.0**attempt)
        try:
            answer = session.request(verb, api_url + path, json=body, headers=headers)
        except (OSError, requests.RequestException) as error:
            problem = UnreachableError(f"{api_url} did not answer: {no_answer(error)}")
            continue
        if answer.status_code < 500:
            return answer
        problem = UnreachableError(f"{api_url} answered {answer.status_code}")
    assert problem is not None
    raise problem


def _object(answer: requests.Response) -> Mapping[str, Json]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
