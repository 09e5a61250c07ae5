"""Map operations to GraphQL mutations, and their payloads to replies; send nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from typing import Final, assert_never, cast

from backlog_sync.core.model import ALL, BoardFieldDef, IssueFieldValue
from backlog_sync.core.normalize import same_text
from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddIssueFieldOptions,
    AddOptions,
    AddSubIssue,
    AssignAgent,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    CloseProject,
    CopyProject,
    CreateBoardField,
    CreateIssue,
    CreateIssueField,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    CreateView,
    Done,
    FieldInput,
    LinkProject,
    MoveSubIssue,
    Operation,
    PutComment,
    PutRelease,
    PutStatus,
    RemoveBlocker,
    RemoveSubIssue,
    ReopenIssue,
    SetIssueFields,
    SetIterations,
    SetValue,
    ShowIssueField,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    UpdateProject,
    UpdateView,
)
from backlog_sync.dataclass import dataclass
from backlog_sync.github_api import generated_answers as answered
from backlog_sync.github_api import parse

CREATES: Final = (
    CreateLabel,
    CreateMilestone,
    CreateProject,
    CopyProject,
    CreateBoardField,
    SetIterations,
    CreateIssueField,
    AddIssueFieldOptions,
    ShowIssueField,
    CreateView,
    AddOptions,
    CreateIssue,
)
"""Operations that must not be sent again while the result of the first attempt is unknown.

All others are idempotent.
"""

CREATIONS: Final = (CreateIssue, PutComment)
"""Operations to which GitHub's limits for content creation apply: they notify people."""

WITH_BODY: Final = (CreateIssue, UpdateIssue)
"""Operations with a body: few of these fit into GitHub's ten seconds for a request."""


@dataclass(frozen=True, slots=True)
class Step:
    """One aliased mutation: the name of its document, and its input."""

    name: str
    input: Mapping[str, object]


@dataclass(slots=True)
class Names:
    """Node ids by names, in lower case."""

    repository_id: str = ""
    issue_types: dict[str, str] = field(default_factory=dict)
    users: dict[str, str | None] = field(default_factory=dict)

    def user_ids(self, logins: Sequence[str]) -> list[str]:
        """Return the ids of users, without those that do not exist."""
        return [user_id for login in logins if (user_id := self.users.get(login.lower()))]

    def issue_type(self, name: str | None) -> str | None:
        """Return the id of an issue type."""
        return self.issue_types.get(name.lower()) if name else None


class Unsendable(Exception):  # noqa: N818 - says why an operation is not sent; never leaves the package
    """An operation cannot be sent, for the reason in the message."""


def steps(  # noqa: PLR0912 - one case for each operation is the shortest whole list
    operation: Operation, names: Names
) -> tuple[Step, ...]:
    """Return the mutations for an operation, in order; none if there is nothing to do.

    Raises `Unsendable` for a value that GitHub cannot have.
    """
    match operation:
        case CreateIssue():
            name = "CreateIssueOnBoard" if operation.project_ids else "CreateIssue"
            return (Step(name, _create_issue(operation, names)),)
        case UpdateIssue():
            return (Step("UpdateIssue", _update_issue(operation, names)),)
        case SetIssueFields(id=id_, values=values):
            given = [_field_value(value) for value in values]
            return (Step("SetIssueFields", {"issueId": id_, "issueFields": given}),)
        case CreateIssueField(owner_id=owner, definition=definition):
            return (Step("CreateIssueField", {"ownerId": owner, **_issue_field(definition)}),)
        case ShowIssueField(project_id=project, field_id=field_id):
            column = {"projectId": project, "issueFieldId": field_id}
            return (Step("ShowIssueField", column),)
        case CloseIssue(id=id_, reason=reason, duplicate_of=duplicate_id):
            inputs = {
                "issueId": id_,
                "stateReason": reason.upper(),
                "duplicateIssueId": duplicate_id,
            }
            return (Step("CloseIssue", _without_none(inputs)),)
        case ReopenIssue(id=id_):
            return (Step("ReopenIssue", {"issueId": id_}),)
        case ChangeLabels(id=id_, add=add, remove=remove):
            return tuple(
                Step(name, {"labelableId": id_, "labelIds": list(labels)})
                for name, labels in (("AddLabels", add), ("RemoveLabels", remove))
                if labels
            )
        case ChangeAssignees(id=id_, add=add, remove=remove):
            return _assigning(names, id_, add, remove)
        case AssignAgent(id=id_, login=login):
            return _assigning(names, id_, (login,))
        case AddSubIssue(parent_id=parent, child_id=child, taken_from=above):
            extra = {"replaceParent": True} if above else {}
            return (Step("AddSubIssue", {"issueId": parent, "subIssueId": child, **extra}),)
        case RemoveSubIssue(parent_id=parent, child_id=child):
            return (Step("RemoveSubIssue", {"issueId": parent, "subIssueId": child}),)
        case MoveSubIssue(parent_id=parent, child_id=child, after_id=after, before_id=before):
            anchor = _without_none({"afterId": after, "beforeId": before})
            return (Step("MoveSubIssue", {"issueId": parent, "subIssueId": child, **anchor}),)
        case AddBlocker(blocked_id=blocked, blocker_id=blocker):
            return (Step("AddBlockedBy", {"issueId": blocked, "blockingIssueId": blocker}),)
        case RemoveBlocker(blocked_id=blocked, blocker_id=blocker):
            return (Step("RemoveBlockedBy", {"issueId": blocked, "blockingIssueId": blocker}),)
        case CreateLabel(name=name, color=color, description=description):
            repository_id = operation.repository_id or names.repository_id
            attributes = {"name": name, "color": color, "description": description}
            return (Step("CreateLabel", {"repositoryId": repository_id, **attributes}),)
        case UpdateLabel(id=id_):
            parts = {name: over.planned for name, over in operation.parts.items()}
            return (Step("UpdateLabel", {"id": id_, **parts}),)
        case CreateProject(owner_id=owner, title=title, repository_id=repository):
            inputs = {"ownerId": owner, "title": title, "repositoryId": repository}
            return (Step("CreateProject", _without_none(inputs)),)
        case CopyProject(template_id=template, owner_id=owner, title=title):
            inputs = {"projectId": template, "ownerId": owner, "title": title}
            return (Step("CopyProject", {**inputs, "includeDraftIssues": False}),)
        case UpdateProject():
            return (Step("UpdateProject", _board(operation)),)
        case CreateView() | UpdateView():
            return (_view(operation),)
        case CloseProject(project_id=project):
            return (Step("CloseProject", {"projectId": project, "closed": True}),)
        case LinkProject(project_id=project, repository_id=repository):
            return (Step("LinkProject", {"projectId": project, "repositoryId": repository}),)
        case CreateBoardField(project_id=project, definition=definition):
            return (Step("CreateBoardField", {"projectId": project, **_field(definition)}),)
        case AddOptions():
            return (Step("UpdateBoardField", _options(operation)),)
        case SetIterations():
            return (Step("UpdateBoardField", _all_iterations(operation)),)
        case AddCard(project_id=project, issue_id=issue):
            return (Step("AddCard", {"projectId": project, "contentId": issue}),)
        case SetValue():
            return (_value(operation),)
        case CreateMilestone() | UpdateMilestone():
            raise AssertionError("milestones exist only in REST")
        case AddIssueFieldOptions():
            raise AssertionError("GraphQL would make all options again; see issue_fields.py")
        case PutComment() | PutStatus() | PutRelease():
            raise AssertionError("it is looked for first: notices.py, statuses.py, releases.py")
        case _:
            assert_never(operation)


def done(operation: Operation, payloads: Sequence[object], names: Names) -> Done | None:
    """Return the result in the payloads of an operation's mutations; None if not confirmed.

    Raises what `mapping` raises for payloads that GitHub's schema rules out.
    """
    if isinstance(operation, CreateIssue):
        return _created(operation, cast("answered.CreateIssueOnBoard", payloads[0]), names)
    if isinstance(operation, UpdateIssue):
        return _updated(operation, cast("answered.UpdateIssue", payloads[0]), names)
    if isinstance(operation, SetIssueFields):
        return _fields_set(operation, cast("answered.SetIssueFields", payloads[0]))
    if isinstance(operation, ChangeAssignees):
        return _assigned(operation, cast("Sequence[answered.AddAssignees]", payloads))
    if isinstance(operation, AssignAgent):
        # GitHub's list of assignees may leave agents out [?].
        given = all(cast("answered.AddAssignees", one).get("assignable") for one in payloads)
        sent = bool(names.user_ids([operation.login]))
        return Done(operation.id, missing=() if sent else ("assignees",)) if given else None
    if isinstance(operation, ChangeLabels):
        labeled = cast("Sequence[answered.AddLabels]", payloads)
        confirmed = all(payload.get("labelable") for payload in labeled)
        return Done(id=operation.id) if confirmed else None
    if not payloads:
        return Done()
    payload = cast("Mapping[str, object]", payloads[0])
    subject = next((v for v in payload.values() if isinstance(v, dict)), None)
    if subject is None:
        return None
    if isinstance(operation, CreateProject | CopyProject):
        board = cast("answered.NewBoard", subject)
        fields = tuple(parse.board_field(node) for node in parse.nodes(board["fields"]))
        older = parse.older_board(board)
        url = board["url"]
        views = tuple(map(parse.view, parse.nodes(board.get("views"))))
        named = Done(id=board["id"], number=board["number"], url=url)
        return replace(named, fields=fields, views=views, older=older)
    if isinstance(operation, CreateView | UpdateView):
        view = parse.view(cast("answered.BoardView", subject))
        missing = operation.unarranged if isinstance(operation, CreateView) else ()
        return Done(id=view.id, views=(view,), missing=missing)
    if isinstance(operation, CreateIssueField):
        created = parse.issue_field(cast("answered.FieldDefinition", subject))
        return Done(id=created.id, issue_field=created)
    if isinstance(operation, CreateBoardField | AddOptions | SetIterations | ShowIssueField):
        changed = cast("answered.BoardField", subject)
        return Done(id=changed["id"], fields=(parse.board_field(changed),))
    card = subject["id"] if isinstance(operation, AddCard) else None
    return Done(
        id=subject["id"], number=subject.get("number"), url=subject.get("url"), card_id=card
    )


def logins(operations: Sequence[Operation]) -> set[str]:
    """Return all logins of people in the operations, in lower case."""
    lowered: set[str] = set()
    for operation in operations:
        match operation:
            case CreateIssue(assignees=assignees):
                lowered.update(login.lower() for login in assignees)
            case ChangeAssignees(add=add, remove=remove):
                lowered.update(login.lower() for login in (*add, *remove))
    return lowered


def agents(operations: Sequence[Operation]) -> set[str]:
    """Return the logins of agents in the operations, in lower case."""
    return {each.login.lower() for each in operations if isinstance(each, AssignAgent)}


def needs_issue_types(operations: Sequence[Operation]) -> bool:
    """Return whether any of the operations sets an issue type."""
    return any(isinstance(o, CreateIssue | UpdateIssue) and _type_of(o) for o in operations)


# ---- inputs --------------------------------------------------------------------------------


def _assigning(
    names: Names, id_: str, add: Sequence[str], remove: Sequence[str] = ()
) -> tuple[Step, ...]:
    """Return the mutations that add and remove those whose id is known."""
    return tuple(
        Step(name, {"assignableId": id_, "assigneeIds": users})
        for name, logins in (("AddAssignees", add), ("RemoveAssignees", remove))
        if (users := names.user_ids(logins))
    )


def _without_none(parts: Mapping[str, object]) -> dict[str, object]:
    """Return the parts that are not None."""
    return {name: value for name, value in parts.items() if value is not None}


def _create_issue(operation: CreateIssue, names: Names) -> dict[str, object]:
    sets = {
        "labelIds": list(operation.label_ids),
        "assigneeIds": names.user_ids(operation.assignees),
        "projectV2Ids": list(operation.project_ids),
    }
    parts = {
        "milestoneId": operation.milestone_id,
        "issueTypeId": names.issue_type(operation.issue_type),
        "parentIssueId": operation.parent_id,
    }
    values = operation.field_values
    return {
        "repositoryId": operation.repository_id,
        "title": operation.title,
        "body": operation.body,
        **{name: ids for name, ids in sets.items() if ids},
        **_without_none(parts),
        **({"issueFields": [_field_value(v) for v in values]} if values else {}),
    }


_FIELD_INPUTS: Final = {"text": "textValue", "number": "numberValue", "date": "dateValue"}


def _field_value(value: FieldInput) -> dict[str, object]:
    """Return the input for a value of an issue field; one that is cleared is deleted."""
    given: dict[str, object] = {"fieldId": value.field_id}
    if value.value is None:
        return given | {"delete": True}
    if value.type == "single_select":
        return given | {"singleSelectOptionId": value.option_ids[0]}
    if value.type == "multi_select":
        return given | {"multiSelectOptionIds": list(value.option_ids)}
    if value.type not in _FIELD_INPUTS:
        raise Unsendable(f"an issue field of type {value.type} cannot be set")
    return given | {_FIELD_INPUTS[value.type]: value.value}


def _issue_field(definition: BoardFieldDef) -> dict[str, object]:
    inputs: dict[str, object] = {"name": definition.name, "dataType": definition.type.upper()}
    if definition.options:
        # GitHub demands a color and a place for every option.
        inputs["options"] = [
            {
                "name": option.name,
                "color": option.color or "GRAY",
                "description": option.description or "",
                "priority": place,
            }
            for place, option in enumerate(definition.options, 1)
        ]
    if definition.visibility:
        inputs["visibility"] = "ALL" if definition.visibility == ALL else "ORG_ONLY"
    return inputs


def _update_issue(operation: UpdateIssue, names: Names) -> dict[str, object]:
    inputs: dict[str, object] = {"id": operation.id}
    for part, over in operation.parts.items():
        match part:
            case "milestone":
                inputs["milestoneId"] = operation.milestone_id
            case "issue_type":
                kind = names.issue_type(_type_of(operation))
                # A type that does not exist there is left out; None removes the type.
                inputs |= {"issueTypeId": kind} if kind or over.planned is None else {}
            case _:
                inputs[part] = over.planned
    return inputs


def _type_of(operation: CreateIssue | UpdateIssue) -> str | None:
    """Return the name of the issue type that an operation sets, if any."""
    if isinstance(operation, CreateIssue):
        return operation.issue_type
    type_name = operation.issue_type.planned if operation.issue_type else None
    return str(type_name) if type_name else None


_OPTION_INPUTS: Final = {
    "single_select": "singleSelectOptions",
    "multi_select": "multiSelectOptions",
}
"""The input for the options of a board field; that of several options exists since 2026-07 [R]."""


def _field(definition: BoardFieldDef) -> dict[str, object]:
    inputs: dict[str, object] = {"name": definition.name, "dataType": definition.type.upper()}
    if definition.type in _OPTION_INPUTS:
        # GitHub demands a color and a description for every option.
        inputs[_OPTION_INPUTS[definition.type]] = [
            {"name": o.name, "color": o.color or "GRAY", "description": o.description or ""}
            for o in definition.options
        ]
    if definition.type == "iteration":
        inputs["iterationConfiguration"] = _iterations(definition)
    return inputs


def _board(operation: UpdateProject) -> dict[str, object]:
    names = {"description": "shortDescription", "readme": "readme"}
    inputs: dict[str, object] = {"projectId": operation.id}
    inputs |= {
        names[part]: over.planned for part, over in operation.values.items() if part in names
    }
    if operation.public is not None:
        inputs["public"] = operation.public.planned == "true"
    return inputs


def _view(operation: CreateView | UpdateView) -> Step:
    if isinstance(operation, UpdateView):
        values = {part: over.planned for part, over in operation.values.items()}
        if operation.layout is not None:
            values["layout"] = _layout(str(operation.layout.planned))
        return Step("UpdateView", {"viewId": operation.id, **values})
    inputs: dict[str, object] = {
        "projectId": operation.project_id,
        "name": operation.name,
        "layout": _layout(operation.layout),
    }
    if operation.field_ids:
        inputs["configuration"] = {"visibleFieldIds": list(operation.field_ids)}
    return Step("CreateView", inputs)


def _layout(layout: str) -> str:
    return f"{layout.upper()}_LAYOUT"


def _iterations(definition: BoardFieldDef) -> dict[str, object]:
    """Return as many consecutive iterations as declared, with GitHub's default names."""
    duration = definition.duration or 14
    try:
        start = date.fromisoformat(definition.start or "")
    except ValueError:
        raise Unsendable(
            f"an iteration field needs a start date, not {definition.start!r}"
        ) from None
    return {
        "startDate": start.isoformat(),
        "duration": duration,
        "iterations": [
            {
                "title": f"{definition.name} {index + 1}",
                "startDate": (start + timedelta(days=index * duration)).isoformat(),
                "duration": duration,
            }
            for index in range(definition.count or 1)
        ],
    }


def _all_iterations(operation: SetIterations) -> dict[str, object]:
    """Return all iterations of a field: the list replaces the field's own."""
    iterations = [
        {"title": title, "startDate": start, "duration": int(days)}
        for title, start, days in operation.iterations
    ]
    configuration = {
        "startDate": operation.iterations[0][1],
        "duration": operation.duration,
        "iterations": iterations,
    }
    return {"fieldId": operation.field_id, "iterationConfiguration": configuration}


def _options(operation: AddOptions) -> dict[str, object]:
    """Return all options: the list replaces the field's own, and one without an id is new."""
    options = [
        {
            **({"id": id_} if id_ else {}),
            "name": name,
            "color": color or "GRAY",
            "description": description,
        }
        for id_, name, color, description in operation.planned
    ]
    return {"fieldId": operation.field_id, _OPTION_INPUTS[operation.type]: options}


def _value(operation: SetValue) -> Step:
    target = {
        "projectId": operation.project_id,
        "itemId": operation.item_id,
        "fieldId": operation.field_id,
    }
    if operation.value is None:
        return Step("ClearValue", target)
    inputs = {
        "text": "text",
        "number": "number",
        "date": "date",
        "single_select": "singleSelectOptionId",
        "multi_select": "multiSelectOptionIds",
        "iteration": "iterationId",
    }
    if operation.type not in inputs:
        raise Unsendable(f"a board field of type {operation.type} cannot be set")
    ids = operation.option_ids
    if operation.type in (*_OPTION_INPUTS, "iteration") and not ids:
        raise Unsendable(f"the field has no option {operation.value!r}")
    sent = list(ids) if operation.type == "multi_select" else ids[0] if ids else operation.value
    return Step("SetValue", {**target, "value": {inputs[operation.type]: sent}})


# ---- payloads ------------------------------------------------------------------------------


def _created(
    operation: CreateIssue, payload: answered.CreateIssueOnBoard, names: Names
) -> Done | None:
    """Return the created issue and what it lacks; None if it is not in the right repository.

    GitHub silently drops labels, assignees, milestone and type without push access.
    """
    issue = payload.get("issue")
    if not issue or issue["repository"]["id"] != operation.repository_id:
        return None
    assignees = {node["login"].lower() for node in parse.nodes(issue["assignees"])}
    labels = {node["id"] for node in parse.nodes(issue["labels"])}
    missing = {
        "labels": not set(operation.label_ids) <= labels,
        "assignees": not {login.lower() for login in operation.assignees} <= assignees,
        "issue_type": bool(operation.issue_type)
        and not _has_type(issue.get("issueType"), names, operation),
        "milestone": operation.milestone_id is not None
        and _id(issue["milestone"]) != operation.milestone_id,
        "parent": operation.parent_id is not None
        and _id(issue.get("parent")) != operation.parent_id,
    }
    shown = parse.field_values(issue.get("issueFieldValues"))
    missing |= {v.name: not _has_value(shown, v) for v in operation.field_values}
    items = parse.nodes(issue.get("projectItems"))
    cards = {item["project"]["id"]: item["id"] for item in items}
    return Done(
        id=issue["id"],
        number=int(issue["number"]),
        url=issue["url"],
        card_id=next((cards[p] for p in operation.project_ids if p in cards), None),
        missing=tuple(name for name, absent in missing.items() if absent),
    )


def _updated(operation: UpdateIssue, payload: answered.UpdateIssue, names: Names) -> Done | None:
    issue = payload.get("issue")
    if not issue:
        return None
    missing = {
        "issue_type": bool(_type_of(operation))
        and not _has_type(issue.get("issueType"), names, operation),
        "milestone": operation.milestone_id is not None
        and _id(issue["milestone"]) != operation.milestone_id,
    }
    return Done(
        id=issue["id"],
        number=int(issue["number"]),
        url=issue["url"],
        missing=tuple(name for name, absent in missing.items() if absent),
    )


def _fields_set(operation: SetIssueFields, payload: answered.SetIssueFields) -> Done | None:
    """Return the result; GitHub silently drops values without push access."""
    issue = payload.get("issue")
    if not issue:
        return None
    shown = parse.field_values(issue.get("issueFieldValues"))
    missing = tuple(v.name for v in operation.values if not _has_value(shown, v))
    return Done(issue["id"], int(issue["number"]), issue["url"], missing=missing)


def _has_value(shown: Mapping[str, IssueFieldValue], value: FieldInput) -> bool:
    current = next((v for n, v in shown.items() if n.lower() == value.name.lower()), None)
    if isinstance(current, tuple) and isinstance(value.value, tuple):
        return sorted(current) == sorted(value.value)
    if isinstance(current, str) and isinstance(value.value, str):
        return same_text(current, value.value)
    return current == value.value


def _has_type(
    issue_type: answered.IssueTypeWithId | None, names: Names, operation: CreateIssue | UpdateIssue
) -> bool:
    type_id = names.issue_type(_type_of(operation))
    return type_id is not None and _id(issue_type) == type_id


def _id(node: Mapping[str, object] | None) -> object:
    return node.get("id") if node else None


def _assigned(operation: ChangeAssignees, payloads: Sequence[answered.AddAssignees]) -> Done | None:
    """Return whether all are assigned now."""
    assignees: set[str] = set()
    for payload in payloads:  # the last payload has the final assignees
        assignable = payload.get("assignable")
        if not assignable:
            return None
        assignees = {node["login"].lower() for node in parse.nodes(assignable["assignees"])}
    absent = not {login.lower() for login in operation.add} <= assignees
    return Done(id=operation.id, missing=("assignees",) if absent else ())
