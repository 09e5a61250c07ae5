"""One run at a time: below one root, and for one repository on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from backlog_sync.errors import FailedError, RefusedError
from backlog_sync.local.folder import own_folder
from backlog_sync.local.state import safe_name


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the root's lock. Raises `RefusedError` where another run holds it.

    The system lets go of the lock when a process ends, however it ends.
    """
    with _held(own_folder(root) / "lock", "of this backlog"):
        yield


@contextmanager
def only_one_for(state: Path, host: str, repository: str) -> Iterator[None]:
    """Hold the lock of a repository, whatever clone or folder the run is in.

    Raises as `only_one` does, and `FailedError` where the folder cannot be made.
    """
    folder = state / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FailedError(
            f"{folder} cannot be made: {error.strerror or error}",
            hint="the lock lives there; make the folder writable, or set XDG_STATE_HOME",
        ) from error
    with _held(folder / safe_name(f"{host}/{repository}".lower()), f"to {repository}"):
        yield


@contextmanager
def _held(path: Path, what: str) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise RefusedError(
            f"another sync or report {what} is running",
            slug="locked",
            hint="wait until it has ended, then run this again",
        ) from error
    try:
        yield
    finally:
        lock.release()
