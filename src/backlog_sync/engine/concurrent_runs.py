"""What another run made at the same moment: used as it is, and not made a second time.

Two machines may make their first sync together. What has a name of its own (a label, a milestone,
a board field) the server makes once, and tells the second run that the name is taken; of two boards
with one title the older one stays.
"""

from dataclasses import replace

from backlog_sync.core.changes import Change, ChangeKind, Outcome, Result
from backlog_sync.core.model import (
    BoardFieldDef,
    LabelDef,
    MilestoneDef,
    ObservedState,
    ProjectSpec,
)
from backlog_sync.core.normalize import fold
from backlog_sync.core.operations import CloseProject, Done
from backlog_sync.engine.registry import Registry
from backlog_sync.engine.send import Sending
from backlog_sync.errors import BacklogError

_NAMED = (ChangeKind.LABEL, ChangeKind.MILESTONE, ChangeKind.FIELD)
_SAID = "another run made it at the same moment"


def use_names_that_are_taken(run: Sending) -> None:
    """Find the things whose names were taken, and have the rest of the run use them."""
    taken = [change for change in run.taken if change.kind in _NAMED]
    run.taken.clear()
    for where in dict.fromkeys(change.repository for change in taken):
        some = [change for change in taken if change.repository == where]
        boards = any(change.kind is ChangeKind.FIELD for change in some)
        try:
            now = run.tracker.definitions(run.registry.board if boards else None, where)
        except BacklogError:
            continue  # they stay what they were told to be: not made
        for change in some:
            if _take(run.registry, change, now):
                _applied(run, change, _SAID)


def use_the_older_board(run: Sending, change: Change, made: Done) -> None:
    """Close the board that was just made, where the server has an older one of that title."""
    board = run.registry.board
    if made.older is None or board is None:
        return
    spec = ProjectSpec(board.owner, number=made.older)
    try:
        there = run.tracker.definitions(spec, None).project
        if there is None:
            return
        tuple(run.tracker.apply([CloseProject(made.id)]))
    except BacklogError:
        return  # both stay, and all runs use the older one from the next run on
    run.registry.project_id, run.registry.board = there.id, spec
    run.registry.fields = {field.name: field for field in there.fields}
    _applied(run, change, f"{_SAID}; the second one is closed", url=there.url)


def _take(registry: Registry, change: Change, now: ObservedState) -> bool:
    """Note what is there; whether it is what was to be made."""
    match change.definition:
        case LabelDef() as wanted:
            label = next((x for x in now.labels if fold(x.name) == fold(wanted.name)), None)
            if label is None:
                return False
            registry.labels[change.repository, fold(change.title)] = label.id
            after = {name: field.after for name, field in change.fields.items()}
            same = fold(label.color) == fold(str(after.get("color", label.color)))
            return same and label.description == after.get("description", label.description)
        case MilestoneDef() as wanted:
            titled = (x for x in now.milestones if x.title.strip() == wanted.title.strip())
            aim = next(titled, None)
            if aim is None:
                return False
            registry.milestones[change.repository, change.title.strip()] = aim.id, aim.number
            return wanted.due in (None, aim.due)
        case BoardFieldDef() as wanted:
            fields = now.project.fields if now.project else ()
            field = next((x for x in fields if x.name == wanted.name), None)
            if field is None:
                return False
            registry.fields[field.name] = field
            have = {fold(option.name) for option in field.options}
            return field.type == wanted.type and {fold(o.name) for o in wanted.options} <= have
    return False


def _applied(run: Sending, change: Change, reason: str, *, url: str | None = None) -> None:
    before = run.outcomes.get(id(change))
    outcome = before or Outcome(change, Result.APPLIED, change.ref)
    run.outcomes[id(change)] = replace(
        outcome, result=Result.APPLIED, reason=reason, url=url or outcome.url
    )
