"""One plan of each tool becomes issues and comes back: the whole loop over real HTTP."""

import json
from pathlib import Path

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog
from tests.files.test_foreign import FAMILIES

SHARED = Path(__file__).parents[2].parent / "shared"
ROUND_TRIPS = {
    "foreign keys": "us-02",
    "milestones that hold items": "b-1",
    "milestones by name": "us-1",
    "taskmaster": "story-2",
    "an epic and its issues in JSON": "story-2",
    "Jira's CSV": "b-3",
    "Azure's CSV": "feature-2",
    "sprint status": "story-1.2",
    "Kiro": "task-3.1",
    "OpenSpec": "task-2.1",
    "one task a file": "task-1",
}
"""Families, and the item that is finished on GitHub."""


@pytest.mark.parametrize("family", ROUND_TRIPS)
def test_a_plan_of_another_tool_goes_out_and_comes_back(
    family: str, backlog: Backlog, folder: Path, server: Sandbox
) -> None:
    """A first sync makes it, a second does nothing, finished work comes back into the file."""
    name, text, *_ = FAMILIES[family]
    key = ROUND_TRIPS[family]
    (folder / name).write_bytes(text.encode())
    where = (name, "--repo", "octo-org/shop")
    first = backlog("sync", *where, "--yes", "--format", "json")
    assert first.code == 0, first.err
    made = {c["key"]: c["ref"] for c in json.loads(first.out)["outcomes"] if c["kind"] == "issue"}
    second = backlog("sync", *where)
    assert "✓ No changes." in second.out
    written = (folder / name).read_bytes()
    Person(server, "ada", repository="octo-org/shop").close(int(made[key].lstrip("#")))
    told = backlog("report", *where)
    assert told.code == 0, told.err
    assert (folder / name).read_bytes() != written
    third = backlog("sync", *where)
    assert "✓ No changes." in third.out
    plan = json.loads(backlog("plan", *where, "--format", "json").out)
    assert plan["summary"]["reopen"] == plan["summary"]["create"] == 0


def test_a_plan_goes_through_the_sandbox_and_becomes_ours(backlog: Backlog, folder: Path) -> None:
    """What was synchronised as it was can be made a backlog of ours: no issue is made twice."""
    name, text, *_ = FAMILIES["Jira's CSV"]
    (folder / name).write_bytes(text.encode())
    where = ("--repo", "octo-org/shop", "--sandbox")
    assert backlog("sync", name, *where).code == 0
    assert b"sandbox#1" in (folder / name).read_bytes()
    assert backlog("init", "--from", name, "--output", "ours.yaml").code == 0
    again = backlog("sync", "ours.yaml", *where, "--format", "json")
    assert again.code == 0, again.err
    summary = json.loads(again.out)["plan"]["summary"]
    assert summary["create"] == summary["adopt"] == 0


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not on this machine")
@pytest.mark.parametrize("pattern", ["f05-*", "f11-*", "g01-*", "g04-*", "g07-*", "g10-*", "h01-*"])
def test_real_plans_go_out_and_come_back(pattern: str, backlog: Backlog, folder: Path) -> None:
    """Plans of real teams: all of them is made, and the second run finds nothing to do."""
    source = next((SHARED / "corpus").glob(pattern))
    (folder / source.name).write_bytes(source.read_bytes())
    where = (source.name, "--repo", "octo-org/shop", "--project", "octo-org/Shop", "--sandbox")
    first = backlog("sync", *where, "--yes")
    assert first.code == 0, first.err
    assert "✓ No changes." in backlog("sync", *where).out
