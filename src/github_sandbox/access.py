"""Who is asking, and what they may do."""

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
"""The scopes of a classic token that may do everything we need."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for: a login, its permission, whether it reaches Projects.

    `repositories` limits it to some (`owner/name`, any case), as a workflow's or a fine-grained
    token is; None means every repository. With `board_writes` off, boards can be looked at only.
    `scopes` are those of a classic token, None for a token that has none. `read_only` is a
    fine-grained token that may write nothing, whatever its owner may.
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
        """Whether the token reaches Projects at all."""
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
        """Whether the token lets its owner change what the owner may change."""
        return not self.read_only and (self.scopes is None or "repo" in self.scopes)


@dataclass(frozen=True, slots=True)
class Viewer:
    """The account behind a request, and its grant; `app` is the App that signed it itself."""

    account: Account
    grant: Grant
    app: App | None = None

    @property
    def label(self) -> str:
        """How GitHub's refusals name this kind of token."""
        if self.account.kind == "Bot":
            return "Resource not accessible by integration"
        return "Resource not accessible by personal access token"

    def permission(self, full_name: str) -> Permission:
        """The permission on one repository."""
        allowed = self.grant.repositories
        if allowed is not None and full_name.lower() not in {name.lower() for name in allowed}:
            return "none"
        return self.grant.permission

    def may(self, full_name: str, least: Permission) -> bool:
        """Whether the permission on that repository is at least this."""
        return RANKS[self.permission(full_name)] >= RANKS[least]

    def sees(self, repository: Repository, full_name: str) -> bool:
        """Whether the repository can be read: public ones by everybody."""
        return not repository.is_private or self.may(full_name, "read")

    def require(self, full_name: str, least: Permission) -> None:
        """Raise `RefusalError` where the permission is less than this."""
        if not self.may(full_name, least) or not (least == "read" or self.grant.writes_issues):
            raise forbidden(self.label)

    def require_projects(self) -> None:
        """Raise `RefusalError` where the token does not reach Projects."""
        if not self.grant.reads_boards:
            raise forbidden(self.label)

    def sees_project(self, project: Project) -> bool:
        """Whether the board can be read: public ones by everybody with a token."""
        return self.grant.reads_boards or project.public
