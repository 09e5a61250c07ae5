"""Serve GitHub's REST API: the routes that clients for backlogs need."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from github_sandbox import (
    rest_apps,
    rest_boards,
    rest_issue_fields,
    rest_issues,
    rest_pulls,
    rest_releases,
    rest_repositories,
    rest_search,
)
from github_sandbox.apps import AppRefusalError
from github_sandbox.context import Context, RateState
from github_sandbox.messages import Request, Response, error_response
from github_sandbox.problems import RefusalError
from github_sandbox.rest_call import Call, Handler, Json, MovedError, list_address, moved_to

_HOME = r"(?:/repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)|/repositories/(?P<id>\d+))"
_ISSUE = rf"{_HOME}/issues/(?P<number>\d+)"

_PATTERNS: tuple[tuple[str, dict[str, Handler]], ...] = (
    (r"/?", {"GET": rest_repositories.get_root}),
    (r"/meta", {"GET": rest_repositories.get_meta}),
    (r"/rate_limit", {"GET": rest_repositories.get_rate_limit}),
    (r"/search/issues", {"GET": rest_search.search_issues}),
    (r"/app", {"GET": rest_apps.get_app}),
    (r"/app/installations/(?P<number>\d+)", {"GET": rest_apps.get_installation}),
    (r"/app/installations/(?P<number>\d+)/access_tokens", {"POST": rest_apps.create_token}),
    (r"/(?:orgs|users)/(?P<login>[^/]+)/installation", {"GET": rest_apps.get_account_installation}),
    (rf"{_HOME}/installation", {"GET": rest_apps.get_repository_installation}),
    (r"/user", {"GET": rest_repositories.get_user}),
    (r"/users/(?P<login>[^/]+)", {"GET": rest_repositories.get_account}),
    (r"/orgs/(?P<login>[^/]+)", {"GET": rest_repositories.get_organization}),
    (r"/orgs/(?P<login>[^/]+)/issue-types", {"GET": rest_repositories.list_types}),
    (
        r"/(?P<kind>orgs|users)/(?P<login>[^/]+)/projectsV2/(?P<number>\d+)/views",
        {"POST": rest_boards.create_view},
    ),
    (
        r"/orgs/(?P<login>[^/]+)/issue-fields",
        {"GET": rest_issue_fields.list_fields, "POST": rest_issue_fields.create_field},
    ),
    (
        r"/orgs/(?P<login>[^/]+)/issue-fields/(?P<field>\d+)",
        {"PATCH": rest_issue_fields.update_field},
    ),
    (r"/admin/organizations", {"POST": rest_repositories.create_organization}),
    (r"/orgs/(?P<login>[^/]+)/repos", {"POST": rest_repositories.create_repository}),
    (
        _HOME,
        {"GET": rest_repositories.get_repository, "PATCH": rest_repositories.update_repository},
    ),
    (
        rf"{_HOME}/collaborators/(?P<login>[^/]+)/permission",
        {"GET": rest_repositories.get_permission},
    ),
    (rf"{_HOME}/issue-types", {"GET": rest_repositories.list_types}),
    (
        rf"{_HOME}/labels",
        {"GET": rest_repositories.list_labels, "POST": rest_repositories.create_label},
    ),
    (
        rf"{_HOME}/labels/(?P<name>[^/]+)",
        {
            "GET": rest_repositories.get_label,
            "PATCH": rest_repositories.update_label,
            "DELETE": rest_repositories.delete_label,
        },
    ),
    (
        rf"{_HOME}/milestones",
        {"GET": rest_repositories.list_milestones, "POST": rest_repositories.create_milestone},
    ),
    (
        rf"{_HOME}/milestones/(?P<number>\d+)",
        {
            "GET": rest_repositories.get_milestone,
            "PATCH": rest_repositories.update_milestone,
            "DELETE": rest_repositories.delete_milestone,
        },
    ),
    (
        rf"{_HOME}/milestones/(?P<number>\d+)/labels",
        {"GET": rest_repositories.list_milestone_labels},
    ),
    (rf"{_HOME}/issues", {"GET": rest_issues.list_issues, "POST": rest_issues.create_issue}),
    (
        rf"{_HOME}/issues/comments/(?P<number>\d+)",
        {"GET": rest_issues.get_comment, "PATCH": rest_issues.update_comment},
    ),
    (_ISSUE, {"GET": rest_issues.get_issue, "PATCH": rest_issues.update_issue}),
    (rf"{_HOME}/pulls", {"GET": rest_pulls.list_pulls, "POST": rest_pulls.create_pull}),
    (
        rf"{_HOME}/pulls/(?P<number>\d+)",
        {"GET": rest_pulls.get_pull, "PATCH": rest_pulls.update_pull},
    ),
    (rf"{_HOME}/pulls/(?P<number>\d+)/merge", {"PUT": rest_pulls.merge_pull}),
    (
        rf"{_HOME}/releases",
        {"GET": rest_releases.list_releases, "POST": rest_releases.create_release},
    ),
    (rf"{_HOME}/releases/tags/(?P<tag>.+)", {"GET": rest_releases.get_tagged}),
    (
        rf"{_HOME}/releases/(?P<number>\d+)",
        {
            "GET": rest_releases.get_release,
            "PATCH": rest_releases.update_release,
            "DELETE": rest_releases.delete_release,
        },
    ),
    (rf"{_ISSUE}/comments", {"GET": rest_issues.list_comments, "POST": rest_issues.create_comment}),
    (
        rf"{_ISSUE}/labels",
        {
            "GET": rest_issues.list_issue_labels,
            "POST": rest_issues.add_issue_labels,
            "PUT": rest_issues.set_issue_labels,
            "DELETE": rest_issues.clear_issue_labels,
        },
    ),
    (rf"{_ISSUE}/labels/(?P<name>[^/]+)", {"DELETE": rest_issues.remove_issue_label}),
    (
        rf"{_ISSUE}/issue-field-values",
        {
            "GET": rest_issue_fields.list_values,
            "POST": rest_issue_fields.add_values,
            "PUT": rest_issue_fields.set_values,
        },
    ),
    (rf"{_ISSUE}/issue-field-values/(?P<field>\d+)", {"DELETE": rest_issue_fields.delete_value}),
    (rf"{_ISSUE}/lock", {"PUT": rest_issues.lock_issue, "DELETE": rest_issues.unlock_issue}),
    (rf"{_ISSUE}/parent", {"GET": rest_issues.get_parent}),
    (
        rf"{_ISSUE}/sub_issues",
        {"GET": rest_issues.list_related("sub_issues"), "POST": rest_issues.add_sub_issue},
    ),
    (rf"{_ISSUE}/sub_issues/priority", {"PATCH": rest_issues.move_sub_issue}),
    (rf"{_ISSUE}/sub_issue", {"DELETE": rest_issues.remove_sub_issue}),
    (
        rf"{_ISSUE}/dependencies/blocked_by",
        {"GET": rest_issues.list_related("blocked_by"), "POST": rest_issues.add_blocker},
    ),
    (rf"{_ISSUE}/dependencies/blocked_by/(?P<other>\d+)", {"DELETE": rest_issues.remove_blocker}),
    (rf"{_ISSUE}/dependencies/blocking", {"GET": rest_issues.list_related("blocking")}),
)

APP_HANDLERS = frozenset(
    handler
    for pattern, handlers in _PATTERNS
    if "/app" in pattern or pattern.endswith("/installation")
    for handler in handlers.values()
)
"""The routes that an App calls as itself; all others need a token of an installation."""

ROUTES = tuple((re.compile(pattern), handlers) for pattern, handlers in _PATTERNS)


def _refused(refusal: RefusalError) -> Response:
    """Return the REST response for a refusal."""
    if refusal.type == "NOT_FOUND":
        return error_response(404, "Not Found")
    if refusal.type == "GONE":
        return error_response(410, refusal.message)
    if refusal.type == "FORBIDDEN":
        return error_response(403, refusal.message)
    if refusal.code == "schema" or not refusal.resource:
        return error_response(422, refusal.message)
    if refusal.code == "unprocessable" or (refusal.type == "VALIDATION"):
        return error_response(422, refusal.message)
    fault: Json = {"resource": refusal.resource, "code": refusal.code, "field": refusal.field}
    if refusal.code == "custom":
        fault["message"] = refusal.message[:1].lower() + refusal.message[1:]
    if refusal.value is not None:
        fault["value"] = refusal.value
    return error_response(422, "Validation Failed", errors=[fault])


def _body(request: Request) -> Json:
    payload = request.json()
    if payload is None:
        return {}
    if isinstance(payload, list):
        return {"": payload}
    return payload if isinstance(payload, dict) else {}


def _renamed(call: Call) -> Response | None:
    """Return a redirect to the repository's id if a former name was used."""
    if "repo" not in call.parts:
        return None
    repository = call.repository
    if repository.name.lower() == call.parts["repo"].lower():
        return None
    return moved_to(list_address(call))


_WRITES_ISSUE = re.compile(rf"{_HOME}/issues(/\d+)?")


def writes_issue(request: Request, path: str) -> bool:
    """Return whether a request creates or changes an issue."""
    return request.method in ("POST", "PATCH") and _WRITES_ISSUE.fullmatch(path) is not None


def route(ctx: Context, request: Request, path: str, rates: Mapping[str, RateState]) -> Response:
    """Answer a REST request; `path` is without prefix, with its query."""
    split = urlsplit(path)
    for pattern, handlers in ROUTES:
        match = pattern.fullmatch(split.path.rstrip("/") or "/")
        if match is None:
            continue
        handler = handlers.get(request.method)
        if handler is None:
            break
        parts = {k: unquote(v) for k, v in match.groupdict().items() if v is not None}
        try:
            body = _body(request)
        except ValueError:
            return error_response(400, "Problems parsing JSON")
        if ctx.viewer.app and handler not in APP_HANDLERS:
            return error_response(403, ctx.viewer.label)
        call = Call(ctx, request, parts, dict(parse_qsl(split.query)), body, rates)
        try:
            return _renamed(call) or handler(call)
        except AppRefusalError as refusal:
            return rest_apps.refused(refusal)
        except MovedError as moved:
            return moved_to(moved.url)
        except RefusalError as refusal:
            return _refused(refusal)
    return error_response(404, "Not Found")
