"""Compare this tool with other scripts: `python -m bench.compare [--full] [SIZE …]`.

Each runs as its own process against the same GitHub simulator on this machine, which takes 150 ms
per request plus 80 ms for each object that it creates or changes, and has no rate limits. The time
that this tool would wait for GitHub's limits is shown separately and not counted. The PyGithub
script pauses for a second between writes, PyGithub's default; `pauses off` turns that off.

Sizes are 34 and 340 items; `--full` adds 3,400, which takes hours. `gh` is Debian's.
"""

import argparse
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from backlog_sync.core.rate import Pace, seconds_for
from bench import backlogs
from github_sandbox.app import Sandbox
from github_sandbox.server import serve

REQUEST_SECONDS, THING_SECONDS = 0.150, 0.080
RUNS = ("first sync", "unchanged", "one title changed", "drift check")
NEW_TITLE = "Let riders take a ride that is worth it"
LEAST_STARTS = 5
HELP_BAR = 3.0
BARS = {"only": (("pygithub", 0.2), ("pygithub, pauses off", 0.7)), "all": (("pygithub", 0.5),)}
"""By what of ours: the most that its first sync of 34 items may take of a loop's time."""


@dataclass
class Cost:
    """What one run took, counted at the server; seconds on the wall."""

    requests: int
    points: int
    changed: int
    seconds: float


@dataclass
class Runner:
    """One way to do it, on a server of its own; `run` takes one of `RUNS`."""

    name: str
    title: str
    start: Callable[[str, Path, int], Callable[[str], None]]
    costs: dict[str, Cost] = field(default_factory=dict)

    def measure(self, count: int) -> None:
        """All four runs, one after the other."""
        with tempfile.TemporaryDirectory() as name, Sandbox() as sandbox:
            sandbox.ensure_repository(backlogs.REPOSITORY)
            sandbox.limits.per_hour = None
            sandbox.latency, sandbox.write_latency = REQUEST_SECONDS, THING_SECONDS
            with serve(sandbox) as running:
                run = self.start(running.url, Path(name), count)
                for what in RUNS:
                    sandbox.log.clear()
                    began = time.perf_counter()
                    run(what)
                    seconds = time.perf_counter() - began
                    log = list(sandbox.log)
                    self.costs[what] = Cost(
                        requests=len(log),
                        points=sum(entry.points for entry in log),
                        changed=sum(entry.mutations or int(entry.writes) for entry in log),
                        seconds=seconds,
                    )


def ours(url: str, folder: Path, count: int, *, everything: bool) -> Callable[[str], None]:
    """This tool, on a file that says what the loops do, or everything."""
    made = backlogs.items(count)
    file = folder / "backlog.yaml"
    file.write_text(backlogs.tree(made) if everything else backlogs.flat(made))
    environment = {
        **_bare(folder),
        "GITHUB_API_URL": url,
        "GH_TOKEN": "a-token",
        "BACKLOG_PACE": "off",
    }

    def run(what: str) -> None:
        if what == "one title changed":
            text = file.read_text()
            assert text.count(f"title: {made[-1].title}\n") == 1
            file.write_text(text.replace(f"title: {made[-1].title}\n", f"title: {NEW_TITLE}\n"))
        verb = ["drift"] if what == "drift check" else ["sync", "--yes"]
        _run([_command(), *verb, "backlog.yaml", "-q"], folder, environment)

    return run


def loop(url: str, folder: Path, count: int, *, name: str, pauses: bool) -> Callable[[str], None]:
    """A loop that people write."""
    asked = {"first sync": "first", "drift check": "drift"}

    def run(what: str) -> None:
        more = [] if pauses else ["--no-pauses"]
        if what not in RUNS[:2]:
            more += ["--title", f"{backlogs.items(count)[-1].key}={NEW_TITLE}"]
        command = [sys.executable, "-m", "bench.loops", name, url, str(folder / "numbers.json")]
        here = {**os.environ, **_bare(folder), "PYTHONPATH": str(Path.cwd())}
        _run([*command, str(count), asked.get(what, "again"), *more], Path.cwd(), here)

    return run


def runners() -> list[Runner]:
    """All there are, ours first."""
    return [
        Runner("only", "backlog, same work as the scripts", lambda *a: ours(*a, everything=False)),
        Runner("all", "backlog, everything", lambda *a: ours(*a, everything=True)),
        Runner("gh", "gh issue create script", lambda *a: loop(*a, name="gh", pauses=True)),
        Runner("pygithub", "PyGithub script", lambda *a: loop(*a, name="pygithub", pauses=True)),
        Runner(
            "pygithub, pauses off",
            "the same, without pauses",
            lambda *a: loop(*a, name="pygithub", pauses=False),
        ),
    ]


def _bare(folder: Path) -> dict[str, str]:
    homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("STATE", "CACHE")}
    return {"PATH": os.environ["PATH"], "HOME": str(folder), **homes}


def _command() -> str:
    return str(Path(sys.executable).with_name("backlog"))


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"


def table(count: int, measured: list[Runner]) -> list[str]:
    """Markdown: each run of each, and its time against ours that does everything."""
    lines = [
        f"### {count:,} items",
        "",
        "| run | by | requests | points | changes | seconds | relative to everything |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    whole = next(runner for runner in measured if runner.name == "all")
    for what in RUNS:
        for runner in measured:
            cost = runner.costs[what]
            ratio = cost.seconds / whole.costs[what].seconds
            lines.append(
                f"| {what} | {runner.title} | {cost.requests:,} | {cost.points:,}"
                f" | {cost.changed:,} | {cost.seconds:,.1f} | {ratio:.2f} |"
            )
    paced = seconds_for(count, Pace())
    lines += ["", f"Pacing that a first sync adds against GitHub: {paced / 60:.1f} minutes."]
    return lines


def bars(measured: list[Runner]) -> tuple[list[str], bool]:
    """What the first sync of 34 items took of a loop's time; whether any bar was missed."""
    by_name = {runner.name: runner for runner in measured}
    lines, missed = [], False
    for name, against in BARS.items():
        for other, bar in against:
            ours_, theirs = by_name[name].costs[RUNS[0]], by_name[other].costs[RUNS[0]]
            ratio = ours_.seconds / theirs.seconds
            missed |= ratio > bar
            lines.append(f"{by_name[name].title} / {by_name[other].title}: {ratio:.2f} (bar {bar})")
    return lines, missed


def help_against_click() -> tuple[list[str], bool]:
    """`backlog --help` beside `python -c "import click"`: the fastest of a few starts each."""

    def fastest(command: list[str]) -> float:
        best = float("inf")
        for _ in range(LEAST_STARTS):
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own
            best = min(best, time.perf_counter() - began)
        return best

    help_, click = fastest([_command(), "--help"]), fastest([sys.executable, "-c", "import click"])
    text = f"backlog --help {help_ * 1000:.0f} ms, import click {click * 1000:.0f} ms"
    return [f"{text}: {help_ / click:.2f} times (bar {HELP_BAR:.0f})"], help_ / click > HELP_BAR


def main() -> int:
    """Measure and print; 1 where a bar was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    if shutil.which("gh") is None:
        print("gh is not installed: apt-get install gh", file=sys.stderr)
        return 2
    sizes = asked.sizes or [34, 340, *([3_400] if asked.full else [])]
    version = importlib.metadata.version("pygithub")
    print(f"PyGithub {version}; {REQUEST_SECONDS * 1000:.0f} ms a request,", end=" ")
    print(f"{THING_SECONDS * 1000:.0f} ms for each thing made or changed\n")
    missed = False
    for count in sizes:
        measured = runners()
        for runner in measured:
            runner.measure(count)
            print(f"{count} items, {runner.title}: measured", file=sys.stderr)
        print("\n".join(table(count, measured)), end="\n\n")
        if count == sizes[0]:
            lines, bad = bars(measured)
            print("\n".join(lines), end="\n\n")
            missed |= bad
    lines, bad = help_against_click()
    print("\n".join(lines))
    return int(missed or bad)


if __name__ == "__main__":
    raise SystemExit(main())
