"""Build the page of a repository's issues as a tree."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from github_sandbox.models import Issue, Repository
from github_sandbox.page.filters import matches_issue
from github_sandbox.page.milestones import milestone_views, points_done
from github_sandbox.page.views import (
    IssueView,
    Link,
    MilestoneView,
    Progress,
    Reader,
    repository_url,
)

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

PAGE_OF_ISSUES = 100
"""Issues per page, after which no further tree begins."""

Which = Literal["open", "closed", "all"]


@dataclass(frozen=True, slots=True)
class Node:
    """An issue in the tree; `matches` is False if it is only shown for the issues below it."""

    issue: IssueView
    matches: bool
    below: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class IssuesPage:
    """The issues of a repository as a tree; `which` is the requested state."""

    name: str
    url: str
    tabs: tuple[Link, ...]
    which: Which
    query: str
    counts: dict[Which, int]
    points: Progress | None
    progress: Progress
    milestones: tuple[MilestoneView, ...]
    trees: tuple[Node, ...]
    page: int
    last_page: int


def issues_page(
    sandbox: "Sandbox", repository: Repository, which: Which, query: str, page: int
) -> IssuesPage:
    """Return a page of the tree of issues that match, or have matching ones below them."""
    reader = Reader(sandbox.store)
    every = issues = reader.issues(repository)
    if query:
        issues = [issue for issue in issues if matches_issue(reader.issue(issue), query)]
    among = {issue.id for issue in issues}
    closed = sum(issue.state == "CLOSED" for issue in issues)
    states = {"open": ("OPEN",), "closed": ("CLOSED",), "all": ("OPEN", "CLOSED")}[which]

    def matches(issue: Issue) -> bool:
        return issue.state in states and issue.id in among

    roots = [
        issue
        for issue in every
        if issue.parent is None
        or sandbox.store.get(Issue, issue.parent).repository != repository.id
    ]
    pages = _paged(sandbox, roots, matches)
    page = max(1, min(page, len(pages)))
    name = reader.full_name(repository.id)
    return IssuesPage(
        name=name,
        url=repository_url(name),
        tabs=reader.tabs(repository),
        which=which,
        query=query,
        counts={"open": len(issues) - closed, "closed": closed, "all": len(issues)},
        points=points_done(reader, every),
        progress=Progress(sum(issue.state == "CLOSED" for issue in every), len(every)),
        milestones=milestone_views(reader, repository),
        trees=tuple(_tree(reader, issue, matches) for issue in pages[page - 1]) if pages else (),
        page=page,
        last_page=max(1, len(pages)),
    )


def _size(sandbox: "Sandbox", issue: Issue, matches: Callable[[Issue], bool]) -> int:
    """Return the number of lines of a tree; 0 if nothing in it matches."""
    below = sum(_size(sandbox, i, matches) for i in sandbox.store.all(Issue, issue.sub_issues))
    return below + 1 if below or matches(issue) else 0


def _paged(
    sandbox: "Sandbox", roots: Iterable[Issue], matches: Callable[[Issue], bool]
) -> list[list[Issue]]:
    pages: list[list[Issue]] = []
    room = 0
    for root in roots:
        size = _size(sandbox, root, matches)
        if not size:
            continue
        if room <= 0:
            pages.append([])
            room = PAGE_OF_ISSUES
        pages[-1].append(root)
        room -= size
    return pages


def _tree(reader: Reader, issue: Issue, matches: Callable[[Issue], bool]) -> Node:
    below = (_tree(reader, child, matches) for child in reader.store.all(Issue, issue.sub_issues))
    return Node(
        reader.issue(issue), matches(issue), tuple(n for n in below if n.matches or n.below)
    )
