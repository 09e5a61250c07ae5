"""The issues of one repository, by number and by the key of a trusted marker."""

from collections.abc import Iterator, Sequence

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize, order
from backlog_sync.core.body import SplitBody
from backlog_sync.core.locations import Location
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import Actor, ObservedIssue, ObservedState
from backlog_sync.core.states import NOT_PLANNED, observed_state

_TRUSTED_ASSOCIATIONS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


def is_trusted(issue: ObservedIssue, viewer: Actor, trusted: tuple[str, ...]) -> bool:
    """Return whether a marker on this issue is trusted, depending on who opened it."""
    author = issue.author
    if author is None:
        return False
    if author.id == viewer.id or author.association in _TRUSTED_ASSOCIATIONS:
        return True
    return author.id in trusted or normalize.fold(author.login) in map(normalize.fold, trusted)


class IssueIndex:
    """The issues of one repository, by number and by the key of a trusted marker.

    `astray` are issues with a marker of this backlog that was written in another repository.
    """

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        location: Location,
        kin: frozenset[str],
    ) -> None:
        self.by_number = {issue.number: issue for issue in location.issues}
        self.parts = {i.number: body_block.split(i.body) for i in location.issues}
        self.ours: dict[str, list[ObservedIssue]] = {}
        self.untrusted: dict[str, list[ObservedIssue]] = {}
        self.broken: dict[str, list[ObservedIssue]] = {}
        self.unmarked: dict[str, list[ObservedIssue]] = {}
        self.astray: dict[str, list[ObservedIssue]] = {}
        self.copies: list[tuple[str, ObservedIssue]] = []
        for issue in sorted(location.issues, key=lambda i: (i.state != "open", i.number)):
            if issue.number in location.ignored:
                continue
            parts = self.parts[issue.number]
            if parts.marker is None:
                self._unmarked(issue, parts, location.backlog_id)
            elif parts.marker.backlog != location.backlog_id:
                if parts.marker.backlog in kin:
                    self.astray.setdefault(parts.marker.key, []).append(issue)
            elif is_trusted(issue, observed.viewer, desired.settings.trusted_authors):
                self.ours.setdefault(parts.marker.key, []).append(issue)
            else:
                self.untrusted.setdefault(parts.marker.key, []).append(issue)
        self._separate_copies()

    def _separate_copies(self) -> None:
        """Separate issues with a copied block from those that we created.

        No two were created with the same nonce. The original is the one with the title that we set,
        else the first.
        """
        by_nonce: dict[str, list[ObservedIssue]] = {}
        for issues in self.ours.values():
            for issue in issues:
                by_nonce.setdefault(self._nonce(issue), []).append(issue)
        by_nonce.pop("", None)
        copied: set[int] = set()
        for nonce, issues in by_nonce.items():
            if len(issues) > 1:
                issues.sort(
                    key=lambda candidate: (*self._strangeness(candidate, nonce), candidate.number)
                )
                copied.update(candidate.number for candidate in issues[1:])
        for key, issues in self.ours.items() if copied else ():
            self.copies += [(key, candidate) for candidate in issues if candidate.number in copied]
            self.ours[key] = [candidate for candidate in issues if candidate.number not in copied]

    def _strangeness(self, issue: ObservedIssue, nonce: str) -> tuple[bool, bool]:
        """Return how unlikely it is that an issue is the original of its nonce."""
        return nonce != adopted_nonce(issue), title_mark(issue.title) != self.applied_title(issue)

    def _nonce(self, issue: ObservedIssue) -> str:
        marker = self.parts[issue.number].marker
        return marker.nonce if marker else ""

    def _unmarked(self, issue: ObservedIssue, parts: SplitBody, backlog_id: str) -> None:
        for claim in parts.claims:
            if claim.backlog == backlog_id:
                self.broken.setdefault(claim.key, []).append(issue)
        self.unmarked.setdefault(normalize.title(issue.title), []).append(issue)

    def applied_title(self, issue: ObservedIssue) -> str:
        """Return the hash of the title that we set, or else of the current title."""
        marker = self.parts[issue.number].marker
        applied = marker.base.hashes.get("title") if marker else None
        return applied or title_mark(issue.title)

    def generation(self, issue: ObservedIssue) -> int:
        """Return how many other items had the key of an issue before it."""
        marker = self.parts[issue.number].marker
        return marker.generation if marker else 0

    def reader(self, issue: ObservedIssue) -> int:
        """Return the version of the reader that wrote an issue's text."""
        marker = self.parts[issue.number].marker
        return marker.reader if marker else 0

    def last_with(self, key: str) -> list[ObservedIssue]:
        """Return the issues that had the key last."""
        issues = self.ours.get(key, [])
        if len(issues) == 1:
            return issues
        last = max(map(self.generation, issues), default=0)
        return unless_dropped([issue for issue in issues if self.generation(issue) == last])

    def had_item(self, issue: ObservedIssue, recorded: frozenset[str]) -> bool:
        """Return whether the item of an issue existed at the last sync, as far as recorded.

        For an issue below a parent, the parent's record has it; for all others it is unknown.
        """
        marker = self.parts[issue.number].marker
        if marker is None or self._recorded_parent(issue) is None:
            return True
        return order.mark(marker.key) in recorded

    def _recorded_parent(self, issue: ObservedIssue) -> str | None:
        """Return the hash of the parent's key at the last sync, if any."""
        marker = self.parts[issue.number].marker
        parent_hash = marker.base.hashes.get("parent") if marker else None
        return None if parent_hash == normalize.hash_value(None) else parent_hash

    def below_none_of_ours(self) -> Iterator[tuple[str, str]]:
        """Yield keys with the hash of their recorded parent, if no issue of an item is above.

        A sub-issue of another item's issue lost nothing: only that item's key is different now.
        """
        ids = {issue.id for issues in self.ours.values() for issue in issues}
        for key, issues in self.ours.items():
            for issue in issues:
                if issue.parent is None or issue.parent.id not in ids:
                    parent_hash = self._recorded_parent(issue)
                    if parent_hash is not None:
                        yield key, parent_hash

    def orders(self) -> Iterator[tuple[str | None, tuple[str, ...]]]:
        """Yield what issues record about the items below them.

        With each stands the hash by which a parent records it, None if it had none: `had_item`.
        """
        for key in self.ours:
            for issue in self.last_with(key):
                marker = self.parts[issue.number].marker
                if marker is not None and marker.base.order:
                    is_below = self._recorded_parent(issue) is not None
                    yield order.mark(marker.key) if is_below else None, marker.base.order


def recorded_keys(indexes: Sequence[IssueIndex]) -> frozenset[str]:
    """Return the hashes of the keys that were below others at the last sync, level by level.

    A key whose parent's issue is gone counts as recorded: nothing shows that it did not exist.
    """
    lost = [entry for index in indexes for entry in index.below_none_of_ours()]
    present = {
        normalize.hash_value(key)
        for index in (indexes if lost else ())
        for key, issues in index.ours.items()
        if issues
    }
    recorded = frozenset(order.mark(key) for key, parent_hash in lost if parent_hash not in present)
    orders = [entry for index in indexes for entry in index.orders()]
    while True:
        deeper = {mark for own, below in orders if own is None or own in recorded for mark in below}
        if deeper <= recorded:
            return recorded
        recorded |= deeper


def unless_dropped(issues: list[ObservedIssue]) -> list[ObservedIssue]:
    """Leave out issues that were closed as not planned, unless all were."""
    return [issue for issue in issues if observed_state(issue) != NOT_PLANNED] or issues


def adopted_nonce(issue: ObservedIssue) -> str:
    """Return the nonce of an issue that we did not create, to recognize copies of its block."""
    return normalize.digest(issue.id, 16)


def title_mark(title: str) -> str:
    """Return the hash that is used to compare titles."""
    return normalize.hash_value(normalize.title(title))
