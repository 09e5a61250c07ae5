"""One issue that tells of drift: changed in place, closed when clean, opened again when not.

It is known by the hidden line that its text begins with, and by being opened by whom we act as.
It carries no marker of an item, so no sync takes it for one.
"""

from backlog_sync.core.model import ObservedIssue, ObservedState
from backlog_sync.core.operations import (
    CloseIssue,
    CreateIssue,
    Done,
    NotSent,
    Operation,
    ReopenIssue,
    UpdateIssue,
)
from backlog_sync.engine.ports import Tracker
from backlog_sync.errors import FailedError

TITLE = "The backlog and GitHub have drifted apart"


def mark_of(name: str) -> str:
    """The line that the issue of a backlog begins with; `name` is safe in a comment."""
    return f"<!-- backlog:tracking drift {name} -->"


def track(
    tracker: Tracker, observed: ObservedState, *, name: str, text: str, drifted: bool, nonce: str
) -> str | None:
    """Have the tracking issue say this; give its ref, None where there is none and need be none.

    `observed` is the whole repository: of several that are ours the oldest counts. Raises
    `FailedError` where the server says no.
    """
    mark = mark_of(name)
    body = f"{mark}\n{text}"
    found = _ours(observed, mark)
    operations: list[Operation] = []
    if found is None:
        if not drifted:
            return None
        operations.append(CreateIssue(observed.repository.id, "", nonce, TITLE, body))
    else:
        if drifted and found.state == "closed":
            operations.append(ReopenIssue(found.id))
        if found.body.replace("\r\n", "\n") != body and (drifted or found.state == "open"):
            operations.append(UpdateIssue(found.id, body=body))
        if not drifted and found.state == "open":
            operations.append(CloseIssue(found.id))
    ref = f"#{found.number}" if found else None
    for operation, reply in tracker.apply(operations):
        if not isinstance(reply, Done):
            why = reply.message
            stopped = "" if isinstance(reply, NotSent) else f"{type(operation).__name__}: "
            raise FailedError(
                f"the tracking issue could not be kept up to date: {stopped}{why}",
                slug="no-tracking-issue",
                hint="the job needs `issues: write`",
            )
        if isinstance(operation, CreateIssue):
            ref = f"#{reply.number}"
    return ref


def _ours(observed: ObservedState, mark: str) -> ObservedIssue | None:
    mine = [
        issue
        for issue in observed.issues
        if issue.author is not None
        and issue.author.id == observed.viewer.id
        and issue.body.startswith(mark)
    ]
    return min(mine, key=lambda issue: issue.number, default=None)
