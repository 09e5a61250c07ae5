"""Relations of items with other issues: parents, order, blockers, people, types."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from backlog_sync.core import holds, normalize, order
from backlog_sync.core.agents import Agents
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import JsonValue
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.holds import Hold
from backlog_sync.core.locations import locations, owner_of_repository, same_owner
from backlog_sync.core.lookups import known_issues
from backlog_sync.core.marker import Base
from backlog_sync.core.matching import Match, Matches
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.observed import IssueLink, ObservedIssue, ObservedState
from backlog_sync.core.options import PLAIN, PlanOptions
from backlog_sync.core.plan import Deferred
from backlog_sync.dataclass import dataclass

REMOVED_BLOCKERS = "removed_blockers"
"""The name of the blockers that were removed from an issue, among its links."""


def names_in(links: Mapping[str, JsonValue], name: str) -> tuple[str, ...]:
    """Return the names of several links of a kind, as `Links.observed_links` has them."""
    names = links.get(name)
    return tuple(map(str, names)) if isinstance(names, list) else ()


_OLDER = "GitHub Enterprise Server gained it later; everything else is synced"


@dataclass(frozen=True, slots=True)
class Relations:
    """The relations of one item, resolved with the observation.

    `values` are parent, blockers, assignees and issue type as far as available; `kept` are the
    names of those that cannot be resolved now; `deferred` contains the reasons.
    `observed` are the links that its issue has now. `reversed_parents` is the parent, if it is
    below the item on GitHub.
    """

    values: Mapping[str, JsonValue]
    kept: frozenset[str]
    deferred: tuple[Deferred, ...]
    observed: Mapping[str, JsonValue]
    reversed_parents: Hold | None = None


@dataclass(frozen=True, slots=True)
class Sorting:
    """The moves among the items below one parent.

    `people` is the order that people set for those that were sorted before, empty if they did not;
    `declared` is the file's order of the existing ones.
    """

    moves: tuple[order.Move, ...] = ()
    people: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()


class Links:
    """Resolves what items refer to. `skipped` are keys that this run leaves out."""

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        matches: Matches,
        skipped: Collection[str] = (),
        options: PlanOptions = PLAIN,
    ) -> None:
        self.desired, self.observed = desired, observed
        self.matches, self.skipped = matches, skipped
        self.agents = Agents(desired.settings, observed, options)
        self._deferred: list[Deferred] = []
        self._items = {item.key for item in desired.items}
        self._children_of: dict[str, list[str]] = {}
        for item in desired.items:
            if item.parent is not None:
                self._children_of.setdefault(item.parent, []).append(item.key)
        self._key_of = {match.issue.id: key for key, match in matches.by_key.items()}
        self._known = known_issues(observed)
        self._types = {normalize.fold(n): n for n in observed.issue_types or ()}
        target, *others = locations(desired, observed)
        self._target, self._location_of = (
            target,
            {i.key: location for location in others for i in location.items},
        )
        self._unable = {
            location.name: {normalize.fold(login) for login in location.unassignable}
            for location in (target, *others)
        }
        self._parent_ids = self._planned_parents()

    def of(self, item: DesiredItem, match: Match | None) -> Relations:
        """Return the relations of one item."""
        self._deferred = []
        values: dict[str, JsonValue] = {}
        kept: set[str] = set()
        observed_links = self.observed_links(match.issue) if match else {}
        self._parent(item, observed_links, values, kept)
        self._blockers(item, observed_links, values, kept)
        self._assignees(item, match, values)
        self._type(item, match, values, kept)
        hold = self._upside_down(match, values.get("parent"))
        if hold is not None:
            del values["parent"]
            kept.add("parent")
        return Relations(values, frozenset(kept), tuple(self._deferred), observed_links, hold)

    def observed_links(self, issue: ObservedIssue) -> dict[str, JsonValue]:
        """Return an issue's parent and blockers, by key if they are ours.

        `removed_blockers` are those that it ever had and lost, as far as that was asked.
        """
        removed = self.observed.removed_blockers.get(issue.id, ())
        return {
            "parent": self._name_of(issue.parent) if issue.parent else None,
            "blocked_by": sorted(map(self._name_of, issue.blocked_by)),
            REMOVED_BLOCKERS: sorted(map(self._name_of, removed)),
        }

    def _name_of(self, link: IssueLink) -> str:
        return self._key_of.get(link.id, f"{link.repository}#{link.number}")

    def with_agents(self, item: DesiredItem, match: Match, declared: Sequence[str]) -> Match:
        """Return a match whose issue lists the agents that GitHub's list of people leaves out."""
        location = self._location_of.get(item.key, self._target)
        shown = self.agents.shown(match.issue, match, declared, location)
        return replace(match, issue=replace(match.issue, assignees=shown))

    def _planned_parents(self) -> dict[str, str]:
        """Return the planned parent of each issue: from the file, else from GitHub."""
        parent_ids = {issue.id: issue.parent.id for issue in self.observed.issues if issue.parent}
        by_key = self.matches.by_key
        for item in self.desired.items:
            match, parent = by_key.get(item.key), by_key.get(item.parent or "")
            apart = not self._same_owner(item.key, item.parent or item.key)
            if match and parent and not apart and item.key not in self.skipped:
                parent_ids[match.issue.id] = parent.issue.id
        return parent_ids

    def _upside_down(self, match: Match | None, parent: JsonValue) -> Hold | None:
        """Return why an item cannot get its parent: on GitHub, the parent is below the item."""
        parent_match = self.matches.by_key.get(parent) if isinstance(parent, str) else None
        if match is None or parent_match is None:
            return None
        chain = [parent_match.issue.id]
        while chain[-1] in self._parent_ids and self._parent_ids[chain[-1]] not in chain:
            chain.append(self._parent_ids[chain[-1]])
            if chain[-1] == match.issue.id:
                return holds.reversed_parents(match.ref, parent_match.ref, self._name(chain[-2]))
        return None

    def _name(self, issue_id: str) -> str:
        return next(self.observed.ref(i) for i in self.observed.issues if i.id == issue_id)

    # ---- one relation each -----------------------------------------------------------------

    def _parent(
        self,
        item: DesiredItem,
        observed_links: Mapping[str, JsonValue],
        values: dict[str, JsonValue],
        kept: set[str],
    ) -> None:
        if item.parent is None or self._ignores(item.parent):
            return
        if not self.observed.capabilities.sub_issues:
            kept.add("parent")
            self._defer(ChangeKind.SUB_ISSUE, item, "this server has no sub-issues", _OLDER)
            return
        parent = self._canonical(item.parent)
        if not self._same_owner(item.key, parent):
            kept.add("parent")
            self._defer(ChangeKind.SUB_ISSUE, item, *self._why_apart(item.key, parent))
        elif parent in self.matches.held or not (
            self._reachable(parent) or parent == observed_links.get("parent")
        ):
            kept.add("parent")
            self._unreachable(item, ChangeKind.SUB_ISSUE, parent)
        elif parent not in self.skipped:
            values["parent"] = parent

    def _blockers(
        self,
        item: DesiredItem,
        observed_links: Mapping[str, JsonValue],
        values: dict[str, JsonValue],
        kept: set[str],
    ) -> None:
        blockers = item.fields.get("blocked_by")
        if not isinstance(blockers, tuple):
            return
        if not self.observed.capabilities.dependencies:
            kept.add("blocked_by")
            if blockers:
                self._defer(ChangeKind.DEPENDENCY, item, "this server has no dependencies", _OLDER)
            return
        observed_blockers = observed_links.get("blocked_by")
        linked = normalize.fold_set(
            observed_blockers if isinstance(observed_blockers, list) else ()
        )
        resolved: list[str] = []
        declared = [str(blocker) for blocker in blockers if not self._ignores(str(blocker))]
        for blocker in sorted(set(map(self._canonical, declared))):
            if normalize.fold(blocker) in linked or self._reachable(blocker):
                resolved.append(blocker)
            else:
                self._unreachable(item, ChangeKind.DEPENDENCY, blocker)
        values["blocked_by"] = list(resolved)

    def _assignees(
        self, item: DesiredItem, match: Match | None, values: dict[str, JsonValue]
    ) -> None:
        assignees = item.fields.get("assignees")
        if not isinstance(assignees, tuple):
            return
        able: list[str] = []
        location = self._location_of.get(item.key, self._target)
        repository = location.name
        for login in map(str, assignees):
            is_agent = self.agents.includes(login, location)
            denial = self.agents.denial(login, item, match, location) if is_agent else None
            if denial is not None:
                self._defer(ChangeKind.ISSUE, item, *denial)
            elif is_agent and self.agents.is_assigned(login, match):
                able.append(login)
            elif normalize.fold(login) in self._unable[repository]:
                self._defer(
                    ChangeKind.ISSUE,
                    item,
                    f"{login} cannot be assigned in {repository}",
                    "an assignee needs at least read access to the repository",
                )
            else:
                able.append(login)
        values["assignees"] = list(able)

    def _type(
        self, item: DesiredItem, match: Match | None, values: dict[str, JsonValue], kept: set[str]
    ) -> None:
        """Set the type of an item's kind; remove ours if it was that of another kind."""
        desired = self.desired.settings.issue_types.get(item.kind)
        if desired is None:
            return
        location = self._location_of.get(item.key, self._target)
        if not same_owner(location.name, self._target.name):
            kept.add("issue_type")  # types belong to an organization; the kind's label is set
            return
        if self.observed.issue_types is None:
            kept.add("issue_type")
            return
        name = self._types.get(normalize.fold(desired))
        if name is not None:
            values["issue_type"] = name
            return
        observed_type = match.issue.issue_type if match else None
        base = _base(match).hashes.get("issue_type")
        other = observed_type is not None and normalize.fold(observed_type) != normalize.fold(
            desired
        )
        if other and base == normalize.hash_value(observed_type):
            values["issue_type"] = None
        else:
            kept.add("issue_type")

    # ---- names -----------------------------------------------------------------------------

    def _repository(self, ref: str) -> str:
        """Return the repository of an item's key or of `owner/repo#n`."""
        if ref in self._items:
            return self._location_of.get(ref, self._target).name
        return ref.rpartition("#")[0] or self._target.name

    def _same_owner(self, key: str, parent: str) -> bool:
        """Return whether an issue can be below another one: both are of one owner.

        GitHub's REST documentation of "Add sub-issue": the sub-issue must belong to the same
        repository owner as the parent. For dependencies it has no such rule.
        """
        return same_owner(self._repository(key), self._repository(parent))

    def _why_apart(self, key: str, parent: str) -> tuple[str, str]:
        child, above = self._repository(key), self._repository(parent)
        return (
            f"GitHub has no sub-issues across owners: this is in {child}, its parent in {above}",
            f"it stays below it in the file; for a sub-issue, move one of them to a repository of"
            f" {owner_of_repository(child)} or {owner_of_repository(above)}",
        )

    def _canonical(self, ref: str) -> str:
        """Return the item's key if a reference is one of our issues."""
        if ref in self._items:
            return ref
        name, _, number = ref.rpartition("#")
        full_ref = f"{name or self.observed.repository.name_with_owner}#{number}"
        link = self._known.get(normalize.fold(full_ref))
        if link is None:
            return full_ref
        return self._key_of.get(link.id, f"{link.repository}#{link.number}")

    def _ignores(self, ref: str) -> bool:
        """Return whether a name is one of a real server's issues, in the embedded simulator."""
        return self.observed.embedded and "#" in ref and ref not in self._items

    def _reachable(self, ref: str) -> bool:
        if ref in self._items:
            return ref not in self.matches.held and ref not in self.skipped
        return normalize.fold(ref) in self._known

    def _unreachable(self, item: DesiredItem, kind: ChangeKind, ref: str) -> None:
        """Defer a link whose target is unavailable, unless that item is already reported."""
        if ref in self._items:
            return
        why = self.observed.unreachable.get(ref)
        where = self.observed.repository.name_with_owner
        hint = "name a key of this backlog or an issue that the token can read"
        self._defer(kind, item, why or f"{ref} was not found in {where}", hint)

    def _defer(self, kind: ChangeKind, item: DesiredItem, reason: str, hint: str) -> None:
        self._deferred.append(Deferred(kind=kind, key=item.key, reason=reason, hint=hint))

    # ---- order -----------------------------------------------------------------------------

    def recorded_order(self, key: str) -> tuple[str, ...]:
        """Return what an item's base records of the items below it, without those left alone.

        An item whose issue is known stays on record, or it would not be recognized by its key
        again.
        """
        held = self.matches.held
        return order.record(
            child
            for child in self._children_of.get(key, ())
            if child not in self.skipped and (child not in held or held[child].known)
        )

    def sorting(self, parent: str, linked: Collection[str]) -> Sorting:
        """Return the moves that put the items below a parent into order.

        `linked` are those that this plan puts below it, in that order. Nothing is moved if the
        order on GitHub is not completely known.
        """
        match = self.matches.by_key.get(parent)
        children = self._children_of.get(parent, [])
        observed_ids = match.issue.children if match else ()
        observed_order = [self._key_of.get(issue_id, issue_id) for issue_id in observed_ids]
        standing = [key for key in children if match and self._is_child(key, match.issue)]
        if not self.observed.capabilities.sub_issues or not set(standing) <= set(observed_order):
            return Sorting()
        row = [*observed_order, *(key for key in linked if key not in observed_order)]
        present = set(standing) | set(linked)
        desired_order = [key for key in children if key in present]
        base = _base(match).order
        target_order = tuple(desired_order)
        if owner_of("order", self.desired.settings.ownership) is Owner.GITHUB:
            target_order = order.wanted_order(desired_order, row, base)
        steps = order.moves(row, target_order)
        sorted_there = order.moved_since(desired_order, observed_order, base) if steps else ()
        return Sorting(
            steps, sorted_there, tuple(key for key in desired_order if key in observed_order)
        )

    def _is_child(self, key: str, parent: ObservedIssue) -> bool:
        match = self.matches.by_key.get(key)
        return bool(match and match.issue.parent and match.issue.parent.id == parent.id)


def _base(match: Match | None) -> Base:
    marker = match.parts.marker if match else None
    return marker.base if marker else Base()
