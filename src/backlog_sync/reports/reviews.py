"""What nobody has looked at for longer than the cadence asks."""

from collections.abc import Mapping
from datetime import date, timedelta

from backlog_sync.core.facts import Phase, PlanningSettings
from backlog_sync.core.rollup import Outline
from backlog_sync.reports.values import Review


def reviews(
    tree: Outline, planning: PlanningSettings, reviewed: Mapping[str, date], today: date
) -> tuple[Review, ...]:
    """Give the reviews that are overdue, the oldest first.

    The cadence is that of the item's kind, else `review_days`; without one there is no review.
    An item was looked at when the file's words about it last changed, else when it was added.
    What is done, dropped, or of unknown age is left out.
    """
    overdue = []
    for item in tree.items.values():
        every = planning.review_every.get(item.kind, planning.review_days)
        last = reviewed.get(item.key) or item.added
        if every is None or last is None or item.phase in (Phase.DONE, Phase.DROPPED):
            continue
        over = (today - last).days - every
        if over > 0:
            overdue.append(Review(item.key, last, today - timedelta(days=over), over))
    return tuple(sorted(overdue, key=lambda review: -review.days_over))
