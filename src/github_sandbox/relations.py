"""Change parents, sub-issues and blockers.

None of these moves `updated_at` of an issue (recorded 2025 and 2026), so a client that asks for
what changed since some time does not see them.
"""

from collections.abc import Iterable

from github_sandbox.access import Viewer
from github_sandbox.models import Issue, Repository
from github_sandbox.problems import RefusalError
from github_sandbox.repositories import require_writable
from github_sandbox.store import Store

MAX_SUB_ISSUES = 100
MAX_LEVELS = 8
MAX_BLOCKERS = 50

_ADDING = "An error occurred while adding the sub-issue to the parent issue. "


def _require_triage(store: Store, viewer: Viewer, issue: Issue) -> None:
    repository = store.get(Repository, issue.repository)
    viewer.require(store.full_name(repository), "triage")
    require_writable(repository)


def _unprocessable(message: str) -> RefusalError:
    return RefusalError("UNPROCESSABLE", message, resource="Issue", code="unprocessable")


# ---- sub-issues ----------------------------------------------------------------------------


def levels_above(store: Store, issue: Issue) -> int:
    """Return how many ancestors an issue has."""
    count = 0
    while issue.parent is not None:
        issue = store.get(Issue, issue.parent)
        count += 1
    return count


def levels_below(store: Store, issue: Issue) -> int:
    """Return how many levels of sub-issues an issue has."""
    return max(
        (1 + levels_below(store, child) for child in store.all(Issue, issue.sub_issues)), default=0
    )


def _check_room(store: Store, parent: Issue, below: int) -> None:
    if len(parent.sub_issues) >= MAX_SUB_ISSUES:
        raise RefusalError(
            "VALIDATION",
            f"{_ADDING}Parent cannot have more than {MAX_SUB_ISSUES} sub-issues",
            resource="Issue",
        )
    if levels_above(store, parent) + 1 + below >= MAX_LEVELS:
        raise _unprocessable(f"{_ADDING}Issue may not have more than {MAX_LEVELS} layers")


def check_new_child(store: Store, viewer: Viewer, parent: Issue, repository: Repository) -> None:
    """Refuse a new issue below this parent if it may not be added there."""
    _require_triage(store, viewer, parent)
    if store.get(Repository, parent.repository).owner != repository.owner:
        raise _unprocessable(f"{_ADDING}Sub issue must belong to the same owner as the parent")
    _check_room(store, parent, 0)


def _is_above(store: Store, candidate: Issue, issue: Issue) -> bool:
    current: Issue | None = issue
    while current is not None:
        if current.id == candidate.id:
            return True
        current = store.get(Issue, current.parent) if current.parent is not None else None
    return False


def add_sub_issue(
    store: Store, viewer: Viewer, parent: Issue, child: Issue, *, replace_parent: bool
) -> None:
    """Add a sub-issue to a parent; its current parent is replaced only on request."""
    _require_triage(store, viewer, parent)
    repository = store.get(Repository, child.repository)
    if store.get(Repository, parent.repository).owner != repository.owner:
        raise _unprocessable(f"{_ADDING}Sub issue must belong to the same owner as the parent")
    if child.parent == parent.id:
        raise _unprocessable(
            f"{_ADDING}Issue may not contain duplicate sub-issues"
            " and Sub issue may only have one parent"
        )
    if child.parent is not None and not replace_parent:
        raise _unprocessable(f"{_ADDING}Sub issue may only have one parent")
    if _is_above(store, child, parent):
        raise _unprocessable(f"{_ADDING}Sub issue may not be its own ancestor")
    _check_room(store, parent, levels_below(store, child))
    if child.parent is not None:
        detach(store, store.get(Issue, child.parent), child)
    attach(store, parent, child)
    store.event(viewer.account, "sub_issue_added", parent, child=child.node_id)


def remove_sub_issue(store: Store, viewer: Viewer, parent: Issue, child: Issue) -> None:
    """Remove an issue from its parent."""
    _require_triage(store, viewer, parent)
    if child.parent != parent.id:
        raise _unprocessable("The provided sub-issue is not a sub-issue of the parent issue")
    detach(store, parent, child)
    store.event(viewer.account, "sub_issue_removed", parent, child=child.node_id)


def reprioritise(
    store: Store,
    viewer: Viewer,
    parent: Issue,
    child: Issue,
    *,
    after: Issue | None,
    before: Issue | None,
) -> None:
    """Move a sub-issue to directly after or before another one; exactly one is given."""
    _require_triage(store, viewer, parent)
    if (after is None) == (before is None):
        raise _unprocessable("You must provide exactly one of after_id or before_id")
    anchor = after or before
    assert anchor is not None
    if child.parent != parent.id or anchor.parent != parent.id or anchor.id == child.id:
        raise _unprocessable("The provided sub-issue is not a sub-issue of the parent issue")
    parent.sub_issues.remove(child.id)
    index = parent.sub_issues.index(anchor.id) + (1 if after else 0)
    parent.sub_issues.insert(index, child.id)
    store.mark(parent)


def attach(store: Store, parent: Issue, child: Issue) -> None:
    """Append a child to its parent, unchecked."""
    parent.sub_issues.append(child.id)
    child.parent = parent.id
    store.mark(parent, child)


def detach(store: Store, parent: Issue, child: Issue) -> None:
    """Remove a child from its parent, unchecked."""
    parent.sub_issues.remove(child.id)
    child.parent = None
    store.mark(parent, child)


# ---- blockers ------------------------------------------------------------------------------


def add_blocker(
    store: Store, viewer: Viewer, blocked: Issue, blocker: Issue, *, any_owner: bool = True
) -> None:
    """Mark an issue as blocked by another one.

    Cycles are accepted: whether GitHub refuses them is unknown, so clients must not rely on it. So
    is whether it refuses issues of another owner, as without `any_owner`, and with which words.
    """
    _require_triage(store, viewer, blocked)
    if blocked.id == blocker.id:
        raise _unprocessable("An issue cannot be blocked by itself")
    homes = [store.get(Repository, issue.repository).owner for issue in (blocked, blocker)]
    if not any_owner and homes[0] != homes[1]:
        raise _unprocessable("Target issue must belong to the same owner")
    if blocker.id in blocked.blocked_by:
        raise _unprocessable("Target issue has already been taken")
    if len(blocked.blocked_by) >= MAX_BLOCKERS or len(blocker.blocking) >= MAX_BLOCKERS:
        raise _unprocessable(f"An issue cannot have more than {MAX_BLOCKERS} dependencies")
    block(store, blocked, blocker)
    store.event(viewer.account, "blocked_by_added", blocked, blocker=blocker.node_id)


def remove_blocker(store: Store, viewer: Viewer, blocked: Issue, blocker: Issue) -> None:
    """Unmark an issue as blocked by another one."""
    _require_triage(store, viewer, blocked)
    if blocker.id not in blocked.blocked_by:
        raise _unprocessable("The issue is not blocked by the given issue")
    unblock(store, blocked, blocker)
    blocked.removed_blockers.append(blocker.id)
    store.event(viewer.account, "blocked_by_removed", blocked, blocker=blocker.node_id)


def block(store: Store, blocked: Issue, blocker: Issue) -> None:
    """Link two issues, unchecked."""
    blocked.blocked_by.append(blocker.id)
    blocker.blocking.append(blocked.id)
    store.mark(blocked, blocker)


def unblock(store: Store, blocked: Issue, blocker: Issue) -> None:
    """Unlink two issues, unchecked."""
    blocked.blocked_by.remove(blocker.id)
    blocker.blocking.remove(blocked.id)
    store.mark(blocked, blocker)


# ---- sums ----------------------------------------------------------------------------------


def sub_issue_counts(store: Store, issue: Issue) -> tuple[int, int, int]:
    """Count sub-issues: all, closed, and the closed share in whole percent."""
    total = len(issue.sub_issues)
    done = closed_count(store, issue.sub_issues)
    return total, done, (100 * done // total if total else 0)


def dependency_counts(store: Store, issue: Issue) -> tuple[int, int, int, int]:
    """Count dependencies: open blockers, open blocked issues, all blockers, all blocked issues."""
    blockers, blocked = issue.blocked_by, issue.blocking
    return (
        len(blockers) - closed_count(store, blockers),
        len(blocked) - closed_count(store, blocked),
        len(blockers),
        len(blocked),
    )


def closed_count(store: Store, numbers: Iterable[int]) -> int:
    """Return how many of these issues are closed."""
    return sum(store.get(Issue, number).state == "CLOSED" for number in numbers)
