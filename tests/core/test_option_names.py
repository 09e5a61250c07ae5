"""Options that were renamed on the board."""

import pytest

from backlog_sync.core import record
from backlog_sync.core.model import BoardFieldDef, BoardItem, OptionDef
from backlog_sync.core.option_names import Renamed, renamed_options
from tests.core.builders import select

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
