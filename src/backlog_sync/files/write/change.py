"""Represent the change of a file, and save it to disk."""

from dataclasses import field
from pathlib import Path

from backlog_sync.core.plan import FileWrite
from backlog_sync.dataclass import dataclass
from backlog_sync.errors import FailedError
from backlog_sync.files.parsed import ParsedFile, Source
from backlog_sync.files.source import encode, replace_file


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file's bytes before and after; `path` is the path to show to the user.

    `replaced` describes each status word of the author's that progress overwrites although the tool
    does not know its meaning. `unplaced` describes progress that the file has no place for.
    `fixed` describes each fix of `lint --fix`, with its line. `parsed` is the file as it will be
    read, if progress changes it; a preview has what it `shows` instead, which takes less memory.
    """

    path: str
    file: Path
    before: bytes
    after: bytes
    replaced: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    parsed: ParsedFile | None = field(default=None, compare=False, repr=False)
    shows: FileWrite | None = field(default=None, compare=False, repr=False)

    @property
    def is_written(self) -> bool:
        """Return whether the file's bytes change."""
        return self.before != self.after


def change_of(source: Source, text: str) -> FileChange:
    """Return the change that gives a file this text."""
    return FileChange(source.path, source.file, source.raw, encode(source, text))


def save(change: FileChange) -> None:
    """Replace the file atomically; keep its permissions and follow symbolic links.

    Raises FailedError if the file has changed since it was read, or cannot be written.
    """
    if not change.is_written:
        return
    try:
        replace_file(change.file, change.before, change.after)
    except FailedError as error:
        message = error.message.replace(str(change.file), change.path, 1)
        raise FailedError(message, slug=error.slug, hint=error.hint) from error
