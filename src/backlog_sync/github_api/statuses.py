"""Maintain one status update per day on a board: find it by its hidden mark, update it in place."""

from backlog_sync.core.operations import Done, PutStatus, Refused
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Fault, required
from backlog_sync.github_api.clients import Clients
from backlog_sync.github_api.documents import batch, document
from backlog_sync.github_api.notices import MARK, confirmed
from backlog_sync.github_api.reader import Reader


def put(reader: Reader, clients: Clients, operation: PutStatus) -> Done | Refused:
    """Update our status update of this day, or create it if there is none.

    Every attempt looks for it among the newest twenty. Raises what `notices.put` raises.
    """
    if not MARK.fullmatch(operation.mark):
        return Refused(f"{operation.mark!r} cannot mark a status update", "invalid")
    body = f"{_line(operation.mark)}\n{operation.body}"
    update = _our_update(reader, operation)
    if isinstance(update, Fault):
        return Refused(update.message, update.type)
    content: dict[str, object] = {"status": operation.status, "body": body}
    if update is None:
        name, inputs = "CreateStatusUpdate", {"projectId": operation.project_id, **content}
    elif {
        "status": update["status"],
        "body": (update["body"] or "").replace("\r\n", "\n"),
    } == content:
        return Done(id=update["id"])
    else:
        name, inputs = "UpdateStatusUpdate", {"statusUpdateId": update["id"], **content}
    answer = clients.graphql(batch([name]), {"i0": inputs})
    payload = confirmed(answer, answered.UpdateStatusUpdate)
    if isinstance(payload, Refused):
        return payload
    return Done(id=required(payload["statusUpdate"], "status update")["id"])


def _our_update(
    reader: Reader, operation: PutStatus
) -> answered.StatusUpdatesProjectV2StatusUpdate | Fault | None:
    """Return our newest status update of that day that begins with the mark."""
    answer = reader.query(document(answered.StatusUpdates), {"id": operation.project_id})
    node = answer.data.get("node") if answer.data else None
    if not answer.data or not node or "statusUpdates" not in node:
        missing = Fault(f"{operation.project_id} is not a board", "NOT_FOUND")
        return next(iter(answer.faults), missing)
    for update in parse.nodes(node["statusUpdates"]):
        creator = update["creator"]
        is_ours = creator is not None and creator.get("id") == answer.data["viewer"]["id"]
        today = update["createdAt"].startswith(operation.day)
        if is_ours and today and (update["body"] or "").startswith(_line(operation.mark)):
            return update
    return None


def _line(mark: str) -> str:
    return f"<!-- backlog:status {mark} -->"
