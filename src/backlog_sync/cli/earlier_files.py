"""What the files of a backlog declared on an earlier day, from their history in git."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from backlog_sync.core.model import DesiredState
from backlog_sync.errors import BacklogError
from backlog_sync.files.load import load
from backlog_sync.local import git_history


def declared_at(
    top: Path, current: DesiredState, since: date, bullets: str | None
) -> DesiredState | None:
    """Return what the files declared when a day began; None if that cannot be restored or read."""
    files = git_history.files_then(top, current.sources, since)
    if files is None:
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="backlog-") as name:
            return _declared(files, current.sources, Path(name), bullets)
    except (BacklogError, OSError):
        return None


def _declared(
    files: Mapping[str, bytes], sources: Sequence[str], folder: Path, bullets: str | None
) -> DesiredState | None:
    """Write these files into a folder by their paths, and return what they declare."""
    for path, raw in files.items():
        place = folder / path
        if folder.resolve() not in place.resolve().parents:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw)
    paths = [folder / path for path in sources if path in files]
    return load(paths, root=folder, bullets=bullets).desired if paths else None
