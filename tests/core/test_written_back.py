"""What runs wrote into the file stands next to the base, and goes when a sync has read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core import base as codec
from backlog_sync.core import body as body_block
from backlog_sync.core import record
from backlog_sync.core.body import SplitBody
from backlog_sync.core.marker import Base, Marker, Written
from backlog_sync.core.observed import BoardItem
from backlog_sync.core.written_back import MOST, Unread, followed, with_written

NAMES = st.sampled_from(["state", "title", "milestone"])
HEX = st.text("0123abcdef", min_size=1)
WRITTEN = st.builds(
    Written,
    atoms=st.dictionaries(
        NAMES, st.lists(st.text("0123abcdef", min_size=1), min_size=1).map(tuple)
    ),
    sets=st.dictionaries(
        NAMES, st.dictionaries(st.text(min_size=1), st.booleans(), min_size=1), max_size=2
    ),
    ticks=st.dictionaries(st.text("0123abcdef", min_size=8, max_size=8), st.booleans()),
)


@given(WRITTEN)
def test_the_marker_holds_it(written: Written) -> None:
    """It is read as it was written; without any the marker is the text that it was before."""
    marker = Marker("b", "k", "n", Base(hashes={"state": "1"}, written=written))
    text = codec.encode(marker)
    assert codec.decode(text) == marker
    assert ('"w":' in text) == bool(written)


@pytest.mark.parametrize(
    "told", ["[]", '{"h":[]}', '{"h":{"a":[1]}}', '{"s":{"a":["x"]}}', '{"t":"0123abcdx"}']
)
def test_a_spoilt_one_is_no_marker(told: str) -> None:
    """What is not ours is not believed in part."""
    assert codec.decode(f'{{"v":1,"id":"b","key":"k","w":{told}}}') is None


def body(base: Base) -> str:
    """A body with this base."""
    return body_block.join(SplitBody("", "", ("line",), Marker("b", "k", "n", base)))


def base_of(text: str) -> Base:
    """The base of a body."""
    marker = body_block.split(text).marker
    assert marker is not None
    return marker.base


def test_what_the_base_says_needs_no_record() -> None:
    """The same value, member or tick as the base, and what is on record, changes no byte."""
    told = Written({"state": ("2",)}, {"assignees": {"ann": True}}, {"0123abcd": True})
    known = Base(hashes={"state": "2"}, sets={"assignees": ("Ann",)}, ticks={"0123abcd": True})
    assert with_written(body(known), told) == body(known)
    once = with_written(body(Base()), told)
    assert base_of(once).written == told
    assert with_written(once, told) == once


def test_the_newest_values_are_kept() -> None:
    """Distinct values, a bounded number of them, the oldest goes first."""
    text = body(Base(hashes={"state": "old"}))
    for n in range(MOST + 3):
        text = with_written(text, Written(atoms={"state": (f"{n}",)}))
    assert base_of(text).written.atoms["state"] == tuple(f"{n}" for n in range(3, MOST + 3))


def test_a_value_that_is_read_ends_the_record() -> None:
    """Of its field, whatever else was written of it; other fields are not read with it."""
    unread = Unread(Written({"state": ("1", "2"), "title": ("3",)}))
    assert not unread.reads("state", "4")
    assert unread.reads("state", "1")
    assert not unread.reads("state", "2")
    assert unread.remaining({"state", "title"}, {}).atoms == {"title": ("3",)}


@pytest.mark.parametrize(
    ("base", "desired", "told", "expected"),
    [
        ((), ("ann",), {"ann": True}, ("ann",)),
        (("ann",), (), {"ann": False}, ()),
        ((), (), {"ann": True}, ()),
        (("ann",), ("ann",), {"ann": False}, ("ann",)),
        (("ann",), ("ann", "bob"), {}, ("ann",)),
        (("Ann",), (), {"ann": False}, ()),
    ],
)
def test_the_base_of_a_set_follows_what_is_read(
    base: tuple[str, ...],
    desired: tuple[str, ...],
    told: dict[str, bool],
    expected: tuple[str, ...],
) -> None:
    """A member that the file says, or leaves out, as a run wrote it."""
    assert followed(base, desired, told) == expected


def test_a_card_holds_it_too() -> None:
    """Beside the values of the record, which are read as before."""
    card = BoardItem("C", {record.NAME: record.encode({"Status": "Todo", "Points": 3})})
    text = record.with_written(card, {"Status": "Done"})
    assert text == '{"Points":3,"Status":"Todo","#":{"Status":["Done"]}}'
    again = BoardItem("C", {record.NAME: text})
    assert record.decode(again) == {"Status": "Todo", "Points": 3}
    assert record.was_written(record.written(again), "Status", "done")
    assert record.with_written(again, {"Status": "Done"}) == text
    assert record.with_written(card, {"Points": 3}) == card.values[record.NAME]
    more = record.with_written(again, {"Status": "In Progress"})
    assert more is not None
    assert '"Status":["Done","In Progress"]' in more


def test_a_card_without_room_says_so() -> None:
    """A record never grows beyond its field; what finds no room must not be written."""
    card = BoardItem("C", {})
    many = {f"Field {n:03}": "x" * 70 for n in range(60)}
    assert record.with_written(card, many) is None
    full = BoardItem("C", {record.NAME: record.encode(many)})
    text = record.with_written(full, {"Status": "Done"})
    assert text is not None
    assert len(text) <= record.LONGEST
    assert record.was_written(record.written(BoardItem("C", {record.NAME: text})), "Status", "Done")
