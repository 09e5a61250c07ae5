"""What a write-back changes of what the file says: to be on record before the file says it."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize, record
from backlog_sync.core.card import names_same_status
from backlog_sync.core.changes import (
    AdoptIssue,
    Change,
    ForgetFields,
    ForgetValues,
    RefreshBase,
    RefreshRecord,
    SetBoardValue,
    UpdateIssue,
)
from backlog_sync.core.fields import ATOMS, SETS, STATUS, Owner, compared, owner_of
from backlog_sync.core.issue_fields import FieldTarget, plain, plan_issue_fields, private_entry
from backlog_sync.core.marker import Written
from backlog_sync.core.matching import Match, Matches, match_items
from backlog_sync.core.model import DesiredItem, DesiredState, Settings
from backlog_sync.core.observed import BoardItem, ObservedState
from backlog_sync.core.plan import Plan
from backlog_sync.core.progress import lines_of, source_of
from backlog_sync.core.states import CLOSED, COMPLETED, NOT_PLANNED, OPEN, is_closed, observed_state
from backlog_sync.core.written_back import with_written
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Flowed:
    """What of GitHub's a run writes into the file for one item.

    `marker` goes on record in the issue, `card` on its card. `open` says that the issue is open:
    then a status is the card's.
    """

    marker: Written = field(default_factory=Written)
    card: Mapping[str, record.Flow] = field(default_factory=dict)
    open: bool = False

    @property
    def needs_card(self) -> bool:
        """Whether it must not be written without the card's record.

        A status that a closed issue gives is kept by the issue's.
        """
        return bool(self.card.keys() - {STATUS}) or (self.open and STATUS in self.card)

    def __bool__(self) -> bool:
        return bool(self.marker or self.card)


def flowed(
    desired: DesiredState,
    after: DesiredState,
    observed: ObservedState,
    known: Matches | None = None,
) -> dict[str, Flowed]:
    """Return by key what the files say of GitHub's fields after a write-back, and did not before.

    `after` is what the files would be read as. Items are in the same order in both.
    """
    matches = (known or match_items(desired, observed)).by_key
    flows: dict[str, Flowed] = {}
    for old, new in _pairs(desired, after):
        match = matches.get(old.key)
        before, now = ((i.fields, i.board, i.issue_fields) for i in (old, new))
        if match is None or before == now:
            continue
        flow = Flowed(
            marker=_marker(old, new, match, desired, observed) if match.is_trusted else Written(),
            card=dict(_card(old, new, match, desired, observed)),
            open=observed_state(match.issue) == OPEN,
        )
        if flow:
            flows[old.key] = flow
    return flows


def _pairs(desired: DesiredState, after: DesiredState) -> Iterator[tuple[DesiredItem, DesiredItem]]:
    if len(desired.items) == len(after.items):
        yield from zip(desired.items, after.items, strict=True)
        return
    by_key = {item.key: item for item in after.items}
    yield from ((item, by_key[item.key]) for item in desired.items if item.key in by_key)


def _marker(
    old: DesiredItem, new: DesiredItem, match: Match, desired: DesiredState, observed: ObservedState
) -> Written:
    ownership = desired.settings.ownership
    before, after = (_fields_of(item, match, desired, observed) for item in (old, new))
    return Written(
        atoms=dict((*_atoms(old, new, match, desired), *_field_atoms(before, after, ownership))),
        sets=dict((*_sets(old, new, desired.settings), *_field_sets(before, after, ownership))),
        ticks=_ticks(old, new, match, desired),
    )


def _fields_of(
    item: DesiredItem, match: Match, desired: DesiredState, observed: ObservedState
) -> FieldTarget:
    others = {each.repository.name_with_owner: each.repository for each in observed.others}
    repository = others.get(match.issue.repository, observed.repository)
    return plan_issue_fields(desired, observed).target(item, repository)


def _atoms(
    old: DesiredItem, new: DesiredItem, match: Match, desired: DesiredState
) -> Iterator[tuple[str, tuple[str, ...]]]:
    ownership = desired.settings.ownership
    state = new.fields.get("state")
    if isinstance(state, str) and state != old.fields.get("state"):
        closes = is_closed(state) and observed_state(match.issue) == OPEN
        # That a card is where work is done is for the board to say, not for the issue.
        if not (closes and names_same_status(new, match.issue.card)):
            states = (COMPLETED, NOT_PLANNED) if state == CLOSED else (state,)
            yield "state", tuple(map(normalize.hash_value, states))
    for row in ATOMS:
        before, after = (compared(row, item.fields.get(row.name)) for item in (old, new))
        if owner_of(row.name, ownership) is Owner.GITHUB and before != after:
            yield row.name, (normalize.hash_value(after),)
    if owner_of("body", ownership) is Owner.GITHUB:
        old_source, new_source = (source_of(item, desired) for item in (old, new))
        if old_source != new_source:
            yield body_block.SOURCE, (new_source,)


def _field_atoms(
    old: FieldTarget, new: FieldTarget, ownership: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the values of issue fields that GitHub owns; a marker is silent about private ones."""
    for name, value in new.atoms.items():
        of_github = owner_of(name, ownership) is Owner.GITHUB
        if of_github and name not in new.private and old.atoms.get(name) != value:
            yield name, (normalize.hash_value(value),)


def _field_sets(
    old: FieldTarget, new: FieldTarget, ownership: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, bool]]]:
    for name, options in new.sets.items():
        moved = _moved(old.sets.get(name), options)
        of_github = owner_of(name, ownership) is Owner.GITHUB
        if of_github and name not in new.private and moved:
            yield name, moved


def _private_values(
    old: FieldTarget, new: FieldTarget, ownership: Mapping[str, str]
) -> Iterator[tuple[str, record.Flow]]:
    """Yield the values of private issue fields that GitHub owns, for the card's record."""
    for name in new.private:
        if owner_of(name, ownership) is Owner.FILE:
            continue
        if moved := _moved(old.sets.get(name), new.sets.get(name)):
            yield private_entry(name), moved
        elif name in new.atoms and old.atoms.get(name) != new.atoms[name]:
            yield private_entry(name), plain(new.atoms[name])


def _sets(
    old: DesiredItem, new: DesiredItem, settings: Settings
) -> Iterator[tuple[str, dict[str, bool]]]:
    for row in SETS:
        if owner_of(row.name, settings.ownership) is Owner.FILE:
            continue
        moved = _moved(*(item.fields.get(row.name) for item in (old, new)))
        if moved:
            yield row.name, moved


def _members(value: object) -> frozenset[str]:
    return (
        frozenset(map(normalize.fold, map(str, value))) if isinstance(value, tuple) else frozenset()
    )


def _moved(old: object, new: object) -> dict[str, bool]:
    """Return which members a set gained (True) and lost."""
    before, after = _members(old), _members(new)
    return {member: member in after for member in before ^ after}


def _ticks(
    old: DesiredItem, new: DesiredItem, match: Match, desired: DesiredState
) -> dict[str, bool]:
    before, after = (body_block.boxes(lines_of(item, match, desired)) for item in (old, new))
    return {key: done for key, done in after.items() if before.get(key, False) != done}


def _card(
    old: DesiredItem, new: DesiredItem, match: Match, desired: DesiredState, observed: ObservedState
) -> Iterator[tuple[str, record.Flow]]:
    settings = desired.settings
    if match.issue.card is None or observed.project is None or desired.project is None:
        return
    fields = {normalize.fold(f.name): f.name for f in observed.project.fields}
    if desired.issue_fields:
        before, after = (_fields_of(item, match, desired, observed) for item in (old, new))
        yield from _private_values(before, after, settings.ownership)
    for name, value in new.board.items():
        board_name = fields.get(normalize.fold(name))
        if board_name is None or owner_of(board_name, settings.ownership) is Owner.FILE:
            continue
        if name in old.board and old.board[name] == value:
            continue
        moved = _moved(old.board.get(name), value)
        if moved or not isinstance(value, tuple):
            yield board_name, moved or value


def in_plan(plan: Plan, flows: Mapping[str, Flowed]) -> Plan:
    """Return the plan with these values on record in the bodies and cards that it writes anyway."""
    return replace(
        plan, changes=tuple(_with_record(change, flows.get(change.key)) for change in plan.changes)
    )


def _with_record(change: Change, flow: Flowed | None) -> Change:
    if flow is None or change.body is None or change.body_seen is None:
        return change
    match change:
        case UpdateIssue() | AdoptIssue() | ForgetFields() | RefreshBase():
            return replace(change, body=with_written(change.body, flow.marker))
        case SetBoardValue() | ForgetValues() | RefreshRecord():
            card = BoardItem("", {record.NAME: change.body})
            return replace(change, body=record.with_written(card, flow.card) or change.body)
        case _:
            return change
