"""`backlog undo`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, paths_argument, voice_options


@click.command(
    "undo",
    epilog="\b\nExamples:\n  backlog undo\n  backlog undo ROADMAP.md --repo me/demo --sandbox",
)
@paths_argument
@click.option("--repo", metavar="OWNER/NAME", help="The repository; wins over the file.")
@click.option(
    "--sandbox",
    is_flag=True,
    help="Use the simulated GitHub in .backlog/sandbox; no token, no network.",
)
@click.option("--yes", is_flag=True, help="Go ahead without asking.")
@format_option("text", "json")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    sandbox: bool,
    yes: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Close what the last run created, by this machine's record of it; nothing else.

    The issues are shown first, and closed as not planned. Nothing is deleted; labels, milestones
    and the board stay. The files stay as they are.
    """
    from backlog_sync.cli.undoing import undo  # noqa: PLC0415 - when it is called

    return undo(
        Where(paths, repo, None, sandbox, None),
        Voice(color, quiet, verbose, log_format),
        output=output,
        yes=yes,
    )
