"""The comparison of two sizes finds what grows too fast, and nothing else."""

import pytest

from tests.growth import grows_like


def test_work_that_grows_with_the_square_is_found() -> None:
    """Four times the input, sixteen times the work."""
    with pytest.raises(AssertionError, match="4 times the input took"):
        grows_like(lambda n: [a * b for a in range(n) for b in range(n)], 300, 1_200, times=4)


def test_work_in_proportion_passes() -> None:
    """Four times the input, four times the work."""
    grows_like(lambda n: [n * a for a in range(n)], 50_000, 200_000, times=4)
