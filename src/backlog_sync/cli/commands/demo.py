"""`backlog demo`."""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
import webbrowser
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import SANDBOX_PORT, OutputOptions, TargetOptions, output_options
from backlog_sync.core.escape import clean
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import ExitCode, FailedError, RefusedError, UsageError
from backlog_sync.local.state import NAME, SANDBOX, write_whole
from backlog_sync.render.words import counted

if TYPE_CHECKING:
    from datetime import date, datetime

    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.reports.values import Report

FOLDER, FILE = "backlog-demo", "backlog.yaml"
_STORY = "family-pass"
"""The story that the next steps change."""
_BOARD = "/_sandbox/boards/harbor-line/1"


@click.command(
    "demo",
    epilog="\b\nExamples:\n  backlog demo\n  backlog demo --no-open --port 9000\n"
    "  backlog demo --no-serve",
)
@click.argument("folder", default=FOLDER, metavar="[FOLDER]", type=click.Path())
@click.option("--fresh", is_flag=True,
              help="Start over; the folder of the last demo is renamed.")  # fmt: skip
@click.option("--serve/--no-serve", "serve", default=None,
              help="Serve the pages until stopped (default: on a terminal).")  # fmt: skip
@click.option("--open/--no-open", "open_browser", default=True, show_default=True,
              help="Open the board in a browser, if this machine has one.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535),
              help=f"Port; 0 picks a free one (default: {SANDBOX_PORT}, else a free one)."
              )  # fmt: skip
@output_options
def command(
    *,
    folder: str,
    fresh: bool,
    serve: bool | None,
    open_browser: bool,
    port: int | None,
    output_options: OutputOptions,
) -> int:
    """Try it: a backlog with ten weeks of history on the GitHub simulator.

    Needs no file, token or network. Creates FOLDER (default: backlog-demo) with a plan, a report
    and a simulated GitHub on which a team has worked for ten weeks, and serves its pages. If the
    current folder is read-only, a temporary folder is used. Running it again keeps your edits.
    """
    from backlog_sync.cli.terminal import open_terminal

    terminal = open_terminal(output_options, "text", yes=True)
    place = Path(folder)
    if _is_demo(place) and not fresh:
        terminal.info(f"{clean(folder)} exists, and your edits stay; --fresh makes a new one")
    else:
        place = _create(terminal, place)
    if terminal.is_watched if serve is None else serve:
        _serve(terminal, place, port, open_browser=open_browser)
    elif output_options.quiet:
        terminal.result(f"{clean(str(place / FILE))}\n")
    else:
        terminal.result(_next_steps(place))
    return ExitCode.DONE


def _is_demo(folder: Path) -> bool:
    return (folder / FILE).is_file() and (folder / NAME / SANDBOX).is_dir()


# ---- making it -----------------------------------------------------------------------------


def _create(terminal: Terminal, place: Path) -> Path:
    """Make the demo in a new folder, and return it: `place`, or one in the temporary folder.

    The folder gets its name when everything is in it, so that an interrupt leaves nothing behind.
    """
    _check_place(place)
    building = place.parent / f".{place.name}-{wiring.nonces()()}"
    try:
        building.mkdir(parents=True)
    except OSError as error:
        if str(place) != FOLDER:
            raise
        place = building = Path(tempfile.mkdtemp(prefix="backlog-demo-"))
        what = f"{Path.cwd()} cannot be written: {error.strerror}; using {place}"
        terminal.warn("other-folder", what, "name a folder with `backlog demo FOLDER`")
    try:
        shown = _fill(terminal, building, place)
        if place != building:
            _set_aside(terminal, place)
            building.rename(place)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    if not terminal.output_options.quiet:
        terminal.result(shown)
    return place


def _check_place(place: Path) -> None:
    """Raise a `BacklogError` if a demo cannot be made here."""
    from backlog_sync import sandbox_server

    if _is_demo(place):
        url = sandbox_server.served_url(place)
        if url is not None:
            raise RefusedError(
                f"{place} is being served at {url}",
                slug="demo-in-use",
                hint="stop `backlog demo` or `backlog sandbox serve` there first",
            )
    if place.resolve() == Path.cwd():  # it is put into place by renaming a folder
        raise UsageError(
            "the demo needs a folder of its own, not the current one",
            slug="not-a-demo",
            hint=f"backlog demo {FOLDER}",
        )
    if not _is_demo(place) and (place.is_file() or (place.is_dir() and any(place.iterdir()))):
        raise UsageError(
            f"{place} exists and is not a demo",
            slug="not-a-demo",
            hint=f"name a folder that does not exist yet: backlog demo {place.name}-2",
        )


def _set_aside(terminal: Terminal, place: Path) -> None:
    """Rename the folder of an earlier demo, if there is one."""
    if place.is_dir():
        names = (place.with_name(f"{place.name}.old{nth or ''}") for nth in count())
        aside = next(name for name in names if not name.exists())
        place.rename(aside)
        terminal.info(f"the folder of the last demo is now {clean(str(aside))}")


def _fill(terminal: Terminal, folder: Path, place: Path) -> str:
    """Make a demo in a folder that will be at `place`; return what to show about it."""
    from backlog_sync.cli.demo.history import WEEKS, History, play
    from backlog_sync.cli.report_facts import today_utc
    from backlog_sync.local.git import Commit, create_repository
    from backlog_sync.reports.render_text import report_head

    file, today = folder / FILE, today_utc()
    commits: list[Commit] = []

    def commit(when: datetime, subject: str) -> None:
        commits.append(Commit(when, subject, {FILE: file.read_bytes()}))

    with terminal.progress() as bar:
        bar.start("Playing ten weeks of work", WEEKS)
        play(folder, file, History(WEEKS, today, committed=commit, advance=bar.advance))
    # Its own repository has the history of the file for reports, and makes the folder its own root.
    write_whole(folder / ".gitignore", b"*\n")
    create_repository(folder, commits)
    report, page = _report(terminal, folder, today)
    write_whole(folder / page.name, page.text.encode())
    items = counted(len(report.facts.items), "item")
    rows = [
        (place / FILE, f"the plan: {items}, {WEEKS} weeks of work"),
        (place / page.name, page.what),
    ]
    width = max(len(str(path)) for path, _ in rows)
    files = "".join(f"  {clean(str(path)).ljust(width)}  {what}\n" for path, what in rows)
    return f"{report_head(report, terminal.look())}\nCreated, with a simulated GitHub:\n{files}"


@dataclass(frozen=True, slots=True)
class _Page:
    name: str
    text: str
    what: str


def _report(terminal: Terminal, folder: Path, today: date) -> tuple[Report, _Page]:
    """Return the demo's report and its page; without the libraries for pages, its text."""
    from backlog_sync.cli.demo.history import REPOSITORY
    from backlog_sync.cli.report_facts import make_report
    from backlog_sync.cli.requests import ReportRequest
    from backlog_sync.cli.workspace import workspace
    from backlog_sync.render.canvas import Look
    from backlog_sync.reports.render_text import report_text
    from backlog_sync.reports.view import Audience

    options = TargetOptions("demo", paths=(str(folder / FILE),), repo=REPOSITORY, sandbox=True)
    with workspace(options, terminal, top=folder) as run:
        observed = run.observe(pull_requests=True)
        report = make_report(run, observed, ReportRequest(today))
    try:
        with terminal.busy("Writing the report …"):
            html = wiring.page().page_html(report, Audience.EVERYBODY)
    except UsageError as missing:
        text = report_text(report, Look(width=80))
        return report, _Page("report.txt", text, f"the report; for a page, {missing.hint}")
    return report, _Page("report.html", html, "the report: forecast, charts, risks")


# ---- showing it ----------------------------------------------------------------------------


def _serve(terminal: Terminal, folder: Path, port: int | None, *, open_browser: bool) -> None:
    """Show the pages of the demo, and what to do next, until stopped."""
    from backlog_sync import sandbox_server
    from backlog_sync.cli.commands.sandbox import serve_until_stopped

    def announce(url: str, *, elsewhere: bool = True) -> None:
        board = f"{url}{_BOARD}"
        terminal.result(f"\nBoard: {board}\n")
        terminal.result(_next_steps(folder, elsewhere=elsewhere))
        if open_browser and terminal.env.browser:
            webbrowser.open(board)

    url = sandbox_server.served_url(folder)
    if url is not None:
        announce(url, elsewhere=False)
        return
    first = SANDBOX_PORT if port is None else port
    try:
        serve_until_stopped(sandbox_server.serving_sandbox(folder, first), announce)
    except FailedError as error:
        if port is not None or error.slug != "port-in-use":
            raise
        serve_until_stopped(sandbox_server.serving_sandbox(folder, 0), announce)


def _next_steps(folder: Path, *, elsewhere: bool = False) -> str:
    """Return what to do with the demo, as commands for the current folder or, `elsewhere`, any."""
    file = folder / FILE
    where = " (in another terminal; Ctrl-C ends this)" if elsewhere else ""
    lines = ["", f"Change this and plan{where}:"]
    if elsewhere or wiring.root((str(file),)).resolve() != folder.resolve():
        lines.append(f"  cd {shlex.quote(str(folder.absolute()))}")
        file = Path(FILE)
    shown = shlex.quote(str(file))
    number, points = _points_line((folder / FILE).read_text("utf-8"))
    if number:
        new = 8 if points != 8 else 5
        lines.append(f"  # line {number}: change the points of a story from {points} to {new}")
        lines.append(f"  sed -i.bak '{number}s/{points}/{new}/' {shown}")
    verbs = ("plan", "sync", "ready", "sprint", "report")
    lines += [f"  backlog {verb} {shown} --sandbox" for verb in verbs]
    return "\n".join(lines) + "\n"


def _points_line(text: str) -> tuple[int, int]:
    """Return the number of the line with the points of a story, and the points; 0, 0 if none."""
    match = re.search(rf"- id: {_STORY}$.*?story_points: (\d+)$", text, re.M | re.S)
    return (text.count("\n", 0, match.end()) + 1, int(match[1])) if match else (0, 0)
