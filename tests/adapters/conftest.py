"""Fixtures for the adapter's tests."""

from collections.abc import Iterator

import pytest
import responses

from tests.adapters.fake_server import FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A scripted server in the place of the network; its whole script has to be used."""
    fake = FakeServer()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as stub:
        fake.listen(stub)
        yield fake
    assert not fake.script, f"{len(fake.script)} scripted replies were not asked for"
