"""Create views that are grouped or sorted, with PyGithub: GraphQL has no input for that.

GitHub's description of REST has `group_by`, `vertical_group_by` and `sort_by` ([D], OpenAPI
23.0.2); in July 2026 they were refused as keys that are not permitted ([R]), as older servers may
do still. For the board of a person it demands the id in the path. Clients report that only the
login, or only the id is accepted ([R]): the login is tried first, and 404 means that nothing was
created.
"""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from backlog_sync.core.observed import ObservedView
from backlog_sync.core.operations import CreateView, Done
from backlog_sync.github_api.answers import Rejected
from backlog_sync.github_api.clients import Clients

if TYPE_CHECKING:
    from github import Github

_UNKNOWN_KEY: Final = re.compile("not a permitted key", re.IGNORECASE)


def send(clients: Clients, operation: CreateView) -> Done | None:
    """Create a view with REST; None if the server cannot, so that nothing was created.

    Raises what `Clients.rest` raises.
    """
    assert operation.arranged is not None
    path = operation.arranged.board
    try:
        return _created(clients, path, operation)
    except Rejected as rejection:
        if _cannot(rejection):
            return None
        if rejection.status != HTTPStatus.NOT_FOUND:
            raise
    if not path.startswith("/users/"):
        return None
    try:
        _, _, login, rest = path.split("/", 3)
        account = clients.rest(lambda github: _json(github, "GET", f"/users/{login}"))
        return _created(clients, f"/users/{account['id']}/{rest}", operation)
    except Rejected as rejection:
        if rejection.status == HTTPStatus.NOT_FOUND or _cannot(rejection):
            return None
        raise


def _cannot(rejection: Rejected) -> bool:
    invalid = rejection.status == HTTPStatus.UNPROCESSABLE_ENTITY
    return invalid and bool(_UNKNOWN_KEY.search(rejection.message))


def _created(clients: Clients, path: str, operation: CreateView) -> Done:
    arranged = operation.arranged
    assert arranged is not None
    parts: dict[str, Any] = {
        "filter": arranged.filter,
        "visible_fields": list(arranged.visible),
        "group_by": list(arranged.group_by),
        "vertical_group_by": list(arranged.column_by),
        "sort_by": [list(pair) for pair in arranged.sort_by],
    }
    body = {"name": operation.name, "layout": operation.layout}
    body |= {name: value for name, value in parts.items() if value}
    answer = clients.rest(lambda github: _json(github, "POST", f"{path}/views", body))
    view = answer.get("value", answer)  # documented without, shown in an example with it
    shown = ObservedView(
        view["node_id"],
        int(view["number"]),
        view["name"],
        str(view["layout"]).removesuffix("_layout"),
        view.get("filter") or "",
    )
    return Done(id=shown.id, views=(shown,))


def _json(github: "Github", method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    _, data = github.requester.requestJsonAndCheck(method, path, input=body)
    return data
