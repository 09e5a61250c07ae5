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
from backlog_sync.engine.notices import DRIFT, DRIFT_TITLE, Tracking, track, tracking_issue
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

    With `full` every issue is read; unless `complete` is set, the cached ones and those updated
    since are enough. Raises `RefusedError` if `complete` is set and not every issue could be read.
    """
    prepared, differences = _look(run, full=full, cached=not complete)
    covered = prepared.observed.coverage
    if tracked and differences and covered.cached:
        mark = _tracking(prepared, differences).mark
        if tracking_issue(prepared.observed, mark) is None:  # it must not be created twice
            prepared, differences = _look(run, full=True)
    if complete and not covered.complete:
        raise RefusedError(
            f"only {covered.issues_read} issues could be read, not all of them",
            slug="incomplete-read",
            hint="run it again; a token must be able to see every issue of the repository",
        )
    presenter.drift(run, prepared, differences)
    if tracked:
        with presenter.posting(required=True):
            ref = _track(run, prepared, differences)
            presenter.posted(f"Tracking issue: {ref or 'none is needed'}.")
    return prepared, differences


def _look(run: Run, *, full: bool, cached: bool = False) -> tuple[Prepared, Drift]:
    from backlog_sync.cli.write_back import with_writes

    prepared = with_writes(run.loaded.unkept, run.plan(full=full, cached=cached))
    return prepared, find_drift(prepared.plan, prepared.desired, prepared.observed)


def _tracking(prepared: Prepared, differences: Drift) -> Tracking:
    text = drift_markdown(differences, limit=TRACKING_BYTES)
    return Tracking(DRIFT, safe_name(prepared.desired.backlog_id), DRIFT_TITLE, text)


def _track(run: Run, prepared: Prepared, differences: Drift) -> str | None:
    """Keep the tracking issue up to date; return its ref, None if none is needed."""
    tracking, open_ = _tracking(prepared, differences), bool(differences)
    return track(run.tracker, prepared.observed, tracking, open_=open_, nonce=wiring.nonces()())
