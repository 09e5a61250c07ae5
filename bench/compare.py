"""Compare `backlog` with the scripts that people write: `python -m bench.compare [SIZE …]`.

Each runs as installed, with its defaults, as its own process against its own GitHub simulator. That
takes 150 ms per request plus 80 ms for each object that is created or changed, and enforces the
limits that GitHub documents, and no others: a request beyond them is refused, and so are all that
follow within a minute. Sizes are 33 and 340 items. `--before FOLDER` adds the program of another
checkout.

`python -m bench.blocked` is the same on a server with a lower limit.
"""

import argparse
import importlib.metadata
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench import backlogs, installed
from bench.installed import Ran
from github_sandbox.app import Sandbox
from github_sandbox.limits import Limits, documented
from github_sandbox.server import serve

REQUEST_SECONDS: Final = 0.150
OBJECT_SECONDS: Final = 0.080
FIRST, UNCHANGED, CHANGED, DRIFT = "first sync", "unchanged", "one title changed", "drift check"
ADDED = "12 more items"
NEW_TITLE = "Let riders take a ride that is worth it"
MORE = 12
SAME_WORK, SCRIPT = "backlog, same work as the scripts", "a PyGithub script"
BAR: Final = 0.3
BAR_ITEMS: Final = 33
"""So much of the PyGithub script's time the same work may take, for so many items."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took; all but its time is counted at the server.

    `refused` are the requests that a limit refused.
    """

    ran: Ran
    requests: int
    points: int
    changes: int
    refused: int


@dataclass
class Runner:
    """One way to do it, on a server of its own.

    `start` prepares a folder for a server and a number of items; what it returns takes the name of
    a run.
    """

    title: str
    setting: str
    start: Callable[[str, Path, int], Callable[[str], Ran]]
    costs: dict[str, Cost] = field(default_factory=dict)

    def measure(self, count: int, runs: Sequence[str], limits: Limits) -> None:
        """Do the runs one after the other, until one fails."""
        with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
            sandbox.ensure_repository(backlogs.REPOSITORY)
            sandbox.limits = limits
            sandbox.latency, sandbox.write_latency = REQUEST_SECONDS, OBJECT_SECONDS
            with serve(sandbox) as running:
                run = self.start(running.url, Path(name), count)
                for what in runs:
                    sandbox.log.clear()
                    before = limits.blocks
                    ran = run(what)
                    log = list(sandbox.log)
                    self.costs[what] = Cost(
                        ran=ran,
                        requests=len(log),
                        points=sum(entry.points for entry in log),
                        changes=sum(entry.mutations or int(entry.writes) for entry in log),
                        refused=limits.blocks - before,
                    )
                    print(f"{count} items, {self.title}, {what}", file=sys.stderr)
                    if ran.code:
                        return


def program(
    url: str, folder: Path, count: int, *, everything: bool, source: Path | None = None
) -> Callable[[str], Ran]:
    """Return the runs of `backlog`, on a file that declares what the scripts create, or all."""
    text = backlogs.tree if everything else backlogs.flat
    items = backlogs.items(count)
    file = folder / "backlog.yaml"
    file.write_text(text(items))
    env = installed.environment(folder, url, source=source)

    def run(what: str) -> Ran:
        if what == CHANGED:
            before = file.read_text()
            assert before.count(f"title: {items[-1].title}\n") == 1
            file.write_text(before.replace(f"title: {items[-1].title}\n", f"title: {NEW_TITLE}\n"))
        if what == ADDED:
            added = text(backlogs.items(count, MORE)).removeprefix(text(items))
            file.write_text(file.read_text() + added)
        verb = ["drift"] if what == DRIFT else ["sync", "--yes"]
        return installed.run(installed.backlog(*verb, file.name, "-q"), folder, env)

    return run


def script(url: str, folder: Path, count: int, *, name: str, pauses: bool) -> Callable[[str], Ran]:
    """Return the runs of a script that people write; a refusal ends it."""
    env = installed.environment(folder)

    def run(what: str) -> Ran:
        words = [str(count), {FIRST: "first", DRIFT: "drift"}.get(what, "again")]
        if not pauses:
            words.append("--no-pauses")
        if what in (CHANGED, DRIFT):
            words += ["--title", f"{backlogs.items(count)[-1].key}={NEW_TITLE}"]
        if what == ADDED:
            words += ["--more", str(MORE)]
        command = [sys.executable, "-m", "bench.loops", name, url, str(folder / "numbers.json")]
        return installed.run([*command, *words], folder, env, fails=True)

    return run


def runners(before: Path | None) -> list[Runner]:
    """Return all ways to do it, this program first."""
    ours, title = "as installed", "backlog, everything"
    found = [
        Runner(SAME_WORK, ours, lambda *a: program(*a, everything=False)),
        Runner(title, ours, lambda *a: program(*a, everything=True)),
    ]
    if before:
        found += [
            Runner(
                f"{SAME_WORK}, before",
                ours,
                lambda *a: program(*a, everything=False, source=before),
            ),
            Runner(
                f"{title}, before", ours, lambda *a: program(*a, everything=True, source=before)
            ),
        ]
    return [
        *found,
        Runner(SCRIPT, "its pauses", lambda *a: script(*a, name="pygithub", pauses=True)),
        Runner(SCRIPT, "no pauses", lambda *a: script(*a, name="pygithub", pauses=False)),
        Runner("a `gh` script", "has no pauses", lambda *a: script(*a, name="gh", pauses=True)),
    ]


def measured(
    count: int, runs: Sequence[str], limits: Callable[[], Limits], before: Path | None
) -> list[Runner]:
    """Return all ways to do it with what they took, each on a server with these limits.

    They run at once: nearly all of their time is waiting, and what they wait for a processor is
    not counted.
    """
    found = runners(before)
    with ThreadPoolExecutor(len(found)) as pool:
        list(pool.map(lambda runner: runner.measure(count, runs, limits()), found))
    return found


def table(runs: Sequence[str], found: Sequence[Runner]) -> list[str]:
    """Return Markdown: each run of each, with its time relative to the PyGithub script's."""
    lines = [
        "| run | by | setting | requests | points | changes | refused | seconds | to PyGithub |",
        "|---|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for what in runs:
        for runner in found:
            if (cost := runner.costs.get(what)) is None:
                continue
            ratio = relative(found, runner, what)
            seconds = f"{cost.ran.seconds:,.1f}" if not cost.ran.code else "stopped"
            lines.append(
                f"| {what} | {runner.title} | {runner.setting} | {cost.requests:,}"
                f" | {cost.points:,} | {cost.changes:,} | {cost.refused} | {seconds}"
                f" | {'' if ratio is None else f'{ratio:.2f}'} |"
            )
    return lines


def relative(found: Sequence[Runner], runner: Runner, what: str) -> float | None:
    """Return a run's time by that of the PyGithub script; None if either was stopped."""
    theirs = next(one.costs.get(what) for one in found if one.title == SCRIPT)
    cost = runner.costs[what]
    if theirs is None or theirs.ran.code or cost.ran.code:
        return None
    return cost.ran.seconds / theirs.ran.seconds


def described(limits: str) -> str:
    """Return the setting of all figures of a table."""
    version = importlib.metadata.version("pygithub")
    return (
        f"PyGithub {version}; {REQUEST_SECONDS * 1000:.0f} ms per request and"
        f" {OBJECT_SECONDS * 1000:.0f} ms per object that is created or changed; {limits}."
    )


def main() -> int:
    """Measure and print; 1 if a bar was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[BAR_ITEMS, 340])
    parser.add_argument("--before", type=Path)
    asked = parser.parse_args()
    if shutil.which("gh") is None:
        print("gh is not installed: apt-get install gh", file=sys.stderr)
        return 2
    print(described("the limits that GitHub documents"))
    runs, missed = (FIRST, UNCHANGED, CHANGED, DRIFT), []
    for count in asked.sizes:
        found = measured(count, runs, documented, asked.before)
        print(f"\n### {count:,} items\n", *table(runs, found), sep="\n", flush=True)
        ours = [runner for runner in found if runner.setting == "as installed"]
        ratio = relative(found, ours[0], FIRST)
        if any(cost.refused for runner in ours[:2] for cost in runner.costs.values()):
            missed.append(f"{count} items: a limit was exceeded")
        if count == BAR_ITEMS and (ratio is None or ratio > BAR):
            missed.append(f"{count} items: {ratio} of the time of {SCRIPT}, not {BAR}")
    print("", *missed, sep="\n")
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
