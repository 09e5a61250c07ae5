"""Priority, points and dates of items as the issue fields have them, for reports and roll-ups."""

from collections.abc import Mapping
from dataclasses import replace

from backlog_sync.core.changes import JsonValue
from backlog_sync.core.fields import Owner, issue_field_of, owner_of
from backlog_sync.core.issue_fields import value_of
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.observed import ObservedIssue


def with_issue_values(
    desired: DesiredState, issues: Mapping[str, ObservedIssue | None]
) -> DesiredState:
    """Return the items with what their issue fields say; `issues` are those of the items by key.

    A value of the file counts as long as the file owns the field; what it does not declare, or
    GitHub owns, is as on the issue. Without declared issue fields nothing changes.
    """
    if not desired.issue_fields:
        return desired
    items = (_with_values(desired, item, issues.get(item.key)) for item in desired.items)
    return replace(desired, items=tuple(items))


def _with_values(
    desired: DesiredState, item: DesiredItem, issue: ObservedIssue | None
) -> DesiredItem:
    def planned(meaning: str, own: str | None) -> str | None:
        value = _on_issue(desired, item, issue, meaning)
        counts = own is None or _is_githubs(desired, meaning)
        return value if isinstance(value, str) and counts else own

    planning = replace(
        item.planning,
        priority=planned("Priority", item.planning.priority),
        start=planned("Start", item.planning.start),
        target=planned("Target", item.planning.target),
    )
    points = _on_issue(desired, item, issue, "Story Points")
    if isinstance(points, int | float):
        name = _field(desired, "Story Points") or ""
        item = replace(item, issue_fields={**item.issue_fields, name: points})
    return replace(item, planning=planning)


def _on_issue(
    desired: DesiredState, item: DesiredItem, issue: ObservedIssue | None, meaning: str
) -> JsonValue:
    """Return the value of an issue that counts; None if it has none, or the file's counts."""
    name = _field(desired, meaning)
    if name is None:
        return None
    if issue is None or (name in item.issue_fields and not _is_githubs(desired, meaning)):
        declared = item.issue_fields.get(name)
        return declared if isinstance(declared, str | int | float) else None
    return value_of(issue, name)


def _field(desired: DesiredState, meaning: str) -> str | None:
    return issue_field_of(meaning, [definition.name for definition in desired.issue_fields])


def _is_githubs(desired: DesiredState, meaning: str) -> bool:
    return owner_of(_field(desired, meaning) or "", desired.settings.ownership) is Owner.GITHUB
