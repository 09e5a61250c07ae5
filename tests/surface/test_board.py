"""Projects v2: the board that is meant, its fields, its cards, its values."""

import pytest

from backlog_sync.core.change_kinds import ChangeKind
from backlog_sync.core.plan import Result
from github_sandbox import boards
from github_sandbox.models import Account, Field, Item, Project
from tests.surface.conftest import REPOSITORY, World, of_kind, reasons

FIELDS = """\
project:
  owner: octo-org
  title: Widgets
  fields:
    Status: {type: single_select, options: [Todo, In Progress, Review, Done]}
    Priority: {type: single_select, options: [{name: High, color: RED}, Low]}
    Story Points: {type: number}
    Target: {type: date}
    Note: {type: text}
    Sprint: {type: iteration, start: 2027-01-04, duration: 14, count: 3}
"""
STORY = """\
stories:
  - id: a
    title: A
    priority: High
    story_points: 3
    target: 2027-02-01
    Note: Mind the gap
    sprint: Sprint 2
  - {id: b, title: B}
"""


def make(world: World, title: str = "Widgets", owner: str = "octo-org") -> Project:
    """Somebody makes a board on its own page."""
    store = world.sandbox.store
    return boards.create_project(store, world.ann.viewer, store.accounts[owner], title, None)


def board(world: World, number: int = 1) -> Project:
    """The organisation's board of that number."""
    store = world.sandbox.store
    return store.projects[store.accounts["octo-org"].id][number]


def fields(world: World, number: int = 1) -> dict[str, Field]:
    """A board's fields by name."""
    found = world.sandbox.store.fields[board(world, number).id].values()
    return {each.name: each for each in found}


def values(world: World, title: str) -> dict[str, object]:
    """The values on an issue's card, without the record of what was applied."""
    card = world.issue(title).card
    assert card is not None
    return {name: value for name, value in card.values.items() if name != "Backlog record"}


def items(world: World) -> list[Item]:
    """The cards of the board, archived ones too."""
    return boards.items_of(world.sandbox.store, board(world), archived=True)


# ---- finding and making ----------------------------------------------------------------------


def test_a_board_is_made_with_all_that_is_declared(world: World) -> None:
    """Made, shown on the repository, fields of all five types, cards, and every value."""
    world.write(FIELDS + STORY)
    world.sync()
    home = world.sandbox.repository(REPOSITORY)
    assert board(world).repositories == [home.id]
    assert [o["name"] for o in fields(world)["Status"].options] == [
        "Todo", "In Progress", "Review", "Done",
    ]  # fmt: skip
    assert [i["title"] for i in fields(world)["Sprint"].iterations] == [
        "Sprint 1", "Sprint 2", "Sprint 3",
    ]  # fmt: skip
    assert values(world, "A") == {
        "Status": "Todo",
        "Priority": "High",
        "Story Points": 3,
        "Target": "2027-02-01",
        "Note": "Mind the gap",
        "Sprint": "Sprint 2",
    }
    assert values(world, "B") == {"Status": "Todo"}


def test_the_open_board_of_the_lowest_number_is_meant(world: World) -> None:
    """Of several boards of one title, closed ones and later ones are passed over."""
    make(world).closed = True
    make(world, "Others")
    make(world)
    make(world)
    world.write("project: {owner: octo-org, title: Widgets}\nstories: [{id: a, title: A}]\n")
    assert world.plan().project == "octo-org/3"
    world.sync()
    assert [len(boards.items_of(world.sandbox.store, board(world, n))) for n in (1, 2, 3, 4)] == [
        0, 0, 1, 0,
    ]  # fmt: skip
    world.edit("title: Widgets", "number: 4")
    assert world.plan().project == "octo-org/4"


def test_a_closed_board_is_refused_and_said_so(world: World) -> None:
    """Where the only board of the title is closed, none is made beside it."""
    make(world).closed = True
    world.write("project: {owner: octo-org, title: Widgets}\nstories: [{id: a, title: A}]\n")
    prepared = world.prepared()
    assert [v.slug for v in prepared.violations] == ["board-not-writable"]
    (deferred,) = prepared.plan.deferred
    assert deferred.reason.startswith("the board is closed; ")
    assert "reopen it" in deferred.hint
    kinds = {change.kind for change in prepared.plan.changes}
    assert not kinds & {ChangeKind.PROJECT, ChangeKind.PROJECT_ITEM, ChangeKind.FIELD_VALUE}


def test_a_board_of_another_owner_is_used_but_not_shown_here(world: World) -> None:
    """GitHub shows a board only on repositories of its owner: nothing is tried in vain."""
    world.sandbox.ensure_repository("acme/other")
    world.write("project: {owner: acme, title: Widgets}\nstories: [{id: a, title: A}]\n")
    world.sync()
    store = world.sandbox.store
    (made,) = store.projects[store.accounts["acme"].id].values()
    assert made.repositories == []
    assert values(world, "A") == {"Status": "Todo"}


def test_an_existing_board_is_shown_on_the_repository(world: World) -> None:
    """A board of the same owner that is not linked yet gets linked, once."""
    make(world)
    world.write("project: {owner: octo-org, title: Widgets}\nstories: [{id: a, title: A}]\n")
    (link,) = of_kind(world.plan(), ChangeKind.PROJECT)
    assert link.reason == "not shown on the repository yet"
    world.sync()
    assert board(world).repositories == [world.sandbox.repository(REPOSITORY).id]


# ---- fields ----------------------------------------------------------------------------------


def custom(world: World, name: str, kind: str, *options: tuple[str, str]) -> Field:
    """Somebody makes a field on the board's page."""
    return boards.create_field(
        world.sandbox.store,
        world.ann.viewer,
        board(world),
        name=name,
        data_type=kind,
        options=[{"name": n, "color": c, "description": "theirs"} for n, c in options],
        iterations=None,
    )


def test_options_are_added_with_all_ids_kept(world: World) -> None:
    """A new option is where the file has it; others keep their id, colour and words."""
    make(world)
    before = custom(world, "Priority", "SINGLE_SELECT", ("Low", "BLUE"), ("Urgent", "PINK"))
    kept = [dict(option) for option in before.options]
    world.write(
        "project: {owner: octo-org, title: Widgets, fields: {Priority:"
        " {type: single_select, options: [High, Low]}}}\n"
        "stories: [{id: a, title: A, priority: High}]\n"
    )
    world.sync()
    after = fields(world)["Priority"].options
    assert after[1:] == kept
    assert [option["name"] for option in after] == ["High", "Low", "Urgent"]
    assert values(world, "A")["Priority"] == "High"


def test_options_change_their_looks_only_where_declared(world: World) -> None:
    """A declared colour or description is set, with the id kept; the others stay."""
    make(world)
    before = custom(world, "Priority", "SINGLE_SELECT", ("High", "BLUE"), ("Low", "PINK"))
    ids = [option["id"] for option in before.options]
    text = (
        "project: {owner: octo-org, title: Widgets, fields: {Priority: {type: single_select,"
        " options: [{name: High, color: RED}, {name: Low, description: Later}]}}}\n"
        "stories: [{id: a, title: A, priority: High}]\n"
    )
    world.write(text)
    (change,) = of_kind(world.plan(), ChangeKind.FIELD)
    assert list(change.fields) == ["styles"]
    world.sync()
    after = fields(world)["Priority"].options
    assert [(o["color"], o["description"]) for o in after] == [("RED", "theirs"), ("PINK", "Later")]
    assert [option["id"] for option in after] == ids


def test_a_board_keeps_its_own_words_where_nothing_is_declared(world: World) -> None:
    """No option of Status is added unasked; a priority that an item uses is, without colours."""
    make(world)
    status = fields(world)["Status"]
    status.options = [
        {"id": "1", "name": "Backlog", "color": "GRAY", "description": ""},
        {"id": "2", "name": "Shipped", "color": "GRAY", "description": ""},
    ]
    custom(world, "Priority", "SINGLE_SELECT", ("Low", "BLUE"))
    world.write(
        "project: {owner: octo-org, title: Widgets}\n"
        "stories: [{id: a, title: A, priority: High}, {id: b, title: B, status: Todo}]\n"
    )
    plan = world.plan()
    assert [change.key for change in of_kind(plan, ChangeKind.FIELD)] == ["Priority"]
    assert reasons(plan) == ["Status has no option 'Todo'"]
    world.run()
    assert [o["name"] for o in fields(world)["Status"].options] == ["Backlog", "Shipped"]
    assert [o["color"] for o in fields(world)["Priority"].options] == ["BLUE", "RED"]
    assert values(world, "A")["Status"] == "Backlog"


def test_a_field_is_found_whatever_its_case(world: World) -> None:
    """GitHub takes no second field that differs only in case."""
    make(world)
    custom(world, "story points", "NUMBER")
    world.write(
        "project: {owner: octo-org, title: Widgets}\n"
        "stories: [{id: a, title: A, story_points: 5}]\n"
    )
    assert of_kind(world.plan(), ChangeKind.FIELD) == []
    world.sync()
    assert values(world, "A")["story points"] == 5


def test_iterations_are_made_once_and_then_deferred(world: World) -> None:
    """Sent again, GitHub would clear them on every card: an edit is deferred with why."""
    world.write(FIELDS + STORY)
    world.sync()
    before = [dict(each) for each in fields(world)["Sprint"].iterations]
    world.edit("count: 3", "count: 5")
    plan = world.plan()
    assert of_kind(plan, ChangeKind.FIELD) == []
    (reason,) = reasons(plan)
    assert "from 2027-02-15, 2027-03-01" in reason
    assert "clear the field on every card" in reason
    world.run()
    assert fields(world)["Sprint"].iterations == before
    assert values(world, "A")["Sprint"] == "Sprint 2"
    world.edit("count: 5", "count: 2")
    assert world.plan().deferred == ()


def test_an_iteration_field_without_a_first_day_is_deferred(world: World) -> None:
    """A sprint that items name, on a board that has none: it cannot be made up."""
    world.write(
        "project: {owner: octo-org, title: Widgets, views: []}\n"
        "stories: [{id: a, title: A, sprint: S 1}]\n"
    )
    assert reasons(world.plan()) == ["an iteration field cannot be created without a start date"]
    world.sync()


def test_a_selection_without_options_is_one_of_the_board(world: World) -> None:
    """It cannot be created; once people created it, items take its options."""
    world.write(
        "project: {owner: octo-org, title: Widgets, views: [],"
        " fields: {Risk: {type: single_select}}}\n"
        "stories: [{id: a, title: A, Risk: High}]\n"
    )
    assert reasons(world.plan()) == [
        "the board has no such field, and it cannot be created without options"
    ]
    world.sync()
    custom(world, "Risk", "SINGLE_SELECT", ("Low", "BLUE"), ("High", "RED"))
    world.sync()
    assert values(world, "A")["Risk"] == "High"
    assert reasons(world.plan()) == []


# ---- cards and values ------------------------------------------------------------------------


def test_values_change_and_are_cleared(world: World) -> None:
    """A new value is set, one that is declared empty is cleared, one that is dropped stays."""
    world.write(FIELDS + STORY)
    world.sync()
    world.edit("story_points: 3", "story_points: 8")
    world.edit("priority: High", "priority: null")
    world.edit("target: 2027-02-01", "target: null")
    world.edit("    Note: Mind the gap\n", "    Note: null\n")
    world.run()
    assert values(world, "A") == {"Status": "Todo", "Story Points": 8, "Sprint": "Sprint 2"}
    assert not world.plan().has_changes
    world.edit("    story_points: 8\n", "")
    world.run()
    assert values(world, "A")["Story Points"] == 8


def test_an_archived_card_takes_no_values_and_stays_archived(world: World) -> None:
    """It is neither added anew nor restored; what would change there is told."""
    world.write(FIELDS + STORY)
    world.sync()
    world.ann.archive_card(world.issue("A").number)
    assert world.plan().deferred == ()
    assert not world.plan().has_changes
    world.edit("story_points: 3", "story_points: 8")
    plan = world.plan()
    assert reasons(plan) == ["its board item is archived and takes no values (Story Points)"]
    world.run()
    assert [item.is_archived for item in items(world)] == [True, False]
    assert not world.plan().has_changes


def test_a_card_that_somebody_removed_comes_back(world: World) -> None:
    """Items belong on the board; a removed card is added again with its values."""
    world.write(FIELDS + STORY)
    world.sync()
    store = world.sandbox.store
    (card,) = [i for i in items(world) if i.content == world.ann.issue(world.issue("A").number).id]
    boards.delete_item(store, world.ann.viewer, board(world), card)
    world.sync()
    assert values(world, "A")["Priority"] == "High"


@pytest.mark.parametrize("kind", ["TEXT", "NUMBER"])
def test_a_field_of_another_type_is_told(world: World, kind: str) -> None:
    """The board's Priority is no select: nothing is changed about it, and the plan says so."""
    make(world)
    custom(world, "Priority", kind)
    world.write(
        "project: {owner: octo-org, title: Widgets}\nstories: [{id: a, title: A, priority: High}]\n"
    )
    plan = world.plan()
    assert [warning.slug for warning in plan.warnings] == ["field-type"]
    applied = world.run()
    assert all(outcome.result is Result.APPLIED for outcome in applied.outcomes)
    assert fields(world)["Priority"].data_type == kind
    assert world.plan().changes == ()


def test_a_user_s_board(user_world: World) -> None:
    """Boards of people work as those of organisations do."""
    user_world.write(FIELDS + STORY)
    user_world.sync()
    owner = user_world.sandbox.store.accounts["octo-org"]
    assert isinstance(owner, Account)
    assert owner.kind == "User"
    assert values(user_world, "A")["Sprint"] == "Sprint 2"
