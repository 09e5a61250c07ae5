"""Build the home page: an overview of everything in the sandbox."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_sandbox import boards
from github_sandbox.page.log import Totals, totals
from github_sandbox.page.views import Link, Progress, Reader, board_url, repository_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox


@dataclass(frozen=True, slots=True)
class RepositoryCard:
    """A repository on the home page."""

    name: str
    url: str
    is_private: bool
    progress: Progress
    milestones: int
    boards: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """The home page."""

    repositories: tuple[RepositoryCard, ...]
    boards: tuple[tuple[Link, str, int], ...]
    """Boards, each with its owner and number of cards."""
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
                is_private=repository.is_private,
                progress=Progress(closed, len(issues)),
                milestones=len(sandbox.store.milestones.get(repository.id, {})),
                boards=reader.tabs(repository)[1:],
            )
        )
    return HomePage(
        repositories=tuple(cards),
        boards=tuple(
            (
                Link(project.title, board_url(reader.login(project.owner), project.number)),
                reader.login(project.owner),
                len(boards.items_of(sandbox.store, project)),
            )
            for project in reader.boards()
        ),
        totals=totals(sandbox.log),
    )
