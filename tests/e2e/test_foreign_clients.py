"""Clients that others wrote, against the served sandbox: they see what `backlog sync` wrote.

Octokit comes from npm (see `tests/contract/packages.py`), `gh` from the system.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Backlog
from tests.contract.packages import package

EXAMPLE = Path(__file__).parents[2] / "examples" / "roadmap.md"
OCTOKIT = Path(__file__).parents[1] / "contract" / "octokit.mjs"
REPOSITORY = "octo-org/pedal-works"
OCTO_REPOSITORY = ("--repo", REPOSITORY, "--sandbox")
SECONDS = 60
OLDEST_NODE = 20

Gh = Callable[..., str]


@pytest.fixture
def served(folder: Path) -> Iterator[str]:
    """`backlog sandbox serve` as a process of its own, in the current folder; gives its address."""
    command = [sys.executable, "-m", "backlog_sync", "sandbox", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:")
            yield url
        finally:
            process.terminate()
            assert process.wait(SECONDS) == 0


@pytest.fixture
def synced(served: str, backlog: Backlog, folder: Path) -> str:
    """The served sandbox after the example roadmap was synchronised to it."""
    shutil.copyfile(EXAMPLE, folder / "roadmap.md")
    ran = backlog("sync", "roadmap.md", *OCTO_REPOSITORY)
    assert ran.code == 0, ran.err
    return served


def plain_environment(**more: str) -> dict[str, str]:
    """The environment without proxies and tokens."""
    kept = {k: v for k, v in os.environ.items() if "proxy" not in k.lower() and "TOKEN" not in k}
    return {**kept, **more}


def test_octokit_sees_and_changes_what_sync_wrote(synced: str, backlog: Backlog) -> None:
    """It pages, reads relations and the board, creates, edits, labels, comments, closes."""
    package("@octokit/rest")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout[1:].partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Octokit needs node {OLDEST_NODE}")
    done = subprocess.run(
        ["node", str(OCTOKIT), synced, REPOSITORY],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=plain_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert len(seen["titles"]) == 21
    assert "Booking a Stand" in " / ".join(seen["titles"])
    assert seen["parent"] > 0
    assert "Spring Opening" in seen["milestones"]
    assert seen["made"] == {
        "title": "From Octokit, changed",
        "state": ["closed", "not_planned"],
        "labels": ["bug", "octokit"],
        "comments": 1,
    }
    assert seen["refused"][0] == 422
    assert "already_exists" in seen["refused"][1]
    assert seen["missing"] == 404
    assert seen["board"] == {"title": "Pedal Works", "items": 21}
    assert seen["wrong"] == ["Field 'shoeSize' doesn't exist on type 'User'"]
    again = backlog("sync", "roadmap.md", *OCTO_REPOSITORY)
    assert again.out.startswith("✓ No changes.")


@pytest.fixture
def gh(synced: str, folder: Path) -> Gh:
    """`gh` pointed at the sandbox; gives what a command prints, and fails where it fails.

    gh takes `github.localhost` for a GitHub that speaks plain HTTP, and our server for its proxy.
    """
    program = shutil.which("gh")
    if program is None:
        pytest.skip("gh is not installed: `apt-get install gh`")
    environment = plain_environment(
        HTTP_PROXY=synced,
        http_proxy=synced,
        GH_HOST="github.localhost",
        GH_TOKEN="a-token",
        GH_CONFIG_DIR=str(folder / "gh"),
        GH_PROMPT_DISABLED="1",
        NO_COLOR="1",
    )

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [program, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_gh_sees_and_changes_what_sync_wrote(
    gh: Gh, backlog: Backlog, folder: Path, synced: str
) -> None:
    """It lists, searches, reads, creates, edits, labels, comments, closes; a report takes it in."""
    at = ("-R", REPOSITORY)

    def issues(*arguments: str) -> list[dict[str, Any]]:
        fields = "number,title,labels,state"
        found: list[dict[str, Any]] = json.loads(
            gh("issue", "list", *at, "--limit", "100", "--json", fields, *arguments)
        )
        return found

    every = issues("--state", "all")
    assert len(every) == 21
    story = min((i for i in every if labels_of(i) >= {"story"}), key=lambda i: int(i["number"]))
    number, title = str(story["number"]), str(story["title"])
    assert [i["number"] for i in issues("--search", f'"{title}" in:title')] == [story["number"]]
    assert len(issues("--label", "epic")) == 3
    assert gh("label", "list", *at, "--search", "epic").startswith("epic\t")

    made = gh("issue", "create", *at, "--title", "From gh", "--body", "Text", "--label", "bug")
    new = made.strip().rsplit("/", 1)[1]
    gh("label", "create", "by-gh", *at, "--color", "5319e7", "--description", "Made by gh")
    changed = ("--title", "Changed by gh", "--milestone", "Spring Opening")
    others = ("--add-label", "by-gh", "--remove-label", "bug", "--add-assignee", "@me")
    gh("issue", "edit", new, *at, *changed, *others)
    gh("issue", "comment", new, *at, "--body", "Said by gh")
    gh("issue", "close", new, *at, "--reason", "not planned")
    fields = "title,labels,state,comments,assignees,milestone"
    found = json.loads(gh("issue", "view", new, *at, "--json", fields))
    assert (found["title"], found["state"]) == ("Changed by gh", "CLOSED")
    assert labels_of(found) == {"by-gh"}
    assert [said["body"] for said in found["comments"]] == ["Said by gh"]
    assert found["milestone"]["title"] == "Spring Opening"
    assert len(found["assignees"]) == 1
    reason = gh("api", f"repos/{REPOSITORY}/issues/{new}", "--jq", ".state_reason")
    assert reason.strip() == "not_planned"

    gh("issue", "close", number, *at)
    ran = backlog("report", "roadmap.md", *OCTO_REPOSITORY)
    assert ran.code == 0, ran.err
    assert "**Status**: Done" in (folder / "roadmap.md").read_text("utf-8")


def labels_of(issue: dict[str, Any]) -> set[str]:
    """The names of an issue's labels."""
    return {label["name"] for label in issue["labels"]}
