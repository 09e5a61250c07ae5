"""Checks of the views of boards."""

from typing import Any

from tests.live.board_checks import another_board, until_refused
from tests.live.client import Live, UncheckableError
from tests.live.facts import Group, Seen, fact, refusal

MOST_VIEWS = 50
"""Views that a board may have, of which all are read at once."""

VIEW = (
    "projectV2View { id name layout filter"
    " fields(first: 50) { nodes { ... on ProjectV2FieldCommon { id } } } }"
)

_BY_HAND = ("group", "sort", "slice", "date", "column")
"""Words in the names of inputs for what people have to click."""


def _field_ids(live: Live, *names: str) -> list[str]:
    ids = {field["name"]: field["id"] for field in live.board["fields"]["nodes"]}
    return [ids[name] for name in names]


def _view(live: Live, text: str, /, **values: Any) -> Any:
    values = {"projectId": live.board["id"], "name": live.name(text), **values}
    return live.mutate("createProjectV2View", VIEW, **values)["projectV2View"]


@fact("[R]", "`createProjectV2View` sets the layout and the visible fields of a view",
      "core/views.py", Group.BOARD)  # fmt: skip
def view_created(live: Live) -> Seen:
    """Create a table with three columns."""
    ids = _field_ids(live, "Title", "Milestone", "Status")
    view = _view(live, "table", layout="TABLE_LAYOUT", configuration={"visibleFieldIds": ids})
    shown = [field["id"] for field in view["fields"]["nodes"] if field]
    same = shown == ids
    return same and view["layout"] == "TABLE_LAYOUT", f"columns: {len(shown)}, as sent: {same}"


@fact("[R]", "`updateProjectV2View` sets name, layout and filter of a view", "core/views.py",
      Group.BOARD)  # fmt: skip
def view_updated(live: Live) -> Seen:
    """Change a table to a board with a filter."""
    view = _view(live, "to change", layout="TABLE_LAYOUT")
    sent = {"name": live.name("changed"), "layout": "BOARD_LAYOUT", "filter": "is:open"}
    shown = live.mutate("updateProjectV2View", VIEW, viewId=view["id"], **sent)["projectV2View"]
    lacking = [name for name, value in sent.items() if shown[name] != value]
    return not lacking, f"not set: {', '.join(lacking) or 'nothing'}"


@fact("[R]", "no input of a view sets grouping, sorting or dates, and a new one takes no filter",
      "core/view_arrangement.py", Group.BOARD)  # fmt: skip
def view_inputs(live: Live) -> Seen:
    """Ask the schema."""
    query = (
        "query($name: String!) { __type(name: $name) {"
        " inputFields { name type { inputFields { name } } } } }"
    )
    inputs: dict[str, set[str]] = {}
    for kind in ("CreateProjectV2ViewInput", "UpdateProjectV2ViewInput"):
        shown = live.data(query, name=kind)["__type"]
        if shown is None:
            raise UncheckableError("this server has no mutations for views")
        fields = shown["inputFields"]
        below = {each["name"] for field in fields for each in field["type"]["inputFields"] or ()}
        inputs[kind] = {field["name"] for field in fields} | below
    create, update = inputs.values()
    settable = {name for name in create | update if any(w in name.lower() for w in _BY_HAND)}
    inputs_seen = ", ".join(sorted((create | update) - {"clientMutationId"}))
    return not settable and "filter" not in create, inputs_seen


@fact("[S]", "grouping, columns and sorting of a view can be read", "core/views.py", Group.BOARD)
def view_grouping(live: Live) -> Seen:
    """Read those of a board layout."""
    view = _view(live, "grouped", layout="BOARD_LAYOUT")["id"]
    parts = ("groupByFields", "verticalGroupByFields", "sortByFields")
    read = " ".join(f"{part}(first: 5) {{ totalCount }}" for part in parts)
    shown = live.node(view, f"... on ProjectV2View {{ {read} }}")
    return all(shown[part] is not None for part in parts), ", ".join(
        f"{part} {shown[part] and shown[part]['totalCount']}" for part in parts
    )


@fact("[D]", "REST creates a view with a filter", "core/views.py", Group.BOARD)
def rest_view(live: Live) -> Seen:
    """Create a board layout with one."""
    answer = live.rest("POST", _rest_views(live), _rest_body(live, "REST"))
    if answer.status_code != 201:
        return False, refusal(answer)
    return answer.json()["filter"] == "is:open", f"HTTP 201, {answer.json()['filter']}"


@fact("[R]", "REST groups and sorts a view that it creates", "github_api/views.py", Group.BOARD)
def rest_grouping(live: Live) -> Seen:
    """Create one by Status; the product creates views without these keys if they are refused."""
    status = _field_ids(live, "Status")[0]
    number = live.node(status, "... on ProjectV2FieldCommon { databaseId }")["databaseId"]
    body = {**_rest_body(live, "REST grouped"), "group_by": [number], "sort_by": [[number, "desc"]]}
    answer = live.rest("POST", _rest_views(live), body)
    if "is not a permitted key" in answer.text:
        raise UncheckableError(f"this server does not take them: {refusal(answer)}")
    if answer.status_code != 201:
        return False, refusal(answer)
    seen = {name: answer.json().get(name) for name in ("group_by", "sort_by")}
    return seen == {name: body[name] for name in seen}, f"{seen}"


def _rest_views(live: Live) -> str:
    """Return the path of the board's views, which differs for people and organizations."""
    owner = live.scratch.board_owner
    shown = live.data("query($login: String!) { repositoryOwner(login: $login) { __typename } }",
                      login=owner)  # fmt: skip
    kind = "orgs" if shown["repositoryOwner"]["__typename"] == "Organization" else "users"
    return f"//{kind}/{owner}/projectsV2/{live.board['number']}/views"


def _rest_body(live: Live, text: str) -> dict[str, Any]:
    return {"name": live.name(text), "layout": "board", "filter": "is:open"}


@fact("[R]", f"a board has at most {MOST_VIEWS} views", "github_api/parse.py", Group.BOARD)
def most_views(live: Live) -> Seen:
    """Add views to another board until one is refused, 20 in a request."""
    board = another_board(live)
    made = until_refused(
        live,
        "createProjectV2View",
        [{"projectId": board, "name": f"View {n}", "layout": "TABLE_LAYOUT"} for n in range(60)],
    )
    shown = live.node(board, "... on ProjectV2 { views(first: 1) { totalCount } }")
    total = shown["views"]["totalCount"]
    return total == MOST_VIEWS and made < 60, f"views: {total}"
