"""One card against the values that an item wants on it: what to set, notes, the record."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from backlog_sync.core import normalize, record
from backlog_sync.core.changes import JsonValue
from backlog_sync.core.fields import STATUS, Owner, owner_of
from backlog_sync.core.merge import AtomDiff, Merge, merge_atom
from backlog_sync.core.model import BoardValue, DesiredItem
from backlog_sync.core.normalize import fold, fold_set, hash_value
from backlog_sync.core.observed import BoardItem
from backlog_sync.core.option_values import members_of_value
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import FieldNote, Verdict
from backlog_sync.core.pull_status import Evidence
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DesiredCard:
    """What an item wants on its card, in the board's own spelling and names.

    `values` are those that can be set; `kept` are names whose value cannot be determined now, or
    that GitHub goes on without the file: their record stays; `noted` are their values, from which
    a record starts. `start` gives the value in which
    a card starts if nobody set one, by field name. `entries` are what the record holds of private
    issue fields. `relative` are names whose value follows the date (`@current`).
    """

    values: Mapping[str, BoardValue]
    kept: frozenset[str] = frozenset()
    noted: Mapping[str, BoardValue] = field(default_factory=dict)
    start: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, BoardValue] = field(default_factory=dict)
    relative: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IssueStatus:
    """What the issue reports the file's word for its status.

    `closed` says that both call it closed; `reopened` that a run wrote the file's word when the
    issue was closed, which it is no more; `contested` as `one_word` has it.
    """

    closed: bool = False
    reopened: bool = False
    contested: bool = False


NO_ISSUE = IssueStatus()


@dataclass(frozen=True, slots=True)
class CardDiff:
    """What merging a card gives.

    `values` are those to set, before and after. `record` is the text that the record is to have,
    None if the one on the card will do.
    """

    values: dict[str, tuple[BoardValue, BoardValue]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    drifted: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    drift: tuple[FieldNote, ...] = ()
    conflicts: tuple[FieldNote, ...] = ()
    accepted: tuple[FieldNote, ...] = ()
    record: str | None = None


class _Merge(Merge):
    """The merge of a card over the base in its record."""

    def __init__(
        self,
        item: DesiredItem,
        ref: str | None,
        card: BoardItem | None,
        desired: DesiredCard,
        options: PlanOptions,
        issue_status: IssueStatus,
    ) -> None:
        super().__init__(item, ref, options)
        self.issue_status = issue_status
        self.card, self.desired = card, desired
        self.base = record.decode(card) or {}
        self.unread = {
            name: values
            for name, values in record.written(card).items()
            if name in desired.values or (name in desired.kept and not self._moves(name))
        }
        self.values: dict[str, tuple[BoardValue, BoardValue]] = {}
        self.new = {name: self.base[name] for name in desired.kept if name in self.base}
        self.new |= desired.entries
        self.moved = any(map(self._moves, desired.entries))
        for name, value in desired.noted.items():
            if name not in self.base:
                self.new[name] = record.entry(value)
                self.moved = True

    def _moves(self, name: str) -> bool:
        """Return whether the entry of a private issue field is not what is on record."""
        entries = self.desired.entries
        return name in entries and (
            name not in self.base
            or record.base_of(self.base[name]) != record.base_of(entries[name])
        )

    def value(self, name: str, value: BoardValue, owner: Owner) -> None:
        """Merge one value."""
        before = record.comparable(self.card.values.get(name) if self.card else None)
        after = record.comparable(value)
        base = record.base_of(self.base[name]) if name in self.base else None
        if owner is Owner.GITHUB and self._reads(name, after):
            base, self.moved = record.base_of(record.entry(after)), True
            self.base = {**self.base, name: record.entry(after)}
        is_relative = name in self.desired.relative and before != after
        if is_relative and base not in (None, hash_value(before), hash_value(after)):
            # Nobody edited the file, only time passed: what people chose is not a conflict.
            base = record.base_of(record.entry(after))
        merged = self._merged(name, owner, after, before, base)
        contested = name == STATUS and self.issue_status.contested
        merged = self.decide(name, merged, before, contested=contested)
        if merged.write or merged.verdict is Verdict.CONVERGED:
            self.unread.pop(name, None)
        if merged.write:
            self.values[name] = before, after
        # For a closed issue the file says that, whatever the board says; a conflict is reported
        # once, of the half that both sides changed.
        quiet = name == STATUS and not merged.write and merged.verdict is Verdict.DRIFT
        if not (quiet and (self.issue_status.closed or self.issue_status.contested)):
            self.report(name, merged, after, before)
        if merged.write or merged.verdict in (Verdict.CONVERGED, Verdict.IN_SYNC):
            self.new[name] = record.entry(after)
            # What both sides say for the first time is where the file's next change starts from.
            agreed = owner is Owner.GITHUB and name not in self.base and after is not None
            self.moved |= merged.write or merged.verdict is Verdict.CONVERGED or agreed
        elif name in self.base:
            self.new[name] = self.base[name]
        else:
            # With nothing on record, what the file says is where its next change starts from.
            self.new[name] = record.entry(after)
            self.moved = True

    def members(self, name: str, desired: tuple[str, ...], owner: Owner) -> None:
        """Merge a field with several options, option by option."""
        observed = members_of_value(self.card.values.get(name) if self.card else None)
        known = (*desired, *observed)
        base = record.members(self.base.get(name), known)
        written = record.written_members(self.unread, name, known)
        diff = self.merge_members(
            name, owner, base=base, desired=desired, observed=observed, written=written
        )
        if diff.write:
            # GitHub has no empty list of options: what has none is empty.
            self.values[name] = observed or None, diff.after or None
        names = fold_set(desired)
        unread = {m: has for m, has in written.items() if (fold(m) in names) != has}
        self.unread[name] = record.unread_entries(unread)
        self.new[name] = record.entry(diff.base)
        is_news = fold_set(base).keys() != names.keys()
        self.moved |= diff.write or is_news or unread.keys() != written.keys()

    def _reads(self, name: str, after: BoardValue) -> bool:
        """Return whether the file contains what a run wrote, which is not its own change."""
        was_written = record.was_written(self.unread, name, after) or (
            name == STATUS and self.issue_status.reopened
        )
        if was_written:
            self.unread.pop(name, None)
        return was_written

    def _merged(
        self, name: str, owner: Owner, after: JsonValue, before: JsonValue, base: str | None
    ) -> AtomDiff:
        stands_at_start = before in (None, self.desired.start.get(name))
        if base is None and after not in (None, before) and stands_at_start:
            # Nothing that people did could be lost: the card stands where every card starts.
            declared = any(fold(name) == fold(declared_name) for declared_name in self.item.board)
            reason = "declared in the file" if declared else "a new card"
            return AtomDiff(Verdict.PUSH, after, write=True, reason=reason)
        return merge_atom(
            owner=owner,
            base=base,
            desired=after,
            observed=before,
            on_conflict=self.options.on_conflict,
        )

    def evidence(
        self, evidence: Evidence | None, status: str, order: Sequence[str], *, ours: bool
    ) -> None:
        """Move the `status` forward to what pull requests mean, once for the same evidence.

        `order` are the options in their order. What the file changes now, and what people moved
        since the record, stays; so does what is done. Without the right to set it (`ours`),
        nothing is set.
        """
        known = str(self.base.get(record.PULL) or "")
        if known:
            self.new[record.PULL] = known
        conflict = any(note.name == status for note in self.conflicts)
        if evidence is None or not ours or conflict or self.issue_status.closed:
            return
        signature, _, last = known.partition(" ")
        if signature == evidence.signature:
            return
        before = record.comparable(self.card.values.get(status) if self.card else None)
        start = self.desired.start.get(status)
        pushed = status in self.values and (self.card is not None or self._declares(status))
        untouched = before in (None, start, self.desired.values.get(status), last) or (
            status in self.base
            and record.base_of(self.base[status]) == normalize.hash_value(before)
        )
        ranks = {fold(name): rank for rank, name in enumerate(order)}
        now = -1 if before is None else ranks.get(fold(str(before)), len(order))
        is_done = before is not None and fold(str(before)) == "done"
        if untouched and not pushed and not is_done and ranks[fold(evidence.status)] > now:
            last = evidence.status
            self.values[status] = before, last
            self.reasons[status] = evidence.reason
            if status not in self.new and start is not None:
                self.new[status] = record.entry(start if before is None else before)
        self.new[record.PULL] = f"{evidence.signature} {last}".strip()
        self.moved = True

    def _declares(self, name: str) -> bool:
        return any(fold(name) == fold(declared) for declared in self.item.board)

    def finish(self) -> CardDiff:
        """Return the result, with the record that follows it."""
        values = self.card.values if self.card else {}
        dropped = set(self.base) - set(self.new)
        # If nothing is left on the board, there is nothing to report.
        left_on_board = [
            name for name in dropped if record.comparable(values.get(name)) is not None
        ]
        text = record.encode(self.new, self.unread)
        record_text = self.card.values.get(record.NAME) if self.card else None
        moved = (self.moved or dropped) and text != record_text and (self.new or record_text)
        return CardDiff(
            values=self.values,
            reasons=self.reasons,
            drifted=tuple(self.drifted),
            forgotten=tuple(sorted(left_on_board)),
            drift=tuple(self.drift),
            conflicts=tuple(self.conflicts),
            accepted=tuple(self.accepted),
            record=text if moved else None,
        )


def diff_card(
    item: DesiredItem,
    ref: str | None,
    card: BoardItem | None,
    desired: DesiredCard,
    *,
    ownership: Mapping[str, str],
    options: PlanOptions,
    issue_status: IssueStatus = NO_ISSUE,
    evidence: Evidence | None = None,
    status: str = STATUS,
    order: Sequence[str] = (),
) -> CardDiff:
    """Merge every value of one card: base from its record, desired from the file, observed.

    `evidence` is what pull requests mean for the field `status`, whose options are in `order`.
    """
    if evidence is None and _agrees(card, desired, issue_status):
        return CardDiff()
    merge = _Merge(item, ref, card, desired, options, issue_status)
    for name, value in desired.values.items():
        owner = owner_of(name, ownership)
        if isinstance(value, tuple):
            merge.members(name, value, owner)
        else:
            merge.value(name, value, owner)
    ours = owner_of(STATUS, ownership) is Owner.GITHUB or status not in desired.values
    merge.evidence(evidence, status, order, ours=ours)
    return merge.finish()


def _agrees(card: BoardItem | None, desired: DesiredCard, issue_status: IssueStatus) -> bool:
    """Return whether file, card and record agree in everything, so that a merge finds nothing.

    Those of most items do, and merging takes several times as long.
    """
    base = record.decode(card)
    if card is None or not base or record.written(card) or desired.entries or issue_status.reopened:
        return False
    if desired.noted.keys() - base.keys() or base.keys() - desired.values.keys() - desired.kept:
        return False
    for name, value in desired.values.items():
        after = record.comparable(value)
        if isinstance(value, tuple) or after != record.comparable(card.values.get(name)):
            return False
        if name not in base or base[name] != record.entry(after):
            return False
    return True


def names_same_status(item: DesiredItem, card: BoardItem | None) -> bool:
    """Return whether the file and the card name the same status."""
    file_status = _file_status(item)
    card_status = record.comparable(card.values.get(STATUS) if card else None)
    return (
        file_status is not None
        and card_status is not None
        and fold(str(file_status)) == fold(str(card_status))
    )


def names_written_status(item: DesiredItem, card: BoardItem | None) -> bool:
    """Return whether a run wrote the file's status, and no sync has read it yet."""
    file_status = _file_status(item)
    return file_status is not None and record.was_written(record.written(card), STATUS, file_status)


def file_status_moved(item: DesiredItem, card: BoardItem | None) -> bool:
    """Return whether the file came to a status after the card: on record is another one."""
    base = (record.decode(card) or {}).get(STATUS)
    file_status = record.comparable(_file_status(item))
    return base is not None and record.base_of(base) != record.base_of(record.entry(file_status))


def _file_status(item: DesiredItem) -> BoardValue:
    return next((v for name, v in item.board.items() if fold(name) == fold(STATUS)), None)
