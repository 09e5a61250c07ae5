"""A `requests` transport onto a sandbox in this process: the same clients, no socket."""

import io
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from github_sandbox.app import Sandbox
from github_sandbox.faults import AnswerHangsError, ConnectionLostError
from github_sandbox.messages import Request


class SandboxAdapter(BaseAdapter):
    """Mount it on a session for `http://` or for one address; it never opens a socket."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Answer a prepared request.

        A closed connection is `requests.ConnectionError`, an answer that never comes
        `requests.ReadTimeout`.
        """
        body = request.body or b""
        assert request.method is not None
        assert request.url is not None
        parts = requests.compat.urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc, **request.headers}
        asked = Request(
            request.method, path, headers, body.encode() if isinstance(body, str) else bytes(body)
        )
        try:
            answer = self.sandbox.handle(asked)
        except AnswerHangsError as hangs:
            raise requests.ReadTimeout(hangs, request=request) from hangs
        except ConnectionLostError as lost:
            raise requests.ConnectionError(lost, request=request) from lost
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = io.BytesIO(answer.body)
        response.url = request.url
        response.request = request
        response.encoding = "utf-8"
        return response

    def close(self) -> None:
        """Nothing to let go of."""


def sandbox_session(sandbox: Sandbox) -> requests.Session:
    """A session whose every request goes to this sandbox."""
    session = requests.Session()
    session.trust_env = False
    adapter = SandboxAdapter(sandbox)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
