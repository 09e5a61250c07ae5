"""`backlog sandbox serve|reset`."""

import click


@click.group("sandbox")
def command() -> None:
    """Run or reset the simulated GitHub of this folder (.backlog/sandbox).

    It answers GitHub's REST and GraphQL API on a loopback port. Any client can use it; any token
    will do. `backlog sync --sandbox` uses the running one, else starts its own.
    """


@command.command("serve", epilog="\b\nExamples:\n  backlog sandbox serve --port 0\n"
                                  "  backlog sandbox serve --faults trouble.yaml")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8123, show_default=True,
              help="The port; 0 picks a free one.")  # fmt: skip
@click.option("--faults", type=click.Path(dir_okay=False), metavar="FILE",
              help="What goes wrong, and who is at work there; see docs/sandbox.md.")  # fmt: skip
def serve(*, port: int, faults: str | None) -> int:
    """Serve until stopped; the first line of standard output is the address."""
    from backlog_sync.cli.sandboxing import serve as run  # noqa: PLC0415 - when it is called

    return run(port, faults)


@command.command("reset")
def reset() -> int:
    """Forget everything that the simulated GitHub holds."""
    from backlog_sync.cli.sandboxing import reset as run  # noqa: PLC0415 - when it is called

    return run()
