"""Which labels, milestones, boards and board fields a plan's other changes need."""

from collections.abc import Sequence

from backlog_sync.core.changes import Action, Change, ChangeKind
from backlog_sync.core.model import BoardFieldDef, LabelDef, MilestoneDef
from backlog_sync.core.normalize import fold
from backlog_sync.core.record import NAME as RECORD

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
    boards = [c for c in changes if c.kind is ChangeKind.PROJECT and c.action is Action.CREATE]

    def needed(change: Change) -> bool:
        match change.definition:
            case LabelDef(declared=False) if change.action is Action.CREATE:
                return (change.repository, fold(change.title)) in labels
            case MilestoneDef(declared=False) if change.action is Action.CREATE:
                return (change.repository, change.title.strip()) in milestones
            case BoardFieldDef() if change.drifted:
                return True
            case BoardFieldDef(declared=declared):
                if not cards and (boards or not declared):
                    return False
                return declared or fold(change.key) in fields
            case _:
                return change.kind is not ChangeKind.PROJECT or bool(cards)

    return [change for change in changes if needed(change)]
