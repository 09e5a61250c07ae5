"""Translate a change into the operation to send, with every id looked up. Decides nothing.

A change that cannot be sent becomes a `Skip` with the reason.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core import operations as ops
from backlog_sync.core import record
from backlog_sync.core.board_fields import OPTION, ORDER
from backlog_sync.core.changes import (
    AddDependency,
    AddToBoard,
    AdoptIssue,
    Change,
    CloseDuplicate,
    CloseIssue,
    CreateBoard,
    CreateBoardField,
    CreateIssue,
    CreateIssueField,
    CreateLabel,
    CreateMilestone,
    CreateView,
    ExtendIterations,
    FieldChange,
    ForgetFields,
    ForgetValues,
    LinkBoard,
    LinkSubIssue,
    MoveSubIssue,
    RefreshBase,
    RefreshRecord,
    RemoveDependency,
    ReopenIssue,
    RestoreIterations,
    SetBoardValue,
    ShowIssueField,
    UnlinkSubIssue,
    UpdateBoard,
    UpdateBoardField,
    UpdateIssue,
    UpdateIssueField,
    UpdateLabel,
    UpdateMilestone,
    UpdateView,
)
from backlog_sync.core.fields import ISSUE_FIELDS
from backlog_sync.core.model import BoardValue, IssueFieldValue, OptionDef
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.observed import ObservedOption
from backlog_sync.core.operations import Operation, Overwrite
from backlog_sync.core.option_values import SELECTS
from backlog_sync.core.preconditions import options, standing
from backlog_sync.core.states import DUPLICATE
from backlog_sync.core.view_arrangement import ARRANGEMENT, board_path, sorted_by
from backlog_sync.dataclass import dataclass
from backlog_sync.engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Skip:
    """The reason why a change cannot be sent: something that it needs does not exist."""

    reason: str


OperationOrSkip: TypeAlias = Operation | Skip | None
"""The operation to send, or the reason why it cannot be sent; None if nothing is to be sent."""

IssueWrite: TypeAlias = UpdateIssue | AdoptIssue | ForgetFields | RefreshBase
"""A change of an existing issue, or of the base in it."""


def resolve(registry: Registry, change: Change) -> OperationOrSkip:  # noqa: PLR0912 - one case for each change is the shortest whole list
    """Return the operation of a change that needs only one.

    `create`, `comment`, `labels`, `assignees` and `issue` return those of the other changes.
    """
    match change:
        case CreateLabel():
            after = {name: str(f.after) for name, f in change.fields.items()}
            repository_id = registry.repository(change.repository).id if change.repository else None
            return ops.CreateLabel(
                change.definition.name, after["color"], after["description"], repository_id
            )
        case UpdateLabel():
            label_id = registry.labels.get((change.repository, fold(change.key)))
            if label_id is None:
                return Skip(f"the label {change.key} is gone")
            return ops.UpdateLabel(
                label_id, **{name: _over(change, name) for name in change.fields}
            )
        case CreateMilestone(definition=new):
            return ops.CreateMilestone(new.title, new.due, new.description, change.repository)
        case UpdateMilestone():
            return _milestone(registry, change)
        case CreateIssueField():
            return ops.CreateIssueField(registry.observed.repository.owner_id, change.definition)
        case UpdateIssueField():
            return _issue_field_options(registry, change)
        case ShowIssueField():
            known = registry.issue_fields.get(fold(change.key))
            if registry.project_id is None:
                return _NO_BOARD
            if known is None:
                return Skip(f"the issue field {change.key} was not created")
            return ops.ShowIssueField(registry.project_id, known.id)
        case CreateBoard():
            return _board(registry, change)
        case UpdateBoard():
            if registry.project_id is None:
                return _NO_BOARD
            texts = _over(change, "description"), _over(change, "readme")
            return ops.UpdateProject(registry.project_id, *texts, _over(change, "public"))
        case CreateView():
            return _view(registry, change)
        case UpdateView():
            view = registry.views.get(fold(change.key))
            if view is None:
                return Skip(f"the view {change.key} is gone")
            name, layout = _over(change, "name"), _over(change, "layout")
            return ops.UpdateView(view.id, name, layout, _over(change, "filter"))
        case LinkBoard():
            if registry.project_id is None:
                return _NO_BOARD
            return ops.LinkProject(registry.project_id, registry.observed.repository.id)
        case CreateBoardField():
            if registry.project_id is None:
                return _NO_BOARD
            return ops.CreateBoardField(registry.project_id, change.definition)
        case UpdateBoardField():
            return _options(registry, change)
        case CloseIssue() | ReopenIssue():
            return _state(registry, change)
        case LinkSubIssue() | UnlinkSubIssue() | MoveSubIssue():
            return _sub_issue(registry, change, change.parent)
        case AddDependency() | RemoveDependency():
            return _dependency(registry, change)
        case AddToBoard():
            issue = registry.issues.get(change.key)
            if issue is None:
                return _NOT_CREATED
            return ops.AddCard(registry.project_id, issue.id) if registry.project_id else _NO_BOARD
        case SetBoardValue(name=name, after=after):
            return board_value(registry, change.key, name, after)
        case ForgetValues() | RefreshRecord():
            return board_value(registry, change.key, record.NAME, change.body)
        case (
            CreateIssue()
            | UpdateIssue()
            | AdoptIssue()
            | ForgetFields()
            | RefreshBase()
            | ExtendIterations()
            | RestoreIterations()
        ):
            raise AssertionError(f"{type(change).__name__} is more than one operation")


# ---- definitions ---------------------------------------------------------------------------


def _milestone(registry: Registry, change: UpdateMilestone) -> OperationOrSkip:
    id_and_number = registry.milestones.get((change.repository, change.key.strip()))
    if id_and_number is None:
        return Skip(f"the milestone {change.key} is gone")
    return ops.UpdateMilestone(
        *id_and_number,
        _over(change, "due"),
        _over(change, "description"),
        change.repository,
        _over(change, "title"),
        _over(change, "state"),
    )


def _board(registry: Registry, change: CreateBoard) -> OperationOrSkip:
    """Return the operation that creates or copies the board."""
    repository = registry.observed.repository
    owner = registry.observed.project_owner_id or repository.owner_id
    if change.definition.template is None:
        shown = repository.id if owner == repository.owner_id else None
        return ops.CreateProject(owner, change.title, shown)
    template = registry.observed.template
    if template is None:
        return Skip(f"the template {change.definition.template} was not read")
    return ops.CopyProject(template.id, owner, change.title)


def board_link(registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that shows a copied board on the repository; a copy is on none."""
    repository = registry.observed.repository
    owner = registry.observed.project_owner_id or repository.owner_id
    copied = isinstance(change, CreateBoard) and change.definition.template is not None
    if not copied or registry.project_id is None or owner != repository.owner_id:
        return None
    return ops.LinkProject(registry.project_id, repository.id)


def board_texts(registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that sets description, readme and visibility of a new board."""
    if not isinstance(change, CreateBoard) or registry.project_id is None:
        return None
    names = [name for name in ("description", "readme", "public") if name in change.fields]
    new = {name: Overwrite(None, str(change.fields[name].after)) for name in names}
    texts = new.get("description"), new.get("readme"), new.get("public")
    return ops.UpdateProject(registry.project_id, *texts, fresh=True) if new else None


def _view(registry: Registry, change: CreateView) -> OperationOrSkip:
    if registry.project_id is None:
        return _NO_BOARD
    columns = names(change.fields["columns"].after) if "columns" in change.fields else []
    ids = (registry.field_id(name) for name in columns)
    layout = str(change.fields["layout"].after)
    shown = tuple(id_ for id_ in ids if id_ is not None)
    arranged = _arranged(registry, change, columns)
    return ops.CreateView(registry.project_id, change.title, layout, shown, arranged)


def _arranged(
    registry: Registry, change: CreateView, columns: Sequence[str]
) -> ops.ArrangedView | None:
    """Return what only REST can set of a view; None if it is neither grouped nor sorted."""
    arrangement = {n: names(change.fields[n].after) for n in ARRANGEMENT if n in change.fields}
    board = board_path(registry.board_url)
    if not arrangement or board is None:
        return None

    def numbers(shown: Sequence[str]) -> tuple[int, ...]:
        ids = (registry.field_number(sorted_by(name)[0]) for name in shown)
        return tuple(number for number in ids if number is not None)

    sorting = map(sorted_by, arrangement.get("sort_by", ()))
    numbered = ((registry.field_number(name), direction) for name, direction in sorting)
    return ops.ArrangedView(
        board,
        tuple(arrangement),
        str(change.fields["filter"].after) if "filter" in change.fields else None,
        numbers(columns),
        numbers(arrangement.get("group_by", ())),
        numbers(arrangement.get("column_by", ())),
        tuple((number, direction) for number, direction in numbered if number is not None),
    )


def view_filter(registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that sets the filter of a new view, if its creation took none."""
    view = registry.views.get(fold(change.key))
    if not isinstance(change, CreateView) or "filter" not in change.fields or view is None:
        return None
    query = str(change.fields["filter"].after)
    if view.filter == query:
        return None
    return ops.UpdateView(view.id, filter=Overwrite(view.filter, query), fresh=True)


def _over(
    change: UpdateLabel | UpdateMilestone | UpdateBoard | UpdateView, name: str
) -> Overwrite | None:
    """Return the old and new value of a part that a change writes; None if it does not."""
    field = change.fields.get(name)
    if field is None:
        return None
    before, after = (None if side is None else str(side) for side in (field.before, field.after))
    return Overwrite(before, after)


def _options(registry: Registry, change: UpdateBoardField) -> OperationOrSkip:
    """Return the operation that sends all options of a field, existing ones with their ids.

    Options in the definition get the style that it declares.
    """
    if registry.project_id is None:
        return _NO_BOARD
    definition = change.definition
    field = registry.fields.get(definition.name)
    if field is None:
        return Skip(f"the board has no field {definition.name}")
    added = {fold(name) for name in moves(change, "options")[0]}
    new = [o for o in definition.options if fold(o.name) in added]
    styles = {fold(o.name): o for o in definition.options if "styles" in change.fields}
    back = renames(change)
    renamed = [replace(o, name=back.get(fold(o.name), o.name)) for o in field.options]
    order = change.fields.get("options") or change.fields.get(ORDER)
    return ops.AddOptions(
        registry.project_id,
        field.id,
        options(field.options),
        tuple(_styled(option, styles.get(fold(option.name))) for option in renamed),
        tuple((o.name, o.color or "GRAY", o.description or "") for o in new),
        tuple(names(order.after)) if order else (),
        field.type,
    )


def _issue_field_options(registry: Registry, change: UpdateIssueField) -> OperationOrSkip:
    known = registry.issue_fields.get(fold(change.key))
    if known is None:
        return Skip(f"the organization has no issue field {change.key}")
    organization = registry.observed.repository.name_with_owner.partition("/")[0]
    new = tuple((o.name, o.color or "GRAY", o.description or "") for o in change.definition.options)
    return ops.AddIssueFieldOptions(organization, known.id, options(known.options), new)


def renames(change: Change) -> dict[str, str]:
    """Return the new name of each option (folded) that a change of a board field renames."""
    field_change = change.fields.get(OPTION)
    pairs = (
        zip(names(field_change.before), names(field_change.after), strict=True)
        if field_change
        else ()
    )
    return {fold(before): after for before, after in pairs}


def _styled(option: ObservedOption, definition: OptionDef | None) -> tuple[str, str, str, str]:
    color = definition.color if definition and definition.color else option.color
    description = definition.description if definition else None
    return option.id, option.name, color, option.description if description is None else description


_NO_BOARD = Skip("there is no board")


# ---- issues --------------------------------------------------------------------------------


def create(
    registry: Registry, change: CreateIssue, folded: Sequence[Change], nonce: str
) -> ops.CreateIssue | Skip:
    """Return the operation that creates an issue, with the parent and the card in `folded`."""
    after = {name: f.after for name, f in change.fields.items()}
    labels: list[str] = []
    for name in names(after.get("labels")):
        label_id = registry.labels.get((change.repository, fold(name)))
        if label_id is None:
            return Skip(f"the label {name} could not be created")
        labels.append(label_id)
    title = str(after.get("milestone") or "").strip()
    milestone = registry.milestones.get((change.repository, title))
    if after.get("milestone") and milestone is None:
        return Skip(f"the milestone {after['milestone']} could not be created")
    parent = next((c.parent for c in folded if isinstance(c, LinkSubIssue)), None)
    card = any(isinstance(c, AddToBoard) for c in folded)
    able = registry.observed.capabilities
    field_values = _field_inputs(registry, change)
    if isinstance(field_values, Skip):
        return field_values
    body = registry.recording(change.body, "", change.repository)
    marker = body_block.split(body).marker
    return ops.CreateIssue(
        repository_id=registry.repository(change.repository).id,
        key=change.key,
        nonce=nonce,
        title=str(after["title"]),
        body=body_block.with_nonce(body, nonce),
        label_ids=tuple(labels),
        assignees=tuple(names(after.get("assignees"))),
        milestone_id=milestone[0] if milestone else None,
        issue_type=_text(after.get("issue_type")) if able.create_with_type else None,
        parent_id=_parent_id(registry, change, parent) if able.create_below_parent else None,
        project_ids=(
            (registry.project_id,) if card and registry.project_id and able.create_on_board else ()
        ),
        field_values=field_values,
        backlog=marker.backlog if marker else "",
    )


def _parent_id(registry: Registry, change: CreateIssue, parent: str | None) -> str | None:
    """Return the id of the parent to create an issue under; None if it has to be linked later.

    GitHub documents sub-issues across repositories, but not creating them under such a parent.
    """
    child_repository = registry.repository(change.repository).name_with_owner
    parent_issue = registry.issues.get(parent or "")
    parent_repository = (
        parent_issue.repository if parent_issue else (parent or "").rpartition("#")[0]
    )
    return (
        registry.issue_id(parent)
        if parent and fold(parent_repository) == fold(child_repository)
        else None
    )


def late_type(registry: Registry, change: CreateIssue) -> OperationOrSkip:
    """Return the operation that sets a new issue's type if the creation cannot set it."""
    field_change = change.fields.get("issue_type")
    issue = registry.issues.get(change.key)
    if issue is None or field_change is None or registry.observed.capabilities.create_with_type:
        return None
    return ops.UpdateIssue(issue.id, issue_type=Overwrite(None, _text(field_change.after)))


def _text(value: object) -> str | None:
    return str(value) if value else None


def _state(registry: Registry, change: CloseIssue | ReopenIssue) -> OperationOrSkip:
    issue_id = registry.issue_id(change.key)
    if issue_id is None:
        return _NOT_CREATED
    issue = registry.find_issue(change.key)
    seen = str(standing(issue)["state"]) if issue else "open"
    if isinstance(change, ReopenIssue):
        return ops.ReopenIssue(issue_id, seen)
    duplicate_of = None
    if isinstance(change, CloseDuplicate) and change.state_reason == DUPLICATE:
        duplicate_of = registry.issue_id(change.other)
    return ops.CloseIssue(issue_id, change.state_reason, duplicate_of, seen)


def comment(registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that comments why an issue is closed, if the change has a comment."""
    issue_id = registry.issue_id(change.key)
    if not isinstance(change, CloseIssue) or change.comment is None or issue_id is None:
        return None
    return ops.PutComment(issue_id, f"closed-{change.state_reason}", change.comment)


def labels(registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that adds and removes labels of an issue; None if none change."""
    add, remove = moves(change, "labels")
    if not (add or remove):
        return None
    repository = change.repository
    ids = {
        name: registry.twins.get((repository, name), registry.labels.get((repository, fold(name))))
        for name in (*add, *remove)
    }
    missing = next((name for name in add if ids[name] is None), None)
    if missing is not None:
        return Skip(f"the label {missing} could not be created")
    return ops.ChangeLabels(
        registry.issues[change.key].id,
        tuple(label_id for name in add if (label_id := ids[name])),
        tuple(label_id for name in remove if (label_id := ids[name])),
    )


def assignees(registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that adds and removes people as assignees; None if none change."""
    add, remove = moves(change, "assignees")
    people = tuple(name for name in add if fold(name) not in registry.agents)
    if not (people or remove):
        return None
    return ops.ChangeAssignees(registry.issues[change.key].id, people, tuple(remove))


def agent(nth: int, registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that assigns the nth agent (from 0) that a change adds, if any."""
    added = [name for name in moves(change, "assignees")[0] if fold(name) in registry.agents]
    if nth >= len(added):
        return None
    return ops.AssignAgent(registry.issues[change.key].id, added[nth])


def issue_fields(registry: Registry, change: Change) -> OperationOrSkip:
    """Return the operation that sets issue fields of an issue; None if none change."""
    inputs = _field_inputs(registry, change)
    if isinstance(inputs, Skip):
        return inputs
    if not inputs:
        return None
    current = registry.issues[change.key]
    current_values = {fold(name): value for name, value in current.field_values.items()}
    seen = {v.name: current_values.get(fold(v.name)) for v in inputs}
    return ops.SetIssueFields(current.id, inputs, seen)


def _field_inputs(registry: Registry, change: Change) -> tuple[ops.FieldInput, ...] | Skip:
    """Return the values of issue fields that a change sets; a Skip if an option is missing."""
    inputs: list[ops.FieldInput] = []
    for name, field in change.fields.items():
        if name in ISSUE_FIELDS or name == "key":
            continue
        known = registry.issue_fields.get(fold(name))
        if known is None:
            return Skip(f"the issue field {name} could not be created")
        after = field.after
        value: IssueFieldValue = None
        if isinstance(after, list):
            value = tuple(map(str, after)) or None
        elif isinstance(after, str | int | float):
            value = after
        ids: tuple[str, ...] = ()
        if known.type in SELECTS and value is not None:
            chosen = _option_ids(name, known.options, value)
            if isinstance(chosen, Skip):
                return chosen
            ids = chosen
        inputs.append(ops.FieldInput(known.id, name, known.type, value, ids))
    return tuple(inputs)


def _option_ids(
    name: str, options: Sequence[ObservedOption], value: BoardValue
) -> tuple[str, ...] | Skip:
    """Return the ids of the options in a value; a Skip if the field does not have one of them."""
    by_name = {fold(option.name): option.id for option in options}
    words = value if isinstance(value, tuple) else (str(value),)
    missing = next((word for word in words if not by_name.get(fold(word))), None)
    if missing is not None:
        return Skip(f"{name} has no option {missing}")
    return tuple(by_name[fold(word)] for word in words)


def issue(registry: Registry, change: Change, body: str | None) -> OperationOrSkip:
    """Return the operation that updates title, milestone, type and `body` (None: not written)."""
    after = {name: _text(f.after) for name, f in change.fields.items() if name in _ATOMS}
    title = after.get("milestone")
    milestone = registry.milestones.get((change.repository, title.strip())) if title else None
    if title and milestone is None:
        return Skip(f"the milestone {title} could not be created")
    current = registry.issues[change.key]
    operation = ops.UpdateIssue(
        current.id,
        title=Overwrite(current.title, after["title"]) if "title" in after else None,
        body=Overwrite(change.body_seen, body) if body is not None else None,
        milestone=Overwrite(current.milestone, title) if "milestone" in after else None,
        issue_type=Overwrite(current.issue_type, after["issue_type"])
        if "issue_type" in after
        else None,
        milestone_id=milestone[0] if milestone else None,
    )
    return operation if operation.parts else None


_ATOMS = ("title", "milestone", "issue_type")
"""The fields that one call can change in an issue, besides its body."""


# ---- links and board -----------------------------------------------------------------------


def _sub_issue(
    registry: Registry, change: LinkSubIssue | UnlinkSubIssue | MoveSubIssue, parent: str
) -> OperationOrSkip:
    child_id, parent_id = registry.issue_id(change.key), registry.issue_id(parent)
    if child_id is None or parent_id is None:
        return Skip(f"{change.key if child_id is None else parent} was not created")
    match change:
        case UnlinkSubIssue():
            return ops.RemoveSubIssue(parent_id=parent_id, child_id=child_id)
        case LinkSubIssue():
            issue = registry.find_issue(change.key)
            current = issue.parent.id if issue and issue.parent else None
            taken_from = None if change.replaces is None else current
            return ops.AddSubIssue(parent_id, child_id, taken_from=taken_from)
        case MoveSubIssue(anchor=anchor):
            sibling = registry.issue_id(anchor)
            if sibling is None:
                return Skip(f"{anchor} was not created")
            if change.position == "after":
                return ops.MoveSubIssue(parent_id, child_id, after_id=sibling)
            return ops.MoveSubIssue(parent_id, child_id, before_id=sibling)


def _dependency(registry: Registry, change: AddDependency | RemoveDependency) -> OperationOrSkip:
    blocked, blocker = registry.issue_id(change.key), registry.issue_id(change.blocker)
    if blocked is None or blocker is None:
        return Skip(f"{change.key if blocked is None else change.blocker} was not created")
    if isinstance(change, AddDependency):
        return ops.AddBlocker(blocked_id=blocked, blocker_id=blocker)
    return ops.RemoveBlocker(blocked_id=blocked, blocker_id=blocker)


def board_value(registry: Registry, key: str, name: str, value: BoardValue) -> OperationOrSkip:
    """Return the operation that sets a value of a card, or its record."""
    item, field = registry.cards.get(key), registry.fields.get(name)
    if item is None or registry.project_id is None:
        return _NO_CARD
    if field is None:
        return Skip(f"the board has no field {name}")
    ids: tuple[str, ...] = ()
    if field.type in (*SELECTS, "iteration") and value:
        chosen = _option_ids(name, field.options, value)
        if isinstance(chosen, Skip):
            return chosen
        ids = chosen
    shown, fresh = registry.value(key, name), key in registry.fresh
    return ops.SetValue(registry.project_id, item, field.id, field.type, value, ids, shown, fresh)


_NO_CARD = Skip("the issue is not on the board")
_NOT_CREATED = Skip("the issue was not created")


# ---- sets ----------------------------------------------------------------------------------


def names(value: object) -> list[str]:
    """Return the members of a set in a plan; none for any other value."""
    return [str(name) for name in value] if isinstance(value, list | tuple) else []


def moves(change: Change, name: str) -> tuple[list[str], list[str]]:
    """Return the members that a change adds to a set, and those that it removes."""
    moved = change.fields.get(name)
    return _moves(moved) if moved else ([], [])


def _moves(moved: FieldChange) -> tuple[list[str], list[str]]:
    before = fold_set(names(moved.before))
    after = fold_set(names(moved.after))
    return (
        [after[n] for n in after if n not in before],
        [before[n] for n in before if n not in after],
    )
