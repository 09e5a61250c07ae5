"""Compare processor time with an earlier checkout: `python -m bench.ratios CHECKOUT [--runs N]`.

Both run in turn, each as a process of its own with its imports compiled, and the ratio is the
median of the pairs' ratios. Nothing is paced: there is no server but the simulator of `--sandbox`,
which is part of the process. `bench.startup` has what a start takes.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import backlogs, installed

ITEMS, PLANNED = 1_000, 10_000

Measure = Callable[[Path], float]


def syncing(checkout: Path) -> float:
    """Return the processor time of the first sync of many items to the simulator."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "backlog.yaml"
        file.write_text(backlogs.tree(backlogs.items(ITEMS)))
        env = installed.environment(folder, source=checkout)
        command = installed.backlog("sync", "--sandbox", "--yes", file.name)
        return installed.run(command, folder, env).cpu


def planning(checkout: Path) -> float:
    """Return the seconds of processor time for the first plan of many items, without imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = installed.environment(folder, source=checkout)
        command = [sys.executable, "-m", "bench.planning", "--one", str(PLANNED)]
        first: float = json.loads(installed.run(command, folder, env).output)["first"]
    return first


ROWS: dict[str, Measure] = {
    f"first `sync --sandbox` of {ITEMS:,} items": syncing,
    f"planning {PLANNED:,} items": planning,
}
"""What is compared, and how it is measured."""


def row(what: str, measure: Measure, earlier: Path, runs: int) -> str:
    """Return a row of the table."""
    here = Path.cwd()
    pairs = [(measure(here), measure(earlier)) for _ in range(runs)]
    now, before = map(statistics.median, zip(*pairs, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return f"| {what} | {before:.2f} s | {now:.2f} s | {ratio:.2f} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    print("| run | before | now | ratio |")
    print("|---|--:|--:|--:|")
    for what, measure in ROWS.items():
        print(row(what, measure, asked.checkout, asked.runs), flush=True)


if __name__ == "__main__":
    main()
