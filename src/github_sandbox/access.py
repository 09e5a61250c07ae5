"""Identify who sends a request, and what they may do."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from github_sandbox.models import Account, App, Project, Repository
from github_sandbox.problems import forbidden

Permission: TypeAlias = Literal["none", "read", "triage", "write", "maintain", "admin"]

RANKS: dict[Permission, int] = {
    "none": 0,
    "read": 1,
    "triage": 2,
    "write": 3,
    "maintain": 4,
    "admin": 5,
}

CLASSIC = ("admin:org", "project", "repo")
"""The scopes of a classic token with all the permissions that we need."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The rights of a token: its login, its permission, whether it may access Projects.

    `repositories` limits it to some (`owner/name`, any case), like a workflow's or a fine-grained
    token; None means every repository. Without `board_writes`, boards are read-only. `scopes` are
    those of a classic token, None for other tokens. `read_only` is a fine-grained token that may
    not write, whatever its owner may do.
    """

    login: str
    permission: Permission = "admin"
    projects: bool = True
    repositories: tuple[str, ...] | None = None
    board_writes: bool = True
    scopes: tuple[str, ...] | None = CLASSIC
    read_only: bool = False

    @property
    def reads_boards(self) -> bool:
        """Whether the token may read Projects."""
        scoped = self.scopes is None or {"project", "read:project"} & set(self.scopes)
        return self.projects and bool(scoped)

    @property
    def writes_boards(self) -> bool:
        """Whether the token may change boards."""
        scoped = self.scopes is None or "project" in self.scopes
        able = RANKS[self.permission] >= RANKS["write"]
        return self.projects and self.board_writes and scoped and able

    @property
    def writes_issues(self) -> bool:
        """Whether the token may write what its owner may write."""
        return not self.read_only and (self.scopes is None or "repo" in self.scopes)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The account behind a request, and its grant; `app` is the App that signed the request."""

    account: Account
    grant: Grant
    app: App | None = None

    @property
    def label(self) -> str:
        """The message of GitHub's refusals for this kind of token."""
        if self.account.kind == "Bot":
            return "Resource not accessible by integration"
        return "Resource not accessible by personal access token"

    def permission(self, full_name: str) -> Permission:
        """Return the permission on a repository."""
        allowed = self.grant.repositories
        if allowed is not None and full_name.lower() not in {name.lower() for name in allowed}:
            return "none"
        return self.grant.permission

    def may(self, full_name: str, least: Permission) -> bool:
        """Return whether the permission on a repository is at least this."""
        return RANKS[self.permission(full_name)] >= RANKS[least]

    def sees(self, repository: Repository, full_name: str) -> bool:
        """Return whether the viewer can read a repository: everybody can read public ones."""
        return not repository.is_private or self.may(full_name, "read")

    def require(self, full_name: str, least: Permission) -> None:
        """Raise `RefusalError` if the permission is less than this."""
        if not self.may(full_name, least) or not (least == "read" or self.grant.writes_issues):
            raise forbidden(self.label)

    def require_projects(self) -> None:
        """Raise `RefusalError` if the token may not access Projects."""
        if not self.grant.reads_boards:
            raise forbidden(self.label)

    def sees_project(self, project: Project) -> bool:
        """Return whether the viewer can read a board: any token may read public ones."""
        return self.grant.reads_boards or project.public
