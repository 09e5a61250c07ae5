"""`backlog report`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options


@click.command("report", epilog="\b\nExamples:\n  backlog report\n  backlog report --check")
@target_options
@click.option("--check", is_flag=True,
              help="Show what would change in the files; exit 3 where anything would.")  # fmt: skip
@format_option("text", "json")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    check: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Read GitHub, write progress into the files, and show it. GitHub is not changed."""
    from backlog_sync.cli.reporting import report  # noqa: PLC0415 - when it is called

    return report(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
        check=check,
    )
