"""The decisions that the report's figures call for."""

from collections.abc import Iterator

from backlog_sync.reports.forecast import NOTHING_LEFT
from backlog_sync.reports.load import overloads
from backlog_sync.reports.values import Health, MilestoneReport, Report

GRAVE = 12
"""A risk with this exposure (of 25) or more needs a response."""


def decisions(report: Report) -> tuple[str, ...]:
    """Return the questions that the report raises, the most pressing first.

    A sentence contains titles and names unescaped: whoever shows it escapes them.
    """
    return tuple(_questions(report))


def undated(report: Report) -> list[str]:
    """Return the titles of the unfinished milestones without a due date."""
    return [
        one.sum.name
        for one in report.milestones
        if one.due is None and not one.closed and one.sum.done < one.sum.total
    ]


def _questions(report: Report) -> Iterator[str]:
    for milestone in report.milestones:
        if milestone.health in (Health.OFF_TRACK, Health.AT_RISK):
            yield _day_question(milestone)
    if titles := undated(report):
        yield f"Which due dates? Milestones without one: {', '.join(titles)}."
    for risk in report.risks:
        if risk.open and (risk.exposure or 0) >= GRAVE and not risk.mitigation:
            yield f"Who keeps this from happening, and how: {risk.text}?"
    for overlap in report.overlaps:
        yield (
            f"{overlap.earlier} and {overlap.later} are worked on together until {overlap.last}: "
            "which comes first?"
        )
    if report.schedule.reason and report.schedule.reason != NOTHING_LEFT:
        yield f"{report.schedule.reason} Which of them goes ahead?"
    for load in overloads(report.load):
        yield (
            f"{load.name} can give {load.capacity:g} of {load.hours:g} hours in {load.period}: "
            f"{load.more:.1f} more people, fewer items, or a later date?"
        )


def _day_question(milestone: MilestoneReport) -> str:
    remaining = milestone.sum.total - milestone.sum.done
    likely = milestone.forecast.at_85 if milestone.forecast else None
    later = f"move its due date to {likely} (85%)" if likely else "move its due date"
    return (
        f"{milestone.sum.name}, due {milestone.due}: {later}, or take some of the {remaining} "
        f"item{'' if remaining == 1 else 's'} left out of it?"
    )
