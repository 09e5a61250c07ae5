"""Build the REST payloads of labels, milestones, issues and comments."""

import re
from typing import Any

from github_sandbox import issue_fields, relations, repositories
from github_sandbox.context import Context
from github_sandbox.models import (
    Account,
    Comment,
    Issue,
    IssueField,
    IssueFieldOption,
    IssueType,
    Label,
    Milestone,
    Repository,
)
from github_sandbox.rest_payloads import account, base, dates, repository_short

Json = dict[str, Any]

_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def _account_or_none(ctx: Context, number: int | None) -> Json | None:
    return None if number is None else account(ctx, ctx.store.get(Account, number))


def _repository_urls(ctx: Context, record: Label | Milestone | Issue) -> tuple[str, str]:
    """Return the API address and the page of a record's repository."""
    full_name = ctx.store.full_name(ctx.store.get(Repository, record.repository))
    return f"{ctx.api}/repos/{full_name}", f"{ctx.web}/{full_name}"


def label_url(ctx: Context, record: Label) -> str:
    """Return the address of a label, in which GitHub escapes blanks only (recorded 2020)."""
    api, _ = _repository_urls(ctx, record)
    quoted = re.sub(r"\s", "%20", record.name)
    return f"{api}/labels/{quoted}"


def label(ctx: Context, record: Label) -> Json:
    """Return the payload of a label."""
    return {
        **base(record),
        "url": label_url(ctx, record),
        "name": record.name,
        "color": record.color,
        "default": record.is_default,
        "description": record.description,
    }


def milestone(ctx: Context, record: Milestone) -> Json:
    """Return the payload of a milestone, with its counts."""
    api, web = _repository_urls(ctx, record)
    if record.id not in ctx.counts:
        ctx.counts[record.id] = repositories.milestone_counts(ctx.store, record)
    opened, closed = ctx.counts[record.id]
    return {
        "url": f"{api}/milestones/{record.number}",
        "html_url": f"{web}/milestone/{record.number}",
        "labels_url": f"{api}/milestones/{record.number}/labels",
        **base(record),
        "number": record.number,
        "title": record.title,
        "description": record.description,
        "creator": _account_or_none(ctx, record.creator),
        "open_issues": opened,
        "closed_issues": closed,
        "state": record.state.lower(),
        **dates(record),
        "due_on": record.due_on,
        "closed_at": record.closed_at,
    }


def issue_type(record: IssueType) -> Json:
    """Return the payload of an issue type."""
    return {
        **base(record),
        "name": record.name,
        "description": record.description,
        "color": record.color.lower(),
        "is_enabled": record.is_enabled,
        **dates(record),
    }


_VISIBILITIES = {"ALL": "all", "ORG_ONLY": "organization_members_only"}
"""The words of REST for who sees an issue field."""


def issue_field(ctx: Context, record: IssueField) -> Json:
    """Return the payload of an issue field; only selects have options."""
    options = [_issue_field_option(o) for o in issue_fields.options_of(ctx.store, record)]
    return {
        **base(record),
        "name": record.name,
        "description": record.description,
        "data_type": record.data_type.lower(),
        "visibility": _VISIBILITIES[record.visibility],
        "options": options if record.data_type in issue_fields.SELECTS else None,
        **dates(record),
    }


def _issue_field_option(record: IssueFieldOption) -> Json:
    return {
        "id": record.id,
        "name": record.name,
        "description": record.description,
        "color": record.color.lower(),
        "priority": record.priority,
        **dates(record),
    }


def issue_field_values(ctx: Context, record: Issue) -> list[Json]:
    """Return the payloads of the values that an issue has of issue fields."""
    fields = issue_fields.valued_fields(ctx.store, record)
    return [_field_value(ctx, record, f) for f in fields if issue_fields.sees(ctx.viewer, f)]


def _field_value(ctx: Context, record: Issue, field: IssueField) -> Json:
    stored = record.field_values[str(field.id)]
    payload = {
        "issue_field_id": field.id,
        "issue_field_name": field.name,
        "node_id": field.node_id,
        "data_type": field.data_type.lower(),
        "value": stored,
    }
    if not isinstance(stored, list):
        return payload
    options = [
        {"id": option.id, "name": option.name, "color": option.color.lower()}
        for option in issue_fields.chosen(ctx.store, record, field)
    ]
    payload["value"] = ", ".join(str(option["name"]) for option in options)
    if field.data_type == "SINGLE_SELECT":
        return payload | {"single_select_option": options[0]}
    return payload | {"multi_select_options": options}


def _issue_links(api: str, web_path: str, record: Issue) -> Json:
    url = f"{api}/issues/{record.number}"
    return {
        "url": url,
        "repository_url": api,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": web_path,
        "timeline_url": f"{url}/timeline",
    }


def _reactions(url: str) -> Json:
    """Return the reactions to an issue or a comment: there are none."""
    return {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)}


def issue(ctx: Context, record: Issue) -> Json:
    """Return the payload of an issue; that of a pull request has `pull_request`.

    Only repositories of organizations have `type` and `issue_field_values` (recorded 2026).
    """
    store = ctx.store
    api, _ = _repository_urls(ctx, record)
    assignees = [account(ctx, user) for user in store.all(Account, record.assignees)]
    total, done, share = relations.sub_issue_counts(store, record)
    blocked_by, blocking, all_by, all_blocking = relations.dependency_counts(store, record)
    repository = store.get(Repository, record.repository)
    reason = record.state_reason.lower() if record.state_reason else None
    page = ctx.web + ctx.issue_path(record)
    payload = {
        **_issue_links(api, page, record),
        **base(record),
        "number": record.number,
        "title": record.title,
        "user": _account_or_none(ctx, record.author),
        "labels": [label(ctx, each) for each in store.all(Label, record.labels)],
        "state": record.state.lower(),
        "locked": record.locked,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": milestone(ctx, store.get(Milestone, record.milestone))
        if record.milestone
        else None,
        "comments": len(store.comments.get(record.id, ())),
        **dates(record),
        "closed_at": record.closed_at,
        "author_association": ctx.association(record.author, repository),
        "active_lock_reason": record.lock_reason,
        "sub_issues_summary": {"total": total, "completed": done, "percent_completed": share},
        "issue_dependencies_summary": {
            "blocked_by": blocked_by,
            "total_blocked_by": all_by,
            "blocking": blocking,
            "total_blocking": all_blocking,
        },
        "body": record.body or None,
        "closed_by": _account_or_none(ctx, record.closed_by),
        "reactions": _reactions(f"{api}/issues/{record.number}"),
        "performed_via_github_app": None,
        "state_reason": reason,
        "pinned_comment": None,
    }
    if store.get(Account, repository.owner).kind == "Organization":
        kind = record.issue_type
        payload["type"] = issue_type(store.get(IssueType, kind)) if kind else None
        if ctx.issue_fields:
            payload["issue_field_values"] = issue_field_values(ctx, record)
    if record.parent is not None:
        parent = store.get(Issue, record.parent)
        payload["parent_issue_url"] = f"{_repository_urls(ctx, parent)[0]}/issues/{parent.number}"
    if record.is_pull:
        payload["pull_request"] = {
            "url": f"{api}/pulls/{record.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": record.merged_at,
        }
        payload["draft"] = record.is_draft
    return payload


def related_issue(ctx: Context, record: Issue) -> Json:
    """Return an issue as answers about sub-issues and dependencies show it (recorded 2025, 2026).

    It has its repository, and not who closed it.
    """
    shown = issue(ctx, record)
    del shown["closed_by"]
    if record.repository not in ctx.repositories:
        repository = ctx.store.get(Repository, record.repository)
        ctx.repositories[record.repository] = repository_short(ctx, repository)
    shown["repository"] = ctx.repositories[record.repository]
    return shown


def comment(ctx: Context, record: Comment) -> Json:
    """Return the payload of a comment."""
    parent = ctx.store.get(Issue, record.issue)
    api, _ = _repository_urls(ctx, parent)
    repository = ctx.store.get(Repository, parent.repository)
    url = f"{api}/issues/comments/{record.id}"
    return {
        "url": url,
        "html_url": ctx.web + ctx.comment_path(record),
        "issue_url": f"{api}/issues/{parent.number}",
        **base(record),
        "user": _account_or_none(ctx, record.author),
        **dates(record),
        "author_association": ctx.association(record.author, repository),
        "body": record.body,
        "reactions": _reactions(url),
        "performed_via_github_app": None,
    }
