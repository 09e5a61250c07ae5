"""`backlog drift`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options


@click.command(
    "drift",
    epilog="\b\nExamples:\n  backlog drift\n  backlog drift --full\n  backlog drift --issue",
)
@target_options
@click.option("--full", is_flag=True,
              help="Read every issue, or refuse where that cannot be done.")  # fmt: skip
@click.option("--issue", "tracked", is_flag=True,
              help="Keep one tracking issue up to date, and close it when clean.")  # fmt: skip
@format_option("text", "json")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    full: bool,
    tracked: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Show what moved apart: drift on GitHub, changes pending in the file, conflicts, orphans.

    Duplicate, vanished, transferred and suspicious issues are told too. Nothing is written,
    neither to a file nor, but for the issue of --issue, to GitHub. Exit 3 where there is anything.
    """
    from backlog_sync.cli.drifting import drift  # noqa: PLC0415 - when it is called

    return drift(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
        full=full,
        tracked=tracked,
    )
