"""Handle the REST routes for the service, accounts, repositories, labels, milestones and types."""

import re

from github_sandbox import payloads, repositories, rest_payloads
from github_sandbox.messages import Response, error_response, json_response
from github_sandbox.models import Account, Label, Milestone
from github_sandbox.problems import already_taken, forbidden, invalid, not_found
from github_sandbox.rest_call import Call, bad_body, created, page


def get_root(call: Call) -> Response:
    """GET /."""
    return json_response(200, rest_payloads.root(call.ctx))


def get_meta(_: Call) -> Response:
    """GET /meta."""
    return json_response(200, {"verifiable_password_authentication": False})


_HOUR, _MINUTE = 3600, 60
_OTHER_LIMITS = {
    "integration_manifest": (5000, _HOUR),
    "source_import": (100, _MINUTE),
    "code_scanning_upload": (1000, _HOUR),
    "code_scanning_autofix": (10, _MINUTE),
    "actions_runner_registration": (10000, _HOUR),
    "scim": (15000, _HOUR),
    "dependency_snapshots": (100, _MINUTE),
    "audit_log": (1750, _HOUR),
    "audit_log_streaming": (15, _HOUR),
    "code_search": (10, _MINUTE),
}
"""Limits of resources that the sandbox does not have, and their seconds (recorded 2024)."""


def get_rate_limit(call: Call) -> Response:
    """GET /rate_limit: what is counted here, and what only the service itself has, unused."""
    now = int(call.ctx.store.clock().timestamp())
    shown = {
        name: {"limit": limit, "used": 0, "remaining": limit, "reset": now + seconds}
        for name, (limit, seconds) in _OTHER_LIMITS.items()
    }
    shown |= {
        name: {
            "limit": state.limit,
            "used": state.used,
            "remaining": state.remaining,
            "reset": state.reset,
        }
        for name, state in call.rates.items()
    }
    return json_response(200, {"resources": shown, "rate": shown["core"]})


def get_user(call: Call) -> Response:
    """GET /user."""
    if call.ctx.viewer.account.kind == "Bot":
        return error_response(403, "Resource not accessible by integration")
    return json_response(200, rest_payloads.authenticated_user(call.ctx, call.ctx.viewer.account))


def get_account(call: Call) -> Response:
    """GET /users/{login}: any account, organizations too; one's own has its private values."""
    account = _account(call)
    own = account.id == call.ctx.viewer.account.id and account.kind == "User"
    show = rest_payloads.authenticated_user if own else rest_payloads.user
    return json_response(200, show(call.ctx, account))


def get_organization(call: Call) -> Response:
    """GET /orgs/{login}."""
    organization = _account(call)
    if organization.kind != "Organization":
        raise not_found("Organization", "login of", organization.login)
    return json_response(200, rest_payloads.organization(call.ctx, organization))


def _account(call: Call) -> Account:
    login = call.parts["login"]
    account = call.ctx.store.accounts.get(login.lower())
    if account is None:
        raise not_found("User", "login of", login)
    return account


def create_organization(call: Call) -> Response:
    """POST an organization, as administrators of an Enterprise Server do."""
    login = call.text("login")
    if not login or not re.fullmatch(r"[A-Za-z0-9-]+", login):
        raise invalid("Organization", "login", "is invalid", "invalid")
    if login.lower() in call.ctx.store.accounts:
        raise already_taken("Organization", "login")
    organization = repositories.ensure_account(call.ctx.store, login, "Organization")
    return json_response(201, rest_payloads.organization_short(call.ctx, organization))


# ---- repositories --------------------------------------------------------------------------


def create_repository(call: Call) -> Response:
    """POST a repository of an organization, which is created if it is missing."""
    name, ctx = call.text("name"), call.ctx
    if not name or not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        raise invalid("Repository", "name", "is invalid", "invalid")
    if ctx.store.repository(call.parts["login"], name):
        raise already_taken("Repository", "name")
    full_name = f"{call.parts['login']}/{name}"
    repository = repositories.ensure_repository(ctx.store, full_name, "Organization")
    return json_response(201, rest_payloads.repository(ctx, repository))


def get_repository(call: Call) -> Response:
    """GET a repository."""
    return json_response(200, rest_payloads.repository(call.ctx, call.repository))


def update_repository(call: Call) -> Response:
    """PATCH a repository: only whether it has issues can be changed here."""
    if not call.ctx.viewer.may(call.ctx.store.full_name(call.repository), "admin"):
        raise forbidden(call.ctx.viewer.label)
    has_issues = call.body.get("has_issues")
    if has_issues is not None:
        if not isinstance(has_issues, bool):
            raise bad_body(f"For 'has_issues', {has_issues!r} is not a boolean.")
        call.repository.has_issues = has_issues
        call.ctx.store.touch(call.repository)
    return get_repository(call)


def get_permission(call: Call) -> Response:
    """GET somebody's permission in a repository, for viewers who may push and for Apps."""
    viewer, full_name = call.ctx.viewer, call.ctx.store.full_name(call.repository)
    if viewer.account.kind != "Bot" and not viewer.may(full_name, "write"):
        raise forbidden("Must have push access to view collaborator permission.")
    account = _account(call)
    return json_response(200, rest_payloads.permission(call.ctx, account))


def list_labels(call: Call) -> Response:
    """GET a repository's labels, by name."""
    labels = call.ctx.store.labels.get(call.repository.id, {}).values()
    ordered = sorted(labels, key=lambda label: label.name.lower())
    return page(call, ordered, lambda label: payloads.label(call.ctx, label))


def create_label(call: Call) -> Response:
    """POST a label; the color is optional."""
    name = call.text("name")
    if name is None:
        raise invalid("Label", "name", "can't be blank", "missing_field")
    color = call.text("color") or repositories.UNSET_COLOR
    ctx = call.ctx
    label = repositories.create_label(
        ctx.store, ctx.viewer, call.repository, name, color, call.text("description")
    )
    return created(payloads.label(ctx, label))


def find_label(call: Call, name: str) -> Label:
    """Return the label with this name, or raise `RefusalError` if there is none."""
    label = call.ctx.store.labels.get(call.repository.id, {}).get(name.lower())
    if label is None:
        raise not_found("Label", "name", name)
    return label


def get_label(call: Call) -> Response:
    """GET a label."""
    return json_response(200, payloads.label(call.ctx, find_label(call, call.parts["name"])))


def update_label(call: Call) -> Response:
    """PATCH a label."""
    changed = repositories.update_label(
        call.ctx.store,
        call.ctx.viewer,
        find_label(call, call.parts["name"]),
        name=call.text("new_name") or call.text("name"),
        color=call.text("color"),
        description=call.text("description"),
    )
    return json_response(200, payloads.label(call.ctx, changed))


def delete_label(call: Call) -> Response:
    """DELETE a label."""
    repositories.delete_label(call.ctx.store, call.ctx.viewer, find_label(call, call.parts["name"]))
    return Response(204)


def list_milestones(call: Call) -> Response:
    """GET milestones; only open ones by default."""
    state = call.query.get("state", "open")
    milestones: list[Milestone] = [
        m
        for m in call.ctx.store.milestones.get(call.repository.id, {}).values()
        if state == "all" or m.state.lower() == state
    ]
    if call.query.get("sort") == "completeness":
        milestones.sort(key=lambda m: (_completeness(call, m), m.number))
    else:
        milestones.sort(key=lambda m: (m.due_on is None, m.due_on or "", m.number))
    if call.query.get("direction") == "desc":
        milestones.reverse()
    return page(call, milestones, lambda m: payloads.milestone(call.ctx, m))


def _completeness(call: Call, milestone: Milestone) -> float:
    """Return the closed share of a milestone's issues; an empty milestone has none."""
    opened, closed = repositories.milestone_counts(call.ctx.store, milestone)
    return closed / (opened + closed) if opened + closed else 0.0


def create_milestone(call: Call) -> Response:
    """POST a milestone."""
    title = call.text("title")
    if title is None:
        raise invalid("Milestone", "title", "can't be blank", "missing_field")
    milestone = repositories.create_milestone(
        call.ctx.store,
        call.ctx.viewer,
        call.repository,
        title,
        description=call.text("description"),
        due_on=call.text("due_on"),
        state="CLOSED" if call.text("state") == "closed" else "OPEN",
    )
    return created(payloads.milestone(call.ctx, milestone))


def _milestone(call: Call) -> Milestone:
    number = int(call.parts["number"])
    milestone = call.ctx.store.milestones.get(call.repository.id, {}).get(number)
    if milestone is None:
        raise not_found("Milestone", "number", number)
    return milestone


def list_milestone_labels(call: Call) -> Response:
    """GET the labels of the issues in a milestone, each once."""
    store, milestone = call.ctx.store, _milestone(call)
    numbers = {
        number
        for issue in store.issues.get(milestone.repository, {}).values()
        if issue.milestone == milestone.id
        for number in issue.labels
    }
    labels = store.all(Label, sorted(numbers))
    return page(call, labels, lambda label: payloads.label(call.ctx, label))


def get_milestone(call: Call) -> Response:
    """GET a milestone."""
    return json_response(200, payloads.milestone(call.ctx, _milestone(call)))


def update_milestone(call: Call) -> Response:
    """PATCH a milestone."""
    names = ("title", "description", "due_on", "state")
    changes: dict[str, str | None] = {n: call.text(n) for n in names if n in call.body}
    changed = repositories.update_milestone(
        call.ctx.store, call.ctx.viewer, _milestone(call), changes
    )
    return json_response(200, payloads.milestone(call.ctx, changed))


def delete_milestone(call: Call) -> Response:
    """DELETE a milestone."""
    repositories.delete_milestone(call.ctx.store, call.ctx.viewer, _milestone(call))
    return Response(204)


def list_types(call: Call) -> Response:
    """GET the issue types of a repository or an organization."""
    store = call.ctx.store
    if "login" in call.parts:
        owner = store.accounts.get(call.parts["login"].lower())
        if owner is None or owner.kind != "Organization":
            raise not_found("Organization", "login of", call.parts["login"])
        return page(call, store.types.get(owner.id, {}).values(), payloads.issue_type)
    types = repositories.types_of(store, call.repository)
    if types is None:
        raise not_found("IssueType", "repository", call.repository.name)
    return page(call, types, payloads.issue_type)
