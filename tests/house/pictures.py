"""The pictures of pages in the docs: `python -m tests.house.pictures` takes them.

Those of the sandbox show the example roadmap after a sync, and a visitor's first days of work on
it, on a clock of their own; those of the report show the tests' sample; that of the demo shows what
`backlog demo` makes today. How letters look depends on the machine's fonts, so no test compares
them.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from backlog_sync.reports.build import build_report
from backlog_sync.reports.page.html import page_html
from backlog_sync.reports.view import Audience
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.page.forms import VISITOR
from github_sandbox.server import serve
from tests.e2e.browser import browser, chromium
from tests.reporting import sample

ROOT = Path(__file__).parents[2]
REPOSITORY = "octo-org/pedal-works"
WIDTH, HEIGHT = 1400, 900
"""The size of pictures of the simulator's pages: wide enough for a board and its outline."""


class Clock:
    """A clock that goes on only when it is set."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment."""
        return self.moment


def sync(url: str) -> None:
    """Run the command on a copy of the example; raises `CalledProcessError` where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(ROOT / "examples" / "roadmap.md", Path(folder) / "roadmap.md")
        env = {**os.environ, "GITHUB_API_URL": url, "GH_TOKEN": "token-for-the-sandbox"}
        env["GIT_CEILING_DIRECTORIES"] = str(Path(folder).parent)
        command = [
            str(Path(sys.executable).parent / "backlog"),
            "sync",
            "roadmap.md",
            "--yes",
            "-q",
        ]
        subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)


def work(sandbox: Sandbox, clock: Clock) -> int:
    """Some progress, as a visitor would make it; gives the number of the issue to show."""
    visitor = Person(sandbox, VISITOR, repository=REPOSITORY)
    issues = sandbox.store.issues[sandbox.repository(REPOSITORY).id].values()
    numbers = {issue.title: issue.number for issue in issues}
    shown = numbers["Reserve a stand"]
    for title in ("See the free stands of an evening", "Count parts as they are sold"):
        visitor.close(numbers[title])
    for title in ("Reserve a stand", "Borrow a tool by its tag", "Take a shift"):
        visitor.set_value(numbers[title], "Status", "In Progress")
    visitor.assign(shown, "ada", "grace")
    visitor.assign(numbers["See the free stands of an evening"], "grace")
    clock.moment += timedelta(days=3, hours=5, minutes=12)
    visitor.tick(shown, "A reservation needs a name and an email address, no account")
    visitor.tick(shown, "A confirmation is sent within a minute")
    visitor.comment(shown, "Two riders tried **at the same second**; one of them got the stand.")
    return shown


def report(chrome: Browser, folder: Path) -> None:
    """The report's page: its first screen, its charts, and both on a phone."""
    made = build_report(sample.facts(), random.Random(1), seed=1)
    shots = (
        ("report", Audience.LEADERS, 1024, 640, "light", ""),
        ("report-phone", Audience.PRODUCT, 360, 740, "dark", ""),
        ("report-burn-up", Audience.LEADERS, 1024, 640, "light", "#burn-up-h"),
        ("report-timeline", Audience.ENGINEERING, 1024, 640, "dark", "#timeline-h"),
        ("report-graph", Audience.ENGINEERING, 1300, 640, "light", "#graph-h"),
    )
    for name, audience, width, height, theme, part in shots:
        (folder / "report.html").write_text(page_html(made, audience), "utf-8")
        page = chrome.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
        )
        page.goto((folder / "report.html").as_uri())
        path = ROOT / "docs" / f"{name}.png"
        if part:
            page.locator(f"section:has({part})").screenshot(
                path=path, style="nav { position: static !important }"
            )
        else:
            page.screenshot(path=path)
        page.close()


def main() -> None:
    """Take the pictures and write them into `docs`."""
    if chromium() is None:
        sys.exit("There is no Chromium here; Debian has it: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder, browser() as chrome:
        report(chrome, Path(folder))
    sandbox_pages()
    demo()


def demo() -> None:
    """The board of `backlog demo`, as the README shows it."""
    program = [sys.executable, "-m", "backlog_sync"]
    with tempfile.TemporaryDirectory() as top, browser() as chrome:
        subprocess.run([*program, "demo", "--no-serve", "-q"], cwd=top, check=True)
        folder = Path(top) / "backlog-demo"
        page = chrome.new_page(viewport={"width": WIDTH, "height": 800}, color_scheme="light")
        command = [*program, "sandbox", "serve", "--port", "0"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            page.goto(f"{address}/_sandbox/boards/harbor-line/1")
            page.screenshot(path=ROOT / "docs" / "demo-board.png")
            server.terminate()


def sandbox_pages() -> None:
    """The board and an issue, after a visitor's first days."""
    clock = Clock()
    with Sandbox(clock=clock) as sandbox, serve(sandbox) as running, browser() as chrome:
        sandbox.ensure_repository(REPOSITORY)
        sync(running.url)
        number = work(sandbox, clock)
        page = chrome.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        for name, path in (
            ("board", "boards/octo-org/1"),
            ("issue", f"repos/{REPOSITORY}/issues/{number}"),
        ):
            page.goto(f"{running.url}/_sandbox/{path}")
            page.screenshot(path=ROOT / "docs" / f"sandbox-{name}.png")


if __name__ == "__main__":
    main()
