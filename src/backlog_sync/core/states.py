"""Open, done, or dropped: the three states that matter, on both sides.

GitHub closes as completed, not planned, or duplicate; the last two mean that it will not be done.
A file says "open", "completed", "not_planned", or "closed" where its word leaves it open which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backlog_sync.core.changes import JsonValue
    from backlog_sync.core.observed import ObservedIssue

OPEN, COMPLETED, NOT_PLANNED, DUPLICATE = "open", "completed", "not_planned", "duplicate"
REOPENED = "reopened"
"""The reason of an open issue that had been closed before."""

CLOSED = "closed"
_DROPPED = frozenset({NOT_PLANNED, DUPLICATE})


def observed_state(issue: ObservedIssue) -> str:
    """Return an issue's state; one that was closed without a reason is completed."""
    if issue.state != CLOSED:
        return OPEN
    return NOT_PLANNED if issue.state_reason in _DROPPED else COMPLETED


def exact_state(issue: ObservedIssue) -> str:
    """Return `open`, or the reason for closing that GitHub has; `duplicate` is one of its own."""
    return (issue.state_reason or COMPLETED) if issue.state == CLOSED else issue.state


def desired_state(word: JsonValue, now: str = OPEN) -> JsonValue:
    """Return what a file's word asks for, by the state as it is now."""
    if word != CLOSED:
        return word
    return COMPLETED if now == OPEN else now


def is_closed(word: object) -> bool:
    """Return whether a file's word means that nothing is left to do."""
    return word in (CLOSED, COMPLETED, NOT_PLANNED)
