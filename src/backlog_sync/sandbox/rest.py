"""GitHub's REST API: the routes that a backlog's clients need."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from backlog_sync.sandbox import issues, payloads, places, relations
from backlog_sync.sandbox.context import Context, RateState
from backlog_sync.sandbox.messages import (
    DOCS,
    Request,
    Response,
    error_response,
    json_response,
)
from backlog_sync.sandbox.models import (
    Account,
    Comment,
    Issue,
    IssueType,
    Label,
    Milestone,
    Repository,
)
from backlog_sync.sandbox.problems import RefusalError, invalid, not_found, taken
from backlog_sync.sandbox.store import MOMENT

Json: TypeAlias = dict[str, Any]
PAGE_SIZE = 30
PAGE_LIMIT = 100


@dataclass(slots=True)
class Call:
    """One REST request, taken apart: the parts of its path, its query and its JSON body."""

    ctx: Context
    request: Request
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    rates: Mapping[str, RateState]

    @property
    def repository(self) -> Repository:
        """The repository that the path names."""
        if "id" in self.parts:
            found = self.ctx.store.records.get(int(self.parts["id"]))
            if not isinstance(found, Repository):
                raise not_found("Repository", "id", self.parts["id"])
        else:
            known = self.ctx.store.repository(self.parts["owner"], self.parts["repo"])
            if known is None:
                raise not_found("Repository", "name", self.parts["repo"])
            found = known
        if not self.ctx.viewer.sees(found, self.ctx.store.full_name(found)):
            raise not_found("Repository", "name", found.name)
        return found

    @property
    def issue(self) -> Issue:
        """The issue that the path names."""
        number = int(self.parts["number"])
        found = places.issue_by_number(self.ctx.store, self.repository, number)
        if found is None:
            raise not_found("Issue", "number of", number)
        return found

    def text(self, name: str) -> str | None:
        """A text from the body; refuses anything else."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise bad_body(f"For '{name}', {value!r} is not a string.")
        return value

    def number(self, name: str) -> int:
        """A number from the body, which must be there."""
        value = self.body.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise bad_body(f"For '{name}', {value!r} is not an integer.")
        return value


Handler: TypeAlias = Callable[[Call], Response]


def bad_body(message: str) -> RefusalError:
    """A body that does not fit the request's schema."""
    return RefusalError("UNPROCESSABLE", f"Invalid request.\n\n{message}", code="schema")


# ---- pages ---------------------------------------------------------------------------------


def _page_number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and int(text) > 0 else default


def page(call: Call, records: Iterable[Any], show: Callable[[Any], Json]) -> Response:
    """One page of a list, with a `Link` header that names the pages around it."""
    found = list(records)
    size = min(_page_number(call.query.get("per_page"), PAGE_SIZE), PAGE_LIMIT)
    here = _page_number(call.query.get("page"), 1)
    last = max(1, -(-len(found) // size))
    shown = [show(record) for record in found[(here - 1) * size : here * size]]
    links = []
    if here > 1:
        links += [("prev", min(here - 1, last)), ("first", 1)]
    if here < last:
        links += [("next", here + 1), ("last", last)]
    headers = {}
    if links:
        base = _list_address(call)
        headers["Link"] = ", ".join(
            f'<{base}?{urlencode({**call.query, "page": number})}>; rel="{name}"'
            for name, number in links
        )
    return json_response(200, shown, headers)


def _list_address(call: Call) -> str:
    """The list's address as GitHub writes it in links: by the repository's id."""
    path = urlsplit(call.request.path).path
    if "repo" in call.parts:
        rest = re.sub(r"^(/api/v3)?/repos/[^/]+/[^/]+", "", path)
        return f"{call.ctx.api}/repositories/{call.repository.id}{rest}"
    return call.ctx.api + re.sub(r"^/api/v3", "", path)


# ---- about the service ---------------------------------------------------------------------


def get_root(call: Call) -> Response:
    """GET /."""
    api = call.ctx.api
    return json_response(
        200,
        {
            "current_user_url": f"{api}/user",
            "rate_limit_url": f"{api}/rate_limit",
            "repository_url": f"{api}/repos/{{owner}}/{{repo}}",
            "user_url": f"{api}/users/{{user}}",
        },
    )


def get_meta(_: Call) -> Response:
    """GET /meta."""
    return json_response(200, {"verifiable_password_authentication": False})


def get_rate_limit(call: Call) -> Response:
    """GET /rate_limit."""
    shown = {
        name: {
            "limit": state.limit,
            "used": state.used,
            "remaining": state.remaining,
            "reset": state.reset,
            "resource": name,
        }
        for name, state in call.rates.items()
    }
    return json_response(200, {"resources": shown, "rate": shown["core"]})


def get_user(call: Call) -> Response:
    """GET /user."""
    if call.ctx.viewer.account.kind == "Bot":
        return error_response(403, "Resource not accessible by integration")
    return json_response(200, payloads.full_account(call.ctx, call.ctx.viewer.account))


def get_account(call: Call) -> Response:
    """GET /users/{login} and /orgs/{login}."""
    login = call.parts["login"]
    found = call.ctx.store.accounts.get(login.lower())
    if found is None:
        raise not_found("User", "login of", login)
    return json_response(200, payloads.full_account(call.ctx, found))


# ---- repositories --------------------------------------------------------------------------


def create_repository(call: Call) -> Response:
    """POST a repository of an organisation, which is made too where it is missing."""
    name, ctx = call.text("name"), call.ctx
    if not name or not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        raise invalid("Repository", "name", "is invalid", "invalid")
    if ctx.store.repository(call.parts["login"], name):
        raise taken("Repository", "name")
    full_name = f"{call.parts['login']}/{name}"
    made = places.ensure_repository(ctx.store, full_name, "Organization")
    return json_response(201, payloads.repository(ctx, made))


def get_repository(call: Call) -> Response:
    """GET a repository."""
    return json_response(200, payloads.repository(call.ctx, call.repository))


def list_labels(call: Call) -> Response:
    """GET a repository's labels, by name."""
    labels = call.ctx.store.labels.get(call.repository.id, {}).values()
    ordered = sorted(labels, key=lambda label: label.name.lower())
    return page(call, ordered, lambda label: payloads.label(call.ctx, label))


def create_label(call: Call) -> Response:
    """POST a label; the colour may be left out."""
    name = call.text("name")
    if name is None:
        raise invalid("Label", "name", "can't be blank", "missing_field")
    color = call.text("color") or places.UNSET_COLOR
    ctx = call.ctx
    made = places.create_label(
        ctx.store, ctx.viewer, call.repository, name, color, call.text("description")
    )
    return json_response(201, payloads.label(ctx, made))


def _label(call: Call, name: str) -> Label:
    found = call.ctx.store.labels.get(call.repository.id, {}).get(name.lower())
    if found is None:
        raise not_found("Label", "name", name)
    return found


def get_label(call: Call) -> Response:
    """GET a label."""
    return json_response(200, payloads.label(call.ctx, _label(call, call.parts["name"])))


def update_label(call: Call) -> Response:
    """PATCH a label."""
    changed = places.update_label(
        call.ctx.store,
        call.ctx.viewer,
        _label(call, call.parts["name"]),
        name=call.text("new_name") or call.text("name"),
        color=call.text("color"),
        description=call.text("description"),
    )
    return json_response(200, payloads.label(call.ctx, changed))


def delete_label(call: Call) -> Response:
    """DELETE a label."""
    places.delete_label(call.ctx.store, call.ctx.viewer, _label(call, call.parts["name"]))
    return Response(204)


def list_milestones(call: Call) -> Response:
    """GET milestones; only open ones unless `state` says otherwise."""
    state = call.query.get("state", "open")
    found: list[Milestone] = [
        m
        for m in call.ctx.store.milestones.get(call.repository.id, {}).values()
        if state == "all" or m.state.lower() == state
    ]
    if call.query.get("sort") != "completeness":
        found.sort(key=lambda m: (m.due_on is None, m.due_on or "", m.number))
    if call.query.get("direction") == "desc":
        found.reverse()
    return page(call, found, lambda m: payloads.milestone(call.ctx, m))


def create_milestone(call: Call) -> Response:
    """POST a milestone."""
    title = call.text("title")
    if title is None:
        raise invalid("Milestone", "title", "can't be blank", "missing_field")
    made = places.create_milestone(
        call.ctx.store,
        call.ctx.viewer,
        call.repository,
        title,
        description=call.text("description"),
        due_on=call.text("due_on"),
        state="CLOSED" if call.text("state") == "closed" else "OPEN",
    )
    return json_response(201, payloads.milestone(call.ctx, made))


def _milestone(call: Call) -> Milestone:
    number = int(call.parts["number"])
    found = call.ctx.store.milestones.get(call.repository.id, {}).get(number)
    if found is None:
        raise not_found("Milestone", "number", number)
    return found


def get_milestone(call: Call) -> Response:
    """GET a milestone."""
    return json_response(200, payloads.milestone(call.ctx, _milestone(call)))


def update_milestone(call: Call) -> Response:
    """PATCH a milestone."""
    names = ("title", "description", "due_on", "state")
    changes: dict[str, str | None] = {n: call.text(n) for n in names if n in call.body}
    changed = places.update_milestone(call.ctx.store, call.ctx.viewer, _milestone(call), changes)
    return json_response(200, payloads.milestone(call.ctx, changed))


def delete_milestone(call: Call) -> Response:
    """DELETE a milestone."""
    places.delete_milestone(call.ctx.store, call.ctx.viewer, _milestone(call))
    return Response(204)


def list_types(call: Call) -> Response:
    """GET the issue types of a repository or of an organisation."""
    store = call.ctx.store
    if "login" in call.parts:
        owner = store.accounts.get(call.parts["login"].lower())
        if owner is None or owner.kind != "Organization":
            raise not_found("Organization", "login of", call.parts["login"])
        return page(call, store.types.get(owner.id, {}).values(), payloads.issue_type)
    types = places.types_of(store, call.repository)
    if types is None:
        raise not_found("IssueType", "repository", call.repository.name)
    return page(call, types, payloads.issue_type)


# ---- issues --------------------------------------------------------------------------------


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("Issue", "since", "is not a valid date", "invalid") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime(MOMENT)


def list_issues(call: Call) -> Response:
    """GET issues and pull requests, newest first; only open ones unless `state` says otherwise."""
    ctx, query = call.ctx, call.query
    found = ctx.listed_issues(call.repository)
    state = query.get("state", "open")
    if state != "all":
        found = [issue for issue in found if issue.state.lower() == state]
    if query.get("since"):
        since = _moment(query["since"])
        found = [issue for issue in found if issue.updated_at >= since]
    if query.get("labels"):
        wanted = [name.strip().lower() for name in query["labels"].split(",")]
        labels = ctx.store.labels.get(call.repository.id, {})
        ids = [labels[name].id if name in labels else 0 for name in wanted]
        found = [issue for issue in found if all(number in issue.labels for number in ids)]
    for name, attribute in (("creator", "author"), ("assignee", "assignees")):
        if query.get(name):
            found = [i for i in found if _is_by(ctx, getattr(i, attribute), query[name])]
    if query.get("milestone"):
        found = [issue for issue in found if _in_milestone(ctx, issue, query["milestone"])]
    sort = {"updated": "updated_at", "comments": "number"}.get(query.get("sort", ""), "created_at")
    found.sort(
        key=lambda issue: (getattr(issue, sort), issue.number),
        reverse=query.get("direction", "desc") != "asc",
    )
    return page(call, found, lambda issue: payloads.issue(ctx, issue))


def _is_by(ctx: Context, value: int | list[int] | None, login: str) -> bool:
    numbers = value if isinstance(value, list) else [value] if value is not None else []
    if login in ("*", "none"):
        return bool(numbers) == (login == "*")
    return any(ctx.store.get(Account, n).login.lower() == login.lower() for n in numbers)


def _in_milestone(ctx: Context, issue: Issue, wanted: str) -> bool:
    if wanted in ("*", "none"):
        return (issue.milestone is not None) == (wanted == "*")
    if issue.milestone is None:
        return False
    return str(ctx.store.get(Milestone, issue.milestone).number) == wanted


def _names(value: Any) -> list[str]:
    """Names from a list of texts or of objects with a name, as labels may be given."""
    if not isinstance(value, list):
        raise bad_body(f"{value!r} is not an array.")
    return [entry["name"] if isinstance(entry, dict) else str(entry) for entry in value]


def _changes(call: Call) -> dict[str, Any]:
    """What a body says of an issue, as records; unknown people are refused."""
    ctx, body = call.ctx, call.body
    may_push = ctx.viewer.may(ctx.store.full_name(call.repository), "write")
    changes: dict[str, Any] = {}
    if body.get("title") is not None:
        changes["title"] = _as_title(body["title"])
    if "body" in body:
        changes["body"] = call.text("body") or ""
    if not may_push:
        return changes
    if body.get("labels") is not None:
        changes["labels"] = issues.labels_named(
            ctx.store, ctx.viewer, call.repository, _names(body["labels"])
        )
    logins = body.get("assignees")
    if logins is None and body.get("assignee"):
        logins = [body["assignee"]]
    if logins is not None:
        changes["assignees"] = [_assignee(ctx, login) for login in _names(logins)]
    if "milestone" in body:
        changes["milestone"] = _numbered_milestone(call, body["milestone"])
    if "type" in body:
        changes["issue_type"] = _named_type(call, body["type"])
    return changes


def _as_title(value: Any) -> str:
    """A title, which may be given as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad_body(f"For 'title', {value!r} is not a string or an integer.")
    return str(value)


def _assignee(ctx: Context, login: str) -> Account:
    found = ctx.store.accounts.get(login.lower())
    if found is None or found.kind == "Organization":
        raise RefusalError(
            "UNPROCESSABLE",
            f"{login} cannot be assigned",
            resource="Issue",
            field="assignees",
            code="invalid",
            value=login,
        )
    return found


def _numbered_milestone(call: Call, number: Any) -> Milestone | None:
    if number is None or number == "":
        return None
    known = call.ctx.store.milestones.get(call.repository.id, {})
    found = known.get(int(number)) if str(number).isdigit() else None
    if found is None:
        raise invalid("Issue", "milestone", "is invalid", "invalid")
    return found


def _named_type(call: Call, name: Any) -> IssueType | None:
    if not name:
        return None
    for kind in places.types_of(call.ctx.store, call.repository) or ():
        if kind.name.lower() == str(name).lower():
            return kind
    raise invalid("Issue", "type", "is invalid", "invalid")


def create_issue(call: Call) -> Response:
    """POST an issue; labels that do not exist are made."""
    if call.body.get("title") is None:
        raise bad_body('"title" wasn\'t supplied.')
    new = issues.NewIssue(**_changes(call))
    made = issues.create(call.ctx.store, call.ctx.viewer, call.repository, new)
    payload = payloads.issue(call.ctx, made)
    return json_response(201, payload, {"Location": payload["url"]})


def get_issue(call: Call) -> Response:
    """GET an issue; one that was transferred is elsewhere, one that was deleted is gone."""
    number = call.parts["number"]
    repository = call.repository
    if number in repository.moved:
        moved = call.ctx.store.records.get(repository.moved[number])
        if isinstance(moved, Issue):
            return _moved(payloads.issue(call.ctx, moved)["url"])
    if int(number) in repository.deleted:
        return error_response(410, "This issue was deleted")
    return json_response(200, payloads.issue(call.ctx, call.issue))


def _moved(url: str) -> Response:
    body = {"message": "Moved Permanently", "url": url, "documentation_url": DOCS}
    return json_response(301, body, {"Location": url})


_REASONS = {"completed": "COMPLETED", "not_planned": "NOT_PLANNED", "duplicate": "DUPLICATE"}


def update_issue(call: Call) -> Response:
    """PATCH an issue; labels and assignees replace what was there."""
    changes = _changes(call)
    state = call.text("state")
    if state is not None:
        if state not in ("open", "closed"):
            raise invalid("Issue", "state", "is not included in the list", "invalid")
        changes["state"] = state.upper()
        changes["reason"] = _REASONS.get(call.text("state_reason") or "")
        other = call.body.get("duplicate_issue_id")
        if other is not None:
            changes["duplicate"] = _by_id(call, call.number("duplicate_issue_id"))
    issue = issues.edit(call.ctx.store, call.ctx.viewer, call.issue, changes)
    return json_response(200, payloads.issue(call.ctx, issue))


def list_issue_labels(call: Call) -> Response:
    """GET an issue's labels."""
    labels = call.ctx.store.all(Label, call.issue.labels)
    return page(call, labels, lambda label: payloads.label(call.ctx, label))


def _given_labels(call: Call) -> list[Label]:
    given = call.body.get("labels", call.body.get("", []))
    return issues.labels_named(call.ctx.store, call.ctx.viewer, call.repository, _names(given))


def _show_labels(call: Call) -> Response:
    labels = call.ctx.store.all(Label, call.issue.labels)
    return json_response(200, [payloads.label(call.ctx, label) for label in labels])


def add_issue_labels(call: Call) -> Response:
    """POST labels to an issue."""
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, add=_given_labels(call))
    return _show_labels(call)


def set_issue_labels(call: Call) -> Response:
    """PUT an issue's labels: the others go."""
    wanted = _given_labels(call)
    before = call.ctx.store.all(Label, call.issue.labels)
    gone = [label for label in before if label not in wanted]
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, add=wanted, remove=gone)
    return _show_labels(call)


def remove_issue_label(call: Call) -> Response:
    """DELETE one label from an issue."""
    label = _label(call, call.parts["name"])
    if label.id not in call.issue.labels:
        raise not_found("Label", "name", label.name)
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, remove=[label])
    return _show_labels(call)


def clear_issue_labels(call: Call) -> Response:
    """DELETE all labels from an issue."""
    labels = call.ctx.store.all(Label, call.issue.labels)
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, remove=labels)
    return Response(204)


def list_comments(call: Call) -> Response:
    """GET an issue's comments."""
    found = call.ctx.store.comments.get(call.issue.id, {}).values()
    return page(call, found, lambda comment: payloads.comment(call.ctx, comment))


def create_comment(call: Call) -> Response:
    """POST a comment."""
    body = call.text("body")
    if body is None:
        raise bad_body('"body" wasn\'t supplied.')
    made = issues.comment(call.ctx.store, call.ctx.viewer, call.issue, body)
    return json_response(201, payloads.comment(call.ctx, made))


def _comment(call: Call) -> Comment:
    number = int(call.parts["number"])
    found = call.ctx.store.records.get(number)
    if not isinstance(found, Comment):
        raise not_found("IssueComment", "id", number)
    home = call.ctx.store.get(Issue, found.issue).repository
    if home != call.repository.id:
        raise not_found("IssueComment", "id", number)
    return found


def get_comment(call: Call) -> Response:
    """GET a comment."""
    return json_response(200, payloads.comment(call.ctx, _comment(call)))


def update_comment(call: Call) -> Response:
    """PATCH a comment."""
    body = call.text("body") or ""
    changed = issues.edit_comment(call.ctx.store, call.ctx.viewer, _comment(call), body)
    return json_response(200, payloads.comment(call.ctx, changed))


# ---- relations -----------------------------------------------------------------------------


def _list_related(attribute: str) -> Handler:
    def handle(call: Call) -> Response:
        found = call.ctx.store.all(Issue, getattr(call.issue, attribute))
        return page(call, found, lambda issue: payloads.issue(call.ctx, issue))

    return handle


def _by_id(call: Call, number: int) -> Issue:
    found = call.ctx.store.records.get(number)
    if not isinstance(found, Issue):
        raise not_found("Issue", "id", number)
    return found


def get_parent(call: Call) -> Response:
    """GET an issue's parent."""
    parent = call.issue.parent
    if parent is None:
        raise not_found("Issue", "parent", call.issue.number)
    return json_response(200, payloads.issue(call.ctx, call.ctx.store.get(Issue, parent)))


def add_sub_issue(call: Call) -> Response:
    """POST a sub-issue, named by its database id."""
    child = _by_id(call, call.number("sub_issue_id"))
    relations.add_sub_issue(
        call.ctx.store,
        call.ctx.viewer,
        call.issue,
        child,
        replace_parent=call.body.get("replace_parent") is True,
    )
    return json_response(201, payloads.issue(call.ctx, call.issue))


def remove_sub_issue(call: Call) -> Response:
    """DELETE a sub-issue from its parent."""
    child = _by_id(call, call.number("sub_issue_id"))
    relations.remove_sub_issue(call.ctx.store, call.ctx.viewer, call.issue, child)
    return json_response(200, payloads.issue(call.ctx, call.issue))


def add_blocker(call: Call) -> Response:
    """POST a blocker, named by its database id."""
    blocker = _by_id(call, call.number("issue_id"))
    relations.add_blocker(call.ctx.store, call.ctx.viewer, call.issue, blocker)
    return json_response(201, payloads.issue(call.ctx, blocker))


def remove_blocker(call: Call) -> Response:
    """DELETE a blocker."""
    blocker = _by_id(call, int(call.parts["other"]))
    relations.remove_blocker(call.ctx.store, call.ctx.viewer, call.issue, blocker)
    return json_response(200, payloads.issue(call.ctx, blocker))


# ---- routing -------------------------------------------------------------------------------

_HOME = r"(?:/repos/(?P<owner>[^/]+)/(?P<repo>[^/]+)|/repositories/(?P<id>\d+))"
_ISSUE = rf"{_HOME}/issues/(?P<number>\d+)"

_PATTERNS: tuple[tuple[str, dict[str, Handler]], ...] = (
    (r"/?", {"GET": get_root}),
    (r"/meta", {"GET": get_meta}),
    (r"/rate_limit", {"GET": get_rate_limit}),
    (r"/user", {"GET": get_user}),
    (r"/(?:users|orgs)/(?P<login>[^/]+)", {"GET": get_account}),
    (r"/orgs/(?P<login>[^/]+)/issue-types", {"GET": list_types}),
    (r"/orgs/(?P<login>[^/]+)/repos", {"POST": create_repository}),
    (_HOME, {"GET": get_repository}),
    (rf"{_HOME}/issue-types", {"GET": list_types}),
    (rf"{_HOME}/labels", {"GET": list_labels, "POST": create_label}),
    (
        rf"{_HOME}/labels/(?P<name>[^/]+)",
        {"GET": get_label, "PATCH": update_label, "DELETE": delete_label},
    ),
    (rf"{_HOME}/milestones", {"GET": list_milestones, "POST": create_milestone}),
    (
        rf"{_HOME}/milestones/(?P<number>\d+)",
        {"GET": get_milestone, "PATCH": update_milestone, "DELETE": delete_milestone},
    ),
    (rf"{_HOME}/issues", {"GET": list_issues, "POST": create_issue}),
    (
        rf"{_HOME}/issues/comments/(?P<number>\d+)",
        {"GET": get_comment, "PATCH": update_comment},
    ),
    (_ISSUE, {"GET": get_issue, "PATCH": update_issue}),
    (rf"{_ISSUE}/comments", {"GET": list_comments, "POST": create_comment}),
    (
        rf"{_ISSUE}/labels",
        {
            "GET": list_issue_labels,
            "POST": add_issue_labels,
            "PUT": set_issue_labels,
            "DELETE": clear_issue_labels,
        },
    ),
    (rf"{_ISSUE}/labels/(?P<name>[^/]+)", {"DELETE": remove_issue_label}),
    (rf"{_ISSUE}/parent", {"GET": get_parent}),
    (rf"{_ISSUE}/sub_issues", {"GET": _list_related("sub_issues"), "POST": add_sub_issue}),
    (rf"{_ISSUE}/sub_issue", {"DELETE": remove_sub_issue}),
    (
        rf"{_ISSUE}/dependencies/blocked_by",
        {"GET": _list_related("blocked_by"), "POST": add_blocker},
    ),
    (rf"{_ISSUE}/dependencies/blocked_by/(?P<other>\d+)", {"DELETE": remove_blocker}),
    (rf"{_ISSUE}/dependencies/blocking", {"GET": _list_related("blocking")}),
)

ROUTES = tuple((re.compile(pattern), handlers) for pattern, handlers in _PATTERNS)


def _refused(refusal: RefusalError) -> Response:
    """A refusal in REST's words."""
    if refusal.type == "NOT_FOUND":
        return error_response(404, "Not Found")
    if refusal.type == "FORBIDDEN":
        return error_response(403, refusal.message)
    if refusal.code == "schema" or not refusal.resource:
        return error_response(422, refusal.message)
    if refusal.code == "unprocessable" or (refusal.type == "VALIDATION"):
        return error_response(422, refusal.message)
    fault: Json = {"resource": refusal.resource, "code": refusal.code, "field": refusal.field}
    if refusal.code == "custom":
        fault["message"] = refusal.message[:1].lower() + refusal.message[1:]
    if refusal.value is not None:
        fault["value"] = refusal.value
    return error_response(422, "Validation Failed", errors=[fault])


def _body(request: Request) -> Json:
    payload = request.json()
    if payload is None:
        return {}
    if isinstance(payload, list):
        return {"": payload}
    return payload if isinstance(payload, dict) else {}


def _renamed(call: Call) -> Response | None:
    """Where a former name was used: the way to the repository by its id."""
    if "repo" not in call.parts:
        return None
    found = call.repository
    if found.name.lower() == call.parts["repo"].lower():
        return None
    return _moved(_list_address(call))


def route(ctx: Context, request: Request, path: str, rates: Mapping[str, RateState]) -> Response:
    """Answer a REST request; `path` is without prefix, with its query."""
    split = urlsplit(path)
    for pattern, handlers in ROUTES:
        match = pattern.fullmatch(split.path.rstrip("/") or "/")
        if match is None:
            continue
        handler = handlers.get(request.method)
        if handler is None:
            break
        parts = {k: unquote(v) for k, v in match.groupdict().items() if v is not None}
        try:
            body = _body(request)
        except ValueError:
            return error_response(400, "Problems parsing JSON")
        call = Call(ctx, request, parts, dict(parse_qsl(split.query)), body, rates)
        try:
            return _renamed(call) or handler(call)
        except RefusalError as refusal:
            return _refused(refusal)
    return error_response(404, "Not Found")
