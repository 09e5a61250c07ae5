"""Build a view of a board that is a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from github_sandbox.models import Field, Issue, Item, Project, View
from github_sandbox.page.views import (
    Chip,
    Control,
    IssueView,
    LabelView,
    Progress,
    Reader,
    is_internal,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """The values of a card in one column; `stored` is the one value as forms send it."""

    chips: tuple[Chip, ...] = ()
    labels: tuple[LabelView, ...] = ()
    people: tuple[str, ...] = ()
    milestone: str = ""
    text: str = ""
    progress: Progress | None = None
    stored: str = ""

    @property
    def words(self) -> str:
        """The values as text."""
        texts = [*(chip.text for chip in self.chips), *self.people, self.milestone, self.text]
        return ", ".join(filter(None, texts))


@dataclass(frozen=True, slots=True)
class Row:
    """A card: its issue, if it has one, and a cell for each column behind the title."""

    id: int
    issue: IssueView | None
    title: str
    depth: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns behind the title, each with how it is set, and the rows."""

    heads: tuple[tuple[str, Control | None], ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    """The rows by what the view is grouped by, each with its value; else one without."""


def sort_items(reader: Reader, view: View, items: Sequence[Item]) -> list[Item]:
    """Return the cards in the order of a view; those without a value are the last."""
    known, ordered = reader.store.fields[view.project], list(items)
    for number in reversed(view.sort_by):
        field = known[number]
        places = {option["id"]: nth for nth, option in enumerate(field.options)}

        def key(item: Item, field: Field = field, places: dict[str, int] = places) -> Any:
            if field.data_type == "TITLE":
                issue = reader.card_issue(item)
                return (issue.title if issue else item.draft_title or "").lower()
            value = item.values[str(field.id)]["value"]
            chosen = value if isinstance(value, list) else [value]
            return sorted(places.get(each, 0) if places else each for each in chosen)

        def has(item: Item, field: Field = field) -> bool:
            return field.data_type == "TITLE" or str(field.id) in item.values

        valued = sorted(filter(has, ordered), key=key, reverse=number in view.descending)
        ordered = [*valued, *(item for item in ordered if not has(item))]
    return ordered


def grouped(
    reader: Reader, field: Field | None, items: Sequence[Item]
) -> list[tuple[str, list[Item]]]:
    """Return the cards by their text in a field, in the order of its options; else all of them."""
    if field is None:
        return [("", list(items))]
    groups: dict[str, list[Item]] = {option["name"]: [] for option in field.options}
    none: list[Item] = []
    for item in items:
        text = _cell(reader, field, item, reader.card_issue(item)).words
        (groups.setdefault(text, []) if text else none).append(item)
    filled = [(text, inside) for text, inside in groups.items() if inside]
    return [*filled, *([(f"No {field.name}", none)] if none else [])]


def group_field(reader: Reader, view: View | None) -> Field | None:
    """Return the field that a view is grouped by, if any."""
    known = reader.store.fields[view.project] if view else {}
    return known[view.group_by[0]] if view and view.group_by else None


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
    kind = [("Type", None)] if view.shows_type else []
    heads = (*kind, *((field.name, reader.control(field)) for field in fields))
    groups = []
    for text, inside in grouped(reader, group_field(reader, view), items):
        # A view that is sorted is a list, as on GitHub; else sub-issues are below their parents.
        ordered = [(i, 0) for i in inside] if view.sort_by else in_tree_order(reader, inside)
        rows = (_row(reader, view, fields, item, depth) for item, depth in ordered)
        groups.append((text, tuple(rows)))
    return Table(heads, tuple(groups))


def _row(reader: Reader, view: View, fields: Sequence[Field], item: Item, depth: int) -> Row:
    issue = reader.card_issue(item)
    cells = [_cell(reader, field, item, issue) for field in fields]
    if view.shows_type:
        cells.insert(0, Cell(text=issue.type if issue else ""))
    title = issue.title if issue else item.draft_title or ""
    return Row(item.id, issue, title, min(depth, 3), tuple(cells))


def _cell(reader: Reader, field: Field, item: Item, issue: IssueView | None) -> Cell:
    chips = reader.chips(field, item)
    if chips and field.data_type in ("NUMBER", "DATE", "TEXT"):
        return Cell(text=chips[0].text, stored=reader.stored(field, item))
    if chips or issue is None:
        return Cell(chips=chips, stored=reader.stored(field, item))
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
