"""`backlog sync`."""

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
from backlog_sync.core.options import PLAIN, PlanOptions


@click.command(
    "sync",
    epilog="\b\nExamples:\n  backlog sync ROADMAP.md --repo me/demo --sandbox\n"
    "  backlog sync --yes",
)
@target_options
@click.option("--dry-run", is_flag=True, help="Show the plan and stop, like `backlog plan`.")
@click.option("--check", is_flag=True, help="With --dry-run: exit with 3 if there are changes.")
@plan_options
@click.option("--plan", "saved", metavar="FILE", type=click.Path(dir_okay=False),
              help="Apply exactly this saved plan (`plan --out`); refuse if anything changed"
              " since.")  # fmt: skip
@click.option("--approve", metavar="DIGEST",
              help="Skip the confirmation if the plan has this digest (printed by `plan`);"
              " refuse any other plan.")  # fmt: skip
@click.option("--no-write-back", is_flag=True, help="Do not change the files.")
@click.option("--yes", is_flag=True, help="Skip the confirmation.")
@format_option("text", "json")
@output_options
def command(
    *,
    target: TargetOptions,
    options: PlanOptions,
    force: tuple[str, ...],
    saved: str | None,
    approve: str | None,
    dry_run: bool,
    check: bool,
    no_write_back: bool,
    yes: bool,
    output: str,
    output_options: OutputOptions,
) -> int:
    """Apply the files to GitHub and write progress back into them.

    Shows the plan first and asks for confirmation. Without a terminal, a first sync, or one that
    creates more than 50 issues, needs --yes.
    """
    if check and not dry_run:
        raise click.UsageError("--check only looks: add --dry-run.")
    if saved and (options != PLAIN or dry_run):
        raise click.UsageError("--plan FILE holds the plan: it takes no option that makes another.")
    from backlog_sync.cli import apply

    if dry_run:
        sync_options = SyncOptions(options, force=force)
        return apply.show_plan(target, output_options, sync_options, output=output, check=check)
    sync_options = SyncOptions(options, saved=saved, approve=approve, force=force)
    return apply.sync(
        target, output_options, sync_options, output=output, write=not no_write_back, yes=yes
    )
