"""Options of a board field that people renamed on the board.

GitHub does not keep an option's former name, but the record of each board item contains the value
that was applied: if the board lacks that option, and every such item shows one and the same other
one that the files do not know, it is the same option under a new name.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core import record
from backlog_sync.core.fields import STATUS
from backlog_sync.core.model import BoardFieldDef, BoardValue, DesiredItem, DesiredState
from backlog_sync.core.normalize import fold, hash_value
from backlog_sync.core.observed import BoardItem, ObservedBoardField, ObservedOption, ObservedState
from backlog_sync.core.option_values import SELECTS
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Renamed:
    """An option: its name in the file, and on the board now."""

    was: str
    now: str


Names: TypeAlias = Mapping[str, Mapping[str, str]]
"""By field, the file's name (folded) of each option that has another name on the board."""


def renamed_options(
    definition: BoardFieldDef,
    board_field: ObservedBoardField,
    used: Collection[str],
    cards: Iterable[BoardItem],
) -> tuple[Renamed, ...]:
    """Find the options of a field that were renamed; `used` are the file's values, folded."""
    if definition.type not in SELECTS or board_field.type != definition.type:
        return ()
    if not definition.declared and definition.name == STATUS:
        return ()  # a board has its own words for progress
    board_names = {fold(option.name): option.name for option in board_field.options}
    missing = [option.name for option in definition.options if fold(option.name) not in board_names]
    if not missing:
        return ()
    declared = {fold(option.name) for option in definition.options}
    pairs = [
        (base[board_field.name], card.values.get(board_field.name))
        for card in cards
        if board_field.name in (base := record.decode(card) or {})
    ]
    recorded = {fold(each) for base, _ in pairs for each in _each(base)}
    candidates = board_names.keys() - declared - set(used) - recorded
    renames: list[Renamed] = []
    for name in missing:
        shown = [{fold(each) for each in _each(v)} for base, v in pairs if _holds(base, name)]
        if definition.type == "multi_select":  # items may have other options besides
            shown = [names & candidates for names in shown]
        same = shown[0] if shown and all(names == shown[0] for names in shown) else set()
        new_name = next(iter(same)) if len(same) == 1 else ""
        if new_name in candidates:
            candidates.discard(new_name)
            renames.append(Renamed(name, board_names[new_name]))
    return tuple(renames)


def as_named(card: BoardItem, names: Names) -> BoardItem:
    """Return a board item with these names for its options."""
    if not names:
        return card
    values = {
        name: _renamed(value, names[name]) if name in names else value
        for name, value in card.values.items()
    }
    return replace(card, values=values)


def _renamed(value: BoardValue, names: Mapping[str, str]) -> BoardValue:
    if isinstance(value, tuple):
        return tuple(names.get(fold(each), each) for each in value)
    return names.get(fold(str(value)), value)


def as_declared(desired: DesiredState, observed: ObservedState) -> ObservedState:
    """Return an observation with the file's names for options that people renamed.

    A definition's new name is not progress: it goes into the files as a whole, by `pull`.
    """
    project = observed.project
    if project is None or desired.project is None:
        return observed
    board_fields = {fold(board_field.name): board_field for board_field in project.fields}
    cards = [issue.card for issue in observed.issues if issue.card is not None]
    names: dict[str, dict[str, str]] = {}
    for definition in desired.project.fields:
        observed_field = board_fields.get(fold(definition.name))
        used = used_options(desired.items, definition.name)
        for rename in (
            renamed_options(definition, observed_field, used, cards) if observed_field else ()
        ):
            names.setdefault(observed_field.name if observed_field else "", {})[
                fold(rename.now)
            ] = rename.was
    if not names:
        return observed
    fields = tuple(
        replace(
            board_field,
            options=tuple(
                _named(option, names.get(board_field.name, {})) for option in board_field.options
            ),
        )
        for board_field in project.fields
    )
    issues = tuple(
        replace(issue, card=as_named(issue.card, names)) if issue.card else issue
        for issue in observed.issues
    )
    return replace(observed, project=replace(project, fields=fields), issues=issues)


def used_options(items: Iterable[DesiredItem], field_name: str) -> set[str]:
    """Return the values (folded) of a field that items use."""
    name = fold(field_name)
    return {
        fold(each)
        for item in items
        for board_field, value in item.board.items()
        if fold(board_field) == name
        for each in _each(value)
    }


def _named(option: ObservedOption, names: Mapping[str, str]) -> ObservedOption:
    return replace(option, name=names.get(fold(option.name), option.name))


def _each(value: BoardValue) -> tuple[str, ...]:
    """Return the names of the options in a value."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)


def _holds(base: BoardValue, name: str) -> bool:
    """Return whether an entry of a board item's record has this option."""
    if isinstance(base, tuple):
        return fold(name) in map(fold, record.members(base, [name]))
    return fold(str(base)) == fold(name) or record.base_of(base) == hash_value(name)
