"""Progress into the files."""

from backlog_sync.core.model import DesiredState, ObservedState
from backlog_sync.core.progress import measure
from backlog_sync.files.load import Loaded
from backlog_sync.files.write_back import FileChange, save, write_back


def progress_changes(
    loaded: Loaded, desired: DesiredState, observed: ObservedState
) -> tuple[FileChange, ...]:
    """What the files would be if they said what GitHub knows; only those that would change."""
    if desired.settings.write_back == "none":
        return ()
    return write_back(loaded, measure(desired, observed))


def write_progress(
    loaded: Loaded, desired: DesiredState, observed: ObservedState
) -> tuple[str, ...]:
    """Write progress into the files; give the paths that were written."""
    changes = progress_changes(loaded, desired, observed)
    for change in changes:
        save(change)
    return tuple(change.path for change in changes)
