"""Find the backlog of a folder by name: in it, in its `docs/`, or in the folders above."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

PLACES = (
    "backlog/backlog.yaml",
    "backlog/backlog.yml",
    "backlog.yaml",
    "backlog.yml",
    "ROADMAP.md",
)
"""The paths that are searched for a backlog in a folder, then in its `docs/`, in any case."""

DOCS = "docs"
STATE = ".backlog"
"""The folder of this machine's own files, next to the backlog."""

_NAMES = re.compile(
    r"(?:.*[\W_])?(?:roadmap|backlog|plans?|todos?|tasks?|milestones?|epics?|stories|features?"
    r"|issues)(?:[\W_].*)?",
    re.I,
)
"""Names of files that may contain a plan, if they have items."""

PLAIN_NAMES = ("roadmap", "backlog", "plan", "todo", "tasks", "stories")
"""Names of files that are meant as a plan, even if no item is recognized in them."""

_TABLES = (".csv", ".tsv")
_DEPTH = 2
"""Nested folders to search for a hint: deeper ones are rarely what is meant."""
_MOST_CANDIDATES = 12
"""Files to look into at most: a hint must not take longer than a moment."""


def places_in(folder: Path) -> list[Path]:
    """Return the files of a folder and of its `docs/` that are backlogs by name, the best first."""
    at = [folder, *_named(folder, DOCS)]
    return [file for base in at for place in PLACES for file in _below(base, place)]


def _below(folder: Path, place: str) -> Iterator[Path]:
    first, *rest = PurePosixPath(place).parts
    for path in _named(folder, first):
        if rest:
            yield from _below(path, "/".join(rest))
        elif path.is_file():
            yield path


def _named(folder: Path, name: str) -> list[Path]:
    """Return the entries of a folder with this name in any case, the given spelling first."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.lower() == name.lower()]
    except OSError:
        return []
    return [folder / each for each in sorted(names, key=lambda each: (each != name, each))]


def levels(here: Path, top: Path) -> tuple[Path, ...]:
    """Return the folder and those above it up to `top`; only `top` if the folder is not below."""
    if not here.is_relative_to(top):
        return (top,)
    return (here, *here.parents)[: len(here.parts) - len(top.parts) + 1]


def discover(here: Path, top: Path) -> list[Path]:
    """Return the backlogs by name on the nearest level that has any, the best first.

    `docs/` is not a level: the folder that contains it includes its files.
    """
    folders = (each for each in levels(here, top) if each == top or each.name.lower() != DOCS)
    by_folder = (places_in(folder) for folder in folders)
    return next((files for files in by_folder if files), [])


def project_folder(here: Path) -> Path:
    """Return the folder that a folder outside of git belongs to: itself or one above it.

    It is the nearest that has a backlog by name, or state of earlier runs. Folders that others may
    write to, such as /tmp, and everything above them, are not searched; nor is the state of other
    backlogs in the user's home folder.
    """
    for folder in _own_folders(here):
        files = set(places_in(folder))
        if files or ((folder / STATE).is_dir() and (folder == here or folder != _home())):
            # `docs` and `backlog` are parts of the folder in which their file is found, too.
            return folder.parent if files & set(places_in(folder.parent)) else folder
    return here


def _own_folders(here: Path) -> Iterator[Path]:
    yield here
    for folder in here.parents:
        try:
            mode = folder.stat().st_mode
        except OSError:
            return
        if os.name == "posix" and mode & stat.S_IWOTH:
            return
        yield folder
        if folder == _home():
            return


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def candidates(top: Path) -> list[Path]:
    """Return files in and below a folder that may contain a plan: by name, and all tables."""
    from backlog_sync.files.folders import files_of  # noqa: PLC0415 - only if none is found

    files = files_of(top, depth=_DEPTH).files
    likely = [
        file
        for file in files
        if STATE not in file.parts
        and (file.suffix.lower() in _TABLES or _NAMES.fullmatch(file.stem))
    ]
    return sorted(likely, key=lambda file: (len(file.parts), file))[:_MOST_CANDIDATES]
