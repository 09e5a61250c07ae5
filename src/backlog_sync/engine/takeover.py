"""Use case: create a backlog from an existing repository."""

from backlog_sync.core.import_repository import take_over
from backlog_sync.core.model import DesiredState, ProjectSpec
from backlog_sync.engine.ports import ReadScope, Tracker
from backlog_sync.errors import FailedError, RefusedError


def adopt_repository(
    tracker: Tracker, project: ProjectSpec | None, *, closed: bool
) -> DesiredState:
    """Read a repository and return the backlog that adopts its issues; sends no write.

    Raises what `Tracker.observe` raises, `RefusedError` if not all of it could be read (with a
    backlog of half the issues, the other half would be created again), and `FailedError` if
    no issue can be adopted.
    """
    observed = tracker.observe(ReadScope(project))
    if not observed.coverage.complete:
        raise RefusedError(
            "not all issues could be read, so no backlog is made of them",
            slug="incomplete-read",
            hint="run the command again",
        )
    desired = take_over(observed, closed=closed)
    if not desired.items:
        why = f"{len(observed.issues)} belong to a backlog or are closed" if observed.issues else ""
        raise FailedError(
            f"{observed.repository.name_with_owner} has no issues to adopt"
            + (f": {why}" if why else ""),
            slug="nothing-to-adopt",
            hint="'backlog init' writes an empty backlog; --closed takes closed issues too",
        )
    return desired
