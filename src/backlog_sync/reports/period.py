"""What happened since a date: the monthly status."""

from collections.abc import Iterable

from backlog_sync.core.facts import Before, Facts, Phase
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.values import MilestoneReport, Moved, Period


def period(facts: Facts, tree: Outline, milestones: Iterable[MilestoneReport]) -> Period | None:
    """Return what happened since `facts.since`; None if no date was given.

    Only leaf items count as done, added or dropped. Removed items, moved dates, changed priorities
    and new risks are known only if the earlier file is (`facts.before`).
    """
    since = facts.since
    if since is None:
        return None
    before = facts.before or Before(since)
    leaves = tree.leaves
    over = {leaf.key: leaf.phase for leaf in leaves if leaf.closed and leaf.closed >= since}
    done = tuple(key for key, phase in over.items() if phase is Phase.DONE)
    added = tuple(
        leaf.key
        for leaf in leaves
        if (
            leaf.key not in before.items
            if facts.before
            else leaf.added is not None and leaf.added >= since
        )
    )
    return Period(
        since=since,
        done=done,
        added=added,
        removed=tuple(key for key in before.items if key not in tree.items),
        dropped=tuple(key for key, phase in over.items() if phase is Phase.DROPPED),
        milestones_done=tuple(_finished(facts, tree, milestones)),
        moved=(*_moved_milestones(facts), *_moved_items(before, tree)),
        priorities=tuple(
            (key, before.items[key].priority, item.priority)
            for key, item in tree.items.items()
            if key in before.items and before.items[key].priority != item.priority
        ),
        new_risks=_new_risks(facts),
        points_done=round(sum(tree.points.get(key, 0) for key in done), 6),
        points_added=round(sum(tree.points.get(key, 0) for key in added), 6),
    )


def _finished(facts: Facts, tree: Outline, milestones: Iterable[MilestoneReport]) -> Iterable[str]:
    """Return the milestones finished in this period: by their last item, or by being closed."""
    was = facts.before.milestones if facts.before else {}
    for milestone in milestones:
        sum_ = milestone.sum
        days = [tree.items[key].closed for key in sum_.items]
        last = max((day for day in days if day), default=None)
        ended = bool(sum_.total) and sum_.done == sum_.total
        closed = milestone.closed and sum_.name in was and not was[sum_.name].closed
        if closed or (ended and last is not None and facts.since and last >= facts.since):
            yield sum_.name


def _moved_milestones(facts: Facts) -> Iterable[Moved]:
    was = facts.before.milestones if facts.before else {}
    for milestone in facts.milestones:
        if milestone.title in was:
            before = was[milestone.title].due
        elif milestone.was_due is not None:
            before = milestone.was_due
        else:
            continue
        if before != milestone.due:
            yield Moved(milestone.title, before, milestone.due)


def _moved_items(before: Before, tree: Outline) -> Iterable[Moved]:
    for key, item in tree.items.items():
        old_item = before.items.get(key)
        if old_item is not None and old_item.target != item.target:
            yield Moved(key, old_item.target, item.target)


def _new_risks(facts: Facts) -> tuple[str, ...]:
    if facts.before is None:
        return ()
    old_risks = {risk.text for risk in facts.before.risks}
    old_risks |= {risk.text for item in facts.before.items.values() for risk in item.risks}
    risks = dict.fromkeys(risk.text for risk in facts.planning.risks)
    risks |= dict.fromkeys(risk.text for item in facts.items for risk in item.risks)
    return tuple(text for text in risks if text not in old_risks)
