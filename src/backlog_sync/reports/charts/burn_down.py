"""The burn-down chart of a sprint: what is left at the end of each day, and an even pace."""

from datetime import timedelta

from matplotlib.ticker import MaxNLocator

from backlog_sync.reports.charts.burn_up import calendar
from backlog_sync.reports.charts.palette import Color
from backlog_sync.reports.charts.svg import TEXT, Chart, add_tip, canvas, finish, num, plot
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import burn_down_words
from backlog_sync.reports.view import figure as number


def burn_down(
    report: Report, *, width: int = 960, height: int = 300, name: str = "burn-down"
) -> Chart | None:
    """Return the chart of the current sprint, None if there is none or nothing is in it."""
    sprints = report.sprints
    if (
        sprints is None
        or sprints.current is None
        or not any(d.all_items for d in sprints.burn_down)
    ):
        return None
    now, shown = sprints.current, sprints.burn_down
    points = any(each.all_points for each in shown)
    unit = "points" if points else "items"
    # A day's value is that of its end; the line begins with everything, before the first day.
    start = shown[0].all_points if points else shown[0].all_items
    left = [float(start), *(each.points if points else each.items for each in shown)]
    days = [num(now.first), *(num(each.day + timedelta(days=1)) for each in shown)]
    every = [each.all_points if points else each.all_items for each in shown]
    end = num(now.last + timedelta(days=1))
    with canvas(width, height) as figure:
        axes = plot(figure, 48, 34, 22, 36)
        axes.plot([days[0], end], [every[-1], 0], color=Color.PLAN.paint, lw=1.5,
                  ls=(0, (5, 2)), label="Even pace")  # fmt: skip
        axes.fill_between(days, left, color=Color.DONE.paint, alpha=0.16, lw=0)
        axes.plot(days, left, color=Color.DONE.paint, lw=2.5, marker="o", ms=4,
                  label=f"Left, {number(left[-1])} of {number(every[-1])} {unit}")  # fmt: skip
        tips: list[str] = []
        for each, x, rest, whole in zip(shown, days[1:], left[1:], every, strict=True):
            band = axes.axvspan(x - 1, x, color=Color.INK.paint, alpha=0, lw=0, zorder=9)
            sentence = f"{each.day}: {number(rest)} of {number(whole)} {unit} left"
            add_tip(band, tips, sentence)
        axes.set_xlim(days[0], end)
        axes.set_ylim(0, max(*left, *every, 1) * 1.1)
        calendar(axes)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        figure.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=2, fontsize=TEXT,
                      borderaxespad=0.1, borderpad=0.2)  # fmt: skip
        text = f"{now.name} from {now.first} to {now.last}: {burn_down_words(sprints)}."
        return finish(figure, name, f"Burn-down in {unit}", text, tips)
