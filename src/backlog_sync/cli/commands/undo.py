"""`backlog undo`."""

import click

from backlog_sync.cli.options import (
    Voice,
    Where,
    as_for_sync,
    format_option,
    target_options,
    voice_options,
)


@click.command(
    "undo",
    epilog="\b\nExamples:\n  backlog undo\n  backlog undo ROADMAP.md --repo me/demo --sandbox",
)
@target_options
@click.option("--dry-run", is_flag=True, help="Show what would be closed and stop.")
@click.option("--only", multiple=True, metavar="KEY",
              help="Close only the issue of this item. May be repeated.")  # fmt: skip
@as_for_sync
@click.option("--yes", is_flag=True, help="Go ahead without asking.")
@format_option("text", "json")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    dry_run: bool,
    only: tuple[str, ...],
    yes: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Close what the last run created, by this machine's record of it; nothing else.

    The issues are shown first, and closed as not planned. Nothing is deleted; labels, milestones
    and the board stay. The files stay as they are. The flags of the sync that is undone can be
    repeated: those that say how a plan is made change nothing here.
    """
    from backlog_sync.cli.undoing import undo  # noqa: PLC0415 - when it is called

    return undo(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
        yes=yes,
        dry_run=dry_run,
        only=only,
    )
