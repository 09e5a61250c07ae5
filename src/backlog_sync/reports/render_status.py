"""The report as a board's status update: the whole in a line, then one for each milestone."""

from backlog_sync.render.inert import inert
from backlog_sync.render.words import counted
from backlog_sync.reports.values import MilestoneReport, Report
from backlog_sync.reports.view import HEALTH, amount, how_much

_MOST = 50
"""Milestones that are named; who has more looks at the report."""


def report_status(report: Report) -> str:
    """Give the text, as Markdown in which foreign words do nothing."""
    lines = [
        f"**{HEALTH[report.health].capitalize()}.** {inert(report.why)}",
        "",
        f"{how_much(report)} ({report.total.percent} %).",
        "",
        *(_line(one) for one in report.milestones[:_MOST]),
    ]
    more = len(report.milestones) - _MOST
    if more > 0:
        lines.append(f"- and {counted(more, 'milestone')} more")
    return "\n".join(lines).rstrip() + "\n"


def _line(one: MilestoneReport) -> str:
    due = f", due {one.due.isoformat()}" if one.due else ""
    done = f"{amount(one.sum)} done ({one.sum.percent} %)"
    return f"- **{inert(one.sum.name)}**{due}: {HEALTH[one.health]}. {done}. {inert(one.why)}"
