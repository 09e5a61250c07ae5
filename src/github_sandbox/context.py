"""Define the context of a request, which every resolver and route gets."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from github_sandbox.access import Viewer
from github_sandbox.apps import Apps
from github_sandbox.models import (
    Account,
    Comment,
    Discussion,
    DiscussionComment,
    Issue,
    Project,
    Repository,
)
from github_sandbox.store import Store

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo

Info: TypeAlias = "GraphQLResolveInfo[Context]"
"""The second argument of resolvers; `info.context` is the request's `Context`."""


@dataclass(slots=True)
class RateState:
    """A rate limit after this request."""

    limit: int = 5000
    used: int = 0
    reset: int = 0

    @property
    def remaining(self) -> int:
        """What is left until `reset`, never below zero."""
        return max(0, self.limit - self.used)


AGENTS_PREVIEW = "issues_copilot_assignment_api_support"
"""The name in the header `GraphQL-Features` with which agents can be listed and assigned [R]."""


@dataclass(slots=True)
class Context:
    """One request: the state, the viewer, and the base addresses of links in answers.

    `web` is the address of pages (`html_url`), `api` that of the REST API as the client called it.
    `list_lag` and `search_lag` are the age in seconds up to which issues are missing in lists and
    searches. `issue_fields` says that issue fields can be used; `previews` are the names in the
    request's header `GraphQL-Features`. `view_arrangement`, `user_views_by_login`,
    `foreign_cards` and `foreign_blockers` are as in `Features`. `failing` are the names of
    mutations that a fault makes fail. `counts` (milestones' open and closed issues), `accounts` and
    `repositories` (their REST payloads) are caches for this request.
    """

    store: Store
    viewer: Viewer
    web: str
    apps: Apps
    api: str = ""
    list_lag: timedelta = timedelta(0)
    search_lag: timedelta = timedelta(0)
    rate: RateState = field(default_factory=RateState)
    cost: int = 1
    node_count: int = 0
    failing: frozenset[str] = frozenset()
    issue_fields: bool = True
    previews: frozenset[str] = frozenset()
    view_arrangement: bool = True
    user_views_by_login: bool = True
    foreign_cards: bool = True
    foreign_blockers: bool = True
    counts: dict[int, tuple[int, int]] = field(default_factory=dict)
    accounts: dict[int, dict[str, Any]] = field(default_factory=dict)
    repositories: dict[int, dict[str, Any]] = field(default_factory=dict)

    def owner_path(self, account: Account) -> str:
        """Return the path of an account's page."""
        return f"/{account.login}"

    def repository_path(self, repository: Repository) -> str:
        """Return the path of a repository's page."""
        return f"/{self.store.full_name(repository)}"

    def issue_path(self, issue: Issue) -> str:
        """Return the path of an issue's or pull request's page."""
        repository_path = self.repository_path(self.store.get(Repository, issue.repository))
        return f"{repository_path}/{'pull' if issue.is_pull else 'issues'}/{issue.number}"

    def comment_path(self, comment: Comment) -> str:
        """Return the path of a comment on its issue's page."""
        return f"{self.issue_path(self.store.get(Issue, comment.issue))}#issuecomment-{comment.id}"

    def discussion_path(self, discussion: Discussion) -> str:
        """Return the path of a discussion's page."""
        repository = self.store.get(Repository, discussion.repository)
        return f"{self.repository_path(repository)}/discussions/{discussion.number}"

    def discussion_comment_path(self, comment: DiscussionComment) -> str:
        """Return the path of a comment on its discussion's page."""
        discussion = self.store.get(Discussion, comment.discussion)
        return f"{self.discussion_path(discussion)}#discussioncomment-{comment.id}"

    def project_path(self, project: Project) -> str:
        """Return the path of a board's page."""
        owner = self.store.get(Account, project.owner)
        part = "orgs" if owner.kind == "Organization" else "users"
        return f"/{part}/{owner.login}/projects/{project.number}"

    def association(self, author: int | None, repository: Repository) -> str:
        """Return an author's association with a repository, in GitHub's terms.

        Bots have NONE, whatever their permissions.
        """
        if author is None:
            return "NONE"
        account = self.store.get(Account, author)
        owner = self.store.get(Account, repository.owner)
        if account.id == owner.id:
            return "OWNER"
        if account.kind == "Bot" or account.permission in ("none", "read"):
            return "NONE"
        return "MEMBER" if owner.kind == "Organization" else "COLLABORATOR"

    def listed_issues(self, repository: Repository) -> list[Issue]:
        """Return issues and pull requests by number, without those too new for lists."""
        issues = list(self.store.issues.get(repository.id, {}).values())
        if self.list_lag:
            newest = (self.store.clock() - self.list_lag).strftime("%Y-%m-%dT%H:%M:%SZ")
            issues = [issue for issue in issues if issue.created_at <= newest]
        return issues
