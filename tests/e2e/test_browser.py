"""Pages in a real browser, each file of tests in a process of its own.

Playwright drives the browser by switching between stacks (greenlet). Other tests, with threads and
signals of their own, are no company for that: a process that had held both died once while Python
collected garbage.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.browser import PAGES, chromium

ROOT = Path(__file__).parents[2]
FILES = sorted(PAGES.glob("test_*.py"))


@pytest.mark.skipif(
    chromium() is None, reason="there is no Chromium here (Debian: apt-get install chromium)"
)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_pages_in_a_browser(file: Path) -> None:
    """All tests of the file pass; what they say is shown where one does not."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)],
        cwd=ROOT,
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    if " passed" not in ran.stdout:
        pytest.skip(ran.stdout)


def test_there_are_pages_to_look_at() -> None:
    """The tests that were put apart are found."""
    assert len(FILES) == 3


def test_no_browser_is_driven_in_the_process_of_other_tests() -> None:
    """Playwright is imported where pages are tested, and by a program that draws pictures."""
    drivers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if PAGES not in path.parents and "from playwright" in path.read_text("utf-8")
    }
    assert drivers == {
        "tests/e2e/browser.py",
        "tests/e2e/test_browser.py",
        "tests/house/pictures.py",
    }
    assert "playwright" not in sys.modules
