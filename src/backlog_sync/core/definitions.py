"""Labels and milestones of a repository: what is missing, what differs from what is declared.

The board and its views (`views`) are merged by the same rules.

Each declared part is merged from base, file and GitHub as an item's fields are; the base is the
record of the repository's carrier (`definition_base`). A thing that the record knows under another
name than GitHub shows was renamed there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import TypeVar

from backlog_sync.core import normalize
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import (
    Change,
    CreateLabel,
    CreateMilestone,
    FieldChange,
    UpdateBoard,
    UpdateLabel,
    UpdateMilestone,
    UpdateView,
)
from backlog_sync.core.definition_base import Carrier, Thing, entry_key, is_state_key, thing_id
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.fields import Owner
from backlog_sync.core.locations import Location
from backlog_sync.core.marker import DefinitionBase
from backlog_sync.core.merge import GITHUB_WINS, merge_atom
from backlog_sync.core.model import LabelDef, MilestoneDef, ProjectSpec, ViewDef
from backlog_sync.core.observed import ObservedLabel, ObservedMilestone, ObservedView
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import FieldNote, Verdict
from backlog_sync.dataclass import dataclass

DEFAULT_COLOR = "ededed"
"""What GitHub itself gives a label without a color."""

RENAMED = "renamed on GitHub"
UNRECORDED = "it is not recorded who changed it"
DIFFERS = f"differs from the file; {UNRECORDED}"

_T = TypeVar("_T", ObservedLabel, ObservedMilestone, ObservedView)


@dataclass(slots=True)
class DefinitionPlan:
    """What to do about the definitions of one repository, and notes for the plan.

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

    def add(self, other: "DefinitionPlan") -> None:
        """Add what is to be done about other definitions with the same record."""
        self.changes += other.changes
        self.drift += other.drift
        self.conflicts += other.conflicts
        self.accepted += other.accepted
        self.record |= other.record
        self.moved |= other.moved


def plan_definitions(
    location: Location, carrier: Carrier, options: PlanOptions = PLAIN
) -> DefinitionPlan:
    """Plan the labels and milestones of a repository: only what is declared or used."""
    worker = _Worker(location, carrier, options)
    worker.labels()
    worker.milestones()
    return worker.plan


@dataclass(frozen=True, slots=True)
class Part:
    """One declared part: its values in the file and on GitHub, and how these compare.

    Its base is in the thing's entry, or in an entry of its own under `own_key`.
    """

    name: str
    declared: str | None
    observed: str | None
    compared: tuple[str | None, str | None]
    own_key: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A definition and the thing that it is about, with what has to be done to it.

    `key` is the thing's name on GitHub, `title` the one in the file.
    """

    kind: ChangeKind
    definition: LabelDef | MilestoneDef | ProjectSpec | ViewDef
    key: str
    title: str
    fields: dict[str, FieldChange] = field(default_factory=dict)
    drifted: list[str] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)

    def change(self, name: str, before: str | None, after: str | None, reason: str) -> None:
        """Have a part changed."""
        self.fields[name] = FieldChange(before, after)
        self.reasons[reason] = None


class Merger:
    """Merges definitions with what GitHub has for them, one after the other."""

    def __init__(
        self, carrier: Carrier, options: PlanOptions, repository: str | None = None
    ) -> None:
        self.carrier, self.options, self.repository = carrier, options, repository
        self.plan = DefinitionPlan()
        self.plan.record |= {k: e for k, e in carrier.definitions.items() if is_state_key(k)}
        recorded = carrier.definitions.items()
        self.keys = {(key[:1], entry[0]): key for key, entry in recorded}

    def renamed(
        self, kind: ChangeKind, name: str, existing: Mapping[str, _T], declared: set[str]
    ) -> _T | None:
        """Find the thing that the record has under this name, if GitHub has it under a free one."""
        entry = self.carrier.definitions.get(entry_key(kind, name))
        free = (thing for other, thing in existing.items() if other not in declared)
        return next((thing for thing in free if entry and thing_id(thing) == entry[0]), None)

    def rename(self, pair: Pair, name: str, *, by_people: bool) -> None:
        """Have a thing renamed to the name in the file."""
        pair.change(name, pair.key, pair.title, RENAMED if by_people else "declared in the file")
        if by_people:
            pair.drifted.append(name)
            self.add_note(pair, name, Verdict.DRIFT, RENAMED, (pair.title, pair.key))

    def merge(self, pair: Pair, observed: Thing, parts: Iterable[Part]) -> None:
        """Merge the declared parts of a thing that is there."""
        key, id_ = entry_key(pair.kind, pair.title), thing_id(observed)
        recorded_key = self.keys.get((key[:1], id_))
        recorded = self.carrier.definitions[recorded_key] if recorded_key else ("", "", "")
        whole = list(parts)
        with_base = zip((p for p in whole if not p.own_key), recorded[1:], strict=True)
        merged = (id_, *(self.part(pair, part, base) for part, base in with_base))
        self.plan.record[key] = merged
        # A record that only got richer can wait for the next write.
        changed = any(old not in ("", new) for old, new in zip(recorded, merged, strict=True))
        for part in whole:
            changed |= bool(part.own_key) and self._own_entry(pair, part, id_)
        self.plan.moved |= changed or recorded_key not in (None, key) or bool(pair.fields)
        if pair.fields:
            self.plan.changes.append(self._update(pair))

    def _own_entry(self, pair: Pair, part: Part, id_: str) -> bool:
        """Merge a part that has an entry of its own; return whether its base changed."""
        recorded = self.carrier.definitions.get(part.own_key, ("", ""))
        base = recorded[1] if recorded[0] == id_ else ""
        merged = self.part(pair, part, base)
        if merged:
            self.plan.record[part.own_key] = (id_, merged, "")
        return recorded[1] not in ("", merged)

    def _update(self, pair: Pair) -> UpdateLabel | UpdateMilestone | UpdateBoard | UpdateView:
        about = pair.key, pair.title, "; ".join(pair.reasons), None, (), self.repository
        fields, drifted, definition = pair.fields, tuple(pair.drifted), pair.definition
        if isinstance(definition, LabelDef):
            return UpdateLabel(*about, fields=fields, drifted=drifted, definition=definition)
        if isinstance(definition, ProjectSpec):
            return UpdateBoard(*about, fields=fields, drifted=drifted, definition=definition)
        if isinstance(definition, ViewDef):
            return UpdateView(*about, fields=fields, drifted=drifted, definition=definition)
        return UpdateMilestone(*about, fields=fields, drifted=drifted, definition=definition)

    def part(self, pair: Pair, part: Part, base: str) -> str:
        """Merge one part; return the hash that goes on record, "" for none."""
        if part.declared is None:
            return ""
        declared, observed = part.compared
        sides = part.declared, part.observed
        if not base and declared != observed:
            return self.unknown(pair, part)
        diff = merge_atom(
            owner=Owner.FILE,
            base=base or None,
            desired=declared,
            observed=observed,
            on_conflict=self.options.on_conflict,
        )
        if diff.verdict in (Verdict.DRIFT, Verdict.CONFLICT):
            self.add_note(pair, part.name, diff.verdict, diff.reason, sides, accepted=diff.accepted)
        if diff.write:
            pair.change(part.name, part.observed, part.declared, diff.reason)
            if diff.verdict is Verdict.DRIFT:
                pair.drifted.append(part.name)
        return base if diff.verdict is Verdict.CONFLICT else normalize.hash_value(declared)

    def unknown(self, pair: Pair, part: Part) -> str:
        """Decide a part that differs without a record: the file is enforced, and it is reported."""
        sides = part.declared, part.observed
        if self.options.on_conflict is Owner.GITHUB:
            self.add_note(pair, part.name, Verdict.CONFLICT, GITHUB_WINS, sides, accepted=True)
            return ""
        pair.change(part.name, part.observed, part.declared, DIFFERS)
        if self.options.on_conflict is None and self.carrier.synced:
            reason = f"{UNRECORDED}; sync sets what the file declares"
            self.add_note(pair, part.name, Verdict.DIFFERS, reason, sides)
        return normalize.hash_value(part.compared[0])

    def add_note(
        self,
        pair: Pair,
        name: str,
        verdict: Verdict,
        reason: str,
        sides: tuple[str | None, str | None],
        *,
        accepted: bool = False,
    ) -> None:
        """Note that a part drifted, is in conflict or differs."""
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
        notes = self.plan.conflicts if verdict is Verdict.CONFLICT else self.plan.drift
        (self.plan.accepted if accepted else notes).append(note)


class _Worker(Merger):
    """Merges the labels and milestones of one repository."""

    def __init__(self, location: Location, carrier: Carrier, options: PlanOptions) -> None:
        super().__init__(carrier, options, None if location.is_target else location.name)
        self.location = location

    def labels(self) -> None:
        """Plan the labels to make, to rename (back, or by alias) and to restyle.

        A label that is renamed is spent: no second label can have it by its own alias.
        """
        existing = {
            normalize.fold(label.name): label for label in reversed(self.location.observed_labels)
        }
        declared = {normalize.fold(label.name) for label in self.location.labels}
        for label in self.location.labels:
            same_name = existing.get(normalize.fold(label.name))
            renamed = (
                None
                if same_name
                else self.renamed(ChangeKind.LABEL, label.name, existing, declared)
            )
            aliases = (
                f for f in map(normalize.fold, label.aliases) if f in existing.keys() - declared
            )
            alias = None if same_name or renamed else existing.get(next(aliases, ""))
            observed = same_name or renamed or alias
            if observed is None:
                self._create(ChangeKind.LABEL, label, label.name, _new_label(label))
                continue
            pair = Pair(ChangeKind.LABEL, label, observed.name, label.name)
            if same_name is None:
                del existing[normalize.fold(observed.name)]
                self.rename(pair, "name", by_people=renamed is not None)
                self.plan.labels[normalize.fold(observed.name)] = label.name
            self.merge(pair, observed, _label_parts(label, observed))

    def milestones(self) -> None:
        """Plan the milestones to make, to rename back and to change, open and closed alike."""
        existing = {m.title.strip(): m for m in self.location.observed_milestones}
        declared = {milestone.title.strip() for milestone in self.location.milestones}
        for milestone in self.location.milestones:
            title = milestone.title.strip()
            same_title = existing.get(title)
            renamed = (
                None
                if same_title
                else self.renamed(ChangeKind.MILESTONE, title, existing, declared)
            )
            observed = same_title or renamed
            if observed is None:
                self._create(
                    ChangeKind.MILESTONE, milestone, milestone.title, _new_milestone(milestone)
                )
                continue
            pair = Pair(
                ChangeKind.MILESTONE,
                milestone,
                observed.title if renamed else milestone.title,
                milestone.title,
            )
            if renamed is not None:
                self.rename(pair, "title", by_people=True)
                self.plan.milestones[observed.title.strip()] = title
            self.merge(pair, observed, _milestone_parts(milestone, observed))

    def _create(
        self,
        kind: ChangeKind,
        definition: LabelDef | MilestoneDef,
        title: str,
        fields: Mapping[str, FieldChange],
    ) -> None:
        parts = _compared(definition)
        hashes = ("" if part is None else normalize.hash_value(part) for part in parts)
        self.plan.record[entry_key(kind, title)] = ("", *hashes)
        self.plan.moved = True
        about = title, title, "used by the backlog", None, (), self.repository
        self.plan.changes.append(
            CreateLabel(*about, fields=fields, definition=definition)
            if isinstance(definition, LabelDef)
            else CreateMilestone(*about, fields=fields, definition=definition)
        )


# ---- parts -----------------------------------------------------------------------------------


def _compared(definition: LabelDef | MilestoneDef) -> tuple[str | None, str | None]:
    """Return the declared parts of a definition as they are compared, in the record's order."""
    first = (
        definition.color.lower() if isinstance(definition, LabelDef) and definition.color else None
    )
    if isinstance(definition, MilestoneDef):
        first = definition.due
    return first, None if definition.description is None else comparable(definition.description)


def _label_parts(label: LabelDef, observed: ObservedLabel) -> tuple[Part, Part]:
    color, text = _compared(label)
    return (
        Part("color", color, observed.color.lower(), (color, observed.color.lower())),
        Part(
            "description",
            label.description,
            observed.description,
            (text, comparable(observed.description)),
        ),
    )


def _milestone_parts(milestone: MilestoneDef, observed: ObservedMilestone) -> tuple[Part, Part]:
    due, text = _compared(milestone)
    return (
        Part("due", due, observed.due, (due, observed.due)),
        Part(
            "description",
            milestone.description,
            observed.description,
            (text, comparable(observed.description)),
        ),
    )


def _new_label(label: LabelDef) -> dict[str, FieldChange]:
    descriptions = (label.description, label.new_description, "")
    return {
        "color": FieldChange(None, (label.color or label.new_color or DEFAULT_COLOR).lower()),
        "description": FieldChange(None, next(text for text in descriptions if text is not None)),
    }


def _new_milestone(milestone: MilestoneDef) -> dict[str, FieldChange]:
    declared = {"due": milestone.due, "description": milestone.description}
    return {name: FieldChange(None, value) for name, value in declared.items() if value is not None}


def comparable(text: str) -> str:
    """Return a text as it is compared: GitHub trims it and may change its line breaks."""
    return normalize.unify_newlines(text).strip()


def _twins(location: Location, declared: set[str]) -> Iterator[Warned]:
    """Yield a warning for each used label that exists with a shortcode and with its emoji."""
    seen: dict[str, str] = {}
    for label in location.observed_labels:
        other = seen.setdefault(normalize.fold(label.name), label.name)
        if other != label.name and normalize.fold(label.name) in declared:
            where = "" if location.is_target else f" in {location.name}"
            names = f"{label.name} exists next to {other}, which GitHub shows alike"
            message = f"the label {names}{where}; both are kept"
            yield Warned(message, "double-label", _double_hint(label.name, other))


def double_labels(location: Location) -> list[Warned]:
    """Report labels that are there under their name and under an alias too: both are kept."""
    existing = {normalize.fold(label.name): label.name for label in location.observed_labels}
    declared = {normalize.fold(label.name) for label in location.labels}
    warnings = list(_twins(location, declared))
    for label in location.labels:
        if normalize.fold(label.name) not in existing:
            continue
        for alias in map(normalize.fold, label.aliases):
            if alias in existing and alias not in declared:
                where = "" if location.is_target else f" in {location.name}"
                names = f"{existing[alias]} exists next to {label.name}"
                message = f"the label {names}{where}; both are kept"
                hint = _double_hint(existing[alias], label.name)
                warnings.append(Warned(message, "double-label", hint))
    return warnings


def _double_hint(second: str, kept: str) -> str:
    return f"label the issues of {second} with {kept} on GitHub, and delete {second} there"
