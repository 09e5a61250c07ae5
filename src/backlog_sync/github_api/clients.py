"""gql and PyGithub, both on our session, both without retries of their own."""

from collections.abc import Mapping
from typing import Any

import requests
from github import Github, GithubException
from github.Requester import RequestsResponse
from gql.graphql_request import GraphQLRequest
from gql.transport.exceptions import TransportConnectionFailed, TransportError
from gql.transport.requests import RequestsHTTPTransport
from graphql import DocumentNode

from backlog_sync.errors import BacklogError
from backlog_sync.github_api.answers import (
    Answer,
    Json,
    Lost,
    Rejected,
    Trouble,
    asked_wait,
    check,
    no_answer,
    read_faults,
)
from backlog_sync.github_api.retry import Patience
from backlog_sync.github_api.transport import PolicySession


class Clients:
    """One exchange at a time with the server.

    Each method makes one request and raises `answers.Trouble` where it may have to be made
    again, `answers.Rejected` where the server said no to it, and `errors.AccessError` where the
    token is not accepted. None of them waits.
    """

    def __init__(self, session: PolicySession, *, api_url: str, patience: Patience) -> None:
        self._session = session
        self._patience = patience
        self._graphql = _Transport(session)
        self._github = _pygithub(session, api_url)
        self.api_url = api_url

    @property
    def session(self) -> PolicySession:
        """The session that everything goes through."""
        return self._session

    def graphql(self, document: DocumentNode, variables: Mapping[str, Json]) -> Answer:
        """Run a GraphQL document. Faults that the answer tells of are in it."""
        request = GraphQLRequest(document, variable_values=dict(variables))
        try:
            result = self._graphql.execute(request)
        except TransportConnectionFailed as error:
            raise _cause(error.__cause__ or error) from error
        except (TransportError, TypeError, AttributeError) as error:
            # A body that is no JSON object, or has neither data nor errors.
            raise self._unreadable() from error
        response = self._last()
        faults = read_faults(result.errors)
        if response.status_code >= 400 and not any(fault.limited for fault in faults):
            self._check(response)
        data = result.data if isinstance(result.data, dict) else None
        if data is None and not faults:
            raise Lost("an answer without data")
        self._spend(data)
        return Answer(data, faults, asked_wait(response, self._patience.now()))

    def rest(self, verb: str, path: str, body: Mapping[str, Json] | None) -> dict[str, Json]:
        """Make a REST request through PyGithub and give the JSON object of the answer."""
        try:
            _, data = self._github.requester.requestJsonAndCheck(
                verb, path, input=dict(body) if body is not None else None
            )
        except GithubException as error:
            self._check(self._last())
            raise Rejected(str(error.message or "refused"), status=error.status) from error
        except (OSError, ValueError, requests.RequestException) as error:
            raise no_answer(error) from error
        if not isinstance(data, dict) or "node_id" not in data:
            self._check(self._last())
            raise self._unreadable()
        return data

    def _last(self) -> requests.Response:
        response = self._session.last
        if response is None:
            raise Lost("no answer")
        return response

    def _check(self, response: requests.Response) -> None:
        check(response, self._patience.now(), self._session.token_name)

    def _unreadable(self) -> Exception:
        """What an answer is that neither client could read."""
        try:
            response = self._last()
            self._check(response)
        except (Trouble, Rejected, BacklogError) as error:
            return error
        kind = response.headers.get("content-type", "").split(";")[0] or "something"
        return Lost(
            f"HTTP {response.status_code} with {kind} that is not an answer of GitHub's API"
        )

    def _spend(self, data: Mapping[str, Json] | None) -> None:
        """Add what the request cost; where the answer does not say, the least there is: 1 point."""
        told = (data or {}).get("rateLimit")
        cost = told.get("cost") if isinstance(told, dict) else None
        self._session.tally.cost(cost if isinstance(cost, int) else 1)


class _Transport(RequestsHTTPTransport):
    """gql's transport on a session that somebody else made."""

    def __init__(self, session: PolicySession) -> None:
        super().__init__(url=session.graphql_url, retries=0)
        self.session = session


def _cause(error: BaseException) -> Exception:
    """What hides behind gql's own exception: a fault of the network as such, all else as it is."""
    if isinstance(error, OSError | requests.RequestException) or not isinstance(error, Exception):
        return no_answer(error)
    return error


def _pygithub(session: PolicySession, api_url: str) -> Github:
    """A PyGithub client whose requests go through `session`.

    PyGithub makes its connections from a class that can be replaced only for the whole process;
    here it is replaced on this one object.
    """

    class Connection:
        """What PyGithub expects of a connection, on top of our session."""

        def __init__(self, host: str, port: int | None = None, **_: Any) -> None:
            self.host = host
            self.port = port

        def request(
            self, verb: str, url: str, body: str | None, headers: dict[str, str], _stream: bool
        ) -> None:
            self._made = (verb, url, body, headers)

        def getresponse(self) -> RequestsResponse:
            verb, path, body, headers = self._made
            host = f"[{self.host}]" if ":" in self.host else self.host
            port = f":{self.port}" if self.port else ""
            url = f"{scheme}://{host}{port}{path}"
            response = session.request(
                verb, url, data=body.encode() if body else None, headers=headers
            )
            return RequestsResponse(response)

        def close(self) -> None:
            """Nothing to close: the session is not ours."""

    scheme = api_url.split(":", 1)[0]
    client = Github(
        base_url=api_url,
        user_agent=str(session.headers["User-Agent"]),
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )
    name = "_Requester__connectionClass"
    assert hasattr(client.requester, name), "PyGithub has changed; see Requester in its source"
    setattr(client.requester, name, Connection)
    return client
