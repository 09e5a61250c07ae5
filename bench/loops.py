"""The loops that people write: `gh issue create` for each item, and the same with PyGithub.

`python -m bench.loops gh|pygithub URL NUMBERS COUNT WHAT [--title KEY=TITLE] [--more N]
[--no-pauses]`. WHAT is `first` (labels, milestones, an issue for each item; the numbers are kept in
NUMBERS), `again` (one list of all issues; what differs is edited, what is new is created) or
`drift` (only the list).
A loop that is refused ends there; PyGithub waits first, as it does by default.
"""

import argparse
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from github import Auth, Consts, Github

from bench import backlogs
from bench.backlogs import REPOSITORY, Item


class GhLoop:
    """What a shell script would do, command by command."""

    def __init__(self, url: str, folder: Path) -> None:
        program = shutil.which("gh")
        assert program, "gh is not installed: apt-get install gh"
        self.program = program
        # gh takes this host for a GitHub that speaks plain HTTP, and our server for its proxy.
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "HTTP_PROXY": url,
            "http_proxy": url,
            "GH_HOST": "github.localhost",
            "GH_TOKEN": "a-token",
            "GH_CONFIG_DIR": str(folder / "gh"),
            "GH_PROMPT_DISABLED": "1",
            "NO_COLOR": "1",
        }

    def run(self, *arguments: str) -> str:
        """One command."""
        done = subprocess.run(  # noqa: S603 - our own
            [self.program, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def define(self, items: list[Item]) -> None:
        """Labels and milestones."""
        for name, colour in backlogs.labels().items():
            self.run("label", "create", name, "--color", colour, "-R", REPOSITORY)
        for title in dict.fromkeys(item.milestone for item in items):
            self.run("api", f"repos/{REPOSITORY}/milestones", "-f", f"title={title}")

    def create(self, item: Item) -> int:
        """An issue; gives its number."""
        labels = [part for name in item.labels for part in ("--label", name)]
        where = ("-R", REPOSITORY, "--milestone", item.milestone)
        words = ("--title", item.title, "--body", item.body)
        return int(self.run("issue", "create", *where, *words, *labels).rsplit("/", 1)[-1])

    def listed(self) -> dict[int, str]:
        """All titles by number."""
        fields = "number,title,body,labels,milestone"
        limits = ("--state", "all", "--limit", "100000")
        found = json.loads(self.run("issue", "list", "-R", REPOSITORY, *limits, "--json", fields))
        return {one["number"]: one["title"] for one in found}

    def edit(self, number: int, item: Item) -> None:
        """Change a title."""
        self.run("issue", "edit", str(number), "-R", REPOSITORY, "--title", item.title)


class PyGithubLoop:
    """What a script would do."""

    def __init__(self, url: str, *, pauses: bool) -> None:
        requests, writes = (
            Consts.DEFAULT_SECONDS_BETWEEN_REQUESTS,
            Consts.DEFAULT_SECONDS_BETWEEN_WRITES,
        )
        client = Github(
            base_url=url,
            auth=Auth.Token("a-token"),
            seconds_between_requests=requests if pauses else None,
            seconds_between_writes=writes if pauses else None,
        )
        self.repository = client.get_repo(REPOSITORY)
        self.milestones: dict[str, Any] = {}
        self.issues: dict[int, Any] = {}

    def define(self, items: list[Item]) -> None:
        """Labels and milestones."""
        for name, colour in backlogs.labels().items():
            self.repository.create_label(name, colour)
        for title in dict.fromkeys(item.milestone for item in items):
            self.milestones[title] = self.repository.create_milestone(title)

    def create(self, item: Item) -> int:
        """An issue; gives its number."""
        if not self.milestones:
            self.milestones = {one.title: one for one in self.repository.get_milestones()}
        made = self.repository.create_issue(
            item.title,
            body=item.body,
            labels=list(item.labels),
            milestone=self.milestones[item.milestone],
        )
        return int(made.number)

    def listed(self) -> dict[int, str]:
        """All titles by number."""
        self.issues = {one.number: one for one in self.repository.get_issues(state="all")}
        return {number: one.title for number, one in self.issues.items()}

    def edit(self, number: int, item: Item) -> None:
        """Change a title."""
        self.issues[number].edit(title=item.title)


def main() -> None:
    """Run one loop once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("loop", choices=("gh", "pygithub"))
    parser.add_argument("url")
    parser.add_argument("numbers", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("what", choices=("first", "again", "drift"))
    parser.add_argument("--title", default="")
    parser.add_argument("--more", type=int, default=0)
    parser.add_argument("--no-pauses", action="store_true")
    asked = parser.parse_args()
    key, _, title = asked.title.partition("=")
    items = [
        replace(item, title=title) if item.key == key else item
        for item in backlogs.items(asked.count, asked.more)
    ]
    loop: GhLoop | PyGithubLoop = (
        GhLoop(asked.url, asked.numbers.parent)
        if asked.loop == "gh"
        else PyGithubLoop(asked.url, pauses=not asked.no_pauses)
    )
    numbers: dict[str, int] = {}
    if asked.what == "first":
        loop.define(items)
    else:
        numbers = json.loads(asked.numbers.read_text())
        there = loop.listed()
        differ = [item for item in items if there.get(numbers.get(item.key, 0)) != item.title]
        if asked.what == "drift":
            return
        for item in differ:
            if item.key in numbers:
                loop.edit(numbers[item.key], item)
    for item in items:
        if item.key not in numbers:
            numbers[item.key] = loop.create(item)
            asked.numbers.write_text(json.dumps(numbers))


if __name__ == "__main__":
    main()
