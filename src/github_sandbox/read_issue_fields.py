"""Resolve issue fields and their values in GraphQL."""

from typing import Any

from github_sandbox import issue_fields
from github_sandbox.connections import Connection, page_by_index
from github_sandbox.context import Context, Info
from github_sandbox.fields import Table, order, record
from github_sandbox.models import Account, Issue, IssueField, Repository


def fields_page(owner: Account, info: Info, **arguments: Any) -> Connection | None:
    """Return a page of an organization's fields; None for users, and where the feature is off."""
    ctx = info.context
    fields = issue_fields.fields_of(ctx.store, owner)
    if fields is None or not _served(ctx):
        return None
    fields = [field for field in fields if issue_fields.sees(ctx.viewer, field)]
    keys = {"CREATED_AT": "id", "NAME": "name"}
    return page_by_index(info, order(fields, arguments.get("orderBy"), keys, "id"), arguments)


def repository_fields_page(
    repository: Repository, info: Info, **arguments: Any
) -> Connection | None:
    """Return a page of the fields of a repository's owner."""
    owner = info.context.store.get(Account, repository.owner)
    return fields_page(owner, info, **arguments)


def values_page(issue: Issue, info: Info, **arguments: Any) -> Connection | None:
    """Return a page of an issue's values."""
    ctx = info.context
    if not _served(ctx):
        return None
    fields = issue_fields.valued_fields(ctx.store, issue)
    values = [value(ctx, issue, f) for f in fields if issue_fields.sees(ctx.viewer, f)]
    return page_by_index(info, values, arguments)


def _served(ctx: Context) -> bool:
    """Return whether issue fields are shown: a client asks for the preview with a header."""
    return ctx.issue_fields and "issue_fields" in ctx.previews


def value(ctx: Context, issue: Issue, field: IssueField) -> dict[str, Any]:
    """Return an issue's value of a field as a GraphQL object."""
    stored = issue.field_values[str(field.id)]
    kind = {
        "TEXT": "Text",
        "NUMBER": "Number",
        "DATE": "Date",
        "SINGLE_SELECT": "SingleSelect",
        "MULTI_SELECT": "MultiSelect",
    }[field.data_type]
    payload: dict[str, Any] = {
        "__typename": f"IssueField{kind}Value",
        "id": f"IFV_{issue.node_id[2:]}{field.id:x}",
        "field": field,
    }
    if not isinstance(stored, list):
        return payload | {"value": stored}
    options = issue_fields.chosen(ctx.store, issue, field)
    if kind == "MultiSelect":
        return payload | {"options": options}
    option = options[0]
    return payload | {
        "optionId": option.node_id,
        "name": option.name,
        "value": option.name,
        "color": option.color,
        "description": option.description,
    }


ISSUE_FIELD: Table = {
    **record(name="name", dataType="data_type", description="description", visibility="visibility"),
    "options": lambda field, info: issue_fields.options_of(info.context.store, field),
}

ISSUE_FIELD_OPTION: Table = record(
    name="name", color="color", description="description", priority="priority"
)
