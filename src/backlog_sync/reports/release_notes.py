"""Release notes: what is done in a milestone or since a date, with who did it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from backlog_sync.core.facts import Facts, MilestoneFact, Phase, WorkItem
from backlog_sync.core.normalize import fold
from backlog_sync.core.rollup import Outline, count, outline
from backlog_sync.reports.values import ReleaseEntry, ReleaseGroup, ReleaseNotes

KINDS = ("epic", "feature", "story", "bug", "task", "spike", "chore")
"""The order of the kinds: what readers of a release look for first."""

_CONTAINERS = ("epic", "feature")
"""Kinds that are headings if anything is below them; what is below other kinds is a part of it."""


def release_notes(
    facts: Facts, milestone: str | None = None, *, since: date | None = None, mentions: bool = False
) -> ReleaseNotes:
    """Return what is done in a milestone (a title), since a date, or both."""
    tree = outline(facts.items)
    named = (one for one in facts.milestones if fold(one.title) == fold(milestone or ""))
    fact = next(named, MilestoneFact(milestone or f"Done since {since}"))
    members = _members(tree, since)
    entries = [
        tree.items[key]
        for key in members
        if milestone is None or fold(tree.items[key].milestone or "") == fold(milestone)
    ]
    done = [item for item in entries if item.phase is Phase.DONE and _is_since(item, since)]
    over = (Phase.DONE, Phase.DROPPED)
    left = tuple(item for item in entries if item.phase not in over and milestone is not None)
    days = [item.closed for item in done if item.closed]
    return ReleaseNotes(
        title=f"{fact.title} since {since}" if milestone and since else fact.title,
        due=fact.due,
        finished=max(days, default=None) if milestone is not None and not left else None,
        description=fact.description,
        kinds={
            kind: tuple(_groups(tree, of_kind, members))
            for kind in KINDS
            if (of_kind := [item for item in done if item.kind == kind])
        },
        open=left,
        mentions=mentions,
    )


def _is_since(item: WorkItem, since: date | None) -> bool:
    return since is None or (item.closed is not None and item.closed >= since)


def _members(tree: Outline, since: date | None) -> Mapping[str, Sequence[WorkItem]]:
    """Return the items that are not headings, with all parts of each: itself first.

    A task is a part of the story above it, unless it is in another milestone, or was left when the
    story ended.
    """
    members: dict[str, list[WorkItem]] = {}
    entry_of: dict[str, WorkItem] = {}
    for key, item in tree.items.items():
        if item.kind in _CONTAINERS and tree.below[key] != (key,):
            continue
        above = entry_of.get(tree.parents[key] or "")
        entry = item if above is None or _outlives(item, above, since) else above
        entry_of[key] = entry
        members.setdefault(entry.key, []).append(item)
    return members


def _outlives(item: WorkItem, above: WorkItem, since: date | None) -> bool:
    moved = item.milestone and fold(item.milestone) != fold(above.milestone or "")
    ended = above.phase is Phase.DONE and not _is_since(above, since)
    return bool(moved or ended or above.phase is Phase.DROPPED)


def _groups(
    tree: Outline, items: Iterable[WorkItem], members: Mapping[str, Sequence[WorkItem]]
) -> Iterator[ReleaseGroup]:
    """Yield the items by the nearest epic or feature above them, those without one first.

    If no two of them have the same, they are one group: a heading for each line says too little.
    """
    by_container: dict[str, list[ReleaseEntry]] = {"": []}
    for item in items:
        above = (one for one in tree.above(item.key) if one.key not in members)
        near = next((one for one in above if one.kind in _CONTAINERS), None)
        by_container.setdefault(near.key if near else "", []).append(
            _entry(tree, item, members[item.key])
        )
    if all(len(entries) <= 1 for key, entries in by_container.items() if key):
        by_container = {"": [entry for entries in by_container.values() for entry in entries]}
    for key, entries in by_container.items():
        if entries:
            container = _entry(tree, tree.items[key], [tree.items[key]]) if key else None
            yield ReleaseGroup(container, tuple(entries))


def _entry(tree: Outline, item: WorkItem, members: Sequence[WorkItem]) -> ReleaseEntry:
    """Return an entry: whoever wrote its pull requests did it, else whoever is assigned."""
    pulls = {
        pull.ref: pull for one in members for pull in one.pull_requests if pull.state == "merged"
    }
    authors = dict.fromkeys(pull.author for pull in pulls.values() if pull.author)
    assigned = dict.fromkeys(login for one in members for login in one.assignees)
    leaves = [one.key for one in members if tree.below[one.key] == (one.key,)]
    points = count(item.key, leaves, tree).points_done
    return ReleaseEntry(item, tuple(pulls.values()), tuple(authors or assigned), points)
