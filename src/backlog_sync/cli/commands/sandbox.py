"""`backlog sandbox serve|seed|reset`."""

import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    SANDBOX_PORT,
    OutputOptions,
    named_repository,
    output_options,
    paths_argument,
)
from backlog_sync.cli.usage import Commands
from backlog_sync.errors import ExitCode

PAGE = "/_sandbox/"
"""Path of the simulator's pages for people."""


@click.group("sandbox", cls=Commands)
def command() -> None:
    """Run, fill or reset the GitHub simulator of this folder (.backlog/sandbox).

    It serves GitHub's REST and GraphQL APIs on a loopback port, for any client and with any token.
    `backlog sync --sandbox` uses the running simulator, or starts its own.
    """


@command.command("serve", epilog="\b\nExamples:\n  backlog sandbox serve --port 0\n"
                                  "  backlog sandbox serve --faults trouble.yaml")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=SANDBOX_PORT, show_default=True,
              help="Port; 0 picks a free one.")  # fmt: skip
@click.option("--faults", type=click.Path(dir_okay=False), metavar="FILE",
              help="File that describes faults and simulated people; see docs/sandbox.md."
              )  # fmt: skip
def serve(*, port: int, faults: str | None) -> int:
    """Serve the simulator's API and pages until stopped.

    The first line of standard output is the address.
    """
    from backlog_sync import sandbox_server
    from backlog_sync.cli.screen import look_of
    from backlog_sync.core.diagnostics import Diagnostic
    from backlog_sync.files.source import read_source
    from backlog_sync.render.diagnostics import diagnostics_text
    from backlog_sync.render.words import found_text

    fault_config = sandbox_server.read_fault_config(Path(faults)) if faults else None
    if isinstance(fault_config, tuple):
        assert faults is not None
        source = read_source(Path(faults), faults)
        texts = {} if isinstance(source, Diagnostic) else {faults: source.text}
        text = diagnostics_text(fault_config, look_of(sys.stderr), texts)
        click.echo(f"{text}{found_text(fault_config)}", err=True)
        return ExitCode.FAILED

    def announce(url: str) -> None:
        click.echo(url)
        click.echo(
            f"The simulated GitHub is up; any token will do. Look at it: {url}{PAGE}\n"
            "Stop it with Ctrl-C.",
            err=True,
        )
        _show_moved(top)

    top = wiring.root()
    serve_until_stopped(sandbox_server.serving_sandbox(top, port, fault_config), announce)
    return ExitCode.DONE


def serve_until_stopped(
    serving: AbstractContextManager[str], announce: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called with the address."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what signals give
        stopped.set()

    previous = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        with serving as url:
            announce(url)
            stopped.wait()
    finally:
        for name, handler in previous.items():
            signal.signal(name, handler)


@command.command("seed", epilog="\b\nExamples:\n  backlog sandbox seed\n"
                                 "  backlog sandbox seed --issues 200 ROADMAP.md --repo me/demo"
                 )  # fmt: skip
@paths_argument
@click.option("--weeks", type=click.IntRange(0, 10),
              help="Weeks of history (default: 10; 0: only planned).")  # fmt: skip
@click.option("--issues", type=click.IntRange(1, 2000), metavar="NUMBER",
              help="No history: open issues until the repository has this many, with the titles"
              " of the items in PATH among them.")  # fmt: skip
@click.option("--output", "target", metavar="FILE", type=click.Path(dir_okay=False),
              help="File for the plan of the history (default: ferry-tickets.yaml).")  # fmt: skip
@click.option("-R", "--repo", metavar="OWNER/NAME", callback=named_repository,
              help="With --issues: repository (default: of the files or of git).")  # fmt: skip
@output_options
def seed(
    *,
    paths: tuple[str, ...],
    weeks: int | None,
    issues: int | None,
    target: str | None,
    repo: str | None,
    output_options: OutputOptions,
) -> int:
    """Fill the simulator with an example repository.

    Existing data stays. By default, it is the repository of `backlog demo`: a board on which a
    team has worked for ten weeks, and its plan in a new file. With --issues, it is a repository
    whose issues no plan manages, to try adopting them.
    """
    from backlog_sync.cli.demo.seed import seed_history, seed_issues
    from backlog_sync.cli.screen import open_screen

    screen = open_screen(output_options)
    if issues is not None:
        if weeks is not None or target is not None:
            raise click.UsageError("--issues makes no history: leave out --weeks and --output.")
        return seed_issues(screen, paths, issues, repo)
    if paths or repo:
        raise click.UsageError("PATH and --repo go with --issues.")
    return seed_history(screen, 10 if weeks is None else weeks, target or "ferry-tickets.yaml")


def _show_moved(top: Path) -> None:
    """Show where the sandbox of a read-only folder is kept."""
    if moved := wiring.moved_state(top):
        click.echo(f"{top} is read-only: its sandbox is kept in {moved}", err=True)


@command.command("reset", epilog="\b\nExample:\n  backlog sandbox reset --yes")
@click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")
def reset(*, yes: bool) -> int:
    """Delete everything in the GitHub simulator.

    On a terminal it asks for confirmation.
    """
    from backlog_sync import sandbox_server
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.core.escape import clean

    screen, top = open_screen(OutputOptions()), wiring.root()
    folder = clean(str(sandbox_server.sandbox_folder(top)))
    if not yes and screen.can_ask() and not screen.ask(f"Delete everything in {folder}?"):
        screen.write_stderr("Canceled; nothing was changed.")
        return ExitCode.REFUSED
    sandbox_server.reset_sandbox(top)
    click.echo("The simulated GitHub is empty.")
    _show_moved(top)
    return ExitCode.DONE
