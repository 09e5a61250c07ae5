"""Items that are overdue for review."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.planning import PlanningSettings
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.values import Noted, Review


def reviews(
    tree: Outline, planning: PlanningSettings, reviewed: Mapping[str, date], today: date
) -> tuple[Review, ...]:
    """Return the overdue reviews, the oldest first; that of the plan has the key "".

    The interval is that of the item's kind, else `review_days`; without one there is no review. An
    item was reviewed when people last changed its words in the file, or on the date of its last
    review note, else when it was added. Items that are done, dropped, or of unknown age are left
    out. The plan was reviewed on the date of its last note; without a note, when any item was.
    """
    checked = []
    for item in tree.items.values():
        every = planning.review_every.get(item.kind, planning.review_days)
        if every is None or item.phase in (Phase.DONE, Phase.DROPPED):
            continue
        last = _last(item, reviewed)
        checked.append(_overdue(item.key, last, every, today))
    if planning.review_plan is not None:
        last = _plan_last(tree, planning, reviewed)
        checked.append(_overdue("", last, planning.review_plan, today))
    overdue = [review for review in checked if review is not None]
    return tuple(sorted(overdue, key=lambda review: -review.days_over))


def _overdue(key: str, last: date | None, every: int, today: date) -> Review | None:
    over = (today - last).days - every if last else 0
    return Review(key, last, today - timedelta(days=over), over) if last and over > 0 else None


def _last(item: WorkItem, reviewed: Mapping[str, date]) -> date | None:
    days = [note.day for note in item.review_notes]
    if day := reviewed.get(item.key) or item.added:
        days.append(day)
    return max(days, default=None)


def _plan_last(
    tree: Outline, planning: PlanningSettings, reviewed: Mapping[str, date]
) -> date | None:
    days = [note.day for note in planning.review_notes]
    if not days:
        days = [day for item in tree.items.values() if (day := _last(item, reviewed))]
    return max(days, default=None)


def noted(items: Iterable[WorkItem], planning: PlanningSettings) -> tuple[Noted, ...]:
    """Return all review notes, the newest first."""
    notes = [Noted("", note.day, note.text) for note in planning.review_notes]
    notes += [Noted(item.key, note.day, note.text) for item in items for note in item.review_notes]
    return tuple(sorted(notes, key=lambda note: note.day, reverse=True))
