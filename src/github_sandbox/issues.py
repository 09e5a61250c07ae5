"""Create, change, close, transfer and delete issues and their comments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from github_sandbox import boards, issue_fields, relations
from github_sandbox.access import Viewer
from github_sandbox.models import (
    Account,
    Comment,
    Issue,
    IssueType,
    Label,
    Milestone,
    Project,
    Repository,
)
from github_sandbox.problems import RefusalError, check_length, forbidden, invalid, not_found
from github_sandbox.repositories import create_label, may_create_issues, require_writable
from github_sandbox.store import Store

MAX_TITLE = 256
MAX_BODY = 65_536
MAX_LABELS = 100
MAX_ASSIGNEES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIssue:
    """The values that a new issue can have.

    With `from_form` its labels and type are those of an issue form, which sets them for everybody.
    """

    title: str
    body: str = ""
    labels: Sequence[Label] = ()
    assignees: Sequence[Account] = ()
    milestone: Milestone | None = None
    issue_type: IssueType | None = None
    parent: Issue | None = None
    projects: Sequence[Project] = ()
    field_values: Sequence[issue_fields.Change] = ()
    is_pull: bool = False
    from_form: bool = False


def _repository_of(store: Store, issue: Issue) -> Repository:
    return store.get(Repository, issue.repository)


def require(
    store: Store, viewer: Viewer, repository: Repository, least: Literal["read", "triage", "write"]
) -> None:
    """Raise `RefusalError` if the viewer, or everybody, may not do this in the repository."""
    full_name = store.full_name(repository)
    if not viewer.sees(repository, full_name):
        raise not_found("Repository", "name", full_name)
    if viewer.grant.repositories is not None or least != "read":
        viewer.require(full_name, least)
    if not viewer.grant.writes_issues:
        raise forbidden(viewer.label)
    require_writable(repository)


def _require_edit(store: Store, viewer: Viewer, issue: Issue) -> None:
    """Raise unless the viewer may edit the issue: its author, or somebody with triage or write."""
    is_author = issue.author == viewer.account.id
    require(store, viewer, _repository_of(store, issue), "read" if is_author else "write")


def _touch_milestone(store: Store, issue: Issue) -> None:
    """Move a milestone's `updated_at`, as a change of its counts does (recorded 2026)."""
    if issue.milestone is not None:
        store.touch(store.get(Milestone, issue.milestone))


def _note_labels(viewer: Viewer, issue: Issue, before: Sequence[int]) -> None:
    """Keep in the issue's timeline who put its new labels on."""
    issue.labelings += [[n, viewer.account.id] for n in issue.labels if n not in before]


def _note_milestone(viewer: Viewer, issue: Issue, milestone: Milestone | None) -> None:
    """Keep in the issue's timeline who set its milestone."""
    if milestone is not None:
        issue.milestonings.append([milestone.title, viewer.account.id])


def checked_title(title: str) -> str:
    """Return a title as it is stored, trimmed; refuse one that is empty or too long."""
    title = title.strip()
    if not title:
        raise invalid("Issue", "title", "can't be blank", "missing_field")
    check_length("Issue", "title", title, MAX_TITLE)
    return title


def _check_labels(labels: Sequence[Label], repository: Repository) -> None:
    if len(labels) > MAX_LABELS:
        raise invalid("Issue", "labels", f"cannot be more than {MAX_LABELS}", "invalid")
    for label in labels:
        if label.repository != repository.id:
            raise invalid("Issue", "labels", "belong to another repository", "invalid")


def _check_milestone(milestone: Milestone | None, repository: Repository) -> None:
    if milestone is not None and milestone.repository != repository.id:
        raise invalid("Issue", "milestone", "belongs to another repository", "invalid")


def _check_type(issue_type: IssueType | None, repository: Repository) -> None:
    if issue_type is not None and issue_type.owner != repository.owner:
        raise invalid("Issue", "type", "is not available in this repository", "invalid")


def assignable(repository: Repository, account: Account) -> bool:
    """Return whether an account can be assigned in a repository: a person with read access."""
    return account.kind == "User" and (
        account.permission != "none" or account.id == repository.owner
    )


def _added(viewer: Viewer, repository: Repository, accounts: Iterable[Account]) -> list[int]:
    """Return the accounts to add as assignees: agents, too, but not for an App ([R] both)."""
    listed = list(accounts)
    agents = [account.id for account in listed if account.is_agent]
    if agents and viewer.account.kind == "Bot":
        raise forbidden(viewer.label)
    return [*_assigned(repository, listed), *agents]


def _assigned(repository: Repository, accounts: Iterable[Account]) -> list[int]:
    """Return the accounts to assign; others, and more than ten, are silently left out."""
    able = (account.id for account in accounts if assignable(repository, account))
    return _unique(able)[:MAX_ASSIGNEES]


def _unique(numbers: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


def create(store: Store, viewer: Viewer, repository: Repository, new: NewIssue) -> Issue:
    """Create an issue.

    Labels, assignees, milestone, type and issue fields are silently left out if the viewer may not
    push. Everything is validated before anything is written.
    """
    require(store, viewer, repository, "read")
    if not repository.has_issues and not new.is_pull:
        raise RefusalError("UNPROCESSABLE", "Issues has been disabled in this repository.")
    if not new.is_pull and not may_create_issues(store, viewer, repository):
        raise forbidden("Only collaborators can create issues in this repository.")
    title = checked_title(new.title)
    check_length("Issue", "body", new.body, MAX_BODY)
    may_push = viewer.may(store.full_name(repository), "write")
    labels = new.labels if may_push or new.from_form else ()
    milestone = new.milestone if may_push else None
    issue_type = new.issue_type if may_push or new.from_form else None
    _check_labels(labels, repository)
    _check_milestone(milestone, repository)
    _check_type(issue_type, repository)
    for field, _ in new.field_values:
        issue_fields.check_owner(field, repository)
    if new.parent is not None:
        relations.check_new_child(store, viewer, new.parent, repository)
    for project in new.projects:
        boards.require_board(viewer, project)
    issue = store.create(
        Issue,
        repository=repository.id,
        number=repository.next_number,
        title=title,
        body=new.body,
        author=viewer.account.id,
        labels=_unique(label.id for label in labels),
        assignees=_assigned(repository, new.assignees) if may_push else [],
        milestone=milestone.id if milestone else None,
        issue_type=issue_type.id if issue_type else None,
        is_pull=new.is_pull,
    )
    _note_labels(viewer, issue, ())
    _note_milestone(viewer, issue, milestone)
    repository.next_number += 1
    store.mark(repository)
    if may_push:
        issue_fields.store_values(store, issue, new.field_values)
    _touch_milestone(store, issue)
    if new.parent is not None:
        relations.attach(store, new.parent, issue)
    for project in new.projects:
        boards.add_content(store, viewer, project, issue)
    store.event(viewer.account, "opened", issue)
    return issue


def edit(store: Store, viewer: Viewer, issue: Issue, changes: dict[str, Any]) -> Issue:
    """Change an issue; `changes` has any of the keys below, and absent ones stay unchanged.

    title, body (text); labels, assignees (records, replacing the set); milestone, issue_type
    (a record or None); state (OPEN, CLOSED), reason and duplicate_of. Everything is validated
    before anything is written.
    """
    _require_edit(store, viewer, issue)
    repository = _repository_of(store, issue)
    may_push = viewer.may(store.full_name(repository), "write")
    if not may_push:
        dropped = ("labels", "assignees", "milestone", "issue_type")
        changes = {name: value for name, value in changes.items() if name not in dropped}
    title = checked_title(changes["title"]) if changes.get("title") is not None else issue.title
    body = changes["body"] if changes.get("body") is not None else issue.body
    check_length("Issue", "body", body, MAX_BODY)
    labels, milestone = changes.get("labels"), changes.get("milestone")
    _check_labels(labels or (), repository)
    _check_milestone(milestone, repository)
    _check_type(changes.get("issue_type"), repository)
    if title != issue.title or body != issue.body:
        issue.last_edited_at, issue.editor = store.now(), viewer.account.id
        store.event(viewer.account, "edited", issue)
    issue.title, issue.body = title, body
    if labels is not None:
        before, issue.labels = issue.labels, _unique(label.id for label in labels)
        _note_labels(viewer, issue, before)
    if changes.get("assignees") is not None:
        issue.assignees = _assigned(repository, changes["assignees"])
    if "milestone" in changes and issue.milestone != (milestone.id if milestone else None):
        _touch_milestone(store, issue)
        issue.milestone = milestone.id if milestone else None
        _note_milestone(viewer, issue, milestone)
        _touch_milestone(store, issue)
    if "issue_type" in changes:
        issue_type = changes["issue_type"]
        issue.issue_type = issue_type.id if issue_type else None
    store.touch(issue)
    state = changes.get("state")
    if state == "CLOSED" and (issue.state == "OPEN" or changes.get("reason")):
        close(store, viewer, issue, changes.get("reason") or "COMPLETED", changes.get("duplicate"))
    elif state == "OPEN" and issue.state == "CLOSED":
        reopen(store, viewer, issue)
    return issue


def close(
    store: Store, viewer: Viewer, issue: Issue, reason: str, duplicate_of: Issue | None = None
) -> Issue:
    """Close an issue, or change the reason of a closed one; boards set Status to Done."""
    _require_edit(store, viewer, issue)
    was_open = issue.state == "OPEN"
    issue.state = "CLOSED"
    issue.state_reason = reason
    issue.duplicate_of = duplicate_of.id if duplicate_of and reason == "DUPLICATE" else None
    if was_open:
        issue.closed_at, issue.closed_by = store.now(), viewer.account.id
        boards.content_closed(store, issue)
        _touch_milestone(store, issue)
    store.touch(issue)
    store.event(viewer.account, "closed", issue, reason=reason)
    return issue


def reopen(store: Store, viewer: Viewer, issue: Issue) -> Issue:
    """Reopen an issue; the board's Status stays unchanged."""
    _require_edit(store, viewer, issue)
    if issue.state == "CLOSED":
        issue.state, issue.state_reason = "OPEN", "REOPENED"
        issue.closed_at = issue.closed_by = issue.duplicate_of = None
        store.touch(issue)
        _touch_milestone(store, issue)
        store.event(viewer.account, "reopened", issue)
    return issue


def change_labels(
    store: Store,
    viewer: Viewer,
    issue: Issue,
    *,
    add: Sequence[Label] = (),
    remove: Sequence[Label] = (),
) -> Issue:
    """Add and remove labels, and keep all others."""
    repository = _repository_of(store, issue)
    require(store, viewer, repository, "triage")
    label_ids = _unique([*issue.labels, *(label.id for label in add)])
    removed = {label.id for label in remove}
    label_ids = [number for number in label_ids if number not in removed]
    _check_labels(store.all(Label, label_ids), repository)
    if label_ids != issue.labels:
        before, issue.labels = issue.labels, label_ids
        _note_labels(viewer, issue, before)
        store.touch(issue)
        store.event(viewer.account, "labelled", issue)
    return issue


def find_or_create_labels(
    store: Store, viewer: Viewer, repository: Repository, names: Iterable[str]
) -> list[Label]:
    """Return labels by name, and create unknown ones, as REST does for viewers who may push."""
    labels = []
    for name in names:
        label = store.labels.get(repository.id, {}).get(name.strip().lower())
        if label is None:
            if not name.strip() or len(name) > 50:
                raise invalid("Label", "name", "is invalid", "invalid")
            label = create_label(store, viewer, repository, name)
        labels.append(label)
    return labels


def change_assignees(
    store: Store,
    viewer: Viewer,
    issue: Issue,
    *,
    add: Sequence[Account] = (),
    remove: Sequence[Account] = (),
) -> Issue:
    """Add and remove assignees, and keep all others.

    More than ten, and those who cannot be assigned here, are silently left out. Agents are added
    only here: creating or editing an issue leaves them out, too. An agent begins its work whenever
    it is added, also if it is an assignee already [?].
    """
    require(store, viewer, _repository_of(store, issue), "triage")
    removed = {account.id for account in remove}
    agents = [account.id for account in add if account.is_agent]
    added = _added(viewer, _repository_of(store, issue), add)
    assignee_ids = _unique([*issue.assignees, *added])
    assignee_ids = [number for number in assignee_ids if number not in removed][:MAX_ASSIGNEES]
    begun = [n for n in assignee_ids if n in agents or n not in issue.assignees]
    if begun or assignee_ids != issue.assignees:
        issue.assignments += begun
        issue.assignees = assignee_ids
        store.touch(issue)
        store.event(viewer.account, "assigned", issue)
    return issue


LOCK_REASONS = ("off-topic", "too heated", "resolved", "spam")


def set_lock(
    store: Store, viewer: Viewer, issue: Issue, *, locked: bool, reason: str | None = None
) -> Issue:
    """Lock or unlock the conversation of an issue, which takes the right to push."""
    require(store, viewer, _repository_of(store, issue), "write")
    if reason is not None and reason not in LOCK_REASONS:
        raise invalid("Issue", "lock_reason", "is not included in the list", "invalid")
    issue.locked, issue.lock_reason = locked, reason if locked else None
    store.touch(issue)
    store.event(viewer.account, "locked" if locked else "unlocked", issue)
    return issue


def set_type(store: Store, viewer: Viewer, issue: Issue, issue_type: IssueType | None) -> Issue:
    """Set the type of an issue, which belongs to its organization; None removes it."""
    require(store, viewer, _repository_of(store, issue), "triage")
    _check_type(issue_type, _repository_of(store, issue))
    issue.issue_type = issue_type.id if issue_type else None
    store.touch(issue)
    return issue


# ---- comments ------------------------------------------------------------------------------


def comment(store: Store, viewer: Viewer, issue: Issue, body: str) -> Comment:
    """Comment on an issue."""
    require(store, viewer, _repository_of(store, issue), "read")
    _check_comment(body)
    record = store.create(Comment, issue=issue.id, body=body, author=viewer.account.id)
    store.touch(issue)
    store.event(viewer.account, "commented", issue)
    return record


def edit_comment(store: Store, viewer: Viewer, comment: Comment, body: str) -> Comment:
    """Edit a comment."""
    issue = store.get(Issue, comment.issue)
    is_author = comment.author == viewer.account.id
    require(store, viewer, _repository_of(store, issue), "read" if is_author else "write")
    _check_comment(body)
    comment.body, comment.last_edited_at = body, store.now()
    comment.editor = viewer.account.id
    store.touch(comment, issue)
    return comment


def minimize(store: Store, viewer: Viewer, comment: Comment, reason: str | None) -> Comment:
    """Hide a comment for this reason, or show it again with None."""
    issue = store.get(Issue, comment.issue)
    is_author = comment.author == viewer.account.id
    require(store, viewer, _repository_of(store, issue), "read" if is_author else "write")
    comment.minimized = reason
    store.touch(comment)
    return comment


def _check_comment(body: str) -> None:
    if not body.strip():
        raise invalid("IssueComment", "body", "can't be blank", "missing_field")
    check_length("IssueComment", "body", body, MAX_BODY)


# ---- away ----------------------------------------------------------------------------------


def _detach_from_all(store: Store, issue: Issue) -> None:
    """Remove an issue from all its relations."""
    if issue.parent is not None:
        relations.detach(store, store.get(Issue, issue.parent), issue)
    for child in store.all(Issue, issue.sub_issues):
        relations.detach(store, issue, child)
    for other in store.all(Issue, issue.blocked_by):
        relations.unblock(store, issue, other)
    for other in store.all(Issue, issue.blocking):
        relations.unblock(store, other, issue)
    for record in store.records.values():
        if isinstance(record, Issue) and record.duplicate_of == issue.id:
            record.duplicate_of = None
            store.mark(record)


def delete(store: Store, viewer: Viewer, issue: Issue) -> Repository:
    """Delete an issue permanently; its number is never reused. Needs admin."""
    repository = _repository_of(store, issue)
    viewer.require(store.full_name(repository), "admin")
    _detach_from_all(store, issue)
    for item in list(store.cards.get(issue.id, {}).values()):
        store.drop(item)
    for comment in list(store.comments.get(issue.id, {}).values()):
        store.drop(comment)
    repository.deleted.append(issue.number)
    store.mark(repository)
    store.event(viewer.account, "deleted", issue)
    store.drop(issue)
    return repository


def transfer(
    store: Store, viewer: Viewer, issue: Issue, target: Repository, *, create_labels: bool = False
) -> Issue:
    """Transfer an issue to another repository of the same owner, where it is a new issue.

    It keeps the labels and the milestone whose names exist in the target, and its comments, board
    cards, parent and sub-issues. The old number redirects to the new issue.
    """
    source = _repository_of(store, issue)
    require(store, viewer, source, "write")
    require(store, viewer, target, "write")
    if source.owner != target.owner or source.id == target.id:
        raise RefusalError("UNPROCESSABLE", "Cannot transfer an issue to this repository.")
    label_names = [label.name for label in store.all(Label, issue.labels)]
    target_labels = store.labels.get(target.id, {})
    names = [name for name in label_names if create_labels or name.lower() in target_labels]
    titles = {m.title: m.id for m in store.milestones.get(target.id, {}).values()}
    milestone = store.get(Milestone, issue.milestone).title if issue.milestone else None
    moved = store.create(
        Issue,
        repository=target.id,
        number=target.next_number,
        title=issue.title,
        body=issue.body,
        state=issue.state,
        state_reason=issue.state_reason,
        closed_at=issue.closed_at,
        closed_by=issue.closed_by,
        author=issue.author,
        labels=[label.id for label in find_or_create_labels(store, viewer, target, names)],
        assignees=issue.assignees,
        milestone=titles.get(milestone or ""),
        issue_type=issue.issue_type,
        created_at=issue.created_at,
    )
    target.next_number += 1
    _move_relations(store, issue, moved)
    source.moved[str(issue.number)] = moved.id
    store.mark(source, target)
    store.event(viewer.account, "transferred", moved, source=store.full_name(source))
    store.drop(issue)
    return moved


def _move_relations(store: Store, issue: Issue, moved: Issue) -> None:
    """Move comments, cards and relations to the new record."""
    for comment in list(store.comments.pop(issue.id, {}).values()):
        comment.issue = moved.id
        store.comments.setdefault(moved.id, {})[comment.id] = comment
        store.mark(comment)
    for item in list(store.cards.pop(issue.id, {}).values()):
        item.content = moved.id
        store.cards.setdefault(moved.id, {})[item.project] = item
        store.touch(item)
    parent = store.get(Issue, issue.parent) if issue.parent is not None else None
    children = store.all(Issue, issue.sub_issues)
    blockers, blocked = store.all(Issue, issue.blocked_by), store.all(Issue, issue.blocking)
    _detach_from_all(store, issue)
    if parent is not None:
        relations.attach(store, parent, moved)
    for child in children:
        relations.attach(store, moved, child)
    for other in blockers:
        relations.block(store, moved, other)
    for other in blocked:
        relations.block(store, other, moved)
