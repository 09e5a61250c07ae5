"""Changes, plans and outcomes: one class for each kind of step from what GitHub has to the file.

A plan is a tuple of them. They name things as people do, by key, title or `owner/repo#n`; ids are
looked up when a change is sent. What prints, counts or limits a plan reads the properties that
all of them have; whoever needs more takes them apart with `match`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Literal, TypeAlias

from backlog_sync.core.diagnostics import Place
from backlog_sync.core.model import (
    BoardFieldDef,
    BoardValue,
    Coverage,
    LabelDef,
    MilestoneDef,
    ProjectSpec,
)

Definition: TypeAlias = LabelDef | MilestoneDef | ProjectSpec | BoardFieldDef
"""What a change of a label, milestone, board or board field makes true."""

JsonValue: TypeAlias = str | float | bool | list[str] | None
"""What a field's before and after may be in a plan."""


class Action(StrEnum):
    """The verb of a change. `forget` does not change the thing and drops our claim on it."""

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
    PROJECT = "project"
    FIELD = "field"
    ISSUE = "issue"
    SUB_ISSUE = "sub_issue"
    DEPENDENCY = "dependency"
    PROJECT_ITEM = "project_item"
    FIELD_VALUE = "field_value"


DEFINITIONS = (ChangeKind.LABEL, ChangeKind.MILESTONE, ChangeKind.PROJECT, ChangeKind.FIELD)
"""Kinds of what items use; all others are about items."""


class Verdict(StrEnum):
    """What base, desired and observed say of one field together."""

    IN_SYNC = "in_sync"
    PUSH = "push"
    DRIFT = "drift"
    CONVERGED = "converged"
    CONFLICT = "conflict"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Before and after of one field."""

    before: JsonValue
    after: JsonValue


# ---- what all of them have -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """What every change has.

    `key` is the item's key, or the name of a label, milestone, board or board field on GitHub.
    `title` is for people. `ref` is the issue it is about ("#14", None before it exists).
    `waits_for` are keys that must exist first. `repository` is where it happens, None for the
    target.
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
    """Whether it only moves the base: people see nothing of it."""
    is_heal: ClassVar[bool] = False
    """Whether it closes an issue as the second one of an item, whose key is the `other`."""
    is_move: ClassVar[bool] = False
    """Whether it moves an issue among its siblings."""
    claim: ClassVar[str] = ""
    """The field of an item's base that speaks of a change outside of an update; see `claim_of`."""

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """What changes, by the name of the field."""
        return {}

    @property
    def drifted(self) -> tuple[str, ...]:
        """The names of the fields whose change reverts what somebody did on GitHub."""
        return ()

    @property
    def other(self) -> str | None:
        """The second end of a link: the parent's or blocker's key, or `owner/repo#n`."""
        return None

    @property
    def body(self) -> str | None:
        """The body to write, hidden marker included; of a board value the card's record."""
        return None

    @property
    def body_seen(self) -> str | None:
        """The body that it was planned from: only over that it is written."""
        return None

    @property
    def definition(self) -> Definition | None:
        """What is to be true of a label, milestone, board or board field."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields(_Change):
    """A change of any fields."""

    fields: Mapping[str, FieldChange] = field(default_factory=dict)
    drifted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restores(_Change):
    """A change of one thing, which `restores` what was there before somebody changed it."""

    restores: bool = False

    @property
    def drifted(self) -> tuple[str, ...]:
        """All that it changes, if it restores that."""
        return tuple(self.fields) if self.restores else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writes(_Change):
    """A change that writes a body, and only over the one that was seen."""

    body: str | None = None
    body_seen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Updates(_Writes):
    """A change of any fields of an issue that is there; without a `body` the base is right."""

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
    """Rename or restyle a label; `key` is the name that it has, `title` the one it is to have."""

    kind, action = ChangeKind.LABEL, Action.UPDATE
    definition: LabelDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMilestone(_Fields):
    """Create a milestone."""

    kind, action = ChangeKind.MILESTONE, Action.CREATE
    definition: MilestoneDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMilestone(_Fields):
    """Change a milestone; `key` is the title that it has, `title` the one it is to have."""

    kind, action = ChangeKind.MILESTONE, Action.UPDATE
    definition: MilestoneDef = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBoard(_Change):
    """Create the board."""

    kind, action = ChangeKind.PROJECT, Action.CREATE
    definition: ProjectSpec = field()

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """Its title."""
        return {"title": FieldChange(None, self.title)}


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
    """Add, rename back or restyle the options of a board field; none is taken away."""

    kind, action = ChangeKind.FIELD, Action.UPDATE
    definition: BoardFieldDef = field()


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
    """Take an issue that people opened: it gets our marker, and what the file says."""

    kind, action = ChangeKind.ISSUE, Action.ADOPT


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetFields(_Writes):
    """Drop our claim on fields that are no longer in the file; the issue keeps them."""

    kind, action = ChangeKind.ISSUE, Action.FORGET


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshBase(_Writes):
    """Move the base in an issue's marker."""

    kind, action = ChangeKind.ISSUE, Action.UPDATE
    is_refresh = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIssue(_Restores):
    """Close an issue, or give a closed one another reason; then `was` is the reason it had.

    `state_reason` is "completed", "not_planned" or "duplicate". The `comment` says why.
    """

    kind, action = ChangeKind.ISSUE, Action.CLOSE
    claim = "state"
    state_reason: str = "completed"
    was: str | None = None
    comment: str | None = None

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
    """Close the second issue of an item; `other` is the key of the item, whose issue stays."""

    is_heal = True
    other: str = field()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenIssue(_Restores):
    """Reopen an issue."""

    kind, action = ChangeKind.ISSUE, Action.REOPEN
    claim = "state"

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The state."""
        return {"state": FieldChange("closed", "open")}


# ---- links ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSubIssue(_Restores):
    """Put an issue below its parent; `replaces` is the parent that it has until then, if any."""

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
    """Take an issue out from below its parent, `owner/repo#n`; `parent_name` is for people."""

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
        """The sibling, by the position."""
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
    """Set one value of a card; the card's record (`body`) is written right behind it."""

    kind, action = ChangeKind.FIELD_VALUE, Action.UPDATE
    name: str
    before: BoardValue
    after: BoardValue
    restores: bool = False

    @property
    def fields(self) -> Mapping[str, FieldChange]:
        """The one field."""
        return {self.name: FieldChange(self.before, self.after)}

    @property
    def drifted(self) -> tuple[str, ...]:
        """The field, if it restores what was there before somebody changed it."""
        return (self.name,) if self.restores else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetValues(_Writes):
    """Drop our claim on values that are no longer in the file; the card keeps them."""

    kind, action = ChangeKind.FIELD_VALUE, Action.FORGET


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRecord(_Writes):
    """Move the record of a card."""

    kind, action = ChangeKind.FIELD_VALUE, Action.UPDATE
    is_refresh = True


Change: TypeAlias = (
    CreateLabel
    | UpdateLabel
    | CreateMilestone
    | UpdateMilestone
    | CreateBoard
    | LinkBoard
    | CreateBoardField
    | UpdateBoardField
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
"""One step."""


def claim_of(change: Change) -> tuple[str, str]:
    """Return the item and the field of its base that speak of a change outside of an update.

    The order of sub-issues is in their parent's base.
    """
    return change.parent if isinstance(change, MoveSubIssue) else change.key, change.claim


# ---- plans and outcomes --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A field of an item or a part of a definition that is reported: drift, a conflict.

    `verdict` says which; `reason` explains and never decides. `hint` says what to do about a
    conflict that neither side can win: then all of the item or of its text is held. Both sides of
    a part that `differs` are known, and nothing is on record of who changed it. For a definition,
    `kind` says of what, `key` is its name on GitHub, `title` the one in the file, and `repository`
    the other repository that it is in.
    """

    key: str
    title: str
    name: str
    verdict: Verdict
    reason: str
    ref: str | None = None
    base: JsonValue = None
    desired: JsonValue = None
    observed: JsonValue = None
    hint: str = ""
    kind: ChangeKind = ChangeKind.ISSUE
    repository: str | None = None

    @property
    def is_hold(self) -> bool:
        """Whether it is a conflict that `--on-conflict` does not decide."""
        return self.verdict is Verdict.CONFLICT and bool(self.hint)

    @property
    def is_definition(self) -> bool:
        """Whether it is about a label, a milestone or a board field."""
        return self.kind in DEFINITIONS


@dataclass(frozen=True, slots=True)
class Orphan:
    """An issue of this backlog whose item is gone from the file."""

    key: str
    ref: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """An issue of this backlog whose line is still in a file, and no longer read as an item.

    `place` is the line, `reading` what to write below `reading:` to have it read ("" if no such
    line fits).
    """

    key: str
    ref: str
    title: str
    place: str
    reading: str = ""

    @property
    def hint(self) -> str:
        """What keeps it an item."""
        return f"to keep it: `reading: {{{self.reading}}}`" if self.reading else ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Work that this server, token or owner cannot do: what, why, what would help."""

    kind: ChangeKind
    key: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """A remark on the plan, with the place it is about if there is one."""

    message: str
    slug: str
    place: Place | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 (hex) over the canonical form of each input, and of the changes."""

    desired: str
    observed: str
    base: str
    plan: str


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What a reader of the plan needs to know of an item, changed or not: place in the tree.

    `repository` is where its issue is or will be, None for the target.
    """

    key: str
    kind: str
    title: str
    parent: str | None
    ref: str | None
    url: str | None = None
    points: float | None = None
    place: Place | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered, immutable changes, and what is reported next to them.

    `drift` is what people changed on GitHub in fields of the file (whether reverted or held),
    `conflicts` are held fields, `accepted` those of both that GitHub won and the files are to
    say, `items` every item in document order (for grouping). `orphans` are issues whose items are
    gone, `unread` those whose lines are still there. `coverage` says how much of the
    repository was read for it, `others` the same of other repositories that hold items' issues.
    `in_force` are settings that change who is trusted or what is published.
    """

    repository: str
    project: str | None
    changes: tuple[Change, ...]
    items: tuple[PlanItem, ...] = ()
    drift: tuple[FieldNote, ...] = ()
    conflicts: tuple[FieldNote, ...] = ()
    accepted: tuple[FieldNote, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    unread: tuple[Unread, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    warnings: tuple[Warned, ...] = ()
    digests: Digests = field(default_factory=lambda: Digests("", "", "", ""))
    coverage: Coverage = field(default_factory=Coverage)
    others: Mapping[str, Coverage] = field(default_factory=dict)
    in_force: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def reverted(self) -> frozenset[tuple[str, str]]:
        """What of the drift the changes set back: keys, each with the name of the field."""
        return frozenset(
            (key, claimed or name)
            for change in self.changes
            for key, claimed in [claim_of(change)]
            for name in change.drifted
        )

    @property
    def has_changes(self) -> bool:
        """Whether applying it would change anything that people see."""
        return any(not c.is_refresh for c in self.changes)

    @property
    def new_issues(self) -> int:
        """How many issues are created, or become the backlog's by adoption."""
        return sum(isinstance(c, CreateIssue | AdoptIssue) for c in self.changes)

    @property
    def is_first(self) -> bool:
        """Whether it makes the first issues of this backlog, so that nothing was managed yet."""
        adopted = {c.key for c in self.changes if isinstance(c, AdoptIssue)}
        managed = any(item.ref and item.key not in adopted for item in self.items)
        return bool(self.new_issues) and not managed and not self.orphans and not self.unread

    def summary(self) -> dict[str, int]:
        """Counts that can be recomputed from the changes listed.

        Issues count under their action; `update` counts existing issues of which any field
        changes, on the issue or on the board, and those that move among their siblings; `link`
        and `unlink` count sub-issues and dependencies; `definitions` counts labels, milestones,
        boards and board fields; `refresh` counts moves of the base that people do not see.
        """
        counts = dict.fromkeys((a.value for a in Action), 0)
        touched: dict[str, set[str]] = {a.value: set() for a in Action}
        changed: set[str] = set()
        definitions = 0
        created = {c.key for c in self.changes if isinstance(c, CreateIssue)}
        for change in self.changes:
            if change.is_refresh:
                continue
            match change.kind:
                case ChangeKind.LABEL | ChangeKind.MILESTONE | ChangeKind.PROJECT:
                    definitions += 1
                case ChangeKind.FIELD:
                    definitions += 1
                case ChangeKind.SUB_ISSUE | ChangeKind.DEPENDENCY if not change.is_move:
                    counts[change.action.value] += 1
                    changed.add(change.key)
                case ChangeKind.ISSUE:
                    touched[change.action.value].add(change.key)
                    changed.add(change.key)
                case _:
                    changed.add(change.key)
                    if change.key not in created:
                        touched[Action.UPDATE.value].add(change.key)
        for name, keys in touched.items():
            counts[name] += len(keys)
        held = {note.key for note in self.conflicts if not note.is_definition}
        counts["conflict"] = len(self.conflicts)
        counts["drift"] = len(self.drift)
        counts["unchanged"] = sum(
            1 for i in self.items if i.key not in changed and i.key not in held
        )
        counts["definitions"] = definitions
        counts["refresh"] = sum(1 for c in self.changes if c.is_refresh and c.key not in changed)
        return counts


class Result(StrEnum):
    """What became of one change."""

    APPLIED = "applied"
    SKIPPED = "skipped"
    STALE = "stale"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change, and why."""

    change: Change
    result: Result
    ref: str | None = None
    url: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run cost at the server: requests by kind, mutations (aliases), GraphQL points."""

    rest: int = 0
    graphql: int = 0
    mutations: int = 0
    points: int = 0

    @property
    def requests(self) -> int:
        """All requests."""
        return self.rest + self.graphql
