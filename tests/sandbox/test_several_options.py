"""Board fields with several options in the sandbox: options, values, pages, older servers."""

import re
from dataclasses import replace

import pytest

from github_sandbox.actors import Person
from tests.sandbox.conftest import World
from tests.sandbox.test_boards import option
from tests.sandbox.test_page import BOARD, look
from tests.sandbox.test_views import new_view
from tests.sandbox.test_writes import mutate, refusal

OPTIONS = (
    "projectV2Field { ... on ProjectV2MultiSelectField { id multiSelectOptions { id name } } }"
)


def areas(world: World, project: str) -> tuple[str, dict[str, str]]:
    """A new field with three options: its id, and theirs by name."""
    options = [option("web"), option("api", color="RED"), option("docs")]
    values = {"projectId": project, "name": "Areas", "dataType": "MULTI_SELECT"}
    made = mutate(world, "createProjectV2Field", OPTIONS, **values, multiSelectOptions=options)
    field = made["projectV2Field"]
    return field["id"], {each["name"]: each["id"] for each in field["multiSelectOptions"]}


def chosen(world: World, card: str) -> list[str]:
    """The options of a card, as a client reads them."""
    read = """query($id: ID!) { node(id: $id) { ... on ProjectV2Item {
      it: fieldValueByName(name: "Areas") {
        ... on ProjectV2ItemFieldMultiSelectValue { options { name }
          field { ... on ProjectV2FieldCommon { dataType } } } } } } }"""
    value = world.ask(read, id=card)["node"]["it"]
    assert value is None or value["field"] == {"dataType": "MULTI_SELECT"}
    return [each["name"] for each in value["options"]] if value else []


def test_several_options_are_set_at_once_and_shown_in_the_order_of_the_field(world: World) -> None:
    """Values replace those before; options sent with their ids keep them; what is gone is gone."""
    project = world.board()
    card = world.card(project, world.issue("Keep a cart"))
    field, ids = areas(world, project)
    world.set_value(project, card, field, multiSelectOptionIds=[ids["docs"], ids["web"]])
    assert chosen(world, card) == ["web", "docs"]
    world.set_value(project, card, field, multiSelectOptionIds=[ids["api"], ids["web"]])
    sent = [option("ops"), option("back end", id=ids["api"]), option("web", id=ids["web"])]
    mutate(world, "updateProjectV2Field", OPTIONS, fieldId=field, multiSelectOptions=sent)
    assert chosen(world, card) == ["back end", "web"]
    sent = [option("web", id=ids["web"])]
    mutate(world, "updateProjectV2Field", OPTIONS, fieldId=field, multiSelectOptions=sent)
    assert chosen(world, card) == ["web"]
    target = {"projectId": project, "itemId": card, "fieldId": field}
    mutate(world, "clearProjectV2ItemFieldValue", "projectV2Item { id }", **target)
    assert chosen(world, card) == []


@pytest.mark.parametrize("names", [(), ("none",), ("web", "web")])
def test_options_that_do_not_fit_are_refused(world: World, names: tuple[str, ...]) -> None:
    """No options, one of another field, or one twice."""
    project = world.board()
    card = world.card(project, world.issue())
    field, ids = areas(world, project)
    value = {"multiSelectOptionIds": [ids.get(name, name) for name in names]}
    target = {"projectId": project, "itemId": card, "fieldId": field, "value": value}
    refused = refusal(world, "updateProjectV2ItemFieldValue", **target)
    assert refused.startswith("UNPROCESSABLE: ")
    assert "multi select option ids" in refused.lower()


def test_a_page_shows_each_option_and_a_filter_finds_it(world: World) -> None:
    """In a table, and under a filter for any of them; it can also be sorted by them."""
    project = world.board()
    field, ids = areas(world, project)
    card = world.card(project, world.issue("Keep a cart"))
    world.set_value(project, card, field, multiSelectOptionIds=[ids["api"], ids["web"]])
    new_view(world, project, "Areas", "TABLE", configuration={"visibleFieldIds": [field]})
    ann = Person(world.sandbox, "ann")
    ann.edit_view("Areas", filter_query="areas:api")
    table = look(world, f"{BOARD}?view=2").words
    assert "Keep a cart" in table
    assert "web" in table
    second = world.card(project, world.issue("Merge carts"))
    world.set_value(project, second, field, multiSelectOptionIds=[ids["api"]])
    (views,), (fields,) = world.sandbox.store.views.values(), world.sandbox.store.fields.values()
    (view,) = (each for each in views.values() if each.name == "Areas")
    view.sort_by = view.descending = [each.id for each in fields.values() if each.name == "Areas"]
    assert re.search("Merge carts.*Keep a cart", look(world, f"{BOARD}?view=2").words)
    ann.edit_view("Areas", filter_query="areas:docs")
    assert "Keep a cart" not in look(world, f"{BOARD}?view=2").words


def test_an_older_server_does_not_have_them(world: World) -> None:
    """Neither the type nor the inputs exist in its schema; everything else is as it was."""
    world.sandbox.features = replace(world.sandbox.features, multi_select=False)
    kinds = """{ custom: __type(name: "ProjectV2CustomFieldType") { enumValues { name } }
      field: __type(name: "ProjectV2MultiSelectField") { name }
      value: __type(name: "ProjectV2FieldValue") { inputFields { name } }
      single: __type(name: "ProjectV2SingleSelectField") { name } }"""
    shown = world.ask(kinds)
    assert "MULTI_SELECT" not in {each["name"] for each in shown["custom"]["enumValues"]}
    assert shown["field"] is None
    assert shown["single"] is not None
    assert "multiSelectOptionIds" not in {each["name"] for each in shown["value"]["inputFields"]}
