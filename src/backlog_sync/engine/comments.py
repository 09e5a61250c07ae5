"""Maintain one status comment on an issue or pull request; update it in place."""

from backlog_sync.core.operations import Done, PutComment
from backlog_sync.engine.ports import Tracker
from backlog_sync.errors import FailedError


def keep_comment(tracker: Tracker, number: int, *, mark: str, body: str) -> str | None:
    """Create or update our one comment; return its address if the server does.

    `number` is that of an issue or a pull request of the repository, `mark` is safe in a comment,
    `body` is Markdown without active mentions or references. Raises `FailedError` if the number
    does not exist or the server refuses.
    """
    ((_, reply),) = tracker.apply([PutComment(tracker.conversation(number), mark, body)])
    if not isinstance(reply, Done):
        raise FailedError(
            f"the comment on #{number} could not be written: {reply.message}",
            slug="no-comment",
            hint="the token needs the right to write issues and pull requests "
            "(in a job: `issues: write`, `pull-requests: write`)",
        )
    return reply.url
