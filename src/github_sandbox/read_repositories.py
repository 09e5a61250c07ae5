"""Resolve owners, repositories, labels and milestones in GraphQL."""

from collections.abc import Callable, Iterable
from typing import Any

from github_sandbox import repositories
from github_sandbox.connections import Connection, page_by_index
from github_sandbox.context import AGENTS_PREVIEW, Context, Info
from github_sandbox.fields import Resolver, Table, attribute, constant, order, page, record, related
from github_sandbox.issues import assignable
from github_sandbox.models import (
    Account,
    Discussion,
    Issue,
    IssueType,
    Label,
    Milestone,
    Project,
    Repository,
)
from github_sandbox.problems import forbidden, not_found
from github_sandbox.read_issue_fields import fields_page, repository_fields_page
from github_sandbox.read_issues import holds, issues_page


def find_repository(ctx: Context, owner: str, name: str) -> Repository:
    """Return a repository by owner and name; raise `RefusalError` if it cannot be seen."""
    repository = ctx.store.repository(owner, name)
    if repository is None or not ctx.viewer.sees(repository, ctx.store.full_name(repository)):
        raise not_found("Repository", "name", f"{owner}/{name}")
    return repository


def repository_field(_: Any, info: Info, owner: str, name: str, followRenames: bool) -> Repository:  # noqa: N803 - the schema's name
    """Resolve `repository`."""
    repository = find_repository(info.context, owner, name)
    if not followRenames and repository.name.lower() != name.lower():
        raise not_found("Repository", "name", f"{owner}/{name}")
    return repository


def _project_matches(project: Project, query: str) -> bool:
    """Return whether a board matches a search: words of its title, `is:open`, `is:closed`."""
    for word in query.lower().split():
        if word in ("is:open", "is:closed"):
            if project.closed != (word == "is:closed"):
                return False
        elif word.strip('"') not in project.title.lower():
            return False
    return True


def _projects_page(
    info: Info, projects: Iterable[Project], query: str | None, arguments: dict[str, Any]
) -> Connection:
    viewer = info.context.viewer
    viewer.require_projects()
    matches = [p for p in projects if not query or _project_matches(p, query)]
    keys = {
        "CREATED_AT": "created_at",
        "NUMBER": "number",
        "TITLE": "title",
        "UPDATED_AT": "updated_at",
    }
    return page_by_index(info, order(matches, arguments.get("orderBy"), keys, "number"), arguments)


def _owner_projects(
    owner: Account, info: Info, query: str | None = None, **arguments: Any
) -> Connection:
    projects = info.context.store.projects.get(owner.id, {})
    return _projects_page(info, projects.values(), query, arguments)


def _owner_project(owner: Account, info: Info, number: int) -> Project:
    ctx = info.context
    project = ctx.store.projects.get(owner.id, {}).get(number)
    if project is None or not ctx.viewer.sees_project(project):
        ctx.viewer.require_projects()
        raise not_found("ProjectV2", "number", number)
    return project


def _types_page(
    types: list[IssueType] | None, info: Info, arguments: dict[str, Any]
) -> Connection | None:
    if types is None:
        return None
    keys = {"CREATED_AT": "id", "NAME": "name"}
    return page_by_index(info, order(types, arguments.get("orderBy"), keys, "id"), arguments)


def _owner_types(owner: Account, info: Info, **arguments: Any) -> Connection | None:
    types = info.context.store.types.get(owner.id, {})
    return _types_page([t for t in types.values() if t.is_enabled], info, arguments)


ACCOUNT: Table = {
    **record(login="login", name="name"),
    **page(lambda ctx, account: ctx.owner_path(account)),
    "avatarUrl": lambda record, info, **_: f"{info.context.web}/{record.login}.png",
    "description": constant(None),
    "email": constant(""),
    "isViewer": lambda record, info: record is info.context.viewer.account,
    "issueFields": fields_page,
    "issueTypes": _owner_types,
    "projectV2": _owner_project,
    "projectsV2": _owner_projects,
    "repository": lambda record, info, **arguments: repository_field(
        None, info, record.login, **arguments
    ),
    "viewerCanAdminister": lambda _, info: info.context.viewer.grant.permission == "admin",
    "viewerCanCreateProjects": lambda _, info: info.context.viewer.grant.writes_boards,
    "viewerIsAMember": lambda _, info: info.context.viewer.grant.permission != "read",
}


def _repository_issues(repository: Repository, info: Info, **arguments: Any) -> Connection:
    return issues_page(info, info.context.listed_issues(repository), arguments)


def _repository_issue(repository: Repository, info: Info, number: int) -> Issue:
    issue = repositories.issue_by_number(info.context.store, repository, number)
    if issue is None or issue.is_pull:
        raise not_found("Issue", "number of", number)
    return issue


def _repository_issue_or_pull(repository: Repository, info: Info, number: int) -> Issue:
    issue = repositories.issue_by_number(info.context.store, repository, number)
    if issue is None:
        raise not_found("issue or pull request", "number of", number)
    return issue


def _repository_discussion(repository: Repository, info: Info, number: int) -> Discussion:
    discussion = info.context.store.discussions.get(repository.id, {}).get(number)
    if discussion is None:
        raise not_found("Discussion", "number of", number)
    return discussion


def _repository_labels(
    repository: Repository, info: Info, query: str | None = None, **arguments: Any
) -> Connection:
    labels = info.context.store.labels.get(repository.id, {}).values()
    matches = [label for label in labels if not query or query.lower() in label.name.lower()]
    keys = {"CREATED_AT": "id", "NAME": "name"}
    return page_by_index(info, order(matches, arguments.get("orderBy"), keys, "id"), arguments)


def _repository_milestones(
    repository: Repository,
    info: Info,
    query: str | None = None,
    states: list[str] | None = None,
    **arguments: Any,
) -> Connection:
    milestones = info.context.store.milestones.get(repository.id, {}).values()
    matches = [
        m
        for m in milestones
        if (not states or m.state in states) and (not query or query.lower() in m.title.lower())
    ]
    keys = {
        "CREATED_AT": "id",
        "DUE_DATE": "due_on",
        "NUMBER": "number",
        "UPDATED_AT": "updated_at",
    }
    return page_by_index(info, order(matches, arguments.get("orderBy"), keys, "number"), arguments)


def _repository_project(repository: Repository, info: Info, number: int) -> Project:
    info.context.viewer.require_projects()
    for project in repositories.linked_projects(info.context.store, repository):
        if project.number == number:
            return project
    raise not_found("ProjectV2", "number", number)


def _repository_type(repository: Repository, info: Info, name: str) -> IssueType | None:
    for kind in repositories.types_of(info.context.store, repository) or ():
        if kind.name.lower() == name.lower():
            return kind
    return None


def _assignable(
    repository: Repository, info: Info, query: str | None = None, **arguments: Any
) -> Connection:
    users = [
        user
        for user in info.context.store.accounts.values()
        if assignable(repository, user) and (not query or query.lower() in user.login.lower())
    ]
    return page_by_index(info, users, arguments)


def _suggested(
    repository: Repository,
    info: Info,
    capabilities: list[str],  # noqa: ARG001 - everybody who can be assigned is suggested
    query: str | None = None,
    loginNames: str | None = None,  # noqa: N803 - the schema's name
    **arguments: Any,
) -> Connection:
    """Return people and agents who can be assigned; several login names are parted by commas.

    Agents are listed for users who ask for the preview, not for Apps ([R] both).
    """
    ctx = info.context
    agents = AGENTS_PREVIEW in ctx.previews and ctx.viewer.account.kind != "Bot"
    names = {name.strip().lower() for name in (loginNames or "").split(",") if name.strip()}
    actors = [
        account
        for account in ctx.store.accounts.values()
        if ((account.is_agent and agents) or assignable(repository, account))
        and (not query or query.lower() in account.login.lower())
        and (not names or account.login.lower() in names)
    ]
    return page_by_index(info, actors, arguments)


def _collaborators(
    repository: Repository,
    info: Info,
    login: str | None = None,
    query: str | None = None,
    affiliation: str | None = None,  # noqa: ARG001 - there are no outside collaborators
    **arguments: Any,
) -> Connection:
    """Return people with a permission in the repository; only viewers who may push see them."""
    ctx = info.context
    if not ctx.viewer.may(ctx.store.full_name(repository), "write"):
        raise forbidden("You do not have permission to view repository collaborators.")
    users = [
        user
        for user in ctx.store.accounts.values()
        if user.kind == "User"
        and user.permission != "none"
        and (login is None or login.lower() == user.login.lower())
        and (not query or query.lower() in user.login.lower())
    ]
    return page_by_index(info, users, arguments)


COLLABORATOR_EDGE: Table = {"permission": lambda edge, _: edge["node"].permission.upper()}


def _permission(repository: Repository, info: Info) -> str | None:
    ctx = info.context
    permission = ctx.viewer.permission(ctx.store.full_name(repository))
    if permission == "none":
        return None if repository.is_private else "READ"
    return permission.upper()


REPOSITORY: Table = {
    **record(name="name", description="description"),
    **page(lambda ctx, repository: ctx.repository_path(repository)),
    "assignableUsers": _assignable,
    "collaborators": _collaborators,
    "defaultBranchRef": constant(None),
    "hasIssuesEnabled": attribute("has_issues"),
    "hasProjectsEnabled": constant(True),
    "hasWikiEnabled": constant(False),
    "discussion": _repository_discussion,
    "isArchived": attribute("is_archived"),
    "isDisabled": attribute("is_disabled"),
    "isFork": constant(False),
    "isInOrganization": lambda record, info: (
        info.context.store.get(Account, record.owner).kind == "Organization"
    ),
    "isLocked": attribute("is_locked"),
    "isPrivate": attribute("is_private"),
    "issue": _repository_issue,
    "issueCreationPolicy": attribute("creation_policy"),
    "issueOrPullRequest": _repository_issue_or_pull,
    "issueFields": repository_fields_page,
    "issueType": _repository_type,
    "issueTypes": lambda record, info, **arguments: _types_page(
        repositories.types_of(info.context.store, record), info, arguments
    ),
    "issues": _repository_issues,
    "label": lambda record, info, name: info.context.store.labels.get(record.id, {}).get(
        name.lower()
    ),
    "labels": _repository_labels,
    "mergeCommitAllowed": constant(True),
    "milestone": lambda record, info, number: info.context.store.milestones.get(record.id, {}).get(
        number
    ),
    "milestones": _repository_milestones,
    "nameWithOwner": lambda record, info: info.context.store.full_name(record),
    "owner": related(Account, "owner"),
    "parent": constant(None),
    "projectV2": _repository_project,
    "projectsV2": lambda record, info, query=None, **arguments: _projects_page(
        info, repositories.linked_projects(info.context.store, record), query, arguments
    ),
    "rebaseMergeAllowed": constant(True),
    "squashMergeAllowed": constant(True),
    "suggestedActors": _suggested,
    "viewerCanAdminister": lambda record, info: _permission(record, info) == "ADMIN",
    "viewerCanCreateIssues": lambda record, info: repositories.may_create_issues(
        info.context.store, info.context.viewer, record
    ),
    "viewerCanCreateProjects": lambda _, info: info.context.viewer.grant.writes_boards,
    "viewerPermission": _permission,
    "visibility": lambda record, _: "PRIVATE" if record.is_private else "PUBLIC",
}


def _in_repository(part: str) -> Callable[[Context, Any], str]:
    def path(ctx: Context, record: Any) -> str:
        repository_path = ctx.repository_path(ctx.store.get(Repository, record.repository))
        name = record.name if isinstance(record, Label) else record.number
        return f"{repository_path}/{part}/{name}"

    return path


def _issues_with(attribute: str) -> Resolver:
    """Return a resolver for a page of the issues with this label or milestone."""

    def resolve(record: Any, info: Info, **arguments: Any) -> Connection:
        ctx = info.context
        repository = ctx.store.get(Repository, record.repository)
        issues = [
            i for i in ctx.listed_issues(repository) if holds(getattr(i, attribute), record.id)
        ]
        return issues_page(info, issues, arguments)

    return resolve


LABEL: Table = {
    **record(name="name", color="color", description="description", isDefault="is_default"),
    **page(_in_repository("labels")),
    "issues": _issues_with("labels"),
    "repository": related(Repository, "repository"),
}


def _progress(milestone: Milestone, info: Info) -> float:
    opened, closed = repositories.milestone_counts(info.context.store, milestone)
    return 100.0 * closed / (opened + closed) if opened + closed else 0.0


MILESTONE: Table = {
    **record(
        number="number",
        title="title",
        description="description",
        dueOn="due_on",
        state="state",
        closedAt="closed_at",
    ),
    **page(_in_repository("milestone")),
    "closed": lambda record, _: record.state == "CLOSED",
    "creator": related(Account, "creator"),
    "issues": _issues_with("milestone"),
    "progressPercentage": _progress,
    "repository": related(Repository, "repository"),
}

ISSUE_TYPE: Table = {
    **record(name="name", color="color", description="description", isEnabled="is_enabled"),
    "isPrivate": constant(False),
}
