"""Create and change the views of boards, and copy boards with their fields, views and workflows.

What github.com does ([R] by clients that ran against it in August 2026): GraphQL creates a view
without a filter; REST takes a filter, and since August ([D]) grouping and sorting. After that,
these can only be read, as slicing and the dates of a roadmap always can; new visible fields of an
existing view hide its Type column, which is not a field.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as parts_of
from typing import Any

from github_sandbox import boards
from github_sandbox.access import Viewer
from github_sandbox.models import Account, Field, Item, Project, Record, View, Workflow
from github_sandbox.problems import RefusalError, check_length, invalid
from github_sandbox.store import Store

MAX_VIEWS = 50
"""Views that a board may have ([R])."""


def _unprocessable(message: str) -> RefusalError:
    return RefusalError("UNPROCESSABLE", message)


def views_of(store: Store, project: Project) -> list[View]:
    """Return the views of a board in the order of its tabs."""
    return list(store.views.get(project.id, {}).values())


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise invalid("ProjectV2View", "name", "can't be blank", "missing_field")
    check_length("ProjectV2View", "name", name, 255)
    return name


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a new view is grouped and sorted, as records have it."""

    group_by: Sequence[Field] = ()
    vertical_group_by: Sequence[Field] = ()
    sort_by: Sequence[tuple[Field, str]] = ()


_UNGROUPED = ("TITLE", "REVIEWERS", "LINKED_PULL_REQUESTS", "SUB_ISSUES_PROGRESS")
"""The types of fields that no view can be grouped by ([D])."""


def _checked_arrangement(project: Project, layout: str, given: Arrangement) -> dict[str, list[int]]:
    """Return the parts of a view, or refuse what no view can be grouped by."""
    fields = (*given.group_by, *given.vertical_group_by, *(each for each, _ in given.sort_by))
    if any(field.project != project.id for field in fields):
        raise _unprocessable("The field does not belong to the project")
    if any(f.data_type in _UNGROUPED for f in (*given.group_by, *given.vertical_group_by)):
        raise _unprocessable("The field does not support grouping")
    if given.vertical_group_by and layout != "BOARD_LAYOUT":
        raise _unprocessable("vertical_group_by is only applicable to board layouts")
    return {
        "group_by": [field.id for field in given.group_by],
        "vertical_group_by": [field.id for field in given.vertical_group_by],
        "sort_by": [field.id for field, _ in given.sort_by],
        "descending": [field.id for field, direction in given.sort_by if direction == "desc"],
    }


def _status(store: Store, project: Project, layout: str) -> list[int]:
    """Return the field whose options are the columns of a board layout if nobody chose one."""
    if layout != "BOARD_LAYOUT":
        return []
    return [f.id for f in store.fields[project.id].values() if f.name == "Status"]


def _checked_fields(project: Project, layout: str, fields: Sequence[Field]) -> list[int]:
    if fields and layout == "ROADMAP_LAYOUT":
        raise _unprocessable("Visible fields cannot be set for a roadmap layout")
    if any(field.project != project.id for field in fields):
        raise _unprocessable("The field does not belong to the project")
    return [field.id for field in fields]


def create_view(
    store: Store,
    viewer: Viewer,
    project: Project,
    *,
    name: str,
    layout: str,
    fields: Sequence[Field] | None,
    filter_query: str | None = None,
    arrangement: Arrangement | None = None,
) -> View:
    """Create a view; its name need not be unique. Only REST can filter, group and sort at once."""
    boards.require_board(viewer, project)
    name = _checked_name(name)
    if len(store.views.get(project.id, {})) >= MAX_VIEWS:
        raise _unprocessable(f"A project cannot have more than {MAX_VIEWS} views")
    shown = _checked_fields(project, layout, fields or ())
    parts = _checked_arrangement(project, layout, arrangement or Arrangement())
    parts["vertical_group_by"] = parts["vertical_group_by"] or _status(store, project, layout)
    view = store.create(
        View,
        project=project.id,
        number=project.next_view,
        name=name,
        layout=layout,
        filter=filter_query or None,
        fields=shown or boards.default_columns(store, project),
        **parts,
    )
    project.next_view += 1
    store.touch(project)
    store.event(viewer.account, "project_view_created", view)
    return view


def update_view(
    store: Store,
    viewer: Viewer,
    view: View,
    *,
    name: str | None,
    layout: str | None,
    filter_query: str | None,
    fields: Sequence[Field] | None,
) -> View:
    """Change a view; what is None stays. New visible fields hide the Type column."""
    project = store.get(Project, view.project)
    boards.require_board(viewer, project)
    new_name = view.name if name is None else _checked_name(name)
    new_layout = layout or view.layout
    if fields is not None:
        view.fields = _checked_fields(project, new_layout, fields)
        view.shows_type = False
    view.name, view.layout = new_name, new_layout
    if filter_query is not None:
        view.filter = filter_query or None
    store.touch(view, project)
    store.event(viewer.account, "project_view_edited", view)
    return view


def delete_view(store: Store, viewer: Viewer, view: View) -> str:
    """Delete a view; a board keeps at least one."""
    project = store.get(Project, view.project)
    boards.require_board(viewer, project)
    if len(store.views[project.id]) == 1:
        raise _unprocessable("The last view of a project cannot be deleted")
    store.drop(view)
    store.touch(project)
    return view.node_id


# ---- copies --------------------------------------------------------------------------------


def copy_project(
    store: Store, viewer: Viewer, source: Project, owner: Account, title: str, *, drafts: bool
) -> Project:
    """Copy a board: its fields, views and workflows, and drafts if asked; never its issues.

    All fields, options and views of the copy have new ids. The copy is private and linked
    to no repository.
    """
    copy = boards.new_project(store, viewer, owner, title)
    copy.short_description, copy.readme = source.short_description, source.readme
    ids: dict[int, int] = {}
    for field in store.fields[source.id].values():
        ids[field.id] = boards.copy_field(store, field, copy).id
    for view in views_of(store, source):
        lists = {name: [ids[n] for n in getattr(view, name)] for name in _FIELD_LISTS}
        _again(store, view, project=copy.id, number=copy.next_view, **lists)
        copy.next_view += 1
    for workflow in store.workflows.get(source.id, {}).values():
        # Which repository's issues are added is not copied ([D]).
        enabled = workflow.enabled and workflow.name != "Auto-add to project"
        _again(store, workflow, project=copy.id, enabled=enabled)
    if drafts:
        for item in boards.items_of(store, source):
            if item.content is None:
                _copy_draft(store, viewer, item, copy)
    store.event(viewer.account, "project_copied", copy)
    return copy


_FIELD_LISTS = ("fields", "group_by", "vertical_group_by", "sort_by", "descending")
"""The parts of a view that are numbers of fields."""


def _again(store: Store, record: View | Workflow, **changes: Any) -> None:
    """Create a copy of a record with other values."""
    own = {part.name for part in parts_of(Record)}
    names = [part.name for part in parts_of(record) if part.name not in own]
    values = {name: getattr(record, name) for name in names}
    store.create(type(record), **values | changes)


def _copy_draft(store: Store, viewer: Viewer, item: Item, copy: Project) -> None:
    boards.add_draft(store, viewer, copy, item.draft_title or "", item.draft_body)
