"""Add options to issue fields, with PyGithub: options have no ids in GraphQL.

Sent without their ids, the options of a field are made again, and every issue loses its value
(documented for REST, whose input has the ids).
"""

from typing import TYPE_CHECKING, Any

from backlog_sync.core.observed import ObservedIssueField, ObservedOption
from backlog_sync.core.operations import AddIssueFieldOptions, Done, Stale
from backlog_sync.github_api.clients import Clients

if TYPE_CHECKING:
    from github import Github


def send(clients: Clients, operation: AddIssueFieldOptions) -> Done | Stale:
    """Read the options of a field, and send all of them with the new ones.

    If somebody changed them since they were observed, nothing is sent. Raises what `Clients.rest`
    raises.
    """
    path = f"/orgs/{operation.organization}/issue-fields"
    listed = clients.rest(lambda github: _json(github, "GET", f"{path}?per_page=100"))
    known = next((each for each in listed if each["node_id"] == operation.field_id), None)
    if known is None:
        return Stale("the issue field is gone")
    options: list[dict[str, Any]] = known["options"] or []
    if [option["name"] for option in options] != [seen[1] for seen in operation.seen]:
        return Stale("the options were changed since they were read")
    kept = ("id", "name", "description", "color", "priority")
    sent = [{name: option.get(name) for name in kept} for option in options]
    place = max((option.get("priority") or 0 for option in options), default=0)
    sent += [
        {"name": name, "color": color.lower(), "description": text, "priority": place + n}
        for n, (name, color, text) in enumerate(operation.new, 1)
    ]
    changed = clients.rest(
        lambda github: _json(github, "PATCH", f"{path}/{known['id']}", {"options": sent})
    )
    ids = {seen[1]: seen[0] for seen in operation.seen}
    return Done(id=operation.field_id, issue_field=_field(operation.field_id, changed, ids))


def _field(field_id: str, data: dict[str, Any], ids: dict[str, str]) -> ObservedIssueField:
    """Return the field; REST has no node ids of options, so that those of new ones are empty."""
    return ObservedIssueField(
        id=field_id,
        name=data["name"],
        type=data["data_type"],
        options=tuple(
            ObservedOption(ids.get(o["name"], ""), o["name"], str(o["color"]).upper())
            for o in data["options"] or ()
        ),
        private=data.get("visibility") != "all",
    )


def _json(github: "Github", method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    _, data = github.requester.requestJsonAndCheck(method, path, input=body)
    return data
