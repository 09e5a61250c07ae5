"""Trust in hidden records: only if the author of the issue may write to the repository.

The author of an issue can edit all of its body, marker and boxes included, without any permission
in the repository. Whoever may write there could do the same to any issue.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from backlog_sync.core.diagnostics import Warned
from backlog_sync.core.escape import flow_list
from backlog_sync.core.model import Settings
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import Actor, ObservedIssue
from backlog_sync.core.reading import may_have_marker

ASKED = frozenset({"MEMBER", "COLLABORATOR"})
"""Associations whose permission is looked up; an OWNER may write, all others may not."""

WRITE = frozenset({"ADMIN", "MAINTAIN", "WRITE"})


class Trust(StrEnum):
    """Whether the record in an issue is trusted, depending on its author."""

    TRUSTED = "trusted"
    NO_WRITER = "may not write"
    UNKNOWN = "could not be asked"


def trust_in(
    author: Actor | None, viewer: Actor, settings: Settings, permissions: Mapping[str, str]
) -> Trust:
    """Return whether the record in an issue of this author is trusted.

    `permissions` are those in the issue's repository, by folded login; who is absent could not be
    looked up.
    """
    if author is None:
        return Trust.NO_WRITER
    if is_vouched_for(author, viewer, settings):
        return Trust.TRUSTED
    if author.association not in ASKED:
        return Trust.NO_WRITER
    permission = permissions.get(fold(author.login))
    if permission is None:
        return Trust.UNKNOWN
    return Trust.TRUSTED if permission in WRITE else Trust.NO_WRITER


def is_vouched_for(author: Actor, viewer: Actor, settings: Settings) -> bool:
    """Return whether an author is trusted without looking up a permission."""
    if author.id == viewer.id or author.association == "OWNER":
        return True
    trusted = settings.trusted_authors
    return author.id in trusted or fold(author.login) in map(fold, trusted)


def logins_to_ask(
    authors: Iterable[Actor | None], viewer: Actor, settings: Settings
) -> tuple[str, ...]:
    """Return the logins whose permission has to be looked up, each once."""
    logins = {
        fold(author.login): author.login
        for author in authors
        if author is not None
        and author.association in ASKED
        and not is_vouched_for(author, viewer, settings)
    }
    return tuple(logins[name] for name in sorted(logins))


def trust_warnings(
    issues: Iterable[tuple[ObservedIssue, str, Trust]], trusted: tuple[str, ...]
) -> tuple[Warned, ...]:
    """Return one warning for each author of issues whose record is not trusted, with the remedy.

    Each issue comes with its reference for display, such as "#12".
    """
    refs_by_author: dict[tuple[str, Trust, str], list[str]] = {}
    for issue, ref, doubt in issues:
        # Before an issue is adopted nobody asks who opened it, and no record there can be trusted.
        nothing_there = doubt is Trust.UNKNOWN and not may_have_marker(issue.body)
        if doubt is not Trust.TRUSTED and not nothing_there:
            login = issue.author.login if issue.author else ""
            refs_by_author.setdefault((login, doubt, issue.repository), []).append(ref)
    return tuple(
        Warned(
            _doubt_message(login, doubt, repository, refs),
            "untrusted-record",
            f"`trusted_authors: {flow_list([*trusted, login])}` restores it"
            if login
            else "to restore it, open a new issue",
        )
        for (login, doubt, repository), refs in refs_by_author.items()
    )


def _doubt_message(login: str, doubt: Trust, repository: str, refs: list[str]) -> str:
    names = ", ".join(refs[:5]) + (f" and {len(refs) - 5} more" if len(refs) > 5 else "")
    who = f"{login}, who may not write to {repository}"
    if doubt is Trust.UNKNOWN:
        who = f"{login}, whose permission to write to {repository} could not be checked"
    if not login:
        who = "a deleted account"
    return (
        f"{names}: opened by {who}, so the hidden record there is not trusted: nothing is removed,"
        " no state is set, and ticks are not read"
    )
