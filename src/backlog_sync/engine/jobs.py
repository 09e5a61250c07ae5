"""Changes into operations: pure, and nothing is decided. What cannot be sent says why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.board_fields import OPTION
from backlog_sync.core.changes import Action, Change, ChangeKind
from backlog_sync.core.model import BoardFieldDef, LabelDef, MilestoneDef, ObservedOption, OptionDef
from backlog_sync.core.normalize import fold, fold_set
from backlog_sync.core.operations import (
    AddBlocker,
    AddCard,
    AddOptions,
    AddSubIssue,
    ChangeAssignees,
    ChangeLabels,
    CloseIssue,
    CreateBoardField,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    CreateProject,
    LinkProject,
    MoveSubIssue,
    Operation,
    Over,
    PutComment,
    RemoveBlocker,
    RemoveSubIssue,
    ReopenIssue,
    SetValue,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
)
from backlog_sync.core.preconditions import options, standing
from backlog_sync.core.states import DUPLICATE, closing_reason
from backlog_sync.engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Skip:
    """Something that a change needs is not there."""

    reason: str


OperationOrSkip: TypeAlias = Operation | Skip | None
"""An operation, or why there is none; None where nothing has to be sent."""


# ---- definitions ---------------------------------------------------------------------------


def label(registry: Registry, change: Change) -> OperationOrSkip:
    """Make or change a label."""
    definition = change.definition
    assert isinstance(definition, LabelDef)
    if change.action is Action.CREATE:
        after = {name: str(f.after) for name, f in change.fields.items()}
        repository_id = registry.repository(change.repository).id if change.repository else None
        return CreateLabel(definition.name, after["color"], after["description"], repository_id)
    label_id = registry.labels.get((change.repository, fold(change.key)))
    if label_id is None:
        return Skip(f"the label {change.key} is gone")
    return UpdateLabel(label_id, **{name: _over(change, name) for name in change.fields})


def milestone(registry: Registry, change: Change) -> OperationOrSkip:
    """Make or change a milestone."""
    definition = change.definition
    assert isinstance(definition, MilestoneDef)
    if change.action is Action.CREATE:
        return CreateMilestone(
            definition.title, definition.due, definition.description, change.repository
        )
    id_and_number = registry.milestones.get((change.repository, change.key.strip()))
    if id_and_number is None:
        return Skip(f"the milestone {change.key} is gone")
    return UpdateMilestone(
        *id_and_number,
        _over(change, "due"),
        _over(change, "description"),
        change.repository,
        _over(change, "title"),
    )


def _over(change: Change, name: str) -> Over | None:
    """Give what a change writes of a part, and over what."""
    field_change = change.fields.get(name)
    if field_change is None:
        return None
    before, after = (
        None if side is None else str(side) for side in (field_change.before, field_change.after)
    )
    return Over(before, after)


def project(registry: Registry, change: Change) -> OperationOrSkip:
    """Make the board, or show one on the repository."""
    repository = registry.observed.repository
    if change.action is Action.CREATE:
        owner = registry.observed.project_owner_id or repository.owner_id
        shown = repository.id if owner == repository.owner_id else None
        return CreateProject(owner, change.title, shown)
    if registry.project_id is None:
        return _NO_BOARD
    return LinkProject(registry.project_id, repository.id)


def board_field(registry: Registry, change: Change) -> OperationOrSkip:
    """Make a board field, or add options to one, with all that are there kept.

    Those that the definition speaks of get the style that it declares.
    """
    definition = change.definition
    assert isinstance(definition, BoardFieldDef)
    if registry.project_id is None:
        return _NO_BOARD
    if change.action is Action.CREATE:
        return CreateBoardField(registry.project_id, definition)
    field = registry.fields.get(definition.name)
    if field is None:
        return Skip(f"the board has no field {definition.name}")
    added = {fold(name) for name in moves(change, "options")[0]}
    new = [o for o in definition.options if fold(o.name) in added]
    styles = {fold(o.name): o for o in definition.options if "styles" in change.fields}
    back = renames(change)
    renamed = [replace(o, name=back.get(fold(o.name), o.name)) for o in field.options]
    return AddOptions(
        registry.project_id,
        field.id,
        options(field.options),
        tuple(_styled(option, styles.get(fold(option.name))) for option in renamed),
        tuple((o.name, o.color or "GRAY", o.description or "") for o in new),
    )


def renames(change: Change) -> dict[str, str]:
    """Give the new name of each option (folded) that a change of a board field renames."""
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
    registry: Registry, change: Change, folded: Sequence[Change], nonce: str
) -> CreateIssue | Skip:
    """Make an issue, with the parent and the card that `folded` asks for."""
    after = {name: f.after for name, f in change.fields.items()}
    labels: list[str] = []
    for name in names(after.get("labels")):
        label_id = registry.labels.get((change.repository, fold(name)))
        if label_id is None:
            return Skip(f"the label {name} could not be made")
        labels.append(label_id)
    title = str(after.get("milestone") or "").strip()
    milestone = registry.milestones.get((change.repository, title))
    if after.get("milestone") and milestone is None:
        return Skip(f"the milestone {after['milestone']} could not be made")
    parent = next((c.other for c in folded if c.kind is ChangeKind.SUB_ISSUE), None)
    card = any(c.kind is ChangeKind.PROJECT_ITEM for c in folded)
    able = registry.observed.capabilities
    assert change.body is not None
    change = replace(change, body=registry.recording(change.body, "", change.repository))
    assert change.body is not None
    return CreateIssue(
        repository_id=registry.repository(change.repository).id,
        key=change.key,
        nonce=nonce,
        title=str(after["title"]),
        body=body_block.with_nonce(change.body, nonce),
        label_ids=tuple(labels),
        assignees=tuple(names(after.get("assignees"))),
        milestone_id=milestone[0] if milestone else None,
        issue_type=_text(after.get("issue_type")) if able.create_with_type else None,
        parent_id=_parent_id(registry, change, parent) if able.create_below_parent else None,
        project_ids=(
            (registry.project_id,) if card and registry.project_id and able.create_on_board else ()
        ),
    )


def _parent_id(registry: Registry, change: Change, parent: str | None) -> str | None:
    """Give the parent to make an issue below; one in another repository it is put below later.

    GitHub's documentation tells of sub-issues across repositories, and not of such creations.
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


def late_type(registry: Registry, change: Change) -> OperationOrSkip:
    """Give a new issue the type that this server does not take while it is made."""
    field_change = change.fields.get("issue_type")
    issue = registry.issues.get(change.key)
    if issue is None or field_change is None or registry.observed.capabilities.create_with_type:
        return None
    return UpdateIssue(issue.id, issue_type=Over(None, _text(field_change.after)))


def _text(value: object) -> str | None:
    return str(value) if value else None


def state(registry: Registry, change: Change) -> OperationOrSkip:
    """Close or reopen."""
    issue_id = registry.issue_id(change.key)
    if issue_id is None:
        return _NOT_CREATED
    if change.action is Action.CLOSE:
        reason = closing_reason(change.fields)
        other_id = registry.issue_id(change.other) if change.other else None
        duplicate_of = other_id if reason == DUPLICATE else None
        return CloseIssue(issue_id, reason, duplicate_of, _state(registry, change))
    return ReopenIssue(issue_id, _state(registry, change))


def _state(registry: Registry, change: Change) -> str:
    """Give the state that an issue has, in a word."""
    issue = registry.find_issue(change.key)
    return str(standing(issue)["state"]) if issue else "open"


def comment(registry: Registry, change: Change) -> OperationOrSkip:
    """Say in a comment why an issue is closed, where the change holds one."""
    field_change = change.fields.get("comment")
    issue_id = registry.issue_id(change.key)
    if field_change is None or issue_id is None:
        return None
    return PutComment(issue_id, f"closed-{closing_reason(change.fields)}", str(field_change.after))


def labels(registry: Registry, change: Change) -> OperationOrSkip:
    """Add and remove the labels of an issue."""
    add, remove = moves(change, "labels")
    if not (add or remove):
        return None
    repository = change.repository
    ids = {name: registry.labels.get((repository, fold(name))) for name in (*add, *remove)}
    missing = next((name for name in add if ids[name] is None), None)
    if missing is not None:
        return Skip(f"the label {missing} could not be made")
    return ChangeLabels(
        registry.issues[change.key].id,
        tuple(label_id for name in add if (label_id := ids[name])),
        tuple(label_id for name in remove if (label_id := ids[name])),
    )


def assignees(registry: Registry, change: Change) -> OperationOrSkip:
    """Add and remove the assignees of an issue."""
    add, remove = moves(change, "assignees")
    if not (add or remove):
        return None
    return ChangeAssignees(registry.issues[change.key].id, tuple(add), tuple(remove))


def issue(registry: Registry, change: Change, body: str | None) -> OperationOrSkip:
    """Change what one call can change of an issue; `body` is the one to write, if any."""
    after = {name: _text(f.after) for name, f in change.fields.items() if name in _ATOMS}
    title = after.get("milestone")
    milestone = registry.milestones.get((change.repository, title.strip())) if title else None
    if title and milestone is None:
        return Skip(f"the milestone {title} could not be made")
    current = registry.issues[change.key]
    operation = UpdateIssue(
        current.id,
        title=Over(current.title, after["title"]) if "title" in after else None,
        body=Over(change.body_seen, body) if body is not None else None,
        milestone=Over(current.milestone, title) if "milestone" in after else None,
        issue_type=Over(current.issue_type, after["issue_type"]) if "issue_type" in after else None,
        milestone_id=milestone[0] if milestone else None,
    )
    return operation if operation.parts else None


_ATOMS = ("title", "milestone", "issue_type")
"""What one call can change of an issue, beside its body."""


# ---- links and board -----------------------------------------------------------------------


def link(registry: Registry, change: Change) -> OperationOrSkip:
    """Make or undo a sub-issue or a dependency."""
    issue_id = registry.issue_id(change.key)
    other_id = registry.issue_id(change.other or "")
    if issue_id is None or other_id is None:
        return Skip(f"{change.key if issue_id is None else change.other} was not created")
    linking = change.action is Action.LINK
    if change.is_move:
        return _move(registry, change, issue_id, other_id)
    if change.kind is ChangeKind.SUB_ISSUE:
        if not linking:
            return RemoveSubIssue(parent_id=other_id, child_id=issue_id)
        issue = registry.find_issue(change.key)
        parent_id = issue.parent.id if issue and issue.parent else None
        replaces = change.fields["parent"].before is not None
        return AddSubIssue(other_id, issue_id, taken_from=parent_id if replaces else None)
    if linking:
        return AddBlocker(blocked_id=issue_id, blocker_id=other_id)
    return RemoveBlocker(blocked_id=issue_id, blocker_id=other_id)


def _move(registry: Registry, change: Change, issue_id: str, parent: str) -> OperationOrSkip:
    ((position, anchor),) = change.fields.items()
    sibling = registry.issue_id(str(anchor.after))
    if sibling is None:
        return Skip(f"{anchor.after} was not created")
    after = position == "after"
    return MoveSubIssue(parent, issue_id, sibling if after else None, None if after else sibling)


def card(registry: Registry, change: Change) -> OperationOrSkip:
    """Put an issue on the board."""
    issue = registry.issues.get(change.key)
    if issue is None:
        return _NOT_CREATED
    return AddCard(registry.project_id, issue.id) if registry.project_id else _NO_BOARD


def value(registry: Registry, change: Change) -> OperationOrSkip:
    """Set a board value, or the record of what was applied."""
    if not change.fields:
        return card_record(registry, change, change.body)
    item = registry.cards.get(change.key)
    if item is None or registry.project_id is None:
        return _NO_CARD
    ((name, field_change),) = change.fields.items()
    field, after = registry.fields.get(name), field_change.after
    if field is None or isinstance(after, list | bool):
        return Skip(f"the board has no field {name}")
    option = registry.option_id(name, after)
    if field.type in ("single_select", "iteration") and after and option is None:
        return Skip(f"{name} has no option {after}")
    shown, fresh = registry.value(change.key, name), change.key in registry.fresh
    return SetValue(registry.project_id, item, field.id, field.type, after, option, shown, fresh)


def card_record(registry: Registry, change: Change, text: str | None) -> OperationOrSkip:
    """Write the record of a card."""
    item, field = registry.cards.get(change.key), registry.fields.get(record.NAME)
    if item is None or registry.project_id is None:
        return _NO_CARD
    if field is None:
        return Skip(f"the board has no field {record.NAME}")
    shown, fresh = registry.value(change.key, record.NAME), change.key in registry.fresh
    return SetValue(registry.project_id, item, field.id, field.type, text, seen=shown, fresh=fresh)


_NO_CARD = Skip("the issue is not on the board")
_NOT_CREATED = Skip("the issue was not created")


# ---- sets ----------------------------------------------------------------------------------


def names(value: object) -> list[str]:
    """Give the members of a set as a plan has them; none for anything else."""
    return [str(name) for name in value] if isinstance(value, list | tuple) else []


def moves(change: Change, name: str) -> tuple[list[str], list[str]]:
    """Give the members that a change adds to a set and those that it takes away."""
    moved = change.fields.get(name)
    if moved is None:
        return [], []
    before = fold_set(names(moved.before))
    after = fold_set(names(moved.after))
    return (
        [after[n] for n in after if n not in before],
        [before[n] for n in before if n not in after],
    )
