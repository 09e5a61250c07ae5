"""An organization's backlog, synced by runs within a budget that are killed at random."""

from pathlib import Path

import pytest

from backlog_sync.core.budget import Budget
from bench.organization import Organization, backlog


@pytest.mark.parametrize(("seed", "owners"), [(1, 3), (2, 3)])
def test_runs_within_a_budget_bring_everything_exactly_once(
    tmp_path: Path, seed: int, owners: int
) -> None:
    """One after the other without a pause: no limit is exceeded, though most of them are killed.

    The rest is checked after each run: its budget, no issue twice, and why it ended.
    """
    simulated = Organization(
        backlog(120, 12, owners),
        tmp_path,
        Budget(points=150, creations=50),
        killed=0.6,
        deaths=60,
        seed=seed,
        every=0.0,
    )
    simulated.until_done()
    assert sum(run.creations for run in simulated.runs) == 120
    assert any(run.left is None for run in simulated.runs)
    assert any(run.left for run in simulated.runs)
