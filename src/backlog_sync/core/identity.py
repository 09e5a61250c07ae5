"""Which issue is which item: numbers in the file first, then trusted markers, then titles."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backlog_sync.core import normalize, order
from backlog_sync.core.body import SplitBody
from backlog_sync.core.changes import Warned
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.hints import held_by_hints
from backlog_sync.core.issue_index import (
    IssueIndex,
    adopted_nonce,
    clearest,
    is_trusted,
    recorded_keys,
    title_mark,
)
from backlog_sync.core.locations import Location, locations
from backlog_sync.core.model import (
    DesiredItem,
    DesiredState,
    IssueRef,
    Marker,
    ObservedIssue,
    ObservedState,
)
from backlog_sync.core.reading import speaks_of
from backlog_sync.core.states import DUPLICATE, is_closed


@dataclass(frozen=True, slots=True)
class Match:
    """An item's issue, its body taken apart, and how it was found.

    `ref` is its name for people. `adopt` says that it carries no marker of ours yet.
    `generation` is what its marker has to say of the key.
    """

    issue: ObservedIssue
    parts: SplitBody
    reason: str
    ref: str
    adopt: bool = False
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Matches:
    """The outcome: items with issues, issues of ours without items, items that are held.

    `held` maps a key to the reason why nothing may be done for it. `doubles` are further open
    issues of items, by key, that we made as well; `copies` are issues into which somebody copied
    another one's block. `gone` are items whose number, or whose record in their parent, speaks
    of an issue that is not there, each with the reason. `generations` are those of the keys that
    other issues bore before, for items that are to be made.
    """

    by_key: Mapping[str, Match]
    orphans: tuple[tuple[str, ObservedIssue], ...] = ()
    doubles: tuple[tuple[str, ObservedIssue], ...] = ()
    copies: tuple[tuple[str, ObservedIssue], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    held: Mapping[str, tuple[str, ObservedIssue | None]] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    generations: Mapping[str, int] = field(default_factory=dict)


def match_items(desired: DesiredState, observed: ObservedState) -> Matches:
    """Find the issue of each item. What is not clear is held, never guessed."""
    here = locations(desired, observed)
    found = _Found(unread=_unread(desired, here))
    matchers = [_Matcher(desired, observed, each, here, found) for each in here]
    found.recorded = recorded_keys([matcher.index for matcher in matchers])
    for matcher in matchers:
        matcher.by_numbers()
    for level in _levels(desired.items):
        for step in _STEPS:
            for matcher in matchers:
                step(matcher, level)
    if len(matchers) > 1:
        for matcher in matchers:
            matcher.left_behind(matchers)
    for matcher in matchers if not observed.embedded else ():
        matcher.by_hints()
    if desired.settings.adopt:
        for matcher in matchers:
            matcher.by_unmarked_titles()
    for matcher in matchers:
        matcher.namesakes()
    return _joined([matcher.result() for matcher in matchers])


def _joined(parts: list[Matches]) -> Matches:
    """Give what was found in all repositories as one."""
    if len(parts) == 1:
        return parts[0]
    return Matches(
        by_key=parts[0].by_key,
        orphans=tuple(each for part in parts for each in part.orphans),
        doubles=tuple(each for part in parts for each in part.doubles),
        copies=tuple(each for part in parts for each in part.copies),
        gone=tuple(sorted(each for part in parts for each in part.gone)),
        held=parts[0].held,
        warnings=tuple(each for part in parts for each in part.warnings),
        generations={key: n for part in parts for key, n in part.generations.items()},
    )


def _levels(items: Sequence[DesiredItem]) -> list[frozenset[str]]:
    """Give the keys of the items, those without a parent first, then what stands below them."""
    parents = {item.key: item.parent for item in items}
    depth: dict[str, int] = {}
    for item in items:
        above: list[str] = []
        at: str | None = item.key
        while at is not None and at in parents and at not in depth and at not in above:
            above.append(at)
            at = parents[at]
        start = depth.get(at or "", -1)
        depth |= {key: start + n for n, key in enumerate(reversed(above), 1)}
    found: list[set[str]] = [set() for _ in range(max(depth.values(), default=-1) + 1)]
    for key, level in depth.items():
        found[level].add(key)
    return [frozenset(keys) for keys in found]


@dataclass(slots=True)
class _Found:
    """What the matchers of all repositories found so far.

    `unread` are the keys of items in repositories that this run does not see: their issues may
    still be where they were, and are no orphans. `recorded` are the hashes of the keys that stood
    below others at the last sync.
    """

    unread: frozenset[str] = frozenset()
    recorded: frozenset[str] = frozenset()
    by_key: dict[str, Match] = field(default_factory=dict)
    held: dict[str, tuple[str, ObservedIssue | None]] = field(default_factory=dict)


def _unread(desired: DesiredState, here: Sequence[Location]) -> frozenset[str]:
    if sum(len(each.items) for each in here) == len(desired.items):
        return frozenset()
    seen = {item.key for each in here for item in each.items}
    return frozenset(item.key for item in desired.items if item.key not in seen)


class _Matcher:
    """Finds issues for the items of one repository, the surest way first."""

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        location: Location,
        all_locations: tuple[Location, ...],
        found: _Found,
    ) -> None:
        self.desired, self.observed, self.location = desired, observed, location
        self.kin = frozenset(each.backlog_id for each in all_locations)
        self.index = IssueIndex(desired, observed, location, self.kin)
        self.items = location.items
        self.titles = {item.key: title_mark(item.title) for item in self.items}
        self.found = found
        self.by_key, self.held, self.unread = found.by_key, found.held, found.unread
        self.warnings: list[Warned] = []
        self.gone: dict[str, str] = {}
        self.taken: set[int] = set()

    def by_numbers(self) -> None:
        """Settle the items whose file names a number of this server and repository."""
        name, declared = self.location.name, self.location.declared
        for item in self.items:
            if item.issue is None:
                continue
            if speaks_of(item.issue, name, sandbox=self.observed.sandbox, declared=declared):
                self._claim(item, item.issue)
            elif item.issue.sandbox == self.observed.sandbox and self.location.is_target:
                message = f"{item.key} names {item.issue}, which is not in {name}: not looked at"
                self.warnings.append(Warned(message, "other-repository", item.place))
            elif item.issue.sandbox == self.observed.sandbox:
                why = f"{item.issue} is not an issue of {name}: {_move_it(str(item.issue), name)}"
                self.held[item.key] = (why, None)

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
        elif parts.marker is not None and not self._is_own(item, issue, parts.marker):
            self.held[item.key] = (f"{ref} belongs to the backlog {parts.marker.backlog!r}", issue)
        else:
            reason = "by its number in the file"
            if parts.marker is not None and parts.marker.key != item.key:
                reason = f"by its number in the file; it was {parts.marker.key}"
            stays = self._original_of(issue)
            if stays is not None:
                reason = f"{ref}, which the file names, was closed as its duplicate"
            self._take(item, stays or issue, reason)

    def _is_own(self, item: DesiredItem, issue: ObservedIssue, marker: Marker) -> bool:
        """Whether a marker is this backlog's, or was before the issue was moved here."""
        if marker.backlog == self.location.backlog_id:
            return True
        same = marker.key == item.key and self.index.applied_title(issue) == self.titles[item.key]
        return marker.backlog in self.kin and same

    def _original_of(self, issue: ObservedIssue) -> ObservedIssue | None:
        """Give the open issue of ours whose duplicate an issue was closed as, if it was.

        Another machine's run may have closed the one that our file names.
        """
        marker = self.index.parts[issue.number].marker
        if marker is None or issue.state == "open" or issue.state_reason != DUPLICATE:
            return None
        mark = self.index.applied_title(issue)
        same = (i for i in self._free(marker.key) if self.index.applied_title(i) == mark)
        return next((i for i in same if i.state == "open"), None)

    def _whereabouts(self, ref: IssueRef) -> str:
        """Say what became of an issue that the list does not hold, as far as it was looked up."""
        name = f"{self.location.name}#{ref.number}"
        link = self.observed.elsewhere.get(name)
        if link is not None:
            there = f"{link.repository}#{link.number}"
            return f"{ref} was transferred to {there}; take the number out to have a new one here"
        why = self.observed.unreachable.get(name, "gone, moved, or a pull request")
        where = "this repository" if self.location.is_target else self.location.name
        return f"{ref} is not an issue of {where} ({why})"

    def in_place(self, level: Collection[str]) -> None:
        """Settle the items whose key, title and parent an issue has."""
        for item in self._open(level):
            above = self._above(item)
            self._take_first(item, [i for i in self._alike(item) if _parent_of(i) == above])

    def by_titles(self, level: Collection[str]) -> None:
        """Let issues follow their titles below the same parent, where their keys were changed.

        A story was inserted and the rest renumbered, or a key was changed. Only where one issue
        and, of all items there, one have that title; an issue whose key is gone comes first.
        """
        left: dict[tuple[str, str | None], list[ObservedIssue]] = {}
        for issues in self.index.ours.values():
            for issue in issues:
                if issue.number not in self.taken:
                    mark = self.index.applied_title(issue)
                    left.setdefault((mark, _parent_of(issue)), []).append(issue)
        declared = {item.key for item in self.desired.items}
        wanted = Counter((item.parent, title_mark(item.title)) for item in self.items)
        for item in self._open(level):
            mark = self.titles[item.key]
            if wanted[item.parent, mark] > 1:
                continue
            there = left.get((mark, self._above(item)), ())
            same = clearest([issue for issue in there if issue.number not in self.taken])
            gone = [issue for issue in same if self._key_of(issue) not in declared]
            for candidates in (gone, same):
                if len(candidates) == 1:
                    was = self._key_of(candidates[0])
                    self._take(item, candidates[0], f"by its title; it was {was}")
                    break

    def by_keys_and_titles(self, level: Collection[str]) -> None:
        """Settle the items that were moved below another parent since the last sync."""
        for item in self._open(level):
            there = self._last_with(item.key)
            self._take_first(item, [issue for issue in self._alike(item) if issue in there])

    def _alike(self, item: DesiredItem) -> list[ObservedIssue]:
        """Give the issues that have the key and the title of an item, the latest first."""
        there = clearest([i for i in self._free(item.key) if self._has_title_of(item, i)])
        return sorted(there, key=self.index.generation, reverse=True)

    def _take_first(self, item: DesiredItem, there: Sequence[ObservedIssue]) -> None:
        if there:
            self._take(item, there[0], "by its marker")

    def _has_title_of(self, item: DesiredItem, issue: ObservedIssue) -> bool:
        return self.index.applied_title(issue) == self.titles[item.key]

    def _key_of(self, issue: ObservedIssue) -> str:
        marker = self.index.parts[issue.number].marker
        return marker.key if marker else ""

    def _above(self, item: DesiredItem) -> str | None:
        """Give the id of the issue of an item's parent; the parent's key where it has none."""
        if item.parent is None:
            return None
        match = self.by_key.get(item.parent)
        held = self.held.get(item.parent, ("", None))[1]
        issue = match.issue if match else held
        return issue.id if issue else item.parent

    def by_keys(self, level: Collection[str]) -> None:
        """Settle what is left by the marker's key, the present one first, then former ones.

        Only the issue that had the key last counts, and only if its item was there at the last
        sync: what its title speaks of is something else otherwise.
        """
        for item in self._open(level):
            for key in (item.key, *item.previously):
                last = self._last_with(key)
                free = [i for i in last if i.number not in self.taken]
                if not free:
                    continue
                if len({self.index.applied_title(issue) for issue in last}) > 1:
                    names = " and ".join(map(self.observed.ref, last))
                    why = f"{names} carry its key: write `issue:` with the number of the right one"
                    self.held[item.key] = (why, free[0])
                else:
                    reason = "by its marker" if key == item.key else f"known before as {key}"
                    self._take(item, free[0], reason)
                break

    def _last_with(self, key: str) -> list[ObservedIssue]:
        """Give the issues that a key went to last, of those that had an item at the last sync."""
        return [
            i for i in self.index.last_with(key) if self.index.was_there(i, self.found.recorded)
        ]

    def unclear(self, level: Collection[str]) -> None:
        """Hold the items whose key stands in a marker that cannot be believed, and in no other."""
        for item in self._open(level):
            keys = (item.key, *item.previously)
            if any(self._free(key) for key in keys):
                continue
            for key in keys:
                for stranger in self._left(self.index.untrusted, key):
                    self.held.setdefault(item.key, (self._untrusted(stranger), stranger))
                for broken in self._left(self.index.broken, key):
                    ref, parts = self.observed.ref(broken), self.index.parts[broken.number]
                    why = f"{ref}: {parts.problem}; {_MEND}"
                    self.held.setdefault(item.key, (why, broken))

    def by_hints(self) -> None:
        """Hold the items that would be created although their titles name an issue."""
        settings = self.desired.settings
        new = [
            item
            for item in self._open()
            if item.hints and item.sync
            if settings.create_done or not is_closed(item.fields.get("state"))
        ]
        marked = [number for number, parts in self.index.parts.items() if parts.marker]
        found = held_by_hints(new, self.location, self.index.by_number, self.taken, marked)
        self.held.update(found)

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
                names = ", ".join(map(self.observed.ref, there))
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
        problem, ref = self._problem(issue), self.observed.ref(issue)
        if problem:
            self.held[item.key] = (f"{ref} has this title, but {problem}; {_MEND}", issue)
            return
        self.warnings.append(
            Warned(
                message=f"{ref} has the title of {item.key} already; "
                f"write `issue: {ref.lstrip('#')}` (or use --adopt) to take it, or there will be "
                "two",
                slug="same-title",
                place=item.place,
                ref=ref,
            )
        )

    def left_behind(self, matchers: Sequence["_Matcher"]) -> None:
        """Hold the items whose issue is in another repository than the file says.

        It was left there, or it was moved here and still bears the marker that it had there. A
        marker is believed only in the repository that it was written in: another backlog may bear
        the same name, and the same keys.
        """
        for item in self._open():
            keys = (item.key, *item.previously)
            for matcher in matchers:
                if matcher is self:
                    continue
                for issue in (each for key in keys for each in matcher._free(key)):
                    ref = self.observed.ref(issue)
                    why = f"its issue is {ref}: {_move_it(ref, self.location.name)}"
                    self.held.setdefault(item.key, (why, issue))
            for issue in (each for key in keys for each in self._left(self.index.astray, key)):
                if self.index.applied_title(issue) == self.titles[item.key]:
                    ref = self.observed.ref(issue)
                    why = (
                        f"{ref} carries its key and title, and may be an item of another backlog: "
                        f"write `issue: {ref.lstrip('#')}` if it is this one, else another `id:`"
                    )
                    self.held.setdefault(item.key, (why, issue))

    def result(self) -> Matches:
        """Give all that was found, and what is left over."""
        new: dict[str, int] = {}
        for item in self.items:
            match = self.by_key.get(item.key)
            generation = self._next_generation(item, match)
            if match is not None and generation:
                self.by_key[item.key] = replace(match, generation=generation)
            elif generation:
                new[item.key] = generation
        spare = sorted(
            (issue.number, key, issue)
            for key, issues in self.index.ours.items()
            for issue in issues
            if issue.number not in self.taken
            and issue.state == "open"
            and key not in self.held
            and key not in self.unread
        )
        second = [(key, issue) for _, key, issue in spare if self._is_second(key, issue)]
        doubles = tuple((key, issue) for key, issue in second if self._is_double(key, issue))
        copies = (*self.index.copies, *(each for each in second if each not in doubles))
        warnings = [
            Warned(
                message=f"{self.observed.ref(issue)} carries the marker of {key}, a copy as it "
                "seems; close it, or take the hidden lines out of its text",
                slug="copied-marker",
                ref=self.observed.ref(issue),
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
            generations=new,
        )

    def _next_generation(self, item: DesiredItem, match: Match | None) -> int:
        """Give what a marker with this key says from now on: more than those of other things."""
        marker = match.parts.marker if match else None
        if marker is not None and marker.key == item.key:
            return marker.generation
        above = self._above(item)
        return max(
            (
                self.index.generation(other)
                + (not self._has_title_of(item, other) or _parent_of(other) != above)
                for other in self.index.ours.get(item.key, ())
                if match is None or other.id != match.issue.id
            ),
            default=0,
        )

    def _recorded(self) -> dict[str, str]:
        """Give the items without an issue that are on record as sub-issues of their parents."""
        found: dict[str, str] = {}
        for item in self._open():
            above = self.by_key.get(item.parent) if item.parent and item.sync else None
            marker = above.parts.marker if above else None
            known = marker and set(order.record([item.key])) <= set(marker.base.order)
            if known and not self.index.ours.get(item.key):
                found[item.key] = (
                    "it stood below its parent at the last sync and has no issue now "
                    "(deleted, moved away, or never made by a run that stopped)"
                )
        return found

    def _is_second(self, key: str, issue: ObservedIssue) -> bool:
        """Whether an issue left over is a second one of its item, and not one displaced from it."""
        match = self.by_key.get(key)
        if match is None or match.issue.repository != issue.repository:
            return False
        if self.index.generation(issue) < match.generation:
            return False
        marker = match.parts.marker
        stays = marker is not None and marker.key == key
        stays |= owner_of("title", self.desired.settings.ownership) is Owner.GITHUB
        # One that was another item's, or nobody's, gets this item's title only now.
        title = self.index.applied_title(match.issue) if stays else self.titles[key]
        return self.index.applied_title(issue) == title

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

    def _open(self, level: Collection[str] | None = None) -> list[DesiredItem]:
        items = self.items if level is None else [i for i in self.items if i.key in level]
        return [i for i in items if i.key not in self.by_key and i.key not in self.held]

    def _free(self, key: str) -> list[ObservedIssue]:
        return self._left(self.index.ours, key)

    def _left(self, issues: Mapping[str, list[ObservedIssue]], key: str) -> list[ObservedIssue]:
        return [issue for issue in issues.get(key, ()) if issue.number not in self.taken]

    def _take(self, item: DesiredItem, issue: ObservedIssue, reason: str) -> None:
        parts, ref = self.index.parts[issue.number], self.observed.ref(issue)
        self.by_key[item.key] = Match(issue, parts, reason, ref, adopt=parts.marker is None)
        self.taken.add(issue.number)

    def _untrusted(self, issue: ObservedIssue) -> str:
        author = issue.author.login if issue.author else "an account that is gone"
        return (
            f"{self.observed.ref(issue)} carries this item's marker but was opened by {author}, "
            "whom this repository does not trust"
        )


_STEPS = (
    _Matcher.in_place,
    _Matcher.unclear,
    _Matcher.by_titles,
    _Matcher.by_keys_and_titles,
    _Matcher.by_keys,
    _Matcher.unclear,
)
"""What is tried for the items of one level, whose parents are settled: the surest first."""


def _parent_of(issue: ObservedIssue) -> str | None:
    return issue.parent.id if issue.parent else None


_MEND = "mend or remove it by hand"


def _move_it(ref: str, there: str) -> str:
    return (
        f"transfer it to {there} and write its new number, or take the number and the hidden lines "
        f"of {ref} out to have a new one"
    )
