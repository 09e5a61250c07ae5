"""Overwrite only the values that were read.

GitHub has no conditional writes, so the only way is to read right before each write.
"""

from collections.abc import Mapping

from backlog_sync.core.fields import ATOMS
from backlog_sync.core.normalize import same_text
from backlog_sync.core.observed import ObservedIssue, ObservedOption
from backlog_sync.core.operations import (
    AddOptions,
    AddSubIssue,
    AssignAgent,
    CloseIssue,
    Done,
    Operation,
    Overwrite,
    ReopenIssue,
    SetIssueFields,
    SetIterations,
    SetValue,
    Stale,
    Standing,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    UpdateProject,
    UpdateView,
    Value,
    field_part,
)
from backlog_sync.core.states import exact_state


def overwrites(operation: Operation) -> tuple[str, Mapping[str, Overwrite]] | None:
    """Return the id of the object that an operation overwrites, and its parts by name.

    None if it cannot undo anything that people did: it creates, adds or removes members of a set
    one by one, or changes something with our own mark.
    """
    match operation:
        case (
            UpdateIssue()
            | SetIssueFields()
            | AssignAgent()
            | CloseIssue()
            | ReopenIssue()
            | UpdateLabel()
            | UpdateMilestone()
        ):
            id_ = operation.id
        case UpdateProject() | UpdateView():
            id_ = operation.id
        case AddSubIssue():
            id_ = operation.child_id
        case SetValue():
            id_ = operation.item_id
        case AddOptions():
            id_ = operation.field_id
        case SetIterations():
            id_ = operation.field_id
        case _:
            return None
    return (id_, operation.parts) if operation.parts else None


def verdict(operation: Operation, current: Standing | None) -> Stale | Done | None:
    """Return the reply to an operation given the `current` values; None lets it be sent.

    What changed since it was read is left alone; what already has the new value is done.
    """
    watched = overwrites(operation)
    if watched is None:
        return None
    id_, parts = watched
    if current is None:
        return Stale(f"{_name(operation)} is gone")
    for name, over in parts.items():
        value = current.get(name)
        if not (_same(name, value, over.seen) or _same(name, value, over.planned)):
            return Stale(_moved(operation, name))
    if all(_same(name, current.get(name), over.planned) for name, over in parts.items()):
        return Done(id=id_)
    return None


def standing(issue: ObservedIssue) -> Standing:
    """Return the current values of an issue."""
    return {
        **{row.name: getattr(issue, row.name) for row in ATOMS},
        "body": issue.body,
        "parent": issue.parent.id if issue.parent else None,
        "state": exact_state(issue),
        **{field_part(name): value for name, value in issue.field_values.items()},
    }


def options(observed: tuple[ObservedOption, ...]) -> tuple[tuple[str, str, str, str], ...]:
    """Return the options of a field in the form for comparing."""
    return tuple((o.id, o.name, o.color, o.description) for o in observed)


def iterations(observed: tuple[ObservedOption, ...]) -> tuple[tuple[str, str, str, str], ...]:
    """Return the iterations of a field in the form for comparing, in order of their start."""
    rows = ((o.id, o.name, o.start or "", str(o.duration or 0)) for o in observed)
    return tuple(sorted(rows, key=lambda row: (row[2], row[1])))


def _name(operation: Operation) -> str:
    names = {
        UpdateLabel: "the label",
        UpdateMilestone: "the milestone",
        AddOptions: "the field",
        SetIterations: "the field",
        UpdateProject: "the board",
        UpdateView: "the view",
        SetValue: "the card",
    }
    return names.get(type(operation), "the issue")


def _moved(operation: Operation, name: str) -> str:
    if name in ("options", "iterations"):
        return f"the {name} were changed since they were read"
    part = "value on the board" if isinstance(operation, SetValue) else name.replace("_", " ")
    part = part.removeprefix("field:")
    return f"the {part} was {'edited' if name == 'body' else 'changed'} since it was read"


_CASELESS = ("issue_type", "color")


def _same(name: str, value: Value, other_value: Value) -> bool:
    """Return whether two values are the same on GitHub, which trims texts and ignores some case."""
    if isinstance(value, tuple) and isinstance(other_value, tuple) and name != "options":
        return sorted(value) == sorted(other_value)  # options that were chosen have no order
    if not (isinstance(value, str) and isinstance(other_value, str)):
        return value == other_value
    return same_text(value, other_value, caseless=name in _CASELESS, trimmed=name != "body")
