"""Read releases and write the text of drafts, with PyGithub: GraphQL has no mutation for them.

PyGithub's own `update_release` always sends `draft`, False by default, which would publish one.
"""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from backlog_sync.core.observed import ObservedRelease
from backlog_sync.core.operations import Done, PutRelease
from backlog_sync.errors import AccessError
from backlog_sync.github_api.answers import Rejected
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.reader import Reader

if TYPE_CHECKING:
    from github import Github

_PAGE: Final = 100
"""The most releases that GitHub lists at once."""


def with_tag(reader: Reader, repository: str, tag: str) -> tuple[ObservedRelease, ...]:
    """Return the releases with a tag, newest first; drafts only if the token may write.

    Raises what `Reader.rest` raises, and `AccessError` if the token may not read them.
    """
    try:
        return tuple(_tagged(lambda path: reader.rest(_get(path)), repository, tag))
    except Rejected as refusal:
        if refusal.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            raise AccessError(
                f"the releases of {repository} cannot be read: {refusal.message}",
                hint="the token needs the right to write contents (in a job: `contents: write`)",
            ) from None
        raise reader.explained(refusal) from refusal


def put(clients: Clients, repository: str, operation: PutRelease) -> Done:
    """Create a draft, or change the text of one, and nothing else of it.

    Drafts may share a tag, so every attempt to create one looks for it first: a retry after a lost
    answer finds what the lost request created. Raises what `Clients.rest` raises.
    """
    number = operation.number
    if number is None:
        drafts = _tagged(lambda path: clients.rest(_get(path)), repository, operation.tag)
        ours = (one for one in drafts if one.draft and one.body.startswith(operation.mark))
        number = next((one.number for one in ours), None)
    home = f"/repos/{repository}/releases"
    path, method = (home, "POST") if number is None else (f"{home}/{number}", "PATCH")
    values: dict[str, object] = {"body": operation.body}
    if number is None:
        values |= {"tag_name": operation.tag, "name": operation.title, "draft": True}
    data = clients.rest(
        lambda github: github.requester.requestJsonAndCheck(method, path, input=values)[1]
    )
    return Done(id=data["node_id"], url=data.get("html_url"))


def _tagged(get: Callable[[str], Any], repository: str, tag: str) -> Iterator[ObservedRelease]:
    """Yield the releases with a tag, from all pages of the list."""
    page = 1
    while True:
        listed = get(f"/repos/{repository}/releases?per_page={_PAGE}&page={page}")
        for one in listed:
            if one["tag_name"] == tag:
                yield ObservedRelease(
                    int(one["id"]), tag, bool(one["draft"]), one.get("body") or "", one["html_url"]
                )
        if len(listed) < _PAGE:
            return
        page += 1


def _get(path: str) -> "Callable[[Github], Any]":
    return lambda github: github.requester.requestJsonAndCheck("GET", path)[1]
