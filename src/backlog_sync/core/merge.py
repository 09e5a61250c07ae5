"""Three-way merge of one field: from base, desired and observed value to a verdict."""

from collections.abc import Iterable, Mapping

from backlog_sync.core.body import foreign_lines, line_hashes
from backlog_sync.core.changes import JsonValue
from backlog_sync.core.fields import Owner
from backlog_sync.core.model import DesiredItem
from backlog_sync.core.normalize import fold_set, hash_value
from backlog_sync.core.options import PlanOptions
from backlog_sync.core.plan import FieldNote, Verdict
from backlog_sync.core.written_back import followed
from backlog_sync.dataclass import dataclass

BOTH = "changed in the file and on GitHub"
FILE_WINS = f"{BOTH}; the file wins (--on-conflict file)"
TAKEN_AWAY = "taken away on GitHub"
GITHUB_WINS = f"{BOTH}; GitHub wins (--on-conflict github)"


@dataclass(frozen=True, slots=True)
class AtomDiff:
    """A merged atomic field; `write` means that `after` is written to GitHub.

    `accepted` means that GitHub's value is written into the file.
    """

    verdict: Verdict
    after: JsonValue
    write: bool
    reason: str
    accepted: bool = False


def merge_atom(
    *,
    owner: Owner,
    base: str | None,
    desired: JsonValue,
    observed: JsonValue,
    pending: bool = False,
    on_conflict: Owner | None = None,
) -> AtomDiff:
    """Merge one value. `base` is the hash of the last applied value, None if there is none.

    `pending` means that the base was intended but maybe never set: then it is set, whoever owns the
    field. `on_conflict` is the side that wins if both changed; None holds the field.
    """
    if desired == observed:
        moved = base is not None and base != hash_value(desired)
        verdict = Verdict.CONVERGED if moved else Verdict.IN_SYNC
        return AtomDiff(verdict, observed, write=False, reason="both sides agree")
    if pending:
        return AtomDiff(Verdict.PUSH, desired, write=True, reason="not set yet")
    if base is None:
        if owner is Owner.FILE:
            reason = "the file says so; nothing is on record"
            return AtomDiff(Verdict.PUSH, desired, write=True, reason=reason)
        return AtomDiff(Verdict.DRIFT, observed, write=False, reason="GitHub owns this field")
    if base == hash_value(observed):
        return AtomDiff(Verdict.PUSH, desired, write=True, reason="changed in the file")
    if base == hash_value(desired):
        if owner is Owner.FILE:
            return AtomDiff(Verdict.DRIFT, desired, write=True, reason="changed on GitHub")
        return AtomDiff(
            Verdict.DRIFT, observed, write=False, reason="changed on GitHub, which owns it"
        )
    if on_conflict is Owner.FILE:
        return AtomDiff(Verdict.PUSH, desired, write=True, reason=FILE_WINS)
    if on_conflict is Owner.GITHUB:
        return AtomDiff(Verdict.CONFLICT, observed, write=False, reason=GITHUB_WINS, accepted=True)
    return AtomDiff(Verdict.CONFLICT, observed, write=False, reason=BOTH)


class Merge:
    """Merges the fields of one item over a base, one after the other, and collects what follows.

    The base is that of an issue's marker or the record of a card. `reasons` are those of the
    fields to write, `drifted` those of them that restore what was there.
    """

    def __init__(self, item: DesiredItem, ref: str | None, options: PlanOptions) -> None:
        self.item, self.ref, self.options = item, ref, options
        self.reasons: dict[str, str] = {}
        self.drifted: list[str] = []
        self.drift: list[FieldNote] = []
        self.conflicts: list[FieldNote] = []
        self.accepted: list[FieldNote] = []

    def decide(
        self, name: str, diff: AtomDiff, observed: JsonValue, *, contested: bool
    ) -> AtomDiff:
        """Return what becomes of a merged field; one that is contested is not pushed."""
        if contested and diff.verdict is Verdict.PUSH:
            return AtomDiff(Verdict.CONFLICT, observed, write=False, reason=BOTH)
        if diff.write:
            self.reasons[name] = diff.reason
            if diff.verdict is Verdict.DRIFT:
                self.drifted.append(name)
        return diff

    def merge_members(
        self,
        name: str,
        owner: Owner,
        *,
        base: Iterable[str],
        desired: tuple[str, ...],
        observed: tuple[str, ...],
        written: Mapping[str, bool],
        pending: bool = False,
        removed: Iterable[str] = (),
        taken_reason: str = TAKEN_AWAY,
    ) -> "SetDiff":
        """Merge a set and note what people took away; `written` is what a run wrote to the file.

        It is the merge of labels and assignees, and of fields with several options.
        """
        if owner is Owner.GITHUB:
            base = followed(base, desired, written)
        diff = merge_set(
            owner=owner,
            base=base,
            desired=desired,
            observed=observed,
            pending=pending,
            removed=removed,
        )
        if diff.drifted:
            before = sorted(observed, key=str.casefold)
            self.note(name, Verdict.DRIFT, taken_reason, list(desired), before)
            if owner is Owner.FILE:
                self.drifted.append(name)
        if diff.write:
            self.reasons[name] = _why(diff, pending=pending)
        return diff

    def report(
        self, name: str, diff: AtomDiff, desired: JsonValue, observed: JsonValue, reason: str = ""
    ) -> None:
        """Note that a merged field drifted or is in conflict, if it is."""
        if diff.verdict in (Verdict.DRIFT, Verdict.CONFLICT):
            why = reason or diff.reason
            self.note(name, diff.verdict, why, desired, observed, accepted=diff.accepted)

    def note(
        self,
        name: str,
        verdict: Verdict,
        reason: str,
        desired: JsonValue,
        observed: JsonValue,
        *,
        accepted: bool = False,
    ) -> None:
        """Note drift or a conflict, or one that GitHub won (`accepted`)."""
        field_note = FieldNote(
            key=self.item.key,
            title=self.item.title,
            name=name,
            verdict=verdict,
            reason=reason,
            ref=self.ref,
            desired=desired,
            observed=observed,
        )
        if accepted:
            self.accepted.append(field_note)
        else:
            (self.drift if verdict is Verdict.DRIFT else self.conflicts).append(field_note)


@dataclass(frozen=True, slots=True)
class SetDiff:
    """A merged set: members to add and to remove, members that people removed, and the result."""

    add: tuple[str, ...]
    remove: tuple[str, ...]
    drifted: tuple[str, ...]
    after: tuple[str, ...]
    base: tuple[str, ...]

    @property
    def write(self) -> bool:
        """Whether anything is written to GitHub."""
        return bool(self.add or self.remove)


def _why(diff: SetDiff, *, pending: bool) -> str:
    """Return why a set is changed: because people removed members, or because the file says so."""
    restored = set(diff.add) & set(diff.drifted)
    added = set(diff.add) - restored
    reasons = [TAKEN_AWAY] if restored else []
    if pending and added:
        reasons.append("not set yet")
    elif added or diff.remove:
        reasons.append("changed in the file")
    return "; ".join(reasons)


def merge_set(
    *,
    owner: Owner,
    base: Iterable[str],
    desired: Iterable[str],
    observed: Iterable[str],
    pending: bool = False,
    removed: Iterable[str] = (),
) -> SetDiff:
    """Merge a set of names, ignoring case.

    Declared members are enforced, members that we applied and the file removed are removed, all
    others stay. If GitHub is the owner, members that people removed stay removed.

    `pending` means that the base names members that may never have been added. Of those that are
    absent, people took away only the ones that GitHub reports as `removed`.
    """
    base_members, desired_members, observed_members = (
        fold_set(base),
        fold_set(desired),
        fold_set(observed),
    )
    known_removed = fold_set(removed)
    if base_members.keys() == desired_members.keys() == observed_members.keys():
        stands = tuple(sorted(observed_members.values(), key=str.casefold))
        return SetDiff((), (), (), stands, tuple(sorted(desired_members.values())))
    taken = [
        n
        for n in desired_members
        if n in base_members and n not in observed_members and (not pending or n in known_removed)
    ]
    add = [
        n
        for n in desired_members
        if n not in observed_members and not (owner is Owner.GITHUB and n in taken)
    ]
    remove = [n for n in base_members if n not in desired_members and n in observed_members]
    after = [observed_members[n] for n in observed_members if n not in remove] + [
        desired_members[n] for n in add
    ]
    return SetDiff(
        add=tuple(desired_members[n] for n in add),
        remove=tuple(observed_members[n] for n in remove),
        drifted=tuple(desired_members[n] for n in taken),
        after=tuple(sorted(after, key=str.casefold)),
        base=tuple(sorted(desired_members.values())),
    )


def merge_ticks(
    desired: Mapping[str, bool],
    observed: Mapping[str, bool],
    base: Mapping[str, bool],
    written: Mapping[str, bool],
) -> dict[str, bool]:
    """Merge check boxes, each by the hash of its text.

    The side that differs from the base wins, and what a run wrote into the file is not a change;
    without a base, a tick on either side counts, so that no progress is lost.
    """
    merged: dict[str, bool] = {}
    for key, desired_tick in desired.items():
        observed_tick, base_tick = observed.get(key), base.get(key)
        if observed_tick is None:
            merged[key] = desired_tick
        elif written.get(key) == desired_tick:
            merged[key] = observed_tick
        elif base_tick is None:
            merged[key] = desired_tick or observed_tick
        elif desired_tick != base_tick:
            merged[key] = desired_tick
        else:
            merged[key] = observed_tick
    return merged


@dataclass(frozen=True, slots=True)
class BlockDiff:
    """A merged managed block: its verdict, and lines of people that move below it.

    `accepted` means that GitHub's text is written into the file.
    """

    verdict: Verdict
    write: bool
    moved_below: tuple[str, ...]
    reason: str
    accepted: bool = False


def merge_block(
    *,
    desired: tuple[str, ...],
    observed: tuple[str, ...],
    base: tuple[str, ...],
    file_moved: bool | None = None,
    owner: Owner = Owner.FILE,
    on_conflict: Owner | None = None,
) -> BlockDiff:
    """Merge the text of the block, boxes counted as unticked; `base` are the applied hashes.

    `file_moved` is whether the file's own text changed, if that is known; else it is derived from
    the lines.
    """
    desired_hashes, observed_hashes = line_hashes(desired), line_hashes(observed)
    if desired_hashes == observed_hashes:
        verdict = Verdict.CONVERGED if base and base != desired_hashes else Verdict.IN_SYNC
        return BlockDiff(verdict, write=False, moved_below=(), reason="both sides agree")
    if base and base == observed_hashes:
        return BlockDiff(Verdict.PUSH, write=True, moved_below=(), reason="changed in the file")
    people = foreign_lines(observed, desired, base)
    if not base:
        return BlockDiff(
            Verdict.PUSH, write=True, moved_below=people, reason="nothing is on record"
        )
    if not (base != desired_hashes if file_moved is None else file_moved):
        if owner is Owner.GITHUB:
            reason = "changed on GitHub, which owns it"
            return BlockDiff(Verdict.DRIFT, write=False, moved_below=(), reason=reason)
        reason = "changed on GitHub"
        return BlockDiff(Verdict.DRIFT, write=True, moved_below=people, reason=reason)
    if not _lost(observed_hashes, base):
        # People only added lines: none of our lines is in dispute, whatever the file changed.
        reason = "changed in the file"
        return BlockDiff(Verdict.PUSH, write=True, moved_below=people, reason=reason)
    if on_conflict is Owner.FILE:
        return BlockDiff(Verdict.PUSH, write=True, moved_below=people, reason=FILE_WINS)
    if on_conflict is Owner.GITHUB:
        verdict = Verdict.CONFLICT
        return BlockDiff(verdict, write=False, moved_below=(), reason=GITHUB_WINS, accepted=True)
    return BlockDiff(Verdict.CONFLICT, write=False, moved_below=(), reason=BOTH)


def _lost(observed: tuple[str, ...], base: tuple[str, ...]) -> bool:
    """Return whether a line that we wrote is gone."""
    present = set(observed)
    return any(line not in present for line in base)
