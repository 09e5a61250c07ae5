"""Show where the processor time of an unchanged run goes: `python -m bench.phases`.

It is a `sync` of 33 items with everything, which finds nothing to do, as a process as installed,
over HTTP, against a simulator that takes no time of its own. Each function's own time is counted
for the part of the run that its module belongs to, that of built-in functions for their callers'.
A profiler makes everything slower, and functions that call many others most: compare the shares.
"""

import pstats
import sys
import tempfile
from pathlib import Path
from typing import Final, TypeAlias

from bench import backlogs, installed
from github_sandbox.app import Sandbox
from github_sandbox.server import serve

ITEMS: Final = 33
PARTS: Final = {
    "importing modules, building models": (
        "<frozen",
        "<string>",
        "/re/",
        "/enum.py",
        "/dataclasses.py",
        "/typing.py",
        "/inspect.py",
        "/abc.py",
        "/functools.py",
        "/pydantic/",
        "/typing_extensions.py",
    ),
    "reading the file": ("/backlog_sync/files/", "/yaml/", "/markdown_it/"),
    "requests and their answers": (
        "/backlog_sync/github_api/",
        "/graphql/",
        "/requests/",
        "/urllib3/",
        "/http/",
        "/email/",
        "/json/",
        "/socket.py",
        "/ssl.py",
        "/github/",
    ),
    "planning": ("/backlog_sync/core/", "/backlog_sync/engine/"),
    "command line, screen, cache": ("/backlog_sync/", "/click/", "/rich/"),
}
REST: Final = "the rest of Python"
Function: TypeAlias = tuple[str, int, str]
_PROFILED = """
import cProfile, sys, time
file = sys.argv.pop(1)
profile = cProfile.Profile(time.process_time)
def run():
    from backlog_sync.cli.main import main
    main()
try:
    profile.runcall(run)
finally:
    profile.dump_stats(file)
"""


def part(function: Function) -> str:
    """Return the part of a run that a function belongs to."""
    file, _, name = function
    if name == "<module>":
        return next(iter(PARTS))
    return next((what for what, marks in PARTS.items() if any(m in file for m in marks)), REST)


def shares(profile: Path) -> dict[str, float]:
    """Return the seconds of each part."""
    found: dict[str, float] = dict.fromkeys((*PARTS, REST), 0.0)
    stats: dict[Function, tuple[int, int, float, float, dict[Function, tuple[float, ...]]]]
    stats = pstats.Stats(str(profile)).stats  # type: ignore[attr-defined]
    for function, (_, _, own, _, callers) in stats.items():
        if function[0] == "~" and callers:
            for caller, (*_, below, _) in callers.items():
                found[part(caller)] += below
        else:
            found[part(function)] += own
    return found


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
        folder, profile = Path(name), Path(name, "profile")
        sandbox.ensure_repository(backlogs.REPOSITORY)
        (folder / "backlog.yaml").write_text(backlogs.tree(backlogs.items(ITEMS)))
        with serve(sandbox) as running:
            env = installed.environment(folder, running.url)
            installed.run(installed.backlog("sync", "--yes", "-q"), folder, env)
            command = [sys.executable, "-c", _PROFILED, str(profile), "sync", "--yes"]
            installed.run(command, folder, env)
        found = shares(profile)
    print("| part | share of the processor time |\n|---|--:|")
    for what, seconds in found.items():
        print(f"| {what} | {seconds / sum(found.values()):.0%} |")


if __name__ == "__main__":
    main()
