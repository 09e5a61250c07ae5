"""Drift: read, compare, tell; write nothing."""

from backlog_sync import wiring
from backlog_sync.cli.loading import ready
from backlog_sync.cli.options import Voice, Where
from backlog_sync.cli.screen import Screen
from backlog_sync.core.drift import drift_to_json, find_drift
from backlog_sync.engine import reconcile
from backlog_sync.errors import RefusedError
from backlog_sync.render.drift import drift_summary, drift_text
from backlog_sync.render.envelopes import dump

DONE, FAILED, PENDING = 0, 1, 3


def drift(where: Where, voice: Voice, *, output: str, full: bool) -> int:
    """Print what moved apart; 3 where there is anything.

    Raises `RefusedError` where `full` was asked for and not all issues could be read.
    """
    screen = Screen(voice, wiring.environment())
    wiring.configure_logging(voice.verbose, voice.log_format)
    found = ready(where, screen)
    if found is None:
        return FAILED
    with (
        wiring.tracker(
            found.repository,
            screen.env,
            top=found.top,
            sandbox=where.sandbox,
            read_only=True,
            board_owner=found.board_owner,
            waits=screen.waits,
        ) as tracker,
        screen.waiting(f"Reading {found.repository}"),
    ):
        memory = wiring.cache(found.top, screen.env, found.repository, sandbox=where.sandbox)
        prepared = reconcile.observe_and_plan(found.desired, tracker, memory=memory, full=full)
    covered = prepared.observed.coverage
    if full and not covered.complete:
        raise RefusedError(
            f"only {covered.issues_read} issues could be read, and not all there are",
            slug="incomplete-read",
            hint="run it again; a token must be able to see every issue of the repository",
        )
    if prepared.observed.project_problem:
        screen.complain(f"the board was left out: {prepared.observed.project_problem}")
    told = find_drift(prepared.plan, prepared.desired, prepared.observed)
    if output == "json":
        screen.result(dump(drift_to_json(told)))
    elif voice.quiet:
        screen.result(drift_summary(told, screen.look()))
    else:
        screen.result(drift_text(told, screen.look()))
    return PENDING if told else DONE
