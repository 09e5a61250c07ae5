"""Sync each file of the corpus by an older version, then plan it by this one.

`python -m tests.upgrade OLD_CHECKOUT [--only PREFIX]`. Each file is synced on the simulator, with
write-back and without, and planned by this version over the same store and the file as it was left.
Printed are, for each file: items that would get a second issue and issues orphaned although their
line is still an item (both must be 0), what is no longer read as an item, and in a line all else
that differs. Exits with 1 where one of the two is not 0.
"""

import argparse
import difflib
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backlog_sync.files.load import load
from tests.compare.__main__ import Version
from tests.compare.inputs import PROJECT
from tests.files.corpus_table import Row, rows

_TARGET = ("--repo", "acme/roadmap", "--sandbox", "--project", "none")
_DECLARED = re.compile(r"^declared at .*:(\d+)$")
_FIELDS = ("title", "body", "labels", "key", "parent", "state")


@dataclass(frozen=True)
class Found:
    """What the new version would do to the issues that the old one made of a file."""

    name: str
    made: int
    again: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    others: Counter[str] = field(default_factory=Counter)
    problem: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether the upgrade makes a second issue, or loses one."""
        return bool(self.again or self.orphaned)

    def __str__(self) -> str:
        if self.problem:
            return f"- {self.name}: {self.problem}"
        others = ", ".join(f"{count} {what}" for what, count in sorted(self.others.items()))
        sign = "≠" if self.is_broken else "="
        lines = [f"{sign} {self.name}: {self.made} issues; {others or 'no change'}"]
        for what, entries in (
            ("SECOND ISSUE", self.again),
            ("ORPHANED", self.orphaned),
            ("no longer read", self.unread),
        ):
            lines += [f"    {what}: {entry}" for entry in entries]
        return "\n".join(lines)


def upgraded(versions: tuple[Version, Version], row: Row, *, write_back: bool) -> Found:
    """Sync a file by the old version and plan it by the new one."""
    old, new = versions
    name, text = row.path.name, row.path.read_bytes().decode("utf-8", "surrogateescape")
    flags = [*_TARGET, "--bullets", row.bullets, "--format", "json"]
    sync = ["run", "sync", name, *flags, "--yes", *([] if write_back else ["--no-write-back"])]
    plan = ["run", "plan", name, *flags]
    label = f"{row.code}{' without write-back' * (not write_back)}"
    made, synced = _steps(old, label, {name: text}, [plan, sync])
    if not made["stdout"].startswith("{") or ".backlog/sandbox/state.json" not in synced["files"]:
        return Found(label, 0, problem=f"nothing is made of it: {_last(synced['stderr'])}")
    files = synced["files"]
    (planned,) = _steps(new, label, files, [plan])
    if not planned["stdout"].startswith("{"):
        return Found(label, 0, problem=f"it cannot be planned: {_last(planned['stderr'])}")
    return _compared(
        label, json.loads(made["stdout"]), json.loads(planned["stdout"]),
        _moved_lines(text, files[name]), _item_lines(name, files[name], row.bullets),
    )  # fmt: skip


def _last(text: str) -> str:
    """Give the last line of what a command says, which tells why it ended."""
    return (text.splitlines() or [""])[-1][:200]


def _steps(
    version: Version, name: str, files: dict[str, str], steps: list[list[str]]
) -> list[dict[str, Any]]:
    version.begin({"name": name, "files": files, "steps": steps})
    return version.result(exact=True)


def _compared(
    label: str,
    made: dict[str, Any],
    plan: dict[str, Any],
    lines: dict[int, int],
    items: dict[int, str],
) -> Found:
    """Compare by line: `lines` says where a line is now, `items` which lines are items now."""
    line_of = {
        change["key"]: lines.get(int(found[1]), 0)
        for change in made["changes"]
        if _is_created(change) and (found := _DECLARED.match(change["reason"]))
    }
    had = {line: key for key, line in line_of.items() if line}
    titles = {change["key"]: change["title"] for change in made["changes"] if _is_created(change)}
    changes = [c for c in plan["changes"] if c["kind"] == "issue"]
    lost = [*plan["orphans"], *plan.get("no_longer_read", [])]
    left = {each["key"] for each in lost}
    again = []
    for change in changes:
        found = _DECLARED.match(change["reason"])
        key = had.get(int(found[1])) if found and _is_created(change) else None
        # A column of epics makes a second item of a line whose first one kept its issue.
        if key and (key in left or titles[key] == change["title"]):
            again.append(f"line {found[1] if found else 0}: {change['title']} (was {key})")
    orphaned = [
        f"line {line}: {each['title']} ({each['key']}), now {items[line]}"
        for each in lost
        if (line := line_of.get(each["key"], 0)) in items
    ]
    unread = [f"{e['title']} ({e['place']})" for e in plan.get("no_longer_read", [])]
    others = Counter(
        f"{name} changed" for c in changes if c["ref"] for name in c["fields"] if name in _FIELDS
    )
    others += Counter(
        {
            "created": sum(map(_is_created, changes)) - len(again),
            "orphaned": len(plan["orphans"]),
            "no longer read": len(unread),
            "held": sum(note["field"] == "identity" for note in plan["conflicts"]),
        }
    )
    return Found(label, len(line_of), tuple(again), tuple(orphaned), tuple(unread), others)


def _is_created(change: dict[str, Any]) -> bool:
    return (change["kind"], change["action"]) == ("issue", "create")


def _moved_lines(before: str, after: str) -> dict[int, int]:
    """Say which line each line of a file is, once progress was written into it.

    A line that was changed is the first of those in its place.
    """
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    moved: dict[int, int] = {}
    for what, start, end, at, until in matcher.get_opcodes():
        for n in range(start, end) if what != "delete" else ():
            moved[n + 1] = min(at + n - start, until - 1) + 1
    return moved


def _item_lines(name: str, text: str, bullets: str) -> dict[int, str]:
    """Give the key of the item that is read from each line."""
    with tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        desired = load([path], root=path.parent, bullets=bullets).desired
    return {item.place.line: item.key for item in desired.items} if desired else {}


def found(old: Path, only: str = "") -> Iterator[Found]:
    """Give what the upgrade from an older checkout does to each file of the corpus.

    With write-back and without are two pairs of processes, at work at the same time.
    """
    chosen = [row for row in rows() if row.path.name.startswith(only)]
    pairs = [(Version(old.resolve()), Version(PROJECT)) for _ in range(2)]

    def all_of(mode: int) -> list[Future[Found]]:
        return [
            pools[mode].submit(upgraded, pairs[mode], row, write_back=not mode) for row in chosen
        ]

    pools = [ThreadPoolExecutor(1), ThreadPoolExecutor(1)]
    try:
        for both in zip(all_of(0), all_of(1), strict=True):
            yield from (each.result() for each in both)
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)
        for version in (version for pair in pairs for version in pair):
            version.close()


def main() -> int:
    """Print what the upgrade does; 1 where it makes a second issue or loses one."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade", description=__doc__)
    parser.add_argument("old", type=Path, help="checkout of the older version")
    parser.add_argument("--only", default="", help="files whose names begin so, such as a01")
    options = parser.parse_args()
    broken = count = 0
    for each in found(options.old, options.only):
        broken, count = broken + each.is_broken, count + 1
        print(each, flush=True)
    print(f"{count} upgrades, {broken} that make a second issue or lose one")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
