"""Which labels, milestones, boards and board fields a plan's other changes need."""

from collections.abc import Sequence

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import (
    Change,
    CreateBoard,
    CreateBoardField,
    CreateLabel,
    CreateMilestone,
    CreateView,
    LinkBoard,
    ShowIssueField,
    UpdateBoardField,
)
from backlog_sync.core.model import LabelDef, MilestoneDef
from backlog_sync.core.normalize import fold
from backlog_sync.core.words import RECORD

_CARDS = (ChangeKind.PROJECT_ITEM, ChangeKind.FIELD_VALUE)


def without_unused(changes: Sequence[Change]) -> list[Change]:
    """Return the changes without definitions that nobody declared and no other change needs.

    A board is made, and shown on its repository, only if a card or a value goes on it.
    """
    labels = {
        (change.repository, fold(str(name)))
        for change in changes
        if change.kind is ChangeKind.ISSUE and (field := change.fields.get("labels"))
        for name in (field.after if isinstance(field.after, list) else ())
    }
    milestones = {
        (change.repository, str(field.after).strip())
        for change in changes
        if change.kind is ChangeKind.ISSUE and (field := change.fields.get("milestone"))
    }
    cards = [c for c in changes if c.kind in _CARDS and not c.is_refresh]
    fields = {fold(name) for card in cards for name in card.fields} | {fold(RECORD)}
    boards = any(isinstance(c, CreateBoard) for c in changes)

    def needed(change: Change) -> bool:
        match change:
            case CreateLabel(definition=LabelDef(declared=False)):
                return (change.repository, fold(change.title)) in labels
            case CreateMilestone(definition=MilestoneDef(declared=False)):
                return (change.repository, change.title.strip()) in milestones
            case UpdateBoardField() if change.drifted:
                return True
            case CreateBoardField(definition=definition) | UpdateBoardField(definition=definition):
                if not cards and (boards or not definition.declared):
                    return False
                return definition.declared or fold(change.key) in fields
            case ShowIssueField():
                return bool(cards) or not boards
            case CreateBoard() | LinkBoard():
                return bool(cards)
            case CreateView():
                return bool(cards) or not boards
            case _:
                return True

    return [change for change in changes if needed(change)]
