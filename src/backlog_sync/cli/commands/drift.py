"""`backlog drift`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.options import Voice, Where, format_option, target_options, voice_options
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
@voice_options
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
        Where(paths, repo, project, sandbox, bullets),
        Voice(color, quiet, verbose, log_format),
        output=output,
        full=full,
        tracked=tracked,
    )


DONE, FAILED, PENDING = 0, 1, 3


def drift(where: Where, voice: Voice, *, output: str, full: bool, tracked: bool) -> int:
    """Print what moved apart; 3 where there is anything. `tracked` keeps an issue of it.

    Raises `RefusedError` where `full` was asked for, or is needed to find the tracking issue, and
    not all issues could be read; nothing is sent then.
    """
    from backlog_sync.cli.screen import Screen
    from backlog_sync.cli.workspace import ready

    screen = Screen(voice, wiring.environment())
    wiring.configure_logging(voice.verbose, voice.log_format)
    found = ready(where, screen)
    if found is None:
        return FAILED
    with wiring.tracker(
        found.repository,
        screen.env,
        top=found.top,
        sandbox=where.sandbox,
        read_only=not tracked,
        board_owner=found.board_owner,
        others=found.others,
        waits=screen.waits,
    ) as tracker:
        with screen.waiting(f"Reading {found.repository}"):
            memory = wiring.cache(found.top, screen.env, found.repository, sandbox=where.sandbox)
            prepared = reconcile.observe_and_plan(
                found.desired, tracker, memory=memory, full=full or tracked
            )
        told = find_drift(prepared.plan, prepared.desired, prepared.observed)
        _show(screen, prepared.observed, told, output, full=full)
        # What makes everything look new or gone; what a sync may do is another matter.
        screen.would_refuse(v for v in prepared.violations if not v.final)
        if tracked:
            ref = _track(tracker, prepared, told)
            screen.tell(f"Tracking issue: {ref or 'none is needed'}.")
    return PENDING if told else DONE


def _show(screen: Screen, observed: ObservedState, told: Drift, output: str, *, full: bool) -> None:
    from backlog_sync.render.drift import drift_summary, drift_text

    covered = observed.coverage
    if full and not covered.complete:
        raise RefusedError(
            f"only {covered.issues_read} issues could be read, and not all there are",
            slug="incomplete-read",
            hint="run it again; a token must be able to see every issue of the repository",
        )
    if observed.project_problem:
        screen.complain(f"the board was left out: {observed.project_problem}")
    if output == "json":
        screen.result(dump(drift_to_json(told)))
    elif screen.voice.quiet:
        screen.result(drift_summary(told, screen.look()))
    else:
        screen.result(drift_text(told, screen.look()))


def _track(tracker: Tracker, prepared: Prepared, told: Drift) -> str | None:
    """Keep the tracking issue; its ref, None where none is needed."""
    wanted = Tracking(
        DRIFT,
        safe_name(prepared.desired.backlog_id),
        DRIFT_TITLE,
        drift_markdown(told, limit=TRACKING_BYTES),
    )
    return track(tracker, prepared.observed, wanted, open_=bool(told), nonce=wiring.nonces()())
