"""The command and a served sandbox, as the command line's tests have them; pages are apart."""

from pathlib import Path

import pytest

from tests.cli.conftest import backlog, folder, server
from tests.e2e.browser import PAGES

__all__ = ["backlog", "folder", "server"]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of pages to the processes that `test_browser.py` gives them."""
    named = any(PAGES in (path, *path.parents) for path in _named(config))
    return True if collection_path == PAGES and not named else None


def _named(config: pytest.Config) -> list[Path]:
    return [
        (config.invocation_params.dir / arg.partition("::")[0]).resolve() for arg in config.args
    ]
