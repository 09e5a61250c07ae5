"""Extend the iterations of a board field without losing the iteration of any card.

GitHub's input for iterations takes no ids: sending them gives each a new id and clears the field on
every card, also for completed ones (reported in 2026, seen by introspection). So the cards are
saved first, and their values are set again by title and start date.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeAlias

from backlog_sync.core.model import BoardFieldDef
from backlog_sync.core.observed import (
    BoardItem,
    IterationCard,
    IterationCards,
    ObservedBoardField,
    ObservedOption,
    ObservedState,
    SavedIterations,
)
from backlog_sync.dataclass import dataclass

SET_AGAIN = "set again"
"""What becomes of the values on cards, in a plan."""

PENDING_HINT = "run `backlog sync` to restore it"
OTHER_BOARD_HINT = "run `backlog sync` with that board to restore it"
"""What to do about iterations that an interrupted run did not set again."""

MOST = 100
"""Iterations that a field may declare: bounds what one request may contain."""

NewIteration: TypeAlias = tuple[str, str, int]
"""Title, start (ISO date) and length in days of an iteration."""


@dataclass(frozen=True, slots=True)
class IterationSnapshot:
    """An iteration field and the cards of its board, drafts and archived cards included.

    `duration` is the field's own length of an iteration in days. `problem` is why some card could
    not be read; None if all were. `archived_listed` is whether the server lists archived cards.
    """

    field: ObservedBoardField
    duration: int
    cards: tuple[IterationCard, ...] = ()
    problem: str | None = None
    archived_listed: bool = True


@dataclass(frozen=True, slots=True)
class Restoration:
    """What is left to do after iterations were sent.

    `values` are cards without a value and the iteration that each had. `archived` cards take no
    value; the iteration of `lost` ones no longer exists.
    """

    values: tuple[tuple[IterationCard, ObservedOption], ...] = ()
    archived: tuple[IterationCard, ...] = ()
    lost: tuple[IterationCard, ...] = ()

    @property
    def reason(self) -> str:
        """A sentence on the cards that cannot have their iteration back; "" if there are none."""
        parts = []
        if self.archived:
            parts.append(
                f"archived cards take no value, and lost theirs: {named_cards(self.archived)}"
            )
        if self.lost:
            parts.append(f"the iteration of these cards no longer exists: {named_cards(self.lost)}")
        return "; ".join(parts)


def restoration(saved: SavedIterations, snapshot: IterationSnapshot) -> Restoration:
    """Return what is left to do for the saved cards; one with a value now is left alone."""
    options = {(option.name, option.start): option for option in snapshot.field.options}
    now = {card.id: card for card in snapshot.cards}
    values: list[tuple[IterationCard, ObservedOption]] = []
    archived: list[IterationCard] = []
    lost: list[IterationCard] = []
    for card in saved.cards:
        current = now.get(card.id)
        if current is None or current.iteration is not None:
            # It left the board, or somebody gave it a value since.
            continue
        option = options.get((card.iteration or "", card.start))
        if current.archived:
            archived.append(card)
        elif option is None:
            lost.append(card)
        else:
            values.append((card, option))
    return Restoration(tuple(values), tuple(archived), tuple(lost))


def iteration_cards(snapshot: IterationSnapshot) -> tuple[IterationCard, ...]:
    """Return the cards that have an iteration, and lose it when iterations are sent."""
    return tuple(card for card in snapshot.cards if card.iteration is not None)


def cards_to_clear(snapshot: IterationSnapshot) -> IterationCards:
    """Return what sending the iterations of a field would clear, for the plan."""
    cards = iteration_cards(snapshot)
    return IterationCards(cards, snapshot.problem, snapshot.archived_listed)


def pending_text(saved: SavedIterations) -> str:
    """Return what an interrupted run may have cleared."""
    cards = counted_cards(len(saved.cards))
    return f"an interrupted run may have cleared the {saved.field} of {cards}"


def counted_cards(count: int) -> str:
    """Return a number of cards in words: `1 card`."""
    return f"{count} {'card' if count == 1 else 'cards'}"


def with_saved_iterations(
    observed: ObservedState, saved: Sequence[SavedIterations]
) -> ObservedState:
    """Return an observation in which cards show the iterations that are not set again yet.

    An interrupted run cleared them; nobody decided that, so nothing may follow from it.
    """
    project = observed.project
    here = [each for each in saved if project is not None and each.project_id == project.id]
    cards = {card.id: (each, card) for each in here for card in each.cards}

    def shown(item: BoardItem) -> BoardItem:
        each, card = cards[item.id]
        names = {f.id: f.name for f in project.fields} if project else {}
        name = names.get(each.field_id, each.field)
        if item.archived or item.values.get(name) is not None:
            return item
        return replace(item, values={**item.values, name: card.iteration})

    issues = (
        replace(issue, card=shown(issue.card))
        if issue.card is not None and issue.card.id in cards
        else issue
        for issue in observed.issues
    )
    return replace(observed, issues=tuple(issues), saved_iterations=tuple(saved))


def iterations_of(definition: BoardFieldDef) -> tuple[NewIteration, ...]:
    """Return the iterations that a field declares, as far as the calendar goes."""
    if definition.type != "iteration" or not definition.start:
        return ()
    length = definition.duration or 14
    first = date.fromisoformat(definition.start)
    fitting = 1 + (date.max - first).days // length
    return tuple(
        (f"{definition.name} {n + 1}", (first + timedelta(days=n * length)).isoformat(), length)
        for n in range(min(definition.count or 1, fitting))
    )


def missing_iterations(
    definition: BoardFieldDef, options: Sequence[ObservedOption]
) -> tuple[NewIteration, ...]:
    """Return the declared iterations that a field lacks, whatever the titles of those it has."""
    spans = {(option.start, option.duration) for option in options}
    undated = {option.name for option in options if option.start is None}
    return tuple(
        (title, start, length)
        for title, start, length in iterations_of(definition)
        if (start, length) not in spans and title not in undated
    )


def as_options(added: Sequence[NewIteration]) -> tuple[ObservedOption, ...]:
    """Return iterations as they will be on the board."""
    return tuple(
        ObservedOption("", title, start=start, duration=days) for title, start, days in added
    )


def can_be_added(added: Sequence[NewIteration], options: Sequence[ObservedOption]) -> bool:
    """Return whether iterations overlap none of a field's iterations."""
    spans = [_span(o.start, o.duration) for o in options if o.start and o.duration]
    new_spans = [_span(start, days) for _, start, days in added]
    names = {option.name for option in options}
    overlap = any(a < end and start < b for a, b in new_spans for start, end in spans)
    return not overlap and not any(title in names for title, _, _ in added)


def _span(start: str, days: int) -> tuple[date, date]:
    first = date.fromisoformat(start)
    return first, first + timedelta(days=days)


def named_cards(cards: Sequence[IterationCard]) -> str:
    """Return the titles of up to five cards with their iterations, and how many more there are."""
    more = f" and {len(cards) - 5} more" if len(cards) > 5 else ""
    return ", ".join(f"{card.title} ({card.iteration})" for card in cards[:5]) + more
