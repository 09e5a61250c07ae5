"""How long planning takes, and how much memory: `python -m bench.planning [ITEMS]`.

For 10,000 items (or as many as are asked for) and for twice as many, each in a process of its
own: the first plan against an empty repository, the plan right after it, and one with every tenth
title changed. The bars are 2 seconds, 500 MB (everything that the process holds, the inputs too),
and 2.3 times as long for twice the items.
"""

import gc
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace

from backlog_sync.cli.main import collect_rarely
from backlog_sync.core.body import split
from backlog_sync.core.lookups import questions
from backlog_sync.core.model import DesiredState
from backlog_sync.core.observed import ObservedState
from backlog_sync.core.plan import Plan
from backlog_sync.core.planner import build_plan
from bench import world

ITEMS = 10_000
SECONDS, MEGABYTES, RATIO = 2.0, 500.0, 2.3
RUNS = 3


def timed(desired: DesiredState, observed: ObservedState) -> tuple[float, Plan]:
    """Seconds of the fastest of a few runs, what is asked beforehand counted in; and the plan."""
    best, plan = float("inf"), None
    for _ in range(RUNS):
        plan = None
        split.cache_clear()  # a run takes each body apart once, whatever a process ran before
        gc.collect()
        began = time.process_time()
        questions(desired, observed)
        plan = build_plan(desired, observed)
        best = min(best, time.process_time() - began)
    assert plan is not None
    return best, plan


def measure(count: int) -> dict[str, float]:
    """Seconds by kind of plan, and the most megabytes that this process held."""
    collect_rarely()
    spec = world.desired(count)
    bare = world.empty(spec)
    first, plan = timed(spec, bare)
    there = world.synced(spec, bare, plan)
    spec = world.numbered(spec)
    unchanged, plan = timed(spec, there)
    assert not plan.changes, plan.changes[0]
    renamed = [
        replace(item, fields={**item.fields, "title": f"{item.title}, again"}) if n % 10 == 0
        else item
        for n, item in enumerate(spec.items)
    ]  # fmt: skip
    changed, plan = timed(replace(spec, items=tuple(renamed)), there)
    assert len(plan.changes) == len(renamed[::10])
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": first, "unchanged": unchanged, "a tenth changed": changed, "MB": held}


def apart(count: int) -> dict[str, float]:
    """The same in a process of its own, so that one size's memory is not the other's."""
    command = [sys.executable, "-m", "bench.planning", "--one", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> int:
    """Measure and print; 1 where a bar was missed."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
        return 0
    count = int(sys.argv[1]) if sys.argv[1:] else ITEMS
    small, large = apart(count), apart(2 * count)
    missed = small["MB"] > MEGABYTES
    print(f"{'':18}{count:>10,}{2 * count:>10,}     ratio")
    for what, value in small.items():
        ratio = large[what] / value
        unit = "MB" if what == "MB" else "s "
        shown = "memory" if what == "MB" else what
        print(f"{shown:18}{value:>7.2f} {unit}{large[what]:>7.2f} {unit}{ratio:>10.2f}")
        missed |= what != "MB" and (value > SECONDS * count / ITEMS or ratio > RATIO)
    print(f"bars at {ITEMS:,} items: {SECONDS} s, {MEGABYTES:.0f} MB, ratio {RATIO}")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
