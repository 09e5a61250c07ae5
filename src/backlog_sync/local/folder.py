"""The tool's own folder below the root: `.backlog/`, which git never sees."""

from pathlib import Path

from backlog_sync.errors import FailedError

NAME = ".backlog"


def own_folder(root: Path) -> Path:
    """Give `<root>/.backlog`, made with a `.gitignore` of its own where it was missing.

    Raises `FailedError` where the folder cannot be made.
    """
    folder = root / NAME
    try:
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise FailedError(
            f"{folder} cannot be made: {error.strerror or error}",
            hint="the sandbox and the lock live there; make the folder writable",
        ) from error
    return folder
