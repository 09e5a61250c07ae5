"""What people made of the parts of a body."""

from dataclasses import replace

from backlog_sync.core import body
from backlog_sync.core.model import CheckItem, Checklist, DesiredItem, Prose
from backlog_sync.core.planner import build_plan
from backlog_sync.core.pull import Pulled, TakeText, pull, read_parts
from tests.core.builders import desired, item, managed, observed

GOAL = Prose("goal", "Goal", "words")
CRITERIA = Checklist("acceptance_criteria", "Acceptance criteria", (CheckItem("works", False),))
OWN = Prose("", "Checklist of the house", "- be kind")


def wanted(*block: Prose | Checklist) -> DesiredItem:
    """An item with this body."""
    made = item("a")
    return DesiredItem(made.key, made.kind, made.place, {"title": "A", "body": block})


def test_each_part_is_read_below_its_heading() -> None:
    """Boxes with their ticks; a part whose heading is gone is not there."""
    lines = ("### Goal", "", "other words", "", "more", "", "### Acceptance criteria", "",
             "- [x] works", "- [ ] and fast")  # fmt: skip
    parts, loose = read_parts(wanted(GOAL, CRITERIA), lines)
    assert parts == {
        "goal": "other words\n\nmore",
        "acceptance_criteria": (CheckItem("works", True), CheckItem("and fast", False)),
    }
    assert loose == ()
    assert read_parts(wanted(GOAL, CRITERIA), lines[6:])[0].keys() == {"acceptance_criteria"}
    assert read_parts(wanted(GOAL), ()) == ({}, ())


def test_details_of_the_file_are_neither_criteria_nor_loose() -> None:
    """Each counts once; a line that people put among them is theirs."""
    told = CheckItem("works", details=("- <!-- a note", "- quiet", "- [ ] for @ops"))
    part = Checklist("acceptance_criteria", "Acceptance criteria", (told,))
    lines = body.render((part,), source="R.md", mentions=False)
    parts, loose = read_parts(wanted(part), lines)
    assert parts == {"acceptance_criteria": (CheckItem("works"),)}
    assert loose == ()
    _, loose = read_parts(wanted(part), (*lines[:5], "  - quiet", "  - loud", *lines[5:]))
    assert loose == ("  - quiet", "  - loud")


def test_what_belongs_to_no_part_is_loose() -> None:
    """Before the first heading, or words among boxes; blank lines are nothing."""
    lines = ("a note", "", "### Goal", "words", "### Acceptance criteria", "- [ ] works", "by us")
    parts, loose = read_parts(wanted(GOAL, CRITERIA), lines)
    assert parts["goal"] == "words"
    assert loose == ("a note", "by us")


def test_a_heading_that_comes_again_is_text_of_the_part_that_it_stands_in() -> None:
    """Somebody quoted it."""
    parts, _ = read_parts(wanted(GOAL), ("### Goal", "one", "### Goal", "two"))
    assert parts == {"goal": "one\n### Goal\ntwo"}


def test_the_template_s_own_text_goes_by_its_heading() -> None:
    """Two such parts are two."""
    other = Prose("", "Rules", "- be quick")
    lines = ("### Checklist of the house", "- be kind", "### Rules", "- be slow")
    parts, loose = read_parts(wanted(OWN, other), lines)
    assert (sorted(parts.values(), key=str), loose) == (["- be kind", "- be slow"], ())


def _pulled(made: DesiredItem, was: str, now: str) -> Pulled:
    """What is pulled after somebody changed some words of the issue."""
    issue = managed(made, 1)
    there = observed(replace(issue, body=issue.body.replace(was, now)))
    wanted = desired(made)
    return pull(build_plan(wanted, there), wanted, there)


def test_a_text_that_is_only_a_part_of_the_file_s_is_never_pulled() -> None:
    """The rest of it would be gone from the file."""
    part = Prose("description", "Description", "the beginning", partial=True)
    found = _pulled(wanted(part, GOAL), "the beginning", "their beginning")
    assert found.takes == ()
    assert [left.reason.split(";")[0] for left in found.left] == [
        "the issue has not the whole text of the file"
    ]
    found = _pulled(wanted(part, GOAL), "words", "their words")
    assert [(take.name, take.what) for take in found.takes] == [("goal", TakeText("their words"))]


def test_what_was_closed_on_the_way_is_no_edit() -> None:
    """A `<details>` that the file leaves open is closed in the issue alone."""
    part = Prose("description", "Description", "<details>\n\nlong\n\n```\ncode")
    found = _pulled(wanted(part, GOAL), "words", "their words")
    assert [take.name for take in found.takes] == ["goal"]
    assert found.left == ()
