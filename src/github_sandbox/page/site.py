"""Route requests to pages and forms."""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from github_sandbox.messages import Request, Response
from github_sandbox.models import Issue, Milestone, Project, Repository, View
from github_sandbox.page import colors, forms, safety
from github_sandbox.page.addresses import HOME, WEB_BOARD, WEB_REPOSITORY
from github_sandbox.page.board import ASKED, board_page
from github_sandbox.page.dependencies import BOX_HEIGHT, BOX_WIDTH, dependencies_page
from github_sandbox.page.home import home_page
from github_sandbox.page.issue import issue_page
from github_sandbox.page.issues import Which, issues_page
from github_sandbox.page.labels import labels_page
from github_sandbox.page.log import is_graphql, log_page, version
from github_sandbox.page.markdown import TICK_FORM, to_html
from github_sandbox.page.milestones import milestone_page, milestones_page
from github_sandbox.page.next_step import NextStep, next_step
from github_sandbox.page.views import (
    board_url,
    initials,
    issue_url,
    number,
    repository_url,
    search_url,
    tone,
)
from github_sandbox.problems import RefusalError

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

FOLDER = Path(__file__).parent / "templates"

_ROUTES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"", "home"),
        (r"log", "log"),
        (r"boards/(?P<owner>[^/]+)/(?P<number>\d{1,9})", "board"),
        (r"boards/(?P<owner>[^/]+)/(?P<number>\d{1,9})/(?P<verb>move)", "board"),
        (r"repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)", "issues"),
        (r"repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)/issues/(?P<number>\d{1,9})", "issue"),
        (
            r"repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)/issues/(?P<number>\d{1,9})"
            r"/(?P<verb>tick|close|reopen|assign|comment|move)",
            "issue",
        ),
        (r"repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)/milestones", "milestones"),
        (r"repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)/milestones/(?P<number>\d{1,9})", "milestone"),
        (r"repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)/dependencies", "dependencies"),
        (r"repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)/labels", "labels"),
    )
)


@dataclass(frozen=True, slots=True)
class Page:
    """A template and its values; `watch` names the number that changes when it is out of date."""

    template: str
    content: Any
    status: int = 200
    watch: str = "things"


class _MissingError(Exception):
    """There is no page at this address."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """A parsed request for a page."""

    sandbox: "Sandbox"
    parts: dict[str, str]
    query: dict[str, str]

    @property
    def page(self) -> int:
        """The number of the requested page; 1 by default."""
        page = self.query.get("page", "1")
        return int(page) if re.fullmatch(r"\d{1,6}", page, re.ASCII) else 1

    def repository(self) -> Repository:
        """The repository in the address, which may be its former name."""
        repository = self.sandbox.store.repository(self.parts["owner"], self.parts["repo"])
        if repository is None:
            raise _MissingError
        return repository

    def issue(self) -> Issue:
        """The issue in the address; a transferred one is looked up at its new location."""
        repository, number = self.repository(), int(self.parts["number"])
        moved = repository.moved.get(str(number))
        issue = self.sandbox.store.issues.get(repository.id, {}).get(number)
        if moved is not None:
            record = self.sandbox.store.records.get(moved)
            issue = record if isinstance(record, Issue) else None
        if issue is None or issue.is_pull:
            raise _MissingError
        return issue

    def milestone(self) -> Milestone:
        """The milestone in the address."""
        records = self.sandbox.store.milestones.get(self.repository().id, {}).values()
        for milestone in records:
            if milestone.number == int(self.parts["number"]):
                return milestone
        raise _MissingError

    def project(self) -> Project:
        """The board in the address."""
        owner = self.sandbox.store.accounts.get(self.parts["owner"].lower())
        boards = self.sandbox.store.projects.get(owner.id, {}) if owner else {}
        project = boards.get(int(self.parts["number"]))
        if project is None:
            raise _MissingError
        return project

    def view(self) -> View | None:
        """The view that the address asks for, if any."""
        number = self.query.get("view")
        if number is None:
            return None
        known = self.sandbox.store.views.get(self.project().id, {})
        view = known.get(int(number)) if re.fullmatch(r"\d{1,6}", number, re.ASCII) else None
        if view is None:
            raise _MissingError
        return view


# ---- showing -------------------------------------------------------------------------------


def _home(visit: _Visit) -> Page:
    return Page("home.html", home_page(visit.sandbox), watch="requests")


def _log(visit: _Visit) -> Page:
    return Page("log.html", log_page(visit.sandbox, visit.page), watch="requests")


def _issues(visit: _Visit) -> Page:
    state = visit.query.get("state", "open")
    which = cast("Which", state if state in ("closed", "all") else "open")
    query = visit.query.get("q", "").strip()
    page = issues_page(visit.sandbox, visit.repository(), which, query, visit.page)
    return Page("issues.html", page)


def _issue(visit: _Visit) -> Page:
    return Page("issue.html", issue_page(visit.sandbox, visit.issue()))


def _board(visit: _Visit) -> Page:
    return Page("board.html", board_page(visit.sandbox, visit.project(), visit.query, visit.view()))


def _milestones(visit: _Visit) -> Page:
    return Page("milestones.html", milestones_page(visit.sandbox, visit.repository()))


def _milestone(visit: _Visit) -> Page:
    page = milestone_page(visit.sandbox, visit.repository(), visit.milestone())
    return Page("milestone.html", page)


def _dependencies(visit: _Visit) -> Page:
    return Page("dependencies.html", dependencies_page(visit.sandbox, visit.repository()))


def _labels(visit: _Visit) -> Page:
    return Page("labels.html", labels_page(visit.sandbox, visit.repository()))


_SHOW: dict[str, Callable[[_Visit], Page]] = {
    "home": _home,
    "log": _log,
    "issues": _issues,
    "issue": _issue,
    "board": _board,
    "milestones": _milestones,
    "milestone": _milestone,
    "dependencies": _dependencies,
    "labels": _labels,
}


def _apply_form(visit: _Visit, form: dict[str, str]) -> str:
    """Apply a form; return the address to continue at."""
    verb = visit.parts["verb"]
    if "repo" not in visit.parts:
        asked = {name: visit.query[name] for name in ASKED if name in visit.query}
        return forms.set_on_board(visit.sandbox, visit.project(), form, asked)
    issue = visit.issue()
    repository = visit.sandbox.store.get(Repository, issue.repository)
    return forms.press_issue(visit.sandbox, repository, issue, verb, form)


# ---- answering -----------------------------------------------------------------------------


def respond(sandbox: "Sandbox", request: Request) -> Response:
    """Answer a request for a page; never raises, whatever a browser sends."""
    parts = urlsplit(request.path)
    if safety.foreign_host(request):
        response = _message_page(sandbox, 421, "Only this machine's own names lead here.", "")
    elif parts.path in ("/", HOME.rstrip("/")):
        response = _redirect(HOME)
    elif not parts.path.startswith(HOME):
        response = _redirect(page_of(parts.path) or HOME)
    elif parts.path == f"{HOME}icon.svg":
        body = (FOLDER / "icon.svg").read_bytes()
        response = Response(
            200, {"Content-Type": "image/svg+xml", "Cache-Control": "no-cache"}, body
        )
    elif parts.path == f"{HOME}version":
        with sandbox.lock:
            body = json.dumps(version(sandbox)).encode()
        kind = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        response = Response(200, kind, body)
    else:
        query = dict(parse_qsl(parts.query))
        response = _route(sandbox, request, parts.path.removeprefix(HOME), query)
    body = b"" if request.method == "HEAD" else response.body
    return Response(response.status, response.headers, body)


def _route(sandbox: "Sandbox", request: Request, path: str, query: dict[str, str]) -> Response:
    for pattern, name in _ROUTES:
        match = pattern.fullmatch(path.rstrip("/"))
        if match is None:
            continue
        visit = _Visit(sandbox, {k: unquote(v) for k, v in match.groupdict().items()}, query)
        presses = "verb" in visit.parts
        if request.method not in (("POST",) if presses else ("GET", "HEAD")):
            return _message_page(sandbox, 405, "That is not how this page is used.", HOME)
        try:
            if presses:
                return _handle_form(visit, request)
            with sandbox.lock:
                page, numbers = _SHOW[name](visit), version(sandbox)
                step = next_step(sandbox)
            return _rendered(sandbox, page, numbers, step, forms.DONE.get(query.get("did", ""), ""))
        except _MissingError:
            break
    return _message_page(sandbox, 404, "There is nothing at this address.", HOME)


def _handle_form(visit: _Visit, request: Request) -> Response:
    """Answer a form."""
    return_url = _return_url(visit)
    if safety.foreign_form(request):
        return _message_page(
            visit.sandbox, 403, "A form works only on the sandbox's own pages.", return_url
        )
    kind = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    if kind != safety.FORM_TYPE or len(request.body) > safety.MAX_FORM:
        return _message_page(visit.sandbox, 415, "That is not a form of these pages.", return_url)
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        with visit.sandbox.lock:
            address = _apply_form(visit, form)
    except forms.StaleError:
        message = "It has changed since the page was shown, so nothing was done. Look again."
        return _message_page(visit.sandbox, 409, message, return_url)
    except RefusalError as refusal:
        return _message_page(visit.sandbox, 422, f"Refused: {refusal.message}", return_url)
    except (KeyError, ValueError):
        return _message_page(visit.sandbox, 400, "That is not a form of these pages.", return_url)
    return _redirect(address)


def _return_url(visit: _Visit) -> str:
    if "repo" not in visit.parts:
        return board_url(visit.parts["owner"], int(visit.parts["number"]))
    name = f"{visit.parts['owner']}/{visit.parts['repo']}"
    return issue_url(name, int(visit.parts["number"]))


def _redirect(address: str) -> Response:
    return Response(303, {"Location": address, "Cache-Control": "no-store"})


def _message_page(sandbox: "Sandbox", status: int, message: str, return_url: str) -> Response:
    """Return a page with a message and a link to continue."""
    with sandbox.lock:
        numbers, step = version(sandbox), next_step(sandbox)
    page = Page("message.html", {"message": message, "return_url": return_url}, status)
    return _rendered(sandbox, page, numbers, step, "")


# ---- rendering -----------------------------------------------------------------------------


@cache
def _templates() -> Environment:
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {
        "home": HOME,
        "visitor": forms.VISITOR,
        "tick_form": TICK_FORM,
        "style": Markup((FOLDER / "style.css").read_text("utf-8")),  # noqa: S704 - our own file
        "script": Markup((FOLDER / "page.js").read_text("utf-8")),  # noqa: S704 - our own file
    }
    env.globals |= {"search_url": search_url, "box": (BOX_WIDTH, BOX_HEIGHT)}
    env.filters |= {"number": number, "moment": _moment, "initials": initials, "tone": tone}
    env.tests["graphql"] = is_graphql
    return env


def _moment(value: str) -> str:
    """Format a time for people, to the minute, in UTC."""
    return f"{value[:10]} {value[11:16]}"


def sandbox_page(web: str, href: str) -> str | None:
    """Return our own page for an address of the simulated GitHub's web pages."""
    if not href.lower().startswith(f"{web}/".lower()):
        return None
    return page_of(urlsplit(href).path)


def page_of(path: str) -> str | None:
    """Return our own page for a path of GitHub's web pages, None if there is none."""
    if board := WEB_BOARD.fullmatch(path):
        view = f"?view={board['view']}" if board["view"] else ""
        return board_url(unquote(board["owner"]), int(board["number"])) + view
    if not (match := WEB_REPOSITORY.fullmatch(path)):
        return None
    name = unquote(match["name"])
    if match["kind"] == "issues" and match["number"]:
        return issue_url(name, int(match["number"]))
    if match["kind"] == "milestone" and match["number"]:
        return f"{repository_url(name)}/milestones/{match['number']}"
    return f"{repository_url(name)}/{match['list']}" if match["list"] else repository_url(name)


def _rendered(
    sandbox: "Sandbox", page: Page, numbers: dict[str, int], step: NextStep, did: str
) -> Response:
    nonce = secrets.token_urlsafe(16)
    with sandbox.lock:
        used = {label.color for table in sandbox.store.labels.values() for label in table.values()}
    html = (
        _templates()
        .get_template(page.template)
        .render(
            content=page.content,
            nonce=nonce,
            did=did,
            step=step,
            watch=page.watch,
            version=numbers[page.watch],
            label_style=Markup(colors.rules(used)),  # noqa: S704 - only hex digits
            markdown=to_html,
            sandbox_page=lambda href: sandbox_page(sandbox.web, href),
        )
    )
    # A lone surrogate, which JSON can bring into a title, cannot be sent: it becomes a `?`.
    return Response(page.status, safety.headers(nonce), html.encode("utf-8", "replace"))
