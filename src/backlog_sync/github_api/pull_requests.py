"""Open the pull request that brings changes of files, and keep its text up to date."""

from contextlib import suppress
from typing import TYPE_CHECKING

from backlog_sync.core.normalize import unify_newlines
from backlog_sync.errors import AccessError, FailedError
from backlog_sync.github_api.answers import Rejected, required
from backlog_sync.github_api.reader import Reader
from backlog_sync.waiting import WRITE

if TYPE_CHECKING:
    from github import Github
    from github.PullRequest import PullRequest


def open_pull_request(
    reader: Reader, repository: str, *, head: str, base: str, title: str, body: str
) -> str | None:
    """Open a pull request and return its URL; None if the branch already has one.

    If the last line of `body` is a hidden mark, our part of that one's text is updated. It is safe
    to retry after a lost answer: GitHub refuses a second one for the same branch.
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
            if body.rstrip().endswith("-->"):
                _update(reader, repository, head=head, base=base, body=body)
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


def _update(reader: Reader, repository: str, *, head: str, base: str, body: str) -> None:
    """Replace our part of the text of a branch's pull request: all until the last line of `body`.

    What people wrote below it stays, and so does the whole text if they removed that line. Raises
    nothing: the branch is up to date without.
    """
    owner, end = repository.partition("/")[0], body.rstrip().rpartition("\n")[2]

    def edit(github: "Github") -> None:
        pulls = github.get_repo(repository).get_pulls("open", base=base, head=f"{owner}:{head}")
        pull: PullRequest
        for pull in pulls[:1]:
            text: str | None = pull.body
            ours, line, theirs = unify_newlines(text or "").partition(end)
            if line and ours + line != body.rstrip():
                pull.edit(body=body.rstrip() + theirs)

    with suppress(Rejected, AccessError):
        reader.rest(edit, points=WRITE)
