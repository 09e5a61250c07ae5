"""Checks of issues and of the repository: texts, states, creation and assignees."""

from tests.live.client import Live, UncheckableError
from tests.live.facts import Seen, fact, refusal

AGENTS = "issues_copilot_assignment_api_support"
"""The feature that lists agents, as GitHub's changelog of 2025-12-03 names it."""


@fact("[R]", "a body has at most 65,536 characters", "core/planner.py")
def longest_body(live: Live) -> Seen:
    """Change a body to one that just fits, and to one that does not."""
    number = live.issue("with a long body")["number"]
    fits = live.rest("PATCH", f"/issues/{number}", {"body": "x" * 65_536})
    more = live.rest("PATCH", f"/issues/{number}", {"body": "x" * 65_537})
    seen = f"65,536: HTTP {fits.status_code}; 65,537: HTTP {more.status_code}"
    return fits.status_code == 200 and more.status_code == 422, seen


@fact("[R]", "a title has at most 256 characters", "files/fit.py")
def longest_title(live: Live) -> Seen:
    """Change a title to one that just fits, and to one that does not."""
    number = live.issue("with a long title")["number"]
    title = live.name("with a long title ").ljust(256, "x")
    fits = live.rest("PATCH", f"/issues/{number}", {"title": title})
    more = live.rest("PATCH", f"/issues/{number}", {"title": f"{title}x"})
    seen = f"256: HTTP {fits.status_code}; 257: HTTP {more.status_code}"
    return fits.status_code == 200 and more.status_code == 422, seen


@fact("[?]", "white space around a title is removed", "core/normalize.py")
def trimmed_title(live: Live) -> Seen:
    """Write a title with spaces around it."""
    number = live.issue("with spaces")["number"]
    title = live.name("trimmed")
    shown = live.rest("PATCH", f"/issues/{number}", {"title": f"  {title}  "}).json()["title"]
    return shown == title, "removed" if shown == title else "kept"


BODY = '<!-- backlog: {"a": 1} -->\nOne\n\n- [ ] Two\n\n\tthree  \n<!-- end -->'
"""Hidden comments, a check box, a tab and trailing spaces: everything that a body of ours has."""


@fact("[R]", "a body comes back as it was written, with its hidden comments", "core/base.py")
def same_body(live: Live) -> Seen:
    """Write one, and read it with both APIs."""
    issue = live.issue("with a marker", body=BODY)
    shown = [
        live.rest("GET", f"/issues/{issue['number']}").json()["body"],
        live.node(issue["node_id"], "... on Issue { body }")["body"],
    ]
    return shown == [BODY] * 2, "unchanged" if shown == [BODY] * 2 else repr(shown[0])


@fact("[?]", "CRLF and LF in a body differ in nothing but the ends of lines", "core/normalize.py")
def line_ends(live: Live) -> Seen:
    """Write a body with both, as the web editor does, and count them."""
    sent = "One\r\nTwo\r\n\r\nThree\nFour"
    body = live.issue("with CRLF", body=sent)["body"]
    same = body.replace("\r\n", "\n") == sent.replace("\r\n", "\n")
    return same, f"{body.count(chr(13))} of {sent.count(chr(13))} CR kept"


@fact("[S]", "one `createIssue` sets labels, milestone and parent, and its answer shows them",
      "github_api/mutate.py")  # fmt: skip
def all_at_once(live: Live) -> Seen:
    """Create an issue with all of them."""
    label = live.label(live.name("at once")).json()
    milestone = live.milestone("at once")
    parent = live.issue("A parent")
    shown = live.new_issue(
        "with everything",
        "labels(first: 5) { nodes { id } } milestone { id } parent { id }",
        labelIds=[label["node_id"]],
        milestoneId=milestone["node_id"],
        parentIssueId=parent["node_id"],
    )
    parts = {
        "labels": shown["labels"]["nodes"] == [{"id": label["node_id"]}],
        "milestone": shown["milestone"] == {"id": milestone["node_id"]},
        "parent": shown["parent"] == {"id": parent["node_id"]},
    }
    lacking = [name for name, there in parts.items() if not there]
    return not lacking, f"lacks {', '.join(lacking)}" if lacking else "all of them"


@fact("[S]", "a duplicate has the reason DUPLICATE only if that is asked for",
      "github_api/parse.py")  # fmt: skip
def duplicate(live: Live) -> Seen:
    """Close an issue as the duplicate of another one, and read both reasons."""
    other, issue = (live.issue(title)["node_id"] for title in ("The first", "The second"))
    shown = live.mutate(
        "closeIssue",
        "issue { masked: stateReason asked: stateReason(enableDuplicate: true) }",
        issueId=issue,
        stateReason="DUPLICATE",
        duplicateIssueId=other,
    )["issue"]
    holds = shown["asked"] == "DUPLICATE" and shown["masked"] != "DUPLICATE"
    return holds, f"{shown['masked']}, asked: {shown['asked']}"


@fact("[?]", "closing a closed issue and reopening an open one are accepted", "github_api/send.py")
def states_again(live: Live) -> Seen:
    """Do both twice: a retry after a lost answer does that."""
    issue = live.issue("to close")["node_id"]
    names = ("closeIssue", "closeIssue", "reopenIssue", "reopenIssue")
    refused = [name for name in names if live.try_to(name, issueId=issue).get("errors")]
    return not refused, f"refused: {', '.join(refused) or 'none'}"


@fact("[D]", "`since` lists what was changed at that second or later, the last change first",
      "github_api/issues.py")  # fmt: skip
def changed_since(live: Live) -> Seen:
    """Change the older of two issues, and list from the second of that change."""
    older, newer = (live.issue(title) for title in ("The older", "The newer"))
    live.pause(2)
    title = live.name("The older, changed")
    fields = "issue { updatedAt }"
    moment = live.mutate("updateIssue", fields, id=older["node_id"], title=title)["issue"]
    query = (
        "issues(first: 5, filterBy: {since: $since},"
        " orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { number } }"
    )

    def numbers() -> list[int]:
        shown = live.repository(query, since=("DateTime!", moment["updatedAt"]))
        return [node["number"] for node in shown["issues"]["nodes"]]

    listed = live.until(numbers, lambda shown: older["number"] in shown)
    return listed == [older["number"]], (
        f"changed one: {older['number'] in listed}, other one: {newer['number'] in listed}"
    )


@fact("[D]", "REST answers 410 for a deleted issue, and does not call it disabled",
      "github_api/lookups.py")  # fmt: skip
def deleted_issue(live: Live) -> Seen:
    """Delete one, which needs admin rights."""
    issue = live.issue("to delete")
    if not live.done("deleteIssue", issueId=issue["node_id"]):
        raise UncheckableError("the token may not delete issues")
    answer = live.rest("GET", f"/issues/{issue['number']}")
    disabled = "disabled" in answer.text.lower()
    return answer.status_code == 410 and not disabled, f"HTTP {answer.status_code}"


# ---- the repository ------------------------------------------------------------------------


@fact("[D]", "`issueCreationPolicy` and `viewerCanCreateIssues` can be read", "core/guards.py")
def creation_policy(live: Live) -> Seen:
    """Read both."""
    shown = live.repository("issueCreationPolicy viewerCanCreateIssues")
    policy, may = shown["issueCreationPolicy"], shown["viewerCanCreateIssues"]
    return policy in ("ALL", "COLLABORATORS_ONLY") and may is True, f"{policy}, {may}"


@fact("[R]", "REST answers 410 if issues are switched off", "github_api/lookups.py")
def issues_off(live: Live) -> Seen:
    """Switch them off, read one, and switch them on again, which needs admin rights."""
    number = live.issue("before they are off")["number"]

    def switch(*, on: bool) -> bool:
        return live.rest("PATCH", "", {"has_issues": on}).ok

    live.later("the switched off issues of the repository", lambda: switch(on=True))
    if not switch(on=False):
        raise UncheckableError("the token may not switch issues off: it needs administration")
    answer = live.rest("GET", f"/issues/{number}")
    body = refusal(answer) if answer.status_code >= 400 else f"HTTP {answer.status_code}"
    return answer.status_code == 410 and "disabled" in answer.text.lower(), body


@fact("[R]", "`suggestedActors` lists people who can be assigned, with their type",
      "github_api/lookups.py")  # fmt: skip
def suggested_actors(live: Live) -> Seen:
    """Ask for some, and count them by type; logins are not shown."""
    kinds = _assignable(live)
    return "User" in kinds, ", ".join(kinds) or "nobody"


@fact("[R]", "`suggestedActors` lists agents as bots, if `GraphQL-Features` asks for them",
      "core/agents.py")  # fmt: skip
def suggested_agents(live: Live) -> Seen:
    """Look for bots with the header and without it. None is assigned: that starts paid work."""
    with_header, without = _assignable(live, AGENTS), _assignable(live)
    if with_header == without == ["User"]:
        raise UncheckableError("no agent may be assigned in this repository")
    seen = f"with it: {', '.join(with_header)}; without: {', '.join(without)}"
    return "Bot" in with_header, seen


def _assignable(live: Live, features: str = "") -> list[str]:
    shown = live.repository(
        "suggestedActors(first: 100, capabilities: [CAN_BE_ASSIGNED]) { nodes { __typename } }",
        features,
    )
    return sorted({node["__typename"] for node in shown["suggestedActors"]["nodes"] if node})


@fact("[R]", "issues of a person's repository have no types in GraphQL", "github_api/parse.py")
def types_of_people(live: Live) -> Seen:
    """Read the types of the repository."""
    shown = live.repository("owner { __typename } issueTypes(first: 5) { totalCount }")
    if shown["owner"]["__typename"] != "User":
        raise UncheckableError("the repository belongs to an organization; use one of your own")
    return shown["issueTypes"] is None, f"{shown['issueTypes']}"
