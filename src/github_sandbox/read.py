"""Resolve the root of the GraphQL schema, and collect the tables of all resolvers."""

from typing import Any

from github_sandbox import repositories, search
from github_sandbox.connections import page_by_index
from github_sandbox.context import Context, Info
from github_sandbox.fields import Resolver, Table
from github_sandbox.models import (
    Account,
    Comment,
    Event,
    Field,
    Issue,
    Item,
    Label,
    Milestone,
    Project,
    Record,
    Repository,
    View,
    Workflow,
)
from github_sandbox.problems import RefusalError, no_node, not_found
from github_sandbox.read_boards import (
    FIELD,
    ITEM,
    PROJECT,
    STATUS_UPDATE,
    VIEW,
    WORKFLOW,
    inner_page,
)
from github_sandbox.read_discussions import DISCUSSION, DISCUSSION_COMMENT
from github_sandbox.read_issue_fields import ISSUE_FIELD, ISSUE_FIELD_OPTION
from github_sandbox.read_issues import COMMENT, ISSUE, PULL_REQUEST
from github_sandbox.read_repositories import (
    ACCOUNT,
    COLLABORATOR_EDGE,
    ISSUE_TYPE,
    LABEL,
    MILESTONE,
    REPOSITORY,
    repository_field,
)


def _account(kind: str) -> Resolver:
    def resolve(_: Any, info: Info, login: str) -> Account:
        account = info.context.store.accounts.get(login.lower())
        if account is None or account.kind != kind:
            raise not_found(kind, "login of", login)
        return account

    return resolve


def _owner(_: Any, info: Info, login: str) -> Account | None:
    account = info.context.store.accounts.get(login.lower())
    return account if account is not None and account.kind != "Bot" else None


def _visible(ctx: Context, record: Record) -> bool:
    """Return whether a node can be looked up by id; raise for a board out of reach."""
    store = ctx.store
    if isinstance(record, Item | Field | View | Workflow):
        record = store.get(Project, record.project)
    if isinstance(record, Project) and not ctx.viewer.sees_project(record):
        ctx.viewer.require_projects()
    if isinstance(record, Comment):
        record = store.get(Issue, record.issue)
    if isinstance(record, Issue | Label | Milestone):
        record = store.get(Repository, record.repository)
    if isinstance(record, Repository):
        return ctx.viewer.sees(record, store.full_name(record))
    return not isinstance(record, Event)


def _node(_: Any, info: Info, id: str) -> Record:  # noqa: A002 - the schema's name
    ctx = info.context
    record = ctx.store.by_node.get(id)
    if record is None or not _visible(ctx, record):
        raise no_node(id)
    return record


def _nodes(_: Any, info: Info, ids: list[str]) -> list[Record | RefusalError]:
    records: list[Record | RefusalError] = []
    for node_id in ids:
        try:
            records.append(_node(None, info, node_id))
        except RefusalError as refusal:
            records.append(refusal)
    return records


def _rate_limit(_: Any, info: Info, dryRun: bool = False) -> dict[str, Any]:  # noqa: ARG001, N803 - the schema's name
    ctx = info.context
    return {
        "cost": ctx.cost,
        "nodeCount": ctx.node_count,
        "limit": ctx.rate.limit,
        "used": ctx.rate.used,
        "remaining": ctx.rate.remaining,
        "resetAt": repositories.moment(ctx.rate.reset),
    }


def _search(_: Any, info: Info, query: str, type: str, **arguments: Any) -> dict[str, Any]:  # noqa: A002 - the schema's name
    """Resolve `search`: it finds issues and pull requests only."""
    issues = search.find(info.context, search.read_query(query)) if type == "ISSUE" else []
    reachable = page_by_index(info, issues[: search.MAX_RESULTS], arguments)
    return {
        "codeCount": 0,
        "discussionCount": 0,
        "edges": reachable.edges,
        "issueCount": len(issues),
        "nodes": reachable.nodes,
        "pageInfo": reachable,
        "repositoryCount": 0,
        "userCount": 0,
        "wikiCount": 0,
    }


QUERY: Table = {
    "node": _node,
    "nodes": _nodes,
    "organization": _account("Organization"),
    "rateLimit": _rate_limit,
    "repository": repository_field,
    "repositoryOwner": _owner,
    "search": _search,
    "user": _account("User"),
    "viewer": lambda _, info: info.context.viewer.account,
}


TYPES: dict[str, Table] = {
    "Query": QUERY,
    "User": ACCOUNT,
    "Organization": ACCOUNT,
    "Bot": ACCOUNT,
    "Repository": REPOSITORY,
    "RepositoryCollaboratorEdge": COLLABORATOR_EDGE,
    "Label": LABEL,
    "Milestone": MILESTONE,
    "IssueType": ISSUE_TYPE,
    "IssueFieldText": ISSUE_FIELD,
    "IssueFieldNumber": ISSUE_FIELD,
    "IssueFieldDate": ISSUE_FIELD,
    "IssueFieldSingleSelect": ISSUE_FIELD,
    "IssueFieldMultiSelect": ISSUE_FIELD,
    "IssueFieldSingleSelectOption": ISSUE_FIELD_OPTION,
    "Issue": ISSUE,
    "PullRequest": PULL_REQUEST,
    "IssueComment": COMMENT,
    "Discussion": DISCUSSION,
    "DiscussionComment": DISCUSSION_COMMENT,
    "ProjectV2": PROJECT,
    "ProjectV2StatusUpdate": STATUS_UPDATE,
    "ProjectV2View": VIEW,
    "ProjectV2Workflow": WORKFLOW,
    "ProjectV2Field": FIELD,
    "ProjectV2SingleSelectField": FIELD,
    "ProjectV2MultiSelectField": FIELD,
    "ProjectV2IterationField": FIELD,
    "ProjectV2Item": ITEM,
    "DraftIssue": {"assignees": inner_page("assignees")},
    "ProjectV2ItemFieldLabelValue": {"labels": inner_page("labels")},
    "ProjectV2ItemFieldUserValue": {"users": inner_page("users")},
}
"""Resolvers by GraphQL type; other fields are read from a mapping or an attribute."""
