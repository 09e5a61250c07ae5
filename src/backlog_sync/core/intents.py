"""The journal's memory of creations: intended before they are sent, done when confirmed."""

from collections.abc import Iterable

from backlog_sync.core import body as body_block
from backlog_sync.core.observed import ObservedIssue
from backlog_sync.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Intent:
    """One issue to create.

    `at` is when it was last sent, in seconds since the epoch. `number` and `id` are None until a
    response confirms them. `repository` is a repository other than the target, or "".
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
    """Return issues by the nonce in their marker; if there are copies, the oldest one."""
    issues_by_nonce: dict[str, ObservedIssue] = {}
    for issue in sorted(issues, key=lambda candidate: candidate.number):
        marker = body_block.split(issue.body).marker
        if marker is not None and marker.nonce:
            issues_by_nonce.setdefault(marker.nonce, issue)
    return issues_by_nonce
