"""`backlog undo`: a run's changes are restored, as far as nobody changed them since."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.model import Written
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog
from tests.github_state import at, differing, state_of

FIRST = """\
version: 1
repository: octo-org/shop
project:
  owner: octo-org
  title: Shop
  fields:
    Priority: {type: single_select, options: [{name: High, color: RED}, {name: Low, color: GRAY}]}
    Story Points: {type: number}
    Team: {type: text}
labels:
  - {name: backend, color: "0000ff", description: Server work}
  - {name: ui, color: "00ff00", description: Screens}
milestones:
  - {title: Spring, due: 2026-03-31, description: First half}
  - {title: Summer}
epics:
  - id: checkout
    title: Checkout
    features:
      - id: carts
        title: Carts survive
        stories:
          - id: keep
            title: Keep a cart
            milestone: Spring
            labels: [backend]
            assignees: [ann]
            story_points: 5
            priority: High
            acceptance_criteria:
              - It is there after a restart
              - It is gone after a month
          - id: merge
            title: Merge two carts
            story_points: 8
            depends_on: [keep]
      - id: pay
        title: Paying
        stories:
          - id: card
            title: Pay by card
          - id: cash
            title: Pay in cash
"""

SECOND = """\
version: 1
repository: octo-org/shop
issue_types: {story: Bug}
project:
  owner: octo-org
  title: Shop
  fields:
    Priority: {type: single_select, options: [{name: High, color: PINK}, {name: Low, color: GRAY}]}
    Story Points: {type: number}
    Team: {type: text}
labels:
  - {name: backend, color: "ff00ff", description: All server work}
  - {name: screens, color: "00ff00", description: Screens, aliases: [ui]}
  - {name: later}
milestones:
  - {title: Spring, due: 2026-04-30, description: Until April}
  - {title: Summer, due: 2026-08-31}
epics:
  - id: checkout
    title: Checkout, again
    features:
      - id: carts
        title: Carts survive
        stories:
          - id: keep
            title: Keep a cart for a month
            milestone: Summer
            labels: [screens]
            assignees: [bob]
            story_points: 3
            priority: Low
            status: done
            acceptance_criteria:
              - It is there after a restart
              - It is gone after thirty days
      - id: pay
        title: Paying
        stories:
          - id: card
            title: Pay by card
            status: not planned
          - id: gift
            title: Pay with a gift card
          - id: cash
            title: Pay in cash
            labels: [later]
            depends_on: [card]
          - id: merge
            title: Merge two carts
            depends_on: [card]
"""

KEEP, MERGE, CARD = 4, 5, 6


def without_what_stays(body: str, before: str) -> str:
    """A body without the record of created labels, of the order, and of what is in the file."""
    parts, old_parts = body_block.split(body), body_block.split(before)
    if parts.marker is None or old_parts.marker is None:
        return body
    known = old_parts.marker.base.definitions
    definitions = {k: v for k, v in parts.marker.base.definitions.items() if k in known}
    order = old_parts.marker.base.order
    base = replace(parts.marker.base, definitions=definitions, written=Written(), order=order)
    return body_block.join(replace(parts, marker=replace(parts.marker, base=base)))


def plan_of(backlog: Backlog) -> dict[str, Any]:
    """What a plan would change that people see, and what it holds."""
    ran = backlog("plan", "--format", "json")
    assert ran.code == 0, ran.err
    plan = json.loads(ran.out)
    return {
        "changes": [c for c in plan["changes"] if c["fields"] or c["action"] != "update"],
        "drift": plan["drift"],
        "conflicts": plan["conflicts"],
    }


def without_created(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan without what a run created: it stays, closed if it is an issue."""
    made = ("gift", "later", "priority:low")
    changes = [change for change in plan["changes"] if change["key"] not in made]
    drift = [note for note in plan["drift"] if note["key"] not in made]
    return {**plan, "changes": sorted(changes, key=str), "drift": drift}


@pytest.fixture
def synced(backlog: Backlog, server: Sandbox, folder: Path) -> Sandbox:
    """A first sync is done, and the file has changed in every way since."""
    server.ensure_user("ann", permission="write")
    server.ensure_user("bob", permission="write")
    (folder / "backlog.yaml").write_text(FIRST, encoding="utf-8")
    ran = backlog("sync", "--yes")
    assert ran.code == 0, ran.err
    (folder / "backlog.yaml").write_text(SECOND, encoding="utf-8")
    return server


def test_undo_restores_every_field_that_a_run_wrote_over(backlog: Backlog, synced: Sandbox) -> None:
    """To the letter, and the next plan is the one before the run; created things stay."""
    before, plan = state_of(synced), plan_of(backlog)
    ran = backlog("sync", "--yes")
    assert ran.code == 0, ran.err
    assert state_of(synced) != before
    ran = backlog("undo", "--yes")
    assert ran.code == 0, ran.err
    after = state_of(synced)
    for kind in ("labels", "milestones", "options"):
        assert {k: v for k, v in after[kind].items() if k in before[kind]} == before[kind]
    for number, issue in before["issues"].items():
        restored = after["issues"][number]
        assert restored | {"body": "", "card": {}} == issue | {"body": "", "card": {}}
        assert without_what_stays(restored["body"], issue["body"]) == issue["body"]
        assert restored["card"] == issue["card"]
    assert without_created(plan_of(backlog)) == without_created(plan)
    assert "nothing to do" in backlog("undo", "--yes").err
    assert backlog("sync", "--yes").code == 0
    assert plan_of(backlog)["changes"] == []


# ---- what people changed since -----------------------------------------------------------------

EDITS: dict[str, Callable[[Person], object]] = {
    "title": lambda ann: ann.edit(KEEP, title="Ann's title"),
    "text": lambda ann: ann.edit(KEEP, body=ann.issue(KEEP).body + "\n\nA note of Ann's\n"),
    "tick": lambda ann: ann.tick(KEEP, "It is there after a restart"),
    "added label": lambda ann: ann.unlabel(KEEP, "screens"),
    "removed label": lambda ann: ann.label(KEEP, "backend"),
    "assignees": lambda ann: ann.assign(KEEP, "cem"),
    "milestone": lambda ann: ann.set_milestone(KEEP, None),
    "state": lambda ann: ann.reopen(KEEP),
    "parent": lambda ann: ann.take_out(MERGE),
    "blocked_by": lambda ann: ann.unblock(MERGE, CARD),
    "value": lambda ann: ann.set_value(KEEP, "Story Points", 13),
    "option": lambda ann: ann.rename_option("Priority", "High", "Urgent"),
    "label": lambda ann: ann.edit_label("backend", color="123456"),
    "label name": lambda ann: ann.edit_label("screens", new_name="glass"),
    "due": lambda ann: ann.edit_milestone("Spring", due_on="2026-05-31"),
    "milestone title": lambda ann: ann.edit_milestone("Summer", title="High summer"),
}
"""What people do to each kind of value that the run wrote over."""

LISTED = ("title", "text", "tick", "milestone", "parent", "state", "value", "label", "label name",
          "due", "milestone title", "option")  # fmt: skip
"""Of these a third value is there now; the others are back at what they were before the run."""


@pytest.mark.parametrize("what", EDITS)
def test_what_people_changed_since_is_never_overwritten(
    backlog: Backlog, synced: Sandbox, what: str
) -> None:
    """Whatever it is: the undo leaves it, lists it, and restores everything else."""
    ann = Person(synced, "ann", permission="admin", repository="octo-org/shop")
    synced.ensure_user("cem", permission="write")
    before = state_of(synced)
    assert backlog("sync", "--yes").code == 0
    written = state_of(synced)
    EDITS[what](ann)
    edited = state_of(synced)
    touched = differing(written, edited)
    assert touched
    ran = backlog("undo", "--yes")
    assert ran.code == 0, ran.out + ran.err
    after = state_of(synced)
    for path in touched:
        if isinstance(at(edited, path), list) and "/issues/" in path:
            added, removed = (
                set(at(one, path)) - set(at(other, path))
                for one, other in ((edited, written), (written, edited))
            )
            assert added <= set(at(after, path))
            assert not removed & set(at(after, path))
        elif not path.endswith("/body"):
            assert at(after, path) == at(edited, path), path
    if what == "text":
        assert "A note of Ann's" in at(after, f"/issues/{KEEP}/body")
    if what == "tick":
        assert "[x] It is there" in at(after, f"/issues/{KEEP}/body")
    # Without its option, the value of before cannot come back.
    gone = {f"/issues/{KEEP}/card/Priority"} if what == "option" else set()
    # Who reopened the issue has decided on its progress, too.
    gone |= {f"/issues/{KEEP}/card/Status"} if what == "state" else set()
    assert differing(before, after) <= touched | gone, ran.out
    assert ("changed since" in ran.out + ran.err) == (what in LISTED)
    plan = plan_of(backlog)
    assert [note["field"] for note in plan["conflicts"]] == []
    assert "nothing to do" in backlog("undo", "--yes").err
    assert differing(after, state_of(synced)) == set()
