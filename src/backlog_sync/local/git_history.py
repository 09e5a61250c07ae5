"""What git remembers of a backlog's files: when lines came, and how the files stood on a day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

from backlog_sync.local import git

MOST_FILES = 200
_SUFFIXES = (".md", ".markdown", ".yaml", ".yml", ".json", ".csv", ".tsv")


def is_shallow(top: Path) -> bool:
    """Whether the clone lacks the older part of the history."""
    return git.run(top, "rev-parse", "--is-shallow-repository") == b"true\n"


def line_days(top: Path, path: str) -> tuple[date, ...] | None:
    """Give for each line of a file the day (UTC) of the commit that it is from.

    Lines that are not committed are from today, as git says. None where git does not know the
    file.
    """
    raw = git.run(top, "blame", "--porcelain", "--", path)
    if raw is None:
        return None
    days: dict[str, date] = {}
    line_dates: list[date] = []
    commit = ""
    for line in raw.decode(errors="replace").split("\n"):
        if line.startswith("\t"):
            line_dates.append(days[commit])
        elif line.startswith("committer-time "):
            seconds = int(line.removeprefix("committer-time "))
            days[commit] = datetime.fromtimestamp(seconds, UTC).date()
        elif len(head := line.split(" ")) >= 3 and len(head[0]) in (40, 64):
            commit = head[0]
    return tuple(line_dates)


def files_then(top: Path, sources: Sequence[str], day: date) -> dict[str, bytes] | None:
    """Give the files of a backlog as they stood when `day` (UTC) began, by path below `top`.

    These are `sources` and others of their kind in the same folders, which may have been part of
    it. None where the history does not go back so far.
    """
    answer = git.run(top, "rev-list", "-1", f"--before={day.isoformat()}T00:00:00Z", "HEAD")
    commit = answer.decode().strip() if answer else ""
    if not commit:
        return None
    folders = {str(PurePosixPath(name).parent) for name in sources}
    listed = git.run(top, "ls-tree", "-r", "--name-only", "-z", commit) or b""
    names = [name for name in listed.decode(errors="replace").split("\0") if name]
    siblings = [
        name
        for name in names
        if str(PurePosixPath(name).parent) in folders and name.lower().endswith(_SUFFIXES)
    ]
    declared = [name for name in names if name in sources]
    contents = {}
    for name in list(dict.fromkeys((*declared, *siblings)))[:MOST_FILES]:
        raw = git.run(top, "show", f"{commit}:{name}")
        if raw is not None:
            contents[name] = raw
    return contents
