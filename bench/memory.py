"""How much memory whole runs need: `python -m bench.memory [ITEMS]`.

Each verb is a process as installed, over HTTP, on files of at most 2,000 items (2,000 in all unless
another number is given), against a simulator without limits that takes no time of its own. The pace
is off: with it a first sync would take hours, and keep no more in memory.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from bench import backlogs, installed
from github_sandbox.app import Sandbox
from github_sandbox.server import serve

ITEMS: Final = 2_000
IN_A_FILE: Final = 2_002
"""Whole epics of eleven items; a file may have 100,000 values, which is about 5,000 items."""

RUNS: Final = {
    "lint": ("lint",),
    "the first plan": ("plan",),
    "the first sync": ("sync", "--yes", "-q"),
    "an unchanged plan": ("plan",),
    "an unchanged sync": ("sync", "--yes", "-q"),
    "a drift check": ("drift",),
}


def write(folder: Path, count: int) -> None:
    """Write a backlog of so many items, in several files."""
    items = backlogs.items(count)
    head = backlogs.tree([])
    (folder / "backlog.yaml").write_text(
        head.removesuffix("epics:\n") + "include: [part-*.yaml]\nepics: []\n"
    )
    for start in range(0, count, IN_A_FILE):
        part = backlogs.tree(items[start : start + IN_A_FILE]).removeprefix(head)
        (folder / f"part-{start}.yaml").write_text(f"version: 1\nepics:\n{part}")


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if sys.argv[1:] else ITEMS
    print(f"| {count:,} items | requests | processor time | memory |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        sandbox.ensure_repository(backlogs.REPOSITORY)
        sandbox.limits.per_hour = None
        write(Path(name), count)
        with serve(sandbox) as running:
            env = {**installed.environment(Path(name), running.url), "BACKLOG_PACE": "off"}
            for what, words in RUNS.items():
                sandbox.log.clear()
                ran = installed.run(installed.backlog(*words), Path(name), env)
                requests, megabytes = len(sandbox.log), f"{ran.megabytes:.0f} MB"
                print(f"| {what} | {requests:,} | {ran.cpu:.1f} s | {megabytes} |", flush=True)


if __name__ == "__main__":
    main()
