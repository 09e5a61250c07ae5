"""Resolve boards, their fields, cards and values in GraphQL."""

from datetime import UTC, date, timedelta
from typing import Any

from github_sandbox import board_views, boards, issue_fields, read_issue_fields
from github_sandbox.connections import Connection, page_by_index
from github_sandbox.context import Context, Info
from github_sandbox.fields import (
    Resolver,
    Table,
    constant,
    order,
    page,
    record,
    related,
    related_list,
)
from github_sandbox.models import (
    Account,
    Field,
    Issue,
    IssueField,
    Item,
    Label,
    Milestone,
    Project,
    Repository,
    View,
    typename,
)


def _project_fields(project: Project, info: Info, **arguments: Any) -> Connection:
    fields = info.context.store.fields[project.id].values()
    keys = {"CREATED_AT": "id", "NAME": "name", "POSITION": "id"}
    return page_by_index(info, order(fields, arguments.get("orderBy"), keys, "id"), arguments)


def _project_items_page(project: Project, info: Info, **arguments: Any) -> Connection:
    """Return a board's cards, without archived ones if these are not asked for (since 2026-06).

    Their cursors are positions (recorded 2023): a card that leaves the board while a client reads
    it makes the next page miss one.
    """
    states = arguments.pop("archivedStates", None) or ["NOT_ARCHIVED"]
    items = [
        item
        for item in boards.items_of(info.context.store, project, archived=True)
        if ("ARCHIVED" if item.is_archived else "NOT_ARCHIVED") in states
    ]
    order_by = arguments.get("orderBy")
    if order_by and order_by["direction"] == "DESC":
        items.reverse()
    return page_by_index(info, items, arguments)


def _views(project: Project, info: Info, **arguments: Any) -> Connection:
    views = board_views.views_of(info.context.store, project)
    keys = {"CREATED_AT": "created_at", "NAME": "name", "POSITION": "number"}
    return page_by_index(info, order(views, arguments.get("orderBy"), keys, "number"), arguments)


def _workflows(project: Project, info: Info, **arguments: Any) -> Connection:
    workflows = info.context.store.workflows.get(project.id, {}).values()
    keys = {"CREATED_AT": "created_at", "NAME": "name", "NUMBER": "number"}
    keys["UPDATED_AT"] = "updated_at"
    ordered = order(workflows, arguments.get("orderBy"), keys, "name")
    return page_by_index(info, ordered, arguments)


def _sorting(view: View, info: Info, **arguments: Any) -> Connection:
    """Return what a view is sorted by, in order."""
    fields = [
        {
            "direction": "DESC" if number in view.descending else "ASC",
            "field": info.context.store.get(Field, number),
        }
        for number in view.sort_by
    ]
    return page_by_index(info, fields, arguments)


def _status_updates(project: Project, info: Info, **arguments: Any) -> Connection:
    """Return a board's status updates, newest first by default."""
    updates = info.context.store.status_updates.get(project.id, ())
    order_by = arguments.get("orderBy")
    keys = {"CREATED_AT": "created_at"}
    return page_by_index(info, order(updates, order_by, keys, "created_at"), arguments)


STATUS_UPDATE: Table = {
    **record(body="body", status="status", startDate="start_date", targetDate="target_date"),
    "creator": related(Account, "creator"),
    "project": related(Project, "project"),
}


PROJECT: Table = {
    **record(
        number="number",
        title="title",
        shortDescription="short_description",
        readme="readme",
        public="public",
        closed="closed",
        closedAt="closed_at",
    ),
    **page(lambda ctx, project: ctx.project_path(project)),
    "creator": related(Account, "creator"),
    "field": lambda record, info, name: boards.find_field(info.context.store, record, name),
    "fields": _project_fields,
    "items": _project_items_page,
    "owner": related(Account, "owner"),
    "repositories": related_list(Repository, "repositories"),
    "statusUpdates": _status_updates,
    "template": constant(False),
    "view": lambda project, info, number: info.context.store.views.get(project.id, {}).get(number),
    "viewerCanUpdate": lambda _, info: info.context.viewer.grant.writes_boards,
    "views": _views,
    "workflow": lambda project, info, number: info.context.store.workflows.get(project.id, {}).get(
        number
    ),
    "workflows": _workflows,
}


VIEW: Table = {
    **record(filter="filter", layout="layout", name="name", number="number"),
    "fields": related_list(Field, "fields"),
    "groupByFields": related_list(Field, "group_by"),
    "project": related(Project, "project"),
    "sortByFields": _sorting,
    "verticalGroupByFields": related_list(Field, "vertical_group_by"),
}


WORKFLOW: Table = {
    **record(enabled="enabled", name="name", number="number"),
    "project": related(Project, "project"),
}


def _options(field: Field, info: Info, names: list[str] | None = None) -> list[dict[str, str]]:  # noqa: ARG001 - a resolver's second argument
    return [option for option in field.options if names is None or option["name"] in names]


def _iteration(iteration: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": iteration["id"],
        "title": iteration["title"],
        "startDate": iteration["start"],
        "duration": iteration["duration"],
    }


def _configuration(field: Field, info: Info) -> dict[str, Any]:
    today = info.context.store.clock().astimezone(UTC).date()
    current: list[dict[str, Any]] = []
    completed: list[dict[str, Any]] = []
    for iteration in sorted(field.iterations, key=lambda iteration: iteration["start"]):
        end = date.fromisoformat(iteration["start"]) + timedelta(days=iteration["duration"])
        (completed if end <= today else current).append(_iteration(iteration))
    return {
        "iterations": current,
        "completedIterations": completed[::-1],  # newest first (recorded 2023)
        "duration": field.iteration_setup["duration"],
        "startDay": field.iteration_setup["start_day"],
    }


FIELD: Table = {
    **record(name="name", dataType="data_type"),
    "configuration": _configuration,
    "multiSelectOptions": _options,
    "options": _options,
    "project": related(Project, "project"),
}


def _content(item: Item, info: Info) -> Any:
    """Return an item's issue or pull request, a draft's text, or None if it may not be seen."""
    ctx = info.context
    if item.content is None:
        return {
            "__typename": "DraftIssue",
            "id": item.node_id.replace("PVTI_", "DI_"),
            "title": item.draft_title,
            "body": item.draft_body,
            "createdAt": item.created_at,
            "updatedAt": item.updated_at,
            "assignees": ctx.store.all(Account, item.draft_assignees),
            "creator": ctx.store.get(Account, item.creator) if item.creator else None,
        }
    issue = ctx.store.get(Issue, item.content)
    repository = ctx.store.get(Repository, issue.repository)
    return issue if ctx.viewer.sees(repository, ctx.store.full_name(repository)) else None


def _item_type(item: Item, info: Info) -> str:
    content = _content(item, info)
    if content is None:
        return "REDACTED"
    names = {"Issue": "ISSUE", "PullRequest": "PULL_REQUEST", "DraftIssue": "DRAFT_ISSUE"}
    return names[typename(content)]


def _choice(choices: list[dict[str, Any]], choice_id: str) -> dict[str, Any]:
    return next(choice for choice in choices if choice["id"] == choice_id)


def _stored_value(ctx: Context, item: Item, field: Field) -> dict[str, Any] | None:
    """Return a value that was set on the card, as a GraphQL object."""
    stored = item.values.get(str(field.id))
    if stored is None:
        return None
    kind, value = stored["kind"], stored["value"]
    names = {
        "text": "Text",
        "number": "Number",
        "date": "Date",
        "option": "SingleSelect",
        "options": "MultiSelect",
        "iteration": "Iteration",
    }
    payload = {
        "__typename": f"ProjectV2ItemField{names[kind]}Value",
        "id": f"PVTF{names[kind][0]}V_{item.node_id[5:]}{field.id:x}",
        "databaseId": None,
        "createdAt": stored["created_at"],
        "updatedAt": stored["updated_at"],
        "creator": ctx.store.get(Account, item.creator) if item.creator else None,
        "field": field,
        "item": item,
    }
    if kind == "option":
        option = _choice(field.options, value)
        return payload | {
            "optionId": value,
            "name": option["name"],
            "color": option["color"],
            "description": option["description"],
        }
    if kind == "options":
        return payload | {"options": [option for option in field.options if option["id"] in value]}
    if kind == "iteration":
        shown = _iteration(_choice(field.iterations, value))
        return payload | shown | {"id": payload["id"], "iterationId": value}
    return payload | {kind: value}


def _derived_value(ctx: Context, item: Item, field: Field) -> dict[str, Any] | None:
    """Return a value that comes from the card's content; None if it is empty."""
    if field.data_type == "TITLE":
        content = ctx.store.get(Issue, item.content) if item.content else None
        return {
            "__typename": "ProjectV2ItemFieldTextValue",
            "id": f"PVTFTV_{item.node_id[5:]}",
            "databaseId": None,
            "createdAt": item.created_at,
            "updatedAt": item.updated_at,
            "creator": None,
            "field": field,
            "item": item,
            "text": content.title if content else item.draft_title,
        }
    if item.content is None:
        return None
    issue = ctx.store.get(Issue, item.content)
    match field.data_type:
        case "REPOSITORY":
            repository = ctx.store.get(Repository, issue.repository)
            return {
                "__typename": "ProjectV2ItemFieldRepositoryValue",
                "field": field,
                "repository": repository,
            }
        case "MILESTONE" if issue.milestone is not None:
            return {
                "__typename": "ProjectV2ItemFieldMilestoneValue",
                "field": field,
                "milestone": ctx.store.get(Milestone, issue.milestone),
            }
        case "LABELS" if issue.labels:
            return {
                "__typename": "ProjectV2ItemFieldLabelValue",
                "field": field,
                "labels": ctx.store.all(Label, issue.labels),
            }
        case "ASSIGNEES" if issue.assignees:
            return {
                "__typename": "ProjectV2ItemFieldUserValue",
                "field": field,
                "users": ctx.store.all(Account, issue.assignees),
            }
    return None


def _issue_field_value(ctx: Context, item: Item, field: Field) -> dict[str, Any] | None:
    """Return the value of a column that shows an issue field; None if it is empty."""
    assert field.issue_field is not None
    shown = ctx.store.get(IssueField, field.issue_field)
    issue = ctx.store.get(Issue, item.content) if item.content else None
    if issue is None or str(shown.id) not in issue.field_values:
        return None
    if not ctx.issue_fields or not issue_fields.sees(ctx.viewer, shown):
        return None
    several = shown.data_type == "MULTI_SELECT"  # the published union has no value of this kind
    value = None if several else read_issue_fields.value(ctx, issue, shown)
    return {"__typename": "ProjectV2ItemIssueFieldValue", "field": field, "issueFieldValue": value}


def _value(ctx: Context, item: Item, field: Field) -> dict[str, Any] | None:
    if field.issue_field is not None:
        return _issue_field_value(ctx, item, field)
    if field.data_type in boards.CUSTOM_TYPES:
        return _stored_value(ctx, item, field)
    return _derived_value(ctx, item, field)


def _field_values(item: Item, info: Info, **arguments: Any) -> Connection:
    """Return a card's values: its repository and title, what else its content says, then the
    board's own in the order in which they were first set (recorded 2023).
    """
    ctx = info.context
    fields = ctx.store.fields[item.project]
    derived = [
        field
        for field in fields.values()
        if field.data_type not in boards.CUSTOM_TYPES or field.issue_field is not None
    ]
    derived.sort(key=lambda field: _FIRST_VALUES.get(field.data_type, len(_FIRST_VALUES)))
    values = (_value(ctx, item, field) for field in (*derived, *_set_fields(item, fields)))
    return page_by_index(info, [value for value in values if value is not None], arguments)


_FIRST_VALUES = {"REPOSITORY": 0, "TITLE": 1}


def _set_fields(item: Item, fields: dict[int, Field]) -> list[Field]:
    return [fields[int(number)] for number in item.values]


def _field_value_by_name(item: Item, info: Info, name: str) -> dict[str, Any] | None:
    ctx = info.context
    field = boards.find_field(ctx.store, ctx.store.get(Project, item.project), name)
    return _value(ctx, item, field) if field else None


ITEM: Table = {
    **record(isArchived="is_archived"),
    "content": _content,
    "creator": related(Account, "creator"),
    "fieldValueByName": _field_value_by_name,
    "fieldValues": _field_values,
    "project": related(Project, "project"),
    "type": _item_type,
}


def inner_page(name: str) -> Resolver:
    """Return a resolver for a page of the list with this name in a value."""
    return lambda value, info, **arguments: page_by_index(info, value[name], arguments)
