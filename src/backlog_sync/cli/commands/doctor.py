"""`backlog doctor`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options


@click.command(
    "doctor",
    epilog="\b\nExamples:\n  backlog doctor\n"
    "  backlog doctor ROADMAP.md --repo octo-org/widgets --format json",
)
@target_options
@format_option("text", "json")
@voice_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Check files, git, token, rights, board and server: each line ok, or what to do.

    Exits 1 where something would stop a sync. Nothing is changed, and no token is printed.
    """
    from backlog_sync.cli.examining import doctor  # noqa: PLC0415 - when it is called

    return doctor(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
    )
