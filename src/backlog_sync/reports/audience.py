"""A report about what is for somebody: the items whose `audience` names them, and no others."""

from collections.abc import Mapping
from dataclasses import replace

from backlog_sync.core.facts import Before, Facts, WorkItem
from backlog_sync.core.normalize import fold
from backlog_sync.core.rollup import Outline, audience_of, outline


def audiences(facts: Facts) -> tuple[str, ...]:
    """Give everybody that an item says it is for."""
    return tuple(dict.fromkeys(item.audience for item in facts.items if item.audience))


def for_audience(facts: Facts, name: str) -> Facts | None:
    """Give the facts of the leaf items for somebody and of what stands above them; None for none.

    An item without an audience is for whom the nearest one above is. Points and hours are those
    that an item counts with in the whole. What such an item waits for and is not among them is an
    issue elsewhere.
    """
    tree = outline(facts.items)
    kept = _kept(tree, name)
    if not kept:
        return None
    items = tuple(_limited(tree, item, kept) for item in facts.items if item.key in kept)
    used = {item.milestone for item in items}
    leaves = {leaf.key for leaf in tree.leaves}
    told = f"Only what is for {name}: {len(leaves & kept.keys())} of {len(leaves)} items."
    return replace(
        facts,
        title=f"{facts.title}, for {name}",
        items=items,
        milestones=tuple(one for one in facts.milestones if one.title in used),
        before=_before(facts.before, name) if facts.before else None,
        unseen=(told, *facts.unseen),
    )


def _kept(tree: Outline, name: str) -> dict[str, None]:
    """The keys of the leaves for somebody, and of all above them."""
    wanted = [leaf.key for leaf in tree.leaves if fold(audience_of(tree, leaf.key)) == fold(name)]
    return {item.key: None for key in wanted for item in tree.above(key)}


def _limited(tree: Outline, item: WorkItem, kept: Mapping[str, None]) -> WorkItem:
    outside = [key for key in item.blocked_by if key not in kept]
    waits = [key for key in outside if key not in tree.items or tree.open(tree.below[key])]
    refs = [tree.items[key].ref or key if key in tree.items else key for key in waits]
    return replace(
        item,
        points=tree.points.get(item.key),
        hours=tree.hours.get(item.key),
        blocked_by=tuple(key for key in item.blocked_by if key in kept),
        waits_for=(*item.waits_for, *refs),
    )


def _before(before: Before, name: str) -> Before:
    """How the file stood, of the same people."""
    kept = _kept(outline(tuple(before.items.values())), name)
    return replace(before, items={key: one for key, one in before.items.items() if key in kept})
