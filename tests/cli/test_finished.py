"""What `close_done` and agents leave behind: `backlog undo`, and the file."""

import json
from pathlib import Path

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from github_sandbox.models import Account
from tests.cli.conftest import Backlog

AGENT = "copilot-swe-agent"
TEXT = """\
version: 1
repository: octo-org/shop
close_done: true
agents: [copilot-swe-agent]
milestones: [{title: M1, due: 2027-03-31}]
epics:
  - id: e
    title: E
    milestone: M1
    stories:
      - {id: a, title: A}
      - {id: b, title: B}
"""


@pytest.fixture
def ann(backlog: Backlog, folder: Path, server: Sandbox) -> Person:
    """Somebody who works on an epic with two stories, in a milestone."""
    (folder / "backlog.yaml").write_text(TEXT, "utf-8")
    server.ensure_agent(AGENT)
    assert backlog("sync", "--yes").code == 0
    return Person(server, "ann", repository="octo-org/shop")


def states(ann: Person) -> list[str]:
    """Those of the milestone, the epic and its stories."""
    (milestone,) = ann.sandbox.store.milestones[ann.repository.id].values()
    return [milestone.state, *(ann.issue(n).state for n in (1, 2, 3))]


def left(backlog: Backlog) -> list[str]:
    """What a plan would still close or reopen."""
    plan = json.loads(backlog("plan", "--format", "json").out)
    return [change["key"] for change in plan["changes"] if "state" in change["fields"]]


def test_undone_closings_stay_undone(backlog: Backlog, ann: Person) -> None:
    """The undo is the last word about a state, as people's is: the next sync is silent."""
    ann.close(2)
    ann.close(3)
    assert backlog("sync", "--yes").code == 0
    assert states(ann) == ["CLOSED"] * 4
    undone = backlog("undo", "--yes")
    assert undone.code == 0, undone.err
    assert states(ann) == ["OPEN", "OPEN", "CLOSED", "CLOSED"]
    assert left(backlog) == []
    assert backlog("sync", "--yes").code == 0
    assert states(ann) == ["OPEN", "OPEN", "CLOSED", "CLOSED"]
    ann.reopen(3)
    assert backlog("sync", "--yes").code == 0
    ann.close(3)
    assert backlog("sync", "--yes").code == 0
    assert states(ann) == ["CLOSED"] * 4
    ann.reopen(3)
    assert backlog("sync", "--yes").code == 0
    assert states(ann) == ["OPEN", "OPEN", "CLOSED", "OPEN"]
    undone = backlog("undo", "--yes")
    assert undone.code == 0, undone.err
    assert states(ann) == ["CLOSED", "CLOSED", "CLOSED", "OPEN"]
    assert left(backlog) == []


def test_what_people_changed_since_stays(backlog: Backlog, ann: Person) -> None:
    """They reopened the epic: the undo takes back the rest."""
    ann.close(2)
    ann.close(3)
    assert backlog("sync", "--yes").code == 0
    ann.reopen(1)
    ann.close(1, "not_planned")
    undone = backlog("undo", "--yes")
    assert undone.code == 0, undone.err
    assert states(ann) == ["OPEN", "CLOSED", "CLOSED", "CLOSED"]
    assert ann.issue(1).state_reason == "NOT_PLANNED"


def test_an_agent_stays_in_the_file(backlog: Backlog, folder: Path, ann: Person) -> None:
    """GitHub's list of people does not show it, which is not that people removed it."""
    path = folder / "backlog.yaml"
    named = path.read_text("utf-8").replace("title: B", f"title: B, assignees: [{AGENT}]")
    path.write_text(named, "utf-8")
    for _ in range(2):
        assert backlog("sync", "--yes").code == 0
    assert path.read_text("utf-8") == named
    ann.unassign(3, AGENT)
    ann.assign(3, "bob")
    for _ in range(2):
        assert backlog("sync", "--yes").code == 0
    assert f"assignees: [{AGENT}, bob]" in path.read_text("utf-8")
    assert backlog("pull").code == 0
    assert f"assignees: [{AGENT}, bob]" in path.read_text("utf-8")


def test_an_agent_that_began_to_work_stays(backlog: Backlog, folder: Path, ann: Person) -> None:
    """Its work cannot be taken back; the undo says so, and no later run assigns it again."""
    text = (folder / "backlog.yaml").read_text("utf-8")
    named = text.replace("title: B", f"title: B, assignees: [bob, {AGENT}]")
    (folder / "backlog.yaml").write_text(named, "utf-8")
    ann.sandbox.ensure_user("bob")
    assert backlog("sync", "--yes").code == 0
    undone = backlog("undo", "--yes")
    assert undone.code == 0, undone.err
    words = " ".join((undone.out + undone.err).split())
    hint = "to stop it, remove it from the issue on GitHub"
    assert f"#3: {AGENT} was assigned, and its work cannot be undone {hint}" in words
    store = ann.sandbox.store
    assert [store.get(Account, n).login for n in ann.issue(3).assignees] == [AGENT]
    assert backlog("sync", "--yes").code == 0
    assert {store.get(Account, n).login for n in ann.issue(3).assignees} == {AGENT, "bob"}
    assert ann.issue(3).assignments.count(store.accounts[AGENT].id) == 1
    undone = backlog("undo", "--yes")
    assert undone.code == 0, undone.err
    assert AGENT not in undone.out + undone.err
