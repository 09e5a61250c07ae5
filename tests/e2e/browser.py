"""A real browser: Debian's Chromium without a window, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGES = Path(__file__).parent / "pages"
"""The tests that need a browser."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Where the browser is: where `BACKLOG_CHROMIUM` says, else on the path; None without one."""
    return os.environ.get("BACKLOG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator["Browser"]:
    """A browser with a fresh profile; `chromium()` must have found one."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is driven

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS])
        try:
            yield running
        finally:
            running.close()
