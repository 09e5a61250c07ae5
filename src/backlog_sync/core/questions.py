"""What a plan has to know that reading the whole repository does not tell."""

from collections.abc import Iterator
from dataclasses import dataclass

from backlog_sync.core import normalize
from backlog_sync.core.identity import applies, match_items
from backlog_sync.core.model import (
    DesiredItem,
    DesiredState,
    IssueLink,
    ObservedIssue,
    ObservedState,
)


@dataclass(frozen=True, slots=True)
class Questions:
    """Things to look up by name or id, each asked once.

    `issues` are issues elsewhere as `owner/repo#n`; `logins` are people of whom nobody knows yet
    whether they can be assigned here; `cards` are ids of issues that no board's list shows, whose
    card may be archived; `missing` are numbers that the files name and the list does not hold.
    """

    issues: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.issues or self.logins or self.cards or self.missing)


def questions(desired: DesiredState, observed: ObservedState) -> Questions:
    """Give what must be looked up before this backlog can be planned."""
    items = [item for item in desired.items if item.sync]
    here = normalize.fold(observed.repository.name_with_owner)
    whole_read = observed.coverage.complete
    known = known_issues(observed)
    keys = {item.key for item in items}
    issues: dict[str, None] = {}
    logins: dict[str, str] = {}
    for item in items:
        blockers = item.fields.get("blocked_by")
        names = [str(name) for name in blockers] if isinstance(blockers, tuple) else []
        for name in (*names, *([item.parent] if item.parent else [])):
            repository, sign, _ = name.rpartition("#")
            whole = name if repository else f"{observed.repository.name_with_owner}{name}"
            # Of this repository those that were not listed are not there, where all were.
            sought = normalize.fold(repository or here) != here or not whole_read
            if name not in keys and sign and sought and normalize.fold(whole) not in known:
                issues[whole] = None
        assignees = item.fields.get("assignees")
        for login in assignees if isinstance(assignees, tuple) else ():
            logins.setdefault(normalize.fold(str(login)), str(login))
    assigned = {normalize.fold(login) for issue in observed.issues for login in issue.assignees}
    return Questions(
        issues=tuple(sorted(issues)),
        logins=tuple(sorted(name for fold, name in logins.items() if fold not in assigned)),
        cards=tuple(_cardless(desired, observed)),
        missing=_missing(items, desired, observed),
    )


def _missing(
    items: list[DesiredItem], desired: DesiredState, observed: ObservedState
) -> tuple[int, ...]:
    """Numbers of the target repository that are none of its issues as they were listed."""
    there = {issue.number for issue in observed.issues}
    named = {
        item.issue.number
        for item in items
        if item.issue is not None and applies(item.issue, observed, desired.repository)
    }
    return tuple(sorted(named - there))


def _cardless(desired: DesiredState, observed: ObservedState) -> Iterator[str]:
    """Issues that the board does not show and that are ours, or may become so."""
    if desired.project is None or observed.project is None:
        return
    hidden = [issue for issue in observed.issues if issue.card is None]
    if hidden:
        ours = {match.issue.id for match in match_items(desired, observed).by_key.values()}
        yield from (issue.id for issue in hidden if issue.id in ours)


def known_issues(observed: ObservedState) -> dict[str, IssueLink]:
    """Give every issue that was seen, other repositories' too, by its folded `owner/repo#n`."""
    known: dict[str, IssueLink] = {}

    def see(seen: ObservedIssue | IssueLink) -> None:
        link = IssueLink(seen.id, seen.number, seen.repository)
        known.setdefault(normalize.fold(f"{seen.repository}#{seen.number}"), link)

    for issue in observed.issues:
        see(issue)
        for link in (*issue.blocked_by, *([issue.parent] if issue.parent else [])):
            see(link)
    for name, link in observed.elsewhere.items():
        see(link)
        known.setdefault(normalize.fold(name), link)
    return known
