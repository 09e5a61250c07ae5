"""Post one status update per day to the board."""

from datetime import date

from backlog_sync.core.observed import ObservedState
from backlog_sync.core.operations import Done, PutStatus
from backlog_sync.engine.ports import Tracker
from backlog_sync.errors import FailedError


def keep_status(
    tracker: Tracker,
    observed: ObservedState,
    *,
    mark: str,
    day: date,
    status: str | None,
    text: str,
) -> None:
    """Post or update the day's status update on the board; send nothing if it is up to date.

    `mark` names the backlog and is safe in a comment, `status` is a value of GitHub's
    `ProjectV2StatusUpdateStatus` (None: unknown), `text` is Markdown without active mentions
    or references. Raises `FailedError` if no board exists, or if the server refuses.
    """
    if observed.project is None:
        why = observed.project_problem or "the backlog does not declare an existing one"
        raise FailedError(
            f"no board to post to: {why}",
            slug="no-status-update",
            hint="a workflow's own token reaches no board; sync makes a declared one",
        )
    operation = PutStatus(observed.project.id, mark, day.isoformat(), status, text)
    ((_, reply),) = tracker.apply([operation])
    if not isinstance(reply, Done):
        raise FailedError(
            f"the board's status update could not be written: {reply.message}",
            slug="no-status-update",
            hint="the token for the board needs the right to write to Projects",
        )
