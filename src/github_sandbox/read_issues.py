"""Resolve issues, pull requests and comments in GraphQL."""

import html
import re
from collections.abc import Callable, Iterable
from typing import Any

from github_sandbox import pull_requests, relations
from github_sandbox.connections import Connection, page_by_index, page_by_key
from github_sandbox.context import Context, Info
from github_sandbox.fields import Table, attribute, constant, page, record, related, related_list
from github_sandbox.models import Account, Comment, Issue, IssueType, Label, Milestone, Repository
from github_sandbox.read_issue_fields import values_page
from github_sandbox.store import Store


def filter_issues(ctx: Context, issues: Iterable[Issue], filters: dict[str, Any]) -> list[Issue]:
    """Return the issues that match `IssueFilters`; unknown names match nothing."""
    matches = list(issues)
    store = ctx.store
    if filters.get("states"):
        matches = [issue for issue in matches if issue.state in filters["states"]]
    if filters.get("since"):
        matches = [issue for issue in matches if issue.updated_at >= filters["since"]]
    if filters.get("labels"):
        names = {name.lower() for name in filters["labels"]}
        matches = [
            issue
            for issue in matches
            if any(store.get(Label, number).name.lower() in names for number in issue.labels)
        ]
    for key, source in (("createdBy", "author"), ("assignee", "assignees")):
        if filters.get(key):
            account = store.accounts.get(filters[key].lower())
            matches = [i for i in matches if account and holds(getattr(i, source), account.id)]
    if filters.get("mentioned"):
        name = re.escape(filters["mentioned"])
        mention = re.compile(rf"(?<![\w`])@{name}(?![\w-])", re.IGNORECASE)
        matches = [issue for issue in matches if mention.search(issue.body)]
    if filters.get("milestoneNumber"):
        number = filters["milestoneNumber"]
        if number == "*":
            matches = [issue for issue in matches if issue.milestone is not None]
        else:
            matches = [i for i in matches if i.milestone and _milestone_number(ctx, i) == number]
    if filters.get("type"):
        name = filters["type"].lower()
        matches = [
            i
            for i in matches
            if i.issue_type and store.get(IssueType, i.issue_type).name.lower() == name
        ]
    return matches


def holds(value: int | list[int] | None, number: int) -> bool:
    """Return whether a number is this one, or one of these."""
    return number in value if isinstance(value, list) else value == number


def _milestone_number(ctx: Context, issue: Issue) -> str:
    assert issue.milestone is not None
    return str(ctx.store.get(Milestone, issue.milestone).number)


def issues_page(info: Info, issues: Iterable[Issue], arguments: dict[str, Any]) -> Connection:
    """Return a page of the issues that match the arguments, without pull requests."""
    filters = dict(arguments.get("filterBy") or {})
    for name in ("states", "labels"):
        if arguments.get(name):
            filters[name] = arguments[name]
    matches = [issue for issue in issues if not issue.is_pull]
    if filters:
        matches = filter_issues(info.context, matches, filters)
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    descending = order["direction"] == "DESC"
    key = _ISSUE_KEYS[order["field"]]
    if order["field"] == "COMMENTS":
        comments = info.context.store.comments
        key = lambda issue: [len(comments.get(issue.id, ())), issue.number]  # noqa: E731 - one of a table of keys
    matches.sort(key=key, reverse=descending)
    return page_by_key(info, matches, arguments, key, descending=descending)


_ISSUE_KEYS: dict[str, Callable[[Issue], list[Any]]] = {
    "CREATED_AT": lambda issue: [issue.created_at, issue.number],
    "UPDATED_AT": lambda issue: [issue.updated_at, issue.number],
    "COMMENTS": lambda issue: [issue.number],
}


def _state_reason(issue: Issue, info: Info, enableDuplicate: bool = False) -> str | None:  # noqa: ARG001, N803 - the schema's name
    if issue.state_reason == "DUPLICATE" and not enableDuplicate:
        return "NOT_PLANNED"
    return issue.state_reason


def _assignees(issue: Issue, info: Info, **arguments: Any) -> Connection:
    """Return a page of the people assigned: this list is of users, so it has no agents [?]."""
    accounts = info.context.store.all(Account, issue.assignees)
    people = [account for account in accounts if not account.is_agent]
    return page_by_index(info, people, arguments)


def _sub_issues_summary(issue: Issue, info: Info) -> dict[str, int]:
    total, done, share = relations.sub_issue_counts(info.context.store, issue)
    return {"total": total, "completed": done, "percentCompleted": share}


def _dependencies_summary(issue: Issue, info: Info) -> dict[str, int]:
    blocked_by, blocking, all_by, all_blocking = relations.dependency_counts(
        info.context.store, issue
    )
    return {
        "blockedBy": blocked_by,
        "blocking": blocking,
        "totalBlockedBy": all_by,
        "totalBlocking": all_blocking,
    }


def _project_items(
    issue: Issue,
    info: Info,
    includeArchived: bool = True,  # noqa: N803 - the schema's name
    **arguments: Any,
) -> Connection:
    ctx = info.context
    cards = ctx.store.cards.get(issue.id, {}).values() if ctx.viewer.grant.reads_boards else ()
    items = [item for item in cards if includeArchived or not item.is_archived]
    return page_by_index(info, items, arguments)


def _closing_pulls(
    issue: Issue,
    info: Info,
    includeClosedPrs: bool = False,  # noqa: N803 - the schema's name
    orderByState: bool = False,  # noqa: N803 - the schema's name
    userLinkedOnly: bool = False,  # noqa: N803 - the schema's name
    **arguments: Any,
) -> Connection:
    pulls = info.context.store.all(Issue, [] if userLinkedOnly else issue.closing_pulls)
    if not includeClosedPrs:
        pulls = [pull for pull in pulls if pull.state == "OPEN"]
    if orderByState:
        pulls = sorted(pulls, key=lambda pull: pull.state != "OPEN")
    return page_by_index(info, pulls, arguments)


def _linked_branches(issue: Issue, info: Info, **arguments: Any) -> Connection:
    names = [linked_branch(issue, name) for name in issue.branches]
    return page_by_index(info, names, arguments)


def _timeline(
    issue: Issue,
    info: Info,
    itemTypes: list[str] | None = None,  # noqa: N803 - the schema's name
    **arguments: Any,
) -> Connection:
    """Return a page of the kinds of events of an issue that are kept."""
    store = info.context.store
    accounts = (store.get(Account, number) for number in issue.assignments)
    records = (store.records.get(number) for number in issue.removed_blockers)
    blockers = (record if isinstance(record, Issue) else None for record in records)
    events = {
        "ASSIGNED_EVENT": [
            _event(issue, "AssignedEvent", f"AE_{issue.id}_{n}", assignee=account)
            for n, account in enumerate(accounts)
        ],
        "BLOCKED_BY_REMOVED_EVENT": [
            _event(issue, "BlockedByRemovedEvent", f"BBRE_{issue.id}_{n}", blockingIssue=blocker)
            for n, blocker in enumerate(blockers)
        ],
        "LABELED_EVENT": [
            _event(issue, "LabeledEvent", f"LE_{issue.id}_{n}", actor=_actor(store, who),
                   label=store.records[label])
            for n, (label, who) in enumerate(issue.labelings)
            if label in store.records
        ],
        "MILESTONED_EVENT": [
            _event(issue, "MilestonedEvent", f"ME_{issue.id}_{n}", actor=_actor(store, who),
                   milestoneTitle=title)
            for n, (title, who) in enumerate(issue.milestonings)
        ],
    }  # fmt: skip
    kinds = events.keys() if itemTypes is None else itemTypes
    return page_by_index(info, [each for kind in kinds for each in events[kind]], arguments)


def _actor(store: Store, number: int) -> Account | None:
    """Return who did something; None if the account was deleted."""
    record = store.records.get(number)
    return record if isinstance(record, Account) else None


def _event(issue: Issue, kind: str, node_id: str, **parts: Any) -> dict[str, Any]:
    return {"__typename": kind, "id": node_id, "createdAt": issue.created_at, **parts}


def linked_branch(issue: Issue, name: str) -> dict[str, Any]:
    """Return the link of a branch to an issue."""
    ref = {"__typename": "Ref", "id": f"REF_{issue.id}_{name}", "name": name}
    ref["prefix"] = "refs/heads/"
    return {"__typename": "LinkedBranch", "id": f"LB_{issue.id}_{name}", "ref": ref}


def _may_update(record: Issue | Comment, info: Info) -> bool:
    ctx = info.context
    issue = record if isinstance(record, Issue) else ctx.store.get(Issue, record.issue)
    full_name = ctx.store.full_name(ctx.store.get(Repository, issue.repository))
    return record.author == ctx.viewer.account.id or ctx.viewer.may(full_name, "write")


def _repository_of(record: Issue | Comment, info: Info) -> Repository:
    store = info.context.store
    issue = record if isinstance(record, Issue) else store.get(Issue, record.issue)
    return store.get(Repository, issue.repository)


_AUTHORED: Table = {
    "author": related(Account, "author"),
    "authorAssociation": lambda record, info: info.context.association(
        record.author, _repository_of(record, info)
    ),
    "body": attribute("body"),
    "bodyHTML": lambda record, _: f"<p>{html.escape(record.body)}</p>" if record.body else "",
    "bodyText": attribute("body"),
    "createdViaEmail": constant(False),
    "editor": related(Account, "editor"),
    "includesCreatedEdit": lambda record, _: record.last_edited_at is not None,
    "lastEditedAt": attribute("last_edited_at"),
    "publishedAt": attribute("created_at"),
    "reactionGroups": constant([]),
    "repository": _repository_of,
    "viewerCanUpdate": _may_update,
    "viewerDidAuthor": lambda record, info: record.author == info.context.viewer.account.id,
}

ISSUE: Table = {
    **record(number="number", title="title", state="state", closedAt="closed_at"),
    **page(lambda ctx, issue: ctx.issue_path(issue)),
    **_AUTHORED,
    "assignees": _assignees,
    "blockedBy": related_list(Issue, "blocked_by"),
    "blocking": related_list(Issue, "blocking"),
    "closed": lambda record, _: record.state == "CLOSED",
    "comments": lambda record, info, **arguments: page_by_index(
        info, list(info.context.store.comments.get(record.id, {}).values()), arguments
    ),
    "duplicateOf": related(Issue, "duplicate_of"),
    "issueDependenciesSummary": _dependencies_summary,
    "issueFieldValues": values_page,
    "closedByPullRequestsReferences": _closing_pulls,
    "linkedBranches": _linked_branches,
    "merged": lambda record, _: record.state == "MERGED",
    "issueType": related(IssueType, "issue_type"),
    "labels": related_list(Label, "labels"),
    "locked": attribute("locked"),
    "milestone": related(Milestone, "milestone"),
    "parent": related(Issue, "parent"),
    "projectItems": _project_items,
    "stateReason": _state_reason,
    "subIssues": related_list(Issue, "sub_issues"),
    "timelineItems": _timeline,
    "subIssuesSummary": _sub_issues_summary,
}

PULL_REQUEST: Table = {
    **ISSUE,
    "baseRefName": attribute("base"),
    "closingIssuesReferences": lambda pull, info, **arguments: issues_page(
        info, info.context.store.all(Issue, pull.closes), arguments
    ),
    "headRefName": lambda pull, _: pull.head.rpartition(":")[2],
    "isCrossRepository": lambda pull, info: pull_requests.is_from_fork(info.context.store, pull),
    "isDraft": attribute("is_draft"),
    "merged": lambda pull, _: pull.merged_at is not None,
    "mergedAt": attribute("merged_at"),
    "state": lambda pull, _: pull_requests.state_of(pull),
}

COMMENT: Table = {
    **record(),
    **page(lambda ctx, comment: ctx.comment_path(comment)),
    **_AUTHORED,
    "isMinimized": lambda record, _: record.minimized is not None,
    "issue": related(Issue, "issue"),
    "minimizedReason": attribute("minimized"),
    "viewerCanMinimize": _may_update,
}
