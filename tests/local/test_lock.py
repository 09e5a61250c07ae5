"""One run at a time: what a lock may be, and what is said where it cannot be had."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from backlog_sync.errors import FailedError, RefusedError
from backlog_sync.local.lock import only_one, only_one_for

PLACES = ("root", "state")


def take(tmp_path: Path, place: str) -> None:
    """Take one of the two locks, and give it back."""
    with only_one(tmp_path) if place == "root" else only_one_for(tmp_path, "github.com", "o/r"):
        pass


def lock_file(tmp_path: Path, place: str) -> Path:
    """Where that lock is, found by taking it."""
    take(tmp_path, place)
    (found,) = (tmp_path / (".backlog" if place == "root" else "locks")).glob("*[!e]")
    return found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["folder", "link", "link to nothing", "pipe", "hard link"])
def test_a_lock_is_a_file_of_ours(tmp_path: Path, place: str, kind: str) -> None:
    """Anything else is refused with its path, and left as it is."""
    path, other = lock_file(tmp_path, place), tmp_path / "other"
    path.unlink()
    other.write_text("theirs", encoding="utf-8")
    match kind:
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(other)
        case "link to nothing":
            path.symlink_to(tmp_path / "nothing")
        case "pipe":
            os.mkfifo(path)
        case "hard link":
            os.link(other, path)
    with pytest.raises(RefusedError) as told:
        take(tmp_path, place)
    assert str(path) in told.value.message
    assert "remove it" in str(told.value.hint)
    assert other.read_text(encoding="utf-8") == "theirs"
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES)), "another user"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "free some space"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS)), "writable"),
        (OSError(errno.ENOLCK, os.strerror(errno.ENOLCK)), "XDG_STATE_HOME"),
        (NotImplementedError("flock"), "local disk"),
    ],
)
def test_a_lock_that_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: Exception, words: str
) -> None:
    """Another user's, a full or read-only disk, one without locks: told with what to do."""
    path = lock_file(tmp_path, place)

    def acquire(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(FileLock, "acquire", acquire)
    with pytest.raises(FailedError) as told:
        take(tmp_path, place)
    assert str(path) in told.value.message
    assert words in str(told.value.hint)


@pytest.mark.parametrize("place", PLACES)
def test_a_lock_ends_with_its_process(tmp_path: Path, place: str) -> None:
    """It is held while the process lives, and free once it was killed, file or no file."""
    path = lock_file(tmp_path, place)
    code = (
        "import sys\nfrom filelock import FileLock\n"
        "lock = FileLock(sys.argv[1])\nlock.acquire()\nprint('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(RefusedError, match="another sync or report"):
            take(tmp_path, place)
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert path.exists()
    take(tmp_path, place)
