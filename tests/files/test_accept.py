"""GitHub's version of fields into files of every style; what cannot be said is left."""

from pathlib import Path

import pytest

from backlog_sync.core.model import CheckItem
from backlog_sync.core.pull import Take, TakeCriteria, TakeMembers, TakeText, TakeValue, What
from backlog_sync.files.load import load
from backlog_sync.files.write.pull import Accepted, accept

BOARD = "project: {owner: o, title: T, fields: {Team: {type: text}}}\n"


def accepted(folder: Path, name: str, text: str, *takes: tuple[str, str, What]) -> Accepted:
    """Put these (key, field, what) into a file of this text."""
    file = folder / name
    file.write_bytes(text.encode())
    loaded = load([file], root=folder)
    assert loaded.desired is not None, loaded.diagnostics
    assert loaded.errors == ()
    wanted = [Take(key, key, "#1", field, what) for key, field, what in takes]
    return accept(loaded, loaded.desired, wanted)


def after(done: Accepted) -> str:
    """The one file as it would be written."""
    (change,) = done.changes
    return change.after.decode()


def boxes(*texts: str) -> TakeCriteria:
    """Criteria; one that begins with `x ` is ticked."""
    return TakeCriteria(tuple(CheckItem(t.removeprefix("x "), t.startswith("x ")) for t in texts))


@pytest.mark.parametrize(
    ("before", "field", "what", "wanted"),
    [
        # one value, in whatever style it stands
        ("title: A # c", "title", TakeValue("B: b"), 'title: "B: b" # c'),
        ("title: 'A'", "title", TakeValue("It's"), "title: 'It''s'"),
        ('title: "A"', "title", TakeValue("B"), 'title: "B"'),
        ("title: A\n    story_points: 3", "Story Points", TakeValue(2.5),
         "title: A\n    story_points: 2.5"),
        ("title: A\n    Story Points: 3", "Story Points", TakeValue(5),
         "title: A\n    Story Points: 5"),
        ("title: A\n    priority: High", "Priority", TakeValue(None),
         "title: A\n    priority: null"),
        ("title: A", "Priority", TakeValue("no"), 'title: A\n    priority: "no"'),
        ("title: A\n    team: x\n    Team: x", "Team", TakeValue("z"),
         "title: A\n    team: x\n    Team: z"),
        # lists
        ("title: A\n    labels: [a, 'b']", "labels", TakeMembers(("c",), ("a",)),
         "title: A\n    labels: ['b', c]"),
        ("title: A\n    labels: a", "labels", TakeMembers(("b",)),
         "title: A\n    labels: [a, b]"),
        ("title: A\n    labels: []", "labels", TakeMembers(("b",)), "title: A\n    labels: [b]"),
        ("title: A\n    labels:", "labels", TakeMembers(("b",)), "title: A\n    labels: [b]"),
        ("title: A\n    labels:\n    - a # x\n    - b", "labels", TakeMembers((), ("a",)),
         "title: A\n    labels:\n    - b"),
        ("title: A\n    labels:\n      - a\n      - b # y", "labels", TakeMembers(("c",)),
         "title: A\n    labels:\n      - a\n      - b # y\n      - c"),
        ("title: A\n    labels:\n      - a", "labels", TakeMembers((), ("a",)),
         "title: A\n    labels: []"),
        ("title: A", "labels", TakeMembers(("x y",)), "title: A\n    labels: [x y]"),
        # texts
        ("title: A\n    description: one", "description", TakeText("two"),
         "title: A\n    description: two"),
        ("title: A\n    description: one", "description", TakeText("two\n\n- three"),
         "title: A\n    description: |-\n      two\n\n      - three"),
        ("title: A\n    description: |\n         one\n    goal: g", "description", TakeText("a\nb"),
         "title: A\n    description: |\n         a\n         b\n    goal: g"),
        ("title: A\n    description: >\n      one\n      two", "description", TakeText("a"),
         "title: A\n    description: a"),
        ("title: A\n    goal: g", "goal", TakeText(None), "title: A\n    goal: null"),
        ("title: A", "description", TakeText("a: b\nc"),
         "title: A\n    description: |-\n      a: b\n      c"),
        # criteria
        ("title: A\n    acceptance_criteria: [one, two]", "acceptance_criteria",
         boxes("one", "x two", "three"),
         'title: A\n    acceptance_criteria: [one, "[x] two", three]'),
        ("title: A\n    acceptance_criteria:\n      - one # c\n      - {text: two, done: true}",
         "acceptance_criteria", boxes("x two", "one"),
         "title: A\n    acceptance_criteria:\n      - {text: two, done: true}\n      - one # c"),
        ("title: A", "acceptance_criteria", boxes("one", "x two"),
         'title: A\n    acceptance_criteria:\n      - one\n      - "[x] two"'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_fields_of_yaml(
    tmp_path: Path, before: str, field: str, what: What, wanted: str, eol: str
) -> None:
    """Only the value changes; comments, quotes, dashes and line endings stay."""
    head = f"version: 1\n{BOARD}stories:\n  - id: s\n    "
    tail = "\n  - {id: t, title: Other}\n"
    done = accepted(
        tmp_path, "b.yaml", f"{head}{before}{tail}".replace("\n", eol), ("s", field, what)
    )
    assert done.left == ()
    assert after(done) == f"{head}{wanted}{tail}".replace("\n", eol)


def test_a_json_backlog_stays_json(tmp_path: Path) -> None:
    """Quotes, brackets and layout."""
    text = '{"stories": [\n  {"id": "s", "title": "A",\n   "labels": ["a"]}\n]}\n'
    done = accepted(
        tmp_path,
        "b.json",
        text,
        ("s", "title", TakeValue("B")),
        ("s", "labels", TakeMembers(("c",))),
        ("s", "description", TakeText("one\ntwo")),
    )
    assert done.left == ()
    assert '"title": "B"' in after(done)
    assert '"labels": ["a", "c"]' in after(done)
    assert '"description": "one\\ntwo"' in after(done)


def test_a_task_that_is_only_a_title(tmp_path: Path) -> None:
    """Its title can change; anything else needs a mapping, and is left."""
    text = "stories:\n- title: S\n  id: s\n  tasks:\n  - write it\n"
    file = tmp_path / "b.yaml"
    file.write_text(text, encoding="utf-8")
    key = next(k for k in load([file], root=tmp_path).keys if k != "s")
    done = accepted(tmp_path, "b.yaml", text, (key, "title", TakeValue("Write: it")))
    assert after(done) == text.replace("write it", '"Write: it"')
    done = accepted(tmp_path, "b.yaml", text, (key, "description", TakeText("why")))
    assert ([left.name for left in done.left], done.changes) == (["description"], ())


def test_what_an_alias_shares_is_left(tmp_path: Path) -> None:
    """Changing it would change another item."""
    text = "stories:\n- {id: s, title: S, labels: &l [a]}\n- {id: t, title: T, labels: *l}\n"
    done = accepted(
        tmp_path,
        "b.yaml",
        text,
        ("t", "labels", TakeMembers(("b",))),
        ("s", "labels", TakeMembers(("c",))),
        ("t", "title", TakeValue("U")),
    )
    assert {(left.key, left.name) for left in done.left} == {("t", "labels"), ("s", "labels")}
    assert after(done) == text.replace("title: T", "title: U")


ROADMAP = """\
# Plan

## Epic 1: Carts (8 pts)

- **Story 1.1**: Keep a cart
  - Priority: High
  - Labels: ui, api
  - [ ] one
  - [ ] two
- **Story 1.2**: Merge

| Story | Title | Points |
|---|---|---|
| 1.3 | Share a cart | 3 |
"""


def test_fields_of_lists_and_tables_in_markdown(tmp_path: Path) -> None:
    """Where the value stands: in a list, in a title, in a cell."""
    done = accepted(
        tmp_path,
        "ROADMAP.md",
        ROADMAP,
        ("epic-1", "Story Points", TakeValue(13)),
        ("story-1.1", "title", TakeValue("Keep it")),
        ("story-1.1", "Priority", TakeValue("Low")),
        ("story-1.1", "labels", TakeMembers(("fast",), ("ui",))),
        ("story-1.1", "acceptance_criteria", boxes("x one", "two and a half")),
        ("story-1.2", "Priority", TakeValue("High")),
        ("story-1.3", "Story Points", TakeValue(5)),
    )
    text = after(done)
    assert done.left == ()
    assert "## Epic 1: Carts (13 pts)" in text
    assert "- **Story 1.1**: Keep it\n  - Priority: Low\n  - Labels: api, fast\n" in text
    assert "  - [x] one\n  - [ ] two and a half\n" in text
    assert "**Priority**: High" in text
    assert "| 1.3 | Share a cart | 5 |" in text


def test_what_a_roadmap_would_read_otherwise_is_left(tmp_path: Path) -> None:
    """A title that would be another item's, a text that would be metadata."""
    text = "## Epic 1: Carts\n\nOne line.\n\n### Story 1.1: Keep\n"
    done = accepted(
        tmp_path,
        "ROADMAP.md",
        text,
        ("epic-1", "description", TakeText("**Priority**: High")),
        ("story-1.1", "title", TakeValue("Kept")),
    )
    assert [left.name for left in done.left] == ["description"]
    assert after(done) == text.replace("Keep", "Kept")
