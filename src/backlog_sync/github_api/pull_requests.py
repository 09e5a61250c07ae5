"""Open the pull request that writes progress back."""

from backlog_sync.errors import AccessError, FailedError
from backlog_sync.github_api.answers import Rejected, required
from backlog_sync.github_api.reader import Reader
from backlog_sync.waiting import WRITE


def open_pull_request(
    reader: Reader, repository: str, *, head: str, base: str, title: str, body: str
) -> str | None:
    """Open a pull request and return its URL; None if the branch already has one.

    It is safe to retry after a lost answer: GitHub refuses a second one for the same branch.
    Raises `AccessError` if workflows may not open any, `FailedError` for any other refusal.
    """
    try:
        return reader.rest(
            lambda github: required(
                github.get_repo(repository).create_pull(base, head, title=title, body=body).html_url
            ),
            points=WRITE,
        )
    except Rejected as refusal:
        if refusal.status == 422 and "already exists" in refusal.message:
            return None
        message = f"no pull request could be opened: {refusal.message}"
        if refusal.status in (403, 404):
            raise AccessError(
                message,
                slug="no-pull-request",
                hint="the job needs `pull-requests: write`, and the repository's Actions settings"
                " must let workflows create pull requests",
            ) from None
        hint = "open it yourself, or run this again"
        raise FailedError(message, hint=hint) from None
