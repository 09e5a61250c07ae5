"""`backlog drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    format_option,
    output_options,
    target_options,
)
from backlog_sync.core.drift import Drift, drift_to_json, find_drift
from backlog_sync.engine import reconcile
from backlog_sync.engine.notices import DRIFT, DRIFT_TITLE, Tracking, track
from backlog_sync.errors import ExitCode, RefusedError
from backlog_sync.local.state import safe_name
from backlog_sync.render.bounded import TRACKING_BYTES
from backlog_sync.render.json import dump
from backlog_sync.render.markdown import drift_markdown

if TYPE_CHECKING:
    from backlog_sync.cli.screen import Screen
    from backlog_sync.core.model import ObservedState
    from backlog_sync.engine.ports import Tracker
    from backlog_sync.engine.reconcile import Prepared


@click.command(
    "drift",
    epilog="\b\nExamples:\n  backlog drift\n  backlog drift --full\n  backlog drift --issue",
)
@target_options
@click.option("--full", is_flag=True,
              help="Read every issue; fail if that is not possible.")  # fmt: skip
@click.option("--issue", "tracked", is_flag=True,
              help="Keep one tracking issue up to date; close it when there is no drift."
              )  # fmt: skip
@format_option("text", "json")
@output_options
def command(
    *, target: TargetOptions, full: bool, tracked: bool, output: str, output_options: OutputOptions
) -> int:
    """Show drift on GitHub, changes pending in the file, conflicts, and orphans.

    Also lists duplicate, missing, transferred and untrusted issues. Read-only, except for the
    tracking issue of --issue. Exits with 3 if there is anything to report.
    """
    from backlog_sync.cli.screen import open_screen
    from backlog_sync.cli.workspace import open_workspace

    screen = open_screen(output_options)
    workspace = open_workspace(target, screen)
    with workspace.tracker(read_only=not tracked) as tracker:
        with screen.waiting(f"Reading {workspace.repository}"):
            prepared = reconcile.observe_and_plan(
                workspace.desired, tracker, memory=workspace.memory(), full=full or tracked
            )
        differences = find_drift(prepared.plan, prepared.desired, prepared.observed)
        _show(screen, prepared.observed, differences, output, full=full)
        # What makes everything look new or gone; what a sync may do is another matter.
        screen.would_refuse(v for v in prepared.violations if not v.final)
        if tracked:
            ref = _track(tracker, prepared, differences)
            screen.info(f"Tracking issue: {ref or 'none is needed'}.")
    return ExitCode.PENDING if differences else ExitCode.DONE


def _show(
    screen: Screen, observed: ObservedState, differences: Drift, output: str, *, full: bool
) -> None:
    from backlog_sync.render.drift import drift_summary, drift_text

    covered = observed.coverage
    if full and not covered.complete:
        raise RefusedError(
            f"only {covered.issues_read} issues could be read, and not all there are",
            slug="incomplete-read",
            hint="run it again; a token must be able to see every issue of the repository",
        )
    if observed.project_problem:
        screen.write_stderr(f"the board was left out: {observed.project_problem}")
    if output == "json":
        screen.result(dump(drift_to_json(differences)))
    elif screen.output_options.quiet:
        screen.result(drift_summary(differences, screen.look()))
    else:
        screen.result(drift_text(differences, screen.look()))


def _track(tracker: Tracker, prepared: Prepared, differences: Drift) -> str | None:
    """Keep the tracking issue; its ref, None where none is needed."""
    tracking = Tracking(
        DRIFT,
        safe_name(prepared.desired.backlog_id),
        DRIFT_TITLE,
        drift_markdown(differences, limit=TRACKING_BYTES),
    )
    return track(
        tracker, prepared.observed, tracking, open_=bool(differences), nonce=wiring.nonces()()
    )
