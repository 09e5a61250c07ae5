"""Extend the iterations of a board field, and set every card's iteration again.

Sending iterations clears the field on every card, so the cards are saved on disk first. From then
on the saved file is the truth: whatever ends the run, the next sync sets again what is missing.
Nothing is refused after the iterations are sent.
"""

from collections.abc import Sequence

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.changes import ExtendIterations, RestoreIterations
from backlog_sync.core.iterations import IterationSnapshot, iteration_cards, restoration
from backlog_sync.core.observed import ObservedBoardField, SavedIterations
from backlog_sync.core.operations import (
    Done,
    NotSent,
    Refused,
    SetIterations,
    SetValue,
    Stale,
    Unknown,
)
from backlog_sync.core.plan import Result
from backlog_sync.core.preconditions import iterations
from backlog_sync.core.run_record import ITERATIONS, Overwritten
from backlog_sync.engine.read_back import WINDOW
from backlog_sync.engine.send import Sending, stop

_AGAIN = "run `backlog sync` again to set them"


def extend_iterations(run: Sending, changes: Sequence[ExtendIterations]) -> None:
    """Save the iterations of all cards, send the longer list, and set the values again."""
    for change in changes:
        _extend(run, change)


def restore_iterations(run: Sending, changes: Sequence[RestoreIterations]) -> None:
    """Set the iterations again that an interrupted run cleared."""
    if run.journal is None or not changes:
        return
    saved_of = {saved.field_id: saved for saved in run.journal.saved_iterations()}
    for change in changes:
        saved = saved_of.get(change.field_id)
        if saved is None:
            run.settle(change, Result.APPLIED)
            continue
        _set_again(run, change, saved)


def _extend(run: Sending, change: ExtendIterations) -> None:
    field, project_id = run.registry.fields.get(change.key), run.registry.project_id
    if run.journal is None or field is None or project_id is None:
        why = "there is no place to save the iterations of the cards"
        run.settle(change, Result.SKIPPED, why)
        return
    snapshot = run.tracker.iterations(project_id, field)
    if snapshot.problem is not None:
        run.settle(change, Result.SKIPPED, f"{snapshot.problem}; the iterations were not sent")
        return
    seen = iterations(snapshot.field.options)
    if seen != iterations(field.options):
        run.settle(change, Result.STALE, "the iterations were changed since they were read")
        return
    saved = SavedIterations(
        at=run.clock.now() if run.clock else 0.0,
        project_id=project_id,
        field_id=field.id,
        field=field.name,
        ids=tuple(option.id for option in field.options),
        cards=iteration_cards(snapshot),
    )
    added = tuple((title, start, str(days)) for title, start, days in change.added)
    operation = SetIterations(project_id, field.id, seen, added, snapshot.duration)
    run.journal.save_iterations(saved)
    entry = _entry(change, operation)
    run.journal.overwrite([entry])
    ((_, reply),) = run.tracker.apply([operation])
    if isinstance(reply, Done | Unknown):
        if not _set_again(run, change, saved):
            run.journal.unwritten([entry])
        return
    run.journal.forget_iterations(field.id)
    run.journal.unwritten([entry])
    match reply:
        case Refused(message=message):
            run.settle(change, Result.FAILED, message)
        case Stale(message=message):
            run.settle(change, Result.STALE, message)
        case NotSent(message=message):
            stop(message)


def _entry(change: ExtendIterations, operation: SetIterations) -> Overwritten:
    """Return the record for an undo, which leaves the iterations and says so."""
    before = tuple(row[2] for row in operation.seen)
    after = tuple(start for _, start, _ in operation.iterations)
    about = ChangeKind.FIELD, operation.field_id, ITERATIONS
    return Overwritten(*about, before, after, change.key, change.title)


def _set_again(
    run: Sending, change: ExtendIterations | RestoreIterations, saved: SavedIterations
) -> bool:
    """Set the iteration of every saved card that has none now, and check that each has one.

    Returns False if the iterations were never sent, so that no card lost anything.
    """
    assert run.journal is not None
    snapshot = _arrived(run, saved)
    if snapshot.problem is not None:
        run.settle(change, Result.FAILED, f"{snapshot.problem}; {_AGAIN}")
        return True
    run.registry.fields[snapshot.field.name] = snapshot.field
    if not _is_sent(snapshot, saved):
        run.journal.forget_iterations(saved.field_id)
        if isinstance(change, ExtendIterations):
            why = "the answer was lost, and the iterations did not arrive: no card was changed"
            run.settle(change, Result.FAILED, f"{why}; run again")
        else:
            why = "the iterations were never sent: every card still has its own"
            run.settle(change, Result.APPLIED, why)
        return False
    replies = list(run.tracker.apply(_values(saved, snapshot))) if _values(saved, snapshot) else []
    unsent = next((r for _, r in replies if isinstance(r, Unknown | NotSent)), None)
    checked = run.tracker.iterations(saved.project_id, snapshot.field)
    left = restoration(saved, checked)
    if checked.problem is not None:
        run.settle(change, Result.FAILED, f"{checked.problem}; {_AGAIN}")
    elif left.values:
        refused = next((r.message for _, r in replies if isinstance(r, Refused)), "")
        names = ", ".join(card.title for card, _ in left.values[:3])
        count = len(left.values)
        why = f"{count} {'card lacks its' if count == 1 else 'cards lack their'} iteration"
        reason = f"{why} ({names}){f': {refused}' if refused else ''}; {_AGAIN}"
        run.settle(change, Result.FAILED, reason)
    else:
        run.journal.forget_iterations(saved.field_id)
        run.settle(change, Result.APPLIED, left.reason)
    if unsent is not None and left.values:
        stop(unsent.message)
    return True


def _arrived(run: Sending, saved: SavedIterations) -> IterationSnapshot:
    """Read the field and its cards; wait as long as iterations in doubt may still arrive."""
    field = ObservedBoardField(saved.field_id, saved.field, "iteration")

    def look() -> IterationSnapshot:
        return run.tracker.iterations(saved.project_id, field)

    if run.clock is None:
        return look()
    # Commands that only read files load this module too, and never wait.
    from backlog_sync.waiting import poll  # noqa: PLC0415

    return poll(
        look,
        lambda snapshot: snapshot.problem is not None or _is_sent(snapshot, saved),
        clock=run.clock.now,
        sleep=run.clock.sleep,
        until=min(saved.at, run.clock.now()) + WINDOW,
    )


def _is_sent(snapshot: IterationSnapshot, saved: SavedIterations) -> bool:
    """Return whether the field's iterations were replaced since they were saved."""
    return {option.id for option in snapshot.field.options} != set(saved.ids)


def _values(saved: SavedIterations, snapshot: IterationSnapshot) -> list[SetValue]:
    return [
        SetValue(
            saved.project_id, card.id, saved.field_id, "iteration", card.iteration, (option.id,)
        )
        for card, option in restoration(saved, snapshot).values
    ]
