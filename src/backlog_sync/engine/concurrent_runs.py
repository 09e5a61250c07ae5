"""Use what another run created at the same moment, instead of creating it a second time.

Two machines may do their first sync at the same time. A label, a milestone or a board field has
a unique name: the server creates it once, and answers the second run that the name is taken. Of
two boards with the same title the older one stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from backlog_sync.core.changes import (
    Change,
    CreateBoardField,
    CreateIssueField,
    CreateLabel,
    CreateMilestone,
    CreateView,
    ShowIssueField,
    UpdateIssueField,
)
from backlog_sync.core.model import ProjectSpec
from backlog_sync.core.normalize import fold
from backlog_sync.core.observed import ObservedIssueField, ObservedState
from backlog_sync.core.operations import CloseProject, Done
from backlog_sync.core.plan import Outcome, Result
from backlog_sync.engine.registry import Registry
from backlog_sync.engine.send import Sending
from backlog_sync.errors import BacklogError

_MADE_BY_ANOTHER = "another run made it at the same moment"
_BOARD_MADE_ELSEWHERE = "the board was made at the same moment, and keeps its own views"


_NAMED = CreateLabel | CreateMilestone | CreateIssueField | CreateBoardField | ShowIssueField


def use_options_that_exist(
    run: Sending, changes: Sequence[UpdateIssueField], fields: Iterable[ObservedIssueField]
) -> None:
    """Settle the changes of issue fields to which another run added all options meanwhile."""
    options = {fold(each.name): {fold(o.name) for o in each.options} for each in fields}
    for change in changes:
        declared = {fold(option.name) for option in change.definition.options}
        if run.outcomes[id(change)].result is Result.STALE and declared <= options.get(
            fold(change.key), set()
        ):
            _applied(run, change, _MADE_BY_ANOTHER)


def use_names_that_are_taken(run: Sending) -> None:
    """Look up definitions whose names were taken, so that the rest of the run uses them."""
    taken = [change for change in run.taken if isinstance(change, _NAMED)]
    run.taken.clear()
    for repository in dict.fromkeys(change.repository for change in taken):
        of_repository = [change for change in taken if change.repository == repository]
        boards = any(isinstance(c, CreateBoardField | ShowIssueField) for c in of_repository)
        try:
            current = run.tracker.definitions(run.registry.board if boards else None, repository)
        except BacklogError:
            continue  # they stay reported as not created
        for change in of_repository:
            if _use_existing(run.registry, change, current):
                _applied(run, change, _MADE_BY_ANOTHER)


def use_the_older_board(run: Sending, change: Change, reply: Done) -> None:
    """Close the board that was just created if the server has an older one with that title."""
    board = run.registry.board
    if reply.older is None or board is None:
        return
    spec = ProjectSpec(board.owner, number=reply.older)
    try:
        older_board = run.tracker.definitions(spec, None).project
        if older_board is None:
            return
        tuple(run.tracker.apply([CloseProject(reply.id)]))
    except BacklogError:
        return  # both stay, and all runs use the older one from the next run on
    run.registry.project_id, run.registry.board = older_board.id, spec
    run.registry.board_is_new, run.registry.shared_board = False, True
    run.registry.board_url = older_board.url
    run.registry.views = {}
    run.registry.put_views(older_board.views)
    run.registry.fields = {field.name: field for field in older_board.fields}
    _applied(run, change, f"{_MADE_BY_ANOTHER}; the second one is closed", url=older_board.url)


def use_views_that_exist(run: Sending, changes: Sequence[CreateView]) -> None:
    """Use views that exist by now under the name of one to create, as names need not be unique.

    On a board that somebody else made a moment ago, views are left to them.
    """
    registry = run.registry
    if not changes or registry.board is None or registry.board_is_new:
        return
    busy = registry.shared_board or any(isinstance(c, CreateBoardField) for c in run.taken)
    try:
        project = run.tracker.definitions(registry.board, None).project
    except BacklogError:
        return
    registry.put_views(project.views if project else ())
    for change in changes:
        if fold(change.key) in registry.views:
            run.settle(change, Result.APPLIED, _MADE_BY_ANOTHER)
        elif busy and not change.definition.declared:
            run.settle(change, Result.APPLIED, _BOARD_MADE_ELSEWHERE)
        elif busy:
            run.settle(change, Result.SKIPPED, "another run is setting up this board; run again")


def _use_existing(
    registry: Registry,
    change: CreateLabel | CreateMilestone | CreateIssueField | CreateBoardField | ShowIssueField,
    current: ObservedState,
) -> bool:
    """Register the existing definition; return whether it matches the one to create."""
    match change:
        case CreateLabel(definition=definition):
            label = next((x for x in current.labels if fold(x.name) == fold(definition.name)), None)
            if label is None:
                return False
            registry.labels[change.repository, fold(change.title)] = label.id
            after = {name: field.after for name, field in change.fields.items()}
            same = fold(label.color) == fold(str(after.get("color", label.color)))
            return same and label.description == after.get("description", label.description)
        case CreateMilestone(definition=definition):
            titled = (x for x in current.milestones if x.title.strip() == definition.title.strip())
            milestone = next(titled, None)
            if milestone is None:
                return False
            registry.milestones[change.repository, change.title.strip()] = (
                milestone.id,
                milestone.number,
            )
            return definition.due in (None, milestone.due)
        case CreateIssueField(definition=definition):
            named = (f for f in current.issue_fields or () if fold(f.name) == fold(change.key))
            existing = next(named, None)
            if existing is None:
                return False
            registry.issue_fields[fold(change.key)] = existing
            known = {fold(option.name) for option in existing.options}
            declared = {fold(option.name) for option in definition.options}
            return existing.type == definition.type and declared <= known
        case ShowIssueField():
            fields = current.project.fields if current.project else ()
            return any(fold(field.name) == fold(change.key) for field in fields)
        case CreateBoardField(definition=definition):
            fields = current.project.fields if current.project else ()
            field = next((x for x in fields if x.name == definition.name), None)
            if field is None:
                return False
            registry.fields[field.name] = field
            option_names = {fold(option.name) for option in field.options}
            return (
                field.type == definition.type
                and {fold(o.name) for o in definition.options} <= option_names
            )


def _applied(run: Sending, change: Change, reason: str, *, url: str | None = None) -> None:
    before = run.outcomes.get(id(change))
    outcome = before or Outcome(change, Result.APPLIED, change.ref)
    run.outcomes[id(change)] = replace(
        outcome, result=Result.APPLIED, reason=reason, url=url or outcome.url
    )
