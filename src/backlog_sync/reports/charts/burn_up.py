"""The burn-up chart: scope and completed work per day, and when they will probably meet."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

from backlog_sync.reports.charts.palette import Color
from backlog_sync.reports.charts.svg import TEXT, Chart, add_tip, canvas, finish, num, plot
from backlog_sync.reports.values import Day, Report
from backlog_sync.reports.view import figure as number
from backlog_sync.reports.view import likely

_FARTHEST = timedelta(days=1100)
"""The most days after today that are drawn; later dates are given in words."""
_NARROW = 500
"""The width in pixels below which a chart is for a phone."""
_POINTS = 400
"""The most points of a line; more cannot be distinguished."""
_TIPS = 24
"""The most days with a sentence of their own: a mouse has to hit them on a phone, too."""


def burn_up(
    report: Report, *, width: int = 960, height: int = 380, name: str = "burn-up"
) -> Chart | None:
    """Return the chart, or None if fewer than two days are known."""
    if len(report.history) < 2:
        return None
    points = any(day.points for day in report.history)
    unit = "points" if points else "items"
    today = report.facts.today
    step = max(1, len(report.history) // _POINTS)
    shown = [*report.history[::-1][::step]][::-1]
    days = [num(day.day) for day in shown]
    scope = [day.points if points else day.total for day in shown]
    done = [day.points_done if points else day.done for day in shown]
    with canvas(width, height) as figure:
        axes = plot(figure, 48, 34, 22, 36)
        axes.fill_between(days, done, step="post", color=Color.DONE.paint, alpha=0.16, lw=0)
        axes.plot(days, scope, color=Color.PLAN.paint, lw=2, ls=(0, (5, 2)),
                  drawstyle="steps-post", label=f"Scope, {number(scope[-1])} {unit}")  # fmt: skip
        axes.plot(days, done, color=Color.DONE.paint, lw=2.5,
                  drawstyle="steps-post", label=f"Done, {number(done[-1])}")  # fmt: skip
        top = max(*scope, 1)
        last = _forecast(report, axes, done[-1], scope[-1], top)
        tips = _add_tips(report, axes, list(zip(days, shown, scope, done, strict=True)), unit)
        axes.axvline(num(today), color=Color.DIM.paint, lw=1)
        axes.annotate("today", (num(today), 0), (5, 6), textcoords="offset points",
                      color=Color.DIM.paint, fontsize=TEXT)  # fmt: skip
        end = max(num(last), days[-1])
        axes.set_xlim(days[0], end + max((end - days[0]) * 0.03, 1))
        axes.set_ylim(0, top * (1.42 if last > today else 1.1))
        calendar(axes)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        narrow = width < _NARROW
        figure.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=3, fontsize=TEXT,
                      handlelength=1.1 if narrow else 2, columnspacing=0.8 if narrow else 1.5,
                      handletextpad=0.5, borderaxespad=0.1, borderpad=0.2)  # fmt: skip
        text = f"On {today}, {number(done[-1])} of {number(scope[-1])} {unit} are done."
        if report.forecast:
            text += f" What is left: {likely(report.forecast)}"
        return finish(figure, name, f"Burn-up in {unit}", text, tips)


def _add_tips(
    report: Report, axes: Axes, points: Sequence[tuple[float, Day, float, float]], unit: str
) -> list[str]:
    """Add an unseen band with a sentence for each of some days, and for the forecast dates."""
    step = max(1, -(-len(points) // _TIPS))
    spots = [
        (x, f"{day.day}: {number(done)} of {number(scope)} {unit} done")
        for x, day, scope, done in [*points[::-1][::step]][::-1]
    ]
    spots += [(num(day), f"{day}: all done, {word} likely") for word, day in _near(report)]
    tips: list[str] = []
    edges = [(left[0] + right[0]) / 2 for left, right in pairwise(spots)]
    for (_, sentence), start, end in zip(
        spots, [spots[0][0], *edges], [*edges, spots[-1][0] + 1], strict=True
    ):
        band = axes.axvspan(start, end, color=Color.INK.paint, alpha=0, lw=0, zorder=9)
        add_tip(band, tips, sentence)
    return tips


def _near(report: Report) -> list[tuple[str, date]]:
    """Return the forecast dates that fit into the chart, with their probabilities."""
    forecast, today = report.forecast, report.facts.today
    if forecast is None or forecast.reason:
        return []
    looks = (("50%", forecast.at_50), ("85%", forecast.at_85), ("95%", forecast.at_95))
    return [(word, day) for word, day in looks if day and today < day <= today + _FARTHEST]


def _forecast(report: Report, axes: Axes, done: float, scope: float, top: float) -> date:
    """Draw the forecast dates that fit; return the last of them, or today."""
    last = today = report.facts.today
    for index, (word, day) in enumerate(_near(report)):
        last = max(last, day)
        main = word == "85%"
        today_x, day_x = num(today), num(day)
        axes.plot([today_x, day_x], [done, scope], color=Color.DONE.paint, lw=1.5 if main else 1,
                  ls=(0, (2, 2)), label="Forecast" if main else None)  # fmt: skip
        axes.plot([day_x, day_x], [0, top * (1.1 + 0.11 * index)], color=Color.GRID.paint, lw=1)
        axes.plot([day_x], [scope], marker="o", ms=7 if main else 5, color=Color.DONE.paint,
                  mec=Color.PAPER.paint, mew=1.5)  # fmt: skip
        axes.annotate(
            f"{word}: {day}", (day_x, top * (1.1 + 0.11 * index)), (0, 2), ha="right",
            textcoords="offset points", fontsize=TEXT,
            fontweight=700 if main else 400, color=Color.INK.paint,
        )  # fmt: skip
    return last


def calendar(axes: Axes) -> None:
    """Label the lower edge with as few dates as needed, and each year where it begins."""
    locator = AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    style = ConciseDateFormatter(
        locator,
        formats=["%Y", "%b", "%d", "%H:%M", "%H:%M", "%S"],
        zero_formats=["", "%b\n%Y", "%b", "%d", "%H", "%H"],
        show_offset=False,
    )
    axes.xaxis.set_major_formatter(style)
