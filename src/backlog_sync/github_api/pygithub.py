"""PyGithub on our session, without retries and pauses of its own."""

from typing import Any

from github import Github, GithubException
from github.Requester import RequestsResponse

from backlog_sync.github_api.transport import PolicySession

__all__ = ["GithubException", "client"]


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
    made = Github(
        base_url=api_url,
        user_agent=str(session.headers["User-Agent"]),
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )
    name = "_Requester__connectionClass"
    assert hasattr(made.requester, name), "PyGithub has changed; see Requester in its source"
    setattr(made.requester, name, Connection)
    return made
