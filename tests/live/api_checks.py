"""Checks of the API itself: its versions, its answers to what is wrong, and batches."""

from typing import Any

from graphql import GraphQLSchema, build_client_schema, get_introspection_query, validate

from backlog_sync.core.rate import SMALL_BATCH
from backlog_sync.github_api import generated_answers
from backlog_sync.github_api.documents import document, names
from github_sandbox import graphql
from tests.contract.differences import differences
from tests.live.client import ISSUE_FIELDS, Live, UncheckableError
from tests.live.facts import Seen, fact, refusal

NEXT_VERSION = "2026-03-10"

NEWER = {"addSubIssue", "addBlockedBy", "setIssueFieldValue", "createProjectV2View"}
"""Mutations that older Enterprise Servers do not have."""


@fact("[R]", "an unknown version of the REST API is refused with 400, which names the header",
      "github_api/transport.py")  # fmt: skip
def unknown_version(live: Live) -> Seen:
    """Ask for a version that never existed."""
    answer = live.rest("GET", "/labels", headers={"X-GitHub-Api-Version": "2001-01-01"})
    named = "x-github-api-version" in answer.text.lower()
    return answer.status_code == 400 and named, refusal_of(answer)[:160]


def refusal_of(answer: Any) -> str:
    """Return the messages of a refusal; only the status if it was accepted."""
    return refusal(answer) if answer.status_code >= 400 else f"HTTP {answer.status_code}"


@fact("[D]", "version 2022-11-28 is supported", "github_api/transport.py")
def our_version(live: Live) -> Seen:
    """Ask for ours, and read which one was used."""
    answer = live.rest("GET", "/labels", headers={"X-GitHub-Api-Version": "2022-11-28"})
    used = answer.headers.get("X-GitHub-Api-Version-Selected")
    ends = answer.headers.get("Sunset", "no end announced")
    return answer.status_code == 200, f"HTTP {answer.status_code}, used {used}, {ends}"


@fact("[R]", "version 2026-03-10 has `assignees` of an issue and no `assignee`",
      "github_api/transport.py")  # fmt: skip
def next_version(live: Live) -> Seen:
    """Read an issue with it."""
    number = live.issue("in another version")["number"]
    headers = {"X-GitHub-Api-Version": NEXT_VERSION}
    answer = live.rest("GET", f"/issues/{number}", headers=headers)
    if answer.status_code == 400:
        raise UncheckableError(f"this server does not know version {NEXT_VERSION}")
    shown = [name for name in ("assignee", "assignees") if name in answer.json()]
    return shown == ["assignees"], f"HTTP {answer.status_code}, has {' and '.join(shown)}"


@fact("[R]", "`GraphQL-Features` may name features that a server does not have",
      "github_api/observe.py")  # fmt: skip
def unknown_feature(live: Live) -> Seen:
    """Ask for something with a header that names an unknown feature."""
    answer = live.graphql("{ viewer { id } }", "issue_fields,no_such_feature")
    return not answer.get("errors"), f"errors: {len(answer.get('errors') or ())}"


@fact("[R]", "one failing mutation of a request does not keep the later ones from running",
      "github_api/send.py")  # fmt: skip
def aliases(live: Live) -> Seen:
    """Send three, of which the second has a title that is too long."""
    issue = live.issue("with aliases")
    change = "updateIssue(input: {id: $id, title: $%s}) { issue { title } }"
    answer = live.graphql(
        "mutation($id: ID!, $a: String!, $long: String!, $b: String!) {"
        f" m0: {change % 'a'} m1: {change % 'long'} m2: {change % 'b'} }}",
        id=issue["node_id"],
        a=live.name("first"),
        long="x" * 2000,
        b=live.name("third"),
    )
    data = answer.get("data") or {}
    paths = [error.get("path") for error in answer.get("errors", ())]
    ran = bool(data.get("m0")) and not data.get("m1") and bool(data.get("m2"))
    return ran and paths == [["m1"]], f"errors at {paths}"


@fact("[R]", f"{SMALL_BATCH} mutations in one request are accepted, and run in order",
      "github_api/send.py")  # fmt: skip
def many_aliases(live: Live) -> Seen:
    """Rename an issue so many times in one request."""
    issue = live.issue("to rename")
    declared = "".join(f", $t{n}: String!" for n in range(SMALL_BATCH))
    changes = " ".join(
        f"m{n}: updateIssue(input: {{id: $id, title: $t{n}}}) {{ issue {{ title }} }}"
        for n in range(SMALL_BATCH)
    )
    titles = {f"t{n}": live.name(f"title {n}") for n in range(SMALL_BATCH)}
    answer = live.graphql(f"mutation($id: ID!{declared}) {{ {changes} }}", id=issue["node_id"],
                          **titles)  # fmt: skip
    payloads = [(answer.get("data") or {}).get(f"m{n}") for n in range(SMALL_BATCH)]
    shown = [payload["issue"]["title"] for payload in payloads if payload]
    last = live.rest("GET", f"/issues/{issue['number']}").json()["title"]
    in_order = shown == list(titles.values()) and last == titles[f"t{SMALL_BATCH - 1}"]
    return in_order, f"{len(shown)} of {SMALL_BATCH} ran"


@fact("[R]", "of an invalid document nothing is executed, and its errors have a code and no type",
      "github_api/send.py")  # fmt: skip
def invalid_document(live: Live) -> Seen:
    """Send a valid mutation next to one with an input that does not exist."""
    issue = live.issue("not to change")
    title = live.name("changed")
    answer = live.graphql(
        "mutation($id: ID!, $title: String!) {"
        " m0: updateIssue(input: {id: $id, title: $title}) { issue { title } }"
        " m1: updateIssue(input: {id: $id, noSuchInput: 1}) { issue { title } } }",
        id=issue["node_id"],
        title=title,
    )
    errors = answer.get("errors") or ()
    codes = sorted({str((e.get("extensions") or {}).get("code")) for e in errors})
    types = [e["type"] for e in errors if e.get("type")]
    unchanged = live.rest("GET", f"/issues/{issue['number']}").json()["title"] != title
    holds = unchanged and not answer.get("data") and codes not in ([], ["None"]) and not types
    return holds, f"codes {codes}, types {types}, {'unchanged' if unchanged else 'changed'}"


@fact("[S]", "every GraphQL document that the product sends is valid on this server",
      "github_api/documents.py")  # fmt: skip
def valid_documents(live: Live) -> Seen:
    """Read the whole schema, and validate them with all optional parts. None of them is sent."""
    schema = _schema(live)
    invalid = {}
    for name in names():
        if errors := validate(schema, document(getattr(generated_answers, name)).node):
            invalid[name] = errors[0].message
    seen = "; ".join(f"{name}: {why}" for name, why in invalid.items())
    return not invalid, seen or f"{len(names())} valid documents"


@fact("[S]", "what the simulator has of GraphQL is part of the schema of this server",
      "github_sandbox/schema.graphql")  # fmt: skip
def simulated_schema(live: Live) -> Seen:
    """Compare the schemas; defaults of arguments are not compared."""
    compared = differences(graphql.schema(), _schema(live))
    found = [difference for difference in compared if ": defaults to " not in difference]
    return not found, f"differences: {len(found)}; {'; '.join(found)}".rstrip("; ")


def _schema(live: Live) -> GraphQLSchema:
    """Read the schema of the server, once in a run."""
    if not (live.type_of("Mutation") or set()) >= NEWER:
        raise UncheckableError("this server lacks newer features, which the product does not use")
    if live.schema is None:
        shown = live.data(get_introspection_query(descriptions=False), ISSUE_FIELDS)
        live.schema = build_client_schema(shown, assume_valid=True)
    return live.schema


@fact("[R]", "what does not exist is null, with an error of type NOT_FOUND at its path",
      "github_api/lookups.py")  # fmt: skip
def not_found(live: Live) -> Seen:
    """Ask for an issue with a number that no repository reaches."""
    owner, _, name = live.scratch.repository.partition("/")
    answer = live.graphql(
        "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) {"
        " issue(number: 999999999) { id } } }",
        owner=owner,
        name=name,
    )
    errors = [f"{e.get('type')} at {e.get('path')}" for e in answer.get("errors") or ()]
    null = (answer.get("data") or {}).get("repository") == {"issue": None}
    return null and errors == ["NOT_FOUND at ['repository', 'issue']"], ", ".join(errors)
