"""Allow one run at a time, per root folder and per repository on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from backlog_sync.errors import FailedError, RefusedError, disk_hint
from backlog_sync.local.state import check_file, own_folder, safe_name


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the root's lock.

    Raises `RefusedError` if another run holds it or the lock is not one of our files, and
    `FailedError` if it cannot be taken.

    The system releases the lock when a process ends, however it ends.
    """
    with _held(own_folder(root) / "lock", "of this backlog"):
        yield


@contextmanager
def only_one_for(state: Path, host: str, repository: str) -> Iterator[None]:
    """Hold the lock of a repository, whatever clone or folder the run is in.

    Raises the same errors as `only_one`.
    """
    folder = state / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from error
    with _held(folder / safe_name(f"{host}/{repository}".lower()), f"to {repository}"):
        yield


@contextmanager
def _held(path: Path, what: str) -> Iterator[None]:
    lock = FileLock(path)
    try:
        check_file(path)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise RefusedError(
            f"another sync or report {what} is running",
            slug="run-in-progress",
            hint="wait until it has finished, then run this again",
        ) from error
    except (OSError, NotImplementedError) as error:
        raise _unusable(path, error) from error
    try:
        yield
    finally:
        lock.release()


def _unusable(path: Path, error: OSError | NotImplementedError) -> FailedError:
    """Return the error for a lock that cannot be taken, such as another user's or a folder."""
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        hint = disk_hint(
            error,
            "if another user created it, remove it while none of their runs is in progress; else"
            " make its folder writable (XDG_STATE_HOME names another one)",
        )
    else:
        why = "locks do not work on this file system"
        hint = "work in a folder on a local disk (XDG_STATE_HOME names the one for state)"
    return FailedError(f"{path} cannot be locked: {why}", slug="lock", hint=hint)
