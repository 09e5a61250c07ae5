"""Create and change boards (Projects v2): their fields, cards and values."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from github_sandbox.access import Viewer
from github_sandbox.issue_fields import options_of
from github_sandbox.models import (
    Account,
    Field,
    Issue,
    IssueField,
    Item,
    Project,
    Repository,
    StatusUpdate,
    View,
    Workflow,
)
from github_sandbox.problems import (
    RefusalError,
    already_taken,
    check_length,
    forbidden,
    invalid,
    no_node,
)
from github_sandbox.store import Store

MAX_FIELDS = 50
MAX_OPTIONS = 50
MAX_TEXT = 1_024
"""Characters in a text field: 1,024 were stored and 1,025 refused (recorded 2023)."""

BUILT_IN_FIELDS = (
    ("Title", "TITLE"),
    ("Assignees", "ASSIGNEES"),
    ("Status", "SINGLE_SELECT"),
    ("Labels", "LABELS"),
    ("Linked pull requests", "LINKED_PULL_REQUESTS"),
    ("Milestone", "MILESTONE"),
    ("Repository", "REPOSITORY"),
    ("Reviewers", "REVIEWERS"),
    ("Parent issue", "PARENT_ISSUE"),
    ("Sub-issues progress", "SUB_ISSUES_PROGRESS"),
)
"""The fields of a new board, in order."""

STATUS_OPTIONS = (
    ("f75ad846", "Todo", "GREEN", "This item hasn't been started"),
    ("47fc9ee4", "In Progress", "YELLOW", "This is actively being worked on"),
    ("98236657", "Done", "PURPLE", "This has been completed"),
)

FIRST_VIEW = "View 1"
"""The name of the one view of a new board, a table."""

_SHOWN_FIRST = ("Title", "Assignees", "Status")
"""The fields that a new view shows."""

ITEM_CLOSED = "Item closed"

WORKFLOWS = {
    "Auto-add sub-issues to project": False,
    "Auto-add to project": False,
    "Auto-archive items": False,
    "Auto-close issue": False,
    "Code changes requested": False,
    "Code review approved": False,
    "Item added to project": False,
    ITEM_CLOSED: True,
    "Item reopened": False,
    "Pull request merged": True,
}
"""The built-in workflows, and whether they are on in a new board: only two are ([D])."""

CUSTOM_TYPES = ("TEXT", "NUMBER", "DATE", "SINGLE_SELECT", "MULTI_SELECT", "ITERATION")
SELECTS = {"SINGLE_SELECT": "Single select", "MULTI_SELECT": "Multi select"}
"""The types of fields with options, and their names in messages."""
RESERVED_NAMES = {name.lower() for name, _ in BUILT_IN_FIELDS} | {
    "type",
    "tracked by",
    "tracks",
    "created",
    "updated",
    "closed",
    "assignee",
    "label",
}

VALUE_KINDS = {
    "TEXT": "text",
    "NUMBER": "number",
    "DATE": "date",
    "SINGLE_SELECT": "option",
    "MULTI_SELECT": "options",
    "ITERATION": "iteration",
}

_EXPECTED = {
    "TITLE": "text",
    "TEXT": "text",
    "NUMBER": "number",
    "DATE": "date",
    "SINGLE_SELECT": "single select option Id",
    "MULTI_SELECT": "multi select option Ids",
    "ITERATION": "iteration Id",
}


INPUT_NAMES = {
    "TITLE": "text",
    "TEXT": "text",
    "NUMBER": "number",
    "DATE": "date",
    "SINGLE_SELECT": "singleSelectOptionId",
    "MULTI_SELECT": "multiSelectOptionIds",
    "ITERATION": "iterationId",
}
"""The key of a value in GraphQL's input, by the type of its field."""
"""The name of the value in `ProjectV2FieldValue` for each type of field."""


def _unprocessable(message: str) -> RefusalError:
    return RefusalError("UNPROCESSABLE", message)


def require_board(viewer: Viewer, project: Project) -> None:
    """Raise `RefusalError` if the viewer may not write to this board."""
    del project
    viewer.require_projects()
    if not viewer.grant.writes_boards:
        raise forbidden(viewer.label)


# ---- boards --------------------------------------------------------------------------------


def create_project(
    store: Store, viewer: Viewer, owner: Account, title: str, repository: Repository | None
) -> Project:
    """Create a board with the built-in fields, linked to the repository if one is given."""
    if repository is not None and repository.owner != owner.id:
        raise _unprocessable("The repository and the project must have the same owner")
    project = new_project(store, viewer, owner, title)
    project.repositories = [repository.id] if repository else []
    for name, data_type in BUILT_IN_FIELDS:
        field = store.create(Field, project=project.id, name=name, data_type=data_type)
        if name == "Status":
            field.options = [
                {"id": id_, "name": option, "color": color, "description": description}
                for id_, option, color, description in STATUS_OPTIONS
            ]
    columns = default_columns(store, project)
    store.create(
        View,
        project=project.id,
        number=project.next_view,
        name=FIRST_VIEW,
        layout="TABLE_LAYOUT",
        fields=columns,
    )
    project.next_view += 1
    for number, (name, enabled) in enumerate(WORKFLOWS.items(), start=1):
        store.create(Workflow, project=project.id, number=number, name=name, enabled=enabled)
    store.event(viewer.account, "project_created", project)
    return project


def new_project(store: Store, viewer: Viewer, owner: Account, title: str) -> Project:
    """Create a board without fields, views and workflows."""
    viewer.require_projects()
    if not viewer.grant.writes_boards:
        raise forbidden(viewer.label)
    title = title.strip()
    if not title:
        raise invalid("ProjectV2", "title", "can't be blank", "missing_field")
    check_length("ProjectV2", "title", title, 256)
    project = store.create(
        Project, owner=owner.id, number=owner.next_project, title=title, creator=viewer.account.id
    )
    owner.next_project += 1
    store.mark(owner)
    return project


def default_columns(store: Store, project: Project) -> list[int]:
    """Return the fields that a view shows if nobody chose any."""
    fields = store.fields[project.id].values()
    return [field.id for field in fields if field.name in _SHOWN_FIRST]


def update_project(
    store: Store, viewer: Viewer, project: Project, changes: dict[str, Any]
) -> Project:
    """Change title, short_description, readme, public or closed; absent keys stay unchanged."""
    require_board(viewer, project)
    new_values = {name: value for name, value in changes.items() if value is not None}
    if "title" in new_values:
        new_values["title"] = new_values["title"].strip()
        if not new_values["title"]:
            raise invalid("ProjectV2", "title", "can't be blank", "missing_field")
    for name, value in new_values.items():
        setattr(project, name, value)
    if "closed" in new_values:
        project.closed_at = store.now() if project.closed else None
    store.touch(project)
    return project


def create_status_update(
    store: Store, viewer: Viewer, project: Project, values: dict[str, Any]
) -> StatusUpdate:
    """Post a status update: body, status, start_date and target_date, all optional."""
    require_board(viewer, project)
    return store.create(StatusUpdate, project=project.id, creator=viewer.account.id, **values)


def edit_status_update(
    store: Store, viewer: Viewer, update: StatusUpdate, values: dict[str, Any]
) -> StatusUpdate:
    """Edit a status update; absent keys stay unchanged."""
    require_board(viewer, store.get(Project, update.project))
    for name, value in values.items():
        setattr(update, name, value)
    store.touch(update)
    return update


def link_repository(
    store: Store, viewer: Viewer, project: Project, repository: Repository
) -> Repository:
    """Link a board to a repository of the same owner; linking it again changes nothing."""
    require_board(viewer, project)
    if repository.owner != project.owner:
        raise _unprocessable("The repository and the project must have the same owner")
    if repository.id not in project.repositories:
        project.repositories.append(repository.id)
        store.touch(project)
    return repository


# ---- fields --------------------------------------------------------------------------------


def find_field(store: Store, project: Project, name: str) -> Field | None:
    """Return the field with this name, ignoring case."""
    for field in store.fields[project.id].values():
        if field.name.lower() == name.lower():
            return field
    return None


def _new_id(field: Field) -> str:
    """Return an option or iteration id: eight hex digits, like GitHub's."""
    seed = f"{field.id}:{field.next_option}"
    field.next_option += 1
    return hashlib.sha256(seed.encode()).hexdigest()[:8]


def _check_options(data_type: str, options: Sequence[dict[str, Any]]) -> None:
    if not options:
        raise _unprocessable(f"{SELECTS[data_type]} options can't be blank")
    if len(options) > MAX_OPTIONS:
        raise _unprocessable(f"{SELECTS[data_type]} options cannot be more than {MAX_OPTIONS}")
    names = [option["name"].strip().lower() for option in options]
    if "" in names:
        raise _unprocessable("Option name can't be blank")
    if len(set(names)) != len(names):
        raise _unprocessable("Option name has already been taken")


def _make_options(field: Field, options: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the options to store: a known id is kept, any other option is new."""
    known_ids = {option["id"] for option in field.options}
    return [
        {
            "id": option["id"] if option.get("id") in known_ids else _new_id(field),
            "name": option["name"].strip(),
            "color": option["color"],
            "description": option["description"],
        }
        for option in options
    ]


def _set_iterations(store: Store, field: Field, setup: dict[str, Any] | None) -> None:
    """Store an iteration setup; every iteration gets a new id, even if it is sent unchanged."""
    if setup is None:
        start = store.clock().date()
        setup = {
            "startDate": start.isoformat(),
            "duration": 14,
            "iterations": [
                {
                    "title": f"{field.name} {n + 1}",
                    "startDate": (start + timedelta(days=14 * n)).isoformat(),
                    "duration": 14,
                }
                for n in range(3)
            ],
        }
    start_day = date.fromisoformat(setup["startDate"]).isoweekday()
    field.iteration_setup = {"duration": setup["duration"], "start_day": start_day}
    field.iterations = [
        {
            "id": _new_id(field),
            "title": iteration["title"],
            "start": iteration["startDate"],
            "duration": iteration["duration"],
        }
        for iteration in setup["iterations"]
    ]


def create_field(
    store: Store,
    viewer: Viewer,
    project: Project,
    *,
    name: str,
    data_type: str,
    options: Sequence[dict[str, Any]] | None,
    iterations: dict[str, Any] | None,
) -> Field:
    """Add a field to a board; its name must be unique, ignoring case."""
    require_board(viewer, project)
    name = name.strip()
    if not name:
        raise invalid("ProjectV2Field", "name", "can't be blank", "missing_field")
    if find_field(store, project, name):
        raise already_taken("ProjectV2Field", "name")
    if name.lower() in RESERVED_NAMES:
        raise invalid("ProjectV2Field", "name", "cannot have a reserved value", "invalid")
    if len(store.fields[project.id]) >= MAX_FIELDS:
        raise _unprocessable(f"A project cannot have more than {MAX_FIELDS} fields")
    if data_type in SELECTS:
        _check_options(data_type, options or ())
    field = store.create(Field, project=project.id, name=name, data_type=data_type)
    if data_type in SELECTS:
        field.options = _make_options(field, options or ())
    elif data_type == "ITERATION":
        _set_iterations(store, field, iterations)
    store.touch(project)
    store.event(viewer.account, "project_field_created", field)
    return field


def copy_field(store: Store, field: Field, project: Project) -> Field:
    """Create the same field on another board; its options and iterations get new ids."""
    copy = store.create(Field, project=project.id, name=field.name, data_type=field.data_type)
    copy.options = [option | {"id": _new_id(copy)} for option in field.options]
    copy.iterations = [iteration | {"id": _new_id(copy)} for iteration in field.iterations]
    copy.iteration_setup = dict(field.iteration_setup)
    copy.issue_field = field.issue_field
    return copy


def show_issue_field(
    store: Store, viewer: Viewer, project: Project, issue_field: IssueField
) -> Field:
    """Show an issue field as a column of a board; it looks like a field of the board's own."""
    require_board(viewer, project)
    if issue_field.owner != project.owner:
        raise _unprocessable("The issue field and the project must have the same owner")
    if find_field(store, project, issue_field.name):
        raise already_taken("ProjectV2Field", "name")
    if len(store.fields[project.id]) >= MAX_FIELDS:
        raise _unprocessable(f"A project cannot have more than {MAX_FIELDS} fields")
    field = store.create(
        Field,
        project=project.id,
        name=issue_field.name,
        data_type=issue_field.data_type,
        issue_field=issue_field.id,
    )
    if field.data_type in SELECTS:
        field.options = [
            {
                "id": f"{option.id:08x}",
                "name": option.name,
                "color": option.color,
                "description": option.description or "",
            }
            for option in options_of(store, issue_field)
        ]
    store.touch(project)
    store.event(viewer.account, "project_field_created", field)
    return field


def update_field(
    store: Store,
    viewer: Viewer,
    field: Field,
    *,
    name: str | None,
    options: Sequence[dict[str, Any]] | None,
    iterations: dict[str, Any] | None,
    several: bool = False,
) -> Field:
    """Rename a field, or replace its options (`several`: of a multi-select field) or iterations.

    An option without a known id is new, and one that is not sent is deleted; cards lose values
    that no longer exist. Empty input is ignored.
    """
    project = store.get(Project, field.project)
    require_board(viewer, project)
    data_type = "MULTI_SELECT" if several else "SINGLE_SELECT"
    if options and field.data_type != data_type:
        raise _unprocessable(f"The field is not a {SELECTS[data_type].lower()} field")
    if iterations and field.data_type != "ITERATION":
        raise _unprocessable("The field is not an iteration field")
    if name is not None:
        other = find_field(store, project, name.strip())
        if other is not None and other is not field:
            raise already_taken("ProjectV2Field", "name")
        if not name.strip() or field.data_type not in CUSTOM_TYPES:
            raise invalid("ProjectV2Field", "name", "cannot be changed", "invalid")
    if options:
        _check_options(data_type, options)
        field.options = _make_options(field, options)
    if iterations:
        _set_iterations(store, field, iterations)
    if name is not None:
        field.name = name.strip()
    if options or iterations:
        _drop_dead_values(store, field)
    store.touch(field, project)
    store.event(viewer.account, "project_field_edited", field)
    return field


def add_iteration(store: Store, field: Field, title: str, start: date, duration: int) -> None:
    """Add one iteration as the page of a board's settings does: the others keep their ids."""
    new = {"id": _new_id(field), "title": title, "start": start.isoformat(), "duration": duration}
    field.iterations = [*field.iterations, new]
    store.touch(field)


def _drop_dead_values(store: Store, field: Field) -> None:
    alive = {choice["id"] for choice in (*field.options, *field.iterations)}
    for item in store.items.get(field.project, {}).values():
        value = item.values.get(str(field.id))
        if value is None:
            continue
        left = [chosen for chosen in chosen_ids(value) if chosen in alive]
        if left == chosen_ids(value):
            continue
        if left:
            item.values[str(field.id)] = {**value, "value": left}
        else:
            del item.values[str(field.id)]
        store.touch(item)


def chosen_ids(stored: dict[str, Any]) -> list[str]:
    """Return the ids of the options or of the iteration of a stored value."""
    value = stored["value"]
    return list(value) if isinstance(value, list) else [value]


# ---- cards ---------------------------------------------------------------------------------


def add_content(store: Store, viewer: Viewer, project: Project, issue: Issue) -> Item:
    """Add an issue to a board, or return its existing card, which stays archived if it is."""
    require_board(viewer, project)
    existing = store.cards.get(issue.id, {}).get(project.id)
    if existing is not None:
        return existing
    item = store.create(
        Item,
        project=project.id,
        content=issue.id,
        position=project.next_position,
        creator=viewer.account.id,
    )
    project.next_position += 1
    store.touch(project)
    store.event(viewer.account, "added_to_project", issue, project=project.node_id)
    return item


def add_draft(
    store: Store,
    viewer: Viewer,
    project: Project,
    title: str,
    body: str,
    assignees: Sequence[Account] = (),
) -> Item:
    """Add a draft to a board."""
    require_board(viewer, project)
    title = _draft_title(title)
    item = store.create(
        Item,
        project=project.id,
        draft_title=title,
        draft_body=body,
        draft_assignees=[account.id for account in assignees],
        position=project.next_position,
        creator=viewer.account.id,
    )
    project.next_position += 1
    store.touch(project)
    return item


def _draft_title(title: str) -> str:
    """Return a draft's title without blanks around it, or refuse one with nothing else."""
    if not title.strip():
        raise invalid("DraftIssue", "title", "can't be blank", "missing_field")
    return title.strip()


def _check_item(project: Project, item: Item) -> None:
    if item.project != project.id:
        raise no_node(item.node_id)


def _check_writable(
    project: Project, item: Item, field: Field, *, draft_title: bool = False
) -> None:
    """Refuse what no value can be set in; a draft's title can be (recorded 2023)."""
    _check_item(project, item)
    if field.project != project.id:
        raise _unprocessable("The field does not belong to the project")
    if item.is_archived:
        raise _unprocessable("The item is archived and cannot be updated")
    if field.issue_field is not None:
        raise _unprocessable("The value belongs to the issue and cannot be set on the project")
    is_title = draft_title and field.data_type == "TITLE" and item.content is None
    if field.data_type not in CUSTOM_TYPES and not is_title:
        raise _unprocessable(
            f"The field of type {field.data_type.lower()} is currently not supported."
        )


def set_value(
    store: Store, viewer: Viewer, project: Project, item: Item, field: Field, value: dict[str, Any]
) -> Item:
    """Set one value; `value` has exactly one of the keys of GraphQL's input."""
    require_board(viewer, project)
    _check_writable(project, item, field, draft_title=True)
    set_parts = {name: part for name, part in value.items() if part is not None}
    if len(set_parts) != 1:
        raise _unprocessable("The value must have exactly one of its fields set")
    input_name = INPUT_NAMES[field.data_type]
    if input_name not in set_parts:
        kind = field.data_type.lower()
        raise _unprocessable(
            f"Did not receive a {_EXPECTED[field.data_type]} value to update a field of type {kind}"
        )
    stored = set_parts[input_name]
    if field.data_type == "SINGLE_SELECT" and stored not in {o["id"] for o in field.options}:
        raise _unprocessable("The single select option Id does not belong to the field")
    if field.data_type == "MULTI_SELECT":
        stored = _chosen_options(field, stored)
    if field.data_type == "ITERATION" and stored not in {o["id"] for o in field.iterations}:
        raise _unprocessable("The iteration Id does not belong to the field")
    if input_name == "text" and len(stored) > MAX_TEXT:
        raise _unprocessable("Column value must be a valid value for text column")
    if field.data_type == "TITLE":
        item.draft_title = _draft_title(stored)
        store.touch(item)
    else:
        _store_value(store, item, field, stored)
    option = next((o["name"] for o in field.options if o["id"] == stored), None)
    shown = {"value": option} if option else {}
    store.event(viewer.account, "project_value_set", item, field=field.name, **shown)
    return item


def _chosen_options(field: Field, option_ids: Sequence[str]) -> list[str]:
    """Return the options of a multi-select value; they are shown in the field's order.

    It is not documented what no options do, or one that is sent twice: both are refused, which is
    less convenient.
    """
    known = [option["id"] for option in field.options]
    if not option_ids:
        raise _unprocessable("Multi select option Ids can't be blank")
    if not set(option_ids) <= set(known) or len(set(option_ids)) != len(option_ids):
        raise _unprocessable("The multi select option Ids do not belong to the field")
    return list(option_ids)


def value_input(field: Field, value: str | float | tuple[str, ...]) -> dict[str, Any]:
    """Return the input of `set_value` for a named value, or raise KeyError or ValueError."""
    name = INPUT_NAMES[field.data_type]
    if isinstance(value, tuple):
        ids = {option["name"]: option["id"] for option in field.options}
        return {name: [ids[each] for each in value]}
    if field.data_type == "SINGLE_SELECT":
        value = {option["name"]: option["id"] for option in field.options}[str(value)]
    elif field.data_type == "ITERATION":
        value = {i["title"]: i["id"] for i in field.iterations}[str(value)]
    elif field.data_type == "NUMBER":
        value = float(value)
    return {name: value}


def _store_value(store: Store, item: Item, field: Field, stored: Any) -> None:
    now = store.now()
    before = item.values.get(str(field.id))
    if before is not None and before["value"] == stored:
        return  # writing the same value again does not move updatedAt
    item.values[str(field.id)] = {
        "kind": VALUE_KINDS[field.data_type],
        "value": stored,
        "created_at": before["created_at"] if before else now,
        "updated_at": now,
    }
    store.touch(item)


def clear_value(store: Store, viewer: Viewer, project: Project, item: Item, field: Field) -> Item:
    """Clear a value; an empty one stays unchanged."""
    require_board(viewer, project)
    _check_writable(project, item, field)
    if item.values.pop(str(field.id), None) is not None:
        store.touch(item)
    return item


def set_archived(
    store: Store, viewer: Viewer, project: Project, item: Item, *, archived: bool
) -> Item:
    """Archive or unarchive a card."""
    require_board(viewer, project)
    _check_item(project, item)
    item.is_archived = archived
    store.touch(item)
    return item


def delete_item(store: Store, viewer: Viewer, project: Project, item: Item) -> str:
    """Delete a card with its values."""
    require_board(viewer, project)
    _check_item(project, item)
    store.drop(item)
    store.touch(project)
    return item.node_id


def content_closed(store: Store, issue: Issue) -> None:
    """Set the Status of a closed issue to Done on boards whose workflow for that is on."""
    for item in store.cards.get(issue.id, {}).values():
        project = store.get(Project, item.project)
        workflows = store.workflows.get(project.id, {}).values()
        if any(each.name == ITEM_CLOSED and not each.enabled for each in workflows):
            continue
        status = find_field(store, project, "Status")
        if status is None or item.is_archived:
            continue
        for option in status.options:
            if option["name"] == "Done":
                _store_value(store, item, status, option["id"])


def items_of(store: Store, project: Project, *, archived: bool = False) -> list[Item]:
    """Return the cards of a board in order, either the archived or the other ones."""
    items = store.items.get(project.id, {}).values()
    return sorted(
        (item for item in items if archived or not item.is_archived),
        key=lambda item: (item.position, item.id),
    )
