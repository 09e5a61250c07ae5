"""What holds for every test."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
