"""`backlog drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import (
    OutputOptions,
    TargetOptions,
    add_output_options,
    format_option,
    target_options,
)
from backlog_sync.core.drift import Drift, drift_to_json, find_drift
from backlog_sync.engine import reconcile
from backlog_sync.engine.notices import DRIFT, DRIFT_TITLE, Tracking, track
from backlog_sync.errors import RefusedError
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
              help="Read every issue, or refuse where that cannot be done.")  # fmt: skip
@click.option("--issue", "tracked", is_flag=True,
              help="Keep one tracking issue up to date, and close it when clean.")  # fmt: skip
@format_option("text", "json")
@add_output_options
def command(
    *,
    paths: tuple[str, ...],
    repo: str | None,
    project: str | None,
    sandbox: bool,
    bullets: str | None,
    full: bool,
    tracked: bool,
    output: str,
    color: str,
    quiet: bool,
    verbose: int,
    log_format: str,
) -> int:
    """Show what moved apart: drift on GitHub, changes pending in the file, conflicts, orphans.

    Duplicate, vanished, transferred and suspicious issues are told too. Nothing is written,
    neither to a file nor, but for the issue of --issue, to GitHub. Exit 3 where there is anything.
    """

    return drift(
        TargetOptions(paths, repo, project, sandbox, bullets),
        OutputOptions(color, quiet, verbose, log_format),
        output=output,
        full=full,
        tracked=tracked,
    )


DONE, FAILED, PENDING = 0, 1, 3


def drift(
    target: TargetOptions, output_options: OutputOptions, *, output: str, full: bool, tracked: bool
) -> int:
    """Print what moved apart; 3 where there is anything. `tracked` keeps an issue of it.

    Raises `RefusedError` where `full` was asked for, or is needed to find the tracking issue, and
    not all issues could be read; nothing is sent then.
    """
    from backlog_sync.cli.screen import Screen
    from backlog_sync.cli.workspace import open_workspace

    screen = Screen(output_options, wiring.environment())
    wiring.configure_logging(output_options.verbose, output_options.log_format)
    workspace = open_workspace(target, screen)
    if workspace is None:
        return FAILED
    with wiring.tracker(
        workspace.repository,
        screen.env,
        top=workspace.top,
        sandbox=target.sandbox,
        read_only=not tracked,
        board_owner=workspace.board_owner,
        others=workspace.others,
        waits=screen.waits,
    ) as tracker:
        with screen.waiting(f"Reading {workspace.repository}"):
            memory = wiring.cache(
                workspace.top, screen.env, workspace.repository, sandbox=target.sandbox
            )
            prepared = reconcile.observe_and_plan(
                workspace.desired, tracker, memory=memory, full=full or tracked
            )
        differences = find_drift(prepared.plan, prepared.desired, prepared.observed)
        _show(screen, prepared.observed, differences, output, full=full)
        # What makes everything look new or gone; what a sync may do is another matter.
        screen.would_refuse(v for v in prepared.violations if not v.final)
        if tracked:
            ref = _track(tracker, prepared, differences)
            screen.info(f"Tracking issue: {ref or 'none is needed'}.")
    return PENDING if differences else DONE


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
