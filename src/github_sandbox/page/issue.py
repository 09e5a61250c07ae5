"""Build the page of one issue."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_sandbox import issue_fields, pull_requests
from github_sandbox.models import Issue, Item, Milestone, Project, Repository
from github_sandbox.page.timeline import Entry, timeline
from github_sandbox.page.views import (
    Chip,
    Control,
    IssueView,
    Link,
    Reader,
    board_url,
    repository_url,
)

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox


@dataclass(frozen=True, slots=True)
class CardView:
    """An issue's card on a board: its values, the other statuses, and the other fields to set.

    Each of these fields has the value that it has now.
    """

    id: int
    board_id: int
    board: Link
    values: tuple[Chip, ...]
    statuses: tuple[tuple[str, Chip], ...]
    controls: tuple[tuple[Control, str], ...]


@dataclass(frozen=True, slots=True)
class DevelopmentView:
    """A pull request or a branch that is linked to an issue, and its state."""

    title: str
    state: str


@dataclass(frozen=True, slots=True)
class IssuePage:
    """The page of an issue: the issue, its relations, cards and timeline."""

    issue: IssueView
    repository: Link
    tabs: tuple[Link, ...]
    body: str
    edited_at: str
    editor: str
    ancestors: tuple[IssueView, ...]
    sub_issues: tuple[IssueView, ...]
    blocked_by: tuple[IssueView, ...]
    blocking: tuple[IssueView, ...]
    duplicate_of: IssueView | None
    development: tuple[DevelopmentView, ...]
    cards: tuple[CardView, ...]
    field_values: tuple[Chip, ...]
    milestone_url: str
    people: tuple[str, ...]
    """Those who can be assigned, the assignees first."""
    timeline: tuple[Entry, ...]
    is_archived: bool


def issue_page(sandbox: "Sandbox", issue: Issue) -> IssuePage:
    """Return the page of an issue."""
    store = sandbox.store
    reader = Reader(store)
    repository = store.get(Repository, issue.repository)
    name = reader.full_name(repository.id)
    milestone = store.get(Milestone, issue.milestone) if issue.milestone else None
    assignees = [reader.login(number) for number in issue.assignees]
    return IssuePage(
        issue=reader.issue(issue),
        repository=Link(name, repository_url(name)),
        tabs=reader.tabs(repository),
        body=issue.body,
        edited_at=issue.last_edited_at or "",
        editor=reader.login(issue.editor),
        ancestors=tuple(map(reader.issue, reader.ancestors(issue))),
        sub_issues=reader.lines(issue.sub_issues),
        blocked_by=reader.lines(issue.blocked_by),
        blocking=reader.lines(issue.blocking),
        duplicate_of=next(iter(reader.lines(filter(None, [issue.duplicate_of]))), None),
        development=tuple(_development(sandbox, issue)),
        cards=tuple(_card_view(reader, project, item) for project, item in reader.cards(issue)),
        field_values=tuple(
            Chip(issue_fields.shown(store, issue, field), "gray", field.name)
            for field in issue_fields.valued_fields(store, issue)
        ),
        milestone_url=f"{repository_url(name)}/milestones/{milestone.number}" if milestone else "",
        people=tuple(dict.fromkeys([*assignees, *reader.people()])),
        timeline=timeline(reader, issue),
        is_archived=repository.is_archived,
    )


def _development(sandbox: "Sandbox", issue: Issue) -> Iterator[DevelopmentView]:
    for pull in sandbox.store.all(Issue, issue.closing_pulls):
        state = "draft" if pull.is_draft else pull_requests.state_of(pull).lower()
        yield DevelopmentView(f"{pull.title} #{pull.number}", state)
    for name in issue.branches:
        yield DevelopmentView(name, "branch")


def _card_view(reader: Reader, project: Project, item: Item) -> CardView:
    link = Link(project.title, board_url(reader.login(project.owner), project.number))
    field, current = reader.status_field(project), reader.status(project, item)
    statuses = (
        (option["id"], Chip(option["name"], option["color"].lower()))
        for option in (field.options if field else ())
        if current is None or option["name"] != current.text
    )
    controls = (
        (control, reader.stored(each, item))
        for each in reader.store.fields.get(project.id, {}).values()
        if each is not field and (control := reader.control(each)) and control.kind != "people"
    )
    values = reader.values(project, item)
    return CardView(item.id, project.id, link, values, tuple(statuses), tuple(controls))
