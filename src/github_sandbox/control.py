"""Let programs control the sandbox itself, below `/_sandbox/`: its log, clock and people.

These requests are not part of GitHub's API: they are not counted, limited, logged or made to fail.
"""

import dataclasses
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from github_sandbox.clock import VirtualClock
from github_sandbox.messages import Request, Response, json_response
from github_sandbox.page.safety import foreign_host

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

LOG, CLOCK, PEOPLE = "/_sandbox/log", "/_sandbox/clock", "/_sandbox/people"
REPOSITORIES = "/_sandbox/repositories"
_LOGIN = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
"""The logins that GitHub allows, of at most 39 characters."""
_PATHS = (LOG, CLOCK, PEOPLE, REPOSITORIES)


def accepts(request: Request) -> bool:
    """Return whether a program sends the request; browsers, which accept HTML, get a page."""
    path = urlsplit(request.path).path.rstrip("/")
    return path in _PATHS and "text/html" not in (request.header("Accept") or "")


def respond(sandbox: "Sandbox", request: Request) -> Response:
    """Answer with the log, the actions of people, or the clock, as JSON."""
    # A browser always sends a Host, and an Origin with everything it posts.
    browsed = request.header("Host") and foreign_host(request)
    if browsed or (request.method == "POST" and request.header("Origin")):
        return json_response(403, {"message": "Only programs on this machine are answered here"})
    split = urlsplit(request.path)
    path, query = split.path.rstrip("/"), dict(parse_qsl(split.query))
    with sandbox.lock:
        if path == CLOCK and request.method == "POST":
            return _advance(sandbox, request)
        if path == REPOSITORIES and request.method == "POST":
            return _create_repository(sandbox, request)
        if request.method not in ("GET", "HEAD"):
            return json_response(405, {"message": "Only GET is answered here"})
        if path == CLOCK:
            return json_response(200, _clock(sandbox))
        if path == REPOSITORIES:
            every = {r.id: sandbox.store.full_name(r) for r in sandbox.store.repositories.values()}
            return json_response(200, {"repositories": sorted(every.values())})
        if path == PEOPLE:
            actions = sandbox.actors.actions if sandbox.actors else ()
            entries = [dataclasses.asdict(action) for action in actions]
            return json_response(200, {"format_version": 1, "deeds": entries})
        return _log(sandbox, query.get("since", "0"))


def _create_repository(sandbox: "Sandbox", request: Request) -> Response:
    """Create a repository, an organization that owns its board, and people, if they are missing."""
    try:
        payload = request.json()
        name, owner = payload["repository"], payload.get("board_owner")
        people = [login for login in payload.get("people", ()) if _LOGIN.fullmatch(login)]
        owner_login, slash, repository_name = name.partition("/")
    except (ValueError, TypeError, KeyError, AttributeError):
        owner_login = slash = repository_name = ""
        name, owner, people = "", None, []
    if not (owner_login and slash and repository_name) or not isinstance(owner, str | None):
        return json_response(400, {"message": 'Send {"repository": "owner/name"}'})
    sandbox.ensure_repository(name)
    if owner:
        sandbox.ensure_organization(owner)
    for login in people:
        if login.lower() not in sandbox.store.accounts:
            sandbox.ensure_user(login)
    return json_response(201, {"repository": name})


def _log(sandbox: "Sandbox", since: str) -> Response:
    """Return the requests after the one with this number, and their sums."""
    if not since.isdecimal():
        return json_response(400, {"message": "since must be the number of a request"})
    entries = [entry for entry in sandbox.log if entry.index > int(since)]
    totals = {
        "requests": len(entries),
        "mutations": sum(entry.mutations for entry in entries),
        "points": sum(entry.points for entry in entries),
        "minute_points": sum(entry.minute_points for entry in entries),
    }
    requests = [{**dataclasses.asdict(entry), "writes": entry.writes} for entry in entries]
    return json_response(200, {"format_version": 1, "totals": totals, "requests": requests})


def _clock(sandbox: "Sandbox") -> dict[str, Any]:
    return {"now": sandbox.clock().isoformat(), "virtual": isinstance(sandbox.clock, VirtualClock)}


def _advance(sandbox: "Sandbox", request: Request) -> Response:
    """Advance a virtual clock by `{"advance": seconds}`."""
    if not isinstance(sandbox.clock, VirtualClock):
        return json_response(409, {"message": "The sandbox runs on the real clock"})
    try:
        seconds = float(request.json()["advance"])
        sandbox.clock.sleep(seconds)
    except (ValueError, TypeError, KeyError, OverflowError):
        return json_response(400, {"message": 'Send {"advance": seconds}, not below 0'})
    return json_response(200, _clock(sandbox))
