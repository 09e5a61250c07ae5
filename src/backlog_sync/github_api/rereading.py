"""Looking once more, right before a request goes out, at what it is about to write over."""

from collections.abc import Mapping, Sequence

from backlog_sync.core.operations import Operation, Refused, Reply, Standing
from backlog_sync.core.overwriting import overwrites, verdict
from backlog_sync.github_api.answers import Json
from backlog_sync.github_api.documents import document
from backlog_sync.github_api.observe import Observer


def settled(observer: Observer, operations: Mapping[int, Operation]) -> dict[int, Reply]:
    """The replies to those of these operations that must not, or need not, go out any more.

    Operations of one kind, few enough for one request: that is all that is sent here. Raises as
    `Reader` does.
    """
    watched = {n: found for n, each in operations.items() if (found := overwrites(each))}
    if not watched:
        return {}
    now = _standing(observer, [id_ for id_, _ in watched.values()])
    if isinstance(now, Refused):
        return dict.fromkeys(watched, now)
    said = {n: verdict(id_, parts, now.get(id_)) for n, (id_, parts) in watched.items()}
    return {n: reply for n, reply in said.items() if reply is not None}


def _standing(observer: Observer, ids: Sequence[str]) -> dict[str, Standing] | Refused:
    """What stands in these things now; one that is gone is absent."""
    asked = list(dict.fromkeys(ids))
    answer = observer.reader.query(document("IssuesStanding", observer.hidden), {"ids": asked})
    nodes: Sequence[Json] | None = (answer.data or {}).get("nodes")
    if nodes is None:
        why = answer.faults[0].message if answer.faults else "no answer"
        return Refused(f"what stands there could not be read again, so nothing was written: {why}")
    return {node["id"]: _issue(node) for node in nodes if node and "id" in node}


def _issue(node: Json) -> Standing:
    aim, kind = node["milestone"], node.get("issueType")
    return {
        "title": node["title"],
        "body": node["body"] or "",
        "milestone": aim["title"] if aim else None,
        "issue_type": kind["name"] if kind else None,
    }
