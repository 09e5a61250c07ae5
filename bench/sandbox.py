"""How long the sandbox takes: to start, and for a page of 100 issues out of 5,000.

`python -m bench.sandbox` prints a table of milliseconds of the sandbox's own time: processor time,
in process, no socket. The state is on disk, as `backlog sandbox serve` keeps it. The bars are
1 second for a start and 50 ms for a page, the first one too.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from graphql import print_ast

from backlog_sync.github_api.documents import document
from backlog_sync.github_api.generated_answers import IssuesPage
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.messages import Request, Response

ISSUES = 5_000
PAGES = 20
START_BAR_MS = 1_000
PAGE_BAR_MS = 50
HOME = "octo-org/widgets"
TOKEN = {"Authorization": "bearer x"}
_START = """
import sys, time
from pathlib import Path
began = time.process_time()
from github_sandbox.server import open_sandbox, serve
sandbox, lock = open_sandbox(Path(sys.argv[1]))
with lock, sandbox, serve(sandbox):
    print((time.process_time() - began) * 1000)
"""


def fill(folder: Path) -> None:
    """Write a state with so many issues: a tree of epics, features and stories with labels."""
    with Sandbox(folder) as sandbox:
        sandbox.ensure_repository(HOME)
        person = Person(sandbox, "ana")
        for number in range(1, ISSUES + 1):
            person.open_issue(f"Issue {number}", "- [ ] a criterion\n" * 12, labels=("bug",))
            if number % 10 != 1:
                person.put_below(number, number - (number - 1) % 10)


def started(folder: Path) -> float:
    """Milliseconds from nothing to a served sandbox, imports included."""
    command = [sys.executable, "-c", _START, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return float(done.stdout)


def timed(sandbox: Sandbox, request: Request) -> tuple[float, Response]:
    """An answer, and the milliseconds of processor time that it took."""
    began = time.thread_time()
    response = sandbox.handle(request)
    return (time.thread_time() - began) * 1000, response


def page(sandbox: Sandbox, after: str | None) -> tuple[float, str | None]:
    """One page of our own document for issues: its milliseconds and where the next begins."""
    variables = {"owner": "octo-org", "name": "widgets", "first": 100, "after": after}
    query = print_ast(document(IssuesPage).node)
    body = json.dumps({"query": query, "variables": variables}).encode()
    took, response = timed(sandbox, Request("POST", "/graphql", TOKEN, body))
    answer = response.json()
    assert "errors" not in answer, answer["errors"]
    info = answer["data"]["repository"]["issues"]["pageInfo"]
    return took, info["endCursor"]


def rest_page(sandbox: Sandbox, number: int) -> float:
    """One page of issues by REST: its milliseconds."""
    path = f"/repos/{HOME}/issues?state=all&per_page=100&page={number}"
    took, response = timed(sandbox, Request("GET", path, TOKEN))
    assert len(response.json()) == 100
    return took


def main() -> int:
    """Measure and print; 1 where a bar was missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder)
        starts = [started(folder) for _ in range(3)]
        began = time.process_time()
        with Sandbox(folder) as sandbox:
            loaded = (time.process_time() - began) * 1000
            graphql: list[float] = []
            after: str | None = None
            for _ in range(PAGES):
                ms, after = page(sandbox, after)
                graphql.append(ms)
            rest = [rest_page(sandbox, number) for number in range(1, PAGES + 1)]
    rows = [
        ("start of a process, imports and state", min(starts), START_BAR_MS),
        ("state alone", loaded, START_BAR_MS),
        ("GraphQL page, first", graphql[0], PAGE_BAR_MS),
        ("GraphQL page, median", statistics.median(graphql), PAGE_BAR_MS),
        ("REST page, first", rest[0], PAGE_BAR_MS),
        ("REST page, median", statistics.median(rest), PAGE_BAR_MS),
    ]
    for what, ms, bar in rows:
        print(f"{what:40} {ms:8.1f} ms   bar {bar} ms")
    return int(any(ms > bar for _, ms, bar in rows))


if __name__ == "__main__":
    raise SystemExit(main())
