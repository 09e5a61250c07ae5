"""Choose the version of the REST API for a request, and answer as that version does.

Requests name it in `X-GitHub-Api-Version`; without that header the first one is used ([D] "API
Versions").
"""

from collections.abc import Mapping, Sequence
from typing import Any

from github_sandbox.messages import Request, Response, error_response, json_response

FIRST, SECOND = "2022-11-28", "2026-03-10"
VERSIONS = (FIRST, SECOND)

DEPRECATED: Mapping[str, str] = {
    "Deprecation": "Tue, 10 Mar 2026 00:00:00 GMT",
    "Sunset": "Fri, 10 Mar 2028 00:00:00 GMT",
    "Link": "<https://docs.github.com/en/rest/about-the-rest-api/api-versions>;"
    ' rel="deprecation"; type="text/html"',
}
"""What answers to writes of issues carry in the first version (recorded 2026)."""

DROPPED = ("assignee", "merge_commit_sha")
"""What the second version no longer sends ([R] among others)."""


def choose(request: Request, known: Sequence[str]) -> str | Response:
    """Return the version for a request, or the response that refuses one that is not known.

    400 is documented ("API Versions"); the message is as clients reported it in 2023.
    """
    asked = request.header("X-GitHub-Api-Version")
    if asked is None or asked in known:
        return asked or known[0]
    latest, *older = (f'"{version}"' for version in reversed(known))
    return error_response(
        400,
        f'Bad Request: The version you specified in the "X-GitHub-API-Version" request header,'
        f' "{asked}", is not a supported version. The following versions are currently supported:'
        f" {', '.join([f'{latest} (most recent)', *older])}.",
    )


def answer_as(version: str, response: Response, *, writes_issue: bool) -> Response:
    """Return a response as this version has it, with its name in a header."""
    headers = {"X-GitHub-Api-Version-Selected": version, **response.headers}
    if version == FIRST:
        if writes_issue and response.status < 300:
            headers = {**DEPRECATED, **headers}
        return Response(response.status, headers, response.body)
    if not any(f'"{name}"'.encode() in response.body for name in DROPPED):
        return Response(response.status, headers, response.body)
    return json_response(response.status, _without_dropped(response.json()), headers)


def _without_dropped(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_dropped(each) for each in value]
    if isinstance(value, dict):
        return {k: _without_dropped(v) for k, v in value.items() if k not in DROPPED}
    return value
