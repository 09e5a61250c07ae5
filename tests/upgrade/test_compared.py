"""The tool that upgrades the corpus: what it counts, on plans of our own."""

from typing import Any

from tests.upgrade.__main__ import _compared, _moved_lines


def created(key: str, line: int) -> dict[str, Any]:
    """An issue that is to be made of a line."""
    reason = f"declared at ROADMAP.md:{line}"
    return {"kind": "issue", "action": "create", "key": key, "title": key, "reason": reason,
            "ref": None, "fields": {}}  # fmt: skip


def left(key: str) -> dict[str, Any]:
    """An issue that has no item."""
    return {"key": key, "ref": "#1", "title": key, "place": "ROADMAP.md:9"}


def plan(*changes: dict[str, Any], **lists: list[dict[str, Any]]) -> dict[str, Any]:
    """What the new version would do."""
    return {"changes": list(changes), "orphans": [], "conflicts": [], **lists}


MADE = {"changes": [created("a", 3), created("b", 5)]}


def test_a_line_that_had_an_issue_gets_no_second_one() -> None:
    """By its line, wherever progress moved it; another line may be new."""
    changes = plan(created("c", 6), created("d", 8), orphans=[left("b")])
    found = _compared("x", MADE, changes, {3: 3, 5: 6}, {})
    assert found.again == ("line 6: c (was b)",)
    assert found.is_broken
    assert (found.made, found.others["created"]) == (2, 1)


def test_a_line_may_hold_one_more_item_than_before() -> None:
    """A column of epics makes a second item of a row whose first one keeps its issue."""
    found = _compared("x", MADE, plan(created("group", 3)), {3: 3, 5: 6}, {})
    assert not found.is_broken
    assert found.others["created"] == 1
    again = _compared("x", MADE, plan({**created("new", 3), "title": "a"}), {3: 3, 5: 6}, {})
    assert again.again == ("line 3: a (was a)",)


def test_an_issue_without_item_whose_line_is_one_is_lost() -> None:
    """Whether it is told as an orphan or as no longer read; one whose line is none is not."""
    lines, items = {3: 3, 5: 5}, {3: "new"}
    assert _compared("x", MADE, plan(orphans=[left("a")]), lines, items).orphaned == (
        "line 3: a (a), now new",
    )
    found = _compared("x", MADE, plan(no_longer_read=[left("b")]), lines, items)
    assert not found.is_broken
    assert found.unread == ("b (ROADMAP.md:9)",)


def test_lines_are_followed_through_what_was_written_back() -> None:
    """Lines that came in between, and lines to which something was added."""
    assert _moved_lines("# A\n\n- b\n- c\n", "# A\n**Issue**: #1\n\n- b · #2\n- c\n") == {
        1: 1, 2: 3, 3: 4, 4: 5,
    }  # fmt: skip
