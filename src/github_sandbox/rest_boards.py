"""Handle the REST routes for boards: only views can be created here, and nothing else."""

from typing import Any

from github_sandbox import board_views
from github_sandbox.context import Context
from github_sandbox.messages import Response, json_response
from github_sandbox.models import Account, Field, Project, View
from github_sandbox.problems import not_found
from github_sandbox.rest_call import Call, bad_body
from github_sandbox.rest_payloads import account, base, dates

_LAYOUTS = {"table": "TABLE_LAYOUT", "board": "BOARD_LAYOUT", "roadmap": "ROADMAP_LAYOUT"}


def create_view(call: Call) -> Response:
    """POST a view of a board, of an organization or of a user, each under its own path."""
    project = _project(call)
    layout = call.text("layout") or ""
    if layout not in _LAYOUTS:
        raise bad_body(f"{layout!r} is not a member of {list(_LAYOUTS)}.")
    view = board_views.create_view(
        call.ctx.store,
        call.ctx.viewer,
        project,
        name=call.text("name") or "",
        layout=_LAYOUTS[layout],
        fields=_fields(call, project),
        filter_query=call.text("filter"),
    )
    payload = _view(call.ctx, project, view)
    return json_response(201, payload)


def _project(call: Call) -> Project:
    owner = call.ctx.store.accounts.get(call.parts["login"].lower())
    kind = "Organization" if call.parts["kind"] == "orgs" else "User"
    boards = call.ctx.store.projects.get(owner.id, {}) if owner and owner.kind == kind else {}
    project = boards.get(int(call.parts["number"]))
    if project is None:
        raise not_found("ProjectV2", "number", call.parts["number"])
    call.ctx.viewer.require_projects()
    return project


def _fields(call: Call, project: Project) -> list[Field] | None:
    """Return the visible fields, which REST knows by the numbers of their records."""
    numbers = call.body.get("visible_fields")
    if numbers is None:
        return None
    known = call.ctx.store.fields[project.id]
    if not isinstance(numbers, list) or any(number not in known for number in numbers):
        raise bad_body("visible_fields are not fields of the project")
    return [known[number] for number in numbers]


def _view(ctx: Context, project: Project, view: View) -> dict[str, Any]:
    owner = ctx.store.get(Account, project.owner)
    kind = "orgs" if owner.kind == "Organization" else "users"
    layouts = {layout: word for word, layout in _LAYOUTS.items()}
    creator = ctx.store.get(Account, project.creator or project.owner)
    return {
        **base(view),
        "number": view.number,
        "name": view.name,
        "layout": layouts[view.layout],
        "filter": view.filter,
        "visible_fields": view.fields,
        "group_by": [],
        "vertical_group_by": [],
        "sort_by": [],
        "project_url": f"{ctx.api}/{kind}/{owner.login}/projectsV2/{project.number}",
        "creator": account(ctx, creator),
        "html_url": f"{ctx.web}{ctx.project_path(project)}/views/{view.number}",
        **dates(view),
    }
