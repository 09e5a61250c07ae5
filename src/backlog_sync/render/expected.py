"""Describe in words what a run will cost, and how far it is."""

from backlog_sync.core.budget import UNLIMITED, Budget
from backlog_sync.core.estimate import Estimate, runs_within
from backlog_sync.core.plan import Usage
from backlog_sync.render.canvas import Look
from backlog_sync.render.words import counted


def expected_text(
    expected: Estimate, spent: Usage, look: Look, *, timed: bool = True, budget: Budget = UNLIMITED
) -> str:
    """Return one line: requests, points of the hourly rate limit, time, and the paced part of it.

    What was `spent` on reading is included, as in the counts at the end of the run. Without `timed`
    the speed of the server is not known. If the `budget` ends the run early, a second line says so.
    """
    about = "~" if look.ascii else "≈"
    requests, points = expected.requests + spent.requests, expected.points + spent.points
    text = f"Expected: {about} {counted(requests, 'request')}, {counted(points, 'point')}"
    if timed:
        text += f", {duration(expected.seconds)}"
    if timed and expected.paced >= 30:
        text += f" (paced for GitHub's limits: {duration(expected.paced)})"
    runs = runs_within(budget, expected, spent)
    if runs > 1:
        ends = f"The budget of {budget_text(budget)} ends this run early"
        text += f"\n{ends}: {about} {runs} runs in all."
    return text


def budget_text(budget: Budget) -> str:
    """Return what a run may spend: "500 points and 100 creations"."""
    parts = []
    if budget.points is not None:
        parts.append(counted(budget.points, "point"))
    if budget.creations is not None:
        parts.append(counted(budget.creations, "creation"))
    return " and ".join(parts)


def duration(seconds: float) -> str:
    """Return a duration in words: under 1 minute, 3 minutes, 4 h 3 min."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under 1 minute"
    if minutes < 90:
        return counted(minutes, "minute")
    return f"{minutes // 60} h {minutes % 60} min"


def step_text(done: int, total: int, left: float | None) -> str:
    """Return how far the work is, and the time left if it is known."""
    text = f"{done} of {total}"
    if left is None or done >= total:
        return text
    remaining = duration(left)
    return f"{text}, {'' if remaining.startswith('under') else 'about '}{remaining} left"
