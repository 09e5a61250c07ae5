"""`backlog sandbox serve|reset`."""

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from backlog_sync import wiring
from backlog_sync.cli.usage import Commands
from backlog_sync.errors import ExitCode

PAGE = "/_sandbox/"
"""Path of the simulator's pages for people."""


@click.group("sandbox", cls=Commands)
def command() -> None:
    """Run or reset the GitHub simulator of this folder (.backlog/sandbox).

    It serves GitHub's REST and GraphQL APIs on a loopback port, for any client and with any token.
    `backlog sync --sandbox` uses the running simulator, or starts its own.
    """


@command.command("serve", epilog="\b\nExamples:\n  backlog sandbox serve --port 0\n"
                                  "  backlog sandbox serve --faults trouble.yaml")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8123, show_default=True,
              help="Port; 0 picks a free one.")  # fmt: skip
@click.option("--faults", type=click.Path(dir_okay=False), metavar="FILE",
              help="File that describes faults and simulated people; see docs/sandbox.md."
              )  # fmt: skip
def serve(*, port: int, faults: str | None) -> int:
    """Serve until stopped; the first line of standard output is the address."""
    from backlog_sync import sandbox_server
    from backlog_sync.render.diagnostics import diagnostics_text

    fault_config = sandbox_server.read_fault_config(Path(faults)) if faults else None
    if isinstance(fault_config, tuple):
        click.echo(diagnostics_text(fault_config, color=False), nl=False, err=True)
        return ExitCode.FAILED
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what signals give
        stopped.set()

    previous = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        with sandbox_server.serving_sandbox(wiring.root(), port, fault_config) as url:
            click.echo(url)
            click.echo(
                f"The simulated GitHub is up; any token will do. Look at it: {url}{PAGE}\n"
                "Stop it with Ctrl-C.",
                err=True,
            )
            stopped.wait()
    finally:
        for name, handler in previous.items():
            signal.signal(name, handler)
    return ExitCode.DONE


@command.command("reset")
def reset() -> int:
    """Delete everything in the GitHub simulator."""
    from backlog_sync import sandbox_server

    sandbox_server.reset_sandbox(wiring.root())
    click.echo("The simulated GitHub is empty.")
    return ExitCode.DONE
