"""Interface of what a run shows and asks: on a terminal, or to the runner of a workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from backlog_sync.cli.workspace import RunPresenter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from backlog_sync.cli.requests import ReportRequest
    from backlog_sync.cli.workspace import Run
    from backlog_sync.cli.write_back import Written
    from backlog_sync.core.drift import Drift
    from backlog_sync.core.guards import Violation
    from backlog_sync.core.observed import ObservedState
    from backlog_sync.engine.executor import Applied
    from backlog_sync.engine.ports import Progress
    from backlog_sync.engine.reconcile import Prepared
    from backlog_sync.errors import BacklogError
    from backlog_sync.reports.values import Report


class Presenter(RunPresenter, Protocol):
    """What a run shows, asks and delivers; implemented for the terminal and for workflows."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Show the progress of long work."""
        ...

    def unwritten(self, problem: BacklogError) -> None:
        """Warn that the files cannot be written; raise the problem if they are the result."""
        ...

    # ---- plan and sync -------------------------------------------------------------------------

    def plan(self, run: Run, prepared: Prepared, standing: Sequence[Violation]) -> None:
        """Show a plan that is not applied, and the guards that would refuse it."""
        ...

    def saved(self, out: Path) -> None:
        """Show that the plan is saved, and how to apply it."""
        ...

    def moved(self, run: Run, violations: Sequence[Violation], *, yes: bool) -> bool:
        """Return whether the former identity of a moved file was written into it, for a new plan.

        With `yes` nobody is asked.
        """
        ...

    def plan_to_apply(self, run: Run, prepared: Prepared) -> None:
        """Show a plan before it is applied."""
        ...

    def consent(self, run: Run, prepared: Prepared, *, approved: bool) -> Violation | None:
        """Ask for consent to a plan that no guard refuses; return why it is denied, None if given.

        `approved` means that exactly this plan has been approved.
        """
        ...

    def refused(self, run: Run, prepared: Prepared, violations: Sequence[Violation]) -> None:
        """Show why nothing was sent."""
        ...

    def synced(self, run: Run, prepared: Prepared, applied: Applied, written: Written) -> None:
        """Show what was done."""
        ...

    def deliver(self, run: Run, paths: Sequence[str], code: int) -> int:
        """Deliver written files to the repository; return the exit code of the run."""
        ...

    # ---- drift and report ----------------------------------------------------------------------

    def drift(self, run: Run, prepared: Prepared, drift: Drift) -> None:
        """Show drift, and the guards that would refuse a sync."""
        ...

    def board_left_out(self, problem: str) -> None:
        """Show why the board was not read."""
        ...

    def written(self, run: Run, observed: ObservedState, written: Written, *, denied: bool) -> None:
        """Show what could not be written into the files; `denied` if the token may not write."""
        ...

    def report(self, report: Report, request: ReportRequest, written: Written | None) -> None:
        """Show the report, or write it to its destination."""
        ...

    def posting(self, *, required: bool = False) -> AbstractContextManager[None]:
        """Return the context to post in; it decides whether an error ends the run."""
        ...

    def posted(self, text: str) -> None:
        """Show where something was posted."""
        ...
