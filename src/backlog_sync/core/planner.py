"""Building the plan: desired and observed state in, ordered changes out. Nothing is sent."""

import hashlib
from collections.abc import Iterable, Mapping

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize
from backlog_sync.core.board import BoardPlan, plan_board
from backlog_sync.core.body import SplitBody
from backlog_sync.core.changes import (
    Action,
    Change,
    ChangeKind,
    Deferred,
    Digests,
    FieldChange,
    FieldNote,
    JsonValue,
    Orphan,
    Plan,
    PlanItem,
    Verdict,
    Warned,
)
from backlog_sync.core.definitions import plan_labels, plan_milestones
from backlog_sync.core.diff import ItemDiff, Target, base_of, diff_item, target_of
from backlog_sync.core.identity import Match, Matches, match_items
from backlog_sync.core.model import DesiredItem, DesiredState, Marker, ObservedIssue, ObservedState

_ORDER = {kind: index for index, kind in enumerate(ChangeKind)}


def build_plan(desired: DesiredState, observed: ObservedState) -> Plan:
    """Give the plan that makes the observed state what is desired. Pure and deterministic."""
    builder = _Builder(desired, observed)
    for item in desired.items:
        builder.item(item)
    return builder.plan()


class _Builder:
    """Walks the items once and collects changes."""

    def __init__(self, desired: DesiredState, observed: ObservedState) -> None:
        self.desired, self.observed = desired, observed
        self.matches: Matches = match_items(desired, observed)
        self.items = {item.key: item for item in desired.items}
        self.key_of = {match.issue.id: key for key, match in self.matches.by_key.items()}
        self.ids = {str(issue.number): issue.id for issue in observed.issues}
        self.repository = observed.repository.name_with_owner
        self.types = {normalize.fold(name): name for name in observed.issue_types or ()}
        self.board: BoardPlan = plan_board(desired, observed)
        self.changes: list[Change] = [
            *plan_labels(desired, observed),
            *plan_milestones(desired, observed),
            *self.board.changes,
        ]
        self.drift: list[FieldNote] = []
        self.conflicts: list[FieldNote] = []
        self.deferred: list[Deferred] = list(self.board.deferred)
        self.warnings: list[Warned] = [*self.matches.warnings, *self.board.warnings]
        self.skipped: set[str] = set()

    # ---- one item --------------------------------------------------------------------------

    def item(self, item: DesiredItem) -> None:
        """Plan all that one item asks for."""
        if item.key in self.matches.held:
            self._held(item)
            return
        match = self.matches.by_key.get(item.key)
        links = self._links(item)
        issue_type = self.types.get(normalize.fold(item.kind))
        target = target_of(item, self.desired.settings, issue_type=issue_type, links=links)
        if match is None:
            if item.fields.get("state") == "closed" and not self.desired.settings.create_done:
                self.skipped.add(item.key)
                self.warnings.append(
                    Warned(
                        message=f"{item.key} is done already and was not created",
                        slug="done-not-created",
                        place=item.place,
                    )
                )
                return
            self._create(item, target)
        else:
            self._update(item, match, target)
        changes, notes = self.board.item(item, match.issue if match else None)
        self.changes += changes
        self.drift += notes

    def _held(self, item: DesiredItem) -> None:
        reason, issue = self.matches.held[item.key]
        self.conflicts.append(
            FieldNote(
                key=item.key,
                title=item.title,
                name="identity",
                verdict=Verdict.CONFLICT,
                reason=reason,
                ref=f"#{issue.number}" if issue else None,
            )
        )

    def _links(self, item: DesiredItem) -> dict[str, JsonValue]:
        """Give parent and blockers as keys or `owner/repo#n`, leaving out what cannot be linked."""
        links: dict[str, JsonValue] = {}
        if item.parent is not None and item.parent not in self.skipped:
            links["parent"] = item.parent
        blockers = item.fields.get("blocked_by")
        if isinstance(blockers, tuple):
            links["blocked_by"] = sorted(
                name
                for name in (self._canonical(str(b)) for b in blockers)
                if name not in self.skipped and name not in self.matches.held
            )
        return links

    def _canonical(self, ref: str) -> str:
        """Name an item by its key wherever an issue of ours is meant."""
        if ref in self.items:
            return ref
        name, _, number = ref.rpartition("#")
        if normalize.fold(name or self.repository) == normalize.fold(self.repository):
            issue_id = self.ids.get(number)
            return self.key_of.get(issue_id or "", f"{self.repository}#{number}")
        return ref

    def _create(self, item: DesiredItem, target: Target) -> None:
        fields: dict[str, FieldChange] = {
            name: FieldChange(None, value)
            for name, value in target.atoms.items()
            if name not in ("parent", "state") and value is not None
        }
        for name in ("labels", "assignees"):
            if target.sets.get(name):
                fields[name] = FieldChange([], sorted(target.sets[name], key=str.casefold))
        fields["body"] = FieldChange("", "\n".join(target.lines))
        pending = ("blocked_by",) if target.sets.get("blocked_by") else ()
        marker = Marker(
            self.desired.backlog_id, item.key, base=base_of(target, target.lines, pending=pending)
        )
        parent = target.atoms.get("parent")
        waits = (str(parent),) if parent is not None and self._is_new(str(parent)) else ()
        self._add(
            item,
            Action.CREATE,
            ChangeKind.ISSUE,
            reason=f"declared at {item.place.path}:{item.place.line}",
            fields=fields,
            waits_for=waits,
            body=body_block.join(SplitBody("", "", target.lines, marker)),
        )
        if parent is not None:
            self._link(item, None, str(parent), FieldChange(None, parent))
        for blocker in target.sets.get("blocked_by", ()):
            self._depend(item, None, blocker, Action.LINK)
        if target.atoms.get("state") == "closed":
            self._add(
                item,
                Action.CLOSE,
                ChangeKind.ISSUE,
                reason="done in the file",
                fields={"state": FieldChange("open", "closed")},
                waits_for=(item.key,),
            )

    def _update(self, item: DesiredItem, match: Match, target: Target) -> None:
        issue = match.issue
        diff = diff_item(
            item,
            match,
            target,
            self._observed_links(issue),
            self.desired.settings,
            self.desired.backlog_id,
        )
        self.drift += diff.drift
        self.conflicts += diff.conflicts
        if diff.state is not None:
            action = Action.CLOSE if diff.state.after == "closed" else Action.REOPEN
            self._add(
                item,
                action,
                ChangeKind.ISSUE,
                issue=issue,
                reason=diff.reasons.get("state", ""),
                fields={"state": diff.state},
            )
        if diff.fields or diff.body is not None:
            self._add(
                item,
                Action.ADOPT if match.adopt else Action.UPDATE,
                ChangeKind.ISSUE,
                issue=issue,
                reason=_reason(diff, match),
                fields=diff.fields,
                drifted=tuple(n for n in diff.drifted if n in diff.fields),
                body=diff.body,
                body_seen=issue.body,
            )
        if diff.parent is not None:
            self._link(item, issue, str(diff.parent.after), diff.parent)
        for blocker in diff.blocked_by[0]:
            self._depend(item, issue, blocker, Action.LINK)
        for blocker in diff.blocked_by[1]:
            self._depend(item, issue, blocker, Action.UNLINK)

    def _observed_links(self, issue: ObservedIssue) -> dict[str, JsonValue]:
        parent = issue.parent
        blockers = [
            self.key_of.get(link.id, f"{link.repository}#{link.number}")
            for link in issue.blocked_by
        ]
        name: JsonValue = None
        if parent is not None:
            name = self.key_of.get(parent.id, f"{parent.repository}#{parent.number}")
        return {"parent": name, "blocked_by": sorted(blockers)}

    # ---- links -----------------------------------------------------------------------------

    def _link(
        self, item: DesiredItem, issue: ObservedIssue | None, parent: str, change: FieldChange
    ) -> None:
        self._add(
            item,
            Action.LINK,
            ChangeKind.SUB_ISSUE,
            issue=issue,
            other=parent,
            reason="stands below it in the file",
            fields={"parent": change},
            waits_for=tuple(k for k in (parent, item.key) if self._is_new(k)),
        )

    def _depend(
        self, item: DesiredItem, issue: ObservedIssue | None, blocker: str, action: Action
    ) -> None:
        if not self._reachable(blocker):
            self.deferred.append(
                Deferred(
                    kind=ChangeKind.DEPENDENCY,
                    key=item.key,
                    reason=f"{blocker} was not found in {self.repository}",
                    hint="a blocker is a key of this backlog or an issue of this repository",
                )
            )
            return
        before, after = (None, blocker) if action is Action.LINK else (blocker, None)
        self._add(
            item,
            action,
            ChangeKind.DEPENDENCY,
            issue=issue,
            other=blocker,
            reason="declared in the file" if action is Action.LINK else "dropped from the file",
            fields={"blocked_by": FieldChange(before, after)},
            waits_for=tuple(k for k in (blocker, item.key) if self._is_new(k)),
        )

    def _reachable(self, ref: str) -> bool:
        if ref in self.items:
            return True
        name, _, number = ref.rpartition("#")
        return name == self.repository and number in self.ids

    # ---- the plan --------------------------------------------------------------------------

    def _is_new(self, key: str) -> bool:
        return key in self.items and key not in self.matches.by_key

    def _add(
        self,
        item: DesiredItem,
        action: Action,
        kind: ChangeKind,
        *,
        reason: str,
        issue: ObservedIssue | None = None,
        fields: Mapping[str, FieldChange] | None = None,
        other: str | None = None,
        waits_for: tuple[str, ...] = (),
        drifted: tuple[str, ...] = (),
        body: str | None = None,
        body_seen: str | None = None,
    ) -> None:
        self.changes.append(
            Change(
                action=action,
                kind=kind,
                key=item.key,
                title=item.title,
                reason=reason,
                ref=f"#{issue.number}" if issue else None,
                fields=fields or {},
                other=other,
                waits_for=waits_for,
                drifted=drifted,
                body=body,
                body_seen=body_seen,
            )
        )

    def plan(self) -> Plan:
        """Give the finished value."""
        changes = tuple(sorted(self.changes, key=lambda change: _ORDER[change.kind]))
        return Plan(
            repository=self.repository,
            project=self.board.name,
            changes=changes,
            items=tuple(self._plan_item(item) for item in self.desired.items),
            drift=tuple(self.drift),
            conflicts=tuple(self.conflicts),
            orphans=tuple(
                Orphan(key, f"#{issue.number}", issue.title, "its item is gone from the file")
                for key, issue in self.matches.orphans
                if issue.state == "open"
            ),
            deferred=tuple(self.deferred),
            warnings=tuple(self.warnings),
            digests=_digests(self.desired, self.observed, self.matches, changes),
        )

    def _plan_item(self, item: DesiredItem) -> PlanItem:
        match = self.matches.by_key.get(item.key)
        return PlanItem(
            key=item.key,
            kind=item.kind,
            title=item.title,
            parent=item.parent,
            ref=f"#{match.issue.number}" if match else None,
            url=match.issue.url if match else None,
            points=item.points,
            place=item.place,
        )


def _reason(diff: ItemDiff, match: Match) -> str:
    if match.adopt:
        return match.reason
    told = sorted({diff.reasons[name] for name in diff.fields if name in diff.reasons})
    return "; ".join(told) or "the record of what was applied follows"


def _digests(
    desired: DesiredState,
    observed: ObservedState,
    matches: Matches,
    changes: Iterable[Change],
) -> Digests:
    """Hash each input, whatever order it came in."""
    items = (
        (i.key, i.kind, i.parent, str(i.issue), i.status, sorted(i.fields.items()),
         sorted(i.board.items()), i.repository)
        for i in desired.items
    )  # fmt: skip
    rest = (desired.backlog_id, desired.project, desired.settings)
    return Digests(
        desired=_digest([*map(repr, items), *map(repr, desired.labels),
                         *map(repr, desired.milestones), repr(rest)]),
        observed=_digest(
            [*map(repr, observed.issues), *map(repr, observed.labels),
             *map(repr, observed.milestones), repr(observed.project),
             repr(observed.repository)]
        ),
        base=_digest(repr((k, m.parts.marker)) for k, m in matches.by_key.items()),
        plan=_digest(map(repr, changes)),
    )  # fmt: skip


def _digest(lines: Iterable[str]) -> str:
    state = hashlib.sha256()
    for line in sorted(lines):
        state.update(line.encode("utf-8", "surrogatepass"))
        state.update(b"\n")
    return state.hexdigest()
