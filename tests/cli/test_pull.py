"""`backlog pull`: what people changed on GitHub goes into the files, byte by byte."""

import json
from pathlib import Path

import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog

PLAN = """\
# the shop                        # a comment at the top
version: 1
repository: octo-org/shop
project: {owner: octo-org, title: Shop, fields: {Team: {type: single_select, options: [Red, Blue]}}}
milestones: [Spring, Autumn]
labels: [ui, api, fast]
people: {Ann Example: ann}
epics:
  - id: carts
    title: Carts   # kept
    goal: "Never lose a cart"
    milestone: Spring
    stories:
    - id: keep
      title: 'Keep a cart'
      story_points: 5    # by the team
      priority: High
      labels: [ui]
      target: 2027-01-31
      Team: Red
      assignees: [Ann Example]
      description: |
        It stays for thirty days.

        Then it goes.

      acceptance_criteria:
        - It is there after a restart     # the main thing
        - {text: It is gone after thirty days}
    - id: merge
      title: Merge carts
      labels:
        - ui
        # another
        - api
      depends_on: [keep]
"""

MARKDOWN = """\
---
backlog:
  repository: octo-org/shop
  project: {owner: octo-org, title: Shop}
---
# Roadmap

## Epic 1: Carts
**Goal**: Never lose a cart
**Milestone**: Spring

### Story 1.1: Keep a cart
**Story Points**: 5  
**Priority**: High  
**Labels**: `ui`, `api`

It stays for thirty days.

Then it goes.

**Acceptance Criteria**:
- [ ] It is there after a restart
- [ ] It is gone after thirty days

### Story 1.2: Merge carts (3 pts)
**Depends on**: Story 1.1
"""  # noqa: W291 - hard breaks


@pytest.fixture
def ann(server: Sandbox) -> Person:
    """Somebody who works on the pages."""
    return Person(server, "ann", repository="octo-org/shop")


def changed(before: str, after: str) -> list[str]:
    """The lines that are new."""
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


def settled(backlog: Backlog, name: str) -> None:
    """A sync has nothing to do, in the repository or in the files."""
    plan = json.loads(backlog("plan", name, "--format", "json").out)
    assert [c for c in plan["changes"] if c["fields"] or c["action"] != "update"] == []
    assert (plan["drift"], plan["conflicts"]) == ([], [])


def synced(backlog: Backlog, folder: Path, name: str, text: str) -> tuple[Path, str]:
    """A file that was synced once, and its text after that."""
    file = folder / name
    file.write_bytes(text.encode())
    ran = backlog("sync", name, "--yes")
    assert ran.code == 0, ran.err
    return file, file.read_bytes().decode()


def test_fields_of_a_yaml_file(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Titles, numbers, dates, board fields and lists change where they stand, no byte more."""
    file, before = synced(backlog, folder, "plan.yaml", PLAN)
    keep, merge = ann.find("Keep a cart").number, ann.find("Merge carts").number
    ann.edit(keep, title="Keep a cart: for longer")
    ann.set_value(keep, "Story Points", 8)
    ann.set_value(keep, "Target", "2027-02-28")
    ann.set_value(keep, "Team", "Blue")
    ann.set_milestone(keep, "Autumn")
    ann.unlabel(keep, "ui")
    ann.label(keep, "api", "fast")
    ann.unlabel(merge, "api")
    ran = backlog("pull", "plan.yaml", "--dry-run")
    assert (ran.code, file.read_bytes().decode()) == (0, before)
    assert "+      story_points: 8    # by the team" in ran.out
    ran = backlog("pull", "plan.yaml")
    assert ran.code == 0, ran.err
    assert "Updated plan.yaml" in ran.out
    after = file.read_bytes().decode()
    assert changed(before, after) == [
        "      title: 'Keep a cart: for longer'",
        "      story_points: 8    # by the team",
        "      labels: []",
        "      target: 2027-02-28",
        "      Team: Blue",
        "      milestone: Autumn",
    ]
    assert "        - ui\n        # another\n      depends_on: [keep]" in after
    settled(backlog, "plan.yaml")
    again = backlog("pull", "plan.yaml")
    assert (again.out, file.read_bytes().decode()) == ("The files are up to date.\n", after)


def test_values_that_people_cleared_are_empty_in_the_file(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """An empty field is declared; the priority's label follows with the next sync."""
    file, before = synced(backlog, folder, "plan.yaml", PLAN)
    keep = ann.find("Keep a cart").number
    for name in ("Story Points", "Target", "Priority"):
        ann.set_value(keep, name, None)
    ann.set_milestone(keep, None)
    assert backlog("pull", "plan.yaml").code == 0
    assert changed(before, file.read_bytes().decode()) == [
        "      story_points: null    # by the team",
        "      priority: null",
        "      target: null",
        "      milestone: null",
    ]
    plan = json.loads(backlog("plan", "plan.yaml", "--format", "json").out)
    assert [tuple(c["fields"]) for c in plan["changes"] if c["fields"]] == [("labels",)]
    assert plan["drift"] == []


def edited(person: Person, number: int, *pairs: tuple[str, str]) -> None:
    """Somebody edits the text on the page."""
    body = person.issue(number).body.replace("\r\n", "\n")
    for old, new in pairs:
        assert old in body
        body = body.replace(old, new)
    person.edit(number, body=body)


TEXTS = (
    ("It stays for thirty days.", "It stays for sixty days.\nAnd is told."),
    ("- [ ] It is there after a restart\n", "- [x] It is there after any restart\n"),
    ("- [ ] It is gone after thirty days\n", "- [ ] It is gone after a year\n- [ ] It says so\n"),
)


TEMPLATE = """\
{goal}

# What for
{description}

# Tests
{acceptance_criteria}

# Ready
- [ ] Two have looked at it
- [ ] It is told
"""


def test_bodies_of_a_template_come_back_to_their_fields(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """A part is found under the template's heading, a box of its own is anybody's to tick."""
    (folder / "body.md").write_text(TEMPLATE)
    file, before = synced(backlog, folder, "plan.yaml", f"body_template: body.md\n{PLAN}")
    keep, carts = ann.find("Keep a cart").number, ann.find("Carts").number
    assert "### What for\n\nIt stays" in ann.issue(keep).body
    ann.tick(keep, "It is told")
    settled(backlog, "plan.yaml")
    edited(ann, keep, *TEXTS)
    edited(ann, carts, ("Never lose a cart", "Never, ever lose a cart"))
    ran = backlog("pull", "plan.yaml")
    assert (ran.code, "template" in ran.out) == (0, False), ran.err
    after = file.read_bytes().decode()
    assert '    goal: "Never, ever lose a cart"\n' in after
    assert "        It stays for sixty days.\n" in after
    assert '        - "[x] It is there after any restart"\n' in after
    assert before.count("\n") < after.count("\n")
    settled(backlog, "plan.yaml")
    assert backlog("sync", "plan.yaml", "--yes").code == 0
    after = file.read_bytes().decode()
    edited(ann, carts, ("Two have looked at it", "Somebody has"))
    ran = backlog("pull", "plan.yaml")
    assert "change the template by hand" in ran.out
    assert file.read_bytes().decode() == after


def test_texts_and_criteria_of_a_yaml_file(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Prose keeps its block, criteria that stay keep their lines, new ones come in their style."""
    file, _ = synced(backlog, folder, "plan.yaml", PLAN)
    edited(ann, ann.find("Keep a cart").number, *TEXTS)
    edited(ann, ann.find("Carts").number, ("Never lose a cart", "Never, ever lose a cart"))
    ran = backlog("pull", "plan.yaml")
    assert ran.code == 0, ran.err
    after = file.read_bytes().decode()
    assert '    goal: "Never, ever lose a cart"\n' in after
    assert (
        "      description: |\n        It stays for sixty days.\n        And is told.\n\n"
        "        Then it goes.\n\n      acceptance_criteria:\n"
        '        - "[x] It is there after any restart"\n'
        "        - It is gone after a year\n        - It says so\n"
    ) in after
    settled(backlog, "plan.yaml")


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_fields_and_texts_of_a_markdown_roadmap(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person, eol: str
) -> None:
    """Lines of metadata, prose and boxes change where they stand; line endings stay."""
    text = MARKDOWN.replace("\n", eol)
    file, before = synced(backlog, folder, "ROADMAP.md", text)
    keep, merge = ann.find("Keep a cart").number, ann.find("Merge carts").number
    ann.edit(keep, title="Keep a cart for longer")
    ann.set_value(keep, "Story Points", 8)
    ann.set_value(merge, "Story Points", 5)
    ann.unlabel(keep, "api")
    edited(ann, keep, *TEXTS)
    ran = backlog("pull", "ROADMAP.md")
    assert ran.code == 0, ran.err
    after = file.read_bytes().decode()
    assert after.count("\r") == (after.count("\n") if eol == "\r\n" else 0)
    assert changed(before, after) == [
        "### Story 1.1: Keep a cart for longer",
        "**Story Points**: 8  ",
        "**Labels**: `ui`  ",
        "It stays for sixty days.",
        "And is told.",
        "- [x] It is there after any restart",
        "- [ ] It is gone after a year",
        "- [ ] It says so",
        "### Story 1.2: Merge carts (5 pts)",
    ]
    settled(backlog, "ROADMAP.md")


def test_people_and_blockers_are_written_in_the_words_of_the_file(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Assignees by their names in the file where it has them, items by their keys."""
    for login in ("ann", "bob"):
        server.ensure_user(login)
    text = PLAN + "ownership: {depends_on: github, labels: github}\n"
    file, before = synced(backlog, folder, "plan.yaml", text)
    keep, merge = ann.find("Keep a cart").number, ann.find("Merge carts").number
    ann.assign(keep, "bob")
    other = ann.open_issue("Another team's work").number
    ann.block(merge, other)
    ann.label(keep, "api", "fast")
    assert backlog("pull", "plan.yaml").code == 0
    assert changed(before, file.read_bytes().decode()) == [
        "      labels: [ui, api, fast]",
        "      assignees: [Ann Example, bob]",
        f"      depends_on: [keep, octo-org/shop#{other}]",
    ]
    settled(backlog, "plan.yaml")


def test_what_people_added_to_a_set_of_the_file_stays_theirs(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """A label or blocker beside the declared ones is no drift, and `pull` leaves it there."""
    file, before = synced(backlog, folder, "plan.yaml", PLAN)
    keep, merge = ann.find("Keep a cart").number, ann.find("Merge carts").number
    ann.label(keep, "fast")
    ann.block(merge, ann.open_issue("Another team's work").number)
    assert backlog("drift", "plan.yaml").code == 0
    assert backlog("pull", "plan.yaml").code == 0
    assert file.read_bytes().decode() == before


def test_what_a_file_cannot_say_is_told_and_left(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Moving an item is a person's work; the rest is taken all the same."""
    file, before = synced(backlog, folder, "plan.yaml", PLAN)
    keep, merge = ann.find("Keep a cart").number, ann.find("Merge carts").number
    ann.put_below(merge, keep)
    ann.unlabel(keep, "priority:high")
    ann.edit(merge, title="Merge the carts")
    ran = backlog("pull", "plan.yaml", "--format", "json")
    told = json.loads(ran.out)
    assert [(t["key"], t["field"], t["value"]) for t in told["taken"]] == [
        ("merge", "title", ["Merge the carts"])
    ]
    assert {(left["key"], left["field"]) for left in told["left"]} == {
        ("merge", "parent"),
        ("keep", "labels"),
    }
    assert changed(before, file.read_bytes().decode()) == ["      title: Merge the carts"]


def test_conflicts_are_left_unless_github_is_to_win(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """Both changed the title and the text: the file's stands until --on-conflict github."""
    file, before = synced(backlog, folder, "plan.yaml", PLAN)
    keep = ann.find("Keep a cart").number
    ann.edit(keep, title="GitHub's title")
    edited(ann, keep, ("thirty days.", "forty days."))
    mine = before.replace("'Keep a cart'", "'My title'").replace("for thirty days", "for a day")
    file.write_bytes(mine.encode())
    ran = backlog("pull", "plan.yaml")
    assert (ran.code, file.read_bytes().decode()) == (4, mine)
    assert "2 conflicts left" in ran.err
    assert backlog("pull", "plan.yaml", "--on-conflict", "github").code == 0
    assert changed(before, file.read_bytes().decode()) == [
        "      title: 'GitHub''s title'",
        "        It stays for forty days.",
    ]
    settled(backlog, "plan.yaml")


def test_a_file_that_must_not_be_written_is_not(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person
) -> None:
    """`write_back: none` is a word for pull too."""
    file, before = synced(backlog, folder, "plan.yaml", f"write_back: none\n{PLAN}")
    ann.edit(ann.find("Merge carts").number, title="Other")
    ran = backlog("pull", "plan.yaml")
    assert (ran.code, file.read_bytes().decode()) == (4, before)
    assert "write_back: none" in ran.err


ELSEWHERE = {
    "plan.csv": (
        "Issue key,Summary,Story Points,Labels,Issue\nB-1,Keep a cart,5,,\nB-2,Merge carts,3,,\n",
        ("Keep a cart,5", "Keep it,8"),
    ),
    "plan.json": (
        '{"user_stories": [\n  {"story_id": "B-1", "name": "Keep a cart", "points": 5},\n'
        '  {"story_id": "B-2", "name": "Merge carts", "points": 3}\n]}\n',
        ('Keep a cart", "points": 5', 'Keep it", "points": 8'),
    ),
    "plan.md": (
        "# Plan\n\n## Epic 1: Carts\n\n- **Story 1.1**: Keep a cart (5 pts)\n"
        "- **Story 1.2**: Merge carts\n",
        ("Keep a cart", "Keep it"),
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_plans_that_were_not_written_for_us(
    backlog: Backlog, folder: Path, server: Sandbox, ann: Person, name: str
) -> None:
    """Titles and points are taken where they stand, and a sync has nothing to do after that."""
    there = ("--repo", "octo-org/shop", "--project", "octo-org/Shop")
    text, (old, new) = ELSEWHERE[name]
    file = folder / name
    file.write_text(text)
    assert backlog("sync", name, "--yes", *there).code == 0
    before = file.read_text()
    number = ann.find("Keep a cart").number
    ann.edit(number, title="Keep it")
    ann.set_value(number, "Story Points", 8)
    ran = backlog("pull", name, *there)
    assert ran.code == 0, ran.err
    assert file.read_text() == before.replace(old, new).replace("(5 pts)", "(8 pts)")
    plan = json.loads(backlog("plan", name, "--format", "json", *there).out)
    assert [c for c in plan["changes"] if c["fields"] or c["action"] != "update"] == []
