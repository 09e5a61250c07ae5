"""`backlog drift`, and what sync may be asked for: conflicts, orphans, adoption, guards."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from backlog_sync.core.marker import READER
from backlog_sync.engine.notices import DRIFT_TITLE
from github_sandbox.access import Grant
from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import BACKLOG, CANARY, Backlog

KEEP, MERGE = "Keep a cart for thirty days", "Merge the carts of two devices"


@pytest.fixture
def ann(server: Sandbox) -> Person:
    """Somebody who works on the pages and may write."""
    return Person(server, "ann", repository="octo-org/shop", permission="admin")


@pytest.fixture
def synced(backlog: Backlog, folder: Path, server: Sandbox) -> Path:
    """The backlog after its first sync."""
    ran = backlog("sync", "--yes")
    assert ran.code == 0, ran.err
    return folder / "backlog.yaml"


def drift(backlog: Backlog, *more: str) -> dict[str, Any]:
    """The report, and its exit code under `exit`."""
    ran = backlog("drift", "--format", "json", *more)
    told: dict[str, Any] = json.loads(ran.out)
    return {**told, "exit": ran.code}


def nonzero(told: dict[str, Any]) -> dict[str, int]:
    """What the summary counts."""
    return {name: count for name, count in told["summary"].items() if count}


def change(file: Path, old: str, new: str) -> None:
    """Somebody edits the file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def writes(server: Sandbox) -> int:
    """How many mutations were sent so far."""
    return sum(entry.mutations for entry in server.log)


# ---- the cache of issues ------------------------------------------------------------------


def coverage(told: dict[str, Any]) -> tuple[bool, bool]:
    """Whether all issues were listed, and whether the cache was used."""
    return told["coverage"]["complete"], told["coverage"].get("cached", False)


def test_files_without_numbers_are_compared_by_the_cache_and_applied_without(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Looking reads what has a marker; a sync that writes, a saved plan and `--full` list all."""
    assert backlog("sync", "--yes", "--no-write-back").code == 0
    for n in range(120):
        ann.open_issue(f"Somebody's issue {n}")
    for issue in server.store.issues[server.repository("octo-org/shop").id].values():
        issue.created_at = issue.updated_at = "2026-01-01T00:00:00Z"
    ann.comment(50, "Any news?")
    assert coverage(drift(backlog)) == (True, False)

    assert coverage(drift(backlog)) == (False, True)
    line = " ".join(backlog("drift").out.split())
    assert "4 issues by cached number; of 120 others those updated since 20" in line
    before = len(server.log)
    assert "No changes." in backlog("sync", "--no-write-back").out
    assert len(server.log) - before <= 4
    assert coverage(drift(backlog, "--full")) == (True, False)

    change(folder / "backlog.yaml", KEEP, "Keep a cart for ninety days")
    assert coverage(drift(backlog)) == (False, True)
    told = json.loads(backlog("plan", "--format", "json").out)
    assert told["coverage"]["cached"]
    saved = backlog("plan", "--format", "json", "--out", str(folder / "plan.json"))
    assert "coverage" not in json.loads(saved.out)
    before = writes(server)
    assert backlog("sync", "--plan", str(folder / "plan.json"), "--no-write-back").code == 0
    change(folder / "backlog.yaml", MERGE, "Merge the carts of three devices")
    assert backlog("sync", "--no-write-back").code == 0
    assert writes(server) > before
    assert "No changes." in backlog("sync", "--no-write-back").out
    written = (folder / "backlog.yaml").read_text(encoding="utf-8")
    assert "issue:" not in written
    assert backlog("sync").code == 0  # numbers are written after all issues were listed
    assert "issue:" in (folder / "backlog.yaml").read_text(encoding="utf-8")
    (folder / "backlog.yaml").write_text(written, encoding="utf-8")

    change(folder / "backlog.yaml", "ninety", "sixty")
    before = len(server.log)
    assert coverage(drift(backlog, "--issue")) == (True, False)
    assert coverage(drift(backlog, "--issue")) == (False, True)
    titles = [i.title for i in server.store.issues[server.repository("octo-org/shop").id].values()]
    assert titles.count(DRIFT_TITLE) == 1


# ---- the tracking issue -------------------------------------------------------------------


def test_one_tracking_issue_follows_drift(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """`--issue` opens one issue where something moved, changes it, closes it when all is clean."""
    quiet = backlog("drift", "--issue")
    assert (quiet.code, "none is needed" in quiet.err) == (0, True)
    ann.edit(ann.find(KEEP).number, title="Keep it for ever")
    assert backlog("drift", "--issue").code == 3
    first = ann.find("The backlog and GitHub have drifted apart")
    assert "Keep it for ever" in first.body
    ann.edit(ann.find(MERGE).number, title="Merge it all")
    before = writes(server)
    assert backlog("drift", "--issue").code == 3
    assert backlog("drift", "--issue").code == 3
    assert writes(server) == before + 1
    assert backlog("sync", "--yes").code == 0
    assert backlog("drift", "--issue").code == 0
    assert ann.find("The backlog and GitHub have drifted apart").number == first.number
    assert ann.find("The backlog and GitHub have drifted apart").state == "CLOSED"


def test_what_people_write_into_the_tracking_issue_stays(
    backlog: Backlog, synced: Path, ann: Person
) -> None:
    """Below our text to the byte; lines that they put into it are moved there, ours are not."""
    ann.edit(ann.find(KEEP).number, title="Keep it for ever")
    assert backlog("drift", "--issue").code == 3
    issue = ann.find("The backlog and GitHub have drifted apart")
    first, *rest = issue.body.split("\n")
    mine = "\n".join((first, "Ask the shop first.", *rest, "", "Not before  Monday."))
    ann.edit(issue.number, body=mine)
    ann.edit(ann.find(MERGE).number, title="Merge it all")
    assert backlog("drift", "--issue").code == 3
    lines = ann.issue(issue.number).body.replace("\r\n", "\n").split("\n")
    end = next(n for n, line in enumerate(lines) if line.startswith("<!-- backlog:tracking-end"))
    assert "Merge it all" in "\n".join(lines[:end])
    assert lines[end + 1 :] == ["Ask the shop first.", "", "Not before  Monday."]
    assert backlog("drift", "--issue").code == 3
    assert ann.issue(issue.number).body.replace("\r\n", "\n").split("\n") == lines


# ---- drift -----------------------------------------------------------------------------------


def test_nothing_moved(backlog: Backlog, synced: Path, server: Sandbox) -> None:
    """Exit 0, one line, nothing written."""
    before = synced.read_bytes(), writes(server)
    ran = backlog("drift", "--full")
    assert (ran.code, ran.out.split(". ")[0]) == (0, "✓ No drift")
    assert "(4 issues read)" in " ".join(ran.out.split())
    assert (synced.read_bytes(), writes(server)) == before
    assert nonzero(drift(backlog)) == {}


def test_everything_that_can_move_apart(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """Drift, pending, conflicts, orphans, ticks: each in its own list, and nothing is written."""
    keep, merge = ann.find(KEEP).number, ann.find(MERGE).number
    ann.edit(keep, title="Drifted title")
    ann.set_value(keep, "Priority", "Low")
    ann.tick(keep, "The cart is there after a restart")
    ann.set_value(keep, "Status", "In Progress")
    ann.edit(merge, title="Their title")
    change(synced, "Merge the carts of two devices", "Our title")
    change(synced, "story_points: 8", "story_points: 13")
    text = synced.read_text(encoding="utf-8")
    synced.write_text(text.replace("depends_on: [keep]", "depends_on: []"), encoding="utf-8")
    sent = writes(server)
    told = drift(backlog)
    assert told["exit"] == 3
    assert {(n["key"], n["field"]) for n in told["drift"]} == {
        ("keep", "title"),
        ("keep", "Priority"),
        ("keep", "acceptance_criteria"),
        ("keep", "status"),
    }
    assert {(c["key"], *c["fields"]) for c in told["pending"]} == {
        ("merge", "blocked_by"),
        ("merge", "Story Points"),
    }
    assert [(n["key"], n["field"]) for n in told["conflicts"]] == [("merge", "title")]
    ran = backlog("drift")
    assert ran.code == 3
    titles = ("Progress on GitHub (flows", "Drift (sync reverts it)", "Needs you", "Pending in the")
    places = [ran.out.index(title) for title in titles]
    assert places == sorted(places)
    progress, drifted, needs, pending = (
        ran.out[begin:end] for begin, end in pairwise([*places, len(ran.out)])
    )
    assert "status    ∅ → In Progress" in progress
    assert "[x] The cart is there after a restart" in progress
    assert "→ keep it: `backlog pull --only keep`" in drifted
    assert "→ keep the file's: `backlog sync --only merge --on-conflict file`" in needs
    github = "backlog pull --only merge --field title --on-conflict github"
    assert f"→ take GitHub's: `{github}`" in needs
    assert "Story Points  8 → 13" in pending
    sums = "2 flow into the file, 2 drifted, 1 needs you, pending in the file: 1 to update, 1 to"
    assert sums in " ".join(ran.out.split())
    plan = backlog("plan").out
    assert "Will be written to backlog.yaml\n  ~ 1 status, 1 checklist\n" in plan
    file = synced.read_text(encoding="utf-8")
    synced.write_text(f"write_back: none\n{file}", encoding="utf-8")
    kept = backlog("drift").out
    assert "Progress on GitHub (stays there: write_back is none)" in kept
    assert "2 stay on GitHub" in " ".join(kept.split())
    synced.write_text(file, encoding="utf-8")
    assert writes(server) == sent
    assert backlog("pull", "--only", "keep", "--field", "prio").code == 2
    pulled = backlog("pull", "--only", "keep", "--field", "priority")
    assert (pulled.code, pulled.out.splitlines()[-1]) == (0, "Updated backlog.yaml")
    assert synced.read_text(encoding="utf-8") == file.replace("priority: High", "priority: Low")
    pulled = backlog(*github.split()[1:])
    assert pulled.code == 0, pulled.err
    assert "title: Their title" in synced.read_text(encoding="utf-8")
    assert "title: Drifted title" not in synced.read_text(encoding="utf-8")
    assert writes(server) == sent


def test_orphans_vanished_and_transferred_issues(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """Gone from the file; gone from GitHub; gone to another repository."""
    server.ensure_repository("octo-org/other")
    keep, merge = ann.find(KEEP).number, ann.find(MERGE).number
    ann.transfer(merge, "octo-org/other")
    ann.delete(keep)
    told = drift(backlog)
    assert [(f["key"]) for f in told["transferred"]] == ["merge"]
    assert "octo-org/other#1" in told["transferred"][0]["reason"]
    assert [(f["key"]) for f in told["vanished"]] == ["keep"]
    assert "deleted" in told["vanished"][0]["reason"]
    assert (told["conflicts"], told["exit"]) == ([], 3)
    text = synced.read_text(encoding="utf-8")
    begin = text.index("          - id: keep")
    synced.write_text(text[:begin] + "          []\n", encoding="utf-8")
    change(synced, "        stories:\n          []\n", "")
    change(synced, "Carts survive a restart", "Carts that survive")
    told = drift(backlog)
    assert nonzero(told) == {"pending": 1}
    assert backlog("sync").code == 0


def test_a_key_without_a_number_whose_issue_is_gone(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """The parent's record still knows it."""
    assert backlog("sync", "--yes", "--no-write-back").code == 0
    ann.delete(ann.find(MERGE).number)
    told = drift(backlog)
    assert [f["key"] for f in told["vanished"]] == ["merge"]


def test_suspicious_markers(backlog: Backlog, synced: Path, server: Sandbox, ann: Person) -> None:
    """Of strangers, copied, and unreadable: told, and believed nowhere."""
    keep = ann.find(KEEP).number
    body = ann.issue(keep).body
    copy = ann.open_issue("My own work", body).number
    stranger = Person(server, "mallory", repository="octo-org/shop", permission="read")
    forged = stranger.open_issue("Mine now", body.replace('"key":"keep"', '"key":"extra"')).number
    broken = ann.open_issue("Half", body[: body.index('"n":')] + " -->").number
    told = drift(backlog)
    assert {(f["ref"], f["key"]) for f in told["suspicious"]} == {
        (f"#{copy}", "keep"),
        (f"#{forged}", "extra"),
        (f"#{broken}", ""),
    }
    assert nonzero(told) == {"suspicious": 3}
    plan = json.loads(backlog("plan", "--format", "json").out)
    assert plan["changes"] == []
    change(synced, "repository:", f"ignore_issues: [{copy}, {forged}, {broken}]\nrepository:")
    assert nonzero(drift(backlog)) == {}


# ---- conflicts -------------------------------------------------------------------------------


def both_sides(synced: Path, ann: Person) -> int:
    """Title and points changed in the file and on GitHub."""
    keep = ann.find(KEEP).number
    ann.edit(keep, title="GitHub's title")
    ann.set_value(keep, "Story Points", 2)
    change(synced, "Keep a cart for thirty days", "The file's title")
    change(synced, "story_points: 5", "story_points: 3")
    return keep


def test_a_conflict_is_held(backlog: Backlog, synced: Path, server: Sandbox, ann: Person) -> None:
    """Exit 4; neither side is touched."""
    keep = both_sides(synced, ann)
    assert backlog("sync").code == 4
    assert (ann.issue(keep).title, ann.value(keep, "Story Points")) == ("GitHub's title", 2)
    assert "The file's title" in synced.read_text(encoding="utf-8")


def test_the_file_wins(backlog: Backlog, synced: Path, server: Sandbox, ann: Person) -> None:
    """The plan says by whose word; afterwards there is nothing to do."""
    keep = both_sides(synced, ann)
    plan = json.loads(backlog("plan", "--on-conflict", "file", "--format", "json").out)
    reasons = {c["reason"] for c in plan["changes"]}
    assert reasons == {"changed in the file and on GitHub; the file wins (--on-conflict file)"}
    assert backlog("sync", "--on-conflict", "file").code == 0
    assert (ann.issue(keep).title, ann.value(keep, "Story Points")) == ("The file's title", 3)
    assert backlog("sync").out.startswith("✓ No changes")


def test_github_wins(backlog: Backlog, synced: Path, server: Sandbox, ann: Person) -> None:
    """Its values go into the file with the same sync, and nothing goes to GitHub."""
    keep = both_sides(synced, ann)
    ran = backlog("sync", "--on-conflict", "github")
    assert ran.code == 0, ran.err
    assert "Decided for GitHub" in ran.out
    text = synced.read_text(encoding="utf-8")
    assert 'title: "GitHub\'s title"' in text or "title: GitHub's title" in text
    assert "story_points: 2" in text
    assert (ann.issue(keep).title, ann.value(keep, "Story Points")) == ("GitHub's title", 2)
    assert backlog("sync").out.startswith("✓ No changes")
    assert nonzero(drift(backlog)) == {}


def test_github_cannot_win_where_the_file_is_not_written(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """Then it stays a conflict, exit 4."""
    both_sides(synced, ann)
    before = synced.read_bytes()
    assert backlog("sync", "--on-conflict", "github", "--no-write-back").code == 4
    assert synced.read_bytes() == before


# ---- what GitHub owns -------------------------------------------------------------------------


def test_a_status_goes_the_way_it_was_changed(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """Changed in the file it is pushed; moved on the board it comes back; both is a conflict."""
    keep = ann.find(KEEP).number
    change(synced, "id: keep\n", "id: keep\n            status: In Progress\n")
    assert backlog("report", "--check").out.count("In Progress") == 0
    assert backlog("sync").code == 0
    assert ann.value(keep, "Status") == "In Progress"
    ann.set_value(keep, "Status", "Done")
    assert backlog("sync").code == 0
    assert ann.value(keep, "Status") == "Done"
    assert "status: Done" in synced.read_text(encoding="utf-8")
    assert backlog("sync").out.startswith("✓ No changes")  # the record follows
    ann.set_value(keep, "Status", "Todo")
    change(synced, "status: Done", "status: In Progress")
    assert backlog("sync").code == 4
    assert "status: In Progress" in synced.read_text(encoding="utf-8")
    assert ann.value(keep, "Status") == "Todo"


def test_a_field_can_be_given_to_github(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """`ownership: {priority: github}`: what people set stays, and flows into the file."""
    change(synced, "repository:", "ownership: {priority: github, title: github}\nrepository:")
    assert backlog("sync").code == 0
    keep = ann.find(KEEP).number
    ann.set_value(keep, "Priority", "Low")
    ann.edit(keep, title="Their title")
    assert backlog("sync").code == 0
    assert (ann.value(keep, "Priority"), ann.issue(keep).title) == ("Low", "Their title")
    text = synced.read_text(encoding="utf-8")
    assert "priority: Low" in text
    assert "title: Their title" in text


def test_unknown_words_of_ownership_are_errors(backlog: Backlog, folder: Path) -> None:
    """With the nearest known one."""
    change(folder / "backlog.yaml", "repository:", "ownership: {prority: github}\nrepository:")
    ran = backlog("lint")
    assert ran.code == 1
    assert "error[unknown-field] 'prority' is not a field" in ran.out
    assert "did you mean 'priority'?" in ran.out


def test_what_the_file_drops_is_forgotten_and_told(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """On the issue and on its card: left as it is, and never told again."""
    change(synced, "            story_points: 8\n", "")
    change(synced, "    milestone: Spring\n", "")
    ran = backlog("sync")
    assert ran.code == 0
    told = " ".join(ran.out.split())
    assert "forget no longer in the file, left as it is on the board: Story Points" in told
    assert "forget no longer in the file, left as it is on GitHub: milestone" in told
    merge = ann.find(MERGE).number
    assert ann.value(merge, "Story Points") == 8
    assert backlog("sync").out.startswith("✓ No changes")
    ann.set_value(merge, "Story Points", 1)
    assert nonzero(drift(backlog)) == {}


def test_the_board_field_of_the_record_is_nobody_elses(backlog: Backlog, folder: Path) -> None:
    """A file cannot declare it for itself."""
    change(
        folder / "backlog.yaml",
        "    Story Points:",
        "    backlog record: {type: text}\n    Story Points:",
    )
    ran = backlog("lint")
    assert ran.code == 1
    assert "reserved-field" in ran.out


# ---- orphans ---------------------------------------------------------------------------------


def test_orphans_are_closed_where_it_is_asked_for(
    backlog: Backlog, synced: Path, server: Sandbox, ann: Person
) -> None:
    """As not planned, with a comment, once: what people reopen stays open."""
    merge = ann.find(MERGE).number
    text = synced.read_text(encoding="utf-8")
    synced.write_text(text[: text.index("          - id: merge")], encoding="utf-8")
    assert backlog("sync").code == 0
    assert ann.issue(merge).state == "OPEN"
    plan = json.loads(backlog("plan", "--prune", "close", "--format", "json").out)
    assert [(c["action"], c["ref"]) for c in plan["changes"]] == [("close", f"#{merge}")]
    assert plan["summary"]["close"] == 1
    assert backlog("sync", "--prune", "close").code == 0
    closed = ann.issue(merge)
    assert (closed.state, closed.state_reason) == ("CLOSED", "NOT_PLANNED")
    (said,) = server.store.comments[closed.id].values()
    assert "`merge` is no longer in the backlog" in said.body
    ann.reopen(merge)
    ran = backlog("sync", "--prune", "close")
    assert (ran.code, ann.issue(merge).state) == (0, "OPEN")


# ---- adoption --------------------------------------------------------------------------------


def test_issues_of_exactly_the_title_are_adopted_where_it_is_asked_for(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Rule 4: each once, all that people wrote stays; two of one title are not guessed."""
    mine = ann.open_issue("Keep a cart for thirty days", "Written long ago.").number
    twins = [ann.open_issue("Carts survive a restart").number for _ in range(2)]
    ran = backlog("sync", "--yes", "--adopt")
    assert ran.code == 4
    assert ann.issue(mine).body.startswith("Written long ago.")
    assert f"issue: {mine}" in (folder / "backlog.yaml").read_text(encoding="utf-8") or (
        f"sandbox#{mine}" in (folder / "backlog.yaml").read_text(encoding="utf-8")
    )
    told = " ".join(ran.out.split())
    assert f"(#{twins[0]}, #{twins[1]})" in told
    assert [i.title for i in server.store.issues[ann.repository.id].values()].count(
        "Keep a cart for thirty days"
    ) == 1


def test_adoption_can_be_a_setting(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """`adopt: true`."""
    mine = ann.open_issue("Keep a cart for thirty days").number
    change(folder / "backlog.yaml", "repository:", "adopt: true\nrepository:")
    plan = json.loads(backlog("plan", "--format", "json").out)
    assert [(c["action"], c["ref"]) for c in plan["changes"] if c["action"] == "adopt"] == [
        ("adopt", f"#{mine}")
    ]


# ---- guards ----------------------------------------------------------------------------------


def many(count: int) -> str:
    """A backlog of stories."""
    stories = "".join(f"  - {{id: s{n}, title: Story {n}, labels: [x]}}\n" for n in range(count))
    return f"version: 1\nrepository: octo-org/shop\nstories:\n{stories}"


def test_a_guard_is_overridden_by_its_name(backlog: Backlog, folder: Path, server: Sandbox) -> None:
    """The counts are in the message; what is overridden is named."""
    file = folder / "backlog.yaml"
    file.write_text(many(12), encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    change(file, "labels: [x]", "labels: []")
    ran = backlog("sync")
    assert ran.code == 4
    assert (
        "error[mass-change] refused: this plan takes labels or assignees from 12 of 12" in ran.err
    )
    assert "sync would refuse this" in backlog("plan").err
    ran = backlog("sync", "--force", "mass-change")
    assert ran.code == 0
    told = "warning[mass-change] overridden by --force: this plan takes labels or assignees from "
    assert told + "12 of 12" in ran.err


def test_another_reading_of_much_is_refused_once(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """After an upgrade: told by `plan`, refused by `sync`, and let through by its name."""
    file = folder / "backlog.yaml"
    file.write_text(many(12), encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    for issue in list(server.store.issues[ann.repository.id].values()):
        ann.edit(issue.number, body=issue.body.replace(f',"r":{READER}', ""))
    assert backlog("sync").code == 0
    change(file, "title: Story 1", "title: Chapter 1")
    ran = backlog("plan")
    assert (
        "sync would refuse this: this plan changes the title, kind or text of 3 of" not in ran.err
    )
    assert ran.code == 0
    change(file, "title: Story", "title: Chapter")
    ran = backlog("plan")
    assert "sync would refuse this: this plan changes the title, kind or text of 12 of" in ran.err
    assert "'Story 0' → 'Chapter 0', 'Story 1' → 'Chapter 1', 'Story 2' → 'Chapter 2'" in ran.err
    ran = backlog("sync")
    assert (ran.code, "error[reading-changed] refused: " in ran.err) == (4, True)
    assert backlog("sync", "--force", "reading-changed").code == 0
    change(file, "title: Chapter", "title: Part")
    assert backlog("sync").code == 0
    titles = {issue.title for issue in server.store.issues[ann.repository.id].values()}
    assert titles == {f"Part {n}" for n in range(12)}


def test_an_empty_backlog_closes_nothing_by_accident(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """`--prune close` of everything needs both guards overridden by name."""
    file = folder / "backlog.yaml"
    file.write_text(many(12), encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    file.write_text("version: 1\nrepository: octo-org/shop\nstories: []\n", encoding="utf-8")
    ran = backlog("sync", "--prune", "close", "--force", "empty-backlog")
    assert ran.code == 4
    assert "closes 12 of 12 managed issues (100%" in ran.err
    assert backlog("sync", "--prune", "close").code == 4
    force = ("--force", "empty-backlog", "--force", "mass-change")
    assert backlog("sync", "--prune", "close", *force).code == 0
    states = {i.state for i in server.store.issues[ann.repository.id].values()}
    assert states == {"CLOSED"}


@pytest.mark.parametrize(
    ("slug", "why"), [("read-only", "cannot be overridden"), ("mass-chnage", "is not a guard")]
)
def test_words_that_name_no_guard_are_usage_errors(
    backlog: Backlog, folder: Path, slug: str, why: str
) -> None:
    """Exit 2, before anything is read."""
    ran = backlog("sync", "--force", slug)
    assert ran.code == 2
    assert why in ran.err


def test_numbers_of_another_repository_are_refused(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """A fork's own issues are not taken for ours because the file names their numbers."""
    for n in range(4):
        ann.open_issue(f"The fork's own issue {n}")
    items = "".join(f"  - {{id: s{n}, title: Story {n}, issue: {n + 1}}}\n" for n in range(4))
    file = folder / "backlog.yaml"
    file.write_text(f"version: 1\nstories:\n{items}", encoding="utf-8")
    ran = backlog("sync", "--repo", "octo-org/shop", "--yes")
    assert ran.code == 4
    assert "foreign-numbers" in ran.err
    assert "4 of 4 issue numbers in the file have other titles than the items" in ran.err


# ---- who we are ------------------------------------------------------------------------------


def test_another_acting_identity_creates_nothing(
    backlog: Backlog, synced: Path, server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a person to the workflow's bot and back: no issue is made twice, none is held."""
    server.tokens[CANARY] = Grant("github-actions[bot]", "write")
    ran = backlog("sync")
    assert (ran.code, ran.out.split(".")[0]) == (0, "✓ No changes")
    change(
        synced,
        "            story_points: 8\n",
        "            story_points: 8\n          - id: new\n            title: Made by the bot\n",
    )
    assert backlog("sync").code == 0
    del server.tokens[CANARY]
    ran = backlog("sync")
    assert (ran.code, ran.out.split(".")[0]) == (0, "✓ No changes")


def test_work_of_a_colleague_who_left_is_held(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Exit 4 and nothing is made again, until the author is trusted or the issue is ignored."""
    server.tokens[CANARY] = Grant("leaver", "write")
    assert backlog("sync", "--yes", "--no-write-back").code == 0
    del server.tokens[CANARY]
    server.ensure_user("leaver", permission="none")
    ran = backlog("sync")
    assert ran.code == 4
    told = drift(backlog)
    assert len(told["suspicious"]) == 4
    assert told["summary"]["pending"] == 0
    change(folder / "backlog.yaml", "repository:", "trusted_authors: [leaver]\nrepository:")
    assert backlog("sync").code == 0
    assert backlog("sync").out.startswith("✓ No changes")
    assert BACKLOG


# ---- another identity ----------------------------------------------------------------------


def test_drift_says_that_a_file_was_moved(backlog: Backlog, synced: Path) -> None:
    """Everything looks new under another identity: the reason is told, as sync would tell it."""
    (synced.parent / "plans").mkdir()
    synced.unlink()
    (synced.parent / "plans" / "shop.yaml").write_text(BACKLOG, encoding="utf-8")
    ran = backlog("drift", "plans/shop.yaml")
    assert ran.code == 3
    assert "4 of 4 items exist under another identity: the backlog 'backlog.yaml'" in ran.err
    assert "put `id: backlog.yaml` at the top of plans/shop.yaml" in ran.err


def test_a_file_without_items_is_no_green_tick(
    backlog: Backlog, folder: Path, server: Sandbox
) -> None:
    """There is nothing that could be the same: it says where to look."""
    (folder / "NOTES.md").write_text("# Notes\n\nWords.\n", encoding="utf-8")
    ran = backlog("plan", "NOTES.md", "--repo", "https://github.com/octo-org/shop")
    assert ran.code == 0, ran.err
    assert "No items found." in ran.out
    assert "No changes" not in ran.out


SETTINGS = """\
repository: octo-org/shop
people: {Ann: ann, Bo: bo}
ownership: {assignees: file}
label_map: {be: backend}
points: {S: 2, M: 5, L: 8}
project:
  owner: octo-org
  title: Shop
  fields:
    Priority: {type: single_select, options: [High, Low]}
    Story Points: {type: number}
    Target: {type: date}
"""
OWN_WORDS = {
    "backlog.yaml": f"""\
version: 1
{SETTINGS}stories:
  - {{id: one, title: One, priority: high, story_points: M, assignees: [Ann], labels: [be],
     target: 2026-03-31}}
  - {{id: two, title: Two, priority: LOW, story_points: S, assignees: [Bo]}}
""",
    "ROADMAP.md": f"""\
---
backlog:
{"".join(f"  {line}" for line in SETTINGS.splitlines(keepends=True))}---
# Shop

## Epic 1: Checkout

### Story 1.1: One
- **Priority**: high
- **Story Points**: M
- **Assignee**: Ann
- **Labels**: be
- **Target**: 31.03.2026

### Story 1.2: Two
- **Priority**: LOW
- **Story Points**: S
- **Assignee**: Bo
""",
}


@pytest.mark.parametrize("name", OWN_WORDS)
def test_drift_is_in_the_words_of_the_file(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person, name: str
) -> None:
    """Names, scale and spelling are what pull writes, in text and Markdown; JSON has GitHub's."""
    Person(server, "bo", repository="octo-org/shop", permission="write")
    (folder / "backlog.yaml").unlink()
    file = folder / name
    file.write_text(OWN_WORDS[name], encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    one, two = ann.find("One").number, ann.find("Two").number
    ann.set_value(one, "Priority", "Low")
    ann.set_value(one, "Story Points", 8)
    ann.set_value(one, "Target", "2026-04-30")
    ann.unassign(one, "ann")
    ann.unlabel(one, "backend")
    ann.set_value(two, "Story Points", 8)
    ann.set_value(two, "Priority", None)
    text = file.read_text(encoding="utf-8").replace("LOW", "HIGH")
    begin, end = text[: text.index("Two")], text[text.index("Two") :]
    file.write_text(begin + end.replace(" S", " M", 1), encoding="utf-8")
    dates = ("2026-03-31", "2026-04-30") if name == "backlog.yaml" else ("31.03.2026", "30.04.2026")
    target = " → ".join(dates)
    for command in ("drift", "plan"):
        lines = {" ".join(line.split()) for line in backlog(command).out.splitlines()}
        assert {"Priority high → Low", "Story Points M → L", "assignees - Ann"} <= lines
        assert {"labels - be", f"Target {target}"} <= lines
        assert {"Priority file HIGH", "Story Points file M", "GitHub L"} <= lines
    told = drift(backlog)
    notes = {(n["ref"], n["field"]): n for n in (*told["drift"], *told["conflicts"])}
    values = [
        (notes[f"#{number}", field]["desired"], notes[f"#{number}", field]["observed"])
        for number in (one, two)
        for field in ("Priority", "Story Points")
    ]
    assert values == [("High", "Low"), (5, 8), ("High", None), (5, 8)]
    assert notes[f"#{one}", "assignees"]["desired"] == ["ann"]
    assert backlog("drift", "--issue").code == 3
    rows = ann.find("The backlog and GitHub have drifted apart").body.splitlines()
    cells = ("Priority | high | Low", "Story Points | M | L", "assignees | Ann | ∅")
    assert all(any(f"| {each} | sync reverts" in row for row in rows) for each in cells)
    assert any("| Story Points | M | L | changed in the file and" in row for row in rows)
    ran = backlog("pull", "--on-conflict", "github")
    assert ran.code == 0
    lines = {" ".join(line.split()) for line in ran.out.splitlines()}
    assert {f"Written to {name}", "priority high → Low", "story_points M → L"} <= lines
    assert {"labels - be", "assignees - Ann", f"target {target}"} <= lines
    pulled = file.read_text(encoding="utf-8")
    assert dates[1] in pulled
    assert re.findall(r"oints\W+(\w+)", pulled)[-2:] == ["L", "L"]
    told = drift(backlog)
    assert (told["drift"], told["conflicts"]) == ([], [])
