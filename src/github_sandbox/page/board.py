"""Build the page of a board: by its Status columns, or one of its views."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from github_sandbox import board_views, boards
from github_sandbox.models import Field, Issue, Item, Project, View
from github_sandbox.page.filters import matches
from github_sandbox.page.views import Chip, IssueView, Link, Progress, Reader, board_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

PAGE_OF_CARDS = 100
"""Cards per column, unless all are requested."""


@dataclass(frozen=True, slots=True)
class BoardCard:
    """A card: an issue, or a draft with a title only. `values` are those not shown elsewhere."""

    id: int
    issue: IssueView | None
    title: str
    points: float | None
    parent: str
    values: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The cards with one Status; `id` is its option, empty for cards without a Status."""

    id: str
    name: str
    color: str
    description: str
    count: int
    points: float
    cards: tuple[BoardCard, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A card as a row of a table: its issue, if it has one, and a cell for each further column."""

    issue: IssueView | None
    title: str
    cells: tuple[tuple[Chip, ...], ...]


@dataclass(frozen=True, slots=True)
class ViewPage:
    """A table or roadmap: the names of its columns behind the title, and its rows."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A board by its Status columns, or as the table that one of its views is.

    `views` are links to all views, `view` the address of the shown one, empty for all cards.
    """

    views: tuple[Link, ...]
    view: str
    filter: str
    table: ViewPage | None
    title: str
    owner: str
    url: str
    tabs: tuple[Link, ...]
    points_name: str
    columns: tuple[Column, ...]
    count: int
    points: float
    progress: Progress
    has_status: bool
    is_whole: bool


def board_page(
    sandbox: "Sandbox", project: Project, *, whole: bool, view: View | None = None
) -> BoardPage:
    """Return a board with the first cards of each column, or all of them if `whole` is set.

    Without a view, all cards are shown by their Status.
    """
    reader = Reader(sandbox.store)
    status, points = reader.status_field(project), reader.points_field(project)
    sorted_in: dict[str, list[Item]] = {"": []}
    options = status.options if status else []
    for option in options:
        sorted_in[option["id"]] = []
    items = boards.items_of(sandbox.store, project)
    if view is not None:
        items = [item for item in items if matches(reader, project, item, view.filter)]
    for item in items:
        stored = item.values.get(str(status.id)) if status else None
        sorted_in.get(stored["value"] if stored else "", sorted_in[""]).append(item)
    heads = [{"id": "", "name": "No status", "color": "GRAY", "description": ""}, *options]
    columns = tuple(
        _column(reader, project, head, sorted_in[head["id"]], whole=whole)
        for head in heads
        if head["id"] or sorted_in[""] or not options
    )
    numbers = [item.content for item in items if item.content is not None]
    closed = sum(issue.state == "CLOSED" for issue in sandbox.store.all(Issue, numbers))
    owner = reader.login(project.owner)
    linked = [r for r in reader.repositories() if r.id in project.repositories]
    url = board_url(owner, project.number)
    tabs = board_views.views_of(sandbox.store, project)
    is_table = view is not None and view.layout != "BOARD_LAYOUT"
    return BoardPage(
        views=tuple(Link(each.name, f"{url}?view={each.number}") for each in tabs),
        view=f"{url}?view={view.number}" if view else "",
        filter=(view.filter or "") if view else "",
        table=_table(reader, project, view, items) if view and is_table else None,
        title=project.title,
        owner=owner,
        url=url,
        tabs=reader.tabs(linked[0]) if linked else (),
        points_name=points.name if points else "",
        columns=columns,
        count=len(items),
        points=sum(column.points for column in columns),
        progress=Progress(closed, len(items)),
        has_status=status is not None,
        is_whole=all(column.count == len(column.cards) for column in columns),
    )


def _table(reader: Reader, project: Project, view: View, items: list[Item]) -> ViewPage:
    """Return a table with the view's columns, or a roadmap as a table of its dates."""
    known = reader.store.fields[project.id]
    if view.layout == "ROADMAP_LAYOUT":
        fields = [field for field in known.values() if field.data_type in ("DATE", "ITERATION")]
    else:
        fields = [known[number] for number in view.fields if known[number].data_type != "TITLE"]
    with_type = view.shows_type and view.layout == "TABLE_LAYOUT"
    heads = (*(["Type"] if with_type else []), *(field.name for field in fields))
    rows = []
    for item in items:
        issue = reader.card_issue(item)
        cells = [_cell(reader, field, item, issue) for field in fields]
        if with_type:
            cells.insert(0, (Chip(issue.type, "gray", "Type"),) if issue and issue.type else ())
        rows.append(Row(issue, issue.title if issue else item.draft_title or "", tuple(cells)))
    return ViewPage(heads, tuple(rows))


def _cell(reader: Reader, field: Field, item: Item, issue: IssueView | None) -> tuple[Chip, ...]:
    chips = reader.chips(field, item)
    if chips or issue is None:
        return chips
    texts = {
        "ASSIGNEES": issue.assignees,
        "LABELS": tuple(label.name for label in issue.labels),
        "MILESTONE": (issue.milestone,) if issue.milestone else (),
        "REPOSITORY": (issue.home,),
    }
    return tuple(Chip(text, "gray", field.name) for text in texts.get(field.data_type, ()))


def _column(
    reader: Reader, project: Project, head: dict[str, str], items: list[Item], *, whole: bool
) -> Column:
    shown = items if whole else items[:PAGE_OF_CARDS]
    return Column(
        id=head["id"],
        name=head["name"],
        color=head["color"].lower(),
        description=head["description"],
        count=len(items),
        points=sum(reader.points(project, item) or 0 for item in items),
        cards=tuple(_board_card(reader, project, item) for item in shown),
    )


def _board_card(reader: Reader, project: Project, item: Item) -> BoardCard:
    issue = reader.store.get(Issue, item.content) if item.content is not None else None
    parent = reader.store.get(Issue, issue.parent) if issue and issue.parent is not None else None
    apart = {f.name for f in (reader.status_field(project), reader.points_field(project)) if f}
    return BoardCard(
        id=item.id,
        issue=reader.issue(issue) if issue else None,
        title=issue.title if issue else item.draft_title or "",
        points=reader.points(project, item),
        parent=parent.title if parent else "",
        values=tuple(v for v in reader.values(project, item) if v.name not in apart),
    )
