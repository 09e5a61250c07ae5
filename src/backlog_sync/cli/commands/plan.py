"""`backlog plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    format_option,
    output_ending,
    output_options,
    plan_options,
    target_options,
)
from backlog_sync.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backlog_sync.cli.presenter import Presenter
    from backlog_sync.cli.workspace import Run
    from backlog_sync.core.options import PlanOptions


@click.command(
    "plan",
    epilog="\b\nExamples:\n  backlog plan\n"
    "  backlog plan ROADMAP.md --repo octo-org/widgets --check\n"
    "  backlog plan --out plan.json && backlog sync --plan plan.json",
)
@target_options("plan")
@plan_options
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False),
              callback=output_ending(".json"),
              help="Save the plan as JSON, to be applied with `sync --plan FILE`.")  # fmt: skip
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
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.cli.workspace import workspace

    terminal = open_terminal(output_options, output)
    with workspace(target, terminal) as run:
        return show_plan(
            run, terminal, options, force=force, out=Path(out) if out else None, check=check
        )


def show_plan(
    run: Run,
    presenter: Presenter,
    options: PlanOptions,
    *,
    force: Sequence[str],
    out: Path | None,
    check: bool,
) -> int:
    """Show the plan and save it in `out`; with `check` the exit code is 3 if it has changes."""
    from backlog_sync.cli.write_back import with_writes

    options = run.resolved(options)
    prepared = run.plan(options, cached=True)
    if out is not None and prepared.observed.coverage.cached and prepared.plan.has_changes:
        prepared = run.plan(options, full=True)  # exactly this plan may be applied
    plan = prepared.plan
    prepared = with_writes(run.loaded.unkept, prepared)
    presenter.plan(run, prepared, run.standing(prepared, force))
    if out is not None:
        from backlog_sync.core.saved import save_plan
        from backlog_sync.local.plan_file import write_plan

        write_plan(out, save_plan(plan, prepared.desired, prepared.observed, options))
        presenter.saved(out)
    pending = plan.has_changes or bool(plan.conflicts) or bool(plan.drift)
    return ExitCode.PENDING if check and pending else ExitCode.DONE
