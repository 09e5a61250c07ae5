"""`backlog pull --new`: issues that people opened become items, and nothing else changes."""

import json
from pathlib import Path

import jsonschema
import pytest

from github_sandbox.actors import Person
from github_sandbox.app import Sandbox
from tests.cli.conftest import Backlog
from tests.house.sources import ROOT

YAML = """\
version: 1
repository: octo-org/shop
inbox: {labels: [idea], below: carts}
people: {Ann Example: ann}
epics:
  - id: carts
    title: Carts   # kept
    stories:
      - id: keep
        title: Keep a cart
        labels: [ui]
        assignees: [Ann Example]
        issue: 1
"""
ROADMAP = """\
---
backlog:
  repository: octo-org/shop
  inbox: {labels: [idea], forms: [bug.yml], below: Inbox}
---
# Roadmap

## Epic 1: Carts

### Story 1.1: Keep a cart
**Priority**: High
**Labels**: `ui`

It stays for thirty days.

## Notes

None.
"""
FORM = """\
name: Bug report
description: Something is broken
labels: [idea]
body:
  - type: markdown
    attributes: {value: Thanks!}
  - type: textarea
    id: what
    attributes: {label: What happened?}
"""


class People:
    """Those who open issues, and those who sort them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.root = Person(sandbox, "root", permission="admin")
        self.ann = Person(sandbox, "ann")
        self.tri = Person(sandbox, "tri", permission="triage")
        self.mallory = Person(sandbox, "mallory", permission="read")
        for name in ("idea", "ui"):
            self.root.create_label(name)


@pytest.fixture
def people(server: Sandbox) -> People:
    """The people of the repository."""
    return People(server)


def _write(folder: Path, name: str, text: str) -> Path:
    (folder / "backlog.yaml").unlink()
    file = folder / name
    file.write_text(text, encoding="utf-8", newline="")
    return file


def test_new_issues_of_a_roadmap_are_written_below_its_heading_and_then_adopted(
    folder: Path, backlog: Backlog, server: Sandbox, people: People
) -> None:
    """The whole way: taken, silent, adopted with the bodies as they were, silent."""
    file = _write(folder, "ROADMAP.md", ROADMAP)
    (folder / ".github/ISSUE_TEMPLATE").mkdir(parents=True)
    (folder / ".github/ISSUE_TEMPLATE/bug.yml").write_text(FORM, encoding="utf-8")
    assert backlog("sync", "--yes").code == 0
    before = file.read_text(encoding="utf-8")
    people.ann.open_issue("Export as CSV", "Please.\n\n- [x] fast", labels=("idea",))
    people.mallory.open_issue("Casino!!", "- [x] paid", labels=("idea",), form=True)
    people.mallory.open_issue("Print labels")
    people.tri.label(5, "idea")
    people.ann.open_issue("It broke", "### What happened?\n\nSmoke.\n")
    people.ann.open_issue("Unrelated")
    people.ann.open_issue("Count carts")
    people.root.put_below(8, 2)
    bodies = {number: people.ann.issue(number).body for number in range(3, 9)}

    dry = backlog("pull", "--new", "--dry-run")
    assert (dry.code, file.read_text(encoding="utf-8")) == (0, before)
    logged = len(server.log)
    ran = backlog("pull", "--new")
    assert (ran.code, ran.err) == (0, "")
    assert not sum(entry.mutations for entry in server.log[logged:])
    assert file.read_text(encoding="utf-8") == before.replace(
        "## Notes\n", "#### Task: Count carts\n**Issue**: sandbox#8\n\n## Notes\n"
    ) + (
        "\n## Inbox\n"
        "\n### Story: Export as CSV\n**Labels**: `idea`  \n"
        "**Issue**: sandbox#3\n"
        "\n### Story: Print labels\n**Labels**: `idea`  \n"
        "**Issue**: sandbox#5\n"
        "\n### Story: It broke\n**Issue**: sandbox#6\n"
    )
    assert ran.out == TOLD
    after = file.read_bytes()
    logged = len(server.log)
    again = backlog("pull", "--new")
    assert again.code == 0
    assert again.out.endswith("No new issues.\n")
    assert file.read_bytes() == after
    assert not sum(entry.mutations for entry in server.log[logged:])

    assert backlog("sync", "--yes").code == 0
    assert file.read_bytes() == after
    for number, body in bodies.items():
        assert people.ann.issue(number).body.startswith(body)
    assert people.ann.issue(4).body == bodies[4]
    assert people.ann.issue(7).body == bodies[7]
    quiet = backlog("sync", "--yes")
    assert "No changes" in quiet.out
    assert len(server.store.issues[server.repository("octo-org/shop").id]) == 8


TOLD = """\
Inbox  4 new issues in the files
  + Export as CSV                                                      story  #3
    label idea, by ann; below Inbox
  + Print labels                                                       story  #5
    label idea by tri, opened by mallory; below Inbox
  + It broke                                                           story  #6
    form bug.yml, by ann; below Inbox
  + Count carts                                                         task  #8
    sub-issue, by ann; below #2

Not taken  somebody has to decide
  ? Casino!!                                                                  #4
    opened by mallory, who may not write; no other person put the label on it
    → to ask for it, take the label idea off and put it on again
Updated ROADMAP.md
"""


def test_new_issues_of_a_yaml_file_have_its_names_and_keys(
    folder: Path, backlog: Backlog, people: People
) -> None:
    """Below the item that the setting names; people as the file calls them; as JSON."""
    people.root.open_issue("Keep a cart", labels=("ui",))
    people.ann.open_issue("key: v # not a comment", labels=("idea",))
    people.ann.assign(2, "ann")
    file = _write(folder, "backlog.yaml", YAML)
    ran = backlog("pull", "--new", "--format", "json")
    assert ran.code == 0
    schema = json.loads((ROOT / "docs/schema/inbox.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(ran.out))
    assert json.loads(ran.out) == {
        "format_version": 1,
        "taken": [
            {
                "number": 2,
                "ref": "#2",
                "key": "carts-key-v-not-a-comment-1e6efa7c",
                "title": "key: v # not a comment",
                "kind": "story",
                "below": None,
                "reason": "label idea, by ann",
                "path": "backlog.yaml",
                "line": 14,
                "fields_left": [],
            }
        ],
        "left": [],
        "files": ["backlog.yaml"],
    }
    added = (
        '      - title: "key: v # not a comment"\n        issue: sandbox#2\n'
        "        labels: [idea]\n        assignees: [Ann Example]\n"
    )
    assert file.read_text(encoding="utf-8") == YAML + added


def test_a_chain_of_new_issues_is_taken_in_one_run(
    folder: Path, backlog: Backlog, people: People
) -> None:
    """So that a second run is silent: what is below a new item follows it."""
    file = _write(folder, "backlog.yaml", YAML.replace("        issue: 1\n", ""))
    for title in ("A", "B", "C"):
        people.ann.open_issue(title, labels=("idea",))
    people.root.put_below(2, 1)
    people.root.put_below(3, 2)
    assert backlog("pull", "--new").code == 0
    after = file.read_bytes()
    assert after.count(b"issue: ") == 3
    assert backlog("pull", "--new").out == "No new issues.\n"
    assert file.read_bytes() == after


def test_only_limits_what_is_taken(folder: Path, backlog: Backlog, people: People) -> None:
    """By a number, a title or the start of one; also what is listed and not taken."""
    file = _write(folder, "backlog.yaml", YAML.replace("        issue: 1\n", ""))
    for title in ("A", "B", "C"):
        people.ann.open_issue(title, labels=("idea",))
    assert backlog("pull", "--new", "--only", "#2", "--only", "c").code == 0
    text = file.read_text(encoding="utf-8")
    assert ("title: A" in text, "title: B" in text, "title: C" in text) == (False, True, True)
    people.mallory.open_issue("Casino!!", labels=("idea",), form=True)
    assert backlog("pull", "--new", "--only", "D").out == "No new issue has this number or title.\n"
    assert "Casino!!" in backlog("pull", "--new", "--only", "casi").out
    assert "Casino!!" not in backlog("pull", "--new", "--only", "A").out


def test_without_the_setting_it_says_what_to_add(
    folder: Path, backlog: Backlog, people: People
) -> None:
    """With a label that the repository's issues have."""
    _write(folder, "backlog.yaml", YAML.replace("inbox: {labels: [idea], below: carts}\n", ""))
    people.ann.open_issue("A", labels=("ui",))
    ran = backlog("pull", "--new")
    assert ran.code == 4
    assert "error[no-inbox]" in ran.err
    assert "`inbox: {labels: [ui], below: Inbox}`" in ran.err


def test_a_label_that_does_not_exist_is_named(
    folder: Path, backlog: Backlog, people: People
) -> None:
    """With the one that may be meant."""
    _write(folder, "backlog.yaml", YAML.replace("labels: [idea]", "labels: [ideas]"))
    ran = backlog("pull", "--new")
    assert (ran.code, ran.out) == (0, "No new issues.\n")
    assert "warning[unknown-selector] `inbox` names the label ideas" in ran.err
    assert "did you mean idea?" in ran.err


@pytest.mark.parametrize(
    ("below", "meant"), [("Cart", "did you mean carts?"), ("?", "name the key")]
)
def test_a_place_that_does_not_exist_is_named(
    folder: Path, backlog: Backlog, people: People, below: str, meant: str
) -> None:
    """A file without headings gets the items at its end."""
    people.ann.open_issue("A", labels=("idea",))
    _write(folder, "backlog.yaml", YAML.replace("below: carts", f"below: '{below}'").replace(
        "        issue: 1\n", ""
    ))  # fmt: skip
    ran = backlog("pull", "--new")
    assert (ran.code, "at the end" in ran.out) == (0, True)
    assert f"below {below}, which is not an item" in ran.err
    assert meant in ran.err


def test_it_takes_whole_issues_into_files_of_the_repository(
    folder: Path, backlog: Backlog, server: Sandbox
) -> None:
    """No single fields; and numbers of another repository would mean other issues."""
    server.ensure_repository("octo-org/fork")
    _write(folder, "backlog.yaml", YAML)
    assert backlog("pull", "--new", "--field", "title").code == 2
    ran = backlog("pull", "--new", "--repo", "octo-org/fork")
    assert ran.code == 4
    assert "error[inbox-elsewhere]" in ran.err


def test_boxes_of_a_new_issue_are_shown_as_its_criteria(
    backlog: Backlog, server: Sandbox, people: People, folder: Path
) -> None:
    """As text and as JSON, which says that the file has none; a stranger's boxes are text."""
    (folder / "backlog.yaml").write_text(YAML.replace("        issue: 1\n", ""))
    assert backlog("sync", "--yes").code == 0
    boxes = "- [x] fast\n- [ ] small"
    people.ann.open_issue("Export as CSV", boxes, labels=("idea",))
    people.tri.label(people.mallory.open_issue("Print labels", boxes).number, "idea")
    assert backlog("pull", "--new").code == 0
    for _ in range(2):
        head = (
            "Acceptance criteria  1 of 2; boxes in the text of the issue\n  [x] fast\n  [ ] small"
        )
        assert head in backlog("show", "Export as CSV").out
        told = json.loads(backlog("show", "Export as CSV", "--format", "json").out)
        assert told["criteria"] == [
            {"text": "fast", "done": True, "in_file": None},
            {"text": "small", "done": False, "in_file": None},
        ]
        assert "criteria" not in backlog("show", "Print labels").out
        assert backlog("sync", "--yes").code == 0


def test_the_place_may_be_the_title_of_an_item(
    folder: Path, backlog: Backlog, people: People
) -> None:
    """The keys of a roadmap's items are made up, and its headings have numbers."""
    file = _write(folder, "ROADMAP.md", ROADMAP.replace("below: Inbox", "below: carts"))
    people.ann.open_issue("Export as CSV", labels=("idea",))
    ran = backlog("pull", "--new")
    assert "below carts" in ran.out
    assert file.read_text(encoding="utf-8").endswith("sandbox#1\n\n## Notes\n\nNone.\n")
