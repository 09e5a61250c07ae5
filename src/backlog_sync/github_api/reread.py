"""Read the values that a request is about to overwrite again, right before it is sent."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypedDict, TypeVar, cast

from backlog_sync.core.operations import (
    AGENT_PART,
    AddOptions,
    AssignAgent,
    Operation,
    Refused,
    Reply,
    SetIterations,
    SetValue,
    Standing,
    UpdateLabel,
    UpdateMilestone,
    UpdateProject,
    UpdateView,
    field_part,
)
from backlog_sync.core.preconditions import iterations, options, overwrites, verdict
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse
from backlog_sync.github_api.answers import Answer
from backlog_sync.github_api.documents import Document, document
from backlog_sync.github_api.observe import Observer
from backlog_sync.github_api.reader import Reader

N = TypeVar("N", bound=Mapping[str, object])


class _ById(TypedDict, Generic[N]):
    """The data that a query for nodes by id returns; deleted ones are null."""

    nodes: list[N | None]


def settled(
    observer: Observer, operations: Mapping[int, Operation], standings: Mapping[str, Standing]
) -> dict[int, Reply]:
    """Return replies for the operations that must not, or do not have to, be sent any more.

    The operations are of one kind, and few enough for one request. That is all that is sent here,
    and nothing if `standings`, from the answer to the previous request, contain all the values
    that they overwrite; they never contain those of agents. Raises what `Reader` raises.
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
    known = set(ids) <= standings.keys() and not isinstance(kind, AssignAgent)
    current = standings if known else _standing(observer, kind, ids)
    if isinstance(current, Refused):
        return dict.fromkeys(watched, current)
    verdicts = {n: verdict(operations[n], current.get(id_)) for n, id_ in watched.items()}
    return {n: reply for n, reply in verdicts.items() if reply is not None}


def standings_in(answer: Answer[Mapping[str, object]]) -> dict[str, Standing]:
    """Return the current values of issues in the answer to a mutation that changed them."""
    payloads = cast("Mapping[str, Mapping[str, object] | None]", answer.data or {})
    issues = [payload.get("issue") for payload in payloads.values() if payload]
    whole = cast("list[answered.IssueStanding]", [i for i in issues if _has(i, "body")])
    return {issue["id"]: _issue(issue) for issue in whole}


def _has(node: object, key: str) -> bool:
    return isinstance(node, dict) and key in node


def _standing(
    observer: Observer, kind: Operation, ids: Sequence[str]
) -> dict[str, Standing] | Refused:
    """Read the current values of things of a kind, by id; deleted ones are absent."""
    reader, hidden = observer.reader, observer.hidden
    match kind:
        case AssignAgent():
            return _read(reader, document(answered.AgentsStanding, hidden), ids, _agents)
        case SetValue():
            reader = observer.boards.reader
            return _read(reader, document(answered.CardsStanding, hidden), ids, _card)
        case AddOptions() | SetIterations():
            reader = observer.boards.reader
            return _read(reader, document(answered.FieldsStanding, hidden), ids, _field)
        case UpdateProject() | UpdateView():
            reader = observer.boards.reader
            return _read(reader, document(answered.BoardsStanding, hidden), ids, _board)
        case UpdateLabel() | UpdateMilestone():
            return _read(reader, document(answered.DefinitionsStanding, hidden), ids, _definition)
        case _:
            return _read(reader, document(answered.IssuesStanding, hidden), ids, _issue)


def _read(
    reader: Reader, query: Document[_ById[N]], ids: Sequence[str], read: Callable[[N], Standing]
) -> dict[str, Standing] | Refused:
    answer = reader.query(query, {"ids": ids})
    nodes = answer.data.get("nodes") if answer.data else None
    if nodes is None:
        why = answer.faults[0].message if answer.faults else "no answer"
        return Refused(f"the current value could not be read again, so nothing was written: {why}")
    return {str(node["id"]): read(node) for node in nodes if node and "id" in node}


def _issue(node: answered.IssueStanding) -> Standing:
    milestone, kind, parent = node["milestone"], node.get("issueType"), node.get("parent")
    open_ = node["state"] == "OPEN"
    return {
        "title": node["title"],
        "body": node["body"] or "",
        "milestone": milestone["title"] if milestone else None,
        "issue_type": kind["name"] if kind else None,
        "parent": parent["id"] if parent else None,
        "state": "open" if open_ else str(node["stateReason"] or "completed").lower(),
        **{
            field_part(name): value
            for name, value in parse.field_values(node.get("issueFieldValues")).items()
        },
    }


def _agents(node: answered.AgentsStandingNode) -> Standing:
    return {f"{AGENT_PART}{login}": login for login in parse.agents_assigned(node)}


def _card(node: answered.CardsStandingNode) -> Standing:
    values = parse.nodes(node["fieldValues"])
    return {shown["field"]["id"]: parse.value(shown) for shown in values if "field" in shown}


def _field(node: answered.BoardField) -> Standing:
    observed = parse.board_field(node).options
    return {"options": options(observed), "iterations": iterations(observed)}


def _board(node: answered.BoardsStandingNode) -> Standing:
    if "layout" in node:
        view = parse.view(cast("answered.BoardView", node))
        return {"name": view.name, "layout": view.layout, "filter": view.filter}
    return {
        "description": node["shortDescription"] or "",
        "readme": node["readme"] or "",
        "public": str(node["public"]).lower(),
    }


def _definition(node: answered.DefinitionsStandingNode) -> Standing:
    if "color" in node:
        label = parse.label(cast("answered.LabelPageLabel", node))
        return {"name": label.name, "color": label.color, "description": label.description}
    whole = {**node, "description": node["about"]}
    milestone = parse.milestone(cast("answered.MilestonePageMilestone", whole))
    return {
        "due": milestone.due,
        "description": milestone.description,
        "title": milestone.title,
        "state": milestone.state,
    }
