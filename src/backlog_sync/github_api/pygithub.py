"""PyGithub on our session, without retries and pauses of its own."""

from collections.abc import ItemsView
from typing import Any

from github import Github, GithubException
from github.Requester import RequestsResponse

from backlog_sync.github_api.transport import PolicySession

__all__ = ["GithubException", "client"]


class _Answer(RequestsResponse):
    """An answer as PyGithub reads it, with no header that it would believe without looking.

    It makes whole numbers of those that tell of limits, which ends in an `OverflowError` for some.
    """

    def getheaders(self) -> ItemsView[str, str]:
        """The kind of content, and nothing else: all that matters of the others is ours to read."""
        kind = self.headers.get("Content-Type")
        return ({"Content-Type": kind} if kind else {}).items()


def client(session: PolicySession, api_url: str) -> Github:
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
            self._request = (verb, url, body, headers)

        def getresponse(self) -> _Answer:
            verb, path, body, headers = self._request
            host = f"[{self.host}]" if ":" in self.host else self.host
            port = f":{self.port}" if self.port else ""
            url = f"{scheme}://{host}{port}{path}"
            response = session.request(
                verb, url, data=body.encode() if body else None, headers=headers
            )
            return _Answer(response)

        def close(self) -> None:
            """Nothing to close: the session is not ours."""

    scheme = api_url.split(":", 1)[0]
    github = Github(
        base_url=api_url,
        user_agent=str(session.headers["User-Agent"]),
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )
    name = "_Requester__connectionClass"
    assert hasattr(github.requester, name), "PyGithub has changed; see Requester in its source"
    setattr(github.requester, name, Connection)
    return github
