"""Build a view of a board that is a roadmap: a bar for each card, from its start to its end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from github_sandbox.models import Field, Issue, Item, Milestone, Project
from github_sandbox.page.table import in_tree_order
from github_sandbox.page.views import IssueView, Reader

WIDTH = 1000
"""The units of length from the first to the last day."""
_FEW_MONTHS = 14
"""Up to so many months each has its name; of more, every third."""
_LEAST = 8
"""The units of length of the shortest bar that can be seen."""
_LAST = date(9999, 11, 30)
"""The last day that is drawn: 9999-12-31 is written for "some day", and no month follows it."""
_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_STARTS = ("start", "begin")

Span: TypeAlias = tuple[date, date]


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
    rows = list(_with_spans(reader, fields, in_tree_order(reader, items)))
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


def _with_spans(
    reader: Reader, fields: Sequence[Field], ordered: Sequence[tuple[Item, int]]
) -> Iterator[tuple[Item, int, Span | None]]:
    """Yield each card with its depth and its span: its own, else that of the cards below it."""
    spans = [_span(reader, fields, item) for item, _ in ordered]
    for nth in reversed(range(len(ordered))):
        if spans[nth] is None:
            inner = [span for below in _below(ordered, nth) if (span := spans[below])]
            if inner:
                spans[nth] = min(start for start, _ in inner), max(end for _, end in inner)
    for (item, depth), span in zip(ordered, spans, strict=True):
        yield item, depth, span or _milestone(reader, item)


def _below(ordered: Sequence[tuple[Item, int]], nth: int) -> Iterator[int]:
    """Yield the places of the cards below one."""
    for below in range(nth + 1, len(ordered)):
        if ordered[below][1] <= ordered[nth][1]:
            return
        yield below


def _milestone(reader: Reader, item: Item) -> Span | None:
    """Return the due date of the milestone of a card's issue."""
    number = reader.store.get(Issue, item.content).milestone if item.content is not None else None
    due = reader.store.get(Milestone, number).due_on if number is not None else None
    return (_day(due),) * 2 if due else None


def _day(text: str) -> date:
    return min(date.fromisoformat(text[:10]), _LAST)


def _span(reader: Reader, fields: Iterable[Field], item: Item) -> Span | None:
    """Return the first and the last day of a card by the board's dates and iterations."""
    starts: list[date] = []
    ends: list[date] = []
    for field in fields:
        stored = item.values.get(str(field.id))
        if stored is None:
            continue
        if field.data_type == "DATE":
            is_start = any(word in field.name.lower() for word in _STARTS)
            (starts if is_start else ends).append(_day(stored["value"]))
        for iteration in field.iterations:
            if iteration["id"] == stored["value"]:
                begin = date.fromisoformat(iteration["start"])
                starts.append(begin)
                ends.append(begin + timedelta(days=iteration["duration"] - 1))
    if starts and not ends:
        due = _milestone(reader, item)
        ends += due[1:] if due else starts
    if not ends:
        return None
    return min([*starts, *ends]), max(ends)
