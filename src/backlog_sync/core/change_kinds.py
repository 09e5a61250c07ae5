"""What a change is about, and what it does to it."""

from enum import StrEnum


class Action(StrEnum):
    """The verb of a change. `forget` leaves the thing unchanged, but releases our claim on it."""

    CREATE = "create"
    UPDATE = "update"
    CLOSE = "close"
    REOPEN = "reopen"
    LINK = "link"
    UNLINK = "unlink"
    ADOPT = "adopt"
    FORGET = "forget"


class ChangeKind(StrEnum):
    """What a change is about, in the order in which changes are applied."""

    LABEL = "label"
    MILESTONE = "milestone"
    ISSUE_FIELD = "issue_field"
    PROJECT = "project"
    FIELD = "field"
    VIEW = "view"
    ISSUE = "issue"
    SUB_ISSUE = "sub_issue"
    DEPENDENCY = "dependency"
    PROJECT_ITEM = "project_item"
    FIELD_VALUE = "field_value"


DEFINITIONS = (
    ChangeKind.LABEL,
    ChangeKind.MILESTONE,
    ChangeKind.ISSUE_FIELD,
    ChangeKind.PROJECT,
    ChangeKind.FIELD,
    ChangeKind.VIEW,
)
"""Kinds of definitions that items use; all others are about items."""
