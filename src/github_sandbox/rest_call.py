"""Parse REST requests, and paginate their answers."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from github_sandbox import repositories
from github_sandbox.context import Context, RateState
from github_sandbox.messages import DOCS, Request, Response, json_response
from github_sandbox.models import Issue, Repository
from github_sandbox.problems import RefusalError, not_found

Json: TypeAlias = dict[str, Any]
PAGE_SIZE = 30
PAGE_LIMIT = 100


class MovedError(Exception):
    """The requested resource is at another address, `url`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@dataclass(slots=True)
class Call:
    """A parsed REST request: the parts of its path, its query and its JSON body."""

    ctx: Context
    request: Request
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    rates: Mapping[str, RateState]

    @property
    def repository(self) -> Repository:
        """Return the repository in the path."""
        if "id" in self.parts:
            record = self.ctx.store.records.get(int(self.parts["id"]))
            if not isinstance(record, Repository):
                raise not_found("Repository", "id", self.parts["id"])
        else:
            named = self.ctx.store.repository(self.parts["owner"], self.parts["repo"])
            if named is None:
                raise not_found("Repository", "name", self.parts["repo"])
            record = named
        if not self.ctx.viewer.sees(record, self.ctx.store.full_name(record)):
            raise not_found("Repository", "name", record.name)
        return record

    @property
    def issue(self) -> Issue:
        """Return the issue in the path; raise if it was transferred or deleted."""
        number, repository = int(self.parts["number"]), self.repository
        issue = repositories.issue_by_number(self.ctx.store, repository, number)
        if issue is None or not issue.is_pull:
            self.require_issues()
        if issue is not None:
            return issue
        moved = self.ctx.store.records.get(repository.moved.get(str(number), 0))
        if isinstance(moved, Issue):
            full_name = self.ctx.store.full_name(self.ctx.store.get(Repository, moved.repository))
            raise MovedError(f"{self.ctx.api}/repos/{full_name}/issues/{moved.number}")
        if number in repository.deleted:
            raise RefusalError("GONE", "This issue was deleted")
        raise not_found("Issue", "number of", number)

    def require_issues(self) -> None:
        """Raise `RefusalError` if issues are switched off: 410, as clients reported."""
        if not self.repository.has_issues:
            raise RefusalError("GONE", "Issues are disabled for this repo")

    def text(self, name: str) -> str | None:
        """Return a text from the body; refuse other types."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise bad_body(f"For '{name}', {value!r} is not a string.")
        return value

    def number(self, name: str) -> int:
        """Return a required number from the body."""
        value = self.body.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_body(f"For '{name}', {value!r} is not an integer.")
        return value


Handler: TypeAlias = Callable[[Call], Response]


def created(payload: Json) -> Response:
    """Return 201 with a new thing, and its address in `Location`."""
    return json_response(201, payload, {"Location": payload["url"]})


def bad_body(message: str) -> RefusalError:
    """Return the error for a body that does not match the request's schema."""
    return RefusalError("UNPROCESSABLE", f"Invalid request.\n\n{message}", code="schema")


def missing(name: str) -> RefusalError:
    """Return the error for a body without a required part."""
    return bad_body(f'"{name}" ' + "wasn't supplied.")


# ---- pages ---------------------------------------------------------------------------------


def _page_number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and int(text) > 0 else default


def page_bounds(call: Call) -> tuple[int, int]:
    """Return the requested page, from 1, and the page size."""
    size = min(_page_number(call.query.get("per_page"), PAGE_SIZE), PAGE_LIMIT)
    return _page_number(call.query.get("page"), 1), size


def page_links(call: Call, total: int) -> dict[str, str]:
    """Return the `Link` header with the adjacent pages; nothing if there is only one page."""
    page_number, size = page_bounds(call)
    last = max(1, -(-total // size))
    links = []
    if page_number > 1:
        links += [("prev", min(page_number - 1, last)), ("first", 1)]
    if page_number < last:
        links += [("next", page_number + 1), ("last", last)]
    if not links:
        return {}
    base = list_address(call)
    parts = (
        f'<{base}?{urlencode({**call.query, "page": number})}>; rel="{name}"'
        for name, number in links
    )
    return {"Link": ", ".join(parts)}


def page(call: Call, records: Iterable[Any], show: Callable[[Any], Json]) -> Response:
    """Return one page of a list, with a `Link` header for the adjacent pages."""
    every = list(records)
    page_number, size = page_bounds(call)
    shown = [show(record) for record in every[(page_number - 1) * size : page_number * size]]
    return json_response(200, shown, page_links(call, len(every)))


def list_address(call: Call) -> str:
    """Return the list's address as GitHub writes it in links, with the repository's id."""
    path = urlsplit(call.request.path).path
    if "repo" in call.parts:
        below_repository = re.sub(r"^(/api/v3)?/repos/[^/]+/[^/]+", "", path)
        return f"{call.ctx.api}/repositories/{call.repository.id}{below_repository}"
    return call.ctx.api + re.sub(r"^/api/v3", "", path)


def moved_to(url: str) -> Response:
    """Return a redirect to another address."""
    body = {"message": "Moved Permanently", "url": url, "documentation_url": DOCS}
    return json_response(301, body, {"Location": url})
