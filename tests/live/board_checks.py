"""Checks of boards: a new one, its cards, and what happens to their values."""

from typing import Any

from backlog_sync.core.board import MOST_FIELDS
from tests.live.client import BOARD, Live, UncheckableError, messages
from tests.live.facts import Group, Seen, fact

# ---- a new board ---------------------------------------------------------------------------


@fact("[R]", "a new board has one view, the table `View 1`", "core/views.py", Group.BOARD)
def first_view(live: Live) -> Seen:
    """Read the views of the scratch board, as it was created."""
    views = [f"{view['name']} ({view['layout']})" for view in live.board["views"]["nodes"]]
    return views == ["View 1 (TABLE_LAYOUT)"], ", ".join(views)


@fact("[R]", "the Status of a new board has the options Todo, In Progress and Done, in this order",
      "core/board.py", Group.BOARD)  # fmt: skip
def status_options(live: Live) -> Seen:
    """Read them."""
    statuses = [f for f in live.board["fields"]["nodes"] if f["name"] == "Status"]
    names = [option["name"] for status in statuses for option in status["options"]]
    return names == ["Todo", "In Progress", "Done"], ", ".join(names)


@fact("[R]", "the workflows of a board can be read, and `Item closed` is on in a new one",
      "core/views.py", Group.BOARD)  # fmt: skip
def workflows(live: Live) -> Seen:
    """Read which ones there are."""
    shown = {each["name"]: each["enabled"] for each in live.board["workflows"]["nodes"]}
    on = sorted(name for name, enabled in shown.items() if enabled)
    return shown.get("Item closed") is True, f"{len(shown)}, of which are on: {', '.join(on)}"


@fact("[?]", "a new board is found by its title", "github_api/boards.py", Group.BOARD)
def found_by_title(live: Live) -> Seen:
    """Search the boards of the owner."""
    number = live.board["number"]
    query = (
        "query($login: String!, $title: String) { repositoryOwner(login: $login) {"
        " ... on ProjectV2Owner { projectsV2(first: 12, query: $title) { nodes { number } } } } }"
    )

    def numbers() -> list[int]:
        values = {"login": live.scratch.board_owner, "title": live.name("board")}
        shown = live.data(query, **values)["repositoryOwner"]
        return [node["number"] for node in shown["projectsV2"]["nodes"]]

    found = number in live.until(numbers, lambda listed: number in listed)
    return found, "found" if found else f"not found in {live.waited} s"


@fact("[S]", "description and readme of a board are read as they were written", "core/views.py",
      Group.BOARD)  # fmt: skip
def texts(live: Live) -> Seen:
    """Write both."""
    fields = "projectV2 { shortDescription readme }"
    sent = {"shortDescription": "A *scratch* board", "readme": "# Scratch\n\n<!-- hidden -->\n"}
    shown = live.mutate("updateProjectV2", fields, projectId=live.board["id"], **sent)["projectV2"]
    lacking = [name for name, text in sent.items() if shown[name] != text]
    return not lacking, f"changed: {', '.join(lacking) or 'neither'}"


@fact("[D]", "a board can be linked to a repository of its owner", "core/board.py", Group.BOARD)
def linked(live: Live) -> Seen:
    """Link it to the scratch repository."""
    if live.scratch.board_owner.lower() != live.scratch.owner.lower():
        raise UncheckableError("the board and the repository have different owners")
    repository = live.repository("id")["id"]
    values = {"projectId": live.board["id"], "repositoryId": repository}
    live.mutate("linkProjectV2ToRepository", "repository { id }", **values)
    shown = live.node(
        live.board["id"], "... on ProjectV2 { repositories(first: 5) { nodes { id } } }"
    )
    nodes = shown["repositories"]["nodes"]
    return {"id": repository} in nodes, f"repositories: {len(nodes)}"


@fact("[R]", f"a board has at most {MOST_FIELDS} fields, the built-in ones counted",
      "core/board.py", Group.BOARD)  # fmt: skip
def most_fields(live: Live) -> Seen:
    """Add fields to another board until one is refused, 20 in a request."""
    board = another_board(live)
    made = until_refused(
        live,
        "createProjectV2Field",
        [{"projectId": board, "name": f"Field {n}", "dataType": "TEXT"} for n in range(60)],
    )
    shown = live.node(board, "... on ProjectV2 { fields(first: 1) { totalCount } }")
    total = shown["fields"]["totalCount"]
    return total == MOST_FIELDS and made < 60, f"{total} fields, {made} of them added"


def another_board(live: Live) -> str:
    """Create a board that is deleted after the check, and return its id."""
    title = live.name("another board")
    values = {"ownerId": live.board["owner"], "title": title}
    board = live.mutate("createProjectV2", "projectV2 { id }", **values)["projectV2"]
    live.delete_board_later(board["id"])
    return str(board["id"])


def until_refused(live: Live, name: str, inputs: list[dict[str, Any]]) -> int:
    """Send a mutation for each input, until one fails; count those before.

    The first is sent alone, and raises `UncheckableError` if it fails; then 20 are in a request.
    """
    kind = f"{name[0].upper()}{name[1:]}Input!"
    made = 0
    for start in (0, *range(1, len(inputs), 20)):
        batch = inputs[start : start + 20] if start else inputs[:1]
        some = {f"i{n}": each for n, each in enumerate(batch)}
        declared = ", ".join(f"${alias}: {kind}" for alias in some)
        body = " ".join(f"{a}: {name}(input: ${a}) {{ clientMutationId }}" for a in some)
        answer = live.graphql(f"mutation({declared}) {{ {body} }}", **some)
        made += sum(payload is not None for payload in (answer.get("data") or {}).values())
        if answer.get("errors") and not made:
            raise UncheckableError(f"{name}: {messages(answer)}")
        if answer.get("errors"):
            break
    return made


# ---- cards ---------------------------------------------------------------------------------


@fact("[D]", "adding an issue to a board again answers with the same card",
      "github_api/send.py", Group.BOARD)  # fmt: skip
def card_again(live: Live) -> Seen:
    """Add one twice."""
    issue = live.issue("on the board")["node_id"]
    first, second = live.card(issue), live.card(issue)
    return first == second, "the same card" if first == second else "another card"


@fact("[S]", "the answer to `createIssue` has the card if it names a board", "github_api/mutate.py",
      Group.BOARD)  # fmt: skip
def created_on_board(live: Live) -> Seen:
    """Create an issue on the board."""
    fields = "projectItems(first: 5) { nodes { id project { id } } }"
    shown = live.new_issue("created on the board", fields, projectV2Ids=[live.board["id"]])
    boards = [item["project"]["id"] for item in shown["projectItems"]["nodes"]]
    return boards == [live.board["id"]], f"cards: {len(boards)}"


def _cards(live: Live, states: str = "") -> tuple[int, list[str]]:
    items = f"items(first: 100{states}) {{ totalCount nodes {{ id }} }}"
    shown = live.node(live.board["id"], f"... on ProjectV2 {{ {items} }}")["items"]
    return shown["totalCount"], [node["id"] for node in shown["nodes"]]


def _archived_card(live: Live) -> tuple[str, str]:
    """Return the id of an issue and of its archived card."""
    issue = live.issue("archived")["node_id"]
    card = live.card(issue)
    _archive(live, card)
    return issue, card


def _archive(live: Live, card: str) -> None:
    live.mutate("archiveProjectV2Item", "item { id }", projectId=live.board["id"], itemId=card)


@fact("[D]", "archived cards are listed and counted only with `archivedStates`",
      "github_api/boards.py", Group.BOARD)  # fmt: skip
def archived_cards(live: Live) -> Seen:
    """Archive a card, and list the cards in both ways."""
    _, card = _archived_card(live)
    plain, plain_ids = live.until(lambda: _cards(live), lambda shown: card not in shown[1])
    both, ids = _cards(live, ", archivedStates: [ARCHIVED, NOT_ARCHIVED]")
    holds = card not in plain_ids and plain == len(plain_ids) and card in ids and both == len(ids)
    seen = f"without: {len(plain_ids)} of {plain}; with: {len(ids)} of {both}"
    return holds, seen


@fact("[S]", "`projectItems` of an issue has archived cards", "github_api/boards.py", Group.BOARD)
def archived_of_issue(live: Live) -> Seen:
    """Archive a card, and read it from its issue."""
    issue, card = _archived_card(live)
    fields = "projectItems(first: 5, includeArchived: true) { nodes { id isArchived } }"
    nodes = live.node(issue, f"... on Issue {{ {fields} }}")["projectItems"]["nodes"]
    return nodes == [{"id": card, "isArchived": True}], f"cards: {len(nodes)}"


@fact("[?]", "adding an issue whose card is archived answers with that card, still archived",
      "core/board.py", Group.BOARD)  # fmt: skip
def archived_again(live: Live) -> Seen:
    """Add such an issue."""
    issue, card = _archived_card(live)
    again = live.card(issue)
    archived = live.node(again, "... on ProjectV2Item { isArchived }")["isArchived"]
    seen = f"{'the same' if again == card else 'another'} card, archived: {archived}"
    return again == card and archived, seen


@fact("[?]", "values of an archived card cannot be set", "engine/record_write_back.py", Group.BOARD)
def archived_value(live: Live) -> Seen:
    """Set a text on a card before it is archived, and another one afterwards."""
    field = live.field("text of archived", "TEXT")
    card = live.card(live.issue("archived with a text")["node_id"])
    before = live.set_value(card, field["id"], text="One")
    if before.get("errors"):
        raise UncheckableError(messages(before))
    _archive(live, card)
    answer = live.set_value(card, field["id"], text="Two")
    return bool(answer.get("errors")), messages(answer) or "accepted"


@fact("[D]", "closing an issue sets the Status of its card to Done", "core/card.py", Group.BOARD)
def done_when_closed(live: Live) -> Seen:
    """Close one whose card is at Todo, and wait for the workflow."""
    issue = live.issue("to be done")["node_id"]
    card = live.card(issue)
    status = next(f for f in live.board["fields"]["nodes"] if f["name"] == "Status")
    todo = status["options"][0]["id"]
    live.set_value(card, status["id"], singleSelectOptionId=todo)
    live.mutate("closeIssue", "issue { id }", issueId=issue)
    value = live.until(lambda: live.value(card, "Status"), lambda value: value == "Done")
    return value == "Done", f"{value}"


@fact("[R]", "a text on a board has at most 1,024 characters", "core/board.py", Group.BOARD)
def longest_text(live: Live) -> Seen:
    """Set one that just fits, and one that does not."""
    field = live.field("long text", "TEXT")
    card = live.card(live.issue("with a long text")["node_id"])
    fits = live.set_value(card, field["id"], text="x" * 1_024)
    more = live.set_value(card, field["id"], text="x" * 1_025)
    seen = f"1,024: {messages(fits) or 'accepted'}; 1,025: {messages(more) or 'accepted'}"
    return not fits.get("errors") and bool(more.get("errors")), seen


@fact("[S]", "texts, numbers and dates of a card are read as they were set", "core/board.py",
      Group.BOARD)  # fmt: skip
def plain_values(live: Live) -> Seen:
    """Set one of each, among them a fraction and a text with a line end."""
    card = live.card(live.issue("with values")["node_id"])
    sent: dict[str, tuple[str, Any]] = {
        "TEXT": ("text", "One *two*\n  three"),
        "NUMBER": ("number", 0.1),
        "DATE": ("date", "2031-01-31"),
    }
    changed = []
    for kind, (name, value) in sent.items():
        field = live.field(f"plain {name}", kind)
        live.set_value(card, field["id"], **{name: value})
        shown = live.value(card, field["name"])
        if shown != value:
            changed.append(f"{name}: {shown!r}")
    return not changed, "; ".join(changed) or "all as they were set"


@fact("[?]", "an empty value of a card can be cleared", "github_api/send.py", Group.BOARD)
def cleared_again(live: Live) -> Seen:
    """Set a value and clear it twice: a retry after a lost answer does that."""
    field = live.field("to clear", "TEXT")
    card = live.card(live.issue("with a text")["node_id"])
    live.set_value(card, field["id"], text="One")
    target = {"projectId": live.board["id"], "itemId": card, "fieldId": field["id"]}
    answers = [live.try_to("clearProjectV2ItemFieldValue", **target) for _ in range(2)]
    refused = "; ".join(filter(None, map(messages, answers)))
    value = live.value(card, field["name"])
    return not refused and value is None, f"refused: {refused or 'neither'}, value: {value}"


@fact("[D]", "the newest status update of a board comes first", "github_api/statuses.py",
      Group.BOARD)  # fmt: skip
def status_updates(live: Live) -> Seen:
    """Post two."""
    for body in ("The first", "The second"):
        values = {"projectId": live.board["id"], "body": body, "status": "ON_TRACK"}
        live.mutate("createProjectV2StatusUpdate", "statusUpdate { id }", **values)
        live.pause(1)
    read = "... on ProjectV2 { statusUpdates(first: 5) { nodes { body status } } }"
    bodies = [each["body"] for each in live.node(live.board["id"], read)["statusUpdates"]["nodes"]]
    return bodies == ["The second", "The first"], ", ".join(bodies)


@fact("[?]", "names of fields are unique, whatever their case", "core/board_fields.py", Group.BOARD)
def field_case(live: Live) -> Seen:
    """Create two fields that differ in case."""
    field = live.field("case", "TEXT")
    answer = live.try_to(
        "createProjectV2Field",
        projectId=live.board["id"],
        name=field["name"].upper(),
        dataType="TEXT",
    )
    return "taken" in messages(answer), messages(answer) or "accepted"


# ---- copies --------------------------------------------------------------------------------


@fact("[R]", "a copy of a board has its fields, views and workflows, and none of its issues",
      "github_api/mutate.py", Group.BOARD)  # fmt: skip
def copied(live: Live) -> Seen:
    """Copy the scratch board with a card on it."""
    live.field("copied", "NUMBER")
    live.card(live.issue("not copied")["node_id"])
    copy = live.mutate(
        "copyProjectV2",
        "projectV2 { id }",
        projectId=live.board["id"],
        ownerId=live.board["owner"],
        title=live.name("copy"),
        includeDraftIssues=False,
    )["projectV2"]["id"]
    live.delete_board_later(copy)
    read = f"... on ProjectV2 {{ {BOARD} items(first: 1) {{ totalCount }} }}"
    source = live.node(live.board["id"], read)

    def lacking(shown: Any) -> list[str]:
        return [part for part in ("fields", "views", "workflows")
                if _names(shown, part) != _names(source, part)]  # fmt: skip

    shown = live.until(lambda: live.node(copy, read), lambda read: not lacking(read))
    cards = shown["items"]["totalCount"]
    return not lacking(shown) and not cards, f"lacks: {lacking(shown) or 'nothing'}, cards: {cards}"


def _names(board: Any, part: str) -> list[str]:
    return sorted(node["name"] for node in board[part]["nodes"])
