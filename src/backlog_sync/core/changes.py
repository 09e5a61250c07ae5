"""Changes: one class for each kind of step from GitHub's state to that of the file.

A plan is a tuple of changes. They name things as people do, by key, title or `owner/repo#n`; ids
are looked up when a change is sent. Code that prints, counts or limits a plan reads the
properties that all changes have; code that needs more uses `match`.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal, TypeAlias

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.model import (
    BoardFieldDef,
    BoardValue,
    LabelDef,
    MilestoneDef,
    ProjectSpec,
    ViewDef,
)
from backlog_sync.dataclass import dataclass

Definition: TypeAlias = LabelDef | MilestoneDef | ProjectSpec | BoardFieldDef | ViewDef
"""The desired definition in a change of a label, milestone, board, board field or view."""

JsonValue: TypeAlias = str | float | bool | list[str] | None
"""The type of a field's values before and after in a plan."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The values of one field before and after a change."""

    before: JsonValue
    after: JsonValue


# ---- the common properties -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """The properties of every change.

    `key` is the item's key, or the name of a label, milestone, board, field or view on GitHub.
    `title` is for people. `ref` is the issue that changes ("#14", None before it exists).
    `waits_for` are the keys of items whose issues must exist first. `repository` is the one that
    changes, None for the target.
    """

    key: str
    title: str
    reason: str
    ref: str | None = None
    waits_for: tuple[str, ...] = ()
    repository: str | None = None

    kind: ClassVar[ChangeKind]
    action: ClassVar[Action]
    is_refresh: ClassVar[bool] = False
    """Whether it only updates the base, which people do not see."""
    is_repair: ClassVar[bool] = False
    """Whether it closes a duplicate issue of an item, whose key is the `other`."""
    is_move: ClassVar[bool] = False
    """Whether it moves an issue among its siblings."""
    claim: ClassVar[str] = ""
    """The field of an item's base that records a change outside of an update; see `claim_of`."""

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The values that change, by the name of the field."""
        return {}

    @property
    def drifted(self) -> tuple[str, ...]:
        """The names of the fields whose change reverts an edit on GitHub."""
        return ()

    @property
    def other(self) -> str | None:
        """The second end of a link: the parent's or blocker's key, or `owner/repo#n`."""
        return None

    @property
    def body(self) -> str | None:
        """The body to write, hidden marker included; for a board value the card's record."""
        return None

    @property
    def body_seen(self) -> str | None:
        """The body that the plan saw: only that one is overwritten."""
        return None

    @property
    def definition(self) -> Definition | None:
        """The desired definition of a label, milestone, board, board field or view."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields(_Change):
    """A change with any number of fields."""

    fields: Mapping[str, FieldChange] = field(default_factory=dict)
    drifted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restores(_Change):
    """A change of one thing; with `restores` it reverts an edit on GitHub."""

    restores: bool = False

    @property
    def drifted(self) -> tuple[str, ...]:
        """The names of all changed fields, if it reverts an edit."""
        return tuple(self.fields) if self.restores else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writes(_Change):
    """A change that writes a body, but overwrites only the body that the plan saw."""

    body: str | None = None
    body_seen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Updates(_Writes):
    """A change of any fields of an existing issue; without a `body` the base is up to date."""

    fields: Mapping[str, FieldChange] = field(default_factory=dict)
    drifted: tuple[str, ...] = ()


# ---- definitions ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLabel(_Fields):
    """Create a label: `color` (six hex digits) and `description` are among its fields."""

    kind, action = ChangeKind.LABEL, Action.CREATE
    definition: LabelDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLabel(_Fields):
    """Rename or restyle a label; `key` is its present name, `title` the desired one."""

    kind, action = ChangeKind.LABEL, Action.UPDATE
    definition: LabelDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMilestone(_Fields):
    """Create a milestone."""

    kind, action = ChangeKind.MILESTONE, Action.CREATE
    definition: MilestoneDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMilestone(_Fields):
    """Change a milestone; `key` is its present title, `title` the desired one.

    `counts_on` are the keys of issues whose state the plan changes first.
    """

    kind, action = ChangeKind.MILESTONE, Action.UPDATE
    definition: MilestoneDef = field()
    counts_on: tuple[str, ...] = ()

    @property
    def follows_issues(self) -> bool:
        """Whether it closes or reopens the milestone because of the issues in it."""
        return set(self.fields) == {"state"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIssueField(_Fields):
    """Create an issue field of the organization."""

    kind, action = ChangeKind.ISSUE_FIELD, Action.CREATE
    definition: BoardFieldDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIssueField(_Fields):
    """Add options to an issue field of the organization; none is changed or removed."""

    kind, action = ChangeKind.ISSUE_FIELD, Action.UPDATE
    definition: BoardFieldDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBoard(_Change):
    """Create the board, or copy it from a template."""

    kind, action = ChangeKind.PROJECT, Action.CREATE
    definition: ProjectSpec = field()

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The title of the board, and what else the file declares of it."""
        board = self.definition
        public = None if board.public is None else str(board.public).lower()
        values = {
            "title": self.title,
            "template": board.template,
            "description": board.description,
            "readme": board.readme,
            "public": public,
        }
        return {name: FieldChange(None, value) for name, value in values.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateBoard(_Fields):
    """Change the board's description, readme or visibility ("true" if it is public)."""

    kind, action = ChangeKind.PROJECT, Action.UPDATE
    definition: ProjectSpec = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBoard(_Change):
    """Show an existing board on the repository."""

    kind, action = ChangeKind.PROJECT, Action.LINK
    definition: ProjectSpec = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBoardField(_Fields):
    """Create a field of the board."""

    kind, action = ChangeKind.FIELD, Action.CREATE
    definition: BoardFieldDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateBoardField(_Fields):
    """Add, rename back or restyle the options of a board field; none is removed."""

    kind, action = ChangeKind.FIELD, Action.UPDATE
    definition: BoardFieldDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendIterations(_Fields):
    """Add iterations (title, start, days) to a board field, and set the value of `cards` again."""

    kind, action = ChangeKind.FIELD, Action.UPDATE
    definition: BoardFieldDef = field()
    added: tuple[tuple[str, str, int], ...] = ()
    cards: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreIterations(_Fields):
    """Set iterations again that a run cleared on `cards`; `field_id` is the board field's."""

    kind, action = ChangeKind.FIELD, Action.UPDATE
    field_id: str
    cards: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowIssueField(_Change):
    """Show an issue field as a column of the board."""

    kind, action = ChangeKind.FIELD, Action.CREATE
    definition: BoardFieldDef = field()

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """What kind of column it is."""
        return {"type": FieldChange(None, "issue_field")}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateView(_Fields):
    """Create a view of the board; its columns are only set now."""

    kind, action = ChangeKind.VIEW, Action.CREATE
    definition: ViewDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateView(_Fields):
    """Change name, layout or filter of a view; `key` is its present name, `title` the desired."""

    kind, action = ChangeKind.VIEW, Action.UPDATE
    definition: ViewDef = field()


# ---- issues --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIssue(_Fields):
    """Create the issue of an item."""

    kind, action = ChangeKind.ISSUE, Action.CREATE
    body: str = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIssue(_Updates):
    """Change fields of an issue."""

    kind, action = ChangeKind.ISSUE, Action.UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptIssue(_Updates):
    """Adopt an issue that people opened: add our marker and the values of the file."""

    kind, action = ChangeKind.ISSUE, Action.ADOPT


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetFields(_Writes):
    """Release our claim on fields that are no longer in the file; the issue keeps them."""

    kind, action = ChangeKind.ISSUE, Action.FORGET


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshBase(_Writes):
    """Update the base in an issue's marker."""

    kind, action = ChangeKind.ISSUE, Action.UPDATE
    is_refresh = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIssue(_Restores):
    """Close an issue, or change the reason of a closed one; then `was` is its present reason.

    `state_reason` is "completed", "not_planned" or "duplicate". The `comment` explains why.
    `counts_on` are the keys of issues whose state the plan changes first.
    """

    kind, action = ChangeKind.ISSUE, Action.CLOSE
    claim = "state"
    state_reason: str = "completed"
    was: str | None = None
    comment: str | None = None
    counts_on: tuple[str, ...] = ()

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """GitHub's own two fields, and the comment; a plain closing needs no reason."""
        fields = {} if self.was else {"state": FieldChange("open", "closed")}
        if self.was or self.state_reason != "completed":
            fields["state_reason"] = FieldChange(self.was, self.state_reason)
        if self.comment is not None:
            fields["comment"] = FieldChange(None, self.comment)
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDuplicate(CloseIssue):
    """Close a duplicate issue of an item; `other` is the key of the item, whose issue stays."""

    is_repair = True
    other: str = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenIssue(_Restores):
    """Reopen an issue; `counts_on` are the keys of issues whose state the plan changes first."""

    kind, action = ChangeKind.ISSUE, Action.REOPEN
    claim = "state"
    counts_on: tuple[str, ...] = ()

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The state of the issue."""
        return {"state": FieldChange("closed", "open")}


# ---- links ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSubIssue(_Restores):
    """Put an issue below its parent; `replaces` is its present parent, if any."""

    kind, action = ChangeKind.SUB_ISSUE, Action.LINK
    claim = "parent"
    parent: str
    replaces: str | None = None

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The parent."""
        return {"parent": FieldChange(self.replaces, self.parent)}

    @property
    def other(self) -> str:
        """The parent."""
        return self.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkSubIssue(_Change):
    """Remove an issue from its parent, `owner/repo#n`; `parent_name` is for people."""

    kind, action = ChangeKind.SUB_ISSUE, Action.UNLINK
    claim = "parent"
    parent: str
    parent_name: str

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The parent."""
        return {"parent": FieldChange(self.parent_name, None)}

    @property
    def other(self) -> str:
        """The parent."""
        return self.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveSubIssue(_Restores):
    """Put a sub-issue directly `after` or `before` its sibling, the `anchor`."""

    kind, action = ChangeKind.SUB_ISSUE, Action.UPDATE
    claim = "order"
    is_move = True
    parent: str
    position: Literal["after", "before"]
    anchor: str

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The sibling, under the name of the position."""
        return {self.position: FieldChange(None, self.anchor)}

    @property
    def other(self) -> str:
        """The parent."""
        return self.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDependency(_Restores):
    """Record that an issue is blocked by another one."""

    kind, action = ChangeKind.DEPENDENCY, Action.LINK
    claim = "blocked_by"
    blocker: str

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The blocker."""
        return {"blocked_by": FieldChange(None, self.blocker)}

    @property
    def other(self) -> str:
        """The blocker."""
        return self.blocker


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDependency(_Change):
    """Record that an issue is no longer blocked by another one."""

    kind, action = ChangeKind.DEPENDENCY, Action.UNLINK
    claim = "blocked_by"
    blocker: str

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The blocker."""
        return {"blocked_by": FieldChange(self.blocker, None)}

    @property
    def other(self) -> str:
        """The blocker."""
        return self.blocker


# ---- the board -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToBoard(_Change):
    """Put an issue on the board."""

    kind, action = ChangeKind.PROJECT_ITEM, Action.LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBoardValue(_Writes):
    """Set one value of a card; the card's record (`body`) is written right after it."""

    kind, action = ChangeKind.FIELD_VALUE, Action.UPDATE
    name: str
    before: BoardValue
    after: BoardValue
    restores: bool = False

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The field that changes."""
        return {self.name: FieldChange(_plain(self.before), _plain(self.after))}

    @property
    def drifted(self) -> tuple[str, ...]:
        """The field, if the change reverts an edit on GitHub."""
        return (self.name,) if self.restores else ()


def _plain(value: BoardValue) -> JsonValue:
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetValues(_Writes):
    """Release our claim on values that are no longer in the file; the card keeps them."""

    kind, action = ChangeKind.FIELD_VALUE, Action.FORGET


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRecord(_Writes):
    """Update the record of a card."""

    kind, action = ChangeKind.FIELD_VALUE, Action.UPDATE
    is_refresh = True


Change: TypeAlias = (
    CreateLabel
    | UpdateLabel
    | CreateMilestone
    | UpdateMilestone
    | CreateIssueField
    | UpdateIssueField
    | CreateBoard
    | UpdateBoard
    | LinkBoard
    | CreateBoardField
    | UpdateBoardField
    | ExtendIterations
    | RestoreIterations
    | ShowIssueField
    | CreateView
    | UpdateView
    | CreateIssue
    | UpdateIssue
    | AdoptIssue
    | ForgetFields
    | RefreshBase
    | CloseIssue
    | CloseDuplicate
    | ReopenIssue
    | LinkSubIssue
    | UnlinkSubIssue
    | MoveSubIssue
    | AddDependency
    | RemoveDependency
    | AddToBoard
    | SetBoardValue
    | ForgetValues
    | RefreshRecord
)
"""Any change: one step of a plan."""


def claim_of(change: Change) -> tuple[str, str]:
    """Return the key of the item, and the field of its base, that record a change.

    The field is "" if an update records it. The order of sub-issues is in their parent's base.
    """
    return change.parent if isinstance(change, MoveSubIssue) else change.key, change.claim


# ---- plans and outcomes --------------------------------------------------------------------
