"""A file's bytes before and after, and putting them on the disk."""

from dataclasses import dataclass
from pathlib import Path

from backlog_sync.errors import FailedError
from backlog_sync.files.parsed import Source
from backlog_sync.files.source import encode, replace_file


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file's bytes before and after; `path` is how it is shown to the user.

    `replaced` reports each word of the author's own, which meant nothing to us, that progress
    takes the place of; `unplaced` of what has no place in the file, which may stay as it is.
    """

    path: str
    file: Path
    before: bytes
    after: bytes
    replaced: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether the file gets other bytes."""
        return self.before != self.after


def change_of(source: Source, text: str) -> FileChange:
    """Return what a file becomes with this text."""
    return FileChange(source.path, source.file, source.raw, encode(source, text))


def save(change: FileChange) -> None:
    """Replace the file at once, keeping its rights and links.

    Raises FailedError where it was changed since it was read, or cannot be written.
    """
    if not change.is_written:
        return
    try:
        replace_file(change.file, change.before, change.after)
    except FailedError as error:
        message = error.message.replace(str(change.file), change.path, 1)
        raise FailedError(message, slug=error.slug, hint=error.hint) from error
