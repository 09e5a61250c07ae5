"""One sync at a time below one root."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from backlog_sync.errors import RefusedError
from backlog_sync.local.folder import own_folder


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the root's lock. Raises `RefusedError` where another run holds it.

    The system lets go of the lock when a process ends, however it ends.
    """
    lock = FileLock(own_folder(root) / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise RefusedError(
            "another sync or report of this backlog is running",
            slug="locked",
            hint="wait until it has ended, then run this again",
        ) from error
    try:
        yield
    finally:
        lock.release()
