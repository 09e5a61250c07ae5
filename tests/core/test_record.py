"""The record of a card's values: what it holds, what gives way when there is no room."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_sync.core import record
from backlog_sync.core.model import BoardValue, ProjectSpec
from backlog_sync.core.observed import BoardItem, ObservedBoardField
from backlog_sync.core.planner import build_plan
from tests.core.builders import BOARD, board, desired, item, managed, observed, select


def read(text: str) -> record.Record | None:
    """What a card with this record says."""
    return record.decode(BoardItem("C", {record.NAME: text}))


@given(st.dictionaries(st.text(max_size=60), st.text(max_size=90) | st.integers(), max_size=40))
def test_a_record_never_grows_beyond_its_room(values: dict[str, str | int]) -> None:
    """It stays readable, and what it says of a field is the value or its hash."""
    entries = {name: record.entry(value) for name, value in values.items()}
    text = record.encode(entries)
    assert len(text) <= record.LONGEST
    found = read(text)
    assert found is not None
    for name, value in found.items():
        assert record.base_of(value) == record.base_of(entries[name])


def test_the_longest_values_give_way_first() -> None:
    """Short ones stay to be read by people; names are never hashed."""
    values: dict[str, BoardValue] = {"a": "short", **{f"f{n:02}": "x" * 80 for n in range(12)}}
    found = read(record.encode(values))
    assert found is not None
    assert found["a"] == "short"
    hashed = [name for name, value in found.items() if str(value).startswith("#")]
    assert 0 < len(hashed) < 12
    assert found.keys() == values.keys()


def test_what_finds_no_room_is_left_out() -> None:
    """It counts as never applied."""
    found = read(record.encode({f"{n:03}" + "n" * 90: n for n in range(20)}))
    assert found is not None
    assert 5 < len(found) < 20


@pytest.mark.parametrize("length", [record.LONGEST, record.LONGEST + 1])
def test_a_record_fits_exactly(length: int) -> None:
    """A thousand characters are its room, and one more is too many."""
    empty = len(json.dumps({"a": ""}, separators=(",", ":")))
    text = record.encode({"a": "x" * (length - empty)})
    assert ("#" in text) == (length > record.LONGEST)


@pytest.mark.parametrize(
    "text",
    ["", "no", "[]", "1", '{"a":[]}', '{"a":{}}', "[" * 900, " " * 2001, '{"a":1}' + " " * 1994],
)
def test_what_is_not_ours_says_nothing(text: str) -> None:
    """People may write into the field; nothing is believed then."""
    assert read(text) is None
    assert record.decode(None) is None


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        ("High", "High"), (" High ", "High"), ("", None), ("  ", None), (3.0, 3), (2.5, 2.5),
        (None, None), ("x" * 80, "x" * 80),
    ],
)  # fmt: skip
def test_short_plain_values_stand_as_they_are(value: BoardValue, entry: BoardValue) -> None:
    """Trimmed, and whole numbers without a fraction."""
    assert record.entry(value) == entry
    assert record.base_of(record.entry(value)) == record.base_of(value)


@pytest.mark.parametrize("value", ["x" * 81, "#5", "a\nb", "\u202e"])
def test_other_values_stand_as_hashes(value: str) -> None:
    """What is long, looks like a hash, or has no visible form."""
    assert str(record.entry(value)).startswith("#")
    assert "#" not in str(record.entry(value))[1:]


@pytest.mark.parametrize(
    ("value", "written"),
    [("Doing", True), ("dOING", True), ("Todo", False), (3, True), (3.0, True), (4, False)],
)
def test_a_value_that_runs_wrote_is_known_in_whatever_case(
    value: BoardValue, written: bool
) -> None:
    """Any other value of the field is the file's own, and so is the same one of another field."""
    assert record.was_written({"Status": ["Doing", 3]}, "Status", value) == written
    assert not record.was_written({"Status": ["Doing", 3]}, "Priority", value)


def test_a_claim_goes_back_to_what_the_record_said_before() -> None:
    """What was not there before is taken out."""
    text = record.without('{"a":1,"b":2,"c":3}', '{"a":9,"d":4}', frozenset({"a", "b", "d"}))
    assert read(text) == {"c": 3, "a": 9, "d": 4}


FULL = tuple(ObservedBoardField(f"F_{n}", f"Field {n}", "text") for n in range(48))
OTHER = ObservedBoardField("F_record", record.NAME, "number")
MORE = ObservedBoardField("F_more", "One more than there may be", "text")
FEW = (select("Status", "Todo", "Done"), select("Priority", "High"))


@pytest.mark.parametrize(
    ("fields", "why", "hint"),
    [
        ((*FEW, OTHER), "it is number, not text", "rename the board's field 'Backlog record'"),
        ((*FEW, *FULL), "the board has 50 fields", "remove a field that nobody uses"),
        ((*FEW, *FULL, MORE), "the board has 50 fields", "remove a field that nobody uses"),
    ],
)
def test_a_board_without_room_for_the_record_is_told_and_used(
    fields: tuple[ObservedBoardField, ...], why: str, hint: str
) -> None:
    """Values are set all the same; nothing claims to have been recorded."""
    spec = ProjectSpec("octo-org", title="Widgets")
    plan = build_plan(
        desired(item("a", board={"Priority": "High"}), project=spec),
        observed(project=board(fields=fields)),
    )
    (told,) = [each for each in plan.deferred if each.key == record.NAME]
    assert (why in told.reason, told.hint) == (True, hint)
    values = [change for change in plan.changes if change.kind.value == "field_value"]
    assert [name for change in values for name in change.fields] == ["Priority", "Status"]
    assert [change.body for change in values] == [None, None]


def test_a_board_with_room_gets_the_record() -> None:
    """With 49 fields there is room for one more."""
    plan = build_plan(
        desired(item("a", board={"Priority": "High"}), project=BOARD),
        observed(project=board(fields=(*FEW, *FULL[1:]))),
    )
    assert not [each for each in plan.deferred if each.key == record.NAME]
    assert [c.key for c in plan.changes if c.kind.value == "field"] == [record.NAME]


def test_a_value_that_is_set_is_recorded_as_it_is_set() -> None:
    """And with it the others that stand as the file says; a new board says its title."""
    wanted = item("a", board={"Priority": "Low", "Story Points": 3})
    told = {record.NAME: '{"Priority":"High","Story Points":3}'}
    values: dict[str, BoardValue] = {"Priority": "High", "Story Points": 3, "Status": "Todo"}
    there = managed(wanted, 1, card=BoardItem("C_1", values | told))
    (change,) = build_plan(desired(wanted, project=BOARD), observed(there, project=board())).changes
    assert change.body is not None
    assert read(change.body) == {"Priority": "Low", "Story Points": 3}
    made = build_plan(desired(wanted, project=BOARD), observed()).changes[0]
    assert (made.kind.value, made.fields["title"].after) == ("project", "Widgets")


def test_changes_of_a_board_that_takes_none_are_counted() -> None:
    """One or more; where there is none, nothing is told."""
    both = [item(key, board={"Priority": "High"}) for key in "ab"]
    for count, told in ((0, []), (1, ["1 change would be"]), (2, ["2 changes would be"])):
        values = [
            {"Priority": word, "Status": "Todo", record.NAME: f'{{"Priority":"{word}"}}'}
            for word in ("High" if n >= count else "Low" for n in range(2))
        ]
        there = [
            managed(each, n, card=BoardItem(f"C_{n}", dict(values[n - 1])))
            for n, each in enumerate(both, 1)
        ]
        state = observed(*there, project=board(closed=True))
        plan = build_plan(desired(*both, project=BOARD), state)
        reasons = [each.reason for each in plan.deferred if each.kind.value == "project"]
        assert [words in reason for words, reason in zip(told, reasons, strict=True)] == [
            True for _ in told
        ]


LONG = "x" * 81


@pytest.mark.parametrize("names", [("api", "web"), ("#web", LONG), ("Web",)])
def test_several_options_are_read_back(names: tuple[str, ...]) -> None:
    """Those stored as hashes are known by the names that are at hand, in whatever case."""
    found = read(record.encode({"Areas": record.entry(names)}))
    assert found is not None
    assert record.members(found["Areas"], [each.upper() for each in names]) == tuple(
        each if each.isalpha() and each != LONG else each.upper() for each in names
    )
    assert all(len(each) < len(LONG) for each in found["Areas"] or ())  # type: ignore[union-attr] # a tuple


def test_options_without_room_stand_as_hashes() -> None:
    """Each is still known, so that the merge is one of members."""
    names = tuple(f"{n:02} {'o' * 60}" for n in range(20))
    text = record.encode({"Areas": record.entry(names), "Priority": "High"})
    assert len(text) <= record.LONGEST
    found = read(text)
    assert found is not None
    assert found["Priority"] == "High"
    assert record.members(found["Areas"], names) == names


def test_a_single_value_from_before_is_one_option() -> None:
    """A board's field may have become one of several options."""
    assert record.members("web", ()) == ("web",)
    assert record.members(None, ()) == ()


def test_options_that_runs_wrote_are_known_until_a_sync_reads_them() -> None:
    """The last word on each counts, and what agrees with the base needs no record."""
    card = BoardItem("C", {record.NAME: '{"Areas":["web"]}'})
    text = record.with_written(card, {"Areas": {"api": True, "web": False}})
    assert text == '{"Areas":["web"],"#":{"Areas":["+api","-web"]}}'
    card = BoardItem("C", {record.NAME: text})
    assert record.written_members(record.written(card), "Areas", ()) == {"api": True, "web": False}
    assert record.with_written(card, {"Areas": {"api": False}}) == (
        '{"Areas":["web"],"#":{"Areas":["-web"]}}'
    )
