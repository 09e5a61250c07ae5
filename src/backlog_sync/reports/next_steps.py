"""What to do next: what the critical path waits for, what can start, what a figure still needs."""

from collections.abc import Iterator, Sequence

from backlog_sync.core.facts import Phase, WorkItem
from backlog_sync.core.rollup import outline
from backlog_sync.render.words import counted
from backlog_sync.reports.decisions import undated
from backlog_sync.reports.ready import ready
from backlog_sync.reports.values import Report
from backlog_sync.reports.view import joined, quoted, without_forecast

_FEW = 3
"""Titles that a step names before it counts the rest; more would hide the steps after it."""


def next_steps(report: Report) -> tuple[str, ...]:
    """Return a sentence for each step, the most pressing first; none if nothing is left to do.

    A sentence contains titles unescaped: whoever shows it escapes them.
    """
    return tuple(_steps(report))


def _steps(report: Report) -> Iterator[str]:
    items = {item.key: item for item in report.facts.items}
    remaining = [key for key in report.total.items if items[key].phase is not Phase.DONE]
    if not remaining:
        return
    if not any(item.ref for item in items.values()):
        yield "Create the issues: backlog sync"
    path = report.schedule.path
    can_start = list(ready(report.facts, outline(report.facts.items), report.schedule).items)
    also = ""
    first = items[path[0]] if len(path) > 1 else None
    if first is not None and (first in can_start or first.phase is Phase.DOING):
        verb = "Finish" if first.phase is Phase.DOING else "Start"
        waits = "waits" if len(path) == 2 else "wait"
        rest = counted(len(path) - 1, "item")
        yield f"{verb} {_named(first)}: {rest} on the critical path {waits} for it"
        if first in can_start:
            can_start.remove(first)
            also = "more "
    if can_start:
        yield f"{counted(len(can_start), f'{also}item')} can start now: {_some(can_start)}"
    missing = [items[key] for key in report.total.unestimated if key in remaining]
    if missing:
        yield f"Estimate {counted(len(missing), 'item')} without points: {_some(missing)}"
    elif not report.total.points and not report.hours:
        yield "Estimate the items: none has points or hours"
    if titles := undated(report):
        yield f"Set due dates: {joined(_cut(titles))}"
    elif not report.milestones:
        yield "Add milestones with due dates, to measure progress against"
    if without_forecast(report) and report.total.points and report.schedule.velocity is None:
        yield "Set planning.velocity (points per week) to get dates before the first forecast"


def _some(items: Sequence[WorkItem]) -> str:
    return joined(_cut([_named(item) for item in items]))


def _cut(names: Sequence[str]) -> list[str]:
    """Return the first names, and how many more there are."""
    if len(names) <= _FEW + 1:
        return list(names)
    return [*names[:_FEW], f"{len(names) - _FEW} more"]


def _named(item: WorkItem) -> str:
    return f"{quoted(item.title)} ({item.ref})" if item.ref else quoted(item.title)
