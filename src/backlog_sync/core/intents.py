"""What this machine remembers of creations: intended before they are sent, made when confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass

from backlog_sync.core import body as body_block
from backlog_sync.core.model import ObservedIssue


@dataclass(frozen=True, slots=True)
class Intent:
    """One issue that was to be made.

    `at` is when it was last sent, in seconds since the epoch. `number` and `id` are None as long
    as no answer confirmed it. `repository` is the other one that it is meant for, "" for the
    target.
    """

    backlog: str
    key: str
    nonce: str
    title: str
    at: float
    number: int | None = None
    id: str | None = None
    repository: str = ""


def by_nonce(issues: Iterable[ObservedIssue]) -> dict[str, ObservedIssue]:
    """Give issues by the nonce in their marker; of copies the one that was there first."""
    issues_by_nonce: dict[str, ObservedIssue] = {}
    for issue in sorted(issues, key=lambda candidate: candidate.number):
        marker = body_block.split(issue.body).marker
        if marker is not None and marker.nonce:
            issues_by_nonce.setdefault(marker.nonce, issue)
    return issues_by_nonce
