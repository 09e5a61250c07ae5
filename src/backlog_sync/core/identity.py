"""Which issue is which item: numbers in the file first, then trusted markers, then titles."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize, order
from backlog_sync.core.body import SplitBody
from backlog_sync.core.changes import Warned
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.model import (
    Actor,
    DesiredItem,
    DesiredState,
    IssueRef,
    ObservedIssue,
    ObservedState,
)
from backlog_sync.core.reading import speaks_of
from backlog_sync.core.states import DUPLICATE

_TRUSTED_ASSOCIATIONS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


@dataclass(frozen=True, slots=True)
class Match:
    """An item's issue, its body taken apart, and how it was found.

    `adopt` says that the issue carries no marker of ours yet.
    """

    issue: ObservedIssue
    parts: SplitBody
    reason: str
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """The outcome: items with issues, issues of ours without items, items that are held.

    `held` maps a key to the reason why nothing may be done for it. `doubles` are further open
    issues of items, by key, that we made as well; `copies` are issues into which somebody copied
    another one's block. `gone` are items whose number, or whose record in their parent, speaks
    of an issue that is not there, each with the reason.
    """

    by_key: Mapping[str, Match]
    orphans: tuple[tuple[str, ObservedIssue], ...] = ()
    doubles: tuple[tuple[str, ObservedIssue], ...] = ()
    copies: tuple[tuple[str, ObservedIssue], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    held: Mapping[str, tuple[str, ObservedIssue | None]] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()


def applies(ref: IssueRef | None, observed: ObservedState, declared: str | None = None) -> bool:
    """Whether a number in the file speaks of this server and repository.

    `declared` is the repository that the file names: a bare number is one of its issues, and in
    a fork it says nothing.
    """
    name = observed.repository.name_with_owner
    return speaks_of(ref, name, sandbox=observed.sandbox, declared=declared)


def is_trusted(issue: ObservedIssue, viewer: Actor, trusted: tuple[str, ...]) -> bool:
    """Whether a marker on this issue is believed, by who opened it."""
    author = issue.author
    if author is None:
        return False
    if author.id == viewer.id or author.association in _TRUSTED_ASSOCIATIONS:
        return True
    return author.id in trusted or normalize.fold(author.login) in map(normalize.fold, trusted)


class _Index:
    """The issues of one observation, by number and by the key of a believed marker."""

    def __init__(self, desired: DesiredState, observed: ObservedState) -> None:
        self.by_number = {issue.number: issue for issue in observed.issues}
        self.parts = {i.number: body_block.split(i.body) for i in observed.issues}
        self.ours: dict[str, list[ObservedIssue]] = {}
        self.untrusted: dict[str, list[ObservedIssue]] = {}
        self.broken: dict[str, list[ObservedIssue]] = {}
        self.unmarked: dict[str, list[ObservedIssue]] = {}
        self.copies: list[tuple[str, ObservedIssue]] = []
        ignored = set(desired.settings.ignore_issues)
        for issue in sorted(observed.issues, key=lambda i: (i.state != "open", i.number)):
            if issue.number in ignored:
                continue
            parts = self.parts[issue.number]
            if parts.marker is None:
                self._unmarked(issue, parts, desired.backlog_id)
            elif parts.marker.backlog != desired.backlog_id:
                continue
            elif is_trusted(issue, observed.viewer, desired.settings.trusted_authors):
                self.ours.setdefault(parts.marker.key, []).append(issue)
            else:
                self.untrusted.setdefault(parts.marker.key, []).append(issue)
        self._part_copies()

    def _part_copies(self) -> None:
        """Part issues into which somebody copied the block of another from those that we made.

        No two were made with one nonce. The original is the one that has the title that we gave
        it, else the first.
        """
        by_nonce: dict[str, list[ObservedIssue]] = {}
        for issues in self.ours.values():
            for issue in issues:
                by_nonce.setdefault(self._nonce(issue), []).append(issue)
        by_nonce.pop("", None)
        copied: set[int] = set()
        for nonce, issues in by_nonce.items():
            if len(issues) > 1:
                issues.sort(key=lambda each: (*self._strangeness(each, nonce), each.number))
                copied.update(each.number for each in issues[1:])
        for key, issues in self.ours.items() if copied else ():
            self.copies += [(key, each) for each in issues if each.number in copied]
            self.ours[key] = [each for each in issues if each.number not in copied]

    def _strangeness(self, issue: ObservedIssue, nonce: str) -> tuple[bool, bool]:
        """How little speaks for an issue as the one to which a nonce was given."""
        return nonce != adopted_nonce(issue), _mark(issue.title) != self.title_mark(issue)

    def _nonce(self, issue: ObservedIssue) -> str:
        marker = self.parts[issue.number].marker
        return marker.nonce if marker else ""

    def _unmarked(self, issue: ObservedIssue, parts: SplitBody, backlog_id: str) -> None:
        for claim in parts.claims:
            if claim.backlog == backlog_id:
                self.broken.setdefault(claim.key, []).append(issue)
        self.unmarked.setdefault(normalize.title(issue.title), []).append(issue)

    def match(self, issue: ObservedIssue, reason: str) -> Match:
        parts = self.parts[issue.number]
        return Match(issue, parts, reason, adopt=parts.marker is None)

    def title_mark(self, issue: ObservedIssue) -> str:
        """Give the hash of the title that we gave an issue, else of the one that it has."""
        marker = self.parts[issue.number].marker
        applied = marker.base.hashes.get("title") if marker else None
        return applied or _mark(issue.title)


def adopted_nonce(issue: ObservedIssue) -> str:
    """Give the nonce of an issue that we did not make: a copy of its block is known by it."""
    return normalize.digest(issue.id, 16)


def _mark(title: str) -> str:
    return normalize.hash_value(normalize.title(title))


def match_items(desired: DesiredState, observed: ObservedState) -> Matches:
    """Find the issue of each item. What is not clear is held, never guessed."""
    matcher = _Matcher(desired, observed)
    matcher.by_numbers()
    matcher.by_keys_and_titles()
    matcher.unclear()
    matcher.by_titles()
    matcher.by_keys()
    matcher.unclear()
    if desired.settings.adopt:
        matcher.by_unmarked_titles()
    matcher.namesakes()
    return matcher.result()


class _Matcher:
    """Finds issues for items, the surest way first."""

    def __init__(self, desired: DesiredState, observed: ObservedState) -> None:
        self.desired, self.observed = desired, observed
        self.index = _Index(desired, observed)
        self.titles = {item.key: _mark(item.title) for item in desired.items}
        self.by_key: dict[str, Match] = {}
        self.held: dict[str, tuple[str, ObservedIssue | None]] = {}
        self.warnings: list[Warned] = []
        self.gone: dict[str, str] = {}
        self.taken: set[int] = set()

    def by_numbers(self) -> None:
        """Settle the items whose file names a number of this server and repository."""
        for item in self.desired.items:
            if item.issue is None:
                continue
            if applies(item.issue, self.observed, self.desired.repository):
                self._claim(item, item.issue)
            elif item.issue.sandbox == self.observed.sandbox:
                name = self.observed.repository.name_with_owner
                message = f"{item.key} names {item.issue}, which is not in {name}: not looked at"
                self.warnings.append(Warned(message, "other-repository", item.place))

    def _claim(self, item: DesiredItem, ref: IssueRef) -> None:
        issue = self.index.by_number.get(ref.number)
        if issue is None:
            self.gone[item.key] = self._whereabouts(ref)
            self.held[item.key] = (self.gone[item.key], None)
            return
        parts = self.index.parts[issue.number]
        if issue.number in self.taken:
            self.held[item.key] = (f"{ref} is named by another item too", issue)
        elif parts.problem:
            self.held[item.key] = (f"{ref}: {parts.problem}; {_MEND}", issue)
        elif parts.marker is not None and parts.marker.backlog != self.desired.backlog_id:
            self.held[item.key] = (f"{ref} belongs to the backlog {parts.marker.backlog!r}", issue)
        else:
            reason = "by its number in the file"
            if parts.marker is not None and parts.marker.key != item.key:
                reason = f"by its number in the file; it was {parts.marker.key}"
            stays = self._original_of(issue)
            if stays is not None:
                reason = f"{ref}, which the file names, was closed as its duplicate"
            self._take(item, stays or issue, reason)

    def _original_of(self, issue: ObservedIssue) -> ObservedIssue | None:
        """Give the open issue of ours whose duplicate an issue was closed as, if it was.

        Another machine's run may have closed the one that our file names.
        """
        marker = self.index.parts[issue.number].marker
        if marker is None or issue.state == "open" or issue.state_reason != DUPLICATE:
            return None
        mark = self.index.title_mark(issue)
        same = (i for i in self._free(marker.key) if self.index.title_mark(i) == mark)
        return next((i for i in same if i.state == "open"), None)

    def _whereabouts(self, ref: IssueRef) -> str:
        """Say what became of an issue that the list does not hold, as far as it was looked up."""
        name = f"{self.observed.repository.name_with_owner}#{ref.number}"
        link = self.observed.elsewhere.get(name)
        if link is not None:
            there = f"{link.repository}#{link.number}"
            return f"{ref} was transferred to {there}; take the number out to have a new one here"
        why = self.observed.unreachable.get(name, "gone, moved, or a pull request")
        return f"{ref} is not an issue of this repository ({why})"

    def by_keys_and_titles(self) -> None:
        """Settle the items whose key and title an issue has both."""
        for item in self._open():
            mark = _mark(item.title)
            for issue in self._free(item.key):
                if self.index.title_mark(issue) == mark:
                    self._take(item, issue, "by its marker")
                    break

    def by_titles(self) -> None:
        """Let issues follow their titles below the same parent, where their keys were changed.

        A story was inserted and the rest renumbered, or a key was changed. Only where one issue
        and, of all items there, one have that title; an issue whose key is gone comes first.
        """
        left: dict[tuple[str, str | None], list[ObservedIssue]] = {}
        for issues in self.index.ours.values():
            for issue in issues:
                if issue.number not in self.taken:
                    above = issue.parent.id if issue.parent else None
                    left.setdefault((self.index.title_mark(issue), above), []).append(issue)
        declared = {item.key for item in self.desired.items}
        wanted = Counter((item.parent, _mark(item.title)) for item in self.desired.items)
        for item in self._open():
            mark = _mark(item.title)
            if wanted[item.parent, mark] > 1:
                continue
            there = left.get((mark, self._above(item)), ())
            same = [issue for issue in there if issue.number not in self.taken]
            gone = [issue for issue in same if self._key_of(issue) not in declared]
            for candidates in (gone, same):
                if len(candidates) == 1:
                    was = self._key_of(candidates[0])
                    self._take(item, candidates[0], f"by its title; it was {was}")
                    break

    def _key_of(self, issue: ObservedIssue) -> str:
        marker = self.index.parts[issue.number].marker
        return marker.key if marker else ""

    def _above(self, item: DesiredItem) -> str | None:
        """Give the id of the issue of an item's parent, as far as it is known."""
        if item.parent is None:
            return None
        match = self.by_key.get(item.parent)
        if match is not None:
            return match.issue.id
        free = self._free(item.parent)
        return free[0].id if free else item.parent

    def by_keys(self) -> None:
        """Settle what is left by the marker's key, the present one first, then former ones."""
        for item in self._open():
            for key in (item.key, *item.previously):
                free = self._free(key)
                if free:
                    reason = "by its marker" if key == item.key else f"known before as {key}"
                    self._take(item, free[0], reason)
                    break

    def unclear(self) -> None:
        """Hold the items whose key stands in a marker that cannot be believed, and in no other."""
        for item in self._open():
            keys = (item.key, *item.previously)
            if any(self._free(key) for key in keys):
                continue
            for key in keys:
                for stranger in self._left(self.index.untrusted, key):
                    self.held.setdefault(item.key, (_untrusted(stranger), stranger))
                for broken in self._left(self.index.broken, key):
                    why = f"#{broken.number}: {self.index.parts[broken.number].problem}; {_MEND}"
                    self.held.setdefault(item.key, (why, broken))

    def by_unmarked_titles(self) -> None:
        """Adopt issues without a marker that have exactly the title of an item, one each.

        Only what somebody trusted opened: the marker that we put there must be believed later.
        """
        items = [item for item in self._open() if item.sync]
        wanted = Counter(normalize.title(item.title) for item in items)
        for item in items:
            title = normalize.title(item.title)
            named = self.index.unmarked.get(title, ())
            there = [i for i in named if i.number not in self.taken and self._trusts(i)]
            if len(there) == 1 and wanted[title] == 1 and not self._problem(there[0]):
                self._take(item, there[0], "has exactly this title")
            elif there and (len(there) > 1 or wanted[title] > 1):
                names = ", ".join(f"#{issue.number}" for issue in there)
                why = f"it is not clear which of the issues of this title is meant ({names})"
                self.held[item.key] = (f"{why}: write `issue:` with its number", there[0])

    def _trusts(self, issue: ObservedIssue) -> bool:
        return is_trusted(issue, self.observed.viewer, self.desired.settings.trusted_authors)

    def _problem(self, issue: ObservedIssue) -> str:
        return self.index.parts[issue.number].problem

    def namesakes(self) -> None:
        """Tell of issues without a marker that have the title of an item without an issue."""
        for item in self._open():
            if item.sync:
                self._namesake(item)

    def _namesake(self, item: DesiredItem) -> None:
        named = self.index.unmarked.get(normalize.title(item.title), ())
        issue = next((each for each in named if each.number not in self.taken), None)
        if issue is None:
            return
        problem = self._problem(issue)
        if problem:
            self.held[item.key] = (f"#{issue.number} has this title, but {problem}; {_MEND}", issue)
            return
        self.warnings.append(
            Warned(
                message=f"#{issue.number} has the title of {item.key} already; "
                f"write `issue: {issue.number}` (or use --adopt) to take it, or there will be two",
                slug="same-title",
                place=item.place,
                ref=f"#{issue.number}",
            )
        )

    def result(self) -> Matches:
        """Give all that was found, and what is left over."""
        spare = sorted(
            (issue.number, key, issue)
            for key, issues in self.index.ours.items()
            for issue in issues
            if issue.number not in self.taken and issue.state == "open" and key not in self.held
        )
        second = [(key, issue) for _, key, issue in spare if self._is_second(key, issue)]
        doubles = tuple((key, issue) for key, issue in second if self._is_double(key, issue))
        copies = (*self.index.copies, *(each for each in second if each not in doubles))
        warnings = [
            Warned(
                message=f"#{issue.number} carries the marker of {key}, a copy as it seems; "
                "close it, or take the hidden lines out of its text",
                slug="copied-marker",
                ref=f"#{issue.number}",
            )
            for key, issue in copies
            if issue.state == "open" and issue.number not in self.taken
        ]
        return Matches(
            by_key=self.by_key,
            orphans=tuple((k, issue) for _, k, issue in spare if not self._is_second(k, issue)),
            doubles=doubles,
            copies=tuple(each for each in copies if each[1].number not in self.taken),
            gone=tuple(sorted({**self._recorded(), **self.gone}.items())),
            held=self.held,
            warnings=(*self.warnings, *warnings),
        )

    def _recorded(self) -> dict[str, str]:
        """Give the items without an issue that are on record as sub-issues of their parents."""
        found: dict[str, str] = {}
        for item in self._open():
            above = self.by_key.get(item.parent) if item.parent and item.sync else None
            marker = above.parts.marker if above else None
            if marker and set(order.record([item.key])) <= set(marker.base.order):
                found[item.key] = (
                    "it stood below its parent at the last sync and has no issue now "
                    "(deleted, moved away, or never made by a run that stopped)"
                )
        return found

    def _is_second(self, key: str, issue: ObservedIssue) -> bool:
        """Whether an issue left over is a second one of its item, and not one displaced from it."""
        match = self.by_key.get(key)
        if match is None:
            return False
        marker = match.parts.marker
        stays = marker is not None and marker.key == key
        stays |= owner_of("title", self.desired.settings.ownership) is Owner.GITHUB
        # One that was another item's, or nobody's, gets this item's title only now.
        title = self.index.title_mark(match.issue) if stays else self.titles[key]
        return self.index.title_mark(issue) == title

    def _is_double(self, key: str, issue: ObservedIssue) -> bool:
        """Whether we made both for this key, and both are open.

        A copy has the nonce of what was copied. Where the file names an issue that was another
        item's, or that people opened and that was adopted, the one that was made stays as well.
        """
        match = self.by_key[key]
        ours, theirs = match.parts.marker, self.index.parts[issue.number].marker
        if ours is None or theirs is None or match.issue.state != "open" or ours.key != key:
            return False
        made = (
            marker.nonce not in ("", adopted_nonce(each))
            for marker, each in ((ours, match.issue), (theirs, issue))
        )
        return all(made) and ours.nonce != theirs.nonce

    def _open(self) -> list[DesiredItem]:
        return [
            i for i in self.desired.items if i.key not in self.by_key and i.key not in self.held
        ]

    def _free(self, key: str) -> list[ObservedIssue]:
        return self._left(self.index.ours, key)

    def _left(self, issues: Mapping[str, list[ObservedIssue]], key: str) -> list[ObservedIssue]:
        return [issue for issue in issues.get(key, ()) if issue.number not in self.taken]

    def _take(self, item: DesiredItem, issue: ObservedIssue, reason: str) -> None:
        self.by_key[item.key] = self.index.match(issue, reason)
        self.taken.add(issue.number)


_MEND = "mend or remove it by hand"


def _untrusted(issue: ObservedIssue) -> str:
    author = issue.author.login if issue.author else "an account that is gone"
    return (
        f"#{issue.number} carries this item's marker but was opened by {author}, "
        "whom this repository does not trust"
    )
