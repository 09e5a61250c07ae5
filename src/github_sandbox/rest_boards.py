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
    if not call.ctx.view_arrangement:
        unknown = next((name for name in _ARRANGEMENT if name in call.body), None)
        if unknown:
            raise bad_body(f'Invalid input: "{unknown}" is not a permitted key.')
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
        arrangement=_arrangement(call, project),
    )
    payload = _view(call.ctx, project, view)
    return json_response(201, payload)


_ARRANGEMENT = ("sort_by", "group_by", "vertical_group_by")


def _arrangement(call: Call, project: Project) -> board_views.Arrangement:
    sorting = call.body.get("sort_by") or []
    if not all(isinstance(pair, list) and len(pair) == _PAIR for pair in sorting):
        raise bad_body("sort_by is not an array of pairs")
    fields = _known(call, project, "sort_by", [pair[0] for pair in sorting])
    directions = [pair[1] for pair in sorting]
    if not set(directions) <= {"asc", "desc"}:
        raise bad_body("a direction is neither asc nor desc")
    groups = [_known(call, project, n, call.body.get(n) or []) for n in _ARRANGEMENT[1:]]
    if any(len(fields) > 1 for fields in groups):
        raise bad_body("only a single field can be grouped by")
    rows, columns = groups
    return board_views.Arrangement(rows, columns, list(zip(fields, directions, strict=True)))


_PAIR = 2
"""Values of an entry of `sort_by`: a field and a direction."""


def _owner(call: Call) -> Account | None:
    """Return the owner in the path: for people GitHub's description demands the id, not the login.

    Clients report that one of both is accepted, and differ in which ([R]).
    """
    name, accounts = call.parts["login"], call.ctx.store.accounts
    if call.parts["kind"] == "users" and not call.ctx.user_views_by_login:
        return next((each for each in accounts.values() if str(each.id) == name), None)
    return accounts.get(name.lower())


def _project(call: Call) -> Project:
    owner = _owner(call)
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
    return None if numbers is None else _known(call, project, "visible_fields", numbers)


def _known(call: Call, project: Project, name: str, numbers: object) -> list[Field]:
    known = call.ctx.store.fields[project.id]
    if not isinstance(numbers, list) or any(number not in known for number in numbers):
        raise bad_body(f"{name} are not fields of the project")
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
        "group_by": view.group_by,
        "vertical_group_by": view.vertical_group_by,
        "sort_by": [[n, "desc" if n in view.descending else "asc"] for n in view.sort_by],
        "project_url": f"{ctx.api}/{kind}/{owner.login}/projectsV2/{project.number}",
        "creator": account(ctx, creator),
        "html_url": f"{ctx.web}{ctx.project_path(project)}/views/{view.number}",
        **dates(view),
    }
