"""Checks of pull requests and branches that are linked to issues."""

from typing import Any
from urllib.parse import quote

from tests.live.client import Live, UncheckableError
from tests.live.facts import Group, Seen, fact, refusal


def _pull(live: Live, issue: dict[str, Any]) -> dict[str, Any]:
    """Return the open draft that closes an issue: one for all checks, closed at the end."""
    body = {"body": f"Closes #{issue['number']}", "state": "open"}
    if live.pull is not None:
        answer = live.rest("PATCH", f"/pulls/{live.pull['number']}", body)
        if not answer.ok:
            raise UncheckableError(refusal(answer))
        changed: dict[str, Any] = answer.json()
        return changed
    base = live.rest("GET", "").json()["default_branch"]
    values = {"title": live.name("pull request"), "head": live.scratch.branch, "draft": True}
    live.pull = pull = live.created("/pulls", **body, **values, base=base)
    live.later(
        f"pull request #{pull['number']}, which cannot be deleted",
        lambda: False,
        lambda: live.rest("PATCH", f"/pulls/{pull['number']}", {"state": "closed"}).ok,
        shared=True,
    )
    return pull


def _closing(live: Live, issue: dict[str, Any], more: str = "") -> list[dict[str, Any]]:
    shown = live.node(
        issue["node_id"],
        f"... on Issue {{ pulls: closedByPullRequestsReferences(first: 5{more}) {{"
        " nodes { number state isDraft } } }",
    )
    return list(shown["pulls"]["nodes"])


@fact("[D]", "a draft pull request with `Closes #1` is a closing reference of that issue",
      "github_api/parse.py", Group.BRANCH)  # fmt: skip
def closing_reference(live: Live) -> Seen:
    """Open one and read the references of the issue."""
    issue = live.issue("to close by a pull request")
    number = _pull(live, issue)["number"]
    shown = live.until(lambda: _closing(live, issue), bool)
    holds = shown == [{"number": number, "state": "OPEN", "isDraft": True}]
    return holds, ", ".join(f"{p['state']}, draft: {p['isDraft']}" for p in shown) or "none"


@fact("[?]", "a closed pull request is a closing reference only with `includeClosedPrs`",
      "github_api/parse.py", Group.BRANCH)  # fmt: skip
def closed_reference(live: Live) -> Seen:
    """Close one without merging it, and read the references in both ways."""
    issue = live.issue("not closed by a pull request")
    pull = _pull(live, issue)
    live.until(lambda: _closing(live, issue), bool)
    live.rest("PATCH", f"/pulls/{pull['number']}", {"state": "closed"})
    states = [
        [each["state"] for each in _closing(live, issue, more)]
        for more in ("", ", includeClosedPrs: true")
    ]
    return states == [[], ["CLOSED"]], f"without: {states[0]}, with: {states[1]}"


@fact("[R]", "a second pull request from one branch is refused with 422",
      "github_api/pull_requests.py", Group.BRANCH)  # fmt: skip
def second_pull(live: Live) -> Seen:
    """Open two."""
    pull = _pull(live, live.issue("for two pull requests"))
    values = {"title": live.name("second"), "head": live.scratch.branch}
    answer = live.rest("POST", "/pulls", {**values, "base": pull["base"]["ref"]})
    if answer.status_code == 201:
        number = answer.json()["number"]
        live.rest("PATCH", f"/pulls/{number}", {"state": "closed"})
    said = "already exists" in answer.text
    return answer.status_code == 422 and said, refusal(answer).partition(" for ")[0]


@fact("[?]", "a branch that is created for an issue is one of its linked branches",
      "github_api/parse.py", Group.BRANCH)  # fmt: skip
def linked_branch(live: Live) -> Seen:
    """Create one, and read the linked branches; it is deleted at the end."""
    issue = live.issue("with a branch")
    pull = _pull(live, issue)
    name = f"backlog-live-check-{live.nonce}"
    created = live.mutate(
        "createLinkedBranch",
        "linkedBranch { ref { name } }",
        issueId=issue["node_id"],
        oid=pull["head"]["sha"],
        name=name,
    )["linkedBranch"]
    if created is None:
        raise UncheckableError("the token may not create branches")
    live.later("a branch", lambda: live.deleted(f"/git/refs/heads/{quote(name)}"))
    shown = live.node(
        issue["node_id"], "... on Issue { linkedBranches(first: 5) { nodes { ref { name } } } }"
    )
    names = [node["ref"]["name"] for node in shown["linkedBranches"]["nodes"] if node["ref"]]
    return names == [name], f"branches: {len(names)}"
