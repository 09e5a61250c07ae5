"""Progress into the files."""

from dataclasses import dataclass

from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.progress import measure
from backlog_sync.errors import BacklogError
from backlog_sync.files.load import Loaded
from backlog_sync.files.write_back import save, write_back


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and what stood in the way of the rest."""

    paths: tuple[str, ...] = ()
    problem: BacklogError | None = None


def write_progress(loaded: Loaded, desired: DesiredState, observed: ObservedState) -> Written:
    """Write into the files what GitHub knows; raises nothing, so that all else is still told."""
    paths: list[str] = []
    try:
        for change in write_back(loaded, measure(desired, observed)):
            save(change)
            paths.append(change.path)
    except BacklogError as problem:
        return Written(tuple(paths), problem)
    return Written(tuple(paths))
