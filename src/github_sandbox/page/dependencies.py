"""Build the page of a repository's dependencies: what blocks what, as a graph and as a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from github_sandbox.models import Issue, Repository
from github_sandbox.page.views import IssueView, Link, Reader, repository_url

if TYPE_CHECKING:
    from github_sandbox.app import Sandbox

BOX_WIDTH, BOX_HEIGHT = 208, 56
_GAP_X, _GAP_Y, _EDGE, _LANE = 64, 16, 8, 4
_LINE = 27
"""Characters of a title that fit into one line of a box."""
LARGEST_GRAPH = 150
"""Issues in a graph; one of more could not be read."""

_Place: TypeAlias = int | tuple[int, int, int]
"""What has a place in a column: an issue, or an arrow (from, to, column) on its way through it."""


@dataclass(frozen=True, slots=True)
class Box:
    """An issue in the graph, with its title in at most two lines."""

    issue: IssueView
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from a blocker to what it blocks; `path` is for SVG."""

    path: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes in columns, each to the right of its blockers."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class Dependency:
    """An issue with its blockers, the open ones first."""

    issue: IssueView
    blockers: tuple[IssueView, ...]


@dataclass(frozen=True, slots=True)
class DependenciesPage:
    """The open issues that wait, those that can start, the closed ones, and the graph of all.

    `graph` is None if it would be too large.
    """

    repository: Link
    tabs: tuple[Link, ...]
    waiting: tuple[Dependency, ...]
    ready: tuple[Dependency, ...]
    finished: tuple[Dependency, ...]
    graph: Graph | None


def dependencies_page(sandbox: "Sandbox", repository: Repository) -> DependenciesPage:
    """Return the page of a repository's dependencies."""
    reader = Reader(sandbox.store)
    name = reader.full_name(repository.id)
    blocked = [issue for issue in reader.issues(repository) if issue.blocked_by]
    dependencies = [
        Dependency(
            reader.issue(issue),
            tuple(sorted(reader.lines(issue.blocked_by), key=lambda b: b.state != "open")),
        )
        for issue in blocked
    ]
    return DependenciesPage(
        repository=Link(name, repository_url(name)),
        tabs=reader.tabs(repository),
        waiting=tuple(d for d in dependencies if d.issue.state == "open" and d.issue.waits),
        ready=tuple(d for d in dependencies if d.issue.state == "open" and not d.issue.waits),
        finished=tuple(d for d in dependencies if d.issue.state != "open"),
        graph=graph(reader, blocked),
    )


def graph(reader: Reader, blocked: Iterable[Issue]) -> Graph | None:
    """Return the graph of these issues and their blockers; None if it would be too large."""
    blockers = {issue.id: tuple(issue.blocked_by) for issue in blocked}
    numbers = sorted({*blockers, *(n for blocking in blockers.values() for n in blocking)})
    if not numbers or len(numbers) > LARGEST_GRAPH:
        return None
    steps = _steps(numbers, blockers)
    arrows = [
        _Route(before, after, steps) for after, blocking in blockers.items() for before in blocking
    ]
    tops, height = _rows(numbers, arrows, steps)
    boxes: dict[int, Box] = {}
    for number in numbers:
        issue = reader.issue(reader.store.get(Issue, number))
        x = _EDGE + steps[number] * (BOX_WIDTH + _GAP_X)
        boxes[number] = Box(issue, x, tops[number], _two_lines(issue.title))
    width = (max(steps.values()) + 1) * (BOX_WIDTH + _GAP_X) - _GAP_X + 2 * _EDGE
    drawn = (Arrow(route.path(boxes, tops), boxes[route.before].issue.state == "open")
             for route in arrows)  # fmt: skip
    return Graph(width, height, tuple(boxes.values()), tuple(drawn))


def _steps(numbers: Sequence[int], blockers: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return the column of each issue, after those of its blockers; circles come last."""
    steps: dict[int, int] = {}
    left = list(numbers)
    while left:
        ready = [n for n in left if all(b in steps for b in blockers.get(n, ()))] or left
        for number in ready:
            above = [steps[b] for b in blockers.get(number, ()) if b in steps]
            steps[number] = max(above, default=-1) + 1
        left = [n for n in left if n not in steps]
    return steps


class _Route:
    """The way of an arrow; `lanes` are its places in the columns between, which no box may have."""

    def __init__(self, before: int, after: int, steps: Mapping[int, int]) -> None:
        self.before = before
        self.after = after
        self.lanes = [(before, after, nth) for nth in range(steps[before] + 1, steps[after])]

    def path(self, boxes: Mapping[int, Box], tops: Mapping[_Place, int]) -> str:
        """Return the line for SVG: curves between the columns, straight lines through them."""
        x, y = boxes[self.before].x + BOX_WIDTH, boxes[self.before].y + BOX_HEIGHT // 2
        path = f"M{x} {y}"
        bend = _GAP_X // 2
        for lane in self.lanes:
            to_y = tops[lane] + _LANE // 2
            path += f"C{x + bend} {y} {x + bend} {to_y} {x + _GAP_X} {to_y}h{BOX_WIDTH}"
            x, y = x + _GAP_X + BOX_WIDTH, to_y
        to_x, to_y = boxes[self.after].x - 6, boxes[self.after].y + BOX_HEIGHT // 2
        return f"{path}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"


def _rows(
    numbers: Sequence[int], routes: Sequence[_Route], steps: Mapping[int, int]
) -> tuple[dict[_Place, int], int]:
    """Return the top of each box and of each arrow between boxes, and the height of all.

    What is in a column is sorted by the middle of what leads to it.
    """
    before: dict[_Place, list[_Place]] = {}
    columns: list[list[_Place]] = [[] for _ in range(max(steps.values()) + 1)]
    for number in numbers:
        columns[steps[number]].append(number)
    for route in routes:
        line: list[_Place] = [route.before, *route.lanes, route.after]
        for lane in route.lanes:
            columns[lane[2]].append(lane)
        for start, end in pairwise(line):
            before.setdefault(end, []).append(start)
    tops: dict[_Place, int] = {}
    height = 0
    for column in columns:
        y = _EDGE

        def middle(place: _Place) -> float:
            above = [tops[b] for b in before.get(place, ()) if b in tops]
            return sum(above) / len(above) if above else 1e9

        for place in sorted(column, key=middle):
            tops[place] = y
            y += (_LANE if isinstance(place, tuple) else BOX_HEIGHT) + _GAP_Y
        height = max(height, y - _GAP_Y + _EDGE)
    return tops, height


def _two_lines(title: str) -> tuple[str, ...]:
    """Return a title in at most two lines, cut with an ellipsis."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    whole = len(lines) <= 2 and all(len(line) <= _LINE for line in lines)
    lines = [line if len(line) <= _LINE else line[: _LINE - 1] + "…" for line in lines[:2]]
    if not whole and not lines[-1].endswith("…"):
        lines[-1] = lines[-1][: _LINE - 1] + "…"
    return tuple(lines)
