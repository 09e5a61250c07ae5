"""The reasons to hold an item, each with its own remedy."""

import re
from collections.abc import Sequence

from backlog_sync.core.body import NEWER
from backlog_sync.core.escape import flow_list
from backlog_sync.core.model import DesiredState, Hole
from backlog_sync.core.observed import IssueLink, ObservedIssue
from backlog_sync.dataclass import dataclass

IDENTITY = "identity"
"""The field of a note that holds a whole item, because its issue is not clear."""

COPIED = "close it, or take the hidden lines out of its text"
"""What to do about an issue into which somebody copied the block of another one."""

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


@dataclass(frozen=True, slots=True)
class Hold:
    """A held item: nothing is done for it. Contains the reason and the remedy.

    `ref` is the issue for display, `issue` the observed one, if any. `moved_from` is the backlog
    that managed the issue under the same key or title. `strange` means that the item's number was
    probably not written for this repository. `known` means that the issue is certainly the item's,
    and only its content is unclear.
    """

    reason: str
    hint: str
    ref: str | None = None
    issue: ObservedIssue | None = None
    moved_from: str | None = None
    strange: bool = False
    known: bool = False


def missing(ref: str, repository: str, why: str) -> Hold:
    """Return the hold of an item whose number does not exist; `why` is "" if not looked up."""
    hint = "correct the number, or take it out of the file to have a new issue created"
    reason = f"{repository} has no issue of its number"
    match why:
        case "it was deleted":
            reason = "its issue was deleted"
            hint = "take its number out of the file to have a new issue created"
        case "it is a pull request":
            reason = "its number is that of a pull request"
            hint = "write the number of an issue, or take it out to have a new issue created"
        case "":
            reason += " (deleted, moved away, or a pull request)"
        case _:
            pass
    return Hold(reason, hint, ref, strange=True)


def transferred(ref: str, link: IssueLink, repository: str) -> Hold:
    """Return the hold of an item whose issue is in another repository now."""
    return Hold(
        f"its issue was transferred to {link.repository}#{link.number}",
        f"transfer it back to {repository}, or take its number out of the file to have a new issue"
        " created here",
        ref,
    )


def of_another_repository(ref: str, home: str, repository: str) -> Hold:
    """Return the hold of an item whose number is that of another repository."""
    return Hold(
        f"its number is one of {home}, and this run is about {repository}",
        f"run it with --repo {home}, or take its number out of the file to have an issue"
        f" created in {repository}",
        ref,
        strange=True,
    )


def of_another_backlog(
    ref: str, issue: ObservedIssue, desired: DesiredState, other: str, *, same: bool
) -> Hold:
    """Return the hold of an item whose number leads to an issue of another backlog.

    `same` means that an item with the same key or title was there: the file was moved.
    """
    remove = "take its number out of the file to have a new issue created"
    hint = f"{set_id(desired, other)} if this file was moved; else {remove}" if same else remove
    if not same:
        hint = f"correct its number, or {remove}"
    return Hold(
        f"its issue belongs to the backlog {other!r}",
        hint,
        ref,
        issue,
        moved_from=other if same else None,
    )


def set_id(desired: DesiredState, old: str) -> str:
    """Return how to set the previous identity of a backlog in its first file."""
    quoted_id = (
        old if _PLAIN.fullmatch(old) else '"' + old.replace("\\", "\\\\").replace('"', '\\"') + '"'
    )
    source = desired.sources[0] if desired.sources else "the file"
    if desired.backlog_id != source:
        return f"write `id: {quoted_id}` again in place of `id: {desired.backlog_id}`"
    if source.lower().endswith((".md", ".markdown")):
        place = f"the front matter of {source} (between two lines `---` at its top)"
        return f"put `backlog: {{id: {quoted_id}}}` into {place}"
    return f"put `id: {quoted_id}` at the top of {source}"


def taken_twice(ref: str, issue: ObservedIssue) -> Hold:
    """Return the hold of an item whose number another item also has."""
    return Hold(
        "another item names the same issue", "take the number out of one of the two", ref, issue
    )


def broken(ref: str, issue: ObservedIssue, problem: str) -> Hold:
    """Return the hold of an item whose issue has a hidden marker that cannot be read."""
    hint = "edit the issue: restore the lines from its history, or remove all that begin with"
    hint = "upgrade backlog" if problem == NEWER else f"{hint} `<!-- backlog:`"
    return Hold(f"the hidden lines of its issue cannot be used: {problem}", hint, ref, issue)


def untrusted(ref: str, issue: ObservedIssue) -> Hold:
    """Return the hold of an item whose marker is in the issue of an untrusted author."""
    number = ref.lstrip("#")
    ignore = f"else `ignore_issues: [{issue.number}]` to have a new one created"
    if issue.author is None:
        return Hold(
            f"{ref} carries this item's marker, but the account that opened it is gone",
            f"write `issue: {number}` if it is this item's issue, {ignore}",
            ref,
            issue,
        )
    login = issue.author.login
    return Hold(
        f"{ref} carries this item's marker but was opened by {login}, whom this repository does"
        " not trust",
        f"write `issue: {number}` or `trusted_authors: {flow_list([login])}` if it is this item's"
        f" issue, {ignore}",
        ref,
        issue,
    )


def several(refs: Sequence[str], issue: ObservedIssue) -> Hold:
    """Return the hold of an item whose title several issues or items have."""
    return Hold(
        f"it is not clear which of the issues of this title is meant ({', '.join(refs)})",
        "write `issue:` with the number of the right one",
        refs[0],
        issue,
    )


def read_otherwise(refs: Sequence[str], issues: Sequence[ObservedIssue]) -> Hold:
    """Return the hold of an item that an older version may have read under another title."""
    number = refs[0].lstrip("#")
    one_of = "" if len(refs) == 1 else "one of "
    ignored = ", ".join(str(issue.number) for issue in issues)
    return Hold(
        f"an earlier version of backlog may have made {one_of}{', '.join(refs)} from it",
        f"write `issue: {number}` if that is its issue, else `ignore_issues: [{ignored}]` to have a"
        " new one created",
        refs[0],
        issues[0],
    )


def several_of_one_key(refs: Sequence[str], issue: ObservedIssue) -> Hold:
    """Return the hold of an item whose key several issues have, none with its title."""
    return Hold(
        f"{' and '.join(refs)} carry its key",
        "write `issue:` with the number of the right one",
        refs[0],
        issue,
    )


def reversed_parents(ref: str, parent: str, child: str) -> Hold:
    """Return the hold of a link that would close a cycle of sub-issues on GitHub."""
    return Hold(
        f"its parent {parent} is below it on GitHub",
        f"take {child} out from below {ref} on GitHub, or change the file",
        ref,
    )


def left_behind(ref: str, issue: ObservedIssue | None, repository: str) -> Hold:
    """Return the hold of an item whose issue is in a repository other than the file says."""
    return Hold(
        f"its issue is {ref}, and the file says that it is in {repository}",
        f"transfer it to {repository} and write its new number, or take the number and the hidden"
        f" lines of {ref} out to have a new one",
        ref,
        issue,
    )


def astray(ref: str, issue: ObservedIssue) -> Hold:
    """Return the hold of an item whose marker was written in another repository."""
    return Hold(
        f"{ref} carries its key and title, and may be an item of another backlog",
        f"write `issue: {ref.lstrip('#')}` if it is this one, else give this backlog another `id:`",
        ref,
        issue,
    )


_NAMED = 3
"""The most placeholders of one item to list; the rest is counted: it is one form to fill in."""


def unfilled(holes: Sequence[Hole], ref: str | None, issue: ObservedIssue | None) -> Hold:
    """Return the hold of an item with placeholders of a template."""
    named = ", ".join(f"'{hole.text}' ({hole.place})" for hole in holes[:_NAMED])
    more = f" and {len(holes) - _NAMED} more" if len(holes) > _NAMED else ""
    if holes[0].above:
        reason = f"it is below {named}, which is a placeholder of a template"
        return Hold(reason, "fill that in, or give this item an `id:`", ref, issue)
    are = "is a placeholder" if len(holes) == 1 else "are placeholders"
    hint = f"fill {'it' if len(holes) == 1 else 'them'} in, or remove the item"
    return Hold(f"{named}{more} {are} of a template", hint, ref, issue, known=issue is not None)
