"""Build the home page: an overview of everything in the sandbox."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_sandbox import boards
from github_sandbox.models import Project
from github_sandbox.page.log import Totals, totals
from github_sandbox.page.views import Chip, Link, Progress, Reader, board_url, repository_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox


@dataclass(frozen=True, slots=True)
class RepositoryCard:
    """A repository on the home page."""

    name: str
    url: str
    description: str
    is_private: bool
    progress: Progress
    tabs: tuple[Link, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoardSummary:
    """A board on the home page, with the number of its cards by Status."""

    link: Link
    owner: str
    count: int
    statuses: tuple[tuple[Chip, int], ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page."""

    repositories: tuple[RepositoryCard, ...]
    boards: tuple[BoardSummary, ...]
    totals: Totals


def home_page(sandbox: "Sandbox") -> HomePage:
    """Return an overview of everything in the sandbox."""
    reader = Reader(sandbox.store)
    cards = []
    for repository in reader.repositories():
        issues = reader.issues(repository)
        name = reader.full_name(repository.id)
        closed = sum(issue.state == "CLOSED" for issue in issues)
        cards.append(
            RepositoryCard(
                name=name,
                url=repository_url(name),
                description=repository.description or "",
                is_private=repository.is_private,
                progress=Progress(closed, len(issues)),
                tabs=reader.tabs(repository),
                people=tuple({reader.login(n): 0 for i in issues for n in i.assignees}),
            )
        )
    return HomePage(
        repositories=tuple(cards),
        boards=tuple(_board(reader, project) for project in reader.boards()),
        totals=totals(sandbox.log),
    )


def _board(reader: Reader, project: Project) -> BoardSummary:
    owner = reader.login(project.owner)
    items = boards.items_of(reader.store, project)
    counts = Counter(chip for item in items if (chip := reader.status(project, item)))
    field = reader.status_field(project)
    order = [option["name"] for option in field.options] if field else []
    return BoardSummary(
        link=Link(project.title, board_url(owner, project.number)),
        owner=owner,
        count=len(items),
        statuses=tuple(sorted(counts.items(), key=lambda pair: order.index(pair[0].text))),
    )
