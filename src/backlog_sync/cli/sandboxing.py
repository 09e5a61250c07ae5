"""The sandbox as a process of its own."""

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from backlog_sync import wiring
from backlog_sync.render.diagnostics import diagnostics_text

PAGE = "/_sandbox/"
"""Where its pages for people are."""


def serve(port: int, faults: str | None = None) -> int:
    """Serve until SIGINT or SIGTERM; the first line printed is the address.

    `faults` names a file that says what goes wrong; 1 where it has faults itself, which are told.
    """
    trouble = wiring.read_trouble(Path(faults)) if faults else None
    if isinstance(trouble, tuple):
        click.echo(diagnostics_text(trouble, color=False), nl=False, err=True)
        return 1
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what signals give
        stopped.set()

    previous = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        with wiring.serving_sandbox(wiring.root(), port, trouble) as url:
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
    return 0


def reset() -> int:
    """Forget all that the sandbox holds."""
    wiring.reset_sandbox(wiring.root())
    click.echo("The simulated GitHub is empty.")
    return 0
