"""`backlog plan`."""

import click

from backlog_sync.cli.options import (
    Asked,
    Voice,
    Where,
    format_option,
    plan_options,
    plan_wish,
    target_options,
    voice_options,
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
@voice_options
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
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        Asked(
            plan_wish(only=only, on_conflict=on_conflict, prune=prune, adopt=adopt),
            out=out,
            force=force,
        ),
        output=output,
        check=check,
    )
