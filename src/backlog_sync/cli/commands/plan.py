"""`backlog plan`."""

import click

from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options


@click.command(
    "plan",
    epilog="\b\nExamples:\n  backlog plan\n"
    "  backlog plan ROADMAP.md --repo octo-org/widgets --check",
)
@target_options
@click.option("--check", is_flag=True, help="Exit 3 where there is something to do.")
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
    """Show what sync would do, field by field. Nothing is sent."""
    from backlog_sync.cli.reconciling import show_plan  # noqa: PLC0415 - when it is called

    return show_plan(
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
        check=check,
    )
