"""Create and change owners, repositories, labels and milestones."""

import re
from datetime import UTC, datetime
from typing import Literal

from github_sandbox.access import Viewer
from github_sandbox.emoji_names import is_only_emoji
from github_sandbox.issue_fields import add_default_fields
from github_sandbox.models import Account, Issue, IssueType, Label, Milestone, Project, Repository
from github_sandbox.problems import RefusalError, already_taken, check_length, forbidden, invalid
from github_sandbox.store import MOMENT, Store

DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)
"""The labels of a new repository on github.com."""

DEFAULT_TYPES = (
    ("Task", "YELLOW", "A specific piece of work"),
    ("Bug", "RED", "An unexpected problem or behavior"),
    ("Feature", "BLUE", "A request, idea, or new functionality"),
)
"""The issue types of an organization; users have none."""

MAX_TYPES = 25
UNSET_COLOR = "ededed"
OwnerKind = Literal["User", "Organization"]


def ensure_account(
    store: Store, login: str, kind: Literal["User", "Organization", "Bot"] = "User"
) -> Account:
    """Return the account with this login; create it if missing, an organization with its types."""
    existing = store.accounts.get(login.lower())
    if existing:
        return existing
    account = store.create(Account, kind=kind, login=login, name=None)
    if kind == "Organization":
        for name, color, description in DEFAULT_TYPES:
            store.create(
                IssueType, owner=account.id, name=name, color=color, description=description
            )
        add_default_fields(store, account)
    return account


def ensure_repository(
    store: Store, full_name: str, owner_type: OwnerKind, *, private: bool = False
) -> Repository:
    """Return the repository with this name; create it with the default labels if missing."""
    owner_login, _, name = full_name.partition("/")
    owner = ensure_account(store, owner_login, owner_type)
    existing = store.repository(owner_login, name)
    if existing:
        return existing
    repository = store.create(Repository, owner=owner.id, name=name, is_private=private)
    for label, color, description in DEFAULT_LABELS:
        store.create(
            Label,
            repository=repository.id,
            name=label,
            color=color,
            description=description,
            is_default=True,
        )
    return repository


def require_write(store: Store, viewer: Viewer, repository: Repository) -> None:
    """Raise `RefusalError` unless the viewer may push and the repository can be changed."""
    full_name = store.full_name(repository)
    viewer.require(full_name, "write")
    require_writable(repository)


def require_writable(repository: Repository) -> None:
    """Raise `RefusalError` if nobody can change anything in the repository."""
    if repository.is_archived:
        raise forbidden("Repository was archived so is read-only.")
    if repository.is_disabled:
        raise forbidden("Repository access blocked")
    if repository.is_locked:
        raise forbidden("Repository has been locked for migration.")


def may_create_issues(store: Store, viewer: Viewer, repository: Repository) -> bool:
    """Return whether the viewer's account can create issues: not if only collaborators may.

    What a fine-grained token lacks is not considered, as in `viewerPermission`.
    """
    if repository.is_archived or repository.is_disabled or repository.is_locked:
        return False
    full_name = store.full_name(repository)
    if repository.creation_policy == "COLLABORATORS_ONLY":
        may = viewer.may(full_name, "triage")
    else:
        may = viewer.sees(repository, full_name)
    return repository.has_issues and may


# ---- labels --------------------------------------------------------------------------------


def _checked_color(color: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{6}", color):
        raise invalid("Label", "color", "is invalid", "invalid")
    return color.lower()


def _check_label(name: str, description: str | None) -> None:
    if not name:
        raise invalid("Label", "name", "can't be blank", "missing_field")
    if is_only_emoji(name):
        raise invalid("Label", "name", "must contain more than native emoji")
    check_length("Label", "name", name, 50)
    if description is not None:
        check_length("Label", "description", description, 100)


def create_label(
    store: Store,
    viewer: Viewer,
    repository: Repository,
    name: str,
    color: str = UNSET_COLOR,
    description: str | None = None,
) -> Label:
    """Create a label; its name must be unique in the repository, ignoring case."""
    require_write(store, viewer, repository)
    name = name.strip()
    _check_label(name, description)
    color = _checked_color(color)
    if name.lower() in store.labels.get(repository.id, {}):
        raise already_taken("Label", "name")
    label = store.create(
        Label, repository=repository.id, name=name, color=color, description=description or None
    )
    store.event(viewer.account, "label_created", label)
    return label


def update_label(
    store: Store,
    viewer: Viewer,
    label: Label,
    *,
    name: str | None = None,
    color: str | None = None,
    description: str | None = None,
) -> Label:
    """Change a label; its name may change in case only."""
    repository = store.get(Repository, label.repository)
    require_write(store, viewer, repository)
    name = label.name if name is None else name.strip()
    _check_label(name, description)
    color = label.color if color is None else _checked_color(color)
    if store.labels[repository.id].get(name.lower(), label) is not label:
        raise already_taken("Label", "name")
    store.rename_label(label, name)
    label.color = color
    if description is not None:
        label.description = description or None
    store.touch(label)
    store.event(viewer.account, "label_edited", label)
    return label


def delete_label(store: Store, viewer: Viewer, label: Label) -> None:
    """Delete a label, also from all issues."""
    repository = store.get(Repository, label.repository)
    require_write(store, viewer, repository)
    for issue in store.issues.get(repository.id, {}).values():
        if label.id in issue.labels:
            issue.labels.remove(label.id)
            store.touch(issue)
    store.event(viewer.account, "label_deleted", label)
    store.drop(label)


# ---- milestones ----------------------------------------------------------------------------


def normalise_due(text: str) -> str:
    """Return a due time as GitHub stores it: the date in UTC, at midnight (recorded 2026).

    Until some time after 2020 it was the date in Pacific time, at midnight there (recorded 2019).
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("Milestone", "due_on", "is not a valid date", "invalid") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0).strftime(MOMENT)


def _milestone_titled(store: Store, repository: Repository, title: str) -> Milestone | None:
    for milestone in store.milestones.get(repository.id, {}).values():
        if milestone.title == title:
            return milestone
    return None


def create_milestone(
    store: Store,
    viewer: Viewer,
    repository: Repository,
    title: str,
    *,
    description: str | None = None,
    due_on: str | None = None,
    state: Literal["OPEN", "CLOSED"] = "OPEN",
) -> Milestone:
    """Create a milestone; its title must be unique in the repository, in any state."""
    require_write(store, viewer, repository)
    title = title.strip()
    if not title:
        raise invalid("Milestone", "title", "can't be blank", "missing_field")
    check_length("Milestone", "title", title, 255)
    due = normalise_due(due_on) if due_on else None
    if _milestone_titled(store, repository, title):
        raise already_taken("Milestone", "title")
    milestone = store.create(
        Milestone,
        repository=repository.id,
        number=repository.next_milestone,
        title=title,
        description=description,
        due_on=due,
        creator=viewer.account.id,
    )
    repository.next_milestone += 1
    store.mark(repository)
    _set_milestone_state(store, milestone, state)
    store.event(viewer.account, "milestone_created", milestone)
    return milestone


def _set_milestone_state(
    store: Store, milestone: Milestone, state: Literal["OPEN", "CLOSED"]
) -> None:
    if state != milestone.state:
        milestone.state = state
        milestone.closed_at = store.now() if state == "CLOSED" else None


def update_milestone(
    store: Store, viewer: Viewer, milestone: Milestone, changes: dict[str, str | None]
) -> Milestone:
    """Change a milestone; `changes` has any of title, description, due_on and state.

    A `due_on` of None removes the date.
    """
    repository = store.get(Repository, milestone.repository)
    require_write(store, viewer, repository)
    title = (changes.get("title") or milestone.title).strip()
    check_length("Milestone", "title", title, 255)
    other = _milestone_titled(store, repository, title)
    if other is not None and other is not milestone:
        raise already_taken("Milestone", "title")
    due_on = changes.get("due_on", milestone.due_on)
    milestone.due_on = normalise_due(due_on) if due_on else None
    milestone.title = title
    if "description" in changes:
        milestone.description = changes["description"]
    state = (changes.get("state") or milestone.state).upper()
    if state not in ("OPEN", "CLOSED"):
        raise invalid("Milestone", "state", "is not included in the list", "invalid")
    _set_milestone_state(store, milestone, "OPEN" if state == "OPEN" else "CLOSED")
    store.touch(milestone)
    store.event(viewer.account, "milestone_edited", milestone)
    return milestone


def delete_milestone(store: Store, viewer: Viewer, milestone: Milestone) -> None:
    """Delete a milestone, also from its issues."""
    repository = store.get(Repository, milestone.repository)
    require_write(store, viewer, repository)
    for issue in store.issues.get(repository.id, {}).values():
        if issue.milestone == milestone.id:
            issue.milestone = None
            store.touch(issue)
    store.event(viewer.account, "milestone_deleted", milestone)
    store.drop(milestone)


def milestone_counts(store: Store, milestone: Milestone) -> tuple[int, int]:
    """Return how many issues of a milestone are open and closed."""
    states = [
        issue.state
        for issue in store.issues.get(milestone.repository, {}).values()
        if issue.milestone == milestone.id
    ]
    return states.count("OPEN"), states.count("CLOSED")


# ---- issue types ---------------------------------------------------------------------------


def create_issue_type(
    store: Store,
    viewer: Viewer,
    owner: Account,
    *,
    name: str,
    color: str | None,
    description: str | None,
    is_enabled: bool,
) -> IssueType:
    """Add an issue type to an organization."""
    if viewer.grant.permission != "admin":
        raise forbidden(viewer.label)
    if owner.kind != "Organization":
        raise RefusalError("NOT_FOUND", f"Could not resolve to Organization '{owner.login}'.")
    types = store.types.get(owner.id, {})
    if any(other.name.lower() == name.strip().lower() for other in types.values()):
        raise already_taken("IssueType", "name")
    if len(types) >= MAX_TYPES:
        raise invalid("IssueType", "", f"An organization cannot have more than {MAX_TYPES} types")
    issue_type = store.create(
        IssueType,
        owner=owner.id,
        name=name.strip(),
        color=color or "GRAY",
        description=description,
        is_enabled=is_enabled,
    )
    store.event(viewer.account, "issue_type_created", issue_type)
    return issue_type


def types_of(store: Store, repository: Repository) -> list[IssueType] | None:
    """Return the enabled issue types of a repository; None if its owner is a user."""
    if store.get(Account, repository.owner).kind != "Organization":
        return None
    return [kind for kind in store.types.get(repository.owner, {}).values() if kind.is_enabled]


def linked_projects(store: Store, repository: Repository) -> list[Project]:
    """Return the boards that are linked to a repository."""
    return [
        project
        for projects in store.projects.values()
        for project in projects.values()
        if repository.id in project.repositories
    ]


def issue_by_number(store: Store, repository: Repository, number: int) -> Issue | None:
    """Return the issue or pull request with this number."""
    return store.issues.get(repository.id, {}).get(number)


def moment(epoch: int) -> str:
    """Format a time, in seconds since the epoch, as GitHub prints it."""
    return datetime.fromtimestamp(epoch, UTC).strftime(MOMENT)
