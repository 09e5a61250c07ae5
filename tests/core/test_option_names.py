"""Options that were renamed on the board."""

from dataclasses import replace

import pytest

from backlog_sync.core import record
from backlog_sync.core.model import BoardFieldDef, OptionDef
from backlog_sync.core.observed import BoardItem
from backlog_sync.core.option_names import Renamed, as_declared, renamed_options
from tests.core.builders import BOARD, board, desired, item, managed, observed, select

CARD = BoardItem("C_1", {"Phase": "New", record.NAME: '{"Phase":"Old"}'})


@pytest.mark.parametrize(
    ("declared", "shown", "found"),
    [
        ("single_select", "single_select", (Renamed("Old", "New"),)),
        ("single_select", "iteration", ()),
        ("iteration", "single_select", ()),
        ("iteration", "iteration", ()),
    ],
)
def test_only_options_are_renamed(declared: str, shown: str, found: tuple[Renamed, ...]) -> None:
    """A field that is of another type on the board, or has iterations, has none to rename."""
    definition = BoardFieldDef("Phase", declared, (OptionDef("Old"),))
    board_field = select("Phase", "New", type=shown)
    assert renamed_options(definition, board_field, (), (CARD,)) == found


def test_a_card_shows_the_file_s_name_of_an_option_that_people_renamed() -> None:
    """Field and cards alike; an issue without a card has nothing to rename."""
    wanted = item("a", board={"Phase": "Old"})
    field = BoardFieldDef("Phase", "single_select", (OptionDef("Old"),))
    issues = (managed(wanted, 1, card=CARD), managed(item("b"), 2))
    there = observed(*issues, project=board(select("Phase", "New")))
    found = as_declared(desired(wanted, project=replace(BOARD, fields=(field,))), there)
    assert [each.card and each.card.values["Phase"] for each in found.issues] == ["Old", None]
    assert found.issues[1] == issues[1]


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ((("New", "x"), ("New",)), (Renamed("Old", "New"),)),
        ((("New",), ("x",)), ()),
        ((("New", "Other"), ("New", "Other")), ()),
    ],
    ids=["beside another option", "not on each card", "two new ones"],
)
def test_an_option_of_several_is_renamed_if_every_card_shows_the_same_new_one(
    shown: tuple[tuple[str, ...], ...], found: tuple[Renamed, ...]
) -> None:
    """Options that the file knows may stand next to it."""
    definition = BoardFieldDef("Phase", "multi_select", (OptionDef("Old"), OptionDef("x")))
    board_field = select("Phase", "New", "Other", "x", type="multi_select")
    cards = [BoardItem("C", {"Phase": each, record.NAME: '{"Phase":["Old"]}'}) for each in shown]
    assert renamed_options(definition, board_field, (), cards) == found
