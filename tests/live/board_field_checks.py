"""Checks of fields of boards: options, several options, iterations, and what becomes of values."""

from typing import Any, Final

from tests.live.client import Live, UncheckableError, messages
from tests.live.facts import Group, Seen, fact

# ---- options ------------------------------------------------------------------------------

OPTIONS = "... on ProjectV2SingleSelectField { options { id name } }"


def options(*names: str, ids: dict[str, str] | None = None) -> list[dict[str, str]]:
    """Return options as they are sent: with the ids that are known, or without ids."""
    known = ids or {}
    return [
        {"name": name, "color": "GRAY", "description": ""}
        | ({"id": known[name]} if name in known else {})
        for name in names
    ]


def _select(live: Live, text: str) -> tuple[Any, str]:
    """Create a field with three options, and a card that has the second one."""
    field = live.field(
        text, "SINGLE_SELECT", OPTIONS, singleSelectOptions=options("Two", "One", "Three")
    )
    card = live.card(live.issue(f"with {text}")["node_id"])
    live.set_value(card, field["id"], singleSelectOptionId=field["options"][1]["id"])
    if live.value(card, field["name"]) != "One":
        raise UncheckableError("the value of a card could not be set")
    return field, card


def _sent_again(live: Live, field: Any, options: list[dict[str, str]]) -> list[dict[str, str]]:
    values = {"fieldId": field["id"], "singleSelectOptions": options}
    shown = live.mutate("updateProjectV2Field", f"projectV2Field {{ {OPTIONS} }}", **values)
    return list(shown["projectV2Field"]["options"])


@fact("[R]", "options sent with their ids keep ids and values, and are in the order that was sent",
      "github_api/mutate.py", Group.BOARD)  # fmt: skip
def options_with_ids(live: Live) -> Seen:
    """Send them in another order, with one more in between."""
    field, card = _select(live, "options with ids")
    ids = {option["name"]: option["id"] for option in field["options"]}
    declared = list(ids) == ["Two", "One", "Three"]
    names = ("Three", "New", "One", "Two")
    shown = _sent_again(live, field, options(*names, ids=ids))
    kept = {option["name"]: option["id"] for option in shown}
    ordered = declared and tuple(kept) == names
    same = all(kept.get(name) == id_ for name, id_ in ids.items())
    value = live.value(card, field["name"])
    return ordered and same and value == "One", f"in order: {ordered}, ids kept: {same}, {value}"


@fact("[R]", "options sent without their ids are new ones, and the cards lose their values",
      "github_api/send.py", Group.BOARD)  # fmt: skip
def options_without_ids(live: Live) -> Seen:
    """Send the same options again."""
    field, card = _select(live, "options without ids")
    before = {option["id"] for option in field["options"]}
    shown = _sent_again(live, field, options("Two", "One", "Three"))
    kept = len(before & {option["id"] for option in shown})
    value = live.value(card, field["name"])
    return not kept and value is None, f"{kept} ids kept, value: {value}"


@fact("[D]", "a field has at most 50 options", "files/documents/board.py", Group.BOARD)
def most_options(live: Live) -> Seen:
    """Create a field with 50 of them, and try it with 51."""
    names = [f"Option {n}" for n in range(51)]
    fifty = live.field("50 options", "SINGLE_SELECT", OPTIONS,
                       singleSelectOptions=options(*names[:50]))  # fmt: skip
    answer = live.try_to(
        "createProjectV2Field",
        projectId=live.board["id"],
        name=live.name("51 options"),
        dataType="SINGLE_SELECT",
        singleSelectOptions=options(*names),
    )
    count = len(fifty["options"])
    return count == 50 and bool(answer.get("errors")), f"51: {messages(answer) or 'accepted'}"


# ---- iterations --------------------------------------------------------------------------


@fact("[R]", "the input of iterations has no ids", "core/iterations.py", Group.BOARD)
def iteration_input(live: Live) -> Seen:
    """Ask the schema."""
    names = live.type_of("ProjectV2Iteration")
    if names is None:
        raise UncheckableError("this server has no such input")
    return names == {"title", "startDate", "duration"}, ", ".join(sorted(names))


ITERATIONS = (
    "... on ProjectV2IterationField { configuration {"
    " iterations { id title } completedIterations { id title } } }"
)


def _iterations(live: Live, text: str, *starts: str) -> tuple[Any, dict[str, Any]]:
    """Create a field with iterations of two weeks, named by their starts, and what was sent."""
    each = [{"title": start, "startDate": start, "duration": 14} for start in starts]
    setup = {"startDate": starts[0], "duration": 14, "iterations": each}
    field = live.field(text, "ITERATION", ITERATIONS, iterationConfiguration=setup)
    return field, setup


@fact("[R]", "sending iterations again gives them new ids and clears the cards' values",
      "core/iterations.py", Group.BOARD)  # fmt: skip
def iterations_again(live: Live) -> Seen:
    """Send the same configuration again."""
    field, setup = _iterations(live, "iterations", "2031-01-06", "2031-01-20")
    before = [each["id"] for each in field["configuration"]["iterations"]]
    card = live.card(live.issue("in an iteration")["node_id"])
    live.set_value(card, field["id"], iterationId=before[0])
    if live.value(card, field["name"]) != "2031-01-06":
        raise UncheckableError("the iteration of a card could not be set")
    values = {"fieldId": field["id"], "iterationConfiguration": setup}
    sent = live.mutate("updateProjectV2Field", f"projectV2Field {{ {ITERATIONS} }}", **values)
    after = [each["id"] for each in sent["projectV2Field"]["configuration"]["iterations"]]
    kept, value = len(set(before) & set(after)), live.value(card, field["name"])
    return len(after) == 2 and not kept and value is None, f"{kept} ids kept, value: {value}"


@fact("[R]", "iterations that are over are kept as completed ones, the newest first",
      "github_api/parse.py", Group.BOARD)  # fmt: skip
def completed_iterations(live: Live) -> Seen:
    """Create a field with two past iterations and one to come."""
    starts = ("2021-01-04", "2021-01-18", "2031-01-06")
    shown = _iterations(live, "completed", *starts)[0]["configuration"]
    titles = [
        [each["title"] for each in shown[part]] for part in ("iterations", "completedIterations")
    ]
    holds = titles == [["2031-01-06"], ["2021-01-18", "2021-01-04"]]
    return holds, f"to come: {titles[0]}, completed: {titles[1]}"


@fact("[?]", "a card can be given an iteration that is completed", "engine/iterations.py",
      Group.BOARD)  # fmt: skip
def completed_iteration_set(live: Live) -> Seen:
    """Do that: an extension of iterations restores such values."""
    field, _ = _iterations(live, "past", "2021-01-04", "2031-01-06")
    (past,) = field["configuration"]["completedIterations"]
    card = live.card(live.issue("in a past iteration")["node_id"])
    answer = live.set_value(card, field["id"], iterationId=past["id"])
    value = live.value(card, field["name"])
    return value == "2021-01-04", messages(answer) or f"value: {value}"


# ---- several options ----------------------------------------------------------------------

NAMES: Final = (
    ("ProjectV2CustomFieldType", "MULTI_SELECT"),
    ("CreateProjectV2FieldInput", "multiSelectOptions"),
    ("UpdateProjectV2FieldInput", "multiSelectOptions"),
    ("ProjectV2MultiSelectFieldOptionInput", "id"),
    ("ProjectV2FieldValue", "multiSelectOptionIds"),
    ("ProjectV2MultiSelectField", "multiSelectOptions"),
    ("ProjectV2ItemFieldMultiSelectValue", "options"),
)
"""Types and what the product uses of them."""

SEVERAL: Final = "... on ProjectV2MultiSelectField { multiSelectOptions { id name } }"


@fact("[R]", "the schema has multi-select fields of boards, under the names that are used",
      "github_api/capabilities.py", Group.BOARD)  # fmt: skip
def multi_select_names(live: Live) -> Seen:
    """Ask for the types."""
    if "MULTI_SELECT" not in (live.type_of("ProjectV2CustomFieldType") or ()):
        raise UncheckableError("this server has no multi-select fields of boards")
    lacking = [f"{kind}.{name}" for kind, name in NAMES if name not in (live.type_of(kind) or ())]
    return not lacking, f"lacks: {', '.join(lacking) or 'nothing'}"


def _field_with_two(live: Live, text: str) -> tuple[Any, str]:
    """Create a field with three options and a card that has the first two."""
    field = live.field(
        text, "MULTI_SELECT", SEVERAL, multiSelectOptions=options("Two", "One", "Three")
    )
    card = live.card(live.issue(f"with {text}")["node_id"])
    ids = [option["id"] for option in field["multiSelectOptions"][:2]]
    live.set_value(card, field["id"], multiSelectOptionIds=ids)
    return field, card


def _chosen(live: Live, card: str, name: str) -> list[str]:
    read = (
        "... on ProjectV2Item { it: fieldValueByName(name: $name) {"
        " ... on ProjectV2ItemFieldMultiSelectValue { options { name } } } }"
    )
    shown = live.node(card, read, name=("String!", name))["it"]
    return [option["name"] for option in (shown or {}).get("options") or ()]


@fact("[R]", "several options of a card are set at once, replace those before, and are cleared",
      "github_api/mutate.py", Group.BOARD)  # fmt: skip
def multi_select_value(live: Live) -> Seen:
    """Set two, then another one, then none."""
    field, card = _field_with_two(live, "several values")
    seen = [_chosen(live, card, field["name"])]
    third = field["multiSelectOptions"][2]["id"]
    live.set_value(card, field["id"], multiSelectOptionIds=[third])
    seen.append(_chosen(live, card, field["name"]))
    target = {"projectId": live.board["id"], "itemId": card, "fieldId": field["id"]}
    answer = live.try_to("clearProjectV2ItemFieldValue", **target)
    seen.append(_chosen(live, card, field["name"]))
    holds = [sorted(names) for names in seen] == [["One", "Two"], ["Three"], []]
    return holds, messages(answer) or "; ".join(", ".join(names) or "none" for names in seen)


@fact("[R]", "options of a multi-select field sent with ids keep ids, values and the sent order",
      "github_api/mutate.py", Group.BOARD)  # fmt: skip
def multi_select_options(live: Live) -> Seen:
    """Send them in another order, with one more in between."""
    field, card = _field_with_two(live, "several options")
    ids = {option["name"]: option["id"] for option in field["multiSelectOptions"]}
    names = ("Three", "New", "One", "Two")
    values = {"fieldId": field["id"], "multiSelectOptions": options(*names, ids=ids)}
    sent = live.mutate("updateProjectV2Field", f"projectV2Field {{ {SEVERAL} }}", **values)
    shown = {each["name"]: each["id"] for each in sent["projectV2Field"]["multiSelectOptions"]}
    ordered = list(ids) == ["Two", "One", "Three"] and tuple(shown) == names
    same = all(shown.get(name) == id_ for name, id_ in ids.items())
    chosen = sorted(_chosen(live, card, field["name"]))
    holds = ordered and same and chosen == ["One", "Two"]
    return holds, f"in order: {ordered}, ids kept: {same}, {', '.join(chosen) or 'none'}"
