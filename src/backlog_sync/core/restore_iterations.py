"""Plan to set the iterations again that an interrupted run cleared."""

from backlog_sync.core.changes import FieldChange, RestoreIterations
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.iterations import (
    OTHER_BOARD_HINT,
    SET_AGAIN,
    counted_cards,
    named_cards,
    pending_text,
)
from backlog_sync.core.observed import IterationCard, ObservedState, SavedIterations


def restorations(observed: ObservedState) -> tuple[list[RestoreIterations], list[Warned]]:
    """Return the changes that restore saved iterations, and what to know about them.

    Only those of the observed board can be restored.
    """
    changes: list[RestoreIterations] = []
    warnings: list[Warned] = []
    for saved in observed.saved_iterations:
        message = pending_text(saved)
        if observed.project is None or saved.project_id != observed.project.id:
            warnings.append(Warned(message, "iterations-pending", OTHER_BOARD_HINT))
            continue
        warnings.append(Warned(message, "iterations-pending", "`backlog sync` restores it first"))
        archived = [card for card in saved.cards if card.archived]
        if archived:
            message = f"archived cards take no values and lost their {saved.field}:"
            message += f" {named_cards(archived)}"
            hint = "unarchive them before the sync to have it back"
            warnings.append(Warned(message, "archived-card", hint))
        count = len(_without_value(saved, observed))
        fields = {"values": FieldChange(counted_cards(count), SET_AGAIN)}
        reason = "a run was interrupted while it extended the iterations"
        about = saved.field, saved.field, reason
        changes.append(
            RestoreIterations(*about, fields=fields, field_id=saved.field_id, cards=count)
        )
    return changes, warnings


def _without_value(saved: SavedIterations, observed: ObservedState) -> list[IterationCard]:
    """Return the saved cards that may take their iteration back, as far as it is known now.

    Cards of the backlog's issues are shown with their saved iteration, so one with another one was
    moved since; the other cards are read when they are restored.
    """
    fields = observed.project.fields if observed.project else ()
    name = next((f.name for f in fields if f.id == saved.field_id), saved.field)
    now = {i.card.id: i.card.values.get(name) for i in observed.issues if i.card is not None}
    return [
        card
        for card in saved.cards
        if not card.archived and now.get(card.id, card.iteration) == card.iteration
    ]
