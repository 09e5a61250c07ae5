"""Read a folder as a backlog: decide which of its files are read and which are skipped.

Tools keep one file per item (Backlog.md, ccpm, taskmd), or one file for all (beads). Other files of
a folder are documents: those are skipped and reported.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePath

from backlog_sync.core.diagnostics import Diagnostic, Place, warning
from backlog_sync.dataclass import dataclass
from backlog_sync.files.validation import shown
from backlog_sync.files.vocabulary import any_of

MAX_SEEN = 20_000
"""The most entries of a folder to examine: a plan is not a whole disk."""

MAX_DEPTH = 8
"""The most nested folders to search for files."""

SUFFIXES = (
    ".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".org", ".md", ".markdown",
)  # fmt: skip
"""Names of files that are read, besides `todo.txt`."""

_TOOLS = {".beads": "", ".claude": "epics", ".taskmaster": "tasks", ".backlog": ""}
"""Hidden folders where tools keep plans, and the part of each that contains them."""

_OWN = frozenset(("sandbox", "state"))
"""Subfolders of `.backlog` that are ours: what we record there names every item again."""

_OTHERS = frozenset(("node_modules", "vendor", "venv", "dist", "build", "target", "__pycache__"))
_SHELVED = frozenset(("archive", "archived"))
_DOCUMENTS = re.compile(rf"{any_of('patterns.documents')}(?:\.[\w-]{{1,10}})?", re.I)
_TODO_TXT = re.compile(r"(?:.*[-_. ])?todo\.txt", re.IGNORECASE)
_NAMED = 5
"""Files of a folder listed in one message before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a folder that may contain items, sorted; names of folders that were left out.

    `full` is whether the folder contains more entries than are examined.
    """

    files: tuple[Path, ...]
    left_out: tuple[Path, ...] = ()
    full: bool = False


def is_known(path: PurePath | str) -> bool:
    """Return whether a file's name has an extension that is read."""
    name = PurePath(path)
    return name.suffix.lower() in SUFFIXES or is_todo_txt(str(name))


def is_todo_txt(path: str) -> bool:
    """Return whether a file holds one task per line, by its name: `todo.txt`, `work.todo.txt`."""
    return _TODO_TXT.fullmatch(PurePath(path).name) is not None


def files_of(folder: Path, depth: int = MAX_DEPTH) -> Folder:
    """Return the files of a folder and its subfolders, down to a depth.

    Links to folders are not followed.
    """
    files: list[Path] = []
    left_out: list[Path] = []
    seen = 0
    for top, folders, names in os.walk(folder):
        at = Path(top)
        level = len(at.relative_to(folder).parts)
        seen += len(folders) + len(names)
        if seen > MAX_SEEN:
            return Folder(tuple(sorted(files)), tuple(left_out), full=True)
        left_out += [at / name for name in sorted(folders) if name.lower() in _SHELVED]
        folders[:] = sorted(_below(folders, at, folder)) if level < depth else []
        files += [at / name for name in names if not name.startswith(".") and is_known(name)]
    return Folder(tuple(sorted(files)), tuple(left_out))


def _below(names: list[str], at: Path, top: Path) -> Iterator[str]:
    """Yield the subfolders to search; of a tool's hidden folder only the part with plans."""
    part = _TOOLS.get(at.name, "") if at != top else ""
    skipped = _OTHERS | _SHELVED | (_OWN if at.name == ".backlog" else frozenset())
    for name in names:
        hidden = name.startswith(".") and name not in _TOOLS
        if not hidden and name.lower() not in skipped and (not part or name == part):
            yield name


def is_document(path: str) -> bool:
    """Return whether a file is about the folder, by its name: `README.md`."""
    return _DOCUMENTS.fullmatch(PurePath(path).stem) is not None


def passed_over(path: str, names: list[str]) -> Diagnostic | None:
    """Return a warning about files of a folder without items; None if there are none."""
    if not names:
        return None
    inside = [name.removeprefix(path).lstrip("/\\") for name in names[:_NAMED]]
    listed = ", ".join(shown(name) for name in inside)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    what = "file holds" if len(names) == 1 else "files hold"
    message = f"{len(names)} {what} no items that could be taken: {listed}{more}"
    hint = "name a file to see why it holds none"
    return warning(Place(path), "passed-over", message, hint)
