"""Search issues and pull requests, with the qualifiers that clients for backlogs use.

The index of the real service lags behind and returns at most 1,000 results; so does this one.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from github_sandbox.context import Context
from github_sandbox.models import Account, Issue, Label, Milestone, Repository
from github_sandbox.store import MOMENT

MAX_RESULTS = 1000
_TERM = re.compile(r'(?P<not>-)?(?:(?P<key>[a-z-]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))', re.I)
_KINDS = {"issue": False, "pr": True, "pull-request": True}


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search: (qualifier, value, negated), and words that must all occur."""

    terms: tuple[tuple[str, str, bool], ...]
    words: tuple[str, ...]
    sort: str = "created-desc"

    def values(self, key: str) -> list[str]:
        """Return the values of a qualifier that are not negated."""
        return [value for name, value, negated in self.terms if name == key and not negated]


def read_query(text: str) -> Query:
    """Parse a search; unknown qualifiers are words to look for."""
    terms: list[tuple[str, str, bool]] = []
    words: list[str] = []
    sort = "created-desc"
    for match in _TERM.finditer(text):
        value = match["quoted"] if match["quoted"] is not None else match["plain"]
        key = (match["key"] or "").lower()
        if key == "sort":
            sort = value
        elif key == "in":
            terms.append((key, value.lower(), False))
        elif key in _QUALIFIERS:
            terms.append((key, value.lower(), bool(match["not"])))
        else:
            words.append((f"{key}:{value}" if key else value).lower())
    return Query(tuple(terms), tuple(words), sort)


def find(ctx: Context, query: Query) -> list[Issue]:
    """Return the results of a search in order, without what the viewer may not read."""
    shown = [repository for repository in _repositories(ctx, query) if _is_visible(ctx, repository)]
    issues = [
        issue
        for repository in shown
        for issue in ctx.store.issues.get(repository.id, {}).values()
        if _matches(ctx, issue, query)
    ]
    if ctx.search_lag > timedelta(0):
        newest = (ctx.store.clock() - ctx.search_lag).strftime(MOMENT)
        issues = [issue for issue in issues if issue.created_at <= newest]
    name, _, direction = query.sort.partition("-")
    attribute = "updated_at" if name == "updated" else "created_at"
    issues.sort(key=lambda issue: (getattr(issue, attribute), issue.id), reverse=direction != "asc")
    return issues


def _repositories(ctx: Context, query: Query) -> Iterable[Repository]:
    every = {repository.id: repository for repository in ctx.store.repositories.values()}.values()
    names = query.values("repo")
    owners = query.values("org") + query.values("user")
    for repository in every:
        full_name = ctx.store.full_name(repository).lower()
        if names and full_name not in names:
            continue
        if owners and full_name.split("/", maxsplit=1)[0] not in owners:
            continue
        yield repository


def _is_visible(ctx: Context, repository: Repository) -> bool:
    return ctx.viewer.sees(repository, ctx.store.full_name(repository))


def _matches(ctx: Context, issue: Issue, query: Query) -> bool:
    if any(_QUALIFIERS[key](ctx, issue, value) == negated for key, value, negated in query.terms):
        return False
    searched = query.values("in") or ["title", "body"]
    parts = {"title": issue.title, "body": issue.body}
    text = "\n".join(part.lower() for name, part in parts.items() if name in searched)
    return all(word in text for word in query.words)


def _login_is(ctx: Context, number: int | None, value: str) -> bool:
    if value == "@me":
        return number == ctx.viewer.account.id
    return number is not None and ctx.store.get(Account, number).login.lower() == value


def _is(_: Context, issue: Issue, value: str) -> bool:
    if value in ("open", "closed"):
        return issue.state.lower() == value
    return _KINDS.get(value, not issue.is_pull) == issue.is_pull


def _milestone(ctx: Context, issue: Issue, value: str) -> bool:
    return (
        issue.milestone is not None
        and ctx.store.get(Milestone, issue.milestone).title.lower() == value
    )


def _lacks(_: Context, issue: Issue, value: str) -> bool:
    names = {"label": "labels", "assignee": "assignees", "milestone": "milestone"}
    return not getattr(issue, names.get(value, "milestone"))


_QUALIFIERS: dict[str, Callable[[Context, Issue, str], bool]] = {
    "assignee": lambda ctx, i, v: any(_login_is(ctx, n, v) for n in i.assignees),
    "author": lambda ctx, issue, value: _login_is(ctx, issue.author, value),
    "in": lambda *_: True,
    "is": _is,
    "label": lambda ctx, issue, value: any(
        label.name.lower() == value for label in ctx.store.all(Label, issue.labels)
    ),
    "milestone": _milestone,
    "no": _lacks,
    "org": lambda *_: True,
    "repo": lambda *_: True,
    "state": _is,
    "type": _is,
    "user": lambda *_: True,
}
"""Whether an issue matches the value of a qualifier; some only select where to search."""
