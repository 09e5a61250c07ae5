"""Leaf items are counted once, and every sum can be worked out again from its keys."""

import random
from collections import Counter

import pytest

from backlog_sync.core.facts import WorkItem
from backlog_sync.core.rollup import Sum, outline
from backlog_sync.reports.values import Report
from tests.reporting.builders import DOING, DONE, DROPPED, facts, generated, item, made, sample
from tests.sums import rolled


def report(*items: WorkItem) -> Report:
    """The report of these items."""
    return made(facts(*items))


def test_only_leaves_count() -> None:
    """An epic and a feature are their stories; an epic without any is one item itself."""
    found = report(
        item("e", "epic", points=99),
        item("f", "feature", parent="e"),
        item("a", parent="f", points=3, phase=DONE),
        item("b", parent="f", points=5),
        item("lone", "epic", points=1),
    )
    assert found.total.items == ("a", "b", "lone")
    assert (found.total.points_done, found.total.points) == (3, 9)
    assert found.sums["e"].items == found.sums["f"].items == ("a", "b")
    assert "a" not in found.sums


def test_dropped_work_counts_nowhere() -> None:
    """Neither its points nor itself, also where it was done before; its share goes to the rest."""
    found = report(
        item("e", "epic", points=9),
        item("a", parent="e", phase=DROPPED),
        item("b", parent="e", phase=DONE),
        item("c", parent="e", phase=DOING),
        item("x", points=5, phase=DROPPED),
    )
    assert found.total.items == ("b", "c")
    assert found.points == {"b": 4.5, "c": 4.5}
    assert (found.total.doing, found.total.percent) == (1, 50)


def test_points_of_a_parent_are_shared_where_nothing_below_has_any() -> None:
    """The nearest one above that was estimated counts; one estimated leaf makes it old."""
    found = report(
        item("e", "epic", points=20),
        item("f", "feature", parent="e", points=6),
        item("a", parent="f"),
        item("b", parent="f"),
        item("g", "feature", parent="e", points=8),
        item("c", parent="g", points=1),
        item("d", parent="g"),
    )
    assert found.points == {"a": 3, "b": 3, "c": 1}
    assert found.total.unestimated == ("d",)


def test_shares_of_a_third_add_up() -> None:
    """Three thirds of ten are ten."""
    found = report(item("e", points=10), *(item(k, parent="e", phase=DONE) for k in "abc"))
    assert (found.total.points, found.total.points_done, found.total.percent) == (10, 10, 100)


def test_what_has_no_points_is_named() -> None:
    """Nothing is silently zero; where nothing at all has points, that is how this backlog is."""
    assert report(item("a", points=0), item("b")).total.unestimated == ("b",)
    assert report(item("a"), item("b")).total.unestimated == ()


def test_criteria_of_open_work_show_as_partly_ticked() -> None:
    """They are told beside the count, and never as done."""
    found = report(item("a", criteria=4, ticked=3), item("b", criteria=1, ticked=1, phase=DONE))
    assert (found.total.ticked, found.total.criteria, found.total.done) == (4, 5, 1)


def test_an_unknown_or_later_parent_is_none() -> None:
    """A parent in another repository, or one that would make a circle, holds nothing up."""
    tree = outline((item("a", parent="b"), item("b", parent="a"), item("c", parent="x/y#1")))
    assert tree.parents == {"a": None, "b": "a", "c": None}


@pytest.mark.parametrize(
    ("found", "percent"),
    [
        (rolled(0, 0), 0),
        (rolled(1, 3), 33),
        (rolled(2, 3), 66),
        (rolled(3, 3), 100),
        (rolled(1, 2, 0, 8), 0),
        (rolled(1, 2, 7.9, 8), 98),
        (rolled(1, 2, 8, 8), 99),
        (rolled(1, 2, 29, 50), 58),
    ],
)
def test_per_cents_are_whole_and_rounded_down(found: Sum, percent: int) -> None:
    """By points where there are any; 100 only where all is done, with points or without."""
    assert found.percent == percent


def test_groups_stand_in_document_order() -> None:
    """Milestones in the order declared; what has none stands last, under no name."""
    found = made(sample())
    assert [one.name for one in found.groups["milestone"]] == ["Opening", "Payments", "Fleet"]
    assert [one.name for one in found.groups["epic"]] == ["opening", "pay", "fleet"]
    assert [one.name for one in found.groups["team"]] == ["Web", "Field"]
    assert [one.name for one in found.groups["feature"]] == ["shop", "book", ""]
    assert [one.name for one in found.groups["label"]] == ["story", "priority:high", ""]


def _again(found: Sum, given: Report) -> None:
    """Work a sum out from nothing but the items, the plain way."""
    items = {one.key: one for one in given.facts.items}
    named = [items[key] for key in found.items]
    done = [one for one in named if one.phase is DONE]
    pointed = bool(given.points)
    assert found.total == len(set(found.items)) == len(named)
    assert found.done == len(done)
    assert found.doing == sum(one.phase is DOING for one in named)
    assert found.points == pytest.approx(sum(given.points.get(one.key, 0) for one in named))
    assert found.points_done == pytest.approx(sum(given.points.get(one.key, 0) for one in done))
    assert found.criteria == sum(one.criteria for one in named)
    assert found.ticked == sum(one.ticked for one in named)
    unknown = [one.key for one in named if one.key not in given.points]
    assert list(found.unestimated) == (unknown if pointed else [])
    assert not any(one.phase is DROPPED for one in named)
    assert not {one.parent for one in given.facts.items} & set(found.items)


@pytest.mark.parametrize("seed", range(30))
def test_every_figure_of_a_random_backlog_can_be_worked_out_again(seed: int) -> None:
    """Sums, groups, history, load and quarters agree with each other and with the items."""
    given = made(generated(random.Random(seed)))
    every = [given.total, *given.sums.values(), *(s for g in given.groups.values() for s in g)]
    every += [one.sum for one in given.milestones] + [one.sum for one in given.quarters]
    for found in every:
        _again(found, given)
    for name, parts in given.groups.items():
        counted = Counter(key for part in parts for key in part.items)
        if name == "label":
            labels = {one.key: len(one.labels) or 1 for one in given.facts.items}
            assert counted == {key: labels[key] for key in given.total.items}
        else:
            assert counted == Counter(given.total.items)
    if given.history:
        last = given.history[-1]
        assert (last.total, last.done) == (given.total.total, given.total.done)
        assert last.points == pytest.approx(given.total.points)
        assert last.points_done == pytest.approx(given.total.points_done)
    _hours(given)


def _hours(given: Report) -> None:
    """Months, quarters, teams and skills each come to all hours that are left."""
    phases = {one.key: one.phase for one in given.facts.items}
    left = sum(n for key, n in given.hours.items() if phases[key] not in (DONE, DROPPED))
    for whose in ("team", "skill"):
        for quarterly in (False, True):
            rows = [r for r in given.load if r.whose == whose and ("Q" in r.period) is quarterly]
            assert sum(row.hours for row in rows) == pytest.approx(left, abs=0.01 * (len(rows) + 1))
