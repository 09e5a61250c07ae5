"""The faults that are put into our own code still fit it; a few of them are tried here too."""

import os
import shutil
from pathlib import Path

import pytest

from tests.faults.seed import Seed
from tests.faults.seeded import ROOT, SEEDS, SOURCE, caught, spoil


@pytest.mark.parametrize("fault", SEEDS, ids=lambda s: s.name)
def test_every_fault_fits_the_source(fault: Seed, tmp_path: Path) -> None:
    """Each text that it replaces stands there exactly once, and its tests are there."""
    for file, _, _ in fault.patches:
        there = tmp_path / SOURCE / file
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / SOURCE / file, there)
    spoil(tmp_path, fault)
    assert all((ROOT / test).is_file() for test in fault.tests)


@pytest.mark.skipif(
    "BACKLOG_SEEDED" not in os.environ, reason="set BACKLOG_SEEDED, or run tests.faults.seeded"
)
@pytest.mark.parametrize("fault", SEEDS[:2], ids=lambda s: s.name)
def test_a_fault_is_caught(fault: Seed) -> None:
    """A spoiled copy fails a test."""
    found, told = caught(fault)
    assert found, told
