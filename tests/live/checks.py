"""The facts, each with a function that checks it.

A check returns whether the fact holds and what was seen, and raises `UncheckableError` if it cannot
tell. It creates what it needs with `Live`, which takes it away again. Tags are those of the
docstrings: [D] documentation, [R] reported by others, [?] not confirmed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from backlog_sync.core.emoji_names import is_only_emoji
from tests.live.client import PREFIX, Live

Seen: TypeAlias = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: its tag, its text, the module of the product that relies on it, and its check."""

    tag: str
    text: str
    relied_on_by: str
    check: Callable[[Live], Seen]


FACTS: Final[list[Fact]] = []
"""All facts that can be checked, in the order of this file."""


def fact(tag: str, text: str, relied_on_by: str) -> Callable[[Callable[[Live], Seen]], Any]:
    """Register the check of a fact."""

    def register(check: Callable[[Live], Seen]) -> Callable[[Live], Seen]:
        FACTS.append(Fact(tag, text, relied_on_by, check))
        return check

    return register


UNCHECKED: Final = (
    ("[R]", "an agent cannot be assigned with the token of an App", "core/agents.py"),
    ("[?]", "the list of assignees leaves agents out", "github_api/mutate.py"),
    ("[R]", "REST answers 410 if issues are switched off", "github_api/lookups.py"),
    ("[R]", "a new board item takes its values only in a later request", "engine/executor.py"),
    ("[R]", "20 aliased mutations in one request are accepted", "github_api/send.py"),
    ("[R]", "sending iterations again clears the cards' values", "core/board_fields.py"),
    ("[R]", "options sent with their ids keep the cards' values", "github_api/mutate.py"),
    ("[R]", "a sub-issue has one parent, and a second one is refused", "github_api/send.py"),
    ("[?]", "updated_at does not move with sub-issues and dependencies", "github_api/issues.py"),
)
"""Facts that the product relies on and that have no check yet."""


def _message(answer: Any) -> str:
    """Return the message of a refusal and those of its errors, for the table."""
    body = answer.json()
    details = [str(each.get("message") or each.get("code")) for each in body.get("errors", ())]
    return "; ".join([f"HTTP {answer.status_code}", str(body.get("message", "")), *details])


@fact("[R]", "an unknown version of the REST API is refused with 400, which names the header",
      "github_api/transport.py")  # fmt: skip
def unknown_version(live: Live) -> Seen:
    """Ask for a version that never existed."""
    answer = live.rest("GET", "/labels", headers={"X-GitHub-Api-Version": "2001-01-01"})
    named = "x-github-api-version" in answer.text.lower()
    return answer.status_code == 400 and named, _message(answer)[:160]


@fact("[D]", "version 2022-11-28 is supported", "github_api/transport.py")
def our_version(live: Live) -> Seen:
    """Ask for ours, and read which one was used."""
    answer = live.rest("GET", "/labels", headers={"X-GitHub-Api-Version": "2022-11-28"})
    used = answer.headers.get("X-GitHub-Api-Version-Selected")
    ends = answer.headers.get("Sunset", "no end announced")
    return answer.status_code == 200, f"HTTP {answer.status_code}, used {used}, {ends}"


@fact("[R]", "a label of emoji only is refused with 422", "core/emoji_names.py")
def emoji_label(live: Live) -> Seen:
    """Try to create one."""
    name = "\U0001f41b \U0001f9ea"
    assert is_only_emoji(name)
    answer = live.label(name)
    return answer.status_code == 422 and "native emoji" in answer.text, _message(answer)


@fact("[?]", "names of labels are unique, whatever their case", "core/normalize.py")
def label_case(live: Live) -> Seen:
    """Create two that differ in case."""
    live.label(f"{PREFIX} label")
    answer = live.label(f"{PREFIX.upper()} LABEL")
    return answer.status_code == 422 and "already_exists" in answer.text, _message(answer)


@fact("[?]", "titles of milestones are unique", "github_api/milestones.py")
def milestone_title(live: Live) -> Seen:
    """Create two with one title."""
    made = live.milestone()
    answer = live.rest("POST", "/milestones", {"title": made["title"]})
    return answer.status_code == 422 and "already_exists" in answer.text, _message(answer)


@fact("[?]", "a milestone that is due at noon UTC keeps its date", "github_api/milestones.py")
def milestone_due(live: Live) -> Seen:
    """Create two: GitHub floors the time to midnight, in winter and in summer."""
    days = ("2031-01-31", "2031-07-31")
    due = [live.milestone(title=f"{PREFIX} {day}", due_on=f"{day}T12:00:00Z")["due_on"]
           for day in days]  # fmt: skip
    return [str(each)[:10] for each in due] == list(days), ", ".join(map(str, due))


@fact("[?]", "`milestoneId: null` removes the milestone of an issue", "github_api/mutate.py")
def milestone_removed(live: Live) -> Seen:
    """Set one, and remove it with GraphQL."""
    made = live.milestone(title=f"{PREFIX} to remove")
    issue = live.issue("with a milestone", milestone=made["number"])
    answer = live.graphql(
        "mutation($id: ID!) { updateIssue(input: {id: $id, milestoneId: null})"
        " { issue { milestone { title } } } }",
        id=issue["node_id"],
    )
    left = ((answer.get("data") or {}).get("updateIssue") or {}).get("issue")
    return left == {"milestone": None}, f"{left or answer.get('errors')}"[:160]


@fact("[R]", "one failing mutation of a request does not keep the later ones from running",
      "github_api/send.py")  # fmt: skip
def aliases(live: Live) -> Seen:
    """Send three, of which the second has a title that is too long."""
    issue = live.issue("with aliases")
    change = "updateIssue(input: {id: $id, title: %s}) { issue { title } }"
    answer = live.graphql(
        f"mutation($id: ID!, $long: String!) {{ m0: {change % _quoted('first')}"
        f" m1: {change % '$long'} m2: {change % _quoted('third')} }}",
        id=issue["node_id"],
        long="x" * 2000,
    )
    data = answer.get("data") or {}
    paths = [error.get("path") for error in answer.get("errors", ())]
    ran = bool(data.get("m0")) and not data.get("m1") and bool(data.get("m2"))
    return ran and paths == [["m1"]], f"errors at {paths}"


def _quoted(text: str) -> str:
    return f'"{PREFIX}: {text}"'


@fact("[R]", "a body has at most 65,536 characters", "core/planner.py")
def longest_body(live: Live) -> Seen:
    """Change a body to one that just fits, and to one that does not."""
    number = live.issue("with a long body")["number"]
    fits = live.rest("PATCH", f"/issues/{number}", {"body": "x" * 65_536})
    more = live.rest("PATCH", f"/issues/{number}", {"body": "x" * 65_537})
    seen = f"65,536: HTTP {fits.status_code}; 65,537: {_message(more)}"
    return fits.status_code == 200 and more.status_code == 422, seen


@fact("[R]", "a title has at most 256 characters", "files/fit.py")
def longest_title(live: Live) -> Seen:
    """Change a title to one that just fits, and to one that does not."""
    number = live.issue("with a long title")["number"]
    fits = live.rest("PATCH", f"/issues/{number}", {"title": "x" * 256})
    more = live.rest("PATCH", f"/issues/{number}", {"title": "x" * 257})
    seen = f"256: HTTP {fits.status_code}; 257: HTTP {more.status_code}"
    return fits.status_code == 200 and more.status_code == 422, seen


@fact("[?]", "white space around a title is removed", "core/normalize.py")
def trimmed_title(live: Live) -> Seen:
    """Write a title with spaces around it."""
    number = live.issue("with spaces")["number"]
    title = live.rest("PATCH", f"/issues/{number}", {"title": f"  {PREFIX}  "}).json()["title"]
    return title == PREFIX, repr(title)


@fact("[R]", "`suggestedActors` lists people who can be assigned, with their type",
      "github_api/lookups.py")  # fmt: skip
def suggested_actors(live: Live) -> Seen:
    """Ask for some, and count them by type; logins are not shown."""
    owner, _, name = live.repository.partition("/")
    answer = live.graphql(
        "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {"
        " suggestedActors(first: 20, capabilities: [CAN_BE_ASSIGNED]) { nodes { __typename } } } }",
        owner=owner,
        name=name,
    )
    repository = (answer.get("data") or {}).get("repository") or {}
    nodes = (repository.get("suggestedActors") or {}).get("nodes") or []
    kinds = sorted({node["__typename"] for node in nodes if node})
    return "User" in kinds, ", ".join(kinds) or f"{answer.get('errors')}"[:160]
