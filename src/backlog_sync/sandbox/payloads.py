"""The records in the shapes of GitHub's REST API."""

import re
from typing import Any

from backlog_sync.sandbox import places, relations
from backlog_sync.sandbox.access import RANKS, Permission
from backlog_sync.sandbox.context import Context
from backlog_sync.sandbox.models import (
    Account,
    Comment,
    Issue,
    IssueType,
    Label,
    Milestone,
    Record,
    Repository,
)

Json = dict[str, Any]


def _base(record: Record) -> Json:
    return {"id": record.id, "node_id": record.node_id}


def _dates(record: Record) -> Json:
    return {"created_at": record.created_at, "updated_at": record.updated_at}


def account(ctx: Context, record: Account) -> Json:
    """A user, organisation or bot."""
    url = f"{ctx.api}/users/{record.login}"
    return {
        "login": record.login,
        **_base(record),
        "avatar_url": f"{ctx.web}/{record.login}.png",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{ctx.web}/{record.login}",
        "repos_url": f"{url}/repos",
        "type": record.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def full_account(ctx: Context, record: Account) -> Json:
    """Somebody's own page."""
    return {**account(ctx, record), "name": record.name, "email": None, **_dates(record)}


def _account_or_none(ctx: Context, number: int | None) -> Json | None:
    return None if number is None else account(ctx, ctx.store.get(Account, number))


def repository(ctx: Context, record: Repository) -> Json:
    """A repository, with what the viewer may do in it."""
    full_name = ctx.store.full_name(record)
    url = f"{ctx.api}/repos/{full_name}"
    levels: tuple[tuple[str, Permission], ...] = (
        ("admin", "admin"),
        ("maintain", "maintain"),
        ("push", "write"),
        ("triage", "triage"),
        ("pull", "read"),
    )
    rank = RANKS[ctx.viewer.permission(full_name)]
    opened = sum(i.state == "OPEN" for i in ctx.store.issues.get(record.id, {}).values())
    return {
        **_base(record),
        "name": record.name,
        "full_name": full_name,
        "private": record.is_private,
        "owner": account(ctx, ctx.store.get(Account, record.owner)),
        "html_url": f"{ctx.web}/{full_name}",
        "description": record.description,
        "fork": False,
        "url": url,
        "issues_url": f"{url}/issues{{/number}}",
        "labels_url": f"{url}/labels{{/name}}",
        "milestones_url": f"{url}/milestones{{/number}}",
        "issue_comment_url": f"{url}/issues/comments{{/number}}",
        "has_issues": record.has_issues,
        "has_projects": True,
        "archived": record.is_archived,
        "disabled": False,
        "visibility": "private" if record.is_private else "public",
        "default_branch": "main",
        "open_issues_count": opened,
        "open_issues": opened,
        "permissions": {name: rank >= RANKS[level] for name, level in levels},
        "pushed_at": record.created_at,
        **_dates(record),
    }


def _home(ctx: Context, record: Label | Milestone | Issue) -> tuple[str, str]:
    """The API address and the page of the repository that a record lives in."""
    full_name = ctx.store.full_name(ctx.store.get(Repository, record.repository))
    return f"{ctx.api}/repos/{full_name}", f"{ctx.web}/{full_name}"


def label(ctx: Context, record: Label) -> Json:
    """A label."""
    api, _ = _home(ctx, record)
    quoted = re.sub(r"\s", "%20", record.name)
    return {
        **_base(record),
        "url": f"{api}/labels/{quoted}",
        "name": record.name,
        "color": record.color,
        "default": record.is_default,
        "description": record.description,
    }


def milestone(ctx: Context, record: Milestone) -> Json:
    """A milestone with its counts."""
    api, web = _home(ctx, record)
    if record.id not in ctx.counts:
        ctx.counts[record.id] = places.milestone_counts(ctx.store, record)
    opened, closed = ctx.counts[record.id]
    return {
        "url": f"{api}/milestones/{record.number}",
        "html_url": f"{web}/milestone/{record.number}",
        "labels_url": f"{api}/milestones/{record.number}/labels",
        **_base(record),
        "number": record.number,
        "title": record.title,
        "description": record.description,
        "creator": _account_or_none(ctx, record.creator),
        "open_issues": opened,
        "closed_issues": closed,
        "state": record.state.lower(),
        **_dates(record),
        "due_on": record.due_on,
        "closed_at": record.closed_at,
    }


def issue_type(record: IssueType) -> Json:
    """An issue type."""
    return {
        **_base(record),
        "name": record.name,
        "description": record.description,
        "color": record.color.lower(),
        "is_enabled": record.is_enabled,
        **_dates(record),
    }


def _issue_links(api: str, web_path: str, record: Issue) -> Json:
    url = f"{api}/issues/{record.number}"
    return {
        "url": url,
        "repository_url": api,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": web_path,
    }


def issue(ctx: Context, record: Issue) -> Json:
    """An issue; a pull request is one with `pull_request`."""
    store = ctx.store
    api, _ = _home(ctx, record)
    assignees = [account(ctx, user) for user in store.all(Account, record.assignees)]
    total, done, share = relations.sub_issue_counts(store, record)
    blocked_by, blocking, all_by, all_blocking = relations.dependency_counts(store, record)
    home = store.get(Repository, record.repository)
    reason = record.state_reason.lower() if record.state_reason else None
    payload = {
        **_issue_links(api, ctx.web + ctx.issue_path(record), record),
        **_base(record),
        "number": record.number,
        "title": record.title,
        "user": _account_or_none(ctx, record.author),
        "labels": [label(ctx, found) for found in store.all(Label, record.labels)],
        "state": record.state.lower(),
        "locked": False,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": milestone(ctx, store.get(Milestone, record.milestone))
        if record.milestone
        else None,
        "comments": len(store.comments.get(record.id, ())),
        **_dates(record),
        "closed_at": record.closed_at,
        "author_association": ctx.association(record.author, home),
        "type": issue_type(store.get(IssueType, record.issue_type)) if record.issue_type else None,
        "active_lock_reason": None,
        "sub_issues_summary": {"total": total, "completed": done, "percent_completed": share},
        "issue_dependencies_summary": {
            "blocked_by": blocked_by,
            "total_blocked_by": all_by,
            "blocking": blocking,
            "total_blocking": all_blocking,
        },
        "body": record.body or None,
        "state_reason": reason,
    }
    if record.parent is not None:
        parent = store.get(Issue, record.parent)
        payload["parent_issue_url"] = f"{_home(ctx, parent)[0]}/issues/{parent.number}"
    if record.is_pull:
        payload["pull_request"] = {
            "url": f"{api}/pulls/{record.number}",
            "html_url": ctx.web + ctx.issue_path(record),
        }
    return payload


def comment(ctx: Context, record: Comment) -> Json:
    """A comment."""
    parent = ctx.store.get(Issue, record.issue)
    api, _ = _home(ctx, parent)
    home = ctx.store.get(Repository, parent.repository)
    return {
        "url": f"{api}/issues/comments/{record.id}",
        "html_url": ctx.web + ctx.comment_path(record),
        "issue_url": f"{api}/issues/{parent.number}",
        **_base(record),
        "user": _account_or_none(ctx, record.author),
        **_dates(record),
        "author_association": ctx.association(record.author, home),
        "body": record.body,
    }
