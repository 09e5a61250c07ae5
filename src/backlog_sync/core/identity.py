"""Which issue is which item: numbers in the file first, then trusted markers, then titles."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize
from backlog_sync.core.body import SplitBody
from backlog_sync.core.changes import Warned
from backlog_sync.core.model import (
    Actor,
    DesiredItem,
    DesiredState,
    IssueRef,
    ObservedIssue,
    ObservedState,
)

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

    `held` maps a key to the reason why nothing may be done for it.
    """

    by_key: Mapping[str, Match]
    orphans: tuple[tuple[str, ObservedIssue], ...] = ()
    held: Mapping[str, tuple[str, ObservedIssue | None]] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()


def applies(ref: IssueRef | None, observed: ObservedState) -> bool:
    """Whether a number in the file speaks of this server and repository."""
    if ref is None or ref.sandbox != observed.sandbox:
        return False
    name = observed.repository.name_with_owner
    return ref.repository is None or normalize.fold(ref.repository) == normalize.fold(name)


def is_trusted(issue: ObservedIssue, viewer: Actor, trusted: tuple[str, ...]) -> bool:
    """Whether a marker on this issue is believed, by who opened it."""
    author = issue.author
    if author is None:
        return False
    if author.id == viewer.id or author.association in _TRUSTED_ASSOCIATIONS:
        return True
    logins = {normalize.fold(name).removesuffix("[bot]") for name in trusted}
    return normalize.fold(author.login).removesuffix("[bot]") in logins


class _Index:
    """The issues of one observation, by number and by the key of a believed marker."""

    def __init__(self, desired: DesiredState, observed: ObservedState) -> None:
        self.by_number = {issue.number: issue for issue in observed.issues}
        self.parts = {i.number: body_block.split(i.body) for i in observed.issues}
        self.ours: dict[str, list[ObservedIssue]] = {}
        self.untrusted: dict[str, ObservedIssue] = {}
        ignored = set(desired.settings.ignore_issues)
        for issue in sorted(observed.issues, key=lambda i: (i.state != "open", i.number)):
            marker = self.parts[issue.number].marker
            if marker is None or marker.backlog != desired.backlog_id or issue.number in ignored:
                continue
            if is_trusted(issue, observed.viewer, desired.settings.trusted_authors):
                self.ours.setdefault(marker.key, []).append(issue)
            else:
                self.untrusted.setdefault(marker.key, issue)

    def match(self, issue: ObservedIssue, reason: str) -> Match:
        parts = self.parts[issue.number]
        return Match(issue, parts, reason, adopt=parts.marker is None)


def match_items(desired: DesiredState, observed: ObservedState) -> Matches:
    """Find the issue of each item. What is not clear is held, never guessed."""
    index = _Index(desired, observed)
    by_key: dict[str, Match] = {}
    held: dict[str, tuple[str, ObservedIssue | None]] = {}
    taken: set[int] = set()
    for item in desired.items:
        if item.issue is not None and applies(item.issue, observed):
            _claim(item, item.issue, desired, index, by_key, held)
    taken.update(match.issue.number for match in by_key.values())
    for item in desired.items:
        if item.key in by_key or item.key in held:
            continue
        for key in (item.key, *item.previously):
            free = [i for i in index.ours.get(key, ()) if i.number not in taken]
            if free:
                reason = "by its marker" if key == item.key else f"known before as {key}"
                by_key[item.key] = index.match(free[0], reason)
                taken.add(free[0].number)
                break
        else:
            stranger = index.untrusted.get(item.key)
            if stranger is not None:
                held[item.key] = (
                    f"#{stranger.number} carries this item's marker but was opened by "
                    f"{stranger.author.login if stranger.author else 'an account that is gone'}, "
                    "whom this repository does not trust",
                    stranger,
                )
    _follow_titles(desired, index, by_key, held, taken)
    declared = {item.key for item in desired.items}
    duplicates = [
        (key, issue)
        for key, issues in index.ours.items()
        for issue in issues
        if issue.number not in taken and issue.state == "open"
    ]
    orphans = tuple((k, i) for k, i in sorted(duplicates, key=_by_number) if k not in declared)
    warnings = tuple(
        Warned(
            message=f"#{issue.number} is a second open issue of {key}",
            slug="duplicate",
            ref=f"#{issue.number}",
        )
        for key, issue in sorted(duplicates, key=_by_number)
        if key in declared
    )
    return Matches(by_key=by_key, orphans=orphans, held=held, warnings=warnings)


def _by_number(pair: tuple[str, ObservedIssue]) -> int:
    return pair[1].number


def _claim(
    item: DesiredItem,
    ref: IssueRef,
    desired: DesiredState,
    index: _Index,
    by_key: dict[str, Match],
    held: dict[str, tuple[str, ObservedIssue | None]],
) -> None:
    """Settle an item whose file names a number."""
    issue = index.by_number.get(ref.number)
    if issue is None:
        held[item.key] = (
            f"{ref} is not an issue of this repository (gone, moved, or a pull request)",
            None,
        )
        return
    marker = index.parts[issue.number].marker
    if marker is not None and marker.backlog != desired.backlog_id:
        held[item.key] = (f"{ref} belongs to the backlog {marker.backlog!r}", issue)
        return
    reason = "by its number in the file"
    if marker is not None and marker.key != item.key:
        reason = f"by its number in the file; it was {marker.key}"
    by_key[item.key] = index.match(issue, reason)


def _follow_titles(
    desired: DesiredState,
    index: _Index,
    by_key: dict[str, Match],
    held: Mapping[str, tuple[str, ObservedIssue | None]],
    taken: set[int],
) -> None:
    """Let an issue whose key is gone from the file follow its title below the same parent."""
    declared = {item.key for item in desired.items}
    left: dict[str, list[ObservedIssue]] = {}
    for key, issues in index.ours.items():
        if key not in declared:
            for issue in issues:
                left.setdefault(normalize.title(issue.title), []).append(issue)
    for item in desired.items:
        if item.key in by_key or item.key in held:
            continue
        parent = by_key.get(item.parent) if item.parent else None
        expected = parent.issue.id if parent else None
        same = [
            issue
            for issue in left.get(normalize.title(item.title), ())
            if issue.number not in taken and (issue.parent.id if issue.parent else None) == expected
        ]
        if len(same) == 1:
            by_key[item.key] = index.match(same[0], "by its title; its key was changed")
            taken.add(same[0].number)
