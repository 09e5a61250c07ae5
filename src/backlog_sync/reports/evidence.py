"""Pull requests as evidence: done work without one, and merged ones that leave work open."""

from collections.abc import Iterator

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.values import MergedOpen


def unproven(tree: Outline) -> tuple[str, ...]:
    """Return the leaf items with an issue that are done, and have no pull request.

    That of an item above counts, one that was closed without merging does not. If no item has any,
    the work is done without pull requests, and nothing is listed.
    """
    if not any(item.pull_requests for item in tree.items.values()):
        return ()
    return tuple(
        leaf.key
        for leaf in tree.leaves
        if leaf.phase is Phase.DONE
        and leaf.ref is not None
        and not any(_is_evidence(item) for item in tree.above(leaf.key))
    )


def _is_evidence(item: WorkItem) -> bool:
    return any(pull.state != "closed" for pull in item.pull_requests)


def merged_open(tree: Outline) -> tuple[MergedOpen, ...]:
    """Return the items whose pull request was merged, though they or what is below are open."""
    return tuple(_left(tree))


def _left(tree: Outline) -> Iterator[MergedOpen]:
    for item in tree.items.values():
        refs = tuple(pull.ref for pull in item.pull_requests if pull.state == "merged")
        if not refs or item.phase is Phase.DROPPED:
            continue
        is_open = item.phase is not Phase.DONE
        below = tuple(key for key in tree.open(tree.below[item.key]) if key != item.key)
        criteria = _unticked(item)
        if is_open or below or criteria:
            yield MergedOpen(item.key, refs, is_open, below, criteria)


def _unticked(item: WorkItem) -> int:
    return max(0, item.criteria - item.ticked)
