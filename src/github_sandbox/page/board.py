"""Build the page of a board: by its Status columns and in lanes, or as one of its views."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from github_sandbox import board_views, boards
from github_sandbox.models import Field, Issue, Item, Project, View
from github_sandbox.page.filters import matches
from github_sandbox.page.roadmap import Roadmap, roadmap
from github_sandbox.page.table import Table, group_field, grouped, sort_items, table
from github_sandbox.page.views import Chip, IssueView, LabelView, Link, Progress, Reader, board_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

PAGE_OF_CARDS = 100
"""Cards per column, unless all are requested."""

ASKED = ("view", "group", "under", "q", "show")
"""What an address can ask a board for, in this order."""


@dataclass(frozen=True, slots=True)
class BoardCard:
    """A card: an issue, or a draft with a title only.

    `values` are those not shown elsewhere; `labels` are those that repeat none of them.
    """

    id: int
    issue: IssueView | None
    title: str
    status: str
    points: float | None
    parent: Link | None
    values: tuple[Chip, ...]
    labels: tuple[LabelView, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A Status; `id` is its option, empty for cards without a Status."""

    id: str
    name: str
    color: str
    description: str
    count: int
    points: float


@dataclass(frozen=True, slots=True)
class Lane:
    """The cards below one issue by column; without a `head` all others, or those with one value.

    `progress` counts the issues at the lowest level.
    """

    id: str
    name: str
    head: BoardCard | None
    progress: Progress | None
    cells: tuple[tuple[BoardCard, ...], ...]

    @property
    def is_done(self) -> bool:
        """Whether everything in it is closed."""
        return self.progress is not None and self.progress.percent == 100


@dataclass(frozen=True, slots=True)
class Branch:
    """An issue with sub-issues in the tree next to the board; `url` shows only what is below it."""

    issue: IssueView
    url: str
    is_current: bool
    progress: Progress
    below: tuple["Branch", ...]


@dataclass(frozen=True, slots=True)
class Tab(Link):
    """A link to a view, with its layout in lower case."""

    layout: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A board: by Status columns in lanes, or the table or the roadmap that one view is.

    `query` is what the address asks for, for forms; `groupings` are the links between lanes and
    none, `whole_url` leads to all cards if some are left out.
    """

    title: str
    description: str
    owner: str
    url: str
    query: str
    tabs: tuple[Link, ...]
    views: tuple[Tab, ...]
    filter: str
    asked: dict[str, str]
    groupings: tuple[Tab, ...]
    tree: tuple[Branch, ...]
    under: IssueView | None
    table: Table | None
    roadmap: Roadmap | None
    points_name: str
    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    count: int
    points: float
    progress: Progress
    has_status: bool
    whole_url: str


def board_page(
    sandbox: "Sandbox", project: Project, asked: dict[str, str], view: View | None
) -> BoardPage:
    """Return a board as the address asks for it: see `ASKED`.

    Without a view, all cards are shown by their Status. If there are issues with sub-issues, each
    top one is a lane, unless `group` is `none`.
    """
    reader = Reader(sandbox.store)
    asked = {name: asked[name] for name in ASKED if asked.get(name)}
    every = boards.items_of(sandbox.store, project)
    items = [i for i in every if view is None or matches(reader, project, i, view.filter)]
    items = [item for item in items if matches(reader, project, item, asked.get("q"))]
    under = _under(reader, asked.get("under", ""))
    if under is not None:
        items = [item for item in items if under.id in _line_up(reader, item)]
    layout = view.layout if view else "BOARD_LAYOUT"
    numbers = [item.content for item in items if item.content is not None]
    closed = sum(issue.state == "CLOSED" for issue in sandbox.store.all(Issue, numbers))
    page = _Builder(reader, project, asked)
    roots = _roots(reader, every)
    group = group_field(reader, view)
    lanes = bool(roots) and asked.get("group") != "none" and group is None
    items = sort_items(reader, view, items) if view else items
    owner = reader.login(project.owner)
    linked = [r for r in reader.repositories() if r.id in project.repositories]
    points = reader.points_field(project)
    is_board = layout == "BOARD_LAYOUT"
    columns, rows, is_whole = page.grid(items, group, lanes=lanes) if is_board else ((), (), True)
    return BoardPage(
        title=project.title,
        description=project.short_description or "",
        owner=owner,
        url=page.url,
        query=f"?{urlencode(asked, errors='replace')}" if asked else "",
        tabs=reader.tabs(linked[0]) if linked else (),
        views=tuple(page.views(view)),
        filter=(view.filter or "") if view else "",
        asked=asked,
        groupings=tuple(page.groupings(lanes=lanes)) if is_board and roots and not group else (),
        tree=tuple(page.branch(root, under) for root in roots),
        under=reader.issue(under) if under else None,
        table=table(reader, project, view, items) if view and layout == "TABLE_LAYOUT" else None,
        roadmap=roadmap(reader, project, items) if layout == "ROADMAP_LAYOUT" else None,
        points_name=points.name if points else "",
        columns=columns,
        lanes=rows,
        count=len(items),
        points=sum(reader.points(project, item) or 0 for item in items),
        progress=Progress(closed, len(numbers)),
        has_status=reader.status_field(project) is not None,
        whole_url="" if is_whole else page.address(show="all"),
    )


def _under(reader: Reader, number: str) -> Issue | None:
    """Return the issue whose sub-issues are asked for."""
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    record = reader.store.records.get(int(number))
    return record if isinstance(record, Issue) else None


def _line_up(reader: Reader, item: Item) -> list[int]:
    """Return the numbers of a card's issue and of those above it, the top one first."""
    if item.content is None:
        return []
    issue = reader.store.get(Issue, item.content)
    return [*(above.id for above in reader.ancestors(issue)), issue.id]


def _roots(reader: Reader, items: Iterable[Item]) -> list[Issue]:
    """Return the top issues above these cards that have sub-issues, in the order of the cards."""
    tops = dict.fromkeys(line[0] for item in items if (line := _line_up(reader, item)))
    return [issue for issue in reader.store.all(Issue, tops) if issue.sub_issues]


class _Builder:
    """Builds the parts of one board's page."""

    def __init__(self, reader: Reader, project: Project, asked: dict[str, str]) -> None:
        self.reader = reader
        self.project = project
        self.asked = asked
        self.url = board_url(reader.login(project.owner), project.number)
        self.status = reader.status_field(project)
        self.options = self.status.options if self.status else []
        self._ids = {option["id"] for option in self.options}

    def address(self, **changes: str) -> str:
        """Return the address of this page with other things asked for."""
        query = {name: value for name, value in (self.asked | changes).items() if value}
        return f"{self.url}?{urlencode(query, errors='replace')}" if query else self.url

    def views(self, current: View | None) -> Iterable[Tab]:
        """Return links to all cards and to each view."""
        yield Tab("All cards", self.address(view="", show=""), "board", current is None)
        for view in board_views.views_of(self.reader.store, self.project):
            layout = view.layout.removesuffix("_LAYOUT").lower()
            address = self.address(view=str(view.number), show="")
            yield Tab(view.name, address, layout, view is current)

    def groupings(self, *, lanes: bool) -> Iterable[Tab]:
        """Return links to the board with lanes and to the one without."""
        yield Tab("Lanes", self.address(group=""), "lanes", lanes)
        yield Tab("No lanes", self.address(group="none"), "board", not lanes)

    def branch(self, issue: Issue, current: Issue | None) -> Branch:
        """Return an issue in the tree, with those below it that have sub-issues themselves."""
        children = self.reader.store.all(Issue, issue.sub_issues)
        return Branch(
            issue=self.reader.issue(issue),
            url=self.address(under=str(issue.id)),
            is_current=issue is current,
            progress=self.reader.deep_progress(issue),
            below=tuple(self.branch(child, current) for child in children if child.sub_issues),
        )

    def grid(
        self, items: Sequence[Item], group: Field | None, *, lanes: bool
    ) -> tuple[tuple[Column, ...], tuple[Lane, ...], bool]:
        """Return the columns, the lanes with their cards, and whether all cards are in them."""
        groups = self._by_top(items) if lanes else grouped(self.reader, group, items)
        loose = [i for top, inside in groups for i in inside if i.content != top]
        has_none = not self.options or any(not self._status(item) for item in loose)
        none = {"id": "", "name": "No status", "color": "GRAY", "description": ""}
        heads = [*([none] if has_none else []), *self.options]
        columns = tuple(
            self._column(head, [i for i in loose if self._status(i) == head["id"]])
            for head in heads
        )
        room = {column.id: len(loose) for column in columns}
        if "show" not in self.asked:
            room = dict.fromkeys(room, PAGE_OF_CARDS)
        rows = tuple(self._lane(nth, top, inside, room) for nth, (top, inside) in enumerate(groups))
        is_whole = sum(len(cell) for lane in rows for cell in lane.cells) == len(loose)
        return columns, rows, is_whole

    def _by_top(self, items: Iterable[Item]) -> list[tuple[int | str, list[Item]]]:
        """Return the cards below each top issue with sub-issues, and then all others."""
        groups: dict[int | str, list[Item]] = {}
        others: list[Item] = []
        for item in items:
            top = (_line_up(self.reader, item) or [0])[0]
            is_lane = top and self.reader.store.get(Issue, top).sub_issues
            (groups.setdefault(top, []) if is_lane else others).append(item)
        lanes = list(groups.items())
        return [*lanes, ("Other items", others)] if others or not lanes else lanes

    def _status(self, item: Item) -> str:
        stored = item.values.get(str(self.status.id)) if self.status else None
        return str(stored["value"]) if stored and stored["value"] in self._ids else ""

    def _column(self, head: dict[str, str], items: Sequence[Item]) -> Column:
        return Column(
            id=head["id"],
            name=head["name"],
            color=head["color"].lower(),
            description=head["description"],
            count=len(items),
            points=sum(self.reader.points(self.project, item) or 0 for item in items),
        )

    def _lane(self, nth: int, top: int | str, items: Sequence[Item], room: dict[str, int]) -> Lane:
        cells: dict[str, list[BoardCard]] = {column: [] for column in room}
        head = progress = None
        for item in items:
            if item.content == top:
                head = self._card(item, top)
            elif room[column := self._status(item)] > 0:
                room[column] -= 1
                cells[column].append(self._card(item, top))
        if isinstance(top, int):
            issue = self.reader.store.get(Issue, top)
            progress = self.reader.deep_progress(issue)
            # Under a filter, or if it is on no board, the issue of a lane has no card here.
            view = self.reader.issue(issue)
            head = head or BoardCard(0, view, issue.title, "", None, None, ())
        name = head.title if head else str(top)
        place = top if isinstance(top, int) else f"n{nth}"
        return Lane(f"lane-{place}", name, head, progress, tuple(map(tuple, cells.values())))

    def _card(self, item: Item, lane: int | str) -> BoardCard:
        reader, store = self.reader, self.reader.store
        issue = store.get(Issue, item.content) if item.content is not None else None
        parent = store.get(Issue, issue.parent) if issue and issue.parent is not None else None
        if parent is not None and parent.id == lane:
            parent = None
        apart = {f.name for f in (self.status, reader.points_field(self.project)) if f}
        values = tuple(v for v in reader.values(self.project, item) if v.name not in apart)
        shown = {f"{value.name}:{value.text}".lower() for value in values}
        view = reader.issue(issue) if issue else None
        return BoardCard(
            id=item.id,
            issue=view,
            title=issue.title if issue else item.draft_title or "",
            status=self._status(item),
            points=reader.points(self.project, item),
            parent=Link(parent.title, self.address(under=str(parent.id))) if parent else None,
            values=values,
            labels=tuple(v for v in view.labels if v.name.lower() not in shown) if view else (),
        )
