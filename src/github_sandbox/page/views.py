"""Build plain values for things that several pages show."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from github_sandbox import issue_fields
from github_sandbox.models import (
    Account,
    Field,
    Issue,
    IssueField,
    IssueType,
    Item,
    Label,
    Milestone,
    Project,
    Repository,
)
from github_sandbox.page import colors
from github_sandbox.page.addresses import HOME
from github_sandbox.store import Store

_POINTS = ("point", "estimate", "size")
_RECORD = "Backlog record"
"""The text field in which `backlog` remembers what it wrote last: not for people."""
TONES = 7
"""The colors of avatars: `.t0` to `.t6` in the style sheet."""
_STATES = {
    "COMPLETED": ("done", "Closed as completed"),
    "NOT_PLANNED": ("dropped", "Closed as not planned"),
    "DUPLICATE": ("dropped", "Closed as duplicate"),
}


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label; `color` is six hex digits."""

    name: str
    color: str
    description: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A value with a color of boards, in lower case; a plain one is shown with its name."""

    text: str
    color: str = "gray"
    name: str = ""
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a number of things are done."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """The percentage, rounded down: 100 means all."""
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A milestone with the progress of its issues.

    `due` is a date, or empty; `left` says how far away it is, such as "in 3 days".
    """

    title: str
    url: str
    due: str
    left: str
    is_late: bool
    is_open: bool
    description: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue as one line. `state` is open, done or dropped; points come from its board.

    `waits` is how many open issues block it.
    """

    id: int
    number: int
    title: str
    url: str
    home: str
    state: str
    state_words: str
    labels: tuple[LabelView, ...]
    milestone: str
    assignees: tuple[str, ...]
    type: str
    status: Chip | None
    points: float | None
    progress: Progress
    waits: int
    comments: int
    author: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Control:
    """A field that a visitor can set: `kind` is select, people, number, date or text.

    `choices` are what can be selected, each with its text.
    """

    id: int
    name: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another page."""

    text: str
    url: str


def repository_url(full_name: str) -> str:
    """Return the address of a repository's page."""
    return f"{HOME}repos/{quote(full_name)}"


def issue_url(full_name: str, number: int) -> str:
    """Return the address of an issue's page."""
    return f"{repository_url(full_name)}/issues/{number}"


def board_url(owner: str, number: int) -> str:
    """Return the address of a board's page."""
    return f"{HOME}boards/{quote(owner)}/{number}"


def search_url(full_name: str, key: str, value: str) -> str:
    """Return the address of all issues of a repository with this value, such as a label."""
    term = f'{key}:"{value}"'
    return f"{repository_url(full_name)}?{urlencode({'state': 'all', 'q': term}, errors='replace')}"


def initials(login: str) -> str:
    """Return the one or two letters of an avatar."""
    parts = [part for part in login.replace("_", "-").split("-") if part]
    letters = parts[0][:1] + parts[1][:1] if len(parts) > 1 else login[:2]
    return letters.upper()


def tone(login: str) -> str:
    """Return the color class of a person's avatar, always the same one."""
    return f"t{zlib.crc32(login.encode('utf-8', 'replace')) % TONES}"


def is_internal(field: Field) -> bool:
    """Return whether a field of a board is for programs only."""
    return field.data_type == "TEXT" and field.name == _RECORD


class Reader:
    """Reads the store for one page, and caches what every row needs.

    Hold the sandbox's lock while you use it.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._fields: dict[int, tuple[Field | None, Field | None]] = {}
        self._homes: dict[int, str] = {}
        self._labels: dict[int, LabelView] = {}

    # ---- places ----------------------------------------------------------------------------

    def repositories(self) -> list[Repository]:
        """Return all repositories by name."""
        records = {r.id: r for r in self.store.repositories.values()}.values()
        return sorted(records, key=lambda r: self.full_name(r.id).lower())

    def boards(self) -> list[Project]:
        """Return all boards by owner and number."""
        projects = [p for table in self.store.projects.values() for p in table.values()]
        return sorted(projects, key=lambda p: (self.login(p.owner).lower(), p.number))

    def full_name(self, repository: int) -> str:
        """Return `owner/name`."""
        if repository not in self._homes:
            record = self.store.get(Repository, repository)
            self._homes[repository] = self.store.full_name(record)
        return self._homes[repository]

    def login(self, account: int | None) -> str:
        """Return a login; `ghost` for a deleted account, as on GitHub."""
        return "ghost" if account is None else self.store.get(Account, account).login

    def people(self) -> list[str]:
        """Return the logins of all who can be assigned."""
        accounts = self.store.accounts.values()
        logins = {a.login for a in accounts if a.kind != "Organization" and a.permission != "none"}
        return sorted(logins, key=str.lower)

    def issues(self, repository: Repository) -> list[Issue]:
        """Return the issues of a repository by number, without pull requests."""
        records = self.store.issues.get(repository.id, {}).values()
        return sorted((i for i in records if not i.is_pull), key=lambda i: i.number)

    def boards_of(self, repository: Repository) -> list[Project]:
        """Return the boards that are linked to a repository, and those that its issues are on."""
        shown = {
            project
            for issue in self.store.issues.get(repository.id, {}).values()
            for project in self.store.cards.get(issue.id, {})
        }
        return [p for p in self.boards() if p.id in shown or repository.id in p.repositories]

    def tabs(self, repository: Repository) -> tuple[Link, ...]:
        """Return the links between the pages of a repository."""
        name = self.full_name(repository.id)
        boards = (
            Link(p.title, board_url(self.login(p.owner), p.number))
            for p in self.boards_of(repository)
        )
        url = repository_url(name)
        return (
            Link("Issues", url),
            *boards,
            Link("Milestones", f"{url}/milestones"),
            Link("Dependencies", f"{url}/dependencies"),
            Link("Labels", f"{url}/labels"),
        )

    # ---- issues ----------------------------------------------------------------------------

    def label(self, number: int) -> LabelView:
        """Return a label by its number."""
        if number not in self._labels:
            label = self.store.get(Label, number)
            self._labels[number] = LabelView(
                label.name, colors.valid_color(label.color), label.description or ""
            )
        return self._labels[number]

    def progress(self, issue: Issue) -> Progress:
        """Return how many of an issue's sub-issues are closed."""
        children = self.store.all(Issue, issue.sub_issues)
        return Progress(sum(child.state == "CLOSED" for child in children), len(children))

    def deep_progress(self, issue: Issue) -> Progress:
        """Return how many of the issues at the lowest level below an issue are closed."""
        leaves = list(self._leaves(issue))
        return Progress(sum(leaf.state == "CLOSED" for leaf in leaves), len(leaves))

    def _leaves(self, issue: Issue) -> Iterator[Issue]:
        for child in self.store.all(Issue, issue.sub_issues):
            yield from self._leaves(child) if child.sub_issues else (child,)

    def ancestors(self, issue: Issue) -> list[Issue]:
        """Return the issues above an issue, the top one first."""
        above: list[Issue] = []
        while issue.parent is not None:
            issue = self.store.get(Issue, issue.parent)
            above.insert(0, issue)
        return above

    def issue(self, issue: Issue) -> IssueView:
        """An issue as one line."""
        full_name = self.full_name(issue.repository)
        closed = _STATES.get(issue.state_reason or "", ("done", "Closed"))
        state, words = ("open", "Open") if issue.state == "OPEN" else closed
        status, points = self._on_board(issue)
        milestone = self.store.get(Milestone, issue.milestone) if issue.milestone else None
        kind = self.store.get(IssueType, issue.issue_type) if issue.issue_type else None
        blockers = self.store.all(Issue, issue.blocked_by)
        return IssueView(
            id=issue.id,
            number=issue.number,
            title=issue.title,
            url=issue_url(full_name, issue.number),
            home=full_name,
            state=state,
            state_words=words,
            labels=tuple(self.label(number) for number in issue.labels),
            milestone=milestone.title if milestone else "",
            assignees=tuple(self.login(number) for number in issue.assignees),
            type=kind.name if kind else "",
            status=status,
            points=points,
            progress=self.progress(issue),
            waits=sum(blocker.state == "OPEN" for blocker in blockers),
            comments=len(self.store.comments.get(issue.id, {})),
            author=self.login(issue.author),
            created_at=issue.created_at,
        )

    def lines(self, numbers: Iterable[int]) -> tuple[IssueView, ...]:
        """Return issues as lines, by the numbers of their records."""
        return tuple(self.issue(issue) for issue in self.store.all(Issue, numbers))

    def cards(self, issue: Issue) -> list[tuple[Project, Item]]:
        """Return an issue's cards that are not archived, the oldest board first."""
        cards = self.store.cards.get(issue.id, {})
        pairs = [(self.store.get(Project, n), item) for n, item in cards.items()]
        return sorted(
            ((p, item) for p, item in pairs if not item.is_archived), key=lambda pair: pair[0].id
        )

    def _on_board(self, issue: Issue) -> tuple[Chip | None, float | None]:
        """Return status and points, each from the first board that has a value."""
        status: Chip | None = None
        points: float | None = None
        for project, item in self.cards(issue):
            status = status or self.status(project, item)
            points = self.points(project, item) if points is None else points
        return status, points

    # ---- boards ----------------------------------------------------------------------------

    def status_field(self, project: Project) -> Field | None:
        """Return the field for the columns of a board."""
        return self._status_and_points(project)[0]

    def points_field(self, project: Project) -> Field | None:
        """Return the number field with points, by its name; None if there is none."""
        return self._status_and_points(project)[1]

    def _status_and_points(self, project: Project) -> tuple[Field | None, Field | None]:
        if project.id not in self._fields:
            fields = list(self.store.fields.get(project.id, {}).values())
            status = [f for f in fields if f.name == "Status" and f.data_type == "SINGLE_SELECT"]
            numbers = [f for f in fields if f.data_type == "NUMBER"]
            points = [f for word in _POINTS for f in numbers if word in f.name.lower()]
            self._fields[project.id] = (next(iter(status), None), next(iter(points), None))
        return self._fields[project.id]

    def status(self, project: Project, item: Item) -> Chip | None:
        """Return the column of a card."""
        field = self.status_field(project)
        return self.value(field, item) if field else None

    def points(self, project: Project, item: Item) -> float | None:
        """Return the points of a card."""
        field = self.points_field(project)
        stored: dict[str, Any] = item.values.get(str(field.id), {}) if field else {}
        return float(stored["value"]) if stored else None

    def card_issue(self, item: Item) -> IssueView | None:
        """Return the issue of a card as one line; None for a draft."""
        return None if item.content is None else self.issue(self.store.get(Issue, item.content))

    def chips(self, field: Field, item: Item) -> tuple[Chip, ...]:
        """Return the value of a card in a field, each option of several as one chip."""
        if is_internal(field):
            return ()
        stored = item.values.get(str(field.id))
        if field.data_type != "MULTI_SELECT" or field.issue_field is not None or stored is None:
            value = self.value(field, item)
            return (value,) if value else ()
        return tuple(
            Chip(option["name"], option["color"].lower(), field.name)
            for option in field.options
            if option["id"] in stored["value"]
        )

    def value(self, field: Field, item: Item) -> Chip | None:
        """Return the one value of a card in a field; None if it is empty."""
        if field.issue_field is not None:
            return self._issue_field_value(field, item)
        stored = item.values.get(str(field.id))
        if stored is None:
            return None
        for option in field.options:
            if option["id"] == stored["value"]:
                return Chip(option["name"], option["color"].lower(), field.name)
        for iteration in field.iterations:
            if iteration["id"] == stored["value"]:
                return Chip(str(iteration["title"]), "gray", field.name)
        return Chip(number(stored["value"]), "gray", field.name, is_plain=True)

    def _issue_field_value(self, field: Field, item: Item) -> Chip | None:
        """Return the value of a column that shows an issue field."""
        if field.issue_field is None or item.content is None:
            return None
        issue = self.store.get(Issue, item.content)
        text = issue_fields.shown(self.store, issue, self.store.get(IssueField, field.issue_field))
        return Chip(text, "gray", field.name, is_plain=True) if text else None

    def stored(self, field: Field, item: Item) -> str:
        """Return the value of a card in a field as forms send it; an option by its id."""
        stored = item.values.get(str(field.id))
        return number(stored["value"]) if stored else ""

    def control(self, field: Field) -> Control | None:
        """Return how a visitor sets a field; None if its values are not set on the board."""
        if is_internal(field) or field.issue_field is not None:
            return None
        match field.data_type:
            case "SINGLE_SELECT" | "ITERATION":
                every = (*field.options, *field.iterations)
                choices = tuple((str(c["id"]), str(c.get("name") or c.get("title"))) for c in every)
                return Control(field.id, field.name, "select", choices)
            case "ASSIGNEES":
                people = tuple((login, login) for login in self.people())
                return Control(field.id, field.name, "people", people)
            case "NUMBER" | "DATE" | "TEXT":
                return Control(field.id, field.name, field.data_type.lower())
        return None

    def values(self, project: Project, item: Item) -> tuple[Chip, ...]:
        """Return all values of a card, in the order of the board's fields."""
        fields = self.store.fields.get(project.id, {}).values()
        return tuple(chip for field in fields for chip in self.chips(field, item))


def number(value: object) -> str:
    """Format a number without needless zeros, and anything else as text."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
