"""`backlog plan`."""

import click

from backlog_sync.cli.options import (
    OutputOptions,
    SyncOptions,
    TargetOptions,
    format_option,
    output_options,
    plan_options,
    target_options,
)
from backlog_sync.core.options import PlanOptions


@click.command(
    "plan",
    epilog="\b\nExamples:\n  backlog plan\n"
    "  backlog plan ROADMAP.md --repo octo-org/widgets --check\n"
    "  backlog plan --out plan.json && backlog sync --plan plan.json",
)
@target_options
@plan_options
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False),
              help="Save the plan, to be applied with `sync --plan FILE`.")  # fmt: skip
@click.option("--check", is_flag=True, help="Exit with 3 if there are changes.")
@format_option("text", "json")
@output_options
def command(
    *,
    target: TargetOptions,
    options: PlanOptions,
    force: tuple[str, ...],
    out: str | None,
    check: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Show what sync would do, field by field. Read-only."""
    from backlog_sync.cli.apply import show_plan

    sync_options = SyncOptions(options, out=out, force=force)
    return show_plan(target, output_options, sync_options, output=output, check=check)
