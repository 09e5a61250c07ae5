"""What is ready, and one item, as text of any width."""

from dataclasses import replace
from datetime import date

import pytest

from backlog_sync.core.facts import Facts
from backlog_sync.core.planning import PlanningSettings, WipLimit
from backlog_sync.core.rollup import outline
from backlog_sync.render.canvas import Look
from backlog_sync.reports.gather import gather
from backlog_sync.reports.item import item_detail
from backlog_sync.reports.ready import Ready, ready
from backlog_sync.reports.render_item import item_text
from backlog_sync.reports.render_ready import ready_text
from backlog_sync.reports.schedule import schedule
from tests.core.builders import desired, item, link, managed, observed
from tests.reporting.builders import facts, sample
from tests.reporting.builders import item as work

TITLE = (
    "Pay with a card, a code or cash \u202e at any of the machines, whatever the time of the day"
)


def answered(given: Facts) -> Ready:
    """What is ready of these facts."""
    tree = outline(given.items)
    return ready(given, tree, schedule(tree, (), PlanningSettings(), given.today, None))


def text_of(given: Facts, look: Look) -> str:
    """All lists, as text."""
    return ready_text(answered(given), given, look, most=3, blocked=True, narrowed=False)


@pytest.mark.parametrize("width", [40, 59, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Of a sample with long titles, and of an item with everything."""
    wip = PlanningSettings(wip=(WipLimit("In Progress", 1, 1), WipLimit("Doing", 2)))
    given = replace(sample(), planning=wip, statuses=("Todo", "In Progress", "Done"))
    given = replace(given, items=(*given.items, work("long", title=TITLE), work("w", "epic")))
    lines = text_of(given, Look(width=width)).splitlines()
    parent = item("e", TITLE)
    story = item("s", TITLE, parent="e", criteria={TITLE: False, "b": True}, labels=("a",) * 30)
    wanted = desired(parent, story, item("o", TITLE))
    there = observed(
        managed(parent, 1, blocked_by=(link(3),)),
        managed(story, 2, blocked_by=(link(7, "octo-org/other", "open"),)),
        managed(item("o", TITLE), 3),
    )
    known = gather(wanted, there, today=date(2026, 3, 10))
    tree = outline(known.items)
    issues = dict(zip(("e", "s", "o"), there.issues, strict=True))
    detail = item_detail(story, known, tree, issues)
    shown = item_text(detail, answered(known), known, tree, None, Look(width=width))
    lines += shown.splitlines()
    assert [line for line in lines if len(line) > width] == []
    assert "\u202e" not in "".join(lines)
    assert "blocks all of #1" in " ".join(shown.split())


def test_long_lists_are_cut_with_the_option_that_shows_all() -> None:
    """Each list by itself; in a pipe, a row has the item's key."""
    given = facts(*(work(f"k{n}", ref=f"#{n}", title="Same") for n in range(5)))
    assert "2 more (--limit 5 shows all)" in text_of(given, Look())
    assert "  #0    Same   k0" in text_of(given, Look(uncut=True))


def test_nothing_ready_says_whether_anything_is_left() -> None:
    """Work in progress is left; done work is not."""
    doing = facts(work("a", blocked_by=("b",)), work("b", blocked_by=("a",)))
    assert text_of(doing, Look()).startswith("Nothing can be started now.\n\nWaiting  2 items\n")
    assert text_of(facts(), Look()) == "Nothing is left to do.\n\nNothing waits.\n"
