"""Labels and milestones of a repository: what is missing, what differs from what is declared.

Each declared part is merged from base, file and GitHub as an item's fields are; the base is the
record of the repository's carrier (`definition_base`). A thing that the record knows under another
name than GitHub shows was renamed there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from backlog_sync.core import normalize
from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    FieldChange,
    FieldNote,
    Verdict,
    Warned,
)
from backlog_sync.core.definition_base import Carrier, entry_key, thing_id
from backlog_sync.core.fields import Owner
from backlog_sync.core.locations import Location
from backlog_sync.core.merge import GITHUB_WINS, merge_atom
from backlog_sync.core.model import (
    DefinitionBase,
    LabelDef,
    MilestoneDef,
    ObservedLabel,
    ObservedMilestone,
)
from backlog_sync.core.options import PLAIN, PlanOptions

DEFAULT_COLOR = "ededed"
"""What GitHub itself gives a label without a colour."""

RENAMED = "renamed on GitHub"
UNRECORDED = "nothing on record says who changed it"
DIFFERS = f"differs from the file; {UNRECORDED}"

_T = TypeVar("_T", ObservedLabel, ObservedMilestone)


@dataclass(slots=True)
class DefinitionPlan:
    """What to do about the labels and milestones of one repository, and what to tell.

    `record` is what its carrier is to hold; `moved` says that it has to be written for this plan.
    `labels` (folded) and `milestones` give the file's name for one that people renamed.
    """

    changes: list[Change] = field(default_factory=list)
    drift: list[FieldNote] = field(default_factory=list)
    conflicts: list[FieldNote] = field(default_factory=list)
    accepted: list[FieldNote] = field(default_factory=list)
    record: dict[str, DefinitionBase] = field(default_factory=dict)
    moved: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    milestones: dict[str, str] = field(default_factory=dict)


def plan_definitions(
    place: Location, carrier: Carrier, options: PlanOptions = PLAIN
) -> DefinitionPlan:
    """Plan the labels and milestones of a repository: only what is declared or used."""
    worker = _Worker(place, carrier, options)
    worker.labels()
    worker.milestones()
    return worker.plan


@dataclass(frozen=True, slots=True)
class _Part:
    """One declared part: its values in the file and on GitHub, and how these compare."""

    name: str
    want: str | None
    have: str | None
    compared: tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A definition and the thing that it is about, with what has to be done to it.

    `key` is the thing's name on GitHub, `title` the one in the file.
    """

    kind: ChangeKind
    want: LabelDef | MilestoneDef
    key: str
    title: str
    fields: dict[str, FieldChange] = field(default_factory=dict)
    drifted: list[str] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)

    def change(self, name: str, before: str | None, after: str | None, reason: str) -> None:
        """Have a part changed."""
        self.fields[name] = FieldChange(before, after)
        self.reasons[reason] = None


class _Worker:
    """Merges the definitions of one repository, one after the other."""

    def __init__(self, place: Location, carrier: Carrier, options: PlanOptions) -> None:
        self.place, self.carrier, self.options = place, carrier, options
        self.repository = None if place.is_target else place.name
        self.plan = DefinitionPlan()
        known = carrier.definitions.items()
        self.keys = {(key[:1], entry[0]): key for key, entry in known}

    def labels(self) -> None:
        """Plan the labels to make, to rename (back, or by alias) and to restyle.

        A label that is renamed is spent: no second definition can have it by its own alias.
        """
        there = {normalize.fold(label.name): label for label in self.place.observed_labels}
        named = {normalize.fold(want.name) for want in self.place.labels}
        for want in self.place.labels:
            have = there.get(normalize.fold(want.name))
            moved = None if have else self._renamed(ChangeKind.LABEL, want.name, there, named)
            aliases = (f for f in map(normalize.fold, want.aliases) if f in there.keys() - named)
            alias = None if have or moved else there.get(next(aliases, ""))
            now = have or moved or alias
            if now is None:
                self._create(ChangeKind.LABEL, want, want.name, _new_label(want))
                continue
            pair = _Pair(ChangeKind.LABEL, want, now.name, want.name)
            if have is None:
                del there[normalize.fold(now.name)]
                self._rename(pair, "name", by_people=moved is not None)
                self.plan.labels[normalize.fold(now.name)] = want.name
            self._merge(pair, now, _label_parts(want, now))

    def milestones(self) -> None:
        """Plan the milestones to make, to rename back and to change, open and closed alike."""
        there = {m.title.strip(): m for m in self.place.observed_milestones}
        named = {want.title.strip() for want in self.place.milestones}
        for want in self.place.milestones:
            title = want.title.strip()
            have = there.get(title)
            moved = None if have else self._renamed(ChangeKind.MILESTONE, title, there, named)
            now = have or moved
            if now is None:
                self._create(ChangeKind.MILESTONE, want, want.title, _new_milestone(want))
                continue
            pair = _Pair(ChangeKind.MILESTONE, want, now.title if moved else want.title, want.title)
            if moved is not None:
                self._rename(pair, "title", by_people=True)
                self.plan.milestones[now.title.strip()] = title
            self._merge(pair, now, _milestone_parts(want, now))

    def _renamed(
        self, kind: ChangeKind, name: str, there: Mapping[str, _T], named: set[str]
    ) -> _T | None:
        """Find the thing that the record has under this name, if GitHub has it under a free one."""
        entry = self.carrier.definitions.get(entry_key(kind, name))
        free = (thing for other, thing in there.items() if other not in named)
        return next((thing for thing in free if entry and thing_id(thing) == entry[0]), None)

    # ---- one definition ----------------------------------------------------------------------

    def _rename(self, pair: _Pair, name: str, *, by_people: bool) -> None:
        pair.change(name, pair.key, pair.title, RENAMED if by_people else "declared in the file")
        if by_people:
            pair.drifted.append(name)
            self._tell(pair, name, Verdict.DRIFT, RENAMED, (pair.title, pair.key))

    def _merge(
        self, pair: _Pair, have: ObservedLabel | ObservedMilestone, parts: Iterable[_Part]
    ) -> None:
        """Merge the declared parts of a thing that is there."""
        key, id_ = entry_key(pair.kind, pair.title), thing_id(have)
        was_under = self.keys.get((key[:1], id_))
        was = self.carrier.definitions[was_under] if was_under else ("", "", "")
        now = (
            id_,
            *(self._part(pair, each, base) for each, base in zip(parts, was[1:], strict=True)),
        )
        self.plan.record[key] = now
        # A record that only got richer can wait for the next write.
        lost = any(old not in ("", new) for old, new in zip(was, now, strict=True))
        self.plan.moved |= lost or was_under not in (None, key) or bool(pair.fields)
        if pair.fields:
            self.plan.changes.append(
                Change(
                    action=Action.UPDATE,
                    kind=pair.kind,
                    key=pair.key,
                    title=pair.title,
                    reason="; ".join(pair.reasons),
                    fields=pair.fields,
                    drifted=tuple(pair.drifted),
                    definition=pair.want,
                    repository=self.repository,
                )
            )

    def _part(self, pair: _Pair, part: _Part, base: str) -> str:
        """Merge one part; return the hash that goes on record, "" for none."""
        if part.want is None:
            return ""
        want, have = part.compared
        sides = part.want, part.have
        if not base and want != have:
            return self._unknown(pair, part)
        diff = merge_atom(
            owner=Owner.FILE,
            base=base or None,
            desired=want,
            observed=have,
            on_conflict=self.options.on_conflict,
        )
        if diff.verdict in (Verdict.DRIFT, Verdict.CONFLICT):
            self._tell(pair, part.name, diff.verdict, diff.reason, sides, accepted=diff.accepted)
        if diff.write:
            pair.change(part.name, part.have, part.want, diff.reason)
            if diff.verdict is Verdict.DRIFT:
                pair.drifted.append(part.name)
        return base if diff.verdict is Verdict.CONFLICT else normalize.hash_value(want)

    def _unknown(self, pair: _Pair, part: _Part) -> str:
        """Decide a part that differs without a record: the file is enforced, and it is told."""
        sides = part.want, part.have
        if self.options.on_conflict is Owner.GITHUB:
            self._tell(pair, part.name, Verdict.CONFLICT, GITHUB_WINS, sides, accepted=True)
            return ""
        pair.change(part.name, part.have, part.want, DIFFERS)
        if self.options.on_conflict is None and self.carrier.synced:
            told = f"{UNRECORDED}; sync sets what the file declares"
            self._tell(pair, part.name, Verdict.DIFFERS, told, sides)
        return normalize.hash_value(part.compared[0])

    def _tell(
        self,
        pair: _Pair,
        name: str,
        verdict: Verdict,
        reason: str,
        sides: tuple[str | None, str | None],
        *,
        accepted: bool = False,
    ) -> None:
        note = FieldNote(
            key=pair.key,
            title=pair.title,
            name=name,
            verdict=verdict,
            reason=reason,
            desired=sides[0],
            observed=sides[1],
            kind=pair.kind,
            repository=self.repository,
        )
        told = self.plan.conflicts if verdict is Verdict.CONFLICT else self.plan.drift
        (self.plan.accepted if accepted else told).append(note)

    def _create(
        self,
        kind: ChangeKind,
        want: LabelDef | MilestoneDef,
        title: str,
        fields: Mapping[str, FieldChange],
    ) -> None:
        parts = _compared(want)
        hashes = ("" if part is None else normalize.hash_value(part) for part in parts)
        self.plan.record[entry_key(kind, title)] = ("", *hashes)
        self.plan.moved = True
        self.plan.changes.append(
            Change(
                action=Action.CREATE,
                kind=kind,
                key=title,
                title=title,
                reason="used by the backlog",
                fields=fields,
                definition=want,
                repository=self.repository,
            )
        )


# ---- parts -----------------------------------------------------------------------------------


def _compared(want: LabelDef | MilestoneDef) -> tuple[str | None, str | None]:
    """Return the declared parts of a definition as they are compared, in the record's order."""
    first = want.color.lower() if isinstance(want, LabelDef) and want.color else None
    if isinstance(want, MilestoneDef):
        first = want.due
    return first, None if want.description is None else _text(want.description)


def _label_parts(want: LabelDef, have: ObservedLabel) -> tuple[_Part, _Part]:
    color, text = _compared(want)
    return (
        _Part("color", color, have.color.lower(), (color, have.color.lower())),
        _Part("description", want.description, have.description, (text, _text(have.description))),
    )


def _milestone_parts(want: MilestoneDef, have: ObservedMilestone) -> tuple[_Part, _Part]:
    due, text = _compared(want)
    return (
        _Part("due", due, have.due, (due, have.due)),
        _Part("description", want.description, have.description, (text, _text(have.description))),
    )


def _new_label(want: LabelDef) -> dict[str, FieldChange]:
    told = (want.description, want.new_description, "")
    return {
        "color": FieldChange(None, (want.color or want.new_color or DEFAULT_COLOR).lower()),
        "description": FieldChange(None, next(text for text in told if text is not None)),
    }


def _new_milestone(want: MilestoneDef) -> dict[str, FieldChange]:
    declared = {"due": want.due, "description": want.description}
    return {name: FieldChange(None, value) for name, value in declared.items() if value is not None}


def _text(text: str) -> str:
    return normalize.unify_newlines(text).strip()


def double_labels(place: Location) -> list[Warned]:
    """Tell of labels that are there under their name and under an alias too: both are kept."""
    there = {normalize.fold(label.name): label.name for label in place.observed_labels}
    named = {normalize.fold(want.name) for want in place.labels}
    found: list[Warned] = []
    for want in place.labels:
        if normalize.fold(want.name) not in there:
            continue
        for alias in map(normalize.fold, want.aliases):
            if alias in there and alias not in named:
                where = "" if place.is_target else f" in {place.name}"
                names = f"{there[alias]} is there beside {want.name}"
                message = f"the label {names}{where}; both are kept"
                found.append(Warned(message, "double-label"))
    return found
