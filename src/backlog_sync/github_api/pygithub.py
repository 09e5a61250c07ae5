"""Create PyGithub clients on our session, without their own retries and pauses."""

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
    """A response for PyGithub, without the headers that it would parse unchecked.

    It converts rate-limit headers to integers, which raises `OverflowError` for some values.
    """

    def getheaders(self) -> ItemsView[str, str]:
        """Return only the content type; we read the other headers ourselves."""
        kind = self.headers.get("Content-Type")
        return ({"Content-Type": kind} if kind else {}).items()


@contextmanager
def _connections_of(session: PolicySession) -> Iterator[None]:
    """Make clients that are created in this context send everything through `session`.

    PyGithub's only public hook is its connection class, which is global; a client reads it once,
    when it is created. So only one client is created at a time, and the hook is reset.
    """

    class Connection:
        """The interface that PyGithub expects; it may share one connection among threads."""

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
            """Do nothing: the session is closed elsewhere."""

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

    It is lazy: an object is requested only if an attribute is read that is not known yet.
    """
    with _connections_of(session):
        return Github(base_url=api_url, lazy=True, **_options(session))


def integration(
    session: PolicySession, api_url: str, app_id: str, sign: Callable[[dict[str, Any]], str]
) -> GithubIntegration:
    """Return PyGithub's client for a GitHub App, whose requests go through `session`.

    `sign` turns claims into a JSON Web Token.
    """
    # At level DEBUG PyGithub logs every answer, and these contain tokens.
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
