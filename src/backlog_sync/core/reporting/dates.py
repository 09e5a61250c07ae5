"""The days that an item is planned for: its own, else those of what it belongs to."""

from collections.abc import Mapping, Sequence
from datetime import date

from backlog_sync.core.reporting.facts import MilestoneFact
from backlog_sync.core.reporting.rollup import Outline


def planned_start(tree: Outline, key: str) -> date | None:
    """The day before which it does not start: its own, or that of the nearest item above."""
    found = tree.inherited(key, lambda item: item.start)
    return found.start if found else None


def planned_end(tree: Outline, key: str, due: Mapping[str, date]) -> date | None:
    """The day by which it should be done: its own target, else that of the nearest item above
    with one, else its milestone's due day.
    """
    found = tree.inherited(key, lambda item: item.target)
    return found.target if found else due.get(tree.items[key].milestone or "")


def due_days(milestones: Sequence[MilestoneFact]) -> dict[str, date]:
    """The due day of each milestone that has one."""
    return {one.title: one.due for one in milestones if one.due}
