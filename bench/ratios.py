"""Compare processor time with an earlier checkout: `python -m bench.ratios CHECKOUT [--runs N]`.

Both run in turn, each as a process of its own with its imports compiled, and the ratio is the
median of the pairs' ratios. Nothing is paced: there is no server but the simulator of `--sandbox`,
which is part of the process. Imports are also compared with `python -c "import click"`.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import backlogs, installed

EXAMPLE = Path("examples/roadmap.md")
ITEMS, PLANNED = 1_000, 10_000
FEW = 3
"""Runs of what takes long."""

Measure = Callable[[Path], float]


def seconds(checkout: Path, *words: str, items: int = 0) -> float:
    """Return the processor time of a command in a folder with the example, or so many items."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / ("backlog.yaml" if items else "ROADMAP.md")
        file.write_text(backlogs.tree(backlogs.items(items)) if items else EXAMPLE.read_text())
        env = installed.environment(folder, source=checkout)
        return installed.run(installed.backlog(*words, file.name), folder, env).cpu


def click(checkout: Path) -> float:
    """Return the processor time of importing the library that parses the command line."""
    folder = Path(tempfile.gettempdir())
    env = installed.environment(folder, source=checkout)
    return installed.run([sys.executable, "-c", "import click"], folder, env).cpu


def planning(checkout: Path) -> float:
    """Return the seconds of processor time for the first plan of many items, without imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = installed.environment(folder, source=checkout)
        command = [sys.executable, "-m", "bench.planning", "--one", str(PLANNED)]
        first: float = json.loads(installed.run(command, folder, env).output)["first"]
    return first


ROWS: dict[str, tuple[Measure, int]] = {
    "`lint`": (lambda at: seconds(at, "lint"), 0),
    "`plan --sandbox`": (lambda at: seconds(at, "plan", "--sandbox"), 0),
    f"first `sync --sandbox` of {ITEMS:,} items": (
        lambda at: seconds(at, "sync", "--sandbox", "--yes", items=ITEMS),
        FEW,
    ),
    f"planning {PLANNED:,} items": (planning, FEW),
}
"""What is compared: how it is measured, and the most runs of it (0: all)."""


def row(what: str, measure: Measure, earlier: Path, runs: int) -> str:
    """Return a row of the table."""
    here = Path.cwd()
    triples = [(measure(here), measure(earlier), click(here)) for _ in range(runs)]
    now, before, _ = map(statistics.median, zip(*triples, strict=True))
    ratio = statistics.median(ours / theirs for ours, theirs, _ in triples)
    to_click = [statistics.median(triple[n] / triple[2] for triple in triples) for n in (1, 0)]
    against = " | ".join(f"{value:.1f}" for value in to_click) if measure is not planning else " | "
    return f"| {what} | {before:.2f} s | {now:.2f} s | {ratio:.2f} | {against} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    print("| run | before | now | ratio | before, to click | now, to click |")
    print("|---|--:|--:|--:|--:|--:|")
    for what, (measure, most) in ROWS.items():
        runs = min(asked.runs, most or asked.runs)
        print(row(what, measure, asked.checkout, runs), flush=True)


if __name__ == "__main__":
    main()
