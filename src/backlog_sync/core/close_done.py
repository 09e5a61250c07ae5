"""`close_done`: close epics, features and milestones when everything in them is done.

GitHub's states count, as this plan leaves them, those of issues that are not ours included. What
people do is the last word: what they reopened stays open, and what they closed stays closed, until
one of its items reopens after that. What is known about this is in `Base.finish` of the issue, and
for a milestone in the record of definitions; both are written only if they change.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core.changes import (
    AdoptIssue,
    Change,
    CloseIssue,
    CreateIssue,
    FieldChange,
    ForgetFields,
    LinkSubIssue,
    RefreshBase,
    ReopenIssue,
    UnlinkSubIssue,
    UpdateIssue,
    UpdateMilestone,
)
from backlog_sync.core.definition_base import CLOSED_DONE, Carrier, fitting, is_state_key, state_key
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.locations import Location
from backlog_sync.core.marker import Base
from backlog_sync.core.matching import Match, Matches
from backlog_sync.core.model import DesiredItem, DesiredState, MilestoneDef
from backlog_sync.core.observed import ObservedIssue, ObservedMilestone, ObservedState
from backlog_sync.core.plan import FieldNote
from backlog_sync.core.states import (
    COMPLETED,
    NOT_PLANNED,
    OPEN,
    REOPENED,
    desired_state,
    observed_state,
)
from backlog_sync.dataclass import dataclass

KINDS = {"epic": "epics", "feature": "features"}
"""The kinds of items that can be closed, by their names in the setting."""

FINISHED, RESUMED = "c", "o"
"""The values of `Base.finish`: closed with everything in it done; reopened, with open items."""

_WRITES = CreateIssue | UpdateIssue | AdoptIssue | ForgetFields | RefreshBase
About: TypeAlias = tuple[str | None, tuple[str, ...], str | None]
"""The last values of every change of an item: its issue, the keys it waits for, the repository."""

_SHOWN = 5
"""A warning names this many items; the plan lists all of them."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The states of what is in an epic or a milestone, as the plan leaves them.

    `ours` is whether an existing issue is among it. `counts_on` are the keys of the issues whose
    state this plan changes. `complete` is False if closed issues that are not ours were not read.
    """

    open: int = 0
    done: int = 0
    dropped: int = 0
    ours: bool = False
    counts_on: tuple[str, ...] = ()
    complete: bool = True

    @property
    def total(self) -> int:
        """The number of all items."""
        return self.open + self.done + self.dropped

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do, and not all of it was dropped."""
        return not self.open and bool(self.done) and self.ours

    @property
    def why_closed(self) -> str:
        """The reason for closing it."""
        if not self.complete:
            return "none of its items is open"
        if self.dropped:
            return f"{self.done} of its {self.total} items are done, the rest is not planned"
        return f"all {self.total} of its items are done" if self.total > 1 else "its item is done"

    @property
    def why_reopened(self) -> str:
        """The reason for reopening it."""
        if self.total == 1 and self.complete:
            return "its item is open"
        verb = "is" if self.open == 1 else "are"
        total = f"{self.total} " if self.complete else ""
        return f"{self.open} of its {total}items {verb} open"


@dataclass(frozen=True, slots=True)
class Site:
    """One repository of the plan: its carrier, and the file's titles of renamed milestones."""

    location: Location
    carrier: Carrier
    renamed: Mapping[str, str]

    @property
    def repository(self) -> str | None:
        """The name that changes give it: None for the target."""
        return None if self.location.is_target else self.location.name


class Finisher:
    """Adds what `close_done` changes to the `changes` of a plan, and patches the bodies in it."""

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        matches: Matches,
        changes: Sequence[Change],
        conflicts: Iterable[FieldNote],
    ) -> None:
        self.desired, self.observed, self.matches = desired, observed, matches
        self.changes = list(changes)
        self.warnings: list[Warned] = []
        self.closed: set[str] = set()
        self.issues = {issue.id: issue for issue in observed.issues}
        self.key_of = {match.issue.id: key for key, match in matches.by_key.items()}
        self.states: dict[str, str] = {}
        self.changed: dict[str, str] = {}
        self.contested = {note.key for note in conflicts if note.name == "state"}
        self.created = {c.key: c for c in changes if isinstance(c, CreateIssue)}
        self.items_below: dict[str, list[DesiredItem]] = {}
        for item in desired.items:
            if item.parent is not None:
                self.items_below.setdefault(item.parent, []).append(item)
        self.parents = {
            self._node(c.key): c.parent if isinstance(c, LinkSubIssue) else None
            for c in changes
            if isinstance(c, LinkSubIssue | UnlinkSubIssue)
        }
        for change in changes:
            if isinstance(change, CloseIssue | ReopenIssue):
                self._note(change)

    # ---- states ------------------------------------------------------------------------------

    def _node(self, name: str) -> str:
        """Return the id of an issue by its key or `owner/repo#n`; of a new one, its key."""
        match = self.matches.by_key.get(name)
        if match is not None:
            return match.issue.id
        if "#" in name:
            named = (i.id for i in self.observed.issues if f"{i.repository}#{i.number}" == name)
            return next(named, name)
        return name

    def _note(self, change: CloseIssue | ReopenIssue) -> None:
        state: object = OPEN
        if isinstance(change, CloseIssue):
            state = COMPLETED if change.state_reason == COMPLETED else NOT_PLANNED
        node = self._node(change.key)
        self.states[node], self.changed[node] = str(state), change.key

    def _state_of(self, node: str, elsewhere: Mapping[str, str]) -> str:
        """Return the state of an issue after the plan; one that is not known counts as open."""
        if node in self.states:
            return self.states[node]
        issue = self.issues.get(node)
        return observed_state(issue) if issue else elsewhere.get(node, OPEN)

    def _state_in_file(self, item: DesiredItem) -> str:
        """Return the state of an item that has no issue: only the file knows it."""
        node = self._node(item.key)
        if node in self.states or item.key in self.created or item.key in self.matches.held:
            return self.states.get(node, OPEN)
        return str(desired_state(str(item.fields.get("state") or OPEN)))

    def _contents(
        self, nodes: Iterable[str], items: Iterable[DesiredItem], elsewhere: Mapping[str, str]
    ) -> Contents:
        """Count existing issues by their ids, and items without an issue."""
        nodes, items = list(nodes), list(items)
        states = [self._state_of(node, elsewhere) for node in nodes]
        states += [self._state_in_file(item) for item in items]
        every = [*nodes, *(item.key for item in items)]
        return Contents(
            open=states.count(OPEN),
            done=states.count(COMPLETED),
            dropped=states.count(NOT_PLANNED),
            ours=bool(nodes),
            counts_on=tuple(self.changed[node] for node in every if node in self.changed),
        )

    # ---- epics and features --------------------------------------------------------------------

    def items(self, about: Callable[[DesiredItem, ObservedIssue | None], About]) -> None:
        """Close and reopen epics and features; `about` gives the last values of their changes."""
        for item in reversed(self.desired.items):  # children stand after their parents
            if KINDS.get(item.kind) in self.desired.settings.close_done:
                self._item(item, about)

    def _item(
        self, item: DesiredItem, about: Callable[[DesiredItem, ObservedIssue | None], About]
    ) -> None:
        match = self.matches.by_key.get(item.key)
        if match is None and item.key not in self.created:
            return
        if match is not None and not match.is_trusted:
            return
        if "state" in item.fields and self._state_owner() is Owner.FILE:
            return
        contents = self._below(item, match)
        if not contents.total:
            return
        node = self._node(item.key)
        state = self._state_of(node, {})
        marker = match.parts.marker if match else None
        finish = marker.base.finish if marker else ""
        settled = node in self.changed or item.key in self.contested
        reopened = state == OPEN and bool(
            node in self.changed or (match and match.issue.state_reason == REOPENED)
        )
        change: CloseIssue | ReopenIssue | None = None
        issue = match.issue if match else None
        if settled:
            pass
        elif state == OPEN and contents.finished and (finish == RESUMED or not reopened):
            values = (item.key, item.title, contents.why_closed, *about(item, issue))
            change = CloseIssue(*values, counts_on=contents.counts_on)
            self.closed.add(item.key)
        elif state == COMPLETED and contents.open and finish == FINISHED:
            values = (item.key, item.title, contents.why_reopened, *about(item, issue))
            change = ReopenIssue(*values, counts_on=contents.counts_on)
            reopened = True
        if change is not None:
            self.changes.append(change)
            self._note(change)
            state = self.states[node]
        after = _finish(state, contents, finish, reopened=reopened)
        if after != finish:
            self._patch(item, match, lambda base: replace(base, finish=after), about(item, issue))

    def _state_owner(self) -> Owner:
        return owner_of("state", self.desired.settings.ownership)

    def _below(self, item: DesiredItem, match: Match | None) -> Contents:
        """Return what is below an item: in the file, and on GitHub."""
        nodes: dict[str, None] = {}
        for node in match.issue.children if match else ():
            if self.parents.get(node, item.key) == item.key:
                nodes[node] = None
        loose: list[DesiredItem] = []
        for child in self.items_below.get(item.key, ()):
            child_match = self.matches.by_key.get(child.key)
            if child_match is None:
                loose.append(child)
            else:
                nodes[child_match.issue.id] = None
        return self._contents(nodes, loose, match.issue.child_states if match else {})

    # ---- milestones ----------------------------------------------------------------------------

    def milestones(self, site: Site) -> None:
        """Close and reopen the declared milestones of one repository."""
        if "milestones" not in self.desired.settings.close_done:
            return
        match = self.matches.by_key.get(site.carrier.key or "")
        if match is None:
            return
        record = dict(site.carrier.definitions)
        for milestone in site.location.milestones:
            observed = _observed_milestone(milestone, site)
            if milestone.declared and observed is not None:
                self._milestone(milestone, observed, site, record)
        before = {k: v for k, v in site.carrier.definitions.items() if is_state_key(k)}
        after = {k: v for k, v in record.items() if is_state_key(k)}
        if before != after:
            item = next(i for i in self.desired.items if i.key == site.carrier.key)
            about: About = (self.observed.ref(match.issue), (), site.repository)

            def recorded(base: Base) -> Base:
                kept = {k: v for k, v in base.definitions.items() if k not in before}
                return replace(base, definitions=fitting({**kept, **after}))

            self._patch(item, match, recorded, about)

    def _milestone(
        self,
        milestone: MilestoneDef,
        observed: ObservedMilestone,
        site: Site,
        record: dict[str, tuple[str, ...]],
    ) -> None:
        contents = self._inside(milestone, observed, site)
        if contents is None or not contents.total:
            return
        key = state_key(milestone.title)
        is_open, was_finished = observed.state == OPEN, key in record
        reason = ""
        if is_open and contents.finished and not was_finished:
            reason, is_open = contents.why_closed, False
        elif not is_open and contents.open and was_finished:
            reason, is_open = contents.why_reopened, True
        if reason:
            after = OPEN if is_open else "closed"
            self.changes.append(
                UpdateMilestone(
                    milestone.title,
                    milestone.title,
                    reason,
                    repository=site.repository,
                    fields={"state": FieldChange(observed.state, after)},
                    definition=milestone,
                    counts_on=contents.counts_on,
                )
            )
        if contents.open or not (is_open or contents.finished):
            record.pop(key, None)
        elif not is_open:
            record.setdefault(key, (CLOSED_DONE,))

    def _inside(
        self, milestone: MilestoneDef, observed: ObservedMilestone, site: Site
    ) -> Contents | None:
        """Return what is in a milestone after the plan; None if that is not known."""
        title = milestone.title.strip()
        written = {c.key: c for c in self.changes if isinstance(c, UpdateIssue | AdoptIssue)}
        nodes: list[str] = []
        listed = 0
        for issue in site.location.issues:
            listed += issue.state == OPEN and issue.milestone == observed.title
            change = written.get(self.key_of.get(issue.id, ""))
            current = site.renamed.get((issue.milestone or "").strip(), issue.milestone)
            if change is not None and "milestone" in change.fields:
                current = str(change.fields["milestone"].after or "")
            if (current or "").strip() == title:
                nodes.append(issue.id)
        loose = [
            item
            for item in site.location.items
            if item.key not in self.matches.by_key
            and str(item.fields.get("milestone") or "").strip() == title
        ]
        contents = self._contents(nodes, loose, {})
        if observed.open_issues is None:
            return contents if self.observed.whole else None
        unread = max(0, observed.open_issues - listed)
        return replace(contents, open=contents.open + unread, complete=self.observed.whole)

    def warn_closed(self, site: Site) -> None:
        """Warn about each closed milestone that open items of this plan go into."""
        for milestone in site.location.milestones:
            title = milestone.title.strip()
            observed = _observed_milestone(milestone, site)
            if observed is None or observed.state == OPEN or self._is_reopened(site, title):
                continue
            entering = [
                change
                for change in self.changes
                if isinstance(change, CreateIssue | UpdateIssue | AdoptIssue)
                and change.repository == site.repository
                and "milestone" in change.fields
                and str(change.fields["milestone"].after or "").strip() == title
                and self._state_of(self._node(change.key), {}) == OPEN
            ]
            if entering:
                keys = ", ".join(change.key for change in entering[:_SHOWN])
                rest = len(entering) - _SHOWN
                names = f"{keys} and {rest} more" if rest > 0 else keys
                verb = "is open and goes" if len(entering) == 1 else "are open and go"
                self.warnings.append(
                    Warned(
                        f"{names} {verb} into the milestone {title}, which is closed",
                        "closed-milestone",
                        f"reopen {title} on GitHub, or set another `milestone` for {names}",
                        next(
                            (i.place for i in self.desired.items if i.key == entering[0].key), None
                        ),
                    )
                )

    def _is_reopened(self, site: Site, title: str) -> bool:
        """Return whether this plan reopens the milestone with this title."""
        return any(
            isinstance(change, UpdateMilestone)
            and "state" in change.fields
            and (change.repository, change.title.strip()) == (site.repository, title)
            for change in self.changes
        )

    # ---- the record ------------------------------------------------------------------------------

    def _patch(
        self, item: DesiredItem, match: Match | None, edit: Callable[[Base], Base], about: About
    ) -> None:
        """Change the base in the body that the plan writes of an item; write one if it does not."""
        for index, change in enumerate(self.changes):
            if change.key == item.key and isinstance(change, _WRITES):
                seen = match.issue.body if match else ""
                body = _with_base(change.body or seen, edit)
                self.changes[index] = (
                    replace(change, body=body)
                    if isinstance(change, CreateIssue)
                    else replace(change, body=body, body_seen=seen)
                )
                return
        assert match is not None
        body = _with_base(match.issue.body, edit)
        reason = "the record of what was applied follows"
        values = (item.key, item.title, reason, *about)
        self.changes.append(RefreshBase(*values, body=body, body_seen=match.issue.body))


def _finish(state: str, contents: Contents, finish: str, *, reopened: bool) -> str:
    """Return the record of an issue in this state: `c`, `o`, or empty."""
    if state != OPEN:
        return FINISHED if state == COMPLETED and contents.finished else ""
    if contents.open:
        return RESUMED if finish or reopened else ""
    return finish


def _with_base(body: str, edit: Callable[[Base], Base]) -> str:
    parts = body_block.split(body)
    assert parts.marker is not None
    base = edit(parts.marker.base)
    return body_block.join(replace(parts, marker=replace(parts.marker, base=base)))


def _observed_milestone(milestone: MilestoneDef, site: Site) -> ObservedMilestone | None:
    """Return the milestone on GitHub that a definition is about."""
    title = milestone.title.strip()
    named = (
        m
        for m in site.location.observed_milestones
        if site.renamed.get(m.title.strip(), m.title.strip()) == title
    )
    return next(named, None)
