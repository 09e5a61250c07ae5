"""The charts of a report: burn-up with the forecast, timeline, what waits for what, milestones."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import igraph
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from backlog_sync.core.reporting.values import Health, Report, Scheduled
from backlog_sync.render.page.drawing import (
    ACCENT,
    BAD,
    GOOD,
    GRID,
    INK,
    MUTED,
    PAPER,
    SOFT,
    WARN,
    drawing,
    finish,
)
from backlog_sync.render.report_words import HEALTH, Names, figure, likely
from backlog_sync.render.safe import clean
from backlog_sync.render.words import counted

_WIDTH = 860
_ROW = 22
_MOST_ROWS = 40
_MOST_NODES = 40
_LONGEST = 34
_HEALTH = {
    Health.DONE: GOOD,
    Health.ON_TRACK: GOOD,
    Health.AT_RISK: WARN,
    Health.OFF_TRACK: BAD,
    Health.UNKNOWN: MUTED,
}


def charts(report: Report) -> dict[str, tuple[str, str]]:
    """Give the charts that there is something to draw for: title and SVG by name."""
    made = {
        "milestones": ("Milestones", milestones(report)),
        "burnup": ("Scope and what is done", burnup(report)),
        "timeline": ("Timeline", timeline(report)),
        "graph": ("What waits for what", graph(report)),
    }
    return {name: (title, svg) for name, (title, svg) in made.items() if svg}


def _cut(text: str, most: int = _LONGEST) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _num(day: date) -> float:
    return float(date2num(datetime(day.year, day.month, day.day)))  # noqa: DTZ001 - a day has no zone


def _days(axes: Axes) -> None:
    locator = AutoDateLocator(maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    axes.tick_params(axis="both", length=0)


# ---- burn-up -------------------------------------------------------------------------------


def burnup(report: Report) -> str:
    """Scope and what is done over time, with the days of the forecast; "" without a history."""
    days = report.history
    if len(days) < 2:
        return ""
    found = report.forecast if report.forecast and not report.forecast.reason else None
    unit = found.unit if found else "points" if report.total.points else "items"
    points = unit == "points"
    scope = [one.points if points else one.total for one in days]
    done = [one.points_done if points else one.done for one in days]
    at = [_num(one.day) for one in days]
    with drawing(_WIDTH, 300) as (made, axes):
        axes.plot(at, scope, drawstyle="steps-post", color=MUTED, lw=1.8)
        axes.fill_between(at, done, step="post", color=SOFT)
        axes.plot(at, done, drawstyle="steps-post", color=ACCENT, lw=2.2)
        handles = [
            Line2D([], [], color=MUTED, lw=1.8, label=f"scope ({unit})"),
            Patch(facecolor=SOFT, edgecolor=ACCENT, label="done"),
        ]
        if found is not None:
            near = [day for day in (found.at_50, found.at_85, found.at_95) if day]
            styles = zip((found.at_50, found.at_85, found.at_95), (50, 85, 95), strict=True)
            for day, chance in styles:
                if day is None:
                    continue
                axes.plot([at[-1], _num(day)], [done[-1], scope[-1]], color=ACCENT, lw=1, ls=":")
                axes.plot([_num(day)], [scope[-1]], marker="o", ms=5, color=ACCENT)
                axes.annotate(
                    f"{chance} %", (_num(day), scope[-1]), (0, 7), textcoords="offset points",
                    ha="center", color=INK, fontsize=9,
                )  # fmt: skip
            if near:
                axes.plot([at[-1], _num(max(near))], [scope[-1]] * 2, color=MUTED, lw=1, ls=":")
                handles.append(Line2D([], [], color=ACCENT, lw=1, ls=":", label="forecast"))
        axes.set_ylim(0, max([*scope, 1]) * 1.15)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(axis="y")
        axes.spines["left"].set_visible(False)
        _days(axes)
        made.legend(handles=handles, loc="outside upper left", ncols=3, fontsize=9.5)
        last = f"{figure(done[-1])} of {figure(scope[-1])} {unit} are done."
        if found is not None:
            last += f" {likely(found)}."
        return finish(made, "burnup", "Scope and what is done over time", last)


# ---- milestones ----------------------------------------------------------------------------


def milestones(report: Report) -> str:
    """A bar for each milestone with what is done of it; "" without milestones."""
    rows = [one for one in report.milestones if one.sum.total][:_MOST_ROWS]
    if not rows:
        return ""
    with drawing(_WIDTH, 34 + 30 * len(rows)) as (made, axes):
        places = list(range(len(rows)))
        axes.barh(places, [100] * len(rows), height=0.46, color=GRID)
        axes.barh(
            places,
            [one.sum.percent for one in rows],
            height=0.46,
            color=[_HEALTH[one.health] for one in rows],
        )
        for place, one in zip(places, rows, strict=True):
            due = f", due {one.due}" if one.due else ""
            told = f"{one.sum.percent} %, {HEALTH[one.health]}{due}"
            axes.annotate(told, (102, place), va="center", annotation_clip=False, fontsize=10)
        axes.set_yticks(places, [_cut(one.sum.name) for one in rows], color=INK)
        axes.set_xlim(0, 150)
        axes.set_xticks([])
        axes.invert_yaxis()
        axes.tick_params(length=0)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        text = "; ".join(f"{one.sum.name}: {one.sum.percent} %, {one.why}" for one in rows)
        return finish(made, "milestones", "Milestones", clean(text))


# ---- timeline ------------------------------------------------------------------------------


def timeline(report: Report) -> str:
    """What is left in time, what is critical marked, with the days milestones are due."""
    every = sorted(report.schedule.rows, key=lambda row: (row.first, row.last))
    rows = _chosen(every)
    if not rows:
        return ""
    names = Names(report)
    dues = {one.due: one.sum.name for one in report.milestones if one.due}
    with drawing(_WIDTH, 86 + _ROW * len(rows)) as (made, axes):
        for place, row in enumerate(rows):
            first, last = _num(row.first), _num(row.last + timedelta(days=1))
            color = BAD if row.late else ACCENT
            axes.barh(
                place, max(last - first, 1), left=first, height=0.56,
                color=color if row.critical else SOFT, edgecolor=color, lw=1,
            )  # fmt: skip
        axes.set_yticks(range(len(rows)), [_cut(names(row.key)) for row in rows], color=INK)
        axes.set_ylim(len(rows) - 0.4, -1.6)
        left, right = _num(rows[0].first), max(_num(row.last) for row in rows) + 2
        shown = {day: name for day, name in dues.items() if left - 30 <= _num(day) <= right + 60}
        for day, name in shown.items():
            axes.axvline(_num(day), color=MUTED, lw=1, ls="--")
            axes.annotate(
                _cut(name, 18), (_num(day), -1.05), (3, 0), textcoords="offset points",
                fontsize=9, color=MUTED, va="center", annotation_clip=False,
            )  # fmt: skip
        today = _num(report.facts.today)
        axes.axvline(today, color=INK, lw=1)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        _days(axes)
        axes.xaxis.tick_bottom()
        handles = [
            Patch(facecolor=ACCENT, edgecolor=ACCENT, label="critical"),
            Patch(facecolor=SOFT, edgecolor=ACCENT, label="may slip"),
        ]
        if any(row.late for row in rows):
            handles.append(Patch(facecolor=SOFT, edgecolor=BAD, label="ends late"))
        made.legend(handles=handles, loc="outside lower right", ncols=3, fontsize=9.5)
        hidden = len(every) - len(rows)
        text = f"{counted(len(rows), 'item')} in time"
        text += f"; {hidden} more are not drawn." if hidden else "."
        if report.schedule.ends:
            text += f" The critical path ends on {report.schedule.ends}."
        return finish(made, "timeline", "Timeline", text)


def _chosen(rows: Sequence[Scheduled]) -> list[Scheduled]:
    """All, or of too many the critical ones first and then those that slip least, in order."""
    if len(rows) <= _MOST_ROWS:
        return list(rows)
    best = sorted(rows, key=lambda row: (not row.critical, not row.late, row.slack))[:_MOST_ROWS]
    keys = {row.key for row in best}
    return [row for row in rows if row.key in keys]


# ---- what waits for what -------------------------------------------------------------------


def graph(report: Report) -> str:
    """The items that wait for each other, in layers; "" where none does."""
    links, hidden = _links(report)
    if not links:
        return ""
    keys = list(dict.fromkeys(key for link in links for key in link))
    number = {key: place for place, key in enumerate(keys)}
    made = igraph.Graph(
        n=len(keys), edges=[(number[a], number[b]) for a, b in links], directed=True
    )
    layout = made.layout_sugiyama(hgap=1, vgap=1, maxiter=300).coords[: len(keys)]
    # Layers from left to right: titles are wide.
    columns = sorted({round(y) for _, y in layout})
    across = max(len([1 for _, y in layout if round(y) == column]) for column in columns)
    spots = {key: (columns.index(round(y)), x) for key, (x, y) in zip(keys, layout, strict=True)}
    critical = set(report.schedule.path)
    names = Names(report)
    width, height = max(460, 214 * len(columns)), max(120, 64 * across)
    with drawing(width, height) as (figure_, axes):
        boxes = {
            key: axes.annotate(
                _cut(names(key), 26), spot, ha="center", va="center", fontsize=9.5, zorder=3,
                bbox={
                    "boxstyle": "round,pad=0.45", "fc": SOFT if key in critical else PAPER,
                    "ec": ACCENT if key in critical else MUTED,
                    "lw": 1.6 if key in critical else 1,
                },
            )
            for key, spot in spots.items()
        }  # fmt: skip
        for first, second in links:
            hot = first in critical and second in critical
            axes.annotate(
                "", spots[second], spots[first], zorder=2,
                arrowprops={
                    "arrowstyle": "-|>", "color": ACCENT if hot else MUTED,
                    "lw": 1.6 if hot else 1, "patchA": boxes[first].get_bbox_patch(),
                    "patchB": boxes[second].get_bbox_patch(), "shrinkA": 1, "shrinkB": 1,
                    "connectionstyle": "arc3,rad=0.04",
                },
            )  # fmt: skip
        low, high = min(x for _, x in spots.values()), max(x for _, x in spots.values())
        axes.set_xlim(-0.55, len(columns) - 0.45)
        axes.set_ylim(high + 0.7, low - 0.7)
        axes.set_axis_off()
        text = f"{counted(len(links), 'link')} between {counted(len(keys), 'item')}"
        text += f"; {hidden} more are not drawn." if hidden else "."
        return finish(figure_, "graph", "What waits for what", text)


def _links(report: Report) -> tuple[list[tuple[str, str]], int]:
    """The links to draw, those of the critical path first, and how many are left out."""
    path = set(report.schedule.path)
    every = sorted(report.schedule.links, key=lambda link: -len(path & set(link)))
    keys: dict[str, None] = {}
    shown = []
    for link in every:
        if len({*keys, *link}) <= _MOST_NODES:
            keys |= dict.fromkeys(link)
            shown.append(link)
    return shown, len(every) - len(shown)
