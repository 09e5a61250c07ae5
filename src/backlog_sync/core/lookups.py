"""What a plan needs to know that is not part of reading the whole repository."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from backlog_sync.core.agents import is_agent_name, is_recorded
from backlog_sync.core.body import split
from backlog_sync.core.locations import locations
from backlog_sync.core.marker import Base
from backlog_sync.core.matching import match_items
from backlog_sync.core.model import DesiredState
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.observed import IssueLink, ObservedIssue, ObservedState
from backlog_sync.core.reading import is_about, may_have_marker
from backlog_sync.core.trust import logins_to_ask
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Questions:
    """Things to look up by name or id, each once.

    `issues` are issues in other repositories as `owner/repo#n`; `logins` are people, by repository,
    who may or may not be assignable there; `cards` are ids of issues that no board's list shows,
    whose board item may be archived; `missing` are issues as `owner/repo#n` that the files name and
    the lists do not contain; `authors` are logins, by repository, whose permission only the server
    knows; `assignments` are ids of issues that may get an agent, which may have had it before;
    `links` those that lack a blocker which was linked, or was not yet, when a run was interrupted;
    `triage` those of which it counts who put a label or a milestone on them.
    """

    issues: tuple[str, ...] = ()
    logins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cards: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    authors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assignments: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    triage: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        by_id = self.cards or self.assignments or self.links or self.triage
        return bool(self.issues or self.logins or by_id or self.missing or self.authors)


def questions(desired: DesiredState, observed: ObservedState) -> Questions:
    """Return what must be looked up before this backlog can be planned."""
    items = [item for item in desired.items if item.sync]
    read_repositories = {fold(location.name) for location in locations(desired, observed)}
    keys = {item.key for item in items}
    issues: dict[str, None] = {}
    for item in items:
        blockers = item.fields.get("blocked_by")
        names = [str(name) for name in blockers] if isinstance(blockers, tuple) else []
        for name in (*names, *([item.parent] if item.parent else [])):
            repository, sign, _ = name.rpartition("#")
            if name in keys or not sign or observed.embedded:
                continue
            full_ref = name if repository else f"{observed.repository.name_with_owner}{name}"
            # Of what was read whole, those that were not listed are not there.
            listed = fold(full_ref.rpartition("#")[0]) in read_repositories and observed.whole
            if not listed:
                issues[full_ref] = None
    known_links = known_issues(observed) if issues else {}
    return Questions(
        issues=tuple(sorted(ref for ref in issues if fold(ref) not in known_links)),
        logins=_logins(desired, observed),
        cards=tuple(_cardless(desired, observed)),
        missing=tuple(_missing(desired, observed)),
        authors=authors(desired, observed),
        assignments=tuple(_assignments(desired, observed)),
        links=tuple(_links(observed)),
    )


def authors(desired: DesiredState, observed: ObservedState) -> dict[str, tuple[str, ...]]:
    """Return the authors of possibly managed issues whose permission has to be looked up."""
    logins_by_repository: dict[str, tuple[str, ...]] = {}
    for location in locations(desired, observed):
        numbers = {item.issue.number for item in location.items if item.issue is not None}
        candidates = [i for i in location.issues if i.number in numbers or may_have_marker(i.body)]
        writers = [issue.author for issue in candidates]
        if desired.settings.pull_requests:
            writers += [pull.author for issue in candidates for pull in issue.pull_requests]
        logins = logins_to_ask(writers, observed.viewer, desired.settings)
        if logins:
            logins_by_repository[location.name] = logins
    return logins_by_repository


def _logins(desired: DesiredState, observed: ObservedState) -> dict[str, tuple[str, ...]]:
    """Return people whom items name and who are not assigned to anything in their repository."""
    unassigned: dict[str, tuple[str, ...]] = {}
    for location in locations(desired, observed):
        logins: dict[str, str] = {}
        for item in location.items:
            assignees = item.fields.get("assignees")
            if item.sync and isinstance(assignees, tuple):
                logins = fold_set(map(str, assignees)) | logins
        if logins:
            assigned = {fold(login) for issue in location.issues for login in issue.assignees}
            unknown = sorted(
                name
                for folded, name in logins.items()
                if folded not in assigned or is_agent_name(name)
            )
            if unknown:
                unassigned[location.name] = tuple(unknown)
    return unassigned


def _missing(desired: DesiredState, observed: ObservedState) -> Iterator[str]:
    """Yield issues that items name but the list of their repository does not contain."""
    sandbox, plain = observed.sandbox, not observed.embedded
    for location in locations(desired, observed):
        listed = {issue.number for issue in location.issues}
        numbers = {
            item.issue.number
            for item in location.items
            if item.sync
            and item.issue is not None
            and is_about(
                item.issue, location.name, sandbox=sandbox, plain=plain, declared=location.declared
            )
        }
        yield from (f"{location.name}#{number}" for number in sorted(numbers - listed))


def _cardless(desired: DesiredState, observed: ObservedState) -> Iterator[str]:
    """Yield issues that the board does not show and that are ours, or may become so."""
    if desired.project is None or observed.project is None:
        return
    hidden = [issue for issue in observed.issues if issue.card is None]
    if hidden:
        matched_ids = {match.issue.id for match in match_items(desired, observed).by_key.values()}
        yield from (issue.id for issue in hidden if issue.id in matched_ids)


def _assignments(desired: DesiredState, observed: ObservedState) -> Iterator[str]:
    """Yield the open issues to which an agent is to be assigned, as far as their record says."""
    allowed = fold_set(desired.settings.agents)
    items = {item.key: item.fields.get("assignees") for item in desired.items if item.sync}
    named = {
        key: [str(name) for name in assignees if fold(str(name)) in allowed]
        for key, assignees in items.items()
        if isinstance(assignees, tuple)
    }
    if not any(named.values()):
        return
    for key, match in match_items(desired, observed).by_key.items():
        new = (name for name in named.get(key, ()) if not is_recorded(name, match))
        if match.issue.state == "open" and any(new):
            yield match.issue.id


def _links(observed: ObservedState) -> Iterator[str]:
    """Yield the issues that may never have got all blockers that their marker names.

    The marker of a new issue names them before they are linked; the timeline says of one that is
    absent whether somebody removed it.
    """
    if not observed.capabilities.link_events:
        return
    issues = {issue.id: issue for issue in observed.issues}
    for issue in observed.issues:
        pending, recorded = _pending_blockers(issue.body)
        if not pending:
            continue
        bodies = (issues[link.id].body for link in issue.blocked_by if link.id in issues)
        keys = {fold(marker.key) for body in bodies if (marker := split(body).marker)}
        absent = set(map(fold, recorded)) - keys
        links = (f"{link.repository}#{link.number}" for link in issue.blocked_by)
        if absent and absent - set(map(fold, links)):
            yield issue.id


def _pending_blockers(body: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether the blockers in a marker may not have been linked, and their names."""
    marker = split(body).marker if '"p":' in body else None
    base = marker.base if marker else Base()
    return "blocked_by" in base.pending, base.sets.get("blocked_by", ())


def known_issues(observed: ObservedState) -> dict[str, IssueLink]:
    """Return every issue that was read, in any repository, by its folded `owner/repo#n`."""
    known: dict[str, IssueLink] = {}

    def add(entry: ObservedIssue | IssueLink) -> None:
        name = f"{fold(entry.repository)}#{entry.number}"
        if name not in known:
            known[name] = (
                entry
                if isinstance(entry, IssueLink)
                else IssueLink(entry.id, entry.number, entry.repository)
            )

    for issue in observed.issues:
        add(issue)
        for link in (*issue.blocked_by, *([issue.parent] if issue.parent else [])):
            add(link)
    for name, link in observed.elsewhere.items():
        add(link)
        known.setdefault(fold(name), link)
    return known
