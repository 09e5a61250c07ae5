"""Sums for tests that need one, but not the items behind it."""

from backlog_sync.core.rollup import Sum


def rolled(done: int, total: int, points_done: float = 0, points: float = 0) -> Sum:
    """A sum of `total` items without names."""
    keys = tuple(f"item-{number}" for number in range(total))
    return Sum("", keys, done, points=points, points_done=points_done)
