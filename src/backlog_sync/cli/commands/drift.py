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
from backlog_sync.core.drift import Drift, find_drift
from backlog_sync.engine.notices import DRIFT, DRIFT_TITLE, Tracking, track
from backlog_sync.errors import ExitCode, RefusedError
from backlog_sync.local.state import safe_name
from backlog_sync.render.bounded import TRACKING_BYTES
from backlog_sync.render.markdown import drift_markdown

if TYPE_CHECKING:
    from backlog_sync.cli.presenter import Presenter
    from backlog_sync.cli.workspace import Run
    from backlog_sync.engine.reconcile import Prepared


@click.command(
    "drift",
    epilog="\b\nExamples:\n  backlog drift\n  backlog drift --full\n  backlog drift --issue",
)
@target_options("drift")
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
    from backlog_sync.cli.terminal import open_terminal
    from backlog_sync.cli.workspace import workspace

    terminal = open_terminal(output_options, output)
    with workspace(target, terminal, read_only=not tracked) as run:
        _, differences = show_drift(
            run, terminal, full=full or tracked, complete=full, tracked=tracked
        )
    return ExitCode.PENDING if differences else ExitCode.DONE


def show_drift(
    run: Run, presenter: Presenter, *, full: bool, complete: bool, tracked: bool
) -> tuple[Prepared, Drift]:
    """Show drift; if `tracked`, keep one issue about it up to date.

    With `full` every issue is read. Raises `RefusedError` if `complete` is set and not every
    issue could be read.
    """
    from backlog_sync.cli.write_back import with_writes

    prepared = run.plan(full=full)
    covered = prepared.observed.coverage
    if complete and not covered.complete:
        raise RefusedError(
            f"only {covered.issues_read} issues could be read, not all of them",
            slug="incomplete-read",
            hint="run it again; a token must be able to see every issue of the repository",
        )
    prepared = with_writes(run.loaded, prepared)
    differences = find_drift(prepared.plan, prepared.desired, prepared.observed)
    presenter.drift(run, prepared, differences)
    if tracked:
        with presenter.posting(required=True):
            ref = _track(run, prepared, differences)
            presenter.posted(f"Tracking issue: {ref or 'none is needed'}.")
    return prepared, differences


def _track(run: Run, prepared: Prepared, differences: Drift) -> str | None:
    """Keep the tracking issue up to date; return its ref, None if none is needed."""
    tracking = Tracking(
        DRIFT,
        safe_name(prepared.desired.backlog_id),
        DRIFT_TITLE,
        drift_markdown(differences, limit=TRACKING_BYTES),
    )
    return track(
        run.tracker, prepared.observed, tracking, open_=bool(differences), nonce=wiring.nonces()()
    )
