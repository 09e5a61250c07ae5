"""The git history of a backlog's files: when lines were added, and the files of a date."""

import re
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

from backlog_sync.local import git

MOST_FILES = 200
"""The most files to compare: each one's history takes a git command."""
_SUFFIXES = (".md", ".markdown", ".yaml", ".yml", ".json", ".csv", ".tsv")


def is_shallow(top: Path) -> bool:
    """Return whether the clone lacks the older part of the history."""
    return git.run(top, "rev-parse", "--is-shallow-repository") == b"true\n"


def line_days(
    top: Path, path: str, today: date, words: Callable[[str], Hashable]
) -> tuple[date, ...] | None:
    """Return for each line of a file the date (UTC) on which its `words` were written.

    A line that a commit rewrote with the same words keeps its date; so does one that was moved
    within the replaced part. Uncommitted lines have the date `today`. Merges are followed on the
    branch that they went into. None if git does not know the file.
    """
    raw = git.run(top, *_LOG, "--", path)
    if not raw:
        return None
    lines: list[tuple[date, Hashable]] = []
    for commit in reversed(raw.split(b"\0")[1:]):
        seconds, _, patch = commit.partition(b"\n")
        day = datetime.fromtimestamp(int(seconds), UTC).date()
        lines = _patched(lines, patch, day, words)
    changed = git.run(top, "diff", *_PATCH, "HEAD", "--", path) or b""
    return tuple(day for day, _ in _patched(lines, changed, today, words))


_PATCH = (
    *("--unified=0", "--inter-hunk-context=0"),
    *("--no-color", "--no-ext-diff", "--no-textconv"),
)
_LOG = (
    *("log", "--format=%x00%ct", "--no-show-signature", "--follow", "--first-parent", "-m"),
    *("--patch", *_PATCH),
)
"""Options for patches in the format that is parsed below, whatever the user configured."""
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


def _patched(
    lines: list[tuple[date, Hashable]], patch: bytes, day: date, words: Callable[[str], Hashable]
) -> list[tuple[date, Hashable]]:
    """Return the lines after a patch without context; lines with the same words keep their date."""
    patched: list[tuple[date, Hashable]] = []
    at, kept = 0, dict[Hashable, list[date]]()
    in_hunk = False
    for row in patch.split(b"\n"):
        if hunk := _HUNK.match(row):
            in_hunk = True
            first, count = int(hunk[1]), int(hunk[2] if hunk[2] is not None else 1)
            start = first - 1 if count else first
            patched += lines[at:start]
            at, kept = start + count, {}
            for before, line in reversed(lines[start:at]):
                kept.setdefault(line, []).append(before)
        elif in_hunk and row.startswith(b"+"):
            line = words(row[1:].decode("utf-8", "replace"))
            same = kept.get(line)
            patched.append((same.pop() if same else day, line))
        elif in_hunk and not row.startswith((b"-", b"\\")):
            in_hunk = False
    return patched + lines[at:]


def files_then(top: Path, sources: Sequence[str], day: date) -> dict[str, bytes] | None:
    """Return the files of a backlog at the beginning of `day` (UTC), by path below `top`.

    These are `sources` and similar files in the same folders, which may have been part of it. None
    if the history does not go back that far.
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
