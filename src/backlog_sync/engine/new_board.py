"""Remember on disk which board a run creates, so that a run that is killed leaves it no poorer.

A board that somebody else made keeps its own views; without this, the run that continues could not
tell such a board from the one that it is to finish.
"""

from collections.abc import Sequence

from backlog_sync.core.changes import CreateBoard, CreateView
from backlog_sync.core.observed import NewBoard
from backlog_sync.core.plan import Result
from backlog_sync.engine.send import Sending


def note_new_board(run: Sending, change: CreateBoard, project_id: str | None = None) -> None:
    """Record a board that is about to be created, or that was created with this id."""
    declared = change.definition.views is not None or change.definition.template is not None
    if run.journal is not None and not declared:
        now = run.clock.now() if run.clock else 0.0
        run.journal.save_new_board(NewBoard(now, str(change.definition), project_id))


def forget_new_board(run: Sending, views: Sequence[CreateView]) -> None:
    """Delete that record if the board has its views, or is not the one that this run created."""
    if run.journal is None or run.journal.new_board() is None:
        return
    applied = all(run.outcomes[id(change)].result is Result.APPLIED for change in views)
    if run.registry.project_id is not None and applied:
        run.journal.forget_new_board()
