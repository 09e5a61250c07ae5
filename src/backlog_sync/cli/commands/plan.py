"""`backlog plan`."""

import click

from backlog_sync.cli.options import (
    OutputOptions,
    SyncOptions,
    TargetOptions,
    add_output_options,
    format_option,
    plan_options,
    read_plan_options,
    target_options,
)


@click.command(
    "plan",
    epilog="\b\nExamples:\n  backlog plan\n"
    "  backlog plan ROADMAP.md --repo octo-org/widgets --check\n"
    "  backlog plan --out plan.json && backlog sync --plan plan.json",
)
@target_options
@plan_options
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Save the plan, for `sync --plan FILE` to apply exactly that.",
)
@click.option("--check", is_flag=True, help="Exit 3 where there is something to do.")
@format_option("text", "json")
@add_output_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    only: tuple[str, ...],
    on_conflict: str | None,
    prune: str | None,
    adopt: bool,
    force: tuple[str, ...],
    out: str | None,
    check: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Show what sync would do, field by field. Nothing is sent."""
    from backlog_sync.cli.apply import show_plan

    return show_plan(
        TargetOptions(paths, repo, project, sandbox, bullets),
        OutputOptions(color, quiet, verbose, log_format),
        SyncOptions(
            read_plan_options(only=only, on_conflict=on_conflict, prune=prune, adopt=adopt),
            out=out,
            force=force,
        ),
        output=output,
        check=check,
    )
