"""Send single requests with gql and PyGithub, both on our session and without retries."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar, cast

import requests
from gql.graphql_request import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportError
from gql.transport.requests import RequestsHTTPTransport

from backlog_sync.core.redaction import without_shapes
from backlog_sync.errors import BacklogError
from backlog_sync.github_api.answers import (
    Answer,
    Rejected,
    asked_wait,
    check,
    no_answer,
    read_faults,
)
from backlog_sync.github_api.cost import points_of
from backlog_sync.github_api.documents import Document
from backlog_sync.github_api.transport import PolicySession
from backlog_sync.waiting import Lost, Patience, Trouble

if TYPE_CHECKING:
    from github import Github

T = TypeVar("T")


class Clients:
    """Sends single requests to the server, all through `session`.

    Each method sends one request and raises `waiting.Trouble` if it may have to be sent again,
    `answers.Rejected` if the server refused it, and `errors.AccessError` if the token is not
    accepted. None of them waits.
    """

    def __init__(self, session: PolicySession, *, api_url: str, patience: Patience) -> None:
        self.session = session
        self._patience = patience
        self._graphql = _Transport(session)
        self._previews: dict[str, tuple[str, ...]] = {}
        self._github: Github | None = None
        self.api_url = api_url

    def preview(self, features: str, fields: tuple[str, ...] = ()) -> None:
        """Name features in preview, by commas, in every further GraphQL request.

        If `fields` are given, only in documents with one of these fields, which have arguments.
        """
        self._previews[features] = fields

    def _headers(self, document: Document[object]) -> dict[str, str]:
        """Return the header that names the previews that a document needs."""
        needed = [
            features
            for features, fields in self._previews.items()
            if not fields or any(f"{name}(" in document.text for name in fields)
        ]
        return {"GraphQL-Features": ",".join(needed)} if needed else {}

    def graphql(
        self, document: Document[T], variables: Mapping[str, object], *, follow: int = 0
    ) -> Answer[T]:
        """Run a GraphQL document. Faults that the server reports are part of the answer.

        `follow` is how many more such requests are known to follow.
        """
        most = points_of(document, variables) if self._patience.budgeted else 0
        self._patience.spend(most, more=follow * most)
        request = _Request(document, variables)
        try:
            headers = self._headers(document)
            result = self._graphql.execute(request, extra_args={"headers": headers})
        except TransportConnectionFailed as error:
            raise _cause(error.__cause__ or error) from error
        except (TransportError, TypeError, AttributeError, ValueError, RecursionError) as error:
            # The body is not a JSON object, is nested too deeply, or has neither data nor errors.
            raise self._unreadable() from error
        response = self._last()
        faults = read_faults(result.errors)
        if response.status_code >= 400 and not any(fault.limited for fault in faults):
            self._check(response)
        data: dict[str, object] | None = result.data if isinstance(result.data, dict) else None
        if data is None and not faults:
            raise Lost("an answer without data")
        cost = self._cost(data)
        self.session.tally.cost(cost)
        self._patience.refund(most - cost)
        return Answer(cast("T | None", data), faults, asked_wait(response, self._patience.now()))

    def rest(self, ask: Callable[["Github"], T]) -> T:
        """Return the result of `ask`, which sends one request with PyGithub."""
        # Most runs do not need PyGithub, which takes longer to load than a server to answer.
        from backlog_sync.github_api.pygithub import client  # noqa: PLC0415

        if self._github is None:
            self._github = client(self.session, self.api_url)
        github = self._github
        self._patience.spend(1)
        return self.exchange(lambda: ask(github))

    def exchange(self, request: Callable[[], T]) -> T:
        """Return the result of a PyGithub call, and turn its errors into ours.

        If an answer lacks a value that is read from it, it did not come from GitHub's API.
        """
        from github import BadAttributeException, GithubException  # noqa: PLC0415 - as above

        try:
            return request()
        except GithubException as error:
            self._check(self._last())
            message = without_shapes(str(error.message or "refused"))
            raise Rejected(message, status=error.status) from error
        except (
            BadAttributeException, LookupError, TypeError, AttributeError, RecursionError
        ) as error:  # fmt: skip
            raise self._unreadable() from error
        except (OSError, ValueError, requests.RequestException) as error:
            raise no_answer(error) from error

    def _last(self) -> requests.Response:
        response = self.session.last
        if response is None:
            raise Lost("no answer")
        return response

    @property
    def _remedy(self) -> str | None:
        credential = self.session.credential
        return credential.remedy if credential else None

    def _check(self, response: requests.Response) -> None:
        check(response, self._patience.now(), self._remedy)

    def _unreadable(self) -> Exception:
        """Return the error for an answer that the client could not read."""
        try:
            response = self._last()
            self._check(response)
        except (Trouble, Rejected, BacklogError) as error:
            return error
        kind = response.headers.get("content-type", "").split(";")[0] or "something"
        return Lost(
            f"HTTP {response.status_code} with {kind} that is not an answer of GitHub's API"
        )

    @staticmethod
    def _cost(data: Mapping[str, object] | None) -> int:
        """Return the cost of a request; 1 point, the minimum, if the answer does not report it."""
        rate_limit = (data or {}).get("rateLimit")
        cost = rate_limit.get("cost") if isinstance(rate_limit, dict) else None
        return cost if isinstance(cost, int) else 1


class _Request(GraphQLRequest):
    """gql's request, with the text that the document has already."""

    def __init__(self, document: Document[object], variables: Mapping[str, object]) -> None:
        super().__init__(document.node, variable_values=dict(variables))
        self._text = document.text

    @property
    def payload(self) -> dict[str, object]:
        variables = {"variables": self.variable_values} if self.variable_values else {}
        return {"query": self._text, **variables}


class _Transport(RequestsHTTPTransport):
    """gql's transport on an existing session."""

    def __init__(self, session: PolicySession) -> None:
        super().__init__(url=session.graphql_url, retries=0)
        self.session = session


def _cause(error: BaseException) -> Exception:
    """Return why there was no answer if a gql exception is a network fault, else the exception."""
    if isinstance(error, OSError | requests.RequestException) or not isinstance(error, Exception):
        return no_answer(error)
    return error
