"""Match items with issues: by numbers in the file, then trusted markers, then titles."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core import holds, normalize, order
from backlog_sync.core.body import SplitBody
from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.fields import Owner, owner_of
from backlog_sync.core.former_titles import Claims, FormerIssue
from backlog_sync.core.hints import held_by_hints, named_by_hints
from backlog_sync.core.holds import Hold
from backlog_sync.core.issue_index import (
    IssueIndex,
    adopted_nonce,
    is_trusted,
    recorded_keys,
    title_mark,
    unless_dropped,
)
from backlog_sync.core.likeness import Likeness
from backlog_sync.core.locations import Location, locations
from backlog_sync.core.marker import READER, Base, Marker
from backlog_sync.core.model import DesiredItem, DesiredState, IssueRef
from backlog_sync.core.observed import ObservedIssue, ObservedState
from backlog_sync.core.reading import counts, is_about
from backlog_sync.core.sandbox_numbers import forgotten
from backlog_sync.core.states import DUPLICATE, NOT_PLANNED, is_closed, observed_state
from backlog_sync.core.trust import Trust, trust_in
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """An item's issue, its parsed body, and how it was found.

    `ref` is its name for display. `adopt` means that it has no marker yet. `generation` is
    the value for its marker. If the `trust` is not TRUSTED, the marker is here without its base.
    """

    issue: ObservedIssue
    parts: SplitBody
    reason: str
    ref: str
    adopt: bool = False
    generation: int = 0
    trust: Trust = Trust.TRUSTED

    @property
    def is_trusted(self) -> bool:
        """Whether the issue's record is trusted."""
        return self.trust is Trust.TRUSTED


@dataclass(frozen=True, slots=True)
class Matches:
    """The result: items with issues, our issues without items, items that are held.

    `held` maps a key to the reason and the remedy. `doubles` are further open issues of items, by
    key, that we also created; `copies` are issues into which somebody copied the block of another
    one. `gone` are items whose number, or whose record in their parent, refers to an issue that
    does not exist, each with the reason and a remedy. `forgotten` are items whose number was
    written by another sandbox, so that it does not count. `generations` are those of keys that
    other issues had before, for items to create.
    """

    by_key: Mapping[str, Match]
    orphans: tuple[tuple[str, ObservedIssue], ...] = ()
    doubles: tuple[tuple[str, ObservedIssue], ...] = ()
    copies: tuple[tuple[str, ObservedIssue], ...] = ()
    gone: tuple[tuple[str, Hold], ...] = ()
    held: Mapping[str, Hold] = field(default_factory=dict)
    forgotten: Mapping[str, IssueRef] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    generations: Mapping[str, int] = field(default_factory=dict)


def match_items(desired: DesiredState, observed: ObservedState) -> Matches:
    """Find the issue of each item. Ambiguous items are held, never guessed."""
    all_locations = locations(desired, observed)
    shared = _Shared(
        declared=frozenset(item.key for item in desired.items),
        unread=_unread(desired, all_locations),
    )
    matchers = [
        _Matcher(desired, observed, location, all_locations, shared) for location in all_locations
    ]
    shared.recorded = recorded_keys([matcher.index for matcher in matchers])
    for matcher in matchers:
        matcher.by_numbers()
    for level in _levels(desired.items):
        for step in _STEPS:
            for matcher in matchers:
                # Without issues nothing is found, and mostly all items are matched already.
                if matcher.index.by_number and matcher._open(level):
                    step(matcher, level)
    if len(matchers) > 1:
        untaken = _untaken_by_key(matchers)
        for matcher in matchers:
            matcher.left_behind(untaken)
    for matcher in matchers:
        matcher.by_other_numbers()
        matcher.in_doubt()
        matcher.unfilled()
    for matcher in matchers if not observed.embedded else ():
        matcher.by_hints()
    if desired.settings.adopt:
        for matcher in matchers:
            matcher.by_unmarked_titles()
    for matcher in matchers:
        matcher.namesakes()
    return _joined([matcher.result() for matcher in matchers])


def with_issues(matches: Matches, observed: ObservedState) -> Matches:
    """Return the same matches with their issues as they are now, in another observation."""
    issues = {issue.id: issue for issue in observed.issues}
    by_key = {
        key: _with_issue(match, issues.get(match.issue.id, match.issue))
        for key, match in matches.by_key.items()
    }
    return replace(matches, by_key=by_key)


def _with_issue(match: Match, issue: ObservedIssue) -> Match:
    if issue == match.issue:
        return match
    if issue.body == match.issue.body:
        return replace(match, issue=issue)
    parts = body_block.split(issue.body)
    if parts.marker is not None and not match.is_trusted:
        parts = replace(parts, marker=replace(parts.marker, base=Base()))
    return replace(match, issue=issue, parts=parts, adopt=parts.marker is None)


def _joined(parts: list[Matches]) -> Matches:
    """Return the results of all repositories as one."""
    if len(parts) == 1:
        return parts[0]
    return Matches(
        by_key=parts[0].by_key,
        orphans=tuple(entry for part in parts for entry in part.orphans),
        doubles=tuple(entry for part in parts for entry in part.doubles),
        copies=tuple(entry for part in parts for entry in part.copies),
        gone=tuple(entry for part in parts for entry in part.gone),
        held=parts[0].held,
        forgotten={key: ref for part in parts for key, ref in part.forgotten.items()},
        warnings=tuple(entry for part in parts for entry in part.warnings),
        generations={key: n for part in parts for key, n in part.generations.items()},
    )


_UntakenByKey: TypeAlias = Mapping[str, Sequence[tuple[int, "_Matcher", ObservedIssue]]]
"""Our issues that no item has, by their key, with the place of their repository among all."""


def _untaken_by_key(matchers: Sequence["_Matcher"]) -> _UntakenByKey:
    """Return the issues of all repositories that no item has, so that no item looks in each."""
    by_key: dict[str, list[tuple[int, _Matcher, ObservedIssue]]] = {}
    for place, matcher in enumerate(matchers):
        for key in matcher.index.ours:
            for issue in matcher._untaken_ours(key):
                by_key.setdefault(key, []).append((place, matcher, issue))
    return by_key


def _levels(items: Sequence[DesiredItem]) -> list[frozenset[str]]:
    """Return the keys of the items level by level, those without a parent first."""
    parents = {item.key: item.parent for item in items}
    depth: dict[str, int] = {}
    for item in items:
        ancestors: list[str] = []
        current: str | None = item.key
        while (
            current is not None
            and current in parents
            and current not in depth
            and current not in ancestors
        ):
            ancestors.append(current)
            current = parents[current]
        start = depth.get(current or "", -1)
        depth |= {key: start + n for n, key in enumerate(reversed(ancestors), 1)}
    levels: list[set[str]] = [set() for _ in range(max(depth.values(), default=-1) + 1)]
    for key, level in depth.items():
        levels[level].add(key)
    return [frozenset(keys) for keys in levels]


@dataclass(slots=True)
class _Shared:
    """The results so far of the matchers of all repositories.

    `declared` are the keys of all items, `unread` those of items in repositories that this run does
    not read: their issues may still be where they were, and are not orphans. `recorded` are the
    hashes of the keys that were below others at the last sync.
    """

    declared: frozenset[str]
    unread: frozenset[str] = frozenset()
    recorded: frozenset[str] = frozenset()
    by_key: dict[str, Match] = field(default_factory=dict)
    held: dict[str, Hold] = field(default_factory=dict)


def _unread(desired: DesiredState, all_locations: Sequence[Location]) -> frozenset[str]:
    if sum(len(location.items) for location in all_locations) == len(desired.items):
        return frozenset()
    located = {item.key for location in all_locations for item in location.items}
    return frozenset(item.key for item in desired.items if item.key not in located)


class _Matcher:
    """Finds issues for the items of one repository, the most certain way first."""

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        location: Location,
        all_locations: tuple[Location, ...],
        shared: _Shared,
    ) -> None:
        self.desired, self.observed, self.location = desired, observed, location
        self.kin = frozenset(other.backlog_id for other in all_locations)
        self.index = IssueIndex(desired, observed, location, self.kin)
        self.items = location.items
        self.titles = {item.key: title_mark(item.title) for item in self.items}
        self.shared = shared
        self.by_key, self.held, self.unread = shared.by_key, shared.held, shared.unread
        self.warnings: list[Warned] = []
        self.gone: dict[str, Hold] = {}
        self.forgotten = forgotten(self.items, location, observed, self.index)
        self.taken: set[int] = set()
        self.doubtful: set[int] = set()
        self.older: Mapping[str, list[ObservedIssue]] | None = None

    def by_numbers(self) -> None:
        """Match the items whose file has a number of this server and repository."""
        claims = Counter(
            item.issue.number for item in self.items if item.issue and self._is_local_number(item)
        )
        for item in self.items:
            if item.issue is None or item.key in self.forgotten.refs:
                continue
            if self._is_local_number(item):
                self._claim(item, item.issue, alone=claims[item.issue.number] == 1)
            elif not self.location.is_target and self._is_number_elsewhere(item):
                self.held[item.key] = holds.left_behind(str(item.issue), None, self.location.name)

    def _is_local_number(self, item: DesiredItem) -> bool:
        """Return whether an item's number is one of this server and repository."""
        location, observed = self.location, self.observed
        return is_about(
            item.issue,
            location.name,
            sandbox=observed.sandbox,
            plain=not observed.embedded,
            declared=location.declared,
        )

    def _is_number_elsewhere(self, item: DesiredItem) -> bool:
        """Return whether an item's number is one of another repository on this server."""
        ref = item.issue
        if ref is None or self._is_local_number(item):
            return False
        return counts(ref, sandbox=self.observed.sandbox, plain=not self.observed.embedded)

    def by_other_numbers(self) -> None:
        """Hold items with a number of another repository that were not found here.

        After a transfer or a rename of the repository, its issues are recognized by their markers.
        """
        for item in self.items:
            ref, home = item.issue, self.location.declared
            if ref is None or item.key in self.held or not self._is_number_elsewhere(item):
                continue
            if item.key in self.by_key:
                message = f"{item.key} names {ref}, which is not in {self.location.name}"
                message += f": {self.by_key[item.key].ref} is its issue, by its marker"
                hint = f"write `issue: {self.by_key[item.key].issue.number}`"
                self.warnings.append(Warned(message, "other-repository", hint, item.place))
            else:
                repository = ref.repository or home or "another repository"
                self.held[item.key] = holds.of_another_repository(
                    str(ref), repository, self.location.name
                )

    def _claim(self, item: DesiredItem, ref: IssueRef, *, alone: bool) -> None:
        """Match the issue that a file names; of several items, the one in its marker."""
        issue, name = self.index.by_number.get(ref.number), str(ref)
        if issue is None:
            self.gone[item.key] = self.held[item.key] = self._whereabouts(ref)
            return
        parts = self.index.parts[issue.number]
        known = parts.marker is not None and parts.marker.key == item.key
        if issue.number in self.taken or not (alone or known):
            self.held[item.key] = holds.taken_twice(name, issue)
        elif parts.problem:
            self.held[item.key] = holds.broken(name, issue, parts.problem)
        elif parts.marker is not None and not self._is_own(item, issue, parts.marker):
            mark = self.titles[item.key]
            same = parts.marker.key == item.key or self.index.applied_title(issue) == mark
            self.held[item.key] = holds.of_another_backlog(
                name, issue, self.desired, parts.marker.backlog, same=same
            )
        else:
            reason = "by its number in the file"
            if parts.marker is not None and parts.marker.key != item.key:
                reason = f"by its number in the file; it was {parts.marker.key}"
            original = self._original_of(issue)
            if original is not None:
                reason = f"{ref}, which the file names, was closed as its duplicate"
            self._take(item, original or issue, reason)

    def _is_own(self, item: DesiredItem, issue: ObservedIssue, marker: Marker) -> bool:
        """Return whether a marker is this backlog's, or was before the issue was moved here."""
        if marker.backlog == self.location.backlog_id:
            return True
        same = marker.key == item.key and self.index.applied_title(issue) == self.titles[item.key]
        return marker.backlog in self.kin and same

    def _original_of(self, issue: ObservedIssue) -> ObservedIssue | None:
        """Return our open issue that an issue was closed as a duplicate of, if it was.

        A run on another machine may have closed the one that our file names.
        """
        marker = self.index.parts[issue.number].marker
        if marker is None or issue.state == "open" or issue.state_reason != DUPLICATE:
            return None
        mark = self.index.applied_title(issue)
        same = (i for i in self._untaken_ours(marker.key) if self.index.applied_title(i) == mark)
        return next((i for i in same if i.state == "open"), None)

    def _whereabouts(self, ref: IssueRef) -> Hold:
        """Return what happened to an issue that the list does not contain, as far as known."""
        name = f"{self.location.name}#{ref.number}"
        link = self.observed.elsewhere.get(name)
        if link is not None:
            return holds.transferred(str(ref), link, self.location.name)
        return holds.missing(str(ref), self.location.name, self.observed.unreachable.get(name, ""))

    def in_place(self, level: Collection[str]) -> None:
        """Match the items whose key, title and parent an issue has.

        Issues that are alike are duplicates. One of them in place is enough to recognize them, but
        which one stays must not depend on that: the links of a duplicate move while it is repaired,
        and another run may read at that moment.
        """
        for item in self._open(level):
            parent_id = self._parent_id(item)
            candidates = self._same_key_and_title(item)
            latest = [
                i
                for i in candidates
                if self.index.generation(i) == self.index.generation(candidates[0])
            ]
            if any(_parent_of(issue) == parent_id for issue in latest):
                self._take_first(item, latest)

    def by_titles(self, level: Collection[str]) -> None:
        """Match issues by their titles below the same parent, if their keys changed.

        A story was inserted and the rest renumbered, or a key was changed. Only if exactly one
        issue and one item have that title; an issue whose key is gone comes first.
        """
        untaken: dict[tuple[str, str | None], list[ObservedIssue]] = {}
        for issues in self.index.ours.values():
            for issue in issues:
                if issue.number not in self.taken:
                    mark = self.index.applied_title(issue)
                    untaken.setdefault((mark, _parent_of(issue)), []).append(issue)
        deeper = {i.key: self.titles[i.key] for i in self._open() if i.parent is not None}
        title_counts = Counter((item.parent, title_mark(item.title)) for item in self.items)
        for item in self._open(level):
            mark = self.titles[item.key]
            if title_counts[item.parent, mark] > 1:
                continue
            matches = untaken.get((mark, self._parent_id(item)), ())
            if item.parent is None:
                # Below a parent without an issue, an item's issue has no parent: it stays its own.
                matches = [i for i in matches if deeper.get(self._key_of(i)) != mark]
            same = unless_dropped([issue for issue in matches if issue.number not in self.taken])
            gone = [issue for issue in same if self._key_of(issue) not in self.shared.declared]
            for group in (gone, same):
                if len(group) == 1:
                    former_key = self._key_of(group[0])
                    self._take(item, group[0], f"by its title; it was {former_key}")
                    break

    def by_keys_and_titles(self, level: Collection[str]) -> None:
        """Match the items that were moved below another parent since the last sync.

        They were moved in the file, or on GitHub: then the issue was put below the item's own
        parent last, maybe by a run that stopped before it recorded that.
        """
        for item in self._open(level):
            last, recorded = self.index.last_with(item.key), self._last_with(item.key)
            same = [issue for issue in self._same_key_and_title(item) if issue in last]
            put = [i for i in same if i in recorded or self._was_put_below(item, i)]
            self._take_first(item, put)

    def _was_put_below(self, item: DesiredItem, issue: ObservedIssue) -> bool:
        """Return whether an issue was put below the parent of an item whose key no other issue has.

        A parent that is held could not be given it, and records nothing.
        """
        if item.parent in self.held:
            return True
        marker = self.index.parts[issue.number].marker
        parent = self.by_key.get(item.parent) if item.parent else None
        if marker is None or parent is None:
            return False
        put = marker.base.hashes.get("parent") == normalize.hash_value(item.parent)
        return put and self.index.ours.get(str(item.parent)) == [parent.issue]

    def _same_key_and_title(self, item: DesiredItem) -> list[ObservedIssue]:
        """Return the issues with the key and the title of an item, the latest first."""
        matches = unless_dropped(
            [i for i in self._untaken_ours(item.key) if self._has_title_of(item, i)]
        )
        return sorted(matches, key=self.index.generation, reverse=True)

    def _take_first(self, item: DesiredItem, issues: Sequence[ObservedIssue]) -> None:
        if issues:
            self._take(item, issues[0], "by its marker")

    def _has_title_of(self, item: DesiredItem, issue: ObservedIssue) -> bool:
        return self.index.applied_title(issue) == self.titles[item.key]

    def _key_of(self, issue: ObservedIssue) -> str:
        marker = self.index.parts[issue.number].marker
        return marker.key if marker else ""

    def _parent_id(self, item: DesiredItem) -> str | None:
        """Return the id of the issue of an item's parent, or the parent's key if it has none."""
        if item.parent is None:
            return None
        match = self.by_key.get(item.parent)
        held = self.held.get(item.parent)
        issue = match.issue if match else held.issue if held else None
        return issue.id if issue else item.parent

    def by_former_titles(self, level: Collection[str]) -> None:
        """Match issues that an older reader wrote with their items, whatever their titles are now.

        A key may belong to another item by now. If only that item's title shows that it is a
        different one, nothing is certain: both are held.
        """
        claims = self._claims()
        for item in self._open(level) if claims.of_item else ():
            number = claims.sole(item.key)
            if number is None or number in self.taken or item.key in self.held:
                continue
            claim, rival = claims.claim(item.key, number), claims.rival(item.key, number)
            if rival is not None and not claim.is_sure:
                for key in (item.key, rival):
                    self._doubt(key, [number])
            elif claim.likeness is not Likeness.BEGUN or not claims.key_is_free(item.key):
                issue = self.index.by_number[number]
                self._take(
                    item, issue, f"by its title, read otherwise; it was {self._key_of(issue)}"
                )

    def _claims(self) -> Claims:
        """Return which issues of an older reader each item without an issue may have."""
        issues = [
            FormerIssue(
                issue.number, issue.title, self.index.applied_title(issue), key, _parent_of(issue)
            )
            for key, last in self._older().items()
            for issue in last
            if issue.number not in self.taken and issue.number not in self.doubtful
        ]
        return Claims(self._open() if issues else (), issues, self.titles, self._parent_id)

    def _older(self) -> Mapping[str, list[ObservedIssue]]:
        """Return the issues of an older reader, by key, except dropped ones and orphans."""
        if self.older is None:
            self.older = {
                key: [
                    issue
                    for issue in self._last_with(key)
                    if self.index.reader(issue) < READER and observed_state(issue) != NOT_PLANNED
                ]
                for key in self.index.ours
            }
        return self.older

    def _doubt(self, key: str, numbers: Sequence[int]) -> None:
        """Hold an item that may or may not be one of these issues."""
        issues = [self.index.by_number[number] for number in sorted(numbers)]
        refs = list(map(self.observed.ref, issues))
        self.held[key] = holds.read_otherwise(refs, issues)
        self.doubtful.update(numbers)

    def in_doubt(self) -> None:
        """Hold the items that would be created although an older reader may have created them."""
        if not self._open():
            return
        claims = self._claims()
        settings = self.desired.settings
        for item in self._open() if claims.of_item else ():
            numbers = claims.of_item.get(item.key)
            created = settings.create_done or not is_closed(item.fields.get("state"))
            if numbers and item.sync and created:
                self._doubt(item.key, list(numbers))

    def unfilled(self) -> None:
        """Hold the items with a template's placeholders, with their issues.

        An item that only gets its key from such a title is independent once its issue is found.
        """
        settings = self.desired.settings
        for item in self.items:
            match = self.by_key.get(item.key)
            created = settings.create_done or not is_closed(item.fields.get("state"))
            if not item.holes or not item.sync or item.key in self.held:
                continue
            if match is None and created:
                self.held[item.key] = holds.unfilled(item.holes, None, None)
            elif match is not None and not item.holes[0].above:
                del self.by_key[item.key]
                self.held[item.key] = holds.unfilled(item.holes, match.ref, match.issue)

    def by_keys(self, level: Collection[str]) -> None:
        """Match the remaining items by the marker's key, the present one first, then former ones.

        Only the issue that had the key last counts, and only if its item existed at the last sync;
        otherwise its title is about something else.
        """
        for item, keys in self._open_with_keys(level):
            for key in keys:
                last = self._last_with(key)
                free = [i for i in last if i.number not in self.taken]
                if not free:
                    continue
                if len({self.index.applied_title(issue) for issue in last}) > 1:
                    refs = list(map(self.observed.ref, last))
                    self.held[item.key] = holds.several_of_one_key(refs, free[0])
                else:
                    reason = "by its marker" if key == item.key else f"known before as {key}"
                    self._take(item, free[0], reason)
                break

    def _last_with(self, key: str) -> list[ObservedIssue]:
        """Return the issues that had a key last, of those with an item at the last sync."""
        return [
            i for i in self.index.last_with(key) if self.index.had_item(i, self.shared.recorded)
        ]

    def unclear(self, level: Collection[str]) -> None:
        """Hold the items whose key is only in untrusted markers."""
        for item, keys in self._open_with_keys(level):
            if any(self._untaken_ours(key) for key in keys):
                continue
            for key in keys:
                for stranger in self._untaken(self.index.untrusted, key):
                    ref = self.observed.ref(stranger)
                    self.held.setdefault(item.key, holds.untrusted(ref, stranger))
                for issue in self._untaken(self.index.broken, key):
                    why = self.index.parts[issue.number].problem
                    self.held.setdefault(
                        item.key, holds.broken(self.observed.ref(issue), issue, why)
                    )

    def by_hints(self) -> None:
        """Match the issues that titles clearly name; hold the items whose titles name others."""
        settings = self.desired.settings
        new = [
            item
            for item in self._open()
            if item.hints and item.sync
            if settings.create_done or not is_closed(item.fields.get("state"))
        ]
        marked = [number for number, parts in self.index.parts.items() if parts.marker]
        named = named_by_hints(new, self.location, self.index.by_number, self.taken, marked)
        for item in new:
            issue = named.get(item.key)
            if issue is not None and not self._problem(issue):
                self._take(item, issue, "is named in its title")
        new = [item for item in new if item.key not in self.by_key]
        held = held_by_hints(new, self.location, self.index.by_number, self.taken, marked)
        self.held.update(held)

    def by_unmarked_titles(self) -> None:
        """Adopt issues without a marker whose title matches exactly one item.

        Only issues of trusted authors: the marker that is added must be trusted later.
        """
        items = [item for item in self._open() if item.sync]
        title_counts = Counter(normalize.title(item.title) for item in items)
        for item in items:
            title = normalize.title(item.title)
            namesakes = self.index.unmarked.get(title, ())
            candidates = [i for i in namesakes if i.number not in self.taken and self._trusts(i)]
            if (
                len(candidates) == 1
                and title_counts[title] == 1
                and not self._problem(candidates[0])
            ):
                self._take(item, candidates[0], "has exactly this title")
            elif candidates and (len(candidates) > 1 or title_counts[title] > 1):
                refs = list(map(self.observed.ref, candidates))
                self.held[item.key] = holds.several(refs, candidates[0])

    def _trusts(self, issue: ObservedIssue) -> bool:
        return is_trusted(issue, self.observed.viewer, self.desired.settings.trusted_authors)

    def _problem(self, issue: ObservedIssue) -> str:
        return self.index.parts[issue.number].problem

    def namesakes(self) -> None:
        """Report issues without a marker that have the title of an item without an issue."""
        for item in self._open():
            if item.sync:
                self._namesake(item)

    def _namesake(self, item: DesiredItem) -> None:
        namesakes = self.index.unmarked.get(normalize.title(item.title), ())
        issue = next(
            (candidate for candidate in namesakes if candidate.number not in self.taken), None
        )
        if issue is None:
            return
        problem, ref = self._problem(issue), self.observed.ref(issue)
        if problem:
            self.held[item.key] = holds.broken(ref, issue, problem)
            return
        self.warnings.append(
            Warned(
                message="this issue already has the item's title: there will be two",
                slug="same-title",
                hint=f"write `issue: {ref.lstrip('#')}` (or use --adopt) to take it",
                place=item.place,
                ref=ref,
                title=item.title,
            )
        )

    def left_behind(self, untaken: "_UntakenByKey") -> None:
        """Hold the items whose issue is in a repository other than the file says.

        It was left there, or it was moved here and still has the marker from there. A marker is
        trusted only in the repository in which it was written: another backlog may have the same
        name and the same keys.
        """
        for item, keys in self._open_with_keys():
            elsewhere = [
                (place, nth, issue)
                for nth, key in enumerate(keys)
                for place, matcher, issue in untaken.get(key, ())
                if matcher is not self
            ]
            if elsewhere:
                _, _, issue = min(elsewhere, key=lambda candidate: candidate[:2])
                hold = holds.left_behind(self.observed.ref(issue), issue, self.location.name)
                self.held.setdefault(item.key, hold)
            for issue in (
                candidate for key in keys for candidate in self._untaken(self.index.astray, key)
            ):
                if self.index.applied_title(issue) == self.titles[item.key]:
                    ref = self.observed.ref(issue)
                    self.held.setdefault(item.key, holds.astray(ref, issue))

    def result(self) -> Matches:
        """Return everything that was matched, and what is left over."""
        new: dict[str, int] = {}
        for item in self.items:
            match = self.by_key.get(item.key)
            generation = self._next_generation(item, match)
            if match is not None and generation:
                self.by_key[item.key] = replace(match, generation=generation)
            elif generation:
                new[item.key] = generation
        # These are left alone with their issues.
        unsynced = {item.key for item in self.items if not item.sync}
        remaining = sorted(
            (issue.number, key, issue)
            for key, issues in self.index.ours.items()
            for issue in issues
            if issue.number not in self.taken
            and issue.state == "open"
            and issue.number not in self.doubtful
            and key not in self.held
            and key not in self.unread
            and key not in unsynced
        )
        second_issues = [(key, issue) for _, key, issue in remaining if self._is_second(key, issue)]
        doubles = tuple((key, issue) for key, issue in second_issues if self._is_double(key, issue))
        copies = (*self.index.copies, *(pair for pair in second_issues if pair not in doubles))
        warnings = [
            Warned(
                message=f"{self.observed.ref(issue)} carries a copy of the marker of {key}",
                slug="copied-marker",
                hint=holds.COPIED,
                ref=self.observed.ref(issue),
            )
            for key, issue in copies
            if issue.state == "open" and issue.number not in self.taken
        ]
        return Matches(
            by_key=self.by_key,
            orphans=tuple((k, issue) for _, k, issue in remaining if not self._is_second(k, issue)),
            doubles=doubles,
            copies=tuple(pair for pair in copies if pair[1].number not in self.taken),
            gone=tuple(sorted(self._gone().items(), key=lambda entry: entry[0])),
            held=self.held,
            forgotten=self.forgotten.refs,
            warnings=(*self.warnings, *warnings),
            generations=new,
        )

    def _next_generation(self, item: DesiredItem, match: Match | None) -> int:
        """Return the generation for a marker with this key: higher than those of other items.

        A marker that already has the key gets a higher one only if another item had it since: its
        item was deleted and came back.
        """
        marker = match.parts.marker if match else None
        own_generation = marker.generation if marker is not None and marker.key == item.key else -1
        parent_id = self._parent_id(item)
        later_generations = (
            self.index.generation(other)
            + (not self._has_title_of(item, other) or _parent_of(other) != parent_id)
            for other in self.index.ours.get(item.key, ())
            if match is None or other.id != match.issue.id
            if self.index.generation(other) > own_generation
        )
        return max(later_generations, default=max(own_generation, 0))

    def _gone(self) -> dict[str, Hold]:
        """Return the items whose issue existed and is gone."""
        open_ = {item.key for item in self._open()}
        deleted = {
            key: Hold("its issue was deleted", _AGAIN, str(self.forgotten.refs[key]))
            for key in self.forgotten.deleted & open_
        }
        return {**self._recorded(), **deleted, **self.gone}

    def _recorded(self) -> dict[str, Hold]:
        """Return the items without an issue that are recorded as sub-issues of their parents."""
        missing: dict[str, Hold] = {}
        for item in self._open():
            parent = self.by_key.get(item.parent) if item.parent and item.sync else None
            marker = parent.parts.marker if parent else None
            is_recorded = marker and order.mark(item.key) in marker.base.order
            if is_recorded and not self.index.ours.get(item.key):
                missing[item.key] = Hold(
                    "it was below its parent at the last sync and has no issue now (deleted,"
                    " moved away, or never made by a run that stopped)",
                    _AGAIN,
                )
        return missing

    def _is_second(self, key: str, issue: ObservedIssue) -> bool:
        """Return whether a remaining issue is a duplicate of its item's, not a displaced one."""
        match = self.by_key.get(key)
        if match is None or match.issue.repository != issue.repository:
            return False
        if self.index.generation(issue) < match.generation:
            return False
        marker = match.parts.marker
        keeps_title = marker is not None and marker.key == key
        keeps_title |= owner_of("title", self.desired.settings.ownership) is Owner.GITHUB
        # One that was another item's, or nobody's, gets this item's title only now.
        title = self.index.applied_title(match.issue) if keeps_title else self.titles[key]
        return self.index.applied_title(issue) == title

    def _is_double(self, key: str, issue: ObservedIssue) -> bool:
        """Return whether we created both issues for this key, and both are open.

        A copy has the nonce of its original. If the file names an issue that was another item's, or
        that was adopted, the one that was created stays as well.
        """
        match = self.by_key[key]
        ours, theirs = match.parts.marker, self.index.parts[issue.number].marker
        if ours is None or theirs is None or match.issue.state != "open" or ours.key != key:
            return False
        created = (
            marker.nonce not in ("", adopted_nonce(marked_issue))
            for marker, marked_issue in ((ours, match.issue), (theirs, issue))
        )
        return all(created) and ours.nonce != theirs.nonce

    def _open_with_keys(
        self, level: Collection[str] | None = None
    ) -> list[tuple[DesiredItem, tuple[str, ...]]]:
        """Return the items without an issue with their keys, the present one first.

        A former key that another item has and still waits with, maybe on a deeper level, is left to
        that item.
        """
        waiting = {item.key for item in self._open()}
        return [
            (item, (item.key, *(key for key in item.previously if key not in waiting)))
            for item in self._open(level)
        ]

    def _open(self, level: Collection[str] | None = None) -> list[DesiredItem]:
        items = self.items if level is None else [i for i in self.items if i.key in level]
        return [i for i in items if i.key not in self.by_key and i.key not in self.held]

    def _untaken_ours(self, key: str) -> list[ObservedIssue]:
        return self._untaken(self.index.ours, key)

    def _untaken(self, issues: Mapping[str, list[ObservedIssue]], key: str) -> list[ObservedIssue]:
        return [issue for issue in issues.get(key, ()) if issue.number not in self.taken]

    def _take(self, item: DesiredItem, issue: ObservedIssue, reason: str) -> None:
        parts, ref = self.index.parts[issue.number], self.observed.ref(issue)
        adopt, marker = parts.marker is None, parts.marker
        viewer, settings = self.observed.viewer, self.desired.settings
        trust = trust_in(issue.author, viewer, settings, self.location.permissions)
        if marker is not None and trust is not Trust.TRUSTED:
            parts = replace(parts, marker=replace(marker, base=Base()))
        self.by_key[item.key] = Match(issue, parts, reason, ref, adopt=adopt, trust=trust)
        self.taken.add(issue.number)


_STEPS = (
    _Matcher.in_place,
    _Matcher.unclear,
    _Matcher.by_titles,
    _Matcher.by_keys_and_titles,
    _Matcher.by_former_titles,
    _Matcher.by_keys,
    _Matcher.unclear,
)
"""The steps for the items of one level, whose parents are matched: the most certain first."""


def _parent_of(issue: ObservedIssue) -> str | None:
    return issue.parent.id if issue.parent else None


_AGAIN = "sync creates a new one, unless you remove the item from the file"
