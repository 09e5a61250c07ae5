"""Build a view of a board that is a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from github_sandbox.models import Field, Issue, Item, Project, View
from github_sandbox.page.views import Chip, IssueView, LabelView, Progress, Reader, is_internal


@dataclass(frozen=True, slots=True)
class Cell:
    """The values of a card in one column."""

    chips: tuple[Chip, ...] = ()
    labels: tuple[LabelView, ...] = ()
    people: tuple[str, ...] = ()
    milestone: str = ""
    text: str = ""
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A card: its issue, if it has one, and a cell for each column behind the title."""

    issue: IssueView | None
    title: str
    depth: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns behind the title, and the rows."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def in_tree_order(reader: Reader, items: Sequence[Item]) -> list[tuple[Item, int]]:
    """Return cards with their depth, each below the card of its issue's parent."""
    cards = {item.content: item for item in items if item.content is not None}
    ordered: list[tuple[Item, int]] = []

    def add(item: Item, depth: int) -> None:
        ordered.append((item, depth))
        if item.content is not None:
            for child in reader.store.get(Issue, item.content).sub_issues:
                if child in cards:
                    add(cards[child], depth + 1)

    for item in items:
        issue = reader.store.get(Issue, item.content) if item.content is not None else None
        if issue is None or issue.parent not in cards:
            add(item, 0)
    return ordered


def table(reader: Reader, project: Project, view: View, items: Sequence[Item]) -> Table:
    """Return a table with the view's columns, the cards of sub-issues below their parents'."""
    known = reader.store.fields[project.id]
    fields = [known[number] for number in view.fields]
    fields = [f for f in fields if f.data_type != "TITLE" and not is_internal(f)]
    heads = (*(["Type"] if view.shows_type else []), *(field.name for field in fields))
    rows = []
    for item, depth in in_tree_order(reader, items):
        issue = reader.card_issue(item)
        cells = [_cell(reader, field, item, issue) for field in fields]
        if view.shows_type:
            cells.insert(0, Cell(text=issue.type if issue else ""))
        title = issue.title if issue else item.draft_title or ""
        rows.append(Row(issue, title, min(depth, 3), tuple(cells)))
    return Table(heads, tuple(rows))


def _cell(reader: Reader, field: Field, item: Item, issue: IssueView | None) -> Cell:
    chips = reader.chips(field, item)
    if chips and field.data_type in ("NUMBER", "DATE", "TEXT"):
        return Cell(text=chips[0].text)
    if chips or issue is None:
        return Cell(chips=chips)
    match field.data_type:
        case "ASSIGNEES":
            return Cell(people=issue.assignees)
        case "LABELS":
            return Cell(labels=issue.labels)
        case "MILESTONE":
            return Cell(milestone=issue.milestone)
        case "REPOSITORY":
            return Cell(text=issue.home)
        case "SUB_ISSUES_PROGRESS":
            return Cell(progress=issue.progress if issue.progress.total else None)
        case "PARENT_ISSUE":
            parent = reader.store.get(Issue, issue.id).parent
            return Cell(text=reader.store.get(Issue, parent).title if parent else "")
    return Cell()
