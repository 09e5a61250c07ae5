"""Find and take away what a run left behind: its answer was lost, or it was killed.

What checks create is normally taken away by them. This looks for names instead.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import requests

from tests.live.client import ISSUE_FIELDS, PREFIX, Live, UncheckableError


def sweep(live: Live, marker: str = PREFIX, state: str = "open") -> list[str]:
    """Delete everything whose name begins with `marker`; return what was found.

    Issues in another `state` are not looked at. What cannot be deleted is closed and is in
    `live.left`.
    """
    found: list[str] = []
    with live.checking():
        for look in (_issues, _definitions, _boards, _organization):
            try:
                found += look(live, marker, state)
            except (UncheckableError, requests.RequestException, LookupError, TypeError):
                continue  # it may not be read with this token, so nothing of it was created
    return found


def _is_ours(name: str, marker: str) -> bool:
    return name.lower().startswith(marker.lower())


def _issues(live: Live, marker: str, state: str) -> Iterator[str]:
    for issue in live.rest("GET", f"/issues?state={state}&per_page=100").json():
        over = "pull_request" in issue and issue["state"] == "closed"  # no more can be done
        if _is_ours(issue["title"], marker) and not over:
            live.delete_later(issue["number"], issue["node_id"])
            yield f"issue #{issue['number']}"


def _definitions(live: Live, marker: str, _: str) -> Iterator[str]:
    for label in _listed(live, "/labels?per_page=100"):
        if _is_ours(label["name"], marker):
            _delete_path(live, "a label", f"/labels/{quote(label['name'], safe='')}")
            yield "a label"
    for milestone in _listed(live, "/milestones?state=all&per_page=100&direction=desc"):
        if _is_ours(milestone["title"], marker):
            _delete_path(live, "a milestone", f"/milestones/{milestone['number']}")
            yield "a milestone"
    for release in _listed(live, "/releases?per_page=100"):
        if release["draft"] and _is_ours(release["name"] or "", marker):
            _delete_path(live, "a draft release", f"/releases/{release['id']}")
            yield "a draft release"


def _listed(live: Live, path: str) -> list[dict[str, Any]]:
    listed = live.rest("GET", path).json()
    return listed if isinstance(listed, list) else []


def _delete_path(live: Live, thing: str, path: str) -> None:
    live.later(thing, lambda: live.deleted(path))


def _boards(live: Live, marker: str, _: str) -> Iterator[str]:
    if not live.scratch.board_owner:
        return
    order = "orderBy: {field: NUMBER, direction: DESC}"
    shown = live.data(
        "query($login: String!) { repositoryOwner(login: $login) { ... on ProjectV2Owner {"
        f" projectsV2(first: 50, {order}) {{ nodes {{ id title }} }} }} }} }}",
        login=live.scratch.board_owner,
    )
    for board in shown["repositoryOwner"]["projectsV2"]["nodes"]:
        if _is_ours(board["title"], marker):
            live.delete_board_later(board["id"])
            yield "a board"


def _organization(live: Live, marker: str, _: str) -> Iterator[str]:
    if not live.scratch.organization:
        return
    shown = live.data(
        "query($login: String!) { organization(login: $login) {"
        " issueTypes(first: 100) { nodes { id name } } issueFields(first: 100) { nodes {"
        " ... on Node { id } ... on IssueFieldCommon { name } } } } }",
        ISSUE_FIELDS,
        login=live.scratch.organization,
    )["organization"]
    for field in (shown["issueFields"] or {}).get("nodes", ()):
        if _is_ours(field["name"], marker):
            _delete_node(live, "an issue field", "deleteIssueField", fieldId=field["id"])
            yield "an issue field"
    for kind in (shown["issueTypes"] or {}).get("nodes", ()):
        if _is_ours(kind["name"], marker):
            _delete_node(live, "an issue type", "deleteIssueType", issueTypeId=kind["id"])
            yield "an issue type"


def _delete_node(live: Live, thing: str, mutation: str, **values: str) -> None:
    live.later(thing, lambda: live.done(mutation, **values))
