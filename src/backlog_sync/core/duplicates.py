"""Healing: of two open issues of one item that we made, one stays and takes over the links.

They come to be where two runs did not see each other's issues: on two machines at the same time,
or where an answer was lost and nothing remembers that it was. Nothing is taken away: the second
issue stays, closed, with all that people wrote in it.
"""

from collections.abc import Collection, Iterator

from backlog_sync.core.changes import (
    AddDependency,
    Change,
    CloseDuplicate,
    LinkSubIssue,
    RemoveDependency,
    UnlinkSubIssue,
)
from backlog_sync.core.matching import Matches
from backlog_sync.core.observed import IssueLink, ObservedIssue, ObservedState
from backlog_sync.core.states import DUPLICATE, NOT_PLANNED


def duplicate_repairs(
    matches: Matches, observed: ObservedState, planned: Collection[Change] = ()
) -> list[Change]:
    """Return what closes every second issue and moves its children and links to the one that stays.

    `planned` are the changes that the plan holds already: a link is not planned twice.
    """
    if not matches.doubles or not observed.whole:
        return []
    return list(_Repair(matches, observed, planned).changes())


class _Repair:
    def __init__(
        self, matches: Matches, observed: ObservedState, planned: Collection[Change]
    ) -> None:
        self.observed = observed
        self.by_key = matches.by_key
        self.doubles = {issue.id: (key, issue) for key, issue in matches.doubles}
        self.key_of = {match.issue.id: key for key, match in matches.by_key.items()}
        self.capabilities = observed.capabilities
        self.linked = {_link_of(c) for c in planned if isinstance(c, LinkSubIssue | AddDependency)}

    def changes(self) -> Iterator[Change]:
        """Links first, then the closing."""
        for issue in self.observed.issues:
            yield from self._child(issue)
            yield from self._blocked(issue)
        for key, double in self.doubles.values():
            yield from self._take_over_links(key, double)
            yield self._close(key, double)

    # ---- one issue each --------------------------------------------------------------------

    def _child(self, issue: ObservedIssue) -> Iterator[Change]:
        """Put what is below a second issue below the one that stays."""
        parent = issue.parent
        if parent is None or parent.id not in self.doubles or issue.id in self.doubles:
            return
        key, double = self.doubles[parent.id]
        if self.by_key[key].issue.id != issue.id:
            yield from self._link(
                LinkSubIssue(
                    *self._about(self._name(issue), issue, _TAKEN_OVER),
                    parent=key,
                    replaces=self.observed.ref(double),
                )
            )

    def _blocked(self, issue: ObservedIssue) -> Iterator[Change]:
        """Let what waits for a second issue wait for the one that stays."""
        if issue.id in self.doubles or not self.capabilities.dependencies:
            return
        blockers = {link.id for link in issue.blocked_by}
        for link in issue.blocked_by:
            if link.id not in self.doubles:
                continue
            key, double = self.doubles[link.id]
            original = self.by_key[key].issue
            if original.id != issue.id and original.id not in blockers:
                yield from self._depend(self._name(issue), issue, key)
            about = self._about(self._name(issue), issue, _why(double, original))
            yield RemoveDependency(*about, blocker=_ref(double))

    def _take_over_links(self, key: str, double: ObservedIssue) -> Iterator[Change]:
        """Yield the links that the second issue has and the one that stays lacks."""
        match = self.by_key[key]
        blocker_ids = {link.id for link in match.issue.blocked_by}
        for link in double.blocked_by if self.capabilities.dependencies else ():
            blocker_id = self._target_id(link)
            if blocker_id not in blocker_ids and blocker_id != match.issue.id:
                blocker_ids.add(blocker_id)
                yield from self._depend(key, match.issue, self._link_name(link))
        if double.parent is not None:
            yield UnlinkSubIssue(
                *self._about(_ref(double), double, _why(double, match.issue)),
                parent=f"{double.parent.repository}#{double.parent.number}",
                parent_name=self._link_name(double.parent),
            )

    def _close(self, key: str, double: ObservedIssue) -> Change:
        original = self.by_key[key].issue
        state_reason = DUPLICATE if self.capabilities.duplicates else NOT_PLANNED
        return CloseDuplicate(
            *self._about(_ref(double), double, _why(double, original)),
            other=key,
            state_reason=state_reason,
            comment=_comment(key, original),
        )

    # ---- names -----------------------------------------------------------------------------

    def _target_id(self, link: IssueLink) -> str:
        """Return the id of the issue that a link is to lead to."""
        double = self.doubles.get(link.id)
        return self.by_key[double[0]].issue.id if double else link.id

    def _link_name(self, link: IssueLink) -> str:
        double = self.doubles.get(link.id)
        if double:
            return double[0]
        return self.key_of.get(link.id, f"{link.repository}#{link.number}")

    def _name(self, issue: ObservedIssue) -> str:
        return self.key_of.get(issue.id, _ref(issue))

    def _depend(self, key: str, issue: ObservedIssue, blocker: str) -> Iterator[Change]:
        about = self._about(key, issue, _TAKEN_OVER)
        yield from self._link(AddDependency(*about, blocker=blocker))

    def _link(self, change: LinkSubIssue | AddDependency) -> Iterator[Change]:
        """Yield the link unless it is planned: an issue has one parent, and each blocker once."""
        link = _link_of(change)
        if link not in self.linked:
            self.linked.add(link)
            yield change

    def _about(
        self, key: str, issue: ObservedIssue, reason: str
    ) -> tuple[str, str, str, str | None]:
        return key, issue.title, reason, self.observed.ref(issue)


_TAKEN_OVER = "taken over from a second issue"


def _link_of(change: LinkSubIssue | AddDependency) -> tuple[str, str | None]:
    return change.key, change.blocker if isinstance(change, AddDependency) else None


def _ref(issue: ObservedIssue) -> str:
    return f"{issue.repository}#{issue.number}"


def _why(double: ObservedIssue, original: ObservedIssue) -> str:
    return f"#{double.number} is a second issue of the same item; #{original.number} stays"


def _comment(key: str, original: ObservedIssue) -> str:
    return (
        f"Closed as a duplicate of #{original.number}: both were created for `{key}`, by two runs"
        " that did not see each other. Nothing is lost: what was written here stays here, and"
        f" what hung on this issue is at #{original.number} now."
    )
