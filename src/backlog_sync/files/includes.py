"""Find the files that an `include:` matches: below the root, and nowhere else."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from backlog_sync.core.diagnostics import Diagnostic, Place
from backlog_sync.files.folders import is_known
from backlog_sync.files.validation import shown

MAX_MATCHES = 200
MAX_SEEN = 20_000
"""The most entries to examine: a pattern such as `**/*` must not read a whole disk."""

_MAGIC = "*?["


def inside(file: Path, root: Path) -> bool:
    """Return whether a file is below a folder, with links resolved on both sides."""
    try:
        return file.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def expand(
    pattern: str, folder: Path, root: Path, place: Place, *, setting: str = "include"
) -> tuple[tuple[Path, ...], Diagnostic | None]:
    """Return the sorted files that match a pattern, relative to a folder; and what is wrong.

    Files outside the root are rejected, with links resolved; slugs contain the `setting`. Raises
    nothing.
    """
    missing, invalid, leads_out = f"{setting}-missing", f"invalid-{setting}", f"{setting}-outside"
    parts = PurePosixPath(pattern).parts
    if not parts or pattern.startswith(("/", "~")) or "\\" in pattern or "\0" in pattern:
        hint = "name it relative to this file, with forward slashes"
        return (), _problem(place, leads_out, pattern, "is not a relative path", hint)
    if parts.count("**") > 1 or len(pattern) > 500:
        return (), _problem(place, invalid, pattern, "is too wide", "use one '**'")
    try:
        files = _matches(pattern, folder)
    except (OSError, ValueError, NotImplementedError, RuntimeError):
        return (), _problem(place, invalid, pattern, "is not a pattern")
    unseen = [] if files else [folder / PurePosixPath(*_plain(parts))]
    if any(not inside(file, root) for file in files or unseen):
        hint = "a backlog is made of files below the top of its repository"
        return (), _problem(place, leads_out, pattern, "leads out of the repository", hint)
    if not files:
        return (), _problem(
            place, missing, pattern, "does not match any file", f"looked in {shown(folder)}"
        )
    if len(files) > MAX_MATCHES:
        message = f"names more than {MAX_MATCHES} files"
        return (), _problem(place, invalid, pattern, message, "name fewer")
    return tuple(files), None


def one_file(
    path: str, folder: Path, root: Path, place: Place, *, setting: str
) -> tuple[Path | None, Diagnostic | None]:
    """Return the file at a path, checked as `expand` does; a pattern is rejected."""
    if any(sign in path for sign in _MAGIC):
        hint = "name one file"
        return None, _problem(place, f"invalid-{setting}", path, "is a pattern", hint)
    files, problem = expand(path, folder, root, place, setting=setting)
    return (files[0] if files else None), problem


def _plain(parts: tuple[str, ...]) -> Iterator[str]:
    """Yield the parts of a pattern before the first wildcard."""
    for part in parts:
        if any(sign in part for sign in _MAGIC):
            return
        yield part


def _matches(pattern: str, folder: Path) -> list[Path]:
    if not any(sign in pattern for sign in _MAGIC):
        file = folder / PurePosixPath(pattern)
        return [file] if file.is_file() else []
    files = []
    for file in islice(folder.glob(pattern), MAX_SEEN):
        relative = file.parts[len(folder.parts) :]
        hidden = any(part.startswith(".") and part != ".." for part in relative)
        if not hidden and is_known(file) and file.is_file():
            files.append(file)
    return sorted(files)


def _problem(place: Place, slug: str, pattern: str, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(place, slug, f"'{shown(pattern)}' {message}", hint)
