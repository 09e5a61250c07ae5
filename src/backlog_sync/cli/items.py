"""Read the items of a backlog with their progress, from GitHub or from the files only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from backlog_sync import wiring
from backlog_sync.cli.workspace import load_target, workspace
from backlog_sync.core.rollup import Outline, outline
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import AccessError, BacklogError, ExitCode, UsageError
from backlog_sync.reports.forecast import pace
from backlog_sync.reports.gather import from_files, gather
from backlog_sync.reports.schedule import schedule

if TYPE_CHECKING:
    from backlog_sync.cli.options import TargetOptions
    from backlog_sync.cli.terminal import Terminal
    from backlog_sync.core.facts import Facts
    from backlog_sync.core.model import DesiredState
    from backlog_sync.core.observed import ObservedState
    from backlog_sync.engine.reconcile import Prepared
    from backlog_sync.reports.values import Schedule

OFFLINE = "--offline"
"""Why only the files were read, if that was asked for."""


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a backlog. `observed` is None if only the files were read, `why` is the reason.

    `prepared` is the plan of a sync, if it was asked for.
    """

    desired: DesiredState
    facts: Facts
    tree: Outline
    schedule: Schedule
    observed: ObservedState | None = None
    prepared: Prepared | None = None
    why: str = ""

    @property
    def note(self) -> str:
        """The sentence for people if only the files were read."""
        return f"Only the files were read ({self.why}): progress is as far as they say."


def read_items(
    target: TargetOptions, terminal: Terminal, *, offline: bool, plan: bool = False
) -> Items:
    """Return the items; with `plan`, also what a sync would do.

    Without a token or a repository, and if `offline` is set, only the files are read. Raises
    `errors.BacklogError` if a file or GitHub cannot be read, and ends the run as `workspace` does.
    """
    why = OFFLINE
    if not offline:
        try:
            return _from_github(target, terminal, plan=plan)
        except (AccessError, UsageError) as error:
            if not _is_without_access(error):
                raise
            why = error.message
    loaded = load_target(target, wiring.root(target.paths))
    if loaded.desired is None or loaded.errors:
        terminal.unreadable(loaded)
        raise click.exceptions.Exit(ExitCode.FAILED)
    if offline:
        terminal.files(loaded)
    return _items(loaded.desired, from_files(loaded.desired, _today()), why=why)


def _is_without_access(error: BacklogError) -> bool:
    """Return whether nothing names the repository, or there is no token at all."""
    if isinstance(error, UsageError):
        return error.slug == "no-repository"
    return error.slug == "no-token"


def _from_github(target: TargetOptions, terminal: Terminal, *, plan: bool) -> Items:
    with workspace(target, terminal) as run:
        prepared = run.plan(cached=True, details=True) if plan else None
        observed = prepared.observed if prepared else run.observe(activity=True)
        if observed.project_problem:
            terminal.board_left_out(observed.project_problem)
        pages = run.pages(observed)
        facts = gather(run.desired, observed, today=_today(), pages=pages)
        return _items(run.desired, facts, observed=observed, prepared=prepared)


def _items(
    desired: DesiredState,
    facts: Facts,
    *,
    observed: ObservedState | None = None,
    prepared: Prepared | None = None,
    why: str = "",
) -> Items:
    tree = outline(facts.items)
    velocity = pace(facts, tree)
    planned = schedule(tree, facts.milestones, facts.planning, facts.today, velocity)
    return Items(desired, facts, tree, planned, observed, prepared, why)


def _today() -> date:
    return datetime.fromtimestamp(wiring.clock().now(), UTC).date()
