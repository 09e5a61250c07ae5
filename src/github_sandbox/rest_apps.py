"""Handle the REST routes that a GitHub App calls as itself."""

from datetime import UTC, datetime
from typing import Any

from github_sandbox import repositories, rest_payloads
from github_sandbox.apps import UNDECODABLE, AppRefusalError, Installation
from github_sandbox.messages import Response, error_response, json_response
from github_sandbox.models import App
from github_sandbox.problems import not_found
from github_sandbox.rest_call import Call

Json = dict[str, Any]


def _app(call: Call) -> App:
    """Return the App that signed the request."""
    if call.ctx.viewer.app is None:
        raise AppRefusalError(401, UNDECODABLE)
    return call.ctx.viewer.app


def get_app(call: Call) -> Response:
    """GET /app."""
    app = _app(call)
    owner = repositories.ensure_account(call.ctx.store, app.owner, "Organization")
    payload = {
        "id": app.id,
        "slug": app.slug,
        "node_id": f"A_{app.id}",
        "owner": rest_payloads.account(call.ctx, owner),
        "name": app.slug,
        "description": "",
        "external_url": call.ctx.web,
        "html_url": f"{call.ctx.web}/apps/{app.slug}",
        "created_at": app.created_at,
        "updated_at": app.created_at,
        "permissions": dict(app.permissions),
        "events": [],
        "installations_count": len(call.ctx.apps.installations(app)),
    }
    return json_response(200, payload)


def get_installation(call: Call) -> Response:
    """GET an installation by its number."""
    return json_response(200, _installation(call, _numbered(call)))


def get_repository_installation(call: Call) -> Response:
    """GET the installation that covers a repository."""
    app, full_name = _app(call), call.ctx.store.full_name(call.repository)
    installation = call.ctx.apps.at_repository(app, full_name)
    if installation is None:
        raise not_found("Installation", "repository", full_name)
    return json_response(200, _installation(call, installation))


def get_account_installation(call: Call) -> Response:
    """GET the installation at an organization or a user."""
    app, login = _app(call), call.parts["login"]
    for installation in call.ctx.apps.installations(app):
        if installation.account.lower() == login.lower():
            return json_response(200, _installation(call, installation))
    raise not_found("Installation", "login of", login)


def create_token(call: Call) -> Response:
    """POST: a new token for an installation."""
    installation = _numbered(call)
    permissions = call.body.get("permissions") or {}
    issued = call.ctx.apps.issue(installation, permissions)
    expires = datetime.fromtimestamp(issued.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    payload = {
        "token": issued.token,
        "expires_at": expires,
        "permissions": dict(issued.permissions),
        "repository_selection": _selection(installation),
    }
    return json_response(201, payload)


def _numbered(call: Call) -> Installation:
    app, number = _app(call), int(call.parts["number"])
    for installation in call.ctx.apps.installations(app):
        if installation.id == number:
            return installation
    raise not_found("Installation", "number of", number)


def _selection(installation: Installation) -> str:
    return "all" if installation.repositories is None else "selected"


def _installation(call: Call, installation: Installation) -> Json:
    ctx, app = call.ctx, installation.app
    account = repositories.ensure_account(ctx.store, installation.account, "Organization")
    return {
        "id": installation.id,
        "account": rest_payloads.account(ctx, account),
        "repository_selection": _selection(installation),
        "access_tokens_url": f"{ctx.api}/app/installations/{installation.id}/access_tokens",
        "repositories_url": f"{ctx.api}/installation/repositories",
        "html_url": f"{ctx.web}/organizations/{account.login}/settings/installations"
        f"/{installation.id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": account.id,
        "target_type": account.kind,
        "permissions": dict(app.permissions),
        "events": [],
        "created_at": installation.created_at,
        "updated_at": installation.created_at,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": installation.suspended_at,
    }


def refused(refusal: AppRefusalError) -> Response:
    """Return the response that refuses an App."""
    return error_response(refusal.status, refusal.message)
