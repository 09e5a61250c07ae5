"""Looking once more, right before a request goes out, at what it is about to write over."""

from collections.abc import Mapping, Sequence

from backlog_sync.core.operations import Operation, Refused, Reply, Standing
from backlog_sync.core.overwriting import overwrites, verdict
from backlog_sync.github_api.answers import Answer, Json
from backlog_sync.github_api.documents import document
from backlog_sync.github_api.observe import Observer


def settled(
    observer: Observer, operations: Mapping[int, Operation], told: Mapping[str, Standing]
) -> dict[int, Reply]:
    """The replies to those of these operations that must not, or need not, go out any more.

    Operations of one kind, few enough for one request: no more than that is sent here, and
    nothing where the answer to the request before `told` of all that they write over. Raises as
    `Reader` does.
    """
    watched = {n: found for n, each in operations.items() if (found := overwrites(each))}
    if not watched:
        return {}
    ids = [id_ for id_, _ in watched.values()]
    now = told if set(ids) <= told.keys() else _standing(observer, ids)
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


def told_by(answer: Answer) -> dict[str, Standing]:
    """What the answer to a mutation tells of issues that it changed."""
    found = [(payload or {}).get("issue") for payload in (answer.data or {}).values() if payload]
    return {node["id"]: _issue(node) for node in found if node and "body" in node}


def _issue(node: Json) -> Standing:
    aim, kind = node["milestone"], node.get("issueType")
    return {
        "title": node["title"],
        "body": node["body"] or "",
        "milestone": aim["title"] if aim else None,
        "issue_type": kind["name"] if kind else None,
    }
