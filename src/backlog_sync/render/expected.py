"""What a run will take, and how far it is, in words."""

from backlog_sync.core.estimate import Estimate
from backlog_sync.core.plan import Usage
from backlog_sync.render.canvas import Look
from backlog_sync.render.words import counted


def expected_text(expected: Estimate, spent: Usage, look: Look) -> str:
    """One line: requests, points of the hour's allowance, time, and how much of it is waiting.

    What was `spent` on reading is counted in, as it is at the end of the run.
    """
    about = "~" if look.ascii else "≈"
    requests, points = expected.requests + spent.requests, expected.points + spent.points
    parts = [counted(requests, "request"), counted(points, "point")]
    text = f"Expected: {about} {', '.join(parts)}, {duration(expected.seconds)}"
    if expected.paced >= 30:
        text += f" (paced for GitHub's limits: {duration(expected.paced)})"
    return text


def duration(seconds: float) -> str:
    """A time as people say it: under 1 minute, 3 minutes, 4 h 3 min."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under 1 minute"
    if minutes < 90:
        return counted(minutes, "minute")
    return f"{minutes // 60} h {minutes % 60} min"


def step_text(title: str, done: int, total: int, seconds: float) -> str:
    """A line for a log: how far the work is after so many seconds, and how much is left."""
    text = f"{title}: {done} of {total}"
    if 0 < done < total:
        remaining = duration(seconds / done * (total - done))
        about = "" if remaining.startswith("under") else "about "
        text += f", {about}{remaining} left"
    return text
