"""Look up issues and people that the lists of a repository do not contain."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import IssueLink, Triaged
from backlog_sync.errors import AccessError, FailedError
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Fault, Rejected, required
from backlog_sync.github_api.capabilities import is_foreign
from backlog_sync.github_api.documents import document, nth, repeated
from backlog_sync.github_api.reader import Reader

if TYPE_CHECKING:
    from github import Github
    from github.Issue import Issue

HTTP_GONE: Final = 410
"""GitHub's answer for an issue that was deleted, and if issues are switched off [R]."""

_SWITCHED_OFF: Final = re.compile(r"\bdisabled\b", re.IGNORECASE)
"""In GitHub's message if issues are switched off [R]."""

_AT_ONCE: Final = 50
"""Aliases in one query."""


def issues_at(reader: Reader, names: Sequence[str]) -> tuple[dict[str, IssueLink], dict[str, str]]:
    """Return issues by `owner/repo#n`, and for the others why they cannot be read."""
    links: dict[str, IssueLink] = {}
    missing: dict[str, str] = {}
    for start in range(0, len(names), _AT_ONCE):
        chunk = names[start : start + _AT_ONCE]
        variables: dict[str, object] = {}
        for n, name in enumerate(chunk):
            repository, _, number = name.rpartition("#")
            owner, _, bare = repository.partition("/")
            variables |= {f"owner{n}": owner, f"name{n}": bare, f"number{n}": int(number)}
        answer = reader.query(repeated(answered.IssuesAt, len(chunk)), variables)
        for n, name in enumerate(chunk):
            repository_at = nth(answer.data, "at", n, answered.IssuesAtRepository)
            issue = repository_at.get("issue") if repository_at else None
            if issue:
                links[name] = parse.link(issue)
            else:
                missing[name] = _not_there(name, answer.fault(f"at{n}"))
    return links, missing


def transferred(reader: Reader, name: str) -> IssueLink | str:
    """Return the current location of an issue that is not in the list, or why there is none.

    REST follows a transfer. GitHub's documentation of "Get an issue": 301 for a transferred
    issue, 410 for a deleted one, and pull requests count as issues.
    """
    old_repository, _, number = name.rpartition("#")
    try:
        return reader.rest(
            lambda github: _link_or_reason(github.get_repo(old_repository).get_issue(int(number)))
        )
    except Rejected as rejection:
        if rejection.status != HTTP_GONE:
            return "there is none of this number"
        off = _SWITCHED_OFF.search(rejection.message)
        return f"issues are switched off in {old_repository}" if off else "it was deleted"


def _link_or_reason(issue: "Issue") -> IssueLink | str:
    """Return the current location of an issue, or that it is a pull request."""
    if issue.pull_request:
        return "it is a pull request"
    repository = "/".join(required(issue.repository_url).split("/")[-2:])
    return IssueLink(required(issue.node_id), required(issue.number), repository)


def conversation(reader: Reader, repository: str, number: int) -> str:
    """Return the node id of an issue or pull request by its number.

    GitHub's documentation of "Get an issue": pull requests count as issues.
    """
    try:
        return reader.rest(
            lambda github: required(github.get_repo(repository).get_issue(number).node_id)
        )
    except Rejected as rejection:
        raise FailedError(
            f"{repository} has no issue or pull request #{number}: {rejection.message}",
            slug="no-conversation",
            hint="name one by its number, and use a token that can see it",
        ) from rejection


def assignable(
    reader: Reader, logins: Mapping[str, Sequence[str]], *, suggested: bool
) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, str]]]:
    """Return, by repository, who cannot be assigned there, and the ids of agents among the others.

    `logins` are the people to ask about, by repository. `suggested` is whether the server has
    `suggestedActors`, which lists agents as well; others list only people.
    """
    absent: dict[str, tuple[str, ...]] = dict.fromkeys(logins, ())
    agents: dict[str, dict[str, str]] = {name: {} for name in logins}
    for chunk in _chunks(logins):
        about = _about(chunk)
        data: Mapping[str, object] | None = None
        if suggested:
            answer = reader.query(repeated(answered.SuggestedActors, len(chunk)), about)
            suggested = not is_foreign(answer)
            data = answer.data
        if not suggested:
            data = reader.query(repeated(answered.Assignable, len(chunk)), about).data
        for n, (name, login) in enumerate(chunk):
            repository = nth(data, "at", n, answered.SuggestedActorsRepository)
            listed = repository.get("people") if repository else None
            actors = {node["login"].lower(): node for node in parse.nodes(listed)}
            actor = actors.get(login.lower())
            if actor is not None and actor.get("__typename") == "Bot":
                agents[name][login] = str(actor.get("id"))
            elif listed is not None and actor is None:
                absent[name] = (*absent[name], login)
    return absent, agents


def assignments(reader: Reader, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the folded logins of agents that were ever assigned, by the ids of the issues."""
    assigned: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        answer = reader.query(
            document(answered.AgentsStanding), {"ids": list(ids[start : start + _AT_ONCE])}
        )
        listed = answer.data["nodes"] if answer.data else ()
        assigned |= {node["id"]: parse.agents_assigned(node) for node in listed if node}
    return assigned


def removed_blockers(reader: Reader, ids: Sequence[str]) -> dict[str, tuple[IssueLink, ...]]:
    """Return the blockers that were ever removed from issues, by the ids of the issues."""
    removed: dict[str, tuple[IssueLink, ...]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        answer = reader.query(
            document(answered.RemovedBlockers), {"ids": list(ids[start : start + _AT_ONCE])}
        )
        listed = answer.data["nodes"] if answer.data else ()
        removed |= {node["id"]: parse.removed_blockers(node) for node in listed if node}
    return removed


def triaged(reader: Reader, ids: Sequence[str]) -> dict[str, tuple[Triaged, ...]]:
    """Return who put labels and milestones on issues, by the ids of the issues."""
    events: dict[str, tuple[Triaged, ...]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        answer = reader.query(
            document(answered.Triage), {"ids": list(ids[start : start + _AT_ONCE])}
        )
        listed = answer.data["nodes"] if answer.data else ()
        events |= {node["id"]: parse.triaged(node) for node in listed if node}
    return events


def permissions(reader: Reader, logins: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return the permissions of people, by repository and folded login, as far as reported.

    A token that may push can ask for many at once. One that may only read the repository's
    metadata can ask for one at a time ("Get repository permissions for a user").
    """
    known: dict[str, dict[str, str]] = {name: {} for name in logins}
    for chunk in _chunks(logins):
        answer = reader.query(repeated(answered.Permissions, len(chunk)), _about(chunk))
        for n, (name, login) in enumerate(chunk):
            repository = nth(answer.data, "at", n, answered.PermissionsRepository)
            listed = repository.get("people") if repository else None
            if listed is not None:
                edges = [edge for edge in listed["edges"] or () if edge]
                known[name][fold(login)] = str(edges[0]["permission"]) if edges else "NONE"
    for name, people in logins.items():
        for login in people:
            if fold(login) in known[name]:
                continue
            try:
                known[name][fold(login)] = reader.rest(partial(_permission, name, login))
            except (Rejected, AccessError):
                break  # the others will be refused, too
    return known


def _permission(repository: str, login: str, github: "Github") -> str:
    return required(github.get_repo(repository).get_collaborator_permission(login)).upper()


def _chunks(logins: Mapping[str, Sequence[str]]) -> Iterator[Sequence[tuple[str, str]]]:
    """Yield repositories and logins, as many as one query takes."""
    pairs = [(name, login) for name, there in logins.items() for login in there]
    for start in range(0, len(pairs), _AT_ONCE):
        yield pairs[start : start + _AT_ONCE]


def _about(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    variables: dict[str, object] = {}
    for n, (repository, login) in enumerate(pairs):
        owner, _, name = repository.partition("/")
        variables |= {f"owner{n}": owner, f"name{n}": name, f"login{n}": login}
    return variables


def _not_there(name: str, fault: Fault | None) -> str:
    """Explain why an issue of another repository cannot be read."""
    if fault is None or fault.type == "NOT_FOUND":
        return f"{name} does not exist, or this token may not see it"
    return f"{name} cannot be read with this token: {fault.message}"
