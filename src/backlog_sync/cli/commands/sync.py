"""`backlog sync`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options


@click.command(
    "sync",
    epilog="\b\nExamples:\n  backlog sync ROADMAP.md --repo me/demo --sandbox\n"
    "  backlog sync --yes",
)
@target_options
@click.option("--dry-run", is_flag=True, help="Show the plan and stop; the same as plan.")
@click.option("--check", is_flag=True, help="With --dry-run: exit 3 where there is work.")
@click.option("--no-write-back", is_flag=True, help="Leave the files as they are.")
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
    check: bool,
    no_write_back: bool,
    yes: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Make GitHub say what the files say, and write progress back into them.

    The plan is shown first. On a terminal you are asked; a first sync, or one that creates more
    than 50 issues, needs --yes where nobody can be asked.
    """
    if check and not dry_run:
        raise click.UsageError("--check only looks: add --dry-run.")
    from backlog_sync.cli import reconciling  # noqa: PLC0415 - when it is called

    where = Where(paths, repo, project, sandbox, bullets)
    voice = Voice(color, quiet, verbose, log_format)
    if dry_run:
        return reconciling.show_plan(where, voice, output=output, check=check)
    return reconciling.sync(where, voice, output=output, write=not no_write_back, yes=yes)
