"""Open, edit and merge pull requests; link issues to them and to branches.

A closing keyword in the text of a pull request links the issues that it names, whoever wrote it;
merging the pull request closes them [D]. There are no commits: a head is only a name.
"""

import re
from collections.abc import Iterator

from github_sandbox import issues
from github_sandbox.access import Viewer
from github_sandbox.models import Account, Issue, Repository
from github_sandbox.problems import RefusalError, invalid
from github_sandbox.store import Store

_CLOSES = re.compile(
    r"(?<![\w-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+"
    r"(?:(?P<owner>[\w.-]+)/(?P<name>[\w.-]+))?#(?P<number>\d+)\b",
    re.IGNORECASE,
)


def open_pull_request(
    store: Store,
    viewer: Viewer,
    repository: Repository,
    *,
    title: str,
    body: str = "",
    head: str = "",
    base: str = "main",
    draft: bool = False,
) -> Issue:
    """Open a pull request and link the issues that its text closes.

    Refuse a second open one from the same `head`, which is `branch` or `owner:branch`.
    """
    owner, _, branch = head.rpartition(":")
    full_head = f"{owner or _owner(store, repository)}:{branch}"
    if branch and any(p.head == full_head and p.state == "OPEN" for p in _pulls(store, repository)):
        raise invalid(
            "PullRequest", "head", f"A pull request already exists for {full_head}.", "custom"
        )
    new = issues.NewIssue(title=title, body=body, is_pull=True)
    pull = issues.create(store, viewer, repository, new)
    pull.head, pull.base, pull.is_draft = full_head, base, draft
    relink(store, pull)
    return pull


def edit(store: Store, viewer: Viewer, pull: Issue, *, draft: bool | None = None) -> Issue:
    """Turn a pull request into a draft, or mark it as ready."""
    issues.edit(store, viewer, pull, {})
    if draft is not None:
        pull.is_draft = draft
    relink(store, pull)
    return pull


def relink(store: Store, pull: Issue) -> None:
    """Link a pull request to exactly the issues that its text closes."""
    named = list(_closed_by(store, pull))
    for number in {*pull.closes, *named}:
        issue = store.records.get(number)
        if isinstance(issue, Issue):
            others = [each for each in issue.closing_pulls if each != pull.id]
            issue.closing_pulls = [*others, pull.id] if number in named else others
            store.mark(issue)
    pull.closes = named
    store.mark(pull)


def merge(store: Store, viewer: Viewer, pull: Issue) -> Issue:
    """Merge an open pull request and close the issues that it names."""
    repository = store.get(Repository, pull.repository)
    issues.require(store, viewer, repository, "write")
    if pull.state != "OPEN" or pull.is_draft:
        raise RefusalError("NOT_ALLOWED", "Pull Request is not mergeable")
    pull.state, pull.merged_at = "CLOSED", store.now()
    pull.closed_at = pull.merged_at
    store.touch(pull)
    store.event(viewer.account, "merged", pull)
    for issue in store.all(Issue, [n for n in pull.closes if n in store.records]):
        if issue.state == "OPEN":
            issues.close(store, viewer, issue, "COMPLETED")
    return pull


def link_branch(store: Store, viewer: Viewer, issue: Issue, name: str | None) -> str:
    """Create a branch and link it to an issue; by default its name is number and title."""
    repository = store.get(Repository, issue.repository)
    issues.require(store, viewer, repository, "write")
    words = re.sub(r"[^a-z0-9]+", "-", issue.title.lower()).strip("-")
    branch = name or f"{issue.number}-{words}"
    if branch not in issue.branches:
        issue.branches = [*issue.branches, branch]
        store.touch(issue)
    return branch


def state_of(pull: Issue) -> str:
    """Return the state of a pull request in GraphQL: OPEN, CLOSED or MERGED."""
    return "MERGED" if pull.merged_at else pull.state


def is_from_fork(store: Store, pull: Issue) -> bool:
    """Return whether the head of a pull request is in another owner's repository."""
    owner = pull.head.rpartition(":")[0]
    return bool(owner) and owner != _owner(store, store.get(Repository, pull.repository))


def _owner(store: Store, repository: Repository) -> str:
    return store.get(Account, repository.owner).login


def _pulls(store: Store, repository: Repository) -> list[Issue]:
    return [each for each in store.issues.get(repository.id, {}).values() if each.is_pull]


def _closed_by(store: Store, pull: Issue) -> Iterator[int]:
    """Yield the numbers of the records of the issues that a pull request closes, each once."""
    seen: set[int] = set()
    home = store.get(Repository, pull.repository)
    for match in _CLOSES.finditer(pull.body):
        repository: Repository | None = home
        if match["owner"]:
            repository = store.repository(match["owner"], match["name"])
        listed = store.issues.get(repository.id, {}) if repository else {}
        issue = listed.get(int(match["number"]))
        if issue is not None and not issue.is_pull and issue.id not in seen:
            seen.add(issue.id)
            yield issue.id
