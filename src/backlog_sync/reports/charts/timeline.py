"""The timelines: milestones with their dates, and the open items as scheduled."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from backlog_sync.dataclass import dataclass
from backlog_sync.reports.charts.burn_up import calendar
from backlog_sync.reports.charts.palette import Color
from backlog_sync.reports.charts.svg import TEXT, Chart, add_tip, canvas, finish, num, plot, short
from backlog_sync.reports.values import MilestoneReport, Report, Scheduled
from backlog_sync.reports.view import (
    Names,
    amount,
    counted_days,
    critical_path,
    figure,
    guessed,
    health_word,
)

MOST = 40
"""The most rows of items; nobody can read more."""
_ROW, _TALL_ROW, _NARROW = 24, 38, 500
"""Pixels of a row, and of one below its label in a chart less wide than `_NARROW`."""
_DAY = timedelta(days=1)
_THICK, _THIN = 0.62, 0.3
"""Shares of a row that a bar takes: items are thick, their parents thin."""


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    head: bool = False
    milestone: MilestoneReport | None = None
    item: Scheduled | None = None


def timeline(
    report: Report, *, items: bool, width: int = 960, name: str = "timeline"
) -> tuple[Chart | None, int]:
    """Return the chart, and how many items do not fit; None if nothing has a date.

    With `items`, it shows the open items by epic, the critical path first, then the earliest, else
    the milestones: these reach so far that items of days could not be seen next to them.
    """
    rows, hidden = _items(report) if items else (list(_milestones(report)), 0)
    days = [day for row in rows for day in _days(row)]
    if not days:
        return None, hidden
    narrow, title = width < _NARROW, "Open items" if items else "Milestones and their forecast"
    labels, top = (4, 50) if narrow else (276, 30)
    height = top + 36 + (_TALL_ROW if narrow else _ROW) * len(rows)
    with canvas(width, height) as figure_:
        axes = plot(figure_, labels, top, 14 if narrow else 24, 36)
        tips: list[str] = []
        for index, row in enumerate(rows):
            _draw(axes, index, row, width if narrow else labels, above=narrow)
            if sentence := _sentence(row):
                start = -labels / (width - labels)  # the whole row with its label
                area = axes.axhspan(
                    index - 0.5, index + 0.5, start, 1, color=Color.INK.paint, alpha=0, lw=0,
                    zorder=9, clip_on=False,
                )  # fmt: skip
                add_tip(area, tips, sentence)
        today = report.facts.today
        first, last = num(min(*days, today)), num(max(*days, today))
        margin = max((last - first) * 0.02, 1)
        axes.axvline(num(today), color=Color.DIM.paint, lw=1, zorder=0.5)
        axes.annotate("today", (num(today), 1), (4, 2), xycoords=("data", "axes fraction"),
                      textcoords="offset points", color=Color.DIM.paint,
                      fontsize=TEXT)  # fmt: skip
        axes.set_xlim(first - margin, last + margin)
        axes.set_ylim(len(rows) - 0.5, -0.8 if narrow else -0.6)
        calendar(axes)
        axes.set_yticks([])
        axes.grid(axis="x")
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        figure_.legend(handles=list(_legend(rows)), loc="upper left",
                       ncols=3 if narrow else 5, fontsize=TEXT, handlelength=1.6,
                       columnspacing=1.3, borderaxespad=0.1,
                       bbox_to_anchor=(0, 1))  # fmt: skip
        return finish(figure_, name, title, _description(report, items=items), tips), hidden


def _milestones(report: Report) -> Iterator[_Row]:
    milestones = report.milestones
    if guessed(report):
        milestones = tuple(replace(one, first=None, last=None) for one in milestones)
    rows = [_Row(milestone.sum.name, milestone=milestone) for milestone in milestones]
    yield from [row for row in rows if _days(row)][:MOST]


def _items(report: Report) -> tuple[list[_Row], int]:
    ranked = sorted(report.schedule.rows, key=lambda row: (not row.critical, row.first))
    chosen = {row.key: row for row in ranked[:MOST]}
    names, rows = Names(report), list[_Row]()
    for group in report.groups.get("epic", ()):
        group_rows = [chosen[key] for key in group.items if key in chosen]
        if group_rows:
            title = names(group.name) if group.name else "Without an epic"
            rows.append(_Row(title, head=True))
            rows += [_Row(names(row.key), item=row) for row in group_rows]
    return rows, len(ranked) - len(chosen)


def _days(row: _Row) -> list[date]:
    if row.item:
        return [row.item.first, row.item.last + _DAY]
    if row.milestone:
        milestone = row.milestone
        likely = milestone.forecast.at_85 if milestone.forecast else None
        return [day for day in (milestone.first, milestone.last, milestone.due, likely) if day]
    return []


def _sentence(row: _Row) -> str:
    """Return what is known of a row, which it shows on hover and on focus; "" for a heading."""
    if row.item:
        slack = "critical" if row.item.critical else f"{figure(row.item.slack)} days of slack"
        length = counted_days(row.item.days)
        return f"{row.label}: {row.item.first} to {row.item.last}, {length}, {slack}"
    if row.milestone:
        state = health_word(row.milestone.health, row.milestone.sum)
        return f"{row.label}: {state}, {amount(row.milestone.sum)} done. {row.milestone.why}"
    return ""


def _draw(axes: Axes, index: int, row: _Row, labels: int, *, above: bool) -> None:
    """Draw a row; its label has `labels` pixels, left of it or `above`."""
    axes.annotate(
        short(row.label, labels // 7 - (3 if row.head else 5)), (0, index),
        (0, 13) if above else (-labels + (4 if row.head else 16), 0),
        xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
        fontweight=700 if row.head or (row.item and row.item.critical) else 400,
        annotation_clip=False,
    )  # fmt: skip
    if row.head and above:
        axes.axhline(index, color=Color.GRID.paint, lw=1)
    place, share = (index + 0.15, _ROW / _TALL_ROW) if above else (index, 1)
    if row.item:
        first, last, thick = row.item.first, row.item.last, row.item.critical
        color = Color.CRITICAL if thick else Color.PLAN
        axes.barh(place, num(last) - num(first) + 1, left=num(first),
                  height=share * (_THICK if thick else _THIN), color=color.paint)  # fmt: skip
    if row.milestone:
        _draw_milestone(axes, place, row.milestone)


def _draw_milestone(axes: Axes, index: float, milestone: MilestoneReport) -> None:
    if milestone.first and milestone.last and milestone.first <= milestone.last:
        axes.barh(index, num(milestone.last) - num(milestone.first) + 1, left=num(milestone.first),
                  height=_THIN, color=Color.DONE.paint, alpha=0.55)  # fmt: skip
    likely = milestone.forecast.at_85 if milestone.forecast else None
    if milestone.due:
        axes.plot([num(milestone.due)], [index], marker="D", ms=8, color=Color.INK.paint,
                  mec=Color.PAPER.paint, ls="", clip_on=False, zorder=3)  # fmt: skip
    if likely:  # not filled, and above: the due date may be next to it
        axes.plot([num(likely)], [index], marker="o", ms=9, mfc="none", mec=Color.INK.paint,
                  mew=1.8, ls="", clip_on=False, zorder=4)  # fmt: skip


def _legend(rows: list[_Row]) -> Iterator[Patch | Line2D]:
    ink = Color.INK.paint
    milestones = [row.milestone for row in rows if row.milestone]
    if any(one.first for one in milestones):
        yield Patch(color=Color.DONE.paint, alpha=0.55, label="work")
    if any(one.due for one in milestones):
        yield Line2D([], [], marker="D", ls="", ms=7, color=ink, label="due")
    if any(one.forecast and one.forecast.at_85 for one in milestones):
        yield Line2D([], [], marker="o", ls="", ms=8, mfc=Color.PAPER.paint, mec=ink, mew=1.8,
                     label="85% likely")  # fmt: skip
    if any(row.item for row in rows):
        yield Line2D([], [], color=Color.CRITICAL.paint, lw=9, solid_capstyle="butt",
                     label="critical path")  # fmt: skip
        yield Line2D([], [], color=Color.PLAN.paint, lw=4, solid_capstyle="butt",
                     label="has slack")  # fmt: skip


def _description(report: Report, *, items: bool) -> str:
    if not items:
        return " ".join(
            f"{milestone.sum.name}, due {milestone.due or 'date not set'}: "
            f"{health_word(milestone.health, milestone.sum)}."
            for milestone in report.milestones[:MOST]
        )
    names = Names(report)
    steps = ", then ".join(names(key) for key in report.schedule.path[:MOST])
    return f"The critical path has {critical_path(report)}: {steps}." if steps else ""
