"""One card against what its item wants on it."""

import pytest

from backlog_sync.core import record
from backlog_sync.core.card import DesiredCard, IssueStatus, diff_card
from backlog_sync.core.fields import STATUS
from backlog_sync.core.observed import BoardItem
from backlog_sync.core.options import PLAIN
from tests.core.builders import item


@pytest.mark.parametrize(("closed", "reported"), [(True, []), (False, [STATUS])])
def test_a_card_of_a_closed_issue_is_not_reported_when_it_lags_behind(
    closed: bool, reported: list[str]
) -> None:
    """File and issue agree that it is done; only of an open issue is the card's word drift."""
    done = item("a", board={STATUS: "Done"})
    card = BoardItem("C_1", {STATUS: "In Progress", record.NAME: '{"Status":"Done"}'})
    diff = diff_card(
        done,
        "#1",
        card,
        DesiredCard({STATUS: "Done"}),
        ownership={},
        options=PLAIN,
        issue_status=IssueStatus(closed=closed),
    )
    assert (diff.values, [note.name for note in diff.drift]) == ({}, reported)
