"""The status that pull requests and linked branches mean, if the settings map them to one."""

from collections.abc import Mapping

from backlog_sync.core.model import Settings
from backlog_sync.core.normalize import digest, fold
from backlog_sync.core.observed import Actor, ObservedIssue, PullRequest
from backlog_sync.core.trust import Trust, trust_in
from backlog_sync.dataclass import dataclass

REVIEW, PROGRESS = "in_review", "in_progress"
"""The keys of the setting: an open pull request; a draft or a linked branch."""

_SIGNATURE = 8
"""Hex digits that tell one issue's pull requests apart; an issue has few."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The status that an issue's open pull requests or branches mean, and which these are."""

    status: str
    reason: str

    @property
    def signature(self) -> str:
        """What the record of a card keeps, so that the same evidence acts only once."""
        return digest(f"{fold(self.status)} {self.reason}", _SIGNATURE)


def evidence_of(
    issue: ObservedIssue, settings: Settings, viewer: Actor, permissions: Mapping[str, str]
) -> Evidence | None:
    """Return the status of an issue by its pull requests and branches; None if there is none.

    Only pull requests in the issue's repository count whose author may write to it: anybody can
    open one from a fork that says that it closes an issue. `permissions` are those of the
    repository, by folded login.
    """
    mapped = settings.pull_requests
    if not mapped or issue.state != "open":
        return None

    def trusted(pull: PullRequest) -> bool:
        is_trusted = trust_in(pull.author, viewer, settings, permissions) is Trust.TRUSTED
        return is_trusted and fold(pull.repository) == fold(issue.repository)

    pulls = [pull for pull in issue.pull_requests if pull.state in ("open", "draft")]
    pulls = [pull for pull in pulls if trusted(pull)]
    ready = [f"#{pull.number}" for pull in pulls if pull.state == "open"]
    if ready and REVIEW in mapped:
        verb = "is" if len(ready) == 1 else "are"
        return Evidence(mapped[REVIEW], f"{', '.join(ready)} {verb} open for review")
    if PROGRESS not in mapped or not (pulls or issue.branches):
        return None
    started = [f"#{pull.number}" for pull in pulls] or [f"branch {issue.branches[0]}"]
    return Evidence(mapped[PROGRESS], f"work has started in {', '.join(started)}")
