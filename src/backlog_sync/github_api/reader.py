"""Run queries: retry them, shrink their pages, and turn faults into messages."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from backlog_sync.core.addresses import PUBLIC_API
from backlog_sync.errors import AccessError, BacklogError, RefusedError, UnreachableError
from backlog_sync.github_api.answers import Answer, Rejected
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.documents import Document
from backlog_sync.waiting import READ, Limited, Lost, Patience, Trouble

if TYPE_CHECKING:
    from github import Github

T = TypeVar("T")

Query: TypeAlias = tuple[Document[T], Mapping[str, object]]
"""A query: a document and its variables."""

BuildQuery: TypeAlias = Callable[[int], Query[T]]
"""Returns a query for this many things."""


class PageSize:
    """How many things to request at once: 100, halved down to 10 when the server complains."""

    LEAST: Final = 10

    def __init__(self, value: int = 100) -> None:
        self.value = value

    def shrink(self, page_size: int) -> None:
        """Halve a size that was too much; concurrent requests may report the same size."""
        self.value = min(self.value, max(self.LEAST, page_size // 2))


class Reader:
    """Runs queries until they are answered.

    Raises `AccessError`, `UnreachableError`, `RefusedError`, and `PartialError` if a rate limit
    asks for a longer wait than this run allows, or if its budget is spent.
    """

    def __init__(self, clients: Clients, patience: Patience) -> None:
        self._clients = clients
        self._patience = patience

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes of a classic token, after the first answer; None for any other token."""
        return self._clients.session.scopes

    def preview(self, features: str, fields: tuple[str, ...] = ()) -> None:
        """Ask for features of GitHub's GraphQL API that are in preview, from now on.

        If `fields` are given, only in documents with one of these.
        """
        self._clients.preview(features, fields)

    def query(
        self,
        document: Document[T],
        variables: Mapping[str, object],
        page: PageSize | None = None,
        *,
        follow: int = 0,
    ) -> Answer[T]:
        """Return the answer to a query; `page` sets its `$first` and shrinks if necessary.

        `follow` is how many more pages of the same list are known to follow.
        """

        if page is None:
            return self._run(lambda: (document, variables), None, follow)
        return self._run(lambda: (document, {**variables, "first": page.value}), page, follow)

    def query_some(
        self, build: BuildQuery[T], remaining: int, size: PageSize
    ) -> tuple[Answer[T], int]:
        """Query as many of the `remaining` things as fit; return the answer and their number.

        `build` returns the query for a number of them, which shrinks when the server complains.
        """
        answer = self._run(lambda: build(min(remaining, size.value)), size)
        return answer, min(remaining, size.value)

    def _run(
        self, build: Callable[[], Query[T]], size: PageSize | None, follow: int = 0
    ) -> Answer[T]:
        def attempt() -> Answer[T]:
            self._patience.admit()
            page_size = size.value if size else 0
            try:
                answer = self._clients.graphql(*build(), follow=follow)
                _complain(answer)
            except Lost as lost:
                if lost.heavy and size:
                    size.shrink(page_size)
                raise
            return answer

        try:
            return self._patience.run(attempt)
        except (Trouble, Rejected) as trouble:
            raise self.explained(trouble) from trouble

    def rest(self, ask: Callable[["Github"], T], *, points: int = READ) -> T:
        """Return the result of `ask`, one REST request with PyGithub, repeated until answered.

        Raises `Rejected` if the server refused it. `points` is what GitHub counts toward its
        limit per minute.
        """

        def attempt() -> T:
            self._patience.admit(points=points)
            return self._clients.rest(ask)

        try:
            return self._patience.run(attempt)
        except Trouble as trouble:
            raise self.explained(trouble) from trouble

    def explained(self, trouble: Trouble | Rejected) -> BacklogError:
        """Return the error to report for a failed request."""
        url = self._clients.api_url
        if isinstance(trouble, Limited):
            return self._patience.spent_limit(trouble)
        if isinstance(trouble, Trouble):
            return UnreachableError(
                f"{url} did not answer: {trouble.message}", hint=_reachable(url)
            )
        if trouble.status == 403:
            return AccessError(
                f"{url} does not let this token in: {trouble.message}",
                hint="a token needs read and write access to the repository's issues",
            )
        if trouble.status == 404:
            return UnreachableError(
                f"{url} has no GitHub API: {trouble.message}",
                hint="is GITHUB_API_URL right? a GitHub Enterprise Server ends in /api/v3",
            )
        return RefusedError(
            f"{url} refused the request: {trouble.message}",
            hint="`backlog doctor` shows what this token and server allow",
        )


def _reachable(url: str) -> str:
    """Return what to check about a server that does not answer."""
    if url == PUBLIC_API:
        return "check the network connection, then run the command again"
    return f"is GITHUB_API_URL={url} right, and the server up? then run the command again"


def _complain(answer: Answer[object]) -> None:
    """Raise for faults that make the whole answer useless."""
    for fault in answer.faults:
        if fault.limited:
            raise Limited(fault.message, wait=answer.wait)
        if fault.heavy:
            raise Lost(fault.message, heavy=True)


@contextmanager
def understood(url: str) -> Iterator[None]:
    """Report an answer that does not have the shape of GitHub's schema."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnreachableError(
            f"{url} answered with something that is not GitHub's API ({error})",
            hint="is GITHUB_API_URL right?",
        ) from error
