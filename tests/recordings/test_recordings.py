"""The simulator answers as GitHub was recorded to."""

import pytest

from tests.recordings.exchanges import RECORDINGS, SOURCES, WITHOUT, cases, exchanges, kind

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason=WITHOUT)


def test_about_480_exchanges_are_in_scope() -> None:
    """The rules by path leave as many as the recordings announce."""
    recorded = [each for source in SOURCES for each in exchanges(source)]
    in_scope = [each for source in SOURCES for case in cases(source) for each in case.exchanges]
    assert (len(recorded), len(in_scope)) == (547, 469)
    assert all(kind(each) for each in recorded)
