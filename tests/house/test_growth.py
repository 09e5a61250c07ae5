"""The comparison of two sizes finds what grows too fast, and nothing else."""

import pytest

from tests.growth import grows_like


def test_work_that_grows_with_the_square_is_found() -> None:
    """Sixteen times the input, 256 times the work: far beyond what a busy machine adds."""
    with pytest.raises(AssertionError, match="16 times the input took"):
        grows_like(lambda n: sum(a * b for a in range(n) for b in range(n)), 100, 1_600, times=16)


def test_work_in_proportion_passes() -> None:
    """Four times the input, four times the work."""
    grows_like(lambda n: [n * a for a in range(n)], 50_000, 200_000, times=4)
