"""Handle the REST routes for issues, their labels, comments and relations."""

from datetime import UTC, datetime
from typing import Any

from github_sandbox import issues, payloads, relations, repositories
from github_sandbox.context import Context
from github_sandbox.messages import Response, error_response, json_response
from github_sandbox.models import Account, Comment, Issue, IssueType, Label, Milestone
from github_sandbox.problems import RefusalError, invalid, not_found
from github_sandbox.rest_call import Call, Handler, bad_body, created, missing, page
from github_sandbox.rest_issue_fields import changes_of
from github_sandbox.store import MOMENT


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("Issue", "since", "is not a valid date", "invalid") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime(MOMENT)


def list_issues(call: Call) -> Response:
    """GET issues and pull requests, newest first; only open ones by default."""
    call.require_issues()
    ctx, query = call.ctx, call.query
    matches = ctx.listed_issues(call.repository)
    state = query.get("state", "open")
    if state != "all":
        matches = [issue for issue in matches if issue.state.lower() == state]
    if query.get("since"):
        since = _moment(query["since"])
        matches = [issue for issue in matches if issue.updated_at >= since]
    if query.get("labels"):
        label_names = [name.strip().lower() for name in query["labels"].split(",")]
        labels = ctx.store.labels.get(call.repository.id, {})
        ids = [labels[name].id if name in labels else 0 for name in label_names]
        matches = [issue for issue in matches if all(number in issue.labels for number in ids)]
    for name, attribute in (("creator", "author"), ("assignee", "assignees")):
        if query.get(name):
            matches = [i for i in matches if _is_by(ctx, getattr(i, attribute), query[name])]
    if query.get("type"):
        matches = [issue for issue in matches if _has_type(ctx, issue, query["type"])]
    if query.get("milestone"):
        matches = [issue for issue in matches if _in_milestone(ctx, issue, query["milestone"])]
    sort = {"updated": "updated_at", "comments": "number"}.get(query.get("sort", ""), "created_at")
    matches.sort(
        key=lambda issue: (getattr(issue, sort), issue.number),
        reverse=query.get("direction", "desc") != "asc",
    )
    return page(call, matches, lambda issue: payloads.issue(ctx, issue))


def _is_by(ctx: Context, value: int | list[int] | None, login: str) -> bool:
    numbers = value if isinstance(value, list) else [value] if value is not None else []
    if login in ("*", "none"):
        return bool(numbers) == (login == "*")
    return any(ctx.store.get(Account, n).login.lower() == login.lower() for n in numbers)


def _has_type(ctx: Context, issue: Issue, name: str) -> bool:
    if name in ("*", "none"):
        return (issue.issue_type is not None) == (name == "*")
    if issue.issue_type is None:
        return False
    return ctx.store.get(IssueType, issue.issue_type).name.lower() == name.lower()


def _in_milestone(ctx: Context, issue: Issue, milestone: str) -> bool:
    if milestone in ("*", "none"):
        return (issue.milestone is not None) == (milestone == "*")
    if issue.milestone is None:
        return False
    return str(ctx.store.get(Milestone, issue.milestone).number) == milestone


def _names(value: Any) -> list[str]:
    """Return names from a list of texts or of objects with a name, as clients send labels."""
    if not isinstance(value, list):
        raise bad_body(f"{value!r} is not an array.")
    return [entry["name"] if isinstance(entry, dict) else str(entry) for entry in value]


def _changes(call: Call) -> dict[str, Any]:
    """Return the changes of an issue in a body, as records; refuse unknown people.

    Labels come last, because missing ones are created.
    """
    ctx, body = call.ctx, call.body
    may_push = ctx.viewer.may(ctx.store.full_name(call.repository), "write")
    changes: dict[str, Any] = {}
    if body.get("title") is not None:
        changes["title"] = issues.checked_title(_as_title(body["title"]))
    if "body" in body:
        changes["body"] = call.text("body") or ""
    if not may_push:
        return changes
    logins = body.get("assignees")
    if logins is None and body.get("assignee"):
        logins = [body["assignee"]]
    if logins is not None:
        changes["assignees"] = [_assignee(call, login) for login in _names(logins)]
    if "milestone" in body:
        changes["milestone"] = _numbered_milestone(call, body["milestone"])
    if "type" in body:
        changes["issue_type"] = _find_type(call, body["type"])
    if body.get("labels") is not None:
        changes["labels"] = issues.find_or_create_labels(
            ctx.store, ctx.viewer, call.repository, _names(body["labels"])
        )
    return changes


def _as_title(value: Any) -> str:
    """Return a title, which may be sent as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise bad_body(f"For 'title', {value!r} is not a string or an integer.")
    return str(value)


def _assignee(call: Call, login: str) -> Account:
    account = call.ctx.store.accounts.get(login.lower())
    if account is None or not issues.assignable(call.repository, account):
        raise RefusalError(
            "UNPROCESSABLE",
            f"{login} cannot be assigned",
            resource="Issue",
            field="assignees",
            code="invalid",
            value=login,
        )
    return account


def _numbered_milestone(call: Call, number: Any) -> Milestone | None:
    if number is None or number == "":
        return None
    milestones = call.ctx.store.milestones.get(call.repository.id, {})
    milestone = milestones.get(int(number)) if str(number).isdigit() else None
    if milestone is None:
        raise invalid("Issue", "milestone", "is invalid", "invalid")
    return milestone


def _find_type(call: Call, name: Any) -> IssueType | None:
    if not name:
        return None
    for kind in repositories.types_of(call.ctx.store, call.repository) or ():
        if kind.name.lower() == str(name).lower():
            return kind
    raise invalid("Issue", "type", "is invalid", "invalid")


def create_issue(call: Call) -> Response:
    """POST an issue; missing labels are created."""
    call.require_issues()
    if call.body.get("title") is None:
        raise missing("title")
    values = call.body.get("issue_field_values")
    new = issues.NewIssue(
        **_changes(call), field_values=changes_of(call, values) if call.ctx.issue_fields else ()
    )
    issue = issues.create(call.ctx.store, call.ctx.viewer, call.repository, new)
    return created(payloads.issue(call.ctx, issue))


def get_issue(call: Call) -> Response:
    """GET an issue."""
    return json_response(200, payloads.issue(call.ctx, call.issue))


_REASONS = {"completed": "COMPLETED", "not_planned": "NOT_PLANNED", "duplicate": "DUPLICATE"}


def update_issue(call: Call) -> Response:
    """PATCH an issue; labels and assignees replace the current ones."""
    changes = _changes(call)
    state = call.text("state")
    if state is not None:
        if state not in ("open", "closed"):
            raise invalid("Issue", "state", "is not included in the list", "invalid")
        changes["state"] = state.upper()
        changes["reason"] = _REASONS.get(call.text("state_reason") or "")
        other = call.body.get("duplicate_issue_id")
        if other is not None:
            changes["duplicate"] = _issue_by_id(call, call.number("duplicate_issue_id"))
    issue = issues.edit(call.ctx.store, call.ctx.viewer, call.issue, changes)
    return json_response(200, payloads.issue(call.ctx, issue))


def lock_issue(call: Call) -> Response:
    """PUT a lock on the conversation."""
    issues.set_lock(
        call.ctx.store, call.ctx.viewer, call.issue, locked=True, reason=call.text("lock_reason")
    )
    return Response(204)


def unlock_issue(call: Call) -> Response:
    """DELETE the lock on the conversation."""
    issues.set_lock(call.ctx.store, call.ctx.viewer, call.issue, locked=False)
    return Response(204)


def list_issue_labels(call: Call) -> Response:
    """GET an issue's labels."""
    labels = call.ctx.store.all(Label, call.issue.labels)
    return page(call, labels, lambda label: payloads.label(call.ctx, label))


def _labels_of_body(call: Call) -> list[Label]:
    names = call.body.get("labels", call.body.get("", []))
    return issues.find_or_create_labels(
        call.ctx.store, call.ctx.viewer, call.repository, _names(names)
    )


def _show_labels(call: Call) -> Response:
    labels = call.ctx.store.all(Label, call.issue.labels)
    return json_response(200, [payloads.label(call.ctx, label) for label in labels])


def add_issue_labels(call: Call) -> Response:
    """POST labels to an issue."""
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, add=_labels_of_body(call))
    return _show_labels(call)


def set_issue_labels(call: Call) -> Response:
    """PUT an issue's labels, replacing the current ones."""
    labels = _labels_of_body(call)
    before = call.ctx.store.all(Label, call.issue.labels)
    removed = [label for label in before if label not in labels]
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, add=labels, remove=removed)
    return _show_labels(call)


def remove_issue_label(call: Call) -> Response:
    """DELETE one label from an issue."""
    label = call.ctx.store.labels.get(call.repository.id, {}).get(call.parts["name"].lower())
    if label is None or label.id not in call.issue.labels:
        return error_response(404, "Label does not exist")
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, remove=[label])
    return _show_labels(call)


def clear_issue_labels(call: Call) -> Response:
    """DELETE all labels from an issue."""
    labels = call.ctx.store.all(Label, call.issue.labels)
    issues.change_labels(call.ctx.store, call.ctx.viewer, call.issue, remove=labels)
    return Response(204)


def list_comments(call: Call) -> Response:
    """GET an issue's comments, or those that changed at or after `since`."""
    comments = list(call.ctx.store.comments.get(call.issue.id, {}).values())
    if call.query.get("since"):
        since = _moment(call.query["since"])
        comments = [comment for comment in comments if comment.updated_at >= since]
    return page(call, comments, lambda comment: payloads.comment(call.ctx, comment))


def create_comment(call: Call) -> Response:
    """POST a comment."""
    body = call.text("body")
    if body is None:
        raise missing("body")
    comment = issues.comment(call.ctx.store, call.ctx.viewer, call.issue, body)
    return created(payloads.comment(call.ctx, comment))


def _comment(call: Call) -> Comment:
    number = int(call.parts["number"])
    comment = call.ctx.store.records.get(number)
    if not isinstance(comment, Comment):
        raise not_found("IssueComment", "id", number)
    repository_id = call.ctx.store.get(Issue, comment.issue).repository
    if repository_id != call.repository.id:
        raise not_found("IssueComment", "id", number)
    return comment


def get_comment(call: Call) -> Response:
    """GET a comment."""
    return json_response(200, payloads.comment(call.ctx, _comment(call)))


def update_comment(call: Call) -> Response:
    """PATCH a comment."""
    body = call.text("body") or ""
    changed = issues.edit_comment(call.ctx.store, call.ctx.viewer, _comment(call), body)
    return json_response(200, payloads.comment(call.ctx, changed))


# ---- relations -----------------------------------------------------------------------------


def list_related(attribute: str) -> Handler:
    """Return a handler to GET the issues whose numbers are in an attribute."""

    def handle(call: Call) -> Response:
        related_issues = call.ctx.store.all(Issue, getattr(call.issue, attribute))
        return page(call, related_issues, lambda issue: payloads.related_issue(call.ctx, issue))

    return handle


def _issue_by_id(call: Call, number: int) -> Issue:
    issue = call.ctx.store.records.get(number)
    if not isinstance(issue, Issue):
        raise not_found("Issue", "id", number)
    return issue


def get_parent(call: Call) -> Response:
    """GET an issue's parent."""
    parent = call.issue.parent
    if parent is None:
        raise not_found("Issue", "parent", call.issue.number)
    return json_response(200, payloads.related_issue(call.ctx, call.ctx.store.get(Issue, parent)))


def add_sub_issue(call: Call) -> Response:
    """POST a sub-issue, named by its database id."""
    child = _issue_by_id(call, call.number("sub_issue_id"))
    relations.add_sub_issue(
        call.ctx.store,
        call.ctx.viewer,
        call.issue,
        child,
        replace_parent=call.body.get("replace_parent") is True,
    )
    return created(payloads.related_issue(call.ctx, call.issue))


def remove_sub_issue(call: Call) -> Response:
    """DELETE a sub-issue from its parent; the answer counts it still (recorded 2025)."""
    child = _issue_by_id(call, call.number("sub_issue_id"))
    shown = payloads.related_issue(call.ctx, call.issue)
    relations.remove_sub_issue(call.ctx.store, call.ctx.viewer, call.issue, child)
    return json_response(200, shown)


def move_sub_issue(call: Call) -> Response:
    """PATCH the place of a sub-issue: directly after or before another one."""
    child = _issue_by_id(call, call.number("sub_issue_id"))
    after, before = (
        None if call.body.get(name) is None else _issue_by_id(call, call.number(name))
        for name in ("after_id", "before_id")
    )
    relations.reprioritise(
        call.ctx.store, call.ctx.viewer, call.issue, child, after=after, before=before
    )
    return json_response(200, payloads.related_issue(call.ctx, call.issue))


def add_blocker(call: Call) -> Response:
    """POST a blocker, named by its database id; the answer is the blocked issue (recorded 2026)."""
    blocker = _issue_by_id(call, call.number("issue_id"))
    ctx = call.ctx
    relations.add_blocker(
        ctx.store, ctx.viewer, call.issue, blocker, any_owner=ctx.foreign_blockers
    )
    return created(payloads.related_issue(call.ctx, call.issue))


def remove_blocker(call: Call) -> Response:
    """DELETE a blocker; the answer is the issue that it blocked (recorded 2026)."""
    blocker = _issue_by_id(call, int(call.parts["other"]))
    relations.remove_blocker(call.ctx.store, call.ctx.viewer, call.issue, blocker)
    return json_response(200, payloads.related_issue(call.ctx, call.issue))
