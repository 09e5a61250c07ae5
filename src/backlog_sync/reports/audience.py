"""Limit a report to one audience: the items whose `audience` names it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backlog_sync.core.facts import Before, Facts, WorkItem
from backlog_sync.core.normalize import fold
from backlog_sync.core.rollup import Outline, audience_of, outline
from backlog_sync.reports.ready import is_open


def audiences(facts: Facts) -> tuple[str, ...]:
    """Return every audience that an item names."""
    return tuple(dict.fromkeys(item.audience for item in facts.items if item.audience))


def for_audience(facts: Facts, name: str) -> Facts | None:
    """Return the facts of an audience's leaf items and their parents; None if there are none.

    An item without an audience has that of its nearest parent. Points and hours are those that an
    item counts with in the whole. Dependencies on items outside the audience are shown as issues
    elsewhere.
    """
    tree = outline(facts.items)
    kept = _kept(tree, name)
    if not kept:
        return None
    items = tuple(_limited(tree, item, kept) for item in facts.items if item.key in kept)
    used = {item.milestone for item in items}
    leaves = {leaf.key for leaf in tree.leaves}
    limits = f"Only what is for {name}: {len(leaves & kept.keys())} of {len(leaves)} items."
    return replace(
        facts,
        title=f"{facts.title}, for {name}",
        items=items,
        milestones=tuple(one for one in facts.milestones if one.title in used),
        before=_before(facts.before, name) if facts.before else None,
        unseen=(limits, *facts.unseen),
    )


def _kept(tree: Outline, name: str) -> dict[str, None]:
    """Return the keys of the audience's leaves, and of all their parents."""
    leaves = [leaf.key for leaf in tree.leaves if fold(audience_of(tree, leaf.key)) == fold(name)]
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


def _before(before: Before, name: str) -> Before:
    """Return the earlier state of the files for the same audience."""
    kept = _kept(outline(tuple(before.items.values())), name)
    return replace(before, items={key: one for key, one in before.items.items() if key in kept})
