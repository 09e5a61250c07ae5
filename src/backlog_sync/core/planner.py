"""Build the plan: desired and observed state in, ordered changes out. Nothing is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from backlog_sync.core import body as body_block
from backlog_sync.core import unknown_words
from backlog_sync.core.board import MOST_FIELDS, BoardPlan, plan_board
from backlog_sync.core.body import SplitBody
from backlog_sync.core.card import NO_ISSUE, IssueStatus
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import (
    AddDependency,
    AdoptIssue,
    Change,
    CloseIssue,
    CreateIssue,
    FieldChange,
    ForgetFields,
    JsonValue,
    LinkSubIssue,
    MoveSubIssue,
    RefreshBase,
    RemoveDependency,
    ReopenIssue,
    UpdateIssue,
)
from backlog_sync.core.close_done import Finisher, Site
from backlog_sync.core.definition_base import MOST, Carrier, carrier_of, fitting, unrecorded
from backlog_sync.core.definitions import DefinitionPlan, double_labels, plan_definitions
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.diff import (
    STATE,
    ItemDiff,
    Target,
    base_of,
    diff_item,
    private_entries,
    reopened_since_written,
    target_of,
)
from backlog_sync.core.digests import digests_of
from backlog_sync.core.duplicates import duplicate_repairs
from backlog_sync.core.effective_settings import in_force
from backlog_sync.core.fields import ISSUE_SETS, Owner, owner_of
from backlog_sync.core.holds import IDENTITY, Hold
from backlog_sync.core.issue_fields import FieldTarget, plan_issue_fields
from backlog_sync.core.locations import Location, elsewhere, locations, why_left_alone
from backlog_sync.core.marker import Base, Marker
from backlog_sync.core.matching import Match, Matches, match_items
from backlog_sync.core.merge import TAKEN_AWAY
from backlog_sync.core.model import BoardValue, DesiredItem, DesiredState
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.order import Move
from backlog_sync.core.plan import (
    DONE_NOT_CREATED,
    Deferred,
    FieldNote,
    Orphan,
    Plan,
    PlanItem,
    Unread,
    Verdict,
)
from backlog_sync.core.prune import Line, Sources
from backlog_sync.core.reading import counts
from backlog_sync.core.refused_labels import without_refused
from backlog_sync.core.relations import Links, Sorting
from backlog_sync.core.sandbox_numbers import number_warnings
from backlog_sync.core.states import NOT_PLANNED, REOPENED, desired_state, is_closed
from backlog_sync.core.status_conflicts import contested, statuses
from backlog_sync.core.trust import trust_warnings
from backlog_sync.core.unread import Left, declarations
from backlog_sync.core.used_definitions import without_unused

_LONGEST = 65_536
"""The most characters in a body, markers included (reported by many users of GitHub's API)."""

_LATER = MOST * 12
"""Characters that are kept free in a body that contains a record."""

_ORDER = {kind: index for index, kind in enumerate(ChangeKind)}


def build_plan(
    desired: DesiredState,
    observed: ObservedState,
    options: PlanOptions = PLAIN,
    matches: Matches | None = None,
) -> Plan:
    """Return the plan that turns the observed state into the desired one. Pure, deterministic."""
    desired = unknown_words.understood(desired, observed)
    desired, refused = without_refused(desired, observed)
    builder = _Builder(desired, observed, options, matches or match_items(desired, observed))
    builder.deferred += refused
    for item in builder.desired.items:
        builder.item(item)
    builder.changes += duplicate_repairs(builder.matches, observed, builder.changes)
    builder.order()
    return builder.plan()


class _Builder:
    """Builder that walks the items once and collects changes."""

    def __init__(
        self, desired: DesiredState, observed: ObservedState, options: PlanOptions, matches: Matches
    ) -> None:
        self.desired, self.observed, self.options = desired, observed, options
        self.matches = matches
        self.statuses = statuses(observed)
        self.items = {item.key: item for item in desired.items}
        self.repository = observed.repository.name_with_owner
        self.board: BoardPlan = plan_board(desired, observed, self.matches, options)
        self.issue_fields = plan_issue_fields(desired, observed, options)
        if self.board.active:
            known = self.board.fields.known
            columns, taken = self.issue_fields.columns(known, MOST_FIELDS)
            self.board.changes += columns
            self.board.fields.shown += self.issue_fields.as_columns(columns)
            self.board.deferred += taken
        self.locations = locations(desired, observed)
        self.location_of = {
            item.key: location for location in self.locations[1:] for item in location.items
        }
        self.changes: list[Change] = []
        self.drift: list[FieldNote] = []
        self.conflicts: list[FieldNote] = []
        self.accepted: list[FieldNote] = []
        self.deferred: list[Deferred] = []
        self.warnings: list[Warned] = [
            *number_warnings(desired, observed, list(self.matches.forgotten.values())),
            *self.matches.warnings,
            *trust_warnings(
                ((m.issue, m.ref, m.trust) for m in self.matches.by_key.values()),
                desired.settings.trusted_authors,
            ),
            *self.board.warnings,
            *(warned for location in self.locations for warned in double_labels(location)),
            *unknown_words.warnings(desired, observed),
        ]
        self.source_lines: dict[str, Line | None] = {}
        self.sources = Sources(desired.texts, desired.items)
        self.declared = desired.items
        held = self.matches.held
        unfilled = [item.key for item in desired.items if item.holes and item.key in held]
        self.absent = {key for key in unfilled if held[key].issue is None}
        self.skipped = {item.key for item in desired.items if self._skips(item)}
        self.desired = desired = _lifted(desired, self.absent)
        self.items = {item.key: item for item in desired.items}
        self.links = Links(desired, observed, self.matches, self.skipped, options)
        self.definitions: dict[str, DefinitionPlan] = {}
        self.carriers: dict[str, Carrier] = {}
        self.carried: dict[str, DefinitionPlan] = {}
        self.drift += self.board.fields.drift
        for location in self.locations:
            self._define(location)

    def _define(self, location: Location) -> None:
        """Plan the labels and milestones of a repository, and which issue contains their record."""
        context = self.desired, self.observed, self.matches
        carrier = carrier_of(location, *context, self.skipped)
        self.carriers[location.name] = carrier
        definitions = plan_definitions(self._without_held(location), carrier, self.options)
        if location.is_target:
            definitions.add(self.board.define(carrier))
        self.definitions[location.name] = definitions
        if carrier.key is not None:
            self.carried[carrier.key] = definitions
        self.changes += definitions.changes
        self.drift += definitions.drift
        self.conflicts += definitions.conflicts
        self.accepted += definitions.accepted

    def _without_held(self, location: Location) -> Location:
        """Return the location without new definitions that only held or skipped items would use.

        They are not created, so they must not be recorded.
        """
        active = [
            item
            for item in location.items
            if item.key not in self.skipped and item.key not in self.matches.held
        ]
        labels = {fold(label.name) for label in location.observed_labels}
        titles = {milestone.title.strip() for milestone in location.observed_milestones}
        for item in active:
            declared = item.fields.get("labels")
            labels |= (
                {fold(str(name)) for name in declared} if isinstance(declared, tuple) else set()
            )
            titles.add(str(item.fields.get("milestone")).strip())
        return replace(
            location,
            labels=[
                label for label in location.labels if label.declared or fold(label.name) in labels
            ],
            milestones=[m for m in location.milestones if m.declared or m.title.strip() in titles],
        )

    # ---- one item --------------------------------------------------------------------------

    def item(self, item: DesiredItem) -> None:
        """Plan all changes of one item."""
        if item.key in self.skipped:
            return
        if item.key in self.matches.held:
            self._note_held(item)
            return
        match = self.matches.by_key.get(item.key)
        relations = self.links.of(item, match)
        self.deferred += relations.deferred
        if relations.reversed_parents is not None:
            self._note(item, "parent", relations.reversed_parents)
        target = target_of(
            item,
            self.desired.settings,
            source=body_block.source_name(item.place.path, self.desired.sources),
            resolved=relations.values,
            kept=relations.kept,
            order=self.links.recorded_order(item.key),
            fields=self._issue_fields(item),
        )
        private: Mapping[str, BoardValue] = private_entries(target.fields)
        waiting: tuple[str, ...] = ()
        is_contested = False
        before = len(self.changes)
        if match is not None:
            is_contested = self._contested(item, match)
            links = relations.observed
            private, waiting = self._update(item, match, target, links, contested=is_contested)
        elif not self._create(item, target):
            return
        card_diff = self.board.item(
            item,
            match.issue if match else None,
            issue_status=self._issue_status(item, match, contested=is_contested),
            private=private,
            kept=(*waiting, *target.fields.kept_entries),
            reopens=any(isinstance(change, ReopenIssue) for change in self.changes[before:]),
        )
        self.drift += card_diff.drift
        self.conflicts += card_diff.conflicts
        self.accepted += card_diff.accepted

    def _issue_fields(self, item: DesiredItem) -> FieldTarget:
        """Return what an item wants of the organization's issue fields."""
        return self.issue_fields.target(item, self._location(item).repository)

    def _issue_status(
        self, item: DesiredItem, match: Match | None, *, contested: bool
    ) -> IssueStatus:
        """Return how the issue's state relates to the status in the file."""
        if match is None:
            return NO_ISSUE
        return IssueStatus(
            closed=match.issue.state == "closed" and is_closed(item.fields.get(STATE)),
            reopened=reopened_since_written(item, match),
            contested=contested,
        )

    def _contested(self, item: DesiredItem, match: Match) -> bool:
        """Return whether file and GitHub disagree on an item's status, and no option decides it."""
        if self.options.on_conflict is not None:
            return False
        marker = match.parts.marker
        base = marker.base if marker else Base()
        return contested(item, match.issue, base, self.statuses)

    def _skips(self, item: DesiredItem) -> bool:
        """Return whether this run skips an item; report the reason if it may be unexpected."""
        if not item.sync:
            return True
        other_repository = elsewhere(item, self.repository, self.desired.repository)
        if other_repository is not None and item.key not in self.location_of:
            why = self._why_unread(other_repository)
            reason, hint = why_left_alone(
                other_repository, self.repository, self.desired.repository
            ) or (
                f"it belongs to {other_repository}, which is out of reach: {why}",
                f"use a token that can read and write {other_repository}",
            )
            self.deferred.append(Deferred(ChangeKind.ISSUE, item.key, reason, hint))
            return True
        done = is_closed(item.fields.get("state")) and not self.desired.settings.create_done
        has_issue = item.key in self.matches.by_key or item.key in self.matches.held
        if done and not has_issue:
            message = f"“{item.title}” is already done, so no issue is created"
            hint = "remove its status to create it open; `create_done: true` creates it closed"
            about = (item.place, None, item.title)
            self.warnings.append(Warned(message, DONE_NOT_CREATED, hint, *about))
            self.absent.add(item.key)
            return True
        return False

    def _why_unread(self, repository: str) -> str:
        """Return why another repository could not be read."""
        reasons = self.observed.out_of_reach.items()
        known = (why for name, why in reasons if fold(name) == fold(repository))
        return next(known, "it was not read")

    def _note_held(self, item: DesiredItem) -> None:
        self._note(item, IDENTITY, self.matches.held[item.key])

    def _note(self, item: DesiredItem, name: str, hold: Hold) -> None:
        """Hold an item, or one field of it."""
        self.conflicts.append(
            FieldNote(
                key=item.key,
                title=item.title,
                name=name,
                verdict=Verdict.CONFLICT,
                reason=hold.reason,
                ref=hold.ref,
                hint=hold.hint,
            )
        )

    def _create(self, item: DesiredItem, target: Target) -> bool:
        """Plan a new issue and its links; return False if it cannot be created."""
        fields: dict[str, FieldChange] = {
            name: FieldChange(None, value)
            for name, value in target.atoms.items()
            if name not in ("parent", "state") and value is not None
        }
        for name in ISSUE_SETS:
            if target.sets.get(name):
                fields[name] = FieldChange([], sorted(target.sets[name], key=str.casefold))
        fields |= {
            name: FieldChange(None, value)
            for name, value in target.fields.atoms.items()
            if value is not None
        }
        fields |= {
            name: FieldChange([], sorted(members, key=str.casefold))
            for name, members in target.fields.sets.items()
            if members
        }
        fields["body"] = FieldChange("", "\n".join(target.lines))
        # Later requests set these: until they are confirmed, a difference is not drift.
        pending = (
            *(["blocked_by"] if target.sets.get("blocked_by") else []),
            *(["state"] if is_closed(target.atoms.get("state")) else []),
        )
        carried = self.carried.get(item.key)
        record = fitting(carried.record) if carried else {}
        marker = Marker(
            self._location(item).backlog_id,
            item.key,
            base=base_of(target, pending=pending, record=record),
            generation=self.matches.generations.get(item.key, 0),
        )
        body = _shortened(body_block.join(SplitBody("", "", target.lines, marker)))
        if self._too_long(item, None, body):
            return False
        parent = target.atoms.get("parent")
        waits = (str(parent),) if parent is not None and self._is_new(str(parent)) else ()
        reason = f"declared at {item.place.path}:{item.place.line}"
        self.changes.append(
            CreateIssue(*self._about(item, reason, waits=waits), fields=fields, body=body)
        )
        if parent is not None:
            self._link(item, None, FieldChange(None, parent))
        for blocker in target.sets.get("blocked_by", ()):
            self._depend(item, None, blocker)
        if is_closed(target.atoms.get("state")):
            about = self._about(item, "done in the file", waits=(item.key,))
            state_reason = str(desired_state(target.atoms["state"]))
            self.changes.append(CloseIssue(*about, state_reason=state_reason))
        return True

    def _update(
        self,
        item: DesiredItem,
        match: Match,
        target: Target,
        links: Mapping[str, JsonValue],
        *,
        contested: bool,
    ) -> tuple[Mapping[str, BoardValue], tuple[str, ...]]:
        """Plan the changes of an issue.

        Returns what the card's record is to hold of its issue fields, and the board fields of which
        it has to keep what it holds.
        """
        issue = match.issue
        target = self._with_kept_labels(item, match, target)
        # What people renamed is one change of the definition, not a change of its items.
        definitions = self.definitions[self._location(item).name]
        if definitions.labels or definitions.milestones:
            labels = tuple(definitions.labels.get(fold(name), name) for name in issue.labels)
            milestone = issue.milestone and definitions.milestones.get(
                issue.milestone.strip(), issue.milestone
            )
            match = replace(match, issue=replace(issue, labels=labels, milestone=milestone))
        if "assignees" in target.sets:
            match = self.links.with_agents(item, match, target.sets["assignees"])
        carried = self.carried.get(item.key)
        diff = diff_item(
            item,
            match,
            target,
            links,
            self.desired.settings,
            self._location(item).backlog_id,
            self.options,
            record=None if carried is None else fitting(carried.record),
            record_moved=carried is not None and carried.moved,
            contested=contested,
        )
        self.drift += diff.drift
        self.conflicts += diff.conflicts
        self.accepted += diff.accepted
        if diff.body is not None:
            diff = replace(diff, body=_shortened(diff.body))
        if diff.body is not None and self._too_long(item, issue, diff.body):
            return {}, diff.waiting
        if diff.state is not None:
            self.changes.append(self._state(item, issue, diff, diff.state))
        if diff.fields or diff.body is not None:
            self.changes.append(self._write(item, match, diff))
        if diff.parent is not None:
            self._link(item, issue, diff.parent, restores="parent" in diff.drifted)
        for blocker in diff.blocked_by[0]:
            self._depend(item, issue, blocker, restores=blocker in diff.taken)
        for blocker in diff.blocked_by[1]:
            about = self._about(item, "dropped from the file", issue, self._new(blocker, item.key))
            self.changes.append(RemoveDependency(*about, blocker=blocker))
        return diff.private, diff.waiting

    def _state(
        self, item: DesiredItem, issue: ObservedIssue, diff: ItemDiff, state: FieldChange
    ) -> CloseIssue | ReopenIssue:
        about = self._about(item, diff.reasons.get("state", ""), issue)
        restores = "state" in diff.drifted
        if not is_closed(state.after):
            return ReopenIssue(*about, restores=restores)
        was = str(state.before) if is_closed(state.before) else None
        return CloseIssue(*about, state_reason=str(state.after), was=was, restores=restores)

    def _write(
        self, item: DesiredItem, match: Match, diff: ItemDiff
    ) -> AdoptIssue | UpdateIssue | ForgetFields | RefreshBase:
        """Return the change of the issue itself: its fields and the base, or only the base."""
        about = self._about(item, _reason(diff, match), match.issue)
        if match.adopt or diff.fields:
            update = AdoptIssue if match.adopt else UpdateIssue
            return update(
                *about,
                fields=diff.fields,
                drifted=tuple(n for n in diff.drifted if n in diff.fields),
                body=diff.body,
                body_seen=match.issue.body,
            )
        write = ForgetFields if diff.forgotten else RefreshBase
        return write(*about, body=diff.body, body_seen=match.issue.body)

    def _with_kept_labels(self, item: DesiredItem, match: Match, target: Target) -> Target:
        """Return the target with the issue's priority label if the file's word is unknown."""
        applied = match.parts.marker.base.sets.get("labels", ()) if match.parts.marker else ()
        prefix = self.desired.settings.priority_label
        labels = unknown_words.kept_labels(item, prefix, applied)
        observed_labels = {fold(name) for name in match.issue.labels} if labels else set()
        kept = [name for name in labels if fold(name) in observed_labels]
        if not kept:
            return target
        every = tuple(sorted({*target.sets.get("labels", ()), *kept}))
        return replace(target, sets={**target.sets, "labels": every})

    def _too_long(self, item: DesiredItem, issue: ObservedIssue | None, body: str) -> bool:
        """Hold an item whose body is too long for GitHub; return whether it is held."""
        if len(body) <= _LONGEST:
            return False
        self.conflicts.append(
            FieldNote(
                key=item.key,
                title=item.title,
                name="body",
                verdict=Verdict.CONFLICT,
                reason=f"the body would have {len(body)} characters; GitHub allows {_LONGEST}",
                hint="shorten the text, or move a part of it to an item below",
                ref=self.observed.ref(issue) if issue else None,
            )
        )
        return True

    # ---- links -----------------------------------------------------------------------------

    def _link(
        self,
        item: DesiredItem,
        issue: ObservedIssue | None,
        change: FieldChange,
        *,
        restores: bool = False,
    ) -> None:
        parent = str(change.after)
        reason = "changed on GitHub" if restores else "is below it in the file"
        about = self._about(item, reason, issue, self._new(parent, item.key))
        replaces = None if change.before is None else str(change.before)
        self.changes.append(
            LinkSubIssue(*about, parent=parent, replaces=replaces, restores=restores)
        )

    def _depend(
        self,
        item: DesiredItem,
        issue: ObservedIssue | None,
        blocker: str,
        *,
        restores: bool = False,
    ) -> None:
        reason = TAKEN_AWAY if restores else "declared in the file"
        about = self._about(item, reason, issue, self._new(blocker, item.key))
        self.changes.append(AddDependency(*about, blocker=blocker, restores=restores))

    def order(self) -> None:
        """Plan the moves among siblings, after all links are known."""
        linked: dict[str, list[DesiredItem]] = {}
        created = {c.key for c in self.changes if c.action is Action.CREATE}
        links = [c for c in self.changes if isinstance(c, LinkSubIssue)]
        restored = {change.key for change in links if change.restores}
        # Issues that are created below their parent are put there first, then all others.
        for change in sorted(links, key=lambda c: c.key not in created or self._crosses(c)):
            if change.key in self.items:
                linked.setdefault(change.parent, []).append(self.items[change.key])
        for parent in {item.parent: None for item in self.desired.items}:
            if parent is None or parent in self.skipped or parent in self.matches.held:
                continue
            sorting = self.links.sorting(parent, [item.key for item in linked.get(parent, ())])
            if sorting.people and parent in self.items:
                self._note_order(self.items[parent], sorting)
            for move in sorting.moves:
                # A sub-issue that people removed returns at the end, then moves to its place.
                drifted = move.key in sorting.people or move.key in restored
                self._move(move, parent, restores=drifted)

    def _note_order(self, parent: DesiredItem, sorting: Sorting) -> None:
        match = self.matches.by_key[parent.key]
        self.drift.append(
            FieldNote(
                key=parent.key,
                title=parent.title,
                name="order",
                verdict=Verdict.DRIFT,
                reason=SORTED,
                ref=match.ref,
                desired=[key for key in sorting.declared if key in sorting.people],
                observed=list(sorting.people),
            )
        )

    def _crosses(self, change: LinkSubIssue) -> bool:
        """Return whether a link crosses repositories, which the creation of an issue cannot do."""
        other = change.parent
        if other in self.items:
            return self.location_of.get(other) is not self.location_of.get(change.key)
        return fold(other.rpartition("#")[0]) != fold(change.repository or self.repository)

    def _move(self, move: Move, parent: str, *, restores: bool) -> None:
        match = self.matches.by_key.get(move.key)
        anchor = move.after or move.before or ""
        reason = SORTED if restores else "is there in the file"
        issue = match.issue if match else None
        waits = self._new(parent, move.key, anchor)
        self.changes.append(
            MoveSubIssue(
                *self._about(self.items[move.key], reason, issue, waits),
                parent=parent,
                position="after" if move.after else "before",
                anchor=anchor,
                restores=restores,
            )
        )

    # ---- the plan --------------------------------------------------------------------------

    def _is_new(self, key: str) -> bool:
        return key in self.items and key not in self.matches.by_key

    def _new(self, *keys: str) -> tuple[str, ...]:
        """Return those of these keys whose issues do not exist yet."""
        return tuple(key for key in keys if self._is_new(key))

    def _about(
        self,
        item: DesiredItem,
        reason: str,
        issue: ObservedIssue | None = None,
        waits: tuple[str, ...] = (),
    ) -> tuple[str, str, str, str | None, tuple[str, ...], str | None]:
        """Return the first values of every change of an item."""
        ref = self.observed.ref(issue) if issue else None
        return item.key, item.title, reason, ref, waits, self._repository(item)

    def _ends(
        self, item: DesiredItem, issue: ObservedIssue | None
    ) -> tuple[str | None, tuple[str, ...], str | None]:
        """Return the last values of a change of an item that may still have to be created."""
        return self._about(item, "", issue, () if issue else (item.key,))[3:]

    def _location(self, item: DesiredItem) -> Location:
        return self.location_of.get(item.key, self.locations[0])

    def _repository(self, item: DesiredItem) -> str | None:
        """Return the other repository that an item's issue is or will be in."""
        location = self.location_of.get(item.key)
        return location.name if location else None

    def plan(self) -> Plan:
        """Return the finished plan."""
        self.board.keep_record()
        self.issue_fields.finish()
        self.changes += self._pruned()
        self._close_done()
        candidates = [
            *self.issue_fields.changes,
            *self.changes,
            *self.board.changes,
            *self.board.cards,
        ]
        permitted, withheld = self.board.permitted(without_unused(candidates))
        if permitted and self._all_held():
            withheld += _waiting(permitted)
            permitted = []
        changes = tuple(sorted(permitted, key=lambda change: _ORDER[change.kind]))
        return Plan(
            repository=self.repository,
            project=self.board.name,
            board_title=self.observed.project.title if self.observed.project else "",
            changes=changes,
            items=tuple(self._plan_item(item) for item in self.declared),
            drift=tuple(map(self._owned, self.drift)),
            conflicts=tuple(self.conflicts),
            accepted=tuple(self.accepted),
            orphans=tuple(
                Orphan(key, self.observed.ref(issue), issue.title, self._why_open(issue, key))
                for key, issue in self._orphans()
                if not self._prunes(issue, key) and not self._is_unread(issue, key)
            ),
            unread=self._unread(),
            deferred=(*withheld, *self.issue_fields.deferred, *self.board.deferred, *self.deferred),
            warnings=(*self.warnings, *self.links.agents.warnings(changes)),
            digests=digests_of(self.desired, self.observed, self.matches, changes),
            coverage=self.observed.coverage,
            others={o.repository.name_with_owner: o.coverage for o in self.observed.others},
            in_force=in_force(self.desired.settings),
        )

    def _owned(self, note: FieldNote) -> FieldNote:
        """Return a note on drift, with whether GitHub owns the field."""
        owner = owner_of(note.name, self.desired.settings.ownership)
        return replace(note, flows=owner is Owner.GITHUB and not note.is_definition)

    def _close_done(self) -> None:
        """Plan what the setting `close_done` closes and reopens, after all other states."""
        finisher = Finisher(self.desired, self.observed, self.matches, self.changes, self.conflicts)
        sites = [
            Site(place, self.carriers[place.name], self.definitions[place.name].milestones)
            for place in self.locations
        ]
        if self.desired.settings.close_done:
            finisher.items(self._ends)
            self.board.close(finisher.closed)
            for site in sites:
                finisher.milestones(site)
        for site in sites:
            finisher.warn_closed(site)
        self.changes, self.warnings = finisher.changes, [*self.warnings, *finisher.warnings]

    def _all_held(self) -> bool:
        """Return whether no issue number in the file exists: it may be for another repository."""
        observed = self.observed
        numbered = [
            item.key
            for item in self.desired.items
            if item.issue is not None
            and not item.holes
            and item.key not in self.skipped
            and item.key not in self.matches.forgotten
            and counts(item.issue, sandbox=observed.sandbox, plain=not observed.embedded)
        ]
        return bool(numbered) and all(key in self.matches.held for key in numbered)

    def _orphans(self) -> list[tuple[str, ObservedIssue]]:
        return [(key, issue) for key, issue in self.matches.orphans if issue.state == "open"]

    def _pruned(self) -> list[CloseIssue]:
        """Return the changes that close issues without items, if the run is asked to prune."""
        return [
            CloseIssue(
                f"{issue.repository}#{issue.number}",
                issue.title,
                f"{_GONE} ({key}); --prune close",
                self.observed.ref(issue),
                state_reason=NOT_PLANNED,
                comment=_closing_comment(key),
            )
            for key, issue in self._orphans()
            if self._prunes(issue, key)
        ]

    def _prunes(self, issue: ObservedIssue, key: str) -> bool:
        """Return whether to close an orphan; not if it was reopened or is still in a file."""
        may = self.options.prune and self.observed.whole and issue.state_reason != REOPENED
        return may and self._still_in_files(issue, key) is None

    def _still_in_files(self, issue: ObservedIssue, key: str) -> Line | None:
        """Return the line of the files with the title of an orphan; None if it is not found."""
        if issue.id not in self.source_lines:
            marker = body_block.split(issue.body).marker
            applied = marker.base.hashes.get("title", "") if marker else ""
            own_key = None if key in self.items else key
            self.source_lines[issue.id] = self.sources.find(issue.title, applied, own_key)
        return self.source_lines[issue.id]

    def _is_unread(self, issue: ObservedIssue, key: str) -> bool:
        """Return whether the line of an orphan still exists but is not read as an item."""
        line = self._still_in_files(issue, key)
        return line is not None and not line.is_item

    def _unread(self) -> tuple[Unread, ...]:
        """Return the issues whose line is no longer read as an item."""
        left = [
            Left(key, issue, line)
            for key, issue in self._orphans()
            if (line := self._still_in_files(issue, key)) and not line.is_item
        ]
        readings = declarations(left, self.desired.settings, dict(self.desired.texts))
        return tuple(
            Unread(each.key, self.observed.ref(each.issue), each.issue.title, each.line.place, text)
            for each, text in zip(left, readings, strict=True)
        )

    def _why_open(self, issue: ObservedIssue, key: str) -> str:
        """Return why an orphan stays open."""
        line = self._still_in_files(issue, key)
        if line is not None:
            return f"its title is still in the file ({line.place}), where another item has it"
        if self.options.prune and issue.state_reason == REOPENED:
            return f"{_GONE}; somebody reopened it, so it stays open"
        if self.options.prune:
            return f"{_GONE}; not all issues could be read, so none is closed"
        return _GONE

    def _plan_item(self, item: DesiredItem) -> PlanItem:
        match = self.matches.by_key.get(item.key)
        return PlanItem(
            key=item.key,
            kind=item.kind,
            title=item.title,
            parent=item.parent,
            ref=match.ref if match else None,
            url=match.issue.url if match else None,
            points=item.points,
            place=item.place,
            repository=self._repository(item),
        )


def _lifted(desired: DesiredState, absent: Collection[str]) -> DesiredState:
    """Move children of items without an issue below the next ancestor that gets one."""
    if not absent:
        return desired
    above = {item.key: item.parent for item in desired.items}

    def next_above(parent: str | None) -> str | None:
        while parent is not None and parent in absent:
            parent = above.get(parent)
        return parent

    items = (replace(item, parent=next_above(item.parent)) for item in desired.items)
    return replace(desired, items=tuple(items))


def _shortened(body: str) -> str:
    """Return a body without its record of definitions if it is too long with it.

    A nonce, and the ids of what is still to be created, are added when it is sent.
    """
    return body if len(body) <= _LONGEST - _LATER else unrecorded(body)


SORTED = "sorted on GitHub"
_GONE = "its item is gone from the file"


def _waiting(changes: Sequence[Change]) -> list[Deferred]:
    """Return these changes as deferred work that waits for held items."""
    kinds = {c.key: c.kind for c in changes if not c.is_refresh}
    return [
        Deferred(
            kind,
            key,
            "nothing is done while every item that names an issue is held",
            "settle one of the held items first",
        )
        for key, kind in kinds.items()
    ]


def _closing_comment(key: str) -> str:
    return (
        f"Closed as not planned: `{key}` is no longer in the backlog that this issue was made from."
        " Put it back there, or reopen this issue; the backlog does not close it a second time."
    )


def _reason(diff: ItemDiff, match: Match) -> str:
    if match.adopt:
        return match.reason
    reasons = sorted({diff.reasons[name] for name in diff.fields if name in diff.reasons})
    if diff.forgotten:
        reasons.append(
            f"no longer in the file, left as it is on GitHub: {', '.join(diff.forgotten)}"
        )
    return "; ".join(reasons) or "the record of what was applied follows"
