"""The report as a board's status update: the whole in a line, then one per milestone."""

from backlog_sync.core.escape import inert
from backlog_sync.render.words import counted
from backlog_sync.reports.values import MilestoneReport, Report
from backlog_sync.reports.view import amount, health_word, how_much

_MOST = 50
"""The most milestones to list; the report has the rest."""


def report_status(report: Report) -> str:
    """Return the text, as Markdown in which titles are escaped."""
    lines = [
        f"**{health_word(report.health, report.total).capitalize()}.** {inert(report.why)}",
        "",
        f"{how_much(report)} ({report.total.percent}%).",
        "",
        *(_line(milestone) for milestone in report.milestones[:_MOST]),
    ]
    more = len(report.milestones) - _MOST
    if more > 0:
        lines.append(f"- and {counted(more, 'milestone')} more")
    return "\n".join(lines).rstrip() + "\n"


def _line(milestone: MilestoneReport) -> str:
    due = f", due {milestone.due.isoformat()}" if milestone.due else ""
    done = f"{amount(milestone.sum)} done ({milestone.sum.percent}%)"
    health = health_word(milestone.health, milestone.sum)
    return f"- **{inert(milestone.sum.name)}**{due}: {health}. {done}. {inert(milestone.why)}"
