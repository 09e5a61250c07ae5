"""What a start costs: `python -m bench.startup [RUNS]`.

Each command runs in turn with `python -c "import click"`, as installed, on the reference roadmap of
`examples/` and, where GitHub is needed, on the simulator of a folder that was synced before. The
figure is the median of the ratios of CPU seconds (user and system), which other work on the
machine disturbs less than time on the wall.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 7
BARS = {"--help": 3.0, "lint": 9.0, "plan --sandbox": 16.0}
"""The most that a command may take, as a multiple of importing click."""
COMMANDS = (*BARS, "drift --sandbox", "sync --sandbox")
ROADMAP = Path(__file__).parents[1] / "examples" / "roadmap.md"
CLICK = [sys.executable, "-c", "import click"]
DONE = (0, 3)
"""Exit codes of a run that went well: 3 of `drift` if something is pending."""


def spent(command: list[str], folder: Path) -> float:
    """Return the CPU seconds of one run of a command."""
    homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("STATE", "CACHE")}
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    environment = {**kept, "HOME": str(folder), **homes}
    before = os.times()
    done = subprocess.run(  # noqa: S603 - our own
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    after = os.times()
    assert done.returncode in DONE, f"{command}: {done.returncode}\n{done.stderr}"
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


def ratio(arguments: str, runs: int, folder: Path) -> tuple[float, float]:
    """Return the median CPU seconds of a command, and its median ratio to importing click."""
    program = str(Path(sys.executable).with_name("backlog"))
    words = arguments.split()
    command = [program, *words] if words == ["--help"] else [program, *words, ROADMAP.name]
    spent(command, folder)
    pairs = [(spent(command, folder), spent(CLICK, folder)) for _ in range(runs)]
    ours = statistics.median(mine for mine, _ in pairs)
    return ours, statistics.median(mine / click for mine, click in pairs)


def main() -> int:
    """Measure and print a table in Markdown; 1 if a bar was missed."""
    runs = int(sys.argv[1]) if sys.argv[1:] else RUNS
    missed = False
    print("| command | CPU seconds | times `import click` | bar |\n|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROADMAP, folder)
        for arguments in COMMANDS:
            if arguments == "drift --sandbox":  # from here on there is nothing to do
                program = str(Path(sys.executable).with_name("backlog"))
                spent([program, "sync", "--sandbox", "--yes", ROADMAP.name], folder)
            seconds, times = ratio(arguments, runs, folder)
            bar = BARS.get(arguments)
            missed |= bar is not None and times > bar
            shown = "" if bar is None else f"{bar:.0f}"
            print(f"| `backlog {arguments}` | {seconds:.2f} | {times:.1f} | {shown} |")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
