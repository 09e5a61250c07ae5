"""The dependency graph, laid out by igraph (Sugiyama) and drawn by matplotlib."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import igraph
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path
from rich.cells import cell_len

from backlog_sync.core.facts import Phase
from backlog_sync.reports.charts.palette import Color
from backlog_sync.reports.charts.svg import TEXT, Chart, add_tip, canvas, finish, plot, short
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import Names, joined, status, waiting

MOST = 40
"""The most boxes; nobody can read more."""
_WIDE, _HIGH = 192, 44
"""Pixels of a box: two lines of a title fit into it."""
_ACROSS, _DOWN = (246, 64), (210, 84)
"""Pixels from one layer to the next, and from one box of a layer to the next: in a graph that goes
to the right, and (the other way round) in one that goes down."""
_ROOM = 960
"""The width that a page has; a graph that would be wider to the right may go down."""
_CELLS = 24
_LINES = 2
"""Characters and lines of a title that fit into a box."""

Point = tuple[float, float]


def dependencies(report: Report, name: str = "graph") -> tuple[Chart | None, int]:
    """Return the chart, and how many links do not fit; None if there are no dependencies.

    Links on the critical path are included first, then those of work in progress.
    """
    keys, links = _chosen_links(report)
    hidden = len(report.schedule.links) - len(links)
    if not links:
        return None, hidden
    indexes = {key: index for index, key in enumerate(keys)}
    edges = [(indexes[first], indexes[second]) for first, second in links]
    spots, routes = _layout(len(keys), edges)
    down = _goes_down(spots)
    spots, routes = _placed(spots, down), [_placed(route, down) for route in routes]
    every = spots + [spot for route in routes for spot in route]
    left, right = min(x for x, _ in every) - _WIDE / 2 - 8, max(x for x, _ in every) + _WIDE / 2 + 8
    low, high = min(y for _, y in every) - _HIGH / 2 - 8, max(y for _, y in every) + _HIGH / 2 + 8
    names, tips = Names(report), list[str]()
    after = dict(_sentences(report, keys, names))
    with canvas(round(right - left), round(high - low)) as figure:
        axes = plot(figure, 0, 0, 0, 0)
        axes.set_xlim(left, right)
        axes.set_ylim(high, low)
        axes.axis("off")
        steps = set(pairwise(report.schedule.path))
        arrows = sorted(zip(links, routes, strict=True), key=lambda each: each[0] in steps)
        for link, route in arrows:
            ends = (spots[indexes[link[0]]], spots[indexes[link[1]]])
            _arrow(axes, ends, route, down=down, critical=link in steps)
        for key, (x, y) in zip(keys, spots, strict=True):
            _box(axes, report, key, (x, y))
            area = Rectangle((x - _WIDE / 2, y - _HIGH / 2), _WIDE, _HIGH, color=Color.INK.paint,
                             alpha=0, lw=0, zorder=9)  # fmt: skip
            add_tip(axes.add_patch(area), tips, after[key])
        text = ". ".join(waiting(report, names)[:MOST]) + "."
        return finish(figure, name, "Dependencies", text, tips), hidden


def _sentences(report: Report, keys: Sequence[str], names: Names) -> Iterator[tuple[str, str]]:
    """Yield for each key what its box shows on hover: title, status, and what it waits for."""
    before: dict[str, list[str]] = {key: [] for key in keys}
    for first, second in report.schedule.links:
        if second in before:
            before[second].append(first)
    items = {item.key: item for item in report.facts.items}
    for key, others in before.items():
        waits = f"; waits for {joined(names.some(others, 5))}" if others else ""
        yield key, f"{names(key)}: {status(items[key])}{waits}"


def _goes_down(spots: Sequence[Point]) -> bool:
    """Return whether a graph too wide for a page is narrower from top to bottom."""
    layers, across = ({spot[axis] for spot in spots} for axis in (0, 1))
    right = (max(layers) - min(layers)) * _ACROSS[0] + _WIDE
    down = (max(across) - min(across)) * _DOWN[0] + _WIDE
    return right > _ROOM and down < right


def _placed(spots: Sequence[Point], down: bool) -> list[Point]:
    """Return places in layers as pixels."""
    if down:
        return [(across * _DOWN[0], layer * _DOWN[1]) for layer, across in spots]
    return [(layer * _ACROSS[0], across * _ACROSS[1]) for layer, across in spots]


def _layout(count: int, edges: Sequence[tuple[int, int]]) -> tuple[list[Point], list[list[Point]]]:
    """Return the layer of each box and its place in it, and the same of the points of each arrow.

    An arrow across several layers gets a point in each. They are added here, because igraph 1.0
    confuses the positions of such points in one component of a graph with those in the whole: in a
    graph with several components it reads outside its own memory, and may end the process. It is
    only given one component, or arrows across one layer.
    """
    layers = _layers(count, edges)
    steps: list[tuple[int, int]] = []
    between: list[list[int]] = []
    for first, second in edges:
        step = 1 if layers[first] < layers[second] else -1
        middle = list(range(layers[first] + step, layers[second], step))
        points = list(range(len(layers), len(layers) + len(middle)))
        layers += middle
        steps += pairwise([first, *points, second])
        between.append(points)
    graph = igraph.Graph(n=len(layers), edges=steps, directed=True)
    coordinates = graph.layout_sugiyama(layers=layers, maxiter=200).coords
    spots = [(round(layer), across) for across, layer in coordinates]
    return spots[:count], [[spots[place] for place in points] for points in between]


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the layer of each box, calculated for each connected component separately."""
    layers = [0] * count
    graph = igraph.Graph(n=count, edges=edges, directed=True)
    for part in graph.connected_components(mode="weak"):
        coordinates = graph.induced_subgraph(part).layout_sugiyama().coords
        for box, (_, y) in zip(part, coordinates[: len(part)], strict=True):
            layers[box] = round(y)
    return layers


def _chosen_links(report: Report) -> tuple[list[str], list[tuple[str, str]]]:
    path = set(report.schedule.path)
    doing = {item.key for item in report.facts.items if item.phase is Phase.DOING}
    ranked = sorted(
        report.schedule.links, key=lambda link: (-len(path & {*link}), -len(doing & {*link}))
    )
    keys: dict[str, None] = {}
    links = []
    for link in ranked:
        if len(keys.keys() | {*link}) <= MOST:
            keys |= dict.fromkeys(link)
            links.append(link)
    return list(keys), links


def _arrow(
    axes: Axes, ends: tuple[Point, Point], route: Sequence[Point], *, down: bool, critical: bool
) -> None:
    (x, y), (to_x, to_y) = ends
    stops = [(x + _WIDE / 2, y), *route, (to_x - _WIDE / 2 - 2, to_y)]
    if down:
        stops = [(x, y + _HIGH / 2), *route, (to_x, to_y - _HIGH / 2 - 2)]
    codes, points = [Path.MOVETO], [stops[0]]
    for (a, b), (c, d) in pairwise(stops):
        codes += [Path.CURVE4] * 3
        if down:
            points += [(a, (b + d) / 2), (c, (b + d) / 2), (c, d)]
        else:
            points += [((a + c) / 2, b), ((a + c) / 2, d), (c, d)]
    color = Color.CRITICAL if critical else Color.DIM
    axes.add_patch(
        FancyArrowPatch(
            path=Path(points, codes),
            arrowstyle="-|>",
            mutation_scale=11,
            lw=2.6 if critical else 1.2,
            color=color.paint,
            shrinkA=0,
            shrinkB=0,
        )
    )


def _box(axes: Axes, report: Report, key: str, spot: Point) -> None:
    x, y = spot
    critical, group = key in report.schedule.path, key in report.sums
    axes.add_patch(
        FancyBboxPatch(
            (x - _WIDE / 2, y - _HIGH / 2),
            _WIDE,
            _HIGH,
            boxstyle=f"round,pad=0,rounding_size={14 if group else 4}",
            fc=Color.CARD.paint,
            ec=(Color.CRITICAL if critical else Color.PLAN).paint,
            lw=2.6 if critical else 1.2,
        )
    )
    lines = _lines(Names(report)(key))
    for index, line in enumerate(lines):
        shift = (index - (len(lines) - 1) / 2) * 14
        axes.text(x, y + shift, line, ha="center", va="center_baseline", fontsize=TEXT,
                  fontweight=700 if critical else 400)  # fmt: skip


def _lines(title: str) -> list[str]:
    """Return a title on at most two lines, broken between words."""
    words = short(title, _CELLS * _LINES).split(" ")
    lines = [words[0]]
    for word in words[1:]:
        if len(lines) < _LINES and cell_len(f"{lines[-1]} {word}") > _CELLS:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return [short(line, _CELLS) for line in lines]
