"""Delete boards, issue fields and issue types, with everything that belongs to them."""

from github_sandbox import boards
from github_sandbox.access import Viewer
from github_sandbox.issue_fields import store_values
from github_sandbox.models import Field, Issue, IssueField, IssueType, Project
from github_sandbox.problems import forbidden
from github_sandbox.store import Store


def delete_project(store: Store, viewer: Viewer, project: Project) -> None:
    """Delete a board with its cards, fields, views, workflows and status updates."""
    boards.require_board(viewer, project)
    for item in list(store.items.get(project.id, {}).values()):
        store.drop(item)
    for table in (store.fields, store.views, store.workflows):
        for part in list(table.get(project.id, {}).values()):
            store.drop(part)
    for update in list(store.status_updates.get(project.id, ())):
        store.drop(update)
    store.event(viewer.account, "project_deleted", project)
    store.drop(project)


def delete_issue_field(store: Store, viewer: Viewer, field: IssueField) -> None:
    """Delete an issue field with its options, its values and its columns on boards."""
    _require_admin(viewer)
    for issue in _issues(store):
        if str(field.id) in issue.field_values:
            store_values(store, issue, [(field, None)])
    for columns in store.fields.values():
        for column in [each for each in columns.values() if each.issue_field == field.id]:
            _hide(store, column)
            store.drop(column)
    for option in list(store.issue_field_options.get(field.id, {}).values()):
        store.drop(option)
    store.event(viewer.account, "issue_field_deleted", field)
    store.drop(field)


def _hide(store: Store, column: Field) -> None:
    for view in store.views.get(column.project, {}).values():
        if column.id in view.fields:
            view.fields = [number for number in view.fields if number != column.id]
            store.touch(view)


def delete_issue_type(store: Store, viewer: Viewer, issue_type: IssueType) -> None:
    """Delete an issue type; the issues that have it lose it."""
    _require_admin(viewer)
    for issue in _issues(store):
        if issue.issue_type == issue_type.id:
            issue.issue_type = None
            store.touch(issue)
    store.event(viewer.account, "issue_type_deleted", issue_type)
    store.drop(issue_type)


def _require_admin(viewer: Viewer) -> None:
    if viewer.grant.permission != "admin":
        raise forbidden(viewer.label)


def _issues(store: Store) -> list[Issue]:
    return [issue for issues in store.issues.values() for issue in issues.values()]
