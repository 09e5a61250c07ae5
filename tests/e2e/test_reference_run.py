"""A roadmap becomes a board and comes back: the whole loop over real HTTP."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.messages import Request
from tests.cli.conftest import Backlog

SHARED = Path(__file__).parents[2].parent / "shared"
ROADMAP = SHARED / "corpus" / "s4-seed-004.md"
EXAMPLE = Path(__file__).parents[2] / "examples" / "roadmap.md"
TARGET = ("--repo", "acme/fawkes", "--project", "acme/Fawkes Backlog")

needs_roadmap = pytest.mark.skipif(
    not ROADMAP.exists(), reason="the reference roadmap is not on this machine"
)


def text_of(path: Path) -> str:
    """Give the text with its line endings as they are."""
    return path.read_bytes().decode()


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Give the lines that went and the lines that came."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return sorted((old - new).elements()), sorted((new - old).elements())


@pytest.fixture
def roadmap(folder: Path, server: Sandbox) -> Path:
    """The reference roadmap in the current folder, and its repository on the server."""
    server.ensure_repository("acme/fawkes")
    shutil.copyfile(ROADMAP, folder / "s4.md")
    return folder / "s4.md"


@needs_roadmap
def test_lint_counts_the_roadmap_and_its_false_totals(backlog: Backlog, roadmap: Path) -> None:
    """Lint finds what is there, and warns of each wrong figure with both numbers."""
    ran = backlog("lint", "s4.md", "--format", "json")
    assert ran.code == 0
    told = json.loads(ran.out)
    inventory = told["inventory"]
    found = [inventory[k] for k in ("epic", "feature", "story", "checklist", "points", "milestone")]
    assert found == [3, 10, 20, 109, 92, 3]
    wrong = [d for d in told["diagnostics"] if d["slug"] == "wrong-total"]
    messages = " / ".join(d["message"] for d in wrong)
    assert "says 9 features, but it has 10" in messages
    assert "says 21 stories, but it has 20" in messages
    assert "says 84 points, but the items add up to 92" in messages
    assert "says 9 stories, but it has 8" in messages
    assert "says 21 points, but the items add up to 29" in messages
    assert {d["line"] for d in wrong} == {19, 20, 30, 31, 32}
    assert any(d["slug"] == "mojibake" for d in told["diagnostics"])


@needs_roadmap
def test_the_roadmap_becomes_a_board_and_progress_comes_back(
    backlog: Backlog, roadmap: Path, server: Sandbox
) -> None:
    """First sync, second sync, an edit, people at work, a report: each does exactly its part."""
    first = backlog("sync", "s4.md", *TARGET, "--yes")
    assert first.code == 0, first.err
    assert len(server.log) <= 24
    check_board(server)

    start = len(server.log)
    second = backlog("sync", "s4.md", *TARGET)
    assert second.code == 0
    assert second.out.startswith("✓ No changes.")
    assert not any(entry.writes for entry in server.log[start:])
    assert len(server.log) - start <= 4

    synced = text_of(roadmap)
    check_edit(backlog, roadmap, server, synced)
    roadmap.write_bytes(synced.encode())

    person = Person(server, "ana", repository="acme/fawkes")
    story = number_of(server, "Single-command deployment to Staging")
    closed = number_of(server, "Integrate automated security scanning into build pipelines")
    person.tick(story, "Single CLI command deploys latest commit to staging")
    person.tick(story, "Rollback available if deployment fails")
    person.close(closed)
    report = backlog("report", "s4.md", *TARGET)
    assert report.code == 0
    reported = text_of(roadmap)
    gone, came = changed_lines(synced, reported)
    assert gone == [
        "  - [ ] Rollback available if deployment fails",
        "  - [ ] Single CLI command deploys latest commit to staging",
    ]
    assert came == [
        "  **Status**: Done  ",
        "  - [x] Rollback available if deployment fails",
        "  - [x] Single CLI command deploys latest commit to staging",
        "**Progress**: 1 of 2 stories, 5 of 8 points (62 %)  ",
        "**Progress**: 1 of 6 stories, 5 of 24 points (20 %)  ",
    ]
    again = backlog("report", "s4.md", *TARGET, "--check")
    assert again.code == 0
    assert text_of(roadmap) == reported


def number_of(server: Sandbox, title: str) -> int:
    """Give the number of the issue of this title."""
    repository = server.repository("acme/fawkes")
    issues = server.store.issues[repository.id].values()
    return next(issue.number for issue in issues if issue.title == title)


def check_board(server: Sandbox) -> None:
    """The server holds what the roadmap says."""
    answer = ask(server)
    issues = answer["repository"]["issues"]["nodes"]
    assert len(issues) == 33
    assert sum(1 for issue in issues if issue["parent"]) == 30
    assert all(issue["milestone"] for issue in issues)
    assert len(answer["repository"]["milestones"]["nodes"]) == 3
    labels = {label["name"] for issue in issues for label in issue["labels"]["nodes"]}
    assert labels == {"epic", "feature", "story", "priority:high", "priority:medium"}
    cards = answer["repository"]["projectsV2"]["nodes"][0]["items"]["nodes"]
    assert len(cards) == 33
    assert sum(card["points"]["number"] for card in cards if card["points"]) == 92
    assert sum(1 for card in cards if card["priority"]) == 20
    assert all(card["status"]["name"] == "Todo" for card in cards)
    bodies = " ".join(issue["body"] for issue in issues)
    assert bodies.count("- [ ] ") == 109
    assert bodies.count("### User story") == 20


def ask(server: Sandbox) -> dict[str, Any]:
    """Read the repository as any client would."""
    query = """{ repository(owner: "acme", name: "fawkes") {
      issues(first: 100) { nodes { number title body milestone { title } parent { number }
        labels(first: 10) { nodes { name } } } }
      milestones(first: 10) { nodes { title } }
      projectsV2(first: 1) { nodes { items(first: 100) { nodes {
        points: fieldValueByName(name: "Story Points") {
          ... on ProjectV2ItemFieldNumberValue { number } }
        priority: fieldValueByName(name: "Priority") {
          ... on ProjectV2ItemFieldSingleSelectValue { name } }
        status: fieldValueByName(name: "Status") {
          ... on ProjectV2ItemFieldSingleSelectValue { name } }
      } } } }
    } }"""
    request = Request(
        "POST",
        "/graphql",
        {"Authorization": "bearer x", "Host": "localhost"},
        json.dumps({"query": query}).encode(),
    )
    answer: dict[str, Any] = json.loads(server.handle(request).body)
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def check_edit(backlog: Backlog, roadmap: Path, server: Sandbox, synced: str) -> None:
    """One title and one point value changed in the file: exactly these two, before and after."""
    edited = synced.replace("Central service catalog", "One service catalog", 1)
    edited = edited.replace("**Story Points**: 5 SP", "**Story Points**: 8 SP", 1)
    roadmap.write_bytes(edited.encode())
    start = len(server.log)
    ran = backlog("sync", "s4.md", *TARGET, "--dry-run", "--format", "json")
    assert ran.code == 0
    told = [(c["action"], c["kind"], c["fields"]) for c in json.loads(ran.out)["changes"]]
    assert told == [
        (
            "update",
            "issue",
            {"title": {"before": "Central service catalog", "after": "One service catalog"}},
        ),
        ("update", "field_value", {"Story Points": {"before": 5, "after": 8}}),
    ]
    assert not any(entry.writes for entry in server.log[start:])


def test_the_readmes_example_runs_and_settles(backlog: Backlog, folder: Path) -> None:
    """The example roadmap builds its whole board on the sandbox; a second sync changes nothing."""
    shutil.copyfile(EXAMPLE, folder / "roadmap.md")
    target = ("--repo", "acme/spokes", "--project", "acme/Spokes Backlog", "--sandbox")
    first = backlog("sync", "roadmap.md", *target)
    assert first.code == 0, first.err
    lint = json.loads(backlog("lint", "roadmap.md", "--format", "json").out)
    assert lint["diagnostics"] == []
    second = backlog("sync", "roadmap.md", *target)
    assert second.out.startswith("✓ No changes.")
