"""`backlog undo`: a run's changes are restored, as far as nobody changed them since."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backlog_sync.core import body as body_block
from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.marker import Written
from backlog_sync.core.observed import Actor, ObservedRepository, ObservedState
from backlog_sync.core.redaction import Secrets
from backlog_sync.core.run_record import Overwritten
from backlog_sync.core.undo import undo_plan
from backlog_sync.local import run_files
from backlog_sync.local.run_files import About, RunFiles
from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import CANARY, Backlog
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
    Priority: {type: single_select, options: [{name: Low, color: GRAY}, {name: High, color: PINK}]}
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


# ---- runs, records, mistakes ---------------------------------------------------------------------


def edit(folder: Path, old: str, new: str) -> None:
    """Change the backlog file."""
    file = folder / "backlog.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def record_files(folder: Path) -> list[Path]:
    """The records of runs, oldest first."""
    return sorted((folder / "state").rglob("run-*.jsonl"))


@pytest.fixture
def runs(
    backlog: Backlog, server: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """Three runs: one that creates, and two that change titles."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    assert backlog("sync", "--yes").code == 0
    for old, new in (("Keep a cart", "Hold a cart"), ("Merge the carts", "Join the carts")):
        edit(folder, old, new)
        assert backlog("sync").code == 0
    return server


def test_after_undoing_a_first_sync_its_issues_can_be_used_again(
    backlog: Backlog, server: Sandbox, folder: Path
) -> None:
    """Undo and the next plan say how; after that nothing is created twice, and nothing is lost."""
    server.ensure_user("ann", permission="write")
    plan = folder / "backlog.yaml"
    plan.write_text("version: 1\nrepository: octo-org/shop\nstories: [{id: a, title: A}]\n")
    assert backlog("sync", "--yes").code == 0
    (number,) = state_of(server)["issues"]
    how = f"Closed by undo: #{number}. A sync writes it into the file as Not planned. To go on with"
    for command in (("undo", "--yes"), ("plan",), ("sync", "--yes")):
        assert how in " ".join(backlog(*command).err.split()), command
    assert "Not planned" in plan.read_text()
    ann = Person(server, "ann", repository="octo-org/shop")
    assert backlog("undo", "--redo").code == 4  # without a terminal, nobody agreed
    assert backlog("undo", "--redo", "--yes").code == 0
    assert "Closed by undo" not in backlog("plan").err
    ann.close(number, reason="not_planned")
    assert "nothing to do" in backlog("undo", "--redo", "--yes").err  # a person closed it
    ann.reopen(number)
    assert backlog("sync", "--yes").code == 0
    assert "Not planned" not in plan.read_text()
    assert list(state_of(server)["issues"]) == [number]


def test_an_earlier_run_is_chosen_from_the_list(backlog: Backlog, runs: Sandbox) -> None:
    """With its number; what it changed is shown first, and `--only` limits it."""
    listed = backlog("undo", "--list")
    assert listed.code == 0
    rows = [line.split() for line in listed.out.splitlines()]
    assert [(row[0], *row[-2:]) for row in rows[1:]] == [
        ("3", "1", "0"), ("2", "1", "0"), ("1", "0", "4"),
    ]  # fmt: skip
    shown = backlog("undo", "--run", "2", "--dry-run")
    assert shown.code == 0
    assert "Hold a cart for thirty days → Keep a cart for thirty days" in shown.out
    before = state_of(runs)
    nothing = backlog("undo", "--run", "2", "--only", "merge")
    assert nothing.code == 2
    ran = backlog("undo", "--run", "2", "--only", "keep", "--yes", "--format", "json")
    assert ran.code == 0, ran.err
    (change,) = json.loads(ran.out)["plan"]["changes"]
    assert change["fields"]["title"]["after"] == "Keep a cart for thirty days"
    assert differing(before, state_of(runs)) == {"/issues/3/title"}
    shown = backlog("undo", "--list", "--format", "json")
    assert [run["run"] for run in json.loads(shown.out)["runs"]] == [1, 2, 3]


def test_a_record_is_taken_from_a_file(backlog: Backlog, runs: Sandbox, folder: Path) -> None:
    """As from the artifact of a workflow; a file about another repository is refused."""
    kept = folder / "record.jsonl"
    record_files(folder)[-1].rename(kept)
    ran = backlog("undo", "--from", str(kept), "--yes")
    assert ran.code == 0, ran.err
    assert "Join the carts of two devices → Merge the carts" in ran.out
    assert "nothing to do" in backlog("undo", "--from", str(kept), "--yes").err
    runs.ensure_repository("octo-org/other")
    ran = backlog("undo", "--from", str(kept), "--repo", "octo-org/other", "--project", "none")
    assert (ran.code, "octo-org/shop" in ran.err) == (4, True)


def test_mistakes_are_named(backlog: Backlog, runs: Sandbox, folder: Path) -> None:
    """A number or file that is not there, two choices at once, no rights, no terminal to ask on."""
    ran = backlog("undo", "--run", "9")
    assert (ran.code, "kept: 1, 2, 3" in ran.err) == (2, True)
    for name in ("backlog.yaml", "nowhere", "."):
        ran = backlog("undo", "--from", name)
        assert (ran.code, name in ran.err, "hint:" in ran.err) == (2, True, True)
    assert backlog("undo", "--run", "1", "--list").code == 2
    assert backlog("undo", "--only", "kep").code == 2
    ran = backlog("undo")
    assert (ran.code, "error[needs-yes] refused: " in ran.err) == (4, True)
    runs.ensure_repository("octo-org/other")
    ran = backlog("undo", "--repo", "octo-org/other", "--project", "none")
    assert (ran.code, "nothing to do" in ran.err) == (0, True)
    # Whoever may only read gets as far as the plan.
    before = state_of(runs)
    runs.tokens[CANARY] = Grant("reader", "read")
    ran = backlog("undo", "--yes")
    assert (ran.code, "hint:" in ran.err) == (4, True)
    assert differing(before, state_of(runs)) == set()


def test_a_damaged_record_is_an_error_with_its_place(
    backlog: Backlog, runs: Sandbox, folder: Path
) -> None:
    """A sync goes on without it; an undo says which file, and an earlier run can be undone."""
    newest = record_files(folder)[-1]
    newest.write_text(newest.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    lines = newest.read_text(encoding="utf-8").count("\n")
    ran = backlog("undo", "--yes")
    assert ran.code == 1
    assert f"{newest}:{lines}: the record of this run is damaged" in ran.err
    assert "hint: move the file away" in ran.err
    assert backlog("sync").code == 0
    assert backlog("undo", "--run", "2", "--dry-run").code == 0


def test_a_line_that_was_cut_off_is_left_out(backlog: Backlog, runs: Sandbox, folder: Path) -> None:
    """The process died while it wrote it, so that its request was never sent."""
    newest = record_files(folder)[-1]
    with newest.open("a", encoding="utf-8") as file:
        file.write('{"what":"overwr')
    assert backlog("undo", "--yes").code == 0
    assert "undone" in backlog("undo", "--list").out


def test_records_are_for_their_user_only(runs: Sandbox, folder: Path) -> None:
    """Titles and texts of a private repository are in them."""
    kept = [*record_files(folder), *(folder / "state").rglob("journal.jsonl")]
    assert len(kept) == 4
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


def test_a_journal_of_the_version_before_is_read(
    backlog: Backlog, runs: Sandbox, folder: Path
) -> None:
    """It knows what was created, and no values."""
    for file in record_files(folder):
        file.unlink()
    (journal,) = (folder / "state").rglob("journal.jsonl")
    issue = Person(runs, "ann", repository="octo-org/shop").issue(3)
    marker = body_block.split(issue.body).marker
    assert marker is not None
    lines = (
        {"what": "run", "backlog": "backlog.yaml", "at": 1000.0},
        {"what": "intent", "backlog": "backlog.yaml", "key": "keep", "nonce": marker.nonce,
         "title": issue.title, "at": 1000.0, "repository": ""},
        {"what": "made", "nonce": marker.nonce, "number": 3, "id": issue.node_id},
    )  # fmt: skip
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert backlog("undo", "--yes").code == 0
    assert issue.state == "CLOSED"
    assert "nothing to do" in backlog("undo", "--yes").err


def test_old_records_go_and_a_large_one_says_so(
    backlog: Backlog, runs: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that they never fill a disk."""
    monkeypatch.setattr(run_files, "RUNS_KEPT", 2)
    monkeypatch.setattr(run_files, "RUN_BYTES", 10)
    edit(folder, "Join the carts", "Sum up the carts")
    assert backlog("sync").code == 0
    assert [file.name for file in record_files(folder)] == ["run-0003.jsonl", "run-0004.jsonl"]
    ran = backlog("undo", "--yes")
    assert (ran.code, "more than a record holds" in ran.err) == (0, True)
    assert "nothing to do" in ran.err


def test_a_value_with_a_token_is_not_kept(backlog: Backlog, runs: Sandbox, folder: Path) -> None:
    """Neither in clear nor blackened: it cannot be restored, and the undo says so."""
    value = Overwritten(ChangeKind.ISSUE, "I_1", "title", f"see {CANARY}", "after", title="A title")
    files = RunFiles(folder / "kept", About(), Secrets([CANARY]).hide)
    files.begin("backlog.yaml", 1.0)
    files.overwrite([value])
    assert CANARY not in files.text()
    (kept,) = files.record(1).overwritten
    assert (kept.withheld, kept.before, kept.after) == (True, None, None)
    observed = ObservedState(
        ObservedRepository("R_1", "octo-org/shop", "O_1", "Organization"), Actor("U_1", "ann")
    )
    (warning,) = undo_plan(observed, files.record(1)).plan.warnings
    assert warning.message == "A title: title held a token, so it was not kept; left alone"
    assert warning.hint == "set it by hand on GitHub"
