"""Checks of the issue fields and the issue types of an organization."""

from typing import Any, Final

from tests.live.client import ISSUE_FIELDS, Live, UncheckableError, messages
from tests.live.facts import Group, Seen, fact, refusal

DEFAULTS: Final = {
    "Priority": "SINGLE_SELECT",
    "Effort": "SINGLE_SELECT",
    "Start date": "DATE",
    "Target date": "DATE",
}

FIELD: Final = (
    "issueField { ... on Node { id } ... on IssueFieldCommon { name visibility }"
    " ... on IssueFieldSingleSelect { options { id name } }"
    " ... on IssueFieldMultiSelect { options { id name } } }"
)

VALUES: Final = (
    "issueFieldValues(first: 25) { nodes {"
    " ... on IssueFieldValueCommon { field { ... on IssueFieldCommon { name } } }"
    " ... on IssueFieldTextValue { text: value }"
    " ... on IssueFieldNumberValue { number: value }"
    " ... on IssueFieldDateValue { date: value }"
    " ... on IssueFieldSingleSelectValue { name }"
    " ... on IssueFieldMultiSelectValue { options { name } } } }"
)

_COUNT = 3


def _options(*names: str) -> list[dict[str, Any]]:
    return [{"name": n, "color": "GRAY", "priority": at} for at, n in enumerate(names, 1)]


def _field(live: Live, text: str, data_type: str, /, **more: Any) -> Any:
    """Create an issue field; it is deleted at the end."""
    field = live.mutate(
        "createIssueField",
        FIELD,
        ISSUE_FIELDS,
        ownerId=live.owner_id(live.scratch.organization),
        name=live.name(text),
        dataType=data_type,
        **more,
    )["issueField"]
    live.later("an issue field", lambda: live.done("deleteIssueField", fieldId=field["id"]))
    return field


def _values(shown: Any) -> dict[str, Any]:
    """Return the values in an answer by the name of their field."""
    values: dict[str, Any] = {}
    for node in shown["issueFieldValues"]["nodes"]:
        rest = {name: value for name, value in node.items() if name != "field"}
        options = rest.get("options")
        plain = [each["name"] for each in options] if options is not None else next(
            iter(rest.values()), None
        )  # fmt: skip
        values[node["field"]["name"]] = plain
    return values


def _read(live: Live, issue: str) -> dict[str, Any]:
    return _values(live.node(issue, f"... on Issue {{ {VALUES} }}", ISSUE_FIELDS))


def _set(live: Live, issue: str, *fields: dict[str, Any]) -> dict[str, Any]:
    """Set values of an issue, and return those in the answer."""
    values = {"issueId": issue, "issueFields": list(fields)}
    fields_of = f"issue {{ {VALUES} }}"
    shown = live.mutate("setIssueFieldValue", fields_of, ISSUE_FIELDS, **values)
    return _values(shown["issue"])


def _valued(live: Live, text: str, *names: str) -> tuple[Any, str]:
    """Create a select field, and an issue that has its first option."""
    field = _field(live, text, "SINGLE_SELECT", options=_options(*names))
    issue = live.issue(f"with {text}")["node_id"]
    option = field["options"][0]["id"]
    if not _set(live, issue, {"fieldId": field["id"], "singleSelectOptionId": option}):
        raise UncheckableError("the value of an issue could not be set")
    return field, issue


# ---- issue fields --------------------------------------------------------------------------


@fact("[D]", "an organization has the issue fields Priority, Effort, Start date and Target date",
      "core/issue_fields.py", Group.ORGANIZATION)  # fmt: skip
def default_fields(live: Live) -> Seen:
    """Look for them among the fields of the repository; others are not shown."""
    common = "... on IssueFieldCommon { name dataType }"
    read = f"issueFields(first: 100) {{ nodes {{ {common} }} }}"
    shown = live.repository(read, ISSUE_FIELDS)["issueFields"]
    if shown is None:
        raise UncheckableError("this organization has no issue fields")
    types = {node["name"]: node["dataType"] for node in shown["nodes"]}
    lacking = [name for name, kind in DEFAULTS.items() if types.get(name) != kind]
    return not lacking, f"lacks: {', '.join(lacking) or 'nothing'}"


@fact("[D]", "a new issue field is shown only to members of the organization",
      "core/issue_fields.py", Group.ORGANIZATION)  # fmt: skip
def visibility(live: Live) -> Seen:
    """Create one without saying who sees it."""
    shown = _field(live, "text", "TEXT")["visibility"]
    return shown == "ORG_ONLY", f"{shown}"


@fact("[S]", "an issue field can be created so that everybody sees it", "core/issue_fields.py",
      Group.ORGANIZATION)  # fmt: skip
def visible_to_all(live: Live) -> Seen:
    """Create one."""
    shown = _field(live, "public text", "TEXT", visibility="ALL")["visibility"]
    return shown == "ALL", f"{shown}"


@fact("[R]", "values of all five types are set in one call, and its answer shows them",
      "github_api/mutate.py", Group.ORGANIZATION)  # fmt: skip
def all_values(live: Live) -> Seen:
    """Set a text, a number, a date, one option and two options."""
    sent, expected = _all_types(live)
    issue = live.issue("with all values")["node_id"]
    answered = _set(live, issue, *sent)
    return _compared(expected, answered, _read(live, issue))


@fact("[R]", "`createIssue` sets values of issue fields, and its answer shows them",
      "github_api/mutate.py", Group.ORGANIZATION)  # fmt: skip
def created_with_values(live: Live) -> Seen:
    """Create an issue with all of them."""
    sent, expected = _all_types(live)
    shown = live.new_issue("created with values", f"id {VALUES}", ISSUE_FIELDS,
                           issueFields=sent)  # fmt: skip
    return _compared(expected, _values(shown), _read(live, shown["id"]))


def _all_types(live: Live) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Create a field of each type; return what to send and what to read then."""
    text, number, day = (_field(live, t.lower(), t) for t in ("TEXT", "NUMBER", "DATE"))
    one = _field(live, "one", "SINGLE_SELECT", options=_options("First", "Second"))
    some = _field(live, "some", "MULTI_SELECT", options=_options("First", "Second", "Third"))
    both = [option["id"] for option in some["options"][1:]]
    sent = [
        {"fieldId": text["id"], "textValue": "A text"},
        {"fieldId": number["id"], "numberValue": 2.5},
        {"fieldId": day["id"], "dateValue": "2031-01-31"},
        {"fieldId": one["id"], "singleSelectOptionId": one["options"][1]["id"]},
        {"fieldId": some["id"], "multiSelectOptionIds": both},
    ]
    fields = (text, number, day, one, some)
    values = ("A text", 2.5, "2031-01-31", "Second", ["Second", "Third"])
    return sent, {field["name"]: value for field, value in zip(fields, values, strict=True)}


def _compared(expected: dict[str, Any], *shown: dict[str, Any]) -> Seen:
    differing = sum(values.get(name) != v for values in shown for name, v in expected.items())
    return not differing, f"{differing} of {len(expected) * len(shown)} values differ"


@fact("[R]", "`delete: true` removes the value of an issue field", "github_api/mutate.py",
      Group.ORGANIZATION)  # fmt: skip
def value_deleted(live: Live) -> Seen:
    """Set a value and delete it."""
    field, issue = _valued(live, "to clear", "One", "Two")
    _set(live, issue, {"fieldId": field["id"], "delete": True})
    left = _read(live, issue).get(field["name"])
    return left is None, f"left: {left}"


@fact("[?]", "options of an issue field are read in the order of their priority",
      "core/issue_fields.py", Group.ORGANIZATION)  # fmt: skip
def option_order(live: Live) -> Seen:
    """Create a field whose options are sent in the opposite order."""
    options = _options("First", "Second", "Third")[::-1]
    field = _field(live, "ordered", "SINGLE_SELECT", options=options)
    names = [option["name"] for option in field["options"]]
    return names == ["First", "Second", "Third"], ", ".join(names)


@fact("[D]", "options of an issue field sent with their ids over REST keep the issues' values",
      "github_api/issue_fields.py", Group.ORGANIZATION)  # fmt: skip
def options_with_ids(live: Live) -> Seen:
    """Add an option with REST."""
    field, issue = _valued(live, "options with ids", "One", "Two")
    path = f"//orgs/{live.scratch.organization}/issue-fields"
    listed = live.rest("GET", f"{path}?per_page=100").json()
    shown = next((each for each in listed if each["name"] == field["name"]), None)
    if shown is None:
        raise UncheckableError("REST does not list the new field")
    known = [
        {name: each[name] for name in ("id", "name", "color", "priority") if name in each}
        for each in shown["options"]
    ]
    new = {"name": "Three", "color": "gray", "priority": len(known) + 1}
    answer = live.rest("PATCH", f"{path}/{shown['id']}", {"options": [*known, new]})
    if not answer.ok:
        return False, refusal(answer)
    names = [option["name"] for option in answer.json()["options"]]
    value = _read(live, issue).get(field["name"])
    return value == "One" and len(names) == _COUNT, f"{len(names)} options, value: {value}"


@fact("[D]", "options of an issue field sent without ids lose the issues' values",
      "github_api/issue_fields.py", Group.ORGANIZATION)  # fmt: skip
def options_without_ids(live: Live) -> Seen:
    """Send the same options again with GraphQL, whose input has no ids."""
    field, issue = _valued(live, "options without ids", "One", "Two")
    values = {"id": field["id"], "options": _options("One", "Two")}
    live.mutate("updateIssueField", FIELD, ISSUE_FIELDS, **values)
    value = _read(live, issue).get(field["name"])
    return value is None, f"value: {value}"


@fact("[R]", "an issue field has at most 100 options", "files/documents/board.py",
      Group.ORGANIZATION)  # fmt: skip
def most_options(live: Live) -> Seen:
    """Create a field with 100 of them, and try it with 101."""
    names = [f"Option {n}" for n in range(101)]
    hundred = _field(live, "100 options", "SINGLE_SELECT", options=_options(*names[:100]))
    answer = live.try_to(
        "createIssueField",
        FIELD,
        ISSUE_FIELDS,
        ownerId=live.owner_id(live.scratch.organization),
        name=live.name("101 options"),
        dataType="SINGLE_SELECT",
        options=_options(*names),
    )
    if not answer.get("errors"):
        field = answer["data"]["it"]["issueField"]["id"]
        live.later("an issue field", lambda: live.done("deleteIssueField", fieldId=field))
    count = len(hundred["options"])
    return count == 100 and bool(answer.get("errors")), f"101: {messages(answer) or 'accepted'}"


@fact("[?]", "`updatedAt` of an issue does not move with the values of its issue fields",
      "github_api/issues.py", Group.ORGANIZATION)  # fmt: skip
def untouched(live: Live) -> Seen:
    """Set a value some seconds after the issue was created."""
    field = _field(live, "untouched", "TEXT")
    issue = live.issue("not touched")["node_id"]
    before = live.node(issue, "... on Issue { updatedAt }")
    live.pause(3)
    _set(live, issue, {"fieldId": field["id"], "textValue": "One"})
    same = live.node(issue, "... on Issue { updatedAt }") == before
    return same, "not moved" if same else "moved"


@fact("[S]", "an issue field is a column of a board, which shows the values of the issues",
      "core/board.py", Group.ORGANIZATION_BOARD)  # fmt: skip
def column(live: Live) -> Seen:
    """Show a field on the scratch board."""
    field, issue = _valued(live, "column", "One", "Two")
    values = {"projectId": live.board["id"], "issueFieldId": field["id"]}
    common = "projectV2Field { ... on ProjectV2FieldCommon { name } }"
    shown = live.mutate("createProjectV2IssueField", common, ISSUE_FIELDS, **values)
    name = shown["projectV2Field"]["name"]
    read = (
        "... on ProjectV2Item { it: fieldValueByName(name: $name) {"
        " ... on ProjectV2ItemIssueFieldValue { issueFieldValue {"
        " ... on IssueFieldSingleSelectValue { name } } } } }"
    )
    card = live.card(issue)
    value = live.until(
        lambda: live.node(card, read, ISSUE_FIELDS, name=("String!", name))["it"], bool
    )
    holds = name == field["name"] and value == {"issueFieldValue": {"name": "One"}}
    return holds, f"same name: {name == field['name']}, {value}"


# ---- issue types ---------------------------------------------------------------------------


@fact("[S]", "an issue type of the organization is set on creation, and null removes it",
      "github_api/mutate.py", Group.ORGANIZATION)  # fmt: skip
def issue_type(live: Live) -> Seen:
    """Create a type, an issue with it, and remove it from the issue."""
    created = live.mutate(
        "createIssueType",
        "issueType { id name }",
        ownerId=live.owner_id(live.scratch.organization),
        name=live.name("type"),
        isEnabled=True,
    )["issueType"]
    live.later("an issue type", lambda: live.done("deleteIssueType", issueTypeId=created["id"]))
    shown = live.repository("issueTypes(first: 100) { nodes { id } }")["issueTypes"]
    listed = {"id": created["id"]} in shown["nodes"]
    issue = live.new_issue("with a type", "id issueType { id }", issueTypeId=created["id"])
    given = issue["issueType"] == {"id": created["id"]}
    fields = "issue { issueType { id } }"
    left = live.mutate("updateIssue", fields, id=issue["id"], issueTypeId=None)["issue"]
    gone = left["issueType"] is None
    return listed and given and gone, f"listed: {listed}, set: {given}, removed: {gone}"
