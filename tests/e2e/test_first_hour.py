"""The first hour of a new user: twenty tasks, each as the commands that it takes.

The roadmap is one that a team wrote itself. The commands are those that README, help and the
output before them name; a task needs at most one more than the ideal.
"""

import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from backlog_sync.cli import init_workflow
from backlog_sync.cli.screen import Screen
from backlog_sync.sandbox_server import lock_given_back, sandbox_folder
from github_sandbox.actors import Person
from github_sandbox.server import open_sandbox
from tests.cli.conftest import Backlog

IDEAL = {
    1: 1, 2: 1, 3: 3, 4: 2, 5: 1, 6: 2, 7: 1, 8: 1, 9: 1, 10: 2,
    11: 2, 12: 2, 13: 2, 14: 3, 15: 2, 16: 2, 17: 2, 18: 1, 19: 1, 20: 1,
}  # fmt: skip
"""The commands that each task needs at least."""

README = Path(__file__).parents[2] / "README.md"

ROADMAP = """\
# Bike repair shop

## Epic: Online booking

Customers pick a slot without calling.

### Story: Pick a slot (3 points)

Priority: High

Acceptance criteria:

- [ ] Slots are shown for two weeks
- [ ] A taken slot cannot be picked

### Story: Confirm by mail

Points: 2
Depends on: Pick a slot

## Epic: Workshop board

### Story: See the bikes of today (2 points)

## Later

- Pay at the counter
"""

MISTAKES = """\
---
repository: octo-org/bikes
---
# Bike repair shop

## Epic: Online booking

Due: next friday

### Story: Pick a slot

Priorty: High
Points: about 3

- [ ] Slots are shown for two weeks
- [] A taken slot cannot be picked

### Story: Confirm by mail

Depends on: Pick a slott
Assignee: Ana Maria
Estimate: -2

### Story: Confirm by mail

Points: 1

### Stroy 3: Cancel

Due: 2027-02-30
"""

CORRECTIONS = (
    ("---\nrepository: octo-org/bikes", "---\nbacklog:\n  repository: octo-org/bikes"),
    ("next friday", "2027-03-05"),
    ("Priorty", "Priority"),
    ("about 3", "3"),
    ("- [] A", "- [ ] A"),
    ("slott", "slot"),
    ("Ana Maria", "ana-maria"),
    ("Estimate: -2", "Estimate: 2h"),
    ("Story: Confirm by mail\n\nPoints", "Story: Remind by mail\n\nPoints"),
    ("Stroy 3", "Story 3"),
    ("2027-02-30", "2027-02-28"),
)

JIRA = """\
Issue Type,Issue key,Issue id,Summary,Priority,Status,Parent,Story Points
Epic,SHOP-1,10001,Online booking,High,In Progress,,
Story,SHOP-2,10002,Pick a slot,Medium,To Do,10001,3
Bug,SHOP-4,10004,Mail goes to spam,Low,To Do,,1
"""


@dataclass(slots=True)
class Hour:
    """Runs commands for tasks, and counts them."""

    backlog: Backlog
    commands: Counter[int]

    def do(self, task: int, command: str, *seen: str, code: int = 0) -> str:
        """Run a command of a task; its output, without line breaks, contains what must be seen."""
        self.commands[task] += 1
        assert self.commands[task] <= IDEAL[task] + 1, (task, command)
        name, *words = shlex.split(command)
        if name == "mv":
            shutil.move(words[0], words[1])
            return ""
        ran = self.backlog(*words)
        shown = " ".join((ran.err + ran.out).split())
        assert ran.code == code, shown
        for each in seen:
            assert each in shown, (task, command, shown)
        return ran.out


@pytest.fixture
def hour(folder: Path, backlog: Backlog) -> Hour:
    """An empty folder of a new user, with a roadmap."""
    (folder / "backlog.yaml").unlink()
    (folder / "ROADMAP.md").write_text(ROADMAP, encoding="utf-8")
    return Hour(backlog, Counter())


def edit(file: Path, *changes: tuple[str, str]) -> None:
    """Replace text in a file as its author does."""
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, encoding="utf-8")


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Let commands ask, and answer them."""
    left = iter(answers)
    monkeypatch.setattr(Screen, "can_ask", lambda _: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(left))


@contextmanager
def person(folder: Path) -> Iterator[Person]:
    """Ana, with a browser on the simulator of a folder."""
    sandbox, lock = open_sandbox(sandbox_folder(folder))
    with lock_given_back(lock), sandbox:
        yield Person(sandbox, "ana", permission="admin")


def test_readme_installs_and_tries_in_one_command() -> None:
    """Tasks 1 and 2: the first commands of the README install it, and show what it is good for."""
    text = README.read_text(encoding="utf-8")
    install, tries = (text.split(f"## {part}")[1].split("\n## ")[0] for part in ("Install", "Try"))
    for line in (
        "pipx install git+https://",
        "uvx --from git+https://",
        "pip install git+https://",
    ):
        assert install.count(f"\n{line}") == 1
    assert re.search(r"```sh\n(.*)\n```", tries)[1] == "backlog demo"  # type: ignore[index]


def test_from_mistakes_to_a_plan(hour: Hour, folder: Path) -> None:
    """Tasks 3, 4, 5, 17 and 19: a file that is read as it is meant, and what a sync would do."""
    file = folder / "ROADMAP.md"
    file.write_text(MISTAKES, encoding="utf-8")
    hints = ("write 'backlog:' above it", "write `Priority`", "write `3`", "write `- [ ] A taken",
             "give them different titles", "write `Story`", "write `2027-02-28`")  # fmt: skip
    named = ("'next friday' is not a date", "'Pick a slott'", "'Ana Maria' is not a login", "'-2'")
    hour.do(3, "backlog lint", *hints, *named)
    edit(file, *CORRECTIONS)
    assert "warning" not in hour.do(3, "backlog lint")

    file.write_text(ROADMAP, encoding="utf-8")
    hour.do(4, "backlog lint --explain", "- Pay at the counter not taken", "--bullets items")
    hour.do(4, "backlog lint --bullets items --explain", "1 task")

    out = hour.do(5, "backlog plan --sandbox -v")
    assert "A taken slot cannot be picked" in out
    assert "See the bikes of today" in out
    assert "Acceptance criteria:" not in out  # their heading is the issue's own

    hour.do(17, "backlog lint", "1 bullet below one heading ('Later') is not taken")
    edit(file, ("# Bike", '---\nbacklog:\n  reading:\n    "## Later": {items: task}\n---\n# Bike'))
    assert "1 task" in hour.do(17, "backlog lint")

    hour.do(19, "backlog doctor", "there is no token for github.com", "`gh auth login`", code=1)


def test_from_a_first_sync_to_its_undo(
    hour: Hour, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks 6 to 13, and 20: days on the simulator, from the first sync on."""
    file = folder / "ROADMAP.md"
    hour.do(6, "backlog sync --sandbox", "5 created", "See it: backlog sandbox serve",
                    "Add a board: backlog sync --sandbox --project sandbox/Board")  # fmt: skip
    hour.do(6, "backlog sync --sandbox", "No changes")

    hour.do(7, "backlog sync --sandbox --project sandbox/Board", "5 updated, 1 board")
    with person(folder) as ana:  # with `backlog sandbox serve`, and her browser
        hour.commands[7] += 1
        slot, mail, bikes = (
            ana.find(title).number
            for title in ("Pick a slot", "Confirm by mail", "See the bikes of today")
        )
        ana.set_value(slot, "Status", "In Progress")
        ana.tick(slot, "Slots are shown for two weeks")
    assert hour.commands[7] <= IDEAL[7] + 1
    hour.do(8, "backlog sync --sandbox", "Updated ROADMAP.md", "status")
    assert "- [x] Slots are shown for two weeks" in file.read_text("utf-8")
    assert "Status: In Progress" in file.read_text("utf-8")

    edit(file, ("Confirm by mail", "Confirm by e-mail"), ("Points: 2", "Points: 5"))
    hour.do(9, "backlog sync --sandbox --only 'Confirm by e-mail'", "Confirm by mail →", "2 → 5")

    with person(folder) as ana:
        ana.edit(mail, title="Confirm by text message")
    hour.do(10, "backlog drift --sandbox", "Confirm by e-mail → Confirm by text message",
            "pull", code=3)  # fmt: skip
    hour.do(10, "backlog pull --sandbox", "Updated ROADMAP.md")
    assert "### Story: Confirm by text message" in file.read_text("utf-8")

    (folder / "docs").mkdir()
    moved = folder / "docs" / "ROADMAP.md"
    hour.do(11, "mv ROADMAP.md docs/ROADMAP.md")
    with monkeypatch.context() as terminal:
        on_a_terminal(terminal, "y")
        hour.do(11, "backlog sync --sandbox", "Wrote `id: ROADMAP.md` into docs/ROADMAP.md",
                    "layout only", "5 updated")  # fmt: skip
    assert moved.read_text("utf-8").startswith("---\nbacklog:\n  id: ROADMAP.md\n---\n\n# Bike")

    with person(folder) as ana:
        ana.delete(bikes)
    edit(moved, ("Workshop board", "Workshop"))  # the run goes on: this is applied, too
    hour.do(13, "backlog sync --sandbox", "1 created, 1 updated, 1 link", "1 issue number",
                f"in this sandbox (deleted, or from before a reset): sandbox#{bikes}",
                "sync creates new issues and writes their numbers")  # fmt: skip
    hour.do(13, "backlog sync --sandbox", "No changes")
    with person(folder) as ana:
        issues = ana.sandbox.store.issues[ana.repository.id].values()
        titles = sorted(issue.title for issue in issues)
    assert titles == ["Confirm by text message", "Online booking", "Pick a slot",
                      "See the bikes of today", "Workshop"]  # fmt: skip
    hour.do(12, "backlog sandbox reset --yes", "The simulated GitHub is empty.")
    hour.do(12, "backlog sync --sandbox", "5 created")
    written = moved.read_text("utf-8")
    hour.do(20, "backlog undo --sandbox --yes", "Undo complete: 5 closed", "backlog undo --sandbox"
                " --redo")  # fmt: skip
    hour.do(20, "backlog undo --sandbox --redo --yes", "Redo complete: 5 reopened")
    assert "No changes" in hour.backlog("sync", "--sandbox").out
    assert moved.read_text("utf-8") == written


def test_from_a_repository_and_from_a_csv(
    hour: Hour, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks 14, 15, 16: issues that exist, the workflow, and an export of another tool."""
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/codespace")
    more = "".join(f"\n### Story: Lend bike number {n}\n" for n in range(1, 26))
    edit(folder / "ROADMAP.md", ("\n## Later", f"{more}\n## Later"))
    seed = "sandbox seed --issues 200 ROADMAP.md -R octo-org/bikes"
    assert "30 of them with the title of an item" in hour.backlog(*seed.split()).out
    monkeypatch.delenv("GITHUB_REPOSITORY")
    at = "--sandbox --repo octo-org/bikes"
    hour.do(14, f"backlog plan {at}", "`--adopt` takes these issues")
    hour.do(14, f"backlog sync {at} --adopt", "30 adopted", "30 issue numbers")
    hour.do(14, f"backlog sync {at}", "No changes")

    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    monkeypatch.setattr(init_workflow, "installed_action", lambda: None)
    hour.do(15, "backlog init --workflow", "replace OWNER/backlog@COMMIT", "every run fails",
                "commit and push it")  # fmt: skip
    assert "pull_request" in (folder / ".github/workflows/backlog.yml").read_text("utf-8")

    new = folder / "new"
    new.mkdir()
    (new / "jira.csv").write_text(JIRA, encoding="utf-8")
    monkeypatch.chdir(new)
    hour.do(16, "backlog init --from jira.csv", "1 epic, 1 story, 1 bug", "0 things left out")
    hour.do(16, "backlog plan --sandbox", "3 to create")


def test_a_report_for_a_leader(hour: Hour) -> None:
    """Task 18: on a fresh backlog, the critical path and what the forecast needs."""
    out = hour.do(18, "backlog report --sandbox --audience leaders", "No forecast yet: needs 4 full"
                      " weeks of history (0 so far)", "2 epics, 3 stories; 7 points",
                      "0 of 7 points, 0 of 3 items done", "Data gaps")  # fmt: skip
    path = out.split("Critical path\n")[1].split("\n\n")[0]
    assert [" ".join(line.split()) for line in path.splitlines()] == [
        "2 items, 5 of the 7 points left", "item points", "Pick a slot 3", "Confirm by mail 2",
    ]  # fmt: skip
    assert 'Start "Pick a slot": 1 item on the critical path waits for it' in out
    assert "Unknown" not in out
