"""THE field table: for each field who owns it, how it is compared, and what carries it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from backlog_sync.core.changes import ChangeKind


class Owner(StrEnum):
    """Whose word counts where both sides could be right."""

    FILE = "file"
    GITHUB = "github"


class Shape(StrEnum):
    """How a field is merged: as one value, member by member, or line by line."""

    ATOM = "atom"
    SET = "set"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One row of the table."""

    name: str
    owner: Owner
    shape: Shape
    carrier: ChangeKind


_ROWS = (
    FieldSpec("title", Owner.FILE, Shape.ATOM, ChangeKind.ISSUE),
    FieldSpec("body", Owner.FILE, Shape.BLOCK, ChangeKind.ISSUE),
    FieldSpec("issue_type", Owner.FILE, Shape.ATOM, ChangeKind.ISSUE),
    FieldSpec("labels", Owner.FILE, Shape.SET, ChangeKind.ISSUE),
    FieldSpec("milestone", Owner.FILE, Shape.ATOM, ChangeKind.ISSUE),
    FieldSpec("assignees", Owner.GITHUB, Shape.SET, ChangeKind.ISSUE),
    FieldSpec("state", Owner.GITHUB, Shape.ATOM, ChangeKind.ISSUE),
    FieldSpec("parent", Owner.FILE, Shape.ATOM, ChangeKind.SUB_ISSUE),
    FieldSpec("order", Owner.FILE, Shape.ATOM, ChangeKind.SUB_ISSUE),
    FieldSpec("blocked_by", Owner.FILE, Shape.SET, ChangeKind.DEPENDENCY),
)
FIELDS: Mapping[str, FieldSpec] = {row.name: row for row in _ROWS}

STATUS = "Status"
GITHUB_BOARD_FIELDS = (STATUS, "Sprint")
"""Board fields that people move on GitHub, unless `ownership:` says otherwise."""


def owner_of(name: str, ownership: Mapping[str, str]) -> Owner:
    """Give a field's owner: what the settings say, else the table; board fields by their name."""
    if name in ownership:
        return Owner(ownership[name])
    if name in FIELDS:
        return FIELDS[name].owner
    return Owner.GITHUB if name in GITHUB_BOARD_FIELDS else Owner.FILE
