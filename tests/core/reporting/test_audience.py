"""A report about what is for somebody."""

from dataclasses import replace

from backlog_sync.reports.audience import audiences, for_audience
from tests.reporting.builders import DONE, facts, item, made, sample


def test_it_counts_what_is_for_them_as_the_whole_does() -> None:
    """Leaves for somebody and all above them; shares of points are those of the whole."""
    given = facts(
        item("e", "epic", points=10),
        item("a", parent="e", audience="Riders"),
        item("b", parent="e", audience="firms", blocked_by=("a",), ref="#4"),
        item("c", parent="e", audience="riders", blocked_by=("b",)),
        item("d", parent="e"),
        item("f", "epic", audience="riders"),
        item("g", parent="f", audience="firms"),
        item("h", parent="f", phase=DONE, blocked_by=("a",)),
    )
    found = for_audience(given, "riders")
    assert found is not None
    assert [one.key for one in found.items] == ["e", "a", "c", "f", "h"]
    whole, part = made(given), made(found)
    assert part.points == {key: whole.points[key] for key in part.points}
    assert part.total.points == 5
    (waits,) = (one.waits_for for one in found.items if one.key == "c")
    assert waits == ("#4",)
    assert "Only what is for riders: 3 of 6 items." in part.notes
    assert for_audience(given, "nobody") is None
    assert audiences(given) == ("Riders", "firms", "riders")


def test_the_parts_of_all_make_up_the_whole() -> None:
    """Everybody's items together are those of the group sums of the whole report."""
    given = sample()
    sums = {one.name: one for one in made(given).groups["audience"]}
    assert sum(one.total for one in sums.values()) == made(given).total.total
    for name in audiences(given):
        limited = for_audience(given, name)
        assert limited is not None
        assert made(replace(limited, before=None)).total.items == sums[name].items
