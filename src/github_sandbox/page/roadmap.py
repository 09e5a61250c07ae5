"""Build a view of a board that is a roadmap: a bar for each card, from its start to its end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from github_sandbox.models import Field, Issue, Item, Milestone, Project
from github_sandbox.page.table import in_tree_order
from github_sandbox.page.views import IssueView, Reader

WIDTH = 1000
"""The units of length from the first to the last day."""
_FEW_MONTHS = 14
"""Up to so many months each has its name; of more, every third."""
_LEAST = 8
"""The units of length of the shortest bar that can be seen."""
_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_STARTS = ("start", "begin")


@dataclass(frozen=True, slots=True)
class Bar:
    """A card; `x` and `width` are None without a date, and `text` is its dates in words."""

    issue: IssueView | None
    title: str
    depth: int
    x: int | None
    width: int
    is_point: bool
    text: str


@dataclass(frozen=True, slots=True)
class Month:
    """The beginning of a month."""

    x: int
    name: str


@dataclass(frozen=True, slots=True)
class Roadmap:
    """The bars, the months above them, and where today is, if it is among them."""

    bars: tuple[Bar, ...]
    months: tuple[Month, ...]
    today: int | None


def roadmap(reader: Reader, project: Project, items: Sequence[Item]) -> Roadmap:
    """Return the bars of cards by the board's dates and iterations, or else by milestones."""
    fields = list(reader.store.fields[project.id].values())
    rows = [
        (item, depth, _span(reader, fields, item)) for item, depth in in_tree_order(reader, items)
    ]
    days = [day for _, _, span in rows if span for day in span]
    if not days:
        return Roadmap((), (), None)
    first = min(days).replace(day=1)
    last = _next_month(max(days))
    length = (last - first).days

    def place(day: date) -> int:
        return WIDTH * (day - first).days // length

    bars = []
    for item, depth, span in rows:
        issue = reader.card_issue(item)
        title = issue.title if issue else item.draft_title or ""
        if span is None:
            bars.append(Bar(issue, title, min(depth, 3), None, 0, False, "no date"))
            continue
        start, end = span
        x = place(start)
        width = max(place(end + timedelta(days=1)) - x, _LEAST)
        text = f"{start} to {end}" if start != end else f"{end}"
        bars.append(Bar(issue, title, min(depth, 3), x, width, start == end, text))
    today = date.fromisoformat(reader.store.now()[:10])
    shown = place(today) if first <= today < last else None
    return Roadmap(tuple(bars), tuple(_months(first, last, place)), shown)


def _months(first: date, last: date, place: Callable[[date], int]) -> Iterator[Month]:
    count = (last.year - first.year) * 12 + last.month - first.month
    month, nth = first, 0
    while month < last:
        named = count <= _FEW_MONTHS or nth % 3 == 0
        year = f" {month.year}" if month.month == 1 or nth == 0 else ""
        yield Month(place(month), f"{_NAMES[month.month - 1]}{year}" if named else "")
        month, nth = _next_month(month), nth + 1


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _span(reader: Reader, fields: Iterable[Field], item: Item) -> tuple[date, date] | None:
    """Return the first and the last day of a card."""
    starts: list[date] = []
    ends: list[date] = []
    for field in fields:
        stored = item.values.get(str(field.id))
        if stored is None:
            continue
        if field.data_type == "DATE":
            is_start = any(word in field.name.lower() for word in _STARTS)
            (starts if is_start else ends).append(date.fromisoformat(stored["value"][:10]))
        for iteration in field.iterations:
            if iteration["id"] == stored["value"]:
                begin = date.fromisoformat(iteration["start"])
                starts.append(begin)
                ends.append(begin + timedelta(days=iteration["duration"] - 1))
    if item.content is not None and not ends:
        number = reader.store.get(Issue, item.content).milestone
        due = reader.store.get(Milestone, number).due_on if number else None
        ends += [date.fromisoformat(due[:10])] if due else []
    if not starts and not ends:
        return None
    end = max(ends) if ends else min(starts)
    start = min(starts) if starts else end
    return min(start, end), end
