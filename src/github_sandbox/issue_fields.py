"""Create and change the issue fields of organizations, and their values on issues."""

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias

from github_sandbox.access import Viewer
from github_sandbox.models import Account, Issue, IssueField, IssueFieldOption, Repository
from github_sandbox.problems import RefusalError, forbidden
from github_sandbox.store import Store

Value: TypeAlias = str | float | list[int]
Change: TypeAlias = tuple[IssueField, Value | None]
"""A field and its new value: the numbers of options for selects; None clears it."""

SELECTS = ("SINGLE_SELECT", "MULTI_SELECT")
MAX_OPTIONS = 100

DEFAULT_FIELDS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Priority",
        "SINGLE_SELECT",
        (("Urgent", "RED"), ("High", "ORANGE"), ("Medium", "YELLOW"), ("Low", "GREEN")),
    ),
    ("Effort", "SINGLE_SELECT", (("High", "RED"), ("Medium", "YELLOW"), ("Low", "GREEN"))),
    ("Start date", "DATE", ()),
    ("Target date", "DATE", ()),
)
"""The fields of every organization; GitHub documents their names and types, not the options."""

_INPUTS = {
    "TEXT": "textValue",
    "NUMBER": "numberValue",
    "DATE": "dateValue",
    "SINGLE_SELECT": "singleSelectOptionId",
    "MULTI_SELECT": "multiSelectOptionIds",
}
"""The name of the value in `IssueFieldCreateOrUpdateInput` for each type of field."""


def add_default_fields(store: Store, owner: Account) -> None:
    """Create the fields that every organization has; everybody sees them."""
    for name, data_type, options in DEFAULT_FIELDS:
        field = store.create(
            IssueField, owner=owner.id, name=name, data_type=data_type, visibility="ALL"
        )
        _add_options(store, field, [{"name": name, "color": color} for name, color in options])


def fields_of(store: Store, owner: Account) -> list[IssueField] | None:
    """Return the issue fields of an organization; None for a user."""
    if owner.kind != "Organization":
        return None
    return list(store.issue_fields.get(owner.id, {}).values())


def sees(viewer: Viewer, field: IssueField) -> bool:
    """Return whether the viewer sees a field: all do, or only members of the organization."""
    return field.visibility == "ALL" or viewer.grant.permission not in ("none", "read")


def find(store: Store, owner: int, name: str) -> IssueField | None:
    """Return the field of an organization with this name, ignoring case."""
    fields = store.issue_fields.get(owner, {}).values()
    return next((field for field in fields if field.name.lower() == name.strip().lower()), None)


def options_of(store: Store, field: IssueField) -> list[IssueFieldOption]:
    """Return the options of a field in their order."""
    options = store.issue_field_options.get(field.id, {}).values()
    return sorted(options, key=lambda option: (option.priority, option.id))


def _unprocessable(message: str) -> RefusalError:
    return RefusalError("UNPROCESSABLE", message)


def _check_options(data_type: str, options: Sequence[dict[str, Any]]) -> None:
    if data_type not in SELECTS:
        if options:
            raise _unprocessable("Options can only be set for select fields")
        return
    if not options:
        raise _unprocessable("Options can't be blank")
    if len(options) > MAX_OPTIONS:
        raise _unprocessable(f"Options cannot be more than {MAX_OPTIONS}")
    names = [str(option.get("name", "")).strip().lower() for option in options]
    if "" in names or len(set(names)) != len(names):
        raise _unprocessable("Option names must be unique and can't be blank")


def _add_options(store: Store, field: IssueField, options: Iterable[dict[str, Any]]) -> None:
    for place, option in enumerate(options, 1):
        store.create(
            IssueFieldOption,
            field=field.id,
            name=option["name"].strip(),
            color=option["color"].upper(),
            description=option.get("description"),
            priority=option.get("priority", place),
        )


def create_field(
    store: Store,
    viewer: Viewer,
    owner: Account,
    *,
    name: str,
    data_type: str,
    description: str | None = None,
    visibility: str | None = None,
    options: Sequence[dict[str, Any]] = (),
) -> IssueField:
    """Add a field to an organization, which needs admin; by default, only members see it."""
    if viewer.grant.permission != "admin":
        raise forbidden(viewer.label)
    if owner.kind != "Organization":
        raise RefusalError("NOT_FOUND", f"Could not resolve to Organization '{owner.login}'.")
    if not name.strip():
        raise _unprocessable("Name can't be blank")
    if find(store, owner.id, name) is not None:
        raise _unprocessable("Name has already been taken")
    _check_options(data_type, options)
    field = store.create(
        IssueField,
        owner=owner.id,
        name=name.strip(),
        data_type=data_type,
        description=description,
        visibility=visibility or "ORG_ONLY",
    )
    _add_options(store, field, options)
    store.event(viewer.account, "issue_field_created", field)
    return field


def update_field(
    store: Store,
    viewer: Viewer,
    field: IssueField,
    *,
    name: str | None = None,
    description: str | None = None,
    visibility: str | None = None,
    options: Sequence[dict[str, Any]] | None = None,
) -> IssueField:
    """Change a field; `options` replace the existing ones, and only those with an `id` are kept.

    An option without an id (GraphQL has none) is new, even if its name exists: the issues lose
    their values (documented for REST).
    """
    if viewer.grant.permission != "admin":
        raise forbidden(viewer.label)
    if name is not None:
        other = find(store, field.owner, name)
        if not name.strip() or other not in (None, field):
            raise _unprocessable("Name has already been taken")
        field.name = name.strip()
    field.description = description if description is not None else field.description
    field.visibility = visibility or field.visibility
    if options:
        _check_options(field.data_type, options)
        _replace_options(store, field, options)
    store.touch(field)
    store.event(viewer.account, "issue_field_edited", field)
    return field


def _replace_options(store: Store, field: IssueField, options: Sequence[dict[str, Any]]) -> None:
    known = store.issue_field_options.get(field.id, {})
    kept = {option["id"] for option in options if option.get("id") in known}
    for number in [number for number in known if number not in kept]:
        store.drop(known[number])
    for place, option in enumerate(options, 1):
        if option.get("id") not in kept:
            _add_options(store, field, [{"priority": place, **option}])
            continue
        record = known[option["id"]]
        record.name, record.color = option["name"].strip(), option["color"].upper()
        record.description = option.get("description", record.description)
        record.priority = option.get("priority", place)
        store.touch(record)
    _drop_dead_values(store, field, kept)


def _drop_dead_values(store: Store, field: IssueField, alive: set[int]) -> None:
    for issues in store.issues.values():
        for issue in issues.values():
            value = issue.field_values.get(str(field.id))
            if isinstance(value, list) and not alive.issuperset(value):
                store_values(store, issue, [(field, [n for n in value if n in alive] or None)])


# ---- values --------------------------------------------------------------------------------


def check_owner(field: IssueField, repository: Repository) -> None:
    """Raise `RefusalError` if a field is not one of the repository's owner."""
    if field.owner != repository.owner:
        raise RefusalError(
            "NOT_FOUND", f"Could not resolve to a node with the global id of '{field.node_id}'."
        )


def store_values(store: Store, issue: Issue, changes: Iterable[Change]) -> None:
    """Store values on an issue; its `updated_at` stays, as when sub-issues are written."""
    for field, value in changes:
        if value is None:
            issue.field_values.pop(str(field.id), None)
        else:
            issue.field_values[str(field.id)] = value
    store.mark(issue)


def set_values(store: Store, viewer: Viewer, issue: Issue, changes: Sequence[Change]) -> None:
    """Set values of an issue; without push access they are silently dropped."""
    repository = store.get(Repository, issue.repository)
    for field, _ in changes:
        check_owner(field, repository)
    full_name = store.full_name(repository)
    if not viewer.sees(repository, full_name):
        raise forbidden(viewer.label)
    if viewer.may(full_name, "write") and viewer.grant.writes_issues and not repository.is_archived:
        store_values(store, issue, changes)
        names = [field.name for field, _ in changes]
        store.event(viewer.account, "issue_field_value_set", issue, fields=names)


def change_of(store: Store, given: dict[str, Any]) -> Change:
    """Return the change that an `IssueFieldCreateOrUpdateInput` means, or refuse it."""
    field = store.node(IssueField, given["fieldId"])
    if given.get("delete"):
        return field, None
    parts = {name: given[name] for name in _INPUTS.values() if given.get(name) is not None}
    name = _INPUTS[field.data_type]
    if parts.keys() != {name}:
        raise _unprocessable(f"{field.name} takes exactly one value, its {name}")
    if field.data_type == "SINGLE_SELECT":
        return field, [_option(store, field, parts[name]).id]
    if field.data_type == "MULTI_SELECT":
        return field, [_option(store, field, node_id).id for node_id in parts[name]] or None
    return field, _plain(field, parts[name])


def _option(store: Store, field: IssueField, node_id: str) -> IssueFieldOption:
    option = store.by_node.get(node_id)
    if not isinstance(option, IssueFieldOption) or option.field != field.id:
        raise _unprocessable(f"{field.name} has no such option")
    return option


def _plain(field: IssueField, value: Any) -> str | float | None:
    """Return a text, number or date as it is stored; an empty text clears it."""
    if field.data_type == "NUMBER":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _unprocessable(f"{field.name} must be a number")
        if not math.isfinite(value):
            raise _unprocessable(f"{field.name} must be a number")
        return float(value)
    if not isinstance(value, str):
        raise _unprocessable(f"{field.name} must be a string")
    if field.data_type == "DATE":
        try:
            return date.fromisoformat(value[:10]).isoformat()
        except ValueError:
            raise _unprocessable(f"{field.name} must be an ISO 8601 date") from None
    return value.strip() or None


def named_change(store: Store, field: IssueField, value: object) -> Change:
    """Return the change for a value with options by name, as REST and people set it."""
    if value is None:
        return field, None
    if field.data_type not in SELECTS:
        return field, _plain(field, value)
    names = value if isinstance(value, list | tuple) else [value]
    numbers = {option.name.lower(): option.id for option in options_of(store, field)}
    unknown = next((name for name in names if str(name).lower() not in numbers), None)
    if unknown is not None:
        raise _unprocessable(f"{field.name} has no option {unknown!r}")
    return field, [numbers[str(name).lower()] for name in names] or None


def chosen(store: Store, issue: Issue, field: IssueField) -> list[IssueFieldOption]:
    """Return the options that an issue has in a select field, in the field's order."""
    value = issue.field_values.get(str(field.id))
    numbers = value if isinstance(value, list) else ()
    return [option for option in options_of(store, field) if option.id in numbers]


def shown(store: Store, issue: Issue, field: IssueField) -> str:
    """Return an issue's value of a field as text; empty if there is none."""
    value = issue.field_values.get(str(field.id))
    if isinstance(value, list):
        return ", ".join(option.name for option in chosen(store, issue, field))
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)


def valued_fields(store: Store, issue: Issue) -> list[IssueField]:
    """Return the fields of which an issue has a value, in the order of the organization."""
    fields = store.issue_fields.get(store.get(Repository, issue.repository).owner, {})
    return [field for number, field in fields.items() if str(number) in issue.field_values]
