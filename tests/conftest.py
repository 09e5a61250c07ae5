"""What holds for every test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.slug_producers import PRODUCERS

# The same examples at every run, so that a change alone makes a law fail, and no deadline, which
# would be an assertion on seconds. The full bars look for new examples.
settings.register_profile(
    "suite", derandomize=os.environ.get("BACKLOG_BARS") != "full", deadline=None
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def state_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees what this machine, or another test, remembers of a server, or waits for it."""
    home = tmp_path.parent / f"{tmp_path.name}-state"
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("BACKLOG_PACE", "off")
    # These tests run in workflows too, where a sync looks at the branch.
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return home


@pytest.fixture(autouse=True)
def slugs_that_it_produces(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that is named as the producer of slugs fails if it does not produce them."""
    test = request.node.nodeid.partition("[")[0]
    expected = {slug for slug, producer in PRODUCERS.items() if producer == test}
    if not expected:
        yield
        return
    from tests.slugs import recorded_slugs  # noqa: PLC0415 - it imports the whole program

    with recorded_slugs() as slugs:
        yield
    assert expected - slugs == set(), "tests/slugs.py names this test as their producer"
