"""Build the pages of milestones: all of a repository, and each with its issues."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from github_sandbox.models import Issue, Milestone, Repository
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


@dataclass(frozen=True, slots=True)
class MilestonesPage:
    """The milestones of a repository, the next one due first."""

    repository: Link
    tabs: tuple[Link, ...]
    milestones: tuple[MilestoneView, ...]


@dataclass(frozen=True, slots=True)
class MilestonePage:
    """A milestone with its issues, those that are left first; `points` is None without any."""

    repository: Link
    tabs: tuple[Link, ...]
    milestone: MilestoneView
    points: Progress | None
    left: tuple[IssueView, ...]
    closed: tuple[IssueView, ...]


def milestone_views(reader: Reader, repository: Repository) -> tuple[MilestoneView, ...]:
    """Return the milestones of a repository, the next one due first and the closed ones last."""
    counts: dict[int, list[int]] = {}
    for issue in reader.issues(repository):
        if issue.milestone is not None:
            count = counts.setdefault(issue.milestone, [0, 0])
            count[0] += issue.state == "CLOSED"
            count[1] += 1
    records = reader.store.milestones.get(repository.id, {}).values()
    today = date.fromisoformat(reader.store.now()[:10])
    url = f"{repository_url(reader.full_name(repository.id))}/milestones"
    ordered = sorted(records, key=lambda m: (m.state != "OPEN", m.due_on or "9", m.number))
    return tuple(
        _view(record, url, Progress(*counts.get(record.id, (0, 0))), today) for record in ordered
    )


def _view(record: Milestone, url: str, progress: Progress, today: date) -> MilestoneView:
    due = (record.due_on or "")[:10]
    days = (date.fromisoformat(due) - today).days if due else 0
    is_open = record.state == "OPEN"
    count = "1 day" if abs(days) == 1 else f"{abs(days)} days"
    is_late = days < 0 and is_open and progress.percent < 100
    left = f"in {count}" if days > 0 else "today" if days == 0 else f"{count} ago"
    left = f"{count} overdue" if is_late else left
    return MilestoneView(
        title=record.title,
        url=f"{url}/{record.number}",
        due=due,
        left=left if due and is_open else "",
        is_late=is_late,
        is_open=is_open,
        description=record.description or "",
        progress=progress,
    )


def milestones_page(sandbox: "Sandbox", repository: Repository) -> MilestonesPage:
    """Return the page of a repository's milestones."""
    reader = Reader(sandbox.store)
    name = reader.full_name(repository.id)
    return MilestonesPage(
        Link(name, repository_url(name)),
        reader.tabs(repository),
        milestone_views(reader, repository),
    )


def milestone_page(
    sandbox: "Sandbox", repository: Repository, milestone: Milestone
) -> MilestonePage:
    """Return the page of a milestone."""
    reader = Reader(sandbox.store)
    name = reader.full_name(repository.id)
    issues = [i for i in reader.issues(repository) if i.milestone == milestone.id]
    views = [reader.issue(issue) for issue in issues]
    url = f"{repository_url(name)}/milestones/{milestone.number}"
    (shown,) = [m for m in milestone_views(reader, repository) if m.url == url]
    return MilestonePage(
        repository=Link(name, repository_url(name)),
        tabs=reader.tabs(repository),
        milestone=shown,
        points=points_done(reader, issues),
        left=tuple(view for view in views if view.state == "open"),
        closed=tuple(view for view in views if view.state != "open"),
    )


def points_done(reader: Reader, issues: Iterable[Issue]) -> Progress | None:
    """Return the completed and all points; None if no board has points."""
    done = total = 0.0
    for issue in issues:
        for project, item in reader.cards(issue)[:1]:
            points = reader.points(project, item) or 0
            total += points
            done += points if issue.state_reason == "COMPLETED" else 0
    return Progress(round(done), round(total)) if total else None
