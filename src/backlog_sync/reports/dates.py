"""The planned dates of an item: its own, else those of its parent or milestone."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from backlog_sync.core.facts import MilestoneFact
from backlog_sync.core.rollup import Outline

_SPAN = re.compile(r"([0-9]{1,4})([dwm])")


def planned_start(tree: Outline, key: str) -> date | None:
    """Return the start date of an item, or that of its nearest parent with one."""
    planned_item = tree.inherited(key, lambda item: item.start)
    return planned_item.start if planned_item else None


def planned_end(tree: Outline, key: str, due: Mapping[str, date]) -> date | None:
    """Return the date by which an item should be done.

    It is its own target, else that of the nearest parent with one, else its milestone's due date.
    """
    planned_item = tree.inherited(key, lambda item: item.target)
    return planned_item.target if planned_item else due.get(tree.items[key].milestone or "")


def since_day(word: str, today: date) -> date | None:
    """Return the date of a word: `2026-03-01`, `30d`, `4w`, `3m` (months), `last-month`.

    `last-month` is the first day of the previous month. None for a word without a meaning.
    """
    word = word.strip().lower()
    if word == "last-month":
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    if span := _SPAN.fullmatch(word):
        return today - timedelta(days=int(span[1]) * {"d": 1, "w": 7, "m": 30}[span[2]])
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def due_days(milestones: Sequence[MilestoneFact]) -> dict[str, date]:
    """Return the due date of each milestone that has one."""
    return {milestone.title: milestone.due for milestone in milestones if milestone.due}
