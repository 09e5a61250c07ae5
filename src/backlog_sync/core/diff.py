"""Compare one item with its issue: what to change, what to report, and the new base."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize, ticks, written_back
from backlog_sync.core import record as card_record
from backlog_sync.core.body import SplitBody
from backlog_sync.core.card import file_status_moved, names_same_status, names_written_status
from backlog_sync.core.changes import FieldChange, JsonValue
from backlog_sync.core.definition_base import Definitions
from backlog_sync.core.fields import ATOMS, ISSUE_SETS, SETS, Owner, compared, owner_of
from backlog_sync.core.issue_fields import (
    NO_FIELDS,
    FieldTarget,
    members_of,
    on_card,
    plain,
    private_entry,
    recorded,
    recorded_members,
    value_of,
    was_written,
)
from backlog_sync.core.issue_index import adopted_nonce
from backlog_sync.core.marker import Base, Marker, Written
from backlog_sync.core.matching import Match
from backlog_sync.core.merge import TAKEN_AWAY, AtomDiff, Merge, SetDiff, merge_atom, merge_block
from backlog_sync.core.model import BoardValue, DesiredItem, Settings
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import FieldNote, Verdict
from backlog_sync.core.relations import REMOVED_BLOCKERS, names_in
from backlog_sync.core.states import OPEN, REOPENED, desired_state, is_closed, observed_state
from backlog_sync.core.unknown_words import is_open_again
from backlog_sync.dataclass import dataclass

STATE = "state"


@dataclass(frozen=True, slots=True)
class Target:
    """The target state of an item on GitHub, in GitHub's own vocabulary; declared fields only.

    `parent` and `blocked_by` name items by key and other issues as `owner/repo#n`. `kept` are
    fields that cannot be resolved now: they and their base stay unchanged. `order` is what is
    recorded of the items below it; `source` is the hash of the body's text in the file. `fields`
    are the organization's issue fields.
    """

    atoms: Mapping[str, JsonValue]
    sets: Mapping[str, tuple[str, ...]]
    lines: tuple[str, ...]
    kept: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    source: str = ""
    fields: FieldTarget = NO_FIELDS

    @property
    def ticks(self) -> dict[str, bool]:
        """Every check box by its key, as in the file."""
        return body_block.boxes(self.lines)


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """The result for one item.

    `fields` are changes of the issue itself (except its state, which is `state`); `parent` and
    `blocked_by` (blockers to add, to remove) are links; `taken` are the blockers to add that people
    removed on GitHub. `body` is the complete body to write, None if the current one is identical.
    `private` are entries for the card's record, which the marker must not have. `waiting` are board
    fields whose value has yet to move to an issue field.
    """

    fields: Mapping[str, FieldChange] = field(default_factory=dict)
    state: FieldChange | None = None
    parent: FieldChange | None = None
    blocked_by: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    taken: tuple[str, ...] = ()
    body: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    drifted: tuple[str, ...] = ()
    drift: tuple[FieldNote, ...] = ()
    conflicts: tuple[FieldNote, ...] = ()
    accepted: tuple[FieldNote, ...] = ()
    forgotten: tuple[str, ...] = ()
    private: Mapping[str, BoardValue] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()


def target_of(
    item: DesiredItem,
    settings: Settings,
    *,
    source: str,
    resolved: Mapping[str, JsonValue],
    kept: frozenset[str] = frozenset(),
    order: tuple[str, ...] = (),
    fields: FieldTarget = NO_FIELDS,
) -> Target:
    """Return the target state of an item on GitHub.

    `source` is the file's path in the repository; `resolved` contains what depends on the
    observation: parent, blockers and assignees (without those that are unavailable), and the issue
    type.
    """
    block = item.block
    atoms: dict[str, JsonValue] = {
        row.name: compared(row, item.fields[row.name]) for row in ATOMS if row.name in item.fields
    }
    state = item.fields.get(STATE)
    if isinstance(state, str):
        atoms[STATE] = state
    atoms |= {name: resolved[name] for name in ("issue_type", "parent") if name in resolved}
    sets: dict[str, tuple[str, ...]] = {}
    labels = item.fields.get("labels")
    if isinstance(labels, tuple):
        sets["labels"] = _distinct(str(label) for label in labels)
    for row in SETS:
        members = resolved.get(row.name)
        if isinstance(members, list):
            sets[row.name] = _distinct(members)
    return Target(
        atoms=atoms,
        sets=sets,
        lines=body_block.render(block, source=source, mentions=settings.mentions),
        kept=kept,
        order=order,
        source=body_block.source_hash(block, source=source, mentions=settings.mentions),
        fields=fields,
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(normalize.fold_set(names).values()))


def base_of(
    target: Target, *, pending: tuple[str, ...] = (), record: Definitions | None = None
) -> Base:
    """Return the base of an issue that matches a target completely."""
    public = {n: v for n, v in target.fields.atoms.items() if n not in target.fields.private}
    atoms = {STATE: OPEN, **target.atoms, **public}
    atoms[STATE] = desired_state(atoms[STATE])
    hashes = {name: normalize.hash_value(value) for name, value in atoms.items()}
    options = {n: m for n, m in target.fields.sets.items() if n not in target.fields.private}
    return Base(
        hashes={**hashes, body_block.SOURCE: target.source},
        sets={name: members for name, members in {**target.sets, **options}.items() if members},
        lines=body_block.line_hashes(target.lines),
        ticks=target.ticks,
        pending=pending,
        order=target.order,
        definitions=record or {},
    )


def private_entries(fields: FieldTarget) -> dict[str, BoardValue]:
    """Return what a card's record is to hold of a new issue's private fields."""
    if not fields.private:
        return {}
    atoms = {name: card_record.entry(plain(value)) for name, value in fields.atoms.items()}
    options = {n: card_record.entry(tuple(sorted(m))) for n, m in fields.sets.items() if m}
    return {
        private_entry(name): entry
        for name, entry in {**atoms, **options}.items()
        if name in fields.private
    }


class _Merge(Merge):
    """The merge of an issue over the base in its marker."""

    def __init__(self, item: DesiredItem, match: Match, base: Base, options: PlanOptions) -> None:
        super().__init__(item, match.ref, options)
        self.issue, self.base = match.issue, base
        self.is_trusted, self.adopts = match.is_trusted, match.adopt
        self.contested = False
        self.fields: dict[str, FieldChange] = {}
        self.hashes = {STATE: base.hashes[STATE]} if STATE in base.hashes else {}
        self.sets: dict[str, tuple[str, ...]] = {}
        self.written = written_back.Unread(base.written)
        self.pending = set(base.pending)
        self.converged = False
        self.caught_up = False
        self.private: dict[str, BoardValue] = {}
        self.waiting: list[str] = []

    def atom(self, name: str, owner: Owner, desired: JsonValue, observed: JsonValue) -> None:
        """Merge one atomic field; without a trusted record no state is set."""
        if name == STATE and not self.is_trusted:
            owner = Owner.GITHUB
        base = self.base.hashes.get(name)
        desired_hash = normalize.hash_value(desired)
        was_read = owner is Owner.GITHUB and self.written.reads(name, desired_hash)
        if was_read or (name == STATE and base != desired_hash and self._is_from_card(desired)):
            base, self.converged = desired_hash, True
        diff = merge_atom(
            owner=owner,
            base=base,
            desired=desired,
            observed=observed,
            pending=self._pending(name),
            on_conflict=self.options.on_conflict,
        )
        contested = name == STATE and self.contested
        diff = self.decide(name, diff, observed, contested=contested)
        self.converged |= diff.verdict is Verdict.CONVERGED
        # What is in dispute is reported once, of the half that both sides changed.
        if not (contested and diff.verdict is Verdict.DRIFT):
            untrusted = "" if self.is_trusted or base is not None else UNTRUSTED
            self.report(name, diff, desired, observed, untrusted)
        if diff.write:
            self.fields[name] = FieldChange(observed, diff.after)
        if diff.write or diff.verdict is Verdict.CONVERGED:
            self.written.drop(name)
        if diff.write or diff.verdict in (Verdict.CONVERGED, Verdict.IN_SYNC):
            self.hashes[name] = normalize.hash_value(diff.after)
            self.pending.discard(name)
        elif base is not None:
            self.hashes[name] = base

    def issue_field(
        self, name: str, owner: Owner, desired: JsonValue, observed: JsonValue, fields: FieldTarget
    ) -> None:
        """Merge one issue field with a single value.

        The base of a private one is on the card. Before a field was ever applied, nothing that
        people set is overwritten, and a value of the board's own field moves to the issue.
        """
        card, private = self.issue.card, name in fields.private
        base = self.base.hashes.get(name)
        if private:
            base = recorded(card, private_entry(name)) or base
            if owner is Owner.GITHUB and was_written(card, name, desired):
                base = normalize.hash_value(desired)
        elif owner is Owner.GITHUB and self.written.reads(name, normalize.hash_value(desired)):
            base, self.converged = normalize.hash_value(desired), True
        kept = base
        if base is None and (observed is None or not self.adopts):
            diff, kept = self._first_value(name, owner, desired, observed, fields)
        else:
            on_conflict = self.options.on_conflict
            diff = merge_atom(
                owner=owner, base=base, desired=desired, observed=observed, on_conflict=on_conflict
            )
        diff = self.decide(name, diff, observed, contested=False)
        self.report(name, diff, desired, observed)
        if diff.write:
            self.fields[name] = FieldChange(observed, diff.after)
        if diff.write or diff.verdict is Verdict.CONVERGED:
            self.written.drop(name)
        agreed = diff.verdict in (Verdict.CONVERGED, Verdict.IN_SYNC)
        new = normalize.hash_value(diff.after) if agreed or diff.write else base
        if diff.write and diff.after != desired:
            new = kept  # what the board showed: the file has yet to follow
        self.converged |= not private and self.is_trusted and agreed and new != base
        if private and new is not None:
            value = desired if new == normalize.hash_value(desired) else diff.after
            entry = card_record.entry(plain(value))
            old = (card_record.decode(card) or {}).get(private_entry(name), entry)
            self.private[private_entry(name)] = entry if agreed or diff.write else old
        elif not private and new is not None:
            self.hashes[name] = new

    def _first_value(
        self, name: str, owner: Owner, desired: JsonValue, observed: JsonValue, fields: FieldTarget
    ) -> tuple[AtomDiff, str | None]:
        """Merge a field that was never applied; return the base of the board's own field, too."""
        on_conflict = self.options.on_conflict
        if desired == observed:
            return AtomDiff(Verdict.IN_SYNC, observed, write=False, reason="both sides agree"), None
        if observed is not None:
            if owner is Owner.GITHUB or on_conflict is Owner.FILE:
                merged = merge_atom(owner=owner, base=None, desired=desired, observed=observed)
                return merged, None
            accepted = on_conflict is Owner.GITHUB
            reason = PRIVATE if name in fields.private else UNRECORDED_VALUE
            held = AtomDiff(Verdict.CONFLICT, observed, write=False, reason=reason)
            return replace(held, accepted=accepted), None
        board_field = fields.board.get(name, name)
        former = recorded(self.issue.card, board_field)
        shown = on_card(self.issue.card, board_field)
        if shown is None or shown == desired:
            reason = MOVED if shown is not None else "declared in the file"
            return AtomDiff(Verdict.PUSH, desired, write=True, reason=reason), None
        merged = merge_atom(owner=owner, base=former, desired=desired, observed=shown)
        file_moved = former is not None and merged.verdict is Verdict.PUSH
        if file_moved or on_conflict is Owner.FILE:
            return AtomDiff(Verdict.PUSH, desired, write=True, reason=MOVED), None
        if owner is Owner.GITHUB or on_conflict is Owner.GITHUB:
            # The last word on the board moves, and the file follows it as it would have.
            accepted = on_conflict is Owner.GITHUB
            self.note(name, Verdict.DRIFT, MOVED, desired, shown, accepted=accepted)
            return AtomDiff(Verdict.PUSH, shown, write=True, reason=MOVED), former
        self.waiting.append(board_field)
        reason = f"the board shows {shown!r}; --on-conflict decides which value moves to the issue"
        return AtomDiff(Verdict.CONFLICT, observed, write=False, reason=reason), None

    def issue_options(
        self, name: str, owner: Owner, desired: tuple[str, ...], fields: FieldTarget
    ) -> None:
        """Merge an issue field with several options, member by member."""
        observed = members_of(self.issue, name)
        if name not in fields.private:
            self.members(name, owner, desired, observed)
            return
        card, known = self.issue.card, (*desired, *observed)
        base = recorded_members(card, name, known)
        diff = self.merge_members(
            name,
            # Without a base nothing is ever removed, and what was taken away is not known.
            Owner.FILE if base is None else owner,
            base=base or (),
            desired=desired,
            observed=observed,
            written=card_record.written_members(
                card_record.written(card), private_entry(name), known
            ),
        )
        self._set_members(name, diff, observed)
        if base is not None or diff.base:
            self.private[private_entry(name)] = card_record.entry(diff.base)

    def _is_from_card(self, state: JsonValue) -> bool:
        """Return whether a run wrote the file's word for a closed issue, from the board."""
        return is_closed(state) and names_written_status(self.item, self.issue.card)

    def _pending(self, name: str) -> bool:
        """Return whether a field may never have been set; a reopened issue had been closed."""
        if name == STATE and self.issue.state_reason == "reopened":
            return False
        return name in self.base.pending

    def members(
        self,
        name: str,
        owner: Owner,
        desired: tuple[str, ...],
        observed: tuple[str, ...],
        removed: Iterable[str] = (),
    ) -> SetDiff:
        """Merge a set, of which people `removed` some members for certain."""
        pending = name in self.base.pending
        base = self.base.sets.get(name, ())
        if owner is Owner.GITHUB and not self.is_trusted and not self.adopts:
            base = desired  # it is unknown whether people removed a member
        diff = self.merge_members(
            name,
            owner,
            base=base,
            desired=desired,
            observed=observed,
            written=self.base.written.sets.get(name, {}),
            pending=pending,
            removed=removed,
            taken_reason=TAKEN_AWAY if self.is_trusted else UNTRUSTED,
        )
        self._set_members(name, diff, observed)
        if diff.base:
            self.sets[name] = diff.base
        self.written.members(name, desired)
        # What is added is there before the body is written, else the body does not claim it.
        self.pending.discard(name)
        self.caught_up |= pending and bool(diff.add)
        return diff

    def _set_members(self, name: str, diff: SetDiff, observed: tuple[str, ...]) -> None:
        """Change a set as its merge says."""
        if diff.write:
            before = sorted(observed, key=str.casefold)
            self.fields[name] = FieldChange(list(before), list(diff.after))


MOVED = "moves from the board to the issue"
UNRECORDED_VALUE = (
    "GitHub has another value, and it is not on record that this backlog set it; --on-conflict"
    " decides"
)
PRIVATE = (
    "only members of the organization see this field, so that a public issue keeps no record of it;"
    " --on-conflict decides, and a board or a field that everybody sees keeps one"
)
UNTRUSTED = "not set: the record in this issue is not trusted (see the warnings)"


def diff_item(
    item: DesiredItem,
    match: Match,
    target: Target,
    observed: Mapping[str, JsonValue],
    settings: Settings,
    backlog_id: str,
    options: PlanOptions = PLAIN,
    *,
    record: Definitions | None = None,
    record_moved: bool = False,
    contested: bool = False,
) -> ItemDiff:
    """Compare one item with its issue; `observed` are its links, from `Links.observed_links`.

    A state that is `contested` is not set, as `one_word` has it.

    `record` is that of the repository's definitions, for the issue that carries it; if it `moved`,
    it is written even if nothing else changes.
    """
    issue, parts = match.issue, match.parts
    if not record_moved and _agrees(item, match, target, observed, backlog_id):
        return ItemDiff()
    marker = parts.marker or Marker(backlog_id, item.key, nonce=adopted_nonce(issue))
    merge = _Merge(item, match, marker.base, options)
    merge.contested = contested
    current_state = observed_state(issue)
    file_state = desired_state(target.atoms.get(STATE, current_state), current_state)
    # With nothing on record, what the file says now is where its next change starts from.
    merge.hashes.setdefault(STATE, normalize.hash_value(file_state))
    if is_open_again(item, issue, marker.base):
        merge.hashes[STATE], merge.converged = normalize.hash_value(current_state), True
    ownership = settings.ownership
    fields = target.fields
    observed_values: dict[str, JsonValue] = {
        **{name: value_of(issue, name) for name in issue.field_values},
        **{row.name: compared(row, getattr(issue, row.name)) for row in ATOMS},
        STATE: current_state,
        "parent": observed.get("parent"),
    }
    for name, value in target.atoms.items():
        desired = file_state if name == STATE else value
        if name == STATE and _is_done_by_card(merge, desired):
            continue
        merge.atom(
            name,
            owner_of(name, ownership),
            desired,
            _same_case(desired, observed_values[name], name),
        )
    for name in ISSUE_SETS:
        if name in target.sets:
            merge.members(name, owner_of(name, ownership), target.sets[name], getattr(issue, name))
    for name, declared in fields.atoms.items():
        owner = owner_of(name, ownership)
        merge.issue_field(name, owner, declared, value_of(issue, name), fields)
    for name, options_wanted in fields.sets.items():
        merge.issue_options(name, owner_of(name, ownership), options_wanted, fields)
    blockers = SetDiff((), (), (), (), ())
    if "blocked_by" in target.sets:
        owner = owner_of("blocked_by", ownership)
        blockers = merge.members(
            "blocked_by",
            owner,
            target.sets["blocked_by"],
            names_in(observed, "blocked_by"),
            names_in(observed, REMOVED_BLOCKERS),
        )
        merge.fields.pop("blocked_by", None)
    block = _merge_body(merge, parts, target, owner_of("body", ownership))
    kept = target.kept | (fields.kept - fields.private)
    for name in kept & set(marker.base.hashes):
        merge.hashes[name] = marker.base.hashes[name]
    for name in kept & set(marker.base.sets):
        merge.sets[name] = marker.base.sets[name]
    dropped = (marker.base.hashes.keys() - merge.hashes.keys()) | (
        marker.base.sets.keys() - target.sets.keys() - fields.sets.keys()
    )
    forgotten = sorted(
        name
        for name in dropped - kept - fields.private - {body_block.SOURCE}
        if name not in observed_values or observed_values[name] is not None
    )
    if parts.marker is not None and parts.marker.key != item.key:
        merge.fields["key"] = FieldChange(parts.marker.key, item.key)
        merge.reasons["key"] = match.reason
    base = Base(
        lines=block.base.lines,
        ticks=block.base.ticks,
        hashes={**merge.hashes, **block.base.hashes},
        sets=merge.sets,
        pending=tuple(sorted(merge.pending)),
        order=target.order,
        definitions=record or {},
        written=merge.written.remaining(
            {STATE, body_block.SOURCE, *target.atoms, *target.sets, *kept}
            | ({*fields.atoms, *fields.sets} - fields.private),
            block.base.written.ticks,
        ),
        finish=marker.base.finish,
    )
    merge.caught_up |= record_moved
    new_parts = SplitBody(
        before=_before(parts, issue, adopt=match.adopt),
        after=block.after,
        lines=block.lines,
        marker=Marker(backlog_id, item.key, marker.nonce, base, match.generation),
    )
    body = _body_to_write(merge, match, marker, new_parts)
    return ItemDiff(
        fields={n: c for n, c in merge.fields.items() if n not in (STATE, "parent")},
        state=merge.fields.get(STATE),
        parent=merge.fields.get("parent"),
        blocked_by=(blockers.add, blockers.remove),
        taken=tuple(name for name in blockers.add if name in blockers.drifted),
        body=body,
        reasons=merge.reasons,
        drifted=tuple(merge.drifted),
        drift=tuple(merge.drift),
        conflicts=tuple(merge.conflicts),
        accepted=tuple(merge.accepted),
        forgotten=tuple(forgotten) if body is not None else (),
        private=merge.private,
        waiting=tuple(merge.waiting),
    )


def _agrees(
    item: DesiredItem,
    match: Match,
    target: Target,
    observed: Mapping[str, JsonValue],
    backlog_id: str,
) -> bool:
    """Return whether file, issue and base agree in everything, so that a merge finds nothing.

    Those of most items do, and merging takes several times as long.
    """
    issue, marker, fields = match.issue, match.parts.marker, target.fields
    if marker is None or not match.is_trusted or match.adopt:
        return False
    base, state = marker.base, observed_state(issue)
    if (marker.backlog, marker.key, marker.generation) != (backlog_id, item.key, match.generation):
        return False
    if base.written or fields.atoms or fields.sets or match.parts.lines != target.lines:
        return False
    values: dict[str, JsonValue] = {STATE: state, "parent": observed.get("parent")}
    values |= {row.name: compared(row, getattr(issue, row.name)) for row in ATOMS}
    atoms = {STATE: state, **target.atoms}
    if any(values[name] != value for name, value in atoms.items()):
        return False
    blockers = observed.get("blocked_by")
    for name, members in target.sets.items():
        there = getattr(issue, name) if name in ISSUE_SETS else blockers
        if not isinstance(there, list | tuple) or tuple(sorted(there)) != members:
            return False
    # What was pending is done, and the rest of a base is not about the item itself.
    agreed = base_of(target)
    return (agreed.hashes, agreed.sets, agreed.lines, agreed.ticks, agreed.order) == (
        base.hashes,
        base.sets,
        base.lines,
        base.ticks,
        base.order,
    )


def reopened_since_written(item: DesiredItem, match: Match | None) -> bool:
    """Return whether an issue was reopened after a run wrote the file's word for closed."""
    if match is None or not is_closed(item.fields.get(STATE)):
        return False
    base = match.parts.marker.base if match.parts.marker else Base()
    file_hash = normalize.hash_value(desired_state(str(item.fields[STATE]), OPEN))
    is_open = observed_state(match.issue) == OPEN
    return is_open and file_hash in base.written.atoms.get(STATE, ())


def _is_done_by_card(merge: _Merge, file_state: JsonValue) -> bool:
    """Return whether the file calls an open issue done only because of its status on the board.

    Somebody moved it on the board and the word was written back: that does not close the issue.
    """
    issue = merge.issue
    if not is_closed(file_state) or issue.state != "open":
        return False
    is_from_card = names_written_status(merge.item, issue.card)
    if not is_from_card and not names_same_status(merge.item, issue.card):
        return False
    state_hash = normalize.hash_value(file_state)
    if merge.base.hashes.get(STATE) != state_hash:
        is_authors_word = issue.state_reason == REOPENED or not file_status_moved(
            merge.item, issue.card
        )
        if is_authors_word and not is_from_card:
            return False
        merge.converged = True
    merge.converged |= merge.written.reads(STATE, state_hash)
    merge.hashes[STATE] = state_hash
    return True


def _base_ticks(
    desired: Mapping[str, bool], lines: tuple[str, ...], base: Mapping[str, bool]
) -> dict[str, bool]:
    """Return the boxes on which both sides agree now; for the others the base stays.

    If it were set to what people ticked on GitHub, the file, which does not have the tick yet,
    would look as if it had unticked the box.
    """
    ticks: dict[str, bool] = {}
    for key, done in body_block.boxes(lines).items():
        if desired.get(key) == done:
            ticks[key] = done
        elif key in base:
            ticks[key] = base[key]
    return ticks


def _body_to_write(merge: _Merge, match: Match, marker: Marker, new_parts: SplitBody) -> str | None:
    """Return the new body if it must be written; a base with only more details can wait."""
    assert new_parts.marker is not None
    old_base, new_base = marker.base, new_parts.marker.base
    if match.is_trusted:
        needed = bool(
            merge.converged
            or merge.caught_up
            or old_base.hashes.keys() - new_base.hashes.keys()
            or old_base.hashes.get(body_block.SOURCE)
            not in (None, new_base.hashes.get(body_block.SOURCE))
            or new_base.sets != old_base.sets
            or new_base.ticks != old_base.ticks
            or new_base.order != old_base.order
            or new_base.written != old_base.written
            or new_parts.marker.generation != marker.generation
        )
    else:
        # What is not trusted is not kept up to date either: its author may edit it every day.
        needed = False
    if not (needed or match.adopt or merge.fields or marker.backlog != new_parts.marker.backlog):
        return None
    before = match.parts if match.is_trusted else body_block.split(match.issue.body)
    return None if body_block.same_parts(new_parts, before) else body_block.join(new_parts)


def _before(parts: SplitBody, issue: ObservedIssue, *, adopt: bool) -> str:
    if adopt and issue.body:
        return f"{issue.body}\n\n"
    return parts.before


def _same_case(desired: JsonValue, observed: JsonValue, name: str) -> JsonValue:
    """Return the current type if it differs from the desired one only in case."""
    if name == "issue_type" and isinstance(desired, str) and isinstance(observed, str):
        return desired if normalize.fold(desired) == normalize.fold(observed) else observed
    return observed


@dataclass(frozen=True, slots=True)
class _Block:
    """The new block: its lines, the text after it, and what the base records of both."""

    lines: tuple[str, ...]
    after: str
    base: Base


def _merge_body(merge: _Merge, parts: SplitBody, target: Target, owner: Owner) -> _Block:
    """Merge the block and its boxes."""
    base = merge.base
    if owner is Owner.GITHUB and merge.written.reads(body_block.SOURCE, target.source):
        hashes = {**base.hashes, body_block.SOURCE: target.source}
        base = replace(base, hashes=hashes, lines=body_block.line_hashes(target.lines))
        merge.converged = True
    desired = body_block.as_applied(target.lines, parts.lines, base, target.source)
    merged = ticks.merge(desired, parts.lines, base)
    if not merge.is_trusted:
        standing = {key: merged.observed.get(key, done) for key, done in merged.merged.items()}
        merged = replace(merged, merged=standing)
    lines = body_block.with_ticks(desired, merged.merged)
    source = base.hashes.get(body_block.SOURCE)
    diff = merge_block(
        desired=desired,
        observed=parts.lines,
        base=base.lines,
        file_moved=None if source is None else source != target.source,
        owner=owner,
        on_conflict=merge.options.on_conflict,
    )
    if diff.verdict in (Verdict.CONFLICT, Verdict.DRIFT):
        shown_desired, shown_observed = _shown(lines), _shown(parts.lines)
        merge.note(
            "body", diff.verdict, diff.reason, shown_desired, shown_observed, accepted=diff.accepted
        )
        if diff.write:
            merge.drifted.append("body")
        else:
            kept_hashes = {body_block.SOURCE: source} if source is not None else {}
            return _Block(parts.lines, parts.after, replace(base, hashes=kept_hashes))
    after = parts.after
    if diff.moved_below:
        moved_lines = "\n".join(diff.moved_below)
        after = f"\n\n{moved_lines}\n{after}"
    merge.converged |= diff.verdict is Verdict.CONVERGED
    if diff.write or diff.verdict is Verdict.CONVERGED:
        merge.written.drop(body_block.SOURCE)
    pushed = [key for key, done in merged.merged.items() if merged.observed.get(key, done) != done]
    if diff.write or pushed:
        merge.fields["body"] = FieldChange(_shown(parts.lines), _shown(lines))
        merge.reasons["body"] = diff.reason if diff.write else "ticked in the file"
    return _Block(
        lines,
        after,
        Base(
            hashes={body_block.SOURCE: target.source},
            lines=body_block.line_hashes(lines),
            ticks=_base_ticks(body_block.boxes(desired), lines, merged.base),
            written=Written(ticks=_still_present(merged.written, lines)),
        ),
    )


def _still_present(written: Mapping[str, bool], lines: tuple[str, ...]) -> dict[str, bool]:
    """Return what is recorded of existing boxes: no other box can be ticked again."""
    present = body_block.boxes(lines)
    return {key: done for key, done in written.items() if key in present}


def _shown(lines: tuple[str, ...]) -> str:
    return "\n".join(lines)
