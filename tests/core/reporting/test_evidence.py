"""Pull requests as evidence: which done items lack one, and which merged ones leave work open."""

from backlog_sync.core.facts import PullRequestFact
from backlog_sync.reports.view import Names, merged_open, unproven
from tests.reporting.builders import DOING, DONE, DROPPED, TODO, facts, item, made


def pull(number: int, state: str) -> PullRequestFact:
    """A pull request in this state."""
    return PullRequestFact(f"#{number}", "Work", state, f"https://host/pull/{number}", "ann")


def test_one_that_was_not_merged_proves_nothing() -> None:
    """One of an item above does, merged or open; without any pull request nothing is listed."""
    above = item("e", kind="epic", pull_requests=(pull(1, "merged"),))
    rows = (
        above,
        item("a", parent="e", phase=DONE, ref="#2"),
        item("b", phase=DONE, ref="#3", pull_requests=(pull(4, "closed"), pull(5, "closed"))),
        item("c", phase=DONE, ref="#6", pull_requests=(pull(7, "open"),)),
        item("d", phase=DONE, ref="#8"),
        item("f", phase=DONE),
        item("g", phase=TODO, ref="#9"),
    )
    report = made(facts(*rows))
    assert report.unproven == ("b", "d")
    lines = unproven(report, Names(report))
    assert lines == ["B: #4, #5 were closed without merging", "D"]
    many = made(facts(above, *(item(f"s{n}", phase=DONE, ref=f"#{n}") for n in range(9))))
    assert unproven(many, Names(many), 3) == ["S0", "S1", "S2", "6 more"]
    assert made(facts(item("d", phase=DONE, ref="#8"))).unproven == ()


def test_what_is_left_open_by_a_merged_one_is_named() -> None:
    """The issue itself, up to three items below it by name, criteria; not what was dropped."""
    below = [item(f"s{n}", parent="e", phase=DOING, ref=f"#{n}") for n in range(6)]
    rows = (
        item("e", kind="epic", phase=DONE, pull_requests=(pull(10, "merged"),)),
        *below,
        item("a", phase=TODO, criteria=2, ticked=1, pull_requests=(pull(11, "merged"),)),
        item("b", phase=DROPPED, criteria=2, pull_requests=(pull(12, "merged"),)),
        item("c", phase=TODO, pull_requests=(pull(13, "open"),)),
    )
    report = made(facts(*rows))
    assert merged_open(report, Names(report)) == [
        "E: #10 was merged; 6 items below are open (S0, S1, S2, 3 more)",
        "A: #11 was merged; the issue is open, 1 criterion not ticked",
    ]
