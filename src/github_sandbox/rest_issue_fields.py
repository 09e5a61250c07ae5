"""Handle the REST routes for issue fields and their values."""

from collections.abc import Sequence
from typing import Any

from github_sandbox import issue_fields, payloads
from github_sandbox.messages import Response, json_response
from github_sandbox.models import Account, IssueField, Repository
from github_sandbox.problems import RefusalError, forbidden, not_found
from github_sandbox.rest_call import Call, Json, bad_body, missing, page

MAX_VALUES = 25
"""Values in one call (documented)."""


def _organization(call: Call) -> Account:
    owner = call.ctx.store.accounts.get(call.parts["login"].lower())
    if owner is None or owner.kind != "Organization" or not call.ctx.issue_fields:
        raise not_found("Organization", "login of", call.parts["login"])
    return owner


def _field(call: Call, owner: int, number: object) -> IssueField:
    fields = call.ctx.store.issue_fields.get(owner, {})
    field = fields.get(number) if isinstance(number, int) else None
    if field is None:
        raise not_found("IssueField", "id", str(number))
    return field


def list_fields(call: Call) -> Response:
    """GET the issue fields of an organization."""
    fields = call.ctx.store.issue_fields.get(_organization(call).id, {}).values()
    seen = [field for field in fields if issue_fields.sees(call.ctx.viewer, field)]
    return page(call, seen, lambda field: payloads.issue_field(call.ctx, field))


_VISIBILITIES = {"all": "ALL", "organization_members_only": "ORG_ONLY"}


def _parts(call: Call) -> dict[str, Any]:
    visibility = call.text("visibility")
    if visibility is not None and visibility not in _VISIBILITIES:
        raise bad_body(f"{visibility!r} is not a visibility.")
    return {
        "description": call.text("description"),
        "visibility": _VISIBILITIES[visibility] if visibility else None,
        "options": _options(call),
    }


def _options(call: Call) -> list[Json] | None:
    options = call.body.get("options")
    if options is None:
        return None
    if not isinstance(options, list):
        raise bad_body("'options' is not an array.")
    for option in options:
        if not isinstance(option, dict) or not {"name", "color", "priority"} <= option.keys():
            raise bad_body("An option needs 'name', 'color' and 'priority'.")
    return options


def create_field(call: Call) -> Response:
    """POST an issue field."""
    name, data_type = call.text("name"), call.text("data_type")
    if name is None or data_type is None:
        raise missing("name" if name is None else "data_type")
    if data_type.upper() not in ("TEXT", "NUMBER", "DATE", *issue_fields.SELECTS):
        raise bad_body(f"{data_type!r} is not a data type.")
    parts = _parts(call)
    field = issue_fields.create_field(
        call.ctx.store,
        call.ctx.viewer,
        _organization(call),
        name=name,
        data_type=data_type.upper(),
        **{**parts, "options": parts["options"] or ()},
    )
    return json_response(200, payloads.issue_field(call.ctx, field))


def update_field(call: Call) -> Response:
    """PATCH an issue field; options that are sent with their ids are kept."""
    field = _field(call, _organization(call).id, int(call.parts["field"]))
    changed = issue_fields.update_field(
        call.ctx.store, call.ctx.viewer, field, name=call.text("name"), **_parts(call)
    )
    return json_response(200, payloads.issue_field(call.ctx, changed))


def changes_of(call: Call, values: object) -> Sequence[issue_fields.Change]:
    """Return the values in a body; options are named."""
    if values is None:
        return ()
    if not isinstance(values, list) or len(values) > MAX_VALUES:
        raise bad_body("'issue_field_values' is not an array of at most 25 values.")
    changes = []
    for each in values:
        if not isinstance(each, dict) or not {"field_id", "value"} <= each.keys():
            raise bad_body("A value needs 'field_id' and 'value'.")
        field = _field(call, call.repository.owner, each["field_id"])
        changes.append(issue_fields.named_change(call.ctx.store, field, each["value"]))
    return changes


def _require_push(call: Call) -> None:
    """Refuse whoever may not push; the values of issues of people do not exist."""
    repository: Repository = call.repository
    owner = call.ctx.store.get(Account, repository.owner)
    if owner.kind != "Organization" or not call.ctx.issue_fields:
        raise not_found("IssueField", "repository", repository.name)
    if not call.ctx.viewer.may(call.ctx.store.full_name(repository), "write"):
        raise forbidden(call.ctx.viewer.label)


def _show(call: Call) -> Response:
    return json_response(200, payloads.issue_field_values(call.ctx, call.issue))


def list_values(call: Call) -> Response:
    """GET the values of an issue."""
    if not call.ctx.issue_fields:
        raise not_found("Issue", "number of", call.issue.number)
    return page(call, payloads.issue_field_values(call.ctx, call.issue), lambda value: value)


def add_values(call: Call) -> Response:
    """POST values to an issue; an empty list clears all of them."""
    return _write(call, replace=call.body.get("issue_field_values") == [])


def set_values(call: Call) -> Response:
    """PUT values of an issue; all others are cleared."""
    return _write(call, replace=True)


def _write(call: Call, *, replace: bool) -> Response:
    _require_push(call)
    changes = changes_of(call, call.body.get("issue_field_values"))
    store, issue = call.ctx.store, call.issue
    valued = issue_fields.valued_fields(store, issue) if replace else ()
    cleared: list[issue_fields.Change] = [(field, None) for field in valued]
    issue_fields.set_values(store, call.ctx.viewer, issue, [*cleared, *changes])
    return _show(call)


def delete_value(call: Call) -> Response:
    """DELETE the value of an issue in one field."""
    _require_push(call)
    field = _field(call, call.repository.owner, int(call.parts["field"]))
    if str(field.id) not in call.issue.field_values:
        raise RefusalError("NOT_FOUND", "Not Found")
    issue_fields.set_values(call.ctx.store, call.ctx.viewer, call.issue, [(field, None)])
    return Response(204)
