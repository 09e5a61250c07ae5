"""PyGithub on our session, without retries and its own pauses."""

import logging
import threading
from collections.abc import Callable, ItemsView, Iterator
from contextlib import contextmanager
from typing import Any, Final

from github import Github, GithubIntegration
from github.Auth import AppAuth
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)

from backlog_sync.github_api.transport import PolicySession

_INJECTING: Final = threading.Lock()


class _Answer(RequestsResponse):
    """An answer as PyGithub reads it, with no header that it would believe without looking.

    It makes whole numbers of those that report limits, which ends in an `OverflowError` for some.
    """

    def getheaders(self) -> ItemsView[str, str]:
        """The kind of content, and nothing else: all that matters of the others is ours to read."""
        kind = self.headers.get("Content-Type")
        return ({"Content-Type": kind} if kind else {}).items()


@contextmanager
def _connections_of(session: PolicySession) -> Iterator[None]:
    """Have the clients that are made meanwhile send everything through `session`.

    PyGithub's only public hook is the class that it makes connections of, for the whole process;
    each client takes it when it is made. So only one is made at a time, and the hook is reset.
    """

    class Connection:
        """What PyGithub expects of a connection. It may keep one for several threads."""

        scheme: str

        def __init__(self, host: str, port: int | None = None, **_: Any) -> None:
            self.host = host
            self._origin = f"[{host}]" if ":" in host else host
            if port:
                self._origin += f":{port}"
            self._pending = threading.local()

        def request(  # the parameters are named as PyGithub's are
            self,
            verb: str,
            url: str,
            input: Any,  # noqa: A002
            headers: dict[str, str],
            stream: bool = False,  # noqa: ARG002
        ) -> None:
            self._pending.request = (verb, url, input, headers)

        def getresponse(self) -> _Answer:
            verb, path, body, headers = self._pending.request
            url = f"{self.scheme}://{self._origin}{path}"
            content = body.encode() if body else None
            return _Answer(session.request(verb, url, data=content, headers=headers))

        def close(self) -> None:
            """Nothing to close: the session is not ours."""

    class Plain(Connection, HTTPRequestsConnectionClass):
        scheme = "http"

    class Secure(Connection, HTTPSRequestsConnectionClass):
        scheme = "https"

    with _INJECTING:
        Requester.injectConnectionClasses(Plain, Secure)
        try:
            yield
        finally:
            Requester.resetConnectionClasses()


def client(session: PolicySession, api_url: str) -> Github:
    """Return a PyGithub client whose requests go through `session`.

    It is lazy: an object is requested only if an attribute is read that its answer did not bring.
    """
    with _connections_of(session):
        return Github(base_url=api_url, lazy=True, **_options(session))


def integration(
    session: PolicySession, api_url: str, app_id: str, sign: Callable[[dict[str, Any]], str]
) -> GithubIntegration:
    """Return PyGithub's client for a GitHub App, whose requests go through `session`.

    `sign` turns claims into a JSON Web Token.
    """
    # At its loudest PyGithub logs every answer, and these hold tokens.
    logging.getLogger(Requester.__module__).setLevel(logging.INFO)
    with _connections_of(session):
        auth = AppAuth(app_id, sign_func=sign)
        return GithubIntegration(auth=auth, base_url=api_url, lazy=True, **_options(session))


def _options(session: PolicySession) -> dict[str, Any]:
    return {
        "user_agent": str(session.headers["User-Agent"]),
        "retry": None,
        "seconds_between_requests": None,
        "seconds_between_writes": None,
    }
