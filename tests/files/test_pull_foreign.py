"""GitHub's version of fields into plans of other tools: at their own keys, columns and lines."""

from pathlib import Path

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.pull import Take, TakeMembers, TakeName, TakeText, TakeValue, What
from backlog_sync.files.load import load
from backlog_sync.files.write.pull import accept
from tests.files.test_accept import accepted, after, boxes

YAML = """\
user_stories:  # ours
  - story_id: US-1
    name: 'Rent a boat'   # short
    priority: high
    effort: "5"
    tags: [web, app]
    notes: kept
    criteria:
      - {criterion: one, met: false}
      - '[ ] two'
  - story_id: US-2
    name: Pay
    priority: low
    effort: 3
    depends_on: [US-1]
"""
JSON = """\
{
  "tasks": [
    {"id": 1, "title": "Rent", "priority": "high", "dependencies": []},
    {"id": 2, "title": "Pay", "priority": "low", "dependencies": [1]}
  ]
}
"""
CSV = """\
Issue key;Summary;Story Points;Priority;Labels;Labels;Sprint
B-1;"Rent; a boat";5;High;web;app;1
B-2;Pay;3;Low;;;1
"""
CARD = """\
---
id: task-1
title: Rent a boat
status: To Do
priority: high
labels:
  - web
---

## Acceptance Criteria

- [ ] #1 It floats
- [x] #2 It has oars
"""
TASKS = """\
# Plan

- [ ] 1. Boats
  - [ ] 1.1 Rent (#3)
    - Points: 3
  - [ ] 1.2 Pay
  - [ ] 1.3 Sink
"""


@pytest.mark.parametrize(
    ("name", "text", "key", "field", "what", "old", "new"),
    [
        # the keys of a YAML file of another tool
        ("plan.yaml", YAML, "us-1", "title", TakeValue("Hire it"), "'Rent a boat'", "'Hire it'"),
        ("plan.yaml", YAML, "us-2", "Priority", TakeValue("High"),
         "priority: low", "priority: high"),
        ("plan.yaml", YAML, "us-1", "Story Points", TakeValue(8), 'effort: "5"', 'effort: "8"'),
        ("plan.yaml", YAML, "us-1", "labels", TakeMembers(("red",), ("web",)),
         "[web, app]", "[app, red]"),
        ("plan.yaml", YAML, "us-2", "labels", TakeMembers(("red",)),
         "effort: 3\n", "effort: 3\n    tags: [red]\n"),
        ("plan.yaml", YAML, "us-2", "blocked_by", TakeMembers((), ("us-1",)), "[US-1]", "[]"),
        ("plan.yaml", YAML, "us-1", "blocked_by", TakeMembers(("us-2",)),
         "    criteria:", "    depends_on: [US-2]\n    criteria:"),
        # JSON
        ("tasks.json", JSON, "task-1", "title", TakeValue('A "b"'), '"Rent"', '"A \\"b\\""'),
        ("tasks.json", JSON, "task-2", "Priority", TakeValue("High"), '"low"', '"high"'),
        # columns
        ("plan.csv", CSV, "b-1", "title", TakeValue("Hire; it"),
         '"Rent; a boat"', '"Hire; it"'),
        ("plan.csv", CSV, "b-1", "Story Points", TakeValue(2.5), ";5;High", ";2.5;High"),
        ("plan.csv", CSV, "b-2", "Priority", TakeValue("High"), ";3;Low", ";3;High"),
        ("plan.csv", CSV, "b-1", "labels", TakeMembers(("red",), ("web",)), "web;app", "app;red"),
        ("plan.csv", CSV, "b-2", "labels", TakeMembers(("red",)), "Low;;;", "Low;red;;"),
        # front matter and check lists of a file that is one item
        ("card.md", CARD, "task-1", "title", TakeValue("Hire"), "Rent a boat", "Hire"),
        ("card.md", CARD, "task-1", "labels", TakeMembers(("red",)), "- web\n", "- web\n  - red\n"),
        ("card.md", CARD, "task-1", "acceptance_criteria", boxes("It sails", "x It has oars"),
         "It floats", "It sails"),
        ("card.md", CARD, "task-1", "acceptance_criteria",
         boxes("It floats", "x It has oars", "new"),
         "oars\n", "oars\n- [ ] #3 new\n"),
        # numbered boxes
        ("tasks.md", TASKS, "task-1.1", "title", TakeValue("Hire"), "1.1 Rent", "1.1 Hire"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_a_field_is_set_where_it_stands(
    tmp_path: Path,
    name: str,
    text: str,
    key: str,
    field: str,
    what: What,
    old: str,
    new: str,
    eol: str,
) -> None:
    """In the file's own key, column or line, and in its own words; no other byte changes."""
    done = accepted(tmp_path, name, text.replace("\n", eol), (key, field, what))
    assert done.left == ()
    assert after(done) == text.replace(old, new, 1).replace("\n", eol)


@pytest.mark.parametrize(
    ("name", "text", "key", "field", "what", "why"),
    [
        ("plan.yaml", YAML, "us-1", "milestone", TakeValue("M1"), "no key for it"),
        ("plan.csv", CSV, "b-1", "milestone", TakeValue("M1"), "no column for it"),
        ("plan.csv", CSV, "b-1", "labels", TakeMembers(("x", "y")), "no more columns"),
        ("plan.yaml", YAML, "us-1", "acceptance_criteria", boxes("other", "two"), "in parts"),
        ("card.md", CARD, "task-1", "milestone", TakeValue("M1"), "no key for it"),
        ("plan.csv", CSV, "b-1", "description", TakeText("a\nb"), "no column for it"),
    ],
)
def test_what_has_no_place_is_left_with_its_reason(
    tmp_path: Path, name: str, text: str, key: str, field: str, what: What, why: str
) -> None:
    """Nothing of the file changes."""
    done = accepted(tmp_path, name, text, (key, field, what))
    assert done.changes == ()
    assert why in done.left[0].reason


@pytest.mark.parametrize(("name", "text"), [("plan.yaml", YAML), ("plan.csv", CSV), ("a.md", CARD)])
def test_a_new_name_goes_to_all_that_say_it(tmp_path: Path, name: str, text: str) -> None:
    """A label and an option that people renamed on GitHub."""
    file = tmp_path / name
    file.write_text(text)
    loaded = load([file], root=tmp_path)
    assert loaded.desired is not None
    done = accept(
        loaded,
        loaded.desired,
        [
            Take("web", "web", "", "name", TakeName("web", "site"), ChangeKind.LABEL),
            Take("Priority", "", "", "options", TakeName("High", "Urgent"), ChangeKind.FIELD),
        ],
    )
    assert done.left == ()
    old = "High" if name == "plan.csv" else "high"
    assert after(done) == text.replace("web", "site").replace(old, "Urgent")
