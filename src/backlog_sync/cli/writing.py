"""Progress into the files, and what of GitHub's version they take over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backlog_sync.core.fields import STATUS
from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.normalize import fold
from backlog_sync.core.progress import ItemProgress, measure
from backlog_sync.core.pull import Left, Take, TakeCriteria, TakeName
from backlog_sync.errors import BacklogError
from backlog_sync.files.accept import Accepted, accept
from backlog_sync.files.load import Loaded
from backlog_sync.files.write_back import FileChange, save, write_back


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, what of GitHub's they say now, and what stood in the way.

    `replaced` tells of the author's own words that progress took the place of.
    """

    paths: tuple[str, ...] = ()
    problem: BacklogError | None = None
    taken: tuple[Take, ...] = ()
    left: tuple[Left, ...] = ()
    replaced: tuple[str, ...] = ()


def write_progress(
    loaded: Loaded, desired: DesiredState, observed: ObservedState, takes: Sequence[Take] = ()
) -> Written:
    """Write into the files what GitHub knows, and these fields as GitHub has them.

    Raises nothing, so that all else is still told.
    """
    paths: list[str] = []
    replaced: list[str] = []
    accepted = Accepted((), (), (), loaded)
    try:
        accepted, changes = files_after(loaded, desired, observed, takes)
        for change in changes:
            save(change)
            paths.append(change.path)
            replaced += change.replaced
    except BacklogError as problem:
        return Written(tuple(paths), problem, accepted.taken, accepted.left, tuple(replaced))
    return Written(tuple(paths), None, accepted.taken, accepted.left, tuple(replaced))


def files_after(
    loaded: Loaded, desired: DesiredState, observed: ObservedState, takes: Sequence[Take] = ()
) -> tuple[Accepted, tuple[FileChange, ...]]:
    """What the files become; nothing is written. Raises FailedError as `write_back` does."""
    accepted = accept(loaded, desired, takes)
    listed = {take.key for take in accepted.taken if isinstance(take.what, TakeCriteria)}
    words = _new_statuses(accepted.taken)
    told = [
        replace(
            _without_ticks(each, listed), status=words.get(fold(each.status or ""), each.status)
        )
        for each in measure(desired, observed)
    ]
    merged = {change.path: change for change in accepted.changes}
    for change in write_back(accepted.loaded, told):
        first = merged.get(change.path, change)
        merged[change.path] = replace(change, before=first.before)
    changed = (change for change in merged.values() if change.before != change.after)
    return accepted, tuple(sorted(changed, key=lambda change: change.path))


def _new_statuses(taken: Sequence[Take]) -> dict[str, str]:
    """Give the new name of each status (folded) whose option was taken over under another name."""
    return {
        fold(take.what.was): take.what.now
        for take in taken
        if isinstance(take.what, TakeName) and take.key == STATUS
    }


def _without_ticks(progress: ItemProgress, listed: set[str]) -> ItemProgress:
    """Leave the boxes of check lists that were just taken over, ticks and all."""
    return replace(progress, ticks={}) if progress.key in listed else progress
