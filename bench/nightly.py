"""Count the requests of a nightly check for drift: `python -m bench.nightly [ISSUES [ITEMS]]`.

A repository has 20,000 issues of others, of which people update 100 a day and open 20, and the
issues of a backlog of 33 items, whose files have no numbers. The first night has no cache. The
clock is the simulator's own; nobody waits for it.
"""

import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backlog_sync.engine.reconcile import observe_and_plan
from backlog_sync.github_api.session import connect
from backlog_sync.local.cache import FileCache
from bench import filling, world
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.clock import VirtualClock
from tests.sandbox_adapter import SandboxAdapter

NIGHTS, UPDATES, NEW = 15, 100, 20
DAY = 86_400.0


def main() -> int:
    """Print the requests and points of each night."""
    sizes = [int(word) for word in sys.argv[1:3]]
    foreign, count = (*sizes, *(20_000, 33)[len(sizes) :])
    clock = VirtualClock()
    sandbox = Sandbox(None, clock=clock)
    wanted = filling.fill(sandbox, world.desired(count), foreign=foreign)
    wanted = replace(wanted, items=tuple(replace(item, issue=None) for item in wanted.items))
    issues = sandbox.store.issues[sandbox.repository(world.REPOSITORY).id]
    for number, issue in issues.items():
        # As if people had written one an hour.
        then = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        issue.created_at = issue.updated_at = f"{then:%Y-%m-%dT%H:%M:%SZ}"
    ann = Person(sandbox, "ann", repository=world.REPOSITORY)
    print("| night | requests | points | read |\n|--:|--:|--:|:--|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cache.json"
        for night in range(1, NIGHTS + 1):
            for n in range(UPDATES):
                ann.comment(1 + (night * 7_919 + n * 101) % foreign, "Any news?")
                if n < NEW:
                    ann.open_issue(f"Another issue, {n} of day {night}", "It does not work.")
                clock.sleep(DAY / UPDATES)
            logged = len(sandbox.log)
            tracker = connect(
                api_url="http://127.0.0.1",
                repository=world.REPOSITORY,
                token="a-token",  # noqa: S106 - the simulator's
                read_only=True,
                adapter=SandboxAdapter(sandbox),
                clock=clock.time,
                sleep=clock.sleep,
            )
            prepared = observe_and_plan(
                wanted, tracker, memory=FileCache(file, clock.time), full=True, cached=True
            )
            assert prepared.plan.changes == ()
            sent = sandbox.log[logged:]
            how = "from the cache" if prepared.observed.coverage.cached else "all"
            print(f"| {night} | {len(sent)} | {sum(e.points for e in sent)} | {how} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
