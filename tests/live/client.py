"""A small client for checks: it creates things under one name, and takes them away again."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, Final
from urllib.parse import quote

import requests

from backlog_sync.github_api.session import graphql_url_for

PREFIX: Final = "backlog-live-check"
"""What everything begins with that a check creates."""

TIMEOUT: Final = 30.0
"""Seconds for one request; GitHub itself gives up after 10."""

_DELETE: Final = "mutation($id: ID!) { deleteIssue(input: {issueId: $id}) { clientMutationId } }"


class UncheckableError(Exception):
    """A check could not be made: a permission, a feature or an answer is missing."""


class Live:
    """A scratch repository, and what was created in it.

    `session` carries the token; nothing but it knows it. Leaving the context takes away what was
    created, also after an error or an interrupt.
    """

    def __init__(self, session: requests.Session, api_url: str, repository: str) -> None:
        self.session, self.api_url, self.repository = session, api_url, repository
        self._cleanup = ExitStack()

    def __enter__(self) -> "Live":
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def rest(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """Send a REST request; `path` is below the repository."""
        url = f"{self.api_url}/repos/{self.repository}{path}"
        return self.session.request(method, url, json=body, headers=headers, timeout=TIMEOUT)

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the answer to a GraphQL document, with its errors."""
        answer = self.session.post(
            graphql_url_for(self.api_url),
            json={"query": query, "variables": variables},
            timeout=TIMEOUT,
        )
        if answer.status_code != requests.codes.ok:
            raise UncheckableError(f"GraphQL answered HTTP {answer.status_code}")
        shown: dict[str, Any] = answer.json()
        return shown

    def created(self, path: str, **body: Any) -> dict[str, Any]:
        """Create something with REST; raise `UncheckableError` if that is refused."""
        answer = self.rest("POST", path, body)
        if answer.status_code != requests.codes.created:
            raise UncheckableError(f"POST {path} answered HTTP {answer.status_code}")
        shown: dict[str, Any] = answer.json()
        return shown

    def later(self, undo: Callable[[], object]) -> None:
        """Have this done at the end, whatever happens; what fails then is left behind."""

        def quietly() -> None:
            with suppress(requests.RequestException, UncheckableError):
                undo()

        self._cleanup.callback(quietly)

    def issue(self, title: str = "An issue", **more: Any) -> dict[str, Any]:
        """Create an issue. At the end it is closed, and deleted if the token may do that."""
        made = self.created("/issues", title=f"{PREFIX}: {title}", **more)
        number, node_id = made["number"], made["node_id"]
        self.later(lambda: self.rest("PATCH", f"/issues/{number}", {"state": "closed"}))
        self.later(lambda: self.graphql(_DELETE, id=node_id))
        return made

    def label(self, name: str) -> requests.Response:
        """Try to create a label; if it is created, it is deleted at the end."""
        answer = self.rest("POST", "/labels", {"name": name, "color": "ededed"})
        if answer.status_code == requests.codes.created:
            self.later(lambda: self.rest("DELETE", f"/labels/{quote(name, safe='')}"))
        return answer

    def milestone(self, **more: Any) -> dict[str, Any]:
        """Create a milestone; it is deleted at the end."""
        made = self.created("/milestones", **{"title": f"{PREFIX} milestone", **more})
        self.later(lambda: self.rest("DELETE", f"/milestones/{made['number']}"))
        return made
