"""Progress bars of each part."""

from typing import TYPE_CHECKING

from backlog_sync.reports.charts.palette import Color
from backlog_sync.reports.charts.svg import TEXT, Chart, canvas, finish, plot, short
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import Names, amount

if TYPE_CHECKING:
    from backlog_sync.core.rollup import Sum

MOST = 20
"""The most rows."""
_ROW, _LABELS, _CELLS = 28, 262, 36
"""Pixels of a row and of the labels, and the characters that fit into a label."""


def progress_bars(report: Report) -> Chart | None:
    """Return a bar for the whole and one for each epic; None if there is nothing to do."""
    if not report.total.total:
        return None
    names = Names(report)
    rows: list[tuple[str, Sum]] = [("All", report.total)]
    rows += [
        (names(group.name) if group.name else "Without an epic", group)
        for group in report.groups.get("epic", ())
        if group.total
    ]
    more, rows = len(rows) - MOST, rows[:MOST]
    with canvas(720, _ROW * len(rows) + 10) as figure:
        axes = plot(figure, _LABELS, 4, 190, 6)
        for index, (label, total) in enumerate(rows):
            axes.barh(index, 100, height=0.5, color=Color.TRACK.paint)
            axes.barh(index, total.percent, height=0.5, color=Color.DONE.paint)
            axes.annotate(short(label, _CELLS), (0, index), (-_LABELS + 4, 0), va="center",
                          xycoords=("axes fraction", "data"), textcoords="offset points",
                          fontsize=TEXT, fontweight=400 if index else 700)  # fmt: skip
            axes.annotate(f"{total.percent}%", (1, index), (52, 0), va="center", ha="right",
                          xycoords=("axes fraction", "data"), textcoords="offset points",
                          fontsize=TEXT, fontweight=700)  # fmt: skip
            axes.annotate(f"{total.done} of {total.total} items", (1, index), (64, 0),
                          va="center", xycoords=("axes fraction", "data"), color=Color.DIM.paint,
                          textcoords="offset points", fontsize=TEXT)  # fmt: skip
        axes.set_xlim(0, 100)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.axis("off")
        sentences = [f"{label}: {total.percent}%, {amount(total)} done." for label, total in rows]
        sentences += [f"{more} more are not shown."] if more > 0 else []
        return finish(figure, "progress", "Progress", " ".join(sentences))
