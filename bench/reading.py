"""What reading and planning a large backlog takes: `python -m bench.reading [ITEMS [FOREIGN]]`.

The server has so many items of ours (10,000), and so many issues of others (5,000); it takes no
time of its own for anything. The run is a process of its own, without a file to parse and without
the simulator: requests and points at the server, seconds, and its peak memory. The bar is 180 MB
for 10,000 items. `python -m bench.memory` measures whole runs, with their files.
"""

import json
import subprocess
import sys
import time

from backlog_sync.core.model import DesiredState, IssueRef
from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.github_api.session import connect
from bench import world
from bench.installed import peak

ITEMS, FOREIGN = 10_000, 5_000
MEGABYTES = 180.0


def run(url: str, count: int, foreign: int) -> dict[str, float]:
    """Read and plan in this process."""
    spec: DesiredState = world.numbered(
        world.desired(count), lambda n: IssueRef(foreign + n, sandbox=True)
    )
    tracker = connect(
        api_url=url,
        repository=world.REPOSITORY,
        token="a-token",  # noqa: S106 - the sandbox takes any
        read_only=True,
        sleep=time.sleep,
    )
    began = time.perf_counter()
    prepared = observe_and_plan(spec, tracker)
    seconds = time.perf_counter() - began
    assert not prepared.plan.changes
    return {"seconds": seconds, "MB": peak()}


def main() -> int:
    """Measure and print; 1 where the bar was missed."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(run(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
        return 0
    # The process that is measured does not load the simulator.
    from bench import filling  # noqa: PLC0415
    from github_sandbox.app import Sandbox  # noqa: PLC0415
    from github_sandbox.server import serve  # noqa: PLC0415

    sizes = [int(word) for word in sys.argv[1:3]]
    count, foreign = (*sizes, *(ITEMS, FOREIGN)[len(sizes) :])
    with Sandbox() as sandbox:
        filling.fill(sandbox, world.desired(count), foreign=foreign)
        sandbox.limits.per_hour = None
        with serve(sandbox) as running:
            command = [sys.executable, "-m", "bench.reading", "--one", running.url]
            command += [str(count), str(foreign)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
            found = json.loads(done.stdout)
            points = sum(entry.points for entry in sandbox.log)
            requests = len(sandbox.log)
    print(f"{count:,} items among {foreign:,} issues of others:", end=" ")
    print(f"{requests} requests, {points} points, {found['seconds']:.1f} s,", end=" ")
    print(f"{found['MB']:.0f} MB (bar {MEGABYTES:.0f} MB at {ITEMS:,} items)")
    return int(found["MB"] > MEGABYTES * max(1.0, count / ITEMS))


if __name__ == "__main__":
    raise SystemExit(main())
