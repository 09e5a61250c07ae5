"""Sprints: the iterations of a board, and which of them an item is planned for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from backlog_sync.core.facts import Iteration
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.iterations import as_options, iterations_of
from backlog_sync.core.model import BoardFieldDef, BoardValue, DesiredItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import BoardItem, ObservedBoardField, ObservedOption, ObservedState
from backlog_sync.core.relative_iterations import is_relative, named_iteration
from backlog_sync.dataclass import dataclass

SPRINT = "Sprint"
"""The field of the key `sprint`, which is taken if a board has several iteration fields."""


@dataclass(frozen=True, slots=True)
class SprintField:
    """The iteration field that says which sprint an item is in, and who owns its values.

    `options` are its iterations, those that are over included.
    """

    name: str
    owner: Owner
    options: tuple[ObservedOption, ...] = ()

    def iterations(self) -> tuple[Iteration, ...]:
        """Return the iterations that have dates, in the order of time."""
        dated = (
            Iteration(o.name, first, later(first, (o.duration or 1) - 1) or date.max)
            for o in self.options
            if o.start
            for first in (date.fromisoformat(o.start),)
        )
        return tuple(sorted(dated, key=lambda each: each.first))

    def declared(self, item: DesiredItem) -> BoardValue:
        """Return the value that the file has for an item, None if it has none."""
        return _value(item.board, self.name)

    def meant(self, value: BoardValue, today: date) -> str | None:
        """Return the title of the iteration that a value in the file means on a date."""
        if not isinstance(value, str):
            return None
        if is_relative(value):
            option = named_iteration(value, self.options, today.isoformat())
            return option.name if option else None
        titles = {fold(option.name): option.name for option in self.options}
        return titles.get(fold(value), value)

    def of(self, item: DesiredItem, card: BoardItem | None, today: date) -> str | None:
        """Return the sprint of an item: the board's, or the file's if the file owns it.

        Until there is a board item, it is the file's. A closed item stays in its iteration.
        """
        value = self.declared(item)
        shown = _value(card.values, self.name) if card else None
        on_board = shown if isinstance(shown, str) else None
        is_ours = self.owner is Owner.FILE and value is not None and not is_relative(value)
        return on_board if card is not None and not is_ours else self.meant(value, today)


def later(day: date, days: int) -> date | None:
    """Return the date so many days later, None beyond the calendar."""
    ordinal = day.toordinal() + days
    return date.fromordinal(ordinal) if ordinal <= date.max.toordinal() else None


def _value(values: Mapping[str, BoardValue], name: str) -> BoardValue:
    return next((value for key, value in values.items() if fold(key) == fold(name)), None)


def sprint_field(desired: DesiredState, observed: ObservedState | None) -> SprintField | None:
    """Return the iteration field of the board, None if there is none.

    Before there is a board, it has the iterations that the file declares.
    """
    declared = desired.project.fields if desired.project else ()
    on_board = observed.project.fields if observed and observed.project else ()
    name = _name(declared) or _name(on_board)
    if name is None:
        return None
    owner = owner_of(name, desired.settings.ownership)
    for each in on_board:
        if fold(each.name) == fold(name) and each.type == "iteration":
            return SprintField(each.name, owner, each.options)
    definition = next(each for each in declared if fold(each.name) == fold(name))
    return SprintField(name, owner, as_options(iterations_of(definition)))


def _name(fields: Sequence[BoardFieldDef] | Sequence[ObservedBoardField]) -> str | None:
    names = [each.name for each in fields if each.type == "iteration"]
    usual = (name for name in names if fold(name) == fold(SPRINT))
    return next(usual, next(iter(names), None))


def sprints_then(
    then: DesiredState, now: DesiredState, sprint: SprintField, day: date
) -> dict[str, str]:
    """Return the sprint of each item as the files had it on a day, by its key of today.

    An item below another one is in that one's sprint, unless it has its own.
    """
    keys = {item.issue: item.key for item in now.items if item.issue}
    names: dict[str, str] = {}
    by_current_key: dict[str, str] = {}
    for item in then.items:  # parents come before their children
        name = sprint.meant(sprint.declared(item), day) or names.get(item.parent or "")
        if name is not None:
            names[item.key] = name
            by_current_key[(keys.get(item.issue) if item.issue else None) or item.key] = name
    return by_current_key


def declaring(items: Iterable[DesiredItem], sprint: SprintField) -> frozenset[str]:
    """Return the keys of the items that have a sprint in the file, or below one that has."""
    keys: set[str] = set()
    for item in items:
        if sprint.declared(item) is not None or item.parent in keys:
            keys.add(item.key)
    return frozenset(keys)
