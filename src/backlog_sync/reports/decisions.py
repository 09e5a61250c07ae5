"""What somebody has to decide, as the report's figures ask for it."""

from collections.abc import Iterator

from backlog_sync.reports.forecast import NOTHING_LEFT
from backlog_sync.reports.values import Health, Load, MilestoneReport, Report

GRAVE = 12
"""From this exposure on (of 25) a risk needs an answer."""
_SHORT = 0.1
"""Part of a person from which on more hands are asked for."""


def decisions(report: Report) -> tuple[str, ...]:
    """Give the questions that the report raises, the most pressing first.

    A sentence quotes titles and names as they are: what shows it makes it harmless.
    """
    return tuple(_asked(report))


def _asked(report: Report) -> Iterator[str]:
    for one in report.milestones:
        if one.health in (Health.OFF_TRACK, Health.AT_RISK):
            yield _day(one)
    undated = [
        one.sum.name
        for one in report.milestones
        if one.due is None and not one.closed and one.sum.done < one.sum.total
    ]
    if undated:
        yield f"By when? Milestones without a due day: {', '.join(undated)}."
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
    for load in overloads(report):
        yield (
            f"{load.name} can give {load.capacity:g} of {load.hours:g} hours in {load.period}: "
            f"{load.more:.1f} more people, fewer items, or a later day?"
        )


def overloads(report: Report) -> tuple[Load, ...]:
    """The quarters in which a team or skill is asked for noticeably more than it can give."""
    return tuple(one for one in report.load if "Q" in one.period and one.more >= _SHORT)


def _day(one: MilestoneReport) -> str:
    left = one.sum.total - one.sum.done
    likely = one.forecast.at_85 if one.forecast else None
    later = f"move its day to {likely} (85 %)" if likely else "move its day"
    return (
        f"{one.sum.name}, due {one.due}: {later}, or take some of the {left} "
        f"item{'' if left == 1 else 's'} left out of it?"
    )
