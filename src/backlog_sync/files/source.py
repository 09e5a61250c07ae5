"""Read a source file as text, and replace it."""

import contextlib
import re
import stat
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from backlog_sync.atomic import replace_atomically
from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.errors import FailedError, disk_hint
from backlog_sync.files.parsed import Source

MAX_BYTES = 8 * 1024 * 1024
"""The largest file to read; this keeps memory below 256 MB."""

MAX_LINES = 500_000
"""Far above real files: this bounds the memory that a wrong file can use."""

SPLIT = "split the file, and name its parts one after the other: they are one backlog"
"""What to do about a file that is too large."""

_BOM = b"\xef\xbb\xbf"
_BREAK = re.compile(r"\r\n|\n|\r")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_source(file: Path, path: str) -> Source | Diagnostic:
    """Read a file as UTF-8 text with its line endings kept.

    `path` is how the file is shown to the user. Returns a diagnostic if the file is missing, a
    folder, not a regular file, unreadable, too large, empty, or not text. Raises nothing.
    """
    try:
        info = file.stat()
        if stat.S_ISDIR(info.st_mode):
            return _problem(path, "is-a-folder", "this is a folder", "name a file in it")
        if not stat.S_ISREG(info.st_mode):
            return _problem(path, "not-a-file", "this is not a regular file", "name a file")
        if info.st_size > MAX_BYTES:
            return _too_large(path, info.st_size)
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return _problem(path, "file-missing", "the file does not exist", _missing_hint(file, path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"the file cannot be read: {reason}"
        return _problem(path, "unreadable", message, "make it readable, or name another file")
    if len(raw) > MAX_BYTES:
        return _too_large(path, len(raw))
    return source_of(raw, file, path)


def source_of(raw: bytes, file: Path, path: str) -> Source | Diagnostic:
    """Return the bytes of a file as a source, or why they are not valid."""
    bom = raw.startswith(_BOM)
    body = raw[len(_BOM) :] if bom else raw
    if raw.startswith(_UTF16):
        return _problem(path, "not-text", "this is UTF-16, not UTF-8", "save the file as UTF-8")
    if b"\0" in body:
        place = _byte_place(path, body, body.index(b"\0"))
        message = "this is not text: it holds a NUL byte"
        return Diagnostic(place, "not-text", message, "name a YAML or Markdown file")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _byte_place(path, body, error.start)
        message = f"this is not UTF-8: byte 0x{body[error.start]:02x}"
        return Diagnostic(place, "not-text", message, "save the file as UTF-8")
    if not text.strip():
        return _problem(
            path, "empty-file", "the file is empty", "'backlog init' writes a first one"
        )
    if text.count("\n") + text.count("\r") > 2 * MAX_LINES:
        message = f"the file has more than {MAX_LINES} lines"
        return _problem(path, "too-large", message, SPLIT)
    return Source(path=path, file=file, raw=raw, text=text, bom=bom)


def encode(source: Source, text: str) -> bytes:
    """Return the bytes of a new text for a source: its byte order mark is kept."""
    return (_BOM if source.bom else b"") + text.encode("utf-8")


class Lines:
    """The offsets at which the lines of a text begin; line endings are LF, CRLF and CR."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        self._size = len(text)

    def place(self, path: str, offset: int) -> Place:
        """Return the place of an offset, line and column from 1."""
        line = bisect_right(self._starts, offset) - 1
        return Place(path, line + 1, offset - self._starts[line] + 1)

    def offset(self, place: Place) -> int:
        """Return the offset of a place; the end of the text if it is behind the last line."""
        if place.line > len(self._starts):
            return self._size
        return min(self._starts[place.line - 1] + place.column - 1, self._size)

    def start(self, offset: int) -> int:
        """Return where the line that contains an offset begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]


def replace_file(file: Path, before: bytes, after: bytes) -> None:
    """Replace a file's content atomically, so that it is never half-written.

    A symbolic link is kept and its target is replaced; permission bits are kept. Raises FailedError
    if the file no longer contains `before`, or cannot be written.
    """
    hint = (
        "make the file and its folder writable, then run it again; sync and report leave files"
        " unchanged with --no-write-back"
    )
    with _written(file, hint):
        target = file.resolve(strict=True)
        if target.read_bytes() != before:
            raise FailedError(
                f"{file}: the file was changed since it was read; nothing was written to it",
                slug="file-changed",
                hint="run the command again",
            )
        mode = stat.S_IMODE(target.stat().st_mode)
        replace_atomically(target, after, mode=mode, durable=True)


@contextlib.contextmanager
def _written(file: Path, hint: str) -> Iterator[None]:
    """Report why a file cannot be written."""
    try:
        yield
    except FileExistsError as error:
        raise FailedError(
            f"{file} already exists; not overwritten",
            slug="file-exists",
            hint="name another one with --output, or remove it",
        ) from error
    except OSError as error:
        raise FailedError(
            f"{file}: cannot be written: {error.strerror or error}",
            slug="unwritable",
            hint=disk_hint(error, hint),
        ) from error


def create_file(file: Path, content: bytes) -> None:
    """Create a file and its parent folders. Raises FailedError if it exists or is unwritable."""
    with _written(file, "name a file in a folder that you may write to"):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(content)


def _problem(path: str, slug: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(Place(path), slug, message, hint)


def _missing_hint(file: Path, path: str) -> str:
    """Return what to do about a missing file: name the one that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a typing error

    try:
        names = {each.name.lower(): each.name for each in file.parent.iterdir() if each.is_file()}
    except OSError:
        names = {}
    if near := get_close_matches(file.name.lower(), names, n=1, cutoff=0.7):
        return f"did you mean {Path(path).with_name(names[near[0]])}?"
    return "check the path, or create a backlog with 'backlog init'"


def _too_large(path: str, size: int) -> Diagnostic:
    limit = MAX_BYTES // 1024 // 1024
    message = f"the file is larger than {limit} MB ({size} bytes)"
    return _problem(path, "too-large", message, SPLIT)


def _byte_place(path: str, body: bytes, offset: int) -> Place:
    """Return the line and column of a byte; the column counts bytes if the line is not text."""
    return Lines(body[:offset].decode("latin-1")).place(path, offset)
