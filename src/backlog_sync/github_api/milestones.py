"""Create and change milestones, with PyGithub: GraphQL has no mutation for them."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from backlog_sync.core.operations import CreateMilestone, Done, UpdateMilestone
from backlog_sync.github_api.answers import required
from backlog_sync.github_api.clients import Clients

if TYPE_CHECKING:
    from github import Github

NOON: Final = time(12, tzinfo=UTC)
"""The time to send with a due date.

GitHub keeps the date: in UTC (recorded 2026), earlier in Pacific time (recorded 2019), where noon
in UTC is early morning of the same date. So noon is right for both, and for older servers.
"""


def send(clients: Clients, repository: str, operation: CreateMilestone | UpdateMilestone) -> Done:
    """Create or change a milestone. Raises what `Clients.rest` raises.

    For a title that is taken that is `Rejected` with the code `already_exists`.
    """
    if isinstance(operation, CreateMilestone):
        return clients.rest(lambda github: _create(github, repository, operation))
    return clients.rest(lambda github: _update(github, repository, operation))


def _create(github: "Github", repository: str, operation: CreateMilestone) -> Done:
    optional: dict[str, Any] = {}
    if operation.due is not None:
        optional["due_on"] = _moment(operation.due)
    if operation.description is not None:
        optional["description"] = operation.description
    created = github.get_repo(repository).create_milestone(operation.title, **optional)
    return Done(id=required(created.node_id), number=required(created.number), url=created.html_url)


def _update(github: "Github", repository: str, operation: UpdateMilestone) -> Done:
    """Send the changed values only.

    PyGithub's `edit` always sends the title, and a due date without its time.
    """
    values = {
        name: None if over.planned is None else str(over.planned)
        for name, over in operation.parts.items()
    }
    if "due" in values:
        due = values.pop("due")
        # None removes the date.
        values["due_on"] = due and f"{_moment(due):%Y-%m-%dT%H:%M:%SZ}"
    milestone = github.get_repo(repository).get_milestone(operation.number)
    _, data = milestone.requester.requestJsonAndCheck("PATCH", milestone.url, input=values)
    return Done(id=data["node_id"], number=int(data["number"]), url=data.get("html_url"))


def _moment(due: str) -> datetime:
    return datetime.combine(date.fromisoformat(due), NOON)
