"""Limit a report to one audience or one milestone: the items that name it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core.facts import Before, Facts, WorkItem
from backlog_sync.core.normalize import fold
from backlog_sync.core.rollup import Outline, audience_of, outline
from backlog_sync.reports.ready import is_open

Belongs: TypeAlias = Callable[[Outline, str], bool]
"""Whether the leaf item with a key is one that a report is limited to."""


def audiences(facts: Facts) -> tuple[str, ...]:
    """Return every audience that an item names."""
    return tuple(dict.fromkeys(item.audience for item in facts.items if item.audience))


def for_audience(facts: Facts, name: str) -> Facts | None:
    """Return the facts of an audience's leaf items and their parents; None if there are none.

    An item without an audience has that of its nearest parent. Points and hours are those that an
    item counts with in the whole. Dependencies on items outside the audience are shown as issues
    elsewhere.
    """

    def is_for(tree: Outline, key: str) -> bool:
        return fold(audience_of(tree, key)) == fold(name)

    return _limited_to(facts, is_for, name, "for")


def for_milestone(facts: Facts, title: str) -> Facts:
    """Return the facts of a milestone's leaf items, limited as by `for_audience`."""

    def is_in(tree: Outline, key: str) -> bool:
        return fold(tree.items[key].milestone or "") == fold(title)

    limited = _limited_to(facts, is_in, title, "in") or replace(facts, items=())
    own = tuple(one for one in limited.milestones if fold(one.title) == fold(title))
    return replace(limited, milestones=own)


def _limited_to(facts: Facts, counts: Belongs, name: str, preposition: str) -> Facts | None:
    tree = outline(facts.items)
    kept = _kept(tree, counts)
    if not kept:
        return None
    items = tuple(_limited(tree, item, kept) for item in facts.items if item.key in kept)
    used = {item.milestone for item in items}
    leaves = {leaf.key for leaf in tree.leaves}
    count = len(leaves & kept.keys())
    limits = f"Only what is {preposition} {name}: {count} of {len(leaves)} items."
    return replace(
        facts,
        title=f"{facts.title}, {preposition} {name}",
        items=items,
        milestones=tuple(one for one in facts.milestones if one.title in used),
        before=_before(facts.before, counts) if facts.before else None,
        unseen=(limits, *facts.unseen),
    )


def _kept(tree: Outline, counts: Belongs) -> dict[str, None]:
    """Return the keys of the leaves that count, and of all their parents."""
    leaves = [leaf.key for leaf in tree.leaves if counts(tree, leaf.key)]
    return {item.key: None for key in leaves for item in tree.above(key)}


def _limited(tree: Outline, item: WorkItem, kept: Mapping[str, None]) -> WorkItem:
    def outside(names: Sequence[str]) -> tuple[str, ...]:
        """Return the names for display of the open ones that are not shown."""
        waits = [name for name in names if name not in kept and is_open(tree, name)]
        return tuple(tree.items[name].ref or name if name in tree.items else name for name in waits)

    return replace(
        item,
        points=tree.points.get(item.key),
        hours=tree.hours.get(item.key),
        blocked_by=tuple(key for key in item.blocked_by if key in kept),
        waits_for=(*item.waits_for, *outside(item.blocked_by)),
        linked=(*(key for key in item.linked if key in kept), *outside(item.linked)),
    )


def _before(before: Before, counts: Belongs) -> Before:
    """Return the earlier state of the files, limited likewise."""
    kept = _kept(outline(tuple(before.items.values())), counts)
    return replace(before, items={key: one for key, one in before.items.items() if key in kept})
