"""Guards: checks that refuse a plan before anything is sent."""

from collections import Counter
from collections.abc import Collection, Sequence

from backlog_sync.core import body as body_block
from backlog_sync.core import normalize
from backlog_sync.core.board import blocked_hint, blocked_reason
from backlog_sync.core.change_kinds import Action, ChangeKind
from backlog_sync.core.changes import (
    AdoptIssue,
    Change,
    CloseDuplicate,
    CloseIssue,
    CreateIssue,
    SetBoardValue,
)
from backlog_sync.core.fields import ISSUE_SETS
from backlog_sync.core.holds import IDENTITY, set_id
from backlog_sync.core.matching import Matches, match_items
from backlog_sync.core.model import DesiredItem, DesiredState
from backlog_sync.core.observed import ObservedRepository, ObservedState
from backlog_sync.core.plan import Plan
from backlog_sync.core.reread import reread
from backlog_sync.dataclass import dataclass

WRITERS = frozenset({"ADMIN", "MAINTAIN", "WRITE", "TRIAGE"})
"""Permissions that let a token work on issues."""

_SHARE, _SMALL = 0.30, 10
"""A plan that takes 30% of a backlog away, from ten items on, is rarely what was meant."""
_FEW = 2
"""One doubtful item can be a coincidence; two are a pattern that somebody should look at."""
IF_MOVED = "if the file was moved"
_MASS, _REREAD = "mass-change", "reading-changed"


@dataclass(frozen=True, slots=True)
class Violation:
    """Why a plan may not be applied. `slug` is what `--force` must name to override it.

    `final` ones cannot be overridden. `former_id` is the identity of the backlog before its
    file was moved.
    """

    slug: str
    message: str
    hint: str
    final: bool = False
    former_id: str = ""


def check(
    plan: Plan, desired: DesiredState, observed: ObservedState, matches: Matches | None = None
) -> tuple[Violation, ...]:
    """Return every reason to refuse this plan, the counts in the messages."""
    violations: list[Violation] = []
    if plan.changes:
        violations += rights(observed.repository)
        violations += _restricted(observed.repository, plan, None)
        for other in observed.others:
            name = other.repository.name_with_owner
            if _writes_to(name, plan):
                violations += rights(other.repository)
                violations += _restricted(other.repository, plan, name)
    violations += _out_of_reach(observed)
    matches = matches or match_items(desired, observed)
    violations += _moved_or_foreign(plan, desired, observed, matches)
    keys = {item.key for item in plan.items}
    pruned = [c for c in plan.changes if _closes_orphan(c, keys)]
    left = len(plan.orphans) + len(plan.unread)
    managed = left + len(pruned) + sum(1 for item in plan.items if item.ref)
    if not desired.items and managed:
        violations.append(
            Violation(
                "empty-backlog",
                f"the backlog holds no items, but {managed} issues are managed from it",
                "check that the right file was read; if it is meant, use --force empty-backlog",
            )
        )
    violations += _mass(plan, managed)
    violations += _reread(plan, desired, matches)
    violations += _board(plan, desired, observed)
    if not observed.whole and any(c.action is Action.CREATE for c in plan.changes):
        violations.append(
            Violation(
                "incomplete-read",
                "the issues could not all be read, so nothing may be created",
                "run again",
                final=True,
            )
        )
    return tuple(violations)


def _board(plan: Plan, desired: DesiredState, observed: ObservedState) -> list[Violation]:
    """Refuse where the board is declared and cannot be reached, or not be changed as it should."""
    if desired.project is None:
        return []
    if observed.project_problem:
        return [
            Violation(
                "board-out-of-reach",
                f"the board {desired.project} is out of reach: {observed.project_problem}",
                "set BACKLOG_PROJECT_TOKEN to a token that reaches it, or use --project none",
                final=True,
            )
        ]
    reason = blocked_reason(observed.project)
    if reason and any(deferred.kind is ChangeKind.PROJECT for deferred in plan.deferred):
        message = f"{desired.project}: {reason}"
        return [Violation("board-not-writable", message, blocked_hint(reason), final=True)]
    return []


def _writes_to(name: str, plan: Plan) -> bool:
    """Return whether a plan changes anything in another repository."""
    keys = {item.key for item in plan.items if item.repository == name}
    return any(c.repository == name or c.key in keys for c in plan.changes)


def _out_of_reach(observed: ObservedState) -> list[Violation]:
    """Refuse where items have their issues in a repository that could not be read."""
    return [
        Violation(
            "repository-out-of-reach",
            f"{name}, in which items of this backlog are, is out of reach: {why}",
            "use a token that reaches it, or keep these items in the file with `sync: false`",
            final=True,
        )
        for name, why in sorted(observed.out_of_reach.items())
    ]


def rights(repository: ObservedRepository) -> list[Violation]:
    """Return every reason why nothing at all may be written there."""
    name = repository.name_with_owner
    permission = repository.permission.lower()
    obstacles = (
        (repository.archived, "archived", f"{name} is archived", "unarchive it first"),
        (
            repository.disabled,
            "disabled",
            f"{name} is disabled by GitHub",
            "its owner gets a message with the reason; GitHub Support enables it again",
        ),
        (
            repository.locked,
            "locked",
            f"{name} is locked, as during a migration",
            "wait until the migration is over, or ask whoever began it to unlock the repository",
        ),
        (
            not repository.has_issues,
            "no-issues",
            f"issues are switched off in {name}",
            "switch them on in the repository's settings",
        ),
        (
            repository.permission not in WRITERS,
            "read-only",
            f"this token may only read {name} ({permission})",
            "use a token with write access to issues: `sync` needs it, and `report` to write"
            " progress into the files; `plan` does not",
        ),
    )
    return [
        Violation(slug, message, hint, final=True)
        for stands, slug, message, hint in obstacles
        if stands
    ]


def restriction(repository: ObservedRepository) -> tuple[str, str] | None:
    """Return why this token may not create issues, and what to do; None if it may.

    `issueCreationPolicy` and `viewerCanCreateIssues` exist since 2026-06 [D].
    """
    name = repository.name_with_owner
    if repository.may_create is not False:
        return None
    if repository.collaborators_only:
        return (
            f"only collaborators may create issues in {name}, and this token's account is not one",
            "have an administrator of the repository add the account, or allow everybody to"
            " create issues",
        )
    return (
        f"GitHub reports that this token may not create issues in {name}",
        "use a token of an account that may: one can be blocked, or limited for some days",
    )


def _restricted(repository: ObservedRepository, plan: Plan, name: str | None) -> list[Violation]:
    """Refuse to create issues in a repository (None: the target) that does not let this token.

    If nothing can be written at all, `rights` returns the reason.
    """
    creates = any(isinstance(c, CreateIssue) and c.repository == name for c in plan.changes)
    restricted = restriction(repository) if creates and not rights(repository) else None
    if restricted is None:
        return []
    message, hint = restricted
    slug = "issues-restricted"
    return [Violation(slug, message, f"{hint}; if it may after all, use --force {slug}")]


def _moved_or_foreign(
    plan: Plan, desired: DesiredState, observed: ObservedState, matches: Matches
) -> list[Violation]:
    """Refuse if most issues that the file names are not its own: moved, or of elsewhere."""
    unclear = any(note.name == IDENTITY for note in plan.conflicts)
    creates = [c for c in plan.changes if isinstance(c, CreateIssue)]
    adopts = [c for c in plan.changes if isinstance(c, AdoptIssue)]
    if not unclear and not creates and len(adopts) < _FEW:
        return []
    return _moved(creates, matches, desired, observed) or _foreign(
        adopts, matches, desired.items, observed
    )


def _moved(
    creates: Sequence[Change], matches: Matches, desired: DesiredState, observed: ObservedState
) -> list[Violation]:
    """Find the same keys and titles under another identity: a file that was moved or renamed."""
    if any(not match.adopt for match in matches.by_key.values()):
        return []
    former_backlogs = Counter(hold.moved_from for hold in matches.held.values() if hold.moved_from)
    # An issue that is only to be adopted does not say whose backlog this is.
    count = former_backlogs.total() + len(creates) + len(matches.by_key)
    titles = {(c.key, normalize.title(c.title)) for c in creates}
    for issue in observed.issues if titles else ():
        if issue.repository == observed.repository.name_with_owner:
            marker = body_block.split(issue.body).marker
            if marker and (marker.key, normalize.title(issue.title)) in titles:
                former_backlogs[marker.backlog] += 1
    for old, items in sorted(former_backlogs.items()):
        if old != desired.backlog_id and items * 2 >= count:
            return [
                Violation(
                    "backlog-moved",
                    f"{items} of {count} items exist under another identity: the backlog {old!r},"
                    f" and this one is {desired.backlog_id!r}",
                    f"{IF_MOVED}, {set_id(desired, old)}; if these items are to be"
                    " created a second time, use --force backlog-moved",
                    former_id=old,
                )
            ]
    return []


def _foreign(
    adopts: Sequence[Change],
    matches: Matches,
    items: Sequence[DesiredItem],
    observed: ObservedState,
) -> list[Violation]:
    """Find numbers that were written for another repository: a fork, a copy, a trial elsewhere.

    A number may be missing, or lead to an issue of another title. What is known here, by a number
    or by its marker, says that the repository is right.
    """
    strange = sum(hold.strange for hold in matches.held.values())
    retitled = sum("title" in change.fields for change in adopts)
    recognized = len(matches.by_key) - retitled
    complaint = f"have other titles than the items in {observed.repository.name_with_owner}"
    if strange:
        numbered = sum(item.issue is not None and item.key in matches.by_key for item in items)
        count, total = strange + retitled, strange + numbered
        refused = count > recognized
        lack = f"are not issues of {observed.repository.name_with_owner}"
        complaint = f"{lack}, or {complaint}" if retitled else lack
    else:
        count, total = retitled, len(adopts)
        refused = count >= _FEW and count * 2 > total
    if not refused:
        return []
    return [
        Violation(
            "foreign-numbers",
            f"{count} of {total} issue numbers in the file {complaint}",
            "name the right repository with --repo; or take these numbers out of the file; if"
            " these issues are meant, use --force foreign-numbers",
        )
    ]


def _closes_orphan(change: Change, keys: Collection[str]) -> bool:
    double = isinstance(change, CloseDuplicate)
    return isinstance(change, CloseIssue) and not double and change.key not in keys


def _mass(plan: Plan, managed: int) -> list[Violation]:
    """Refuse closing, unlinking, removing or shrinking a large share of what is managed."""
    if managed < _SMALL:
        return []
    # What a second issue loses, the one that stays has.
    doubles = {c.key for c in plan.changes if isinstance(c, CloseDuplicate)}
    changes = [c for c in plan.changes if not doubles & {c.key, c.other}]
    kinds = {
        "closes": {c.key for c in changes if isinstance(c, CloseIssue) and c.ref},
        "unlinks": {c.key for c in changes if c.action is Action.UNLINK},
        "takes labels or assignees from": {c.key for c in plan.changes if _removes(c)},
        "shortens the text of": {c.key for c in plan.changes if _shrinks(c)},
        "clears board values of": {c.key for c in plan.changes if _clears(c)},
    }
    return [
        Violation(
            _MASS,
            f"this plan {effect} {len(keys)} of {managed} managed issues "
            f"({100 * len(keys) // managed}%, the limit is {_SHARE:.0%})",
            f"look at the plan; if it is meant, use --force {_MASS}",
        )
        for effect, keys in kinds.items()
        if len(keys) > _SHARE * managed
    ]


def _reread(plan: Plan, desired: DesiredState, matches: Matches) -> list[Violation]:
    """Refuse if a newer version reads a large share of the managed items differently."""
    share = reread(plan, desired, matches, share=_SHARE, least=_SMALL)
    if share is None:
        return []
    return [
        Violation(
            _REREAD,
            f"this plan changes the title, kind or text of {share.count} of {share.managed} managed"
            f" issues ({100 * share.count // share.managed}%, the limit is {_SHARE:.0%}) that an"
            f" earlier version of backlog wrote; for example {', '.join(share.examples)}",
            "look at `backlog plan`; if the file is read wrongly now, `reading:` in its settings"
            f" says what its lines are; if all of it is right, use --force {_REREAD}",
        )
    ]


def _removes(change: Change) -> bool:
    for name in ISSUE_SETS:
        field = change.fields.get(name)
        if (
            field
            and isinstance(field.before, list)
            and isinstance(field.after, list)
            and set(field.before) - set(field.after)
        ):
            return True
    return False


def _clears(change: Change) -> bool:
    return isinstance(change, SetBoardValue) and change.before is not None and change.after is None


def _shrinks(change: Change) -> bool:
    """Return whether more than half of a body's visible text would go."""
    field = change.fields.get("body")
    if field is None or change.action is Action.CREATE:
        return False
    return len(str(field.after)) * 2 < len(str(field.before))
