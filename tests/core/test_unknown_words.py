"""A word that no vocabulary knows and the observed board does."""

from dataclasses import replace

from backlog_sync.core.model import BoardFieldDef, DesiredItem, DesiredState, OptionDef, Settings
from backlog_sync.core.unknown_words import understood, warnings
from backlog_sync.core.words import PRIORITY
from tests.core.builders import BOARD, board, desired, item, observed, select

THERE = observed(project=board(fields=(select("Priority", "Very Urgent", "Low"),)))
LABELLED = Settings(priority_label="priority:")


def meant(wanted: DesiredItem, settings: Settings = LABELLED) -> DesiredItem:
    """The item as it is after the board was seen."""
    (found,) = state(wanted, settings).items
    return found


def state(wanted: DesiredItem, settings: Settings = LABELLED) -> DesiredState:
    """All of it; a second look changes nothing."""
    found = understood(desired(wanted, project=BOARD, settings=settings), THERE)
    assert understood(found, THERE) == found
    return found


def word(priority: str, *labels: str) -> DesiredItem:
    """An item whose priority is this word."""
    return replace(item("a", labels=labels), unknown={PRIORITY: priority})


def test_the_board_s_word_becomes_its_value_and_a_label_beside_the_others() -> None:
    """As the board spells it; the label is declared."""
    found = meant(word("very urgent", "story"))
    assert found.board == {"Priority": "Very Urgent"}
    assert found.fields["labels"] == ("story", "priority:very-urgent")
    assert found.unknown == {}
    assert "priority:very-urgent" in {each.name for each in state(word("very urgent")).labels}


def test_a_priority_label_that_the_author_wrote_stays_the_only_one() -> None:
    """And without a prefix there is none."""
    assert meant(word("low", "Priority:mine")).fields["labels"] == ("Priority:mine",)
    assert meant(word("low", "story"), Settings(priority_label=None)).fields["labels"] == ("story",)


def test_a_word_that_the_board_does_not_know_stays_unknown() -> None:
    """It makes no value and no label."""
    wanted = word("whenever", "story")
    assert meant(wanted) == wanted


def test_an_unknown_word_is_told_with_the_values_that_are_valid() -> None:
    """Those of the board, else those that the file declares, else none."""
    declared = BoardFieldDef("Priority", "single_select", (OptionDef("Major"), OptionDef("Minor")))
    one = replace(word("whatever"), board={})
    for there, fields, valid in (
        (THERE, (declared,), "valid values: Very Urgent, Low"),
        (observed(), (declared,), "valid values: Major, Minor"),
        (observed(), (), "remove priority"),
    ):
        (warned,) = warnings(desired(one, project=replace(BOARD, fields=fields)), there)
        assert warned.slug == "unknown-priority"
        assert warned.hint == valid
