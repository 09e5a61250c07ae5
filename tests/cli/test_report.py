"""`backlog report`: its forms, its days, and where it goes."""

import csv
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

PLANNED = """\
version: 1
id: shop
repository: octo-org/shop
project: {owner: octo-org, title: Shop}
planning:
  velocity: 6
  teams: {Web: 60}
  skills: {payments: 10}
  one_at_a_time: true
  review: {every: 6w, story: 10d}
milestones:
  - {title: Spring, due: 2026-03-31}
  - {title: Summer, due: 2026-06-30}
epics:
  - id: carts
    title: Carts survive
    milestone: Spring
    team: Web
    risks:
      - text: The cache is older than it looks
        likelihood: likely
        impact: high
        mitigation: Measure first
        contingency: Keep carts in the database
        external: true
    stories:
      - {id: keep, title: Keep a cart, story_points: 5, estimate_hours: 20, priority: High}
      - {id: merge, title: Merge carts, story_points: 8, estimate_hours: 30, depends_on: [keep]}
  - id: pay
    title: Riders pay
    milestone: Summer
    stories:
      - {id: card, title: "=HYPERLINK(1) by card", skills: [payments], depends_on: [merge]}
"""
DAY = ("--today", "2026-02-16")


def commit(folder: Path, day: str, name: str = "backlog.yaml") -> None:
    """Everything in the folder, committed on a day."""
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
    when = f"{day}T12:00:00Z"
    env = {
        **os.environ, **who, "GIT_COMMITTER_EMAIL": "a@b", "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
    }  # fmt: skip
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "add", name], check=True, env=env)
    subprocess.run(["git", "-C", str(folder), "commit", "-qm", "x"], check=True, env=env)


@pytest.fixture
def planned(folder: Path) -> Path:
    """The current folder, with a backlog that plans hours, days and risks."""
    (folder / "backlog.yaml").write_text(PLANNED, encoding="utf-8")
    return folder


def as_json(backlog: Backlog, *more: str, server: bool = False) -> Any:
    """The report as JSON, of the sandbox in the folder or of the `server`."""
    where = () if server else ("--sandbox",)
    ran = backlog("report", *where, "--format", "json", *DAY, *more)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_planning_fields_reach_the_report(backlog: Backlog, planned: Path) -> None:
    """Hours, teams, skills, risks and settings of the file are what the report works with."""
    found = as_json(backlog)
    assert found["health"] == "unknown"
    assert found["schedule"]["path"] == ["keep", "merge", "card"]
    risk = found["risks"][0]
    assert (risk["item"], risk["exposure"], risk["external"]) == ("carts", 16, True)
    assert risk["contingency"] == "Keep carts in the database"
    assert {one["name"] for one in found["load"]} >= {"Web"}
    assert [one["name"] for one in found["groups"]["team"]] == ["Web", ""]


def test_planning_goes_nowhere_but_into_the_report(backlog: Backlog, planned: Path) -> None:
    """Risks, hours and teams are no part of a plan, and a change of them is none."""
    assert backlog("sync", "--sandbox").code == 0
    path = planned / "backlog.yaml"
    text = path.read_text(encoding="utf-8")
    assert "cache is older" not in backlog("plan", "--sandbox", "--format", "json").out
    path.write_text(text.replace("likely", "rare").replace("hours: 20", "hours: 40"), "utf-8")
    assert "No changes." in backlog("plan", "--sandbox").out


def test_every_sum_in_the_json_is_that_of_its_items(backlog: Backlog, planned: Path) -> None:
    """Totals, groups and milestones are recomputed from the items that they name."""
    found = as_json(backlog)
    items = {one["key"]: one for one in found["items"]}
    sums = [found["total"], *found["milestones"]]
    sums += [one for group in found["groups"].values() for one in group]
    for one in sums:
        counted = [items[key] for key in one["items"]]
        assert one["total"] == len(counted)
        assert one["points_total"] == sum(item["counted_points"] or 0 for item in counted)
        assert one["done"] == sum(item["phase"] == "done" for item in counted)
        assert one["criteria"] == sum(item["criteria"] for item in counted)
        assert set(one["unestimated"]) <= set(one["items"])


def test_csv_opens_without_doing_anything(backlog: Backlog, planned: Path) -> None:
    """A row an item; a title that a spreadsheet would run gets a quote in front."""
    ran = backlog("report", "--sandbox", "--format", "csv", *DAY)
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["key"] for row in rows] == ["carts", "keep", "merge", "pay", "card"]
    assert rows[-1]["title"] == "'=HYPERLINK(1) by card"
    assert rows[1]["hours"] == "20"
    assert rows[2]["blocked_by"] == "keep"


@pytest.mark.parametrize("audience", ["everybody", "leaders", "product", "engineering"])
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_audience_is_answered(
    backlog: Backlog, planned: Path, audience: str, form: str
) -> None:
    """When, how much and what is at risk stand first, whoever reads."""
    ran = backlog("report", "--sandbox", "--format", form, "--audience", audience, *DAY)
    assert ran.code == 0
    head = "\n".join(ran.out.splitlines()[:14])
    for word in ("Forecast", "Progress", "Risks"):
        assert word in head
    if form == "text":
        assert max(map(len, ran.out.splitlines())) <= 80


def test_since_tells_what_moved(backlog: Backlog, planned: Path) -> None:
    """Days, priorities, risks and items are held against the files of then, from git."""
    path = planned / "backlog.yaml"
    then = PLANNED.replace("2026-06-30", "2026-05-31").replace("priority: High", "priority: Low")
    then = then.replace("      - text: The cache", "      - text: The old cache")
    path.write_text(then, encoding="utf-8")
    commit(planned, "2026-01-05")
    path.write_text(PLANNED, encoding="utf-8")
    commit(planned, "2026-02-10")
    period = as_json(backlog, "--since", "2026-02-01")["period"]
    assert period["moved"] == [{"name": "Summer", "before": "2026-05-31", "after": "2026-06-30"}]
    assert period["priorities"] == [["keep", "Low", "High"]]
    assert period["new_risks"] == ["The cache is older than it looks"]
    assert period["added"] == []


def test_what_git_cannot_tell_is_said(backlog: Backlog, planned: Path) -> None:
    """Outside of a repository, and before its first commit, the report names what is missing."""
    notes = "\n".join(as_json(backlog, "--since", "30d")["notes"])
    assert "not in a git repository" in notes
    commit(planned, "2026-02-10")
    notes = "\n".join(as_json(backlog, "--since", "2026-01-01")["notes"])
    assert "does not reach back to 2026-01-01" in notes


def test_a_shallow_clone_says_so(
    backlog: Backlog, planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the history cut off, the report says what it cannot see and what would help."""
    commit(planned, "2026-01-05")
    (planned / "backlog.yaml").write_text(PLANNED + "# more\n", encoding="utf-8")
    commit(planned, "2026-02-10")
    clone = tmp_path / "clone"
    source = f"file://{planned}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", source, str(clone)], check=True)
    monkeypatch.chdir(clone)
    notes = "\n".join(as_json(backlog, "--since", "2026-02-01")["notes"])
    assert "The clone is shallow" in notes
    assert "fetch-depth: 0" in notes


def test_words_that_were_not_looked_at_are_overdue(backlog: Backlog, planned: Path) -> None:
    """The cadence is held against the day on which people last wrote about an item."""
    commit(planned, "2026-01-05")
    text = PLANNED.replace("title: Merge carts", "title: Merge the carts")
    (planned / "backlog.yaml").write_text(text, encoding="utf-8")
    commit(planned, "2026-02-12")
    found = {one["key"]: one for one in as_json(backlog)["reviews"]}
    assert found["keep"]["days_over"] == 32
    assert "merge" not in found


@pytest.mark.parametrize(
    ("option", "word", "said"),
    [("--since", "soon", "is not a day"), ("--since", "2026-03-01", "after the day of the report"),
     ("--today", "today", "is not a day")],
)  # fmt: skip
def test_a_day_that_is_none_is_told(
    backlog: Backlog, planned: Path, option: str, word: str, said: str
) -> None:
    """A word that is no day ends with 2 and the ways to write one."""
    ran = backlog("report", "--sandbox", *DAY, option, word)
    assert ran.code == 2
    assert said in ran.err
    assert "hint:" in ran.err


def test_it_goes_into_files_and_folders(backlog: Backlog, planned: Path) -> None:
    """A file has the form of its suffix; a folder has all of them; standard output names them."""
    ran = backlog("report", "--sandbox", "--output", "out/status.md", *DAY)
    assert ran.out.splitlines()[0] == "Report: out/status.md"
    assert (planned / "out/status.md").read_text(encoding="utf-8").startswith("#")
    ran = backlog("report", "--sandbox", "--output", "public/", *DAY)
    assert ran.code == 0
    names = {path.name for path in (planned / "public").iterdir()}
    assert names >= {"report.md", "report.json", "items.csv"}
    ran = backlog("report", "--sandbox", "--format", "csv", "--output", "x.json", *DAY)
    assert ran.code == 2


def test_one_issue_is_kept_up_to_date(backlog: Backlog, planned: Path, server: Sandbox) -> None:
    """`--issue` makes one issue, changes it in place, and no sync takes it for an item."""
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", repository="octo-org/shop")
    for _ in range(2):
        ran = backlog("report", "--issue", "How we stand", *DAY)
        assert ran.code == 0, ran.err
    issue = ann.find("How we stand")
    assert issue.body.startswith("<!-- backlog:tracking report ")
    ann.close(ann.find("Keep a cart").number)
    assert backlog("report", "--issue", "How we stand", *DAY).code == 0
    again = ann.find("How we stand")
    assert again.number == issue.number
    assert "1 of 3 items done" in again.body
    plan = json.loads(backlog("plan", "--format", "json").out)
    assert (plan["orphans"], plan["warnings"]) == ([], [])


def test_one_comment_is_kept_up_to_date(backlog: Backlog, planned: Path, server: Sandbox) -> None:
    """`--comment` writes one comment, changes it in place, on an issue or on a pull request."""
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", repository="octo-org/shop")
    talk, pull = ann.open_issue("Standup"), ann.open_pull_request("Say how it stands")
    for there in (talk, pull):
        ran = backlog("report", "--comment", str(there.number), *DAY)
        assert ran.code == 0, ran.err
        assert "Report posted in a comment: http" in ran.err
    ann.close(ann.find("Keep a cart").number)
    assert backlog("report", "--comment", str(talk.number), *DAY).code == 0
    (comment,) = server.store.comments[talk.id].values()
    assert comment.body.startswith("<!-- backlog:comment report-")
    assert "1 of 3 items done" in comment.body
    assert len(server.store.comments[pull.id]) == 1


def test_a_comment_on_nothing_is_refused_in_words(
    backlog: Backlog, planned: Path, server: Sandbox
) -> None:
    """A number that is none of the repository's; and one that is no number."""
    assert backlog("sync", "--yes").code == 0
    ran = backlog("report", "--comment", "999", *DAY)
    assert ran.code == 1
    assert "octo-org/shop has no issue or pull request #999" in ran.err
    assert backlog("report", "--comment", "zero").code == 2


def test_without_write_back_the_files_stay(
    backlog: Backlog, planned: Path, server: Sandbox
) -> None:
    """`--no-write-back` shows the report alone; `--check` writes and sends nothing."""
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", repository="octo-org/shop")
    ann.close(ann.find("Keep a cart").number)
    before = (planned / "backlog.yaml").read_bytes()
    server.log.clear()
    assert backlog("report", "--no-write-back", *DAY).code == 0
    assert backlog("report", "--check", "--issue", "How we stand").code == 3
    assert (planned / "backlog.yaml").read_bytes() == before
    assert not any(entry.writes for entry in server.log)


def test_the_board_is_told_once_a_day(backlog: Backlog, planned: Path, server: Sandbox) -> None:
    """--status-update keeps one status update; --check sends none; without a board it says why."""
    assert backlog("sync", "--yes").code == 0
    assert backlog("report", "--check", "--status-update").code in (0, 3)
    assert not server.store.status_updates
    for _ in range(2):
        ran = backlog("report", "--status-update")
        assert ran.code == 0, ran.err
    (told,) = [each for board in server.store.status_updates.values() for each in board]
    assert "Spring" in (told.body or "")
    none = backlog("report", "--status-update", "--project", "none")
    assert none.code == 1
    assert "no board" in none.err


ROADMAP = """\
---
backlog:
  repository: octo-org/shop
  planning:
    review: {every: 30d, plan: 60d}
---
# Shop

## Epic: Carts survive

### Story: Keep a cart

- [ ] A cart is there the next day
- [ ] A cart is there on another device

### Story: Merge carts

- [ ] Two carts become one

| Story | Points |
|---|---|
| Keep a cart | 5 |
"""


@pytest.mark.parametrize("name", ["backlog.yaml", "ROADMAP.md"])
def test_what_the_tool_writes_is_no_review(
    backlog: Backlog, folder: Path, server: Sandbox, name: str
) -> None:
    """Numbers, ticks and states in the file reset no cadence: committed, mixed, or not at all."""
    (folder / "backlog.yaml").unlink()
    path = folder / name
    path.write_text(PLANNED if name == "backlog.yaml" else ROADMAP, encoding="utf-8")
    commit(folder, "2025-12-01", name)
    before = as_json(backlog, server=True)["reviews"]
    assert len(before) >= 3
    assert backlog("sync", "--yes").code == 0
    ann = Person(server, "ann", repository="octo-org/shop")
    ann.close(ann.find("Keep a cart").number)
    ann.reopen(ann.find("Keep a cart").number)
    assert as_json(backlog, server=True)["reviews"] == before
    assert "#" in path.read_text(encoding="utf-8") or "issue" in path.read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Merge carts", "Merge the carts"), encoding="utf-8")
    commit(folder, "2026-02-10", name)
    after = {one["key"]: one for one in as_json(backlog, server=True)["reviews"]}
    left = {one["key"]: one for one in before}
    gone = {key for key in left if key not in after}
    assert [key for key in gone if key and "merge" not in key] == []
    assert any("merge" in key for key in gone)
    assert {key: left[key] for key in after} == after


def test_a_note_of_a_review_is_one(backlog: Backlog, planned: Path) -> None:
    """A dated note tells when somebody looked: at an item, or at the plan; the report shows it."""
    text = PLANNED.replace("review: {every: 6w,", "review: {plan: 3w, every: 6w,").replace(
        "  one_at_a_time",
        "  review_notes: ['2026-01-20: Still worth it', {date: 2026-01-02, text: Too much}]\n"
        "  one_at_a_time",
    )
    text = text.replace("id: keep,", "id: keep, review_notes: ['2026-02-11: Is fine'],")
    (planned / "backlog.yaml").write_text(text, encoding="utf-8")
    commit(planned, "2026-01-05")
    found = as_json(backlog)
    overdue = {one["key"]: one for one in found["reviews"]}
    assert "keep" not in overdue
    assert (overdue[""]["last"], overdue[""]["days_over"]) == ("2026-01-20", 6)
    assert [one["day"] for one in found["review_notes"]] == [
        "2026-02-11", "2026-01-20", "2026-01-02",
    ]  # fmt: skip
    shown = backlog("report", "--sandbox", "--audience", "engineering", *DAY).out
    assert "2026-01-20, the plan: Still worth it" in shown
    assert "the plan: 6 days over, last on 2026-01-20" in shown


def asking(plan: str, item: str) -> str:
    """The planned backlog, with places for feedback on the plan and on one item."""
    text = PLANNED.replace("planning:\n", f"planning:\n  feedback: {plan}\n")
    return text.replace("id: keep,", f"id: keep, feedback: {item},")


def test_open_questions_come_into_the_report(
    backlog: Backlog, planned: Path, server: Sandbox
) -> None:
    """Open boxes and unanswered questions of an issue and of a discussion, until they are over."""
    server.ensure_repository("octo-org/shop")
    ann = Person(server, "ann", repository="octo-org/shop")
    guest = Person(server, "guest", repository="octo-org/shop", permission="read")
    issue = ann.open_issue("What do you miss?", "- [ ] Is Sunday open?\n- [x] Sign\n\nReally?")
    said = (
        "Nice.\n> Is that a quote?\n```\ncode?\n```\nWho pays @octocat?\n\n- And when?",
        "<!-- backlog:comment x -->\nOurs?",
    )
    for text in said:
        guest.comment(issue.number, text)
    talk = guest.start_discussion("Carts", "No box here. Or?")
    first = guest.discuss(talk, "Does it sync?")
    other = guest.discuss(talk, "Does it cost?")
    ann.discuss(talk, "No.", reply_to=other)
    guest.discuss(talk, "Sure?", reply_to=other)
    address = f"https://github.com/octo-org/shop/discussions/{talk.number}"
    text = asking(f"'#{issue.number}'", f"'{address}'")
    (planned / "backlog.yaml").write_text(text, encoding="utf-8")

    def asked() -> list[tuple[str, str, str]]:
        found = as_json(backlog, server=True)["questions"]
        return [(one["item"], one["text"], one["by"]) for one in found]

    assert asked() == [
        ("", "Is Sunday open?", ""),
        ("", "Who pays @octocat?", "guest"),
        ("", "And when?", "guest"),
        ("keep", "Does it sync?", "guest"),
        ("keep", "Sure?", "guest"),
    ]
    markdown = backlog("report", "--format", "markdown", *DAY).out
    assert "### Open questions" in markdown
    assert "@octocat" not in markdown
    ann.comment(issue.number, "The city.")
    ann.choose_answer(first)
    assert asked() == [("", "Is Sunday open?", "")]
    ann.close(issue.number)
    assert asked() == []


def test_a_place_that_is_not_there_is_told(
    backlog: Backlog, planned: Path, server: Sandbox
) -> None:
    """The report is made all the same, and says what it could not read."""
    text = asking("'#77'", "https://github.com/octo-org/other/discussions/3")
    (planned / "backlog.yaml").write_text(text, encoding="utf-8")
    server.ensure_repository("octo-org/shop")
    notes = "\n".join(as_json(backlog, server=True)["notes"])
    assert "The feedback in #77 is out of reach: there is none" in notes
    assert "The feedback in discussion octo-org/other#3 is out of reach" in notes


def test_a_word_that_names_no_place_is_an_error(backlog: Backlog, planned: Path) -> None:
    """What is written under `feedback` is told with the value at hand and the ways to write it."""
    text = asking("[forum, '#3']", "12x")
    (planned / "backlog.yaml").write_text(text, encoding="utf-8")
    ran = backlog("lint")
    assert ran.code == 1
    assert "'forum' names neither an issue nor a discussion" in ran.out
    assert "'12x' names neither an issue nor a discussion" in ran.out


def test_feedback_costs_one_request_and_nothing_without_it(
    backlog: Backlog, planned: Path, server: Sandbox
) -> None:
    """A report asks once for up to ten places; without any it sends what it always sent."""
    server.ensure_repository("octo-org/shop")

    def requests() -> int:
        before = len(server.log)
        as_json(backlog, "--no-write-back", server=True)
        return len(server.log) - before

    plain = requests()
    text = asking("['#1', '#2']", "'#3'")
    (planned / "backlog.yaml").write_text(text, encoding="utf-8")
    assert requests() == plain + 1


def test_a_report_may_be_of_what_is_for_somebody(backlog: Backlog, planned: Path) -> None:
    """`--items-for` limits items, sums and load; who nothing is for is told, with who it may be."""
    text = PLANNED.replace("team: Web", "team: Web\n    audience: riders")
    text = text.replace("id: merge,", "id: merge, audience: firms,")
    (planned / "backlog.yaml").write_text(text, encoding="utf-8")
    whole = as_json(backlog)
    assert [(one["name"], one["total"]) for one in whole["groups"]["audience"]] == [
        ("riders", 1), ("firms", 1), ("", 1),
    ]  # fmt: skip
    found = as_json(backlog, "--items-for", "Riders")
    assert [one["key"] for one in found["items"]] == ["carts", "keep"]
    assert found["total"]["points_total"] == 5
    assert "Only what is for Riders: 1 of 3 items." in found["notes"]
    shown = backlog("report", "--sandbox", *DAY).out
    assert "By audience" in shown
    assert "nobody named" in shown
    ran = backlog("report", "--sandbox", *DAY, "--items-for", "rider")
    assert (ran.code, "no item is for 'rider'" in ran.err) == (2, True)
    assert "did you mean 'riders'?" in ran.err
