"""Looking once more, right before a request goes out, at what it is about to write over."""

from collections.abc import Mapping, Sequence

from backlog_sync.core.operations import (
    AddOptions,
    Operation,
    Refused,
    Reply,
    SetValue,
    Standing,
    UpdateLabel,
    UpdateMilestone,
)
from backlog_sync.core.preconditions import options, overwrites, verdict
from backlog_sync.github_api import mapping
from backlog_sync.github_api.answers import Answer, Json
from backlog_sync.github_api.documents import document
from backlog_sync.github_api.observe import Observer


def settled(
    observer: Observer, operations: Mapping[int, Operation], standings: Mapping[str, Standing]
) -> dict[int, Reply]:
    """The replies to those of these operations that must not, or need not, go out any more.

    Operations of one kind, few enough for one request: no more than that is sent here, and
    nothing where `standings`, which the answer to the request before told, hold all that they
    write over. Raises as `Reader` does.
    """
    watched = {
        n: overwritten[0]
        for n, operation in operations.items()
        if (overwritten := overwrites(operation))
    }
    if not watched:
        return {}
    kind = operations[next(iter(watched))]
    ids = list(dict.fromkeys(watched.values()))
    current = standings if set(ids) <= standings.keys() else _standing(observer, kind, ids)
    if isinstance(current, Refused):
        return dict.fromkeys(watched, current)
    verdicts = {n: verdict(operations[n], current.get(id_)) for n, id_ in watched.items()}
    return {n: reply for n, reply in verdicts.items() if reply is not None}


def standings_in(answer: Answer) -> dict[str, Standing]:
    """What the answer to a mutation tells of issues that it changed."""
    issues = [(payload or {}).get("issue") for payload in (answer.data or {}).values() if payload]
    return {node["id"]: _issue(node) for node in issues if node and "body" in node}


def _standing(
    observer: Observer, kind: Operation, ids: Sequence[str]
) -> dict[str, Standing] | Refused:
    """What stands in things of a kind now; one that is gone is absent."""
    reader = observer.reader
    match kind:
        case SetValue():
            reader, name, read = observer.boards.reader, "CardsStanding", _card
        case AddOptions():
            reader, name, read = observer.boards.reader, "FieldsStanding", _field
        case UpdateLabel() | UpdateMilestone():
            name, read = "DefinitionsStanding", _definition
        case _:
            name, read = "IssuesStanding", _issue
    answer = reader.query(document(name, observer.hidden), {"ids": ids})
    nodes: Sequence[Json] | None = (answer.data or {}).get("nodes")
    if nodes is None:
        why = answer.faults[0].message if answer.faults else "no answer"
        return Refused(f"what stands there could not be read again, so nothing was written: {why}")
    return {node["id"]: read(node) for node in nodes if node and "id" in node}


def _issue(node: Json) -> Standing:
    milestone, kind = node["milestone"], node.get("issueType")
    open_ = node["state"] == "OPEN"
    return {
        "title": node["title"],
        "body": node["body"] or "",
        "milestone": milestone["title"] if milestone else None,
        "issue_type": kind["name"] if kind else None,
        "parent": (node.get("parent") or {}).get("id"),
        "state": "open" if open_ else str(node["stateReason"] or "completed").lower(),
    }


def _card(node: Json) -> Standing:
    values = mapping.nodes(node["fieldValues"])
    return {shown["field"]["id"]: mapping.value(shown) for shown in values if "field" in shown}


def _field(node: Json) -> Standing:
    return {"options": options(mapping.board_field(node).options)}


def _definition(node: Json) -> Standing:
    if "color" in node:
        label = mapping.label(node)
        return {"name": label.name, "color": label.color, "description": label.description}
    milestone = mapping.milestone({**node, "description": node["about"]})
    return {"due": milestone.due, "description": milestone.description, "title": milestone.title}
