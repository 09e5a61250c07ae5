"""Milestones: REST only, for GraphQL has no mutation for them."""

from backlog_sync.core.operations import CreateMilestone, Done, UpdateMilestone
from backlog_sync.github_api.clients import Clients


def due_on(date: str) -> str:
    """The time to send for a due date.

    GitHub floors it to midnight Pacific time. Noon in UTC is early morning of the same date
    there, summer and winter, so that the date stays; midnight in UTC would lose a day.
    """
    return f"{date}T12:00:00Z"


def send(clients: Clients, repository: str, operation: CreateMilestone | UpdateMilestone) -> Done:
    """Make or change a milestone. Raises as `Clients.rest` does.

    A title that is taken is a `Rejected` with the code `already_exists`.
    """
    values: dict[str, str | None] = {"due": None, "description": None, "title": None}
    if isinstance(operation, CreateMilestone):
        values = {
            "due": operation.due,
            "description": operation.description,
            "title": operation.title,
        }
    else:
        values |= {name: str(over.wanted) for name, over in operation.parts.items()}
    body: dict[str, str] = {}
    if (due := values["due"]) is not None:
        body["due_on"] = due_on(due)
    if (description := values["description"]) is not None:
        body["description"] = description
    if (title := values["title"]) is not None:
        body["title"] = title
    path = f"/repos/{repository}/milestones"
    if isinstance(operation, CreateMilestone):
        data = clients.rest("POST", path, body)
    else:
        data = clients.rest("PATCH", f"{path}/{operation.number}", body)
    return Done(id=data["node_id"], number=int(data["number"]), url=data.get("html_url"))
