"""Checks of sub-issues and dependencies."""

import re
from typing import Any

from backlog_sync.files.lint import MAX_LEVELS
from tests.live.client import Live, UncheckableError, messages
from tests.live.facts import Seen, fact


def _pair(live: Live) -> tuple[str, str]:
    first, second = (live.issue(title)["node_id"] for title in ("Above", "Below"))
    return first, second


def _refused(answer: dict[str, Any], pattern: str) -> Seen:
    """Return whether a mutation was refused with words that the product looks for."""
    message = messages(answer)
    return bool(re.search(pattern, message, re.IGNORECASE)), message or "accepted"


@fact("[R]", "a sub-issue has one parent, and a second one is refused: it says so",
      "github_api/send.py")  # fmt: skip
def second_parent(live: Live) -> Seen:
    """Add one issue to two parents."""
    first, child = _pair(live)
    live.mutate("addSubIssue", "issue { id }", issueId=first, subIssueId=child)
    second = live.issue("Another parent")["node_id"]
    answer = live.try_to("addSubIssue", issueId=second, subIssueId=child)
    return _refused(answer, "only have one parent")


@fact("[R]", "`replaceParent` moves a sub-issue to another parent", "github_api/mutate.py")
def replaced_parent(live: Live) -> Seen:
    """Add one issue to two parents, the second time with it."""
    first, child = _pair(live)
    live.mutate("addSubIssue", "issue { id }", issueId=first, subIssueId=child)
    second = live.issue("Another parent")["node_id"]
    values = {"issueId": second, "subIssueId": child, "replaceParent": True}
    shown = live.mutate("addSubIssue", "subIssue { parent { id } }", **values)["subIssue"]
    moved = shown["parent"] == {"id": second}
    return moved, "moved" if moved else "not moved"


@fact("[R]", "adding a sub-issue or a blocker again is refused as taken or duplicate",
      "github_api/send.py")  # fmt: skip
def links_again(live: Live) -> Seen:
    """Do both twice; the product takes the refusal as done."""
    first, second = _pair(live)
    links = (
        ("addSubIssue", {"issueId": first, "subIssueId": second}),
        ("addBlockedBy", {"issueId": second, "blockingIssueId": first}),
    )
    results = []
    for name, values in links:
        live.mutate(name, "issue { id }", **values)
        results.append(_refused(live.try_to(name, **values), "already been taken|duplicate"))
    return all(holds for holds, _ in results), " / ".join(seen for _, seen in results)


@fact("[R]", f"sub-issues are at most {MAX_LEVELS} levels deep, the topmost counted",
      "files/lint.py")  # fmt: skip
def deepest(live: Live) -> Seen:
    """Create issues below each other until that is refused."""
    parent = live.issue("Level 1")["node_id"]
    for level in range(2, MAX_LEVELS + 3):
        live.pause(2)
        answer = live.try_to(
            "createIssue",
            "issue { id number }",
            repositoryId=live.repository("id")["id"],
            title=live.name(f"Level {level}"),
            parentIssueId=parent,
        )
        if answer.get("errors") and level == 2:
            raise UncheckableError(messages(answer))
        if answer.get("errors"):
            return level == MAX_LEVELS + 1, f"level {level} refused: {messages(answer)}"
        issue = answer["data"]["it"]["issue"]
        live.delete_later(issue["number"], issue["id"])
        parent = issue["id"]
    return False, f"{MAX_LEVELS + 2} levels accepted"


@fact("[?]", "`updatedAt` does not move with sub-issues and dependencies", "github_api/issues.py")
def untouched(live: Live) -> Seen:
    """Link two issues in both ways, some seconds after they were created."""
    first, second = _pair(live)

    def moments() -> list[str]:
        shown = [live.node(each, "... on Issue { updatedAt }") for each in (first, second)]
        return [str(each["updatedAt"]) for each in shown]

    before = moments()
    live.pause(3)
    live.mutate("addSubIssue", "issue { id }", issueId=first, subIssueId=second)
    below = moments()
    live.mutate("addBlockedBy", "issue { id }", issueId=first, blockingIssueId=second)
    blocked = moments()
    pairs = {"sub-issue": (before, below), "dependency": (below, blocked)}
    moved = [name for name, (earlier, later) in pairs.items() if earlier != later]
    return not moved, f"moved with: {', '.join(moved) or 'neither'}"


@fact("[S]", "a sub-issue can be moved behind another one", "github_api/mutate.py")
def reordered(live: Live) -> Seen:
    """Add two, and move the first behind the second."""
    parent, first = _pair(live)
    second = live.issue("The second")["node_id"]
    for child in (first, second):
        live.mutate("addSubIssue", "issue { id }", issueId=parent, subIssueId=child)
    values = {"issueId": parent, "subIssueId": first, "afterId": second}
    live.mutate("reprioritizeSubIssue", "issue { id }", **values)
    nodes = live.node(parent, "... on Issue { subIssues(first: 5) { nodes { id } } }")
    order = [node["id"] for node in nodes["subIssues"]["nodes"]]
    return order == [second, first], "moved" if order == [second, first] else "not moved"
