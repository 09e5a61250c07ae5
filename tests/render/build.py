"""Changes by their verb and what they are about, with as little as a test says of them."""

from collections.abc import Mapping

from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import (
    AddDependency,
    Change,
    CloseIssue,
    CreateBoard,
    CreateBoardField,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    FieldChange,
    LinkSubIssue,
    RemoveDependency,
    SetBoardValue,
    UpdateBoardField,
    UpdateIssue,
    UpdateLabel,
)
from backlog_sync.core.model import BoardFieldDef, LabelDef, MilestoneDef, ProjectSpec

ISSUE, LABEL, FIELD = ChangeKind.ISSUE, ChangeKind.LABEL, ChangeKind.FIELD
SUB_ISSUE, DEPENDENCY = ChangeKind.SUB_ISSUE, ChangeKind.DEPENDENCY


def change(
    action: Action,
    kind: ChangeKind,
    key: str,
    title: str,
    reason: str,
    ref: str | None = None,
    fields: Mapping[str, FieldChange] | None = None,
    *,
    other: str = "",
    drifted: tuple[str, ...] = (),
) -> Change:
    """The change of this kind."""
    about, fields = (key, title, reason, ref), fields or {}
    match action, kind:
        case Action.CREATE, ChangeKind.LABEL:
            return CreateLabel(*about, fields=fields, definition=LabelDef(title, "ededed"))
        case Action.UPDATE, ChangeKind.LABEL:
            return UpdateLabel(*about, fields=fields, definition=LabelDef(title, "ededed"))
        case Action.CREATE, ChangeKind.MILESTONE:
            return CreateMilestone(*about, fields=fields, definition=MilestoneDef(title))
        case Action.CREATE, ChangeKind.PROJECT:
            return CreateBoard(*about, definition=ProjectSpec("octo-org", title))
        case Action.CREATE, ChangeKind.FIELD:
            return CreateBoardField(
                *about, fields=fields, definition=BoardFieldDef(title, "single_select")
            )
        case Action.UPDATE, ChangeKind.FIELD:
            return UpdateBoardField(
                *about, fields=fields, definition=BoardFieldDef(title, "single_select")
            )
        case Action.CREATE, ChangeKind.ISSUE:
            return CreateIssue(*about, fields=fields, body="")
        case Action.UPDATE, ChangeKind.ISSUE:
            return UpdateIssue(*about, fields=fields, drifted=drifted)
        case Action.CLOSE, ChangeKind.ISSUE:
            return CloseIssue(*about)
        case Action.LINK, ChangeKind.SUB_ISSUE:
            return LinkSubIssue(*about, parent=other)
        case Action.LINK, ChangeKind.DEPENDENCY:
            return AddDependency(*about, blocker=other)
        case Action.UNLINK, ChangeKind.DEPENDENCY:
            return RemoveDependency(*about, blocker=other)
        case _:
            raise AssertionError(f"no test draws a change to {action} of a {kind}")


def values(
    key: str, title: str, reason: str, ref: str | None = None, **after: FieldChange
) -> list[Change]:
    """A change of each of these board values; blanks in names are written as `_`."""
    changes: list[Change] = []
    for name, field in after.items():
        assert not isinstance(field.before, list)
        assert not isinstance(field.after, list)
        changes.append(
            SetBoardValue(
                key,
                title,
                reason,
                ref,
                name=name.replace("_", " "),
                before=field.before,
                after=field.after,
            )
        )
    return changes
